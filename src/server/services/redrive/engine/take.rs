//! What arrives: new messages, known ones that came by again, and others that are not ours.

use std::sync::Arc;

use super::calls::{Call, CallNo};
use super::event::{Failed, Now};
use super::gate::Need;
use super::groups::GroupNo;
use super::lease::Lease;
use super::order::{Behind, OnUnknown, Sequence};
use super::row::{First, Hold, Row, State, Tally};
use super::rows::RowNo;
use super::{Engine, parcel};
use crate::model::journal::{Change, Closing, Obstacle};
use crate::model::{Message, MessageId, QueueKind};

impl Engine {
    /// A receive was answered.
    pub(super) fn received(&mut self, now: Now, call: CallNo, answer: Result<Vec<Arc<Message>>, Failed>) {
        let Some(Call::Receive { issued_ms, proves }) = self.calls.end(call) else { return };
        let lease = Lease::received(issued_ms, &self.order.terms);
        match answer {
            Ok(messages) => {
                self.receiving.succeeded();
                self.search.heard(messages.len(), proves);
                for message in messages {
                    self.take(now, message, lease);
                }
            }
            Err(Failed::Throttled) => self.receiving.refused(now.mono_ms),
            Err(Failed::Credentials) => self.gate.credentials_failed(now.mono_ms),
            Err(Failed::Refused(code)) => self.gate.refused(Need::Receive, code),
            Err(Failed::Unknown) => {
                // SQS may have handed messages out that never arrived: they come back with their lease.
                self.let_slip(now);
                self.receiving.refused(now.mono_ms);
            }
        }
    }

    /// The console holds these already.
    pub(super) fn handed(&mut self, now: Now, messages: Vec<(Arc<Message>, i64)>) {
        for (message, until_ms) in messages {
            let id = message.id.clone();
            self.take(now, message, Lease { since_ms: now.mono_ms, until_ms });
            // The lease of whoever held it may be longer: a process after this one would not wait for it.
            if let Some(no) = self.rows.find(&id) {
                self.look_again(no, now.mono_ms);
            }
        }
    }

    fn take(&mut self, now: Now, message: Arc<Message>, lease: Lease) {
        let no = match self.rows.find(&message.id) {
            Some(no) => no,
            None => self.introduce(now, &message),
        };
        if self.rows[no].earlier && !self.rows[no].met {
            self.rows.change(no, |row| row.met = true);
            let ours = self.order.takes(&self.rows[no].id);
            self.search.met(ours);
        }
        self.hold(no, message, lease);
        match self.rows[no].state() {
            State::Done(_) => self.rows.change(no, Row::undeleted),
            State::Deleting(_) => self.rows.change(no, |row| row.seen_again = true),
            State::Closed(closing) if closing.blocks() && self.rows[no].group.is_none() => self.block_again(no),
            _ => {}
        }
        if self.rows[no].to.is_none() && matches!(self.rows[no].state(), State::Idle) {
            match self.sent_earlier.remove(&self.rows[no].id) {
                Some(copy) => self.close(no, Closing::SentEarlier { copy }),
                None => self.address(no),
            }
        }
        self.place(no);
    }

    /// Keeps a message, in place of an earlier receive of it.
    fn hold(&mut self, no: RowNo, message: Arc<Message>, lease: Lease) {
        let due_ms = lease.renew_at_ms(&self.order.terms);
        let before = self.rows.change(no, |row| row.hold.replace(Hold { message, lease, due_ms }));
        if let Some(before) = before {
            self.agenda.remove(&(before.due_ms, no));
        }
        self.agenda.insert((due_ms, no));
    }

    /// A message that is not known yet.
    fn introduce(&mut self, now: Now, message: &Arc<Message>) -> RowNo {
        let copied = self.rows.find_copy(&message.id).is_some();
        if copied {
            // What was sent failed again. It is not sent again by the same redrive, or that would never end.
            self.came_back(now, &message.id);
        }
        let ours = !copied && self.order.takes(&message.id);
        self.search.met(ours);
        let mut row = Row::new(message.id.clone(), if ours { State::Idle } else { State::Aside });
        if let Some(copies) = self.doubts.remove(&message.id).filter(|_| ours) {
            let first = Some(First { wall_ms: now.wall_ms, covered_until_ms: i64::MIN });
            row.tally = Tally { copies, copies_before: copies, first, ..Tally::default() };
        }
        self.rows.add(row)
    }

    /// Finds out where a message goes, and whose turn it must wait for.
    fn address(&mut self, no: RowNo) {
        let obstacle = self.line_up(no);
        if let Some(group) = self.rows[no].group {
            let rank = self.rows[no].rank;
            if let Some(by) = self.groups.blocked_by(group, rank) {
                let by = self.rows[by].id.clone();
                return self.close(no, Closing::Blocked { by });
            }
            self.groups.join(group, rank, no);
        }
        if let Some(obstacle) = obstacle {
            self.close(no, Closing::Obstacle(obstacle));
        }
    }

    /// Gives a message its destination, its group and its place in there; answers why it cannot be sent.
    fn line_up(&mut self, no: RowNo) -> Option<Obstacle> {
        let message = self.rows[no].hold.as_ref().map(|hold| Arc::clone(&hold.message))?;
        let packed = parcel::route(&self.order, &message)
            .and_then(|to| parcel::pack(&self.order, &message, to).map(|parcel| (to, parcel)));
        let (to, obstacle) = match &packed {
            Ok((to, _)) => (Some(*to), None),
            Err(obstacle) => (None, Some(*obstacle)),
        };
        // A message that cannot be sent blocks its group all the same, where the source keeps its order.
        let ordered = match to {
            Some(to) => self.order.keeps_order(to),
            None => self.order.source.kind == QueueKind::Fifo,
        };
        let group = packed.as_ref().ok().and_then(|(_, parcel)| parcel.group_id()).or(message.group_id());
        let group = group.filter(|_| ordered).map(|group| self.groups.number(group));
        let rank = message.sequence_number().unwrap_or(match self.order.policy.sequence {
            Sequence::OldestFirst => message.sent_at().and_then(|ms| u128::try_from(ms).ok()).unwrap_or(0),
            Sequence::AsTheyCome => u128::from(no.0),
        });
        // Whose turn it is stays so while it is being sent: one that comes late stands right behind it.
        let sending = group.and_then(|group| self.groups.head(group));
        let sending = sending.filter(|(_, head)| self.rows[*head].is_intended() || self.rows[*head].is_busy());
        let rank = sending.map_or(rank, |(before, _)| rank.max(before));
        self.rows.change(no, |row| (row.to, row.group, row.rank) = (to, group, rank));
        obstacle
    }

    /// A message that was not sent before a restart comes by: now it is known which group stays behind it.
    fn block_again(&mut self, no: RowNo) {
        self.line_up(no);
        if let Some(group) = self.rows[no].group.filter(|_| self.order.policy.behind == Behind::Stay) {
            self.stay_behind(group, no);
        }
    }

    /// A copy was seen in the source queue.
    pub(super) fn came_back(&mut self, now: Now, copy: &MessageId) {
        let Some(no) = self.rows.find_copy(copy) else { return };
        if self.rows[no].came_back {
            return;
        }
        let after_ms = self.rows[no].sent_at_ms.map(|sent_ms| now.mono_ms - sent_ms);
        let id = self.rows.change(no, |row| {
            row.came_back = true;
            row.id.clone()
        });
        self.outbox.note(&id, Change::CameBack);
        self.gate.came_back(self.order.policy.stop_rule, after_ms);
    }

    /// Puts a message into the queue that its state asks for.
    pub(super) fn place(&mut self, no: RowNo) {
        let row = &self.rows[no];
        if self.cancelled && matches!(row.state(), State::Idle) {
            return self.give_up(no);
        }
        if row.queued || row.hold.is_none() {
            return;
        }
        match row.state() {
            State::Idle if row.group.is_none_or(|group| self.groups.is_head(group, no)) => {
                self.waiting.insert((!row.tally.is_open(), row.rank, no));
            }
            State::Ready(_) => {
                let Some(to) = row.to else { return };
                self.ready[usize::from(to.0)].push_back(no);
            }
            State::Sent(_) => self.deletes.push_back(no),
            _ => return,
        }
        self.rows.change(no, |row| row.queued = true);
    }

    /// Whether a message may have been sent, and sending it again could make a second copy that nobody wants to risk.
    pub(super) fn must_hold(&self, now: Now, no: RowNo) -> bool {
        !self.rows[no].tally.is_covered(now.mono_ms) && self.order.policy.unknown == OnUnknown::Hold
    }

    /// A message is done with, though not moved. What its group does then is for the policy to say.
    pub(super) fn close(&mut self, no: RowNo, closing: Closing) {
        let (id, group) = (self.rows[no].id.clone(), self.rows[no].group);
        self.outbox.note(&id, Change::Closed(closing.clone()));
        let stays = closing.blocks() && self.order.policy.behind == Behind::Stay;
        self.rows.change(no, |row| row.close(closing));
        let Some(group) = group else { return };
        if !stays {
            return self.leave(no);
        }
        self.stay_behind(group, no);
    }

    /// Nothing of a group is sent that stands behind a message that was not. What may have been sent is somebody's to decide.
    fn stay_behind(&mut self, group: GroupNo, no: RowNo) {
        let by = self.rows[no].id.clone();
        for behind in self.groups.block(group, self.rows[no].rank, no) {
            let row = &self.rows[behind];
            let closing = if row.tally.is_open() { Closing::Undecided } else { Closing::Blocked { by: by.clone() } };
            self.outbox.note(&row.id, Change::Closed(closing.clone()));
            self.rows.change(behind, |row| row.close(closing));
        }
    }

    /// A message's turn in its group is over.
    pub(super) fn leave(&mut self, no: RowNo) {
        let row = &self.rows[no];
        let Some(group) = row.group else { return };
        if let Some(next) = self.groups.leave(group, row.rank, no) {
            self.place(next);
        }
    }
}
