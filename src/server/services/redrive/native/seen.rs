//! What a snapshot says of the messages that would be moved.

use crate::model::QueueKind;
use crate::model::redrive::preflight::Seen;
use crate::server::services::messages::{Snapshot, Standing};

/// A snapshot older than this says nothing of what is there now, milliseconds.
const FRESH_MS: i64 = 24 * 60 * 60 * 1_000;
/// A day in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// What is known by a snapshot; nothing where it is empty, old, or a task that started after it has moved its messages.
pub(super) fn of(
    snapshot: &Snapshot,
    kind: QueueKind,
    retention: u32,
    newest_task: Option<i64>,
    now_ms: i64,
) -> Option<Seen> {
    let at_ms = snapshot.finished_ms.unwrap_or(now_ms);
    if now_ms - at_ms > FRESH_MS || newest_task.is_some_and(|started| started > snapshot.started_ms) {
        return None;
    }
    let mut seen = Seen { at_ms, ..Seen::default() };
    for entry in snapshot.entries.iter().filter(|entry| entry.standing != Standing::Deleted) {
        let message = &entry.message;
        // A FIFO queue counts from the arrival, which no message tells.
        let kept = message.sent_at().filter(|_| kind == QueueKind::Standard || message.source().is_none());
        let expires = kept.map(|at| at + i64::from(retention) * 1_000);
        if expires.is_some_and(|at| at <= now_ms) {
            continue;
        }
        seen.messages += 1;
        seen.held += u64::from(snapshot.is_holding() && entry.actionable(now_ms));
        seen.within_a_day += u64::from(expires.is_some_and(|at| at - now_ms <= DAY_MS));
        seen.first_expiry_ms = seen.first_expiry_ms.into_iter().chain(expires).min();
        seen.largest = seen.largest.max(message.size() as u64);
        *seen.origins.entry(message.source()).or_default() += 1;
    }
    (seen.messages > 0).then_some(seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Message;
    use crate::server::services::messages::Origin;
    use crate::server::services::messages::tests::message;

    const NOW: i64 = 1_000_000_000_000;

    fn sent(id: &str, ago_ms: i64, from: Option<&str>) -> Message {
        let mut message = message(id, "body", None);
        message.system.insert("SentTimestamp".into(), (NOW - ago_ms).to_string());
        if let Some(from) = from {
            let arn = format!("arn:aws:sqs:eu-west-1:1:{from}");
            message.system.insert("DeadLetterQueueSourceArn".into(), arn);
        }
        message
    }

    fn held(messages: Vec<Message>) -> Snapshot {
        let mut snapshot = Snapshot::begun(Origin::Hold, NOW - 5_000, 10, 10, 30);
        snapshot.take(messages, NOW + 30_000);
        snapshot
    }

    #[test]
    fn what_expires_first_and_where_it_came_from() {
        let day = u32::try_from(DAY_MS / 1_000).unwrap();
        let snapshot = held(vec![
            sent("a", DAY_MS / 2, Some("orders")),
            sent("b", 60_000, Some("orders")),
            sent("c", 90_000, None),
            sent("gone", 3 * DAY_MS, Some("orders")),
        ]);
        let seen = of(&snapshot, QueueKind::Standard, 2 * day, None, NOW).unwrap();
        assert_eq!((seen.messages, seen.held, seen.within_a_day, seen.largest), (3, 3, 0, 4));
        assert_eq!(seen.first_expiry_ms, Some(NOW + DAY_MS * 3 / 2));
        assert_eq!(seen.origins.values().copied().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(of(&snapshot, QueueKind::Standard, day, None, NOW).unwrap().within_a_day, 3);
        let fifo = of(&snapshot, QueueKind::Fifo, day, None, NOW).unwrap();
        assert_eq!((fifo.messages, fifo.within_a_day), (4, 1), "only what was sent here directly counts from its send");
    }

    #[test]
    fn a_snapshot_of_before_says_nothing() {
        let snapshot = held(vec![sent("a", 1_000, None)]);
        assert!(of(&snapshot, QueueKind::Standard, 86_400, Some(NOW - 6_000), NOW).is_some());
        assert_eq!(of(&snapshot, QueueKind::Standard, 86_400, Some(NOW - 1_000), NOW), None, "it has moved them");
        let mut old = snapshot.clone();
        old.finished_ms = Some(NOW - FRESH_MS - 1);
        assert_eq!(of(&old, QueueKind::Standard, 1_209_600, None, NOW), None);
        assert_eq!(of(&held(vec![]), QueueKind::Standard, 86_400, None, NOW), None);
    }
}
