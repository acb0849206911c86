//! What the journal's rows mean to a process that begins with them.
//!
//! An intent without an outcome may have been sent, or not: it is in doubt. What was sent is deleted when it comes by, and
//! nothing else ever happens to it. Handles are not kept: every message must come by again, which it does when the lease
//! of the process before has run out. On FIFO that is early enough for deduplication to swallow a second copy, if the
//! console is back within some three minutes; those in doubt go first.

use super::Engine;
use super::event::Now;
use super::outbox::Durable;
use super::row::{First, Row, State, Tally};
use crate::model::QueueKind;
use crate::model::journal::{Change, Closing, JournalRow, QueueNo, Stage};

impl Engine {
    /// Takes the journal's rows: of this redrive, and of earlier ones of the same queue.
    pub(super) fn recover(&mut self, rows: Vec<JournalRow>, earlier: Vec<JournalRow>, now: Now) {
        if !rows.is_empty() {
            // Whatever the process before held is visible again by then.
            self.let_slip(now);
        }
        let begun = rows.iter().filter(|row| row.attempts > 0).count();
        self.gate.begun_before(u32::try_from(begun).unwrap_or(u32::MAX));
        for row in rows {
            self.recover_own(row, now);
        }
        for row in earlier {
            self.recover_earlier(row, now);
        }
    }

    fn recover_own(&mut self, from: JournalRow, now: Now) {
        let state = match (Durable::read(&from), &from.stage) {
            // It was sent, and the process ended before it could write down that the original stays.
            (Some(_), Stage::Sent) if self.order.policy.keep_originals => {
                self.outbox.note(&from.id, Change::Closed(Closing::Kept));
                State::Closed(Closing::Kept)
            }
            (Some(ack), Stage::Sent) => State::Sent(ack),
            (Some(ack), _) => State::Done(ack),
            (None, Stage::Closed(closing)) => State::Closed(closing.clone()),
            (None, _) => State::Idle,
        };
        let unsent = matches!(state, State::Idle);
        let mut row = Row::new(from.id.clone(), state);
        row.to = from.to.filter(|to| usize::from(to.0) < self.order.destinations.len());
        row.came_back = from.came_back;
        // Copies of before count for the stop rule, too.
        row.sent_at_ms = from.sent_ms.map(|sent_ms| now.mono_ms - (now.wall_ms - sent_ms));
        self.gate.sent_before(from.copy.is_some(), from.came_back);
        row.tally = self.tally(&from, row.to, now);
        let ordered = row.to.is_some_and(|to| self.order.keeps_order(to));
        row.group = from.group.as_deref().filter(|_| ordered).map(|group| self.groups.number(group));
        let (group, rank) = (row.group, from.sequence.unwrap_or(0));
        row.rank = rank;
        self.search.met(self.order.takes(&from.id));
        let no = self.rows.add(row);
        if let Some(group) = group.filter(|_| unsent) {
            self.groups.join(group, rank, no);
        }
        if let Some(group) = group
            && let Stage::Closed(closing) = &from.stage
            && closing.blocks()
            && self.order.policy.behind == super::Behind::Stay
        {
            self.groups.block(group, rank, no);
        }
        if let Some(copy) = from.copy {
            self.rows.remember_copy(copy, no);
        }
    }

    fn tally(&self, row: &JournalRow, to: Option<QueueNo>, now: Now) -> Tally {
        let copies = if row.open_attempts() > 0 { row.extra + 1 } else { 0 };
        let age_ms = now.wall_ms - row.first_ms;
        let fifo = to.is_some_and(|to| self.order.queue(to).kind == QueueKind::Fifo);
        // Where the clock was set back since, nothing is known about the age.
        let covered = fifo && (0..self.order.terms.window_ms).contains(&age_ms);
        let left_ms = self.order.terms.window_ms - age_ms;
        let covered_until_ms = if covered { now.mono_ms + left_ms } else { i64::MIN };
        let first = (copies > 0).then_some(First { wall_ms: row.first_ms, covered_until_ms });
        Tally { attempts: row.attempts, refused: row.refused, copies, copies_before: copies, first }
    }

    /// What an earlier redrive did with a message that this one takes; nobody chose the others. What it deleted is deleted
    /// again, should SQS show it once more. What it sent and did not come to delete is left to somebody: by now the copy may
    /// be gone, and the original all that there is. What it left in doubt is in doubt here, too. Where somebody edited the
    /// message since, that is to be sent whatever became of it before.
    fn recover_earlier(&mut self, from: JournalRow, now: Now) {
        if !self.order.takes(&from.id) {
            return;
        }
        let own = self.rows.find(&from.id);
        if is_in_doubt(&from) {
            let copies = from.extra + 1;
            match own {
                // It has not come by yet, and may never: it becomes a row when it does.
                None => {
                    let doubt = self.doubts.entry(from.id).or_default();
                    *doubt = copies.max(*doubt);
                }
                Some(no) if matches!(self.rows[no].state(), State::Idle) => {
                    self.rows.change(no, |row| row.tally.doubt(copies, now.wall_ms));
                }
                Some(_) => {}
            }
            return;
        }
        if own.is_some() || self.sent_earlier.contains_key(&from.id) || self.order.edits.contains_key(&from.id) {
            return;
        }
        match (Durable::read(&from), &from.stage) {
            (Some(ack), Stage::Done) => {
                let mut row = Row::new(from.id, State::Done(ack));
                row.earlier = true;
                self.rows.add(row);
            }
            (Some(ack), _) => {
                self.sent_earlier.insert(from.id, ack.copy().clone());
            }
            (None, _) => {}
        }
    }
}

/// Whether nobody knows what became of a message that an earlier redrive has left.
fn is_in_doubt(row: &JournalRow) -> bool {
    match &row.stage {
        Stage::Intended => row.open_attempts() > 0,
        Stage::Sent | Stage::Done => false,
        Stage::Closed(closing) => match closing {
            Closing::Undecided | Closing::GoneUndecided | Closing::Damaged { .. } => true,
            Closing::Kept
            | Closing::NotDeleted
            | Closing::NotSeenAgain
            | Closing::SentBefore
            | Closing::SentEarlier { .. }
            | Closing::Swallowed { .. } => false,
            // A later attempt that was refused says nothing about an earlier one whose answer was lost.
            _ => row.open_attempts() > 0,
        },
    }
}
