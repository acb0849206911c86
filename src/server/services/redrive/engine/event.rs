//! What the engine is told.

use std::sync::Arc;

use super::calls::CallNo;
use crate::model::{Code, Message, MessageId};

/// What time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds on a clock that never goes back and counts while the machine is suspended (boot time).
    pub mono_ms: i64,
    /// Milliseconds since 1970, which may jump; for the journal alone.
    pub wall_ms: i64,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// Time has passed; also the first event.
    Tick,
    /// A receive was answered.
    Received {
        /// Which.
        call: CallNo,
        /// What it brought.
        answer: Result<Vec<Arc<Message>>, Failed>,
    },
    /// Messages that the console holds already, with valid handles.
    Handed {
        /// Each with the time until when it is hidden, on the monotonic clock.
        messages: Vec<(Arc<Message>, i64)>,
    },
    /// The commit under way is on the disk.
    Committed,
    /// The commit under way failed, or another process owns the redrive.
    CommitFailed {
        /// Whether another process owns it: this one must stop at once.
        fenced: bool,
    },
    /// A send was answered, entry by entry in the order given.
    SendEnded {
        /// Which.
        call: CallNo,
        /// What came of each entry.
        entries: Vec<SendOutcome>,
    },
    /// A delete was answered, entry by entry in the order given.
    DeleteEnded {
        /// Which.
        call: CallNo,
        /// What came of each entry.
        entries: Vec<DeleteOutcome>,
    },
    /// Hiding anew was answered: whether it certainly happened, entry by entry.
    Renewed {
        /// Which.
        call: CallNo,
        /// Whether SQS said so.
        entries: Vec<bool>,
    },
    /// Giving back was answered. What was not given back is left to its lease.
    GaveBack {
        /// Which.
        call: CallNo,
        /// Whether SQS says so of every entry.
        all: bool,
    },
    /// The queue's counters were read.
    Counted {
        /// Which.
        call: CallNo,
        /// Visible, in flight and delayed together; `None` where they could not be read.
        left: Option<u64>,
    },
    /// A probe was answered.
    Probed {
        /// Which.
        call: CallNo,
        /// Whether the credentials are good.
        good: bool,
    },
    /// Somebody else saw copies in the source queue.
    CameBack(Vec<MessageId>),
    /// Somebody wants it to wait.
    Pause,
    /// Somebody wants it to go on: after a pause, a canary, the stop rule, or a refusal that was seen to.
    Resume,
    /// Somebody wants it to end. What was sent is still deleted.
    Cancel,
    /// The process ends. Another one will go on.
    Stop,
}

/// Why a receive failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// For lack of capacity.
    Throttled,
    /// The credentials are missing, wrong or expired.
    Credentials,
    /// SQS does not let us.
    Refused(Code),
    /// It may have happened: no answer, half an answer, or a fault of SQS.
    Unknown,
}

/// What came of sending one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// SQS accepted it.
    Accepted {
        /// The id of the copy.
        copy: MessageId,
        /// Whether the MD5 of body and attributes are those of what was sent.
        intact: bool,
    },
    /// Certainly not sent, for lack of capacity or a fault inside SQS that it owns up to; it may work later.
    Later(Code),
    /// Certainly not sent: the credentials are missing, wrong or expired.
    Credentials,
    /// Certainly not sent: the destination cannot be used (missing, access denied, its key unusable).
    QueueRefused(Code),
    /// Certainly not sent: SQS does not want this message.
    MessageRefused(Code),
    /// No answer, half an answer, or a fault of SQS: it may have been sent.
    Unknown,
}

/// What came of deleting one message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DeleteOutcome {
    /// SQS says that it did.
    Deleted,
    /// It may not have happened, and may be tried again with the same handle.
    Again,
    /// The handle is not good any more.
    Stale,
    /// SQS does not let us.
    Refused(Code),
    /// The credentials are missing, wrong or expired.
    Credentials,
}
