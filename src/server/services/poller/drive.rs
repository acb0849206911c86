//! Carries the plan out: starts what is due, enters what comes back, publishes, and says once what went wrong.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use super::backoff::Trouble;
use super::schedule::{Job, Next};
use super::{Liveness, Poller, State};
use crate::model::{Code, Failure, MoveTask, QueueArn, QueueName, QueueUrl};
use crate::server::sqs::{self, SqsError};

/// Milliseconds between two publications while polling: what comes in meanwhile goes out together.
const PUBLISH_MS: i64 = 100;
/// From how many milliseconds of lateness on the numbers are called behind.
const BEHIND_MS: i64 = 10_000;
/// How often it looks whether it is behind, milliseconds.
const LOOK_MS: i64 = 5_000;
/// After how many milliseconds a list that an outage made fail is tried again by itself.
const LIST_AGAIN_MS: i64 = 5_000;
/// For how many milliseconds pages are answered with the failure of the list before one may try again: whoever mends
/// what was wrong and loads the page again should see it mended, and many who ask make one call.
const LIST_REST_MS: i64 = 1_000;

/// What the driver does next.
enum Step {
    Start(Job, i64),
    Wait(Option<i64>),
}

impl Poller {
    pub(super) async fn drive(self: Arc<Self>) {
        loop {
            let wake_at = match self.step() {
                Step::Start(job, ticket) => {
                    self.tracker.spawn(Arc::clone(&self).perform(job, ticket));
                    continue;
                }
                Step::Wait(until) => until,
            };
            let sleep = async {
                match wake_at {
                    Some(at) => tokio::time::sleep_until(self.born + millis(at)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.shutdown.cancelled() => return,
                () = self.wake.notified() => {}
                () = sleep => {}
            }
        }
    }

    /// Takes the next job from the plan; where none is due, publishes what is new and says when to look again.
    fn step(&self) -> Step {
        let mut state = self.state();
        let now = self.now();
        let probe_from = state.backoff.until();
        let mut wake = match state.schedule.next(now, probe_from) {
            Next::Start(job) => return Step::Start(job, state.ticket()),
            Next::WakeAt(at) => Some(at),
            Next::Sleep => None,
        };
        let mut sooner = |at: i64| wake = Some(wake.map_or(at, |earlier| earlier.min(at)));
        if state.schedule.is_watched() {
            sooner(now + LOOK_MS);
            state.dirty |= self.news.borrow().liveness != state.liveness(now);
        }
        if state.dirty {
            if now >= state.published + PUBLISH_MS {
                self.publish(&mut state);
            } else {
                sooner(state.published + PUBLISH_MS);
            }
        }
        Step::Wait(wake)
    }

    /// Hands the newest census to everyone.
    pub(super) fn publish(&self, state: &mut MutexGuard<'_, State>) {
        let now = self.now();
        state.dirty = false;
        state.published = now;
        let liveness = state.liveness(now);
        if self.news.borrow().liveness != liveness {
            state.book.touch();
        }
        let calls = state.meter.per_minute(now);
        let census = state.book.census(liveness, calls, state.schedule.pace());
        self.news.send_replace(Arc::new(census));
    }

    /// Does one job of the plan.
    async fn perform(self: Arc<Self>, job: Job, ticket: i64) {
        let work = async {
            match &job {
                Job::List => self.list().await,
                Job::Row(name) => match self.url(name) {
                    Some(url) => self.read_row(name, &url, ticket).await,
                    None => Ok(()),
                },
                Job::Tasks(name) => match self.arn(name) {
                    Some(arn) => self.read_tasks(name, &arn, ticket).await.map(|_| ()),
                    None => Ok(()),
                },
            }
        };
        let result = self.shutdown.run_until_cancelled(work).await;
        let mut state = self.state();
        // What cannot work is asked for less often; what the whole connection suffers from, the back-off slows.
        let fails = matches!(&result, Some(Err(failure)) if !is_of_connection(failure));
        let now = self.now();
        state.schedule.done(&job, now, fails);
        match &job {
            // An outage of everything is over sooner than the list is due.
            Job::List if matches!(result, Some(Err(_))) && !fails => {
                state.schedule.hasten(&job, now + LIST_AGAIN_MS);
            }
            Job::List => {}
            Job::Row(name) | Job::Tasks(name) => state.follow_tasks_around(name, now),
        }
        state.dirty = true;
        drop(state);
        self.wake.notify_one();
    }

    pub(super) fn url(&self, name: &QueueName) -> Option<QueueUrl> {
        self.state().book.row(name).map(|row| row.url.clone())
    }

    pub(super) fn arn(&self, name: &QueueName) -> Option<QueueArn> {
        self.state().book.row(name).and_then(|row| row.arn().cloned())
    }

    /// Reads the list of queues, and plans for those that are new. Remembers when it fails, and for how long nobody
    /// need try again.
    pub(super) async fn list(&self) -> Result<(), Failure> {
        let started = self.called(&Job::List);
        let result = self.sqs.list_queues(None).await;
        let result = self.settle(started, None, result);
        let mut state = self.state();
        let now = self.now();
        let urls = match result {
            Ok(urls) => urls,
            Err(failure) => {
                let again = now + LIST_REST_MS;
                state.list_due = state.backoff.until().map_or(again, |until| until.min(again));
                state.book.list_failed(failure.clone());
                state.dirty = true;
                return Err(failure);
            }
        };
        state.list_due = now;
        let listed = state.book.list(urls, self.clock.now_ms());
        for name in listed.new {
            state.schedule.add(Job::Row(name), now);
        }
        for name in listed.gone {
            state.schedule.remove(&Job::Row(name.clone()));
            state.schedule.remove(&Job::Tasks(name));
        }
        state.dirty = true;
        Ok(())
    }

    /// Reads the attributes of a queue into the book.
    pub(super) async fn read_row(&self, name: &QueueName, url: &QueueUrl, ticket: i64) -> Result<(), Failure> {
        let started = self.called(&Job::Row(name.clone()));
        let result = self.sqs.attributes(url).await;
        let result = self.settle(started, Some(name), result);
        let mut state = self.state();
        if matches!(result, Err(Failure::NoSuchQueue(_))) {
            let now = self.now();
            state.schedule.hasten(&Job::List, now);
        }
        let done = result.as_ref().map(|_| ()).map_err(Clone::clone);
        state.book.read(name, result, ticket, self.clock.now_ms());
        state.dirty = true;
        done
    }

    /// Reads the move tasks of a queue into the book.
    pub(super) async fn read_tasks(
        &self,
        name: &QueueName,
        arn: &QueueArn,
        ticket: i64,
    ) -> Result<Vec<MoveTask>, Failure> {
        let started = self.called(&Job::Tasks(name.clone()));
        let result = self.sqs.move_tasks(arn).await;
        let result = self.settle(started, Some(name), result);
        let mut state = self.state();
        state.book.read_tasks(name, result.clone(), ticket, self.clock.now_ms());
        let now = self.now();
        state.follow_tasks(name, now);
        state.dirty = true;
        result
    }

    /// Counts a call that is about to be made, and answers when it began. The ceiling let it pass before.
    pub(super) fn called(&self, job: &Job) -> i64 {
        let mut state = self.state();
        let now = self.now();
        let cost = state.schedule.cost(job);
        state.meter.record(now, u32::try_from(cost).unwrap_or(u32::MAX));
        now
    }

    /// Turns an answer into its value or a failure, learns from it whether the connection is in trouble, and logs
    /// what changed – not what goes on.
    pub(super) fn settle<T>(
        &self,
        started: i64,
        name: Option<&QueueName>,
        result: sqs::Result<T>,
    ) -> Result<T, Failure> {
        match result {
            Ok(answer) => {
                let recovered = self.state().backoff.succeeded(started);
                if recovered {
                    tracing::info!(connection = %self.connection, "SQS answers again");
                }
                Ok(answer.value)
            }
            Err(error) => {
                let SqsError { operation, ref code, .. } = error;
                let code = code.clone();
                Err(self.failed(started, name, operation, &code, error.into_failure(name)))
            }
        }
    }

    pub(super) fn failed(
        &self,
        started: i64,
        name: Option<&QueueName>,
        operation: &'static str,
        code: &Code,
        failure: Failure,
    ) -> Failure {
        let mut state = self.state();
        let now = self.now();
        let troubled = state.backoff.failed(&failure, started, now, chance());
        let known = match name {
            Some(name) => {
                state.book.row(name).is_some_and(|row| row.failure.as_ref() == Some(&failure))
                    || state.book.tasks(name).is_some_and(|tasks| tasks.failure.as_ref() == Some(&failure))
            }
            None => state.book.list_failure() == Some(&failure),
        };
        state.dirty = true;
        drop(state);
        if troubled || !known && !is_of_connection(&failure) {
            let queue = name.map(QueueName::as_str);
            tracing::warn!(connection = %self.connection, operation, %code, queue, "a read of SQS failed");
        }
        failure
    }
}

impl State {
    pub(super) fn liveness(&self, now: i64) -> Liveness {
        match self.backoff.trouble() {
            Some(Trouble::Down(failure)) => Liveness::Offline(failure.clone()),
            Some(Trouble::Throttled) => Liveness::Behind,
            None if !self.schedule.is_watched() => Liveness::Paused,
            None if self.schedule.lag(now) > BEHIND_MS => Liveness::Behind,
            None => Liveness::Live,
        }
    }
}

/// Whether a failure says something about the connection rather than about one queue.
pub(super) fn is_of_connection(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Throttled | Failure::Unreachable | Failure::Credentials | Failure::TimedOut | Failure::Upstream(_)
    )
}

pub(super) fn millis(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

/// A random number from 0 to 1, from the randomness that the standard library seeds its hash maps with.
fn chance() -> f64 {
    let bits = RandomState::new().hash_one(0);
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let fraction = (bits >> 11) as f64 / (1u64 << 53) as f64;
    fraction
}
