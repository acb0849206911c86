//! A snapshot by cause and by group, through the real router.

use serde_json::{Value, json};

use super::console::{Shown, TestConsole};
use crate::model::words;

/// A console that only reads, with these messages in a queue, and a look at them.
async fn looked(queue: &str, messages: &[Value]) -> TestConsole {
    let console = TestConsole::peeking().await;
    let url = console.queue(queue, json!({})).await;
    for message in messages {
        let mut message = message.clone();
        message["QueueUrl"] = url.clone().into();
        console.sqs("SendMessage", message).await;
    }
    let look = [("connection", "local"), ("queue", queue), ("limit", "100")];
    assert_eq!(console.submit("messages/look", &look).await.status, 200);
    console
}

fn failed(body: &str, error: &str) -> Value {
    let attributes = json!({ "ErrorCode": { "DataType": "Number", "StringValue": "500" },
        "ErrorMessage": { "DataType": "String", "StringValue": error } });
    json!({ "MessageBody": body, "MessageAttributes": attributes })
}

fn between<'a>(html: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    html.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

fn messages(count: u64) -> String {
    words::plural(count, "message", "messages")
}

/// Freezes what the first button of a page means.
async fn act(console: &TestConsole, page: &Shown) -> Shown {
    // The first form of its kind; the filter's own has a field of the same name.
    let form = between(&page.html, "/api/messages/choose\"", "</form>")[0];
    let value = |name: &str| between(form, &format!("name=\"{name}\" value=\""), "\"")[0].to_owned();
    let plain = |text: String| text.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<");
    let (queue, session, filter) = (value("queue"), value("session"), plain(value("filter")));
    let by = plain(value("by"));
    let fields = [("connection", "local"), ("queue", &queue), ("session", &session), ("filter", &filter), ("by", &by)];
    console.submit("messages/choose", &[&fields[..], &[("all", "on")]].concat()).await
}

#[tokio::test]
async fn one_cause_is_one_line_and_leads_to_its_messages_and_to_what_can_be_done_with_them() {
    let sent =
        [failed("{\"n\": 1}", "Order 123 not found"), failed("{\"n\": 2}", "Order 456 not found"), failed("x", "Full")];
    let console = looked("orders-dlq", &sent).await;
    let page = console.get("/local/queues/orders-dlq/messages?view=causes").await;
    assert!(page.says("500: Order ‹number› not found") && page.says("500: Full"), "{}", page.html);
    assert!(page.says("by ErrorCode and ErrorMessage, in 3 of 3 messages"), "{}", page.html);
    let link = between(&page.html, "href=\"", "\"").into_iter().find(|href| href.contains("cause%3A")).unwrap();
    let list = console.get(&link.replace("&amp;", "&")).await;
    assert!(list.says("2 of 3 match"), "{}", list.html);
    let chosen = act(&console, &page).await;
    assert!(chosen.path.contains("/chosen/") && chosen.says(&messages(2)), "{}", chosen.html);
    let file = console.file(&format!("{}/export.ndjson", chosen.path)).await;
    assert_eq!(file.text.lines().count(), 2);
}

#[tokio::test]
async fn causes_are_told_apart_by_what_somebody_picks() {
    let body = |status: u32| json!({ "MessageBody": format!("{{\"order\": {{\"status\": {status}}}}}") });
    let console = looked("orders-dlq", &[body(404), body(404), body(500)]).await;
    let page = console.get("/local/queues/orders-dlq/messages?view=causes&by=body.order.status").await;
    assert!(page.says("by body.order.status, in 3 of 3 messages"), "{}", page.html);
    assert!(page.says("value=\"body.order.status\"") && page.says("value=\"shape\""), "suggested");
    let chosen = act(&console, &page).await;
    assert!(chosen.says(&messages(2)), "the choice knows by what: {}", chosen.html);
}

#[tokio::test]
async fn hostile_causes_are_text() {
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    let console = looked("orders-dlq", &[failed(hostile, hostile), json!({ "MessageBody": hostile })]).await;
    for by in ["", "attr.ErrorMessage", "shape", "%3Cscript%3Ealert(3)%3C%2Fscript%3E"] {
        let page = console.get(&format!("/local/queues/orders-dlq/messages?view=causes&by={by}")).await;
        assert_eq!(page.status, 200);
        assert!(!page.says("<script>alert") && !page.says("<img src=x"), "{}", page.html);
    }
}

#[tokio::test]
async fn groups_say_what_they_wait_for() {
    let letter = |group: &str, n: u32| json!({ "MessageBody": format!("{n}"), "MessageGroupId": group, "MessageDeduplicationId": n.to_string() });
    let console = looked("orders.fifo", &[letter("b", 1), letter("<i>a</i>", 2), letter("b", 3)]).await;
    let page = console.get("/local/queues/orders.fifo/messages?view=groups").await;
    assert!(page.says("2\u{A0}groups, the oldest first") && page.says("free"), "{}", page.html);
    assert!(page.says("&lt;i>a") || page.says("&lt;i&gt;a"), "{}", page.html);
    let chosen = act(&console, &page).await;
    assert!(chosen.says(&messages(2)), "{}", chosen.html);
    let standard = looked("orders", &[json!({ "MessageBody": "x" })]).await;
    let page = standard.get("/local/queues/orders/messages?view=groups").await;
    assert!(page.status == 200 && !page.says("By group"), "{}", page.html);
}
