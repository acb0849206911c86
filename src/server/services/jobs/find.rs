//! Messages that nobody holds are found again by receiving: the wanted ones are kept, all others wait for the end and
//! are given back then, so that they are not met twice.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::model::{Message, MessageId, QueueKind, ReceiptHandle};

/// For how many seconds what comes by is hidden, until it is renewed or given back. SQS gives it back by itself after
/// that, should the console die.
pub const LEASE: u32 = 60;
/// What is held is hidden anew when less than this is left of its lease.
const RENEW_MS: i64 = 30_000;
/// So many long polls that find nothing are the end of it.
const EMPTY_POLLS: u32 = 3;
/// So many messages are held at most: each of them is one that consumers miss meanwhile.
const MOST: usize = 10_000;
/// So long it goes on at most.
pub const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// A search: what is still wanted, and what has come by.
#[derive(Debug)]
pub struct Search {
    wanted: BTreeSet<MessageId>,
    others: BTreeMap<MessageId, Other>,
    empty: u32,
}

#[derive(Debug)]
struct Other {
    handle: ReceiptHandle,
    sequence: Option<u128>,
    until_ms: i64,
}

impl Search {
    /// For these messages.
    pub fn new(wanted: impl IntoIterator<Item = MessageId>) -> Self {
        Self { wanted: wanted.into_iter().collect(), others: BTreeMap::new(), empty: 0 }
    }

    /// Whether there is something to receive for.
    pub fn goes_on(&self) -> bool {
        !self.wanted.is_empty() && self.empty < EMPTY_POLLS && self.others.len() < MOST
    }

    /// What did not come by.
    pub fn missing(self) -> BTreeSet<MessageId> {
        self.wanted
    }

    /// Sorts what a receive brought, hidden until `until_ms`: answers the wanted ones, keeps the handles of the others.
    pub fn heard(&mut self, messages: Vec<Message>, until_ms: i64) -> Vec<Message> {
        self.empty = if messages.is_empty() { self.empty + 1 } else { 0 };
        let (found, others): (Vec<_>, Vec<_>) =
            messages.into_iter().partition(|message| self.wanted.remove(&message.id));
        for message in others {
            let sequence = message.sequence_number();
            self.others.insert(message.id, Other { handle: message.receipt_handle, sequence, until_ms });
        }
        found
    }

    /// The handles whose lease must be renewed now; they are hidden until `until_ms` then.
    pub fn renew(&mut self, now_ms: i64, until_ms: i64) -> Vec<ReceiptHandle> {
        let due = self.others.values_mut().filter(|other| other.until_ms - now_ms < RENEW_MS);
        due.map(|other| {
            other.until_ms = until_ms;
            other.handle.clone()
        })
        .collect()
    }

    /// The handles of everything that must be given back, on FIFO in the order of the sequence numbers: a group must be
    /// visible again from its first message on.
    pub fn give_back(&mut self, kind: QueueKind) -> Vec<ReceiptHandle> {
        let mut others: Vec<Other> = std::mem::take(&mut self.others).into_values().collect();
        if kind == QueueKind::Fifo {
            others.sort_by_key(|other| other.sequence);
        }
        others.into_iter().map(|other| other.handle).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::services::messages::tests::message;

    fn search(wanted: &[&str]) -> Search {
        Search::new(wanted.iter().map(|id| MessageId::new(*id)))
    }

    fn messages(ids: &[&str]) -> Vec<Message> {
        ids.iter().map(|id| message(id, "", None)).collect()
    }

    #[test]
    fn the_wanted_are_kept_and_the_others_given_back_once() {
        let mut search = search(&["b", "x"]);
        let found = search.heard(messages(&["a", "b"]), 60_000);
        assert_eq!(found.iter().map(|message| message.id.as_str()).collect::<Vec<_>>(), ["b"]);
        assert_eq!(search.heard(messages(&["a"]), 60_000), [], "it came by again");
        assert!(search.goes_on());
        assert_eq!(search.renew(30_000, 90_000).len(), 0);
        assert_eq!(search.renew(30_001, 90_001).len(), 1);
        assert_eq!(search.renew(30_002, 90_002).len(), 0, "renewed a moment ago");
        assert_eq!(search.give_back(QueueKind::Standard).len(), 1);
        assert_eq!(search.give_back(QueueKind::Standard).len(), 0);
        assert_eq!(search.missing().len(), 1);
    }

    #[test]
    fn it_ends_when_all_is_found_or_nothing_comes_any_more() {
        let mut all = search(&["a"]);
        all.heard(messages(&["a"]), 0);
        assert!(!all.goes_on());
        let mut none = search(&["a"]);
        for _ in 0..2 {
            none.heard(vec![], 0);
        }
        assert!(none.goes_on());
        none.heard(messages(&["b"]), 0);
        for _ in 0..3 {
            none.heard(vec![], 0);
        }
        assert!(!none.goes_on());
    }

    #[test]
    fn fifo_is_given_back_from_the_first_message_on() {
        let mut search = search(&["x"]);
        search.heard(vec![message("b", "", Some("20")), message("a", "", Some("3"))], 0);
        assert_eq!(
            search.give_back(QueueKind::Fifo),
            ["a", "b"].map(|id| ReceiptHandle::new(format!("handle of {id}")))
        );
    }
}
