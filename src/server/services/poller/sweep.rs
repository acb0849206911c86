//! Answers a page that wants all queues: a sweep reads the list and then what is too old, 64 calls at a time.
//!
//! A sweep is exempt from the ceiling, since nobody wants to wait four minutes for the first page with 5 000 queues.
//! It is paid for afterwards: after a sweep of n queues the next may begin n ÷ 20 seconds later, so that over time
//! the ceiling holds. Those who ask meanwhile get what is known, with its age.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, join_all};

use super::backoff::Trouble;
use super::ceiling::{CALLS, WINDOW_MS};
use super::drive::is_of_connection;
use super::schedule::Job;
use super::{Census, Poller, State};
use crate::model::{Failure, QueueName, QueueUrl};

/// A sweep that several may wait for.
pub(super) type Sweep = Shared<BoxFuture<'static, Result<(), Failure>>>;

/// Calls under way in a sweep.
const WIDTH: usize = 64;
/// How long a page waits for better numbers when it has some.
const PATIENCE: Duration = Duration::from_millis(800);
/// How long a page waits for the very first numbers. What is not read by then is shown as not known.
const FIRST_PATIENCE: Duration = Duration::from_secs(15);
/// The age at which the list of queues is read again, milliseconds. What the console itself does to queues it knows.
const LIST_MS: i64 = 60_000;

impl Poller {
    /// All queues, read no more than `max_age_ms` ago where that can be had in a moment. The first call waits for a
    /// complete sweep: one request per 1 000 queues and one per queue. Later calls cost nothing while the numbers are
    /// young, at most one request per queue that is too old, and wait 0.8 s at most. Callers at the same time share a
    /// sweep.
    ///
    /// An error means that nothing is known at all; trouble with numbers at hand is in [`Census::liveness`].
    pub async fn fresh(self: &Arc<Self>, max_age_ms: i64) -> Result<Arc<Census>, Failure> {
        let (sweep, first) = {
            let mut state = self.state();
            let now = self.now();
            let first = state.book.listed_at().is_none();
            let sweep = match &state.sweep {
                Some(under_way) => under_way.clone(),
                None if first || state.wants_sweep(max_age_ms, now, self.clock.now_ms()) => {
                    let poller = Arc::clone(self);
                    let sweep = async move { poller.sweep(max_age_ms).await }.boxed().shared();
                    self.tracker.spawn(sweep.clone());
                    state.sweep = Some(sweep.clone());
                    sweep
                }
                None => return Ok(self.census()),
            };
            (sweep, first)
        };
        let patience = if first { FIRST_PATIENCE } else { PATIENCE };
        match tokio::time::timeout(patience, sweep).await {
            Ok(Err(failure)) if first => return Err(failure),
            Err(_) if self.state().book.listed_at().is_none() => return Err(Failure::TimedOut),
            _ => {}
        }
        Ok(self.census())
    }

    async fn sweep(self: Arc<Self>, max_age_ms: i64) -> Result<(), Failure> {
        let work = Arc::clone(&self).sweep_through(max_age_ms);
        let result = self.shutdown.run_until_cancelled(work).await.unwrap_or(Err(Failure::TimedOut));
        let mut state = self.state();
        state.sweep = None;
        self.publish(&mut state);
        drop(state);
        self.wake.notify_one();
        result
    }

    async fn sweep_through(self: Arc<Self>, max_age_ms: i64) -> Result<(), Failure> {
        let wants_list = self.state().wants_list(self.clock.now_ms());
        if wants_list {
            self.list(false).await?;
            let now = self.now();
            self.state().schedule.seen(&Job::List, now, false);
        }
        let wanted: Arc<Vec<(QueueName, QueueUrl)>> = {
            let state = self.state();
            let now = self.now();
            let old = state.schedule.older_than(max_age_ms, now);
            Arc::new(old.filter_map(|name| Some((name.clone(), state.book.row(name)?.url.clone()))).collect())
        };
        // Tasks of their own, so that every core takes part.
        let next = Arc::new(AtomicUsize::new(0));
        let workers = (0..WIDTH.min(wanted.len())).map(|_| {
            let (poller, wanted, next) = (Arc::clone(&self), Arc::clone(&wanted), Arc::clone(&next));
            self.tracker.spawn(async move {
                while let Some((name, url)) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if !poller.sweep_one(name, url).await || poller.shutdown.is_cancelled() {
                        break;
                    }
                }
            })
        });
        join_all(workers).await;
        let mut state = self.state();
        let cost = i64::try_from(wanted.len()).unwrap_or(i64::MAX / WINDOW_MS);
        state.sweep_from = self.now() + cost * WINDOW_MS / i64::try_from(CALLS).unwrap_or(1);
        match state.backoff.trouble() {
            Some(Trouble::Down(failure)) => Err(failure.clone()),
            _ => Ok(()),
        }
    }

    /// Reads one queue of a sweep. `false`: the connection is in trouble, and the plan takes over.
    async fn sweep_one(&self, name: &QueueName, url: &QueueUrl) -> bool {
        let ticket = self.state().ticket();
        // Planned calls are not entered in the ceiling: those of a sweep are exempt.
        let result = self.read_row(name, url, ticket, true).await;
        let fails = result.is_err_and(|failure| !is_of_connection(&failure));
        let mut state = self.state();
        let now = self.now();
        state.schedule.seen(&Job::Row(name.clone()), now, fails);
        state.backoff.trouble().is_none()
    }
}

impl State {
    fn wants_list(&self, wall_ms: i64) -> bool {
        self.book.listed_at().is_none_or(|at| wall_ms - at > LIST_MS)
    }

    /// Whether something is too old, and a sweep may be made.
    fn wants_sweep(&self, max_age_ms: i64, now: i64, wall_ms: i64) -> bool {
        let may = now >= self.sweep_from && self.backoff.until().is_none_or(|until| now >= until);
        may && (self.wants_list(wall_ms) || self.schedule.older_than(max_age_ms, now).next().is_some())
    }
}
