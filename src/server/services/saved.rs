//! Saved filters of a queue's messages.
//!
//! They are the console's own data: they change nothing in SQS and nothing of what is kept of messages. So they can be
//! changed on a read-only connection, too, and do not stand in the audit log.

use super::submissions::Rejection;
use super::{Connection, report};
use crate::model::filter::saved::{Change, Changed, MOST, Saved};
use crate::model::form::{Done, Invalid};
use crate::model::{Failure, QueueName};

impl Connection {
    /// The saved filters of a queue, by name. No request.
    pub async fn saved_filters(&self, queue: &QueueName) -> Result<Vec<Saved>, Failure> {
        self.store().saved_filters(self.name(), queue).await.map_err(|error| report::store(&error))
    }

    /// Changes one of them. At most one request, where the queue is not in the list.
    pub async fn change_filter(&self, queue: &QueueName, change: Change) -> Result<Done, Rejection> {
        // Only queues that there are have filters, or they would be without number.
        self.url(queue).await?;
        let changed = self.store().change_filter(self.name(), queue, &change).await;
        let changed = changed.map_err(|error| report::store(&error))?;
        let sentence = match changed {
            Changed::Done => None,
            Changed::Taken => Some(
                "Another saved filter of this queue has this name. Choose another, or replace that one below."
                    .to_owned(),
            ),
            Changed::Full => Some(format!("A queue has at most {MOST} saved filters. Forget one first.")),
            Changed::Gone => Some("There is no saved filter of this name any more. Reload the page.".to_owned()),
        };
        if let Some(sentence) = sentence {
            return Err(vec![Invalid::new("name", sentence)].into());
        }
        Ok(match change {
            Change::Save(saved) => Done::FilterSaved(saved.name),
            Change::Replace(saved) => Done::FilterReplaced(saved.name),
            Change::Rename(_, name) => Done::FilterRenamed(name),
            Change::Delete(name) => Done::FilterDeleted(name),
        })
    }
}
