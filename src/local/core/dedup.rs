//! FIFO deduplication: for five minutes a queue remembers every deduplication id it accepted, even of messages that
//! are deleted since. A duplicate is accepted and not delivered.

use std::collections::{HashMap, VecDeque};

use super::Millis;

/// How long an id is remembered (developer guide, "Exactly-once processing").
const WINDOW: Millis = 5 * 60 * 1000;

/// Where an id must be unique: in the queue (no group), or in one message group.
type Scoped = (Option<String>, String);

/// What the first message of an id was answered, and so what its duplicates are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// Its id.
    pub message_id: String,
    /// Its sequence number.
    pub sequence: String,
}

/// The ids a queue remembers.
#[derive(Debug, Default)]
pub struct Dedup {
    known: HashMap<Scoped, First>,
    ends: VecDeque<(Millis, Scoped)>,
}

impl Dedup {
    /// The message this one would repeat.
    pub fn find(&mut self, now: Millis, group: Option<&str>, id: &str) -> Option<&First> {
        while let Some((end, _)) = self.ends.front()
            && *end <= now
        {
            if let Some((_, scoped)) = self.ends.pop_front() {
                self.known.remove(&scoped);
            }
        }
        self.known.get(&(group.map(str::to_owned), id.to_owned()))
    }

    /// Remembers an accepted message. Only for ids that `find` did not know.
    pub fn remember(&mut self, now: Millis, group: Option<&str>, id: &str, first: First) {
        let scoped = (group.map(str::to_owned), id.to_owned());
        self.ends.push_back((now + WINDOW, scoped.clone()));
        self.known.insert(scoped, first);
    }

    /// Forgets everything, as a purge does.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_for_five_minutes_in_its_scope() {
        let mut dedup = Dedup::default();
        let first = First { message_id: "m".into(), sequence: "1".into() };
        dedup.remember(0, None, "x", first.clone());
        dedup.remember(0, Some("g"), "y", first.clone());
        assert_eq!(dedup.find(WINDOW - 1, None, "x"), Some(&first));
        assert_eq!(dedup.find(1, Some("g"), "y"), Some(&first));
        assert_eq!(dedup.find(1, Some("other"), "y"), None);
        assert_eq!(dedup.find(WINDOW, None, "x"), None);
    }
}
