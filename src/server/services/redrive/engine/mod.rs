//! The redrive engine: moves messages one by one so that none is lost and no second copy goes unreported.
//!
//! May use: model. It is pure: no clock, no chance, no I/O, no async. [`Engine::step`] takes what happened and answers what
//! to do; a shell carries that out and tells what came of it. Whatever can be interleaved, lost, repeated or cut off
//! between the two can therefore be tried out in a test, and is (see `tests`).
//!
//! # What holds at every moment
//!
//! 1. A message is deleted only after its copy was accepted, with the right checksums, and that is on the disk.
//! 2. It is sent only after the intent to do so is on the disk. Both are types: see [`outbox`].
//! 3. Every network attempt has an intent of its own; the shell never repeats a send by itself.
//! 4. What was sent is never sent again. Should it come by again it is deleted again.
//! 5. Nothing is sent with less than twenty seconds left of its lease.
//! 6. What is sent is the message as it was received, byte for byte, unless somebody edited it.
//! 7. There are at most as many copies as one and the attempts whose outcome nobody could know, and the journal's row says
//!    how many there may be.
//!
//! A crash is nothing special: the engine is gone, and a new one begins with what is on the disk. So a fault of this
//! program may panic, and a process may be killed at any moment.
//!
//! # Where to read
//!
//! [`row`] one message's states · [`outbox`] the journal and its proofs · [`take`] what arrives · [`flow`] intend, send,
//! delete · [`groups`] order · [`hold`] leases and giving back · [`search`] when to poll, and when a queue is empty ·
//! [`gate`] pauses · [`recover`] after a crash · [`plan`] and [`report`] what is said before and after.

mod batch;
mod calls;
mod command;
mod event;
mod flow;
mod gate;
mod groups;
mod hold;
mod lease;
mod order;
mod outbox;
mod pace;
mod parcel;
pub mod plan;
mod recover;
pub mod report;
mod row;
mod rows;
mod search;
mod take;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

pub use self::calls::CallNo;
pub use self::command::{Command, End};
pub use self::event::{DeleteOutcome, Event, Failed, Now, SendOutcome};
pub use self::gate::{Need, Pause};
pub use self::lease::Terms;
pub use self::order::{Behind, Edit, OnUnknown, Order, Policy, Queue, Route, Sequence, StopRule, Take};
pub use self::outbox::{Deletion, Dispatch};
pub use self::parcel::{PROVENANCE, Parcel, Provenance};
pub use self::rows::Census;
pub use self::search::OTHERS;

use self::calls::Calls;
use self::gate::Gate;
use self::groups::Groups;
use self::outbox::Outbox;
use self::pace::{Rate, Throttle};
use self::rows::{RowNo, Rows};
use self::search::Search;
use crate::model::journal::JournalRow;
use crate::model::{Code, MessageId};

/// The state of one redrive.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Engine {
    order: Arc<Order>,
    rows: Rows,
    groups: Groups,
    outbox: Outbox,
    calls: Calls,
    /// When to look at which lease.
    agenda: BTreeSet<(i64, RowNo)>,
    /// Those that may be sent next: first the ones in doubt, because deduplication covers them for minutes only.
    waiting: BTreeSet<(bool, u128, RowNo)>,
    /// Those with an intent on the disk, by destination.
    ready: Vec<VecDeque<RowNo>>,
    /// Those that may be deleted.
    deletes: VecDeque<RowNo>,
    /// Those to be hidden anew.
    renewals: VecDeque<RowNo>,
    /// Those to be given back, in the order of their groups: a group must be visible again from its first message on.
    returns: BTreeSet<(u128, RowNo)>,
    receiving: Throttle,
    sending: Throttle,
    deleting: Throttle,
    rate: Option<Rate>,
    gate: Gate,
    search: Search,
    /// What earlier redrives left in doubt: how many copies there may be already.
    doubts: BTreeMap<MessageId, u32>,
    /// What earlier redrives sent, as which copy, and did not come to delete.
    sent_earlier: BTreeMap<MessageId, MessageId>,
    cancelled: bool,
    /// How it will have ended once everything is given back and written down.
    closing: Option<End>,
    ended: bool,
}

/// How a redrive is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// How many messages are how far.
    pub census: &'a Census,
    /// Why it waits, if it does.
    pub pauses: &'a BTreeSet<Pause>,
    /// What SQS refused, and what it said.
    pub refusals: &'a BTreeMap<Need, Code>,
    /// Whether it has nothing in hand and makes sure that nothing is left.
    pub concluding: bool,
    /// Until when, on the monotonic clock, something of its own may be hidden from it: what a process before held, and what
    /// it let slip. Long past where nothing is.
    pub hidden_until_ms: i64,
    /// Whether it has ended.
    pub ended: bool,
}

impl Engine {
    /// A redrive that begins, or that goes on with what the journal has of it. `earlier` are the journal's rows of earlier
    /// redrives of the same queue: what they sent may come by again (SQS API Reference, `DeleteMessage`), and is not sent
    /// another time unless somebody edited it.
    pub fn new(order: Arc<Order>, rows: Vec<JournalRow>, earlier: Vec<JournalRow>, now: Now) -> Self {
        let policy = &order.policy;
        let throttle = Throttle::of(policy.lanes);
        let rate = policy.rate.map(Rate::per_second);
        let mut engine = Self {
            rows: Rows::default(),
            groups: Groups::default(),
            outbox: Outbox::default(),
            calls: Calls::default(),
            agenda: BTreeSet::new(),
            waiting: BTreeSet::new(),
            ready: vec![VecDeque::new(); order.destinations.len()],
            deletes: VecDeque::new(),
            renewals: VecDeque::new(),
            returns: BTreeSet::new(),
            receiving: throttle.clone(),
            sending: throttle.clone(),
            deleting: throttle,
            rate,
            gate: Gate::of(policy),
            search: Search::of(&order),
            doubts: BTreeMap::new(),
            sent_earlier: BTreeMap::new(),
            cancelled: false,
            closing: None,
            ended: false,
            order,
        };
        engine.recover(rows, earlier, now);
        engine
    }

    /// Another process may have held messages of this redrive until a moment ago, whether or not it had written anything
    /// down: whatever it held is visible again after a lease.
    pub fn taken_over(&mut self, now: Now) {
        self.search.hidden_until(now.mono_ms + self.order.terms.lease_ms());
    }

    /// Takes what happened and answers what to do. The work is proportional to the messages that the event is about.
    pub fn step(&mut self, now: Now, event: Event) -> Vec<Command> {
        if self.ended {
            return Vec::new();
        }
        self.heed(now, event);
        let mut commands = Vec::new();
        if self.closing == Some(End::Fenced) {
            self.ended = true;
            commands.push(Command::End(End::Fenced));
            return commands;
        }
        self.look_at_leases(now);
        self.let_go();
        self.intend(now);
        self.renew(now, &mut commands);
        self.send(now, &mut commands);
        self.delete(now, &mut commands);
        self.give_back(&mut commands);
        self.search(now, &mut commands);
        // What the search let go of.
        self.give_back(&mut commands);
        self.probe(now, &mut commands);
        self.commit(now, &mut commands);
        self.end(&mut commands);
        commands
    }

    fn heed(&mut self, now: Now, event: Event) {
        match event {
            Event::Tick => {}
            Event::Received { call, answer } => self.received(now, call, answer),
            Event::Handed { messages } => self.handed(now, messages),
            Event::Committed => self.committed(),
            Event::CommitFailed { fenced: true } => self.closing = Some(End::Fenced),
            Event::CommitFailed { fenced: false } => {
                self.outbox.failed();
                self.gate.journal_failed(now.mono_ms);
            }
            Event::SendEnded { call, entries } => self.send_ended(now, call, entries),
            Event::DeleteEnded { call, entries } => self.delete_ended(now, call, entries),
            Event::Renewed { call, entries } => self.renewed(now, call, entries),
            Event::GaveBack { call, all } => self.gave_back(now, call, all),
            Event::Counted { call, left } => self.counted(call, left),
            Event::Probed { call, good } => {
                if self.calls.end(call).is_some() {
                    self.gate.probed(now.mono_ms, good);
                }
            }
            Event::CameBack(copies) => copies.iter().for_each(|copy| self.came_back(now, copy)),
            Event::Pause => self.gate.asked_to_wait(self.order.policy.stop_rule),
            Event::Resume => self.gate.resume(),
            Event::Cancel => self.cancel(),
            Event::Stop => {
                self.closing.get_or_insert(End::Stopped);
            }
        }
    }

    /// When it wants to hear a `Tick`, on the monotonic clock, if nothing else happens before.
    pub fn wake_at_ms(&self, now: Now) -> Option<i64> {
        if self.ended {
            return None;
        }
        let leases = self.agenda.first().map(|(due_ms, _)| *due_ms);
        let sends = self.ready.iter().any(|ready| !ready.is_empty());
        let rate = self.rate.as_ref().and_then(Rate::more_at_ms).filter(|_| sends);
        let throttles = [&self.receiving, &self.sending, &self.deleting];
        let throttles = throttles.into_iter().filter_map(|throttle| throttle.opens_at_ms(now.mono_ms));
        leases.into_iter().chain(rate).chain(throttles).chain(self.gate.opens_at_ms()).min()
    }

    /// How it is doing.
    pub fn progress(&self) -> Progress<'_> {
        Progress {
            census: self.rows.census(),
            pauses: self.gate.pauses(),
            refusals: self.gate.refusals(),
            concluding: self.search.is_dry() && self.at_work() == 0 && self.gate.is_open() && !self.ended,
            hidden_until_ms: self.search.hidden_until_ms,
            ended: self.ended,
        }
    }

    /// Whether messages may be begun with.
    fn may_begin(&self) -> bool {
        self.gate.is_open() && !self.cancelled && self.closing.is_none()
    }

    fn end(&mut self, commands: &mut Vec<Command>) {
        if self.closing.is_none() && !self.wants_more() && self.rows.census().in_hand == 0 {
            let may_remain = self.search.may_remain();
            self.closing = Some(if self.cancelled { End::Cancelled } else { End::Finished { may_remain } });
            self.let_go();
            self.give_back(commands);
        }
        let Some(end) = self.closing else { return };
        // A process that ends does not wait for a disk that is full, nor for credentials that nobody renews.
        let hurried = end == End::Stopped;
        let written = self.outbox.is_empty() || hurried && self.gate.journal_is_failing();
        let returned = self.agenda.is_empty() || hurried && self.gate.refuses_calls();
        if self.calls.is_empty() && written && returned {
            self.ended = true;
            commands.push(Command::End(end));
        }
    }
}
