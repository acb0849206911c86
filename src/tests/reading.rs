//! Reading one message: its layers, what is known of it, and that nothing of it is more than text.

use serde_json::{Value, json};

use super::console::{Shown, TestConsole};
use crate::model::binary;

const PAGE: &str = "/local/queues/orders/messages";
const HOSTILE: &str = "</textarea></code></span><script>alert(1)</script><img src=x onerror=alert(1)>";

/// A console whose queue holds one message, looked at; and the path of its page.
async fn console_with(message: Value) -> (TestConsole, String) {
    let console = TestConsole::start().await;
    let url = console.queue("orders", json!({})).await;
    let mut message = message;
    message["QueueUrl"] = url.into();
    let sent = console.sqs("SendMessage", message).await;
    let page = console.submit("messages/look", &[("connection", "local"), ("queue", "orders")]).await;
    assert_eq!(page.status, 200, "{}", page.html);
    (console, format!("{PAGE}/{}", sent["MessageId"].as_str().unwrap()))
}

fn sns(message: &str, subject: &str) -> String {
    json!({
        "Type": "Notification", "MessageId": subject, "TopicArn": format!("arn:aws:sns:eu-west-1:1:{subject}"),
        "Subject": subject, "Message": message, "Timestamp": subject,
        "MessageAttributes": { subject: { "Type": subject, "Value": subject } },
    })
    .to_string()
}

fn event(detail: &Value, word: &str) -> String {
    json!({
        "version": "0", "id": word, "detail-type": word, "source": word, "account": word, "time": word,
        "region": word, "resources": [word], "detail": detail,
    })
    .to_string()
}

fn alive(page: &Shown) -> bool {
    ["<script>alert", "<img src=x", "</span><script>"].iter().any(|markup| page.says(markup))
}

#[tokio::test]
async fn a_message_opens_at_its_innermost_layer_and_each_layer_is_a_link() {
    let body = sns(&event(&json!({ "total": 1.25 }), "shop.checkout"), "orders");
    let (console, page) = console_with(json!({ "MessageBody": body })).await;
    let detail = console.get(&page).await;
    for name in ["SQS body", "SNS notification", "EventBridge event", "detail"] {
        assert!(detail.says(name), "{name}: {}", detail.html);
    }
    assert!(detail.says("shop.checkout") && detail.says("arn:aws:sns:eu-west-1:1:orders"), "facts of all envelopes");
    assert!(
        !detail.says("code-key\">\"detail-type") && detail.says("code-key\">\"total"),
        "the innermost: {}",
        detail.html
    );
    assert!(console.get(&format!("{page}?layer=2")).await.says("code-key\">\"detail-type"));
    for raw in ["?layer=0", "?view=raw"] {
        let raw = console.get(&format!("{page}{raw}")).await;
        assert!(
            raw.says("what every action uses") && raw.says("{&quot;Type&quot;:&quot;Notification&quot;"),
            "{}",
            raw.html
        );
    }
    for odd in ["?layer=99", "?layer=-1", "?layer=x", "?layer=&view=y"] {
        assert_eq!(console.get(&format!("{page}{odd}")).await.status, 200, "{odd}");
    }
}

#[tokio::test]
async fn a_message_tells_its_digests_its_trace_and_its_address() {
    let trace = json!({ "AWSTraceHeader": { "DataType": "String",
        "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1" } });
    let message = json!({ "MessageBody": "hello", "MessageSystemAttributes": trace });
    let (console, page) = console_with(message).await;
    let shown = console.get(&page).await;
    for said in [
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "5d41402abc4b2a76b9719d911017c592",
        "1-5759e988-bd862e3fe1be46a994272793",
        "53995c3f42cd8ad8",
        "1: yes",
    ] {
        assert!(shown.says(said), "{said}: {}", shown.html);
    }
    assert!(shown.says("data-copy=\"http://127.0.0.1:") && shown.says(&format!("{page}\"")), "{}", shown.html);
}

#[tokio::test]
async fn a_pointer_is_shown_and_nothing_is_fetched() {
    let body =
        json!(["software.amazon.payloadoffloading.PayloadS3Pointer", { "s3BucketName": "bucket", "s3Key": "key" }]);
    let size = json!({ "ExtendedPayloadSize": { "DataType": "Number", "StringValue": "300000" } });
    let (console, page) = console_with(json!({ "MessageBody": body.to_string(), "MessageAttributes": size })).await;
    let shown = console.get(&page).await;
    assert!(shown.says("s3://bucket/key") && shown.says("It is not fetched"), "{}", shown.html);
}

#[tokio::test]
async fn a_large_body_is_whole_here() {
    let line = "a line of a large body, with its end\n";
    let body = format!("{}THE END", line.repeat(300 * 1_024 / line.len()));
    let (console, page) = console_with(json!({ "MessageBody": body })).await;
    assert!(console.get(&page).await.says("THE END"));
}

/// A console whose queue holds these two messages, looked at; and their ids.
async fn console_with_two(first: Value, second: Value) -> (TestConsole, [String; 2]) {
    let console = TestConsole::start().await;
    let url = console.queue("orders", json!({})).await;
    let mut ids = Vec::new();
    for mut message in [first, second] {
        message["QueueUrl"] = url.clone().into();
        ids.push(console.sqs("SendMessage", message).await["MessageId"].as_str().unwrap().to_owned());
    }
    console.submit("messages/look", &[("connection", "local"), ("queue", "orders")]).await;
    (console, ids.try_into().unwrap())
}

#[tokio::test]
async fn two_messages_are_compared_in_their_innermost_layer_and_in_their_attributes() {
    let attribute = |value: &str| json!({ "kind": { "DataType": "String", "StringValue": value } });
    let message = |total: &str, kind: &str| json!({ "MessageBody": sns(&event(&json!({ "id": 7, "total": total }), "shop"), "orders"), "MessageAttributes": attribute(kind) });
    let (console, [a, b]) = console_with_two(message("9.50", "card"), message("9.75", "cash")).await;
    let base = "/local/queues/orders/compare";
    for view in ["", "&view=unified"] {
        let page = console.get(&format!("{base}?a={a}&b={b}{view}")).await;
        assert_eq!(page.status, 200);
        assert!(
            page.says("1\u{a0}line only in the first") && page.says("1\u{a0}line only in the second"),
            "{}",
            page.html
        );
        assert!(page.says("EventBridge event › detail") && page.says("String: card") && page.says("String: cash"));
        assert!(page.says("<del>") && page.says("<ins>") && page.says("differs"), "{}", page.html);
    }
    let same = console.get(&format!("{base}?a={a}&b={a}")).await;
    assert!(same.says("equal, byte for byte"), "{}", same.html);
    let message = console.get(&format!("{PAGE}/{a}")).await;
    assert!(message.says(&format!("/compare?a={a}&amp;b={b}")), "the neighbour: {}", message.html);
    let gone = console.get(&format!("{base}?a={a}&b=%3Cscript%3Ealert(1)")).await;
    assert!(gone.status == 404 && gone.says("No message with this id") && !alive(&gone), "{}", gone.html);
    let asked = console.get(base).await;
    assert!(asked.status == 200 && asked.says("Second message") && !asked.says("No message with this id"));
    let received = console.effects().iter().filter(|effect| effect["effect"] == "received").count();
    assert_eq!(received, 2, "the look alone");
}

#[tokio::test]
async fn a_hostile_difference_stays_text() {
    let message = |n: usize| {
        let hostile = format!("{n}{HOSTILE}");
        let attribute = json!({ "note": { "DataType": "String", "StringValue": hostile } });
        json!({ "MessageBody": json!({ hostile.clone(): hostile, "x": format!("{HOSTILE}{n}") }).to_string(), "MessageAttributes": attribute })
    };
    let (console, [a, b]) = console_with_two(message(1), message(2)).await;
    for view in ["", "&view=unified", "&view=%3Cscript%3Ealert(1)"] {
        let page = console.get(&format!("/local/queues/orders/compare?a={a}&b={b}{view}")).await;
        assert!(page.status == 200 && page.says("only in the first") && !alive(&page), "{}", page.html);
    }
}

#[tokio::test]
async fn a_chosen_message_is_still_read_when_its_snapshot_is_gone() {
    let (console, [a, b]) = console_with_two(json!({ "MessageBody": "one" }), json!({ "MessageBody": "two" })).await;
    let list = console.get(PAGE).await;
    let (_, session) = list.html.split_once("name=\"session\" value=\"").unwrap();
    let session = session.split('"').next().unwrap();
    let fields = [("connection", "local"), ("queue", "orders"), ("session", session), ("ids[]", &a)];
    assert!(console.submit("messages/choose", &fields).await.path.contains("/chosen/"));
    console.submit("queues/purge", &[("connection", "local"), ("queue", "orders"), ("purge", "orders")]).await;
    let page = console.get(&format!("{PAGE}/{a}")).await;
    assert!(page.status == 200 && page.says("not in the snapshot") && page.says("one"), "{}", page.html);
    assert_eq!(console.get(&format!("{PAGE}/{b}")).await.status, 404);
}

#[tokio::test]
async fn every_layer_of_a_hostile_message_stays_text() {
    let hostile = json!({ HOSTILE: HOSTILE }).to_string();
    let call = json!([[HOSTILE], { HOSTILE: HOSTILE }, {}]).to_string();
    let celery = json!({
        "body": binary::base64(call.as_bytes()), "content-encoding": HOSTILE, "content-type": HOSTILE,
        "headers": { "task": HOSTILE, "id": HOSTILE, "eta": HOSTILE, "origin": HOSTILE },
        "properties": { "body_encoding": "base64", "delivery_info": { "routing_key": HOSTILE } },
    });
    let pointer =
        json!(["com.amazon.sqs.javamessaging.MessageS3Pointer", { "s3BucketName": HOSTILE, "s3Key": HOSTILE }]);
    let upload = json!({ "Records": [{ "eventSource": "aws:s3", "eventName": HOSTILE,
        "s3": { "bucket": { "name": HOSTILE }, "object": { "key": HOSTILE, "size": HOSTILE } } }] });
    let alarm =
        json!({ "AlarmName": HOSTILE, "NewStateValue": HOSTILE, "OldStateValue": HOSTILE, "NewStateReason": HOSTILE });
    let bodies = [
        sns(&event(&json!({ HOSTILE: HOSTILE }), HOSTILE), HOSTILE),
        sns(HOSTILE, HOSTILE),
        binary::base64(hostile.as_bytes()),
        celery.to_string(),
        pointer.to_string(),
        upload.to_string(),
        alarm.to_string(),
        format!("<a b=\"x\">{}</a>", "<script>alert(1)</script>"),
        HOSTILE.to_owned(),
    ];
    for body in bodies {
        let trace = json!({ "AWSTraceHeader": { "DataType": "String", "StringValue": format!("Root={HOSTILE}") } });
        let size = json!({ "SQSLargePayloadSize": { "DataType": "String", "StringValue": HOSTILE } });
        let message = json!({ "MessageBody": body, "MessageAttributes": size, "MessageSystemAttributes": trace });
        let (console, page) = console_with(message).await;
        for layer in 0..6 {
            let shown = console.get(&format!("{page}?layer={layer}")).await;
            assert!(shown.status == 200 && !alive(&shown), "{body} {layer}: {}", shown.html);
        }
    }
}
