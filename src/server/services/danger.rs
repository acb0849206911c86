//! Purging and deleting a queue, and what is at stake before anyone does.

use super::act::Act;
use super::connection::Connection;
use super::redrive::Crossing;
use super::report;
use crate::model::activity::Verb;
use crate::model::cli::Command;
use crate::model::form::Done;
use crate::model::limits::PURGE_COOL_DOWN;
use crate::model::queue::Depth;
use crate::model::{Attributes, Failure, QueueName, QueueUrl};
use crate::server::store::ActivityQuery;

/// What a purge or a deletion would destroy, and who depends on it.
#[derive(Clone, Debug)]
pub struct Stakes {
    /// The queue's URL.
    pub url: QueueUrl,
    /// Its attributes, read now.
    pub attributes: Attributes,
    /// The queues whose dead-letter queue it is, or why that is not known.
    pub sources: Result<Vec<QueueName>, Failure>,
    /// The move tasks that cross it: while one does, it is neither purged nor deleted.
    pub crossing: Crossing,
    /// When it may be purged again, milliseconds since 1970, where this console purged it a moment ago.
    pub purge_again_at: Option<i64>,
}

/// The equivalent of a purge.
pub fn purge_command(url: &QueueUrl) -> Command {
    Command::new("purge-queue").option("queue-url", url.as_str())
}

/// The equivalent of a deletion.
pub fn delete_command(url: &QueueUrl) -> Command {
    Command::new("delete-queue").option("queue-url", url.as_str())
}

impl Connection {
    /// What is at stake. Two requests (three where the queue's URL is unknown), and one for every dead-letter queue whose
    /// move task may cross it.
    pub async fn stakes(&self, queue: &QueueName) -> Result<Stakes, Failure> {
        let url = self.url(queue).await?;
        let (attributes, sources, purge_again_at) =
            tokio::join!(self.attributes(queue), self.dead_letter_sources(queue), self.purge_again_at(queue));
        let attributes = attributes?;
        let crossing = self.crossing(&attributes, sources.as_deref().ok()).await?;
        Ok(Stakes { url, attributes, sources, crossing, purge_again_at })
    }

    /// Deletes every message of a queue, in flight and delayed ones too. Three requests (four where its URL is unknown), and
    /// those of [`Self::crossing`].
    pub async fn purge_queue(&self, queue: &QueueName) -> Result<Done, Failure> {
        let (url, depth) = self.doomed(queue).await?;
        self.purge_counted(queue, &url, depth).await
    }

    /// The same where it is known how many messages are in it. One request.
    pub(super) async fn purge_counted(&self, queue: &QueueName, url: &QueueUrl, depth: Depth) -> Result<Done, Failure> {
        let act = counted(Act::on(queue, Verb::PurgeQueue, purge_command(url)), depth);
        self.act(act, |sqs| async move { sqs.purge_queue(url).await }).await?;
        self.desk().clear(queue);
        self.forget_receives(queue).await;
        self.reread(queue).await;
        Ok(Done::QueuePurged)
    }

    /// Deletes a queue with all its messages. The same requests.
    pub async fn delete_queue(&self, queue: &QueueName) -> Result<Done, Failure> {
        let (url, depth) = self.doomed(queue).await?;
        self.delete_counted(queue, &url, depth).await
    }

    /// The same where it is known how many messages are in it. One request.
    pub(super) async fn delete_counted(
        &self,
        queue: &QueueName,
        url: &QueueUrl,
        depth: Depth,
    ) -> Result<Done, Failure> {
        let act = counted(Act::on(queue, Verb::DeleteQueue, delete_command(url)), depth);
        self.act(act, |sqs| async move { sqs.delete_queue(url).await }).await?;
        self.poller().forget(queue);
        self.desk().forget(queue);
        self.forget_receives(queue).await;
        Ok(Done::QueueDeleted(queue.clone()))
    }

    async fn doomed(&self, queue: &QueueName) -> Result<(QueueUrl, Depth), Failure> {
        let url = self.url(queue).await?;
        let attributes = self.attributes(queue).await?;
        self.uncrossed(queue, &attributes).await?;
        Ok((url, attributes.depth))
    }

    /// SQS tells nobody when a queue was purged; the audit log knows of the purges that went through this console.
    pub(super) async fn purge_again_at(&self, queue: &QueueName) -> Option<i64> {
        let query = ActivityQuery {
            queue: Some(queue.clone()),
            verb: Some(Verb::PurgeQueue),
            limit: 10,
            ..ActivityQuery::of(self.name().clone())
        };
        let found = self.store().activity(&query).await.inspect_err(|error| {
            report::store(error);
        });
        let last =
            found.ok()?.into_iter().find(|activity| activity.outcome.as_ref().is_some_and(|o| o.is_success()))?;
        let again = last.finished_ms.unwrap_or(last.entry.at_ms) + i64::from(PURGE_COOL_DOWN) * 1_000;
        (again > self.now_ms()).then_some(again)
    }
}

/// The counts at the time, since nobody can count them afterwards.
fn counted(act: Act, depth: Depth) -> Act {
    act.fact("visible", depth.visible).fact("in flight", depth.in_flight).fact("delayed", depth.delayed)
}
