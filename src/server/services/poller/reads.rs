//! Answers a page that wants one queue as it is now. Pages that want the same queue at the same time share a read, and
//! each gets one that began after it asked, so that a change made before is in it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use super::ceiling::CALLS;
use super::drive::millis;
use super::schedule::Job;
use super::{Poller, QueueRow, Tasks};
use crate::model::{Code, Failure, MoveTask, QueueArn, QueueName};

/// A read that several may wait for.
pub(super) type Reading = Shared<BoxFuture<'static, Result<(), Failure>>>;

/// How long a page waits for a read.
const PATIENCE: Duration = Duration::from_secs(8);

impl Poller {
    /// A queue with numbers at most `max_age_ms` old: what is known, or a read of now.
    pub async fn row(self: &Arc<Self>, name: &QueueName, max_age_ms: i64) -> Result<Arc<QueueRow>, Failure> {
        let known = self.census().rows.get(name).cloned();
        let now = self.clock.now_ms();
        match known {
            Some(row) if row.failure.is_none() && row.read_at.is_some_and(|at| now - at <= max_age_ms) => Ok(row),
            _ => self.read_now(name).await,
        }
    }

    /// A queue as it is now: at least one request, two for a queue that the list does not have (yet). For a page about
    /// one queue, and after every change.
    pub async fn read_now(self: &Arc<Self>, name: &QueueName) -> Result<Arc<QueueRow>, Failure> {
        // A read that is under way may have begun before the change that the caller wants to see. The one after did not.
        let under_way = self.state().readings.get(name).cloned();
        if let Some(earlier) = under_way {
            let _ = earlier.await;
        }
        let reading = {
            let mut state = self.state();
            if let Some(joined) = state.readings.get(name) {
                joined.clone()
            } else {
                let (poller, wanted) = (Arc::clone(self), name.clone());
                let reading = async move { poller.read_in_turn(&wanted).await }.boxed().shared();
                // On its own feet: a reader who goes away does not take it from the others.
                self.tracker.spawn(reading.clone());
                state.readings.insert(name.clone(), reading.clone());
                reading
            }
        };
        reading.await?;
        self.census().rows.get(name).cloned().ok_or_else(|| Failure::NoSuchQueue(name.clone()))
    }

    /// The move tasks of a dead-letter queue as they are now: one request, and what [`Self::read_now`] costs where the
    /// queue is not known yet. From then on a task that runs is followed while anyone watches.
    pub async fn tasks_now(self: &Arc<Self>, name: &QueueName) -> Result<Arc<Tasks>, Failure> {
        let arn = match self.arn(name) {
            Some(arn) => arn,
            None => self.read_now(name).await?.arn().cloned().ok_or(Failure::Unsupported(Code::new("QueueArn")))?,
        };
        self.tasks_of(name, &arn).await?;
        self.tasks(name).ok_or_else(|| Failure::NoSuchQueue(name.clone()))
    }

    /// The same where the queue's ARN is known, whether or not the list has the queue (yet). One request.
    pub async fn tasks_of(&self, name: &QueueName, arn: &QueueArn) -> Result<Vec<MoveTask>, Failure> {
        self.turn_to_call(CALLS).await;
        let ticket = self.state().ticket();
        let tasks = self.read_tasks(name, arn, ticket).await;
        let mut state = self.state();
        self.publish(&mut state);
        drop(state);
        self.wake.notify_one();
        tasks
    }

    /// Reads a queue when the ceiling lets it, which for people is before everything polled.
    async fn read_in_turn(&self, name: &QueueName) -> Result<(), Failure> {
        let reading = self.shutdown.run_until_cancelled(tokio::time::timeout(PATIENCE, self.read_named(name)));
        let result = match reading.await {
            Some(Ok(result)) => result,
            Some(Err(_)) => {
                let now = self.now();
                Err(self.failed(now, Some(name), "GetQueueAttributes", &Code::new("Deadline"), Failure::TimedOut))
            }
            None => Err(Failure::TimedOut),
        };
        let mut state = self.state();
        state.readings.remove(name);
        let now = self.now();
        state.schedule.seen(&Job::Row(name.clone()), now, false);
        self.publish(&mut state);
        drop(state);
        self.wake.notify_one();
        result
    }

    async fn read_named(&self, name: &QueueName) -> Result<(), Failure> {
        let url = if let Some(url) = self.url(name) {
            url
        } else {
            self.turn_to_call(CALLS).await;
            let started = self.called(&Job::Row(name.clone()));
            let result = self.sqs.queue_url(name).await;
            let url = self.settle(started, Some(name), result)?;
            let mut state = self.state();
            if state.book.admit(name, url.clone(), self.clock.now_ms()) {
                let now = self.now();
                state.schedule.add(Job::Row(name.clone()), now);
            }
            url
        };
        self.turn_to_call(CALLS).await;
        let ticket = self.state().ticket();
        self.read_row(name, &url, ticket).await
    }

    /// Waits until another call fits under `share` of the ceiling, and enters it there.
    pub(super) async fn turn_to_call(&self, share: usize) {
        loop {
            let now = self.now();
            let admitted = self.state().schedule.ceiling.admit(now, share);
            let Err(at) = admitted else { return };
            tokio::time::sleep(millis(at - now)).await;
        }
    }
}
