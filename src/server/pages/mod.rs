//! Floor 4 — a page reads services and writes HTML.
//! May use: model, ui, server::services, server::api, server::http, server::clock.
//!
//! A page is an async function from [`Here`] to a [`Page`]: it may await the services, and what it returns is
//! rendered whole, with the right status, before the first byte is sent (every route is `SsrMode::Async`). [`page`]
//! wraps it in the frame, or shows the failure instead. No page receives messages: a GET never does.

pub mod activity;
mod asked;
pub mod chosen;
mod command;
pub mod danger;
pub mod deleted;
mod done;
pub mod editing;
pub mod failure;
mod fields;
pub mod home;
pub mod import;
pub mod job;
mod layout;
pub mod messages;
pub mod new_queue;
pub mod queue;
pub mod redrive;
pub mod redrives;
pub mod send;
pub mod settings;
pub mod shell;
mod spending;

use std::future::Future;
use std::sync::Arc;

use http::HeaderMap;
use leptos::prelude::*;
use leptos::server_fn::error::ServerFnUrlError;
use leptos_axum::ResponseOptions;
use leptos_router::hooks::use_params_map;
use leptos_router::params::ParamsMap;

use self::asked::Asked;
use crate::model::{Failure, QueueName, paths};
use crate::server::api;
use crate::server::services::submissions::Submission;
use crate::server::services::{Connection, Services};
use crate::ui::parts::FailureNotice;

/// Where a request stands: what every page needs.
#[derive(Clone)]
pub struct Here {
    /// Everything the console can do.
    pub services: Services,
    /// The connection of the URL.
    pub connection: Connection,
    /// The path's parameters.
    pub params: ParamsMap,
    /// The query's parameters.
    pub query: Asked,
    /// What was typed into a form of this page and what came of it, after a redirect.
    pub submission: Option<Arc<Submission>>,
    /// Milliseconds since 1970, the same for the whole page.
    pub now_ms: i64,
}

impl Here {
    fn find(services: Services, params: ParamsMap, query: Asked) -> Result<Self, Failure> {
        let connection = services.connection(&params.get("connection").unwrap_or_default())?;
        // A request that was refused before it became a submission has none; the one in the address is an older one's.
        let submission = query
            .get(api::SUBMISSION)
            .filter(|_| query.get(REFUSED).is_none())
            .and_then(|id| services.submissions().find(&id));
        let now_ms = services.now_ms();
        Ok(Self { services, connection, params, query, submission, now_ms })
    }

    /// The queue of the URL. A name that SQS would not accept is the name of no queue.
    pub fn queue(&self) -> Result<QueueName, Failure> {
        self.params.get("queue").and_then(|name| name.parse().ok()).ok_or(Failure::NotFound)
    }

    /// A parameter of the query, empty where it is absent.
    pub fn query(&self, name: &str) -> String {
        self.query.get(name).unwrap_or_default()
    }
}

/// What a page gives to its frame.
pub struct Page {
    /// The document's title and what a screen reader says first.
    pub title: String,
    /// A page that is one form reads better narrow.
    pub narrow: bool,
    /// The queue that this page is about: its numbers come first.
    pub focus: Option<QueueName>,
    /// Whether it shows messages of that queue: while it is open, what is held stays held.
    pub holds: bool,
    /// The job that this page shows, if it shows one.
    pub job: Option<String>,
    /// The query of the list of queues that this page shows, if it shows one.
    pub list: Option<String>,
    /// When the oldest of its numbers was read, milliseconds since 1970. A page about one queue reads for itself.
    pub read_at: Option<i64>,
    /// 200, unless the page has something else to say (422 for a form with marked fields).
    pub status: u16,
    /// What stands in `main`.
    pub body: AnyView,
}

impl Page {
    /// A page of ordinary width about no queue in particular.
    pub fn new(title: impl Into<String>, body: impl IntoAny) -> Self {
        Self {
            title: title.into(),
            narrow: false,
            focus: None,
            holds: false,
            job: None,
            list: None,
            read_at: None,
            status: 200,
            body: body.into_any(),
        }
    }

    /// Makes it narrow.
    #[must_use]
    pub fn narrow(mut self) -> Self {
        self.narrow = true;
        self
    }

    /// Says which queue it is about.
    #[must_use]
    pub fn about(mut self, queue: &QueueName) -> Self {
        self.focus = Some(queue.clone());
        self
    }

    /// Says that it shows messages of that queue.
    #[must_use]
    pub fn holding(mut self) -> Self {
        self.holds = true;
        self
    }

    /// Says which job it shows.
    #[must_use]
    pub fn following(mut self, job: &str) -> Self {
        self.job = Some(job.to_owned());
        self
    }

    /// Says which list of queues it shows.
    #[must_use]
    pub fn listing(mut self, query: String) -> Self {
        self.list = Some(query);
        self
    }

    /// Says above everything else that the request that led here was refused before any form was read.
    #[must_use]
    fn refusing(mut self, failure: Failure) -> Self {
        self.status = failure.status();
        self.body = view! { <FailureNotice failure/> {self.body} }.into_any();
        self
    }

    /// Says above everything else what came of the change that led here.
    #[must_use]
    fn after(mut self, notice: Option<AnyView>) -> Self {
        self.body = view! { {notice} {self.body} }.into_any();
        self
    }

    /// Says how old the oldest of its numbers is.
    #[must_use]
    pub fn read_at(mut self, at_ms: Option<i64>) -> Self {
        self.read_at = at_ms;
        self
    }

    /// Takes the status of a submission that failed.
    #[must_use]
    pub fn answering(mut self, submission: Option<&Submission>) -> Self {
        if let Some(failure) = submission.and_then(|submission| submission.failure.as_ref()) {
            self.status = failure.status();
        }
        self
    }
}

/// The query parameter in which the framework carries the failure of a server function back to the page it was called
/// from. It holds our closed enum; what cannot be decoded is `Malformed`.
const REFUSED: &str = "__err";

/// The address of a page that says what became of a request without a page of its own: the framework sends the browser
/// of whoever does not say where it came from to the start, with the failure in the query.
pub fn carrying_refusal(path: &str, query: Option<&str>) -> String {
    let refused = query.and_then(|query| Asked::read(query).get(REFUSED));
    paths::with_query(path, &[(REFUSED, &refused.unwrap_or_default())])
}

/// The cookie that remembers the connection a browser used last.
const CONNECTION: &str = "connection";

/// The connection that a browser used last.
pub fn last_connection(headers: &HeaderMap) -> Option<String> {
    shell::cookie(headers, CONNECTION).map(str::to_owned)
}

/// Renders a page of a route in its frame, or the failure that took its place.
pub fn page<W>(build: impl FnOnce(Here) -> W + Send + 'static) -> impl IntoView
where
    W: Future<Output = Result<Page, Failure>> + Send + 'static,
{
    render(use_params_map().get_untracked(), Asked::of_request(), build)
}

/// The same where no route matched, so that there are no parameters.
fn render<W>(params: ParamsMap, query: Asked, build: impl FnOnce(Here) -> W + Send + 'static) -> AnyView
where
    W: Future<Output = Result<Page, Failure>> + Send + 'static,
{
    let Some(services) = api::services_if_any() else { return ().into_any() };
    let refused = query.get(REFUSED).map(|refused| ServerFnUrlError::<Failure>::decode_err(&refused));
    let response = expect_context::<ResponseOptions>();
    let theme = shell::Theme::of_request();
    let path = shell::path_of_request();
    let work = async move {
        let here = Here::find(services.clone(), params, query);
        let asked = here.as_ref().ok().and_then(done::notice);
        let (connection, page) = match here {
            Ok(here) => {
                remember(&response, &here.connection);
                here.connection.poller().acquaint().await;
                (Some(here.connection.clone()), build(here).await)
            }
            Err(failure) => (None, Err(failure)),
        };
        let mut page = page.unwrap_or_else(|failure| failure::page(&failure, connection.as_ref()).after(asked));
        if let (Some(connection), Some(queue), true) = (&connection, &page.focus, page.holds) {
            connection.visit(queue);
        }
        if let Some(failure) = refused {
            page = page.refusing(failure);
        }
        if let Ok(status) = http::StatusCode::from_u16(page.status) {
            response.set_status(status);
        }
        layout::framed(&services, connection.as_ref(), page, theme, &path)
    };
    view! { <Suspense>{Suspend::new(work)}</Suspense> }.into_any()
}

fn remember(response: &ResponseOptions, connection: &Connection) {
    let cookie = format!("{CONNECTION}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax", connection.name());
    if let Ok(value) = http::HeaderValue::from_str(&cookie) {
        response.append_header(http::header::SET_COOKIE, value);
    }
}
