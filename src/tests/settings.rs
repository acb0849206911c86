//! Changing settings through the real router: looked at first, applied second, never over somebody else's change.

use serde_json::{Value, json};

use super::console::{Shown, TestConsole};
use crate::model::Verb;
use crate::model::activity::Outcome;

const PAGE: &str = "/local/queues/orders/settings";

/// The fields of the form that a page shows, as a browser would send them: hidden and visible, typed and chosen.
fn fields(html: &str) -> Vec<(String, String)> {
    let form = html.split("action=\"/api/queues/update\"").nth(1).unwrap().split("</form>").next().unwrap();
    let attribute = |tag: &str, name: &str| {
        let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
        Some(value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    };
    let mut found = Vec::new();
    let mut select = None;
    for tag in form.split('<').skip(1) {
        let chosen = |tag: &str, word: &str| tag.contains(&format!(" {word}"));
        if tag.starts_with("input") {
            let kind = attribute(tag, "type").unwrap_or_default();
            if !["radio", "checkbox"].contains(&kind.as_str()) || chosen(tag, "checked") {
                found.push((attribute(tag, "name").unwrap(), attribute(tag, "value").unwrap_or_default()));
            }
        } else if tag.starts_with("select") {
            select = attribute(tag, "name");
        } else if tag.starts_with("option") && chosen(tag, "selected") {
            found.extend(select.take().map(|name| (name, attribute(tag, "value").unwrap())));
        } else if tag.starts_with("textarea") {
            let text = tag.split_once('>').unwrap().1.trim_start_matches('\n');
            found.push((attribute(tag, "name").unwrap(), text.replace("&amp;", "&")));
        }
    }
    found
}

/// Submits the form of a page with some fields changed.
async fn submit(console: &TestConsole, shown: &Shown, changed: &[(&str, &str)]) -> Shown {
    let mut all = fields(&shown.html);
    for (name, value) in changed {
        all.retain(|(field, _)| field != name);
        all.push(((*name).to_owned(), (*value).to_owned()));
    }
    let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    console.submit("queues/update", &all).await
}

async fn with_orders(attributes: Value) -> TestConsole {
    let console = TestConsole::start().await;
    console.queue("orders-dlq", json!({ "MessageRetentionPeriod": "1209600" })).await;
    console.queue("orders", attributes).await;
    console
}

async fn value(console: &TestConsole, attribute: &str) -> String {
    console.attributes("orders").await.unwrap()[attribute].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_change_is_shown_first_and_applied_second() {
    let console = with_orders(json!({ "VisibilityTimeout": "45" })).await;
    let form = console.get(PAGE).await;
    assert_eq!(form.status, 200);
    let asked = [
        ("visibility_timeout", "2"),
        ("visibility_timeout_unit", "minutes"),
        ("dead_letters", "queue"),
        ("dead_letter_queue", "orders-dlq"),
        ("max_receive_count", "5"),
        ("tags", "team=pay\r\nenv=prod"),
    ];
    let review = submit(&console, &form, &asked).await;
    assert_eq!((review.status, review.path.as_str()), (200, PAGE));
    assert!(review.says("What changes") && review.says("45\u{a0}s") && review.says("2\u{a0}min"), "{}", review.html);
    assert!(review.says("orders-dlq after 5\u{a0}receives") && review.says("aws sqs set-queue-attributes"));
    assert!(!review.says("DelaySeconds"), "only what changes is sent");
    assert_eq!(value(&console, "VisibilityTimeout").await, "45", "nothing is changed yet");
    assert_eq!(console.activity().await, []);

    let saved = submit(&console, &review, &[]).await;
    assert!(saved.status == 200 && saved.says("Saved"), "{}", saved.html);
    assert_eq!(value(&console, "VisibilityTimeout").await, "120");
    assert!(value(&console, "RedrivePolicy").await.contains(":orders-dlq"));
    let log = console.activity().await;
    let verbs: Vec<Verb> = log.iter().map(|activity| activity.entry.verb).collect();
    assert_eq!(verbs, [Verb::TagQueue, Verb::SetAttributes], "newest first");
    assert_eq!(log[1].entry.detail["Visibility timeout"].replace('\u{a0}', " "), "45 s → 2 min");

    let removed = submit(&console, &saved, &[("dead_letters", "none"), ("tags", "team=pay")]).await;
    assert!(submit(&console, &removed, &[]).await.says("Saved"));
    assert_eq!(value(&console, "RedrivePolicy").await, "");
    assert_eq!(console.activity().await[0].entry.verb, Verb::UntagQueue);
    assert!(submit(&console, &console.get(PAGE).await, &[]).await.says("Nothing to change"));
}

#[tokio::test]
async fn what_cannot_be_used_comes_back_as_typed_with_a_sentence() {
    let console = with_orders(json!({})).await;
    let form = console.get(PAGE).await;
    let wrong = [("delay", "16"), ("delay_unit", "minutes"), ("tags", "<b>=1\n=2")];
    let back = submit(&console, &form, &wrong).await;
    assert_eq!((back.status, back.path.as_str()), (422, PAGE));
    assert!(back.says("value=\"16\"") && back.says("0\u{a0}s to 15\u{a0}min"), "{}", back.html);
    assert!(back.says("&lt;b&gt;=1") && !back.says("<b>=1") && back.says("Line 2 has no key"));
    for (target, says) in [("nowhere", "does not exist"), ("orders.fifo", "must be standard"), ("orders", "its own")] {
        let asked = [("dead_letters", "queue"), ("dead_letter_queue", target), ("max_receive_count", "5")];
        let back = submit(&console, &form, &asked).await;
        assert!(back.status == 422 && back.says(says), "{target}: {}", back.html);
    }
    let refuses = json!({ "RedriveAllowPolicy": json!({ "redrivePermission": "denyAll" }).to_string() });
    console.queue("closed", refuses).await;
    let asked = [("dead_letters", "queue"), ("dead_letter_queue", "closed"), ("max_receive_count", "5")];
    assert!(submit(&console, &form, &asked).await.says("does not allow this queue"));
    assert_eq!(console.activity().await, []);
}

#[tokio::test]
async fn a_shorter_retention_must_be_understood() {
    let console = with_orders(json!({})).await;
    let review = submit(&console, &console.get(PAGE).await, &[("retention", "1"), ("retention_unit", "hours")]).await;
    assert!(review.says("Messages older than 1\u{a0}h are deleted"), "{}", review.html);
    let refused = submit(&console, &review, &[]).await;
    assert!(refused.status == 422 && refused.says("Messages would be deleted"), "{}", refused.html);
    assert_eq!(value(&console, "MessageRetentionPeriod").await, "345600");
    assert!(submit(&console, &refused, &[("understood", "on")]).await.says("Saved"));
    assert_eq!(value(&console, "MessageRetentionPeriod").await, "3600");
}

#[tokio::test]
async fn a_change_of_somebody_else_is_neither_lost_nor_overwritten_unseen() {
    let console = with_orders(json!({})).await;
    let form = console.get(PAGE).await;
    let review = submit(&console, &form, &[("visibility_timeout", "45")]).await;
    let url = console.sqs("GetQueueUrl", json!({ "QueueName": "orders" })).await["QueueUrl"].clone();
    let theirs = json!({ "QueueUrl": url, "Attributes": { "VisibilityTimeout": "60", "DelaySeconds": "5" } });
    console.sqs("SetQueueAttributes", theirs).await;
    let refused = submit(&console, &review, &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.says("The settings were changed meanwhile") && refused.says("Changed meanwhile"));
    assert!(refused.says("not touched: stays as it is now"), "the delay");
    assert_eq!(value(&console, "VisibilityTimeout").await, "60");
    assert!(submit(&console, &refused, &[]).await.says("Saved"));
    assert_eq!(
        (value(&console, "VisibilityTimeout").await, value(&console, "DelaySeconds").await),
        ("45".into(), "5".into())
    );
}

#[tokio::test]
async fn what_was_half_applied_is_told_and_can_be_finished() {
    let console = with_orders(json!({})).await;
    let asked = [("visibility_timeout", "45"), ("tags", "team=pay")];
    let review = submit(&console, &console.get(PAGE).await, &asked).await;
    console.dial(&json!([{ "operation": "TagQueue", "action": { "answer": { "code": "AccessDenied" } } }])).await;
    let failed = submit(&console, &review, &[]).await;
    assert_eq!(failed.status, 403);
    assert!(failed.says("A part of it is applied already") && failed.says("Tag team"), "{}", failed.html);
    assert!(!failed.says("Visibility timeout</th>"), "that part is done");
    let log = console.activity().await;
    assert!(matches!(&log[0].outcome, Some(Outcome::Failed { code, .. }) if code.as_str() == "AccessDenied"));
    console.dial(&json!([])).await;
    assert!(submit(&console, &failed, &[]).await.says("Saved"));
}

#[tokio::test]
async fn tags_that_cannot_be_read_are_not_dropped_in_silence() {
    let console = with_orders(json!({})).await;
    let saved = submit(&console, &console.get(PAGE).await, &[("tags", "team=pay")]).await;
    assert!(submit(&console, &saved, &[]).await.says("Saved"));
    let form = console.get(PAGE).await;
    let review = submit(&console, &form, &[("tags", "team=risk")]).await;
    let denied = json!([{ "operation": "ListQueueTags", "action": { "answer": { "code": "AccessDenied" } } }]);
    console.dial(&denied).await;

    // Neither step says that there is nothing to change, and what was typed stays.
    for (step, page) in [("apply", &review), ("review", &form)] {
        let failed = submit(&console, page, &[("step", step), ("tags", "team=risk")]).await;
        assert_eq!(failed.status, 403, "{step}: {}", failed.html);
        assert!(failed.says("AWS refused access") && !failed.says("Nothing to change"), "{step}: {}", failed.html);
        assert!(failed.says("team=risk") && !failed.says("The tags stay as they are"), "{step}: {}", failed.html);
    }
    // What does not concern them can still be changed, and leaves them alone.
    let review = submit(&console, &console.get(PAGE).await, &[("visibility_timeout", "45")]).await;
    assert!(submit(&console, &review, &[]).await.says("Saved"));
    console.dial(&json!([])).await;
    assert!(console.get(PAGE).await.says("team=pay"));
}

#[tokio::test]
async fn a_review_that_is_opened_again_says_what_has_become_of_it() {
    let console = with_orders(json!({})).await;
    let asked = [
        ("visibility_timeout", "45"),
        ("dead_letters", "queue"),
        ("dead_letter_queue", "orders-dlq"),
        ("max_receive_count", "7"),
        ("tags", "env=prod"),
    ];
    let review = submit(&console, &console.get(PAGE).await, &asked).await;
    assert!(review.says("What changes"), "{}", review.html);
    let again = review.url.split_once(PAGE).map(|(_, query)| format!("{PAGE}{query}")).unwrap();
    assert!(console.get(&again).await.says("What changes"));

    // It cannot be looked at: the form says why and keeps what was typed.
    console.dial(&json!([{ "operation": "ListQueueTags", "action": { "answer": { "code": "AccessDenied" } } }])).await;
    let failed = console.get(&again).await;
    assert!(failed.status == 403 && failed.says("AWS refused access"), "{}", failed.html);
    assert!(failed.says("env=prod") && failed.says("value=\"45\""), "{}", failed.html);
    console.dial(&json!([])).await;
    let fields = [("connection", "local"), ("queue", "orders-dlq"), ("delete", "orders-dlq")];
    console.submit("queues/delete", &fields).await;
    let failed = console.get(&again).await;
    assert_eq!(failed.status, 422, "{}", failed.html);
    assert!(failed.says("does not exist") && !failed.says("Nothing to change"), "{}", failed.html);
    assert!(failed.says("value=\"45\"") && failed.says("value=\"7\""), "{}", failed.html);

    // It is done already.
    let review = submit(&console, &console.get(PAGE).await, &[("visibility_timeout", "45")]).await;
    let again = review.url.split_once(PAGE).map(|(_, query)| format!("{PAGE}{query}")).unwrap();
    assert!(submit(&console, &review, &[]).await.says("Saved"));
    let done = console.get(&again).await;
    assert!(done.status == 200 && done.says("Nothing to change"), "{}", done.html);
}

#[tokio::test]
async fn a_read_only_console_shows_settings_and_changes_none() {
    let console = TestConsole::read_only().await;
    console.queue("orders", json!({})).await;
    let form = console.get(PAGE).await;
    assert!(form.says("The console is read-only") && form.says("aria-disabled=\"true\""));
    let review = submit(&console, &form, &[("visibility_timeout", "45")]).await;
    assert!(review.says("aria-disabled=\"true\""));
    let refused = submit(&console, &review, &[]).await;
    assert_eq!(refused.status, 403);
    assert_eq!(value(&console, "VisibilityTimeout").await, "30");
    assert_eq!(console.activity().await.len(), 1, "the attempt is written down");
}

#[tokio::test]
async fn fifo_settings_are_changed_together() {
    let console = TestConsole::start().await;
    console.queue("trades.fifo", json!({})).await;
    let page = "/local/queues/trades.fifo/settings";
    let form = console.get(page).await;
    let back = submit(&console, &form, &[("throughput_limit", "perMessageGroupId")]).await;
    assert_eq!(back.status, 422);
    let asked = [("deduplication_scope", "messageGroup"), ("content_based_deduplication", "on")];
    let review = submit(&console, &back, &asked).await;
    assert!(submit(&console, &review, &[]).await.says("Saved"));
    let attributes = console.attributes("trades.fifo").await.unwrap();
    assert_eq!(attributes["FifoThroughputLimit"], "perMessageGroupId");
    assert_eq!(attributes["ContentBasedDeduplication"], "true");
    assert_eq!(console.get("/local/queues/nothing/settings").await.status, 404);
}
