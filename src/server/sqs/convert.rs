//! SDK types to model types and back. What cannot be read is named by a code, for [`super::error::Kind::Garbled`].

use std::collections::{BTreeMap, HashMap};

use aws_sdk_sqs::types::{
    BatchResultErrorEntry, ListMessageMoveTasksResultEntry, Message as SdkMessage, MessageAttributeValue,
    MessageSystemAttributeNameForSends, MessageSystemAttributeValue, QueueAttributeName,
};
use aws_smithy_types::Blob;

use super::error::{INCOMPLETE, MD5_MISMATCH, NO_ANSWER};
use super::md5;
use crate::model::ids::TaskHandle;
use crate::model::message::{BatchOutcome, EntryFailure, Sent};
use crate::model::{
    AttributeValue, Attributes, Code, Draft, Message, MessageAttribute, MessageId, MoveTask, QueueArn, ReceiptHandle,
    TaskStatus,
};

/// What was read, or the code of what is wrong with it.
pub(super) type Read<T> = Result<T, &'static str>;

/// A number as the SDK wants it. (SQS rejects what is out of its ranges, long before these.)
pub(super) fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Queue attributes for `CreateQueue` and `SetQueueAttributes`; unknown names pass.
pub(super) fn attributes_out(attributes: &BTreeMap<String, String>) -> HashMap<QueueAttributeName, String> {
    attributes.iter().map(|(name, value)| (name.as_str().into(), value.clone())).collect()
}

/// Queue attributes from `GetQueueAttributes`.
pub(super) fn attributes_in(attributes: Option<HashMap<QueueAttributeName, String>>) -> Attributes {
    let named = attributes.unwrap_or_default().into_iter().map(|(name, value)| (name.as_str().to_owned(), value));
    Attributes::read(&named.collect())
}

/// The message attributes of a draft; absent where it has none, because SQS rejects an empty map.
pub(super) fn message_attributes_out(draft: &Draft) -> Option<HashMap<String, MessageAttributeValue>> {
    let attributes = draft.attributes.iter().map(|(name, attribute)| {
        let value = MessageAttributeValue::builder().data_type(&attribute.data_type);
        let value = match &attribute.value {
            AttributeValue::Text(text) => value.string_value(text),
            AttributeValue::Binary(bytes) => value.binary_value(Blob::new(bytes.clone())),
        };
        (name.clone(), value.build().expect("the data type is set"))
    });
    Some(attributes.collect()).filter(|map: &HashMap<_, _>| !map.is_empty())
}

/// The system attributes of a draft: the trace header, if any.
pub(super) fn system_attributes_out(
    draft: &Draft,
) -> Option<HashMap<MessageSystemAttributeNameForSends, MessageSystemAttributeValue>> {
    let value = MessageSystemAttributeValue::builder().data_type("String").string_value(draft.trace_header.as_ref()?);
    let value = value.build().expect("the data type is set");
    Some(HashMap::from([(MessageSystemAttributeNameForSends::AwsTraceHeader, value)]))
}

/// SQS's answer to a sent draft, once its checksums are those of the draft.
pub(super) fn sent(
    draft: &Draft,
    id: Option<String>,
    md5_of_body: Option<String>,
    md5_of_attributes: Option<&str>,
    sequence_number: Option<String>,
) -> Read<Sent> {
    let md5_of_body = md5_of_body.ok_or(INCOMPLETE)?;
    if md5_of_body != md5::of_body(&draft.body) || attributes_differ(&draft.attributes, md5_of_attributes) {
        return Err(MD5_MISMATCH);
    }
    Ok(Sent { id: MessageId::new(id.ok_or(INCOMPLETE)?), md5_of_body, sequence_number })
}

fn attributes_differ(attributes: &BTreeMap<String, MessageAttribute>, md5: Option<&str>) -> bool {
    md5.is_some_and(|md5| !attributes.is_empty() && md5 != md5::of_attributes(attributes))
}

/// A received message, once its checksums are right.
pub(super) fn message(message: SdkMessage) -> Read<Message> {
    let attributes = message.message_attributes.unwrap_or_default().into_iter();
    let system = message.attributes.unwrap_or_default().into_iter();
    let read = Message {
        id: MessageId::new(message.message_id.ok_or(INCOMPLETE)?),
        receipt_handle: ReceiptHandle::new(message.receipt_handle.ok_or(INCOMPLETE)?),
        body: message.body.ok_or(INCOMPLETE)?,
        md5_of_body: message.md5_of_body.ok_or(INCOMPLETE)?,
        md5_of_attributes: message.md5_of_message_attributes,
        system: system.map(|(name, value)| (name.as_str().to_owned(), value)).collect(),
        attributes: attributes.map(|(name, value)| (name, message_attribute_in(value))).collect(),
    };
    let differs = read.md5_of_body != md5::of_body(&read.body)
        || attributes_differ(&read.attributes, read.md5_of_attributes.as_deref());
    if differs { Err(MD5_MISMATCH) } else { Ok(read) }
}

fn message_attribute_in(attribute: MessageAttributeValue) -> MessageAttribute {
    let value = match (attribute.binary_value, attribute.string_value) {
        (Some(bytes), _) => AttributeValue::Binary(bytes.into_inner()),
        (None, text) => AttributeValue::Text(text.unwrap_or_default()),
    };
    MessageAttribute { data_type: attribute.data_type, value }
}

/// The answer to a batch of `count` entries with the ids "0", "1", …: each entry succeeds or fails exactly once.
///
/// An entry that the answer names as failed has failed even if it is named as succeeded, too, and one that it does not
/// name is among the failed: whoever acts upon a success must be able to rely on it. Whether that one had its effect is
/// open ([`super::error::leaves_open`]).
pub(super) fn outcome<T>(
    count: usize,
    succeeded: impl IntoIterator<Item = (String, Read<T>)>,
    failed: Vec<BatchResultErrorEntry>,
) -> BatchOutcome<T> {
    enum Entry<T> {
        Unheard,
        Done(T),
        Failed(Code, bool),
    }
    let mut entries: Vec<Entry<T>> = (0..count).map(|_| Entry::Unheard).collect();
    let mut hear = |id: &str, heard: Entry<T>| {
        if let Some(entry) = id.parse().ok().and_then(|index: usize| entries.get_mut(index)) {
            *entry = heard;
        }
    };
    for (id, result) in succeeded {
        hear(&id, result.map_or_else(|code| Entry::Failed(Code::new(code), false), Entry::Done));
    }
    for entry in failed {
        hear(&entry.id, Entry::Failed(Code::new(&entry.code), entry.sender_fault));
    }
    let mut outcome = BatchOutcome { succeeded: Vec::new(), failed: Vec::new() };
    for (index, entry) in entries.into_iter().enumerate() {
        match entry {
            Entry::Done(value) => outcome.succeeded.push((index, value)),
            Entry::Failed(code, sender_fault) => {
                outcome.failed.push(EntryFailure { index, code, sender_fault, made: None });
            }
            Entry::Unheard => {
                outcome.failed.push(EntryFailure {
                    index,
                    code: Code::new(NO_ANSWER),
                    sender_fault: false,
                    made: None,
                });
            }
        }
    }
    outcome
}

/// A message move task of `source`.
pub(super) fn move_task(source: &QueueArn, task: ListMessageMoveTasksResultEntry) -> MoveTask {
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    MoveTask {
        handle: task.task_handle.map(TaskHandle::new),
        status: TaskStatus::read(task.status.as_deref().unwrap_or_default()),
        source: task.source_arn.and_then(|arn| arn.parse().ok()).unwrap_or_else(|| source.clone()),
        destination: task.destination_arn.and_then(|arn| arn.parse().ok()),
        rate: task.max_number_of_messages_per_second.and_then(|rate| u32::try_from(rate).ok()),
        moved: count(task.approximate_number_of_messages_moved),
        to_move: task.approximate_number_of_messages_to_move.map(count),
        failure: task.failure_reason.as_deref().map(Code::new),
        started: task.started_timestamp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(id: &str) -> BatchResultErrorEntry {
        BatchResultErrorEntry::builder().id(id).code("InternalError").sender_fault(false).build().unwrap()
    }

    #[test]
    fn every_entry_of_a_batch_has_exactly_one_result() {
        let said = [("0", Ok('a')), ("2", Err(MD5_MISMATCH)), ("3", Ok('d')), ("9", Ok('?')), ("x", Ok('?'))];
        let said = said.map(|(id, result)| (id.to_owned(), result));
        let heard = outcome(5, said, vec![refused("1"), refused("3")]);
        assert_eq!(heard.succeeded, [(0, 'a')]);
        let failed: Vec<_> = heard.failed.iter().map(|entry| (entry.index, entry.code.as_str())).collect();
        assert_eq!(failed, [(1, "InternalError"), (2, MD5_MISMATCH), (3, "InternalError"), (4, NO_ANSWER)]);
    }

    #[test]
    fn an_answer_with_another_md5_is_not_taken_for_a_sent_message() {
        let draft = Draft { body: "hello".into(), ..Draft::default() };
        let right = Some(md5::of_body("hello"));
        let answer = |md5: Option<String>| sent(&draft, Some("id".into()), md5, None, None);
        assert!(answer(right).is_ok());
        assert_eq!(answer(Some(md5::of_body("other"))), Err(MD5_MISMATCH));
        assert_eq!(answer(None), Err(INCOMPLETE));
    }

    #[test]
    fn a_damaged_body_is_not_taken_for_a_message() {
        let received = |body: &str| {
            SdkMessage::builder().message_id("id").receipt_handle("h").body(body).md5_of_body(md5::of_body("hello"))
        };
        assert!(message(received("hello").build()).is_ok());
        assert_eq!(message(received("hellø").build()), Err(MD5_MISMATCH));
        assert_eq!(message(SdkMessage::builder().body("x").build()), Err(INCOMPLETE));
    }
}
