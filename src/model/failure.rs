//! All that a person may be told went wrong.
//!
//! [`Failure`] is closed: no text from outside is in it, but for parsed names and an AWS code restricted to
//! letters and dots. It owns the wording, the advice and the HTTP status, so that a failure reads the same everywhere.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::QueueName;
use super::refusal::Refusal;

/// An AWS error code, restricted to `[A-Za-z.]` and 80 characters so that it can stand on a page.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Code(String);

impl Code {
    /// Keeps what is allowed of a text.
    pub fn new(text: &str) -> Self {
        Self(text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').take(80).collect())
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Code {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// No page, connection or resource has this address.
    NotFound,
    /// SQS knows no such queue.
    NoSuchQueue(QueueName),
    /// The message is in no snapshot any more.
    NoSuchMessage,
    /// AWS refused the call for lack of rights.
    AccessDenied(Code),
    /// AWS did not accept the credentials, or there are none.
    Credentials,
    /// AWS throttled the call.
    Throttled,
    /// Nothing answered at the endpoint.
    Unreachable,
    /// The endpoint did not answer in time.
    TimedOut,
    /// A queue of this name exists with other attributes.
    QueueExists(QueueName),
    /// A queue of this name was deleted less than 60 seconds ago.
    QueueDeletedRecently(QueueName),
    /// The dead-letter queue of a new queue was created, the queue itself was not.
    HalfCreated {
        /// The dead-letter queue, which exists now.
        created: QueueName,
        /// The queue, which does not.
        missing: QueueName,
        /// Why.
        cause: Box<Failure>,
    },
    /// The queue was purged less than 60 seconds ago.
    PurgeInProgress(QueueName),
    /// The receipt handle is not valid any more.
    ReceiptHandle,
    /// The message is not in flight.
    NotInFlight,
    /// 120 000 messages are in flight.
    OverLimit,
    /// The queue's KMS key cannot be used.
    Kms(Code),
    /// The endpoint does not know the operation.
    Unsupported(Code),
    /// SQS rejected the request.
    Rejected(Code),
    /// AWS had a fault of its own.
    Upstream(Code),
    /// A change was asked for, and its answer was lost.
    OutcomeUnknown(Code),
    /// The console refuses.
    Refused(Refusal),
    /// What was typed cannot be used; the sentences stand beside the fields.
    Invalid,
    /// The request could not be read at all.
    Malformed,
    /// More was sent than the console takes.
    TooLarge,
    /// The activity log could not be written, so the change was not made.
    NotWrittenDown {
        /// What to look for in the log.
        reference: Code,
    },
    /// The copy was forgotten, has expired, or is of another queue.
    NoSuchCopy,
    /// No copies could be kept of what was to be removed, so it was not.
    NotArchived {
        /// What to look for in the log.
        reference: Code,
    },
    /// A fault of the console; the cause is in its log under this reference.
    Unexpected {
        /// What to look for in the log.
        reference: Code,
    },
}

impl Failure {
    /// What happened, in one sentence.
    pub fn title(&self) -> String {
        match self {
            Self::NotFound => "There is nothing at this address".into(),
            Self::NoSuchQueue(name) => format!("There is no queue named {name}"),
            Self::NoSuchMessage => "This message is not in the snapshot".into(),
            Self::AccessDenied(code) if code.as_str().is_empty() => "AWS refused access".into(),
            Self::AccessDenied(code) => format!("AWS refused access ({code})"),
            Self::Credentials => "AWS does not accept the credentials".into(),
            Self::Throttled => "AWS is throttling this account".into(),
            Self::Unreachable => "SQS cannot be reached".into(),
            Self::TimedOut => "SQS did not answer in time".into(),
            Self::QueueExists(name) => format!("A queue named {name} exists with other attributes"),
            Self::QueueDeletedRecently(name) => format!("{name} was deleted less than a minute ago"),
            Self::HalfCreated { created, missing, cause } => {
                format!("{created} was created, {missing} was not: {}", cause.title())
            }
            Self::PurgeInProgress(name) => format!("{name} was purged less than a minute ago"),
            Self::ReceiptHandle => "The message is no longer held by this receive".into(),
            Self::NotInFlight => "The message is not in flight".into(),
            Self::OverLimit => "Too many messages are in flight".into(),
            Self::Kms(code) => format!("The queue's encryption key cannot be used ({code})"),
            Self::Unsupported(code) => format!("This endpoint does not know the operation ({code})"),
            Self::Rejected(code) => format!("SQS rejected the request ({code})"),
            Self::Upstream(code) => format!("SQS had a fault of its own ({code})"),
            Self::OutcomeUnknown(code) => format!("It is not known whether this was done ({code})"),
            Self::Refused(refusal) => refusal.title(),
            Self::Invalid => "Some of what was entered cannot be used".into(),
            Self::Malformed => "The request could not be read".into(),
            Self::TooLarge => "This is more than the console takes".into(),
            Self::NotWrittenDown { .. } => "Nothing was changed: the activity log could not be written".into(),
            Self::NoSuchCopy => "This copy is not there any more".into(),
            Self::NotArchived { .. } => "Nothing was deleted: no copies could be kept first".into(),
            Self::Unexpected { reference } => format!("The console failed (reference {reference})"),
        }
    }

    /// What to do next.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NotFound => "Check the address, or start from the list of queues.",
            Self::NoSuchQueue(_) => {
                "It may have been deleted, or it is in another account or region. A new queue takes a second to appear, a deleted one up to a minute to go."
            }
            Self::NoSuchMessage => "Snapshots are kept for a while only. Look again to find the message.",
            Self::AccessDenied(_) => {
                "The console's role lacks a right on this queue. README lists the IAM policy it needs; a queue's own access policy or a KMS key can refuse, too."
            }
            Self::Credentials => {
                "They are missing, wrong or expired. Renew them (for example with “aws sso login”) and reload; the console picks them up by itself."
            }
            Self::Throttled => "Wait a few seconds and try again; the console slows its own polling down by itself.",
            Self::Unreachable => {
                "Check the network and the connection's endpoint. Nothing is known about the queues until it answers."
            }
            Self::TimedOut => "It may still have done what was asked. Reload to see the state before trying again.",
            Self::QueueExists(_) => "Choose another name, or open the existing queue and change its settings.",
            Self::QueueDeletedRecently(_) => {
                "SQS gives a name free 60 seconds after the queue was deleted. Wait and try again."
            }
            Self::HalfCreated { cause, .. } => cause.advice(),
            Self::PurgeInProgress(_) => "SQS allows one purge in 60 seconds. Wait and try again.",
            Self::ReceiptHandle => {
                "Its visibility timeout ended, or someone else received it since. Receive it again to act on it."
            }
            Self::NotInFlight => "It became visible again or was deleted. Receive it again to act on it.",
            Self::OverLimit => {
                "A queue can have 120 000 messages in flight. Wait until consumers delete or release some."
            }
            Self::Kms(_) => "Check that the KMS key exists, is enabled and that the console's role may use it.",
            Self::Unsupported(_) => "Only SQS itself and complete emulators know it. Everything else keeps working.",
            Self::Rejected(_) => "Check what was entered against the queue's type and limits.",
            Self::Upstream(_) => "Try again in a moment. If it lasts, look at the AWS Health Dashboard.",
            Self::OutcomeUnknown(_) => {
                "The request left, and no clear answer came back. Look at the queue before trying again, or it may be done twice."
            }
            Self::Refused(refusal) => refusal.advice(),
            Self::Invalid => "Correct the marked fields; nothing was sent.",
            Self::Malformed => "Reload the page and try again.",
            Self::TooLarge => "An SQS message has at most 1 MiB.",
            Self::NotWrittenDown { .. } => {
                "No change is made that is not written down first. Check the data directory: is the disk full, or does another program hold the file?"
            }
            Self::NoSuchCopy => "It was forgotten, it expired, or it was dropped to make room for newer ones.",
            Self::NotArchived { .. } => {
                "Messages are only removed when their copies are on the disk. Is it full, or archive-mib too small? The queue can be told to keep no copies under “Recently deleted”."
            }
            Self::Unexpected { .. } => {
                "Nothing is known about the effect. The console's log has the cause under this reference."
            }
        }
    }

    /// The page of what is in the way, and what the link there says.
    pub fn page(&self) -> Option<(String, &'static str)> {
        match self {
            Self::Refused(refusal) => refusal.page(),
            _ => None,
        }
    }

    /// The HTTP status of a page that says this.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotFound | Self::NoSuchQueue(_) | Self::NoSuchMessage | Self::NoSuchCopy => 404,
            Self::HalfCreated { cause, .. } => cause.status(),
            Self::AccessDenied(_) | Self::Kms(_) => 403,
            Self::Refused(Refusal::ReadOnly) => 403,
            Self::Throttled => 503,
            Self::Credentials | Self::Unreachable | Self::Upstream(_) | Self::Unsupported(_) => 502,
            Self::OutcomeUnknown(_) => 502,
            Self::TimedOut => 504,
            Self::QueueExists(_) | Self::QueueDeletedRecently(_) | Self::PurgeInProgress(_) => 409,
            Self::ReceiptHandle | Self::NotInFlight | Self::Refused(_) => 409,
            Self::OverLimit => 503,
            Self::Rejected(_) | Self::Invalid => 422,
            Self::Malformed => 400,
            Self::TooLarge => 413,
            Self::NotWrittenDown { .. } | Self::NotArchived { .. } | Self::Unexpected { .. } => 500,
        }
    }

    /// Whether the same request may succeed a little later.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Throttled
                | Self::Unreachable
                | Self::TimedOut
                | Self::Upstream(_)
                | Self::OverLimit
                | Self::PurgeInProgress(_)
                | Self::QueueDeletedRecently(_)
                | Self::Refused(
                    Refusal::TooSoon
                        | Refusal::TaskRunning
                        | Refusal::RedriveRunning(_)
                        | Refusal::ReceiveRunning
                        | Refusal::TooManyTasks
                        | Refusal::QueueGoing { .. }
                        | Refusal::Redriving { .. }
                )
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_keeps_nothing_that_could_be_markup() {
        assert_eq!(Code::new("AWS.SimpleQueueService.<b>X</b>").as_str(), "AWS.SimpleQueueService.bXb");
        let read: Code = serde_json::from_str(r#""<script>""#).unwrap();
        assert_eq!(read.as_str(), "script");
        assert_eq!(Code::new(&"x".repeat(200)).as_str().len(), 80);
    }

    #[test]
    fn an_outage_never_answers_200() {
        for failure in [Failure::Unreachable, Failure::TimedOut, Failure::Credentials, Failure::Throttled] {
            assert!(failure.status() >= 500, "{failure:?}");
        }
    }
}
