//! Where snapshots lie: one per queue, a few queues, the longest untouched first out. In memory only.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::cell::Cell;
use super::recent::Recent;
use super::snapshot::Snapshot;
use crate::model::{Failure, QueueName};

/// How many snapshots a connection keeps.
const KEPT: usize = 8;

/// How the last look at a queue ended; whoever holds the lock looks.
pub type Turn = Arc<tokio::sync::Mutex<Option<(Instant, Result<(), Failure>)>>>;

struct Kept {
    queue: QueueName,
    cell: Arc<Cell>,
    /// Ends the receive that fills it.
    stop: CancellationToken,
}

/// What a connection has on its desk: snapshots, whose turn it is to look, what was sent a moment ago.
#[derive(Default)]
pub struct Desk {
    closing: CancellationToken,
    shelf: Mutex<VecDeque<Kept>>,
    turns: Mutex<HashMap<QueueName, Turn>>,
    recent: Mutex<Recent>,
}

impl Desk {
    /// An empty desk; what runs on it ends with `closing`.
    pub fn new(closing: CancellationToken) -> Self {
        Self { closing, ..Self::default() }
    }

    /// Ends what runs here: the console stops.
    pub(super) fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    /// The place of a queue's snapshot, if there is one.
    pub fn cell(&self, queue: &QueueName) -> Option<Arc<Cell>> {
        let mut shelf = lock(&self.shelf);
        let at = shelf.iter().position(|kept| kept.queue == *queue)?;
        // What is asked for moves to the end of the line for leaving.
        let kept = shelf.remove(at)?;
        let cell = Arc::clone(&kept.cell);
        shelf.push_back(kept);
        Some(cell)
    }

    /// Puts a finished snapshot in the place of the queue's last one.
    pub(super) fn put(&self, queue: &QueueName, snapshot: Snapshot) {
        self.place(queue, snapshot);
    }

    /// Opens the place for a receive; `None` where one is running there.
    pub(super) fn open(&self, queue: &QueueName, snapshot: Snapshot) -> Option<(Arc<Cell>, CancellationToken)> {
        if self.is_receiving(queue) { None } else { Some(self.place(queue, snapshot)) }
    }

    /// Whether a receive is running on the queue.
    pub(super) fn is_receiving(&self, queue: &QueueName) -> bool {
        let shelf = lock(&self.shelf);
        shelf.iter().any(|kept| kept.queue == *queue && kept.cell.is_receiving())
    }

    /// Tells the running receive to end; whether there was one.
    pub(super) fn stop(&self, queue: &QueueName) -> bool {
        let shelf = lock(&self.shelf);
        let running = shelf.iter().find(|kept| kept.queue == *queue && kept.cell.is_receiving());
        running.map(|kept| kept.stop.cancel()).is_some()
    }

    /// Whose turn it is to look at a queue.
    pub(super) fn turn(&self, queue: &QueueName) -> Turn {
        let mut turns = lock(&self.turns);
        // Turns that nobody waits for and that no one will be refused for are forgotten.
        turns.retain(|_, turn| {
            let recent = |turn: &Turn| {
                turn.try_lock().is_ok_and(|last| last.as_ref().is_some_and(|(at, _)| at.elapsed() < super::look::APART))
            };
            Arc::strong_count(turn) > 1 || recent(turn)
        });
        Arc::clone(turns.entry(queue.clone()).or_default())
    }

    /// What was sent within the deduplication window.
    pub(super) fn recent(&self) -> MutexGuard<'_, Recent> {
        lock(&self.recent)
    }

    fn place(&self, queue: &QueueName, snapshot: Snapshot) -> (Arc<Cell>, CancellationToken) {
        let (cell, stop) = (Arc::new(Cell::new(snapshot)), CancellationToken::new());
        let mut shelf = lock(&self.shelf);
        shelf.retain(|kept| kept.queue != *queue);
        shelf.push_back(Kept { queue: queue.clone(), cell: Arc::clone(&cell), stop: stop.clone() });
        while shelf.len() > KEPT {
            // A running receive is not thrown away while there is another: nobody could stop it any more.
            let at = shelf.iter().position(|kept| !kept.cell.is_receiving()).unwrap_or(0);
            if let Some(gone) = shelf.remove(at) {
                gone.stop.cancel();
            }
        }
        (cell, stop)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::services::messages::snapshot::{Origin, Stop};

    fn queue(n: usize) -> QueueName {
        format!("q{n}").parse().unwrap()
    }

    fn looked() -> Snapshot {
        Snapshot { stop: Some(Stop::Empty), ..Snapshot::begun(Origin::Look, 0, 20, 10, 30) }
    }

    #[test]
    fn the_longest_untouched_goes_first_and_a_running_receive_stays() {
        let desk = Desk::default();
        let (_, stop) = desk.open(&queue(0), Snapshot::begun(Origin::Receive, 0, 30, 10, 30)).unwrap();
        for n in 1..KEPT {
            desk.put(&queue(n), looked());
        }
        assert!(desk.cell(&queue(1)).is_some(), "touched");
        desk.put(&queue(99), looked());
        assert!(desk.cell(&queue(2)).is_none(), "the longest untouched");
        assert!(desk.cell(&queue(0)).is_some() && desk.cell(&queue(1)).is_some());
        assert!(!stop.is_cancelled());
    }

    #[test]
    fn one_receive_at_a_time() {
        let desk = Desk::default();
        let running = || Snapshot::begun(Origin::Receive, 0, 30, 10, 30);
        let (cell, stop) = desk.open(&queue(1), running()).unwrap();
        assert!(desk.open(&queue(1), running()).is_none());
        assert!(desk.stop(&queue(1)) && stop.is_cancelled());
        cell.change(|snapshot| snapshot.stop = Some(Stop::Asked));
        assert!(!desk.stop(&queue(1)), "it has ended");
        assert!(desk.open(&queue(1), running()).is_some());
    }
}
