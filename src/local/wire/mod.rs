//! What a request is in bytes, and what an answer is in bytes: AWS JSON 1.0, which SDKs have spoken since the end of
//! 2023, and the AWS Query protocol, which all before them speak. Behind this the two are one: an operation's name and
//! its members under their JSON names.
//!
//! Developer guide, "Making query API requests using AWS JSON protocol" and "… using AWS query protocol".
//!
//! * `json` – AWS JSON 1.0
//! * `query` – the Query protocol's forms; `params` – a form as a tree; `xml` – its answers
//! * `model` – what each operation's members are called in the Query protocol
//! * `browser` – which requests a foreign web page made
//! * `trace` – the X-Ray header of a request; `surrogates` – what JSON can say and a text cannot

mod browser;
mod json;
mod model;
mod params;
mod query;
mod surrogates;
#[cfg(test)]
mod tests;
mod trace;
mod xml;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use serde_json::Value;

use super::core::ApiError;
pub use browser::foreign;

/// How a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// The operation is in `X-Amz-Target`, its members are a JSON object.
    Json,
    /// The operation is the parameter `Action`, its members are parameters; the answer is XML.
    Query,
}

/// A request, as both protocols mean it.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its operation. Nobody has checked yet that there is such a one.
    pub operation: String,
    /// Its members under their JSON names.
    pub body: Value,
}

impl Protocol {
    /// The protocol of a request, by its header alone: a JSON content type, or a target without any content type.
    pub fn of(head: &Parts) -> Self {
        let content_type = head.headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
        let json = match content_type {
            Some(value) => json::is_content_type(value),
            None => head.headers.contains_key(json::TARGET),
        };
        if json { Self::Json } else { Self::Query }
    }

    /// Reads a request.
    ///
    /// Errors: `UnknownOperationException` if it names no operation, `InvalidAction`, `SerializationException`,
    /// `MalformedInput`.
    pub fn read(self, head: &Parts, body: &[u8]) -> Result<Call, ApiError> {
        let mut call = match self {
            Self::Json => json::read(head, body),
            Self::Query => query::read(head, body),
        }?;
        trace::hand_on(&head.headers, &mut call);
        Ok(call)
    }

    /// The answer of an operation that went well. `id` is the request's.
    pub fn success(self, operation: &str, answer: &impl Serialize, id: &str) -> Response<Bytes> {
        match self {
            // Plain structures of texts and numbers; writing one cannot fail.
            Self::Json => reply(StatusCode::OK, json::CONTENT_TYPE, serde_json::to_vec(answer).unwrap_or_default(), id),
            Self::Query => {
                let answer = serde_json::to_value(answer).unwrap_or_default();
                reply(StatusCode::OK, xml::CONTENT_TYPE, xml::success(operation, &answer, id), id)
            }
        }
    }

    /// The answer of an operation that was refused.
    pub fn refusal(self, error: &ApiError, id: &str) -> Response<Bytes> {
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
        match self {
            Self::Json => {
                let mut answer = reply(status, json::CONTENT_TYPE, json::refusal(error), id);
                if let Ok(value) = HeaderValue::from_str(&json::query_error(error)) {
                    answer.headers_mut().insert("x-amzn-query-error", value);
                }
                answer
            }
            Self::Query if error.shape == json::UNKNOWN_OPERATION => {
                reply(StatusCode::NOT_FOUND, xml::CONTENT_TYPE, xml::NO_OPERATION.to_vec(), id)
            }
            Self::Query => reply(status, xml::CONTENT_TYPE, xml::refusal(error, id), id),
        }
    }
}

fn reply(status: StatusCode, content_type: &'static str, body: Vec<u8>, id: &str) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(body));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-amzn-requestid", id);
    }
    answer
}
