//! Floor 3 — a form becomes a command.
//! May use: model, server::services.
//!
//! Every form of the console posts to a server function, works without JavaScript, and answers with a redirect. A
//! server function parses, calls one service, and says where to go: [`submit`] does the rest.

#![expect(missing_docs, reason = "the macro makes a struct of a function's arguments; its fields take no docs")]

pub mod editing;
pub mod messages;
pub mod queues;
pub mod redrive;
pub mod redrives;
pub mod theme;
pub mod undo;

use std::future::Future;

use leptos::prelude::{FromServerFnError, ServerFnErrorErr, expect_context, use_context};
use leptos::server_fn::codec::JsonEncoding;
use serde::Serialize;

use crate::model::filter::Query;
use crate::model::form::Done;
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, QueueName};
use crate::server::services::jobs::Start;
use crate::server::services::submissions::Rejection;
use crate::server::services::{Connection, Services};

/// The name of the query parameter that carries a submission's id.
pub const SUBMISSION: &str = "submission";

/// The services, from the request's context. The one place that reads them there; pages use it, too.
pub fn services() -> Services {
    expect_context()
}

/// The services where there is a request; `None` while the routes are listed at start-up.
pub fn services_if_any() -> Option<Services> {
    use_context()
}

impl FromServerFnError for Failure {
    type Encoder = JsonEncoding;

    /// The framework's own errors are about requests that no form of ours makes.
    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self::Malformed
    }
}

/// The connection and the queue that the hidden fields of a form name. A form without them is none of ours.
pub fn place(connection: &str, queue: &str) -> Result<(Connection, QueueName), Failure> {
    if connection.is_empty() || queue.is_empty() {
        return Err(Failure::Malformed);
    }
    let queue = queue.parse().map_err(|_| Failure::NotFound)?;
    Ok((services().connection(connection)?, queue))
}

/// Where a form leads: `done` after success, `back` (its own page) with the sentences beside the fields otherwise.
#[derive(Clone, Debug)]
pub struct Leads {
    /// The page after success.
    pub done: String,
    /// The page of the form.
    pub back: String,
}

impl Leads {
    /// To the same page in both cases.
    pub fn to(page: String) -> Self {
        Self { done: page.clone(), back: page }
    }

    /// To the list of a queue's messages as the form's page showed it.
    pub fn to_list(connection: &Connection, queue: &QueueName, list: &Query) -> Self {
        Self::to(list.link(&paths::queue(connection.name(), queue, QueuePage::Messages)))
    }
}

/// Carries out what a form asks, keeps what was typed and what came of it, and redirects to the page that shows it.
///
/// The work runs as a task of its own: a browser that goes away does not stop a change half-way.
pub async fn submit<F, W>(form: F, leads: Leads, work: W) -> Result<(), Failure>
where
    F: Serialize,
    W: Future<Output = Result<Done, Rejection>> + Send + 'static,
{
    let services = services();
    let result = services.run(work).await.unwrap_or_else(|failure| Err(failure.into()));
    let page = if result.is_ok() { &leads.done } else { &leads.back };
    let id = services.submissions().keep(&form, result);
    redirect(&paths::with_query(page, &[(SUBMISSION, &id)]));
    Ok(())
}

/// Redirects to a page that a form made, a frozen set or an upload; where it made none, back to the form, as [`submit`]
/// does.
pub async fn onward<F: Serialize>(form: F, leads: Leads, page: Result<String, Rejection>) -> Result<(), Failure> {
    match page {
        Ok(page) => {
            redirect(&page);
            Ok(())
        }
        Err(rejection) => submit(form, leads, async move { Err(rejection) }).await,
    }
}

/// Starts a job that was opened, where it is not at work already, and says where its page is. It goes on without the one
/// who asked for it.
pub fn started(connection: &Connection, opened: Start) -> String {
    if let Some(errand) = opened.errand {
        services().start(errand.run());
    }
    paths::job(connection.name(), &opened.job)
}

/// Redirects to a path that `model::paths` built.
#[expect(clippy::disallowed_methods, reason = "it panics on what is no header value; our paths are percent-encoded")]
pub fn redirect(path: &str) {
    leptos_axum::redirect(path);
}
