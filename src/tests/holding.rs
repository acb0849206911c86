//! Holding through the real router, with the effect log of the embedded SQS as the witness: held messages stay hidden
//! while a page of them is open, and no longer.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::console::{Shown, TestConsole};
use super::messages::{depth, effects, until};
use crate::model::activity::Outcome;
use crate::server::services::messages::Terms;

const PAGE: &str = "/local/queues/orders/messages";

/// Everything twenty times as fast as promised, but for the lease, which SQS counts in whole seconds.
pub(super) fn short() -> Terms {
    Terms { lease: 2, grace_ms: 500, visit_ms: 15_000, longest_ms: 39_600_000, apart: Duration::ZERO }
}

pub(super) async fn console_with(terms: Terms, queue: &str, attributes: Value, messages: usize) -> TestConsole {
    let console = TestConsole::holding(terms).await;
    let url = console.queue(queue, attributes).await;
    for n in 0..messages {
        let mut message = json!({ "QueueUrl": url, "MessageBody": n.to_string() });
        if queue.ends_with(".fifo") {
            message["MessageGroupId"] = "g".into();
            message["MessageDeduplicationId"] = n.to_string().into();
        }
        console.sqs("SendMessage", message).await;
    }
    console
}

/// Starts a hold and waits until everything has come.
pub(super) async fn hold(console: &TestConsole, queue: &str) -> Shown {
    let fields = [("connection", "local"), ("queue", queue)];
    let started = console.submit("messages/hold", &fields).await;
    assert_eq!(started.status, 200, "{}", started.html);
    until(console, &format!("/local/queues/{queue}/messages"), |page| !page.says("data-progress")).await
}

async fn ask(console: &TestConsole, endpoint: &str) -> Shown {
    console.submit(endpoint, &[("connection", "local"), ("queue", "orders")]).await
}

/// Waits until nothing is in flight, and tells how long it took.
pub(super) async fn free(console: &TestConsole, queue: &str) -> Duration {
    let began = Instant::now();
    while depth(console, queue).await.1 > 0 {
        assert!(began.elapsed() < Duration::from_secs(10), "still hidden");
        sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}

/// How the audit log says that the last hold ended.
pub(super) async fn ended(console: &TestConsole) -> String {
    for _ in 0..100 {
        if let Some(Outcome::Succeeded { detail, .. }) = &console.activity().await[0].outcome {
            return detail["ended"].clone();
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("no outcome")
}

#[tokio::test]
async fn held_messages_stay_held_past_their_lease_until_the_page_is_closed() {
    let console = console_with(short(), "orders", json!({}), 25).await;
    hold(&console, "orders").await;
    let page = console.open_page("orders").await;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(5) {
        assert_eq!(depth(&console, "orders").await, (0, 25), "a lease ran out after {:?}", began.elapsed());
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(console.activity().await.len(), 1, "one entry, however often it is renewed");
    drop(page);
    let took = free(&console, "orders").await;
    assert!(took >= Duration::from_millis(300) && took < Duration::from_millis(500 + 2_000), "{took:?}");
    assert_eq!(ended(&console).await, "the last page was closed");
    let page = console.get(PAGE).await;
    assert!(page.says("because no page was open any more") && page.says("Snapshot of a hold"), "{}", page.html);
    assert_eq!(effects(&console, "received").values().max(), Some(&1), "each was received once");
}

#[tokio::test]
async fn as_long_as_one_page_is_open_nothing_is_released() {
    let console = console_with(short(), "orders", json!({}), 3).await;
    hold(&console, "orders").await;
    let (one, two) = (console.open_page("orders").await, console.open_page("orders").await);
    drop(one);
    sleep(Duration::from_millis(1_500)).await;
    assert_eq!(depth(&console, "orders").await, (0, 3));
    // A reload: the page is gone for a moment.
    drop(two);
    sleep(Duration::from_millis(200)).await;
    let again = console.open_page("orders").await;
    sleep(Duration::from_millis(1_000)).await;
    assert_eq!(depth(&console, "orders").await, (0, 3));
    drop(again);
    free(&console, "orders").await;
}

#[tokio::test]
async fn without_a_script_a_loaded_page_counts_for_a_while_and_extend_counts_anew() {
    let terms = Terms { visit_ms: 1_500, ..short() };
    let console = console_with(terms, "orders", json!({}), 3).await;
    let page = hold(&console, "orders").await;
    assert!(page.says("it counts for 5 min") && page.says("renewed while a page"), "{}", page.html);
    sleep(Duration::from_millis(1_000)).await;
    let page = ask(&console, "messages/extend").await;
    assert!(page.status == 200 && page.says("held until"), "{}", page.html);
    sleep(Duration::from_millis(1_000)).await;
    assert_eq!(depth(&console, "orders").await, (0, 3));
    assert!(free(&console, "orders").await < Duration::from_millis(500 + 2_000));
    assert_eq!(ended(&console).await, "the last page was closed");
    assert_eq!(ask(&console, "messages/extend").await.status, 409);
}

#[tokio::test]
async fn release_all_gives_everything_back_but_what_has_a_time_of_its_own() {
    let console = console_with(short(), "orders", json!({}), 12).await;
    let page = hold(&console, "orders").await;
    let _page = console.open_page("orders").await;
    let id = page.html.split("name=\"ids[]\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let hide =
        [("connection", "local"), ("queue", "orders"), ("action", "hide"), ("seconds", "600"), ("ids[]", id.as_str())];
    assert_eq!(console.submit("messages/act", &hide).await.status, 200);
    assert_eq!(ask(&console, "messages/look").await.status, 409, "nothing takes the place of what is held");
    assert_eq!(ask(&console, "messages/hold").await.status, 409);
    sleep(Duration::from_millis(2_500)).await;
    let page = ask(&console, "messages/release").await;
    assert!(page.says("11\u{a0}messages released") && page.says("but for 1"), "{}", page.html);
    assert_eq!(depth(&console, "orders").await, (11, 1));
    let hidden =
        console.effects().into_iter().rfind(|happened| happened["effect"] == "hidden" && happened["message_id"] == id);
    let hidden = hidden.unwrap();
    let millis = hidden["until"].as_i64().unwrap() - hidden["at"].as_i64().unwrap();
    assert_eq!(millis, 600_000, "its time was not overwritten");
    assert_eq!(ask(&console, "messages/release").await.status, 409);
}

#[tokio::test]
async fn a_hold_ends_when_its_longest_time_is_up() {
    let console = console_with(Terms { longest_ms: 1_500, ..short() }, "orders", json!({}), 3).await;
    hold(&console, "orders").await;
    let _page = console.open_page("orders").await;
    assert!(free(&console, "orders").await < Duration::from_secs(3));
    assert_eq!(ended(&console).await, "11 hours were up");
    assert!(console.get(PAGE).await.says("SQS hides a message for 12"), "it is said");
}

#[tokio::test]
async fn a_stop_of_the_console_releases_and_fifo_in_the_order_of_the_sequence() {
    let console = console_with(Terms { lease: 120, ..short() }, "orders.fifo", json!({}), 10).await;
    hold(&console, "orders.fifo").await;
    let _page = console.open_page("orders.fifo").await;
    assert_eq!(depth(&console, "orders.fifo").await.1, 10);
    console.terminate();
    assert!(free(&console, "orders.fifo").await < Duration::from_secs(2));
    let order = |effect: &str| -> Vec<String> {
        let of = console.effects().into_iter().filter(|happened| happened["effect"] == effect);
        of.map(|happened| happened["message_id"].as_str().unwrap().to_owned()).collect()
    };
    let (sent, hidden) = (order("sent"), order("hidden"));
    assert_eq!(hidden[hidden.len() - 10..], sent[..]);
}

#[tokio::test]
async fn what_cannot_be_renewed_any_more_runs_out_by_itself() {
    let console = console_with(short(), "orders", json!({}), 3).await;
    hold(&console, "orders").await;
    let _page = console.open_page("orders").await;
    console.dial(&json!([{ "operation": "ChangeMessageVisibilityBatch", "action": "throttle" }])).await;
    assert!(free(&console, "orders").await < Duration::from_secs(4), "no longer than its lease");
    assert_eq!(ended(&console).await, "nothing was held any more");
}

#[tokio::test]
async fn a_look_blocks_a_group_no_longer_than_it_takes() {
    let console = console_with(short(), "orders.fifo", json!({}), 12).await;
    let fields = [("connection", "local"), ("queue", "orders.fifo")];
    let began = Instant::now();
    let page = console.submit("messages/look", &fields).await;
    let took = began.elapsed();
    assert!(page.status == 200 && page.says("first ten messages of each group"), "{}", page.html);
    assert_eq!(depth(&console, "orders.fifo").await.1, 0);
    assert!(took < Duration::from_secs(3), "{took:?}");
    let url = console.sqs("GetQueueUrl", json!({ "QueueName": "orders.fifo" })).await["QueueUrl"].clone();
    let next = console.sqs("ReceiveMessage", json!({ "QueueUrl": url })).await;
    assert_eq!(next["Messages"][0]["Body"], "0", "its consumer goes on with the first");
}

#[tokio::test]
async fn a_dead_letter_queue_is_free_and_held_first() {
    let console = TestConsole::start().await;
    console.queue("orders-dlq", json!({})).await;
    let arn = console.attributes("orders-dlq").await.unwrap()["QueueArn"].clone();
    let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": 5 }).to_string();
    console.queue("orders", json!({ "RedrivePolicy": policy })).await;
    console.get("/local").await;
    let page =
        until(&console, "/local/queues/orders-dlq/messages", |page| page.says("Free: this dead-letter queue")).await;
    let place = |text: &str| page.html.find(text).unwrap();
    assert!(place("messages/hold") < place("messages/look"), "{}", page.html);
    let page = console.get(PAGE).await;
    assert!(page.says("of 5 before it moves to orders-dlq"), "{}", page.html);
}
