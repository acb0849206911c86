//! The operations that edit every message of a frozen set, or what they come to.

mod outcome;

use std::sync::Arc;

use leptos::prelude::*;

use super::form::EDITOR;
use super::place::{self, Place};
use crate::model::edit::OPERATIONS;
use crate::model::form::edit_all::{EditAllForm, Kind, OperationRow};
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, Message, QueueName, words};
use crate::server::pages::messages::list;
use crate::server::pages::queue::head::head as queue_head;
use crate::server::pages::{Here, Page, done, page};
use crate::server::services::messages::{Chosen, layers};
use crate::server::services::submissions::Submission;
use crate::ui::parts::{
    Age, Button, Checkbox, Choice, Code, Disclosure, Glyph, LinkButton, Section, SelectField, TextField, Tongue,
    Variant,
};

/// How many rows stand ready.
const READY: usize = 3;
/// How many queues are looked for among the messages.
const HOMES: usize = 50;

/// Edits every message of a frozen set in the same way.
#[component]
pub fn EditAllPage() -> impl IntoView {
    page(edit_all)
}

async fn edit_all(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let chosen = here.connection.chosen(&queue, &here.params.get("chosen").unwrap_or_default())?;
    let submission = here.submission.as_deref();
    let typed = submission.and_then(Submission::form::<EditAllForm>);
    let plan = here.query("plan");
    if let (Some(form), false) = (&typed, plan.is_empty() || !here.query(EDITOR).is_empty()) {
        return outcome::page(&here, &queue, &chosen, form, &plan).await;
    }
    let name = here.connection.name();
    let count = words::plural(chosen.messages.len() as u64, "message", "messages");
    let notice = submission.filter(|submission| submission.failure.is_some()).and_then(|_| done::notice(&here));
    let body = view! {
        {queue_head(name, &queue, QueuePage::Messages, here.connection.is_dead_letter_queue(&queue))}
        {notice}
        {truth(&here, &chosen)}
        {form(&here, &queue, &chosen, typed)}
    };
    let title = format!("Edit {count} of {queue}");
    Ok(Page::new(title, body).about(&queue).holding().answering(submission))
}

/// Which messages these are.
fn truth(here: &Here, chosen: &Chosen) -> impl IntoView + use<> {
    let count = words::plural(chosen.messages.len() as u64, "message", "messages");
    let (how, at, now) = (chosen.how.clone(), chosen.at_ms, here.now_ms);
    view! {
        <h2>"Edit & resend all"</h2>
        <p class="truth">
            <strong>{count}</strong>
            <span>{how}</span>
            <span>"frozen " <Age at now/></span>
            <span>"nothing is sent before you have seen what it comes to"</span>
        </p>
    }
}

fn form(here: &Here, queue: &QueueName, chosen: &Arc<Chosen>, typed: Option<EditAllForm>) -> impl IntoView + use<> {
    let submission = here.submission.as_deref();
    let homes = homes(&chosen.messages);
    let usual = if homes.is_empty() { "queue" } else { "home" };
    let typed = typed.unwrap_or_else(|| EditAllForm { route: usual.into(), ..EditAllForm::default() });
    let place = Place {
        route: &typed.route,
        target: &typed.target,
        keep: !typed.keep.is_empty(),
        homes: &homes,
        many: true,
        submission,
    };
    let reason = here.connection.allowed().err().map(|refusal| refusal.title());
    let name = here.connection.name();
    let back = list::before(here).carry(&paths::chosen(name, queue, &chosen.id));
    let (connection, queue, id) = (name.to_string(), queue.to_string(), chosen.id.clone());
    let all = !typed.all.is_empty();
    view! {
        <form class="split" data-side="end" data-guard="" method="post" action=paths::api("messages/edit-all")>
            <input type="hidden" name="connection" value=connection/>
            <input type="hidden" name="queue" value=queue/>
            <input type="hidden" name="chosen" value=id/>
            {list::keep(&list::before(here))}
            <div class="stack">
                {rows(&typed, submission)}
                {sample(chosen)}
            </div>
            <div class="stack">
                {place::fields(&place)}
                <Section title="Which are sent">
                    <Checkbox
                        name="all"
                        label="Those that are not changed, too"
                        hint="Unticked, only messages that are changed by this are sent. Those with which it cannot be done stay where they are in any case."
                        checked=all
                    />
                </Section>
                <div class="form-actions">
                    <Button variant=Variant::Primary glyph=Glyph::Look reason>
                        "Preview"
                    </Button>
                    <LinkButton href=back variant=Variant::Plain>"Cancel"</LinkButton>
                    <span class="soft">"Nothing is sent yet."</span>
                </div>
            </div>
        </form>
    }
}

/// Where messages failed, each queue once.
fn homes(messages: &[Arc<Message>]) -> Vec<QueueName> {
    let mut homes: Vec<QueueName> = Vec::new();
    for home in messages.iter().filter_map(|message| message.source()).map(|arn| arn.name()) {
        if !homes.contains(&home) {
            homes.push(home);
        }
        if homes.len() == HOMES {
            break;
        }
    }
    homes
}

/// The rows of operations; some behind a line that opens.
fn rows(typed: &EditAllForm, submission: Option<&Submission>) -> impl IntoView + use<> {
    let used = typed.rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
    let shown = (used + 1).clamp(READY, OPERATIONS);
    let row = |index: usize| row(index, typed.rows.get(index).cloned().unwrap_or_default(), submission);
    let (ready, rest): (Vec<_>, Vec<_>) = ((0..shown).map(row).collect(), (shown..OPERATIONS).map(row).collect());
    let more = (!rest.is_empty()).then(|| {
        let summary = format!("{} more", rest.len());
        view! { <Disclosure summary>{rest}</Disclosure> }
    });
    view! {
        <Section title="What is changed in each body" note="from the first row to the last">
            {ready}
            {more}
            <p class="field-hint">
                "A place reads order.items[0].price. A value is JSON: 42, true, \"text\". Where the place is missing a value is added, a removal or a new name changes nothing. Text is replaced letter by letter, wherever it stands. Everything else of a body stays as it is, byte for byte; rows that are empty are left out."
            </p>
        </Section>
    }
}

fn row(index: usize, typed: OperationRow, submission: Option<&Submission>) -> impl IntoView + use<> {
    let field = |part: &str| OperationRow::field(index, part);
    let error = |part: &str| submission.and_then(|submission| submission.sentence(&field(part)));
    let choices = Kind::ALL.map(|kind| Choice::new(kind.key(), kind.label())).to_vec();
    view! {
        <fieldset class="operation">
            <legend class="visually-hidden">{format!("Operation {}", index + 1)}</legend>
            <SelectField name=field("kind") label="Operation" choices value=typed.kind error=error("kind")/>
            <TextField name=field("at") label="Place or text" value=typed.at error=error("at") mono=true/>
            <TextField
                name=field("value")
                label="Value, new name or new text"
                value=typed.value
                error=error("value")
                mono=true
            />
        </fieldset>
    }
}

/// The first of the messages, to see which places there are.
fn sample(chosen: &Chosen) -> Option<impl IntoView + use<>> {
    let first = chosen.messages.first()?;
    let shown = layers::peel(&first.body, &first.attributes).0[0].shown();
    let tongue = match shown.language {
        layers::Language::Json => Tongue::Json,
        layers::Language::Xml => Tongue::Xml,
        _ => Tongue::Plain,
    };
    let note = first.id.to_string();
    Some(view! {
        <Disclosure summary="The first of them" note open=true>
            <Code text=shown.text tongue/>
        </Disclosure>
    })
}
