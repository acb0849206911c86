//! One message, of the snapshot or of what was chosen from an older one: its body, everything SQS says about it, and the way to its neighbours.

use std::sync::Arc;

use leptos::prelude::*;

use super::place::Place;
use super::{body, choose, compare, download, facts, held, identity, list, origin, table};
use crate::model::archive::Archived;
use crate::model::filter::query::Query;
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, MessageId, QueueName, QueueUrl};
use crate::server::pages::queue::head::head as queue_head;
use crate::server::pages::{Here, Page, done, editing, page};
use crate::server::services::messages::view::rows;
use crate::server::services::messages::{Entry, Kept, Origin, Snapshot, layers};
use crate::ui::parts::{Age, Badge, CopyButton, LinkButton, Section, Tone};

/// A message.
#[component]
pub fn MessagePage() -> impl IntoView {
    page(message)
}

async fn message(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let id = MessageId::new(here.params.get("message").unwrap_or_default());
    // First whether it is here: what is gone needs no request.
    let snapshot = here.connection.snapshot(&queue);
    let found = snapshot.as_ref().and_then(|snapshot| Some((snapshot, snapshot.find(&id)?)));
    let kept = here.connection.kept(&queue, &id).ok_or(Failure::NoSuchMessage)?;
    let message = &*kept.message;
    let (url, attributes) = tokio::try_join!(here.connection.url(&queue), here.connection.attributes(&queue))?;
    let name = here.connection.name();
    let layers = layers::peel(&message.body, &message.attributes);
    let layer = body::asked(&layers, &here.query("layer"), &here.query("view"));
    // The list that it was opened from, so that its neighbours are those of that list.
    let query = list::asked(&here).opening(None, 1);
    let own = paths::message(name, &queue, &id);
    let page = query.link(&own);
    let head = queue_head(name, &queue, QueuePage::Messages, here.connection.is_dead_letter_queue(&queue));
    let steps = match found {
        Some((snapshot, (at, _))) => steps(&here, &queue, &query, snapshot, at).into_any(),
        None => apart(&here, &queue, &kept).into_any(),
    };
    let beside = |step: fn(usize, usize) -> Option<usize>| {
        let (snapshot, (at, _)) = found?;
        Some(snapshot.entries.get(step(at, 1)?)?.message.id.clone())
    };
    let beside = [beside(usize::checked_sub), beside(usize::checked_add)];
    let keeps = here.connection.keeps(&queue).await.ok();
    let actions = found.map(|(snapshot, (_, entry))| actions(&here, &queue, (&url, keeps.as_ref()), snapshot, entry));
    let origins = origin::of(&here, std::slice::from_ref(&id)).await;
    let origin = origin::line(&here, &origins, &id);
    let view = view! {
        {head}
        {done::notice(&here)}
        {steps}
        {origin}
        <div class="split" data-side="end">
            <div class="stack">
                {body::section(message, &layers, layer, &page)}
                {facts::attributes(message)}
                {compare::with(&here, &queue, &id, beside)}
            </div>
            <div class="stack">
                {facts::known(message, &attributes, name, here.now_ms)}
                {body::envelopes(&layers)}
                {identity::section(&here, message, &own)}
                {facts::system(message)}
                {facts::commands(message, &url)}
            </div>
        </div>
        {actions}
    };
    let title = format!("Message {id}");
    Ok(Page::new(title, view).about(&queue).holding().answering(here.submission.as_deref()))
}

/// Which of how many this is, and the one before and after it.
fn steps(here: &Here, queue: &QueueName, query: &Query, snapshot: &Arc<Snapshot>, at: usize) -> impl IntoView + use<> {
    let name = here.connection.name();
    let place = Place::of(&rows(snapshot, query, here.now_ms), at, query);
    let steps = place.steps(|at, _| query.link(&paths::message(name, queue, &snapshot.entries[at].message.id)));
    let back = query.opening(None, place.page).link(&paths::queue(name, queue, QueuePage::Messages));
    let id = snapshot.entries[at].message.id.to_string();
    let state = table::standing(&snapshot.entries[at], here.now_ms);
    let files = download::menu(here, queue, Some(&snapshot.entries[at].message.id));
    let redrive = choose::one(here, queue, snapshot, &snapshot.entries[at].message.id);
    let edit = editing::link(here, queue, &snapshot.entries[at].message.id, query);
    view! {
        <div class="cluster">
            <h2 class="message-id">{id.clone()}</h2>
            <CopyButton label="message id" value=id/>
            {state}
            <nav class="cluster push" aria-label="Messages of the snapshot">
                {redrive}
                {edit}
                {files}
                {steps}
                <LinkButton href=back small=true>
                    "All"
                </LinkButton>
            </nav>
        </div>
    }
}

/// A message that is in no snapshot any more.
fn apart(here: &Here, queue: &QueueName, kept: &Kept) -> impl IntoView + use<> {
    let (id, now) = (kept.message.id.to_string(), here.now_ms);
    let at = kept.at_ms.map(|at| view! { <Age at now/> });
    let back = list::address(here, queue, &list::asked(here));
    let edit = editing::link(here, queue, &kept.message.id, &list::asked(here));
    view! {
        <div class="cluster">
            <h2 class="message-id">{id.clone()}</h2>
            <CopyButton label="message id" value=id/>
            <Badge tone=Tone::Warn>"not in the snapshot"</Badge>
            <span class="soft">"a copy that was chosen " {at}</span>
            <nav class="cluster push" aria-label="Messages of the snapshot">
                {edit}
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
    about: (&QueueUrl, Option<&Archived>),
    snapshot: &Snapshot,
    entry: &Entry,
) -> Option<impl IntoView + use<>> {
    if snapshot.origin != Origin::Hold || snapshot.is_running() || !entry.actionable(here.now_ms) {
        return None;
    }
    let id = entry.message.id.to_string();
    let bar = held::bar(here, queue, about, 1, Some(&id), None);
    let (connection, name) = (here.connection.name().to_string(), queue.to_string());
    let kept = list::keep(&list::asked(here).opening(None, 1));
    Some(view! {
        <Section title="Act on it">
            <form method="post" action=paths::api("messages/act")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=name/>
                <input type="hidden" name="ids[]" value=id.clone()/>
                <input type="hidden" name="one" value=id/>
                {kept}
                {bar}
            </form>
        </Section>
    })
}
