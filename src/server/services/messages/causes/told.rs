//! What a message tells by itself: why it failed, or what it is. SQS tells neither; whoever puts a message aside may.
//!
//! Lambda: `ErrorCode`, `ErrorMessage` (Lambda Developer Guide, "Adding a dead-letter queue"). EventBridge and Scheduler:
//! `ERROR_CODE`, `ERROR_MESSAGE` (EventBridge User Guide, "Using dead-letter queues"). MassTransit: `MT-Fault-…`.
//! NServiceBus: `NServiceBus.ExceptionInfo.…`, in attributes, in one attribute of JSON, or in the body.

use super::normal::{normal, one_line};
use super::scan::{Scan, scan};
use crate::model::{AttributeValue, Message, binary};

/// What a message tells, and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// Where: `ERROR_CODE and ERROR_MESSAGE`.
    pub place: &'static str,
    /// What, without what is special to one message.
    pub words: String,
}

/// The attribute in which NServiceBus keeps its headers, as JSON.
const NSERVICEBUS: &str = "NServiceBus.AmazonSQS.Headers";
/// Pairs of a type and a message: where they stand, and whether a body may hold them, too.
const ERRORS: [(&str, &str, &str, bool); 5] = [
    ("ERROR_CODE and ERROR_MESSAGE", "ERROR_CODE", "ERROR_MESSAGE", false),
    ("ErrorCode and ErrorMessage", "ErrorCode", "ErrorMessage", false),
    ("MassTransit's fault headers", "MT-Fault-ExceptionType", "MT-Fault-Message", true),
    (
        "NServiceBus's exception headers",
        "NServiceBus.ExceptionInfo.ExceptionType",
        "NServiceBus.ExceptionInfo.Message",
        true,
    ),
    ("errorType and errorMessage", "errorType", "errorMessage", true),
];
/// Names of attributes that tell an error, in small letters and without what joins their words.
const ERROR_NAMES: [&str; 7] = [
    "error",
    "errormessage",
    "exception",
    "exceptionmessage",
    "xexceptionmessage",
    "failurereason",
    "deadletterreason",
];
/// Names of attributes that tell what a message is.
const KIND_NAMES: [&str; 7] =
    ["JavaType", "NServiceBus.EnclosedMessageTypes", "type", "eventType", "event-type", "event", "messageType"];
/// The most bytes of a body in base64 that are decoded to look for a task of Celery.
const DECODED: usize = 64 << 10;

/// Why a message failed, as far as it tells.
pub(super) fn error(message: &Message, body: Option<&Scan<'_>>) -> Option<Told> {
    let held = attribute(message, NSERVICEBUS);
    let headers = held.and_then(scan);
    for (place, kind, text, in_body) in ERRORS {
        let of = |name: &str| {
            let told = attribute(message, name).map(str::to_owned);
            let told = told.or_else(|| headers.as_ref().filter(|_| in_body)?.text(name));
            told.or_else(|| body.filter(|_| in_body)?.text(name)).filter(|told| !told.trim().is_empty())
        };
        let words = match (of(kind), of(text)) {
            // A type or a code is a name: its digits tell.
            (Some(kind), Some(text)) => format!("{}: {}", one_line(&kind), normal(&text)),
            (Some(kind), None) => one_line(&kind),
            (None, Some(text)) => normal(&text),
            (None, None) => continue,
        };
        return Some(Told { place, words });
    }
    let plain =
        |name: &str| name.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase();
    let named = message.attributes.keys().find(|name| ERROR_NAMES.contains(&plain(name).as_str()));
    if let Some(text) = named.and_then(|name| attribute(message, name)).filter(|text| !text.trim().is_empty()) {
        return Some(Told { place: "an attribute that names an error", words: normal(text) });
    }
    let names = ["x-exception-message", "error", "exception"];
    let text = body.and_then(|body| names.into_iter().find_map(|name| body.text(name)))?;
    (!text.trim().is_empty()).then(|| Told { place: "an error in the body", words: normal(&text) })
}

/// What a message is, as far as it tells.
pub(super) fn kind(message: &Message, body: Option<&Scan<'_>>) -> Option<Told> {
    let told = |place, words: String| Some(Told { place, words: one_line(&words) });
    if let Some(body) = body {
        if let (Some(source), Some(detail)) = (body.text("source"), body.text("detail-type")) {
            return told("EventBridge's source and detail-type", format!("{detail} from {source}"));
        }
        if let Some(topic) = body.text("TopicArn") {
            let name = topic.rsplit(':').next().unwrap_or(&topic).to_owned();
            return told("the SNS topic", format!("from the SNS topic {name}"));
        }
        if let Some(event) = body.text("eventName").filter(|_| message.body.contains("eventSource")) {
            return told("the event's name", event);
        }
        if let Some(job) = body.text("displayName") {
            return told("the job's name", job);
        }
        if let Some(task) = body.text("task") {
            return told("the task", task);
        }
    } else if message.body.starts_with("eyJ") && message.body.len() <= DECODED {
        let text = binary::from_base64(&message.body).and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some(task) = text.as_deref().and_then(scan).and_then(|scan| scan.text("task")) {
            return told("the task", task);
        }
    }
    let (name, value) = KIND_NAMES.into_iter().find_map(|name| Some((name, attribute(message, name)?)))?;
    told(if name == "JavaType" { "JavaType" } else { "an attribute that names a type" }, value.to_owned())
}

fn attribute<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    match &message.attributes.get(name)?.value {
        AttributeValue::Text(text) => Some(text),
        AttributeValue::Binary(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MessageAttribute;
    use crate::server::services::messages::export::tests::letter;

    fn with(body: &str, attributes: &[(&str, &str)]) -> Message {
        let mut message = letter("m", body);
        for (name, value) in attributes {
            let value = AttributeValue::Text((*value).into());
            message.attributes.insert((*name).into(), MessageAttribute { data_type: "String".into(), value });
        }
        message
    }

    #[test]
    fn each_framework_tells_in_its_own_place() {
        let bridge = [("ERROR_CODE", "NO_PERMISSIONS"), ("ERROR_MESSAGE", "No rule 42"), ("RULE_ARN", "arn")];
        let headers =
            r#"{"NServiceBus.ExceptionInfo.ExceptionType": "My.Oops", "NServiceBus.ExceptionInfo.Message": "row 7"}"#;
        for (body, attributes, place, words) in [
            ("{}", &bridge[..], "ERROR_CODE and ERROR_MESSAGE", "NO_PERMISSIONS: No rule ‹number›"),
            ("{}", &[("ErrorCode", "429"), ("ErrorMessage", "Rate")], "ErrorCode and ErrorMessage", "429: Rate"),
            ("{}", &[("ErrorCode", "500")], "ErrorCode and ErrorMessage", "500"),
            ("x", &[("MT-Fault-Message", "Order 1")], "MassTransit's fault headers", "Order ‹number›"),
            (r#"{"headers": {"MT-Fault-Message": "a"}}"#, &[], "MassTransit's fault headers", "a"),
            ("{}", &[(NSERVICEBUS, headers)], "NServiceBus's exception headers", "My.Oops: row ‹number›"),
            (
                r#"{"responsePayload": {"errorType": "E", "errorMessage": "m"}}"#,
                &[],
                "errorType and errorMessage",
                "E: m",
            ),
            ("{}", &[("Failure-Reason", "bad 12")], "an attribute that names an error", "bad ‹number›"),
            (r#"{"error": "oops 12"}"#, &[], "an error in the body", "oops ‹number›"),
        ] {
            let message = with(body, attributes);
            let told = error(&message, scan(body).as_ref()).unwrap();
            assert_eq!((told.place, told.words.as_str()), (place, words));
        }
        assert_eq!(
            error(&with("{\"error\": \"\"}", &[("ERROR_MESSAGE", " ")]), scan("{\"error\": \"\"}").as_ref()),
            None
        );
    }

    #[test]
    fn what_a_message_is_told_by_its_envelope_or_its_attributes() {
        let celery = binary::base64(br#"{"headers": {"task": "shop.mail", "id": "1"}, "body": "W10="}"#);
        let laravel = r#"{"displayName": "App\\Jobs\\Mail", "job": "x"}"#;
        for (body, attributes, words) in [
            (r#"{"source": "aws.s3", "detail-type": "Object Created"}"#, &[][..], "Object Created from aws.s3"),
            (r#"{"TopicArn": "arn:aws:sns:eu-west-1:1:bounces"}"#, &[], "from the SNS topic bounces"),
            (r#"{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}]}"#, &[], "ObjectCreated:Put"),
            (laravel, &[], "App\\Jobs\\Mail"),
            (celery.as_str(), &[], "shop.mail"),
            ("{}", &[("JavaType", "com.example.Order")], "com.example.Order"),
            ("x", &[("event", "order.placed")], "order.placed"),
        ] {
            assert_eq!(kind(&with(body, attributes), scan(body).as_ref()).unwrap().words, words);
        }
        assert_eq!(kind(&with("{\"source\": \"x\"}", &[]), scan("{\"source\": \"x\"}").as_ref()), None);
    }
}
