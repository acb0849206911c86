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
        if !cell.is_holding() {
            return handed;
        }
        let now_ms = self.now_ms();
        // Where the clock was put back, nobody knows how much of a lease is left; never more than a whole one.
        let latest_ms = now_ms + i64::from(self.desk().terms().lease) * 1_000;
        cell.change(|snapshot| {
            for entry in &mut snapshot.entries {
                if let Standing::Held { until_ms } = entry.standing
                    && entry.leased
                    && !entry.unknown
                    && (now_ms + 1..=latest_ms).contains(&until_ms)
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
