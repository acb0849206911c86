//! Leases: hidden anew at half, given back when they are of no more use.

use super::Engine;
use super::calls::{Call, CallNo};
use super::command::Command;
use super::event::Now;
use super::row::{Hold, State};
use super::rows::RowNo;
use crate::model::QueueKind;
use crate::model::limits::BATCH_ENTRIES;

impl Engine {
    /// Looks at the leases whose time has come.
    pub(super) fn look_at_leases(&mut self, now: Now) {
        while let Some(&(due_ms, no)) = self.agenda.first() {
            if due_ms > now.mono_ms {
                break;
            }
            let Some(lease) = self.rows[no].hold.as_ref().map(|hold| hold.lease) else {
                self.agenda.pop_first();
                continue;
            };
            if lease.has_lapsed(now.mono_ms) {
                self.lapse(now, no);
                continue;
            }
            self.look_again(no, lease.until_ms);
            if lease.is_too_old(now.mono_ms, &self.order.terms) {
                if self.is_idle(no) {
                    self.returns.insert((self.rows[no].rank, no));
                }
            } else if !self.gate.refuses_calls() {
                self.renewals.push_back(no);
            }
        }
    }

    /// A lease has run out.
    fn lapse(&mut self, now: Now, no: RowNo) {
        let Some(hold) = self.release(no) else { return };
        if self.rows[no].is_finished() {
            return;
        }
        self.let_slip(now);
        // SQS shows nothing of a group while something of it is in flight (SQS Developer Guide, "FIFO queue delivery
        // logic"): what is held of it without being under way would keep this one away for good.
        let group = hold.message.group_id().filter(|_| self.order.source.kind == QueueKind::Fifo);
        let Some(group) = group else { return };
        let held = self.agenda.iter().map(|(_, no)| *no);
        let of_group = |no: &RowNo| {
            let hold = self.rows[*no].hold.as_ref();
            self.is_idle(*no) && hold.is_some_and(|hold| hold.message.group_id() == Some(group))
        };
        let returns: Vec<_> = held.filter(of_group).map(|no| (self.rows[no].rank, no)).collect();
        self.returns.extend(returns);
    }

    /// Hides anew what is due.
    pub(super) fn renew(&mut self, now: Now, commands: &mut Vec<Command>) {
        while !self.renewals.is_empty() {
            let due = self.renewals.drain(..self.renewals.len().min(BATCH_ENTRIES));
            let held = due.filter_map(|no| Some((no, self.rows[no].hold.as_ref()?.message.receipt_handle.clone())));
            let rows: Vec<_> = held.collect();
            if rows.is_empty() {
                continue;
            }
            let handles = rows.iter().map(|(_, handle)| handle.clone()).collect();
            let call = self.calls.begin(Call::Renew { issued_ms: now.mono_ms, rows });
            commands.push(Command::Renew { call, handles, lease_s: self.order.terms.lease_s });
        }
    }

    /// Hiding anew was answered. Where SQS did not say that it happened, the lease is what it was.
    pub(super) fn renewed(&mut self, now: Now, call: CallNo, entries: Vec<bool>) {
        let Some(Call::Renew { issued_ms, rows }) = self.calls.end(call) else { return };
        let mut entries = entries.into_iter();
        for (no, handle) in rows {
            let renewed = entries.next().unwrap_or(false);
            let Some(hold) = self.rows[no].hold.as_ref().filter(|hold| hold.message.receipt_handle == handle) else {
                // It was let slip meanwhile, and is hidden all the same.
                self.let_slip(now);
                continue;
            };
            let lease = hold.lease;
            if renewed {
                let lease = lease.renewed(issued_ms, &self.order.terms);
                self.rows.change(no, |row| row.hold.as_mut().map(|hold| hold.lease = lease));
                self.look_again(no, lease.renew_at_ms(&self.order.terms));
                self.place(no);
            } else {
                self.look_again(no, lease.until_ms.min(now.mono_ms + self.order.terms.lease_ms() / 8));
            }
        }
    }

    /// While nothing is begun with, nothing is kept from others: what is not under way goes back.
    pub(super) fn let_go(&mut self) {
        if self.closing.is_none() && !self.gate.lets_go() {
            return;
        }
        let held: Vec<RowNo> = self.agenda.iter().map(|(_, no)| *no).collect();
        for no in held {
            if matches!(self.rows[no].state(), State::Ready(_)) {
                self.withdraw(no);
            }
            if self.is_idle(no) {
                self.returns.insert((self.rows[no].rank, no));
            }
        }
    }

    /// Lets those go with which there is nothing to do; answers whether there were any.
    pub(super) fn let_others_go(&mut self) -> bool {
        let others = self.agenda.iter().filter(|(_, no)| self.rows[*no].is_finished());
        let others: Vec<_> = others.map(|(_, no)| (self.rows[*no].rank, *no)).collect();
        let any = !others.is_empty();
        self.returns.extend(others);
        any
    }

    /// Gives back what is to be given back: one batch after the other on FIFO, where a group must be visible again from
    /// its first message on.
    pub(super) fn give_back(&mut self, commands: &mut Vec<Command>) {
        let lanes = if self.order.source.kind == QueueKind::Fifo { 1 } else { self.order.policy.lanes };
        while !self.gate.refuses_calls() && self.calls.under_way().returns < lanes {
            let mut handles = Vec::new();
            while handles.len() < BATCH_ENTRIES {
                let Some((_, no)) = self.returns.pop_first() else { break };
                if self.is_idle(no)
                    && let Some(hold) = self.release(no)
                {
                    handles.push(hold.message.receipt_handle.clone());
                }
            }
            if handles.is_empty() {
                break;
            }
            let call = self.calls.begin(Call::GiveBack);
            commands.push(Command::GiveBack { call, handles });
        }
    }

    /// Giving back was answered.
    pub(super) fn gave_back(&mut self, now: Now, call: CallNo, all: bool) {
        if matches!(self.calls.end(call), Some(Call::GiveBack)) && !all {
            self.let_slip(now);
        }
    }

    /// Something of ours is hidden, and not held any more. A lease counts from the asking so that it never ends too late;
    /// SQS hides from when it hears of it. What it has heard by now it hides for a lease from now at most.
    pub(super) fn let_slip(&mut self, now: Now) {
        self.search.hidden_until(now.mono_ms + self.order.terms.lease_ms());
    }

    /// Holds a message no longer.
    pub(super) fn release(&mut self, no: RowNo) -> Option<Hold> {
        let hold = self.rows.change(no, |row| row.hold.take())?;
        self.agenda.remove(&(hold.due_ms, no));
        Some(hold)
    }

    pub(super) fn look_again(&mut self, no: RowNo, at_ms: i64) {
        let before =
            self.rows.change(no, |row| row.hold.as_mut().map(|hold| std::mem::replace(&mut hold.due_ms, at_ms)));
        if let Some(before_ms) = before {
            self.agenda.remove(&(before_ms, no));
            self.agenda.insert((at_ms, no));
        }
    }

    /// Whether a message may be given back: nothing of it is under way, and it does not wait to be deleted.
    fn is_idle(&self, no: RowNo) -> bool {
        let row = &self.rows[no];
        row.is_finished() || matches!(row.state(), State::Idle)
    }
}
