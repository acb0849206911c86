//! What a call to SQS can fail with, typed.

use super::classify::codes;
use crate::model::message::EntryFailure;
use crate::model::{Code, Failure, QueueName};

/// The code of an answer whose MD5 is not that of the message.
pub const MD5_MISMATCH: &str = "Md5Mismatch";
/// The code of an answer in which something is missing that SQS always says.
pub(super) const INCOMPLETE: &str = "IncompleteAnswer";
/// The code of an entry of a batch about which the answer says nothing.
pub(super) const NO_ANSWER: &str = "NoAnswer";

/// Whether an entry of a batch with this code may have had its effect although it is among the failed: the answer says
/// nothing of it, or something that cannot be true.
pub fn leaves_open(code: &Code) -> bool {
    [MD5_MISMATCH, INCOMPLETE, NO_ANSWER].contains(&code.as_str())
}

/// The kind of failure that a failed entry of a batch stands for.
pub fn kind_of_entry(entry: &EntryFailure) -> Kind {
    if leaves_open(&entry.code) {
        return Kind::Garbled;
    }
    codes::kind("", entry.code.as_str(), "", if entry.sender_fault { 400 } else { 500 })
}

/// The kind of failure: what a caller can act upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `QueueDoesNotExist`, `ResourceNotFoundException`.
    NoSuchQueue,
    /// `QueueNameExists`.
    QueueExists,
    /// `QueueDeletedRecently`.
    QueueDeletedRecently,
    /// `PurgeQueueInProgress`.
    PurgeInProgress,
    /// `ReceiptHandleIsInvalid`, or an invalid parameter that is about an expired handle.
    ReceiptHandle,
    /// `MessageNotInflight`.
    NotInFlight,
    /// `OverLimit`.
    OverLimit,
    /// `AccessDenied` and its relatives.
    AccessDenied,
    /// Missing, wrong or expired credentials.
    Credentials,
    /// Throttled, by SQS or by KMS.
    Throttled,
    /// A KMS key that cannot be used.
    Kms,
    /// The endpoint does not know the operation.
    Unsupported,
    /// A message move task already runs.
    TaskRunning,
    /// The source of a message move task is not a dead-letter queue.
    NotADeadLetterQueue,
    /// Any other 4xx of SQS.
    Rejected,
    /// A 5xx of SQS.
    Upstream,
    /// No connection to the endpoint came to be, so that nothing was sent.
    Unreachable,
    /// No answer in time, or the connection was lost before it came.
    TimedOut,
    /// An answer that cannot be read, or whose MD5 is wrong.
    Garbled,
}

/// A failed call: its kind, SQS's code and request id, and the operation. Never a message from outside: those may
/// quote what was sent.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation}: {code} ({kind:?})")]
pub struct SqsError {
    /// What a caller can act upon.
    pub kind: Kind,
    /// The operation, in SQS's spelling.
    pub operation: &'static str,
    /// SQS's code, or the kind of fault in the transport.
    pub code: Code,
    /// `x-amzn-RequestId`, where an answer came at all.
    pub request_id: Option<String>,
}

impl SqsError {
    /// Whether the call certainly had no effect. A lost answer, a 5xx and a garbled answer leave that open; where no
    /// connection came to be, nothing was sent.
    pub fn had_no_effect(&self) -> bool {
        !matches!(self.kind, Kind::Upstream | Kind::TimedOut | Kind::Garbled)
    }

    /// What a person is told, for a call about `queue`.
    pub fn into_failure(self, queue: Option<&QueueName>) -> Failure {
        use crate::model::Refusal;
        let code = self.code;
        match (self.kind, queue) {
            (Kind::NoSuchQueue, Some(name)) => Failure::NoSuchQueue(name.clone()),
            (Kind::QueueExists, Some(name)) => Failure::QueueExists(name.clone()),
            (Kind::QueueDeletedRecently, Some(name)) => Failure::QueueDeletedRecently(name.clone()),
            (Kind::PurgeInProgress, Some(name)) => Failure::PurgeInProgress(name.clone()),
            (Kind::ReceiptHandle, _) => Failure::ReceiptHandle,
            (Kind::NotInFlight, _) => Failure::NotInFlight,
            (Kind::OverLimit, _) => Failure::OverLimit,
            (Kind::AccessDenied, _) => Failure::AccessDenied(code),
            (Kind::Credentials, _) => Failure::Credentials,
            (Kind::Throttled, _) => Failure::Throttled,
            (Kind::Kms, _) => Failure::Kms(code),
            (Kind::Unsupported, _) => Failure::Unsupported(code),
            (Kind::TaskRunning, _) => Failure::Refused(Refusal::TaskRunning),
            (Kind::NotADeadLetterQueue, _) => Failure::Refused(Refusal::NotADeadLetterQueue),
            (Kind::Garbled, _) if code.as_str() == MD5_MISMATCH => Failure::Refused(Refusal::Md5Differs),
            (Kind::Garbled, _) => Failure::Upstream(code),
            (Kind::Upstream, _) => Failure::Upstream(code),
            (Kind::Unreachable, _) => Failure::Unreachable,
            (Kind::TimedOut, _) => Failure::TimedOut,
            (
                Kind::Rejected
                | Kind::NoSuchQueue
                | Kind::QueueExists
                | Kind::QueueDeletedRecently
                | Kind::PurgeInProgress,
                _,
            ) => Failure::Rejected(code),
        }
    }
}
