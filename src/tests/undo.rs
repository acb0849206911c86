//! Undo through the real router: what is deleted was copied first, and a copy can be sent again. The effect log is the
//! witness that nothing went without its copy.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::console::{Setup, Shown, TestConsole};
use crate::model::Verb;
use crate::server::clock::{Clock as _, SystemClock, TestClock};
use crate::server::services::archive::Keeping;
use crate::server::services::archive::seal::{Key, nonce};
use crate::server::store::{ArchiveStore as _, CopyQuery, Sqlite};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

async fn send(console: &TestConsole, queue: &str, bodies: &[&str]) -> String {
    let url = console.queue(queue, json!({})).await;
    for (n, body) in bodies.iter().enumerate() {
        let mut message = json!({ "QueueUrl": url, "MessageBody": body, "MessageAttributes": {
            "n": { "DataType": "Number.int", "StringValue": n.to_string() },
            "raw": { "DataType": "Binary", "BinaryValue": "AAH/" } } });
        if queue.ends_with(".fifo") {
            message["MessageGroupId"] = "g".into();
            message["MessageDeduplicationId"] = format!("d{n}").into();
        }
        console.sqs("SendMessage", message).await;
    }
    url
}

fn between<'a>(html: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    html.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

/// Waits for the end of a job.
async fn ended(console: &TestConsole, started: Shown) -> Shown {
    assert!(started.path.contains("/jobs/"), "{}: {}", started.path, started.html);
    let began = Instant::now();
    loop {
        let page = console.get(&started.path).await;
        if !page.says("What was done stays done.") {
            return page;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{}", page.html);
        sleep(Duration::from_millis(50)).await;
    }
}

/// Looks, chooses everything, deletes it; the page of the job that ended.
async fn delete_all(console: &TestConsole, queue: &str) -> Shown {
    let at = [("connection", "local"), ("queue", queue)];
    let page = console.submit("messages/look", &[at[0], at[1], ("limit", "100")]).await;
    let session = between(&page.html, "name=\"session\" value=\"", "\"")[0].to_owned();
    let chosen = console.submit("messages/choose", &[at[0], at[1], ("session", &session), ("all", "on")]).await;
    let id = chosen.path.rsplit('/').next().unwrap();
    let job = console.submit("messages/start-job", &[at[0], at[1], ("chosen", id), ("action", "delete")]).await;
    ended(console, job).await
}

/// The copies that a page lists.
fn copies(page: &Shown) -> Vec<String> {
    between(&page.html, "name=\"ids[]\" value=\"", "\"").into_iter().map(str::to_owned).collect()
}

async fn restore(console: &TestConsole, queue: &str, more: &[(&str, &str)]) -> Shown {
    let mut fields = vec![("connection", "local"), ("queue", queue)];
    fields.extend(more);
    console.submit("deleted/act", &fields).await
}

async fn received(console: &TestConsole, url: &str) -> Vec<Value> {
    let request = json!({ "QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0,
        "MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"] });
    let got = console.sqs("ReceiveMessage", request).await;
    got["Messages"].as_array().cloned().unwrap_or_default()
}

/// Visible and in flight.
async fn depth(console: &TestConsole, queue: &str) -> (usize, usize) {
    let attributes = console.attributes(queue).await.unwrap();
    let count = |name: &str| attributes[name].as_str().unwrap().parse().unwrap();
    (count("ApproximateNumberOfMessages"), count("ApproximateNumberOfMessagesNotVisible"))
}

fn effects(console: &TestConsole, effect: &str) -> BTreeSet<String> {
    let effects = console.effects().into_iter().filter(|happened| happened["effect"] == effect);
    effects.map(|happened| happened["message_id"].as_str().unwrap().to_owned()).collect()
}

/// The ids of the messages of which there are copies.
async fn copied(console: &TestConsole) -> BTreeSet<String> {
    let query = CopyQuery {
        connection: "local".parse().unwrap(),
        queue: None,
        deletion: None,
        ids: None,
        now_ms: 0,
        skip: 0,
        limit: 10_000,
    };
    let copies = console.store().list_copies(&query).await.unwrap();
    copies.into_iter().map(|copy| copy.message.to_string()).collect()
}

#[tokio::test]
async fn what_was_deleted_is_sent_again_as_it_was() {
    let console = TestConsole::start().await;
    let url = send(&console, "orders", &["one", "two"]).await;
    let job = delete_all(&console, "orders").await;
    assert!(job.says("2 deleted") && job.says("Copies are kept for 30"), "{}", job.html);
    assert_eq!(effects(&console, "deleted"), copied(&console).await);
    assert_eq!(depth(&console, "orders").await, (0, 0));

    let page = console.get("/local/queues/orders/deleted").await;
    assert!(page.says("one") && page.says("two") && page.says("in memory until the console stops"), "{}", page.html);
    let ids = copies(&page);
    assert_eq!(ids.len(), 2);
    let one = console.get(&format!("/local/deleted/{}", ids[0])).await;
    assert!(one.says("Number.int") && one.says("AAH/") && one.says("a receive count of 0"), "{}", one.html);

    let job = restore(&console, "orders", &[("ids[]", &ids[0]), ("ids[]", &ids[1]), ("action", "restore")]).await;
    assert!(ended(&console, job).await.says("2 restored"));
    let messages = received(&console, &url).await;
    let bodies: BTreeSet<&str> = messages.iter().map(|message| message["Body"].as_str().unwrap()).collect();
    assert_eq!(bodies, BTreeSet::from(["one", "two"]));
    for message in &messages {
        let n = if message["Body"] == "one" { "0" } else { "1" };
        assert_eq!(message["MessageAttributes"]["n"], json!({ "DataType": "Number.int", "StringValue": n }));
        assert_eq!(message["MessageAttributes"]["raw"]["BinaryValue"], "AAH/");
    }

    let again = restore(&console, "orders", &[("ids[]", &ids[0]), ("action", "restore")]).await;
    assert!(again.status == 422 && again.says("was restored before"), "{}", again.html);
    assert_eq!(depth(&console, "orders").await.0, 2, "asked, not sent");
    assert!(console.get("/local/deleted").await.says(">restored<"));
    let verbs: Vec<Verb> = console.activity().await.iter().map(|activity| activity.entry.verb).collect();
    assert_eq!(verbs[0], Verb::RestoreMessages);
}

#[tokio::test]
async fn a_fifo_group_comes_back_in_order_and_a_second_click_sends_nothing() {
    let console = TestConsole::start().await;
    let url = send(&console, "orders.fifo", &["0", "1", "2", "3", "4"]).await;
    let job = delete_all(&console, "orders.fifo").await;
    let deletion = job.path.rsplit('/').next().unwrap().to_owned();
    let page = console.get(&format!("/local/queues/orders.fifo/deleted?of={deletion}")).await;
    assert!(page.says("Restore all 5") && page.says("end of its message group"), "{}", page.html);
    let all = [("deletion", deletion.as_str()), ("action", "restore-all"), ("again", "on")];
    let (first, second) = tokio::join!(restore(&console, "orders.fifo", &all), restore(&console, "orders.fifo", &all));
    assert_eq!(first.path, second.path);
    ended(&console, first).await;
    assert_eq!(restore(&console, "orders.fifo", &all).await.path, second.path, "nor does one after the first is done");
    let messages = received(&console, &url).await;
    let bodies: Vec<&str> = messages.iter().map(|message| message["Body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["0", "1", "2", "3", "4"]);
    assert_eq!(messages[0]["Attributes"]["MessageGroupId"], "g");
    assert!(messages[0]["Attributes"]["MessageDeduplicationId"].as_str().unwrap().starts_with("redrive-"));
}

#[tokio::test]
async fn where_no_copy_can_be_kept_nothing_is_deleted() {
    let keeping = Keeping { days: 30, most: 1, key: None, nonce };
    let console = TestConsole::with(Setup { keeping, ..Setup::default() }).await;
    send(&console, "orders", &["one", "two", "three"]).await;
    let job = delete_all(&console, "orders").await;
    assert!(job.says("no copies could be kept first") && job.says("3 not tried"), "{}", job.html);

    let purge = [("connection", "local"), ("queue", "orders"), ("purge", "orders"), ("archive", "on")];
    let job = console.submit("queues/purge", &purge).await;
    let job = ended(&console, job).await;
    assert!(job.says("no copies could be kept first") && job.says("was not purged"), "{}", job.html);

    let at = [("connection", "local"), ("queue", "orders")];
    let hold = [at[0], at[1], ("messages", "10"), ("seconds", "0")];
    let mut page = console.submit("messages/hold", &hold).await;
    let began = Instant::now();
    while copies(&page).len() < 3 || page.says("data-progress") {
        assert!(began.elapsed() < Duration::from_secs(30), "{}", page.html);
        sleep(Duration::from_millis(100)).await;
        page = console.get("/local/queues/orders/messages").await;
    }
    let id = copies(&page)[0].clone();
    let held = console.submit("messages/act", &[at[0], at[1], ("ids[]", &id), ("action", "delete")]).await;
    assert!(held.status == 500 && held.says("no copies could be kept first"), "{}", held.html);

    assert_eq!((effects(&console, "deleted"), effects(&console, "purged")), Default::default());
    let (visible, in_flight) = depth(&console, "orders").await;
    assert_eq!(visible + in_flight, 3);
}

#[tokio::test]
async fn a_queue_that_has_opted_out_says_so_and_keeps_nothing() {
    let console = TestConsole::start().await;
    send(&console, "orders", &["secret"]).await;
    let off = console.submit("deleted/keep", &[("connection", "local"), ("queue", "orders"), ("keep", "")]).await;
    assert!(off.status == 200 && off.says("No more copies are kept"), "{}", off.html);
    assert!(console.get("/local/queues/orders/danger").await.says("Copies are not kept for this queue"));
    let job = delete_all(&console, "orders").await;
    assert!(job.says("1 deleted") && job.says("Copies are not kept for this queue"), "{}", job.html);
    assert!(copied(&console).await.is_empty());
    let purge = [("connection", "local"), ("queue", "orders"), ("purge", "orders"), ("archive", "on")];
    assert_eq!(console.submit("queues/purge", &purge).await.status, 409);
    assert_eq!(console.activity().await.iter().filter(|a| a.entry.verb == Verb::KeepCopies).count(), 1);
}

#[tokio::test]
async fn a_copy_is_gone_after_its_time_and_at_once_where_it_is_forgotten() {
    let clock = TestClock::at(SystemClock.now_ms());
    let console = TestConsole::with(Setup { clock: clock.clone(), ..Setup::default() }).await;
    send(&console, "orders", &["one", "two"]).await;
    delete_all(&console, "orders").await;
    let ids = copies(&console.get("/local/queues/orders/deleted").await);
    let gone = restore(&console, "orders", &[("ids[]", &ids[0]), ("action", "forget")]).await;
    assert!(gone.status == 200 && gone.says("1\u{A0}copy forgotten"), "{}", gone.html);
    assert_eq!(copies(&gone), ids[1..]);
    clock.advance(30 * DAY_MS - 1_000);
    assert_eq!(console.get(&format!("/local/deleted/{}", ids[1])).await.status, 200);
    clock.advance(1_000);
    assert_eq!(console.get(&format!("/local/deleted/{}", ids[1])).await.status, 404);
    assert!(console.get("/local/queues/orders/deleted").await.says("Nothing was deleted recently"));
    let late = restore(&console, "orders", &[("ids[]", &ids[1]), ("action", "restore")]).await;
    assert!(late.status == 404 && late.says("This copy is not there any more"), "{}", late.html);
}

#[tokio::test]
async fn without_its_key_a_copy_stays_closed() {
    let sealing = |byte| Keeping { days: 30, most: 1 << 20, key: Some(Key::new(&[byte; 32])), nonce };
    let store = Arc::new(Sqlite::in_memory().unwrap());
    let setup = |byte| Setup { keeping: sealing(byte), store: store.clone(), ..Setup::default() };
    let console = TestConsole::with(setup(1)).await;
    send(&console, "orders", &["a very secret body"]).await;
    delete_all(&console, "orders").await;
    let page = console.get("/local/queues/orders/deleted").await;
    assert!(page.says("a very secret body") && page.says("sealed with the key"), "{}", page.html);
    let id = copies(&page)[0].clone();
    let record = store.open_copy(&"local".parse().unwrap(), &id.parse().unwrap(), 0).await.unwrap().unwrap().1;
    assert!(!String::from_utf8_lossy(&record).contains("secret"));

    let other = TestConsole::with(setup(2)).await;
    let url = other.queue("orders", json!({})).await;
    for page in ["/local/queues/orders/deleted".to_owned(), format!("/local/deleted/{id}")] {
        let page = other.get(&page).await;
        assert!(page.says("sealed with another key") && !page.says("a very secret body"), "{}", page.html);
    }
    let job = restore(&other, "orders", &[("ids[]", &id), ("action", "restore")]).await;
    assert!(ended(&other, job).await.says("failed: SealedWithAnotherKey"));
    assert_eq!(received(&other, &url).await.len(), 0);
}

#[tokio::test]
async fn a_purge_keeps_copies_of_what_it_can_receive_and_says_what_it_could_not() {
    for queue in ["orders", "orders.fifo"] {
        let console = TestConsole::start().await;
        let bodies: Vec<String> = (0..25).map(|n| format!("body-{n}")).collect();
        let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
        let url = send(&console, queue, &bodies).await;
        if queue == "orders" {
            let delayed = json!({ "QueueUrl": url, "MessageBody": "later", "DelaySeconds": 900 });
            console.sqs("SendMessage", delayed).await;
            console.sqs("ReceiveMessage", json!({ "QueueUrl": url, "VisibilityTimeout": 600 })).await;
            let page = console.get("/local/queues/orders/danger").await;
            assert!(page.says("Keep copies first") && page.says("in flight, "), "{}", page.html);
        }
        let purge = [("connection", "local"), ("queue", queue), ("purge", queue), ("archive", "on")];
        let job = console.submit("queues/purge", &purge).await;
        let job = ended(&console, job).await;
        let deleted = effects(&console, "deleted");
        assert_eq!(deleted, copied(&console).await, "{}", job.html);
        if queue == "orders" {
            assert_eq!((deleted.len(), effects(&console, "purged").len()), (24, 2));
            assert!(job.says("Before: 24 visible, 1 in flight, 1 delayed."), "{}", job.html);
            assert!(job.says("Gone without a copy, by SQS's count: 0 visible, 1 in flight, 1 delayed"), "{}", job.html);
        } else {
            assert_eq!((deleted.len(), effects(&console, "purged").len()), (25, 0), "past the first ten of the group");
        }
        assert_eq!(depth(&console, queue).await, (0, 0));
        assert!(job.says("Copies are kept for 30"));
    }
}

#[tokio::test]
async fn a_deletion_larger_than_the_archive_ends_where_its_copies_end() {
    let keeping = Keeping { days: 30, most: 60_000, key: None, nonce };
    let console = TestConsole::with(Setup { keeping, ..Setup::default() }).await;
    let bodies: Vec<String> = (0..40).map(|n| format!("{n:05}").repeat(1_000)).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    send(&console, "orders", &bodies).await;
    let job = delete_all(&console, "orders").await;
    assert!(job.says("no copies could be kept first"), "{}", job.html);
    let deleted = effects(&console, "deleted");
    assert!(!deleted.is_empty() && deleted.len() < 40, "{}", deleted.len());
    assert_eq!(deleted, copied(&console).await, "of each that is gone there is a copy");
}

#[tokio::test]
async fn a_queue_that_is_deleted_leaves_copies_of_what_it_can_receive() {
    let console = TestConsole::start().await;
    send(&console, "orders", &["one", "two"]).await;
    let page = console.get("/local/queues/orders/danger").await;
    assert!(page.says("deletes the queue with the rest"), "{}", page.html);
    let delete = [("connection", "local"), ("queue", "orders"), ("delete", "orders"), ("archive", "on")];
    let job = console.submit("queues/delete", &delete).await;
    let job = ended(&console, job).await;
    assert!(job.says("Then the queue was deleted; SQS counted nothing in it any more."), "{}", job.html);
    let deleted = effects(&console, "deleted");
    assert_eq!((deleted.len(), &deleted), (2, &copied(&console).await));
    assert_eq!(console.attributes("orders").await, None);
    assert!(!console.get("/local").await.says("/local/queues/orders"), "it is gone from the list");
    assert_eq!(console.get("/local/queues/orders/deleted").await.status, 200, "its copies are still there");
}

#[tokio::test]
async fn a_purge_that_is_stopped_before_it_is_sent_is_not_sent() {
    let console = TestConsole::start().await;
    let url = send(&console, "orders", &["one"]).await;
    let purge = [("connection", "local"), ("queue", "orders"), ("purge", "orders"), ("archive", "on")];
    // What is left is counted after the pass, and before the purge. The one message cannot be deleted before.
    let slow = json!({ "operation": "GetQueueAttributes", "action": { "delay": { "ms": 1500 } } });
    let failing = json!({ "operation": "DeleteMessageBatch",
        "action": { "fail_entries": { "ids": ["0"], "code": "InternalError" } } });
    console.dial(&json!([slow, failing])).await;
    let started = console.submit("queues/purge", &purge).await;
    let began = Instant::now();
    while console.activity().await[0].outcome.is_none() {
        assert!(began.elapsed() < Duration::from_secs(30), "the pass does not end");
        sleep(Duration::from_millis(50)).await;
    }
    console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": "late" })).await;
    let id = started.path.rsplit('/').next().unwrap().to_owned();
    console.submit("jobs/stop", &[("connection", "local"), ("job", &id)]).await;
    let job = ended(&console, started).await;
    assert!(job.says("The queue was not purged") && job.says(">stopped<"), "{}", job.html);
    assert_eq!((effects(&console, "purged").len(), depth(&console, "orders").await), (0, (1, 1)));
    assert_eq!(copied(&console).await, BTreeSet::new(), "nothing was deleted, so nothing is undone");
}

#[tokio::test]
async fn hostile_bodies_are_text_and_a_read_only_console_shows_and_restores_nothing() {
    const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'</textarea>";
    let store = Arc::new(Sqlite::in_memory().unwrap());
    let console = TestConsole::with(Setup { store: store.clone(), ..Setup::default() }).await;
    send(&console, "orders", &[HOSTILE]).await;
    delete_all(&console, "orders").await;
    let reading = TestConsole::with(Setup { store, read_only: true, ..Setup::default() }).await;
    let url = reading.queue("orders", json!({})).await;
    let list = reading.get("/local/queues/orders/deleted").await;
    let id = copies(&list)[0].clone();
    for page in [list, reading.get("/local/deleted").await, reading.get(&format!("/local/deleted/{id}")).await] {
        assert!(
            !page.says("<script>alert") && !page.says("<img src=x") && page.says("&lt;script&gt;"),
            "{}",
            page.html
        );
    }
    for action in ["restore", "forget"] {
        assert_eq!(restore(&reading, "orders", &[("ids[]", &id), ("action", action)]).await.status, 403, "{action}");
    }
    let keep = [("connection", "local"), ("queue", "orders"), ("keep", "")];
    assert_eq!(reading.submit("deleted/keep", &keep).await.status, 403);
    assert_eq!((received(&reading, &url).await.len(), copied(&reading).await.len()), (0, 1));
}
