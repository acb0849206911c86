//! A message about to be sent, and the rules it must keep.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use serde_json::{Map, Value, json};

use super::binary;
use super::cli::Command;
use super::ids::QueueUrl;
use super::message::{AttributeValue, Message, MessageAttribute};

/// Above this many bytes a body is not worth a command line.
const BODY_INLINE: usize = 4 * 1_024;

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
    /// A copy of a message: everything of it that can be sent, but its deduplication id, with which SQS would take the
    /// copy for the message.
    pub fn copy_of(message: &Message) -> Self {
        Self {
            body: message.body.clone(),
            delay: None,
            group_id: message.group_id().map(str::to_owned),
            deduplication_id: None,
            attributes: message.attributes.clone(),
            trace_header: message.trace_header().map(str::to_owned),
        }
    }

    /// Bytes that count against the maximum message size: body, attribute names, types and values
    /// (SQS Developer Guide, "Message quotas"); the trace header does not count.
    pub fn size(&self) -> usize {
        self.body.len() + self.attributes.iter().map(|(name, attribute)| name.len() + attribute.size()).sum::<usize>()
    }

    /// The equivalent `aws sqs send-message …`; a long body is in a file.
    pub fn command(&self, queue: &QueueUrl) -> Command {
        let attributes = (!self.attributes.is_empty()).then(|| {
            let spelled = self.attributes.iter().map(|(name, attribute)| (name.clone(), spelled(attribute)));
            Value::Object(spelled.collect::<Map<String, Value>>()).to_string()
        });
        let body = (self.body.len() <= BODY_INLINE).then_some(self.body.as_str());
        self.without_attributes(queue, body).maybe("message-attributes", attributes.as_deref())
    }

    /// The same with body and attributes in files: the audit log holds neither.
    pub fn outline(&self, queue: &QueueUrl) -> Command {
        let command = self.without_attributes(queue, None);
        if self.attributes.is_empty() { command } else { command.file("message-attributes", "attributes.json") }
    }

    fn without_attributes(&self, queue: &QueueUrl, body: Option<&str>) -> Command {
        let system = self
            .trace_header
            .as_ref()
            .map(|header| json!({ "AWSTraceHeader": { "DataType": "String", "StringValue": header } }).to_string());
        let command = Command::new("send-message").option("queue-url", queue.as_str());
        let command = match body {
            Some(body) => command.option("message-body", body),
            None => command.file("message-body", "body.txt"),
        };
        command
            .maybe("delay-seconds", self.delay.map(|delay| delay.to_string()).as_deref())
            .maybe("message-group-id", self.group_id.as_deref())
            .maybe("message-deduplication-id", self.deduplication_id.as_deref())
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
        let line = draft.command(&QueueUrl::new("http://x/1/q.fifo"));
        assert_eq!(
            line.line(),
            r#"aws sqs send-message --queue-url http://x/1/q.fifo --message-body secret --message-group-id trade-1 --message-attributes '{"kind":{"DataType":"String","StringValue":"it'\''s"},"raw":{"DataType":"Binary.png","BinaryValue":"AQID"}}'"#
        );
        assert_eq!(draft.size(), "secret".len() + "kindStringit's".len() + "rawBinary.png".len() + 3);
    }

    #[test]
    fn a_foreign_body_is_no_file_of_the_reader() {
        let url = QueueUrl::new("http://x/1/q");
        let line = |body: &str| Draft { body: body.into(), ..Draft::default() }.command(&url).line().to_owned();
        assert!(line("file:///etc/passwd").ends_with(r#"--cli-input-json '{"MessageBody":"file:///etc/passwd"}'"#));
        assert!(line(&"x".repeat(BODY_INLINE)).ends_with('x'));
        assert!(line(&"x".repeat(BODY_INLINE + 1)).ends_with("--message-body file://body.txt"), "too long for a line");
    }
}
