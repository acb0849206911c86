//! Sending through the real router: the multipart form, what SQS answered, and what is kept for the next one.

use serde_json::{Value, json};

use super::console::{Shown, TestConsole};
use crate::model::Verb;

/// Sends the form, with a file if one is given.
async fn send(console: &TestConsole, queue: &str, fields: &[(&str, &str)], file: Option<&[u8]>) -> Shown {
    let fields: Vec<_> =
        [("connection", "local"), ("queue", queue)].into_iter().chain(fields.iter().copied()).collect();
    console.submit_file("messages/send", &fields, ("file", file)).await
}

/// The only message of a queue.
async fn only(console: &TestConsole, url: &str) -> Value {
    let request = json!({
        "QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0,
        "MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"],
    });
    let answer = console.sqs("ReceiveMessage", request).await;
    assert_eq!(answer["Messages"].as_array().map_or(0, Vec::len), 1, "{answer}");
    answer["Messages"][0].clone()
}

#[tokio::test]
async fn a_message_arrives_byte_for_byte_with_its_attributes() {
    let console = TestConsole::start().await;
    let url = console.queue("orders", json!({})).await;
    let fields = [
        ("body", "line one\r\nline „two“ ☃"),
        ("attribute-0-name", "tenant"),
        ("attribute-0-value", "acme"),
        ("attribute-1-name", "stamp"),
        ("attribute-1-kind", "hex"),
        ("attribute-1-label", "png"),
        ("attribute-1-value", "00 ff"),
        ("group", "g-1"),
        ("trace", "Root=1-5759e988-bd862e3fe1be46a994272793"),
    ];
    let page = send(&console, "orders", &fields, None).await;
    assert_eq!((page.status, page.path.as_str()), (200, "/local/queues/orders/send"));
    let message = only(&console, &url).await;
    assert_eq!(message["Body"], "line one\nline „two“ ☃", "what was typed, not what the form made of its line ends");
    assert_eq!(message["MessageAttributes"]["tenant"]["StringValue"], "acme");
    assert_eq!(message["MessageAttributes"]["stamp"]["DataType"], "Binary.png");
    assert_eq!(message["MessageAttributes"]["stamp"]["BinaryValue"], "AP8=");
    assert_eq!(message["Attributes"]["MessageGroupId"], "g-1");
    assert_eq!(message["Attributes"]["AWSTraceHeader"], "Root=1-5759e988-bd862e3fe1be46a994272793");
    for said in [
        message["MessageId"].as_str().unwrap(),
        message["MD5OfBody"].as_str().unwrap(),
        "verified",
        "aws sqs send-message",
    ] {
        assert!(page.says(said), "{said}: {}", page.html);
    }
    assert!(page.says("line „two“ ☃</textarea>"), "kept for the next one");

    let log = console.activity().await;
    assert_eq!(log[0].entry.verb, Verb::SendMessage);
    let written = serde_json::to_string(&log).unwrap();
    assert!(!written.contains("line one") && !written.contains("acme"), "no content in the log: {written}");
}

#[tokio::test]
async fn a_file_is_sent_as_it_is() {
    let console = TestConsole::start().await;
    let url = console.queue("orders", json!({})).await;
    let page = send(&console, "orders", &[("body", "typed")], Some(b"one\r\n\r\ntwo")).await;
    assert_eq!(page.status, 200);
    assert_eq!(only(&console, &url).await["Body"], "one\r\n\r\ntwo");
    let page = send(&console, "orders", &[("body", "typed")], Some(&[b'a', 0xff])).await;
    assert!(page.status == 422 && page.says("byte 2"), "{}", page.html);
    assert!(page.says("typed</textarea>"), "what was typed is still there");
}

#[tokio::test]
async fn the_largest_message_is_taken_and_a_larger_one_is_not() {
    let console = TestConsole::start().await;
    console.queue("orders", json!({})).await;
    let largest = "x".repeat(1_048_576);
    assert_eq!(send(&console, "orders", &[], Some(largest.as_bytes())).await.status, 200);
    let page = send(&console, "orders", &[("body", &format!("{largest}x"))], None).await;
    assert!(page.status == 422 && page.says("at most 1\u{a0}MiB"));
}

#[tokio::test]
async fn what_sqs_would_refuse_is_said_beside_its_field() {
    let console = TestConsole::start().await;
    console.queue("orders", json!({ "MaximumMessageSize": "1024" })).await;
    let hostile = "bell \u{7} </textarea><script>alert(1)</script>";
    let page = send(&console, "orders", &[("body", hostile), ("delay", "901"), ("trace", "\"><script>")], None).await;
    assert_eq!(page.status, 422);
    for said in
        ["Character 6 (line 1, column 6) is U+0007", "id=\"delay-error\"", "value=\"901\"", "id=\"trace-error\""]
    {
        assert!(page.says(said), "{said}: {}", page.html);
    }
    assert!(!page.says("<script>alert") && !page.says("\"><script>"), "{}", page.html);
    assert!(send(&console, "orders", &[("body", &"x".repeat(1_025))], None).await.says("1\u{202f}025\u{a0}bytes"));
    assert_eq!(console.effects().len(), 0, "nothing was sent");
}

#[tokio::test]
async fn a_duplicate_is_told_from_a_sent_message() {
    let console = TestConsole::start().await;
    let url = console.queue("trades.fifo", json!({})).await;
    let page = send(&console, "trades.fifo", &[("body", "1")], None).await;
    assert!(page.status == 422 && page.says("needs a message group") && page.says("give a deduplication id"));
    let fields = [("body", "1"), ("group", "T-1"), ("deduplication", "d-1")];
    let first = send(&console, "trades.fifo", &fields, None).await;
    assert!(first.says("Message sent") && first.says("Sequence number") && first.says("This one was just sent"));
    let again = send(&console, "trades.fifo", &fields, None).await;
    assert!(again.status == 200 && again.says("Accepted, but not delivered"), "{}", again.html);
    only(&console, &url).await;
}

#[tokio::test]
async fn an_answer_with_another_md5_is_no_success() {
    let console = TestConsole::start().await;
    console.queue("orders", json!({})).await;
    console.dial(&json!([{ "operation": "SendMessage", "action": "wrong_md5" }])).await;
    let page = send(&console, "orders", &[("body", "1")], None).await;
    assert!(page.status == 409 && page.says("MD5 does not match"), "{}", page.html);
}

#[tokio::test]
async fn a_failed_send_keeps_what_was_typed() {
    let console = TestConsole::start().await;
    console.queue("orders", json!({})).await;
    console
        .dial(&json!([{ "operation": "SendMessage", "action": { "answer": { "code": "RequestThrottled" } } }]))
        .await;
    let page = send(&console, "orders", &[("body", "precious")], None).await;
    assert_eq!(page.status, 503);
    assert!(page.says("precious</textarea>") && !page.says("Message sent"), "{}", page.html);
    assert_eq!(console.get("/local/queues/no-such-queue/send").await.status, 404);
}

#[tokio::test]
async fn a_read_only_console_sends_nothing() {
    let console = TestConsole::read_only().await;
    console.queue("orders", json!({})).await;
    assert!(console.get("/local/queues/orders/send").await.says("The console is read-only"));
    let page = send(&console, "orders", &[("body", "1")], None).await;
    assert_eq!((page.status, console.effects().len()), (403, 0));
    assert_eq!(console.activity().await.len(), 1, "the attempt is written down");
}
