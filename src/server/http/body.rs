//! Bodies are read here, whole, within a size and a time, before a handler runs.
//!
//! Every form is needed whole anyway. Reading it here, and not in the handler, gives the right answer when it is too
//! large or never comes – the server functions would make a 500 of either – also for a body of undeclared length.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::Method;
use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::refusal::Refusal;

/// How much the console takes, and for how long it waits for it.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest body of a form, in bytes.
    pub form: usize,
    /// Largest body of the forms that send messages or edit them, in bytes.
    pub message: usize,
    /// Largest body of the form that reads a file of messages, in bytes.
    pub import: usize,
    /// From the header to the body's last byte.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            form: 64 * 1024,
            // A message holds 1 MiB (SQS Developer Guide, "Message quotas"), and a form of fields alone would
            // write each byte as `%xx`; the rest is for the other fields.
            message: 3 * 1024 * 1024 + 512 * 1024,
            // The file, and the other fields.
            import: crate::model::form::import::MOST + 64 * 1024,
            time: Duration::from_secs(30),
        }
    }
}

/// Where messages are sent from.
pub(super) const SEND: &str = "/api/messages/send";

/// Where an edited message is sent to, to be looked at.
pub(super) const EDIT: &str = "/api/messages/edit";

/// Where the operations are sent to that edit a set of messages.
pub(super) const EDIT_ALL: &str = "/api/messages/edit-all";

/// Where files of messages are sent to.
pub(super) const IMPORT: &str = "/api/messages/import";

/// The middleware: replaces the body by what was read of it.
pub async fn read(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if matches!(parts.method, Method::GET | Method::HEAD) {
        // No page reads one, so none is waited for.
        return next.run(Request::from_parts(parts, Body::empty())).await;
    }
    let limit = match parts.uri.path() {
        SEND | EDIT | EDIT_ALL => limits.message,
        IMPORT => limits.import,
        _ => limits.form,
    };
    let declared = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Refusal::TooLarge.into_response();
    }
    let whole = Limited::new(body, limit).collect();
    let refusal = match tokio::time::timeout(limits.time, whole).await {
        Ok(Ok(whole)) => {
            let request = Request::from_parts(parts, Body::from(whole.to_bytes()));
            return next.run(request).await;
        }
        Ok(Err(error)) if error.is::<LengthLimitError>() => Refusal::TooLarge,
        Ok(Err(_)) => Refusal::Incomplete,
        Err(_) => Refusal::TooSlow,
    };
    tracing::warn!(?refusal, "a body was not taken");
    refusal.into_response()
}
