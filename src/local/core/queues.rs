//! The queues by name. Whoever changes a queue comes by here, so that a state that is kept on a disk knows at which
//! queues to look again, and none is forgotten.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Deref;
use std::sync::Arc;

use super::journal::{Change, Profile};
use super::shelf::Key;
use super::state::Queue;

/// All queues, sorted by name: the order of ListQueues. Reading is a map's.
#[derive(Debug, Default)]
pub struct Queues {
    by_name: BTreeMap<String, Queue>,
    noted: Option<Noted>,
}

/// What happened to queues since the changes were last taken.
#[derive(Debug, Default)]
struct Noted {
    touched: BTreeSet<String>,
    /// Queues that were taken away, with the messages they had.
    gone: Vec<(String, Vec<Key>)>,
    /// What the last changes said of each queue.
    known: HashMap<String, Profile>,
}

impl Queues {
    /// Notes from now on what changes. What there is already counts as known.
    pub fn note(&mut self) {
        let mut known = HashMap::new();
        for (name, queue) in &mut self.by_name {
            queue.shelf.note();
            queue.dedup.note();
            known.insert(name.clone(), Profile::of(queue));
        }
        self.noted = Some(Noted { known, ..Noted::default() });
    }

    /// Whether changes are noted.
    pub fn is_noted(&self) -> bool {
        self.noted.is_some()
    }

    /// A queue to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Queue> {
        let queue = self.by_name.get_mut(name)?;
        if let Some(noted) = self.noted.as_mut().filter(|noted| !noted.touched.contains(name)) {
            noted.touched.insert(name.to_owned());
        }
        Some(queue)
    }

    /// Adds a queue. One of this name must have been removed before.
    pub fn insert(&mut self, name: String, mut queue: Queue) {
        if let Some(noted) = &mut self.noted {
            queue.shelf.note();
            queue.dedup.note();
            noted.touched.insert(name.clone());
        }
        self.by_name.insert(name, queue);
    }

    /// Takes a queue away.
    pub fn remove(&mut self, name: &str) -> Option<Queue> {
        let queue = self.by_name.remove(name)?;
        if let Some(noted) = &mut self.noted {
            noted.known.remove(name);
            noted.touched.remove(name);
            noted.gone.push((name.to_owned(), queue.shelf.keys().collect()));
        }
        Some(queue)
    }

    /// Adds what changed since the last time to a list: first what is gone.
    pub fn take_changes(&mut self, changes: &mut Vec<Change>) {
        let Some(noted) = &mut self.noted else {
            return;
        };
        for (name, keys) in noted.gone.drain(..) {
            changes.push(Change::QueueGone(name));
            changes.extend(keys.into_iter().map(Change::MessageGone));
        }
        for name in std::mem::take(&mut noted.touched) {
            let Some(queue) = self.by_name.get_mut(&name) else {
                continue;
            };
            if noted.known.get(&name).is_none_or(|known| !known.is_of(queue)) {
                let profile = Profile::of(queue);
                changes.push(Change::Queue(name.clone(), Box::new(profile.clone())));
                noted.known.insert(name.clone(), profile);
            }
            let name = Arc::from(name);
            queue.shelf.take_changes(&name, changes);
            queue.dedup.take_changes(&name, changes);
        }
    }
}

impl Deref for Queues {
    type Target = BTreeMap<String, Queue>;

    fn deref(&self) -> &Self::Target {
        &self.by_name
    }
}

impl<'a> IntoIterator for &'a Queues {
    type Item = (&'a String, &'a Queue);
    type IntoIter = std::collections::btree_map::Iter<'a, String, Queue>;

    fn into_iter(self) -> Self::IntoIter {
        self.by_name.iter()
    }
}
