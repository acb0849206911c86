//! What the edge answers when it does not let a request through: a short page, the same for everyone, quoting nothing.

use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http::header::{ALLOW, CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

/// Why a request was not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The `Host` is none of the console's names.
    UnknownHost,
    /// A change was asked for by something other than a page of this console.
    ForeignChange,
    /// Another site wanted to embed or read a page instead of leading a person to it.
    ForeignRead,
    /// The path of a form was asked for without sending one.
    FormNeeded,
    /// What was sent is not a form.
    NotAForm,
    /// No page can have this path.
    NoSuchPath,
    /// The body is larger than anything the console takes here.
    TooLarge,
    /// The body did not arrive in time.
    TooSlow,
    /// The body broke off.
    Incomplete,
    /// A part of the program panicked.
    Failed,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::UnknownHost => StatusCode::MISDIRECTED_REQUEST,
            Self::ForeignChange | Self::ForeignRead => StatusCode::FORBIDDEN,
            Self::FormNeeded => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NoSuchPath => StatusCode::NOT_FOUND,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Incomplete => StatusCode::BAD_REQUEST,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A title and a sentence.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::UnknownHost => (
                "Not this console's name",
                "This console answers only to its own names. Open it under the address it printed when it started, \
                 or allow this name with <code>--allow-host</code>.",
            ),
            Self::ForeignChange => (
                "Refused",
                "This change was not asked for by a page of this console, so nothing was done. Open the console \
                 and ask again there.",
            ),
            Self::ForeignRead => {
                ("Refused", "Another site may lead you here, but it may not embed or read this console.")
            }
            Self::FormNeeded => (
                "Nothing to see here",
                "This is where a form is sent to. Nothing was done. Go back and send the form again.",
            ),
            Self::NotAForm => ("Not a form", "The console takes forms only, so nothing was done."),
            Self::NoSuchPath => ("No such page", "The console has no page of this address."),
            Self::TooLarge => (
                "Too large",
                "What was sent is larger than the console takes here, so nothing was done. A message holds at most \
                 1 MiB.",
            ),
            Self::TooSlow => ("Too slow", "What was sent did not arrive in time, so nothing was done."),
            Self::Incomplete => ("Incomplete", "What was sent broke off on the way, so nothing was done."),
            Self::Failed => (
                "A defect in Redrive",
                "A part of the console failed. What you asked for may or may not have been done; the activity page \
                 and the log say more.",
            ),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (title, sentence) = self.words();
        let page = format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · Redrive</title>\
             <link rel=\"icon\" href=\"/favicon.svg\"></head>\
             <body><main><h1>{title}</h1><p>{sentence}</p><p><a href=\"/\">To the console</a></p></main></body></html>"
        );
        let mut response = (self.status(), page).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        match self {
            Self::FormNeeded => {
                headers.insert(ALLOW, HeaderValue::from_static("POST"));
            }
            // The rest of the body is not wanted, so the connection is of no further use.
            Self::TooLarge | Self::TooSlow | Self::Incomplete => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }
}

/// Answers with a page when a handler panics; the panic itself is logged by its hook.
pub async fn catch_panic(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => Refusal::Failed.into_response(),
    }
}
