//! Chosen messages: a set that is frozen before anything is done with it, so that what a person saw counted is what the
//! action is for, whatever the queue and the list do meanwhile.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::view::matching;
use crate::model::form::choose::{Choice, What};
use crate::model::{Failure, Message, QueueName, Refusal, words};
use crate::server::services::Connection;

/// How many sets a connection keeps.
const KEPT: usize = 32;
/// The bytes of messages in all of them: they may outlive the snapshots they come from.
const BYTES: usize = 128 << 20;

/// A frozen set.
#[derive(Debug)]
pub struct Chosen {
    /// What names it; unguessable, for its page shows messages.
    pub id: String,
    /// Whose messages they are.
    pub queue: QueueName,
    /// The messages, as they were when they were chosen.
    pub messages: Vec<Arc<Message>>,
    /// How they were chosen, in words: “all of the snapshot”.
    pub how: String,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
}

impl Chosen {
    /// Bytes of memory.
    fn weight(&self) -> usize {
        self.messages.iter().map(|message| message.weight()).sum()
    }
}

/// The frozen sets of a connection, the newest last.
#[derive(Default)]
pub struct Sets(Mutex<VecDeque<Arc<Chosen>>>);

impl Sets {
    fn keep(&self, chosen: Chosen) -> Arc<Chosen> {
        let chosen = Arc::new(chosen);
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sets.push_back(Arc::clone(&chosen));
        let mut bytes: usize = sets.iter().map(|chosen| chosen.weight()).sum();
        while sets.len() > KEPT || bytes > BYTES && sets.len() > 1 {
            bytes -= sets.pop_front().map_or(0, |gone| gone.weight());
        }
        chosen
    }

    /// All of them, the oldest first.
    pub(super) fn all(&self) -> Vec<Arc<Chosen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn find(&self, id: &str) -> Option<Arc<Chosen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|chosen| chosen.id == id).cloned()
    }
}

impl Connection {
    /// Freezes messages of a queue's snapshot. No request. Refused where the snapshot is another one by now.
    pub fn choose(&self, queue: &QueueName, choice: &Choice) -> Result<Arc<Chosen>, Failure> {
        let gone = Failure::Refused(Refusal::SnapshotReplaced);
        let cell = self.desk().cell(queue).filter(|cell| cell.session() == choice.session).ok_or(gone)?;
        let snapshot = cell.snapshot();
        let (messages, how): (Vec<_>, _) = match &choice.what {
            What::Marked(ids) => {
                let marked = snapshot.entries.iter().filter(|entry| ids.contains(&entry.message.id));
                (marked.map(|entry| Arc::clone(&entry.message)).collect(), "marked by hand".to_owned())
            }
            What::Everything => {
                let all = snapshot.entries.iter().map(|entry| Arc::clone(&entry.message));
                (all.collect(), "all of the snapshot".to_owned())
            }
            What::Matching(filter, by) => {
                let found = matching(&snapshot, filter, by.as_ref(), self.now_ms());
                let how = format!("all of {} that match {filter}", words::count(snapshot.entries.len() as u64));
                (found.into_iter().map(|at| Arc::clone(&snapshot.entries[at].message)).collect(), how)
            }
        };
        self.freeze(queue, messages, how)
    }

    /// Freezes these messages.
    pub fn freeze(&self, queue: &QueueName, messages: Vec<Arc<Message>>, how: String) -> Result<Arc<Chosen>, Failure> {
        if messages.is_empty() {
            return Err(Failure::NoSuchMessage);
        }
        let id = uuid::Uuid::new_v4().simple().to_string();
        Ok(self.desk().sets().keep(Chosen { id, queue: queue.clone(), messages, how, at_ms: self.now_ms() }))
    }

    /// A frozen set of a queue.
    pub fn chosen(&self, queue: &QueueName, id: &str) -> Result<Arc<Chosen>, Failure> {
        let found = self.desk().sets().find(id).filter(|chosen| chosen.queue == *queue);
        found.ok_or(Failure::Refused(Refusal::SnapshotReplaced))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::services::messages::tests::message;

    fn set(id: &str, bytes: usize) -> Chosen {
        let message = Arc::new(message(id, &"x".repeat(bytes), None));
        let queue = "orders".parse().unwrap();
        Chosen { id: id.into(), queue, messages: vec![message], how: String::new(), at_ms: 0 }
    }

    #[test]
    fn the_oldest_go_first_by_number_and_by_bytes() {
        let sets = Sets::default();
        for n in 0..=KEPT {
            sets.keep(set(&n.to_string(), 1));
        }
        assert!(sets.find("0").is_none() && sets.find("1").is_some());
        sets.keep(set("half", BYTES / 2));
        sets.keep(set("more", BYTES / 2));
        assert!(sets.find("half").is_none() && sets.find("more").is_some());
    }
}
