//! The stream over real HTTP, and its composition where time would be in the way.

use futures_util::FutureExt as _;
use tokio_util::task::TaskTracker;

use super::*;
use crate::model::live::{News, State as Word};
use crate::server::clock::{Clock as _, SystemClock};
use crate::server::sqs::Sqs;
use crate::tests::fake::{FakeSqs, name};

struct House {
    poller: Arc<Poller>,
    receiving: watch::Sender<Progress>,
}

impl Source for House {
    fn poller(&self, connection: &ConnectionName) -> Option<Arc<Poller>> {
        (connection.as_str() == "local").then(|| Arc::clone(&self.poller))
    }

    fn listed(&self, census: &Arc<Census>, query: &str) -> Vec<QueueName> {
        census.rows.keys().filter(|name| name.as_str().contains(query)).cloned().collect()
    }

    fn holding(&self, _: &ConnectionName, queue: &QueueName) -> Option<watch::Receiver<Progress>> {
        (queue.as_str() == "orders").then(|| self.receiving.subscribe())
    }

    fn present(&self, _: &ConnectionName, _: &QueueName) -> Option<Box<dyn Send>> {
        None
    }

    fn job(&self, _: &ConnectionName, id: &str) -> Option<watch::Receiver<Progress>> {
        (id == "j1").then(|| self.receiving.subscribe())
    }

    fn now_ms(&self) -> i64 {
        SystemClock.now_ms()
    }
}

struct Console {
    fake: Arc<FakeSqs>,
    house: Arc<House>,
    events: Events<House>,
    shutdown: CancellationToken,
    address: String,
}

async fn console(queues: &[(&str, u64)]) -> Console {
    let fake = Arc::new(FakeSqs::with(queues));
    let sqs: Arc<dyn Sqs> = Arc::clone(&fake) as _;
    let shutdown = CancellationToken::new();
    let connection = "local".parse().unwrap();
    let poller = Poller::start(connection, sqs, Arc::new(SystemClock), &TaskTracker::new(), shutdown.clone());
    let idle = Progress { of: "s1".into(), count: 0, state: "waiting".into(), done: false, waits: false, until: None };
    let house = Arc::new(House { poller, receiving: watch::Sender::new(idle) });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let app = routes(Arc::clone(&house), shutdown.clone());
    let ended = shutdown.clone();
    tokio::spawn(
        axum::serve(listener, app).with_graceful_shutdown(async move { ended.cancelled().await }).into_future(),
    );
    let events = Events::new(Arc::clone(&house), shutdown.clone());
    Console { fake, house, events, shutdown, address }
}

/// A client that reads the stream as a browser does.
struct Client {
    response: reqwest::Response,
    text: String,
}

impl Client {
    async fn open(console: &Console, path: &str, last: Option<&str>) -> Self {
        let mut request = reqwest::Client::new().get(format!("{}{path}", console.address));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next block of the stream, within `seconds`; `None` at its end.
    async fn block(&mut self, seconds: u64) -> Option<String> {
        let read = async {
            loop {
                if let Some((block, rest)) = self.text.split_once("\n\n") {
                    let block = block.to_owned();
                    self.text = rest.to_owned();
                    return Some(block);
                }
                let chunk = self.response.chunk().await.ok()??;
                self.text.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        };
        tokio::time::timeout(Duration::from_secs(seconds), read).await.expect("nothing came")
    }

    /// The next event with its id.
    async fn news(&mut self) -> (String, News) {
        loop {
            let block = self.block(5).await.expect("the stream ended");
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
            if let (Some(id), Some(data)) = (field("id: "), field("data: ")) {
                return (id, serde_json::from_str(&data).unwrap());
            }
        }
    }

    /// The next event that satisfies `condition`.
    async fn until(&mut self, condition: impl Fn(&News) -> bool) -> (String, News) {
        loop {
            let (id, news) = self.news().await;
            if condition(&news) {
                return (id, news);
            }
        }
    }
}

fn visible(news: &News, queue: &str) -> Option<u64> {
    news.rows.iter().find(|row| row.queue == queue).map(|row| row.depth[0])
}

#[tokio::test]
async fn a_document_hears_of_its_queues_and_of_no_others() {
    let console = console(&[("orders", 3), ("orders-dlq", 1), ("other", 9)]).await;
    console.house.poller.fresh(0).await.unwrap();
    let mut client = Client::open(&console, "/events?connection=local&list=orders", None).await;
    let first = client.block(1).await.unwrap();
    let retry: u64 = first.lines().find_map(|line| line.strip_prefix("retry: ")).unwrap().parse().unwrap();
    assert!((5_000..=15_000).contains(&retry), "{retry}");
    let (_, news) = client.news().await;
    assert_eq!(news.queues, 3);
    let rows: Vec<&str> = news.rows.iter().map(|row| row.queue.as_str()).collect();
    assert_eq!(rows, ["orders", "orders-dlq"]);
    assert!(news.rows[0].line.is_some(), "the whole line comes first");
}

#[tokio::test]
async fn a_document_keeps_the_rows_it_has_whatever_the_query_finds_now() {
    let console = console(&[("orders", 3), ("other", 9), ("third", 1)]).await;
    console.house.poller.fresh(0).await.unwrap();
    let path = "/events?connection=local&list=orders&rows=other,orders,gone,%3Cb%3E,other";
    let (_, news) = Client::open(&console, path, None).await.news().await;
    let rows: Vec<&str> = news.rows.iter().map(|row| row.queue.as_str()).collect();
    assert_eq!(rows, ["other", "orders"]);
    assert_eq!(news.gone, ["gone"]);
    let path = "/events?connection=local&focus=orders&rows=orders,third";
    let (_, news) = Client::open(&console, path, None).await.news().await;
    let rows: Vec<&str> = news.rows.iter().map(|row| row.queue.as_str()).collect();
    assert_eq!(rows, ["orders", "third"], "each once");
    let long = format!("/events?connection=local&rows={}third", "x,".repeat(ROWS_BYTES / 2));
    assert_eq!(Client::open(&console, &long, None).await.news().await.1.rows, []);
}

#[tokio::test]
async fn it_goes_on_where_it_stopped_or_begins_again() {
    let console = console(&[("orders", 3)]).await;
    console.house.poller.fresh(0).await.unwrap();
    let path = "/events?connection=local&focus=orders";
    let mut client = Client::open(&console, path, None).await;
    let (id, _) = client.until(|news| visible(news, "orders") == Some(3)).await;
    drop(client);
    let again = Client::open(&console, path, Some(&id)).await.news().await.1;
    assert_eq!(again.rows, [], "nothing was read meanwhile, but the state is told");
    console.fake.set("orders", 4);
    console.house.poller.read_now(&name("orders")).await.unwrap();
    let resumed = Client::open(&console, path, Some(&id)).await.news().await.1;
    assert_eq!(visible(&resumed, "orders"), Some(4));
    let since = format!("{path}&since={id}");
    assert_eq!(visible(&Client::open(&console, &since, None).await.news().await.1, "orders"), Some(4));
    for unknown in ["1.999999", "x", "", "9.x"] {
        let all = Client::open(&console, path, Some(unknown)).await.news().await.1;
        assert_eq!(visible(&all, "orders"), Some(4), "{unknown}");
    }
}

#[tokio::test]
async fn a_number_that_changes_arrives_with_its_next_read_and_a_deleted_queue_is_gone() {
    let console = console(&[("orders", 3)]).await;
    let mut client = Client::open(&console, "/events?connection=local&list=", None).await;
    client.until(|news| visible(news, "orders") == Some(3)).await;
    console.fake.set("orders", 1_204);
    console.house.poller.read_now(&name("orders")).await.unwrap();
    client.until(|news| visible(news, "orders") == Some(1_204) && news.state == Word::Live).await;
    console.house.poller.forget(&name("orders"));
    let (_, news) = client.until(|news| !news.gone.is_empty()).await;
    assert_eq!((news.gone, news.queues), (vec!["orders".to_owned()], 0));
}

#[tokio::test]
async fn a_receive_is_followed_where_the_document_is_about_its_queue() {
    let console = console(&[("orders", 3)]).await;
    let mut client = Client::open(&console, "/events?connection=local&focus=orders", None).await;
    client.until(|news| news.progress.as_ref().is_some_and(|progress| progress.count == 0)).await;
    console.house.receiving.send_modify(|receiving| receiving.count = 7);
    client.until(|news| news.progress.as_ref().is_some_and(|progress| progress.count == 7)).await;
}

#[tokio::test]
async fn shutdown_ends_every_stream() {
    let console = console(&[("orders", 3)]).await;
    let mut client = Client::open(&console, "/events?connection=local&focus=orders", None).await;
    client.news().await;
    console.shutdown.cancel();
    let end = async { while client.block(2).await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(2), end).await.expect("the stream goes on");
}

#[tokio::test]
async fn it_says_that_it_lives_when_there_is_nothing_to_say() {
    let console = console(&[("orders", 3)]).await;
    *console.fake.latency.lock().unwrap() = Duration::from_secs(60);
    let mut client = Client::open(&console, "/events?connection=local", None).await;
    client.until(|news| news.state == Word::Live).await;
    let block = client.block(12).await.unwrap();
    assert!(block.contains("event: beat\n") && block.contains("data: "), "a comment would not be heard: {block}");
    assert!(!block.contains("id: "), "it is no news: {block}");
}

#[tokio::test]
async fn a_slow_client_gets_the_newest_and_no_backlog() {
    let console = console(&[("orders", 0)]).await;
    let poller = &console.house.poller;
    poller.fresh(0).await.unwrap();
    let mut document = document(&console, "orders");
    let _ = document.next().await.unwrap();
    let _ = document.next().await.unwrap();
    for visible in 1..=50 {
        console.fake.set("orders", visible);
        poller.row(&name("orders"), -1).now_or_never();
    }
    poller.read_now(&name("orders")).await.unwrap();
    let event = format!("{:?}", document.next().await.unwrap());
    assert!(event.contains(r#"[\"orders\",50,"#) || event.contains(r#"["orders",50,"#), "{event}");
    let more = tokio::time::timeout(Duration::from_millis(300), document.next()).await;
    assert!(more.is_err(), "a backlog: {more:?}");
}

fn document(console: &Console, focus: &str) -> Document<House> {
    let view = View { focus: Some(name(focus)), listed: vec![] };
    Document {
        viewer: console.house.poller.watch(view),
        source: Arc::clone(&console.house),
        list: None,
        listed_at: None,
        since: Since::read(None, console.house.poller.census().epoch),
        progress: None,
        shutdown: console.shutdown.clone(),
        ends: Instant::now() + MAX_AGE,
        not_before: Instant::now(),
        greeted: false,
        ended: false,
        _present: None,
        _place: Place::take(&console.events.open).unwrap(),
    }
}

#[tokio::test]
async fn a_stream_ends_when_it_is_old() {
    let console = console(&[("orders", 0)]).await;
    let mut document = document(&console, "orders");
    document.ends = Instant::now();
    assert!(document.next().await.is_some(), "the greeting");
    assert!(document.next().await.is_some(), "come back at once");
    assert!(document.next().await.is_none());
}

#[tokio::test]
async fn there_are_no_more_places_than_there_are() {
    let open = Arc::new(AtomicUsize::new(STREAMS - 1));
    let last = Place::take(&open).unwrap();
    assert!(Place::take(&open).is_none());
    drop(last);
    assert!(Place::take(&open).is_some());
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let console = console(&[("orders", 0), ("b", 0)]).await;
    for path in ["/events?connection=none", "/events?connection=%3Cb%3E", "/palette?connection=none"] {
        let response = reqwest::get(format!("{}{path}", console.address)).await.unwrap();
        assert_eq!(response.status(), 404, "{path}");
    }
    let names = reqwest::get(format!("{}/palette?connection=local", console.address)).await.unwrap();
    assert_eq!(names.text().await.unwrap(), "b\norders\n");
}
