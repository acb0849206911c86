//! The three batch calls. SQS answers 200 although entries failed, so each entry has its own result.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, SendMessageBatchRequestEntry,
    SendMessageBatchResultEntry,
};

use super::super::Result;
use super::super::convert::{self, int};
use super::super::error::{MD5_MISMATCH, NO_ANSWER};
use super::AwsSqs;
use super::answer::answer;
use crate::model::message::{BatchOutcome, Sent};
use crate::model::{Draft, MessageId, QueueUrl, ReceiptHandle};

const COMPLETE: &str = "every required member is set";

impl AwsSqs {
    /// `SendMessageBatch`.
    pub(super) async fn send_all(&self, queue: &QueueUrl, drafts: &[Draft]) -> Result<BatchOutcome<Sent>> {
        let entries = drafts.iter().enumerate().map(|(index, draft)| {
            SendMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .message_body(&draft.body)
                .set_delay_seconds(draft.delay.map(int))
                .set_message_group_id(draft.group_id.clone())
                .set_message_deduplication_id(draft.deduplication_id.clone())
                .set_message_attributes(convert::message_attributes_out(draft))
                .set_message_system_attributes(convert::system_attributes_out(draft))
                .build()
                .expect(COMPLETE)
        });
        let call = self.writes.send_message_batch().queue_url(queue.as_str()).set_entries(Some(entries.collect()));
        answer("SendMessageBatch", call.send().await, |output| {
            let named = |entry: &SendMessageBatchResultEntry| {
                Some((entry.id.parse::<usize>().ok()?, MessageId::new(&entry.message_id)))
            };
            let made: BTreeMap<_, _> = output.successful.iter().filter_map(named).collect();
            let succeeded = output.successful.into_iter().map(|entry| {
                let draft = entry.id.parse().ok().and_then(|index: usize| drafts.get(index)).ok_or(NO_ANSWER);
                let sent = draft.and_then(|draft| {
                    let (body, attributes) = (Some(entry.md5_of_message_body), entry.md5_of_message_attributes);
                    convert::sent(draft, Some(entry.message_id), body, attributes.as_deref(), entry.sequence_number)
                });
                (entry.id, sent)
            });
            let mut outcome = convert::outcome(drafts.len(), succeeded, output.failed);
            for entry in outcome.failed.iter_mut().filter(|entry| entry.code.as_str() == MD5_MISMATCH) {
                entry.made = made.get(&entry.index).cloned();
            }
            outcome
        })
    }

    /// `DeleteMessageBatch`.
    pub(super) async fn delete_all(&self, queue: &QueueUrl, handles: &[ReceiptHandle]) -> Result<BatchOutcome<()>> {
        let entries = handles.iter().enumerate().map(|(index, handle)| {
            let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
            entry.receipt_handle(handle.as_str()).build().expect(COMPLETE)
        });
        let call = self.writes.delete_message_batch().queue_url(queue.as_str()).set_entries(Some(entries.collect()));
        answer("DeleteMessageBatch", call.send().await, |output| {
            let succeeded = output.successful.into_iter().map(|entry| (entry.id, Ok(())));
            convert::outcome(handles.len(), succeeded, output.failed)
        })
    }

    /// `ChangeMessageVisibilityBatch`.
    pub(super) async fn change_all(
        &self,
        queue: &QueueUrl,
        handles: &[(ReceiptHandle, u32)],
    ) -> Result<BatchOutcome<()>> {
        let entries = handles.iter().enumerate().map(|(index, (handle, seconds))| {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(index.to_string());
            entry.receipt_handle(handle.as_str()).visibility_timeout(int(*seconds)).build().expect(COMPLETE)
        });
        let call = self.writes.change_message_visibility_batch().queue_url(queue.as_str());
        let call = call.set_entries(Some(entries.collect()));
        answer("ChangeMessageVisibilityBatch", call.send().await, |output| {
            let succeeded = output.successful.into_iter().map(|entry| (entry.id, Ok(())));
            convert::outcome(handles.len(), succeeded, output.failed)
        })
    }
}
