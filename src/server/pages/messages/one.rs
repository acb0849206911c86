//! One message of the snapshot: its body, everything SQS says about it, and the way to its neighbours.

use std::sync::Arc;

use leptos::prelude::*;

use super::{body, download, facts, held, identity, snapshot};
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, MessageId, QueueName, QueueUrl};
use crate::server::pages::queue::head::head as queue_head;
use crate::server::pages::{Here, Page, done, page};
use crate::server::services::messages::{Entry, Origin, Snapshot, layers};
use crate::ui::parts::{CopyButton, LinkButton, Section};

/// A message.
#[component]
pub fn MessagePage() -> impl IntoView {
    page(message)
}

async fn message(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let id = MessageId::new(here.params.get("message").unwrap_or_default());
    // First whether it is here: a snapshot that is gone needs no request.
    let snapshot = here.connection.snapshot(&queue).ok_or(Failure::NoSuchMessage)?;
    let (at, entry) = snapshot.find(&id).ok_or(Failure::NoSuchMessage)?;
    let (url, attributes) = tokio::try_join!(here.connection.url(&queue), here.connection.attributes(&queue))?;
    let name = here.connection.name();
    let layers = layers::peel(&entry.message.body, &entry.message.attributes);
    let layer = body::asked(&layers, &here.query("layer"), &here.query("view"));
    let page = paths::message(name, &queue, &id);
    let head = queue_head(name, &queue, QueuePage::Messages, here.connection.is_dead_letter_queue(&queue));
    let view = view! {
        {head}
        {done::notice(&here)}
        {steps(&here, &queue, &snapshot, at)}
        <div class="split" data-side="end">
            <div class="stack">
                {body::section(&entry.message, &layers, layer, &page)}
                {facts::attributes(&entry.message)}
            </div>
            <div class="stack">
                {facts::known(&entry.message, &attributes, name, here.now_ms)}
                {body::envelopes(&layers)}
                {identity::section(&entry.message, &page)}
                {facts::system(&entry.message)}
                {facts::commands(&entry.message, &url)}
            </div>
        </div>
        {actions(&here, &queue, &url, &snapshot, entry)}
    };
    let title = format!("Message {id}");
    Ok(Page::new(title, view).about(&queue).answering(here.submission.as_deref()))
}

/// Which of how many this is, and the one before and after it.
fn steps(here: &Here, queue: &QueueName, snapshot: &Arc<Snapshot>, at: usize) -> impl IntoView + use<> {
    let name = here.connection.name();
    let link = |at: Option<usize>| {
        let entry = at.and_then(|at| snapshot.entries.get(at))?;
        Some(paths::message(name, queue, &entry.message.id))
    };
    let (previous, next) = (link(at.checked_sub(1)), link(at.checked_add(1)));
    let back = paths::queue(name, queue, QueuePage::Messages);
    let id = snapshot.entries[at].message.id.to_string();
    let place = format!("{} of {} in the snapshot", at + 1, snapshot.entries.len());
    let state = snapshot::standing(&snapshot.entries[at], here.now_ms);
    let files = download::menu(here, queue, Some(&snapshot.entries[at].message.id));
    view! {
        <div class="cluster">
            <h2 class="message-id">{id.clone()}</h2>
            <CopyButton label="message id" value=id/>
            {state}
            <nav class="cluster push" aria-label="Messages of the snapshot">
                {files}
                <span class="soft">{place}</span>
                {previous.map(|href| view! { <LinkButton href small=true>"Previous"</LinkButton> })}
                {next.map(|href| view! { <LinkButton href small=true>"Next"</LinkButton> })}
                <LinkButton href=back small=true>
                    "All"
                </LinkButton>
            </nav>
        </div>
    }
}

/// What may be done with it while it is held.
fn actions(
    here: &Here,
    queue: &QueueName,
    url: &QueueUrl,
    snapshot: &Snapshot,
    entry: &Entry,
) -> Option<impl IntoView + use<>> {
    if snapshot.origin != Origin::Receive || snapshot.is_running() || !entry.actionable(here.now_ms) {
        return None;
    }
    let id = entry.message.id.to_string();
    let bar = held::bar(here, queue, url, 1, Some(&id));
    let (connection, name) = (here.connection.name().to_string(), queue.to_string());
    Some(view! {
        <Section title="Act on it">
            <form method="post" action=paths::api("messages/act")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=name/>
                <input type="hidden" name="ids[]" value=id.clone()/>
                <input type="hidden" name="one" value=id/>
                {bar}
            </form>
        </Section>
    })
}
