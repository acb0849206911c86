//! The SDK client as [`Sqs`]: one method is one call, or the pages of one listing.

mod answer;
mod batches;
mod clients;
mod listings;

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};

use self::answer::{answer, checked};
pub use self::clients::BEHAVIOR;
pub(super) use self::clients::deadlines;
use super::convert::{self, int};
use super::error::INCOMPLETE;
use super::error::{Kind, SqsError};
use super::peek::Peek;
use super::{Receive, Result, Sqs};
use crate::model::ids::TaskHandle;
use crate::model::message::{BatchOutcome, Sent};
use crate::model::{Attributes, Code, Draft, Message, MoveTask, QueueArn, QueueName, QueueUrl, ReceiptHandle};

/// Where an [`AwsSqs`] calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The region that requests are signed for.
    pub region: String,
    /// The endpoint, where it is not AWS's own for the region.
    pub endpoint: Option<String>,
}

/// Amazon SQS through the AWS SDK. Cheap to clone; clones share connections and credentials.
#[derive(Clone, Debug)]
pub struct AwsSqs {
    /// For what has no effect and may be asked twice.
    reads: Client,
    /// For what has an effect: one request, never repeated behind the caller's back.
    writes: Client,
    /// For receives: one request as well (a repeated receive counts twice), with time for a long poll.
    polls: Client,
    /// How to look without receiving, at an endpoint that may know how.
    peek: Option<Peek>,
    info: Info,
}

impl AwsSqs {
    /// Where it calls.
    pub fn info(&self) -> &Info {
        &self.info
    }
}

#[async_trait]
impl Sqs for AwsSqs {
    async fn list_queues(&self, prefix: Option<&str>) -> Result<Vec<QueueUrl>> {
        self.all_queues(prefix).await
    }

    async fn queue_url(&self, name: &QueueName) -> Result<QueueUrl> {
        let call = self.reads.get_queue_url().queue_name(name.as_str());
        checked("GetQueueUrl", call.send().await, |output| output.queue_url.map(QueueUrl::new).ok_or(INCOMPLETE))
    }

    async fn attributes(&self, queue: &QueueUrl) -> Result<Attributes> {
        let call = self.reads.get_queue_attributes().queue_url(queue.as_str()).attribute_names(QueueAttributeName::All);
        answer("GetQueueAttributes", call.send().await, |output| convert::attributes_in(output.attributes))
    }

    async fn create_queue(
        &self,
        name: &QueueName,
        attributes: &BTreeMap<String, String>,
        tags: &BTreeMap<String, String>,
    ) -> Result<QueueUrl> {
        let mut call = self.writes.create_queue().queue_name(name.as_str());
        if !attributes.is_empty() {
            call = call.set_attributes(Some(convert::attributes_out(attributes)));
        }
        if !tags.is_empty() {
            call = call.set_tags(Some(tags.clone().into_iter().collect()));
        }
        checked("CreateQueue", call.send().await, |output| output.queue_url.map(QueueUrl::new).ok_or(INCOMPLETE))
    }

    async fn set_attributes(&self, queue: &QueueUrl, attributes: &BTreeMap<String, String>) -> Result<()> {
        let call = self.writes.set_queue_attributes().queue_url(queue.as_str());
        let call = call.set_attributes(Some(convert::attributes_out(attributes)));
        answer("SetQueueAttributes", call.send().await, drop)
    }

    async fn delete_queue(&self, queue: &QueueUrl) -> Result<()> {
        let call = self.writes.delete_queue().queue_url(queue.as_str());
        answer("DeleteQueue", call.send().await, drop)
    }

    async fn purge_queue(&self, queue: &QueueUrl) -> Result<()> {
        let call = self.writes.purge_queue().queue_url(queue.as_str());
        answer("PurgeQueue", call.send().await, drop)
    }

    async fn tags(&self, queue: &QueueUrl) -> Result<BTreeMap<String, String>> {
        let call = self.reads.list_queue_tags().queue_url(queue.as_str());
        answer("ListQueueTags", call.send().await, |output| output.tags.unwrap_or_default().into_iter().collect())
    }

    async fn tag_queue(&self, queue: &QueueUrl, tags: &BTreeMap<String, String>) -> Result<()> {
        let call = self.writes.tag_queue().queue_url(queue.as_str());
        let call = call.set_tags(Some(tags.clone().into_iter().collect()));
        answer("TagQueue", call.send().await, drop)
    }

    async fn untag_queue(&self, queue: &QueueUrl, keys: &[String]) -> Result<()> {
        let call = self.writes.untag_queue().queue_url(queue.as_str()).set_tag_keys(Some(keys.to_vec()));
        answer("UntagQueue", call.send().await, drop)
    }

    async fn add_permission(
        &self,
        queue: &QueueUrl,
        label: &str,
        accounts: &[String],
        actions: &[String],
    ) -> Result<()> {
        let call = self.writes.add_permission().queue_url(queue.as_str()).label(label);
        let call = call.set_aws_account_ids(Some(accounts.to_vec())).set_actions(Some(actions.to_vec()));
        answer("AddPermission", call.send().await, drop)
    }

    async fn remove_permission(&self, queue: &QueueUrl, label: &str) -> Result<()> {
        let call = self.writes.remove_permission().queue_url(queue.as_str()).label(label);
        answer("RemovePermission", call.send().await, drop)
    }

    async fn dead_letter_sources(&self, queue: &QueueUrl) -> Result<Vec<QueueUrl>> {
        self.all_dead_letter_sources(queue).await
    }

    async fn send(&self, queue: &QueueUrl, draft: &Draft) -> Result<Sent> {
        let call = self.writes.send_message().queue_url(queue.as_str());
        let call = call
            .message_body(&draft.body)
            .set_delay_seconds(draft.delay.map(int))
            .set_message_group_id(draft.group_id.clone())
            .set_message_deduplication_id(draft.deduplication_id.clone())
            .set_message_attributes(convert::message_attributes_out(draft))
            .set_message_system_attributes(convert::system_attributes_out(draft));
        checked("SendMessage", call.send().await, |output| {
            let md5_of_attributes = output.md5_of_message_attributes.as_deref();
            convert::sent(
                draft,
                output.message_id,
                output.md5_of_message_body,
                md5_of_attributes,
                output.sequence_number,
            )
        })
    }

    async fn send_batch(&self, queue: &QueueUrl, drafts: &[Draft]) -> Result<BatchOutcome<Sent>> {
        self.send_all(queue, drafts).await
    }

    async fn receive(&self, queue: &QueueUrl, receive: Receive) -> Result<Vec<Message>> {
        let call = self.polls.receive_message().queue_url(queue.as_str());
        let call = call
            .max_number_of_messages(int(receive.count))
            .wait_time_seconds(int(receive.wait))
            .set_visibility_timeout(receive.visibility_timeout.map(int))
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All");
        // Old endpoints know only the former name of the member; SQS still takes it ("supported for backward
        // compatibility", SQS API Reference, ReceiveMessage).
        #[expect(deprecated, reason = "old endpoints know no other")]
        let call = call.attribute_names(QueueAttributeName::All);
        checked("ReceiveMessage", call.send().await, |output| {
            output.messages.unwrap_or_default().into_iter().map(convert::message).collect()
        })
    }

    async fn offers_peek(&self, queue: &QueueUrl) -> bool {
        match &self.peek {
            Some(peek) => peek.is_offered(queue).await,
            None => false,
        }
    }

    async fn peek(&self, queue: &QueueUrl, limit: usize) -> Result<Vec<Message>> {
        match &self.peek {
            Some(peek) => peek.messages(queue, limit).await,
            None => Err(SqsError {
                kind: Kind::Unsupported,
                operation: "ListMessages",
                code: Code::new("NotOffered"),
                request_id: None,
            }),
        }
    }

    async fn delete(&self, queue: &QueueUrl, handle: &ReceiptHandle) -> Result<()> {
        let call = self.writes.delete_message().queue_url(queue.as_str()).receipt_handle(handle.as_str());
        answer("DeleteMessage", call.send().await, drop)
    }

    async fn delete_batch(&self, queue: &QueueUrl, handles: &[ReceiptHandle]) -> Result<BatchOutcome<()>> {
        self.delete_all(queue, handles).await
    }

    async fn change_visibility(&self, queue: &QueueUrl, handle: &ReceiptHandle, seconds: u32) -> Result<()> {
        let call = self.writes.change_message_visibility().queue_url(queue.as_str());
        let call = call.receipt_handle(handle.as_str()).visibility_timeout(int(seconds));
        answer("ChangeMessageVisibility", call.send().await, drop)
    }

    async fn change_visibility_batch(
        &self,
        queue: &QueueUrl,
        handles: &[(ReceiptHandle, u32)],
    ) -> Result<BatchOutcome<()>> {
        self.change_all(queue, handles).await
    }

    async fn start_move(
        &self,
        source: &QueueArn,
        destination: Option<&QueueArn>,
        rate: Option<u32>,
    ) -> Result<TaskHandle> {
        let call = self.writes.start_message_move_task().source_arn(source.as_str());
        let call = call
            .set_destination_arn(destination.map(|arn| arn.as_str().to_owned()))
            .set_max_number_of_messages_per_second(rate.map(int));
        checked("StartMessageMoveTask", call.send().await, |output| {
            output.task_handle.map(TaskHandle::new).ok_or(INCOMPLETE)
        })
    }

    async fn cancel_move(&self, handle: &TaskHandle) -> Result<u64> {
        let call = self.writes.cancel_message_move_task().task_handle(handle.as_str());
        answer("CancelMessageMoveTask", call.send().await, |output| {
            u64::try_from(output.approximate_number_of_messages_moved).unwrap_or_default()
        })
    }

    async fn move_tasks(&self, source: &QueueArn) -> Result<Vec<MoveTask>> {
        let call = self.reads.list_message_move_tasks().source_arn(source.as_str()).max_results(10);
        answer("ListMessageMoveTasks", call.send().await, |output| {
            let tasks = output.results.unwrap_or_default().into_iter();
            tasks.map(|task| convert::move_task(source, task)).collect()
        })
    }
}
