//! Forms as they are typed, and what comes of them.
//!
//! The fields of a form are texts; a `parse` turns them into a command or into sentences that stand beside the
//! fields. One file per form lives beside this one.

pub mod attributes;
pub mod carry_out;
pub mod choose;
pub mod danger;
pub mod edit;
pub mod edit_all;
pub mod held;
pub mod hold;
pub mod import;
pub mod look;
pub mod new_queue;
pub mod quantity;
pub mod redrive;
pub mod redrive_start;
pub mod redrive_steer;
pub mod redrive_wish;
pub mod saved;
pub mod send;
pub mod settings;
pub mod tags;
pub mod undo;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::archive::Archived;
use super::filter::saved::FilterName;
use super::ids::QueueName;
use super::message::Sent;
use super::words;

/// Reads a field that no person types (a hidden one); a wrong one is still said.
pub(super) fn field<T: FromStr>(text: &str, name: &str, invalid: &mut Vec<Invalid>) -> Option<T> {
    let value = text.parse().ok();
    if value.is_none() {
        invalid.push(Invalid::new(name, "This is not known here. Reload the page and try again."));
    }
    value
}

/// Reads the name of a queue.
pub(super) fn queue(text: &str, name: &str, invalid: &mut Vec<Invalid>) -> Option<QueueName> {
    match text.parse() {
        Ok(queue) => Some(queue),
        Err(error) => {
            invalid.push(Invalid::new(name, super::ids::NameError::sentence(error)));
            None
        }
    }
}

/// A field that cannot be used, and the sentence that says why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invalid {
    /// The field's name in the form.
    pub field: String,
    /// What is wrong, and what would be right.
    pub sentence: String,
}

impl Invalid {
    /// A sentence for a field.
    pub fn new(field: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { field: field.into(), sentence: sentence.into() }
    }
}

/// What a form did, for the notice on the next page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Done {
    /// Something was saved.
    Saved,
    /// What would change was worked out; nothing was changed.
    Reviewed,
    /// Everything was as wanted already; nothing was changed.
    Unchanged,
    /// A queue was created, and its dead-letter queue, if asked for.
    QueueCreated {
        /// The queue.
        queue: QueueName,
        /// The dead-letter queue that was made with it.
        dead_letter_queue: Option<QueueName>,
    },
    /// A queue was deleted.
    QueueDeleted(QueueName),
    /// A queue is being purged.
    QueuePurged,
    /// A message was sent and its MD5 verified.
    MessageSent(Sent),
    /// A message was accepted that SQS does not deliver: its deduplication id was used within five minutes.
    MessageNotDelivered(Sent),
    /// Messages were deleted; some may have failed.
    Deleted {
        /// How many are gone.
        succeeded: u64,
        /// How many are not.
        failed: u64,
        /// How many may be: the answer was lost.
        unknown: u64,
        /// Whether copies are kept, and under which name.
        copies: Option<Archived>,
    },
    /// The visibility of messages was changed; some may have failed.
    VisibilityChanged {
        /// How many were changed.
        succeeded: u64,
        /// How many were not.
        failed: u64,
        /// How many may have been: the answer was lost.
        unknown: u64,
        /// For how many seconds from now they are hidden.
        seconds: u32,
    },
    /// Copies of deleted messages were forgotten.
    Forgotten {
        /// How many.
        copies: u64,
    },
    /// It was decided whether copies of a queue's messages are kept.
    Keeps(Archived),
    /// A filter was saved under a new name.
    FilterSaved(FilterName),
    /// A saved filter was replaced by another one.
    FilterReplaced(FilterName),
    /// A saved filter has another name.
    FilterRenamed(FilterName),
    /// A saved filter was forgotten.
    FilterDeleted(FilterName),
    /// A redrive was started.
    RedriveStarted,
    /// A redrive was told to stop.
    RedriveCancelled {
        /// How many messages SQS had moved by then.
        moved: u64,
    },
    /// A selective redrive was told to wait.
    RedrivePaused,
    /// A selective redrive was told to go on.
    RedriveResumed,
    /// A selective redrive was told to end.
    RedriveEnding,
    /// A hold was started.
    HoldStarted,
    /// A hold was told to take no more.
    ReceiveStopped,
    /// The lease of what is held was renewed.
    Extended,
    /// A hold ended: what it held was given back.
    Released {
        /// How many messages.
        messages: u64,
    },
    /// A look or a hold ended with this many messages.
    Received {
        /// How many.
        messages: u64,
    },
}

impl Done {
    /// What was done, in one sentence.
    pub fn title(&self) -> String {
        let messages = |n: &u64| words::plural(*n, "message", "messages");
        match self {
            Self::Saved => "Saved".into(),
            Self::Reviewed => "Nothing is changed yet".into(),
            Self::Unchanged => "Nothing to change".into(),
            Self::QueueCreated { queue, dead_letter_queue: None } => format!("{queue} is created"),
            Self::QueueCreated { queue, dead_letter_queue: Some(dlq) } => format!("{queue} and {dlq} are created"),
            Self::QueueDeleted(name) => format!("{name} is deleted"),
            Self::QueuePurged => "Purge started".into(),
            Self::MessageSent(_) => "Message sent".into(),
            Self::MessageNotDelivered(_) => "Accepted, but not delivered".into(),
            Self::RedrivePaused => "Redrive paused".into(),
            Self::RedriveResumed => "The redrive goes on".into(),
            Self::RedriveEnding => "The redrive ends".into(),
            Self::HoldStarted => "Receiving".into(),
            Self::ReceiveStopped => "Receiving stopped".into(),
            Self::Extended => "Held for longer".into(),
            Self::Released { messages: n } => format!("{} released", messages(n)),
            Self::Deleted { succeeded, failed, unknown, .. } => {
                format!("{} deleted{}", messages(succeeded), rest("", *failed, *unknown))
            }
            Self::VisibilityChanged { succeeded, failed: 0, unknown: 0, seconds: 0 } => {
                format!("{} released", messages(succeeded))
            }
            Self::VisibilityChanged { succeeded, failed: 0, unknown: 0, seconds } => {
                format!("{} hidden for {}", messages(succeeded), words::seconds(u64::from(*seconds)))
            }
            Self::VisibilityChanged { succeeded, failed, unknown, .. } => {
                format!("Visibility of {} changed{}", messages(succeeded), rest("of ", *failed, *unknown))
            }
            Self::Forgotten { copies } => format!("{} forgotten", words::plural(*copies, "copy", "copies")),
            Self::Keeps(Archived::Kept { .. }) => "Copies are kept from now on".into(),
            Self::Keeps(_) => "No more copies are kept".into(),
            Self::FilterSaved(name) => format!("“{name}” is saved"),
            Self::FilterReplaced(name) => format!("“{name}” is replaced"),
            Self::FilterRenamed(name) => format!("It is called “{name}” now"),
            Self::FilterDeleted(name) => format!("“{name}” is forgotten"),
            Self::RedriveStarted => "Redrive started".into(),
            Self::RedriveCancelled { moved } => {
                format!("Redrive cancelled, {} moved by then", words::approximately(*moved))
            }
            Self::Received { messages: n } => format!("{} received", messages(n)),
        }
    }

    /// What follows from it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Reviewed => "Look at what would change, then apply it.",
            Self::Unchanged => "The queue is as the form says already; nothing was sent.",
            Self::Saved => "SQS may take up to 60 seconds to apply it everywhere.",
            Self::QueueCreated { .. } => "SQS asks to wait a second before it is used.",
            Self::QueueDeleted(_) => {
                "It may be listed for up to a minute. Its name can be used again after 60 seconds."
            }
            Self::QueuePurged => "SQS takes up to 60 seconds. Messages sent meanwhile may be deleted, too.",
            Self::MessageSent(_) => "The MD5 that SQS answered matches what was sent.",
            Self::MessageNotDelivered(_) => {
                "A message with this deduplication id (or this body, where the queue derives it) was accepted less than five minutes ago. SQS delivers only the first."
            }
            Self::RedrivePaused => {
                "What it held and had not sent is given back. It waits until somebody lets it go on, over restarts, too."
            }
            Self::RedriveResumed => "",
            Self::RedriveEnding => {
                "Nothing more is sent. What was sent stays sent; its originals are still deleted where SQS lets the console."
            }
            Self::HoldStarted | Self::ReceiveStopped | Self::Extended => "",
            Self::Released { .. } => "Consumers can receive them again. Their copies stay here.",
            Self::Deleted { failed: 0, unknown: 0, .. } | Self::VisibilityChanged { failed: 0, unknown: 0, .. } => "",
            Self::Deleted { failed: 0, .. } | Self::VisibilityChanged { failed: 0, .. } => {
                "SQS did not answer for the rest: it may or may not have been done. Receive once more to see what is left."
            }
            Self::Deleted { unknown: 0, .. } | Self::VisibilityChanged { unknown: 0, .. } => {
                "Those that failed were probably visible again already; receive them once more to act on them."
            }
            Self::Deleted { .. } | Self::VisibilityChanged { .. } => {
                "Each message says what became of it. Where the outcome is unknown SQS did not answer: it may or may not have been done."
            }
            Self::Forgotten { .. } => "They cannot be restored any more.",
            Self::Keeps(Archived::Kept { .. }) => {
                "Whatever is deleted from this queue through this console can be restored."
            }
            Self::Keeps(_) => {
                "What is deleted from this queue from now on is gone. The copies that are there stay until they expire."
            }
            Self::FilterSaved(_) | Self::FilterReplaced(_) | Self::FilterRenamed(_) => {
                "It stands above the list of this queue's messages, for everyone who uses this console."
            }
            Self::FilterDeleted(_) => "The messages are not touched, and the list stays as it is.",
            Self::RedriveStarted => "SQS moves the messages by itself, also when this page is closed.",
            Self::RedriveCancelled { .. } => {
                "What was moved stays moved. SQS finishes what it has taken before it stops; the counts follow later still."
            }
            Self::Received { .. } => "",
        }
    }
}

/// What else became of a batch: how many not, and of how many nobody knows.
fn rest(of: &str, failed: u64, unknown: u64) -> String {
    let some = |n: u64, what: &str| (n > 0).then(|| format!(", {of}{} {what}", words::count(n)));
    [some(failed, "not"), some(unknown, "unknown")].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_answer_is_neither_done_nor_failed() {
        let deleted = |failed, unknown| Done::Deleted { succeeded: 10, failed, unknown, copies: None };
        let changed = Done::VisibilityChanged { succeeded: 1, failed: 2, unknown: 3, seconds: 60 };
        assert!(deleted(0, 0).title().ends_with("deleted") && deleted(0, 0).advice().is_empty());
        assert!(deleted(1, 0).title().ends_with("deleted, 1 not"));
        assert!(deleted(0, 4).title().ends_with("deleted, 4 unknown"));
        assert!(!deleted(0, 4).advice().contains("failed") && deleted(0, 4).advice().contains("may or may not"));
        assert!(changed.title().ends_with("changed, of 2 not, of 3 unknown"), "{}", changed.title());
    }
}
