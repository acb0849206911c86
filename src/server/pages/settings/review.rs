//! What would change, in words and as SQS takes it, and what it means.

use std::sync::Arc;

use leptos::prelude::*;

use super::super::command::commands;
use super::super::queue::head::head as queue_head;
use super::super::queue::lints;
use super::super::{Here, Page, done};
use super::{EDIT, hidden, is_partial, wrong};
use crate::model::form::Done;
use crate::model::form::settings::SettingsForm;
use crate::model::paths::{self, QueuePage};
use crate::model::settings::{Moved, TagChange};
use crate::model::{QueueName, words};
use crate::server::api::SUBMISSION;
use crate::server::services::settings::Review;
use crate::server::services::submissions::Submission;
use crate::ui::parts::{
    Button, Cell, CellKind, Checkbox, Code, Column, Disclosure, LinkButton, NameCell, Notice, Section, Table, Tone,
    Tongue, Variant,
};

/// The page between the form and the change.
pub fn page(
    here: &Here,
    queue: &QueueName,
    form: &SettingsForm,
    review: &Review,
    submission: &Arc<Submission>,
) -> Page {
    let connection = here.connection.name();
    let settings = paths::queue(connection, queue, QueuePage::Settings);
    let is_dlq = here.connection.is_dead_letter_queue(queue);
    // What is applied is what this page shows, of the queue as this page saw it.
    let next = SettingsForm {
        shown: serde_json::to_string(&review.current.settings).unwrap_or_default(),
        step: "apply".into(),
        ..SettingsForm::of(connection.as_str(), &review.current.arn, &review.wanted)
    };
    let notice = (submission.done != Some(Done::Reviewed)).then(|| done::notice(here));
    let partial = is_partial(review, form).then(|| {
        view! {
            <Notice tone=Tone::Info title="A part of it is applied already">
                <p>"What is left stands below."</p>
            </Notice>
        }
    });
    let (moved, changes, advice) = (moved(&review.moved), changes(review), lints(&review.advice));
    let confirm = review.shortens_retention().then(|| {
        let label = format!(
            "I know that messages older than {} are deleted",
            words::seconds(u64::from(review.wanted.retention))
        );
        view! { <Checkbox name="understood" label error=wrong(submission, "understood")/> }
    });
    let reason = here.connection.allowed().err().map(|refusal| refusal.title());
    let back = paths::with_query(&settings, &[(SUBMISSION, &here.query(SUBMISSION)), (EDIT, "1")]);
    let (hidden, commands) = (hidden(&next), commands(&review.commands()));
    let raw = raw(review);
    let note = words::plural((review.changes.len() + review.tags.len()) as u64, "change", "changes");
    let body = view! {
        {queue_head(connection, queue, QueuePage::Settings, is_dlq)}
        {notice}
        {partial}
        {moved}
        <Section title="What changes" note>{changes}</Section>
        {advice}
        <form class="form" method="post" action=paths::api("queues/update")>
            {hidden}
            {confirm}
            <div class="form-actions">
                <Button variant=Variant::Primary reason>
                    "Apply changes"
                </Button>
                <LinkButton href=back>"Back to editing"</LinkButton>
                <LinkButton href=settings variant=Variant::Plain>"Discard"</LinkButton>
            </div>
        </form>
        <div class="stack" data-gap="small">{raw} {commands}</div>
    };
    Page::new(format!("Review settings · {queue}"), body).about(queue).answering(Some(submission))
}

fn columns(headings: &[&str]) -> Vec<Column> {
    let kind = |index| if index == 0 { CellKind::Name } else { CellKind::Text };
    headings.iter().enumerate().map(|(index, heading)| Column::new(*heading, kind(index))).collect()
}

fn changes(review: &Review) -> impl IntoView + use<> {
    let attributes =
        review.changes.iter().map(|change| (change.setting.label().to_owned(), change.from.clone(), change.to.clone()));
    let tags = review.tags.iter().map(|change| {
        let word = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".into());
        let TagChange { key, from, to } = change;
        (format!("Tag {key}"), word(from), word(to))
    });
    let rows: Vec<_> = attributes
        .chain(tags)
        .map(|(label, from, to)| {
            view! {
                <tr>
                    <NameCell>{label}</NameCell>
                    <Cell label="Now" kind=CellKind::Text>
                        <span class="soft">{from}</span>
                    </Cell>
                    <Cell label="Then" kind=CellKind::Text>
                        <strong>{to}</strong>
                    </Cell>
                </tr>
            }
        })
        .collect();
    view! {
        <Table caption="What changes" columns=columns(&["Setting", "Now", "Then"])>
            {rows}
        </Table>
    }
}

/// What somebody else changed since the form was opened.
fn moved(moved: &[Moved]) -> Option<impl IntoView + use<>> {
    if moved.is_empty() {
        return None;
    }
    let rows: Vec<_> = moved
        .iter()
        .map(|moved| {
            let Moved { label, shown, now, wanted } = moved.clone();
            let wanted = wanted.unwrap_or_else(|| "not touched: stays as it is now".into());
            view! {
                <tr>
                    <NameCell>{label}</NameCell>
                    <Cell label="In your form" kind=CellKind::Text>{shown}</Cell>
                    <Cell label="Now" kind=CellKind::Text>{now}</Cell>
                    <Cell label="You want" kind=CellKind::Text>{wanted}</Cell>
                </tr>
            }
        })
        .collect();
    Some(view! {
        <Notice tone=Tone::Warn title="The settings were changed meanwhile">
            <p>"Somebody else changed these after your form was opened. Applying replaces only what you touched."</p>
        </Notice>
        <Section title="Changed meanwhile">
            <Table caption="Changed meanwhile" columns=columns(&["Setting", "In your form", "Now", "You want"])>
                {rows}
            </Table>
        </Section>
    })
}

/// The attributes as SQS takes them.
fn raw(review: &Review) -> Option<impl IntoView + use<>> {
    let attributes = review.attributes();
    (!attributes.is_empty()).then(|| {
        let text = serde_json::to_string_pretty(&attributes).unwrap_or_default();
        view! {
            <Disclosure summary="As JSON">
                <Code text tongue=Tongue::Json/>
            </Disclosure>
        }
    })
}
