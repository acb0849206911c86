//! `GET …/export.ndjson` and `…/export.csv`: messages as a file – a frozen set, a queue's snapshot, or one message of it.
//!
//! Nothing is asked of SQS: what is written is the copy that the console holds. The file is made while it is sent.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{self, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;

use crate::model::filter::Query;
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

/// Which messages of a snapshot: `message` names one; else it is the address of a list, and all that match are meant.
type Wanted = BTreeMap<String, String>;

/// The four addresses.
pub fn routes(services: Services) -> Router {
    let mut router = Router::new();
    for format in [Download::Ndjson, Download::Csv] {
        let file = move |State(services): State<Services>,
                         Path(place): Path<Place>,
                         extract::Query(wanted): extract::Query<Wanted>| async move {
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
    let only = wanted.get("message").map(MessageId::new);
    let list = Query::read(|name| wanted.get(name).cloned());
    match messages(&connection, &queue, place.chosen.as_deref(), only.as_ref(), &list) {
        Ok((messages, at_ms)) => {
            let one = if only.is_some() { messages.first().map(AsRef::as_ref) } else { None };
            file(format, &export::file_name(format, &queue, at_ms, one), messages)
        }
        Err(_) => Redirect::to(&match (&place.chosen, &only) {
            (Some(id), _) => paths::chosen(connection.name(), &queue, id),
            (None, Some(id)) => paths::message(connection.name(), &queue, id),
            (None, None) => list.link(&paths::queue(connection.name(), &queue, QueuePage::Messages)),
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
    list: &Query,
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
        if list.fault.is_some() {
            return Err(Failure::Invalid);
        }
        matching(&snapshot, &list.filter, list.by.as_ref(), connection.now_ms())
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
