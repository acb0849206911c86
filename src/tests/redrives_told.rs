//! What the pages of selective redrives say when something is in the way: an undo, a refused call, another redrive, a form
//! that says nothing, a report that is gone.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::console::{Shown, TestConsole};
use super::redrives::{between, chosen, dead_letters, depth, noted, plain, plan, sent, start, until};
use crate::model::MessageId;
use crate::model::journal::{Change, Closing, Ended, EndedHow, Record, RedriveId};
use crate::server::services::messages::Terms;

/// The id of the redrive or plan that a page shows.
fn id_of(page: &Shown) -> &str {
    page.path.rsplit('/').next().unwrap()
}

/// Plans to take a redrive back and carries that out, to the end.
async fn take_back(console: &TestConsole, redrive: &Shown) -> Shown {
    let fields = [("connection", "local"), ("redrive", id_of(redrive)), ("to", "0")];
    let planned = console.submit("redrives/undo", &fields).await;
    assert!(planned.says("SQS forgets where these messages failed"), "{}", planned.html);
    assert!(planned.says("takes back") && planned.says(&redrive.path), "{}", planned.html);
    let refused = start(console, "orders", &planned, &[]).await;
    assert!(refused.status == 409 && refused.says("Taking messages back could move"), "{}", refused.html);
    let started = start(console, "orders", &planned, &[("spend", "on"), ("confirm", "orders")]).await;
    until(console, &started, "ended ").await
}

/// Chooses all of the dead-letter queue and redrives it to the end.
async fn redrive_all(console: &TestConsole, wish: &[(&str, &str)]) -> Shown {
    let (_, set) = chosen(console, "orders-dlq").await;
    let mut fields = vec![("chosen", set.as_str())];
    fields.extend(wish);
    let planned = plan(console, "orders-dlq", &fields).await;
    let started = start(console, "orders-dlq", &planned, &[]).await;
    until(console, &started, "ended ").await
}

#[tokio::test]
async fn an_undone_redrive_says_so_and_what_was_put_back_still_finds_home() {
    let console = TestConsole::holding(Terms { apart: Duration::ZERO, ..Terms::default() }).await;
    dead_letters(&console, 4).await;
    let there = redrive_all(&console, &[("route", "home")]).await;
    assert!(there.says("CouldNotDetermineMessageSource"), "said before the click: {}", there.html);
    let back = take_back(&console, &there).await;
    assert!(back.says("takes back") && back.says(&there.path), "{}", back.html);
    let undone = console.get(&there.path).await;
    let text = plain(&undone.html);
    assert!(text.contains("It was taken back from orders") && text.contains("4 of 4 copies were put back"), "{text}");
    assert!(undone.says(&back.path) && !undone.says("redrives/undo"), "it is not offered again: {text}");
    let fields = [("connection", "local"), ("redrive", id_of(&there)), ("to", "0")];
    let again = console.submit("redrives/undo", &fields).await;
    assert!(again.status == 409 && again.says("Nothing of this redrive is left to take back"), "{}", again.html);

    // SQS cannot tell any more where they failed; the console can.
    let native = console.get("/local/queues/orders-dlq/redrive").await;
    assert!(plain(&native.html).contains("The console put 4 messages back here"), "{}", native.html);
    let whole = plan(&console, "orders-dlq", &[("route", "home")]).await;
    assert!(plain(&whole.html).contains("Up to 4 messages were put back by the console"), "{}", whole.html);
    let (page, set) = chosen(&console, "orders-dlq").await;
    assert!(plain(&page.html).contains("4 in orders"), "{}", page.html);
    let planned = plan(&console, "orders-dlq", &[("chosen", &set), ("route", "home")]).await;
    let text = plain(&planned.html);
    assert!(text.contains("4 messages were put back by the console") && text.contains("Redrive 4 messages"), "{text}");
    assert!(!text.contains("did not fail in an SQS queue"), "{text}");
    let before = sent(&console, "orders");
    let started = start(&console, "orders-dlq", &whole, &[]).await;
    until(&console, &started, "Moved 4").await;
    assert_eq!((sent(&console, "orders") - before, depth(&console, "orders-dlq").await), (4, 0));
    let native = console.get("/local/queues/orders-dlq/redrive").await;
    assert!(!native.says("back here when a redrive was taken back"), "none of them is left");
}

#[tokio::test]
async fn what_was_sent_elsewhere_is_not_taken_for_having_failed_there() {
    let console = TestConsole::start().await;
    dead_letters(&console, 2).await;
    let url = console.queue("failures", json!({})).await;
    console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": "one" })).await;
    let (_, set) = chosen(&console, "failures").await;
    let wish = [("chosen", set.as_str()), ("route", "queue"), ("target", "orders")];
    let planned = plan(&console, "failures", &wish).await;
    let there = start(&console, "failures", &planned, &[]).await;
    until(&console, &there, "ended ").await;
    let fields = [("connection", "local"), ("redrive", id_of(&there)), ("to", "0")];
    let back = console.submit("redrives/undo", &fields).await;
    assert!(!back.says("SQS forgets"), "no queue names it: nothing is forgotten: {}", back.html);
    let taking = start(&console, "orders", &back, &[("spend", "on"), ("confirm", "orders")]).await;
    until(&console, &taking, "ended ").await;
    let refused = plan(&console, "failures", &[("route", "home")]).await;
    assert_eq!(refused.status, 422, "{}", refused.html);
}

#[tokio::test]
async fn a_refused_delete_is_named_until_the_end_and_what_stays_is_told() {
    let console = TestConsole::start().await;
    dead_letters(&console, 3).await;
    console.dial(&json!([{ "operation": "DeleteMessageBatch", "action": "access_denied" }])).await;
    let (_, set) = chosen(&console, "orders-dlq").await;
    let planned = plan(&console, "orders-dlq", &[("chosen", &set), ("route", "home")]).await;
    let started = start(&console, "orders-dlq", &planned, &[]).await;
    let waits = until(&console, &started, "SQS refused to delete from orders-dlq").await;
    assert!(
        waits.says("lacks sqs:DeleteMessage on orders-dlq") && waits.says("It ends with the console"),
        "{}",
        waits.html
    );
    let cancel = [("connection", "local"), ("redrive", id_of(&started)), ("steer", "cancel")];
    console.submit("redrives/steer", &cancel).await;
    let ended = until(&console, &started, "ended ").await;
    let text = plain(&ended.html);
    assert!(text.contains("Sent and not deleted 3") && !text.contains("Sent and kept"), "{text}");
    assert!(text.contains("3 messages may be there twice"), "{text}");
    assert!(text.contains("or the original may be here still beside its copy. Each says below which it is."), "{text}");
    let file = console.file(&format!("{}/export.ndjson", started.path)).await.text;
    assert_eq!(file.matches(r#""outcome":"not-deleted""#).count(), 3, "{file}");

    // With the right back, the next redrive leaves them to somebody: the copies may be gone by now. An edit is sent.
    console.dial(&json!([])).await;
    let before = sent(&console, "orders");
    let whole = plan(&console, "orders-dlq", &[("route", "home")]).await;
    let again = start(&console, "orders-dlq", &whole, &[]).await;
    let left = until(&console, &again, "ended ").await;
    assert!(
        left.says("an earlier redrive had sent it") && plain(&left.html).contains("To be decided 3"),
        "{}",
        left.html
    );
    assert_eq!((sent(&console, "orders") - before, depth(&console, "orders-dlq").await), (0, 3));
}

#[tokio::test]
async fn originals_that_are_kept_have_a_word_of_their_own() {
    let console = TestConsole::start().await;
    dead_letters(&console, 2).await;
    let ended = redrive_all(&console, &[("route", "home"), ("keep", "on")]).await;
    let text = plain(&ended.html);
    assert!(text.contains("2 sent and kept") && text.contains("Sent and kept 2"), "{text}");
    assert!(!text.contains("not seen again") && !ended.says("redrives/undo"), "{text}");
    let only = console.get(&format!("{}?only=kept", ended.path)).await;
    assert_eq!(only.html.matches("<tr id=\"m-").count(), 2);
    let file = console.file(&format!("{}/export.ndjson", ended.path)).await.text;
    assert_eq!(file.matches(r#""outcome":"kept""#).count(), 2, "{file}");
}

#[tokio::test]
async fn of_a_whole_queue_an_order_promises_no_more_than_it_keeps() {
    let console = TestConsole::start().await;
    dead_letters(&console, 2).await;
    let oldest = [("route", "home"), ("sequence", "oldest")];
    let whole = plain(&plan(&console, "orders-dlq", &oldest).await.html);
    assert!(whole.contains("of those that wait to be sent the longest sent goes first"), "{whole}");
    assert!(whole.contains("Of a whole queue messages are sent as they are found"), "{whole}");
    assert!(!whole.contains("before all have been found"), "{whole}");
    let (_, set) = chosen(&console, "orders-dlq").await;
    let some = plan(&console, "orders-dlq", &[oldest.as_slice(), &[("chosen", set.as_str())]].concat()).await;
    assert!(plain(&some.html).contains("nothing is sent before all have been found"), "{}", some.html);
}

#[tokio::test]
async fn a_plan_says_what_is_added_and_which_have_no_room_for_it() {
    let console = TestConsole::start().await;
    dead_letters(&console, 1).await;
    let url = console.queue("orders-dlq", json!({})).await;
    let full: serde_json::Map<String, Value> =
        (0..10).map(|n| (format!("a{n}"), json!({ "DataType": "String", "StringValue": "x" }))).collect();
    console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": "full", "MessageAttributes": full })).await;
    console.queue("rescue", json!({})).await;
    let (_, set) = chosen(&console, "orders-dlq").await;
    let wish = [("chosen", set.as_str()), ("route", "queue"), ("target", "rescue"), ("provenance", "on")];
    let planned = plan(&console, "orders-dlq", &wish).await;
    let text = plain(&planned.html);
    assert!(text.contains("the attribute “redrive-origin”") && text.contains("1 copy goes without"), "{text}");
    assert!(text.contains("everything but what is added is as it was"), "{text}");
}

#[tokio::test]
async fn a_cancelled_whole_queue_is_not_counted_out_of_what_it_met() {
    let console = TestConsole::start().await;
    dead_letters(&console, 8).await;
    let planned = plan(&console, "orders-dlq", &[("route", "home"), ("canary", "2")]).await;
    let started = start(&console, "orders-dlq", &planned, &[]).await;
    until(&console, &started, "now it waits for you").await;
    let cancel = [("connection", "local"), ("redrive", id_of(&started)), ("steer", "cancel")];
    console.submit("redrives/steer", &cancel).await;
    let ended = until(&console, &started, "ended ").await;
    assert!(ended.says("how many were left is not known"), "{}", ended.html);
    let meter = between(&ended.html, "<progress", ">");
    assert!(meter.iter().all(|meter| !meter.contains("max=")), "nothing says that it was all of it: {meter:?}");
}

#[tokio::test]
async fn whoever_comes_second_is_led_to_the_first() {
    let console = TestConsole::start().await;
    dead_letters(&console, 4).await;
    let (_, set) = chosen(&console, "orders-dlq").await;
    let wish = [("chosen", set.as_str()), ("route", "home"), ("canary", "1")];
    let plans = join_all((0..4).map(|_| plan(&console, "orders-dlq", &wish))).await;
    let pages = join_all(plans.iter().map(|plan| start(&console, "orders-dlq", plan, &[]))).await;
    let (first, others): (Vec<_>, Vec<_>) = pages.iter().partition(|page| page.path.starts_with("/local/redrives/"));
    let [first] = first[..] else { panic!("{} were started", first.len()) };
    for other in others {
        assert_eq!(other.status, 409);
        assert!(other.says(&format!("href=\"{}\"", first.path)), "{}", other.html);
    }
}

#[tokio::test]
async fn a_redrive_under_another_connection_is_found_from_here() {
    let console = TestConsole::start().await;
    dead_letters(&console, 1).await;
    console.store().add_redrive(noted("other", "theirs")).await.unwrap();
    let page = console.get("/local/queues/orders-dlq/redrive").await;
    assert!(page.says("href=\"/other/redrives/theirs\""), "{}", page.html);
    let (_, set) = chosen(&console, "orders-dlq").await;
    let planned = plan(&console, "orders-dlq", &[("chosen", &set), ("route", "home")]).await;
    let refused = start(&console, "orders-dlq", &planned, &[]).await;
    assert!(refused.status == 409 && refused.says("href=\"/other/redrives/theirs\""), "{}", refused.html);
}

#[tokio::test]
async fn a_form_that_says_nothing_is_told_so_wherever_it_comes_from() {
    let console = TestConsole::start().await;
    dead_letters(&console, 1).await;
    let place = [("connection", "local"), ("queue", "orders-dlq")];
    let forms = ["redrive/start", "redrive/check", "redrive/cancel", "redrives/plan", "redrives/start"];
    for endpoint in forms.into_iter().chain(["redrives/steer", "redrives/undo", "messages/edit-all"]) {
        let bare = console.submit(endpoint, &[]).await;
        assert_eq!((bare.status, bare.path.as_str()), (400, "/local"), "{endpoint}");
        assert!(bare.says("The request could not be read"), "{endpoint}: {}", bare.html);
        if !endpoint.starts_with("redrives/u") && !endpoint.ends_with("steer") && endpoint != "redrive/cancel" {
            let placed = console.submit(endpoint, &place).await;
            assert!(
                placed.path.starts_with("/local/queues/orders-dlq/") && placed.status >= 400,
                "{endpoint}: {placed:?}"
            );
            assert!(placed.says("class=\"notice\""), "{endpoint}: {}", placed.html);
        }
    }
    for (fields, path) in [(&[][..], "/local"), (&place[..], "/local/queues/orders-dlq/messages")] {
        let page = console.submit_file("messages/edit", fields, ("file", None)).await;
        assert_eq!((page.status, page.path.as_str()), (400, path), "{}", page.html);
        assert!(page.says("The request could not be read"), "{}", page.html);
    }
    let ended = redrive_all(&console, &[("route", "home")]).await;
    for endpoint in ["redrives/steer", "redrives/undo"] {
        let page = console.submit(endpoint, &[("connection", "local"), ("redrive", id_of(&ended))]).await;
        assert_eq!((page.status, &page.path), (400, &ended.path), "{endpoint}");
        assert!(page.says("The request could not be read"), "{endpoint}: {}", page.html);
    }
}

#[tokio::test]
async fn a_forgotten_report_is_no_empty_file() {
    let console = TestConsole::start().await;
    let (store, id) = (console.store(), RedriveId::new("old"));
    store.add_redrive(noted("local", "old")).await.unwrap();
    let token = store.claim_redrive(&id, 0).await.unwrap().unwrap().token;
    let left = Record { id: MessageId::new("left"), change: Change::Closed(Closing::Cancelled) };
    store.commit_records(&id, token, [left].into()).await.unwrap();
    store.end_redrive(&id, token, Ended { at_ms: 3, how: EndedHow::Cancelled }).await.unwrap();
    let file = console.file("/local/redrives/old/export.ndjson").await;
    assert_eq!(file.status, 410);
    assert!(file.text.contains("is not known any more"), "{}", file.text);
    assert!(console.get("/local/redrives/old").await.says("was kept for 30 days"));
}

#[tokio::test]
async fn sqs_and_the_console_do_not_begin_to_redrive_the_same_queue_at_once() {
    let console = TestConsole::start().await;
    dead_letters(&console, 4).await;
    let planned = plan(&console, "orders-dlq", &[("route", "home")]).await;
    let slow = json!([{ "operation": "StartMessageMoveTask", "action": { "delay": { "ms": 1_500 } } }]);
    console.dial(&slow).await;
    let fields = [("connection", "local"), ("queue", "orders-dlq"), ("to", "sources")];
    let native = console.submit("redrive/start", &fields);
    let ours = async {
        sleep(Duration::from_millis(700)).await;
        start(&console, "orders-dlq", &planned, &[]).await
    };
    let (native, ours) = tokio::join!(native, ours);
    assert!(native.says("Redrive started"), "{}", native.html);
    assert!(ours.status == 409 && !ours.path.contains("/redrives/"), "{}", ours.html);
}
