//! Receiving as a consumer would: poll for a while, keep what came in flight, so that it can be acted on.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::cell::Cell;
use super::look::command;
use super::plan::Plan;
use super::snapshot::{Origin, Snapshot, Stop};
use super::{SNAPSHOT_BYTES, budget};
use crate::model::activity::Detail;
use crate::model::form::Done;
use crate::model::form::receive::Receiving;
use crate::model::live::Progress;
use crate::model::{Code, Failure, Message, QueueName, QueueUrl, Refusal, Verb};
use crate::server::services::act::Act;
use crate::server::services::{Connection, report};
use crate::server::sqs::{Answer, Receive, Result as SqsResult, Sqs};

/// The longest single poll, seconds. A poll is never broken off, because what SQS hands out to a lost request stays
/// hidden for the whole visibility timeout; so Stop takes this long at most.
const WAIT: u32 = 2;

/// A receive that is about to run. It ends as a whole: when it is dropped, its snapshot says that it has ended.
pub struct Session {
    connection: Connection,
    queue: QueueName,
    url: QueueUrl,
    receiving: Receiving,
    cell: Arc<Cell>,
    stop: CancellationToken,
}

impl Connection {
    /// Opens a receive; [`Session::run`] carries it out. Two requests, neither of them a receive. Refused where another
    /// runs on the queue or a look does, and where few receives are left, unless `receiving.spend`.
    pub async fn open_receive(&self, queue: &QueueName, receiving: Receiving) -> Result<Session, Failure> {
        self.allowed().map_err(Failure::Refused)?;
        let (url, attributes) = tokio::try_join!(self.url(queue), self.attributes(queue))?;
        if let Some(refusal) = budget::refusal(&attributes).filter(|_| !receiving.spend) {
            return Err(Failure::Refused(refusal));
        }
        let visibility = receiving.visibility.unwrap_or(attributes.visibility_timeout);
        let snapshot =
            Snapshot::begun(Origin::Receive, self.now_ms(), receiving.seconds, receiving.messages, visibility);
        let turn = self.desk().turn(queue);
        // While it is a look's turn, what the look receives and gives back would pass through this receive, too.
        let _turn = turn.try_lock().map_err(|_| Failure::Refused(Refusal::TooSoon))?;
        let opened = self.desk().place(queue, snapshot, self.now_ms());
        let (cell, stop) = opened.ok_or(Failure::Refused(Refusal::ReceiveRunning))?;
        Ok(Session { connection: self.clone(), queue: queue.clone(), url, receiving, cell, stop })
    }

    /// Tells the receive that runs on a queue to end. No request.
    pub fn stop_receive(&self, queue: &QueueName) -> Result<Done, Failure> {
        if self.desk().stop(queue) {
            Ok(Done::ReceiveStopped)
        } else {
            Err(Failure::Refused(Refusal::NoReceiveRunning))
        }
    }

    /// How far the receive on a queue is, for a stream; `None` where the queue's snapshot is of no receive. No request.
    pub fn follow_receive(&self, queue: &QueueName) -> Option<watch::Receiver<Progress>> {
        let cell = self.desk().cell(queue)?;
        (cell.snapshot().origin == Origin::Receive).then(|| cell.follow())
    }
}

impl Session {
    /// Polls until the time is up, enough has come, or someone says stop. One request every two seconds at most while
    /// the queue is empty, one per ten messages otherwise.
    pub async fn run(self) {
        let visibility = self.cell.snapshot().visibility;
        let act = Act::on(&self.queue, Verb::ReceiveMessages, command(&self.url, visibility, WAIT))
            .fact("for seconds", self.receiving.seconds)
            .fact("up to", self.receiving.messages)
            .fact("visibility timeout", visibility);
        let cell = Arc::clone(&self.cell);
        let facts = move |broken_off: &Option<Code>| {
            let messages = cell.snapshot().entries.len().to_string();
            let broken_off = broken_off.as_ref().map(|code| ("broken off".to_owned(), code.to_string()));
            [("messages".to_owned(), messages)].into_iter().chain(broken_off).collect::<Detail>()
        };
        let outcome = self.connection.act_telling(act, |sqs| self.poll(sqs, visibility), facts).await;
        if let Err(failure) = outcome {
            self.end(Stop::Failed(failure));
        }
        self.connection.reread(&self.queue).await;
    }

    /// Fails only where nothing had come: messages that are held are no failure. The code is of the call that broke it
    /// off, where one did.
    async fn poll(&self, sqs: Arc<dyn Sqs>, visibility: u32) -> SqsResult<Option<Code>> {
        let started = Instant::now();
        let millis = u64::from(self.receiving.seconds) * 1_000;
        let mut plan = Plan::poll(self.receiving.messages, SNAPSHOT_BYTES, millis);
        let (mut request_id, mut broken_off) = (None, None);
        let closing = self.connection.desk().closing();
        let stop = loop {
            if self.stop.is_cancelled() || closing.is_cancelled() {
                break Stop::Asked;
            }
            let elapsed = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            let Some(count) = plan.ask(elapsed) else { break plan.stop().cloned().unwrap_or(Stop::Time) };
            let left = u32::try_from(millis.saturating_sub(elapsed).div_ceil(1_000)).unwrap_or(WAIT);
            let receive = Receive { count, visibility_timeout: Some(visibility), wait: left.clamp(1, WAIT) };
            // SQS counts from when it hands a message out, which is after this.
            let until_ms = self.connection.now_ms() + i64::from(visibility) * 1_000;
            let answer = match sqs.receive(&self.url, receive).await {
                Ok(answer) => answer,
                Err(error) if self.cell.snapshot().entries.is_empty() => return Err(error),
                Err(error) => {
                    broken_off = Some(error.code.clone());
                    break Stop::Failed(report::sqs(error, self.connection.name(), Some(&self.queue)));
                }
            };
            request_id = answer.request_id.or(request_id);
            plan.heard(count, answer.value.len(), answer.value.iter().map(Message::size).sum());
            let none = answer.value.is_empty();
            if !none && self.cell.change(|snapshot| snapshot.take(answer.value, until_ms)) {
                break Stop::CameBack;
            }
        };
        self.end(stop);
        Ok(Answer { value: broken_off, request_id })
    }

    fn end(&self, stop: Stop) {
        let now_ms = self.connection.now_ms();
        self.cell.change(|snapshot| {
            snapshot.stop = Some(stop);
            snapshot.finished_ms = Some(now_ms);
        });
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.cell.snapshot().is_running() {
            self.end(Stop::Asked);
        }
    }
}
