//! Who is there: the open pages that show a queue's messages, and the pages that were loaded without a script.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::lease::{Presence, Terms};
use crate::model::QueueName;
use crate::server::clock::SharedClock;

#[derive(Debug, Default)]
struct Seen {
    seats: usize,
    /// When the last seat was left, and when a page was last loaded that no script has answered for since;
    /// milliseconds since 1970.
    left_ms: Option<i64>,
    visited_ms: Option<i64>,
}

impl Seen {
    fn until(&self, terms: &Terms) -> i64 {
        let left = self.left_ms.map(|at| at.saturating_add(terms.grace_ms));
        let visited = self.visited_ms.map(|at| at.saturating_add(terms.visit_ms));
        left.max(visited).unwrap_or(i64::MIN)
    }
}

/// Who is at which queue.
#[derive(Debug, Default)]
pub struct Room(Mutex<HashMap<QueueName, Seen>>);

impl Room {
    /// Somebody's page is open, or a job is at work, until the seat is dropped.
    ///
    /// `page`: whoever loaded a page before was this one, whose script says by its stream how long it stays.
    pub fn sit(self: &Arc<Self>, queue: &QueueName, clock: SharedClock, page: bool) -> Seat {
        let mut seen = self.lock();
        let at = seen.entry(queue.clone()).or_default();
        at.seats += 1;
        if page {
            at.visited_ms = None;
        }
        Seat { room: Arc::clone(self), queue: queue.clone(), clock }
    }

    /// A page was loaded.
    pub fn visit(&self, queue: &QueueName, terms: &Terms, now_ms: i64) {
        let mut seen = self.lock();
        // Who left long ago leaves no trace.
        seen.retain(|_, at| at.seats > 0 || at.until(terms) > now_ms);
        seen.entry(queue.clone()).or_default().visited_ms = Some(now_ms);
    }

    /// Who is at a queue.
    pub fn presence(&self, queue: &QueueName, terms: &Terms) -> Presence {
        match self.lock().get(queue) {
            Some(at) if at.seats > 0 => Presence::Open,
            Some(at) => Presence::Until(at.until(terms)),
            None => Presence::Until(i64::MIN),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<QueueName, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody's presence at a queue, until it is dropped.
pub struct Seat {
    room: Arc<Room>,
    queue: QueueName,
    clock: SharedClock,
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(at) = self.room.lock().get_mut(&self.queue) {
            at.seats = at.seats.saturating_sub(1);
            at.left_ms = Some(self.clock.now_ms());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::clock::{Clock as _, SystemClock};

    #[test]
    fn the_last_to_leave_is_missed_after_the_grace_and_a_load_alone_after_longer() {
        let (room, clock, terms) = (Arc::new(Room::default()), Arc::new(SystemClock), Terms::default());
        let queue: QueueName = "orders".parse().unwrap();
        assert_eq!(room.presence(&queue, &terms), Presence::Until(i64::MIN));
        let began = clock.now_ms();
        room.visit(&queue, &terms, began);
        assert_eq!(room.presence(&queue, &terms), Presence::Until(began + 300_000));
        let job = room.sit(&queue, clock.clone(), false);
        drop(job);
        assert_eq!(room.presence(&queue, &terms), Presence::Until(began + 300_000), "a job is no page");

        let (one, two) = (room.sit(&queue, clock.clone(), true), room.sit(&queue, clock.clone(), true));
        drop(one);
        assert_eq!(room.presence(&queue, &terms), Presence::Open);
        drop(two);
        let Presence::Until(until_ms) = room.presence(&queue, &terms) else { panic!("somebody is there") };
        assert!((began + 10_000..=clock.now_ms() + 10_000).contains(&until_ms), "its script had said how long");
        room.visit(&"other".parse().unwrap(), &terms, until_ms);
        assert_eq!(room.presence(&queue, &terms), Presence::Until(i64::MIN), "forgotten");
    }
}
