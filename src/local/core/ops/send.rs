//! SendMessage, SendMessageBatch.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::Operation;
use super::batch::{self, Results};
use super::draft::{Checked, Draft, Place};
use crate::local::core::decode::Members;
use crate::local::core::dedup::First;
use crate::local::core::effects::Kind;
use crate::local::core::message::{AttributeValue, Message, hex, md5_of_attributes};
use crate::local::core::state::sequence_number;
use crate::local::core::system_attributes::TRACE_HEADER;
use crate::local::core::{ApiError, Millis, State};

/// The most bytes of a batch in all.
const BATCH_BYTES: u64 = 1_048_576;

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
        let draft = self.draft.check(&queue.settings, Place::Alone)?;
        send(state, now, &name, draft)
    }
}

/// Sends up to ten messages; each may fail by itself.
#[derive(Debug)]
pub struct SendMessageBatch {
    queue_url: String,
    entries: Vec<(String, Draft)>,
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
        let draft = |(id, mut entry): (String, Members)| Ok((id, Draft::decode(&mut entry)?));
        Ok(Self { queue_url, entries: entries.into_iter().map(draft).collect::<Result<_, ApiError>>()? })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Self::Output, ApiError> {
        let (name, queue) = state.reach(&self.queue_url, now)?;
        let settings = &queue.settings;
        let bytes: u64 = self.entries.iter().map(|(_, draft)| draft.size()).sum();
        if bytes > BATCH_BYTES {
            return Err(ApiError::named(
                "BatchRequestTooLong",
                format!("Batch requests cannot be longer than {BATCH_BYTES} bytes. You have sent {bytes} bytes."),
            ));
        }
        if settings.fifo {
            self.entries.iter().try_for_each(|(_, draft)| draft.check_fifo_entry(settings))?;
        }
        let check =
            |(place, (id, draft)): (usize, (String, Draft))| (id, draft.check(settings, Place::Entry(place + 1)));
        let checked = self.entries.into_iter().enumerate().map(check).collect();
        Ok(Results::of(checked, |id, draft| {
            Ok(SentEntry { id: id.to_owned(), sent: send(state, now, &name, draft?)? })
        }))
    }
}

/// Sends what was checked, or on a FIFO queue answers what was answered to the message that it repeats.
fn send(state: &mut State, now: Millis, name: &str, message: Checked) -> Result<Sent, ApiError> {
    let queue = state.queues.get_mut(name).ok_or_else(ApiError::no_queue)?;
    let settings = &queue.settings;
    let Checked { body, md5, delay, attributes, trace_header, group, dedup } = message;
    let mut sent = Sent {
        message_id: String::new(),
        md5,
        md5_of_attributes: md5_of_attributes(&attributes),
        md5_of_system_attributes: md5_of_attributes(trace_header.iter().map(|value| (TRACE_HEADER, value))),
        sequence: None,
    };
    let dedup = dedup.or_else(|| settings.content_dedup.then(|| hex(&Sha256::digest(&body)))).filter(|_| settings.fifo);
    let repeatable = group.clone().zip(dedup.clone());
    if let Some((group, id)) = &repeatable {
        queue.dedup.rescope(now, settings.dedup_per_group, queue.modified);
        if let Some(first) = queue.dedup.find(now, group, id).cloned() {
            let noted = state.effects.note(now, Kind::Deduplicated, name, &first.message_id);
            noted.content(&sent.md5, Some(group));
            (sent.message_id, sent.sequence) = (first.message_id, Some(first.sequence));
            return Ok(sent);
        }
    }
    let delay = delay.unwrap_or(settings.delay);
    sent.message_id = state.ids.uuid();
    let message = Message {
        id: sent.message_id.clone(),
        md5: sent.md5.clone(),
        body,
        attributes,
        trace_header: trace_header.and_then(|attribute| match attribute.value {
            AttributeValue::Text(text) => Some(text),
            AttributeValue::Bytes(_) => None,
        }),
        group,
        dedup,
        sent: now,
        enqueued: now,
        receives: 0,
        receives_elsewhere: 0,
        first_received: None,
        dead_from: None,
    };
    state.effects.note(now, Kind::Sent, name, &message.id).content(&message.md5, message.group.as_deref());
    let key = state.put(name, message, (delay > 0).then_some(now + delay * 1000));
    if let (Some((group, id)), Some(queue)) = (repeatable, state.queues.get_mut(name)) {
        let first = First { message_id: sent.message_id.clone(), sequence: sequence_number(key) };
        sent.sequence = Some(first.sequence.clone());
        queue.dedup.remember(now, &group, &id, first);
    }
    Ok(sent)
}
