//! The effect log and the clock from outside.

use std::time::Duration;

use serde_json::json;

use super::super::{Clock, ManualClock};
use super::{body_of, effects, server, server_at};

#[tokio::test]
async fn the_log_is_read_on_from_where_it_was_left() {
    let server = server(true).await;
    let url = server.create("a").await;
    for _ in 0..25 {
        let entries: Vec<_> = (0..10).map(|n| json!({"Id": n.to_string(), "MessageBody": "b"})).collect();
        server.local.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await.unwrap();
    }
    let (mut since, mut pages) = (0, Vec::new());
    loop {
        let (status, page) = server.control("GET", &format!("/_effects?since={since}&limit=100"), json!(null)).await;
        assert_eq!(status, "200");
        let Some(last) = page.as_array().unwrap().last() else { break };
        assert_eq!(page[0]["seq"], since + 1);
        since = last["seq"].as_u64().unwrap();
        pages.push(page.as_array().unwrap().len());
    }
    assert_eq!(pages, [100, 100, 50]);
    let log = server.local.effects();
    assert_eq!((log[0].request, log[9].request, log[10].request), (log[0].request, log[0].request, log[19].request));
    assert_ne!(log[9].request, log[10].request, "ten of one request, then ten of the next");
    assert_eq!(server.control("GET", "/_effects?since=x", json!(null)).await.0, "400");
    assert_eq!(server.control("GET", "/_effects?until=1", json!(null)).await.0, "400");
}

#[tokio::test]
async fn time_is_advanced_from_outside_where_the_clock_is_manual() {
    let clock = ManualClock::at(1_750_000_000_000);
    let server = server_at(true, Clock::Manual(clock)).await;
    let url = server.create("a").await;
    server.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "b", "DelaySeconds": 10})).await;
    let poll = server.call("ReceiveMessage", json!({"QueueUrl": url, "WaitTimeSeconds": 20}));
    let advance = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.control("POST", "/_clock", json!({"advance_ms": 10_000})).await
    };
    let (answer, advanced) = tokio::join!(poll, advance);
    assert_eq!(body_of(&answer)["Messages"][0]["Body"], "b");
    assert_eq!(advanced, ("200".to_owned(), json!({"now": 1_750_000_010_000_u64, "manual": true})));
    assert_eq!(server.control("POST", "/_clock", json!({"advance": 1})).await.0, "400");
    // Four days on, the message has expired, and the log says so once its queue is asked something.
    server.control("POST", "/_clock", json!({"advance_ms": 4 * 24 * 3_600_000_u64})).await;
    server.attributes(url.as_str().unwrap()).await;
    assert_eq!(effects(&server).await, ["sent", "received", "expired"]);
}

#[tokio::test]
async fn time_that_goes_by_itself_is_moved_on_too() {
    let server = server(true).await;
    let url = server.create("a").await;
    server.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "b", "DelaySeconds": 600})).await;
    let poll = server.call("ReceiveMessage", json!({"QueueUrl": url, "WaitTimeSeconds": 20}));
    let advance = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.control("POST", "/_clock", json!({"advance_ms": 600_000})).await
    };
    let (answer, advanced) = tokio::join!(poll, advance);
    assert_eq!(body_of(&answer)["Messages"][0]["Body"], "b", "the poll was woken");
    assert_eq!((advanced.0.as_str(), &advanced.1["manual"]), ("200", &json!(false)));
    assert!(advanced.1["now"].as_u64().unwrap() >= Clock::Wall.now() + 599_000);
}
