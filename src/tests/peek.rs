//! Looking at an endpoint that shows messages without receiving them, with the effect log as the witness.

use serde_json::json;

use super::console::TestConsole;

const PAGE: &str = "/local/queues/orders/messages";

/// A read-only console with a queue that could spare no receive: at AWS it would refuse to look.
async fn console() -> TestConsole {
    let console = TestConsole::peeking().await;
    let dead = console.queue("orders-dlq", json!({})).await;
    let arn = console.attributes("orders-dlq").await.unwrap()["QueueArn"].clone();
    let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": 1 }).to_string();
    let url = console.queue("orders", json!({ "RedrivePolicy": policy })).await;
    for (url, body) in [(&url, "body-one"), (&url, "body-two"), (&dead, "body-dead")] {
        console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": body })).await;
    }
    console
}

#[tokio::test]
async fn a_look_that_costs_nothing_is_not_refused_and_disturbs_nothing() {
    let console = console().await;
    let before = console.effects();
    assert!(console.get(PAGE).await.says("a look is free"));

    let page = console.submit("messages/look", &[("connection", "local"), ("queue", "orders"), ("limit", "10")]).await;
    assert_eq!(page.status, 200, "{}", page.html);
    assert!(page.says("read without receiving"), "{}", page.html);
    assert!(page.says("body-one") && page.says("body-two") && !page.says("body-dead"), "{}", page.html);
    assert_eq!(console.effects(), before, "nothing was received, hidden or counted");

    let again = console.submit("messages/look", &[("connection", "local"), ("queue", "orders")]).await;
    assert!(again.says("read without receiving"), "no pause is needed between looks that cost nothing");
    assert_eq!(console.activity().await, [], "nothing was changed, so nothing is written down");
}

#[tokio::test]
async fn a_message_that_was_only_read_offers_nothing_that_needs_a_receive() {
    let console = console().await;
    let page = console.submit("messages/look", &[("connection", "local"), ("queue", "orders")]).await;
    let (_, link) = page.html.split_once(&format!("{PAGE}/")).unwrap();
    let message = console.get(&format!("{PAGE}/{}", link.split('"').next().unwrap())).await;
    assert!(message.says("untouched") && message.says("Send it again as a command"), "{}", message.html);
    assert!(!message.says("Delete it as a command") && !message.says("Act on it"));
}
