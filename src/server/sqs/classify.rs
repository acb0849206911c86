//! From an SDK error to a [`SqsError`]: the only place that looks inside one.
//!
//! SQS speaks AWS JSON 1.0 and names an error twice: in the body (`com.amazonaws.sqs#QueueDoesNotExist`) and, for
//! clients from the days of the query protocol, in the header `x-amzn-query-error`
//! (`AWS.SimpleQueueService.NonExistentQueue;Sender`). Both names are known here; whatever has neither is judged by its
//! HTTP status.

pub(super) mod codes;
mod transport;

#[cfg(test)]
mod tests;

use std::error::Error;

use aws_sdk_sqs::config::http::HttpResponse;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_types::request_id::RequestId;

use super::error::{Kind, SqsError};
use crate::model::Code;

/// Judges why `operation` failed. Pure; the caller logs.
pub(super) fn classify<E>(operation: &'static str, error: &SdkError<E>) -> SqsError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let (kind, code) = match error {
        SdkError::ServiceError(service) => answered(operation, service.raw(), service.err()),
        SdkError::DispatchFailure(failure) => transport::dispatch(failure),
        SdkError::TimeoutError(_) => (Kind::TimedOut, Code::new("Timeout")),
        SdkError::ResponseError(_) => (Kind::Garbled, Code::new("UnreadableAnswer")),
        SdkError::ConstructionFailure(_) => (Kind::Rejected, Code::new("InvalidRequest")),
        _ => (Kind::Garbled, Code::new("Unknown")),
    };
    SqsError { kind, operation, code, request_id: error.request_id().map(str::to_owned) }
}

/// Judges an answer that is an error, or that the SDK could not read.
fn answered(operation: &str, raw: &HttpResponse, error: &impl ProvideErrorMetadata) -> (Kind, Code) {
    let status = raw.status().as_u16();
    if raw.status().is_success() {
        return (Kind::Garbled, Code::new("UnreadableAnswer"));
    }
    let code = error.code().map(str::to_owned).or_else(|| code_in(raw));
    match code {
        Some(code) => {
            let kind = codes::kind(operation, bare(&code), error.message().unwrap_or_default(), status);
            (kind, Code::new(&code))
        }
        None => (codes::kind_of_status(status), Code::new(&format!("Http{status}"))),
    }
}

/// The code of an answer whose body is not JSON: from its headers, else from an XML body as the query protocol has it.
fn code_in(raw: &HttpResponse) -> Option<String> {
    let header = raw.headers().get("x-amzn-query-error").or_else(|| raw.headers().get("x-amzn-errortype"));
    if let Some(header) = header {
        return header.split([';', ':']).next().map(|code| bare(code).to_owned());
    }
    let body = std::str::from_utf8(raw.body().bytes()?).ok()?;
    let (_, rest) = body.split_once("<Code>")?;
    rest.split_once("</Code>").map(|(code, _)| code.trim().to_owned())
}

/// A code without the namespace of either protocol.
fn bare(code: &str) -> &str {
    let code = code.rsplit('#').next().unwrap_or(code);
    code.strip_prefix("AWS.SimpleQueueService.").unwrap_or(code)
}
