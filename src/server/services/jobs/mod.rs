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
use crate::model::QueueName;
use crate::model::job::Task;

/// How many jobs that have ended a connection remembers.
const KEPT: usize = 50;
/// The bytes of messages in all of them: they may outlive the snapshots and files they come from.
const BYTES: usize = 128 << 20;

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

    /// The one that does what is asked for again now, before anything is checked or read for it.
    fn asked_before(&self, queue: &QueueName, task: &Task, of: &str, now_ms: i64) -> Option<Arc<Job>> {
        self.lock().iter().rev().find(|known| known.is_asked_for_again(queue, task, of, now_ms)).cloned()
    }

    /// Adds one, unless it was asked for before: then that one is given. What has ended goes when there are too many or they
    /// take too much room, the oldest before the others.
    fn add(&self, job: Arc<Job>) -> Result<(), Arc<Job>> {
        let mut jobs = self.lock();
        let again =
            |known: &&Arc<Job>| known.is_asked_for_again(job.queue(), job.task(), job.about(), job.started_ms());
        if let Some(known) = jobs.iter().rev().find(again) {
            return Err(Arc::clone(known));
        }
        jobs.push_back(job);
        let ended: Vec<usize> = jobs.iter().filter(|job| job.has_ended()).map(|job| job.weight()).collect();
        let (mut count, mut bytes) = (ended.len(), ended.iter().sum::<usize>());
        jobs.retain(|job| {
            let goes = (count > KEPT || bytes > BYTES) && job.has_ended();
            if goes {
                (count, bytes) = (count.saturating_sub(1), bytes.saturating_sub(job.weight()));
            }
            !goes
        });
        Ok(())
    }

    /// Whether one is at work that receives from a queue, or may.
    pub(in crate::server::services) fn receives(&self, queue: &QueueName) -> bool {
        let receives = |task: &Task| task.empties() || matches!(task, Task::Delete | Task::Hide(_));
        self.lock().iter().any(|job| job.queue() == queue && receives(job.task()) && !job.has_ended())
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Job>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::model::Message;
    use crate::server::services::messages::tests::message;

    /// A job for a message of so many bytes, about something.
    fn job(of: &str, bytes: usize, started_ms: i64) -> Arc<Job> {
        let messages: [Arc<Message>; 1] = [Arc::new(message("m", &"x".repeat(bytes), None))];
        let (queue, how) = ("orders".parse().unwrap(), "all".to_owned());
        let job = Job::new(queue, Task::Delete, how, &messages, &CancellationToken::new(), started_ms);
        Arc::new(job.of(of))
    }

    #[test]
    fn what_has_ended_goes_by_number_and_by_bytes_and_what_runs_stays() {
        let jobs = Jobs::default();
        let running = job("", BYTES, 0);
        assert!(jobs.add(Arc::clone(&running)).is_ok());
        let ended: Vec<_> = (0..=KEPT).map(|_| job("", 1, 0)).collect();
        for job in &ended {
            job.finish(None, 1);
            assert!(jobs.add(Arc::clone(job)).is_ok());
        }
        assert!(jobs.find(ended[0].id()).is_none() && jobs.find(ended[1].id()).is_some());
        let large: Vec<_> = (0..2).map(|_| job("", BYTES / 2, 0)).collect();
        for job in &large {
            job.finish(None, 1);
            assert!(jobs.add(Arc::clone(job)).is_ok());
        }
        assert!(jobs.find(ended[KEPT].id()).is_none() && jobs.find(large[0].id()).is_none());
        assert!(jobs.find(large[1].id()).is_some() && jobs.find(running.id()).is_some());
    }

    #[test]
    fn the_same_is_asked_for_again_later_or_of_something_else() {
        let jobs = Jobs::default();
        let first = job("set", 1, 10_000);
        assert!(jobs.add(Arc::clone(&first)).is_ok());
        assert_eq!(
            jobs.add(job("set", 1, 99_000)).err().map(|known| known.id().to_owned()),
            Some(first.id().to_owned())
        );
        first.finish(None, 10_100);
        assert!(jobs.add(job("set", 1, 14_999)).is_err(), "a second click");
        assert!(jobs.add(job("other", 1, 14_999)).is_ok());
        assert!(jobs.add(job("set", 1, 15_000)).is_ok());
    }
}
