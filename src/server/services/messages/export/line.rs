//! A message as one line of NDJSON, and back.
//!
//! A line is an object as `aws sqs receive-message` prints a message – `MessageId`, `Body`, `MD5OfBody`, `Attributes`,
//! `MessageAttributes` with `DataType` and `StringValue` or `BinaryValue` in base64 – with `format` and `version` before
//! it. So what the AWS CLI
//! printed can be imported, too. The receipt handle is left out: it belongs to one receive, and is a right to delete.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{AttributeValue, Message, MessageAttribute, MessageId, binary};

/// What says that a line was written here.
pub const FORMAT: &str = "redrive.message";
/// The version that is written; every older one is read.
pub const VERSION: u64 = 1;

#[derive(Serialize)]
struct Line<'a> {
    format: &'static str,
    version: u64,
    #[serde(rename = "MessageId")]
    id: &'a MessageId,
    #[serde(rename = "MD5OfBody")]
    md5_of_body: &'a str,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    md5_of_attributes: Option<&'a str>,
    #[serde(rename = "Attributes")]
    system: &'a BTreeMap<String, String>,
    #[serde(rename = "MessageAttributes")]
    attributes: BTreeMap<&'a str, Attribute<'a>>,
    #[serde(rename = "Body")]
    body: &'a str,
}

#[derive(Serialize)]
struct Attribute<'a> {
    #[serde(rename = "DataType")]
    data_type: &'a str,
    #[serde(rename = "StringValue", skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(rename = "BinaryValue", skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
}

/// Writes a message as one line, its end included.
pub fn write(message: &Message) -> String {
    let line = Line {
        format: FORMAT,
        version: VERSION,
        id: &message.id,
        md5_of_body: &message.md5_of_body,
        md5_of_attributes: message.md5_of_attributes.as_deref(),
        system: &message.system,
        attributes: message.attributes.iter().map(|(name, attribute)| (name.as_str(), spelled(attribute))).collect(),
        body: &message.body,
    };
    let mut text = serde_json::to_string(&line).expect("texts and maps of texts are always JSON");
    text.push('\n');
    text
}

fn spelled(attribute: &MessageAttribute) -> Attribute<'_> {
    let (text, bytes) = match &attribute.value {
        AttributeValue::Text(text) => (Some(text.as_str()), None),
        AttributeValue::Binary(bytes) => (None, Some(binary::base64(bytes))),
    };
    Attribute { data_type: &attribute.data_type, text, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::services::messages::export::tests::letter;

    #[test]
    fn a_line_reads_as_the_aws_cli_prints_a_message() {
        let mut message = letter("m-1", "two\nlines");
        message.system.insert("ApproximateReceiveCount".into(), "3".into());
        for (name, data_type, value) in [
            ("kind", "String", AttributeValue::Text("Order".into())),
            ("raw", "Binary.png", AttributeValue::Binary(vec![1, 2, 3])),
        ] {
            message.attributes.insert(name.into(), MessageAttribute { data_type: data_type.into(), value });
        }
        assert_eq!(
            write(&message),
            concat!(
                r#"{"format":"redrive.message","version":1,"MessageId":"m-1","MD5OfBody":"md5","#,
                r#""Attributes":{"ApproximateReceiveCount":"3","SentTimestamp":"1795183331000"},"#,
                r#""MessageAttributes":{"kind":{"DataType":"String","StringValue":"Order"},"#,
                r#""raw":{"DataType":"Binary.png","BinaryValue":"AQID"}},"Body":"two\nlines"}"#,
                "\n"
            )
        );
    }
}
