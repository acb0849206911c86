//! What changed in the state, for a store that keeps it: noted only when asked for, taken after each request, and told
//! again in the same words when the state is read back.
//!
//! Left out on purpose: the attempts of FIFO receives (`ReceiveRequestAttemptId`: repeating one after a restart is an
//! ordinary receive), the effect log, what the dials owe, and the turns of message groups (within a group the order is exact).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Millis;
use super::attempts::Attempts;
use super::dedup::{Accepted, Dedup};
use super::message::Message;
use super::moves::Task;
use super::settings::Settings;
use super::shelf::{Key, LastReceive, Place, Rank, Shelf};
use super::state::{Queue, State};

/// All that is known of a queue besides its messages and the deduplication ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    settings: Settings,
    tags: BTreeMap<String, String>,
    created: Millis,
    modified: Millis,
    purged: Option<Millis>,
    dedup_per_group: Option<bool>,
}

impl Profile {
    /// A queue's.
    pub fn of(queue: &Queue) -> Self {
        // Every field by name: what is added to a queue must be kept, or left out on purpose.
        let Queue { settings, tags, created, modified, purged, shelf: _, dedup, attempts: _ } = queue;
        Self {
            settings: settings.clone(),
            tags: tags.clone(),
            created: *created,
            modified: *modified,
            purged: *purged,
            dedup_per_group: dedup.scope(),
        }
    }

    /// Whether it is still this queue's.
    pub fn is_of(&self, queue: &Queue) -> bool {
        let Self { settings, tags, created, modified, purged, dedup_per_group } = self;
        *settings == queue.settings
            && *tags == queue.tags
            && *created == queue.created
            && *modified == queue.modified
            && *purged == queue.purged
            && *dedup_per_group == queue.dedup.scope()
    }

    fn into_queue(self) -> Queue {
        Queue {
            shelf: Shelf::new(self.settings.fifo),
            settings: self.settings,
            tags: self.tags,
            created: self.created,
            modified: self.modified,
            purged: self.purged,
            dedup: Dedup::scoped(self.dedup_per_group),
            attempts: Attempts::default(),
        }
    }
}

/// What of a message changes while it is in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether it can be received.
    pub place: Place,
    /// Its newest receive.
    pub receive: Option<LastReceive>,
    /// Its rank in a standard queue.
    pub rank: Rank,
    /// How often it was received.
    pub receives: u32,
    /// When it was received for the first time.
    pub first_received: Option<Millis>,
}

/// One change. Each says how it is now, not what was done, so that telling one twice does no harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A queue is new, or has other settings or tags.
    Queue(String, Box<Profile>),
    /// A queue is gone with its deduplication ids and its tasks. Its messages are named one by one.
    QueueGone(String),
    /// The name of a queue that was deleted at this time.
    Rests(String, Millis),
    /// The name of a deleted queue is free again.
    Rested(String),
    /// A message is new in a queue.
    Message(Arc<str>, Key, Box<Message>, Standing),
    /// A message that was there stands otherwise.
    Standing(Key, Standing),
    /// A message is gone.
    MessageGone(Key),
    /// A queue remembers a deduplication id.
    Remembered(Arc<str>, Arc<Accepted>),
    /// It does not any more.
    Forgotten(Arc<str>, Arc<Accepted>),
    /// All move tasks of a source, oldest first.
    Tasks(String, Vec<Task>),
}

/// The numbers of the state that go up with nearly every request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The newest key or serial.
    pub serial: u64,
    /// Where the source of ids stands.
    pub seed: u64,
    /// The latest time.
    pub latest: Millis,
}

/// The changes of one request, or of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// How the numbers stand after them.
    pub marks: Marks,
    /// The changes, in an order in which they can be made.
    pub list: Vec<Change>,
}

impl State {
    /// Notes from now on what changes.
    pub fn note_changes(&mut self) {
        self.queues.note();
        self.tasks.note();
    }

    /// What changed since the last call; `None` if nothing that counts did, or if nothing is noted.
    pub fn take_changes(&mut self) -> Option<Changes> {
        if !self.queues.is_noted() {
            return None;
        }
        let mut list = Vec::new();
        self.queues.take_changes(&mut list);
        self.tasks.take_changes(&mut list);
        self.take_resting(&mut list);
        let marks = self.marks();
        (!list.is_empty()).then_some(Changes { marks, list })
    }

    /// Makes one change again. `false` when it is about a queue that there is not.
    pub fn replay(&mut self, change: Change) -> bool {
        match change {
            Change::Queue(name, profile) => self.queues.insert(name, profile.into_queue()),
            Change::Rests(name, at) => self.rest(name, at),
            Change::Message(queue, key, message, standing) => {
                let Some(queue) = self.queues.get_mut(&queue) else {
                    return false;
                };
                queue.shelf.restore(key, *message, standing);
            }
            Change::Remembered(queue, accepted) => {
                let Some(queue) = self.queues.get_mut(&queue) else {
                    return false;
                };
                queue.dedup.restore(accepted);
            }
            Change::Tasks(source, tasks) => self.tasks.restore(source, tasks),
            // What is gone is not in a store, and a message is there as it stands.
            Change::QueueGone(_)
            | Change::Rested(_)
            | Change::Standing(..)
            | Change::MessageGone(_)
            | Change::Forgotten(..) => {}
        }
        true
    }
}
