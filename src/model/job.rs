//! Jobs: what can be done with a set of messages.

use serde::{Deserialize, Serialize};

use super::activity::Verb;
use super::ids::QueueName;
use super::words;

/// What a job does with each of its messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Delete them.
    Delete,
    /// Hide them for so many seconds from then on; 0 gives them back at once.
    Hide(u32),
    /// Send a copy of each to another queue; they stay where they are.
    Copy {
        /// Where to.
        to: QueueName,
    },
    /// Send copies of deleted messages again.
    Restore {
        /// Where to.
        to: QueueName,
    },
    /// Receive what is visible, keep copies of it, delete it, then purge the queue.
    Purge,
    /// The same, then delete the queue.
    DeleteQueue,
    /// Send what was read from a file.
    Import,
}

impl Task {
    /// What it does, in the words of a heading.
    pub fn title(&self) -> String {
        match self {
            Self::Delete => "Delete".into(),
            Self::Hide(0) => "Release".into(),
            Self::Hide(seconds) => format!("Hide for {}", words::seconds(u64::from(*seconds))),
            Self::Copy { to } => format!("Copy to {to}"),
            Self::Restore { to } => format!("Restore to {to}"),
            Self::Purge => "Keep copies, then purge".into(),
            Self::DeleteQueue => "Keep copies, then delete the queue".into(),
            Self::Import => "Import".into(),
        }
    }

    /// What a message that it succeeded with is called.
    pub fn done(&self) -> &'static str {
        match self {
            Self::Delete => "deleted",
            Self::Restore { .. } => "restored",
            Self::Purge | Self::DeleteQueue => "copied and deleted",
            Self::Hide(0) => "released",
            Self::Hide(_) => "hidden",
            Self::Copy { .. } => "copied",
            Self::Import => "sent",
        }
    }

    /// Whether it receives everything in the queue: how many messages it is for nobody knows before its end.
    pub fn empties(&self) -> bool {
        matches!(self, Self::Purge | Self::DeleteQueue)
    }

    /// What the audit log calls it.
    pub fn verb(&self) -> Verb {
        match self {
            Self::Delete | Self::Purge | Self::DeleteQueue => Verb::DeleteMessage,
            Self::Restore { .. } => Verb::RestoreMessages,
            Self::Hide(_) => Verb::ChangeVisibility,
            Self::Copy { .. } | Self::Import => Verb::SendMessage,
        }
    }
}
