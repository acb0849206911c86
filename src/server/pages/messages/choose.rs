//! The way from the list to what is done with more than what is held: the marked messages, or all of them, are frozen
//! first.

use leptos::prelude::*;

use crate::model::form::choose::ChooseForm;
use crate::model::{QueueName, paths, words};
use crate::server::pages::Here;
use crate::server::services::messages::Snapshot;
use crate::ui::parts::{Button, FieldError, Glyph};

/// The table inside a form that freezes what is marked in it.
pub(super) fn around(here: &Here, queue: &QueueName, snapshot: &Snapshot, table: AnyView) -> impl IntoView + use<> {
    let (connection, name) = (here.connection.name().to_string(), queue.to_string());
    let count = words::plural(snapshot.entries.len() as u64, "message", "messages");
    let buttons = buttons(here, queue);
    view! {
        <form method="post" action=paths::api("messages/choose")>
            <input type="hidden" name="connection" value=connection/>
            <input type="hidden" name="queue" value=name/>
            {table}
            <div class="selection">
                <strong>{count}</strong>
                <span class="marked">
                    <span data-selected=""></span>
                    " marked"
                </span>
                {buttons}
            </div>
        </form>
    }
}

/// The two buttons; they send the form they stand in to be frozen, whatever else it can do.
pub(super) fn buttons(here: &Here, queue: &QueueName) -> impl IntoView + use<> {
    let session = here.connection.session(queue).unwrap_or_default();
    let sent = here.submission.as_deref().filter(|submission| submission.form::<ChooseForm>().is_some());
    let error = sent.and_then(|submission| submission.sentence("ids"));
    let (marked, all) = (paths::api("messages/choose"), paths::api("messages/choose"));
    view! {
        <input type="hidden" name="session" value=session/>
        <FieldError id="choose-error" error/>
        <Button glyph=Glyph::ArrowRight to=marked>"Act on the marked…"</Button>
        <Button glyph=Glyph::ArrowRight to=all name="all" value="on">"Act on all…"</Button>
    }
}
