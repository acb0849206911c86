//! Native redrive through the real router: said before the click and refused the same, followed, cancelled, kept, and over
//! a restart.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::console::{Shown, TestConsole};
use super::redrives::noted;
use crate::model::journal::{Ended, EndedHow, RedriveId};
use crate::model::{MoveTask, TaskStatus, Verb};

const DLQ: &str = "/local/queues/orders-dlq/redrive";
const PLACE: [(&str, &str); 2] = [("connection", "local"), ("queue", "orders-dlq")];

/// `orders` with its dead-letter queue, in which lie so many messages that failed in it, and `rescue`.
async fn dead_letters(messages: usize) -> TestConsole {
    let console = TestConsole::start().await;
    console.queue("orders-dlq", json!({})).await;
    let arn = "arn:aws:sqs:us-east-1:000000000000:orders-dlq";
    let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": 1 }).to_string();
    let orders = console.queue("orders", json!({ "RedrivePolicy": policy, "VisibilityTimeout": "0" })).await;
    console.queue("rescue", json!({})).await;
    for n in 0..messages {
        console.sqs("SendMessage", json!({ "QueueUrl": orders, "MessageBody": n.to_string() })).await;
    }
    // The second receive of each moves it.
    for _ in 0..(2 * messages).max(1) {
        console.sqs("ReceiveMessage", json!({ "QueueUrl": orders, "MaxNumberOfMessages": 10 })).await;
    }
    console
}

async fn start(console: &TestConsole, more: &[(&str, &str)]) -> Shown {
    let mut fields = PLACE.to_vec();
    if !more.iter().any(|(name, _)| *name == "to") {
        fields.push(("to", "sources"));
    }
    fields.extend(more);
    console.submit("redrive/start", &fields).await
}

/// Opens the page until it says this.
async fn until(console: &TestConsole, text: &str) -> Shown {
    for _ in 0..100 {
        let shown = console.get(DLQ).await;
        if shown.says(text) {
            return shown;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("the page never says {text}: {}", console.get(DLQ).await.html);
}

async fn starts(console: &TestConsole) -> u64 {
    console.calls().await.get("StartMessageMoveTask").copied().unwrap_or_default()
}

#[tokio::test]
async fn a_check_moves_nothing_and_has_an_address_of_its_own() {
    let console = dead_letters(2).await;
    let fields = [PLACE[0], PLACE[1], ("to", "queue"), ("destination", "rescue"), ("rate", "5")];
    let shown = console.submit("redrive/check", &fields).await;
    assert_eq!(shown.status, 200);
    assert!(shown.url.ends_with("/redrive?to=queue&destination=rescue&rate=5"), "{}", shown.url);
    assert!(shown.says("value=\"rescue\"") && shown.says("At 5 a second ≈\u{202F}2\u{A0}messages take 1\u{A0}s"));
    assert!(shown.says("nothing known speaks against it"), "{}", shown.html);
    assert!(!shown.says("aria-disabled"));
    let wrong = console.submit("redrive/check", &[PLACE[0], PLACE[1], ("to", "sources"), ("rate", "501")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.says("Give 1 to 500 messages per second") && wrong.says("value=\"501\""));
    assert_eq!((starts(&console).await, console.activity().await), (0, vec![]));
}

#[tokio::test]
async fn what_blocks_is_said_before_the_click_and_refused_in_the_same_words() {
    let console = dead_letters(2).await;
    let to = |name: &'static str| [("to", "queue"), ("destination", name)];
    let refused = async |fields: &[(&str, &str)], words: &str, status: u16| {
        let mut asked = PLACE.to_vec();
        asked.extend(fields);
        let checked = console.submit("redrive/check", &asked).await;
        assert!(checked.says(words) && checked.says("aria-disabled=\"true\""), "{words}: {}", checked.html);
        let started = start(&console, fields).await;
        assert_eq!(started.status, status, "{words}");
        assert!(started.says(words), "{words}: {}", started.html);
    };
    refused(&to("nowhere"), "There is no queue named nowhere", 404).await;

    console.submit("queues/purge", &[("connection", "local"), ("queue", "rescue"), ("purge", "rescue")]).await;
    refused(&to("rescue"), "rescue was purged a moment ago", 409).await;

    let deny = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*" } ] });
    console.queue("closed", json!({ "Policy": deny.to_string() })).await;
    refused(&to("closed"), "The access policy of closed denies SendMessage to everyone", 409).await;

    console.queue("lonely", json!({})).await;
    let lonely = [("connection", "local"), ("queue", "lonely"), ("to", "sources")];
    let shown = console.submit("redrive/start", &lonely).await;
    assert_eq!(shown.status, 409);
    assert!(shown.says("SQS can only redrive the dead-letter queue of an SQS queue"));
    assert_eq!(starts(&console).await, 0);
}

#[tokio::test]
async fn what_is_known_of_the_messages_is_said() {
    let console = dead_letters(2).await;
    let shown = console.get(DLQ).await;
    assert!(shown.says("How long the messages have left is not known"), "{}", shown.html);
    let url = console.sqs("GetQueueUrl", json!({ "QueueName": "orders-dlq" })).await["QueueUrl"].clone();
    console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": "by hand" })).await;
    console.submit("messages/look", &[PLACE[0], PLACE[1], ("limit", "10")]).await;
    let shown = console.get(DLQ).await;
    assert!(shown.says("The first message expires in") && shown.says("≈ 3 were seen"), "{}", shown.html);
    assert!(shown.says("1 of the 3\u{A0}messages seen was sent here directly"));
    let to_one = console.get(&format!("{DLQ}?to=queue&destination=rescue")).await;
    assert!(!to_one.says("sent here directly"), "there it does not matter");
}

#[tokio::test]
async fn its_pace_both_ends_and_who_started_it_are_on_the_page() {
    let console = dead_letters(6).await;
    start(&console, &[("rate", "2"), ("to", "queue"), ("destination", "rescue")]).await;
    sleep(Duration::from_millis(1_600)).await;
    let shown = console.get(DLQ).await;
    assert!(shown.says("Under way") && shown.says("by local user") && shown.says("at 2/s at most"), "{}", shown.html);
    let pace = shown.html.split("data-pace=\"\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap().to_owned();
    assert!(pace.contains("/s · ") && pace.ends_with("left"), "{pace}");
    for queue in ["orders-dlq", "rescue"] {
        assert!(shown.says(&format!("data-queue=\"{queue}\" data-depth=\"visible\"")), "{queue}");
    }
    assert!(console.get("/local").await.says("data-pace"), "home tells it, too");
    assert!(start(&console, &[]).await.says("A redrive is already running on this queue"));
}

#[tokio::test]
async fn cancelling_says_what_it_does_not_undo_and_the_rest_starts_at_another_rate() {
    let console = dead_letters(9).await;
    let started = start(&console, &[("rate", "1"), ("to", "queue"), ("destination", "rescue")]).await;
    assert!(started.says("What was moved stays moved: cancelling brings nothing back."), "{}", started.html);
    let wrong = [PLACE[0], PLACE[1], ("then", "again"), ("new_rate", "0")];
    let wrong = console.submit("redrive/cancel", &wrong).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.says("Give 1 to 500 messages per second") && wrong.says("Under way"), "nothing was cancelled");
    sleep(Duration::from_millis(1_100)).await;
    let fields = [PLACE[0], PLACE[1], ("then", "again"), ("new_rate", "50")];
    let cancelled = console.submit("redrive/cancel", &fields).await;
    assert!(cancelled.says("Redrive cancelled, ≈\u{202F}1 moved by then"), "{}", cancelled.html);
    assert!(cancelled.says("SQS was told to stop") && cancelled.says("aria-disabled=\"true\""));
    until(&console, ">Cancelled<").await;
    let ready = console.get(&format!("{DLQ}?rate=50")).await;
    assert!(ready.says("Start the rest") && ready.says("the one before ran at 1/s"), "{}", ready.html);
    assert!(ready.says("value=\"rescue\"") && ready.says("value=\"50\"") && !ready.says("aria-disabled"));
    assert!(ready.says("by local user, ≈\u{202F}1 moved by then, 2 more until it stopped"), "{}", ready.html);
    start(&console, &[("rate", "50"), ("to", "queue"), ("destination", "rescue")]).await;
    until(&console, ">Completed<").await;
    let moved = console.attributes("rescue").await.unwrap();
    assert_eq!(moved["ApproximateNumberOfMessages"], "9", "all of them, each once");
}

#[tokio::test]
async fn a_redrive_outlives_the_console_and_stays_whose_it_was() {
    let console = dead_letters(4).await;
    start(&console, &[("rate", "1")]).await;
    let again = Box::pin(console.restarted(crate::server::services::messages::Terms::default())).await;
    let shown = again.get(DLQ).await;
    assert!(shown.says("Under way") && shown.says("by local user"), "{}", shown.html);
    let done = until(&again, ">Completed<").await;
    assert!(done.says("≈ 4 of 4") && done.says(">local user<"), "{}", done.html);
    assert_eq!(starts(&again).await, 1);
}

#[tokio::test]
async fn the_log_goes_on_where_sqs_forgets_and_knows_what_it_did_not_start() {
    let console = dead_letters(1).await;
    let source = "arn:aws:sqs:us-east-1:000000000000:orders-dlq";
    console.sqs("StartMessageMoveTask", json!({ "SourceArn": source })).await;
    until(&console, ">Completed<").await;
    assert!(console.get(DLQ).await.says("not through here"));
    let task = |n: i64| MoveTask {
        handle: None,
        status: TaskStatus::Completed,
        source: source.parse().unwrap(),
        destination: None,
        rate: None,
        moved: 1,
        to_move: Some(1),
        failure: None,
        started: n,
    };
    for n in 1..=24 {
        console.store().tasks_seen(&"local".parse().unwrap(), &[task(n)], n).await.unwrap();
    }
    let first = console.get(DLQ).await;
    assert!(first.says("redrive?page=2") && first.html.matches("Again…").count() == 20, "{}", first.html);
    let last = console.get(&format!("{DLQ}?page=2")).await;
    assert_eq!(last.html.matches("Again…").count(), 5);
    assert_eq!(console.get(&format!("{DLQ}?page=99")).await.html.matches("Again…").count(), 5, "the last page");
}

#[tokio::test]
async fn neither_end_of_a_redrive_is_purged_or_deleted_meanwhile() {
    let console = dead_letters(5).await;
    start(&console, &[("rate", "1")]).await;
    for (queue, words) in [
        ("orders-dlq", "A redrive is moving messages out of orders-dlq"),
        ("orders", "A redrive of orders-dlq is moving messages into this queue"),
    ] {
        let page = console.get(&format!("/local/queues/{queue}/danger")).await;
        assert!(page.says(words) && page.html.matches("aria-disabled=\"true\"").count() == 2, "{queue}: {}", page.html);
        for (endpoint, field) in [("queues/purge", "purge"), ("queues/delete", "delete")] {
            for archive in ["", "on"] {
                let fields = [("connection", "local"), ("queue", queue), (field, queue), ("archive", archive)];
                let shown = console.submit(endpoint, &fields).await;
                assert_eq!((shown.status, shown.says(words)), (409, true), "{endpoint} {queue} {archive}");
            }
        }
    }
    assert!(!console.get("/local/queues/rescue/danger").await.says("aria-disabled"), "it is no end of it");
    let verbs: Vec<Verb> = console.activity().await.into_iter().map(|activity| activity.entry.verb).collect();
    assert_eq!(verbs, [Verb::StartRedrive]);
    console.submit("redrive/cancel", &PLACE).await;
    until(&console, ">Cancelled<").await;
    let fields = [("connection", "local"), ("queue", "orders"), ("delete", "orders")];
    assert_eq!(console.submit("queues/delete", &fields).await.path, "/local");
    let shown = console.get(&format!("{DLQ}?to=queue&destination=orders")).await;
    assert!(shown.says("orders was deleted a moment ago"), "{}", shown.html);
}

#[tokio::test]
async fn a_destination_told_by_another_console_counts_too() {
    let console = dead_letters(5).await;
    let arn = |name: &str| format!("arn:aws:sqs:us-east-1:000000000000:{name}");
    let request =
        json!({ "SourceArn": arn("orders-dlq"), "DestinationArn": arn("rescue"), "MaxNumberOfMessagesPerSecond": 1 });
    console.sqs("StartMessageMoveTask", request).await;
    // Whoever has seen it knows; a page about the dead-letter queue is enough.
    console.get(DLQ).await;
    let words = "A redrive of orders-dlq is moving messages into this queue";
    assert!(console.get("/local/queues/rescue/danger").await.says(words));
    let fields = [("connection", "local"), ("queue", "rescue"), ("delete", "rescue")];
    assert!(console.submit("queues/delete", &fields).await.says(words));
}

#[tokio::test]
async fn neither_end_of_a_selective_redrive_of_another_connection_is_touched() {
    let console = dead_letters(3).await;
    let id = RedriveId::new("beside");
    let new = noted("beside", id.as_str());
    assert!(console.store().add_redrive(new).await.unwrap());
    for (queue, words) in [
        ("orders-dlq", "A selective redrive takes from this queue"),
        ("rescue", "A redrive of orders-dlq is moving messages into this queue"),
    ] {
        for (endpoint, field) in [("queues/purge", "purge"), ("queues/delete", "delete")] {
            let fields = [("connection", "local"), ("queue", queue), (field, queue)];
            let shown = console.submit(endpoint, &fields).await;
            assert_eq!((shown.status, shown.says(words)), (409, true), "{endpoint} {queue}");
        }
    }
    let refused = start(&console, &[]).await;
    assert_eq!((refused.status, starts(&console).await), (409, 0), "{}", refused.html);
    let token = console.store().claim_redrive(&id, 0).await.unwrap().unwrap().token;
    console.store().end_redrive(&id, token, Ended { at_ms: 1, how: EndedHow::Cancelled }).await.unwrap();
    start(&console, &[]).await;
    assert_eq!(starts(&console).await, 1);
}

#[tokio::test]
async fn why_it_failed_is_said_in_words_and_warned_of_the_next_time() {
    let console = dead_letters(0).await;
    let url = console.sqs("GetQueueUrl", json!({ "QueueName": "orders-dlq" })).await["QueueUrl"].clone();
    console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": "by hand" })).await;
    let started = start(&console, &[]).await;
    let shown = until(&console, "Failed: CouldNotDetermineMessageSource").await;
    let address = &started.url[started.url.find("/local").unwrap()..];
    let after = console.get(address).await;
    assert!(after.says("The redrive has failed") && !after.says("Redrive started"), "{}", after.html);
    assert!(shown.says("a message that does not say which queue it failed in"), "{}", shown.html);
    assert!(shown.says("The last redrive there failed (CouldNotDetermineMessageSource)"), "{}", shown.html);
    let to_one = console.get(&format!("{DLQ}?to=queue&destination=rescue")).await;
    assert!(!to_one.says("The last redrive there failed"), "there it does not matter");
}
