//! Handing held messages over to whoever does more with them than a hold does.

use std::sync::Arc;

use super::snapshot::Standing;
use crate::model::{Message, MessageId, QueueName};
use crate::server::services::Connection;

/// Messages that are held, each with the time at which it is visible again unless somebody acts sooner, milliseconds since
/// 1970.
pub type Handed = Vec<(Arc<Message>, i64)>;

impl Connection {
    /// Takes messages out of a queue's hold: from then on it neither hides them anew nor gives them back. No request.
    pub(in crate::server::services) async fn hand_over(
        &self,
        queue: &QueueName,
        wanted: impl Fn(&MessageId) -> bool + Send,
    ) -> Handed {
        let mut handed = Handed::new();
        let Some(cell) = self.desk().cell(queue) else { return handed };
        // A renewal or a release that is under way has its end first.
        let _acting = cell.acting().await;
        let now_ms = self.now_ms();
        cell.change(|snapshot| {
            for entry in &mut snapshot.entries {
                if let Standing::Held { until_ms } = entry.standing
                    && until_ms > now_ms
                    && wanted(&entry.message.id)
                {
                    entry.standing = Standing::HandedOver;
                    entry.leased = false;
                    handed.push((Arc::clone(&entry.message), until_ms));
                }
            }
        });
        handed
    }
}
