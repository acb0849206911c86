//! The envelopes of AWS: SNS, EventBridge, S3, CloudWatch, and the pointer of the extended client library.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use super::json::{self, Members};
use super::{Content, Seen};
use crate::model::{AttributeValue, MessageAttribute, words};

/// An object that one of AWS's services wrote.
pub(super) fn object(object: &Members<'_>) -> Option<Seen> {
    notification(object)
        .or_else(|| event(object))
        .or_else(|| uploads(object))
        .or_else(|| upload(object))
        .or_else(|| test_of_s3(object))
        .or_else(|| logs(object))
        .or_else(|| alarm(object))
        .or_else(|| alarm_state(object))
}

/// A notification without raw message delivery (SNS Developer Guide, "HTTP/HTTPS notification JSON format").
fn notification(object: &Members<'_>) -> Option<Seen> {
    let kind = object.text("Type")?;
    let known = ["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"].contains(&kind.as_str());
    let (topic, message) = (object.text("TopicArn")?, object.text("Message")?);
    if !known || !topic.starts_with("arn:") || !object.has("MessageId") {
        return None;
    }
    let name = topic.rsplit(':').next().unwrap_or_default().to_owned();
    let seen = Seen::leaf("SNS notification")
        .fact("Topic", Some(name))
        .fact("Topic ARN", Some(topic.clone()))
        .fact("Subject", object.text("Subject"))
        .fact("Type", Some(kind))
        .fact("Published", object.text("Timestamp"))
        .fact("SNS message id", object.text("MessageId"));
    // They are not the message's own: `Type` and `Value` instead of `DataType` and `StringValue`.
    let attributes = object.object("MessageAttributes");
    let attributes = attributes.iter().flat_map(Members::iter).filter_map(|(name, value)| {
        let value = Members::of(value)?;
        Some(format!("{name} ({}) = {}", value.text("Type")?, value.said("Value")?))
    });
    let attributes: Vec<_> = attributes.collect();
    Some(seen.fact("SNS attributes", Some(attributes.join("\n"))).around(Content::text(&message), Some("text")))
}

/// An event (EventBridge User Guide, "Event structure").
fn event(object: &Members<'_>) -> Option<Seen> {
    let (kind, source) = (object.text("detail-type")?, object.text("source")?);
    let (detail, _) = (object.get("detail")?, object.text("id")?);
    let resources = object.get("resources").and_then(json::items).unwrap_or_default();
    let resources: Vec<_> = resources.into_iter().filter_map(json::text).collect();
    let seen = Seen::leaf("EventBridge event")
        .fact("Source", Some(source))
        .fact("Detail type", Some(kind))
        .fact("Time", object.text("time"))
        .fact("Account", object.text("account"))
        .fact("Region", object.text("region"))
        .fact("Event id", object.text("id"))
        .fact("Resources", Some(resources.join("\n")));
    Some(seen.around(Content::text(detail), Some("detail")))
}

/// A notification of S3 itself (S3 User Guide, "Event message structure").
fn uploads(object: &Members<'_>) -> Option<Seen> {
    let records = object.get("Records")?;
    let first = json::items(records)?.into_iter().next()?;
    let first = Members::of(first)?;
    let s3 = first.object("s3").filter(|_| first.text("eventSource").as_deref() == Some("aws:s3"))?;
    let key = s3.object("object").as_ref().and_then(|object| object.text("key"));
    let size = s3.object("object").and_then(|object| object.said("size"));
    let count = json::count(records).filter(|count| *count > 1);
    let seen = Seen::leaf("S3 event")
        .fact("Event", first.text("eventName"))
        .fact("Bucket", s3.object("bucket").and_then(|bucket| bucket.text("name")))
        .fact("Key", key.as_deref().map(decoded))
        .fact("Size", size.map(bytes))
        .fact("Time", first.text("eventTime"))
        .fact("Region", first.text("awsRegion"))
        .fact("Records", count.map(|count| format!("{}, the first is told here", words::count(count as u64))));
    Some(seen)
}

/// The detail of an S3 event that came through EventBridge (S3 User Guide, "EventBridge event message structure").
fn upload(object: &Members<'_>) -> Option<Seen> {
    let (bucket, file) = (object.object("bucket")?.text("name")?, object.object("object")?);
    let key = file.text("key").filter(|_| object.has("request-id") && object.has("requester"))?;
    let seen = Seen::leaf("S3 event")
        .fact("Bucket", Some(bucket))
        .fact("Key", Some(key))
        .fact("Size", file.said("size").map(bytes))
        .fact("Reason", object.text("reason"));
    Some(seen)
}

/// What S3 sends when a notification is set up.
fn test_of_s3(object: &Members<'_>) -> Option<Seen> {
    let (event, bucket) = (object.text("Event")?, object.text("Bucket")?);
    let is_one = object.text("Service").as_deref() == Some("Amazon S3") && event == "s3:TestEvent";
    is_one.then(|| {
        let seen = Seen::leaf("S3 event").fact("Event", Some(event)).fact("Bucket", Some(bucket));
        seen.fact("Time", object.text("Time"))
    })
}

/// A subscription of CloudWatch Logs: in base64 and gzip, or unpacked (CloudWatch Logs User Guide, "Subscription filters").
fn logs(object: &Members<'_>) -> Option<Seen> {
    if let Some(data) = object.object("awslogs").and_then(|logs| logs.text("data")) {
        return Some(Seen::leaf("CloudWatch logs").around(Content::text(&data), Some("text")));
    }
    let (group, events) = (object.text("logGroup")?, object.get("logEvents")?);
    let (kind, count) = (object.text("messageType")?, json::count(events)?);
    let seen = Seen::leaf("CloudWatch logs")
        .fact("Log group", Some(group))
        .fact("Log stream", object.text("logStream"))
        .fact("Type", Some(kind))
        .fact("Account", object.text("owner"))
        .fact("Events", Some(words::count(count as u64)));
    Some(seen)
}

/// An alarm as CloudWatch publishes it to SNS.
fn alarm(object: &Members<'_>) -> Option<Seen> {
    let (name, state) = (object.text("AlarmName")?, object.text("NewStateValue")?);
    let old = object.text("OldStateValue")?;
    let trigger = object.object("Trigger");
    let metric = trigger.as_ref().and_then(|trigger| {
        let name = trigger.text("MetricName")?;
        Some(trigger.text("Namespace").map_or(name.clone(), |space| format!("{space} {name}")))
    });
    let seen = Seen::leaf("CloudWatch alarm")
        .fact("Alarm", Some(name))
        .fact("State", Some(format!("{old} → {state}")))
        .fact("Reason", object.text("NewStateReason"))
        .fact("Metric", metric)
        .fact("Time", object.text("StateChangeTime"))
        .fact("Account", object.text("AWSAccountId"))
        .fact("Region", object.text("Region"));
    Some(seen)
}

/// The detail of an alarm that came through EventBridge.
fn alarm_state(object: &Members<'_>) -> Option<Seen> {
    let (name, state) = (object.text("alarmName")?, object.object("state")?);
    let value = state.text("value")?;
    let old = object.object("previousState").and_then(|state| state.text("value"));
    let seen = Seen::leaf("CloudWatch alarm")
        .fact("Alarm", Some(name))
        .fact("State", Some(old.map_or(value.clone(), |old| format!("{old} → {value}"))))
        .fact("Reason", state.text("reason"))
        .fact("Time", state.text("timestamp"));
    Some(seen)
}

/// The body lies in S3: a class of the extended client library and where it is. It has changed its name once, and so has the
/// attribute with the size.
pub(super) fn pointer(items: &[&str], attributes: &BTreeMap<String, MessageAttribute>) -> Option<Seen> {
    let [class, place] = items else { return None };
    let class = json::text(class)?;
    let older = match class.as_str() {
        "software.amazon.payloadoffloading.PayloadS3Pointer" => false,
        "com.amazon.sqs.javamessaging.MessageS3Pointer" => true,
        _ => return None,
    };
    let place = Members::of(place)?;
    let (bucket, key) = (place.text("s3BucketName")?, place.text("s3Key")?);
    let said = ["ExtendedPayloadSize", "SQSLargePayloadSize"].iter().find_map(|name| {
        let AttributeValue::Text(size) = &attributes.get(*name)?.value else { return None };
        Some(format!("{} ({name})", bytes(size.clone())))
    });
    let unmarked = said.is_none();
    let seen = Seen::leaf("S3 pointer")
        .fact("Bucket", Some(bucket.clone()))
        .fact("Key", Some(key.clone()))
        .fact("Address", Some(format!("s3://{bucket}/{key}")))
        .fact("Size", said)
        .fact("Format", Some(if older { "extended client, before 1.1" } else { "extended client" }.to_owned()))
        .note("The body lies in S3. It is not fetched; deleting the message leaves it there.");
    let missing =
        "The attribute with its size is missing: a consumer with the extended client takes this for the body.";
    Some(if unmarked { seen.note(missing) } else { seen })
}

/// A size in words, and in bytes where that is something else.
fn bytes(number: String) -> String {
    match number.parse() {
        Ok(n) if n >= 1_024 => format!("{}, {}", words::bytes(n), words::plural(n, "byte", "bytes")),
        Ok(n) => words::bytes(n),
        Err(_) => number,
    }
}

/// A key of an S3 notification as it is: there it is written as in a form (`+` for a space).
fn decoded(key: &str) -> String {
    let spaced = key.replace('+', " ");
    let plain = percent_decode_str(&spaced).decode_utf8().map_or_else(|_| key.to_owned(), |text| text.into_owned());
    if plain == key { plain } else { format!("{plain}\nwritten {key}") }
}
