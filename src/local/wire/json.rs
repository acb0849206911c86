//! AWS JSON 1.0: the operation in a header, the members in a JSON object, errors by the name of their shape.

use http::Method;
use http::request::Parts;
use serde_json::{Value, json};

use super::{Call, surrogates};
use crate::local::core::ApiError;

/// What answers are.
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.0";
/// The header that names the operation.
pub const TARGET: &str = "x-amz-target";
/// The error of a request that names no operation of this service.
pub const UNKNOWN_OPERATION: &str = "UnknownOperationException";

/// Whether a content type is that of this protocol. SQS also takes its sibling and the general name.
pub fn is_content_type(value: &str) -> bool {
    let name = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(name.as_str(), "application/x-amz-json-1.0" | "application/x-amz-json-1.1" | "application/json")
}

/// Reads a request.
pub fn read(head: &Parts, body: &[u8]) -> Result<Call, ApiError> {
    let target = head.headers.get(TARGET).and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.strip_prefix("AmazonSQS.")).filter(|_| head.method == Method::POST);
    let Some(operation) = operation else {
        return Err(ApiError::named(UNKNOWN_OPERATION, "The request names no operation of SQS in X-Amz-Target."));
    };
    let mut read = serde_json::from_slice::<Value>(body);
    if read.is_err() && surrogates::may_have_halves(body) {
        read = serde_json::from_slice(&surrogates::replace_halves(body));
    }
    let body = read.map_err(|_| ApiError::named("SerializationException", "The request is not JSON in UTF-8."))?;
    if !body.is_object() {
        let message = "Unexpected value where a structure or map was expected.";
        return Err(ApiError::named("SerializationException", message));
    }
    Ok(Call { operation: operation.to_owned(), body })
}

/// The body of a refusal.
pub fn refusal(error: &ApiError) -> Vec<u8> {
    let kind = format!("{}#{}", error.namespace(), error.shape);
    json!({"__type": kind, "message": error.message}).to_string().into_bytes()
}

/// The error as SDKs show it, and who is to blame.
pub fn query_error(error: &ApiError) -> String {
    format!("{};{}", error.code, if error.sender_fault() { "Sender" } else { "Receiver" })
}
