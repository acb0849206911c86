//! `GET /events`: the one server-sent-event stream of a document.
//!
//! It carries state, not a log: an event is made when the client can take it, from the newest census, and holds what
//! changed since the event before. So a slow client misses what is in between and never the newest, and costs no
//! memory. The id of an event is the version of the census: a client that comes back (`Last-Event-ID`, or `since`
//! after the document was hidden) gets what changed meanwhile, or everything when that cannot be told.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::news::{self, Since};
use super::palette;
use crate::model::live::{BEAT, BEAT_MS, Progress, ROWS_BYTES};
use crate::model::{ConnectionName, QueueName};
use crate::server::services::poller::{Census, Poller, View, Viewer};

/// The most streams at a time; beyond, 503.
pub const STREAMS: usize = 2_000;
/// How often an event says that the stream lives. Proxies need it, and the client's watchdog: comments are not heard there.
const HEARTBEAT: Duration = Duration::from_millis(BEAT_MS);
/// When a stream ends by itself, so that none outlives its document's rights by much. The client comes back.
const MAX_AGE: Duration = Duration::from_secs(15 * 60);
/// The same for a stream that says that somebody is at messages which may be held. A network that is lost tells nobody,
/// so a client has to come back to be believed, and what nobody comes back for is let go.
const SEEN: Duration = Duration::from_secs(30);
/// When the client of a stream that ended by its age comes back: at once, so that nobody takes it for an outage.
const AGAIN: Duration = Duration::from_millis(100);
/// The shortest time between two events of a document that is about one queue, and of one that lists many.
const GAP_FOCUS: Duration = Duration::from_millis(50);
const GAP_LIST: Duration = Duration::from_millis(500);
/// The most queues that one document keeps fresh.
const LISTED: usize = 500;

/// What the stream needs to know; the house's upper floors implement it.
pub trait Source: Send + Sync + 'static {
    /// The poller of a connection, if there is such a connection.
    fn poller(&self, connection: &ConnectionName) -> Option<Arc<Poller>>;

    /// The queues that a list page with this query string shows.
    fn listed(&self, census: &Arc<Census>, query: &str) -> Vec<QueueName>;

    /// How far the hold of a queue is, if there is one.
    fn holding(&self, connection: &ConnectionName, queue: &QueueName) -> Option<watch::Receiver<Progress>>;

    /// Somebody's page that shows a queue's messages is open, until what this answers is dropped.
    fn present(&self, connection: &ConnectionName, queue: &QueueName) -> Option<Box<dyn Send>>;

    /// How far a job is, if there is such a job.
    fn job(&self, connection: &ConnectionName, id: &str) -> Option<watch::Receiver<Progress>>;

    /// The server's time, milliseconds since 1970.
    fn now_ms(&self) -> i64;
}

/// The state of the route.
pub struct Events<S> {
    source: Arc<S>,
    open: Arc<AtomicUsize>,
    shutdown: CancellationToken,
}

impl<S> Events<S> {
    /// The streams of one console; all end when `shutdown` does.
    pub fn new(source: Arc<S>, shutdown: CancellationToken) -> Self {
        Self { source, open: Arc::default(), shutdown }
    }

    pub(super) fn source(&self) -> &Arc<S> {
        &self.source
    }
}

impl<S> Clone for Events<S> {
    fn clone(&self) -> Self {
        Self { source: Arc::clone(&self.source), open: Arc::clone(&self.open), shutdown: self.shutdown.clone() }
    }
}

/// `/events` and `/palette`.
pub fn routes<S: Source>(source: Arc<S>, shutdown: CancellationToken) -> Router {
    Router::new()
        .route("/events", get(events::<S>))
        .route("/palette", get(palette::palette::<S>))
        .with_state(Events::new(source, shutdown))
}

/// What a document asks for.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    connection: String,
    /// The queue it is about.
    focus: Option<String>,
    /// The query string of the list it shows.
    list: Option<String>,
    /// The queues it shows, by name, with commas between: those of the moment it was made, whatever the query finds now.
    rows: Option<String>,
    /// The id of the job that it shows.
    job: Option<String>,
    /// Present where it shows messages of the queue it is about: while it is open, what is held stays held.
    holds: Option<String>,
    /// The id of the last event it got.
    since: Option<String>,
}

/// The handler. 404 for a connection that does not exist, 503 when too many streams are open.
pub async fn events<S: Source>(
    State(events): State<Events<S>>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let connection = wanted.connection.parse::<ConnectionName>().ok();
    let Some((connection, poller)) = connection.and_then(|name| events.source.poller(&name).map(|p| (name, p))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Some(place) = Place::take(&events.open) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let census = poller.census();
    let focus = wanted.focus.and_then(|name| name.parse::<QueueName>().ok());
    let mut listed = wanted.rows.as_deref().map(|rows| named(rows, focus.as_ref())).unwrap_or_default();
    if let Some(query) = &wanted.list {
        add(&mut listed, shown(&*events.source, &census, query));
    }
    let progress = match &wanted.job {
        Some(id) => events.source.job(&connection, id),
        None => focus.as_ref().and_then(|queue| events.source.holding(&connection, queue)),
    };
    let shown = focus.as_ref().filter(|_| wanted.holds.is_some());
    let present = shown.and_then(|queue| events.source.present(&connection, queue));
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned).or(wanted.since);
    let age = if present.is_some() { SEEN } else { MAX_AGE };
    let document = Document {
        listed_at: census.listed_at,
        viewer: poller.watch(View { focus, listed }),
        list: wanted.list,
        since: Since::read(last.as_deref(), census.epoch),
        progress,
        source: events.source,
        shutdown: events.shutdown,
        ends: Instant::now() + age,
        not_before: Instant::now(),
        greeted: false,
        ended: false,
        _place: place,
        _present: present,
    };
    let stream = stream::unfold(document, |mut document| async move {
        document.next().await.map(|event| (Ok::<_, Infallible>(event), document))
    });
    // Without data a browser hears nothing.
    let beat = Event::default().event(BEAT).data("on");
    let mut response = Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT).event(beat)).into_response();
    // Proxies that buffer would hold events back.
    response.headers_mut().insert("x-accel-buffering", http::HeaderValue::from_static("no"));
    response
}

/// The names in a list of them, no more than a document may send.
fn named(rows: &str, focus: Option<&QueueName>) -> Vec<QueueName> {
    let mut named = Vec::new();
    if rows.len() <= ROWS_BYTES {
        let names = rows.split(',').filter_map(|name| name.parse().ok());
        add(&mut named, names.filter(|name| Some(name) != focus).collect());
    }
    named
}

/// Adds those that are not there yet, up to [`LISTED`].
fn add(listed: &mut Vec<QueueName>, more: Vec<QueueName>) {
    let mut known: HashSet<QueueName> = listed.iter().cloned().collect();
    listed.extend(more.into_iter().filter(|name| known.insert(name.clone())));
    listed.truncate(LISTED);
}

fn shown<S: Source>(source: &S, census: &Arc<Census>, query: &str) -> Vec<QueueName> {
    let mut listed = source.listed(census, query);
    listed.truncate(LISTED);
    listed
}

/// One open stream.
struct Document<S> {
    viewer: Viewer,
    source: Arc<S>,
    list: Option<String>,
    listed_at: Option<i64>,
    since: Since,
    progress: Option<watch::Receiver<Progress>>,
    shutdown: CancellationToken,
    ends: Instant,
    not_before: Instant,
    greeted: bool,
    ended: bool,
    _place: Place,
    _present: Option<Box<dyn Send>>,
}

impl<S: Source> Document<S> {
    /// The next event, made of the newest there is; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        if self.ended {
            return None;
        }
        if !std::mem::replace(&mut self.greeted, true) {
            // Consoles are restarted; their documents should not all come back in the same second.
            return Some(Event::default().retry(Duration::from_millis(news::retry_ms())).comment("welcome"));
        }
        let shutdown = self.shutdown.clone();
        tokio::select! {
            biased;
            () = shutdown.cancelled() => None,
            () = tokio::time::sleep_until(self.ends) => {
                self.ended = true;
                Some(Event::default().retry(AGAIN).comment("again"))
            }
            event = self.news() => event,
        }
    }

    async fn news(&mut self) -> Option<Event> {
        loop {
            tokio::time::sleep_until(self.not_before).await;
            let census = self.viewer.census();
            self.follow_list(&census);
            let progress = self.progress.as_mut().map(|progress| progress.borrow_and_update().clone());
            let now = self.source.now_ms();
            if let Some(news) = self.since.news(&census, self.viewer.view(), progress, now) {
                let gap = if self.viewer.view().focus.is_none() { GAP_LIST } else { GAP_FOCUS };
                self.not_before = Instant::now() + gap;
                let data = serde_json::to_string(&news).unwrap_or_default();
                return Some(Event::default().id(self.since.id()).data(data));
            }
            let went_on = async {
                let news = match &mut self.progress {
                    Some(progress) => progress.changed().await.is_ok(),
                    None => false,
                };
                if !news {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                alive = self.viewer.changed() => if !alive { return None },
                () = went_on => {}
            }
        }
    }

    /// When the list of queues was read again, the list that the page shows may have more queues.
    fn follow_list(&mut self, census: &Arc<Census>) {
        let Some(query) = self.list.as_deref().filter(|_| census.listed_at != self.listed_at) else { return };
        self.listed_at = census.listed_at;
        let mut view = self.viewer.view().clone();
        let known = view.listed.len();
        // What the page shows already it keeps, even what is gone: it has to be told so.
        add(&mut view.listed, shown(&*self.source, census, query));
        if view.listed.len() > known {
            self.viewer.look(view);
            self.since.start_over();
        }
    }
}

/// One of the [`STREAMS`] places, free again when dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(open: &Arc<AtomicUsize>) -> Option<Self> {
        let taken = open.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| (n < STREAMS).then_some(n + 1));
        taken.is_ok().then(|| Self(Arc::clone(open)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests;
