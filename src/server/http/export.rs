//! `GET …/export.ndjson` and `…/export.csv`: messages as a file – a frozen set, a queue's snapshot, or one message of it.
//!
//! Nothing is asked of SQS: what is written is the copy that the console holds. The file is made while it is sent.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;

use crate::model::filter::Filter;
use crate::model::paths::{self, Download, QueuePage};
use crate::model::{Failure, Message, MessageId, QueueName};
use crate::server::services::messages::export;
use crate::server::services::messages::view::matching;
use crate::server::services::{Connection, Services};

/// Which queue's messages.
#[derive(Debug, Deserialize)]
struct Place {
    connection: String,
    queue: String,
    /// The frozen set; absent: the snapshot.
    chosen: Option<String>,
}

/// Which messages of a snapshot.
#[derive(Debug, Deserialize)]
struct Wanted {
    /// The one message; absent: all that match.
    message: Option<String>,
    /// What they match; empty: everything.
    #[serde(default)]
    filter: String,
    /// By what causes are told apart.
    #[serde(default)]
    by: String,
}

/// The four addresses.
pub fn routes(services: Services) -> Router {
    let mut router = Router::new();
    for format in [Download::Ndjson, Download::Csv] {
        let file = move |State(services): State<Services>, Path(place): Path<Place>, Query(wanted): Query<Wanted>| async move {
            download(&services, format, &place, &wanted)
        };
        for holds in ["/{connection}/queues/{queue}", "/{connection}/queues/{queue}/chosen/{chosen}"] {
            router = router.route(&format!("{holds}/export.{}", format.ending()), get(file));
        }
    }
    router.with_state(services)
}

/// The file, or the way to the page that says why there is none.
fn download(services: &Services, format: Download, place: &Place, wanted: &Wanted) -> Response {
    let found = services.connection(&place.connection).ok().zip(place.queue.parse::<QueueName>().ok());
    let Some((connection, queue)) = found else { return StatusCode::NOT_FOUND.into_response() };
    let only = wanted.message.as_ref().map(MessageId::new);
    match messages(&connection, &queue, place.chosen.as_deref(), only.as_ref(), wanted) {
        Ok((messages, at_ms)) => {
            let one = if only.is_some() { messages.first().map(AsRef::as_ref) } else { None };
            file(format, &export::file_name(format, &queue, at_ms, one), messages)
        }
        Err(_) => Redirect::to(&match (&place.chosen, &only) {
            (Some(id), _) => paths::chosen(connection.name(), &queue, id),
            (None, Some(id)) => paths::message(connection.name(), &queue, id),
            (None, None) => paths::with_query(
                &paths::queue(connection.name(), &queue, QueuePage::Messages),
                &[("filter", &wanted.filter), ("by", &wanted.by)],
            ),
        })
        .into_response(),
    }
}

/// The messages, and when they were copied, milliseconds since 1970.
fn messages(
    connection: &Connection,
    queue: &QueueName,
    chosen: Option<&str>,
    only: Option<&MessageId>,
    wanted: &Wanted,
) -> Result<(Vec<Arc<Message>>, i64), Failure> {
    if let Some(id) = chosen {
        let chosen = connection.chosen(queue, id)?;
        return Ok((chosen.messages.clone(), chosen.at_ms));
    }
    let snapshot = connection.snapshot(queue).ok_or(Failure::NoSuchMessage)?;
    let places = if let Some(id) = only {
        snapshot.find(id).into_iter().map(|(at, _)| at).collect()
    } else {
        // A filter that cannot be read is not one that everything matches: its page says what is wrong with it.
        let filter: Filter = wanted.filter.parse().map_err(|_| Failure::Invalid)?;
        matching(&snapshot, &filter, wanted.by.parse().ok().as_ref(), connection.now_ms())
    };
    let messages: Vec<_> = places.into_iter().map(|at| Arc::clone(&snapshot.entries[at].message)).collect();
    if messages.is_empty() { Err(Failure::NoSuchMessage) } else { Ok((messages, snapshot.started_ms)) }
}

/// An attachment: no browser shows it, whatever is in it.
fn file(format: Download, name: &str, messages: Vec<Arc<Message>>) -> Response {
    let parts = export::parts(format, messages).map(Ok::<_, Infallible>);
    let mut response = Body::from_stream(stream::iter(parts)).into_response();
    let attachment = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(export::media_type(format)));
    headers.insert(CONTENT_DISPOSITION, attachment.unwrap_or(HeaderValue::from_static("attachment")));
    response
}
