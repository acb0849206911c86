//! `GET /{connection}/redrives/{redrive}/export.ndjson`: what became of each message of a selective redrive, as a file.
//!
//! Nothing is asked of SQS. The file is read from the journal in parts while it is sent, however long it is. A report that
//! is not kept any more is said to be gone: an empty file would say that there was nothing.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;

use crate::model::Failure;
use crate::model::journal::{KeptRedrive, RedriveId};
use crate::model::paths::{self, Download};
use crate::server::services::messages::export;
use crate::server::services::redrive::selective::{Only, Walk};
use crate::server::services::redrive::told;
use crate::server::services::{Connection, Services};

/// Rows of a part.
const PART: u32 = 1_000;

/// What is said of a report that was forgotten.
const FORGOTTEN: &str = "What became of each message of this redrive is not known any more: its report was kept for 30 days \
    after its end. How many messages came to what is on its page.\n";

/// Which redrive.
#[derive(Debug, Deserialize)]
struct Place {
    connection: String,
    redrive: String,
}

/// The address.
pub fn routes(services: Services) -> Router {
    let path = "/{connection}/redrives/{redrive}/export.ndjson";
    Router::new().route(path, get(download)).with_state(services)
}

/// The file, or the way to the page that says why there is none.
async fn download(State(services): State<Services>, Path(place): Path<Place>) -> Response {
    let Ok(connection) = services.connection(&place.connection) else { return StatusCode::NOT_FOUND.into_response() };
    let id = RedriveId::new(place.redrive);
    let begun = async {
        Ok::<_, Failure>((connection.selective(&id).await?, connection.walk_rows(&id, Only::All, PART).await?))
    };
    match begun.await {
        Ok((shown, _)) if shown.is_forgotten(connection.now_ms()) => (StatusCode::GONE, FORGOTTEN).into_response(),
        Ok((shown, walk)) => file(connection, shown.kept, walk),
        Err(_) => Redirect::to(&paths::redrive(connection.name(), &id)).into_response(),
    }
}

/// An attachment: no browser shows it, whatever is in it. A part that cannot be read ends the connection, so that nobody
/// takes half of a report for a whole one.
fn file(connection: Connection, kept: KeptRedrive, walk: Walk) -> Response {
    let name = export::file_name(Download::Ndjson, &kept.queue(), kept.started_ms, None);
    let attachment = HeaderValue::try_from(format!("attachment; filename=\"redrive-{name}\""));
    let parts = stream::try_unfold((connection, kept, walk), |(connection, kept, mut walk)| async move {
        let rows = connection.walk_on(&mut walk).await?;
        if rows.is_empty() {
            return Ok::<_, Failure>(None);
        }
        let text: String = rows.iter().map(|row| told::write(&kept, row)).collect();
        Ok(Some((text, (connection, kept, walk))))
    });
    let mut response = Body::from_stream(parts).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(export::media_type(Download::Ndjson)));
    headers.insert(CONTENT_DISPOSITION, attachment.unwrap_or(HeaderValue::from_static("attachment")));
    response
}
