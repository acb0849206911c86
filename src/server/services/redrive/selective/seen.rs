//! What others see in a queue that a redrive takes from: copies that failed again.

use crate::model::QueueName;
use crate::server::services::Connection;
use crate::server::services::messages::Snapshot;
use crate::server::services::redrive::engine::Event;

impl Connection {
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
