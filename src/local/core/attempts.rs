//! Receives of a FIFO queue that a caller may repeat after a lost answer.
//!
//! API reference, "ReceiveMessage", `ReceiveRequestAttemptId`: for five minutes the same id answers the same messages
//! under the same handles and hides them anew, unless one of them was deleted or had its visibility changed.

use std::collections::{HashMap, VecDeque};

use super::Millis;
use super::shelf::{Key, Shelf};

/// How long a receive can be repeated.
const WINDOW: Millis = 5 * 60 * 1000;

/// The receives a queue remembers, by attempt id.
#[derive(Debug, Default)]
pub struct Attempts {
    by_id: HashMap<String, Attempt>,
    ends: VecDeque<(Millis, String)>,
}

/// A receive that found something.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Attempt {
    at: Millis,
    /// Until when it hides its messages.
    until: Millis,
    /// Its messages, each with the serial of its receive.
    receives: Vec<(Key, u64)>,
}

/// What a receive with an attempt id is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// A new one: the id is unknown, or its messages became visible by themselves.
    No,
    /// The same as an earlier one: these messages again.
    Of(Vec<Key>),
    /// Impossible: something happened to a message of the earlier one.
    Spoiled,
}

impl Attempts {
    /// Remembers a receive.
    pub fn remember(&mut self, id: &str, at: Millis, until: Millis, receives: Vec<(Key, u64)>) {
        self.ends.push_back((at + WINDOW, id.to_owned()));
        self.by_id.insert(id.to_owned(), Attempt { at, until, receives });
    }

    /// Forgets everything, as a purge does.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether a receive repeats an earlier one. If so, that one now hides its messages until `until`; hiding them is
    /// for the caller.
    pub fn repeat(&mut self, id: &str, now: Millis, until: Millis, shelf: &Shelf) -> Repeat {
        while let Some((end, _)) = self.ends.front()
            && *end <= now
        {
            if let Some((end, id)) = self.ends.pop_front()
                && self.by_id.get(&id).is_some_and(|attempt| attempt.at + WINDOW == end)
            {
                self.by_id.remove(&id);
            }
        }
        let Some(attempt) = self.by_id.get_mut(id) else {
            return Repeat::No;
        };
        let untouched = |&(key, serial): &(Key, u64)| {
            let last = shelf.get(key).and_then(|held| held.receive);
            last.is_some_and(|last| last.serial == serial && last.until == attempt.until)
        };
        if !attempt.receives.iter().all(untouched) {
            return Repeat::Spoiled;
        }
        if attempt.until <= now {
            return Repeat::No;
        }
        // As the shelf keeps it: what is hidden for no time is released.
        attempt.until = if until > now { until } else { attempt.at };
        Repeat::Of(attempt.receives.iter().map(|(key, _)| *key).collect())
    }
}
