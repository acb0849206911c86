//! The audit log's words: every change made through the console, who made it and how it ended.
//!
//! An entry is written before its effect and concluded after it, so that nothing can happen without a trace. It holds
//! facts about a change (names, counts, the equivalent command), never the body of a message.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::failure::Code;
use super::ids::{ConnectionName, QueueName};

/// The number of an activity; larger is later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActivityId(pub i64);

impl fmt::Display for ActivityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ActivityId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Everything that the console can do to a queue or its messages. Looking and receiving are in it: each counts a
/// receive on every message it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// `CreateQueue`.
    CreateQueue,
    /// `SetQueueAttributes`.
    SetAttributes,
    /// `TagQueue`.
    TagQueue,
    /// `UntagQueue`.
    UntagQueue,
    /// `SendMessage`, `SendMessageBatch`.
    SendMessage,
    /// `ReceiveMessage`, the messages kept in flight.
    ReceiveMessages,
    /// `ReceiveMessage`, the messages given back at once.
    Look,
    /// `DeleteMessage`, `DeleteMessageBatch`.
    DeleteMessage,
    /// `ChangeMessageVisibility`, `ChangeMessageVisibilityBatch`.
    ChangeVisibility,
    /// `StartMessageMoveTask`.
    StartRedrive,
    /// `CancelMessageMoveTask`.
    CancelRedrive,
    /// `SendMessageBatch` and `DeleteMessageBatch`: a selective redrive.
    MoveMessages,
    /// The same with messages that somebody edited.
    EditAndResend,
    /// `PurgeQueue`.
    PurgeQueue,
    /// `DeleteQueue`.
    DeleteQueue,
    /// `SendMessageBatch`, of copies of deleted messages.
    RestoreMessages,
    /// Copies of deleted messages were forgotten; nothing at SQS.
    ForgetCopies,
    /// Whether copies of a queue's messages are kept; nothing at SQS.
    KeepCopies,
}

impl Verb {
    /// All of them, in the order of a filter's list.
    pub const ALL: [Self; 18] = [
        Self::CreateQueue,
        Self::SetAttributes,
        Self::TagQueue,
        Self::UntagQueue,
        Self::SendMessage,
        Self::ReceiveMessages,
        Self::Look,
        Self::DeleteMessage,
        Self::ChangeVisibility,
        Self::StartRedrive,
        Self::CancelRedrive,
        Self::MoveMessages,
        Self::EditAndResend,
        Self::PurgeQueue,
        Self::DeleteQueue,
        Self::RestoreMessages,
        Self::ForgetCopies,
        Self::KeepCopies,
    ];

    /// The key in URLs and in the store; it never changes.
    pub fn key(self) -> &'static str {
        match self {
            Self::CreateQueue => "create-queue",
            Self::SetAttributes => "set-attributes",
            Self::TagQueue => "tag-queue",
            Self::UntagQueue => "untag-queue",
            Self::SendMessage => "send-message",
            Self::ReceiveMessages => "receive-messages",
            Self::Look => "look",
            Self::DeleteMessage => "delete-message",
            Self::ChangeVisibility => "change-visibility",
            Self::StartRedrive => "start-redrive",
            Self::CancelRedrive => "cancel-redrive",
            Self::MoveMessages => "move-messages",
            Self::EditAndResend => "edit-and-resend",
            Self::PurgeQueue => "purge-queue",
            Self::DeleteQueue => "delete-queue",
            Self::RestoreMessages => "restore-messages",
            Self::ForgetCopies => "forget-copies",
            Self::KeepCopies => "keep-copies",
        }
    }

    /// The words for it on a page.
    pub fn words(self) -> &'static str {
        match self {
            Self::CreateQueue => "Create queue",
            Self::SetAttributes => "Change settings",
            Self::TagQueue => "Set tags",
            Self::UntagQueue => "Remove tags",
            Self::SendMessage => "Send message",
            Self::ReceiveMessages => "Receive messages",
            Self::Look => "Look at messages",
            Self::DeleteMessage => "Delete messages",
            Self::ChangeVisibility => "Change visibility",
            Self::StartRedrive => "Start redrive",
            Self::MoveMessages => "Redrive messages",
            Self::EditAndResend => "Edit and resend",
            Self::CancelRedrive => "Cancel redrive",
            Self::PurgeQueue => "Purge queue",
            Self::DeleteQueue => "Delete queue",
            Self::RestoreMessages => "Restore messages",
            Self::ForgetCopies => "Forget copies",
            Self::KeepCopies => "Keep copies or not",
        }
    }
}

impl FromStr for Verb {
    type Err = UnknownVerb;

    fn from_str(key: &str) -> Result<Self, UnknownVerb> {
        Self::ALL.into_iter().find(|verb| verb.key() == key).ok_or(UnknownVerb)
    }
}

/// A text that is the key of no [`Verb`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownVerb;

/// Small facts about a change or its result, such as `messages: 12`. Never a body, never a secret.
pub type Detail = BTreeMap<String, String>;

/// What is about to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who does it.
    pub who: String,
    /// Through which connection.
    pub connection: ConnectionName,
    /// To which queue, where it is one.
    pub queue: Option<QueueName>,
    /// What.
    pub verb: Verb,
    /// With what.
    pub detail: Detail,
    /// The equivalent `aws sqs …` line, bodies replaced by a placeholder.
    pub cli: String,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// SQS did it.
    Succeeded {
        /// `x-amzn-RequestId`, of the last request where there were several.
        request_id: Option<String>,
        /// What came of it.
        detail: Detail,
    },
    /// SQS or the console refused, or no answer came.
    Failed {
        /// AWS's code, or the console's own word.
        code: Code,
        /// `x-amzn-RequestId`, where an answer came.
        request_id: Option<String>,
    },
    /// It may or may not have happened: the answer was lost, or the console stopped before it came.
    Unknown {
        /// How the answer was lost; absent where the console stopped.
        code: Option<Code>,
        /// `x-amzn-RequestId`, where something came.
        request_id: Option<String>,
    },
}

impl Outcome {
    /// Whether it certainly happened.
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Succeeded { .. })
    }

    /// The id to quote to AWS support.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Succeeded { request_id, .. } | Self::Failed { request_id, .. } | Self::Unknown { request_id, .. } => {
                request_id.as_deref()
            }
        }
    }

    /// The words for it on a page.
    pub fn words(&self) -> String {
        match self {
            Self::Succeeded { .. } => "Done".into(),
            Self::Failed { code, .. } if code.as_str().is_empty() => "Failed".into(),
            Self::Failed { code, .. } => format!("Failed ({code})"),
            Self::Unknown { code: None, .. } => "Outcome unknown (the console stopped)".into(),
            Self::Unknown { code: Some(code), .. } => format!("Outcome unknown ({code})"),
        }
    }
}

/// An entry of the audit log, with its outcome as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Its number.
    pub id: ActivityId,
    /// What was about to be done.
    pub entry: Entry,
    /// How it ended; absent while it is under way.
    pub outcome: Option<Outcome>,
    /// When it ended, in milliseconds since 1970.
    pub finished_ms: Option<i64>,
}

impl Activity {
    /// How it ended, in words.
    pub fn outcome_words(&self) -> String {
        self.outcome.as_ref().map_or_else(|| "Under way".into(), Outcome::words)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_verb_has_one_key_that_reads_back_as_itself() {
        let keys: BTreeSet<&str> = Verb::ALL.into_iter().map(Verb::key).collect();
        assert_eq!(keys.len(), Verb::ALL.len());
        for verb in Verb::ALL {
            assert_eq!(verb.key().parse(), Ok(verb));
            assert_eq!(serde_json::to_value(verb).unwrap(), verb.key(), "one spelling everywhere");
        }
        assert_eq!("drop-table".parse::<Verb>(), Err(UnknownVerb));
    }

    #[test]
    fn an_outcome_says_what_is_certain_and_what_is_not() {
        let failed = Outcome::Failed { code: Code::new("AccessDenied"), request_id: Some("r-1".into()) };
        assert_eq!((failed.words().as_str(), failed.request_id()), ("Failed (AccessDenied)", Some("r-1")));
        let stopped = Outcome::Unknown { code: None, request_id: None };
        assert!(!failed.is_success() && !stopped.is_success());
        assert_eq!(stopped.words(), "Outcome unknown (the console stopped)");
        let lost = Outcome::Unknown { code: Some(Code::new("Timeout")), request_id: None };
        assert_eq!(lost.words(), "Outcome unknown (Timeout)");
    }
}
