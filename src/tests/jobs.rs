//! Choosing messages and acting on them as a job, through the real router, with the effect log as the witness.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::console::{Shown, TestConsole};
use super::messages::until;
use crate::model::words;

/// A console with so many messages in `orders`, and a look at them.
async fn looked(queue: &str, messages: usize) -> (TestConsole, Shown) {
    let console = TestConsole::start().await;
    let url = console.queue(queue, json!({})).await;
    for n in 0..messages {
        let mut message = json!({ "QueueUrl": url, "MessageBody": format!("body-{n}") });
        if queue.ends_with(".fifo") {
            message["MessageGroupId"] = "g".into();
            message["MessageDeduplicationId"] = n.to_string().into();
        } else {
            message["MessageAttributes"] = json!({ "n": { "DataType": "Number", "StringValue": n.to_string() } });
        }
        console.sqs("SendMessage", message).await;
    }
    let page = console.submit("messages/look", &[("connection", "local"), ("queue", queue), ("limit", "100")]).await;
    assert_eq!(page.status, 200, "{}", page.html);
    (console, page)
}

fn messages(count: u64) -> String {
    words::plural(count, "message", "messages")
}

/// What stands between two texts, wherever it does.
fn between<'a>(html: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    html.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

fn session(page: &Shown) -> String {
    between(&page.html, "name=\"session\" value=\"", "\"")[0].to_owned()
}

/// Freezes the messages with these bodies, or all.
async fn choose(console: &TestConsole, queue: &str, page: &Shown, ids: &[&str]) -> Shown {
    let session = session(page);
    let mut fields = vec![("connection", "local"), ("queue", queue), ("session", &session)];
    fields.extend(ids.iter().map(|id| ("ids[]", *id)));
    if ids.is_empty() {
        fields.push(("all", "on"));
    }
    console.submit("messages/choose", &fields).await
}

/// Does something with a frozen set, and waits for the end of the job.
async fn carry_out(console: &TestConsole, queue: &str, chosen: &Shown, more: &[(&str, &str)]) -> Shown {
    let id = chosen.path.rsplit('/').next().unwrap();
    let mut fields = vec![("connection", "local"), ("queue", queue), ("chosen", id)];
    fields.extend(more);
    let started = console.submit("messages/start-job", &fields).await;
    if !started.path.contains("/jobs/") {
        return started;
    }
    let began = Instant::now();
    loop {
        let page = console.get(&started.path).await;
        if !page.says("What was done stays done.") {
            return page;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{}", page.html);
        sleep(Duration::from_millis(50)).await;
    }
}

/// Visible and in flight.
async fn depth(console: &TestConsole, queue: &str) -> (usize, usize) {
    let attributes = console.attributes(queue).await.unwrap();
    let count = |name: &str| attributes[name].as_str().unwrap().parse().unwrap();
    (count("ApproximateNumberOfMessages"), count("ApproximateNumberOfMessagesNotVisible"))
}

fn effects(console: &TestConsole, effect: &str) -> Vec<String> {
    let effects = console.effects().into_iter().filter(|happened| happened["effect"] == effect);
    effects.map(|happened| happened["message_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn marked_messages_are_found_again_and_deleted_and_no_other_is() {
    let (console, page) = looked("orders", 25).await;
    let ids = between(&page.html, "name=\"ids[]\" value=\"", "\"");
    let mut meant: Vec<&str> = vec![ids[3], ids[11], ids[24]];
    let chosen = choose(&console, "orders", &page, &meant).await;
    assert!(chosen.says(&messages(3)) && chosen.says("marked by hand"), "{}", chosen.html);

    let job = carry_out(&console, "orders", &chosen, &[("action", "delete")]).await;
    assert!(job.says("3 deleted") && job.says(">done<"), "{}", job.html);
    let mut deleted = effects(&console, "deleted");
    deleted.sort();
    meant.sort_unstable();
    assert_eq!(deleted, meant);
    assert_eq!(depth(&console, "orders").await, (22, 0), "everything else was given back");
}

#[tokio::test]
async fn all_are_copied_with_their_attributes_and_stay() {
    let (console, page) = looked("orders", 12).await;
    console.queue("other", json!({})).await;
    let chosen = choose(&console, "orders", &page, &[]).await;
    assert!(chosen.says(&messages(12)) && chosen.says("all of the snapshot"), "{}", chosen.html);
    let job = carry_out(&console, "orders", &chosen, &[("action", "copy"), ("to", "other")]).await;
    assert!(job.says("12 copied"), "{}", job.html);
    assert_eq!((depth(&console, "orders").await, depth(&console, "other").await), ((12, 0), (12, 0)));
    let url = console.sqs("GetQueueUrl", json!({ "QueueName": "other" })).await["QueueUrl"].clone();
    let request = json!({ "QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"] });
    let copies = console.sqs("ReceiveMessage", request).await["Messages"].clone();
    for copy in copies.as_array().unwrap() {
        let n = copy["MessageAttributes"]["n"]["StringValue"].as_str().unwrap();
        assert_eq!(copy["Body"], format!("body-{n}"));
    }
}

#[tokio::test]
async fn nothing_of_a_fifo_group_goes_before_what_was_not_sent() {
    let (console, page) = looked("orders.fifo", 5).await;
    console.queue("other.fifo", json!({ "FifoQueue": "true" })).await;
    let chosen = choose(&console, "orders.fifo", &page, &[]).await;
    console
        .dial(&json!([{ "operation": "SendMessageBatch",
        "action": { "fail_entries": { "ids": ["0"], "code": "InternalError" } } }]))
        .await;
    let job = carry_out(&console, "orders.fifo", &chosen, &[("action", "copy"), ("to", "other.fifo")]).await;
    assert!(job.says("4 not tried") && job.says("so that the order holds"), "{}", job.html);
    assert_eq!(depth(&console, "other.fifo").await, (0, 0));
}

#[tokio::test]
async fn of_a_fifo_group_one_is_hidden_and_the_others_come_back_in_order() {
    let (console, page) = looked("orders.fifo", 5).await;
    let ids = between(&page.html, "name=\"ids[]\" value=\"", "\"");
    let last: &[&str] = &[ids[4]];
    let chosen = choose(&console, "orders.fifo", &page, last).await;
    let job = carry_out(&console, "orders.fifo", &chosen, &[("action", "hide"), ("seconds", "600")]).await;
    assert!(job.says("1 hidden"), "{}", job.html);
    assert_eq!(depth(&console, "orders.fifo").await, (4, 1));
    let url = console.sqs("GetQueueUrl", json!({ "QueueName": "orders.fifo" })).await["QueueUrl"].clone();
    let got = console.sqs("ReceiveMessage", json!({ "QueueUrl": url, "MaxNumberOfMessages": 10 })).await;
    let bodies: Vec<&Value> = got["Messages"].as_array().unwrap().iter().map(|message| &message["Body"]).collect();
    assert_eq!(bodies, ["body-0", "body-1", "body-2", "body-3"]);
}

#[tokio::test]
async fn what_failed_says_why_and_can_be_tried_again() {
    let (console, page) = looked("orders", 3).await;
    let chosen = choose(&console, "orders", &page, &[]).await;
    let failing = json!([{ "operation": "DeleteMessageBatch", "count": 1,
        "action": { "fail_entries": { "ids": ["0"], "code": "InternalError" } } }]);
    console.dial(&failing).await;
    let job = carry_out(&console, "orders", &chosen, &[("action", "delete")]).await;
    assert!(job.says("2 deleted") && job.says("1 failed") && job.says("failed: InternalError"), "{}", job.html);
    assert_eq!(depth(&console, "orders").await, (1, 0), "what was not deleted is not kept from its consumers");

    let id = job.path.rsplit('/').next().unwrap();
    let again = console.submit("jobs/again", &[("connection", "local"), ("job", id)]).await;
    assert!(again.says(&messages(1)) && again.says("not deleted by a job"), "{}", again.html);
}

#[tokio::test]
async fn a_message_that_somebody_else_deleted_is_not_found() {
    let (console, page) = looked("orders", 2).await;
    let chosen = choose(&console, "orders", &page, &[]).await;
    let url = console.sqs("GetQueueUrl", json!({ "QueueName": "orders" })).await["QueueUrl"].clone();
    let got = console.sqs("ReceiveMessage", json!({ "QueueUrl": url })).await;
    let handle = &got["Messages"][0]["ReceiptHandle"];
    console.sqs("DeleteMessage", json!({ "QueueUrl": url, "ReceiptHandle": handle })).await;
    let job = carry_out(&console, "orders", &chosen, &[("action", "release")]).await;
    assert!(job.says("1 released") && job.says("1 not found"), "{}", job.html);
}

#[tokio::test]
async fn a_set_of_a_list_that_was_replaced_is_refused() {
    let (console, page) = looked("orders", 2).await;
    let stale = [("connection", "local"), ("queue", "orders"), ("session", "older"), ("all", "on")];
    let refused = console.submit("messages/choose", &stale).await;
    assert_eq!(refused.status, 409);
    assert!(refused.says("What was chosen is not there any more"), "{}", refused.html);
    let session = session(&page);
    let none = [("connection", "local"), ("queue", "orders"), ("session", session.as_str())];
    assert!(console.submit("messages/choose", &none).await.says("No message is marked"));
    assert_eq!(console.get("/local/jobs/none").await.status, 404);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_starts_one_job() {
    let (console, page) = looked("orders", 12).await;
    console.queue("other", json!({})).await;
    let chosen = choose(&console, "orders", &page, &[]).await;
    let copy = [("action", "copy"), ("to", "other")];
    let (first, second) =
        tokio::join!(carry_out(&console, "orders", &chosen, &copy), carry_out(&console, "orders", &chosen, &copy));
    assert_eq!(first.path, second.path, "a second click is no second wish");
    assert_eq!(depth(&console, "other").await, (12, 0));
    let other = carry_out(&console, "orders", &chosen, &[("action", "delete")]).await;
    assert_ne!(other.path, first.path, "another wish is another job");
}

#[tokio::test]
async fn what_is_released_before_its_turn_comes_is_not_deleted() {
    let (console, _) = looked("orders", 3).await;
    let at = [("connection", "local"), ("queue", "orders")];
    console.submit("messages/hold", &[at[0], at[1], ("messages", "3"), ("seconds", "0")]).await;
    let page = until(&console, "/local/queues/orders/messages", |page| !page.says("data-progress")).await;
    let chosen = choose(&console, "orders", &page, &[]).await;
    let slow = json!([{ "operation": "ChangeMessageVisibilityBatch", "action": { "delay": { "ms": 900 } } }]);
    console.dial(&slow).await;
    let late = async {
        sleep(Duration::from_millis(300)).await;
        carry_out(&console, "orders", &chosen, &[("action", "delete")]).await
    };
    let (_, job) = tokio::join!(console.submit("messages/release", &at), late);
    assert!(effects(&console, "deleted").is_empty(), "not through a handle that was given back");
    assert!(job.says("3 failed") && job.says("failed: VisibleAgain"), "{}", job.html);
}

#[tokio::test]
async fn a_copy_ends_at_the_edge_of_a_batch_when_the_console_stops() {
    let (console, page) = looked("orders", 30).await;
    console.queue("other", json!({})).await;
    let chosen = choose(&console, "orders", &page, &[]).await;
    console.dial(&json!([{ "operation": "SendMessageBatch", "action": { "delay": { "ms": 900 } } }])).await;
    let stop = async {
        sleep(Duration::from_millis(500)).await;
        console.terminate();
    };
    let (job, ()) = tokio::join!(carry_out(&console, "orders", &chosen, &[("action", "copy"), ("to", "other")]), stop);
    assert!(job.says("10 copied") && job.says("20 not tried"), "{}", job.html);
}

#[tokio::test]
async fn while_a_job_receives_nothing_else_does() {
    let (console, page) = looked("orders", 3).await;
    let chosen = choose(&console, "orders", &page, &[]).await;
    console.dial(&json!([{ "operation": "ReceiveMessage", "action": { "delay": { "ms": 1500 } } }])).await;
    let others = async {
        sleep(Duration::from_millis(500)).await;
        let at = [("connection", "local"), ("queue", "orders")];
        for endpoint in ["messages/look", "messages/hold"] {
            let began = Instant::now();
            let refused = console.submit(endpoint, &at).await;
            assert!(refused.says("A receive is already running on this queue"), "{endpoint}: {}", refused.html);
            assert!(began.elapsed() < Duration::from_secs(1), "nobody waits for minutes: {:?}", began.elapsed());
        }
    };
    let (job, ()) = tokio::join!(carry_out(&console, "orders", &chosen, &[("action", "delete")]), others);
    assert!(job.says("3 deleted"), "{}", job.html);
}

#[tokio::test]
async fn what_was_deleted_from_the_list_is_not_searched_for() {
    let (console, _) = looked("orders", 3).await;
    let at = [("connection", "local"), ("queue", "orders")];
    console.submit("messages/hold", &[at[0], at[1], ("messages", "3"), ("seconds", "0")]).await;
    let page = until(&console, "/local/queues/orders/messages", |page| !page.says("data-progress")).await;
    let ids = between(&page.html, "name=\"ids[]\" value=\"", "\"");
    let page = console.submit("messages/act", &[at[0], at[1], ("ids[]", ids[0]), ("action", "delete")]).await;
    let chosen = choose(&console, "orders", &page, &[]).await;
    let before = effects(&console, "received").len();
    let url = console.sqs("GetQueueUrl", json!({ "QueueName": "orders" })).await["QueueUrl"].clone();
    console.sqs("SendMessage", json!({ "QueueUrl": url, "MessageBody": "a consumer's" })).await;
    let job = carry_out(&console, "orders", &chosen, &[("action", "delete")]).await;
    assert!(job.says("2 deleted") && job.says("1 not found"), "{}", job.html);
    assert_eq!(effects(&console, "received").len(), before, "nothing was received for it");
}
