//! A received message, and the answers to sending, deleting and hiding one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::failure::Code;
use super::ids::{MessageId, QueueArn, ReceiptHandle};

/// The value of a message attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttributeValue {
    /// `StringValue`: of a String or a Number.
    Text(String),
    /// `BinaryValue`.
    Binary(Vec<u8>),
}

/// A message attribute: `DataType` is String, Number or Binary, each with an optional custom suffix (`Number.int`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageAttribute {
    /// The data type as sent.
    pub data_type: String,
    /// The value.
    pub value: AttributeValue,
}

impl MessageAttribute {
    /// What this attribute adds to the size of its message, in bytes: type and value (the name counts too).
    pub fn size(&self) -> usize {
        self.data_type.len()
            + match &self.value {
                AttributeValue::Text(text) => text.len(),
                AttributeValue::Binary(bytes) => bytes.len(),
            }
    }
}

/// A message as a receive returned it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The id SQS gave it.
    pub id: MessageId,
    /// The handle of this very receive.
    pub receipt_handle: ReceiptHandle,
    /// The body, byte for byte.
    pub body: String,
    /// `MD5OfBody` as SQS says.
    pub md5_of_body: String,
    /// `MD5OfMessageAttributes` as SQS says.
    pub md5_of_attributes: Option<String>,
    /// The system attributes, unknown ones too.
    pub system: BTreeMap<String, String>,
    /// The message attributes.
    pub attributes: BTreeMap<String, MessageAttribute>,
}

impl Message {
    /// One of which nothing is known but its id.
    pub fn outline(id: MessageId) -> Self {
        Self {
            id,
            receipt_handle: ReceiptHandle::new(""),
            body: String::new(),
            md5_of_body: String::new(),
            md5_of_attributes: None,
            system: BTreeMap::new(),
            attributes: BTreeMap::new(),
        }
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.system.get(name)?.parse().ok()
    }

    /// When it was sent, in milliseconds since 1970.
    pub fn sent_at(&self) -> Option<i64> {
        self.number("SentTimestamp")
    }

    /// When it was first received, in milliseconds since 1970.
    pub fn first_received_at(&self) -> Option<i64> {
        self.number("ApproximateFirstReceiveTimestamp")
    }

    /// How often it was received, this time included.
    pub fn receive_count(&self) -> Option<u32> {
        self.number("ApproximateReceiveCount")
    }

    /// The message group, on FIFO queues and on standard queues with fair queueing.
    pub fn group_id(&self) -> Option<&str> {
        self.system.get("MessageGroupId").map(String::as_str)
    }

    /// The X-Ray trace header it was sent with.
    pub fn trace_header(&self) -> Option<&str> {
        self.system.get("AWSTraceHeader").map(String::as_str)
    }

    /// The deduplication id of a FIFO message.
    pub fn deduplication_id(&self) -> Option<&str> {
        self.system.get("MessageDeduplicationId").map(String::as_str)
    }

    /// The sequence number of a FIFO message: order within its group.
    pub fn sequence_number(&self) -> Option<u128> {
        self.number("SequenceNumber")
    }

    /// The queue it failed in, where SQS moved it to a dead-letter queue.
    pub fn source(&self) -> Option<QueueArn> {
        self.number("DeadLetterQueueSourceArn")
    }

    /// Bytes that count against the maximum message size: body and message attributes, not system attributes.
    pub fn size(&self) -> usize {
        self.body.len() + self.attributes.iter().map(|(name, attribute)| name.len() + attribute.size()).sum::<usize>()
    }

    /// Bytes of memory that it takes, near enough for a bound: many small messages take more than their bodies.
    pub fn weight(&self) -> usize {
        /// What a map of a few entries takes besides what they say.
        const MAP: usize = 1_024;
        let maps = usize::from(!self.system.is_empty()) + usize::from(!self.attributes.is_empty());
        let system = self.system.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        let names = self.id.as_str().len() + self.receipt_handle.as_str().len() + self.md5_of_body.len();
        size_of::<Self>() + maps * MAP + names + system + self.size()
    }
}

/// What SQS answered to a send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The new message's id.
    pub id: MessageId,
    /// `MD5OfMessageBody` as SQS says.
    pub md5_of_body: String,
    /// The order of a FIFO message.
    pub sequence_number: Option<String>,
}

/// Why one entry of a batch failed while the call succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryFailure {
    /// Which entry, counted from 0 in the order given.
    pub index: usize,
    /// SQS's code.
    pub code: Code,
    /// Whether SQS says that the request was at fault, so that trying again is useless.
    pub sender_fault: bool,
    /// The message that there is all the same: a copy was made whose checksum is wrong.
    pub made: Option<MessageId>,
}

/// The answer to a batch: what worked, by index, and what did not. Partial failure is a value, not an error
/// (SQS API Reference, `DeleteMessageBatch`: "the operation can return HTTP 200 although entries failed").
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchOutcome<T> {
    /// The entries that succeeded.
    pub succeeded: Vec<(usize, T)>,
    /// The entries that failed.
    pub failed: Vec<EntryFailure>,
}
