//! What was sent to FIFO queues within the deduplication window, so that a message that SQS accepts but does not deliver
//! does not look like a sent one.

use std::collections::VecDeque;

use crate::model::message::Sent;
use crate::model::{Attributes, Draft, QueueName};

/// For how long SQS remembers a deduplication id, milliseconds (SQS Developer Guide, "Exactly-once processing").
const WINDOW_MS: i64 = 5 * 60 * 1_000;
/// How many sends are remembered.
const KEPT: usize = 4_096;

#[derive(Debug, PartialEq, Eq)]
struct Key {
    queue: QueueName,
    /// The group, where the queue deduplicates within groups.
    scope: Option<String>,
    /// The explicit id, or the digest of the body.
    id: String,
    explicit: bool,
}

/// The sends of the last five minutes.
#[derive(Debug, Default)]
pub struct Recent(VecDeque<(i64, Key)>);

impl Recent {
    /// Notes a send that SQS accepted; tells whether one with the same deduplication id came before it, so that SQS
    /// does not deliver it. Only sends of this console are known.
    pub fn note(
        &mut self,
        queue: &QueueName,
        attributes: &Attributes,
        draft: &Draft,
        sent: &Sent,
        now_ms: i64,
    ) -> bool {
        let Some(fifo) = &attributes.fifo else { return false };
        let per_group = fifo.deduplication_scope.as_deref() == Some("messageGroup");
        let key = Key {
            queue: queue.clone(),
            scope: draft.group_id.clone().filter(|_| per_group),
            id: draft.deduplication_id.clone().unwrap_or_else(|| sent.md5_of_body.clone()),
            explicit: draft.deduplication_id.is_some(),
        };
        while self.0.len() >= KEPT || self.0.front().is_some_and(|(at, _)| now_ms - at >= WINDOW_MS) {
            self.0.pop_front();
        }
        // The window runs from the first accepted send; a duplicate does not extend it.
        let duplicate = self.0.iter().any(|(_, known)| *known == key);
        if !duplicate {
            self.0.push_back((now_ms, key));
        }
        duplicate
    }

    /// Forgets what was sent to a queue: it was deleted, and SQS with it what it remembered.
    pub fn forget(&mut self, queue: &QueueName) {
        self.0.retain(|(_, key)| key.queue != *queue);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MessageId;
    use crate::model::queue::FifoSettings;

    struct Sender(Recent, Attributes);

    impl Sender {
        fn to(scope: Option<&str>) -> Self {
            let fifo = FifoSettings { deduplication_scope: scope.map(str::to_owned), ..FifoSettings::default() };
            Self(Recent::default(), Attributes { fifo: Some(fifo), ..Attributes::default() })
        }

        fn send(&mut self, group: &str, id: Option<&str>, md5: &str, now_ms: i64) -> bool {
            let draft =
                Draft { group_id: Some(group.into()), deduplication_id: id.map(str::to_owned), ..Draft::default() };
            let sent = Sent { id: MessageId::new("m"), md5_of_body: md5.into(), sequence_number: None };
            self.0.note(&"q.fifo".parse().unwrap(), &self.1, &draft, &sent, now_ms)
        }
    }

    #[test]
    fn the_same_id_within_five_minutes_is_a_duplicate() {
        let mut sender = Sender::to(None);
        assert!(!sender.send("a", Some("1"), "x", 0));
        assert!(sender.send("b", Some("1"), "y", 299_999), "whatever the group and the body");
        assert!(!sender.send("a", Some("1"), "x", 300_000), "the window runs from the first");
        assert!(!sender.send("a", None, "1", 300_001), "a digest is no explicit id");
        assert!(sender.send("a", None, "1", 300_002), "the same body");
        sender.0.forget(&"other.fifo".parse().unwrap());
        assert!(sender.send("a", None, "1", 300_003), "another queue was deleted");
        sender.0.forget(&"q.fifo".parse().unwrap());
        assert!(!sender.send("a", None, "1", 300_004), "a new queue of that name knows nothing");
    }

    #[test]
    fn a_scope_of_groups_keeps_them_apart() {
        let mut sender = Sender::to(Some("messageGroup"));
        assert!(!sender.send("a", Some("1"), "x", 0));
        assert!(!sender.send("b", Some("1"), "x", 1));
        assert!(sender.send("a", Some("1"), "x", 2));
    }

    #[test]
    fn standard_queues_know_no_duplicates() {
        let mut sender = Sender(Recent::default(), Attributes::default());
        assert!(!sender.send("a", None, "x", 0));
        assert!(!sender.send("a", None, "x", 1));
    }
}
