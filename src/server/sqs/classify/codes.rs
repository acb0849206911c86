//! What each of SQS's error codes means for a caller
//! (SQS API Reference, "Errors" of each operation and "Common Error Types").

use super::super::error::Kind;

/// The kind of failure that `code` (without namespace) stands for, in an answer with `message` and HTTP `status`.
///
/// Messages are read only where SQS has no code of its own for what happened.
pub(in super::super) fn kind(operation: &str, code: &str, message: &str, status: u16) -> Kind {
    if let Some(kind) = kind_of_message(message) {
        return kind;
    }
    match code {
        // The task handle of a task that has ended names no resource; the queue is still there.
        "ResourceNotFoundException" if operation == "CancelMessageMoveTask" => Kind::Rejected,
        // "Only active tasks can be cancelled."
        "UnsupportedOperation" if operation == "CancelMessageMoveTask" => Kind::Rejected,

        "QueueDoesNotExist" | "NonExistentQueue" | "ResourceNotFoundException" | "InvalidAddress" => Kind::NoSuchQueue,
        "QueueNameExists" | "QueueAlreadyExists" => Kind::QueueExists,
        "QueueDeletedRecently" => Kind::QueueDeletedRecently,
        "PurgeQueueInProgress" => Kind::PurgeInProgress,
        "ReceiptHandleIsInvalid" | "InvalidIdFormat" => Kind::ReceiptHandle,
        "MessageNotInflight" => Kind::NotInFlight,
        "OverLimit" => Kind::OverLimit,

        "AccessDenied" | "AccessDeniedException" | "AuthorizationError" | "NotAuthorized" | "UnauthorizedOperation" => {
            Kind::AccessDenied
        }
        "ExpiredToken"
        | "ExpiredTokenException"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "OptInRequired"
        | "RequestExpired"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException" => Kind::Credentials,

        "BandwidthLimitExceeded"
        | "KMS.ThrottlingException"
        | "KmsThrottled"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "SlowDown"
        | "Throttling"
        | "ThrottledException"
        | "ThrottlingException"
        | "TooManyRequestsException" => Kind::Throttled,
        code if code.starts_with("KMS.") || code.starts_with("Kms") => Kind::Kms,

        "InvalidAction"
        | "NotImplemented"
        | "UnknownOperation"
        | "UnknownOperationException"
        | "UnsupportedOperation" => Kind::Unsupported,

        "InternalError"
        | "InternalFailure"
        | "InternalServerError"
        | "ServiceUnavailable"
        | "ServiceUnavailableException" => Kind::Upstream,

        _ if status == 501 => Kind::Unsupported,
        _ if status == 429 => Kind::Throttled,
        _ if status >= 500 => Kind::Upstream,
        _ => Kind::Rejected,
    }
}

/// What SQS says in words only. (`InvalidParameterValue` and `UnsupportedOperation` cover much.)
fn kind_of_message(message: &str) -> Option<Kind> {
    const SAYINGS: [(&str, Kind); 6] = [
        ("There is already a task running", Kind::TaskRunning),
        ("must be configured as a Dead Letter Queue", Kind::NotADeadLetterQueue),
        ("receipt handle has expired", Kind::ReceiptHandle),
        ("receipt handle is invalid", Kind::ReceiptHandle),
        ("is not a valid receipt handle", Kind::ReceiptHandle),
        ("not available for visibility timeout change", Kind::NotInFlight),
    ];
    SAYINGS.iter().find(|(saying, _)| message.contains(saying)).map(|(_, kind)| *kind)
}

/// The kind of an answer without any code: something between the console and SQS has answered, or no SQS at all.
pub(super) fn kind_of_status(status: u16) -> Kind {
    match status {
        401 | 403 => Kind::AccessDenied,
        413 => Kind::Rejected,
        429 => Kind::Throttled,
        501 => Kind::Unsupported,
        500.. => Kind::Upstream,
        _ => Kind::Garbled,
    }
}
