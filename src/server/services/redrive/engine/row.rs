//! One message: its states, the only ways from one to another, and how many copies of it there may be.
//!
//! ```text
//!            journal           SQS            journal          SQS
//! Idle ─► Intending ─► Ready ─► Sending ─► Accepted ─► Sent ─► Deleting ─► Done
//!   ▲                    │         │                    ▲         │          │
//!   └── not made ────────┘         │                    └─ no ────┘          │
//!   └── no, or unknown ────────────┘                    └── came by again ───┘
//! ```
//!
//! A `Sent` message never leaves the right half: it is deleted as often as it comes by, and never sent again. A transition
//! that is not drawn is a fault of this program and panics: that ends the redrive as a crash would, and a crash loses
//! nothing.

use std::hash::{Hash, Hasher};
use std::mem;
use std::sync::Arc;

use super::groups::GroupNo;
use super::lease::Lease;
use super::outbox::{Ack, Attempt, Deletion, Dispatch, Durable, Outbox, Written};
use super::parcel::Parcel;
use crate::model::journal::{Closing, QueueNo};
use crate::model::{Message, MessageId};

/// How far a message is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum State {
    /// To be sent.
    Idle,
    /// The intent to send it is on its way to the disk.
    Intending(Written<Attempt>),
    /// It may be sent.
    Ready(Durable<Attempt>),
    /// It is being sent.
    Sending,
    /// SQS accepted it; the acknowledgement is on its way to the disk.
    Accepted(Written<Ack>),
    /// To be deleted.
    Sent(Durable<Ack>),
    /// It is being deleted.
    Deleting(Durable<Ack>),
    /// Deleted. Kept in mind, since it may come by again.
    Done(Durable<Ack>),
    /// Not ours to send: it only came by.
    Aside,
    /// Not to be sent any more.
    Closed(Closing),
}

/// What is held of a message between its receive and its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hold {
    /// As the last receive returned it.
    pub message: Arc<Message>,
    /// For how long.
    pub lease: Lease,
    /// When to look at the lease again.
    pub due_ms: i64,
}

/// The handle stands for the message of that receive.
impl Hash for Hold {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.message.receipt_handle, self.lease, self.due_ms).hash(state);
    }
}

/// How often it was sent, and what may have come of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Tally {
    /// Attempts that were about to be made.
    pub attempts: u32,
    /// Those of them that had no effect for certain.
    pub refused: u32,
    /// How many copies there may be.
    pub copies: u32,
    /// The same without the last attempt.
    pub copies_before: u32,
    /// The first attempt that may have had an effect.
    pub first: Option<First>,
}

/// When the first attempt was made that may have had an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct First {
    /// By the wall clock, for the journal.
    pub wall_ms: i64,
    /// Until when deduplication is relied upon, by the monotonic clock: nobody can set that one.
    pub covered_until_ms: i64,
}

impl Tally {
    /// Whether an attempt may have had an effect.
    pub fn is_open(&self) -> bool {
        self.copies > 0
    }

    /// Whether another attempt cannot make another copy: none was made, or deduplication swallows it.
    pub fn is_covered(&self, now_ms: i64) -> bool {
        !self.is_open() || self.first.is_some_and(|first| now_ms < first.covered_until_ms)
    }

    /// Whether the last attempt makes no second copy only because deduplication swallows it.
    pub fn relies_on_coverage(&self) -> bool {
        self.copies_before > 0 && self.copies == self.copies_before
    }

    /// When the last attempt must begin at the latest, if it relies on deduplication.
    pub fn send_by_ms(&self) -> i64 {
        let covered = self.first.filter(|_| self.relies_on_coverage());
        covered.map_or(i64::MAX, |first| first.covered_until_ms - 1)
    }

    /// How many copies there may be beside the one that is wanted.
    pub fn extra(&self) -> u32 {
        self.copies.saturating_sub(1)
    }

    /// Another attempt; a first one begins `first`.
    pub fn attempt(&mut self, now_ms: i64, first: First) {
        self.copies_before = self.copies;
        if !self.is_open() || !self.is_covered(now_ms) {
            self.copies += 1;
        }
        self.attempts += 1;
        self.first.get_or_insert(first);
    }

    /// An earlier redrive may have made so many copies.
    pub fn doubt(&mut self, copies: u32, wall_ms: i64) {
        if copies > self.copies {
            (self.copies, self.copies_before) = (copies, copies);
            self.first.get_or_insert(First { wall_ms, covered_until_ms: i64::MIN });
        }
    }

    /// The last attempt had no effect.
    fn refuse(&mut self) {
        self.refused += 1;
        self.copies = self.copies_before;
        if self.copies == 0 {
            self.first = None;
        }
    }
}

/// A message of a redrive.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Row {
    /// Its id in the source queue.
    pub id: MessageId,
    /// Where it goes.
    pub to: Option<QueueNo>,
    /// The group whose order it keeps.
    pub group: Option<GroupNo>,
    /// Its place in the group, and which is sent first of those that wait.
    pub rank: u128,
    /// Its attempts.
    pub tally: Tally,
    /// What is held of it.
    pub hold: Option<Hold>,
    /// Whether it stands in a queue of the engine.
    pub queued: bool,
    /// Whether it came by while it was being deleted: then that was with a handle that is not good any more.
    pub seen_again: bool,
    /// Whether an earlier redrive sent it.
    pub earlier: bool,
    /// Whether such a one has come by.
    pub met: bool,
    /// When its copy was accepted, by the monotonic clock.
    pub sent_at_ms: Option<i64>,
    /// Whether its copy was seen in the source queue.
    pub came_back: bool,
    state: State,
}

impl Row {
    /// A message that was not known.
    pub fn new(id: MessageId, state: State) -> Self {
        Self {
            id,
            to: None,
            group: None,
            rank: 0,
            tally: Tally::default(),
            hold: None,
            queued: false,
            seen_again: false,
            earlier: false,
            met: false,
            sent_at_ms: None,
            came_back: false,
            state,
        }
    }

    /// How far it is.
    pub fn state(&self) -> &State {
        &self.state
    }

    fn turn(&mut self, name: &str, way: impl FnOnce(State) -> Result<State, State>) {
        match way(mem::replace(&mut self.state, State::Aside)) {
            Ok(state) => self.state = state,
            Err(state) => panic!("a message that is {state:?} cannot be {name}"),
        }
    }

    /// The intent was handed to the journal.
    pub fn intended(&mut self, written: Written<Attempt>) {
        self.turn("intended", |state| match state {
            State::Idle => Ok(State::Intending(written)),
            state => Err(state),
        });
    }

    /// Takes what the journal has proven by now.
    pub fn settle(&mut self, outbox: &Outbox) {
        self.turn("settled", |state| {
            Ok(match state {
                State::Intending(written) => outbox.prove(written).map_or_else(State::Intending, State::Ready),
                State::Accepted(written) => outbox.prove(written).map_or_else(State::Accepted, State::Sent),
                state => state,
            })
        });
    }

    /// Sends it.
    pub fn dispatch(&mut self, parcel: Parcel) -> Dispatch {
        let mut entry = None;
        self.turn("sent", |state| match state {
            State::Ready(intent) => {
                entry = Some(intent.dispatch(parcel));
                Ok(State::Sending)
            }
            state => Err(state),
        });
        entry.expect("`turn` panics where the closure did not set it")
    }

    /// The attempt had no effect: SQS said no, or it was not made although it was intended.
    pub fn refused(&mut self) {
        self.turn("refused", |state| match state {
            State::Sending | State::Ready(_) => Ok(State::Idle),
            state => Err(state),
        });
        self.tally.refuse();
    }

    /// What came of the attempt is not known.
    pub fn unknown(&mut self) {
        self.turn("unknown", |state| match state {
            State::Sending => Ok(State::Idle),
            state => Err(state),
        });
    }

    /// SQS accepted it, and that was handed to the journal.
    pub fn accepted(&mut self, written: Written<Ack>) {
        self.turn("accepted", |state| match state {
            State::Sending => Ok(State::Accepted(written)),
            state => Err(state),
        });
    }

    /// Deletes it with the handle that is held.
    pub fn delete(&mut self) -> Option<Deletion> {
        let handle = self.hold.as_ref()?.message.receipt_handle.clone();
        let mut entry = None;
        self.turn("deleted", |state| match state {
            State::Sent(ack) => {
                entry = Some(ack.deletion(handle));
                Ok(State::Deleting(ack))
            }
            state => Err(state),
        });
        entry
    }

    /// It was deleted.
    pub fn deleted(&mut self) {
        self.turn("done", |state| match state {
            State::Deleting(ack) => Ok(State::Done(ack)),
            state => Err(state),
        });
    }

    /// It may not have been deleted, or it came by again.
    pub fn undeleted(&mut self) {
        self.turn("deleted again", |state| match state {
            State::Deleting(ack) | State::Done(ack) => Ok(State::Sent(ack)),
            state => Err(state),
        });
    }

    /// This redrive has no more to do with it. What was sent is closed only because it was kept, or was not seen again; in
    /// the latter case it is deleted all the same should it ever come by.
    pub fn close(&mut self, closing: Closing) {
        self.turn("closed", |state| match state {
            State::Idle | State::Sending => Ok(State::Closed(closing)),
            State::Sent(_) if matches!(closing, Closing::Kept | Closing::NotDeleted) => Ok(State::Closed(closing)),
            State::Sent(ack) if closing == Closing::NotSeenAgain => Ok(State::Done(ack)),
            state => Err(state),
        });
    }

    /// Whether nothing is to be done with it any more, as far as is known.
    pub fn is_finished(&self) -> bool {
        matches!(self.state, State::Done(_) | State::Aside | State::Closed(_))
    }

    /// Whether a call or a commit is under way that concerns it.
    pub fn is_busy(&self) -> bool {
        matches!(self.state, State::Intending(_) | State::Sending | State::Accepted(_) | State::Deleting(_))
    }

    /// Whether an intent of it waits for its send.
    pub fn is_intended(&self) -> bool {
        matches!(self.state, State::Intending(_) | State::Ready(_))
    }

    /// Its copy, once that is on the disk.
    pub fn copy(&self) -> Option<&MessageId> {
        match &self.state {
            State::Sent(ack) | State::Deleting(ack) | State::Done(ack) => Some(ack.copy()),
            _ => None,
        }
    }
}
