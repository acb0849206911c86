//! The shell: the protocol on the wire, waiting, stopping, the dials and the effect log.

mod deliveries;
mod dials;
mod edge;
mod effects;
mod oracle;
mod peek;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Clock, Local, ManualClock, Options, serve};

struct Server {
    address: SocketAddr,
    local: Arc<Local>,
    shutdown: CancellationToken,
    serving: JoinHandle<()>,
}

async fn server(dials: bool) -> Server {
    server_at(dials, Clock::Wall).await
}

async fn server_at(dials: bool, clock: Clock) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let options = Options { base_url: format!("http://{address}"), dials, clock, ..Options::default() };
    let local = Arc::new(Local::new(options));
    let shutdown = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, Arc::clone(&local), shutdown.clone()));
    Server { address, local, shutdown, serving }
}

impl Server {
    async fn create(&self, name: &str) -> Value {
        self.local.call("CreateQueue", json!({"QueueName": name})).await.unwrap()["QueueUrl"].clone()
    }

    async fn attributes(&self, url: &str) -> Value {
        self.local.call("GetQueueAttributes", json!({"QueueUrl": url, "AttributeNames": ["All"]})).await.unwrap()
    }

    /// Sends one request on a connection of its own; the whole answer, empty if there was none.
    async fn raw(&self, head: String, body: String) -> String {
        self.raw_with(format!("{head}Host: local\r\n"), body).await
    }

    /// The same with a `Host` of one's own, or none.
    async fn raw_with(&self, head: String, body: String) -> String {
        let address = self.address;
        let exchange = move || {
            let Ok(mut stream) = TcpStream::connect(address) else {
                return String::new();
            };
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            let length = body.len();
            let request = format!("{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
            // A server may refuse before it has read all.
            let _ = stream.write_all(request.as_bytes());
            let mut answer = String::new();
            let _ = stream.read_to_string(&mut answer);
            answer
        };
        tokio::task::spawn_blocking(exchange).await.unwrap()
    }

    async fn call(&self, operation: &str, body: Value) -> String {
        self.raw(format!("POST / HTTP/1.1\r\nX-Amz-Target: AmazonSQS.{operation}\r\n"), body.to_string()).await
    }

    async fn control(&self, method: &str, path: &str, body: Value) -> (String, Value) {
        let answer = self.raw(format!("{method} {path} HTTP/1.1\r\n"), body.to_string()).await;
        let status = answer.split(' ').nth(1).unwrap().to_owned();
        (status, body_of(&answer))
    }

    async fn dial(&self, rules: Value) {
        assert_eq!(self.control("PUT", "/_dials", rules).await.0, "200");
    }
}

/// What the effect log says, kind by kind, read over HTTP.
async fn effects(server: &Server) -> Vec<String> {
    let (_, log) = server.control("GET", "/_effects", json!(null)).await;
    log.as_array().unwrap().iter().map(|effect| effect["effect"].as_str().unwrap().to_owned()).collect()
}

fn body_of(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn an_error_carries_both_its_names() {
    let server = server(false).await;
    let absent = json!({"QueueUrl": format!("http://{}/000000000000/none", server.address)});
    let answer = server.call("ReceiveMessage", absent).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("x-amzn-query-error: AWS.SimpleQueueService.NonExistentQueue;Sender\r\n"));
    assert!(answer.contains("content-type: application/x-amz-json-1.0\r\n"));
    assert!(answer.contains("x-amzn-requestid: "));
    assert_eq!(
        body_of(&answer),
        json!({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "The specified queue does not exist."})
    );
    let unreadable = server.raw("POST / HTTP/1.1\r\nX-Amz-Target: AmazonSQS.ListQueues\r\n".into(), "{".into()).await;
    assert!(unreadable.contains("SerializationException;Sender"));
}

#[tokio::test]
async fn queue_urls_begin_with_the_address_that_was_asked() {
    let server = server(true).await;
    let url = server.create("a").await;
    assert_eq!(url, format!("http://{}/000000000000/a", server.address), "in process there is none");
    let ask = async |host: &str, operation: &str| {
        let head = format!("POST / HTTP/1.1\r\nX-Amz-Target: AmazonSQS.{operation}\r\n{host}");
        body_of(&server.raw_with(head, json!({"QueueName": "a"}).to_string()).await)
    };
    for host in ["sqs:4566", "127.0.0.1:1", "[::1]:9324", "localhost"] {
        let wanted = json!(format!("http://{host}/000000000000/a"));
        let header = format!("Host: {host}\r\n");
        for operation in ["CreateQueue", "GetQueueUrl"] {
            assert_eq!(ask(&header, operation).await["QueueUrl"], wanted);
        }
        assert_eq!(ask(&header, "ListQueues").await["QueueUrls"], json!([wanted]));
    }
    assert_eq!(ask("Host: a@b\r\n", "GetQueueUrl").await["QueueUrl"], url);
}

#[tokio::test]
async fn a_request_may_be_longer_than_its_text() {
    let server = server(false).await;
    let url = server.create("a").await;
    let body = "\t".repeat(1_048_576);
    let answer = server.call("SendMessage", json!({"QueueUrl": url, "MessageBody": body})).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let endless = server.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "x".repeat(9 << 20)})).await;
    assert!(!endless.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_long_poll_wakes_when_a_message_arrives() {
    let server = server(false).await;
    let url = server.create("a").await;
    let started = Instant::now();
    let poll = server.call("ReceiveMessage", json!({"QueueUrl": url, "WaitTimeSeconds": 15}));
    let send = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.local.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "b"})).await.unwrap();
    };
    let (answer, ()) = tokio::join!(poll, send);
    assert_eq!(body_of(&answer)["Messages"][0]["Body"], "b");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_long_poll_wakes_when_a_message_becomes_visible_and_ends_at_its_time() {
    let clock = ManualClock::at(1_000_000);
    let local = Local::new(Options { clock: Clock::Manual(clock.clone()), ..Options::default() });
    let made = json!({"QueueName": "a", "Attributes": {"ReceiveMessageWaitTimeSeconds": "20"}});
    let url = local.call("CreateQueue", made).await.unwrap()["QueueUrl"].clone();
    local.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "b", "DelaySeconds": 10})).await.unwrap();
    let poll = || local.call("ReceiveMessage", json!({"QueueUrl": url}));
    let pass = async |seconds| {
        tokio::time::sleep(Duration::from_millis(20)).await;
        clock.advance(Duration::from_secs(seconds));
    };
    let (found, ()) = tokio::join!(poll(), pass(10));
    assert_eq!(found.unwrap()["Messages"][0]["Body"], "b");
    let (nothing, ()) = tokio::join!(poll(), pass(20));
    assert_eq!(nothing.unwrap(), json!({}));
}

#[tokio::test]
async fn a_long_poll_wakes_when_a_message_is_hidden_for_a_shorter_time() {
    // By the machine's clock: moving one of a test's own would wake the polls.
    let local = Local::new(Options::default());
    let made = json!({"QueueName": "a.fifo", "Attributes": {"FifoQueue": "true"}});
    let url = local.call("CreateQueue", made).await.unwrap()["QueueUrl"].clone();
    let receive =
        |visibility: u32| json!({"QueueUrl": url, "ReceiveRequestAttemptId": "r", "VisibilityTimeout": visibility});
    let message = json!({"QueueUrl": url, "MessageBody": "b", "MessageGroupId": "g", "MessageDeduplicationId": "d"});
    local.call("SendMessage", message).await.unwrap();
    let mut hidden = local.call("ReceiveMessage", receive(600)).await.unwrap();
    for operation in ["ReceiveMessage", "ChangeMessageVisibility"] {
        let started = Instant::now();
        let poll =
            local.call("ReceiveMessage", json!({"QueueUrl": url, "WaitTimeSeconds": 20, "VisibilityTimeout": 600}));
        let shorten = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let mut shorter = receive(1);
            shorter["ReceiptHandle"] = hidden["Messages"][0]["ReceiptHandle"].clone();
            local.call(operation, shorter).await.unwrap();
        };
        let (found, ()) = tokio::join!(poll, shorten);
        hidden = found.unwrap();
        assert_eq!(hidden["Messages"][0]["Body"], "b");
        assert!(started.elapsed() < Duration::from_secs(10), "{operation}");
    }
}

#[tokio::test]
async fn stopping_ends_long_polls_with_an_answer() {
    let server = server(false).await;
    let url = server.create("a").await;
    let poll = server.call("ReceiveMessage", json!({"QueueUrl": url, "WaitTimeSeconds": 20}));
    let stop = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.shutdown.cancel();
    };
    let started = Instant::now();
    let (answer, ()) = tokio::join!(poll, stop);
    assert_eq!(body_of(&answer), json!({}));
    server.serving.await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn move_tasks_go_on_while_nobody_asks() {
    let server = server(true).await;
    let (call, dlq) = (|operation, body| server.local.call(operation, body), server.create("dlq").await);
    let policy = json!({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dlq", "maxReceiveCount": 1});
    let source = json!({"QueueName": "a", "Attributes": {"RedrivePolicy": policy.to_string()}});
    call("CreateQueue", source).await.unwrap();
    let url = server.create("other").await;
    call("SendMessage", json!({"QueueUrl": dlq, "MessageBody": "b"})).await.unwrap();
    let task = json!({"SourceArn": "arn:aws:sqs:us-east-1:000000000000:dlq",
        "DestinationArn": "arn:aws:sqs:us-east-1:000000000000:other"});
    let poll = server.call("ReceiveMessage", json!({"QueueUrl": url, "WaitTimeSeconds": 15}));
    let start = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        call("StartMessageMoveTask", task).await.unwrap();
    };
    let (answer, ()) = tokio::join!(poll, start);
    assert_eq!(body_of(&answer)["Messages"][0]["Body"], "b");
}

#[tokio::test]
async fn without_dials_there_is_readiness_and_nothing_else() {
    let server = server(false).await;
    assert_eq!(server.control("GET", "/_health", json!(null)).await.0, "200");
    for path in ["/_dials", "/_effects", "/_effects?since=1", "/_calls", "/_clock", "/_anything"] {
        for method in ["GET", "PUT", "POST", "DELETE"] {
            let (status, _) = server.control(method, path, json!([{"action": "hang"}])).await;
            assert_eq!(status, "404", "{method} {path}");
        }
    }
    let url = server.create("a").await;
    server.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "b"})).await;
    assert_eq!(server.local.effects(), [], "and keeps no log");
}
