//! What operations come to: how many messages are changed, how many are not and why, and the first ten beside their
//! copies. Nothing was sent yet.

use std::time::Duration;

use leptos::prelude::*;

use super::super::form::{EDITOR, gone};
use super::super::sample;
use super::truth;
use crate::model::edit::Operation;
use crate::model::form::edit_all::EditAllForm;
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, QueueName, words};
use crate::server::api::SUBMISSION;
use crate::server::pages::messages::{difference, list};
use crate::server::pages::queue::head::head as queue_head;
use crate::server::pages::redrives::{start, warnings};
use crate::server::pages::{Here, Page, done};
use crate::server::services::messages::Chosen;
use crate::server::services::redrive::editing::Outcome;
use crate::server::services::redrive::planning::Planned;
use crate::ui::parts::{Cell, CellKind, Column, Disclosure, Figure, Figures, LinkButton, Section, Table, Variant};

/// How many messages are shown beside their copies.
const SHOWN: usize = 10;
/// How many of them are open at first.
const OPEN: usize = 3;
/// For how long two texts are compared before larger changes than there are must do.
const WITHIN: Duration = Duration::from_millis(60);

/// The page of a plan that edits a set.
pub(super) async fn page(
    here: &Here,
    queue: &QueueName,
    chosen: &Chosen,
    form: &EditAllForm,
    plan: &str,
) -> Result<Page, Failure> {
    let name = here.connection.name();
    let own = list::before(here).carry(&paths::edit_chosen(name, queue, &chosen.id));
    let own = paths::with_query(&own, &[(SUBMISSION, &here.query(SUBMISSION))]);
    let head = view! {
        {queue_head(name, queue, QueuePage::Messages, here.connection.is_dead_letter_queue(queue))}
        {truth(here, chosen)}
    };
    let title = format!("Preview of edited messages of {queue}");
    let planned = here.connection.planned(queue, plan).ok();
    let operations = form.parse().map(|edit| edit.operations).unwrap_or_default();
    let Some(planned) = planned.filter(|_| !operations.is_empty()) else {
        let mut page = Page::new(title, view! { {head} {gone(own)} }).about(queue);
        page.status = 404;
        return Ok(page);
    };
    let vanishes = here.connection.nothing_vanishes(&planned).await.err();
    let start = start::form(here, &planned, vanishes, Some(label(&planned)));
    let outcome = Outcome::aside(&chosen.messages, &operations).await?;
    let editor = paths::with_query(&own, &[("plan", plan), (EDITOR, "1")]);
    let more = list::before(here).carry(&paths::plan(name, queue, plan));
    let view = view! {
        {head}
        {done::notice(here).filter(|_| here.submission.as_deref().is_some_and(|sent| sent.failure.is_some()))}
        {counts(&outcome)}
        <div class="split" data-side="end">
            <div class="stack">
                {cannot(&outcome, &operations)}
                {differences(here, queue, &outcome)}
            </div>
            <div class="stack">
                {steps(&operations)}
                {warnings::warnings(here, &planned)}
                {start}
                <div class="form-actions">
                    <LinkButton href=editor>"Back to the editor"</LinkButton>
                    <LinkButton href=more variant=Variant::Plain>"Pace, canary and more"</LinkButton>
                </div>
            </div>
        </div>
    };
    Ok(Page::new(title, view).about(queue).holding().answering(here.submission.as_deref()))
}

fn label(planned: &Planned) -> String {
    let (copies, originals) = match (planned.sendable(), planned.order.policy.keep_originals) {
        (1, true) => ("copy", "and keep the original"),
        (1, false) => ("copy", "and delete the original"),
        (_, true) => ("copies", "and keep the originals"),
        (_, false) => ("copies", "and delete the originals"),
    };
    format!("Send {} {copies} {originals}", words::count(planned.sendable()))
}

fn counts(outcome: &Outcome) -> impl IntoView + use<> {
    let [changed, unchanged, cannot] =
        [outcome.changed.len(), outcome.unchanged.len(), outcome.cannot.len()].map(|n| words::count(n as u64));
    view! {
        <Figures>
            <Figure label="Changed">{changed}</Figure>
            <Figure label="Unchanged">{unchanged}</Figure>
            <Figure label="Cannot be edited">{cannot}</Figure>
        </Figures>
    }
}

/// What is done with each body, in words.
fn steps(operations: &[Operation]) -> impl IntoView + use<> {
    let steps: Vec<_> = operations
        .iter()
        .map(|operation| {
            let words = operation.words();
            view! { <li><code class="value">{words}</code></li> }
        })
        .collect();
    view! {
        <Section title="What is done with each">
            <ol class="steps">{steps}</ol>
        </Section>
    }
}

/// Those that stay as they are because an operation cannot be done with them, by the reason.
fn cannot(outcome: &Outcome, operations: &[Operation]) -> Option<impl IntoView + use<>> {
    let rows: Vec<_> = outcome
        .reasons()
        .into_iter()
        .map(|((number, reason), count)| {
            let operation = operations.get(number).map(Operation::words).unwrap_or_default();
            view! {
                <tr>
                    <Cell label="Operation" kind=CellKind::Text>
                        <code class="value">{operation}</code>
                    </Cell>
                    <Cell label="Why it cannot be done" kind=CellKind::Text>
                        {reason}
                    </Cell>
                    <Cell label="Messages" kind=CellKind::Number>
                        {words::count(count as u64)}
                    </Cell>
                </tr>
            }
        })
        .collect();
    let columns = vec![
        Column::new("Operation", CellKind::Text),
        Column::new("Why it cannot be done", CellKind::Text),
        Column::new("Messages", CellKind::Number),
    ];
    (!rows.is_empty()).then(|| {
        view! {
            <Section title="Cannot be edited" note="these stay where they are">
                <Table caption="Messages that cannot be edited" columns>
                    {rows}
                </Table>
            </Section>
        }
    })
}

/// The first messages beside their copies.
fn differences(here: &Here, queue: &QueueName, outcome: &Outcome) -> impl IntoView + use<> {
    let shown: Vec<_> = outcome
        .changed
        .iter()
        .take(SHOWN)
        .enumerate()
        .map(|(at, (message, body))| {
            let draft = crate::model::Draft { body: body.clone(), ..crate::model::Draft::copy_of(message) };
            let (found, truth) = sample::bodies(message, &draft, false, WITHIN);
            let href = paths::message(here.connection.name(), queue, &message.id);
            let id = message.id.to_string();
            let label = format!("Difference of {id}");
            let broken = sample::broken(message, &draft);
            view! {
                <Disclosure summary=id note=truth open=at < OPEN>
                    {broken}
                    {difference::blocks(&found, true, label)}
                    <a class="soft" href=href>
                        "The message"
                    </a>
                </Disclosure>
            }
        })
        .collect();
    let (first, all) = (shown.len() as u64, outcome.changed.len() as u64);
    let note = if first < all {
        format!("the first {} of {}", words::count(first), words::count(all))
    } else {
        words::plural(all, "message", "messages")
    };
    view! {
        <Section title="Changes" note>
            {shown}
        </Section>
    }
}
