//! SendMessage, SendMessageBatch.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::Operation;
use super::batch::{self, Results};
use super::draft::{Draft, TRACE_HEADER};
use crate::local::core::decode::Members;
use crate::local::core::dedup::First;
use crate::local::core::effects::Kind;
use crate::local::core::message::{AttributeValue, Message, hex, md5_hex, md5_of_attributes};
use crate::local::core::state::sequence_number;
use crate::local::core::{ApiError, Millis, State};

/// The most bytes of a batch in all.
const BATCH_BYTES: u64 = 1_048_576;
const NO_DEDUP: &str =
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly";
const NO_GROUP: &str = "The request must contain the parameter MessageGroupId.";

/// Sends one message.
#[derive(Debug)]
pub struct SendMessage {
    queue_url: String,
    draft: Draft,
}

/// What a sender is told.
#[derive(Debug, Serialize)]
pub struct Sent {
    #[serde(rename = "MessageId")]
    message_id: String,
    #[serde(rename = "MD5OfMessageBody")]
    md5: String,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    md5_of_attributes: Option<String>,
    #[serde(rename = "MD5OfMessageSystemAttributes", skip_serializing_if = "Option::is_none")]
    md5_of_system_attributes: Option<String>,
    #[serde(rename = "SequenceNumber", skip_serializing_if = "Option::is_none")]
    sequence: Option<String>,
}

impl Operation for SendMessage {
    type Output = Sent;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        Ok(Self { queue_url: members.required("QueueUrl")?, draft: Draft::decode(&mut members)? })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Sent, ApiError> {
        let (name, queue) = state.reach(&self.queue_url, now)?;
        if self.draft.body.is_empty() {
            return Err(ApiError::missing("MessageBody"));
        }
        if self.draft.size() > queue.settings.max_size {
            return Err(too_long("One or more parameters are invalid.", queue.settings.max_size));
        }
        self.draft.check()?;
        if queue.settings.fifo && self.draft.group.is_none() {
            return Err(ApiError::missing("MessageGroupId"));
        }
        send(state, now, &name, self.draft)
    }
}

/// Sends up to ten messages; each may fail by itself.
#[derive(Debug)]
pub struct SendMessageBatch {
    queue_url: String,
    entries: Vec<(String, Result<Draft, ApiError>)>,
}

/// What the sender of a batch is told of one entry.
#[derive(Debug, Serialize)]
pub struct SentEntry {
    #[serde(rename = "Id")]
    id: String,
    #[serde(flatten)]
    sent: Sent,
}

impl Operation for SendMessageBatch {
    type Output = Results<SentEntry>;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        let queue_url = members.required("QueueUrl")?;
        let entries = batch::entries(&mut members, "SendMessageBatchRequestEntry")?;
        let mut drafts = Vec::with_capacity(entries.len());
        for (id, mut entry) in entries {
            let draft = match Draft::decode(&mut entry) {
                Err(error) if error.code == "SerializationException" => return Err(error),
                draft => draft,
            };
            drafts.push((id, draft));
        }
        Ok(Self { queue_url, entries: drafts })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Self::Output, ApiError> {
        let (name, queue) = state.reach(&self.queue_url, now)?;
        let drafts = || self.entries.iter().filter_map(|(_, draft)| draft.as_ref().ok());
        let bytes: u64 = drafts().map(Draft::size).sum();
        if bytes > BATCH_BYTES {
            return Err(ApiError::named(
                "BatchRequestTooLong",
                format!("Batch requests cannot be longer than {BATCH_BYTES} bytes. You have sent {bytes} bytes."),
            ));
        }
        if drafts().any(|draft| draft.body.is_empty()) {
            return Err(ApiError::missing("MessageBody"));
        }
        // As recorded from SQS: these two refuse the batch as a whole.
        if queue.settings.fifo && drafts().any(|draft| draft.group.is_none()) {
            return Err(ApiError::invalid(NO_GROUP));
        }
        if queue.settings.fifo && !queue.settings.content_dedup && drafts().any(|draft| draft.dedup.is_none()) {
            return Err(ApiError::invalid(NO_DEDUP));
        }
        let max_size = queue.settings.max_size;
        Ok(Results::of(self.entries, |id, draft| {
            let draft = draft?;
            if draft.size() > max_size {
                return Err(too_long("One or more parameters cannot be validated.", max_size));
            }
            draft.check()?;
            Ok(SentEntry { id: id.to_owned(), sent: send(state, now, &name, draft)? })
        }))
    }
}

fn too_long(what: &str, max_size: u64) -> ApiError {
    ApiError::invalid(format!("{what} Reason: Message must be shorter than {max_size} bytes."))
}

/// Sends a checked draft: applies what depends on the queue's type.
fn send(state: &mut State, now: Millis, name: &str, draft: Draft) -> Result<Sent, ApiError> {
    let queue = state.queues.get_mut(name).ok_or_else(ApiError::no_queue)?;
    let settings = &queue.settings;
    let mut dedup = draft.dedup;
    let mut first = None;
    if settings.fifo {
        if let Some(delay) = draft.delay.filter(|delay| *delay != 0) {
            let reason = "The request include parameter that is not valid for this queue type.";
            return Err(ApiError::invalid_value(delay, "DelaySeconds", reason));
        }
        if dedup.is_none() && settings.content_dedup {
            dedup = Some(hex(&Sha256::digest(&draft.body)));
        }
        let id = dedup.as_deref().ok_or_else(|| ApiError::invalid(NO_DEDUP))?;
        let scope = draft.group.as_deref().filter(|_| settings.dedup_per_group);
        first = queue.dedup.find(now, scope, id).cloned();
    } else if let Some(id) = &dedup {
        let reason = "The request include parameter that is not valid for this queue type.";
        return Err(ApiError::invalid_value(id, "MessageDeduplicationId", reason));
    }
    let mut sent = Sent {
        message_id: String::new(),
        md5: md5_hex(draft.body.as_bytes()),
        md5_of_attributes: md5_of_attributes(draft.attributes.iter().map(|(name, value)| (name.as_str(), value))),
        md5_of_system_attributes: md5_of_attributes(draft.trace_header.iter().map(|value| (TRACE_HEADER, value))),
        sequence: None,
    };
    if let Some(first) = first {
        state.effects.note(now, Kind::Deduplicated, name, &first.message_id);
        (sent.message_id, sent.sequence) = (first.message_id, Some(first.sequence));
        return Ok(sent);
    }
    // On a FIFO queue a delay of 0 means the queue's.
    let own = draft.delay.filter(|_| !settings.fifo).and_then(|delay| u64::try_from(delay).ok());
    let delay = own.unwrap_or(settings.delay);
    let fifo = settings.fifo;
    let scope = draft.group.clone().filter(|_| settings.dedup_per_group);
    sent.message_id = state.ids.uuid();
    let message = Message {
        id: sent.message_id.clone(),
        md5: sent.md5.clone(),
        body: draft.body,
        attributes: draft.attributes,
        trace_header: draft.trace_header.and_then(|attribute| match attribute.value {
            AttributeValue::Text(text) => Some(text),
            AttributeValue::Bytes(_) => None,
        }),
        group: draft.group,
        dedup: dedup.clone(),
        sent: now,
        enqueued: now,
        receives: 0,
        first_received: None,
        dead_from: None,
    };
    let key = state.put(name, message, (delay > 0).then_some(now + delay * 1000));
    state.effects.note(now, Kind::Sent, name, &sent.message_id);
    if fifo {
        let first = First { message_id: sent.message_id.clone(), sequence: sequence_number(key) };
        sent.sequence = Some(first.sequence.clone());
        if let (Some(queue), Some(id)) = (state.queues.get_mut(name), dedup) {
            queue.dedup.remember(now, scope.as_deref(), &id, first);
        }
    }
    Ok(sent)
}
