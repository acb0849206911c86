//! Redrive through the real router: what is refused, what is unknown, and what is written down.

use serde_json::json;

use super::console::{Shown, TestConsole};
use crate::model::Verb;
use crate::model::activity::Outcome;

const START: [(&str, &str); 3] = [("connection", "local"), ("queue", "orders-dlq"), ("to", "sources")];

async fn dead_letters(console: &TestConsole) {
    console.queue("orders-dlq", json!({})).await;
    let arn = "arn:aws:sqs:us-east-1:000000000000:orders-dlq";
    let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": 1 }).to_string();
    let orders = console.queue("orders", json!({ "RedrivePolicy": policy })).await;
    for n in 0..5 {
        console.sqs("SendMessage", json!({ "QueueUrl": orders, "MessageBody": n.to_string() })).await;
    }
    // They fail once, and are moved when they would be received a second time.
    for _ in 0..2 {
        let receive = json!({ "QueueUrl": orders, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0 });
        console.sqs("ReceiveMessage", receive).await;
    }
}

fn was_started(shown: &Shown) -> bool {
    shown.says("Redrive started")
}

#[tokio::test]
async fn a_lost_answer_is_unknown_on_the_page_and_in_the_log() {
    let console = TestConsole::start().await;
    dead_letters(&console).await;
    console.dial(&json!([{ "operation": "StartMessageMoveTask", "action": { "drop": "after" } }])).await;
    let shown = console.submit("redrive/start", &START).await;
    assert_eq!(shown.status, 502);
    assert!(shown.says("It is not known whether this was done"), "{}", shown.html);
    let log = console.activity().await;
    assert!(matches!(&log[0].outcome, Some(Outcome::Unknown { code: Some(_), .. })), "{:?}", log[0].outcome);
    assert!(console.get("/local/activity").await.says("The answer was lost"));
}

#[tokio::test]
async fn a_read_only_console_asks_sqs_nothing_and_remembers_the_attempt() {
    let console = TestConsole::read_only().await;
    dead_letters(&console).await;
    for (endpoint, verb) in [("redrive/start", Verb::StartRedrive), ("redrive/cancel", Verb::CancelRedrive)] {
        let shown = console.submit(endpoint, &START).await;
        assert_eq!(shown.status, 403, "{endpoint}");
        assert!(shown.says("The console is read-only"));
        let log = console.activity().await;
        assert_eq!(log[0].entry.verb, verb);
        assert!(matches!(&log[0].outcome, Some(Outcome::Failed { code, .. }) if code.as_str() == "ReadOnly"));
    }
    assert!(console.get("/local/queues/orders-dlq/redrive").await.says("aria-disabled=\"true\""));
}

#[tokio::test]
async fn tasks_that_cannot_be_listed_are_not_taken_for_none() {
    let console = TestConsole::start().await;
    dead_letters(&console).await;
    console
        .dial(&json!([{ "operation": "ListMessageMoveTasks", "action": { "answer": { "code": "AccessDenied" } } }]))
        .await;
    let shown = console.submit("redrive/cancel", &START).await;
    assert_eq!(shown.status, 403);
    assert!(!shown.says("It has ended by itself"), "{}", shown.html);
}

#[tokio::test]
async fn a_missing_right_on_the_sources_hides_neither_tasks_nor_the_start() {
    let console = TestConsole::start().await;
    dead_letters(&console).await;
    console
        .dial(
            &json!([{ "operation": "ListDeadLetterSourceQueues", "action": { "answer": { "code": "AccessDenied" } } }]),
        )
        .await;
    let shown = console.get("/local/queues/orders-dlq/redrive").await;
    assert_eq!(shown.status, 200);
    assert!(shown.says("Start redrive") && shown.says("AWS refused access"));
    let started = console.submit("redrive/start", &START).await;
    assert!(was_started(&started), "{}", started.html);
}

#[tokio::test]
async fn a_form_that_names_no_queue_is_refused_and_shows_no_older_success() {
    let console = TestConsole::start().await;
    dead_letters(&console).await;
    let started = console.submit("redrive/start", &START).await;
    assert!(was_started(&started), "{}", started.html);
    let fields = [("connection", "elsewhere"), ("queue", "orders-dlq")];
    let shown = console.submit_from(&started.url, "redrive/cancel", &fields).await;
    assert_eq!(shown.status, 404);
    assert!(shown.says("There is nothing at this address") && !was_started(&shown), "{}", shown.html);
}

#[tokio::test]
async fn a_destination_beside_the_other_choice_is_not_ignored_in_silence() {
    let console = TestConsole::start().await;
    dead_letters(&console).await;
    for (to, destination) in [("sources", "rescue"), ("everything", ""), ("", "")] {
        let fields = [("connection", "local"), ("queue", "orders-dlq"), ("to", to), ("destination", destination)];
        let shown = console.submit("redrive/start", &fields).await;
        assert_eq!(shown.status, 422, "{to:?}");
    }
    assert_eq!(console.activity().await, []);
}

#[tokio::test]
async fn a_lost_deletion_is_told_although_the_queue_is_gone() {
    let console = TestConsole::start().await;
    console.queue("orders", json!({})).await;
    console.dial(&json!([{ "operation": "DeleteQueue", "action": { "drop": "after" } }])).await;
    let fields = [("connection", "local"), ("queue", "orders"), ("delete", "orders")];
    let shown = console.submit("queues/delete", &fields).await;
    assert!(shown.says("It is not known whether this was done"), "{}", shown.html);
    assert!(shown.says("There is no queue named orders"));
}
