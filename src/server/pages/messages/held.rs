//! The form around a table of held messages: mark some, then delete, hide or release them.

use leptos::prelude::*;

use super::{choose, list};
use crate::model::archive::Archived;
use crate::model::cli::Command;
use crate::model::form::held::HeldForm;
use crate::model::limits::VISIBILITY_TIMEOUT;
use crate::model::{QueueName, QueueUrl, paths, words};
use crate::server::pages::Here;
use crate::ui::parts::{Button, Disclosure, Equivalent, FieldError, Glyph, NumberField, Variant};

/// The table inside its form, and the bar below it.
pub(super) fn around(
    here: &Here,
    queue: &QueueName,
    (url, keeps): (&QueueUrl, Option<&Archived>),
    held: usize,
    whole: choose::Whole,
    table: AnyView,
) -> impl IntoView + use<> {
    let (connection, name) = (here.connection.name().to_string(), queue.to_string());
    let choose = choose::buttons(here, whole).into_any();
    let bar = bar(here, queue, (url, keeps), held, None, Some(choose));
    view! {
        <form method="post" action=paths::api("messages/act")>
            <input type="hidden" name="connection" value=connection/>
            <input type="hidden" name="queue" value=name/>
            {list::keep(&list::asked(here))}
            {table}
            {bar}
        </form>
    }
}

/// What may be done with the marked messages, or with the `one` whose page this is, and what `more` there is.
pub(super) fn bar(
    here: &Here,
    queue: &QueueName,
    (url, keeps): (&QueueUrl, Option<&Archived>),
    held: usize,
    one: Option<&str>,
    more: Option<AnyView>,
) -> impl IntoView + use<> {
    let submission = here.submission.as_deref();
    // Another form of the page has a field of the same name; only what was typed here comes back here.
    let sent = submission.and_then(|submission| Some((submission, submission.form::<HeldForm>()?)));
    let (submission, form) = sent.unzip();
    let form = form.unwrap_or_default();
    let sentence = |field: &str| submission.and_then(|submission| submission.sentence(field));
    let (ids_error, seconds_error) = (sentence("ids"), sentence("seconds"));
    let reason = match here.connection.allowed() {
        Err(refusal) => Some(refusal.title()),
        Ok(()) if held == 0 => Some("None is held any more: hold them again to act on them.".to_owned()),
        Ok(()) => None,
    };
    let seconds = if form.seconds.is_empty() { "60".to_owned() } else { form.seconds };
    let entered = entered(reason.is_some());
    let (delete_reason, hide_reason) = (reason.clone(), reason.clone());
    let count = match one {
        Some(_) => "This message is held".to_owned(),
        None => format!("{} held", words::plural(held as u64, "message", "messages")),
    };
    let marked = one.is_none().then(|| {
        view! {
            <span class="marked">
                <span data-selected=""></span>
                " marked"
            </span>
        }
    });
    let what = if one.is_some() { "the message" } else { "the marked messages" };
    let name = queue.to_string();
    let copies = keeps.map(Archived::sentence).unwrap_or_default();
    let deleted = paths::deleted(here.connection.name(), Some(queue), None);
    let batch =
        |operation: &str| Command::new(operation).option("queue-url", url.as_str()).file("entries", "entries.json");
    let (delete, change) = (batch("delete-message-batch"), batch("change-message-visibility-batch"));
    view! {
        <div class="selection">
            {entered}
            <strong>{count}</strong>
            {marked}
            <FieldError id="ids-error" error=ids_error/>
            <Button glyph=Glyph::ArrowRight name="action" value="release" reason>
                "Release now"
            </Button>
            <Disclosure summary="Change visibility…" open=seconds_error.is_some()>
                <div class="asking">
                    <NumberField
                        name="seconds"
                        id="held-seconds"
                        label="Hide from now on for"
                        value=seconds
                        error=seconds_error
                        min=u64::from(VISIBILITY_TIMEOUT.min)
                        max=u64::from(VISIBILITY_TIMEOUT.max)
                        unit="s"
                    />
                    <Button glyph=Glyph::Clock name="action" value="hide" reason=hide_reason>
                        "Change visibility"
                    </Button>
                </div>
                <Equivalent command=change/>
            </Disclosure>
            <Disclosure summary="Delete…">
                <p>
                    {format!("Deletes {what} from {name}. SQS cannot bring a deleted message back. {copies} ")}
                    <a href=deleted>"Recently deleted"</a>
                    "."
                </p>
                <div class="cluster">
                    <Button variant=Variant::Destroy glyph=Glyph::Trash name="action" value="delete" reason=delete_reason>
                        {format!("Delete {what}")}
                    </Button>
                </div>
                <Equivalent command=delete/>
            </Disclosure>
            {more}
        </div>
    }
}

/// What Enter presses: the first button of a form, and the only text to press Enter in is the seconds. Where nothing
/// may be done the button is `disabled`, and Enter does nothing (HTML Standard, "Implicit submission").
fn entered(disabled: bool) -> impl IntoView {
    view! {
        <button
            class="visually-hidden"
            name="action"
            value="hide"
            tabindex="-1"
            aria-hidden="true"
            disabled=disabled
        ></button>
    }
}
