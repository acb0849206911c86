//! What of a shelf a store is told, and how a message is put back as it stood.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Held, Key, Place, Shelf};
use crate::local::core::journal::{Change, Standing};
use crate::local::core::message::Message;

impl Shelf {
    /// Notes from now on which messages change.
    pub fn note(&mut self) {
        self.noted = Some(BTreeMap::new());
    }

    /// Adds what changed since the last time to a list of changes.
    pub fn take_changes(&mut self, queue: &Arc<str>, changes: &mut Vec<Change>) {
        for (key, new) in self.noted.as_mut().map(std::mem::take).unwrap_or_default() {
            changes.push(match self.held.get(&key) {
                None => Change::MessageGone(key),
                Some(held) if new => {
                    Change::Message(Arc::clone(queue), key, Box::new(held.message.clone()), held.standing())
                }
                Some(held) => Change::Standing(key, held.standing()),
            });
        }
    }

    /// Puts a message back as it stood. In the order of the keys.
    pub fn restore(&mut self, key: Key, mut message: Message, standing: Standing) {
        let Standing { place, receive, rank, receives, first_received } = standing;
        (message.receives, message.first_received) = (receives, first_received);
        self.put(key, message, None);
        self.leave(key, Place::Visible);
        self.sent_back = self.sent_back.max(rank.1);
        if let Some(held) = self.held.get_mut(&key) {
            (held.place, held.receive, held.rank) = (place, receive, rank);
        }
        self.enter(key, place);
    }

    /// The keys of all messages, in no order, and of those that went since the changes were last taken: a store still
    /// has these, too.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        self.held.keys().chain(self.noted.iter().flat_map(BTreeMap::keys)).copied()
    }

    /// Says that a message changed.
    pub(super) fn mark(&mut self, key: Key, new: bool) {
        if let Some(noted) = &mut self.noted {
            *noted.entry(key).or_default() |= new;
        }
    }
}

impl Held {
    /// What of it changes while it is in a queue.
    pub fn standing(&self) -> Standing {
        // Every field by name: what is added to a message must be kept, or left out on purpose.
        let Self { message, place, receive, rank } = self;
        Standing {
            place: *place,
            receive: *receive,
            rank: *rank,
            receives: message.receives,
            first_received: message.first_received,
        }
    }
}
