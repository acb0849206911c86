//! Messages that nobody holds are found again by receiving: the wanted ones are kept, all others wait for the end and
//! are given back then, so that they are not met twice.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::model::{Message, MessageId, QueueKind, ReceiptHandle};

/// For how many seconds what comes by is hidden, until it is renewed or given back. SQS gives it back by itself after
/// that, should the console die.
pub const LEASE: u32 = 60;
const LEASE_MS: i64 = LEASE as i64 * 1_000;
/// What is held is hidden anew when less than this is left of its lease.
const RENEW_MS: i64 = 30_000;
/// So many long polls that find nothing are the end of it.
const EMPTY_POLLS: u32 = 3;
/// So many messages are held at most: each of them is one that consumers miss meanwhile.
pub const MOST: usize = 10_000;
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
        !self.wanted.is_empty() && self.empty < EMPTY_POLLS && !self.is_full()
    }

    /// Whether it ended because it holds as many messages as it may: what was not found may still be there.
    pub fn is_full(&self) -> bool {
        self.others.len() >= MOST
    }

    /// What did not come by.
    pub fn missing(self) -> BTreeSet<MessageId> {
        self.wanted
    }

    /// Sorts what a receive at `now_ms` brought: answers the wanted ones, keeps the handles of the others.
    pub fn heard(&mut self, messages: Vec<Message>, now_ms: i64) -> Vec<Message> {
        self.empty = if messages.is_empty() { self.empty + 1 } else { 0 };
        let (found, others): (Vec<_>, Vec<_>) =
            messages.into_iter().partition(|message| self.wanted.remove(&message.id));
        self.keep(others, now_ms);
        found
    }

    /// Keeps the handles of messages that came at `now_ms` until the end, when they are given back.
    pub fn keep(&mut self, messages: impl IntoIterator<Item = Message>, now_ms: i64) {
        for message in messages {
            let sequence = message.sequence_number();
            let other = Other { handle: message.receipt_handle, sequence, until_ms: now_ms + LEASE_MS };
            self.others.insert(message.id, other);
        }
    }

    /// The handles whose lease must be renewed now. What ran out is forgotten: somebody else may have it by now.
    pub fn due(&mut self, now_ms: i64) -> Vec<ReceiptHandle> {
        self.others.retain(|_, other| other.until_ms > now_ms);
        // More than a whole lease is left only where the clock was put back, and then nobody knows how much it is.
        let due = self.others.values().filter(|other| !(RENEW_MS..=LEASE_MS).contains(&(other.until_ms - now_ms)));
        due.map(|other| other.handle.clone()).collect()
    }

    /// Writes down which were hidden anew by a call at `now_ms`.
    pub fn renewed(&mut self, handles: &BTreeSet<ReceiptHandle>, now_ms: i64) {
        for other in self.others.values_mut().filter(|other| handles.contains(&other.handle)) {
            other.until_ms = now_ms + LEASE_MS;
        }
    }

    /// The handles of everything that must be given back, on FIFO in the order of the sequence numbers: a group must be
    /// visible again from its first message on. What ran out is visible already.
    pub fn give_back(&mut self, kind: QueueKind, now_ms: i64) -> Vec<ReceiptHandle> {
        let others = std::mem::take(&mut self.others).into_values();
        let mut others: Vec<Other> = others.filter(|other| other.until_ms > now_ms).collect();
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
        let found = search.heard(messages(&["a", "b"]), 0);
        assert_eq!(found.iter().map(|message| message.id.as_str()).collect::<Vec<_>>(), ["b"]);
        assert_eq!(search.heard(messages(&["a"]), 0), [], "it came by again");
        assert!(search.goes_on());
        assert_eq!(search.due(30_000).len(), 0);
        let due: BTreeSet<_> = search.due(30_001).into_iter().collect();
        assert_eq!(due.len(), 1);
        search.renewed(&due, 30_001);
        assert_eq!(search.due(30_002).len(), 0, "renewed a moment ago");
        search.keep(found, 30_002);
        assert_eq!(search.give_back(QueueKind::Standard, 30_003).len(), 2, "what could not be done goes back, too");
        assert_eq!(search.give_back(QueueKind::Standard, 30_003).len(), 0);
        assert_eq!(search.missing().len(), 1);
    }

    #[test]
    fn what_could_not_be_hidden_anew_is_somebody_elses_after_its_lease() {
        let mut search = search(&["x"]);
        search.heard(messages(&["a"]), 0);
        assert_eq!(search.due(59_999).len(), 1);
        assert_eq!(search.due(59_999).len(), 1, "nobody said that it was renewed");
        assert_eq!(search.give_back(QueueKind::Standard, 60_000), []);
        search.heard(messages(&["b"]), 100_000);
        assert_eq!(search.due(0).len(), 1, "the clock was put back");
        assert_eq!(search.due(160_000), []);
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
    fn it_ends_when_it_holds_too_much_and_says_so() {
        let mut search = search(&["x"]);
        let others: Vec<_> = (0..MOST).map(|n| message(&n.to_string(), "", None)).collect();
        search.keep(others[1..].to_vec(), 0);
        assert!(search.goes_on() && !search.is_full());
        search.keep(others[..1].to_vec(), 0);
        assert!(!search.goes_on() && search.is_full());
    }

    #[test]
    fn fifo_is_given_back_from_the_first_message_on() {
        let mut search = search(&["x"]);
        search.heard(vec![message("b", "", Some("20")), message("a", "", Some("3"))], 0);
        assert_eq!(
            search.give_back(QueueKind::Fifo, 0),
            ["a", "b"].map(|id| ReceiptHandle::new(format!("handle of {id}")))
        );
    }
}
