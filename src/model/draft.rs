//! A message about to be sent, and the rules it must keep.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::message::MessageAttribute;

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
}
