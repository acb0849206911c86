//! What others find in a queue that a redrive takes from: that they have to wait, or copies that failed again.

use crate::model::journal::RedriveId;
use crate::model::refusal::OwnRedrive;
use crate::model::{Failure, QueueName, Refusal};
use crate::server::services::Connection;
use crate::server::services::messages::Snapshot;
use crate::server::services::redrive::engine::Event;

impl Connection {
    /// Refuses to receive from a queue where a redrive does: each would take what the other looks for.
    pub(in crate::server::services) fn not_redriven(&self, queue: &QueueName) -> Result<(), Failure> {
        let running = self.desk().runs().takes_from(queue);
        running.map_or(Ok(()), |id| Err(Failure::Refused(Refusal::RedriveRunning(Some(self.own(id))))))
    }

    /// A redrive of this connection, for a refusal that leads to it.
    pub(super) fn own(&self, id: RedriveId) -> OwnRedrive {
        OwnRedrive { connection: self.name().clone(), id }
    }

    /// Tells the redrive of a queue what a look or a hold met there. While it waits for somebody it does not receive, and
    /// whether its first messages came back is what they want to know.
    pub(in crate::server::services) fn tell_redrive(&self, queue: &QueueName, met: &Snapshot) {
        if let Some(run) = self.desk().runs().of(queue) {
            let ids = met.entries.iter().map(|entry| entry.message.id.clone()).collect();
            // Where it has just ended there is nobody left to tell.
            let _ = run.events.send(Event::CameBack(ids));
        }
    }
}
