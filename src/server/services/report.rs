//! From what went wrong to what a person is told, logged once on the way.

use crate::model::{Code, ConnectionName, Failure, QueueName};
use crate::server::sqs::SqsError;
use crate::server::store::StoreError;

/// Logs a failed call and gives what a person is told.
pub fn sqs(error: SqsError, connection: &ConnectionName, queue: Option<&QueueName>) -> Failure {
    tracing::warn!(
        connection = %connection,
        queue = queue.map(QueueName::as_str),
        operation = error.operation,
        code = %error.code,
        request_id = error.request_id.as_deref(),
        "a call to SQS failed"
    );
    error.into_failure(queue)
}

/// Logs a fault of the console itself under a new reference.
pub fn store(error: &StoreError) -> Failure {
    let reference = reference();
    tracing::error!(reference = %reference, %error, "the store failed");
    Failure::Unexpected { reference }
}

/// Logs that an intent could not be written down, for which reason nothing was done.
pub fn not_written(error: &StoreError) -> Failure {
    let reference = reference();
    tracing::error!(reference = %reference, %error, "an intent could not be written down; nothing was changed");
    Failure::NotWrittenDown { reference }
}

/// Logs that no copy could be kept of what was to be removed, for which reason it was not.
pub fn not_archived(why: impl std::fmt::Display) -> Failure {
    let reference = reference();
    tracing::error!(reference = %reference, %why, "no copies could be kept; nothing was removed");
    Failure::NotArchived { reference }
}

/// Logs a task that panicked under a new reference; not its message, which may quote a body.
pub fn crash(error: &tokio::task::JoinError) -> Failure {
    let reference = reference();
    tracing::error!(reference = %reference, panicked = error.is_panic(), "a task crashed");
    Failure::Unexpected { reference }
}

/// Logs an answer that lacks what SQS always gives.
pub fn lacks(connection: &ConnectionName, queue: &QueueName, what: &'static str) -> Failure {
    tracing::warn!(connection = %connection, queue = %queue, what, "an answer of SQS lacks something");
    Failure::Upstream(Code::new(what))
}

fn reference() -> Code {
    Code::new(&uuid::Uuid::new_v4().simple().to_string()[..8])
}
