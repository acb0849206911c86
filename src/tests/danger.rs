//! Purge and delete through the real router: the name is asked for, refusals are kept, the log comes first.

use serde_json::json;

use super::console::TestConsole;
use crate::model::Verb;
use crate::model::activity::Outcome;

async fn console_with_orders() -> TestConsole {
    let console = TestConsole::start().await;
    let url = console.queue("orders", json!({})).await;
    console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": "1" })).await;
    console
}

async fn visible(console: &TestConsole) -> String {
    console.attributes("orders").await.unwrap()["ApproximateNumberOfMessages"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn nothing_is_destroyed_without_the_name() {
    let console = console_with_orders().await;
    for endpoint in ["queues/purge", "queues/delete"] {
        for typed in ["", "order", "orders-dlq"] {
            let fields = [("connection", "local"), ("queue", "orders"), ("purge", typed), ("delete", typed)];
            let shown = console.submit(endpoint, &fields).await;
            assert_eq!((shown.status, shown.path.as_str()), (422, "/local/queues/orders/danger"), "{typed}");
            assert!(shown.says("name was not typed"), "{}", shown.html);
        }
    }
    assert_eq!(visible(&console).await, "1");
    assert_eq!(console.activity().await, [], "nothing was even attempted");
}

#[tokio::test]
async fn a_purge_leads_to_the_queue_and_is_not_offered_again_for_a_minute() {
    let console = console_with_orders().await;
    let fields = [("connection", "local"), ("queue", "orders"), ("purge", "orders")];
    let shown = console.submit("queues/purge", &fields).await;
    assert_eq!((shown.status, shown.path.as_str()), (200, "/local/queues/orders"));
    assert!(shown.says("Purge started"));
    assert_eq!(visible(&console).await, "0");
    assert!(console.get("/local/queues/orders/danger").await.says("SQS allows the next purge in"));
    let again = console.submit("queues/purge", &fields).await;
    assert_eq!((again.status, again.path.as_str()), (409, "/local/queues/orders/danger"));
    let log = console.activity().await;
    assert_eq!(log.len(), 2);
    assert!(
        matches!(&log[0].outcome, Some(Outcome::Failed { code, .. }) if code.as_str().ends_with("PurgeQueueInProgress"))
    );
    assert_eq!((log[1].entry.verb, log[1].entry.detail["visible"].as_str()), (Verb::PurgeQueue, "1"));
    assert!(log[1].outcome.as_ref().unwrap().request_id().is_some());
}

#[tokio::test]
async fn a_deleted_queue_is_gone_from_every_page() {
    let console = console_with_orders().await;
    assert!(console.get("/local").await.says("orders"));
    let fields = [("connection", "local"), ("queue", "orders"), ("delete", "orders")];
    let shown = console.submit("queues/delete", &fields).await;
    assert_eq!((shown.status, shown.path.as_str()), (200, "/local"));
    assert!(shown.says("orders is deleted") && !shown.says("/local/queues/orders"), "{}", shown.html);
    assert_eq!(console.attributes("orders").await, None);
    for page in ["", "/danger", "/redrive"] {
        assert_eq!(console.get(&format!("/local/queues/orders{page}")).await.status, 404, "{page}");
    }
    for endpoint in ["queues/delete", "queues/purge"] {
        let fields = [("connection", "local"), ("queue", "orders"), ("delete", "orders"), ("purge", "orders")];
        assert_eq!(console.submit(endpoint, &fields).await.status, 404, "{endpoint}");
    }
    let activity = console.get("/local/activity").await;
    assert!(activity.status == 200 && activity.says("Delete queue") && activity.says("aws sqs delete-queue"));
}

#[tokio::test]
async fn whoever_depends_on_a_queue_is_named() {
    let console = TestConsole::start().await;
    console.queue("orders-dlq", json!({})).await;
    let arn = console.attributes("orders-dlq").await.unwrap()["QueueArn"].as_str().unwrap().to_owned();
    let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": 5 }).to_string();
    console.queue("orders", json!({ "RedrivePolicy": policy })).await;
    assert!(console.get("/local/queues/orders-dlq/danger").await.says("orders loses its dead-letter queue"));
    assert!(console.get("/local/queues/orders/danger").await.says("Its dead-letter queue orders-dlq stays"));
}

#[tokio::test]
async fn a_read_only_console_refuses_and_remembers_the_attempt() {
    let console = TestConsole::read_only().await;
    console.queue("orders", json!({})).await;
    let page = console.get("/local/queues/orders/danger").await;
    assert_eq!(page.html.matches("aria-disabled=\"true\"").count(), 2, "both buttons are dead");
    assert!(page.says("The console is read-only"));
    let fields = [("connection", "local"), ("queue", "orders"), ("delete", "orders"), ("purge", "orders")];
    for endpoint in ["queues/delete", "queues/purge"] {
        let shown = console.submit(endpoint, &fields).await;
        assert_eq!((shown.status, shown.path.as_str()), (403, "/local/queues/orders/danger"), "{endpoint}");
    }
    assert!(console.attributes("orders").await.is_some());
    let log = console.activity().await;
    assert_eq!(log.len(), 2);
    assert!(matches!(&log[0].outcome, Some(Outcome::Failed { code, .. }) if code.as_str() == "ReadOnly"));
}

#[tokio::test]
async fn the_intent_is_written_before_an_effect_that_fails() {
    let console = console_with_orders().await;
    console.dial(&json!([{ "operation": "DeleteQueue", "action": { "answer": { "code": "AccessDenied" } } }])).await;
    let fields = [("connection", "local"), ("queue", "orders"), ("delete", "orders")];
    let shown = console.submit("queues/delete", &fields).await;
    assert_eq!((shown.status, shown.path.as_str()), (403, "/local/queues/orders/danger"));
    assert!(shown.says("AWS refused access"));
    let log = console.activity().await;
    assert_eq!((log.len(), log[0].entry.verb), (1, Verb::DeleteQueue));
    assert!(matches!(&log[0].outcome, Some(Outcome::Failed { code, .. }) if code.as_str() == "AccessDenied"));
    assert_eq!(visible(&console).await, "1");
}
