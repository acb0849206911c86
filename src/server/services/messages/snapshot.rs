//! The copy of messages that a look or a hold made: a value that pages share.

use std::sync::Arc;

use super::index::{Index, Indexed};
use super::lease::Release;
use crate::model::{Code, Failure, Message, MessageId};

/// How a snapshot came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Received and given back at once.
    Look,
    /// Read without receiving, where the endpoint offers that.
    Peek,
    /// Received and kept in flight while people work on them.
    Hold,
}

/// Why receiving ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A long poll found nothing more.
    Empty,
    /// As many messages as were asked for.
    Messages,
    /// As many bytes as a snapshot holds.
    Bytes,
    /// The time was up.
    Time,
    /// A message came for the second time: its visibility timeout had ended meanwhile.
    CameBack,
    /// Someone pressed Stop.
    Asked,
    /// A call failed; what had come by then is kept.
    Failed(Failure),
}

/// What the console knows of a message's whereabouts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody here holds it: given back by us.
    Returned,
    /// Never held: only read.
    Untouched,
    /// In flight until then, milliseconds since 1970, unless its receiver acts sooner.
    Held {
        /// When it is visible again.
        until_ms: i64,
    },
    /// Deleted by us.
    Deleted,
    /// A redrive goes on with it.
    HandedOver,
}

/// A message of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The message as it was received.
    pub message: Arc<Message>,
    /// Where it is.
    pub standing: Standing,
    /// Whether the server's lease keeps it hidden; not once somebody hid it for a time of its own.
    pub leased: bool,
    /// Why the last action on it failed, if it did, or why nobody knows whether it did.
    pub failed: Option<Code>,
    /// Whether `failed` stands for an answer that was lost: the action may have happened.
    pub unknown: bool,
}

impl Entry {
    /// Whether its receipt handle can still be used.
    pub fn actionable(&self, now_ms: i64) -> bool {
        matches!(self.standing, Standing::Held { until_ms } if until_ms > now_ms)
    }
}

/// A snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// What names it among those of its queue; empty until it has its place.
    pub session: String,
    /// How it came to be.
    pub origin: Origin,
    /// When it was begun, milliseconds since 1970.
    pub started_ms: i64,
    /// When it must end, milliseconds since 1970.
    pub deadline_ms: i64,
    /// How many messages were asked for.
    pub wanted: usize,
    /// For how many seconds each message was hidden.
    pub visibility: u32,
    /// The messages in the order in which they came.
    pub entries: Vec<Entry>,
    /// Why it ended; absent while it is being made.
    pub stop: Option<Stop>,
    /// When it ended, milliseconds since 1970.
    pub finished_ms: Option<i64>,
    /// When its first message was received, milliseconds since 1970.
    pub since_ms: Option<i64>,
    /// Why a hold let go of its messages, and when, milliseconds since 1970; absent while it holds them.
    pub released: Option<(Release, i64)>,
    /// What filters know of the messages.
    pub(super) indexed: Indexed,
}

impl Snapshot {
    /// An empty one, begun now.
    pub fn begun(origin: Origin, now_ms: i64, seconds: u32, wanted: usize, visibility: u32) -> Self {
        Self {
            session: String::new(),
            origin,
            started_ms: now_ms,
            deadline_ms: now_ms + i64::from(seconds) * 1_000,
            wanted,
            visibility,
            entries: Vec::new(),
            stop: None,
            finished_ms: None,
            since_ms: None,
            released: None,
            indexed: Indexed::default(),
        }
    }

    /// What filters know of its messages; worked out when it is first asked for.
    pub fn index(&self) -> Arc<Index> {
        self.indexed.of(&self.entries)
    }

    /// Whether messages still come.
    pub fn is_running(&self) -> bool {
        self.stop.is_none()
    }

    /// Whether it is a hold that has not ended.
    pub fn is_holding(&self) -> bool {
        self.origin == Origin::Hold && self.released.is_none()
    }

    /// The highest receive count of its messages, as far as it is known.
    pub fn most_receives(&self) -> Option<u32> {
        self.entries.iter().filter_map(|entry| entry.message.receive_count()).max()
    }

    /// The entry of a message, and its place.
    pub fn find(&self, id: &MessageId) -> Option<(usize, &Entry)> {
        self.entries.iter().enumerate().find(|(_, entry)| entry.message.id == *id)
    }

    /// How many messages can still be acted on.
    pub fn held(&self, now_ms: i64) -> usize {
        self.entries.iter().filter(|entry| entry.actionable(now_ms)).count()
    }

    /// Until when a hold's messages are held, milliseconds since 1970: the last of them; `None` where none is.
    pub(super) fn held_until(&self, now_ms: i64) -> Option<i64> {
        let until = |entry: &Entry| match entry.standing {
            Standing::Held { until_ms } if until_ms > now_ms => Some(until_ms),
            _ => None,
        };
        if self.origin == Origin::Hold { self.entries.iter().filter_map(until).max() } else { None }
    }

    /// How many a look could not give back: they are hidden until their visibility timeout ends.
    pub fn unreturned(&self) -> usize {
        match self.origin {
            Origin::Look => self.entries.iter().filter(|entry| matches!(entry.standing, Standing::Held { .. })).count(),
            Origin::Peek | Origin::Hold => 0,
        }
    }

    /// Bytes of bodies and attributes.
    pub fn bytes(&self) -> usize {
        self.entries.iter().map(|entry| entry.message.size()).sum()
    }

    /// One of messages that were read without receiving them, all at once.
    pub(super) fn peeked(now_ms: i64, wanted: usize, messages: Vec<Message>) -> Self {
        let stop = if messages.len() < wanted { Stop::Empty } else { Stop::Messages };
        let untouched = |message| Entry {
            message: Arc::new(message),
            standing: Standing::Untouched,
            leased: false,
            failed: None,
            unknown: false,
        };
        Self {
            entries: messages.into_iter().map(untouched).collect(),
            stop: Some(stop),
            finished_ms: Some(now_ms),
            ..Self::begun(Origin::Peek, now_ms, 0, wanted, 0)
        }
    }

    /// Takes messages that just came, hidden until `until_ms`. One that is here already replaces its older copy, because
    /// only its newest handle counts. Tells whether there was such a one.
    pub fn take(&mut self, messages: Vec<Message>, until_ms: i64) -> bool {
        if !messages.is_empty() {
            self.since_ms.get_or_insert(until_ms - i64::from(self.visibility) * 1_000);
        }
        let mut came_back = false;
        for message in messages {
            let entry = Entry {
                message: Arc::new(message),
                standing: Standing::Held { until_ms },
                leased: true,
                failed: None,
                unknown: false,
            };
            match self.entries.iter_mut().find(|older| older.message.id == entry.message.id) {
                Some(older) => {
                    *older = entry;
                    came_back = true;
                }
                None => self.entries.push(entry),
            }
        }
        came_back
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::ReceiptHandle;

    /// A message with a body and, where it matters, a sequence number.
    pub fn message(id: &str, body: &str, sequence: Option<&str>) -> Message {
        let system = sequence.map(|sequence| ("SequenceNumber".to_owned(), sequence.to_owned()));
        Message {
            id: MessageId::new(id),
            receipt_handle: ReceiptHandle::new(format!("handle of {id}")),
            body: body.to_owned(),
            md5_of_body: String::new(),
            md5_of_attributes: None,
            system: system.into_iter().collect(),
            attributes: BTreeMap::new(),
        }
    }

    #[test]
    fn a_message_is_here_once_with_its_newest_handle() {
        let mut snapshot = Snapshot::begun(Origin::Hold, 0, 10, 10, 30);
        assert!(!snapshot.take(vec![message("a", "1", None), message("b", "2", None)], 30_000));
        let mut again = message("a", "1", None);
        again.receipt_handle = ReceiptHandle::new("newer");
        assert!(snapshot.take(vec![again], 60_000));
        assert_eq!(snapshot.entries.len(), 2);
        assert_eq!(snapshot.entries[0].message.receipt_handle.as_str(), "newer");
        assert!(snapshot.entries[0].actionable(30_000) && !snapshot.entries[1].actionable(30_000));
        assert_eq!((snapshot.held(29_999), snapshot.held(30_000), snapshot.bytes()), (2, 1, 2));
    }
}
