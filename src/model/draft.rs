//! A message about to be sent, and the rules it must keep.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use serde_json::{Map, Value, json};

use super::binary;
use super::cli::Command;
use super::ids::QueueUrl;
use super::message::{AttributeValue, MessageAttribute};

/// What `SendMessage` takes besides the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The body.
    pub body: String,
    /// Seconds of delay; absent: the queue's. FIFO queues know no delay per message.
    pub delay: Option<u32>,
    /// The message group: required on FIFO, fair queueing on standard.
    pub group_id: Option<String>,
    /// The deduplication id, FIFO only.
    pub deduplication_id: Option<String>,
    /// The message attributes.
    pub attributes: BTreeMap<String, MessageAttribute>,
    /// `AWSTraceHeader`, the only system attribute that can be sent.
    pub trace_header: Option<String>,
}

impl Draft {
    /// Bytes that count against the maximum message size: body, attribute names, types and values
    /// (SQS Developer Guide, "Message quotas"); the trace header does not count.
    pub fn size(&self) -> usize {
        self.body.len() + self.attributes.iter().map(|(name, attribute)| name.len() + attribute.size()).sum::<usize>()
    }

    /// The equivalent `aws sqs send-message …`, with `body` in the place of the body: the audit log holds none.
    pub fn command(&self, queue: &QueueUrl, body: &str) -> Command {
        let attributes = (!self.attributes.is_empty()).then(|| {
            let spelled = self.attributes.iter().map(|(name, attribute)| (name.clone(), spelled(attribute)));
            Value::Object(spelled.collect::<Map<String, Value>>()).to_string()
        });
        let system = self
            .trace_header
            .as_ref()
            .map(|header| json!({ "AWSTraceHeader": { "DataType": "String", "StringValue": header } }).to_string());
        Command::new("send-message")
            .option("queue-url", queue.as_str())
            .option("message-body", body)
            .maybe("delay-seconds", self.delay.map(|delay| delay.to_string()).as_deref())
            .maybe("message-group-id", self.group_id.as_deref())
            .maybe("message-deduplication-id", self.deduplication_id.as_deref())
            .maybe("message-attributes", attributes.as_deref())
            .maybe("message-system-attributes", system.as_deref())
    }
}

/// An attribute as the AWS CLI takes it: bytes as base64.
fn spelled(attribute: &MessageAttribute) -> Value {
    match &attribute.value {
        AttributeValue::Text(text) => json!({ "DataType": attribute.data_type, "StringValue": text }),
        AttributeValue::Binary(bytes) => {
            json!({ "DataType": attribute.data_type, "BinaryValue": binary::base64(bytes) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_says_everything_that_is_sent() {
        let attribute = |data_type: &str, value| MessageAttribute { data_type: data_type.into(), value };
        let draft = Draft {
            body: "secret".into(),
            group_id: Some("trade-1".into()),
            attributes: BTreeMap::from([
                ("kind".into(), attribute("String", AttributeValue::Text("it's".into()))),
                ("raw".into(), attribute("Binary.png", AttributeValue::Binary(vec![1, 2, 3]))),
            ]),
            ..Draft::default()
        };
        let line = draft.command(&QueueUrl::new("http://x/1/q.fifo"), "<body>");
        assert_eq!(
            line.line(),
            r#"aws sqs send-message --queue-url http://x/1/q.fifo --message-body '<body>' --message-group-id trade-1 --message-attributes '{"kind":{"DataType":"String","StringValue":"it'\''s"},"raw":{"DataType":"Binary.png","BinaryValue":"AQID"}}'"#
        );
        assert_eq!(draft.size(), "secret".len() + "kindStringit's".len() + "rawBinary.png".len() + 3);
    }
}
