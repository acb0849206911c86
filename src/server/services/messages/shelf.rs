//! Where snapshots lie: one per queue, a few queues, in memory only. What holds nothing goes first, the longest
//! untouched before the others: with a snapshot go the handles of the messages that it holds.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::cell::Cell;
use super::chosen::Sets;
use super::lease::Terms;
use super::presence::Room;
use super::recent::Recent;
use super::snapshot::Snapshot;
use super::spent::Spent;
use super::uploads::Uploads;
use crate::model::{Failure, QueueName, Refusal};
use crate::server::services::jobs::Jobs;
use crate::server::services::redrive::planning::Plans;
use crate::server::services::redrive::selective::Runs;
use crate::server::store::Receives;

/// How many snapshots a connection keeps.
const KEPT: usize = 8;

/// When and how the last look at a queue ended, and for how many messages it had asked; whoever holds the lock looks.
pub type Turn = Arc<tokio::sync::Mutex<Option<(Instant, Result<usize, Failure>)>>>;

struct Kept {
    queue: QueueName,
    cell: Arc<Cell>,
    reins: Arc<Reins>,
}

/// What steers a hold.
#[derive(Default)]
pub(super) struct Reins {
    /// Ends the polling that fills it.
    pub stop: CancellationToken,
    /// Gives everything back.
    pub release: CancellationToken,
    /// Renews its lease now.
    pub extend: Notify,
}

/// What a connection has on its desk: snapshots, who is there, whose turn it is to look, what was sent a moment ago.
#[derive(Default)]
pub struct Desk {
    closing: CancellationToken,
    terms: Terms,
    room: Arc<Room>,
    spent: Mutex<Spent>,
    shelf: Mutex<VecDeque<Kept>>,
    turns: Mutex<HashMap<QueueName, Turn>>,
    recent: Mutex<Recent>,
    sets: Sets,
    plans: Plans,
    uploads: Uploads,
    jobs: Jobs,
    runs: Runs,
    work: TaskTracker,
}

impl Desk {
    /// A desk that knows of receives what the store kept; what runs on it ends with `closing`.
    pub fn new(closing: CancellationToken, terms: Terms, receives: Vec<(QueueName, Receives)>) -> Self {
        Self { closing, terms, spent: Mutex::new(Spent::knowing(receives)), ..Self::default() }
    }

    /// The same, where what goes on by itself is waited for with these tasks.
    #[must_use]
    pub fn working(self, work: TaskTracker) -> Self {
        Self { work, ..self }
    }

    /// What goes on by itself.
    pub(in crate::server::services) fn work(&self) -> &TaskTracker {
        &self.work
    }

    /// The selective redrives that this process carries out.
    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    /// What the console promises of its looks and holds.
    pub(super) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Who is at which queue.
    pub(super) fn room(&self) -> &Arc<Room> {
        &self.room
    }

    /// What is known of the receives of messages.
    pub(super) fn spent(&self) -> MutexGuard<'_, Spent> {
        lock(&self.spent)
    }

    /// Ends what runs here: the console stops.
    pub(in crate::server::services) fn closing(&self) -> &CancellationToken {
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

    /// Why a queue's snapshot cannot be replaced now: nobody could act on what is held any more.
    pub(super) fn busy(&self, queue: &QueueName) -> Option<Refusal> {
        let shelf = lock(&self.shelf);
        let cell = &shelf.iter().find(|kept| kept.queue == *queue)?.cell;
        busy(cell)
    }

    /// Puts a snapshot in the place of the queue's last one, unless messages are held there. The reins steer the hold
    /// that the snapshot is for.
    pub(super) fn place(
        &self,
        queue: &QueueName,
        snapshot: Snapshot,
        now_ms: i64,
    ) -> Result<(Arc<Cell>, Arc<Reins>), Refusal> {
        let mut shelf = lock(&self.shelf);
        if let Some(refusal) = shelf.iter().find(|kept| kept.queue == *queue).and_then(|kept| busy(&kept.cell)) {
            return Err(refusal);
        }
        let (cell, reins) = (Arc::new(Cell::new(snapshot)), Arc::new(Reins::default()));
        shelf.retain(|kept| kept.queue != *queue);
        shelf.push_back(Kept { queue: queue.clone(), cell: Arc::clone(&cell), reins: Arc::clone(&reins) });
        while shelf.len() > KEPT {
            // The newest is last and stays. Of equals the first is taken: the longest untouched.
            let loss = |kept: &Kept| (kept.cell.is_holding(), kept.cell.snapshot().held_until(now_ms));
            let others = shelf.iter().take(KEPT).enumerate();
            let Some((at, _)) = others.min_by_key(|(_, kept)| loss(kept)) else { break };
            if let Some(gone) = shelf.remove(at) {
                gone.reins.release.cancel();
            }
        }
        Ok((cell, reins))
    }

    /// Takes the queue's snapshot away, unless a hold is filling it: the queue was purged.
    pub(in crate::server::services) fn clear(&self, queue: &QueueName) {
        lock(&self.shelf).retain(|kept| {
            let stays = kept.queue != *queue || kept.cell.is_receiving();
            if !stays {
                kept.reins.release.cancel();
            }
            stays
        });
    }

    /// Keeps nothing of a queue and ends what runs there: the queue was deleted, and another may get its name.
    pub(in crate::server::services) fn forget(&self, queue: &QueueName) {
        lock(&self.shelf).retain(|kept| {
            let other = kept.queue != *queue;
            if !other {
                kept.reins.release.cancel();
            }
            other
        });
        lock(&self.recent).forget(queue);
    }

    /// The hold of a queue, if there is one, and what steers it.
    pub(super) fn hold(&self, queue: &QueueName) -> Option<(Arc<Cell>, Arc<Reins>)> {
        let shelf = lock(&self.shelf);
        let kept = shelf.iter().find(|kept| kept.queue == *queue && kept.cell.is_holding())?;
        Some((Arc::clone(&kept.cell), Arc::clone(&kept.reins)))
    }

    /// Whose turn it is to look at a queue.
    pub(in crate::server::services) fn turn(&self, queue: &QueueName) -> Turn {
        let mut turns = lock(&self.turns);
        // Turns that nobody waits for and that no one will be refused for are forgotten.
        turns.retain(|_, turn| {
            let recent = |turn: &Turn| {
                turn.try_lock().is_ok_and(|last| last.as_ref().is_some_and(|(at, _)| at.elapsed() < self.terms.apart))
            };
            Arc::strong_count(turn) > 1 || recent(turn)
        });
        Arc::clone(turns.entry(queue.clone()).or_default())
    }

    /// What takes longer than a click.
    pub(in crate::server::services) fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// What was chosen to do something with.
    pub(super) fn sets(&self) -> &Sets {
        &self.sets
    }

    /// What was planned to be redriven.
    pub(in crate::server::services) fn plans(&self) -> &Plans {
        &self.plans
    }

    /// What was read from files.
    pub(super) fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    /// What was sent within the deduplication window.
    pub(super) fn recent(&self) -> MutexGuard<'_, Recent> {
        lock(&self.recent)
    }
}

fn busy(cell: &Cell) -> Option<Refusal> {
    let filling = cell.is_receiving().then_some(Refusal::ReceiveRunning);
    filling.or_else(|| cell.is_holding().then_some(Refusal::Holding))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::services::messages::lease::Release;
    use crate::server::services::messages::snapshot::tests::message;
    use crate::server::services::messages::snapshot::{Origin, Stop};

    fn queue(n: usize) -> QueueName {
        format!("q{n}").parse().unwrap()
    }

    fn looked() -> Snapshot {
        Snapshot { stop: Some(Stop::Empty), ..Snapshot::begun(Origin::Look, 0, 20, 10, 30) }
    }

    fn running() -> Snapshot {
        Snapshot::begun(Origin::Hold, 0, 30, 10, 30)
    }

    fn holding(until_ms: i64) -> Snapshot {
        let mut snapshot = Snapshot { stop: Some(Stop::Time), ..running() };
        snapshot.take(vec![message("a", "", None)], until_ms);
        snapshot
    }

    #[test]
    fn the_longest_untouched_goes_first_and_a_hold_stays() {
        let desk = Desk::default();
        let (_, reins) = desk.place(&queue(0), running(), 0).unwrap();
        for n in 1..KEPT {
            desk.place(&queue(n), looked(), 0).unwrap();
        }
        assert!(desk.cell(&queue(1)).is_some(), "touched");
        desk.place(&queue(99), looked(), 0).unwrap();
        assert!(desk.cell(&queue(2)).is_none(), "the longest untouched");
        assert!(desk.cell(&queue(0)).is_some() && desk.cell(&queue(1)).is_some());
        assert!(!reins.release.is_cancelled());
    }

    #[test]
    fn what_holds_messages_goes_last_and_the_soonest_to_be_free_first() {
        let desk = Desk::default();
        let places = [holding(90_000), holding(60_000), holding(1_000)];
        for (n, snapshot) in places.into_iter().chain(std::iter::repeat_with(|| holding(80_000))).take(KEPT).enumerate()
        {
            desk.place(&queue(n), snapshot, 0).unwrap();
        }
        desk.place(&queue(91), looked(), 1_000).unwrap();
        assert!(desk.cell(&queue(2)).is_none(), "it holds nothing any more");
        desk.place(&queue(92), looked(), 1_000).unwrap();
        assert!(desk.cell(&queue(91)).is_none(), "a look holds nothing");
        desk.place(&queue(92), holding(99_000), 1_000).unwrap();
        desk.place(&queue(93), looked(), 1_000).unwrap();
        assert!(desk.cell(&queue(1)).is_none(), "the soonest to be free");
        assert!(desk.cell(&queue(0)).is_some() && desk.cell(&queue(93)).is_some());
    }

    #[test]
    fn one_hold_at_a_time_and_nothing_takes_its_place() {
        let desk = Desk::default();
        let (cell, _) = desk.place(&queue(1), running(), 0).unwrap();
        assert_eq!(desk.place(&queue(1), running(), 0).err(), Some(Refusal::ReceiveRunning));
        assert_eq!(desk.place(&queue(1), looked(), 0).err(), Some(Refusal::ReceiveRunning), "not by a look either");
        cell.change(|snapshot| snapshot.stop = Some(Stop::Asked));
        assert_eq!(desk.place(&queue(1), looked(), 0).err(), Some(Refusal::Holding), "it holds still");
        assert!(desk.hold(&queue(1)).is_some());
        cell.change(|snapshot| snapshot.released = Some((Release::Asked, 1)));
        assert!(desk.hold(&queue(1)).is_none());
        assert!(desk.place(&queue(1), running(), 0).is_ok());
    }

    #[test]
    fn of_a_deleted_queue_nothing_stays_and_of_a_purged_one_only_what_runs() {
        let desk = Desk::default();
        let (_, reins) = desk.place(&queue(1), running(), 0).unwrap();
        desk.place(&queue(2), looked(), 0).unwrap();
        desk.clear(&queue(1));
        desk.clear(&queue(2));
        assert!(desk.cell(&queue(1)).is_some() && desk.cell(&queue(2)).is_none());
        assert!(!reins.release.is_cancelled());
        desk.forget(&queue(1));
        assert!(desk.cell(&queue(1)).is_none() && reins.release.is_cancelled());
    }
}
