//! When to poll, and when a queue is known to hold nothing more for us.
//!
//! One empty poll proves nothing: SQS may have asked some of its servers only, and messages may be hidden. So an empty
//! poll counts only if it was a long one, began when nothing was in hand, and when everything that was let slip (leases
//! that ran out, receives whose answer was lost, what a crash left) must have become visible again. Three of them in a row
//! end the search.

use super::Engine;
use super::calls::{Call, CallNo};
use super::command::Command;
use super::event::Now;
use super::order::{Order, Sequence, Take};
use super::row::{Row, State};
use super::rows::RowNo;
use crate::model::QueueKind;
use crate::model::journal::{Change, Closing};
use crate::model::limits::BATCH_ENTRIES;

/// So many empty polls in a row that count end the search.
const EMPTY_POLLS: u32 = 3;
/// So often the counters may say that there is more before they are believed rather than the polls.
const RECOUNTS: u32 = 3;
/// As many messages as a receive can bring.
const A_BATCH: u32 = 10;
/// A poll of one second asks all of SQS's servers, too; it is short because something else is under way.
const SHORT_WAIT_S: u32 = 1;
/// So many others are held at most: each is one that consumers miss meanwhile.
pub const OTHERS: usize = 10_000;
/// So often others are let go when they are that many, to meet those that stand among them.
const ROUNDS: u32 = 3;
/// So many messages are held at most before the first is sent, where the oldest goes first.
const GATHERED: usize = 10_000;

/// How the search goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Search {
    /// Whether the last poll brought nothing.
    dry: bool,
    /// Empty polls in a row that count.
    empty: u32,
    /// Until when messages may be hidden that are ours.
    pub(super) hidden_until_ms: i64,
    /// How many messages there are to find; `None`: all.
    wanted: Option<usize>,
    /// How many of ours are known.
    met: usize,
    /// Whether messages are sent as they come, or all that were to be found first have been.
    gathered: bool,
    /// Whether what has not come by will not be waited for.
    over: bool,
    /// How many were done when others were last given back in the middle.
    done_before: usize,
    /// How often others were let go because they were too many.
    rounds: u32,
    counting: bool,
    recounts: u32,
    may_remain: Option<u64>,
}

impl Search {
    pub fn of(order: &Order) -> Self {
        let wanted = match &order.take {
            Take::Everything => None,
            Take::Chosen(ids) => Some(ids.len()),
        };
        Self {
            dry: false,
            empty: 0,
            hidden_until_ms: i64::MIN,
            wanted,
            met: 0,
            gathered: wanted.is_none() || order.policy.sequence == Sequence::AsTheyCome,
            over: false,
            done_before: 0,
            rounds: 0,
            counting: false,
            recounts: 0,
            may_remain: None,
        }
    }

    /// A poll was answered.
    pub fn heard(&mut self, messages: usize, proves: bool) {
        self.dry = messages == 0;
        match (messages, proves) {
            (0, true) => self.empty += 1,
            (0, false) => {}
            _ => self.empty = 0,
        }
    }

    /// A message became known.
    pub fn met(&mut self, ours: bool) {
        self.met += usize::from(ours);
        self.gathered |= self.wanted.is_some_and(|wanted| self.met >= wanted);
    }

    /// Something of ours may be hidden until then.
    pub fn hidden_until(&mut self, until_ms: i64) {
        self.hidden_until_ms = self.hidden_until_ms.max(until_ms);
        self.empty = 0;
    }

    pub fn has_gathered(&self) -> bool {
        self.gathered
    }

    /// Whether the last poll brought nothing.
    pub fn is_dry(&self) -> bool {
        self.dry
    }

    pub fn may_remain(&self) -> Option<u64> {
        self.may_remain
    }
}

impl Engine {
    /// Whether there is something to receive for.
    pub(super) fn wants_more(&self) -> bool {
        let census = self.rows.census();
        if self.cancelled {
            return census.lapsed_sent > 0;
        }
        let unmet = self.search.wanted.is_none_or(|wanted| self.search.met < wanted);
        census.lapsed > 0 || unmet && !self.search.over
    }

    /// Receives, or draws the conclusion from having received nothing.
    pub(super) fn search(&mut self, now: Now, commands: &mut Vec<Command>) {
        if self.cancelled && self.gate.refuses_the_source() {
            self.give_up_on_the_lapsed();
        }
        let open = self.gate.is_open() && self.closing.is_none();
        // What is being given back would only be met again.
        if !open || !self.wants_more() || self.search.counting || !self.returns.is_empty() {
            return;
        }
        if self.rows.census().aside >= OTHERS {
            return self.make_way(now, commands);
        }
        let at_work = self.at_work();
        let full = self.rows.census().in_hand >= GATHERED;
        self.search.gathered |= full;
        let enough = if self.is_worth_another_round() { 1 } else { EMPTY_POLLS };
        let hopeless = full && at_work == 0 && now.mono_ms >= self.search.hidden_until_ms;
        if self.search.empty >= enough || hopeless {
            self.conclude(commands);
            if !self.wants_more() || self.search.counting {
                return;
            }
        }
        self.receive(now, at_work, commands);
    }

    /// Receives as far as there is room. Before all have been gathered there is room for many, and what is held already does
    /// not keep a poll from proving anything.
    fn receive(&mut self, now: Now, at_work: usize, commands: &mut Vec<Command>) {
        let (held, most) = if self.search.gathered {
            (at_work, usize::from(self.order.policy.lanes) * BATCH_ENTRIES * 3)
        } else {
            (self.rows.census().in_hand, GATHERED)
        };
        let idle = at_work == 0 || !self.search.gathered;
        let could_prove = idle && now.mono_ms >= self.search.hidden_until_ms;
        let wait_s = if could_prove && self.search.dry { self.order.terms.wait_s } else { SHORT_WAIT_S };
        let proves = could_prove && wait_s == self.order.terms.wait_s;
        let width = self.receiving.width(now.mono_ms).min(if self.search.dry { 1 } else { u16::MAX });
        while self.calls.under_way().receives < width
            && held + usize::from(self.calls.under_way().receives) * BATCH_ENTRIES < most
        {
            let call = self.calls.begin(Call::Receive { issued_ms: now.mono_ms, proves });
            commands.push(Command::Receive { call, count: A_BATCH, wait_s, lease_s: self.order.terms.lease_s });
        }
    }

    /// A FIFO queue shows no more of a group than what is in flight, ten at most. What is held without use stands in the way
    /// of those behind it: letting it go is worth another round, as long as rounds get anywhere. One empty poll is enough
    /// for that, since the end of the search is proven after it.
    fn is_worth_another_round(&self) -> bool {
        let census = self.rows.census();
        let fifo = self.order.source.kind == QueueKind::Fifo;
        fifo && self.search.gathered && census.aside > 0 && census.done > self.search.done_before
    }

    /// Nothing more came by.
    fn conclude(&mut self, commands: &mut Vec<Command>) {
        self.search.empty = 0;
        if !self.search.gathered {
            self.search.gathered = true;
            return;
        }
        if self.is_worth_another_round() && self.let_others_go() {
            self.search.done_before = self.rows.census().done;
            return;
        }
        self.give_up_on_the_lapsed();
        // Those that waited behind one of them go on, and more may come by after them.
        if self.search.over || self.cancelled || self.rows.census().in_hand > 0 {
            return;
        }
        self.conclude_with_the_rest(commands, Closing::NotFound);
    }

    /// Nothing more is looked for.
    fn conclude_with_the_rest(&mut self, commands: &mut Vec<Command>, missing_is: Closing) {
        match &self.order.take {
            Take::Everything => {
                self.search.counting = true;
                commands.push(Command::Count { call: self.calls.begin(Call::Count) });
            }
            Take::Chosen(ids) => {
                // One that an earlier redrive sent is known, and yet it may not have come by.
                let unmet = |no| self.rows[no].earlier && !self.rows[no].met;
                let missing = ids.iter().filter(|id| self.rows.find(id).is_none_or(unmet));
                for id in missing {
                    self.outbox.note(id, Change::Closed(missing_is.clone()));
                }
                self.search.over = true;
            }
        }
    }

    /// How many messages are in hand with which something can be done. On FIFO one that is held may stand behind one that is
    /// not, and that may never come by again.
    pub(super) fn at_work(&self) -> usize {
        let census = self.rows.census();
        if census.lapsed == 0 || !self.groups.are_any() {
            return census.in_hand;
        }
        let waits = |(_, no): &&(i64, RowNo)| {
            let row = &self.rows[*no];
            let head = row.group.and_then(|group| self.groups.head(group)).map(|(_, head)| head);
            let lapsed = |head: RowNo| self.rows[head].hold.is_none() && !self.rows[head].is_busy();
            matches!(row.state(), State::Idle) && head.is_some_and(|head| head != *no && lapsed(head))
        };
        census.in_hand - self.agenda.iter().filter(waits).count()
    }

    /// As many others are held as may be. Those that are looked for may stand among others that were not met: these are let
    /// go for that a few times. Nothing is given up that may only be hidden.
    fn make_way(&mut self, now: Now, commands: &mut Vec<Command>) {
        if self.at_work() > 0 || now.mono_ms < self.search.hidden_until_ms {
            return;
        }
        self.search.gathered = true;
        if self.search.rounds < ROUNDS && self.let_others_go() {
            self.search.rounds += 1;
            return;
        }
        self.give_up_on(|row| match row.state() {
            State::Sent(_) => Closing::NotSeenAgain,
            _ if row.tally.is_open() => Closing::Undecided,
            _ => Closing::NotReached,
        });
        if !self.search.over && !self.cancelled {
            self.conclude_with_the_rest(commands, Closing::NotReached);
        }
    }

    /// What was let slip did not come by again, although it had every chance to.
    fn give_up_on_the_lapsed(&mut self) {
        self.give_up_on(|row| match row.state() {
            State::Sent(_) => Closing::NotSeenAgain,
            _ if row.tally.is_open() => Closing::GoneUndecided,
            _ => Closing::Gone,
        });
    }

    fn give_up_on(&mut self, closing: impl Fn(&Row) -> Closing) {
        if self.rows.census().lapsed == 0 {
            return;
        }
        for no in self.rows.numbers() {
            let row = &self.rows[no];
            if row.hold.is_some() || row.is_finished() || row.is_busy() {
                continue;
            }
            if matches!(row.state(), State::Ready(_)) {
                self.withdraw(no);
            }
            self.close(no, closing(&self.rows[no]));
        }
    }

    /// The counters were read. They lag by a minute or so, and what is held here counts, too (SQS API Reference,
    /// `GetQueueAttributes`).
    pub(super) fn counted(&mut self, call: CallNo, left: Option<u64>) {
        if !matches!(self.calls.end(call), Some(Call::Count)) {
            return;
        }
        self.search.counting = false;
        let held = self.rows.census().aside as u64;
        let left = left.map(|left| left.saturating_sub(held));
        if left.is_some_and(|left| left > 0) && self.search.recounts < RECOUNTS {
            self.search.recounts += 1;
            return;
        }
        self.search.over = true;
        self.search.may_remain = left.filter(|left| *left > 0);
    }
}
