//! Edit & resend through the real router: what is typed is kept, what is sent is what was seen, and the original goes last.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::console::{Setup, Shown, TestConsole};
use crate::model::Verb;
use crate::server::services::messages::Terms;

const DLQ: &str = "orders-dlq";
const ARN: &str = "arn:aws:sqs:us-east-1:000000000000:orders-dlq";

/// One in which a look may follow a look.
async fn console() -> TestConsole {
    TestConsole::holding(Terms { apart: Duration::ZERO, ..Terms::default() }).await
}

/// `orders` with its dead-letter queue, and these bodies in that.
async fn failed(console: &TestConsole, bodies: &[&str]) {
    console.queue(DLQ, json!({})).await;
    let policy = json!({ "deadLetterTargetArn": ARN, "maxReceiveCount": 1 }).to_string();
    let url = console.queue("orders", json!({ "RedrivePolicy": policy })).await;
    for body in bodies {
        let attributes = json!({
            "n": { "DataType": "Number.int", "StringValue": "1.50" },
            "raw": { "DataType": "Binary", "BinaryValue": "AP8=" },
        });
        let message =
            json!({ "QueueUrl": url, "MessageBody": body, "MessageAttributes": attributes, "MessageGroupId": "g1" });
        console.sqs("SendMessage", message).await;
    }
    fail(console).await;
}

/// Receives from `orders` until everything in it has failed.
async fn fail(console: &TestConsole) {
    for _ in 0..6 {
        let url = url(console, "orders").await;
        let request = json!({ "QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0 });
        console.sqs("ReceiveMessage", request).await;
    }
}

async fn url(console: &TestConsole, queue: &str) -> Value {
    console.sqs("GetQueueUrl", json!({ "QueueName": queue })).await["QueueUrl"].clone()
}

/// What is in a queue; it stays visible there.
async fn received(console: &TestConsole, queue: &str) -> Vec<Value> {
    let all = json!(["All"]);
    let url = url(console, queue).await;
    let request = json!({ "QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": all,
        "MessageSystemAttributeNames": all, "VisibilityTimeout": 0 });
    console.sqs("ReceiveMessage", request).await["Messages"].as_array().cloned().unwrap_or_default()
}

async fn look(console: &TestConsole) -> Shown {
    let page = console.submit("messages/look", &[("connection", "local"), ("queue", DLQ), ("limit", "100")]).await;
    assert_eq!(page.status, 200, "{}", page.html);
    page
}

fn between<'a>(html: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    html.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

fn ids(page: &Shown) -> Vec<String> {
    between(&page.html, "name=\"ids[]\" value=\"", "\"").into_iter().map(str::to_owned).collect()
}

fn edit_page(id: &str) -> String {
    format!("/local/queues/{DLQ}/messages/{id}/edit")
}

/// The form as a browser sends it: the fields that every edit has, and more.
async fn edit(console: &TestConsole, id: &str, more: &[(&str, &str)]) -> Shown {
    let mut fields = vec![("connection", "local"), ("queue", DLQ), ("message", id), ("route", "home")];
    fields.extend([("attribute-0-name", "n"), ("attribute-0-kind", "number"), ("attribute-0-label", "int")]);
    fields.extend([("attribute-0-value", "1.50"), ("attribute-1-name", "raw"), ("attribute-1-kind", "base64")]);
    fields.extend([("attribute-1-value", "AP8="), ("group", "g1"), ("trace", "")]);
    fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    fields.extend(more);
    console.submit_file("messages/edit", &fields, ("none", None)).await
}

/// Carries out the plan of a preview, and waits for its end.
async fn carry_out(console: &TestConsole, preview: &Shown) -> Shown {
    let plan = between(&preview.html, "name=\"carry_out\" value=\"", "\"")[0].to_owned();
    let fields = [("connection", "local"), ("queue", DLQ), ("carry_out", &plan)];
    let started = console.submit("redrives/start", &fields).await;
    assert!(started.path.starts_with("/local/redrives/"), "{}: {}", started.path, started.html);
    let began = Instant::now();
    loop {
        let page = console.get(&started.path).await;
        let ended = console.activity().await.iter().any(|activity| {
            activity.entry.verb == Verb::EditAndResend && activity.outcome.is_some() && activity.finished_ms.is_some()
        });
        if ended {
            return page;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{}", page.html);
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn an_edited_message_is_sent_as_it_was_seen_and_the_original_is_deleted() {
    let console = console().await;
    failed(&console, &["{\"order\":1,\r\n\"amount\":\"12,50\"}"]).await;
    let id = ids(&look(&console).await)[0].clone();
    let page = console.get(&edit_page(&id)).await;
    assert!(page.says("Edit &amp; resend") && page.says("12,50") && page.says("AP8="), "{}", page.html);

    let body = "{\"order\":1,\r\n\"amount\":12.50}";
    let preview = edit(&console, &id, &[("body", body), ("attribute-2-name", "new"), ("attribute-2-value", "x")]).await;
    assert_eq!(preview.status, 200, "{}", preview.html);
    assert!(preview.says("Send the copy and delete the original") && preview.says("added"), "{}", preview.html);
    assert!(received(&console, "orders").await.is_empty(), "nothing is sent by a preview");

    let job = carry_out(&console, &preview).await;
    assert_eq!(job.status, 200, "{}", job.html);
    let copies = received(&console, "orders").await;
    assert_eq!(copies.len(), 1);
    assert_eq!(copies[0]["Body"], body, "line ends too");
    let attributes = &copies[0]["MessageAttributes"];
    assert_eq!(attributes["n"], json!({ "DataType": "Number.int", "StringValue": "1.50" }));
    assert_eq!(attributes["raw"], json!({ "DataType": "Binary", "BinaryValue": "AP8=" }));
    assert_eq!(attributes["new"], json!({ "DataType": "String", "StringValue": "x" }));
    assert_eq!(copies[0]["Attributes"]["MessageGroupId"], "g1");
    assert!(received(&console, DLQ).await.is_empty(), "the original is gone");

    // It fails again, and says that it was edited.
    fail(&console).await;
    let again = look(&console).await;
    assert!(again.says("edited by local user"), "{}", again.html);
    let copy = ids(&again)[0].clone();
    assert_ne!(copy, id);
    let page = console.get(&format!("/local/queues/{DLQ}/messages/{copy}")).await;
    assert!(page.says("edited by local user") && page.says(&id), "{}", page.html);
}

#[tokio::test]
async fn a_kept_original_stays_and_a_locked_group_too() {
    let console = console().await;
    failed(&console, &["one"]).await;
    console.queue("rescue", json!({})).await;
    let id = ids(&look(&console).await)[0].clone();
    let more = [
        ("body", "two"),
        ("keep", "on"),
        ("route", "queue"),
        ("target", "rescue"),
        ("group", "other"),
        ("attribute-0-name", ""),
    ];
    let preview =
        edit(&console, &id, &[&more[..], &[("attribute-0-value", ""), ("attribute-0-label", "")]].concat()).await;
    assert!(preview.says("Send the copy and keep the original") && preview.says("removed"), "{}", preview.html);
    carry_out(&console, &preview).await;
    let copies = received(&console, "rescue").await;
    assert_eq!((copies.len(), &copies[0]["Body"]), (1, &json!("two")));
    assert_eq!(copies[0]["Attributes"]["MessageGroupId"], "g1", "what is locked is not changed");
    assert!(copies[0]["MessageAttributes"]["n"].is_null());
    let stayed = received(&console, DLQ).await;
    assert_eq!((stayed.len(), &stayed[0]["Body"]), (1, &json!("one")));
}

#[tokio::test]
async fn mistakes_stand_beside_their_fields_and_nothing_typed_is_lost() {
    let console = console().await;
    failed(&console, &["{}"]).await;
    let id = ids(&look(&console).await)[0].clone();
    let hostile = "</textarea><script>alert(1)</script>\u{7}";
    let more = [
        ("body", hostile),
        ("route", "queue"),
        ("target", "no such"),
        ("sensitive", "on"),
        ("group", "a b"),
        ("attribute-0-value", "12,5"),
    ];
    let page = edit(&console, &id, &more).await;
    assert_eq!(page.status, 422, "{}", page.html);
    for sentence in ["U+0007", "letters, digits", "this one has a space", "A number reads"] {
        assert!(page.says(sentence), "{sentence}: {}", page.html);
    }
    assert!(page.says("&lt;/textarea&gt;&lt;script&gt;") && !page.says("<script>alert"), "{}", page.html);
    assert!(page.says("value=\"a b\"") && page.says("value=\"12,5\""));
    let page = edit(&console, &id, &[("body", "{}"), ("route", "queue"), ("target", "nowhere")]).await;
    assert!(page.status == 422 && page.says("nowhere"), "{}", page.html);
    let page = edit(&console, &id, &[("body", "x"), ("route", "queue"), ("target", DLQ)]).await;
    assert!(page.says("in this queue already"), "{}", page.html);
    assert!(console.activity().await.iter().all(|activity| activity.entry.verb != Verb::EditAndResend));
}

#[tokio::test]
async fn the_destination_s_own_limits_count() {
    let console = console().await;
    failed(&console, &["{}"]).await;
    console.queue("small", json!({ "MaximumMessageSize": "1024" })).await;
    let id = ids(&look(&console).await)[0].clone();
    let to = |body: String| {
        let (console, id) = (&console, id.clone());
        async move { edit(console, &id, &[("body", &body), ("route", "queue"), ("target", "small")]).await }
    };
    let page = to("x".repeat(1_024)).await;
    assert!(page.status == 422 && page.says("the destination takes at most"), "{}", page.html);
    assert_eq!(to("x".repeat(900)).await.status, 200);
}

#[tokio::test]
async fn json_that_is_broken_is_said_but_not_refused() {
    let console = console().await;
    failed(&console, &["{\"a\":1}"]).await;
    let id = ids(&look(&console).await)[0].clone();
    let preview = edit(&console, &id, &[("body", "{\"a\":1,}")]).await;
    assert!(preview.status == 200 && preview.says("The copy is no JSON any more"), "{}", preview.html);
    let same = edit(&console, &id, &[("body", "{\"a\":1}")]).await;
    assert!(same.says("The body is not changed."), "{}", same.html);
}

#[tokio::test]
async fn a_read_only_console_says_so_and_remembers_the_attempt() {
    let console = TestConsole::with(Setup { read_only: true, peek: true, ..Setup::default() }).await;
    failed(&console, &["{}"]).await;
    let look = console.submit("messages/look", &[("connection", "local"), ("queue", DLQ), ("limit", "100")]).await;
    let id =
        between(&look.html, &format!("/queues/{DLQ}/messages/"), "?")[0].split(['"', '#']).next().unwrap().to_owned();
    let page = console.get(&format!("/local/queues/{DLQ}/messages/{id}")).await;
    assert!(page.says("Edit &amp; resend…") && page.says("aria-disabled=\"true\""), "{}", page.html);
    let refused = edit(&console, &id, &[("body", "x")]).await;
    assert_eq!(refused.status, 403, "{}", refused.html);
    assert!(refused.says("The console is read-only"));
    assert_eq!(console.activity().await[0].entry.verb, Verb::EditAndResend);
}

/// Freezes all of a look.
async fn chosen(console: &TestConsole) -> String {
    let page = look(console).await;
    let session = between(&page.html, "name=\"session\" value=\"", "\"")[0].to_owned();
    let fields = [("connection", "local"), ("queue", DLQ), ("session", session.as_str()), ("all", "on")];
    let chosen = console.submit("messages/choose", &fields).await;
    assert!(chosen.says("Edit all…"), "{}", chosen.html);
    chosen.path.rsplit('/').next().unwrap().to_owned()
}

async fn edit_all(console: &TestConsole, chosen: &str, rows: &[(&str, &str, &str)], more: &[(&str, &str)]) -> Shown {
    let names: Vec<[String; 3]> =
        (0..rows.len()).map(|n| ["kind", "at", "value"].map(|part| format!("rows[{n}][{part}]"))).collect();
    let mut fields = vec![("connection", "local"), ("queue", DLQ), ("chosen", chosen), ("route", "home")];
    for ([kind, at, value], row) in names.iter().zip(rows) {
        fields.extend([(kind.as_str(), row.0), (at.as_str(), row.1), (value.as_str(), row.2)]);
    }
    fields.extend(more);
    console.submit("messages/edit-all", &fields).await
}

#[tokio::test]
async fn a_set_is_edited_by_operations_and_only_what_is_changed_is_sent() {
    let console = console().await;
    let bodies = [r#"{"id": 1.50, "amount":"1"}"#, r#"{"id":2,"amount":12.0}"#, "no JSON", r#"{"id":4,"amount":null}"#];
    failed(&console, &bodies).await;
    let set = chosen(&console).await;
    let page = console.get(&format!("/local/queues/{DLQ}/chosen/{set}/edit")).await;
    assert!(page.status == 200 && page.says("Operation 1"), "{}", page.html);

    let wrong = edit_all(&console, &set, &[("set", "a..b", "hello"), ("rename", "x[0]", "")], &[]).await;
    assert_eq!(wrong.status, 422);
    for sentence in ["A name is missing", "stands in quotation marks", "has no name"] {
        assert!(wrong.says(sentence), "{sentence}: {}", wrong.html);
    }
    let none = edit_all(&console, &set, &[("remove", "nothing", "")], &[]).await;
    assert!(none.status == 422 && none.says("No message would be changed"), "{}", none.html);

    let preview = edit_all(&console, &set, &[("set", "amount", "12.0")], &[]).await;
    assert_eq!(preview.status, 200, "{}", preview.html);
    assert!(preview.says("Send 2 copies and delete the originals") && preview.says("no JSON"), "{}", preview.html);
    carry_out(&console, &preview).await;
    let mut sent: Vec<_> = received(&console, "orders").await.iter().map(|copy| copy["Body"].clone()).collect();
    sent.sort_by_key(Value::to_string);
    assert_eq!(sent, [r#"{"id": 1.50, "amount":12.0}"#, r#"{"id":4,"amount":12.0}"#], "to the last byte");
    let mut left: Vec<_> = received(&console, DLQ).await.iter().map(|message| message["Body"].clone()).collect();
    left.sort_by_key(Value::to_string);
    assert_eq!(left, ["no JSON", r#"{"id":2,"amount":12.0}"#], "and nothing else");
}

#[tokio::test]
async fn a_preview_that_is_gone_leads_back_to_the_editor() {
    let console = console().await;
    failed(&console, &["{}"]).await;
    let id = ids(&look(&console).await)[0].clone();
    let page = console.get(&format!("{}?plan=none", edit_page(&id))).await;
    assert!(page.status == 404 && page.says("This preview is not there any more"), "{}", page.html);
    assert_eq!(console.get(&edit_page("no-such")).await.status, 404);
}
