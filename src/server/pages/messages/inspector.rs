//! The inspector: the message that the address opens, beside the list it stands in. Everything it shows is a part of the
//! message's own page.

use leptos::prelude::*;

use super::origin::{self, Origins};
use super::place::Place;
use super::{body, choose, facts, identity, table};
use crate::model::filter::query::Query;
use crate::model::{Attributes, MessageId, QueueName, QueueUrl, paths};
use crate::server::pages::{Here, editing};
use crate::server::services::messages::view::View;
use crate::server::services::messages::{Snapshot, layers};
use crate::ui::parts::{CopyButton, LinkButton, Notice, Tone, Variant};

/// Where the row of a message is in the document, by its place in the snapshot.
pub(super) fn anchor(at: usize) -> String {
    format!("row-{at}")
}

/// The address that opens a message beside its list; its row stays in view.
pub(super) fn link(base: &str, query: &Query, id: &MessageId, at: usize, page: usize) -> String {
    format!("{}#{}", query.opening(Some(id.as_str()), page).link(base), anchor(at))
}

/// The message that is open, if one is.
pub(super) fn inspector(
    here: &Here,
    (queue, base): (&QueueName, &str),
    (url, attributes): (&QueueUrl, &Attributes),
    (snapshot, origins): (&Snapshot, &Origins),
    (query, view): (&Query, &View),
) -> Option<AnyView> {
    let id = MessageId::new(query.open.as_deref()?);
    let own = paths::message(here.connection.name(), queue, &id);
    let whole = query.opening(None, 1).link(&own);
    let Some((at, entry)) = snapshot.find(&id) else {
        let kept = here.connection.kept(queue, &id).is_some();
        return Some(gone(query.opening(None, query.page).link(base), kept.then_some(whole)).into_any());
    };
    let message = &*entry.message;
    let place = Place::of(&view.rows, at, query);
    let close = format!("{}#{}", query.opening(None, place.page).link(base), anchor(at));
    let steps = place.steps(|at, page| link(base, query, &snapshot.entries[at].message.id, at, page));
    let (layers, page) = (layers::peel(&message.body, &message.attributes), link(base, query, &id, at, place.page));
    let layer = body::asked(&layers, &here.query("layer"), &here.query("view"));
    let redrive = choose::one(here, queue, snapshot, &id);
    let (label, id) = (format!("Message {id}"), id.to_string());
    let name = here.connection.name();
    let origin = origin::line(here, origins, &message.id);
    let edit = editing::link(here, queue, &message.id, query);
    Some(
        view! {
            <aside class="inspector" role="region" aria-label=label data-inspect="">
                <div class="inspector-head">
                    <nav class="inspector-steps" aria-label="Messages of the list">
                        {steps}
                        <LinkButton href=whole small=true>"Whole page"</LinkButton>
                        <LinkButton href=close small=true attr:data-close="">
                            "Close"
                        </LinkButton>
                    </nav>
                    <div class="cluster">
                        <h2 class="message-id">{id.clone()}</h2>
                        <CopyButton label="message id" value=id/>
                        {table::standing(entry, here.now_ms)}
                        {redrive}
                        {edit}
                    </div>
                </div>
                {origin}
                {body::section(message, &layers, layer, &page)}
                {facts::known(message, attributes, name, here.now_ms)}
                {facts::attributes(message)}
                {body::envelopes(&layers)}
                {identity::section(here, message, &own)}
                {facts::system(message)}
                {facts::commands(message, url)}
            </aside>
        }
        .into_any(),
    )
}

/// The message was in an older snapshot.
fn gone(close: String, whole: Option<String>) -> impl IntoView {
    let whole = whole.map(|href| view! { <LinkButton href small=true>"Open the copy that was chosen"</LinkButton> });
    view! {
        <aside class="inspector" role="region" aria-label="The open message" data-inspect="">
            <Notice tone=Tone::Warn title="Not in this snapshot">
                <p>"The message that was open here did not come this time. Another look may bring it."</p>
                <p class="cluster">
                    {whole} <LinkButton href=close small=true variant=Variant::Plain attr:data-close="">
                        "Close"
                    </LinkButton>
                </p>
            </Notice>
        </aside>
    }
}
