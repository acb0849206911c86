//! The dials that make deliveries and deletes go wrong: what the client sees, and what the effect log says of it.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::{Clock, Local, ManualClock, Options, faults};
use super::{Server, body_of, effects, server_at};

struct Desk {
    server: Server,
    clock: ManualClock,
    url: Value,
}

async fn desk(name: &str) -> Desk {
    let clock = ManualClock::at(1_750_000_000_000);
    let server = server_at(true, Clock::Manual(clock.clone())).await;
    let fifo = if name.ends_with(".fifo") { json!({"FifoQueue": "true"}) } else { json!({}) };
    let made = server.local.call("CreateQueue", json!({"QueueName": name, "Attributes": fifo})).await.unwrap();
    Desk { server, clock, url: made["QueueUrl"].clone() }
}

impl Desk {
    async fn send(&self, bodies: &[&str]) {
        for body in bodies {
            let mut message = json!({"QueueUrl": self.url, "MessageBody": body});
            if self.url.as_str().unwrap().ends_with(".fifo") {
                message["MessageGroupId"] = json!("g");
                message["MessageDeduplicationId"] = json!(body);
            }
            self.server.local.call("SendMessage", message).await.unwrap();
        }
    }

    /// Received over HTTP: bodies and handles.
    async fn receive(&self, most: u32) -> Vec<(String, String)> {
        let request = json!({"QueueUrl": self.url, "MaxNumberOfMessages": most});
        let answer = body_of(&self.server.call("ReceiveMessage", request).await);
        let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
        let text = |message: &Value, name: &str| message[name].as_str().unwrap().to_owned();
        messages.iter().map(|message| (text(message, "Body"), text(message, "ReceiptHandle"))).collect()
    }

    async fn delete(&self, handle: &str) {
        let request = json!({"QueueUrl": self.url, "ReceiptHandle": handle});
        let answer = self.server.call("DeleteMessage", request).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

fn bodies(received: &[(String, String)]) -> Vec<&str> {
    received.iter().map(|(body, _)| body.as_str()).collect()
}

#[tokio::test]
async fn a_message_in_flight_is_delivered_again() {
    let desk = desk("a").await;
    desk.send(&["x", "y"]).await;
    let first = desk.receive(1).await;
    desk.server.dial(json!([{"action": "redeliver", "count": 1}])).await;
    let again = desk.receive(1).await;
    assert_eq!((bodies(&first), bodies(&again)), (vec!["x"], vec!["x"]));
    assert_ne!(first[0].1, again[0].1, "a receive of its own");
    assert_eq!(bodies(&desk.receive(10).await), ["y"], "the rule is used up");
    assert_eq!(effects(&desk.server).await, ["sent", "sent", "received", "revealed", "received", "received"]);
    let log = desk.server.local.effects();
    assert_eq!((log[2].receives, log[4].receives), (Some(1), Some(2)));
    assert_ne!(log[2].receipt, log[4].receipt);
}

#[tokio::test]
async fn a_message_is_twice_in_one_answer() {
    let desk = desk("a").await;
    desk.send(&["x", "y", "z"]).await;
    desk.server.dial(json!([{"action": "repeat"}])).await;
    assert_eq!(bodies(&desk.receive(4).await), ["x", "y", "x", "y"]);
    assert_eq!(bodies(&desk.receive(1).await), ["z"], "no room for a second one");
    assert_eq!(
        effects(&desk.server).await,
        ["sent", "sent", "sent", "received", "received", "repeated", "repeated", "received"]
    );
}

#[tokio::test]
async fn a_fifo_queue_delivers_nothing_twice() {
    let desk = desk("a.fifo").await;
    desk.send(&["x", "y"]).await;
    desk.server.dial(json!([{"action": "redeliver"}, {"action": "repeat"}])).await;
    assert_eq!(bodies(&desk.receive(1).await), ["x"]);
    assert_eq!(bodies(&desk.receive(10).await), Vec::<&str>::new());
    assert_eq!(effects(&desk.server).await, ["sent", "sent", "received"]);
}

#[tokio::test]
async fn a_delete_does_not_stick() {
    for name in ["a", "a.fifo"] {
        let desk = desk(name).await;
        desk.send(&["x", "y"]).await;
        desk.server.dial(json!([{"action": "ignore_delete", "count": 1}])).await;
        let first = desk.receive(1).await;
        desk.delete(&first[0].1).await;
        assert_eq!(desk.receive(1).await.len(), usize::from(name == "a"), "x is hidden as before");
        desk.pass(31);
        let again = desk.receive(1).await;
        assert_eq!(bodies(&again), ["x"]);
        desk.delete(&again[0].1).await;
        desk.pass(31);
        assert_eq!(bodies(&desk.receive(10).await), ["y"], "this delete was one");
        let log = desk.server.local.effects();
        let deleted: Vec<_> = log.iter().filter(|effect| effect.message_id == log[0].message_id).collect();
        let kinds: Vec<_> = deleted.iter().map(|effect| json!(effect.effect)).collect();
        assert_eq!(kinds, ["sent", "received", "deleted", "restored", "received", "deleted"]);
        assert_eq!((deleted[2].receipt, deleted[2].request.is_some()), (deleted[1].receipt, true));
    }
}

#[tokio::test]
async fn a_deleted_message_comes_back_later() {
    let desk = desk("a").await;
    desk.send(&["x", "y"]).await;
    let received = desk.receive(10).await;
    desk.server.dial(json!([{"operation": "DeleteMessageBatch", "action": {"restore": {"ms": 60_000}}}])).await;
    let entries: Vec<_> = received
        .iter()
        .enumerate()
        .map(|(n, (_, handle))| json!({"Id": n.to_string(), "ReceiptHandle": handle}))
        .collect();
    let answer = desk.server.call("DeleteMessageBatch", json!({"QueueUrl": desk.url, "Entries": entries})).await;
    assert_eq!(body_of(&answer)["Successful"].as_array().unwrap().len(), 2);
    desk.pass(59);
    assert_eq!(desk.receive(10).await, []);
    // A long poll wakes for it.
    let poll = desk.server.call("ReceiveMessage", json!({"QueueUrl": desk.url, "WaitTimeSeconds": 20}));
    let pass = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        desk.pass(1);
    };
    let (answer, ()) = tokio::join!(poll, pass);
    assert_eq!(body_of(&answer)["Messages"][0]["Body"], "x");
    assert_eq!(
        effects(&desk.server).await,
        ["sent", "sent", "received", "received", "deleted", "deleted", "restored", "restored", "received"]
    );
}

#[tokio::test]
async fn what_comes_back_finds_its_queue_gone() {
    let desk = desk("a").await;
    desk.send(&["x"]).await;
    desk.server.dial(json!([{"action": {"restore": {"ms": 1000}}}])).await;
    let received = desk.receive(1).await;
    desk.delete(&received[0].1).await;
    desk.server.local.call("DeleteQueue", json!({"QueueUrl": desk.url})).await.unwrap();
    desk.pass(61);
    desk.server.local.call("CreateQueue", json!({"QueueName": "a"})).await.unwrap();
    assert_eq!(desk.receive(1).await, []);
    assert_eq!(effects(&desk.server).await, ["sent", "received", "deleted"]);
}

#[tokio::test]
async fn what_came_back_is_kept_over_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let open = || Local::open(Options { dials: true, ..Options::default() }, directory.path()).unwrap();
    let local = open();
    let url = local.call("CreateQueue", json!({"QueueName": "a"})).await.unwrap()["QueueUrl"].clone();
    local.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "x"})).await.unwrap();
    let received = local.call("ReceiveMessage", json!({"QueueUrl": url, "VisibilityTimeout": 0})).await.unwrap();
    let dials = local.dials().unwrap();
    dials.set(br#"[{"action": "ignore_delete"}]"#).unwrap();
    let delete = json!({"QueueUrl": url, "ReceiptHandle": received["Messages"][0]["ReceiptHandle"]});
    assert!(faults::call(&local, dials, "DeleteMessage", delete).await.unwrap().0.is_ok());
    // Whatever is answered after it is in the file, and so is it.
    local.call("TagQueue", json!({"QueueUrl": url, "Tags": {"k": "v"}})).await.unwrap();
    drop(local);
    let again = open().call("ReceiveMessage", json!({"QueueUrl": url})).await.unwrap();
    assert_eq!(again["Messages"][0]["Body"], "x");
}
