//! FIFO deduplication: for five minutes a queue remembers every deduplication id it accepted, even of messages that
//! are deleted since. A duplicate is accepted and not delivered, and does not lengthen the five minutes.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Millis;
use super::journal::Change;

/// How long an id is remembered (developer guide, "Exactly-once processing in Amazon SQS").
const WINDOW: Millis = 5 * 60 * 1000;
/// How long a change of the scope takes (API reference, "SetQueueAttributes": changes can take up to 60 seconds). As
/// recorded, messages sent right after the change are still compared as before it.
const CHANGE: Millis = 60 * 1000;

/// What the first message of an id was answered, and so what its duplicates are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct First {
    /// Its id.
    pub message_id: String,
    /// Its sequence number.
    pub sequence: String,
}

/// Where an id must be unique: in the queue (an empty group), or in one message group.
type Scoped = (String, String);

/// A deduplication id, and the message that was accepted with it. No two that are remembered have the same group and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Until when it is remembered.
    pub end: Millis,
    /// The message group.
    pub group: String,
    /// The deduplication id.
    pub id: String,
    /// What the message was answered.
    pub first: First,
}

impl Accepted {
    fn scoped(&self, per_group: bool) -> Scoped {
        (if per_group { self.group.clone() } else { String::new() }, self.id.clone())
    }
}

/// The ids a queue remembers.
#[derive(Debug, Default)]
pub struct Dedup {
    /// By the scope that counts now; the newest where several messages are the same in it.
    known: HashMap<Scoped, Arc<Accepted>>,
    /// All of them, oldest first.
    accepted: VecDeque<Arc<Accepted>>,
    per_group: Option<bool>,
    /// What was accepted, or else forgotten, while changes are noted.
    noted: Option<Vec<(Arc<Accepted>, bool)>>,
}

impl Dedup {
    /// Takes over the queue's `DeduplicationScope`, whose attributes last changed at `changed`. A queue that has
    /// accepted nothing yet takes it over at once.
    pub fn rescope(&mut self, now: Millis, per_group: bool, changed: Millis) {
        let at_once = self.accepted.is_empty();
        if self.per_group == Some(per_group) || (self.per_group.is_some() && !at_once && now < changed + CHANGE) {
            return;
        }
        self.per_group = Some(per_group);
        self.known = self.accepted.iter().map(|one| (one.scoped(per_group), Arc::clone(one))).collect();
    }

    /// The message this one would repeat.
    pub fn find(&mut self, now: Millis, group: &str, id: &str) -> Option<&First> {
        let per_group = self.per_group();
        while let Some(oldest) = self.accepted.pop_front_if(|oldest| oldest.end <= now) {
            let scoped = oldest.scoped(per_group);
            if self.known.get(&scoped).is_some_and(|known| known.end <= now) {
                self.known.remove(&scoped);
            }
            if let Some(noted) = &mut self.noted {
                noted.push((oldest, false));
            }
        }
        let group = if per_group { group.to_owned() } else { String::new() };
        self.known.get(&(group, id.to_owned())).map(|known| &known.first)
    }

    /// Remembers an accepted message. Only for ids that `find` did not know.
    pub fn remember(&mut self, now: Millis, group: &str, id: &str, first: First) {
        let accepted = Arc::new(Accepted { end: now + WINDOW, group: group.to_owned(), id: id.to_owned(), first });
        if let Some(noted) = &mut self.noted {
            noted.push((Arc::clone(&accepted), true));
        }
        self.restore(accepted);
    }

    /// Remembers again. From the earliest end to the latest.
    pub fn restore(&mut self, accepted: Arc<Accepted>) {
        self.known.insert(accepted.scoped(self.per_group()), Arc::clone(&accepted));
        self.accepted.push_back(accepted);
    }

    /// One that remembers nothing yet, in a queue in which this scope counts.
    pub fn scoped(per_group: Option<bool>) -> Self {
        Self { per_group, ..Self::default() }
    }

    /// The scope that counts now: whether it is the group; `None` before the first message.
    pub fn scope(&self) -> Option<bool> {
        self.per_group
    }

    /// Notes from now on what is accepted and forgotten.
    pub fn note(&mut self) {
        self.noted = Some(Vec::new());
    }

    /// Adds what was noted since the last time to a list of changes.
    pub fn take_changes(&mut self, queue: &Arc<str>, changes: &mut Vec<Change>) {
        for (accepted, kept) in self.noted.iter_mut().flat_map(|noted| noted.drain(..)) {
            let change = if kept { Change::Remembered } else { Change::Forgotten };
            changes.push(change(Arc::clone(queue), accepted));
        }
    }

    /// What is remembered, oldest first.
    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = &Accepted> {
        self.accepted.iter().map(|accepted| &**accepted)
    }

    /// Forgets everything, as a purge does.
    pub fn clear(&mut self) {
        let mut emptied = std::mem::take(self);
        self.noted = emptied.noted.take();
        if let Some(noted) = &mut self.noted {
            noted.extend(emptied.accepted.into_iter().map(|accepted| (accepted, false)));
        }
    }

    fn per_group(&self) -> bool {
        self.per_group.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(n: u8) -> First {
        First { message_id: format!("m{n}"), sequence: n.to_string() }
    }

    #[test]
    fn an_id_is_known_for_five_minutes_in_its_queue() {
        let mut dedup = Dedup::default();
        dedup.rescope(0, false, 0);
        dedup.remember(0, "g", "x", first(1));
        assert_eq!(dedup.find(WINDOW - 1, "other", "x"), Some(&first(1)));
        assert_eq!(dedup.find(WINDOW - 1, "g", "y"), None);
        assert_eq!(dedup.find(WINDOW, "g", "x"), None);
        assert!(dedup.known.is_empty() && dedup.accepted.is_empty());
    }

    #[test]
    fn an_id_is_known_in_its_group() {
        let mut dedup = Dedup::default();
        dedup.rescope(0, true, 0);
        dedup.remember(0, "g", "x", first(1));
        dedup.remember(1, "h", "x", first(2));
        assert_eq!(dedup.find(WINDOW - 1, "g", "x"), Some(&first(1)));
        assert_eq!(dedup.find(WINDOW, "g", "x"), None);
        assert_eq!(dedup.find(WINDOW, "h", "x"), Some(&first(2)));
        assert_eq!(dedup.find(WINDOW, "i", "x"), None);
    }

    #[test]
    fn a_change_of_the_scope_takes_a_minute_and_forgets_nothing() {
        let mut dedup = Dedup::default();
        dedup.rescope(0, true, 0);
        dedup.remember(0, "g", "x", first(1));
        dedup.remember(10, "h", "x", first(2));
        dedup.rescope(1000, false, 1000);
        assert_eq!(dedup.find(1000, "i", "x"), None, "as recorded");
        dedup.rescope(1000 + CHANGE, false, 1000);
        assert_eq!(dedup.find(1000 + CHANGE, "i", "x"), Some(&first(2)));
        assert_eq!(dedup.find(WINDOW, "i", "x"), Some(&first(2)), "the newer one is still known");
        assert_eq!(dedup.find(WINDOW + 10, "i", "x"), None);
        dedup.rescope(WINDOW + 20, true, WINDOW + 20);
        dedup.remember(WINDOW + 20, "g", "x", first(3));
        assert_eq!(dedup.find(WINDOW + 20, "h", "x"), None, "with nothing to compare, at once");
    }
}
