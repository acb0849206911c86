//! One copy: the message as it was, through the same parts as a message in a snapshot.

use leptos::prelude::*;

use super::{actions, rows};
use crate::model::archive::KeptCopy;
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, words};
use crate::server::pages::messages::{body, facts};
use crate::server::pages::queue::head::head as queue_head;
use crate::server::pages::{Here, Page, done, page};
use crate::server::services::archive::list::Opened;
use crate::server::services::messages::layers;
use crate::ui::parts::{Age, CopyButton, Empty, Fact, Facts, Glyph, LinkButton, Section};

/// A copy of a removed message.
#[component]
pub fn KeptCopyPage() -> impl IntoView {
    page(copy)
}

async fn copy(here: Here) -> Result<Page, Failure> {
    let id = here.params.get("copy").and_then(|id| id.parse().ok()).ok_or(Failure::NotFound)?;
    let (copy, opened) = here.connection.kept_copy(&id).await.map_err(|failure| match failure {
        Failure::NotFound => Failure::NoSuchCopy,
        other => other,
    })?;
    let connection = here.connection.name();
    let dead = here.connection.is_dead_letter_queue(&copy.queue);
    let back = paths::deleted(connection, Some(&copy.queue), None);
    let of = paths::deleted(connection, Some(&copy.queue), Some(&copy.deletion));
    let address = paths::kept_copy(connection, &copy.id);
    let message_id = copy.message.to_string();
    let message = match &opened {
        Opened::Message(message) => {
            let layers = layers::peel(&message.body, &message.attributes);
            let layer = body::asked(&layers, &here.query("layer"), &here.query("view"));
            view! {
                {body::section(message, &layers, layer, &address)}
                {body::envelopes(&layers)}
                {facts::attributes(message)}
                {facts::system(message)}
            }
            .into_any()
        }
        Opened::OtherKey => closed(
            "Sealed with another key",
            "This console has no key, or not the one that this copy was sealed with. Start it with that REDRIVE_ARCHIVE_KEY to read and restore it.",
        ),
        Opened::Damaged | Opened::Large => {
            closed("Damaged", "The copy is not as it was written, so nothing of it is shown.")
        }
    };
    let undo = actions::of_one(&here, &copy, &opened);
    let body = view! {
        {queue_head(connection, &copy.queue, QueuePage::Deleted, dead)}
        {done::notice(&here)}
        <div class="cluster">
            <h2 class="message-id">{message_id.clone()}</h2>
            <CopyButton label="message id" value=message_id.clone()/>
            {rows::state(&copy, &opened)}
            <nav class="cluster push" aria-label="Other copies">
                <LinkButton href=of small=true>"This deletion"</LinkButton>
                <LinkButton href=back small=true>"All"</LinkButton>
            </nav>
        </div>
        <div class="split" data-side="end">
            <div class="stack">{message}</div>
            <div class="stack">{known(&here, &copy)}</div>
        </div>
        <Section title="Undo">{undo}</Section>
    };
    Ok(Page::new(format!("Copy of {message_id}"), body).answering(here.submission.as_deref()))
}

fn closed(title: &'static str, text: &'static str) -> AnyView {
    view! { <Empty glyph=Glyph::Warning title text/> }.into_any()
}

/// What is known of the copy.
fn known(here: &Here, copy: &KeptCopy) -> impl IntoView + use<> {
    let (now, removed) = (here.now_ms, copy.at_ms);
    let moment = move |at: i64| {
        view! {
            <span class="cluster">
                <Age at now/>
                <span class="soft nowrap">{words::moment(at)}</span>
            </span>
        }
    };
    let sent = copy.sent_ms.map(|at| view! { <Fact label="Sent">{moment(at)}</Fact> });
    let restored = copy.restored.as_ref().map(|restored| {
        let what = match &restored.message {
            Some(id) => format!("as {id}"),
            None => "no answer came: it may have been sent".to_owned(),
        };
        let at = restored.at_ms;
        view! { <Fact label="Restored">{moment(at)} " " <code class="value">{what}</code></Fact> }
    });
    let (word, who, size) = (copy.reason.word(), copy.who.clone(), words::bytes(copy.size));
    let (left, until) = (rows::left(copy, now), words::moment(copy.expires_ms));
    let sealed = match &copy.key {
        Some(key) => format!("with the key {key}"),
        None => "no, in clear".to_owned(),
    };
    view! {
        <Section title="Copy">
            <Facts>
                <Fact label="Removed">{moment(removed)}</Fact>
                <Fact label="How">{format!("{word} by {who}")}</Fact>
                {sent}
                <Fact label="Size">{size}</Fact>
                <Fact label="Kept for">
                    <span class="cluster">{left} <span class="soft nowrap">{format!("until {until}")}</span></span>
                </Fact>
                <Fact label="Sealed">{sealed}</Fact>
                {restored}
            </Facts>
        </Section>
    }
}
