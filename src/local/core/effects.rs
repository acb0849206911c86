//! The effect log: everything that disturbed a message, in order, so that a test can prove that a look disturbed nothing
//! it should not have.

use serde::Serialize;

use super::Millis;

/// What happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Accepted by a queue.
    Sent,
    /// Accepted as the duplicate of an earlier one, and not kept.
    Deduplicated,
    /// Handed to a receiver.
    Received,
    /// Its visibility was changed; `until` in the past means released.
    Hidden,
    /// Deleted by a receiver.
    Deleted,
    /// Moved to another queue, by exceeding its receives or by a move task.
    Moved,
    /// Deleted with the rest of its queue's messages, or with the queue.
    Purged,
    /// Its retention ended.
    Expired,
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// When, in epoch milliseconds.
    pub at: Millis,
    /// What.
    pub effect: Kind,
    /// The queue it was in.
    pub queue: String,
    /// The message.
    pub message_id: String,
    /// Until when it is hidden, in epoch milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// The queue it went to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The id it has there, when that is a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_message_id: Option<String>,
}

/// The log; keeps nothing unless it was switched on.
#[derive(Debug, Default)]
pub struct Effects {
    kept: Option<Vec<Effect>>,
}

impl Effects {
    /// A log that keeps what it is told.
    pub fn kept() -> Self {
        Self { kept: Some(Vec::new()) }
    }

    /// Adds an entry without details.
    pub fn note(&mut self, at: Millis, effect: Kind, queue: &str, message_id: &str) {
        self.push(|| Effect {
            at,
            effect,
            queue: queue.to_owned(),
            message_id: message_id.to_owned(),
            until: None,
            to: None,
            new_message_id: None,
        });
    }

    /// Adds that a message is hidden until a time, by a receive or by a change of its visibility.
    pub fn hidden(&mut self, at: Millis, effect: Kind, queue: &str, message_id: &str, until: Millis) {
        self.push(|| Effect {
            at,
            effect,
            queue: queue.to_owned(),
            message_id: message_id.to_owned(),
            until: Some(until),
            to: None,
            new_message_id: None,
        });
    }

    /// Adds a move; `new_id` is the id the message has in its new queue.
    pub fn moved(&mut self, at: Millis, queue: &str, message_id: &str, to: &str, new_id: &str) {
        self.push(|| Effect {
            at,
            effect: Kind::Moved,
            queue: queue.to_owned(),
            message_id: message_id.to_owned(),
            until: None,
            to: Some(to.to_owned()),
            new_message_id: (new_id != message_id).then(|| new_id.to_owned()),
        });
    }

    fn push(&mut self, effect: impl FnOnce() -> Effect) {
        if let Some(kept) = &mut self.kept {
            kept.push(effect());
        }
    }

    /// All entries, oldest first.
    pub fn all(&self) -> &[Effect] {
        self.kept.as_deref().unwrap_or_default()
    }
}
