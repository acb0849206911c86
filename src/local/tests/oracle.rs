//! The dials and the oracle together: a client that tries everything again is given every fault a redrive can meet, and
//! the ledger counts what that costs.

use serde_json::json;

use super::super::Kind;
use super::super::ledger::{Bodies, Ledger};
use super::{body_of, server};

const MESSAGES: usize = 150;

#[tokio::test]
async fn a_client_that_tries_again_doubles_what_was_done_without_an_answer() {
    let server = server(true).await;
    let (dlq, queue) = (server.create("dlq").await, server.create("orders").await);
    for n in 0..MESSAGES {
        let message = json!({"QueueUrl": dlq, "MessageBody": format!("message {n}")});
        server.local.call("SendMessage", message).await.unwrap();
    }
    let since = server.local.effects().last().unwrap().seq;
    let faults = [json!({"drop": "before"}), json!({"drop": "after"}), json!("server_error"), json!("throttle")];
    let rules = (1..).zip(faults).map(|(seed, action)| {
        json!({"operation": ["SendMessage", "DeleteMessage"], "chance": 0.05, "seed": seed, "action": action})
    });
    server.dial(rules.collect()).await;
    let again = async |operation: &str, request: serde_json::Value| {
        while !server.call(operation, request.clone()).await.starts_with("HTTP/1.1 200 ") {}
    };
    for _ in 0..MESSAGES {
        let received =
            body_of(&server.call("ReceiveMessage", json!({"QueueUrl": dlq, "VisibilityTimeout": 600})).await);
        let message = &received["Messages"][0];
        again("SendMessage", json!({"QueueUrl": queue, "MessageBody": message["Body"]})).await;
        again("DeleteMessage", json!({"QueueUrl": dlq, "ReceiptHandle": message["ReceiptHandle"]})).await;
    }
    let log = server.local.effects();
    let ledger = Ledger::of(&log);
    let balance = ledger.balance(since);
    assert_eq!((&balance.lost, &balance.restored), (&Bodies::new(), &Bodies::new()));
    let doubled: usize = balance.duplicated.values().sum();
    let sent = log.iter().filter(|effect| effect.seq > since && effect.effect == Kind::Sent).count();
    assert_eq!((sent, ledger.there("dlq").count()), (MESSAGES + doubled, 0));
    assert!((1..40).contains(&doubled), "{doubled} of {MESSAGES} sends were done without an answer");
    assert!(ledger.impossible().is_empty());
    let hits = server.control("GET", "/_dials", json!(null)).await.1;
    assert!(hits.as_array().unwrap().iter().all(|rule| rule["hits"].as_u64() > Some(0)), "{hits}");
}
