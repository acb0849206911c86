//! The 23 operations of SQS, one file per family. Each operation knows how to read itself from a request and how to
//! change the state; this file is the list of them.

mod attributes;
mod batch;
mod dead_letters;
mod delete;
mod draft;
mod message_attributes;
mod move_tasks;
mod number;
mod permissions;
mod purge;
mod queues;
mod receive;
mod send;
mod tags;
mod visibility;

use serde::Serialize;
use serde_json::Value;

use super::decode::Members;
use super::{ApiError, Millis, State};

/// An operation: what its request says, and what it does.
pub trait Operation: Sized {
    /// What it answers, as JSON in SQS's member names.
    type Output: Serialize;

    /// Reads the request.
    fn decode(members: Members) -> Result<Self, ApiError>;

    /// Does it.
    fn apply(self, state: &mut State, now: Millis) -> Result<Self::Output, ApiError>;
}

/// The answer of an operation that has nothing to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Done {}

macro_rules! operations {
    ($($family:ident :: $name:ident),* $(,)?) => {
        /// A request, read.
        #[derive(Debug)]
        pub enum Request {
            $(#[doc = concat!("`", stringify!($name), "`")] $name($family::$name),)*
        }

        /// The names of all operations.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// The answer to a request, in the same words.
        #[derive(Debug, Serialize)]
        #[serde(untagged)]
        pub enum Response {
            $(#[doc = concat!("Of `", stringify!($name), "`")] $name(<$family::$name as Operation>::Output),)*
        }

        impl Request {
            /// Reads a request. Errors: `UnknownOperationException`, `SerializationException`, `MissingParameter`, and
            /// what can be seen to be wrong without the state.
            pub fn decode(operation: &str, body: Value) -> Result<Self, ApiError> {
                match operation {
                    $(stringify!($name) => $family::$name::decode(Members::of(body)?).map(Self::$name),)*
                    _ => Err(ApiError::named(
                        "UnknownOperationException",
                        format!("The operation {operation} is not one of SQS's."),
                    )),
                }
            }

            /// Does what it asks.
            pub fn apply(self, state: &mut State, now: Millis) -> Result<Response, ApiError> {
                match self {
                    $(Self::$name(request) => request.apply(state, now).map(Response::$name),)*
                }
            }
        }
    };
}

operations! {
    permissions::AddPermission,
    move_tasks::CancelMessageMoveTask,
    visibility::ChangeMessageVisibility,
    visibility::ChangeMessageVisibilityBatch,
    queues::CreateQueue,
    delete::DeleteMessage,
    delete::DeleteMessageBatch,
    queues::DeleteQueue,
    attributes::GetQueueAttributes,
    queues::GetQueueUrl,
    dead_letters::ListDeadLetterSourceQueues,
    move_tasks::ListMessageMoveTasks,
    queues::ListQueues,
    tags::ListQueueTags,
    purge::PurgeQueue,
    receive::ReceiveMessage,
    permissions::RemovePermission,
    send::SendMessage,
    send::SendMessageBatch,
    attributes::SetQueueAttributes,
    move_tasks::StartMessageMoveTask,
    tags::TagQueue,
    tags::UntagQueue,
}

impl Response {
    /// Whether this is the answer of a receive that found nothing.
    pub fn is_empty_receive(&self) -> bool {
        matches!(self, Self::ReceiveMessage(received) if received.messages.is_empty())
    }
}
