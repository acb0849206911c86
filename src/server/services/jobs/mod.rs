//! Jobs: what takes longer than a click. A job runs on the server, whoever watches; it is for a frozen set of messages
//! and has a result for each of them.
//!
//! * [`Job`] – what is to be done, how far it is, what became of each message
//! * `carry` – delete and hide: with the handles that are held, then with those found again
//! * `copy` – send the copies to another queue
//! * `restore` – send copies of deleted messages again
//! * `purge` – copy and delete what can be received, then purge
//! * `find` – receives until the wanted messages have come by, and gives everything else back

mod batches;
mod carry;
mod copy;
mod find;
mod job;
pub mod purge;
mod restore;
mod start;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use self::job::{Counts, Job, Report, Row};
pub use self::start::{Errand, Start};

/// How many jobs that have ended a connection remembers.
const KEPT: usize = 50;

/// The jobs of a connection, in memory: the newest last.
#[derive(Default)]
pub struct Jobs(Mutex<VecDeque<Arc<Job>>>);

impl Jobs {
    /// A job by its id.
    pub fn find(&self, id: &str) -> Option<Arc<Job>> {
        self.lock().iter().find(|job| job.id() == id).cloned()
    }

    /// All of them, the newest first.
    pub fn all(&self) -> Vec<Arc<Job>> {
        self.lock().iter().rev().cloned().collect()
    }

    /// Adds one, unless it was asked for before: then that one is given. What has ended goes when there are too many, the
    /// oldest before the others.
    fn add(&self, job: Arc<Job>) -> Result<(), Arc<Job>> {
        let mut jobs = self.lock();
        if let Some(known) = jobs.iter().rev().find(|known| known.is_repeated_by(&job)) {
            return Err(Arc::clone(known));
        }
        jobs.push_back(job);
        let mut ended = jobs.iter().filter(|job| job.has_ended()).count();
        jobs.retain(|job| {
            let goes = ended > KEPT && job.has_ended();
            if goes {
                ended -= 1;
            }
            !goes
        });
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Job>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
