//! A redrive as it is kept for good: who started it, what for, and how it ended. What became of each message is in its rows.

use super::{QueueNo, RedriveId};
use crate::model::ids::{ConnectionName, MessageId, QueueArn, QueueName};

/// A selective redrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRedrive {
    /// Its id.
    pub id: RedriveId,
    /// The connection that it runs through.
    pub connection: ConnectionName,
    /// The queue that it takes from.
    pub source: QueueArn,
    /// Where it sends to, by [`QueueNo`](super::QueueNo).
    pub destinations: Vec<QueueArn>,
    /// Who started it.
    pub who: String,
    /// How its messages were chosen, in words: “marked by hand”, “the whole queue”.
    pub how: String,
    /// How many were chosen; absent where the whole queue was.
    pub messages: Option<u64>,
    /// The redrive that it takes back.
    pub undoes: Option<RedriveId>,
    /// How many of its messages are sent otherwise than they were.
    pub edits: u64,
    /// When it was started, milliseconds since 1970.
    pub started_ms: i64,
    /// Whether somebody wants it to wait.
    pub paused: bool,
    /// Whether somebody said that it goes on after its first messages.
    pub approved: bool,
    /// Whether somebody wants it to end.
    pub cancelled: bool,
    /// How it ended; absent while there is something left to do.
    pub ended: Option<Ended>,
}

/// How a redrive ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// How.
    pub how: EndedHow,
}

/// The ways in which one ends for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedHow {
    /// Everything was taken care of.
    Finished {
        /// How many messages SQS says are left in a queue that was to be emptied.
        may_remain: Option<u64>,
    },
    /// Somebody cancelled it.
    Cancelled,
}

/// Where a message comes from that is the copy of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The redrive that sent it.
    pub redrive: RedriveId,
    /// The message that it is a copy of.
    pub original: MessageId,
    /// Who started that redrive.
    pub who: String,
    /// When it was sent, milliseconds since 1970.
    pub at_ms: i64,
    /// Whether it was edited.
    pub edited: bool,
}

/// A message that was put back into the queue from which it had been redriven. SQS does not say of it any more which queue
/// it failed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutBack {
    /// The message.
    pub id: MessageId,
    /// The redrive that was taken back.
    pub undone: RedriveId,
    /// The message that was sent by that one.
    pub original: MessageId,
    /// The queue that it came back from, where that redrive had sent it.
    pub from: QueueNo,
    /// Whether it was sent on since.
    pub gone_on: bool,
}

impl KeptRedrive {
    /// The name of the queue that it takes from.
    pub fn queue(&self) -> QueueName {
        self.source.name()
    }

    /// Whether there is something left to do.
    pub fn is_open(&self) -> bool {
        self.ended.is_none()
    }
}
