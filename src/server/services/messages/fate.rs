//! What became of a message that something was done with.

use std::collections::BTreeMap;

use super::snapshot::{Snapshot, Standing};
use crate::model::form::held::Deed;
use crate::model::message::BatchOutcome;
use crate::model::{Code, MessageId, ReceiptHandle};
use crate::server::sqs::SqsError;
use crate::server::sqs::error::leaves_open;

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was done; a copy has this id.
    Done(Option<MessageId>),
    /// It was not done.
    Failed(Code),
    /// The answer was lost: it may have been done.
    Unknown(Code),
    /// It did not come by: deleted, expired, or in flight elsewhere.
    NotFound,
}

/// What became of each message, by the handle that was used: a newer receive of the same message is not meant.
pub type Fates = BTreeMap<ReceiptHandle, Fate>;

impl Fate {
    /// What a call that failed as a whole means for each of its entries.
    pub fn of_call(error: &SqsError) -> Self {
        let code = error.code.clone();
        if error.had_no_effect() { Self::Failed(code) } else { Self::Unknown(code) }
    }

    /// The message is visible again, so that its handle is of no use.
    pub fn visible_again() -> Self {
        Self::Failed(Code::new("VisibleAgain"))
    }

    /// What it means that a batch was answered without an entry's success.
    pub fn of_entry(code: Code) -> Self {
        if leaves_open(&code) { Self::Unknown(code) } else { Self::Failed(code) }
    }
}

/// What a batch answered, by handle.
pub fn by_handle(handles: &[ReceiptHandle], outcome: BatchOutcome<()>) -> Fates {
    let succeeded = outcome.succeeded.into_iter().map(|(at, ())| (at, Fate::Done(None)));
    let failed = outcome.failed.into_iter().map(|entry| (entry.index, Fate::of_entry(entry.code)));
    succeeded.chain(failed).filter_map(|(at, fate)| Some((handles.get(at)?.clone(), fate))).collect()
}

/// How many succeeded, failed, and are unknown.
pub fn count(fates: &Fates) -> (u64, u64, u64) {
    let of = |wanted: fn(&Fate) -> bool| fates.values().filter(|fate| wanted(fate)).count() as u64;
    let (done, unknown) = (of(|fate| matches!(fate, Fate::Done(_))), of(|fate| matches!(fate, Fate::Unknown(_))));
    (done, fates.len() as u64 - done - unknown, unknown)
}

/// Writes what became of messages into the snapshot; `sent_ms` is when SQS was asked.
pub fn settle(snapshot: &mut Snapshot, deed: Deed, fates: &Fates, sent_ms: i64) {
    for entry in &mut snapshot.entries {
        let Some(fate) = fates.get(&entry.message.receipt_handle) else { continue };
        if entry.standing == Standing::Deleted {
            // Nothing more can become of it.
            continue;
        }
        entry.unknown = matches!(fate, Fate::Unknown(_));
        match fate {
            Fate::Failed(code) | Fate::Unknown(code) => entry.failed = Some(code.clone()),
            Fate::Done(_) => {
                entry.failed = None;
                entry.leased = false;
                entry.standing = match deed {
                    Deed::Delete => Standing::Deleted,
                    Deed::Hide(0) => Standing::Returned,
                    Deed::Hide(seconds) => Standing::Held { until_ms: sent_ms + i64::from(seconds) * 1_000 },
                };
            }
            Fate::NotFound => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Message;
    use crate::model::message::EntryFailure;
    use crate::server::services::messages::snapshot::Origin;
    use crate::server::services::messages::tests::message;
    use crate::server::sqs::error::MD5_MISMATCH;

    fn handle(id: &str) -> ReceiptHandle {
        ReceiptHandle::new(format!("handle of {id}"))
    }

    #[test]
    fn each_message_keeps_its_own_result() {
        let mut snapshot = Snapshot::begun(Origin::Hold, 0, 10, 10, 30);
        snapshot.take(["a", "b", "c"].map(|id| message(id, "", None)).to_vec(), 30_000);
        let failed =
            vec![EntryFailure { index: 1, code: Code::new("ReceiptHandleIsInvalid"), sender_fault: true, made: None }];
        let mut fates = by_handle(&["a", "b"].map(handle), BatchOutcome { succeeded: vec![(0, ())], failed });
        assert_eq!(count(&fates), (1, 1, 0));

        let mut deleted = snapshot.clone();
        settle(&mut deleted, Deed::Delete, &fates, 1_000);
        assert_eq!(deleted.entries[0].standing, Standing::Deleted);
        settle(&mut deleted, Deed::Delete, &Fates::from([(handle("a"), Fate::visible_again())]), 1_000);
        assert_eq!(deleted.entries[0].failed, None, "a second click does not fail what is done");
        assert_eq!(deleted.entries[1].failed, Some(Code::new("ReceiptHandleIsInvalid")));
        assert_eq!(deleted.entries[2], snapshot.entries[2], "it was not chosen");

        fates.insert(handle("c"), Fate::Unknown(Code::new("Timeout")));
        assert_eq!(count(&fates), (1, 1, 1));
        settle(&mut snapshot, Deed::Hide(60), &fates, 1_000);
        assert_eq!(snapshot.entries[0].standing, Standing::Held { until_ms: 61_000 });
        assert!(snapshot.entries[2].unknown && !snapshot.entries[1].unknown);
    }

    #[test]
    fn an_entry_that_the_answer_leaves_open_may_have_been_done() {
        let codes = ["NoAnswer", MD5_MISMATCH, "InternalError"].map(Code::new);
        let failed = codes.into_iter().enumerate();
        let failed =
            failed.map(|(index, code)| EntryFailure { index, code, sender_fault: false, made: None }).collect();
        let fates = by_handle(&["a", "b", "c"].map(handle), BatchOutcome { succeeded: Vec::new(), failed });
        assert_eq!(count(&fates), (0, 1, 2), "{fates:?}");
    }

    #[test]
    fn a_newer_receive_of_the_same_message_is_not_meant() {
        let mut snapshot = Snapshot::begun(Origin::Hold, 0, 10, 10, 30);
        let newer = Message { receipt_handle: ReceiptHandle::new("newer"), ..message("a", "", None) };
        snapshot.take(vec![newer], 30_000);
        let before = snapshot.clone();
        settle(&mut snapshot, Deed::Delete, &Fates::from([(handle("a"), Fate::Done(None))]), 1_000);
        assert_eq!(snapshot, before);
    }
}
