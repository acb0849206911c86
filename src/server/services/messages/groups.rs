//! The message groups of a FIFO queue, as far as a snapshot tells. Pure.
//!
//! SQS hands out a group's messages in order, and none while one of them is in flight (SQS Developer Guide, "FIFO
//! delivery logic"). So what blocks a group is its first message; a group whose first message somebody else holds does
//! not come by at all.

use std::collections::{BTreeMap, BTreeSet};

use super::snapshot::{Entry, Snapshot, Standing};

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// How many of its messages match.
    pub count: usize,
    /// When the first of these was sent, milliseconds since 1970.
    pub oldest: Option<i64>,
    /// When the last of these was sent, milliseconds since 1970.
    pub newest: Option<i64>,
    /// The place of its first message in the snapshot, whether it matches or not: the others wait for it.
    pub first: usize,
    /// What its other messages wait for.
    pub block: Block,
}

/// What the messages of a group wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// Its first message is held here.
    Held {
        /// Until then, milliseconds since 1970, or until it is released.
        until_ms: i64,
    },
    /// Its first message came before and is there again: it fails, and the others wait behind it.
    Retried {
        /// How often it was received.
        receives: u32,
    },
    /// Nothing that is known here.
    Free,
}

/// The groups of the messages at these places of the snapshot, the one whose first message was sent first before the
/// others.
pub fn groups(snapshot: &Snapshot, matching: &[usize], now_ms: i64) -> Vec<Group> {
    let matching: BTreeSet<&usize> = matching.iter().collect();
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, entry) in snapshot.entries.iter().enumerate().filter(|(_, entry)| entry.standing != Standing::Deleted) {
        found.entry(entry.message.group_id().unwrap_or_default()).or_default().push(at);
    }
    let group = |(id, places): (&str, Vec<usize>)| {
        let entry = |at: &usize| &snapshot.entries[*at];
        // Without a number the order in which they came is the best that is known.
        let first = *places.iter().min_by_key(|at| entry(at).message.sequence_number())?;
        let shown = || places.iter().filter(|at| matching.contains(at));
        let sent = || shown().filter_map(|at| entry(at).message.sent_at());
        let (oldest, newest, count) = (sent().min(), sent().max(), shown().count());
        (count > 0).then_some(Group {
            id: id.to_owned(),
            count,
            oldest,
            newest,
            first,
            block: block(&snapshot.entries[first], now_ms),
        })
    };
    let mut groups: Vec<Group> = found.into_iter().filter_map(group).collect();
    groups.sort_by_key(|group| (group.oldest.unwrap_or(i64::MAX), group.first));
    groups
}

fn block(first: &Entry, now_ms: i64) -> Block {
    match (&first.standing, first.message.receive_count()) {
        (Standing::Held { until_ms }, _) if *until_ms > now_ms => Block::Held { until_ms: *until_ms },
        (_, Some(receives)) if receives > 1 => Block::Retried { receives },
        _ => Block::Free,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Message;
    use crate::server::services::messages::snapshot::Origin;
    use crate::server::services::messages::tests::message;

    fn letter(id: &str, group: &str, sequence: u32, receives: u32) -> Message {
        let mut message = message(id, "", None);
        for (name, value) in [
            ("MessageGroupId", group.to_owned()),
            ("SequenceNumber", format!("188{sequence:017}")),
            ("ApproximateReceiveCount", receives.to_string()),
            ("SentTimestamp", (1_000 * sequence).to_string()),
        ] {
            message.system.insert(name.into(), value);
        }
        message
    }

    #[test]
    fn the_first_message_of_a_group_tells_what_the_others_wait_for() {
        let mut snapshot = Snapshot::begun(Origin::Look, 0, 10, 10, 30);
        let messages =
            [letter("b2", "b", 9, 1), letter("a1", "a", 5, 3), letter("b1", "b", 3, 1), letter("c1", "c", 4, 1)];
        snapshot.take(messages.to_vec(), 30_000);
        for at in [0, 1, 3] {
            snapshot.entries[at].standing = Standing::Returned;
        }
        let all = [0, 1, 2, 3];
        let found = groups(&snapshot, &all, 10_000);
        let told: Vec<_> = found.iter().map(|group| (group.id.as_str(), group.count, group.block)).collect();
        let held = Block::Held { until_ms: 30_000 };
        assert_eq!(told, [("b", 2, held), ("c", 1, Block::Free), ("a", 1, Block::Retried { receives: 3 })]);
        assert_eq!((found[0].first, found[0].oldest, found[0].newest), (2, Some(3_000), Some(9_000)));
        assert_eq!(groups(&snapshot, &all, 31_000)[0].block, Block::Free, "its hold is over");
        let filtered = groups(&snapshot, &[0], 10_000);
        let told: Vec<_> = filtered.iter().map(|group| (group.count, group.first, group.block)).collect();
        assert_eq!(told, [(1, 2, held)], "a filter leaves one, and what it waits for is not hidden by it");
        snapshot.entries[1].standing = Standing::Deleted;
        assert_eq!(groups(&snapshot, &all, 0).len(), 2);
    }
}
