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
        !detail.says("code-key\">&quot;detail-type") && detail.says("code-key\">&quot;total"),
        "the innermost: {}",
        detail.html
    );
    assert!(console.get(&format!("{page}?layer=2")).await.says("code-key\">&quot;detail-type"));
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
