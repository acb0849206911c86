//! Copies of messages that are in no snapshot any more, but in something else that a person has open: a frozen set, or a
//! job's messages.

use std::sync::Arc;

use crate::model::{Message, MessageId, QueueName};
use crate::server::services::Connection;

/// A copy, and when it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The message, as it was.
    pub message: Arc<Message>,
    /// When it was chosen, milliseconds since 1970; absent where it is of the snapshot itself.
    pub at_ms: Option<i64>,
}

impl Connection {
    /// The newest copy of a message: of the snapshot, of a frozen set, of a job. No request.
    pub fn kept(&self, queue: &QueueName, id: &MessageId) -> Option<Kept> {
        if let Some((_, entry)) = self.snapshot(queue).as_deref().and_then(|snapshot| snapshot.find(id)) {
            return Some(Kept { message: Arc::clone(&entry.message), at_ms: None });
        }
        let sets = self.desk().sets().all();
        let of_sets = sets.iter().rev().filter(|set| set.queue == *queue).find_map(|set| {
            let message = set.messages.iter().find(|message| message.id == *id)?;
            Some(Kept { message: Arc::clone(message), at_ms: Some(set.at_ms) })
        });
        let of_jobs = || {
            let jobs = self.desk().jobs().all();
            jobs.iter().filter(|job| job.queue() == queue).find_map(|job| {
                let row =
                    job.report().rows.iter().find(|row| row.message.id == *id).map(|row| Arc::clone(&row.message));
                Some(Kept { message: row?, at_ms: Some(job.started_ms()) })
            })
        };
        of_sets.or_else(of_jobs)
    }
}
