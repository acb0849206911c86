//! A whole console for a test: the real router behind its guards, the embedded SQS over HTTP, a store in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::wire::Listening;
use crate::local::{self, Local};
use crate::model::Activity;
use crate::server::clock::{SharedClock, SystemClock};
use crate::server::http::{assets::Assets, body, listen::Patience, names::OwnNames, protect};
use crate::server::router::router;
use crate::server::services::archive::Keeping;
use crate::server::services::connection::About;
use crate::server::services::messages::{Desk, Terms};
use crate::server::services::poller::Poller;
use crate::server::services::redrive::keep_log;
use crate::server::services::{Connection, Services};
use crate::server::sqs::Sqs;
use crate::server::sqs::connect::{Connect, connect};
use crate::server::store::{ActivityQuery, Sqlite, Store};

/// A console with one connection, `local`.
pub(super) struct TestConsole {
    console: Listening,
    browser: reqwest::Client,
    /// Follows no redirect.
    hand: reqwest::Client,
    local: Arc<Local>,
    store: Arc<dyn Store>,
    sqs: String,
    stop: CancellationToken,
    service: CancellationToken,
    _stop: DropGuard,
}

/// What a console is made of, where it matters.
pub(super) struct Setup {
    pub(super) read_only: bool,
    /// Whether the SQS shows messages without receiving them.
    pub(super) peek: bool,
    pub(super) keeping: Keeping,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: SharedClock,
    pub(super) terms: Terms,
    pub(super) patience: Patience,
    /// The clock of the SQS.
    pub(super) time: local::Clock,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            read_only: false,
            peek: false,
            keeping: Keeping { days: 30, most: 64 << 20, key: None, nonce: || [7; 24] },
            store: Arc::new(Sqlite::in_memory().unwrap()),
            clock: Arc::new(SystemClock),
            terms: Terms::default(),
            patience: Patience::default(),
            time: local::Clock::default(),
        }
    }
}

/// A page, and where it was found after the redirects.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) status: u16,
    pub(super) path: String,
    /// The whole address, with its query.
    pub(super) url: String,
    pub(super) html: String,
}

/// A downloaded file.
#[derive(Debug)]
pub(super) struct Downloaded {
    pub(super) status: u16,
    headers: reqwest::header::HeaderMap,
    pub(super) text: String,
}

impl Downloaded {
    /// A header of the answer; empty where there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

impl Shown {
    /// Whether the page says this; entities in the text are as the page writes them.
    pub(super) fn says(&self, text: &str) -> bool {
        self.html.contains(text)
    }
}

impl TestConsole {
    /// An empty SQS, and a console that may change it.
    pub(super) async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    /// The same at an SQS that shows messages without receiving them, as AWS does not; read-only, because that must be enough.
    pub(super) async fn peeking() -> Self {
        Self::with(Setup { read_only: true, peek: true, ..Setup::default() }).await
    }

    /// The same, read-only.
    pub(super) async fn read_only() -> Self {
        Self::with(Setup { read_only: true, ..Setup::default() }).await
    }

    /// One that may change it, and whose looks and holds are as long as these terms say.
    pub(super) async fn holding(terms: Terms) -> Self {
        Self::with(Setup { terms, ..Setup::default() }).await
    }

    /// The same, set up otherwise.
    pub(super) async fn with(setup: Setup) -> Self {
        let stop = CancellationToken::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sqs = format!("http://{}", listener.local_addr().unwrap());
        let (peek, clock) = (setup.peek, setup.time.clone());
        let options = local::Options { base_url: sqs.clone(), peek, clock, dials: true, ..local::Options::default() };
        let local = Arc::new(Local::new(options));
        tokio::spawn(local::serve(listener, Arc::clone(&local), stop.clone()));
        Box::pin(Self::at(local, sqs, stop, setup)).await
    }

    /// Another one at the same SQS that remembers the same, as after a restart.
    pub(super) async fn restarted(&self, terms: Terms) -> Self {
        self.terminate();
        let setup = Setup { store: Arc::clone(&self.store), terms, ..Setup::default() };
        Box::pin(Self::at(Arc::clone(&self.local), self.sqs.clone(), self.service.clone(), setup)).await
    }

    /// A console at an SQS that goes on until `service` ends.
    async fn at(local: Arc<Local>, sqs: String, service: CancellationToken, setup: Setup) -> Self {
        let Setup { read_only, keeping, store, clock, terms, patience, .. } = setup;
        let stop = service.child_token();
        let tracker = TaskTracker::new();
        let how = Connect {
            region: Some("us-east-1".into()),
            endpoint: Some(sqs.clone()),
            static_credentials: Some(("local".into(), "local".into())),
            ..Connect::default()
        };
        let gateway: Arc<dyn Sqs> = Arc::new(Box::pin(connect(&how)).await.unwrap());
        let about = About {
            name: "local".parse().unwrap(),
            region: "us-east-1".into(),
            endpoint: None,
            color: None,
            read_only,
        };
        let poller = Poller::start(about.name.clone(), Arc::clone(&gateway), clock.clone(), &tracker, stop.clone());
        let keeping = Arc::new(keeping);
        // What the console does ends before the SQS that it needs.
        let closing = stop.child_token();
        let receives = store.receives(&about.name).await.unwrap();
        let desk = Desk::new(closing.clone(), terms, receives).working(tracker.clone());
        let connection = Connection::new(about, gateway, Arc::clone(&store), clock.clone(), poller, keeping, desk);
        connection.resume_selectives().await;
        tracker.spawn(keep_log(connection.clone(), stop.clone()));
        let services = Services::new(vec![connection], Arc::clone(&store), clock, tracker, None);

        // No built assets are needed: a page has then no style and no script.
        let assets = Arc::new(Assets::default());
        let app = router(&services, &assets, &stop);
        let app = |port| protect(app, Arc::new(OwnNames::new(port, &[], None)), body::Limits::default());
        let console = Listening::patiently(app, patience);
        let browser = reqwest::Client::builder().cookie_store(true).build().unwrap();
        let hand = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self {
            console: console.await,
            browser,
            hand,
            local,
            store,
            sqs,
            stop: closing,
            service,
            _stop: stop.drop_guard(),
        }
    }

    /// Opens a page.
    pub(super) async fn get(&self, path: &str) -> Shown {
        let answer = self.browser.get(format!("http://{}{path}", self.console.address)).send().await.unwrap();
        shown(answer).await
    }

    /// Downloads a file.
    pub(super) async fn file(&self, path: &str) -> Downloaded {
        let answer = self.browser.get(format!("http://{}{path}", self.console.address)).send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Downloaded { status, headers, text: String::from_utf8(answer.bytes().await.unwrap().to_vec()).unwrap() }
    }

    /// Opens the event stream of a page that shows a queue's messages; dropping it closes the page.
    pub(super) async fn open_page(&self, queue: &str) -> reqwest::Response {
        let path = format!("/events?connection=local&focus={queue}&holds=on");
        // A client of its own: a connection of a pool could stay open for another request.
        let answer = reqwest::get(format!("http://{}{path}", self.console.address)).await.unwrap();
        assert_eq!(answer.status(), 200);
        answer
    }

    /// Opens the same past any HTTP client, and reads its first bytes; who has the socket decides what becomes of it.
    pub(super) async fn open_socket(&self, queue: &str) -> TcpStream {
        let path = format!("/events?connection=local&focus={queue}&holds=on");
        let mut socket = TcpStream::connect(self.console.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.console.address);
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = [0; 15];
        socket.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        socket
    }

    /// How often the SQS was asked for each operation, refused and disturbed calls too.
    pub(super) async fn calls(&self) -> BTreeMap<String, u64> {
        let answer = reqwest::get(format!("{}/_calls", self.sqs)).await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// Tells the console to stop, as SIGTERM does.
    pub(super) fn terminate(&self) {
        self.stop.cancel();
    }

    /// Submits a form as a browser without JavaScript does, and opens the page it leads to.
    pub(super) async fn submit(&self, endpoint: &str, fields: &[(&str, &str)]) -> Shown {
        let own = format!("http://{}", self.console.address);
        let post =
            self.browser.post(format!("{own}/api/{endpoint}")).header("Origin", &own).header("Accept", "text/html");
        shown(post.form(fields).send().await.unwrap()).await
    }

    /// The same without opening the page that it leads to.
    pub(super) async fn press(&self, endpoint: &str, fields: &[(&str, &str)]) {
        let own = format!("http://{}", self.console.address);
        let post = self.hand.post(format!("{own}/api/{endpoint}")).header("Origin", &own).header("Accept", "text/html");
        assert!(post.form(fields).send().await.unwrap().status().is_redirection());
    }

    /// The same from a page: the browser says which one.
    pub(super) async fn submit_from(&self, page: &str, endpoint: &str, fields: &[(&str, &str)]) -> Shown {
        let own = format!("http://{}", self.console.address);
        let post = self.browser.post(format!("{own}/api/{endpoint}")).header("Origin", &own).header("Referer", page);
        shown(post.header("Accept", "text/html").form(fields).send().await.unwrap()).await
    }

    /// The same with a file, or without one chosen: the multipart form that a browser sends.
    pub(super) async fn submit_file(
        &self,
        endpoint: &str,
        fields: &[(&str, &str)],
        (name, file): (&str, Option<&[u8]>),
    ) -> Shown {
        const EDGE: &str = "----edge-of-a-part";
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let chosen = if file.is_some() { "body.txt" } else { "" };
        let head = format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"{chosen}\"");
        body.extend_from_slice(format!("--{EDGE}\r\n{head}\r\nContent-Type: text/plain\r\n\r\n").as_bytes());
        body.extend_from_slice(file.unwrap_or_default());
        body.extend_from_slice(format!("\r\n--{EDGE}--\r\n").as_bytes());
        let own = format!("http://{}", self.console.address);
        let post = self.browser.post(format!("{own}/api/{endpoint}")).header("Origin", &own);
        let post = post.header("Accept", "text/html");
        let post = post.header("Content-Type", format!("multipart/form-data; boundary={EDGE}"));
        shown(post.body(body).send().await.unwrap()).await
    }

    /// Everything that disturbed a message so far, as JSON.
    pub(super) fn effects(&self) -> Vec<Value> {
        self.local.effects().iter().map(|effect| serde_json::to_value(effect).unwrap()).collect()
    }

    /// Asks the SQS itself, past the console.
    pub(super) async fn sqs(&self, operation: &str, request: Value) -> Value {
        self.local.call(operation, request).await.unwrap()
    }

    /// Makes a queue, past the console. A name that ends in `.fifo` makes a FIFO queue. Gives its URL.
    pub(super) async fn queue(&self, name: &str, mut attributes: Value) -> String {
        if name.ends_with(".fifo") {
            attributes["FifoQueue"] = "true".into();
        }
        let request = serde_json::json!({ "QueueName": name, "Attributes": attributes });
        let made = self.sqs("CreateQueue", request).await;
        made["QueueUrl"].as_str().unwrap().to_owned()
    }

    /// The attributes of a queue as SQS has them, or `None` where there is no such queue.
    pub(super) async fn attributes(&self, name: &str) -> Option<Value> {
        let found = self.local.call("GetQueueUrl", serde_json::json!({ "QueueName": name })).await.ok()?;
        let request = serde_json::json!({ "QueueUrl": found["QueueUrl"], "AttributeNames": ["All"] });
        Some(self.sqs("GetQueueAttributes", request).await["Attributes"].clone())
    }

    /// Sets the rules by which the SQS misbehaves.
    pub(super) async fn dial(&self, rules: &Value) {
        let put = reqwest::Client::new().put(format!("{}/_dials", self.sqs)).body(rules.to_string());
        assert!(put.send().await.unwrap().status().is_success());
    }

    /// What it remembers.
    pub(super) fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// The audit log, newest first.
    pub(super) async fn activity(&self) -> Vec<Activity> {
        self.store.activity(&ActivityQuery::of("local".parse().unwrap())).await.unwrap()
    }
}

async fn shown(answer: reqwest::Response) -> Shown {
    let (status, url) = (answer.status().as_u16(), answer.url().clone());
    let html = String::from_utf8(answer.bytes().await.unwrap().to_vec()).unwrap();
    Shown { status, path: url.path().to_owned(), url: url.to_string(), html }
}
