//! JSON in SQS's words to the SDK's types, and back.

use std::collections::HashMap;
use std::hash::Hash;

use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    BatchResultErrorEntry, ChangeMessageVisibilityBatchRequestEntry, ChangeMessageVisibilityBatchResultEntry,
    DeleteMessageBatchRequestEntry, DeleteMessageBatchResultEntry, ListMessageMoveTasksResultEntry, Message,
    MessageAttributeValue, MessageSystemAttributeName, MessageSystemAttributeNameForSends, MessageSystemAttributeValue,
    QueueAttributeName, SendMessageBatchRequestEntry, SendMessageBatchResultEntry,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// The members of a request or of a structure in one.
pub(super) struct Members {
    of: String,
    left: Map<String, Value>,
}

impl Members {
    pub(super) fn of(of: &str, value: Value) -> Self {
        let Value::Object(left) = value else { unsayable(of, &value) };
        Self { of: of.to_owned(), left }
    }

    /// A member, if it is said.
    pub(super) fn take<T: Sayable>(&mut self, name: &str) -> Option<T> {
        self.left.remove(name).map(|value| T::read(&format!("{}.{name}", self.of), value))
    }

    /// Panics if there are members that the SDK does not have.
    pub(super) fn all_taken(&self) {
        if let Some((name, value)) = self.left.iter().next() {
            unsayable(&format!("{}.{name}", self.of), value);
        }
    }
}

fn unsayable(what: &str, value: &Value) -> ! {
    panic!("the SDK's types cannot say {what} = {value}: write #[only(boto3)] above the case")
}

/// What can stand in a request.
pub(super) trait Sayable: Sized {
    /// Panics where the type cannot hold the value.
    fn read(what: &str, value: Value) -> Self;
}

/// What can stand in an answer.
pub(super) trait Answered {
    /// Nothing where it is absent.
    fn write(&self) -> Option<Value>;
}

/// The members of an answer that are there.
pub(super) fn answer<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>().into()
}

impl Sayable for String {
    fn read(what: &str, value: Value) -> Self {
        if let Value::String(text) = value { text } else { unsayable(what, &value) }
    }
}

impl Sayable for i32 {
    fn read(what: &str, value: Value) -> Self {
        value.as_i64().and_then(|number| number.try_into().ok()).unwrap_or_else(|| unsayable(what, &value))
    }
}

impl Sayable for Blob {
    fn read(what: &str, value: Value) -> Self {
        let bytes = value.as_str().and_then(|text| STANDARD.decode(text).ok());
        Self::new(bytes.unwrap_or_else(|| unsayable(what, &value)))
    }
}

impl<T: Sayable> Sayable for Vec<T> {
    fn read(what: &str, value: Value) -> Self {
        let Value::Array(items) = value else { unsayable(what, &value) };
        items.into_iter().map(|item| T::read(what, item)).collect()
    }
}

impl<K: Sayable + Eq + Hash, V: Sayable> Sayable for HashMap<K, V> {
    fn read(what: &str, value: Value) -> Self {
        let Value::Object(members) = value else { unsayable(what, &value) };
        members.into_iter().map(|(name, value)| (K::read(what, name.into()), V::read(what, value))).collect()
    }
}

impl<T: Answered> Answered for Option<T> {
    fn write(&self) -> Option<Value> {
        self.as_ref()?.write()
    }
}

impl<T: Answered> Answered for Vec<T> {
    fn write(&self) -> Option<Value> {
        Some(self.iter().filter_map(T::write).collect())
    }
}

impl<K: AsRef<str>, V: Answered> Answered for HashMap<K, V> {
    fn write(&self) -> Option<Value> {
        let members = self.iter().filter_map(|(name, value)| Some((name.as_ref().to_owned(), value.write()?)));
        Some(members.collect::<Map<_, _>>().into())
    }
}

impl Answered for Blob {
    fn write(&self) -> Option<Value> {
        Some(STANDARD.encode(self).into())
    }
}

macro_rules! plain {
    ($($type:ty)*) => {$(
        impl Answered for $type {
            fn write(&self) -> Option<Value> {
                Some(self.clone().into())
            }
        }
    )*};
}
plain!(String bool i32 i64);

macro_rules! names {
    ($($type:ty)*) => {$(
        impl Sayable for $type {
            fn read(what: &str, value: Value) -> Self {
                String::read(what, value).as_str().into()
            }
        }
    )*};
}
names!(QueueAttributeName MessageSystemAttributeName MessageSystemAttributeNameForSends);

/// Structures of requests. One that lacks what the SDK insists on cannot be said.
macro_rules! said {
    ($($type:ident { $($member:literal $set:ident),* })*) => {$(
        impl Sayable for $type {
            fn read(what: &str, value: Value) -> Self {
                let mut said = Members::of(what, value.clone());
                let built = Self::builder()$(.$set(said.take($member)))*.build();
                said.all_taken();
                built.unwrap_or_else(|_| unsayable(what, &value))
            }
        }
    )*};
}
said! {
    ChangeMessageVisibilityBatchRequestEntry {
        "Id" set_id, "ReceiptHandle" set_receipt_handle, "VisibilityTimeout" set_visibility_timeout
    }
    DeleteMessageBatchRequestEntry { "Id" set_id, "ReceiptHandle" set_receipt_handle }
    MessageAttributeValue {
        "StringValue" set_string_value, "BinaryValue" set_binary_value, "StringListValues" set_string_list_values,
        "BinaryListValues" set_binary_list_values, "DataType" set_data_type
    }
    MessageSystemAttributeValue {
        "StringValue" set_string_value, "BinaryValue" set_binary_value, "StringListValues" set_string_list_values,
        "BinaryListValues" set_binary_list_values, "DataType" set_data_type
    }
    SendMessageBatchRequestEntry {
        "Id" set_id, "MessageBody" set_message_body, "DelaySeconds" set_delay_seconds,
        "MessageAttributes" set_message_attributes, "MessageSystemAttributes" set_message_system_attributes,
        "MessageDeduplicationId" set_message_deduplication_id, "MessageGroupId" set_message_group_id
    }
}

/// Structures of answers.
macro_rules! answered {
    ($($type:ident { $($member:literal $field:ident),* })*) => {$(
        impl Answered for $type {
            fn write(&self) -> Option<Value> {
                Some(answer([$(($member, self.$field.write())),*]))
            }
        }
    )*};
}
answered! {
    BatchResultErrorEntry { "Id" id, "SenderFault" sender_fault, "Code" code, "Message" message }
    ChangeMessageVisibilityBatchResultEntry { "Id" id }
    DeleteMessageBatchResultEntry { "Id" id }
    ListMessageMoveTasksResultEntry {
        "TaskHandle" task_handle, "Status" status, "SourceArn" source_arn, "DestinationArn" destination_arn,
        "MaxNumberOfMessagesPerSecond" max_number_of_messages_per_second,
        "ApproximateNumberOfMessagesMoved" approximate_number_of_messages_moved,
        "ApproximateNumberOfMessagesToMove" approximate_number_of_messages_to_move,
        "FailureReason" failure_reason, "StartedTimestamp" started_timestamp
    }
    Message {
        "MessageId" message_id, "ReceiptHandle" receipt_handle, "MD5OfBody" md5_of_body, "Body" body,
        "Attributes" attributes, "MD5OfMessageAttributes" md5_of_message_attributes,
        "MessageAttributes" message_attributes
    }
    MessageAttributeValue {
        "StringValue" string_value, "BinaryValue" binary_value, "StringListValues" string_list_values,
        "BinaryListValues" binary_list_values, "DataType" data_type
    }
    SendMessageBatchResultEntry {
        "Id" id, "MessageId" message_id, "MD5OfMessageBody" md5_of_message_body,
        "MD5OfMessageAttributes" md5_of_message_attributes,
        "MD5OfMessageSystemAttributes" md5_of_message_system_attributes, "SequenceNumber" sequence_number
    }
}
