//! The way of a message: intend, send, delete. Each step begins only with what the step before has left on the disk.

use std::sync::Arc;

use super::batch::Batch;
use super::calls::{Call, CallNo};
use super::command::Command;
use super::event::{DeleteOutcome, Now, SendOutcome};
use super::gate::Need;
use super::row::{First, Row, State};
use super::rows::RowNo;
use super::{Engine, parcel};
use crate::model::journal::{Change, Closing, Intent};
use crate::model::limits::BATCH_ENTRIES;
use crate::model::{Code, MessageId, QueueKind};

impl Engine {
    /// Hands the intent to send the next messages to the journal, for no more than one batch of each lane: an intent that a
    /// crash leaves behind is an outcome that nobody knows, and whoever has lost the redrive to another process sends what
    /// was intended before it hears of that.
    pub(super) fn intend(&mut self, now: Now) {
        if !self.may_begin() || !self.search.has_gathered() {
            return;
        }
        let ahead = match &self.rate {
            Some(rate) => rate.most(),
            None => usize::from(self.order.policy.lanes) * BATCH_ENTRIES,
        };
        while self.rows.census().intended < ahead {
            let Some(&(_, _, no)) = self.waiting.first() else { break };
            if self.rows[no].tally.attempts == 0 && !self.gate.lets_another_begin() {
                break;
            }
            self.waiting.pop_first();
            self.rows.change(no, |row| row.queued = false);
            let row = &self.rows[no];
            if !matches!(row.state(), State::Idle) {
                self.place(no);
                continue;
            }
            let turn = row.group.is_none_or(|group| self.groups.is_head(group, no));
            let lease = row.hold.as_ref().map(|hold| hold.lease);
            let held = lease.is_some_and(|lease| lease.may_send(now.mono_ms, &self.order.terms));
            if !turn || !held {
                continue; // It is placed again when its turn comes, when it is hidden anew, or when it comes by again.
            }
            if self.must_hold(now, no) {
                self.close(no, Closing::Undecided);
            } else {
                self.intend_one(now, no);
            }
        }
    }

    fn intend_one(&mut self, now: Now, no: RowNo) {
        let row = &self.rows[no];
        let (Some(to), Some(hold)) = (row.to, &row.hold) else { return };
        let fifo = self.order.queue(to).kind == QueueKind::Fifo;
        let covered_until_ms = if fifo { now.mono_ms + self.order.terms.window_ms } else { i64::MIN };
        let edit = self.order.edits.get(&row.id);
        let group = edit.map_or(hold.message.group_id(), |edit| edit.draft.group_id.as_deref()).map(str::to_owned);
        let sequence = hold.message.sequence_number();
        if row.tally.attempts == 0 {
            self.gate.another_begins();
        }
        let (id, attempt, extra, first_ms) = self.rows.change(no, |row| {
            row.tally.attempt(now.mono_ms, First { wall_ms: now.wall_ms, covered_until_ms });
            let first_ms = row.tally.first.map_or(now.wall_ms, |first| first.wall_ms);
            (row.id.clone(), row.tally.attempts, row.tally.extra(), first_ms)
        });
        let written = self.outbox.intend(no, &id, Intent { to, attempt, extra, first_ms, group, sequence });
        self.rows.change(no, |row| row.intended(written));
    }

    /// The commit under way is on the disk: intents may be sent, acknowledged messages deleted.
    pub(super) fn committed(&mut self) {
        self.gate.journal_works();
        let settled = self.outbox.committed();
        for no in &settled {
            let outbox = &self.outbox;
            self.rows.change(*no, |row| row.settle(outbox));
        }
        self.outbox.settled();
        for no in settled {
            match self.rows[no].state() {
                State::Ready(_) if self.cancelled => self.give_up(no),
                State::Sent(_) => {
                    self.gate.one_was_sent();
                    self.leave(no);
                    if self.order.policy.keep_originals {
                        self.close(no, Closing::Kept);
                    }
                    self.place(no);
                }
                _ => self.place(no),
            }
        }
    }

    /// Sends what may be sent, as far as rate and width allow.
    pub(super) fn send(&mut self, now: Now, commands: &mut Vec<Command>) {
        if !self.may_begin() {
            return;
        }
        for destination in 0..self.ready.len() {
            while self.calls.under_way().sends < self.sending.width(now.mono_ms) {
                let room = self.rate.as_mut().map_or(BATCH_ENTRIES, |rate| rate.room(now.mono_ms));
                let mut batch = Batch::of(if self.order.policy.careful { room.min(1) } else { room });
                let (mut entries, mut rows, mut by_ms) = (Vec::new(), Vec::new(), i64::MAX);
                while batch.is_open() {
                    let Some(no) = self.ready[destination].pop_front() else { break };
                    self.rows.change(no, |row| row.queued = false);
                    let Some(parcel) = self.parcel(now, no) else { continue };
                    if !batch.take(parcel.size(), self.rows[no].group.map(|group| group.0)) {
                        self.rows.change(no, |row| row.queued = true);
                        self.ready[destination].push_front(no);
                        break;
                    }
                    by_ms = by_ms.min(self.send_by_ms(no));
                    entries.push(self.rows.change(no, |row| row.dispatch(parcel)));
                    rows.push(no);
                }
                let Some(to) = rows.first().and_then(|no| self.rows[*no].to) else { break };
                if let Some(rate) = &mut self.rate {
                    rate.begin(now.mono_ms, rows.len());
                }
                let call = self.calls.begin(Call::Send(rows));
                commands.push(Command::Send { call, to, entries, by_ms });
            }
        }
    }

    /// What is to be sent for a message, if that may begin now.
    fn parcel(&mut self, now: Now, no: RowNo) -> Option<parcel::Parcel> {
        let row = &self.rows[no];
        let (State::Ready(_), Some(hold), Some(to)) = (row.state(), &row.hold, row.to) else {
            self.place(no);
            return None;
        };
        if !hold.lease.may_send(now.mono_ms, &self.order.terms) {
            return None; // It is placed again when it is hidden anew, or comes by again.
        }
        if row.tally.relies_on_coverage() && !row.tally.is_covered(now.mono_ms) {
            // The journal took so long that deduplication may not swallow a second copy any more: think again.
            self.withdraw(no);
            self.place(no);
            return None;
        }
        match parcel::pack(&self.order, &Arc::clone(&hold.message), to) {
            Ok(parcel) => Some(parcel),
            Err(obstacle) => {
                self.withdraw(no);
                self.close(no, Closing::Obstacle(obstacle));
                None
            }
        }
    }

    /// When a send of this message may begin at the latest.
    fn send_by_ms(&self, no: RowNo) -> i64 {
        let row = &self.rows[no];
        let lease = row.hold.as_ref().map_or(i64::MIN, |hold| hold.lease.send_by_ms(&self.order.terms));
        lease.min(row.tally.send_by_ms())
    }

    /// An attempt is not made although it was intended.
    pub(super) fn withdraw(&mut self, no: RowNo) {
        self.refuse(no, Code::new(""));
    }

    fn refuse(&mut self, no: RowNo, code: Code) {
        let (id, refused, extra) = self.rows.change(no, |row| {
            row.refused();
            (row.id.clone(), row.tally.refused, row.tally.extra())
        });
        self.outbox.note(&id, Change::Refused { code, refused, extra });
    }

    /// A send was answered. An entry that the answer does not mention may have been sent.
    pub(super) fn send_ended(&mut self, now: Now, call: CallNo, entries: Vec<SendOutcome>) {
        let Some(Call::Send(rows)) = self.calls.end(call) else { return };
        let mut entries = entries.into_iter();
        for no in rows {
            match entries.next().unwrap_or(SendOutcome::Unknown) {
                SendOutcome::Accepted { copy, intact } => {
                    self.sending.succeeded();
                    self.accepted(now, no, copy, intact);
                    continue;
                }
                SendOutcome::Later(code) => {
                    self.sending.refused(now.mono_ms);
                    self.refuse(no, code);
                }
                SendOutcome::Credentials => {
                    self.gate.credentials_failed(now.mono_ms);
                    self.refuse(no, Code::new("Credentials"));
                }
                SendOutcome::QueueRefused(code) => {
                    let to = self.rows[no].to.expect("nothing is sent without a destination");
                    self.gate.refused(Need::Send(to), code.clone());
                    self.refuse(no, code);
                }
                SendOutcome::MessageRefused(code) => {
                    self.refuse(no, code.clone());
                    self.close(no, Closing::Refused(code));
                    continue;
                }
                SendOutcome::Unknown => {
                    self.sending.refused(now.mono_ms);
                    self.rows.change(no, Row::unknown);
                }
            }
            self.place(no);
        }
    }

    fn accepted(&mut self, now: Now, no: RowNo, copy: MessageId, intact: bool) {
        // SQS answers a swallowed duplicate with the id of the first: where that is another message's, this one is nowhere.
        let others = self.rows.find_copy(&copy).is_some_and(|other| other != no);
        if others {
            return self.close(no, Closing::Swallowed { copy });
        }
        if !intact {
            return self.close(no, Closing::Damaged { copy });
        }
        self.rows.remember_copy(copy.clone(), no);
        let id = self.rows[no].id.clone();
        let written = self.outbox.acknowledge(no, &id, copy, now.wall_ms);
        self.rows.change(no, |row| {
            row.sent_at_ms = Some(now.mono_ms);
            row.accepted(written);
        });
    }

    /// Deletes what is known to have been sent.
    pub(super) fn delete(&mut self, now: Now, commands: &mut Vec<Command>) {
        if self.gate.refuses_calls() {
            return;
        }
        while self.calls.under_way().deletes < self.deleting.width(now.mono_ms) && !self.deletes.is_empty() {
            let (mut entries, mut rows) = (Vec::new(), Vec::new());
            while entries.len() < BATCH_ENTRIES {
                let Some(no) = self.deletes.pop_front() else { break };
                let entry = self.rows.change(no, |row| {
                    row.queued = false;
                    matches!(row.state(), State::Sent(_)).then(|| row.delete()).flatten()
                });
                match entry {
                    Some(entry) => {
                        entries.push(entry);
                        rows.push(no);
                    }
                    None => self.place(no),
                }
            }
            if entries.is_empty() {
                break;
            }
            let call = self.calls.begin(Call::Delete(rows));
            commands.push(Command::Delete { call, entries });
        }
    }

    /// A delete was answered. An entry that the answer does not mention may not have been deleted.
    pub(super) fn delete_ended(&mut self, now: Now, call: CallNo, entries: Vec<DeleteOutcome>) {
        let Some(Call::Delete(rows)) = self.calls.end(call) else { return };
        let mut entries = entries.into_iter();
        for no in rows {
            match entries.next().unwrap_or(DeleteOutcome::Again) {
                DeleteOutcome::Deleted if !self.rows[no].seen_again => {
                    self.deleting.succeeded();
                    self.release(no);
                    self.rows.change(no, Row::deleted);
                    let row = &self.rows[no];
                    let change = if row.earlier { Change::Closed(Closing::SentBefore) } else { Change::Done };
                    self.outbox.note(&row.id, change);
                    continue;
                }
                DeleteOutcome::Stale if self.rows[no].seen_again => {}
                DeleteOutcome::Stale => {
                    // Somebody else has it, or the lease ended early; it comes by again.
                    if self.release(no).is_some() {
                        self.let_slip(now);
                    }
                }
                DeleteOutcome::Credentials => self.gate.credentials_failed(now.mono_ms),
                DeleteOutcome::Again => self.deleting.refused(now.mono_ms),
                DeleteOutcome::Refused(code) => {
                    self.deleting.refused(now.mono_ms);
                    self.gate.refused(Need::Delete, code);
                }
                DeleteOutcome::Deleted => {}
            }
            self.rows.change(no, |row| {
                row.undeleted();
                row.seen_again = false;
            });
            if self.cancelled && self.gate.refuses_the_source() {
                // Nobody waits for that right any more: it was sent, and the original stays.
                self.close(no, Closing::NotDeleted);
            } else {
                self.place(no);
            }
        }
    }

    /// Hands over what is to be written down.
    pub(super) fn commit(&mut self, now: Now, commands: &mut Vec<Command>) {
        if self.gate.journal_may_be_tried(now.mono_ms)
            && let Some(records) = self.outbox.commit()
        {
            commands.push(Command::Commit { records });
        }
    }

    /// Nothing more is sent. What may have been sent is somebody's to decide, what was sent is still deleted.
    pub(super) fn cancel(&mut self) {
        self.cancelled = true;
        self.gate.cancel();
        for no in self.rows.numbers() {
            if matches!(self.rows[no].state(), State::Ready(_) | State::Idle) {
                self.give_up(no);
            }
        }
    }

    /// Does not send a message that could be sent.
    pub(super) fn give_up(&mut self, no: RowNo) {
        if matches!(self.rows[no].state(), State::Ready(_)) {
            self.withdraw(no);
        }
        let row = &self.rows[no];
        let closing = if row.tally.is_open() { Closing::Undecided } else { Closing::Cancelled };
        self.outbox.note(&row.id, Change::Closed(closing.clone()));
        self.rows.change(no, |row| row.close(closing));
    }
}
