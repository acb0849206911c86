//! Creating a queue through the real router, with and without its dead-letter queue, and when only half of it works.

use serde_json::json;

use super::console::{Shown, TestConsole};
use crate::model::Verb;

async fn create(console: &TestConsole, fields: &[(&str, &str)]) -> Shown {
    let fields: Vec<(&str, &str)> = [("connection", "local")].into_iter().chain(fields.iter().copied()).collect();
    console.submit("queues/create", &fields).await
}

#[tokio::test]
async fn a_queue_is_created_with_what_was_typed() {
    let console = TestConsole::start().await;
    assert_eq!(console.get("/local/new-queue").await.status, 200);
    let fields = [
        ("name", "orders"),
        ("kind", "fifo"),
        ("dead_letters", "none"),
        ("retention", "2"),
        ("retention_unit", "days"),
        ("content_based_deduplication", "on"),
        ("tags", "team=pay"),
    ];
    let shown = create(&console, &fields).await;
    assert_eq!((shown.status, shown.path.as_str()), (200, "/local/queues/orders.fifo"), "{}", shown.html);
    assert!(shown.says("orders.fifo is created") && shown.says("team"));
    let attributes = console.attributes("orders.fifo").await.unwrap();
    assert_eq!(attributes["MessageRetentionPeriod"], "172800");
    assert_eq!(attributes["ContentBasedDeduplication"], "true");
    assert!(console.get("/local").await.says("orders.fifo"), "the list has it at once");
}

#[tokio::test]
async fn a_dead_letter_queue_is_made_first_and_named() {
    let console = TestConsole::start().await;
    let fields = [
        ("name", "orders"),
        ("kind", "standard"),
        ("dead_letters", "new"),
        ("max_receive_count", "4"),
        ("tags", "team=pay"),
    ];
    let shown = create(&console, &fields).await;
    assert!(shown.status == 200 && shown.says("orders and orders-dlq are created"), "{}", shown.html);
    let policy = console.attributes("orders").await.unwrap()["RedrivePolicy"].as_str().unwrap().to_owned();
    assert!(policy.contains(":orders-dlq") && policy.contains('4'), "{policy}");
    assert_eq!(console.attributes("orders-dlq").await.unwrap()["MessageRetentionPeriod"], "1209600");
    let log = console.activity().await;
    let made: Vec<_> = log.iter().map(|a| (a.entry.verb, a.entry.queue.as_ref().unwrap().as_str())).collect();
    assert_eq!(made, [(Verb::CreateQueue, "orders"), (Verb::CreateQueue, "orders-dlq")]);

    let existing = [
        ("name", "web"),
        ("kind", "standard"),
        ("dead_letters", "existing"),
        ("dead_letter_queue", "orders-dlq"),
        ("max_receive_count", "5"),
    ];
    assert!(create(&console, &existing).await.says("web is created"));
    assert!(console.attributes("web").await.unwrap()["RedrivePolicy"].as_str().unwrap().contains(":orders-dlq"));
}

#[tokio::test]
async fn a_name_that_is_taken_is_said_beside_the_name() {
    let console = TestConsole::start().await;
    console.queue("orders", json!({})).await;
    let shown = create(&console, &[("name", "orders"), ("kind", "standard"), ("dead_letters", "none")]).await;
    assert_eq!((shown.status, shown.path.as_str()), (422, "/local/new-queue"));
    assert!(shown.says("orders exists already") && shown.says("value=\"orders\""), "{}", shown.html);
    let fields = [
        ("name", "web"),
        ("kind", "standard"),
        ("dead_letters", "new"),
        ("dead_letter_queue", "orders"),
        ("max_receive_count", "5"),
    ];
    assert!(create(&console, &fields).await.says("orders exists already"));
    assert_eq!(console.activity().await, [], "nothing was attempted");

    let url = console.sqs("GetQueueUrl", json!({ "QueueName": "orders" })).await["QueueUrl"].clone();
    console.sqs("DeleteQueue", json!({ "QueueUrl": url })).await;
    let shown = create(&console, &[("name", "orders"), ("kind", "standard"), ("dead_letters", "none")]).await;
    assert_eq!(shown.status, 409);
    assert!(shown.says("id=\"name-error\"") && shown.says("deleted less than a minute ago"), "{}", shown.html);
}

#[tokio::test]
async fn what_was_typed_comes_back_with_its_sentences() {
    let console = TestConsole::start().await;
    let fields = [
        ("name", "a b"),
        ("kind", "fifo"),
        ("dead_letters", "existing"),
        ("dead_letter_queue", "<i>"),
        ("max_receive_count", "0"),
        ("tags", "</textarea><script>"),
    ];
    let shown = create(&console, &fields).await;
    assert_eq!(shown.status, 422);
    for field in ["name", "dead_letter_queue", "max_receive_count"] {
        assert!(shown.says(&format!("id=\"{field}-error\"")), "{field}");
    }
    assert!(!shown.says("</textarea><script>") && !shown.says("<i>") && shown.says("value=\"a b\""));
    let fields = [
        ("name", "web"),
        ("kind", "standard"),
        ("dead_letters", "existing"),
        ("dead_letter_queue", "nowhere"),
        ("max_receive_count", "5"),
    ];
    assert!(create(&console, &fields).await.says("no queue named nowhere"));
}

#[tokio::test]
async fn half_a_creation_says_what_exists_and_goes_on_from_there() {
    let console = TestConsole::start().await;
    console
        .dial(&json!([{ "operation": "CreateQueue", "nth": 2, "action": { "answer": { "code": "AccessDenied" } } }]))
        .await;
    let fields = [("name", "orders"), ("kind", "standard"), ("dead_letters", "new"), ("max_receive_count", "5")];
    let shown = create(&console, &fields).await;
    assert_eq!((shown.status, shown.path.as_str()), (403, "/local/new-queue"));
    assert!(shown.says("orders-dlq was created, orders was not") && shown.says("/local/queues/orders-dlq\""));
    assert!(console.attributes("orders").await.is_none() && console.attributes("orders-dlq").await.is_some());
    assert_eq!(console.activity().await.len(), 2, "both attempts are written down");
    assert!(shown.says("value=\"orders-dlq\""), "the form goes on with it");
    console.dial(&json!([])).await;
    let again = [
        ("name", "orders"),
        ("kind", "standard"),
        ("dead_letters", "existing"),
        ("dead_letter_queue", "orders-dlq"),
        ("max_receive_count", "5"),
    ];
    assert!(create(&console, &again).await.says("orders is created"));
}

#[tokio::test]
async fn a_read_only_console_creates_nothing() {
    let console = TestConsole::read_only().await;
    assert!(console.get("/local/new-queue").await.says("aria-disabled=\"true\""));
    let shown = create(
        &console,
        &[("name", "orders"), ("kind", "standard"), ("dead_letters", "new"), ("max_receive_count", "5")],
    )
    .await;
    assert_eq!(shown.status, 403);
    assert!(console.attributes("orders").await.is_none() && console.attributes("orders-dlq").await.is_none());
    assert_eq!(console.activity().await.len(), 1, "the attempt is written down");
}
