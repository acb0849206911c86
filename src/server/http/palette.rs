//! `GET /palette?connection=…`: the names of all queues, one a line, for the palette and nothing else. Fetched when
//! the palette is first opened, so that no page carries them.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde::Deserialize;

use super::events::{Events, Source};
use crate::model::ConnectionName;

/// How old the list of queues may be, milliseconds; what is younger costs no call.
const MAX_AGE_MS: i64 = 10 * 60 * 1_000;

/// What is asked for.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    connection: String,
}

/// The handler. 404 for a connection that does not exist, the failure's status where nothing is known.
pub async fn palette<S: Source>(State(events): State<Events<S>>, Query(wanted): Query<Wanted>) -> Response {
    let connection = wanted.connection.parse::<ConnectionName>().ok();
    let Some(poller) = connection.and_then(|name| events.source().poller(&name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match poller.fresh(MAX_AGE_MS).await {
        Ok(census) => {
            let mut lines = String::with_capacity(census.rows.len() * 24);
            for name in census.rows.keys() {
                lines.push_str(name.as_str());
                lines.push('\n');
            }
            ([(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))], lines).into_response()
        }
        Err(failure) => StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::BAD_GATEWAY).into_response(),
    }
}
