//! Keeps the lease of what is held, and gives it back.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::cell::Cell;
use super::lease::{Presence, Release, Step, Terms, leased, step};
use super::scan::{AGAIN, batches, hide, lanes};
use super::shelf::Reins;
use super::snapshot::Standing;
use crate::model::limits::BATCH_ENTRIES;
use crate::model::{Message, QueueKind, QueueUrl, ReceiptHandle};
use crate::server::clock::Clock;
use crate::server::sqs::Sqs;

/// How often it is looked at who is there and what is due. No request.
const TICK: Duration = Duration::from_millis(250);
/// What could not be given back is tried so often, then left to its lease.
const TRIES: usize = 3;

/// How a hold went.
pub struct Course {
    /// Why it ended.
    pub why: Release,
    /// How often a lease was renewed.
    pub renewals: usize,
    /// How many messages were given back at its end.
    pub returned: usize,
}

/// Keeps what a cell holds.
pub struct Keeper<'a> {
    /// The gateway.
    pub sqs: &'a Arc<dyn Sqs>,
    /// The queue.
    pub url: &'a QueueUrl,
    /// Its kind.
    pub kind: QueueKind,
    /// Where the messages are.
    pub cell: &'a Cell,
    /// The time.
    pub clock: &'a dyn Clock,
}

impl Keeper<'_> {
    /// Renews what is due, one batch after the other, until there is a reason to let go.
    pub async fn keep(
        &self,
        terms: &Terms,
        reins: &Reins,
        closing: &CancellationToken,
        presence: impl Fn() -> Presence,
    ) -> Course {
        let lease_ms = i64::from(terms.lease) * 1_000;
        let (mut renewals, mut at_least_ms, mut hurry) = (0, i64::MIN, false);
        let why = loop {
            let pause = if hurry { Duration::ZERO } else { TICK };
            tokio::select! {
                biased;
                () = closing.cancelled() => break Release::Closing,
                () = reins.release.cancelled() => break Release::Asked,
                () = reins.extend.notified() => at_least_ms = self.clock.now_ms() + lease_ms,
                () = sleep(pause) => {}
            }
            let now_ms = self.clock.now_ms();
            match step(&self.cell.snapshot(), terms, presence(), at_least_ms, now_ms) {
                Step::Release(why) => break why,
                Step::Renew(due) => {
                    let renewed = self.renew(&due, terms).await;
                    hurry = renewed > 0;
                    renewals += renewed;
                }
                Step::Wait => hurry = false,
            }
        };
        Course { why, renewals, returned: 0 }
    }

    /// Hides the first ten of these anew and tells how many are. A call that fails is made again at the next tick; a
    /// message that SQS refuses is not asked for again: it was deleted, or somebody else holds it.
    async fn renew(&self, due: &[Arc<Message>], terms: &Terms) -> usize {
        let Some(batch) = batches(self.kind, due.iter().map(|message| &**message)).into_iter().next() else { return 0 };
        let _acting = self.cell.acting().await;
        // Meanwhile somebody may have deleted, released or hidden some of them.
        let now_ms = self.clock.now_ms();
        let mut still: Vec<ReceiptHandle> = leased(&self.cell.snapshot(), now_ms)
            .map(|(message, _)| message.receipt_handle.clone())
            .filter(|handle| batch.contains(handle))
            .collect();
        still.truncate(BATCH_ENTRIES);
        if still.is_empty() {
            return 0;
        }
        let changes: Vec<_> = still.iter().map(|handle| (handle.clone(), terms.lease)).collect();
        let Ok(answer) = self.sqs.change_visibility_batch(self.url, &changes).await else { return 0 };
        let refused: Vec<_> = answer.value.failed.iter().filter(|entry| entry.sender_fault).collect();
        let refused: Vec<_> = refused.into_iter().filter_map(|entry| still.get(entry.index)).collect();
        let done: Vec<_> = answer.value.succeeded.iter().filter_map(|(index, ())| still.get(*index)).collect();
        // SQS counts from when it was asked, which was after `now_ms`.
        let until_ms = now_ms + i64::from(terms.lease) * 1_000;
        self.cell.change(|snapshot| {
            for entry in &mut snapshot.entries {
                let handle = &entry.message.receipt_handle;
                if done.contains(&handle) {
                    entry.standing = Standing::Held { until_ms };
                } else if refused.contains(&handle) {
                    entry.leased = false;
                }
            }
        });
        done.len()
    }

    /// Makes everything on the lease visible again, on FIFO each group in the order of its sequence numbers, and tells how many
    /// messages are. What cannot be given back is left to its lease. What somebody hid for a time of its own stays hidden.
    pub async fn give_back(&self) -> usize {
        let _acting = self.cell.acting().await;
        let mut given_back = 0;
        for again in 0..TRIES {
            let snapshot = self.cell.snapshot();
            let held: Vec<_> = leased(&snapshot, self.clock.now_ms()).map(|(message, _)| message).collect();
            let lanes = lanes(self.kind, held.iter().map(|message| &**message));
            if lanes.is_empty() {
                break;
            }
            if again > 0 {
                sleep(AGAIN).await;
            }
            let returned = hide(self.sqs, self.url, lanes, 0).await;
            given_back += returned.len();
            self.cell.change(|snapshot| {
                for entry in &mut snapshot.entries {
                    if returned.contains(&entry.message.receipt_handle) {
                        entry.standing = Standing::Returned;
                        entry.leased = false;
                    }
                }
            });
        }
        given_back
    }
}
