//! The system attributes of a message: which there are, and their values, as a receive and a look show them.
//!
//! API reference, "ReceiveMessage", `MessageSystemAttributeNames`.

use super::message::Message;

/// The only one that a sender can give.
pub const TRACE_HEADER: &str = "AWSTraceHeader";
/// The one that a message has from its first receive on.
pub const FIRST_RECEIVE: &str = "ApproximateFirstReceiveTimestamp";

/// Every one that a message can have.
pub const NAMES: &[&str] = &[
    "SenderId",
    "SentTimestamp",
    "ApproximateReceiveCount",
    FIRST_RECEIVE,
    "SequenceNumber",
    "MessageDeduplicationId",
    "MessageGroupId",
    TRACE_HEADER,
    "DeadLetterQueueSourceArn",
];

/// The sender of every message: there is one caller, and nobody checks who.
const SENDER_ID: &str = "AIDALOCALSENDER000000";

/// The value of one, if the message has it. `sequence` is the sequence number of a FIFO message.
pub fn value(name: &str, message: &Message, sequence: Option<&str>) -> Option<String> {
    match name {
        "SenderId" => Some(SENDER_ID.to_owned()),
        "SentTimestamp" => Some(message.sent.to_string()),
        "ApproximateReceiveCount" => Some(message.receives.to_string()),
        FIRST_RECEIVE => message.first_received.map(|at| at.to_string()),
        "SequenceNumber" => sequence.map(str::to_owned),
        "MessageDeduplicationId" => message.dedup.clone(),
        "MessageGroupId" => message.group.clone(),
        TRACE_HEADER => message.trace_header.clone(),
        "DeadLetterQueueSourceArn" => message.dead_from.clone(),
        _ => None,
    }
}
