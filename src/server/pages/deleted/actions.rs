//! Restoring and forgetting: the form around the list, and that of one copy.

use leptos::prelude::*;

use super::{sentence, typed};
use crate::model::archive::KeptCopy;
use crate::model::{QueueKind, QueueName, paths, words};
use crate::server::pages::Here;
use crate::server::services::archive::list::{Deleted, Opened};
use crate::ui::parts::{Button, Checkbox, Consequences, Disclosure, FieldError, Glyph, TextField, Variant};

/// The table inside its form, and what can be done with it below.
pub(super) fn around(
    here: &Here,
    queue: &QueueName,
    found: &Deleted,
    deletion: Option<&str>,
    table: AnyView,
) -> impl IntoView + use<> {
    let restored = found.copies.iter().any(|(copy, _)| copy.restored.is_some());
    let all = deletion.map(|_| found.total);
    let hidden = hidden(here, queue, deletion.unwrap_or_default(), None);
    let (error, bar) = (sentence(here, "ids"), bar(here, queue, restored, all, Shape::default()));
    view! {
        <form method="post" action=paths::api("deleted/act")>
            {hidden}
            {table}
            <div class="selection">
                <span class="marked">
                    <span data-selected=""></span>
                    " marked"
                </span>
                <FieldError id="ids-error" error/>
                {bar}
            </div>
        </form>
    }
}

/// The form on the page of one copy; what cannot be opened can only be forgotten.
pub(super) fn of_one(here: &Here, copy: &KeptCopy, opened: &Opened) -> impl IntoView + use<> {
    let closed = !matches!(opened, Opened::Message(_));
    let hidden = hidden(here, &copy.queue, "", Some(copy));
    let bar = bar(here, &copy.queue, copy.restored.is_some(), None, Shape { one: true, closed });
    view! {
        <form method="post" action=paths::api("deleted/act")>
            {hidden}
            <div class="selection">{bar}</div>
        </form>
    }
}

fn hidden(here: &Here, queue: &QueueName, deletion: &str, one: Option<&KeptCopy>) -> impl IntoView + use<> {
    let (connection, name) = (here.connection.name().to_string(), queue.to_string());
    let deletion = deletion.to_owned();
    let one = one.map(|copy| {
        let id = copy.id.to_string();
        view! {
            <input type="hidden" name="ids[]" value=id.clone()/>
            <input type="hidden" name="one" value=id/>
        }
    });
    view! {
        <input type="hidden" name="connection" value=connection/>
        <input type="hidden" name="queue" value=name/>
        <input type="hidden" name="deletion" value=deletion/>
        {one}
    }
}

/// On which page the bar stands.
#[derive(Clone, Copy, Default)]
struct Shape {
    /// On that of one copy.
    one: bool,
    /// Of one that cannot be opened.
    closed: bool,
}

/// Restore and forget; `all` is how many there are in the deletion whose page this is.
fn bar(here: &Here, queue: &QueueName, restored: bool, all: Option<u64>, shape: Shape) -> impl IntoView + use<> {
    let Shape { one, closed } = shape;
    let reason = match here.connection.allowed() {
        Err(refusal) => Some(refusal.title()),
        Ok(()) if closed => Some("What cannot be read cannot be restored.".to_owned()),
        Ok(()) => None,
    };
    let forget_reason = here.connection.allowed().err().map(|refusal| refusal.title());
    let (form, sentences) = (typed(here), lost(queue.kind()));
    let (to_error, again_error) = (sentence(here, "to"), sentence(here, "again"));
    let to = if form.to.is_empty() { queue.to_string() } else { form.to };
    let open = to_error.is_some() || again_error.is_some();
    let again = (restored || again_error.is_some()).then(|| {
        view! {
            <Checkbox
                name="again"
                label="Send once more what was restored before"
                hint="There is then one message more for each."
                error=again_error
            />
        }
    });
    let many = all.map(|n| words::plural(n, "message", "messages"));
    let (restore_all, forget_all) =
        (many.clone().map(|many| (many, reason.clone())), many.map(|many| (many, forget_reason.clone())));
    let restore_all = restore_all.map(|(many, reason)| {
        view! {
            <Button glyph=Glyph::Redrive name="action" value="restore-all" reason>
                {format!("Restore all {many}")}
            </Button>
        }
    });
    let forget_all = forget_all.map(|(many, reason)| {
        view! {
            <Button variant=Variant::Destroy glyph=Glyph::Trash name="action" value="forget-all" reason=reason>
                {format!("Forget all {many} now")}
            </Button>
        }
    });
    view! {
        <Disclosure summary="Restore…" open>
            <Consequences sentences/>
            <TextField name="to" label="To the queue" value=to error=to_error mono=true/>
            {again}
            <div class="cluster">
                <Button glyph=Glyph::Redrive name="action" value="restore" reason>
                    {if one { "Restore" } else { "Restore the marked" }}
                </Button>
                {restore_all}
            </div>
        </Disclosure>
        <Disclosure summary="Forget…">
            <p>"Deletes the copies at once. Nothing brings these messages back then."</p>
            <div class="cluster">
                <Button variant=Variant::Destroy glyph=Glyph::Trash name="action" value="forget" reason=forget_reason>
                    {if one { "Forget now" } else { "Forget the marked now" }}
                </Button>
                {forget_all}
            </div>
        </Disclosure>
    }
}

/// What a restore cannot bring back.
fn lost(kind: QueueKind) -> Vec<String> {
    let mut sentences = vec![
        "Body, message attributes, trace header and group are sent as they were.".to_owned(),
        "It is a new message all the same: another id, sent now, with a receive count of 0 and its retention begun anew."
            .to_owned(),
        "That it came from a dead-letter queue's source is lost: SQS does not redrive it to that queue.".to_owned(),
    ];
    if kind == QueueKind::Fifo {
        sentences.push("It goes to the end of its message group.".to_owned());
        sentences.push(
            "Its deduplication id is one of the copy's own: restored twice within five minutes it is delivered once."
                .to_owned(),
        );
    }
    sentences
}
