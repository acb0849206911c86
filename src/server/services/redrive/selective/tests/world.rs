//! An SQS over HTTP with its effect log, a console's connection to it, and what must be true of both at the end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::local::{self, Local};
use crate::model::journal::{JournalRow, RedriveId};
use crate::model::refusal::OwnRedrive;
use crate::model::{QueueArn, QueueKind};
use crate::server::clock::{SharedClock, SystemClock};
use crate::server::services::Connection;
use crate::server::services::archive::Keeping;
use crate::server::services::connection::About as ConnectionAbout;
use crate::server::services::messages::Desk;
use crate::server::services::poller::Poller;
use crate::server::services::redrive::engine::{Order, Policy, Queue, Route, Take, Terms};
use crate::server::services::redrive::selective::{About, RowsWanted, Shown};
use crate::server::sqs::Sqs;
use crate::server::sqs::connect::{Connect, connect};
use crate::server::store::{Sqlite, Store};

/// The periods of a redrive that does not keep a test waiting.
pub(crate) const BRISK: Terms =
    Terms { lease_s: 2, reserve_ms: 500, longest_ms: 11 * 3_600_000, wait_s: 0, window_ms: 270_000 };

/// An SQS, and the journal of whoever redrives there.
pub(crate) struct World {
    pub local: Arc<Local>,
    pub store: Arc<dyn Store>,
    pub endpoint: String,
    pub gateway: Arc<dyn Sqs>,
    _stop: DropGuard,
}

/// A console's connection to it, and the way to stop that console.
pub(crate) struct Console {
    pub connection: Connection,
    pub stop: CancellationToken,
    pub work: TaskTracker,
}

/// A redrive of this connection, as a refusal names it.
pub(super) fn own(id: &str) -> OwnRedrive {
    OwnRedrive { connection: "local".parse().unwrap(), id: RedriveId::new(id) }
}

pub(crate) fn arn(name: &str) -> QueueArn {
    format!("arn:aws:sqs:us-east-1:000000000000:{name}").parse().unwrap()
}

fn queue(name: &str) -> Queue {
    let kind = if name.ends_with(".fifo") { QueueKind::Fifo } else { QueueKind::Standard };
    Queue { arn: arn(name), kind, max_size: 1 << 20 }
}

/// An order for everything in a queue, to one destination, with brisk terms.
pub(crate) fn order(id: &str, from: &str, to: &str) -> Order {
    let (source, destination) = (queue(from), queue(to));
    Order {
        id: RedriveId::new(id),
        take: Take::Everything,
        route: Route::To(crate::model::journal::QueueNo(0)),
        policy: Policy::of(source.kind),
        source,
        destinations: vec![destination],
        terms: BRISK,
        edits: BTreeMap::new(),
    }
}

/// The words for a redrive of a whole queue.
pub(crate) fn about() -> About {
    About { how: "the whole queue".into(), messages: None, undoes: None }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Arc::new(Sqlite::in_memory().unwrap())).await
    }

    pub(crate) async fn with(store: Arc<dyn Store>) -> Self {
        let stop = CancellationToken::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let options = local::Options { base_url: endpoint.clone(), dials: true, ..local::Options::default() };
        let local = Arc::new(Local::new(options));
        tokio::spawn(local::serve(listener, Arc::clone(&local), stop.clone()));
        let how = Connect {
            region: Some("us-east-1".into()),
            endpoint: Some(endpoint.clone()),
            static_credentials: Some(("local".into(), "local".into())),
            ..Connect::default()
        };
        let gateway: Arc<dyn Sqs> = Arc::new(Box::pin(connect(&how)).await.unwrap());
        Self { local, store, endpoint, gateway, _stop: stop.drop_guard() }
    }

    /// A console with the journal and the gateway of this world.
    pub(crate) fn console(&self) -> Console {
        self.console_with(Arc::clone(&self.gateway), Arc::clone(&self.store), Arc::new(SystemClock))
    }

    #[expect(clippy::unused_self, reason = "it reads as the others do")]
    pub(crate) fn console_with(&self, gateway: Arc<dyn Sqs>, store: Arc<dyn Store>, clock: SharedClock) -> Console {
        let (stop, work) = (CancellationToken::new(), TaskTracker::new());
        let about = ConnectionAbout {
            name: "local".parse().unwrap(),
            region: "us-east-1".into(),
            endpoint: None,
            color: None,
            read_only: false,
        };
        let poller = Poller::start(about.name.clone(), Arc::clone(&gateway), clock.clone(), &work, stop.clone());
        let keeping = Arc::new(Keeping { days: 30, most: 64 << 20, key: None, nonce: || [7; 24] });
        let desk = Desk::new(stop.clone(), crate::server::services::messages::Terms::default(), Vec::new());
        let desk = desk.working(work.clone());
        let connection = Connection::new(about, gateway, store, clock, poller, keeping, desk);
        Console { connection, stop, work }
    }

    /// Makes a queue.
    pub(crate) async fn queue(&self, name: &str) -> String {
        let attributes = if name.ends_with(".fifo") { json!({ "FifoQueue": "true" }) } else { json!({}) };
        let made = self.call("CreateQueue", json!({ "QueueName": name, "Attributes": attributes })).await;
        made["QueueUrl"].as_str().unwrap().to_owned()
    }

    /// Puts so many messages into a queue; on FIFO into so many groups, in turn.
    pub(crate) async fn fill(&self, url: &str, count: usize, groups: usize) {
        for from in (0..count).step_by(10) {
            let entry = |n: usize| {
                let mut entry = json!({ "Id": n.to_string(), "MessageBody": format!("body {n}") });
                if groups > 0 {
                    entry["MessageGroupId"] = format!("g{}", n % groups).into();
                    entry["MessageDeduplicationId"] = format!("d{n}").into();
                }
                entry
            };
            let entries: Vec<Value> = (from..count.min(from + 10)).map(entry).collect();
            self.call("SendMessageBatch", json!({ "QueueUrl": url, "Entries": entries })).await;
        }
    }

    pub(crate) async fn call(&self, operation: &str, request: Value) -> Value {
        self.local.call(operation, request).await.unwrap()
    }

    /// Sets the rules by which the SQS misbehaves.
    pub(crate) async fn dial(&self, rules: &Value) {
        let put = reqwest::Client::new().put(format!("{}/_dials", self.endpoint)).body(rules.to_string());
        assert!(put.send().await.unwrap().status().is_success());
    }

    /// How often the SQS was asked for an operation.
    pub(crate) async fn calls(&self, operation: &str) -> u64 {
        let answer = reqwest::get(format!("{}/_calls", self.endpoint)).await.unwrap();
        let calls: BTreeMap<String, u64> = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        calls.get(operation).copied().unwrap_or_default()
    }

    /// The bodies in a queue with how often each is there, in flight and delayed ones too, read past every receive.
    pub(crate) async fn bodies(&self, name: &str) -> BTreeMap<String, usize> {
        let mut bodies = BTreeMap::new();
        for message in self.messages(name).await {
            *bodies.entry(message).or_default() += 1;
        }
        bodies
    }

    /// The bodies in the order of delivery.
    pub(crate) async fn messages(&self, name: &str) -> Vec<String> {
        let url = format!("{}/000000000000/{name}", self.endpoint);
        let path = format!("{}/_aws/sqs/messages?QueueUrl={url}&ShowInvisible=true&ShowDelayed=true", self.endpoint);
        let answer = reqwest::Client::new().get(path).header("Accept", "application/json").send().await.unwrap();
        let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        let messages = &answer["ReceiveMessageResponse"]["ReceiveMessageResult"]["Message"];
        let body = |message: &Value| message["Body"].as_str().unwrap().to_owned();
        match messages {
            Value::Array(messages) => messages.iter().map(body).collect(),
            Value::Null => Vec::new(),
            one => vec![body(one)],
        }
    }
}

impl Console {
    /// Waits until a redrive has ended for good.
    pub(crate) async fn ended(&self, id: &str) -> Shown {
        let wait = async {
            loop {
                let shown = self.connection.selective(&RedriveId::new(id)).await.unwrap();
                if shown.kept.ended.is_some() && shown.live.is_none() {
                    return shown;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let patience = tokio::time::timeout(Duration::from_secs(60), wait);
        if let Ok(shown) = patience.await {
            return shown;
        }
        panic!("{:?}", self.connection.selective(&RedriveId::new(id)).await)
    }

    /// Waits until something is true of a redrive.
    pub(crate) async fn until(&self, id: &str, what: impl Fn(&Shown) -> bool) -> Shown {
        for _ in 0..3_000 {
            let shown = self.connection.selective(&RedriveId::new(id)).await.unwrap();
            if what(&shown) {
                return shown;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{:?}", self.connection.selective(&RedriveId::new(id)).await);
    }

    /// All rows of a redrive.
    pub(crate) async fn rows(&self, id: &str) -> Vec<JournalRow> {
        let wanted = RowsWanted { limit: 100_000, ..RowsWanted::default() };
        self.connection.redrive_rows(&RedriveId::new(id), &wanted).await.unwrap().rows
    }

    /// Stops this console as SIGTERM does, and waits for it.
    pub(crate) async fn terminated(self) {
        self.stop.cancel();
        self.work.close();
        self.work.wait().await;
    }
}
