//! One line of an imported file.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Fault;
use crate::model::{AttributeValue, Message, MessageAttribute, MessageId, ReceiptHandle, binary};
use crate::server::services::messages::export::line::{FORMAT, VERSION};

/// Reads a message as it was exported, or as the AWS CLI prints it.
pub(super) fn message(line: &str) -> Result<Message, Fault> {
    from_value(parse(line)?)
}

/// The messages of a text that is one document: a list, or an object whose `Messages` are one.
pub(super) fn document(text: &str) -> Option<Vec<Value>> {
    match serde_json::from_str(text).ok()? {
        Value::Array(messages) => Some(messages),
        Value::Object(mut fields) => match fields.remove("Messages")? {
            Value::Array(messages) => Some(messages),
            _ => None,
        },
        _ => None,
    }
}

/// The same of what was parsed.
pub(super) fn from_value(value: Value) -> Result<Message, Fault> {
    let Value::Object(mut fields) = value else { return Err(Fault::NotAMessage) };
    match fields.remove("format") {
        None => {}
        Some(Value::String(format)) if format == FORMAT => match fields.remove("version").and_then(|v| v.as_u64()) {
            Some(1..=VERSION) => {}
            _ => return Err(Fault::Version),
        },
        Some(_) => return Err(Fault::Version),
    }
    let Some(Value::String(body)) = fields.remove("Body") else { return Err(Fault::NotAMessage) };
    Ok(Message {
        id: MessageId::new(text(&mut fields, "MessageId")?.unwrap_or_default()),
        receipt_handle: ReceiptHandle::new(""),
        body,
        md5_of_body: text(&mut fields, "MD5OfBody")?.unwrap_or_default(),
        md5_of_attributes: text(&mut fields, "MD5OfMessageAttributes")?,
        system: system(&mut fields)?,
        attributes: attributes(&mut fields)?,
    })
}

/// Reads a line that is a body: a JSON text stands for what it says, any other JSON value is the body as it is written.
pub(super) fn body(line: &str) -> Result<Message, Fault> {
    let body = match parse(line)? {
        Value::String(text) => text,
        _ => line.trim().to_owned(),
    };
    Ok(Message { body, ..Message::outline(MessageId::new("")) })
}

fn parse(line: &str) -> Result<Value, Fault> {
    serde_json::from_str(line).map_err(|error| Fault::NotJson { column: error.column() })
}

fn text(fields: &mut Map<String, Value>, name: &'static str) -> Result<Option<String>, Fault> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Fault::Field(name)),
    }
}

fn object(fields: &mut Map<String, Value>, name: &'static str) -> Result<Map<String, Value>, Fault> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(Fault::Field(name)),
    }
}

fn system(fields: &mut Map<String, Value>) -> Result<BTreeMap<String, String>, Fault> {
    let entries = object(fields, "Attributes")?.into_iter().map(|(name, value)| match value {
        Value::String(value) => Ok((name, value)),
        _ => Err(Fault::Field("Attributes")),
    });
    entries.collect()
}

fn attributes(fields: &mut Map<String, Value>) -> Result<BTreeMap<String, MessageAttribute>, Fault> {
    let mut attributes = BTreeMap::new();
    for (at, (name, value)) in object(fields, "MessageAttributes")?.into_iter().enumerate() {
        let fault = || Fault::Attribute { place: at + 1 };
        let Value::Object(mut parts) = value else { return Err(fault()) };
        let data_type = text(&mut parts, "DataType").ok().flatten().ok_or_else(fault)?;
        let value = match (parts.remove("StringValue"), parts.remove("BinaryValue")) {
            (Some(Value::String(text)), None) => AttributeValue::Text(text),
            (None, Some(Value::String(text))) => {
                AttributeValue::Binary(binary::from_base64(&text).ok_or(Fault::Base64 { place: at + 1 })?)
            }
            _ => return Err(fault()),
        };
        attributes.insert(name, MessageAttribute { data_type, value });
    }
    Ok(attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_aws_cli_printed_can_be_read() {
        let line = r#"{"MessageId": "m", "ReceiptHandle": "h", "MD5OfBody": "d", "Body": "b", "Attributes":
            {"SentTimestamp": "1"}, "MessageAttributes": {"n": {"StringValue": "7", "DataType": "Number"}}}"#;
        let read = message(line).unwrap();
        assert_eq!((read.id.as_str(), read.receipt_handle.as_str(), read.sent_at()), ("m", "", Some(1)));
        assert_eq!(read.attributes["n"].value, AttributeValue::Text("7".into()));
        assert_eq!(message(r#"{"Body": ""}"#).unwrap().body, "", "a queue says that it takes none");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let attribute =
            |attribute: &str| message(&format!(r#"{{"Body":"", "MessageAttributes": {{"a": {attribute}}}}}"#));
        for (read, fault) in [
            (message("{\"Body\": }"), Fault::NotJson { column: 10 }),
            (message("[]"), Fault::NotAMessage),
            (message("{}"), Fault::NotAMessage),
            (message(r#"{"Body": 1}"#), Fault::NotAMessage),
            (message(r#"{"format": "redrive.message", "version": 2, "Body": ""}"#), Fault::Version),
            (message(r#"{"format": "redrive.message", "Body": ""}"#), Fault::Version),
            (message(r#"{"format": "other", "Body": ""}"#), Fault::Version),
            (message(r#"{"Body": "", "Attributes": {"a": 1}}"#), Fault::Field("Attributes")),
            (message(r#"{"Body": "", "MessageId": 1}"#), Fault::Field("MessageId")),
            (attribute("7"), Fault::Attribute { place: 1 }),
            (attribute(r#"{"DataType": "String"}"#), Fault::Attribute { place: 1 }),
            (attribute(r#"{"StringValue": "x"}"#), Fault::Attribute { place: 1 }),
            (
                attribute(r#"{"DataType": "Binary", "StringValue": "x", "BinaryValue": "eA=="}"#),
                Fault::Attribute { place: 1 },
            ),
            (attribute(r#"{"DataType": "Binary", "BinaryValue": "!"}"#), Fault::Base64 { place: 1 }),
            (body("{"), Fault::NotJson { column: 1 }),
        ] {
            assert_eq!(read, Err(fault));
        }
    }

    #[test]
    fn a_body_is_exactly_what_the_line_says() {
        assert_eq!(
            body(r#" {"n": 1.10, "n": 12345678901234567890123} "#).unwrap().body,
            r#"{"n": 1.10, "n": 12345678901234567890123}"#
        );
        assert_eq!(body(r#""two\nlines""#).unwrap().body, "two\nlines");
    }
}
