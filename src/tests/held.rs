//! Acting on what is held, through the real router, with the effect log of the embedded SQS as the witness.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::console::{Shown, TestConsole};
use super::messages::{console_with, depth, effects, look, until};
use crate::model::Verb;
use crate::model::activity::Outcome;
use crate::server::services::messages::Terms;

const PAGE: &str = "/local/queues/orders/messages";

/// Starts a hold and waits until everything has come.
async fn hold(console: &TestConsole, queue: &str, more: &[(&str, &str)]) -> Shown {
    let fields: Vec<_> = [("connection", "local"), ("queue", queue)].into_iter().chain(more.iter().copied()).collect();
    let started = console.submit("messages/hold", &fields).await;
    if started.status != 200 {
        return started;
    }
    until(console, &format!("/local/queues/{queue}/messages"), |page| !page.says("data-progress")).await
}

async fn release(console: &TestConsole) -> Shown {
    console.submit("messages/release", &[("connection", "local"), ("queue", "orders")]).await
}

/// What the audit log says of the newest entry once it has ended.
async fn ended(console: &TestConsole) -> Option<Outcome> {
    for _ in 0..100 {
        if let outcome @ Some(_) = console.activity().await.remove(0).outcome {
            return outcome;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    None
}

/// The ids of the messages that can be marked.
fn markable(page: &Shown) -> Vec<String> {
    let values = page.html.split("name=\"ids[]\" value=\"").skip(1);
    values.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

async fn act(console: &TestConsole, action: &str, ids: &[String], seconds: &str) -> Shown {
    let mut fields = vec![("connection", "local"), ("queue", "orders"), ("action", action), ("seconds", seconds)];
    fields.extend(ids.iter().map(|id| ("ids[]", id.as_str())));
    console.submit("messages/act", &fields).await
}

#[tokio::test]
async fn what_is_held_can_be_acted_on() {
    let console = console_with("orders", json!({}), 12).await;
    let page = hold(&console, "orders", &[("messages", "11"), ("seconds", "0")]).await;
    assert_eq!(depth(&console, "orders").await, (1, 11));
    let ids = markable(&page);
    assert_eq!(ids.len(), 11, "{}", page.html);

    let page = act(&console, "delete", &ids[..2], "").await;
    assert!(page.status == 200 && page.says("deleted"), "{}", page.html);
    assert_eq!(depth(&console, "orders").await, (1, 9));
    act(&console, "release", &ids[2..3], "").await;
    assert_eq!(depth(&console, "orders").await, (2, 8));
    let page = act(&console, "hide", &ids[3..4], "3600").await;
    assert!(page.says("held for 1\u{a0}h") || page.says("held for 59\u{a0}min"), "{}", page.html);
    assert_eq!(markable(&page).len(), 8);

    let verbs: Vec<Verb> = console.activity().await.into_iter().map(|activity| activity.entry.verb).collect();
    assert_eq!(verbs, [Verb::ChangeVisibility, Verb::ChangeVisibility, Verb::DeleteMessage, Verb::ReceiveMessages]);
}

#[tokio::test]
async fn a_deed_that_fails_in_part_says_which_and_keeps_them_marked() {
    let console = console_with("orders", json!({}), 4).await;
    let page = hold(&console, "orders", &[("messages", "4"), ("seconds", "0")]).await;
    let ids = markable(&page);
    let first = page.html.split("<button").find(|button| button.contains("name=\"action\"")).unwrap();
    assert!(first.contains("value=\"hide\""), "Enter in the seconds presses the first button: {first}");
    let refused = act(&console, "hide", &ids[..2], "43201").await;
    let marks = |page: &Shown| {
        let marks = page.html.split("<input").filter(|input| input.contains("name=\"ids[]\""));
        marks.filter(|input| input.contains("checked")).count()
    };
    assert_eq!((refused.status, marks(&refused)), (422, 2), "{}", refused.html);
    let action = json!({ "fail_entries": { "ids": ["1"], "code": "InternalError" } });
    console.dial(&json!([{ "operation": "DeleteMessageBatch", "count": 1, "action": action }])).await;
    let page = act(&console, "delete", &ids, "").await;
    assert!(page.says("failed: InternalError") && page.says(", 1 not"), "{}", page.html);
    assert_eq!(markable(&page).len(), 1);
    assert_eq!(marks(&page), 1, "one press tries it again");
    act(&console, "delete", &markable(&page), "").await;
    assert_eq!(depth(&console, "orders").await, (0, 0));
}

#[tokio::test]
async fn a_lost_answer_is_no_failure() {
    let console = console_with("orders", json!({}), 12).await;
    let page = hold(&console, "orders", &[("messages", "12"), ("seconds", "0")]).await;
    let ids = markable(&page);
    let lost = json!({ "operation": "DeleteMessageBatch", "nth": 2, "action": { "drop": "after" } });
    console.dial(&json!([lost])).await;
    let page = act(&console, "delete", &ids, "").await;
    assert!(page.says(", 2 unknown") && page.says("outcome unknown: ") && !page.says("failed: "), "{}", page.html);
    let Some(Outcome::Succeeded { detail, .. }) = &console.activity().await[0].outcome else { panic!() };
    assert_eq!([&detail["succeeded"], &detail["failed"], &detail["unknown"]], ["10", "0", "2"]);
    let denied = json!({ "operation": "ChangeMessageVisibilityBatch", "count": 1, "action": { "answer": { "code": "AccessDenied" } } });
    let lost = json!({ "operation": "ChangeMessageVisibilityBatch", "nth": 2, "action": { "drop": "after" } });
    let console = console_with("orders", json!({}), 12).await;
    let page = hold(&console, "orders", &[("messages", "12"), ("seconds", "0")]).await;
    console.dial(&json!([denied, lost])).await;
    let page = act(&console, "hide", &markable(&page), "60").await;
    assert_eq!(page.status, 502, "{}", page.html);
    assert!(page.says("outcome unknown: ") && page.says("failed: AccessDenied"), "each says its own: {}", page.html);
    assert!(matches!(console.activity().await[0].outcome, Some(Outcome::Unknown { .. })), "one may have been hidden");
}

#[tokio::test]
async fn a_hold_that_breaks_off_keeps_and_logs_what_it_has() {
    let console = console_with("orders", json!({}), 12).await;
    let rule = json!([{ "operation": "ReceiveMessage", "nth": 2, "action": { "answer": { "code": "AccessDenied" } } }]);
    console.dial(&rule).await;
    let page = hold(&console, "orders", &[("messages", "12"), ("seconds", "0")]).await;
    assert_eq!(markable(&page).len(), 10, "{}", page.html);
    assert!(release(&console).await.says("10\u{a0}messages released"));
    let Some(Outcome::Succeeded { detail, .. }) = ended(&console).await else { panic!() };
    assert!(detail["messages"] == "10" && detail["broken off"].contains("AccessDenied"), "{detail:?}");
}

/// A message and a console whose leases last a second and cannot be renewed.
async fn console_that_cannot_renew() -> TestConsole {
    let console = TestConsole::holding(Terms { lease: 1, ..Terms::default() }).await;
    let url = console.queue("orders", json!({})).await;
    console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": "1" })).await;
    console.dial(&json!([{ "operation": "ChangeMessageVisibilityBatch", "action": "throttle" }])).await;
    console
}

#[tokio::test]
async fn a_message_that_is_visible_again_is_left_alone() {
    let console = console_that_cannot_renew().await;
    hold(&console, "orders", &[("messages", "1")]).await;
    let ids = effects(&console, "received").into_keys().collect::<Vec<_>>();
    until(&console, PAGE, |page| page.says("visible again") && !page.says("messages/act")).await;
    for action in ["delete", "release"] {
        assert_eq!(act(&console, action, &ids, "").await.status, 409);
    }
    assert_eq!(depth(&console, "orders").await, (1, 0), "not deleted through a stale handle");
    assert_eq!(act(&console, "delete", &["unknown".to_owned()], "").await.status, 404);
    assert_eq!(act(&console, "delete", &[], "").await.status, 422);
}

#[tokio::test]
async fn stop_ends_the_receiving_without_losing_what_comes() {
    let console = console_with("orders", json!({}), 0).await;
    let fields = [("connection", "local"), ("queue", "orders"), ("seconds", "30")];
    assert!(console.submit("messages/hold", &fields).await.says("data-progress"));
    assert_eq!(console.submit("messages/hold", &fields).await.status, 409, "one at a time");
    assert_eq!(look(&console, &[]).await.status, 409, "a look would take its place");
    assert_eq!(act(&console, "delete", &["any".to_owned()], "").await.status, 409, "not before it has ended");
    let began = Instant::now();
    console.submit("messages/stop", &[("connection", "local"), ("queue", "orders")]).await;
    let page = until(&console, PAGE, |page| !page.says("data-progress")).await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(page.says("stopped") && page.says("An empty answer is not an empty queue"), "{}", page.html);
    assert_eq!(console.submit("messages/stop", &[("connection", "local"), ("queue", "orders")]).await.status, 409);
}

#[tokio::test]
async fn a_message_that_comes_back_ends_the_receiving() {
    let console = console_that_cannot_renew().await;
    let page = hold(&console, "orders", &[("seconds", "20")]).await;
    assert!(page.says("for the second time"), "{}", page.html);
    assert_eq!(effects(&console, "received").values().max(), Some(&2), "not received over and over");
}

#[tokio::test]
async fn what_is_released_first_is_not_deleted_after_it() {
    let console = console_with("orders", json!({}), 3).await;
    let page = hold(&console, "orders", &[("messages", "3"), ("seconds", "0")]).await;
    let ids = markable(&page);
    let slow = json!([{ "operation": "ChangeMessageVisibilityBatch", "action": { "delay": { "ms": 900 } } }]);
    console.dial(&slow).await;
    let late = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        act(&console, "delete", &ids, "").await
    };
    let (_, late) = tokio::join!(release(&console), late);
    assert!(effects(&console, "deleted").is_empty(), "not through a handle that was given back");
    assert!(late.says("3 not"), "{}", late.html);
}
