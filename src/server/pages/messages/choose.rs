//! The way from the list to what is done with more than what is held: the marked messages, or all of them, are frozen
//! first.

use leptos::prelude::*;

use super::list;
use crate::model::form::choose::ChooseForm;
use crate::model::{MessageId, QueueName, paths, words};
use crate::server::pages::Here;
use crate::server::services::messages::Snapshot;
use crate::ui::parts::{Button, FieldError, Glyph};

/// What “all” means: what a filter leaves of a snapshot.
#[derive(Clone, Copy)]
pub(super) struct Whole<'a> {
    /// What names the snapshot that is shown, whatever takes its place meanwhile.
    pub session: &'a str,
    /// The filter as it was typed.
    pub typed: &'a str,
    /// By what causes are told apart, as the address says it.
    pub by: &'a str,
    /// Whether it cannot be read.
    pub broken: bool,
    /// How many messages match.
    pub matching: usize,
}

/// The table inside a form that freezes what is marked in it.
pub(super) fn around(here: &Here, queue: &QueueName, whole: Whole, table: AnyView) -> impl IntoView + use<> {
    let (connection, name) = (here.connection.name().to_string(), queue.to_string());
    let count = words::plural(whole.matching as u64, "message", "messages");
    let buttons = buttons(here, whole);
    view! {
        <form method="post" action=paths::api("messages/choose")>
            <input type="hidden" name="connection" value=connection/>
            <input type="hidden" name="queue" value=name/>
            {list::keep(&list::asked(here))}
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

/// The way to a redrive of one message: it is frozen, too. Not while messages come, for the snapshot is another one then.
pub(super) fn one(
    here: &Here,
    queue: &QueueName,
    snapshot: &Snapshot,
    id: &MessageId,
) -> Option<impl IntoView + use<>> {
    let (connection, name) = (here.connection.name().to_string(), queue.to_string());
    let (session, id) = (snapshot.session.clone(), id.to_string());
    (!snapshot.is_running()).then(|| {
        view! {
            <form method="post" action=paths::api("messages/choose")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=name/>
                <input type="hidden" name="session" value=session/>
                <input type="hidden" name="ids[]" value=id/>
                {list::keep(&list::asked(here))}
                <Button small=true glyph=Glyph::Redrive>
                    "Redrive…"
                </Button>
            </form>
        }
    })
}

/// The two buttons; they send the form they stand in to be frozen, whatever else it can do.
pub(super) fn buttons(here: &Here, whole: Whole) -> impl IntoView + use<> {
    let session = whole.session.to_owned();
    let sent = here.submission.as_deref().filter(|submission| submission.form::<ChooseForm>().is_some());
    let error = sent.and_then(|submission| submission.sentence("ids"));
    let (marked, all) = (paths::api("messages/choose"), paths::api("messages/choose"));
    let (filter, by) = (whole.typed.to_owned(), whole.by.to_owned());
    let label = if filter.trim().is_empty() {
        "Redrive or act on all…".to_owned()
    } else {
        format!("Redrive or act on all {} that match…", words::count(whole.matching as u64))
    };
    let reason = match (whole.broken, whole.matching) {
        (true, _) => Some("The filter cannot be read."),
        (false, 0) => Some("No message matches."),
        _ => None,
    };
    let (reason, none) = (reason.map(str::to_owned), (whole.matching == 0).then(|| "No message is shown.".to_owned()));
    view! {
        <input type="hidden" name="session" value=session/>
        <input type="hidden" name="filter" value=filter/>
        <input type="hidden" name="by" value=by/>
        <FieldError id="choose-error" error/>
        <Button glyph=Glyph::ArrowRight to=marked reason=none>
            "Redrive or act on the marked…"
        </Button>
        <Button glyph=Glyph::ArrowRight to=all name="all" value="on" reason>
            {label}
        </Button>
    }
}
