//! The poller: one per connection, shared by everyone who watches. It reads attributes only and never receives.
//!
//! * `schedule`, `ceiling`, `backoff` decide what is read when: pure, the time and chance are parameters.
//! * `book` remembers what was read: pure.
//! * `drive` carries the plan out, `reads` answers a page that wants one queue, `sweep` one that wants all.
//!
//! While somebody watches, the queue in focus is read every 2 s, listed ones every 10 s, the rest and the list of
//! queues every 60 s, and so are the move tasks of dead-letter queues with messages; while nobody does, nothing is.
//! Never more than 20 calls in a second, but for sweeps; `ceiling` says what is not counted.

mod backoff;
mod book;
mod ceiling;
mod census;
mod drive;
mod reads;
mod schedule;
mod sweep;
mod view;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::backoff::Backoff;
use self::book::Book;
use self::ceiling::Meter;
pub use self::census::{Census, Liveness, QueueRow, Tasks};
use self::reads::Reading;
use self::schedule::{Job, Schedule};
use self::sweep::Sweep;
pub use self::view::{View, Viewer};
use crate::model::{ConnectionName, QueueArn, QueueName};
use crate::server::clock::SharedClock;
use crate::server::sqs::Sqs;

/// The poller of one connection.
pub struct Poller {
    connection: ConnectionName,
    sqs: Arc<dyn Sqs>,
    clock: SharedClock,
    /// Where the monotonic milliseconds of the plan begin.
    born: Instant,
    /// Held for moments, never across an await.
    state: Mutex<State>,
    news: watch::Sender<Arc<Census>>,
    /// Tells the driver that the plan changed.
    wake: Notify,
    tracker: TaskTracker,
    shutdown: CancellationToken,
}

struct State {
    book: Book,
    schedule: Schedule,
    backoff: Backoff,
    meter: Meter,
    /// Counts readings, so that an old one cannot overwrite a new one.
    ticket: i64,
    /// Something changed since the last publication, which was at `published`.
    dirty: bool,
    published: i64,
    /// The sweep under way, and from when on the next one is paid for.
    sweep: Option<Sweep>,
    sweep_from: i64,
    /// When the sweep under way began, and from when on a list that failed is tried again.
    sweep_began: i64,
    list_due: i64,
    /// The reads under way that pages wait for.
    readings: HashMap<QueueName, Reading>,
}

impl Poller {
    /// Starts a poller. It makes no call before somebody watches or asks, and ends with `shutdown`.
    pub fn start(
        connection: ConnectionName,
        sqs: Arc<dyn Sqs>,
        clock: SharedClock,
        tracker: &TaskTracker,
        shutdown: CancellationToken,
    ) -> Arc<Self> {
        let book = Book::new(clock.now_ms());
        let mut schedule = Schedule::default();
        schedule.add(Job::List, 0);
        let census = Arc::new(book.census(Liveness::Paused, 0, 0));
        let poller = Arc::new(Self {
            connection,
            sqs,
            clock,
            born: Instant::now(),
            state: Mutex::new(State {
                book,
                schedule,
                backoff: Backoff::default(),
                meter: Meter::default(),
                ticket: 0,
                dirty: false,
                published: 0,
                sweep: None,
                sweep_from: 0,
                sweep_began: 0,
                list_due: 0,
                readings: HashMap::new(),
            }),
            news: watch::Sender::new(census),
            wake: Notify::new(),
            tracker: tracker.clone(),
            shutdown,
        });
        tracker.spawn(Arc::clone(&poller).drive());
        poller
    }

    /// What is known, without any call. Cheap: nothing is copied.
    pub fn census(&self) -> Arc<Census> {
        self.news.borrow().clone()
    }

    /// Hears of every census without being a watcher: nothing is read for it.
    pub fn news(&self) -> watch::Receiver<Arc<Census>> {
        self.news.subscribe()
    }

    /// The move tasks read last of a dead-letter queue.
    pub fn tasks(&self, name: &QueueName) -> Option<Arc<Tasks>> {
        self.state().book.tasks(name).cloned()
    }

    /// Begins to watch: until the viewer is dropped, its queues are kept fresh.
    pub fn watch(self: &Arc<Self>, view: View) -> Viewer {
        self.turn(None, Some(&view));
        Viewer::new(Arc::clone(self), view, self.news.subscribe())
    }

    /// Drops a queue that the console deleted: the list of queues may show it for another minute.
    pub fn forget(&self, name: &QueueName) {
        let mut state = self.state();
        state.book.forget(name, self.clock.now_ms());
        state.schedule.remove(&Job::Row(name.clone()));
        state.schedule.remove(&Job::Tasks(name.clone()));
        self.publish(&mut state);
    }

    /// A viewer came, turned or left.
    fn turn(&self, before: Option<&View>, after: Option<&View>) {
        let mut state = self.state();
        let now = self.now();
        state.schedule.turn(before, after, now);
        for view in [before, after].into_iter().flatten() {
            if let Some(name) = &view.focus {
                state.follow_tasks(name, now);
            }
        }
        state.dirty = true;
        drop(state);
        self.wake.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while it was held left at worst one reading half entered; the next one completes it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Monotonic milliseconds since the start.
    fn now(&self) -> i64 {
        i64::try_from(self.born.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

impl State {
    /// Reads the tasks of a queue exactly while there may be some to see: a dead-letter queue with messages or in focus,
    /// or a task that runs – whoever started it.
    fn follow_tasks(&mut self, name: &QueueName, now: i64) {
        let job = Job::Tasks(name.clone());
        let active = self.book.tasks(name).is_some_and(|tasks| tasks.list.iter().any(|task| task.status.is_active()));
        let looked_at = self.schedule.is_in_focus(name) && self.book.is_dead_letter_queue(name);
        if active || looked_at || self.book.holds_dead_letters(name) {
            self.schedule.add(job, now);
            self.schedule.set_active(name, active);
        } else {
            self.schedule.remove(&job);
        }
    }

    /// The same after a queue was read: with its policy, what is known of the queue that the policy names changes, too.
    fn follow_tasks_around(&mut self, name: &QueueName, now: i64) {
        let target = self.book.row(name).and_then(|row| row.dead_letter_target()).map(QueueArn::name);
        for name in std::iter::once(name).chain(&target) {
            self.follow_tasks(name, now);
        }
    }

    fn ticket(&mut self) -> i64 {
        self.ticket += 1;
        self.ticket
    }
}

impl fmt::Debug for Poller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poller").field("connection", &self.connection).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
