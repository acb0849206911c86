//! SQS's own redrive: may it start, start it, cancel it, list it.

use std::time::Duration;

use crate::model::activity::Verb;
use crate::model::cli::Command;
use crate::model::form::Done;
use crate::model::form::redrive::StartRedrive;
use crate::model::{Attributes, Failure, MoveTask, QueueArn, QueueName, Refusal, TaskStatus};
use crate::server::services::act::Act;
use crate::server::services::connection::Connection;
use crate::server::services::report;

/// What is known about redriving a queue before anyone clicks.
#[derive(Clone, Debug)]
pub struct Redrivable {
    /// The queue's attributes, read now.
    pub attributes: Attributes,
    /// Its ARN.
    pub arn: QueueArn,
    /// The queues that name it as their dead-letter queue, or why that is not known.
    pub sources: Result<Vec<QueueName>, Failure>,
    /// The last ten tasks, newest first, or why they cannot be listed.
    pub tasks: Result<Vec<MoveTask>, Failure>,
}

impl Redrivable {
    /// The task that is moving messages now, where the tasks are known.
    pub fn active(&self) -> Option<&MoveTask> {
        self.tasks.as_ref().ok()?.iter().find(|task| task.status.is_active())
    }

    /// Why SQS would refuse to start, as far as that is known, in the order a person should fix it.
    pub fn refusal(&self) -> Option<Refusal> {
        if self.sources.as_ref().is_ok_and(Vec::is_empty) {
            return Some(Refusal::NotADeadLetterQueue);
        }
        self.active().map(|_| Refusal::TaskRunning)
    }
}

impl Connection {
    /// Everything the redrive page shows. Three requests (four where the queue's URL is unknown), side by side.
    pub async fn redrivable(&self, queue: &QueueName) -> Result<Redrivable, Failure> {
        let (attributes, sources) = tokio::join!(self.attributes(queue), self.dead_letter_sources(queue));
        let attributes = attributes?;
        let arn = attributes.arn.clone().ok_or_else(|| report::lacks(self.name(), queue, "QueueArn"))?;
        let tasks = self.move_tasks(queue, &arn).await;
        Ok(Redrivable { attributes, arn, sources, tasks })
    }

    /// Starts a message move task. One request beyond those of [`Self::redrivable`].
    pub async fn start_redrive(&self, start: StartRedrive) -> Result<Done, Failure> {
        let StartRedrive { queue, destination, rate, .. } = start;
        self.require(&queue, Verb::StartRedrive).await?;
        let redrivable = self.redrivable(&queue).await?;
        if let Some(refusal) = redrivable.refusal() {
            return Err(Failure::Refused(refusal));
        }
        let source = redrivable.arn;
        let to = match &destination {
            Some(name) => Some(self.attributes(name).await?.arn.unwrap_or_else(|| source.sibling(name))),
            None => None,
        };
        let cli = Command::new("start-message-move-task")
            .option("source-arn", source.as_str())
            .maybe("destination-arn", to.as_ref().map(QueueArn::as_str))
            .maybe("max-number-of-messages-per-second", rate.map(|rate| rate.to_string()).as_deref());
        let act = Act::on(&queue, Verb::StartRedrive, cli)
            .fact("to", destination.as_ref().map_or("the source queues", QueueName::as_str))
            .fact("visible", redrivable.attributes.depth.visible);
        self.act(act, |sqs| async move { sqs.start_move(&source, to.as_ref(), rate).await }).await?;
        self.follow(&queue).await;
        Ok(Done::RedriveStarted)
    }

    /// Tells the running task to stop; what was moved stays moved. Three requests, and one for the news.
    pub async fn cancel_redrive(&self, queue: &QueueName) -> Result<Done, Failure> {
        self.require(queue, Verb::CancelRedrive).await?;
        let attributes = self.attributes(queue).await?;
        let arn = attributes.arn.ok_or_else(|| report::lacks(self.name(), queue, "QueueArn"))?;
        let tasks = self.move_tasks(queue, &arn).await?;
        let running = tasks.into_iter().find(|task| task.status.is_active());
        if running.as_ref().is_some_and(|task| task.status == TaskStatus::Cancelling) {
            return Err(Failure::Refused(Refusal::AlreadyCancelling));
        }
        let Some(handle) = running.and_then(|task| task.handle) else {
            return Err(Failure::Refused(Refusal::NoTaskRunning));
        };
        let cli = Command::new("cancel-message-move-task").option("task-handle", handle.as_str());
        let act = Act::on(queue, Verb::CancelRedrive, cli);
        let moved = self.act(act, |sqs| async move { sqs.cancel_move(&handle).await }).await?;
        self.follow(queue).await;
        Ok(Done::RedriveCancelled { moved })
    }

    /// Has the poller read the tasks at once, so that watchers see the change; what does not come in a moment is read
    /// with the next poll. The change itself is done and must not wait.
    async fn follow(&self, queue: &QueueName) {
        const PATIENCE: Duration = Duration::from_secs(2);
        let news = tokio::time::timeout(PATIENCE, self.poller().tasks_now(queue)).await;
        if !matches!(news, Ok(Ok(_))) {
            tracing::debug!(queue = %queue, "the tasks are read with the next poll");
        }
    }
}
