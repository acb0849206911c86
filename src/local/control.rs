//! What is not SQS: readiness, and for tests the dials, the effect log, the calls and the clock.
//!
//! * `GET /_health`: 200, or 503 when what it is told cannot be kept any more
//! * only with dials: `GET`, `PUT` and `DELETE /_dials` (see `faults`); `GET /_calls`, how often each operation came;
//!   `GET /_effects`, all of the log or with `?since=SEQ` what came after that entry and with `&limit=N` no more than
//!   that; `GET /_clock`, and `POST /_clock` with `{"advance_ms": N}`: its time, moved forward

use bytes::Bytes;
use http::{Method, Response, StatusCode, header, request};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::faults::Dials;
use super::handle::Local;

/// Which part of the effect log is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    #[serde(default)]
    since: u64,
    limit: Option<usize>,
}

/// How far the clock is to go.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_ms: u64,
}

/// Answers such a request; what is not there is not found.
pub fn answer(local: &Local, head: &request::Parts, body: &[u8]) -> Response<Bytes> {
    let path = head.uri.path();
    if (&head.method, path) == (&Method::GET, "/_health") {
        return match local.check() {
            Ok(()) => respond(StatusCode::OK, &json!({"status": "ready"})),
            Err(lost) => respond(StatusCode::SERVICE_UNAVAILABLE, &json!({"status": "lost", "reason": lost.message})),
        };
    }
    match local.dials() {
        Some(dials) => with_dials(local, dials, head, path, body),
        None => not_found(),
    }
}

fn with_dials(local: &Local, dials: &Dials, head: &request::Parts, path: &str, body: &[u8]) -> Response<Bytes> {
    match (&head.method, path) {
        (&Method::GET, "/_dials") => respond(StatusCode::OK, &dials.show()),
        (&Method::PUT, "/_dials") => match dials.set(body) {
            Ok(()) => respond(StatusCode::OK, &dials.show()),
            Err(error) => wrong(&error),
        },
        (&Method::DELETE, "/_dials") => {
            dials.clear();
            respond(StatusCode::OK, &dials.show())
        }
        (&Method::GET, "/_calls") => respond(StatusCode::OK, &dials.calls()),
        (&Method::GET, "/_effects") => match serde_urlencoded::from_str::<Page>(head.uri.query().unwrap_or_default()) {
            Ok(page) => respond(StatusCode::OK, &local.effects_since(page.since, page.limit.unwrap_or(usize::MAX))),
            Err(error) => wrong(&error.to_string()),
        },
        (&Method::GET, "/_clock") => clock(local),
        (&Method::POST, "/_clock") => match serde_json::from_slice::<Advance>(body) {
            Ok(by) => {
                local.advance_clock(by.advance_ms);
                clock(local)
            }
            Err(error) => wrong(&error.to_string()),
        },
        _ => not_found(),
    }
}

fn clock(local: &Local) -> Response<Bytes> {
    respond(StatusCode::OK, &json!({"now": local.now(), "manual": local.clock_is_manual()}))
}

fn wrong(error: &str) -> Response<Bytes> {
    respond(StatusCode::BAD_REQUEST, &json!({"error": error}))
}

fn not_found() -> Response<Bytes> {
    respond(StatusCode::NOT_FOUND, &json!({"error": "This is a local SQS, and there is nothing here."}))
}

fn respond(status: StatusCode, body: &impl Serialize) -> Response<Bytes> {
    // Plain structures of texts and numbers; writing one cannot fail.
    let mut answer = Response::new(serde_json::to_vec(body).unwrap_or_default().into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    answer
}
