//! What all redrives of the queue did: SQS remembers ten, the console goes on.

use leptos::prelude::*;

use super::{destination, moved, rate};
use crate::model::paths::{self, QueuePage};
use crate::model::redrive::kept::KeptTask;
use crate::model::redrive::reason::reason;
use crate::model::{QueueName, TaskStatus, words};
use crate::server::pages::Here;
use crate::server::services::redrive::{History, Redrivable};
use crate::ui::parts::{
    Age, Badge, Cell, CellKind, Column, Empty, FailureNotice, Glyph, LinkButton, NameCell, Pagination, Section, Table,
    Tone, Variant,
};

pub(super) fn history(
    here: &Here,
    queue: &QueueName,
    redrivable: &Redrivable,
    history: &History,
) -> impl IntoView + use<> {
    let failure = redrivable.tasks.as_ref().err().cloned();
    let unlisted = failure.map(|failure| view! { <FailureNotice failure/> });
    let page = paths::queue(here.connection.name(), queue, QueuePage::Redrive);
    let body = if history.tasks.is_empty() {
        let text = "Whatever is started here, or seen running, is kept in this list.";
        view! { <Empty glyph=Glyph::Redrive title="No redrive yet" text/> }.into_any()
    } else {
        let columns = vec![
            Column::new("Started", CellKind::Name),
            Column::new("By", CellKind::Plain),
            Column::new("Outcome", CellKind::Plain),
            Column::new("Moved", CellKind::Number),
            Column::new("To", CellKind::Text),
            Column::new("Rate", CellKind::Number),
            Column::unseen("Actions", CellKind::Actions),
        ];
        let listed = redrivable.tasks.as_deref().unwrap_or_default();
        let rows: Vec<_> = history
            .tasks
            .iter()
            .map(|kept| {
                // What runs is further than it was when it was written down.
                let now = listed.iter().find(|task| task.started == kept.task.started && task.status.is_active());
                let task = now.cloned().unwrap_or_else(|| kept.task.clone());
                row(&page, &KeptTask { task, ..kept.clone() }, here.now_ms)
            })
            .collect();
        view! {
            <Table caption="The redrives of this queue" columns>
                {rows}
            </Table>
            {turn(&page, history)}
        }
        .into_any()
    };
    let note = if here.connection.remembers() {
        "SQS remembers ten; what this console has seen is kept"
    } else {
        "SQS remembers ten; this console remembers until it ends (--data keeps it)"
    };
    view! {
        <Section title="History" note>
            {unlisted} {body}
        </Section>
    }
}

fn turn(page: &str, history: &History) -> Option<impl IntoView + use<>> {
    let (number, pages) = history.page;
    let link = |n: u64| paths::with_query(page, &[("page", &n.to_string())]);
    let (first, last) = (history.skipped + 1, history.skipped + history.tasks.len() as u64);
    (pages > 1).then(|| {
        let previous = (number > 1).then(|| link(number - 1));
        let next = (number < pages).then(|| link(number + 1));
        view! { <Pagination first last total=history.total previous next/> }
    })
}

fn row(page: &str, kept: &KeptTask, now_ms: i64) -> impl IntoView + use<> {
    let task = &kept.task;
    let (tone, word) = match (task.status, &task.failure) {
        (TaskStatus::Running | TaskStatus::Cancelling, _) => (Tone::Info, task.status.word().to_owned()),
        (TaskStatus::Completed, _) => (Tone::Ok, task.status.word().to_owned()),
        (TaskStatus::Failed, Some(code)) => (Tone::Danger, format!("Failed: {code}")),
        (TaskStatus::Failed, None) => (Tone::Danger, task.status.word().to_owned()),
        (TaskStatus::Cancelled, _) => (Tone::Neutral, task.status.word().to_owned()),
        (TaskStatus::Unknown, _) => (Tone::Neutral, "End not seen".to_owned()),
    };
    let by = kept.who.clone().unwrap_or_else(|| "not through here".to_owned());
    let cancelled = kept.cancel.as_ref().map(|cancel| {
        let more =
            kept.overshoot().map_or_else(String::new, |more| format!(", {} more until it stopped", words::count(more)));
        let note = format!("by {}, {} moved by then{more}", cancel.who, words::approximately(cancel.moved));
        view! { <span class="soft">{note}</span> }
    });
    let failed = task.failure.as_ref().filter(|_| task.status == TaskStatus::Failed);
    let why = failed.map(|code| {
        let reason = reason(code, task.destination.is_none());
        view! { <p class="soft redrive-why">{reason.what}</p> }
    });
    let (moved, to, rate, started) = (moved(task), destination(task), rate(task), task.started);
    let again = paths::with_query(
        page,
        &[
            ("to", if task.destination.is_some() { "queue" } else { "sources" }),
            ("destination", &task.destination.as_ref().map(|arn| arn.name().to_string()).unwrap_or_default()),
            ("rate", &task.rate.map(|rate| rate.to_string()).unwrap_or_default()),
        ],
    );
    let name = task.status.is_active().then(|| task.source.name().to_string());
    let again = (!task.status.is_active()).then(|| {
        view! {
            <LinkButton href=again variant=Variant::Plain small=true>
                "Again…"
            </LinkButton>
        }
    });
    view! {
        <tr data-task=name data-started=started>
            <NameCell>
                <Age at=started now=now_ms/>
            </NameCell>
            <Cell label="By">{by}</Cell>
            <Cell label="Outcome">
                <span class="cluster">
                    <Badge tone>{word}</Badge>
                    {cancelled}
                </span>
                {why}
            </Cell>
            <Cell label="Moved" kind=CellKind::Number>
                <span data-moved="">{moved}</span>
            </Cell>
            <Cell label="To" kind=CellKind::Text>
                {to}
            </Cell>
            <Cell label="Rate" kind=CellKind::Number>
                {rate}
            </Cell>
            <Cell kind=CellKind::Actions>{again}</Cell>
        </tr>
    }
}
