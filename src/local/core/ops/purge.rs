//! PurgeQueue.

use super::{Done, Operation};
use crate::local::core::decode::Members;
use crate::local::core::effects::Kind;
use crate::local::core::{ApiError, Millis, State};

/// How long a queue cannot be purged again (API reference, "PurgeQueue").
const REST: Millis = 60_000;

/// Deletes all messages of a queue: visible, in flight and delayed. Forgets its deduplication ids.
#[derive(Debug)]
pub struct PurgeQueue {
    queue_url: String,
}

impl Operation for PurgeQueue {
    type Output = Done;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        Ok(Self { queue_url: members.required("QueueUrl")? })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Done, ApiError> {
        let (name, queue) = state.reach(&self.queue_url, now)?;
        if queue.purged.is_some_and(|at| now < at + REST) {
            return Err(ApiError::named(
                "PurgeQueueInProgress",
                format!("Only one PurgeQueue operation on {name} is allowed every 60 seconds."),
            ));
        }
        queue.purged = Some(now);
        queue.dedup.clear();
        queue.attempts.clear();
        for message in queue.shelf.clear() {
            state.effects.note(now, Kind::Purged, &name, &message.id);
        }
        Ok(Done {})
    }
}
