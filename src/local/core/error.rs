//! What SQS answers when it refuses: one value with both names of an error, its HTTP status and its sentence.
//!
//! SQS moved from the AWS query protocol to AWS JSON 1.0 and kept the old codes alive in a header, so each error has a
//! *shape* (`QueueDoesNotExist`, in the body's `__type`) and a *code* (`AWS.SimpleQueueService.NonExistentQueue`, in
//! `x-amzn-query-error`). SDKs report the code, so both must be right.

use std::borrow::Cow;
use std::fmt;

/// The refusal of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// The name in the service's model, without its namespace: `QueueDoesNotExist`.
    pub shape: Cow<'static, str>,
    /// The name in the query protocol, which SDKs and batch results show: `AWS.SimpleQueueService.NonExistentQueue`.
    pub code: Cow<'static, str>,
    /// The HTTP status.
    pub status: u16,
    /// The sentence for people.
    pub message: String,
}

/// Shape, query code, HTTP status: every error in SQS's API reference ("Errors" of each action, and "Common Errors").
const TABLE: &[(&str, &str, u16)] = &[
    ("AccessDeniedException", "AccessDenied", 403),
    ("BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", 400),
    ("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong", 400),
    ("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest", 400),
    ("ExpiredTokenException", "ExpiredToken", 403),
    ("IncompleteSignature", "IncompleteSignature", 403),
    ("InternalError", "InternalError", 500),
    ("InternalFailure", "InternalFailure", 500),
    ("InvalidAction", "InvalidAction", 400),
    ("InvalidAddress", "InvalidAddress", 404),
    ("InvalidAttributeName", "InvalidAttributeName", 400),
    ("InvalidAttributeValue", "InvalidAttributeValue", 400),
    ("InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId", 400),
    ("InvalidClientTokenId", "InvalidClientTokenId", 403),
    ("InvalidIdFormat", "InvalidIdFormat", 400),
    ("InvalidMessageContents", "InvalidMessageContents", 400),
    ("InvalidParameterValueException", "InvalidParameterValue", 400),
    ("InvalidSecurity", "InvalidSecurity", 403),
    ("InvalidSignatureException", "SignatureDoesNotMatch", 403),
    ("KmsAccessDenied", "KMS.AccessDeniedException", 400),
    ("KmsDisabled", "KMS.DisabledException", 400),
    ("KmsInvalidKeyUsage", "KMS.InvalidKeyUsageException", 400),
    ("KmsInvalidState", "KMS.InvalidStateException", 400),
    ("KmsNotFound", "KMS.NotFoundException", 400),
    ("KmsOptInRequired", "KMS.OptInRequired", 403),
    ("KmsThrottled", "KMS.ThrottlingException", 400),
    ("MalformedInput", "MalformedInput", 400),
    ("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight", 400),
    ("MissingRequiredParameterException", "MissingParameter", 400),
    ("NotAuthorized", "NotAuthorized", 400),
    ("OverLimit", "OverLimit", 403),
    ("PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress", 403),
    ("QueueDeletedRecently", "AWS.SimpleQueueService.QueueDeletedRecently", 400),
    ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", 400),
    ("QueueNameExists", "QueueAlreadyExists", 400),
    ("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", 404),
    ("RequestEntityTooLarge", "RequestEntityTooLarge", 413),
    ("RequestExpired", "RequestExpired", 400),
    ("RequestThrottled", "RequestThrottled", 403),
    ("ResourceNotFoundException", "ResourceNotFoundException", 404),
    ("SerializationException", "SerializationException", 400),
    ("ServiceUnavailable", "ServiceUnavailable", 503),
    ("ThrottlingException", "Throttling", 400),
    ("TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", 400),
    ("UnknownOperationException", "UnknownOperationException", 400),
    ("UnrecognizedClientException", "UnrecognizedClientException", 403),
    ("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation", 400),
];

/// Errors that are not in SQS's own model but in that of the framework below it, by shape. SDKs cut the namespace off.
const OF_THE_FRAMEWORK: &[&str] = &[
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InternalError",
    "InternalFailure",
    "InvalidAction",
    "InvalidClientTokenId",
    "InvalidParameterValueException",
    "MalformedInput",
    "MissingRequiredParameterException",
    "NotAuthorized",
    "RequestEntityTooLarge",
    "RequestExpired",
    "SerializationException",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
];

impl ApiError {
    /// An error by either of its names. A name SQS does not document keeps both names equal and the status 400, so that
    /// the dials can also show a console what it has never seen.
    pub fn named(name: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        match TABLE.iter().find(|(shape, code, _)| *shape == name || *code == name) {
            Some(&(shape, code, status)) => Self { shape: shape.into(), code: code.into(), status, message },
            None => Self { shape: name.to_owned().into(), code: name.to_owned().into(), status: 400, message },
        }
    }

    /// `InvalidParameterValue` with the sentence given.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::named("InvalidParameterValueException", message)
    }

    /// `InvalidParameterValue` in SQS's usual sentence.
    pub fn invalid_value(value: impl fmt::Display, parameter: &str, reason: &str) -> Self {
        Self::invalid(format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}"))
    }

    /// `InvalidAttributeValue` of a queue attribute.
    pub fn attribute_value(attribute: &str) -> Self {
        Self::named("InvalidAttributeValue", format!("Invalid value for the parameter {attribute}."))
    }

    /// `InvalidAttributeName` of a queue attribute that this queue cannot have.
    pub fn attribute_name(attribute: &str) -> Self {
        Self::named("InvalidAttributeName", format!("Unknown Attribute {attribute}."))
    }

    /// `MissingParameter`.
    pub fn missing(parameter: &str) -> Self {
        Self::named("MissingRequiredParameterException", format!("The request must contain the parameter {parameter}."))
    }

    /// The queue of a request does not exist.
    pub fn no_queue() -> Self {
        Self::named("QueueDoesNotExist", "The specified queue does not exist.")
    }

    /// The queue of a move task does not exist; `parameter` is the member that named it.
    pub fn no_resource(parameter: &str) -> Self {
        Self::named(
            "ResourceNotFoundException",
            format!("The resource that you specified for the {parameter} parameter doesn't exist."),
        )
    }

    /// The namespace of its shape, which stands before it in AWS JSON.
    pub fn namespace(&self) -> &'static str {
        if OF_THE_FRAMEWORK.contains(&self.shape.as_ref()) { "com.amazon.coral.service" } else { "com.amazonaws.sqs" }
    }

    /// Whether the caller is to blame; `Sender` or `Receiver` in the header, `SenderFault` in a batch.
    pub fn sender_fault(&self) -> bool {
        self.status < 500
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ApiError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_found_by_either_name() {
        let by_shape = ApiError::named("QueueDoesNotExist", "");
        let by_code = ApiError::named("AWS.SimpleQueueService.NonExistentQueue", "");
        assert_eq!(by_shape, by_code);
        assert_eq!(by_shape.status, 400);
    }

    #[test]
    fn an_undocumented_name_is_kept() {
        let error = ApiError::named("Surprise", "x");
        assert_eq!((error.shape.as_ref(), error.code.as_ref(), error.status), ("Surprise", "Surprise", 400));
    }
}
