//! Answers a page that wants all queues: a sweep reads the list and then what is too old, 64 calls at a time.
//!
//! A sweep is exempt from the ceiling, since nobody wants to wait four minutes for the first page with 5 000 queues.
//! It is paid for afterwards: after a sweep of n queues the next may begin n ÷ 20 seconds later, so that over time
//! the ceiling holds. Those who ask meanwhile get what is known, with its age.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{BoxFuture, Shared, join_all};
use futures_util::{FutureExt, StreamExt, stream};

use super::backoff::Trouble;
use super::ceiling::{CALLS, WINDOW_MS};
use super::drive::{is_of_connection, millis};
use super::schedule::{Job, Tier};
use super::{Census, Poller, State};
use crate::model::{Failure, QueueArn, QueueName, QueueUrl};

/// A sweep that several may wait for.
pub(super) type Sweep = Shared<BoxFuture<'static, Result<(), Failure>>>;

/// Calls under way in a sweep.
const WIDTH: usize = 64;
/// How long a page waits for better numbers when it has some.
const PATIENCE: Duration = Duration::from_millis(800);
/// How long a page waits for the very first numbers. What is not read by then is shown as not known.
const FIRST_PATIENCE: Duration = Duration::from_secs(15);
/// For how long in all pages wait for the first sweep when they are not about the list, milliseconds.
const ACQUAINTANCE_MS: i64 = 2_000;
/// How long a sweep waits for the move tasks that nobody has read yet, and how many calls for them are under way.
const TASKS_PATIENCE: Duration = Duration::from_millis(400);
const TASKS_WIDTH: usize = 8;
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
            let first = state.book.listed_at().is_none();
            match self.join(&mut state, max_age_ms) {
                Some(sweep) => (sweep, first),
                None if first => return Err(state.book.list_failure().cloned().unwrap_or(Failure::TimedOut)),
                None => return Ok(self.census()),
            }
        };
        let patience = if first { FIRST_PATIENCE } else { PATIENCE };
        match tokio::time::timeout(patience, sweep).await {
            Ok(Err(failure)) if first => return Err(failure),
            Err(_) if self.state().book.listed_at().is_none() => return Err(Failure::TimedOut),
            _ => {}
        }
        Ok(self.census())
    }

    /// Lets the first page of a connection that is not about its list wait until it is known what is whose dead-letter
    /// queue: once, for two seconds at most however many pages ask, and not at all where the list is known to fail.
    pub async fn acquaint(self: &Arc<Self>) {
        let (sweep, left) = {
            let mut state = self.state();
            if state.book.listed_at().is_some() {
                return;
            }
            let failed = state.book.list_failure().is_some();
            let Some(sweep) = self.join(&mut state, LIST_MS) else { return };
            let left = ACQUAINTANCE_MS - (self.now() - state.sweep_began);
            if failed || left <= 0 {
                return;
            }
            (sweep, left)
        };
        if tokio::time::timeout(millis(left), sweep).await.is_err() {
            tracing::debug!(connection = %self.connection, "the list of queues is late");
        }
    }

    /// The sweep under way, or a new one where something is too old and a sweep may be made.
    fn join(self: &Arc<Self>, state: &mut State, max_age_ms: i64) -> Option<Sweep> {
        if let Some(under_way) = &state.sweep {
            return Some(under_way.clone());
        }
        let now = self.now();
        if !state.wants_sweep(max_age_ms, now, self.clock.now_ms()) {
            return None;
        }
        let poller = Arc::clone(self);
        let sweep = async move { poller.sweep(max_age_ms).await }.boxed().shared();
        self.tracker.spawn(sweep.clone());
        state.sweep = Some(sweep.clone());
        state.sweep_began = now;
        Some(sweep)
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
        let wants_list = {
            let mut state = self.state();
            let now = self.now();
            let wants = state.wants_list(now, self.clock.now_ms());
            if wants {
                let cost = state.schedule.cost(&Job::List);
                state.schedule.ceiling.record(now, cost);
            }
            wants
        };
        if wants_list {
            let listed = self.list().await;
            let fails = listed.as_ref().is_err_and(|failure| !is_of_connection(failure));
            let now = self.now();
            let mut state = self.state();
            state.schedule.seen(&Job::List, now, fails);
            match listed {
                // The queues that are known can still be read.
                Err(failure) if !fails || state.book.listed_at().is_none() => return Err(failure),
                // Nobody may take queues whose numbers are not read yet for no queues.
                _ => self.publish(&mut state),
            }
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
        let tasks = self.tracker.spawn(Arc::clone(&self).first_tasks());
        if tokio::time::timeout(TASKS_PATIENCE, tasks).await.is_err() {
            tracing::debug!(connection = %self.connection, "move tasks are read a little later");
        }
        let mut state = self.state();
        let cost = i64::try_from(wanted.len()).unwrap_or(i64::MAX / WINDOW_MS);
        state.sweep_from = self.now() + cost * WINDOW_MS / i64::try_from(CALLS).unwrap_or(1);
        match state.backoff.trouble() {
            Some(Trouble::Down(failure)) => Err(failure.clone()),
            _ => Ok(()),
        }
    }

    /// Reads the move tasks of dead-letter queues with messages that were never asked for theirs: one may run that this
    /// console did not start. Within the ceiling, and after everything else in it.
    async fn first_tasks(self: Arc<Self>) {
        let wanted: Vec<(QueueName, QueueArn)> = {
            let mut state = self.state();
            let now = self.now();
            let names: Vec<QueueName> = state.book.names().cloned().collect();
            let unknown = |name: &QueueName| state.book.holds_dead_letters(name) && state.book.tasks(name).is_none();
            let found: Vec<QueueName> = names.iter().filter(|name| unknown(name)).cloned().collect();
            for name in &names {
                state.follow_tasks(name, now);
            }
            for name in &found {
                state.schedule.seen(&Job::Tasks(name.clone()), now, false);
            }
            found.into_iter().filter_map(|name| Some((name.clone(), state.book.row(&name)?.arn()?.clone()))).collect()
        };
        let reads: Vec<_> =
            wanted.into_iter().map(|(name, arn)| Arc::clone(&self).first_tasks_of(name, arn).boxed()).collect();
        let read = stream::iter(reads).buffer_unordered(TASKS_WIDTH).collect::<()>();
        if self.shutdown.run_until_cancelled(read).await.is_some() {
            let mut state = self.state();
            self.publish(&mut state);
        }
    }

    async fn first_tasks_of(self: Arc<Self>, name: QueueName, arn: QueueArn) {
        self.turn_to_call(Tier::Rest.share()).await;
        let ticket = {
            let mut state = self.state();
            if state.backoff.trouble().is_some() {
                return;
            }
            state.ticket()
        };
        if self.read_tasks(&name, &arn, ticket).await.is_err() {
            tracing::debug!(connection = %self.connection, queue = %name, "the tasks are not known yet");
        }
    }

    /// Reads one queue of a sweep. `false`: the connection is in trouble, and the plan takes over.
    async fn sweep_one(&self, name: &QueueName, url: &QueueUrl) -> bool {
        let ticket = self.state().ticket();
        let result = self.read_row(name, url, ticket).await;
        let fails = result.is_err_and(|failure| !is_of_connection(&failure));
        let mut state = self.state();
        let now = self.now();
        state.schedule.seen(&Job::Row(name.clone()), now, fails);
        state.backoff.trouble().is_none()
    }
}

impl State {
    fn wants_list(&self, now: i64, wall_ms: i64) -> bool {
        let old = self.book.listed_at().is_none_or(|at| wall_ms - at > LIST_MS);
        now >= self.list_due && (old || self.book.list_failure().is_some())
    }

    /// Whether something is too old, and a sweep may be made. While nothing is known at all, whoever asks has it tried
    /// as soon as the last failure is a moment old.
    fn wants_sweep(&self, max_age_ms: i64, now: i64, wall_ms: i64) -> bool {
        let may = now >= self.sweep_from && self.backoff.until().is_none_or(|until| now >= until);
        let wants_list = self.wants_list(now, wall_ms);
        if self.book.listed_at().is_none() {
            return wants_list;
        }
        may && (wants_list || self.schedule.older_than(max_age_ms, now).next().is_some())
    }
}
