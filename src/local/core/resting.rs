//! The names of deleted queues, which rest a minute before another queue can have them.

use std::collections::{BTreeSet, HashMap};

use super::Millis;

/// How long a deleted queue's name stays taken (API reference, "DeleteQueue").
const REST: Millis = 60_000;

/// The names that rest. What is over is found by its time, so that thousands of others are not looked at.
#[derive(Debug, Default)]
pub struct Resting {
    since: HashMap<String, Millis>,
    by_time: BTreeSet<(Millis, String)>,
}

impl Resting {
    /// Lays a name to rest, at the time of its queue's deletion.
    pub fn add(&mut self, name: String, now: Millis) {
        if let Some(before) = self.since.insert(name.clone(), now) {
            self.by_time.remove(&(before, name.clone()));
        }
        self.by_time.insert((now, name));
    }

    /// Whether a name still rests.
    pub fn holds(&self, name: &str, now: Millis) -> bool {
        self.since.get(name).is_some_and(|since| now < since + REST)
    }

    /// Lets go of the names that have rested long enough, and answers them.
    pub fn release(&mut self, now: Millis) -> Vec<String> {
        let mut free = Vec::new();
        while let Some((since, name)) = self.by_time.pop_first() {
            if now < since + REST {
                self.by_time.insert((since, name));
                break;
            }
            self.since.remove(&name);
            free.push(name);
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_rests_a_minute_from_its_last_deletion() {
        let mut resting = Resting::default();
        resting.add("b".into(), 1000);
        resting.add("a".into(), 2000);
        assert!(resting.holds("b", 60_999) && !resting.holds("b", 61_000) && !resting.holds("c", 1000));
        resting.add("b".into(), 3000);
        assert_eq!(resting.release(61_999), Vec::<String>::new());
        assert!(resting.holds("a", 61_999) && resting.holds("b", 62_999));
        assert_eq!(resting.release(62_000), ["a"]);
        assert_eq!(resting.release(63_000), ["b"]);
        assert_eq!(resting.release(u64::MAX / 2), Vec::<String>::new());
    }
}
