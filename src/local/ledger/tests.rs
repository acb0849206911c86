//! The oracle, on logs of a real local SQS and on logs that no SQS would write.

use serde_json::{Value, json};

use super::*;
use crate::local::core::md5_hex;
use crate::local::{Local, Options};

struct Desk(Local);

impl Desk {
    async fn new() -> Self {
        let desk = Self(Local::new(Options { dials: true, ..Options::default() }));
        desk.call("CreateQueue", json!({"QueueName": "dlq"})).await;
        let policy = json!({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dlq", "maxReceiveCount": 1});
        let made = json!({"QueueName": "a", "Attributes": {"RedrivePolicy": policy.to_string()}});
        desk.call("CreateQueue", made).await;
        desk
    }

    async fn call(&self, operation: &str, mut body: Value) -> Value {
        if let Some(queue) = body["Queue"].take().as_str() {
            body["QueueUrl"] = json!(format!("http://127.0.0.1/000000000000/{queue}"));
        }
        body.as_object_mut().unwrap().remove("Queue");
        self.0.call(operation, body).await.unwrap()
    }

    async fn send(&self, queue: &str, body: &str) {
        self.call("SendMessage", json!({"Queue": queue, "MessageBody": body})).await;
    }

    async fn receive(&self, queue: &str, visibility: u32) -> Vec<Value> {
        let request = json!({"Queue": queue, "MaxNumberOfMessages": 10, "VisibilityTimeout": visibility});
        self.call("ReceiveMessage", request).await["Messages"].as_array().cloned().unwrap_or_default()
    }

    async fn delete(&self, queue: &str, message: &Value) {
        self.call("DeleteMessage", json!({"Queue": queue, "ReceiptHandle": message["ReceiptHandle"]})).await;
    }
}

fn bodies<const N: usize>(of: [(&str, usize); N]) -> BTreeMap<String, usize> {
    of.into_iter().map(|(body, number)| (md5_hex(body.as_bytes()), number)).collect()
}

fn owned(bodies: &Bodies<'_>) -> BTreeMap<String, usize> {
    bodies.iter().map(|(md5, number)| ((*md5).to_owned(), *number)).collect()
}

#[tokio::test]
async fn what_a_client_loses_and_doubles_is_told_by_its_body() {
    let desk = Desk::new().await;
    for body in ["x", "y", "y", "z"] {
        desk.send("dlq", body).await;
    }
    let since = desk.0.effects().last().unwrap().seq;
    // x is moved by hand and doubled by it, one y is deleted without a copy, the other is left, and z moves as it should.
    let received = desk.receive("dlq", 30).await;
    for body in ["x", "x", "z"] {
        desk.send("a", body).await;
    }
    for which in [0, 1, 3] {
        desk.delete("dlq", &received[which]).await;
    }
    let log = desk.0.effects();
    let ledger = Ledger::of(&log);
    let balance = ledger.balance(since);
    assert_eq!(owned(&balance.lost), bodies([("y", 1)]));
    assert_eq!(owned(&balance.duplicated), bodies([("x", 1)]));
    assert_eq!(balance.restored, Bodies::new());
    assert_eq!((ledger.there("dlq").count(), ledger.there("a").count()), (1, 3));
    assert_eq!(ledger.disturbed(since).count(), 4, "what was sent since was not there before");
    assert!(ledger.impossible().is_empty() && ledger.swallowed().is_empty());
    assert_eq!(ledger.balance(log.last().unwrap().seq), Balance::default(), "nothing has happened since");
}

#[tokio::test]
async fn a_message_is_followed_through_moves() {
    let desk = Desk::new().await;
    desk.send("a", "x").await;
    desk.send("a", "y").await;
    let since = desk.0.effects().last().unwrap().seq;
    for _ in 0..2 {
        desk.receive("a", 0).await;
    }
    let log = desk.0.effects();
    let ledger = Ledger::of(&log);
    assert_eq!(ledger.balance(since), Balance::default(), "moved is neither lost nor doubled");
    assert_eq!((ledger.there("a").count(), ledger.there("dlq").count()), (0, 2));
    let (gone, here) = (&ledger.copies()[0], ledger.there("dlq").next().unwrap());
    assert_eq!((gone.md5, gone.message_id), (here.md5, here.message_id));
    assert_eq!((gone.count(Kind::Received), here.count(Kind::Received)), (1, 0));
    assert!(gone.was_there(since) && !gone.is_there() && !here.was_there(since) && here.is_there());
    assert!(gone.hidden_until().is_some() && here.hidden_until().is_none());
    assert_eq!(ledger.disturbed(since).count(), 2);
}

#[tokio::test]
async fn a_swallowed_message_is_found() {
    let desk = Desk::new().await;
    desk.call("CreateQueue", json!({"QueueName": "f.fifo", "Attributes": {"FifoQueue": "true"}})).await;
    for body in ["x", "y"] {
        let message = json!({"Queue": "f.fifo", "MessageBody": body, "MessageGroupId": "g",
            "MessageDeduplicationId": "1"});
        desk.call("SendMessage", message).await;
    }
    let log = desk.0.effects();
    let ledger = Ledger::of(&log);
    let swallowed = ledger.swallowed()[0];
    assert_eq!(swallowed.md5, Some(md5_hex(b"y")));
    assert_eq!((swallowed.message_id.as_str(), ledger.copies()[0].group), (ledger.copies()[0].message_id, Some("g")));
}

fn entry(seq: u64, effect: Kind) -> Effect {
    let entry = json!({"seq": seq, "at": 0, "effect": effect, "queue": "q", "message_id": "m", "md5": "5d"});
    serde_json::from_value(entry).unwrap()
}

#[test]
fn what_no_sqs_does_is_found() {
    use Kind::{Deleted, Expired, Received, Restored, Sent};
    for (kinds, wrong) in [
        (&[Sent, Received, Deleted][..], &[][..]),
        (&[Sent, Deleted, Received], &[3]),
        (&[Sent, Deleted, Deleted], &[3]),
        (&[Received], &[1]),
        (&[Sent, Sent], &[2]),
        (&[Sent, Restored], &[2]),
        (&[Sent, Deleted, Restored, Received, Expired], &[]),
    ] {
        let log: Vec<_> = (1..).zip(kinds).map(|(seq, &kind)| entry(seq, kind)).collect();
        let ledger = Ledger::of(&log);
        let found: Vec<_> = ledger.impossible().iter().map(|effect| effect.seq).collect();
        assert_eq!(found, wrong, "{kinds:?}");
    }
}

#[test]
fn what_a_dial_put_back_is_not_blamed_on_the_client() {
    use Kind::{Deleted, Restored, Sent};
    // Copied under another id, deleted, and put back by a dial.
    let mut log: Vec<_> = (1..).zip([Sent, Sent, Deleted, Restored]).map(|(seq, kind)| entry(seq, kind)).collect();
    log[1].queue = "other".to_owned();
    let ledger = Ledger::of(&log);
    let balance = ledger.balance(1);
    assert_eq!((balance.lost, balance.duplicated), (Bodies::new(), Bodies::new()));
    assert_eq!(balance.restored, Bodies::from([("5d", 1)]));
}
