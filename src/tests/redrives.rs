//! Selective redrive through the real router: wish, plan, redrive, report, and the way back, with the effect log as the
//! witness.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::console::{Setup, Shown, TestConsole};
use crate::model::journal::{Change, Closing, Ended, EndedHow, Intent, KeptRedrive, QueueNo, Record, RedriveId};
use crate::model::{MessageId, Verb};
use crate::server::store::redrives::{NewRedrive, Wanted};

const ACCOUNT: &str = "arn:aws:sqs:us-east-1:000000000000";

/// `orders` and its dead-letter queue with so many messages that failed in `orders`; every third is to go to no queue
/// that is known.
pub(super) async fn dead_letters(console: &TestConsole, messages: usize) {
    console.queue("orders-dlq", json!({})).await;
    let policy = json!({ "deadLetterTargetArn": format!("{ACCOUNT}:orders-dlq"), "maxReceiveCount": 1 }).to_string();
    let url = console.queue("orders", json!({ "RedrivePolicy": policy, "VisibilityTimeout": "0" })).await;
    for n in 0..messages {
        let attributes = json!({ "n": { "DataType": "Number", "StringValue": n.to_string() } });
        let message = json!({ "QueueUrl": url, "MessageBody": format!("body-{n}"), "MessageAttributes": attributes });
        console.sqs("SendMessage", message).await;
    }
    let receive = json!({ "QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0 });
    while depth(console, "orders-dlq").await < messages {
        console.sqs("ReceiveMessage", receive.clone()).await;
    }
}

/// A paused redrive from `orders-dlq` to `rescue`, as the journal has it before the first message.
pub(super) fn noted(connection: &str, id: &str) -> NewRedrive {
    let arn = |name: &str| format!("{ACCOUNT}:{name}").parse().unwrap();
    let kept = KeptRedrive {
        id: RedriveId::new(id),
        connection: connection.parse().unwrap(),
        source: arn("orders-dlq"),
        destinations: vec![arn("rescue")],
        who: "somebody".into(),
        how: "marked by hand".into(),
        messages: Some(3),
        undoes: None,
        edits: 0,
        started_ms: 0,
        paused: true,
        approved: false,
        cancelled: false,
        ended: None,
    };
    NewRedrive { kept, order: "{}".into(), edits: BTreeMap::new() }
}

/// Visible messages.
pub(super) async fn depth(console: &TestConsole, queue: &str) -> usize {
    let attributes = console.attributes(queue).await.unwrap();
    attributes["ApproximateNumberOfMessages"].as_str().unwrap().parse().unwrap()
}

/// What stands between two texts, wherever it does.
pub(super) fn between<'a>(html: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    html.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

/// Looks at a queue and freezes everything: the page of the frozen set, and its id.
pub(super) async fn chosen(console: &TestConsole, queue: &str) -> (Shown, String) {
    let looked = console.submit("messages/look", &[("connection", "local"), ("queue", queue), ("limit", "100")]).await;
    let session = between(&looked.html, "name=\"session\" value=\"", "\"")[0].to_owned();
    let fields = [("connection", "local"), ("queue", queue), ("session", &session), ("all", "on")];
    let page = console.submit("messages/choose", &fields).await;
    let id = page.path.rsplit('/').next().unwrap().to_owned();
    (page, id)
}

/// Plans with these fields.
pub(super) async fn plan(console: &TestConsole, queue: &str, fields: &[(&str, &str)]) -> Shown {
    let mut all = vec![("connection", "local"), ("queue", queue)];
    all.extend(fields);
    console.submit("redrives/plan", &all).await
}

/// Carries a plan out.
pub(super) async fn start(console: &TestConsole, queue: &str, plan: &Shown, more: &[(&str, &str)]) -> Shown {
    let id = plan.path.rsplit('/').next().unwrap();
    let mut fields = vec![("connection", "local"), ("queue", queue), ("carry_out", id)];
    fields.extend(more);
    console.submit("redrives/start", &fields).await
}

/// Opens a redrive's page until it says this.
pub(super) async fn until(console: &TestConsole, page: &Shown, text: &str) -> Shown {
    let began = Instant::now();
    loop {
        let shown = console.get(&page.path).await;
        if shown.says(text) {
            return shown;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "it never says “{text}”: {}", shown.html);
        sleep(Duration::from_millis(100)).await;
    }
}

/// How often each body was sent to a queue.
pub(super) fn sent(console: &TestConsole, queue: &str) -> usize {
    let to = |effect: &&Value| effect["effect"] == "sent" && effect["queue"] == queue;
    console.effects().iter().filter(to).count()
}

pub(super) fn plain(html: &str) -> String {
    html.replace(['\u{A0}', '\u{202F}'], " ")
}

#[tokio::test]
async fn chosen_messages_are_planned_moved_reported_and_taken_back() {
    let console = TestConsole::start().await;
    dead_letters(&console, 12).await;
    let before = sent(&console, "orders");
    let (page, set) = chosen(&console, "orders-dlq").await;
    assert!(plain(&page.html).contains("12 in orders") && page.says("Plan redrive of 12"), "{}", page.html);

    let calls = console.calls().await;
    let planned = plan(&console, "orders-dlq", &[("chosen", &set), ("route", "home")]).await;
    assert!(planned.path.contains("/plan/") && planned.says("nothing was sent yet"), "{}", planned.html);
    assert!(plain(&planned.html).contains("Redrive 12 messages"), "{}", planned.html);
    let after = console.calls().await;
    for operation in ["ReceiveMessage", "SendMessage", "SendMessageBatch", "DeleteMessageBatch"] {
        assert_eq!(calls.get(operation), after.get(operation), "{operation}: a plan changes nothing");
    }

    let started = start(&console, "orders-dlq", &planned, &[]).await;
    assert!(started.path.starts_with("/local/redrives/"), "{}", started.html);
    let ended = until(&console, &started, "Take it back").await;
    assert!(plain(&ended.html).contains("Moved 12") && ended.says("finished"), "{}", ended.html);
    assert_eq!((depth(&console, "orders-dlq").await, sent(&console, "orders") - before), (0, 12));
    let again = start(&console, "orders-dlq", &planned, &[]).await;
    assert_eq!(again.path, started.path, "a plan is carried out once");
    assert_eq!(sent(&console, "orders") - before, 12);

    let list = console.get("/local/redrives").await;
    assert!(list.says(&started.path) && list.says("orders-dlq"), "{}", list.html);
    let file = console.file(&format!("{}/export.ndjson", started.path)).await;
    assert_eq!((file.status, file.text.lines().count()), (200, 12));
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"redrive-orders-dlq-"));
    let line: Value = serde_json::from_str(file.text.lines().next().unwrap()).unwrap();
    assert_eq!((line["outcome"].as_str(), line["possibleDuplicates"].as_u64()), (Some("moved"), Some(0)));
    let copy = line["copyId"].as_str().unwrap();
    let found = console.get(&format!("{}?q={copy}", started.path)).await;
    assert_eq!(found.html.matches("<tr id=\"m-").count(), 1, "{}", found.html);

    let id = started.path.rsplit('/').next().unwrap();
    let back = console.submit("redrives/undo", &[("connection", "local"), ("redrive", id), ("to", "0")]).await;
    assert!(back.path.starts_with("/local/queues/orders/plan/"), "{}", back.html);
    assert!(plain(&back.html).contains("Take back 12 messages") && back.says("orders-dlq"), "{}", back.html);
    let spend = [("spend", "on"), ("confirm", "orders")];
    let refused = start(&console, "orders", &back, &[]).await;
    assert_eq!(refused.status, 409, "orders sets messages aside after one receive");
    let taking = start(&console, "orders", &back, &spend).await;
    let taken = until(&console, &taking, "ended ").await;
    assert!(taken.says("Taking back") && plain(&taken.html).contains("Moved 12"), "{}", taken.html);
    assert_eq!(depth(&console, "orders-dlq").await, 12, "they are where they were");
    let log = console.activity().await;
    assert_eq!(log.iter().filter(|activity| activity.entry.verb == Verb::MoveMessages).count(), 2);
}

#[tokio::test]
async fn a_canary_waits_for_somebody_and_can_be_cancelled() {
    let console = TestConsole::start().await;
    dead_letters(&console, 8).await;
    let (_, set) = chosen(&console, "orders-dlq").await;
    let wish = [("chosen", set.as_str()), ("route", "home"), ("canary", "3")];
    let planned = plan(&console, "orders-dlq", &wish).await;
    let started = start(&console, "orders-dlq", &planned, &[]).await;
    let waits = until(&console, &started, "now it waits for you").await;
    assert!(waits.says("waiting for somebody") && waits.says("Go on"), "{}", waits.html);
    assert_eq!(sent(&console, "orders"), 8 + 3);
    assert!(console.get("/local").await.says("waiting for somebody"), "home tells of it");

    let id = started.path.rsplit('/').next().unwrap();
    let steer = |to| [("connection", "local"), ("redrive", id), ("steer", to)];
    // Meanwhile others may receive; it does not go on beside them.
    console.dial(&json!([{ "operation": "ReceiveMessage", "action": { "delay": { "ms": 2_000 } } }])).await;
    let hide =
        [("connection", "local"), ("queue", "orders-dlq"), ("chosen", &set), ("action", "hide"), ("seconds", "1")];
    let job = console.submit("messages/start-job", &hide).await;
    assert!(job.path.contains("/jobs/"), "{}", job.html);
    let refused = console.submit("redrives/steer", &steer("resume")).await;
    assert!(refused.status == 409 && refused.says("A receive is already running on this queue"), "{}", refused.html);
    console.dial(&json!([])).await;
    let cancelled = console.submit("redrives/steer", &steer("cancel")).await;
    assert_eq!(cancelled.path, started.path);
    let ended = until(&console, &started, "cancelled").await;
    assert_eq!(sent(&console, "orders"), 8 + 3, "nothing more is sent: {}", ended.html);
    assert_eq!(console.submit("redrives/steer", &steer("resume")).await.status, 409);
}

#[tokio::test]
async fn what_cannot_go_is_said_before_and_after() {
    let console = TestConsole::start().await;
    dead_letters(&console, 2).await;
    let url = console.queue("orders-dlq", json!({})).await;
    let attribute = |text: &str| json!({ "DataType": "String", "StringValue": text });
    let lambda = json!({ "RequestID": attribute("r"), "ErrorCode": attribute("200"), "ErrorMessage": attribute("x") });
    console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": "{}", "MessageAttributes": lambda })).await;
    let (page, set) = chosen(&console, "orders-dlq").await;
    assert!(plain(&page.html).contains("2 in orders, 1 not said"), "{}", page.html);
    let planned = plan(&console, "orders-dlq", &[("chosen", &set), ("route", "home")]).await;
    let text = plain(&planned.html);
    assert!(text.contains("1 message cannot go") && text.contains("Redrive 2 messages"), "{text}");
    assert!(text.contains("Lambda put them here"), "{text}");

    console.queue("rescue", json!({})).await;
    let id = planned.path.rsplit('/').next().unwrap();
    let changed = plan(&console, "orders-dlq", &[("plan", id), ("route", "home"), ("target", "rescue")]).await;
    let text = plain(&changed.html);
    assert!(
        text.contains("Redrive 3 messages") && text.contains("rescue") && !text.contains("message cannot go"),
        "{text}"
    );
    let started = start(&console, "orders-dlq", &changed, &[]).await;
    until(&console, &started, "Take it back").await;
    assert_eq!((depth(&console, "rescue").await, depth(&console, "orders-dlq").await), (1, 0));
}

#[tokio::test]
async fn a_queue_that_sqs_refuses_needs_a_chosen_one_and_is_told_why() {
    let console = TestConsole::start().await;
    let url = console.queue("failures", json!({})).await;
    console.queue("rescue.fifo", json!({})).await;
    for n in 0..3 {
        console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": format!("body-{n}") })).await;
    }
    let refused = plan(&console, "failures", &[("route", "home")]).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.says("No queue names this one as its dead-letter queue, so there is no way back"),
        "{}",
        refused.html
    );
    let missing = plan(&console, "failures", &[("route", "queue"), ("target", "no-such"), ("pace", "7")]).await;
    assert_eq!(missing.status, 422);
    assert!(missing.says("There is no queue named no-such") && missing.says("value=\"7\""), "{}", missing.html);

    let (_, set) = chosen(&console, "failures").await;
    let fifo = plan(&console, "failures", &[("chosen", &set), ("route", "queue"), ("target", "rescue.fifo")]).await;
    let text = plain(&fifo.html);
    assert!(text.contains("None of them can be sent") && text.contains("3 messages cannot go"), "{text}");

    console.queue("rescue", json!({})).await;
    let whole = plan(&console, "failures", &[("route", "queue"), ("target", "rescue")]).await;
    let started = start(&console, "failures", &whole, &[]).await;
    let moved = until(&console, &started, "Moved 3").await;
    assert!(moved.says("All messages") && moved.says("Pause"), "it makes sure that nothing is left: {}", moved.html);
    assert_eq!((depth(&console, "failures").await, depth(&console, "rescue").await), (0, 3));
}

#[tokio::test]
async fn a_destination_that_was_purged_a_moment_ago_is_waited_for() {
    let console = TestConsole::start().await;
    dead_letters(&console, 2).await;
    let purge = [("connection", "local"), ("queue", "orders"), ("purge", "orders")];
    let purged = console.submit("queues/purge", &purge).await;
    assert!(purged.says("Purge started"), "{}", purged.html);
    let (_, set) = chosen(&console, "orders-dlq").await;
    let planned = plan(&console, "orders-dlq", &[("chosen", &set), ("route", "home")]).await;
    assert!(planned.says("orders was purged a moment ago"), "{}", planned.html);
    let refused = start(&console, "orders-dlq", &planned, &[]).await;
    assert_eq!(refused.status, 409, "the server refuses it, too");
    assert_eq!(depth(&console, "orders-dlq").await, 2);
}

#[tokio::test]
async fn a_read_only_console_plans_nothing_away() {
    let console = TestConsole::with(Setup { read_only: true, peek: true, ..Setup::default() }).await;
    console.queue("orders-dlq", json!({})).await;
    console.queue("orders", json!({})).await;
    let planned = plan(&console, "orders-dlq", &[("route", "queue"), ("target", "orders")]).await;
    assert!(planned.path.contains("/plan/") && planned.says("The console is read-only"), "{}", planned.html);
    let refused = start(&console, "orders-dlq", &planned, &[]).await;
    assert_eq!(refused.status, 403, "{}", refused.html);
    assert_eq!(console.get("/local/redrives/unknown").await.status, 404);
    assert_eq!(console.get("/local/queues/orders-dlq/plan/unknown").await.status, 409);
}

#[tokio::test]
async fn a_read_only_console_steers_nothing_and_takes_nothing_back() {
    let console = TestConsole::with(Setup { read_only: true, peek: true, ..Setup::default() }).await;
    let rescue = console.queue("rescue", json!({})).await;
    console.queue("orders-dlq", json!({})).await;
    let sent = console.sqs("SendMessage", json!({ "QueueUrl": rescue, "MessageBody": "{}" })).await;
    let copy = MessageId::new(sent["MessageId"].as_str().unwrap());
    let (store, id) = (console.store(), RedriveId::new("kept"));
    assert!(store.add_redrive(noted("local", "kept")).await.unwrap());
    assert!(store.steer_redrive(&id, Wanted::Paused).await.unwrap());
    for steer in ["pause", "resume", "cancel"] {
        let fields = [("connection", "local"), ("redrive", "kept"), ("steer", steer)];
        let refused = console.submit("redrives/steer", &fields).await;
        assert!(refused.status == 403 && refused.says("The console is read-only"), "{steer}: {}", refused.html);
        let kept = store.redrive(&"local".parse().unwrap(), &id).await.unwrap().unwrap();
        assert!(kept.paused && !kept.cancelled && kept.is_open(), "{kept:?}");
    }

    let token = store.claim_redrive(&id, 0).await.unwrap().unwrap().token;
    let intent = Intent { to: QueueNo(0), attempt: 1, extra: 0, first_ms: 1, group: None, sequence: None };
    let changes = [Change::Intend(intent), Change::Sent { copy, at_ms: 2 }, Change::Done];
    let records = changes.map(|change| Record { id: MessageId::new("moved"), change });
    store.commit_records(&id, token, records.into()).await.unwrap();
    let how = EndedHow::Finished { may_remain: None };
    store.end_redrive(&id, token, Ended { at_ms: 3, how }).await.unwrap();
    let undo = [("connection", "local"), ("redrive", "kept"), ("to", "0")];
    let planned = console.submit("redrives/undo", &undo).await;
    let refused = start(&console, "rescue", &planned, &[("spend", "on"), ("confirm", "rescue")]).await;
    assert!(refused.status == 403 && refused.says("The console is read-only"), "{}", refused.html);
    assert_eq!((depth(&console, "rescue").await, depth(&console, "orders-dlq").await), (1, 0));
}

#[tokio::test]
async fn what_an_old_redrive_came_to_is_told_when_its_report_is_forgotten() {
    let console = TestConsole::start().await;
    let (store, id) = (console.store(), RedriveId::new("old"));
    assert!(store.add_redrive(noted("local", "old")).await.unwrap());
    let token = store.claim_redrive(&id, 0).await.unwrap().unwrap().token;
    let record = |id: &str, change| Record { id: MessageId::new(id), change };
    let intent = Intent { to: QueueNo(0), attempt: 1, extra: 0, first_ms: 1, group: None, sequence: None };
    let records = [
        record("moved", Change::Intend(intent)),
        record("moved", Change::Sent { copy: MessageId::new("copy"), at_ms: 2 }),
        record("moved", Change::Done),
        record("left", Change::Closed(Closing::Cancelled)),
        record("other", Change::Closed(Closing::Cancelled)),
    ];
    store.commit_records(&id, token, records.into()).await.unwrap();
    store.end_redrive(&id, token, Ended { at_ms: 3, how: EndedHow::Cancelled }).await.unwrap();
    assert_eq!(store.forget_rows(4).await.unwrap(), 3);
    let page = console.get("/local/redrives/old").await;
    assert!(page.says("1 moved, 2 not sent") && page.says("was kept for 30 days"), "{}", page.html);
    assert!(!page.says("Take it back") && !page.says("nothing was there"), "{}", page.html);
    let absurd = console.get(&format!("/local/redrives?page={}", u64::MAX)).await;
    assert_eq!(absurd.status, 200);
    let list = console.get("/local/redrives").await;
    assert!(list.says("/local/redrives/old"), "{}", list.html);
}
