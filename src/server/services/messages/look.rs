//! Looking: a bounded read that gives the messages back at once. One at a time on a queue, shared by all who ask.

use std::sync::Arc;

use tokio::time::Instant;

use super::SNAPSHOT_BYTES;
use super::plan::Plan;
use super::scan::{LEASE, Scan, scan};
use super::snapshot::{Origin, Snapshot, Stop};
use super::spent::Met;
use crate::model::activity::Detail;
use crate::model::cli::Command;
use crate::model::form::Done;
use crate::model::form::look::{Look, USUAL};
use crate::model::limits::BATCH_ENTRIES;
use crate::model::refusal::Receiving;
use crate::model::{Failure, QueueName, QueueUrl, Refusal, Verb};
use crate::server::services::act::Act;
use crate::server::services::{Connection, report};
use crate::server::sqs::Answer;

/// For how many milliseconds a look asks for more: the usual one is over before its first lease ends.
const MILLIS: u64 = 20_000;
/// The same of a larger one, which hides anew what it has.
const LARGE_MILLIS: u64 = 120_000;

impl Connection {
    /// The last snapshot of a queue, if it is still here. No request, and never a receive.
    pub fn snapshot(&self, queue: &QueueName) -> Option<Arc<Snapshot>> {
        self.desk().cell(queue).map(|cell| cell.snapshot())
    }

    /// Looks at a queue: up to `look.limit` messages are received once and given back at once; their copies become the
    /// queue's snapshot. Whoever asks while a look is under way that asks for as much shares its result.
    ///
    /// Costs one request per ten messages for receiving, as many for giving back, one more for the attributes, and one
    /// receive of each message. Refused where few receives are left, unless `look.spend`.
    ///
    /// Where the endpoint shows messages without receiving them this is a read: one request, nothing hidden, counted,
    /// refused or written down.
    pub async fn look(&self, queue: &QueueName, look: Look) -> Result<Done, Failure> {
        if self.offers_peek(queue).await {
            return self.peek(queue, look.limit).await;
        }
        self.allowed().map_err(Failure::Refused)?;
        self.vacant(queue)?;
        let asked = Instant::now();
        let turn = self.desk().turn(queue);
        let mut last = turn.lock().await;
        match &*last {
            // Someone else's look ended while this one waited for its turn.
            Some((ended, Ok(limit))) if *ended >= asked && *limit >= look.limit => {
                let messages = self.snapshot(queue).map_or(0, |snapshot| snapshot.entries.len() as u64);
                return Ok(Done::Received { messages });
            }
            // What SQS answers does not depend on who asks; whether a look is refused does.
            Some((ended, Err(failure))) if *ended >= asked && !matches!(failure, Failure::Refused(_)) => {
                return Err(failure.clone());
            }
            Some((ended, Ok(_))) if ended.elapsed() < self.desk().terms().apart => {
                return Err(Failure::Refused(Refusal::TooSoon));
            }
            _ => {}
        }
        let limit = look.limit;
        let result = self.look_now(queue, look).await;
        *last = Some((Instant::now(), result.clone().map(|_| limit)));
        result
    }

    async fn peek(&self, queue: &QueueName, limit: usize) -> Result<Done, Failure> {
        let shown = self.peek_at(queue, limit).await?;
        let messages = shown.len() as u64;
        let snapshot = Snapshot::peeked(self.now_ms(), limit, shown);
        self.tell_redrive(queue, &snapshot);
        self.desk().place(queue, snapshot, self.now_ms()).map_err(Failure::Refused)?;
        Ok(Done::Received { messages })
    }

    async fn look_now(&self, queue: &QueueName, look: Look) -> Result<Done, Failure> {
        // It is this look's turn now, and a redrive that begins from here on sees that.
        self.vacant(queue)?;
        let (url, attributes) = tokio::try_join!(self.url(queue), self.attributes(queue))?;
        self.spare(queue, &attributes, look.spend, Receiving::Look)?;
        self.desk().busy(queue).map_or(Ok(()), |refusal| Err(Failure::Refused(refusal)))?;
        let kind = queue.kind();
        let (millis, bytes) = bounds(look.limit);
        let plan = Plan::scan(kind, attributes.depth.visible, look.limit, bytes, millis);
        let seconds = u32::try_from(millis / 1_000).unwrap_or(LEASE);
        let snapshot = Snapshot::begun(Origin::Look, self.now_ms(), seconds, look.limit, LEASE);
        let act = Act::on(queue, Verb::Look, command(&url, LEASE, 1)).fact("up to", look.limit);
        let closing = self.desk().closing().clone();
        let counted = self.count_receive(queue, &attributes).await?;
        let effect = |sqs| async move {
            let scan = scan(&sqs, &url, kind, plan, snapshot, &closing).await;
            self.learn_receives(queue, counted, Met::of(&scan.snapshot, scan.error.is_some(), scan.lost)).await;
            self.tell_redrive(queue, &scan.snapshot);
            match scan.error {
                Some(error) if scan.snapshot.entries.is_empty() => Err(error),
                _ => Ok(Answer { request_id: scan.request_id.clone(), value: scan }),
            }
        };
        let facts = |scan: &Scan| {
            let mut facts = Detail::from([("messages".to_owned(), scan.snapshot.entries.len().to_string())]);
            if scan.snapshot.unreturned() > 0 {
                facts.insert("not given back".to_owned(), scan.snapshot.unreturned().to_string());
            }
            if let Some(error) = &scan.error {
                facts.insert("broken off".to_owned(), error.code.to_string());
            }
            facts
        };
        let Scan { mut snapshot, error, .. } = self.act_telling(act, effect, facts).await?;
        if let Some(error) = error {
            snapshot.stop = Some(Stop::Failed(report::sqs(error, self.name(), Some(queue))));
        }
        let messages = snapshot.entries.len() as u64;
        let placed = self.desk().place(queue, snapshot, self.now_ms());
        self.reread(queue).await;
        placed.map_err(Failure::Refused)?;
        Ok(Done::Received { messages })
    }
}

/// For how many milliseconds and bytes a look for so many messages goes on.
fn bounds(limit: usize) -> (u64, usize) {
    if limit > USUAL { (LARGE_MILLIS, 2 * SNAPSHOT_BYTES) } else { (MILLIS, SNAPSHOT_BYTES) }
}

/// The equivalent command, hiding and waiting for so many seconds; the CLI receives ten at a time.
pub fn command(url: &QueueUrl, visibility: u32, wait: u32) -> Command {
    Command::new("receive-message")
        .option("queue-url", url.as_str())
        .option("max-number-of-messages", &BATCH_ENTRIES.to_string())
        .option("visibility-timeout", &visibility.to_string())
        .option("wait-time-seconds", &wait.to_string())
        .option("message-system-attribute-names", "All")
        .option("message-attribute-names", "All")
}
