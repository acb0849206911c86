//! SQS's own redrive: what is known of one before it starts, start it, cancel it, and what was seen of all of them.

mod crossing;
mod facts;
mod log;
mod seen;

use std::time::Duration;

pub use self::crossing::Crossing;
pub(super) use self::facts::going_of;
pub use self::log::{History, keep_log};
use crate::model::activity::{Detail, Verb};
use crate::model::cli::Command;
use crate::model::form::Done;
use crate::model::form::redrive::StartRedrive;
use crate::model::redrive::kept::Cancel;
use crate::model::redrive::preflight::{Facts, Finding, Known};
use crate::model::{Failure, MoveTask, QueueArn, QueueName, Refusal, TaskStatus};
use crate::server::services::act::Act;
use crate::server::services::connection::Connection;
use crate::server::services::report;

/// What somebody wants of a redrive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Where to; absent: each message to the queue it failed in.
    pub destination: Option<QueueName>,
    /// Messages per second; absent: SQS chooses.
    pub rate: Option<u32>,
}

/// What is known about redriving a queue before anyone clicks.
#[derive(Clone, Debug)]
pub struct Redrivable {
    /// The facts.
    pub facts: Facts,
    /// What they mean, the weightiest first.
    pub findings: Vec<Finding>,
    /// The last ten tasks, newest first, or why they cannot be listed.
    pub tasks: Result<Vec<MoveTask>, Failure>,
    /// How fast the task that is moving goes, in words; empty where none does or nothing is known.
    pub pace: String,
}

impl Redrivable {
    /// The task that is moving messages now, where the tasks are known.
    pub fn active(&self) -> Option<&MoveTask> {
        self.tasks.as_ref().ok()?.iter().find(|task| task.status.is_active())
    }

    /// Why it cannot be started.
    pub fn obstacle(&self) -> Option<&Failure> {
        self.findings.iter().find_map(|finding| finding.failure.as_ref())
    }
}

/// The equivalent of a start.
pub fn start_command(source: &QueueArn, to: Option<&QueueArn>, rate: Option<u32>) -> Command {
    Command::new("start-message-move-task")
        .option("source-arn", source.as_str())
        .maybe("destination-arn", to.map(QueueArn::as_str))
        .maybe("max-number-of-messages-per-second", rate.map(|rate| rate.to_string()).as_deref())
}

impl Connection {
    /// Starts a message move task, unless what is known says that it would fail. One request beyond those of
    /// [`Self::redrivable`], and one for the news.
    pub async fn start_redrive(&self, start: StartRedrive) -> Result<Done, Failure> {
        let StartRedrive { queue, destination, rate, .. } = start;
        self.require(&queue, Verb::StartRedrive).await?;
        let redrivable = self.redrivable(&queue, &Wish { destination: destination.clone(), rate }).await?;
        if let Some(obstacle) = redrivable.obstacle() {
            return Err(obstacle.clone());
        }
        let Facts { arn: source, attributes, arrivals, .. } = redrivable.facts;
        let to = destination.as_ref().map(|name| match arrivals.first().map(|arrival| &arrival.known) {
            Some(Known::Read(its)) => its.arn.clone().unwrap_or_else(|| source.sibling(name)),
            _ => source.sibling(name),
        });
        let act = Act::on(&queue, Verb::StartRedrive, start_command(&source, to.as_ref(), rate))
            .fact("to", destination.as_ref().map_or("the source queues", QueueName::as_str))
            .fact("visible", attributes.depth.visible);
        let (from, to) = (&source, to.as_ref());
        // A selective redrive takes its place first and looks whose turn it is then: whoever of the two comes second sees
        // the other.
        let turn = self.desk().turn(&queue);
        let _turn = turn.try_lock().map_err(|_| Failure::Refused(Refusal::ReceiveRunning))?;
        self.not_redriven(&queue)?;
        let started = self.act(act, |sqs| async move { sqs.start_move(from, to, rate).await }).await;
        if let Ok(handle) = &started {
            self.note_start(&source, handle).await;
        }
        // A lost answer may mean a task that runs: then it should be on the page.
        self.follow(&queue).await;
        started.map(|_| Done::RedriveStarted)
    }

    /// Tells the running task to stop; what was moved stays moved. Three requests, and one for the news.
    pub async fn cancel_redrive(&self, queue: &QueueName) -> Result<Done, Failure> {
        self.require(queue, Verb::CancelRedrive).await?;
        let attributes = self.attributes(queue).await?;
        let arn = attributes.arn.ok_or_else(|| report::lacks(self.name(), queue, "QueueArn"))?;
        let tasks = self.poller().tasks_of(queue, &arn).await?;
        self.note_tasks(&tasks).await;
        let running = tasks.into_iter().find(|task| task.status.is_active());
        if running.as_ref().is_some_and(|task| task.status == TaskStatus::Cancelling) {
            return Err(Failure::Refused(Refusal::AlreadyCancelling));
        }
        let Some((handle, started)) = running.and_then(|task| Some((task.handle?, task.started))) else {
            return Err(Failure::Refused(Refusal::NoTaskRunning));
        };
        let cli = Command::new("cancel-message-move-task").option("task-handle", handle.as_str());
        let act = Act::on(queue, Verb::CancelRedrive, cli);
        let facts = |moved: &u64| Detail::from([("moved".to_owned(), moved.to_string())]);
        let moved = self.act_telling(act, |sqs| async move { sqs.cancel_move(&handle).await }, facts).await?;
        let cancel = Cancel { who: self.who().to_owned(), at_ms: self.now_ms(), moved };
        self.note_cancel(&arn, started, &cancel).await;
        self.follow(queue).await;
        Ok(Done::RedriveCancelled { moved })
    }

    /// Has the poller read the tasks at once, so that watchers see the change; what does not come in a moment is read
    /// with the next poll. The change itself is done and must not wait.
    async fn follow(&self, queue: &QueueName) {
        const PATIENCE: Duration = Duration::from_secs(2);
        let news = tokio::time::timeout(PATIENCE, self.poller().tasks_now(queue)).await;
        if let Ok(Ok(tasks)) = news {
            self.note_tasks(&tasks.list).await;
        } else {
            tracing::debug!(queue = %queue, "the tasks are read with the next poll");
        }
    }
}
