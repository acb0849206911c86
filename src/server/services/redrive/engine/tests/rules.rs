//! What must be true of a world, whatever has happened in it.

use super::super::{End, OnUnknown};
use super::sqs::{Place, id};
use super::world::{Ask, World};
use crate::model::journal::JournalRow;

impl World {
    /// What is true of every send: enough of the lease is left, and nothing else of the group is unfinished.
    pub fn check_send(&mut self, messages: &[u8], handles: &[u8]) {
        let reserve_ms = self.terms().reserve_ms;
        for (message, handle) in messages.iter().zip(handles) {
            let place = self.queues.originals[usize::from(*message)].place;
            let short = matches!(place, Place::InFlight(current, until_ms) if current == *handle && until_ms - self.now_ms < reserve_ms);
            if short {
                self.broken = Some("I5: sent with too little left of its lease");
            }
            let group = |other: &u8| other % self.queues.groups == message % self.queues.groups;
            let others = self.flights.iter().any(|flight| match &flight.ask {
                Ask::Send { messages, .. } => messages.iter().any(group),
                _ => false,
            });
            let unsettled = self.queues.originals.iter().enumerate().any(|(at, original)| {
                original.unsettled && at != usize::from(*message) && group(&u8::try_from(at).unwrap())
            });
            let twice = messages.iter().filter(|other| group(other)).count() > 1;
            if self.queues.fifo && (others || unsettled || twice) {
                self.broken = Some("G: two unfinished sends of a group");
            }
        }
    }

    /// What is wrong, if anything is.
    pub fn violation(&self) -> Option<String> {
        let holds = self.setup.order.policy.unknown == OnUnknown::Hold || self.setup.window_ms.is_none();
        for (at, original) in self.queues.originals.iter().enumerate() {
            let wrong = |what: &str| Some(format!("{what} (m{at})"));
            let row = self.journal.get(&id(u8::try_from(at).unwrap()));
            if original.place == Place::Gone && original.copies == 0 && !original.consumed {
                return wrong("L: lost");
            }
            if original.copies > 1 + original.unknown {
                return wrong("M: a second copy that could have been avoided");
            }
            if row.map_or(0, |row| row.extra + u32::from(row.attempts > 0)) < u32::from(original.copies) {
                return wrong("R: a copy that the journal does not account for");
            }
            if self.queues.fifo && holds && original.copies > 1 {
                return wrong("D: a second copy on FIFO");
            }
        }
        let open = self.journal.values().any(JournalRow::is_open);
        if matches!(self.ended, Some(End::Finished { .. } | End::Cancelled)) && open && self.setup.twist.is_none() {
            return Some("E: ended, and left something open".into());
        }
        let stuck = self.engine.is_some() && self.ended.is_none() && self.flights.is_empty();
        if stuck && self.engine.as_ref().is_some_and(|engine| engine.wake_at_ms(self.now()).is_none()) {
            let waits = self.engine.as_ref().is_some_and(|engine| !engine.progress().pauses.is_empty());
            return (!waits).then(|| "S: waits for nothing".into());
        }
        self.broken.map(str::to_owned)
    }
}
