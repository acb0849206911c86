//! A bounded read of a queue that leaves every message where it was: receive, keep a copy, give back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use super::plan::Plan;
use super::snapshot::{Snapshot, Standing};
use crate::model::limits::BATCH_ENTRIES;
use crate::model::{Message, QueueKind, QueueUrl, ReceiptHandle};
use crate::server::sqs::{Receive, Sqs, SqsError};

/// For how many seconds a look hides what it receives. SQS gives it back by itself after that, should the console die;
/// a look that takes longer hides it anew.
pub const LEASE: u32 = 30;
/// So many milliseconds after nothing more is asked for giving back begins, although a receive may still wait for its
/// answer.
const PATIENCE_MILLIS: u64 = 5_000;
/// What is still wanted is hidden anew when so little is left of its lease, milliseconds.
const RENEW_MS: i64 = 15_000;
/// How often leases are looked at, milliseconds.
const TICK_MILLIS: u64 = 1_000;
/// A long poll of one second asks all of SQS's servers; a short one asks some (SQS Developer Guide, "Short and long
/// polling").
const WAIT: u32 = 1;
/// How many batches are given back side by side.
const RETURNS: usize = 4;
/// Before it is tried once more: most of what fails was throttled.
pub(super) const AGAIN: Duration = Duration::from_millis(250);

/// What a scan brought.
pub struct Scan {
    /// The snapshot, its messages given back.
    pub snapshot: Snapshot,
    /// The request id of the last receive.
    pub request_id: Option<String>,
    /// The call that failed, where one did; what had come by then is in the snapshot.
    pub error: Option<SqsError>,
    /// Whether the answer of a receive was lost that may have had its effect.
    pub lost: bool,
}

/// Receives as the plan says, then gives everything back, also after a failure; what a slow receive brings later goes
/// back by itself afterwards. The snapshot's `started_ms` is the wall clock at the start; passing time is measured by
/// the timer. When the console closes, what has come goes back.
pub async fn scan(
    sqs: &Arc<dyn Sqs>,
    url: &QueueUrl,
    kind: QueueKind,
    mut plan: Plan,
    mut snapshot: Snapshot,
    closing: &CancellationToken,
) -> Scan {
    let started = Instant::now();
    let started_ms = snapshot.started_ms;
    let now_ms = || started_ms + i64::try_from(started.elapsed().as_millis()).unwrap_or(0);
    let mut due = Some(started + Duration::from_millis(plan.millis() + PATIENCE_MILLIS));
    let mut lanes = FuturesUnordered::new();
    let (mut request_id, mut error, mut lost) = (None, None, false);
    loop {
        if closing.is_cancelled() {
            plan.end();
        }
        while let Some(count) = plan.ask(millis(started.elapsed())) {
            let receive = Receive { count, visibility_timeout: Some(LEASE), wait: WAIT };
            // SQS counts the lease from when it hands a message out, which is after this.
            let until_ms = now_ms() + i64::from(LEASE) * 1_000;
            lanes.push(async move { (count, until_ms, sqs.receive(url, receive).await) });
        }
        if due.is_some() {
            renew(sqs, url, kind, &mut snapshot, &now_ms).await;
        }
        let tick = Instant::now() + Duration::from_millis(TICK_MILLIS);
        let next = match due {
            Some(due) => timeout_at(due.min(tick), lanes.next()).await,
            None => Ok(lanes.next().await),
        };
        let Ok(next) = next else {
            if due.is_some_and(|due| due <= Instant::now()) {
                due = None;
                give_back(sqs, url, kind, &mut snapshot, &now_ms).await;
            }
            continue;
        };
        let Some((count, until_ms, answer)) = next else { break };
        match answer {
            Ok(answer) => {
                request_id = answer.request_id.or(request_id);
                plan.heard(count, answer.value.len(), answer.value.iter().map(Message::size).sum());
                snapshot.take(answer.value, until_ms);
            }
            Err(failed) => {
                plan.failed(count);
                lost |= !failed.had_no_effect();
                error.get_or_insert(failed);
            }
        }
    }
    snapshot.stop = plan.stop().cloned();
    give_back(sqs, url, kind, &mut snapshot, &now_ms).await;
    snapshot.finished_ms = Some(now_ms());
    Scan { snapshot, request_id, error, lost }
}

fn millis(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

/// Hides anew what came a while ago, for as long as the scan goes on. What cannot be hidden anew is left to its lease.
async fn renew(
    sqs: &Arc<dyn Sqs>,
    url: &QueueUrl,
    kind: QueueKind,
    snapshot: &mut Snapshot,
    now_ms: &(impl Fn() -> i64 + Sync),
) {
    let now = now_ms();
    let due = snapshot.entries.iter().filter(|entry| match entry.standing {
        Standing::Held { until_ms } => until_ms > now && until_ms - now <= RENEW_MS,
        _ => false,
    });
    let lanes = lanes(kind, due.map(|entry| &*entry.message));
    if lanes.is_empty() {
        return;
    }
    // SQS counts from when it is asked, which is after this.
    let until_ms = now_ms() + i64::from(LEASE) * 1_000;
    let renewed = hide(sqs, url, lanes, LEASE).await;
    for entry in snapshot.entries.iter_mut().filter(|entry| renewed.contains(&entry.message.receipt_handle)) {
        entry.standing = Standing::Held { until_ms };
    }
}

/// Makes every held message of a snapshot visible again, at once. What could not be given back is tried once more,
/// then left to the lease. What the lease has given back already is left alone: its handle is somebody else's by now.
async fn give_back(
    sqs: &Arc<dyn Sqs>,
    url: &QueueUrl,
    kind: QueueKind,
    snapshot: &mut Snapshot,
    now_ms: &(impl Fn() -> i64 + Sync),
) {
    for again in [false, true] {
        let now_ms = now_ms();
        let held = snapshot.entries.iter().filter(|entry| entry.actionable(now_ms));
        let lanes = lanes(kind, held.map(|entry| &*entry.message));
        if lanes.is_empty() {
            return;
        }
        if again {
            sleep(AGAIN).await;
        }
        let returned = hide(sqs, url, lanes, 0).await;
        for entry in &mut snapshot.entries {
            if returned.contains(&entry.message.receipt_handle) {
                entry.standing = Standing::Returned;
            }
        }
    }
}

/// The handles of messages in batches of ten, in lanes that are asked side by side; within a lane one batch follows the
/// other. On FIFO a group is in one lane, by sequence number: it must be visible again from its first message on.
pub(super) fn lanes<'a>(kind: QueueKind, messages: impl Iterator<Item = &'a Message>) -> Vec<Vec<Vec<ReceiptHandle>>> {
    if kind == QueueKind::Standard {
        let batches = batches(kind, messages);
        let lane = |n: usize| batches.iter().skip(n).step_by(RETURNS).cloned().collect();
        return (0..RETURNS.min(batches.len())).map(lane).collect();
    }
    let mut groups: BTreeMap<Option<&str>, Vec<&Message>> = BTreeMap::new();
    for message in messages {
        groups.entry(message.group_id()).or_default().push(message);
    }
    let mut lanes: Vec<Vec<&Message>> = vec![Vec::new(); RETURNS.min(groups.len())];
    for group in groups.into_values() {
        if let Some(shortest) = lanes.iter_mut().min_by_key(|lane| lane.len()) {
            shortest.extend(group);
        }
    }
    lanes.into_iter().map(|lane| batches(kind, lane.into_iter())).collect()
}

/// Hides these for so many seconds from now, one request per batch; 0 makes them visible. Answers those for which SQS
/// says that it is done.
pub(super) async fn hide(
    sqs: &Arc<dyn Sqs>,
    url: &QueueUrl,
    lanes: Vec<Vec<Vec<ReceiptHandle>>>,
    seconds: u32,
) -> BTreeSet<ReceiptHandle> {
    let lanes = lanes.into_iter().map(|lane| async move {
        let mut done = Vec::new();
        for batch in lane {
            let changes: Vec<(ReceiptHandle, u32)> = batch.iter().map(|handle| (handle.clone(), seconds)).collect();
            if let Ok(answer) = sqs.change_visibility_batch(url, &changes).await {
                done.extend(answer.value.succeeded.into_iter().filter_map(|(at, ())| batch.get(at).cloned()));
            }
        }
        done
    });
    join_all(lanes).await.into_iter().flatten().collect()
}

/// The handles of the messages in batches of ten, in the order in which they are given back: on FIFO by sequence number, so that no
/// consumer gets a later message of a group before an earlier one.
pub fn batches<'a>(kind: QueueKind, messages: impl Iterator<Item = &'a Message>) -> Vec<Vec<ReceiptHandle>> {
    let mut messages: Vec<&Message> = messages.collect();
    if kind == QueueKind::Fifo {
        messages.sort_by_key(|message| message.sequence_number());
    }
    let handle = |message: &&Message| message.receipt_handle.clone();
    messages.chunks(BATCH_ENTRIES).map(|batch| batch.iter().map(handle).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::services::messages::snapshot::tests::message;

    #[test]
    fn fifo_is_given_back_in_the_order_of_its_sequence() {
        let messages = [("c", "18850000000000000300"), ("a", "900"), ("b", "18850000000000000200")];
        let messages: Vec<Message> = messages.iter().map(|(id, n)| message(id, "", Some(n))).collect();
        let order = |kind| {
            let batches = batches(kind, messages.iter());
            batches.concat().iter().map(|handle| handle.as_str().replace("handle of ", "")).collect::<Vec<_>>()
        };
        assert_eq!(order(QueueKind::Fifo), ["a", "b", "c"], "as numbers, not as texts");
        assert_eq!(order(QueueKind::Standard), ["c", "a", "b"]);
    }

    #[test]
    fn fifo_groups_are_given_back_side_by_side_each_in_its_order() {
        let letter = |n: usize| {
            let mut message = message(&n.to_string(), "", Some(&n.to_string()));
            message.system.insert("MessageGroupId".into(), format!("g{}", n % 7));
            message
        };
        let messages: Vec<Message> = (0..100).rev().map(letter).collect();
        let lanes = lanes(QueueKind::Fifo, messages.iter());
        assert_eq!(lanes.len(), RETURNS);
        let number = |handle: &ReceiptHandle| handle.as_str().replace("handle of ", "").parse::<usize>().unwrap();
        let lanes: Vec<Vec<usize>> = lanes.iter().map(|lane| lane.concat().iter().map(number).collect()).collect();
        assert_eq!(lanes.iter().map(Vec::len).sum::<usize>(), 100);
        for lane in &lanes {
            assert!(lane.len() <= 30 && lane.is_sorted(), "{lane:?}");
            let groups = lane.iter().map(|n| n % 7).collect::<BTreeSet<_>>();
            let elsewhere = lanes.iter().filter(|other| other.iter().any(|n| groups.contains(&(n % 7))));
            assert_eq!(elsewhere.count(), 1, "a group is in one lane");
        }
    }

    #[test]
    fn batches_have_at_most_ten() {
        let messages: Vec<Message> = (0..23).map(|n| message(&n.to_string(), "", None)).collect();
        let sizes: Vec<usize> = batches(QueueKind::Standard, messages.iter()).iter().map(Vec::len).collect();
        assert_eq!(sizes, [10, 10, 3]);
    }
}
