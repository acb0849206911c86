//! Looking through the real router, with the effect log of the embedded SQS as the witness.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::console::{Shown, TestConsole};
use crate::model::Verb;
use crate::model::activity::Outcome;

const PAGE: &str = "/local/queues/orders/messages";

/// A console with a queue and so many messages in it.
pub(super) async fn console_with(queue: &str, attributes: Value, messages: usize) -> TestConsole {
    let console = TestConsole::start().await;
    let url = console.queue(queue, attributes).await;
    for n in 0..messages {
        let mut message = json!({ "QueueUrl": url, "MessageBody": format!("{{\"order\":{n}}}") });
        if queue.ends_with(".fifo") {
            message["MessageGroupId"] = "g".into();
            message["MessageDeduplicationId"] = n.to_string().into();
        }
        console.sqs("SendMessage", message).await;
    }
    console
}

/// How often each message met this effect.
pub(super) fn effects(console: &TestConsole, effect: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for happened in console.effects() {
        if happened["effect"] == effect {
            *counts.entry(happened["message_id"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    counts
}

/// Visible and in flight.
pub(super) async fn depth(console: &TestConsole, queue: &str) -> (usize, usize) {
    let attributes = console.attributes(queue).await.unwrap();
    let count = |name: &str| attributes[name].as_str().unwrap().parse().unwrap();
    (count("ApproximateNumberOfMessages"), count("ApproximateNumberOfMessagesNotVisible"))
}

pub(super) async fn look(console: &TestConsole, more: &[(&str, &str)]) -> Shown {
    let fields: Vec<_> =
        [("connection", "local"), ("queue", "orders")].into_iter().chain(more.iter().copied()).collect();
    console.submit("messages/look", &fields).await
}

/// Opens a page until it is as wanted.
pub(super) async fn until(console: &TestConsole, path: &str, wanted: impl Fn(&Shown) -> bool) -> Shown {
    let began = Instant::now();
    loop {
        let page = console.get(path).await;
        if wanted(&page) {
            return page;
        }
        assert!(began.elapsed() < Duration::from_secs(15), "{}", page.html);
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn no_page_receives() {
    let console = console_with("orders", json!({}), 3).await;
    look(&console, &[]).await;
    let before = console.effects();
    let id = effects(&console, "received").into_keys().next().unwrap();
    for path in ["", "/send", "/messages", "/messages?page=2", &format!("/messages/{id}"), "/messages/unknown"] {
        console.get(&format!("/local/queues/orders{path}")).await;
    }
    assert_eq!(console.effects(), before, "a GET disturbed a message");
}

#[tokio::test]
async fn a_look_costs_one_receive_and_gives_everything_back() {
    let console = console_with("orders", json!({}), 25).await;
    let page = look(&console, &[("limit", "100")]).await;
    assert_eq!((page.status, page.path.as_str()), (200, PAGE));
    assert_eq!(depth(&console, "orders").await, (25, 0));
    let received = effects(&console, "received");
    assert_eq!((received.len(), received.values().max()), (25, Some(&1)), "each once");
    assert!(page.says("given back at once") && page.says("{\"order\":7}"), "{}", page.html);

    let log = console.activity().await;
    assert_eq!((log.len(), log[0].entry.verb), (1, Verb::Look));
    let Some(Outcome::Succeeded { detail, .. }) = &log[0].outcome else { panic!("{log:?}") };
    assert_eq!(detail["messages"], "25");
}

#[tokio::test]
async fn a_look_takes_no_more_than_it_was_asked_for() {
    let console = console_with("orders", json!({}), 25).await;
    look(&console, &[("limit", "10")]).await;
    assert_eq!(effects(&console, "received").len(), 10);
    assert_eq!(depth(&console, "orders").await, (25, 0));
}

#[tokio::test]
async fn looks_at_the_same_time_share_one_and_the_next_waits() {
    let console = console_with("orders", json!({}), 12).await;
    let (one, two) = tokio::join!(look(&console, &[]), look(&console, &[]));
    assert_eq!((one.status, two.status), (200, 200));
    assert_eq!(effects(&console, "received").values().max(), Some(&1), "the second cost nothing");
    let soon = look(&console, &[]).await;
    assert_eq!(soon.status, 409);
    assert!(soon.says("looked at a moment ago") && soon.says("given back at once"), "the snapshot is still here");
    assert_eq!(effects(&console, "received").values().max(), Some(&1));
    let console = console_with("orders", json!({}), 12).await;
    console.dial(&json!([{ "operation": "ReceiveMessage", "action": { "delay": { "ms": 700 } } }])).await;
    let fields = [("connection", "local"), ("queue", "orders")];
    let later = async { (sleep(Duration::from_millis(200)).await, look(&console, &[]).await).1.status };
    let receive = async { (sleep(Duration::from_millis(200)).await, console.submit("messages/hold", &fields).await).1 };
    let (one, wider, receive) = tokio::join!(look(&console, &[("limit", "10")]), later, receive);
    assert_eq!((one.status, wider, receive.status), (200, 409, 409), "a wider one does not share it");
}

#[tokio::test]
async fn a_look_ends_whether_or_not_its_asker_stays() {
    let console = console_with("orders", json!({}), 12).await;
    console.dial(&json!([{ "operation": "ReceiveMessage", "action": { "delay": { "ms": 300 } } }])).await;
    let gone = tokio::time::timeout(Duration::from_millis(150), look(&console, &[])).await;
    assert!(gone.is_err(), "it was too fast to be left");
    until(&console, PAGE, |page| page.says("given back at once")).await;
    assert_eq!(depth(&console, "orders").await, (12, 0));
}

#[tokio::test]
async fn a_look_that_breaks_off_gives_back_what_it_had() {
    let console = console_with("orders", json!({}), 12).await;
    let rule = json!([{ "operation": "ReceiveMessage", "nth": 3, "action": { "answer": { "code": "AccessDenied" } } }]);
    console.dial(&rule).await;
    let page = look(&console, &[]).await;
    assert!(page.says("broken off") && page.says("AWS refused access"), "{}", page.html);
    assert_eq!(depth(&console, "orders").await.1, 0, "nothing stays hidden");
    let Some(Outcome::Succeeded { detail, .. }) = &console.activity().await[0].outcome else { panic!() };
    assert!(detail["broken off"].contains("AccessDenied"), "{detail:?}");
    let console = console_with("orders", json!({}), 3).await;
    console.dial(&json!([{ "operation": "ReceiveMessage", "action": { "answer": { "code": "AccessDenied" } } }])).await;
    let page = look(&console, &[]).await;
    assert!(page.status == 403 && page.says("AWS refused access") && page.says("No snapshot"), "no empty queue");
}

#[tokio::test]
async fn what_cannot_be_given_back_is_said() {
    let console = console_with("orders", json!({}), 3).await;
    let action = json!({ "fail_entries": { "ids": ["1"] } });
    console.dial(&json!([{ "operation": "ChangeMessageVisibilityBatch", "count": 1, "action": action }])).await;
    let page = look(&console, &[]).await;
    assert!(page.says("given back at once"), "the second try is enough: {}", page.html);

    let console = console_with("orders", json!({}), 3).await;
    console.dial(&json!([{ "operation": "ChangeMessageVisibilityBatch", "action": { "fail_entries": {} } }])).await;
    let page = look(&console, &[]).await;
    assert!(page.says("could not be given back") && page.says("by itself at"), "{}", page.html);
}

#[tokio::test]
async fn few_receives_are_not_spent_without_consent() {
    let console = TestConsole::start().await;
    console.queue("orders-dlq", json!({})).await;
    let arn = console.attributes("orders-dlq").await.unwrap()["QueueArn"].clone();
    let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": 3 }).to_string();
    let url = console.queue("orders", json!({ "RedrivePolicy": policy })).await;
    console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": "1" })).await;

    let page = console.get(PAGE).await;
    assert!(page.says("of 3 before it moves to orders-dlq"), "the price stands before the click: {}", page.html);
    assert_eq!(look(&console, &[]).await.status, 409);
    let fields = [("connection", "local"), ("queue", "orders")];
    assert_eq!(console.submit("messages/hold", &fields).await.status, 409);
    let mistyped = look(&console, &[("spend", "on"), ("confirm", "order")]).await;
    assert!(mistyped.status == 422 && mistyped.says("This is not the queue"), "{}", mistyped.html);
    assert_eq!(effects(&console, "received").len(), 0, "nothing was received");

    assert_eq!(look(&console, &[("spend", "on"), ("confirm", "orders")]).await.status, 200);
    assert_eq!(effects(&console, "received").len(), 1);
}

#[tokio::test]
async fn fifo_is_given_back_from_its_first_message_on() {
    let console = console_with("orders.fifo", json!({}), 10).await;
    let fields = [("connection", "local"), ("queue", "orders.fifo")];
    let page = console.submit("messages/look", &fields).await;
    assert_eq!(page.status, 200);
    let log = console.effects();
    let order = |effect: &str| -> Vec<String> {
        let of = log.iter().filter(|happened| happened["effect"] == effect);
        of.map(|happened| happened["message_id"].as_str().unwrap().to_owned()).collect()
    };
    let (sent, hidden) = (order("sent"), order("hidden"));
    assert_eq!(hidden[hidden.len() - 10..], sent[..], "released in the order of their sequence");
    assert_eq!(depth(&console, "orders.fifo").await, (10, 0));
}

#[tokio::test]
async fn hostile_messages_stay_text_on_every_page() {
    let console = TestConsole::start().await;
    let url = console.queue("orders", json!({})).await;
    let hostile = "</textarea></code><script>alert(1)</script><img src=x onerror=alert(1)>";
    let text = |value: &str| json!({ "DataType": "String.x", "StringValue": value });
    for body in [hostile.to_owned(), json!({ "k": hostile, hostile: 1 }).to_string(), "<a><b/></a>".to_owned()] {
        let message = json!({
            "QueueUrl": url, "MessageBody": body, "MessageGroupId": "</span><script>",
            "MessageAttributes": { "note": text(hostile) },
        });
        console.sqs("SendMessage", message).await;
    }
    let page = look(&console, &[]).await;
    let ids: Vec<String> = effects(&console, "received").into_keys().collect();
    let mut pages = vec![page];
    for id in &ids {
        for view in ["", "?view=raw"] {
            pages.push(console.get(&format!("{PAGE}/{id}{view}")).await);
        }
    }
    for page in pages {
        assert_eq!(page.status, 200, "{}", page.path);
        let alive = ["<script>alert", "<img src=x", "</span><script>"].iter().any(|markup| page.says(markup));
        assert!(!alive, "{}", page.html);
    }
}

#[tokio::test]
async fn one_message_is_shown_whole_with_all_that_is_known() {
    let console = TestConsole::start().await;
    let url = console.queue("orders", json!({})).await;
    let body = r#"{"b":1.10,"a":[1,2]}"#;
    let attributes = json!({
        "weight": { "DataType": "Number.kg", "StringValue": "1.5" },
        "stamp": { "DataType": "Binary", "BinaryValue": "AP8=" },
    });
    console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": body, "MessageAttributes": attributes })).await;
    look(&console, &[]).await;
    let id = effects(&console, "received").into_keys().next().unwrap();
    let page = console.get(&format!("{PAGE}/{id}")).await;
    for said in ["1.10", "Number.kg", "00 ff", "AP8=", "ApproximateReceiveCount", "1 of 1 in the snapshot", "aws sqs"] {
        assert!(page.says(said), "{said}: {}", page.html);
    }
    let raw = console.get(&format!("{PAGE}/{id}?view=raw")).await;
    assert!(raw.says("{&quot;b&quot;:1.10,&quot;a&quot;:[1,2]}"), "{}", raw.html);
    let gone = console.get(&format!("{PAGE}/no-such-id")).await;
    assert!(gone.status == 404 && gone.says("Look again"), "{}", gone.html);
}

#[tokio::test]
async fn a_read_only_console_receives_nothing() {
    let console = TestConsole::read_only().await;
    let url = console.queue("orders", json!({})).await;
    console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": "1" })).await;
    let page = console.get(PAGE).await;
    assert!(page.says("aria-disabled=\"true\"") && page.says("The console is read-only"), "{}", page.html);
    let fields = [("connection", "local"), ("queue", "orders"), ("action", "delete"), ("ids[]", "x")];
    for endpoint in ["messages/look", "messages/hold"] {
        assert_eq!(console.submit(endpoint, &fields).await.status, 403, "{endpoint}");
    }
    assert_eq!(effects(&console, "received").len(), 0);
}
