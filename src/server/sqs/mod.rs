//! Floor 1 — the only code that has heard of AWS.
//! May use: model.
//!
//! [`Sqs`] is the gateway: all 23 operations of the service in the model's own types. Each method says what it costs
//! (requests) and what it does to messages, so that a caller can read the price of a line from its documentation.
//! Every call has a deadline; none retries a send behind the caller's back.

pub mod aws;
mod classify;
pub mod connect;
mod convert;
pub mod error;
mod md5;
mod peek;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use async_trait::async_trait;

pub use self::aws::AwsSqs;
pub use self::error::SqsError;
use crate::model::ids::TaskHandle;
use crate::model::message::{BatchOutcome, Sent};
use crate::model::{Attributes, Draft, Message, MoveTask, QueueArn, QueueName, QueueUrl, ReceiptHandle};

/// What a call answers, with the request id that AWS gave it (for the audit log and for AWS support).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// `x-amzn-RequestId`.
    pub request_id: Option<String>,
}

/// A receive: how many, for how long hidden, for how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receive {
    /// 1–10 messages.
    pub count: u32,
    /// Seconds for which they are hidden; absent: the queue's own.
    pub visibility_timeout: Option<u32>,
    /// Seconds to wait for the first, 0–20.
    pub wait: u32,
}

/// The result of a call.
pub type Result<T> = std::result::Result<Answer<T>, SqsError>;

/// Amazon SQS, or anything that speaks its protocol.
#[async_trait]
pub trait Sqs: Send + Sync {
    /// `ListQueues`, all pages (SQS returns at most 1 000 a page and a `NextToken` only where `MaxResults` is set).
    /// One request per 1 000 queues. No side effect.
    async fn list_queues(&self, prefix: Option<&str>) -> Result<Vec<QueueUrl>>;

    /// `GetQueueUrl`. One request. No side effect.
    async fn queue_url(&self, name: &QueueName) -> Result<QueueUrl>;

    /// `GetQueueAttributes` with `All`. One request. No side effect.
    async fn attributes(&self, queue: &QueueUrl) -> Result<Attributes>;

    /// `CreateQueue`. One request. Idempotent for equal attributes, else `QueueNameExists`.
    async fn create_queue(
        &self,
        name: &QueueName,
        attributes: &BTreeMap<String, String>,
        tags: &BTreeMap<String, String>,
    ) -> Result<QueueUrl>;

    /// `SetQueueAttributes`. One request. Takes up to 60 s to spread, retention up to 15 min; a shorter retention
    /// deletes messages that are older.
    async fn set_attributes(&self, queue: &QueueUrl, attributes: &BTreeMap<String, String>) -> Result<()>;

    /// `DeleteQueue`. One request. Deletes all messages; the name is free again after 60 s.
    async fn delete_queue(&self, queue: &QueueUrl) -> Result<()>;

    /// `PurgeQueue`. One request. Deletes all messages, in flight and delayed too, within 60 s; once per 60 s.
    async fn purge_queue(&self, queue: &QueueUrl) -> Result<()>;

    /// `ListQueueTags`. One request. No side effect.
    async fn tags(&self, queue: &QueueUrl) -> Result<BTreeMap<String, String>>;

    /// `TagQueue`. One request. Overwrites tags with the same key.
    async fn tag_queue(&self, queue: &QueueUrl, tags: &BTreeMap<String, String>) -> Result<()>;

    /// `UntagQueue`. One request.
    async fn untag_queue(&self, queue: &QueueUrl, keys: &[String]) -> Result<()>;

    /// `AddPermission`. One request. The label must be new.
    async fn add_permission(
        &self,
        queue: &QueueUrl,
        label: &str,
        accounts: &[String],
        actions: &[String],
    ) -> Result<()>;

    /// `RemovePermission`. One request.
    async fn remove_permission(&self, queue: &QueueUrl, label: &str) -> Result<()>;

    /// `ListDeadLetterSourceQueues`, all pages. One request per 1 000 queues. No side effect.
    async fn dead_letter_sources(&self, queue: &QueueUrl) -> Result<Vec<QueueUrl>>;

    /// `SendMessage`. One request, never retried by itself: a lost answer may mean a sent message. The body's MD5 is
    /// compared with SQS's answer.
    async fn send(&self, queue: &QueueUrl, draft: &Draft) -> Result<Sent>;

    /// `SendMessageBatch`. One request for at most 10 drafts and 1 MiB in all; never retried. Results per entry.
    async fn send_batch(&self, queue: &QueueUrl, drafts: &[Draft]) -> Result<BatchOutcome<Sent>>;

    /// `ReceiveMessage` with all attributes. One request. Hides the messages for the visibility timeout and adds one
    /// to the receive count of each; one receive too many moves a message to the dead-letter queue.
    async fn receive(&self, queue: &QueueUrl, receive: Receive) -> Result<Vec<Message>>;

    /// Whether the endpoint can show messages without receiving them, as LocalStack and the embedded SQS can; AWS
    /// cannot. One request about a queue that exists, the first time; no side effect.
    async fn offers_peek(&self, queue: &QueueUrl) -> bool;

    /// The messages that are visible, in the order of delivery, at most `limit`, without receiving them: their receipt
    /// handles are empty. Only where [`Sqs::offers_peek`]; elsewhere `Unsupported`. One request. No side effect.
    async fn peek(&self, queue: &QueueUrl, limit: usize) -> Result<Vec<Message>>;

    /// `DeleteMessage`. One request. A stale handle may succeed without deleting on standard queues.
    async fn delete(&self, queue: &QueueUrl, handle: &ReceiptHandle) -> Result<()>;

    /// `DeleteMessageBatch`. One request for at most 10 handles. Results per entry.
    async fn delete_batch(&self, queue: &QueueUrl, handles: &[ReceiptHandle]) -> Result<BatchOutcome<()>>;

    /// `ChangeMessageVisibility` to 0–43 200 s from now, at most 12 h from the receive. One request.
    async fn change_visibility(&self, queue: &QueueUrl, handle: &ReceiptHandle, seconds: u32) -> Result<()>;

    /// `ChangeMessageVisibilityBatch`. One request for at most 10 handles. Results per entry.
    async fn change_visibility_batch(
        &self,
        queue: &QueueUrl,
        handles: &[(ReceiptHandle, u32)],
    ) -> Result<BatchOutcome<()>>;

    /// `StartMessageMoveTask`. One request. Moves every message of a dead-letter queue: to `destination`, or each to
    /// the queue it failed in.
    async fn start_move(
        &self,
        source: &QueueArn,
        destination: Option<&QueueArn>,
        rate: Option<u32>,
    ) -> Result<TaskHandle>;

    /// `CancelMessageMoveTask`. One request. Does not bring back what was moved; answers the number moved so far.
    async fn cancel_move(&self, handle: &TaskHandle) -> Result<u64>;

    /// `ListMessageMoveTasks`: the last ten, newest first. One request. No side effect.
    async fn move_tasks(&self, source: &QueueArn) -> Result<Vec<MoveTask>>;
}
