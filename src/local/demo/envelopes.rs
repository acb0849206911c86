//! The envelopes in which other services of AWS put a message, and what they attach when they give one up.

use serde_json::{Value, json};

use super::dice::Dice;
use super::letter::Letter;
use super::shop;
use crate::local::calendar::{MINUTE, compact_date, iso};

/// Invented, like all accounts here.
const ACCOUNT: &str = "111122223333";

fn uuid(dice: &mut Dice) -> String {
    format!("{}-{}-4{}-a{}-{}", dice.hex(8), dice.hex(4), dice.hex(3), dice.hex(3), dice.hex(12))
}

/// A notification of SNS without raw message delivery (SNS Developer Guide, "HTTP/HTTPS notification JSON format").
pub(super) fn sns(topic: &str, message: &str, at: u64, dice: &mut Dice) -> Letter {
    let subscription = uuid(dice);
    Letter::json(&json!({
        "Type": "Notification", "MessageId": uuid(dice), "TopicArn": format!("arn:aws:sns:eu-west-1:{ACCOUNT}:{topic}"),
        "Subject": "order.placed", "Message": message, "Timestamp": iso(at), "SignatureVersion": "1",
        "Signature": format!("{}==", dice.hex(62)),
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0000000000000000000000000000.pem",
        "UnsubscribeURL": format!("https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:eu-west-1:{ACCOUNT}:{topic}:{subscription}"),
        "MessageAttributes": {"event": {"Type": "String", "Value": "order.placed"}},
    }))
}

/// A pointer of the extended client library: the body lies in S3, its size in an attribute.
pub(super) fn s3_pointer(bucket: &str, size: u64, dice: &mut Dice) -> Letter {
    let pointer = json!({"s3BucketName": bucket, "s3Key": uuid(dice)});
    Letter::json(&json!(["software.amazon.payloadoffloading.PayloadS3Pointer", pointer]))
        .with("ExtendedPayloadSize", "Number", size.to_string())
        .with("event", "String", "order.placed")
}

/// Events that EventBridge could not deliver: seven. It writes them into the queue itself, with the reason
/// (EventBridge User Guide, "Using dead-letter queues").
pub(super) fn undelivered(now: u64, dice: &mut Dice) -> Vec<(u64, Letter)> {
    const REASONS: [(&str, &str, &str); 7] = [
        (
            "NO_PERMISSIONS",
            "User: events.amazonaws.com is not authorized to perform: lambda:InvokeFunction",
            "invoice-writer",
        ),
        (
            "NO_PERMISSIONS",
            "User: events.amazonaws.com is not authorized to perform: lambda:InvokeFunction",
            "invoice-writer",
        ),
        ("NO_RESOURCE", "Function not found", "loyalty-points-v1"),
        ("THROTTLING", "Rate exceeded", "invoice-writer"),
        ("SDK_CLIENT_ERROR", "Unable to reach the API destination: connect timed out", "erp-destination"),
        ("SDK_CLIENT_ERROR", "Unable to reach the API destination: certificate has expired", "erp-destination"),
        ("THROTTLING", "Rate exceeded", "invoice-writer"),
    ];
    (1..)
        .zip(REASONS)
        .map(|(n, (code, message, target))| {
            let at = now - n * 397 * MINUTE;
            let event = json!({
                "version": "0", "id": uuid(dice), "detail-type": "Order Paid", "source": "shop.checkout",
                "account": ACCOUNT, "time": iso(at), "region": "eu-west-1", "resources": [],
                "detail": {"orderId": shop::order_number(at, dice), "paid": true, "channel": "web"},
            });
            let retried = matches!(code, "THROTTLING" | "SDK_CLIENT_ERROR");
            let mut letter = Letter::json(&event)
                .with("ERROR_CODE", "String", code)
                .with("ERROR_MESSAGE", "String", message)
                .with("RULE_ARN", "String", format!("arn:aws:events:eu-west-1:{ACCOUNT}:rule/shop/order-paid"))
                .with("TARGET_ARN", "String", format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{target}"));
            if retried {
                letter = letter.with("RETRY_ATTEMPTS", "Number", "185").with(
                    "EXHAUSTED_RETRY_CONDITION",
                    "String",
                    "MaximumEventAgeInSeconds",
                );
            }
            (at, letter)
        })
        .collect()
}

/// Asynchronous invocations that Lambda gave up: three. It writes the event into the queue itself, with the reason
/// (Lambda Developer Guide, "Asynchronous invocation: dead-letter queues").
pub(super) fn given_up(now: u64, dice: &mut Dice) -> Vec<(u64, Letter)> {
    [
        "Process exited before completing request: out of memory (512 MB)",
        "[Errno 28] No space left on device: '/mnt/scratch/resize-4096x4096.tif'",
        "2026-11-19T22:14:07Z Task timed out after 30.03 seconds",
    ]
    .into_iter()
    .zip(1..)
    .map(|(message, n)| {
        let at = now - n * 683 * MINUTE;
        let key = format!("originals/campaign-{}/{}.tif", compact_date(at), dice.hex(6));
        let letter = Letter::json(&shop::upload_of(&key, 212_000_000 + n, at, dice))
            .with("RequestID", "String", uuid(dice))
            .with("ErrorCode", "Number", "200")
            .with("ErrorMessage", "String", message);
        (at, letter)
    })
    .collect()
}

/// Uploads of which no thumbnail could be made: eight, sent by S3, given up by the consumer.
pub(super) fn pictures(now: u64, dice: &mut Dice) -> Vec<(u64, Letter)> {
    const KEYS: [&str; 8] = [
        "originals/IMG_0007+copy+%282%29.HEIC",
        "originals/t%C3%A9l%C3%A9chargement.webp",
        "originals/empty.jpg",
        "originals/%E5%95%86%E5%93%81%E7%94%BB%E5%83%8F.png",
        "originals/scan.pdf.jpg",
        "originals/../../etc/passwd.jpg",
        "originals/panorama-32768x4096.jpg",
        "originals/animation.gif",
    ];
    (1..)
        .zip(KEYS)
        .map(|(n, key)| {
            let at = now - n * 301 * MINUTE;
            let size = if key.contains("empty") { 0 } else { 40_000 * n };
            (at, Letter::json(&shop::upload_of(key, size, at, dice)))
        })
        .collect()
}

/// A task of Celery, as kombu writes it: the body in base64 (Celery, "Message Protocol", version 2).
pub(super) fn celery(dice: &mut Dice) -> Value {
    let id = uuid(dice);
    json!({
        // [[88121, "order_shipped"], {"locale": "de_DE"}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]
        "body": "W1s4ODEyMSwgIm9yZGVyX3NoaXBwZWQiXSwgeyJsb2NhbGUiOiAiZGVfREUifSwgeyJjYWxsYmFja3MiOiBudWxsLCAiZXJyYmFja3MiOiBudWxsLCAiY2hhaW4iOiBudWxsLCAiY2hvcmQiOiBudWxsfV0=",
        "content-encoding": "utf-8", "content-type": "application/json",
        "headers": {
            "lang": "py", "task": "crm.tasks.send_mail", "id": id, "root_id": id, "parent_id": null, "group": null,
            "retries": 5, "eta": null, "expires": null, "timelimit": [null, 120], "origin": "gen214@crm-worker-3",
            "argsrepr": "(88121, 'order_shipped')", "kwargsrepr": "{'locale': 'de_DE'}",
        },
        "properties": {
            "correlation_id": id, "reply_to": uuid(dice), "delivery_mode": 2, "priority": 0,
            "delivery_info": {"exchange": "", "routing_key": "emails"}, "body_encoding": "base64", "delivery_tag": uuid(dice),
        },
    })
}
