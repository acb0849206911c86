//! The way to the journal, and the proofs that come back from it.
//!
//! This file is where two invariants live, in types. A [`Send`](super::Command::Send) carries [`Dispatch`]es, and only a
//! [`Durable`] intent makes one; a [`Delete`](super::Command::Delete) carries [`Deletion`]s, and only a [`Durable`]
//! acknowledgement makes one. And a [`Durable`] comes from nothing but a commit that was reported, or from a row that the
//! journal gave back. So what is not on the disk is not sent, and what was not sent is not deleted, whatever the rest of
//! the engine does.
//!
//! One commit is under way at a time. What is written meanwhile waits and goes with the next: a group commit over all
//! lanes, whose size adapts to the disk.

use std::collections::VecDeque;
use std::sync::Arc;

use super::parcel::Parcel;
use super::rows::RowNo;
use crate::model::journal::{Change, Closing, Intent, JournalRow, Record, Stage};
use crate::model::{MessageId, ReceiptHandle};

/// That an attempt is about to be made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attempt(());

/// That SQS accepted a message and its checksums agree.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ack {
    /// The id of the copy.
    pub copy: MessageId,
}

/// Handed to the journal; not known to be on the disk.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Written<T> {
    place: u64,
    what: T,
}

/// On the disk.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Durable<T>(T);

/// An entry of a send. The intent behind it is on the disk, and is used up by it.
#[derive(Debug)]
pub struct Dispatch {
    parcel: Parcel,
}

/// An entry of a delete. The acknowledgement behind it is on the disk.
#[derive(Debug, PartialEq, Eq)]
pub struct Deletion {
    handle: ReceiptHandle,
}

impl Durable<Attempt> {
    /// Uses the intent: one intent, one attempt.
    #[expect(clippy::unused_self, reason = "that there is one is all that is asked")]
    pub(super) fn dispatch(self, parcel: Parcel) -> Dispatch {
        Dispatch { parcel }
    }
}

impl Durable<Ack> {
    /// What the journal says of a message that was sent.
    pub(super) fn read(row: &JournalRow) -> Option<Self> {
        match (&row.stage, &row.copy) {
            (Stage::Sent | Stage::Done | Stage::Closed(Closing::NotSeenAgain | Closing::NotDeleted), Some(copy)) => {
                Some(Self(Ack { copy: copy.clone() }))
            }
            _ => None,
        }
    }

    /// The copy that makes the original superfluous.
    pub(super) fn copy(&self) -> &MessageId {
        &self.0.copy
    }

    /// The original may be deleted, as often as it comes by.
    #[expect(clippy::unused_self, reason = "that there is one is all that is asked")]
    pub(super) fn deletion(&self, handle: ReceiptHandle) -> Deletion {
        Deletion { handle }
    }
}

impl Dispatch {
    /// What to send.
    pub fn parcel(&self) -> &Parcel {
        &self.parcel
    }
}

impl Deletion {
    /// What to delete.
    pub fn handle(&self) -> &ReceiptHandle {
        &self.handle
    }
}

/// Records on their way to the disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Outbox {
    /// How many records were ever written: the place of the next one.
    written: u64,
    /// How many of them are on the disk.
    durable: u64,
    waiting: Vec<Record>,
    committing: Option<Arc<[Record]>>,
    /// Whether the records under way were handed over; after a failure they are handed over again.
    under_way: bool,
    /// Who wants to know when its record is on the disk, in the order of the journal.
    awaited: VecDeque<(u64, RowNo)>,
}

impl Outbox {
    /// Writes a record down that nobody waits for.
    pub fn note(&mut self, id: &MessageId, change: Change) {
        self.waiting.push(Record { id: id.clone(), change });
        self.written += 1;
    }

    /// Writes an attempt down.
    pub fn intend(&mut self, no: RowNo, id: &MessageId, intent: Intent) -> Written<Attempt> {
        self.await_(no, id, Change::Intend(intent), Attempt(()))
    }

    /// Writes an acknowledgement down.
    pub fn acknowledge(&mut self, no: RowNo, id: &MessageId, copy: MessageId, at_ms: i64) -> Written<Ack> {
        self.await_(no, id, Change::Sent { copy: copy.clone(), at_ms }, Ack { copy })
    }

    fn await_<T>(&mut self, no: RowNo, id: &MessageId, change: Change, what: T) -> Written<T> {
        let place = self.written;
        self.awaited.push_back((place, no));
        self.note(id, change);
        Written { place, what }
    }

    /// The next commit, if there is something to commit and nothing is under way.
    pub fn commit(&mut self) -> Option<Arc<[Record]>> {
        if self.under_way || (self.committing.is_none() && self.waiting.is_empty()) {
            return None;
        }
        self.under_way = true;
        let waiting = &mut self.waiting;
        Some(Arc::clone(self.committing.get_or_insert_with(|| std::mem::take(waiting).into())))
    }

    /// The commit under way is on the disk. Answers those who waited for it.
    pub fn committed(&mut self) -> Vec<RowNo> {
        self.under_way = false;
        self.durable += self.committing.take().map_or(0, |records| records.len() as u64);
        let known = self.awaited.iter().take_while(|(place, _)| *place < self.durable).count();
        self.awaited.drain(..known).map(|(_, no)| no).collect()
    }

    /// Everybody who waited has taken what was proven. Where nothing is left to prove, places are counted from 0 again.
    pub fn settled(&mut self) {
        if self.is_empty() {
            (self.written, self.durable) = (0, 0);
        }
    }

    /// The commit under way failed. The same records are handed over again: writing one twice changes nothing.
    pub fn failed(&mut self) {
        self.under_way = false;
    }

    /// What is known to be on the disk, or what it was.
    pub fn prove<T>(&self, written: Written<T>) -> Result<Durable<T>, Written<T>> {
        if written.place < self.durable { Ok(Durable(written.what)) } else { Err(written) }
    }

    /// Whether everything is on the disk.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.committing.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Code;

    #[test]
    fn a_record_is_proven_by_the_commit_that_took_it_and_by_no_other() {
        let mut outbox = Outbox::default();
        let id = MessageId::new("a");
        outbox.note(&id, Change::Done);
        assert_eq!(outbox.commit().map(|records| records.len()), Some(1));
        let written = outbox.acknowledge(RowNo(7), &id, MessageId::new("c"), 0);
        assert!(outbox.commit().is_none(), "one at a time");
        assert_eq!(outbox.committed(), []);
        let written = outbox.prove(written).unwrap_err();
        outbox.note(&id, Change::Refused { code: Code::new(""), refused: 1, extra: 0 });
        assert_eq!(outbox.commit().map(|records| records.len()), Some(2), "what waited goes together");
        outbox.failed();
        let written = outbox.prove(written).unwrap_err();
        assert_eq!(outbox.commit().map(|records| records.len()), Some(2), "the same again");
        assert_eq!(outbox.committed(), [RowNo(7)]);
        assert_eq!(outbox.prove(written).unwrap().copy().as_str(), "c");
        assert!(outbox.is_empty() && outbox.commit().is_none());
    }
}
