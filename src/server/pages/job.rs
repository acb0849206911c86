//! A job: how far it is, what became of each message, and another try for those it was not done with.

use leptos::prelude::*;

use super::messages::list;
use super::{Here, Page, done, page};
use crate::model::job::Task;
use crate::model::paths;
use crate::model::{Failure, words};
use crate::server::services::jobs::{Job, Report, Row};
use crate::server::services::messages::Fate;
use crate::ui::parts::{
    Age, Badge, Button, Cell, CellKind, Column, Consequences, FailureNotice, Glyph, LinkButton, Meter, NameCell,
    Pagination, Refresh, Section, Table, Tone,
};

/// Rows on a page.
const ROWS: usize = 100;

/// What a job does, or did.
#[component]
pub fn JobPage() -> impl IntoView {
    page(job)
}

async fn job(here: Here) -> Result<Page, Failure> {
    let job = here.connection.jobs().find(&here.params.get("job").unwrap_or_default()).ok_or(Failure::NotFound)?;
    let report = job.report();
    let title = format!("{} · {}", job.task().title(), job.queue());
    let back = list::address(&here, job.queue(), &list::before(&here));
    let body = view! {
        <div class="cluster">
            <h1 class="page-title">{job.task().title()}</h1>
            <a href=back.clone()>{job.queue().to_string()}</a>
            {state(&report)}
        </div>
        <p class="truth">
            <strong>{words::plural(report.rows.len() as u64, "message", "messages")}</strong>
            <span>{job.how().to_owned()}</span>
            <span>"started " <Age at=job.started_ms() now=here.now_ms/></span>
            <span>"goes on when this page is closed"</span>
        </p>
        {report.failure.clone().map(|failure| view! { <FailureNotice failure/> })}
        {progress(&here, &job, &report)}
        {report.archived.as_ref().map(|copies| done::copies_kept(&here, job.queue(), copies))}
        {(!report.notes.is_empty()).then(|| view! { <Consequences sentences=report.notes.clone()/> })}
        {results(&here, &job, &report)}
        <LinkButton href=back>"Back to the messages"</LinkButton>
    };
    Ok(Page::new(title, body).about(job.queue()).holding().following(job.id()))
}

fn state(report: &Report) -> impl IntoView + use<> {
    match (report.finished_ms, report.cancelled) {
        (None, false) => view! { <Badge tone=Tone::Info glyph=Glyph::Clock>"running"</Badge> },
        (None, true) => view! { <Badge tone=Tone::Warn>"stopping"</Badge> },
        (Some(_), true) => view! { <Badge tone=Tone::Warn>"stopped"</Badge> },
        (Some(_), false) if report.failure.is_none() && report.counts().done == report.rows.len() as u64 => {
            view! { <Badge tone=Tone::Ok glyph=Glyph::Check>"done"</Badge> }
        }
        (Some(_), false) => view! { <Badge tone=Tone::Warn>"ended"</Badge> },
    }
}

/// How far it is, the way to stop it, and the way to try the rest again.
fn progress(here: &Here, job: &Job, report: &Report) -> impl IntoView + use<> {
    let counts = report.counts();
    let total = report.rows.len() as u64;
    let settled = total - counts.waiting;
    let said = [
        (counts.done, job.task().done()),
        (counts.failed, "failed"),
        (counts.unknown, "with an unknown outcome"),
        (counts.not_found, "not found"),
        (counts.waiting, if report.finished_ms.is_some() { "not tried" } else { "to do" }),
    ];
    let said: Vec<_> = said
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| view! { <span>{format!("{} {what}", words::count(n))}</span> })
        .collect();
    let known = !job.task().empties() || report.finished_ms.is_some();
    let max = known.then_some(total);
    let of = if known { format!(" of {}", words::count(total)) } else { " so far".to_owned() };
    let page = list::before(here).carry(&paths::job(here.connection.name(), job.id()));
    let id = job.id().to_owned();
    let hidden = || {
        let (connection, id) = (here.connection.name().to_string(), job.id().to_owned());
        view! {
            <input type="hidden" name="connection" value=connection/>
            <input type="hidden" name="job" value=id/>
            {list::keep(&list::before(here))}
        }
    };
    let running = report.finished_ms.is_none();
    let undone = if running { 0 } else { report.undone().len() as u64 };
    let stop = running.then(|| {
        let reason = report.cancelled.then(|| "It stops after the batch in hand.".to_owned());
        let hidden = hidden();
        view! {
            <Refresh href=page seconds=2/>
            <form class="cluster" method="post" action=paths::api("jobs/stop")>
                {hidden}
                <Button glyph=Glyph::Stop reason>"Stop"</Button>
                <span class="soft">"What was done stays done."</span>
            </form>
        }
    });
    let again = (undone > 0).then(|| {
        let hidden = hidden();
        view! {
            <form class="cluster" method="post" action=paths::api("jobs/again")>
                {hidden}
                <Button glyph=Glyph::Redrive>
                    {format!("Choose {} again", words::plural(undone, "message", "messages"))}
                </Button>
                <span class="soft">"those it was not done with"</span>
            </form>
        }
    });
    view! {
        <Section title="Progress">
            <div class="receiving" data-progress=id data-reload=running.then_some("")>
                <Meter label="Messages with a result" value=settled max/>
                <p class="cluster" role="status">
                    <span>
                        <span data-progress-count="">{words::count(settled)}</span>
                        {of}
                    </span>
                    {said}
                </p>
            </div>
            {stop}
            {again}
        </Section>
    }
}

/// A row per message: first those with something to say.
fn results(here: &Here, job: &Job, report: &Report) -> impl IntoView + use<> {
    let mut rows: Vec<&Row> = report.rows.iter().collect();
    rows.sort_by_key(|row| match row.fate {
        Some(Fate::Failed(_)) => 0,
        Some(Fate::Unknown(_)) => 1,
        Some(Fate::NotFound) => 2,
        None => 3,
        Some(Fate::Done(_)) => 4,
    });
    let pages = rows.len().div_ceil(ROWS).max(1);
    let page = here.query("page").parse().unwrap_or(1).clamp(1, pages);
    let shown: Vec<_> = rows
        .into_iter()
        .skip((page - 1) * ROWS)
        .take(ROWS)
        .map(|row| {
            let id = row.message.id.to_string();
            // A line of a file is no message of the queue.
            let message = paths::message(here.connection.name(), job.queue(), &row.message.id);
            let href = (*job.task() != Task::Import).then_some(message);
            let result = fate(job, row.fate.as_ref(), report.finished_ms.is_some());
            view! {
                <tr>
                    <NameCell>
                        <a class="mono" href=href>
                            {id}
                        </a>
                    </NameCell>
                    <Cell label="Result">{result}</Cell>
                </tr>
            }
        })
        .collect();
    let columns = vec![Column::new("Message", CellKind::Name), Column::new("Result", CellKind::Plain)];
    let base = list::before(here).carry(&paths::job(here.connection.name(), job.id()));
    let link = move |n: usize| paths::with_query(&base, &[("page", &n.to_string())]);
    let turn = (pages > 1).then(|| {
        let previous = (page > 1).then(|| link(page - 1));
        let next = (page < pages).then(|| link(page + 1));
        let (first, last) = (((page - 1) * ROWS + 1) as u64, (page * ROWS).min(report.rows.len()) as u64);
        view! { <Pagination first last total=report.rows.len() as u64 previous next/> }
    });
    view! {
        <Section title="Results">
            <Table caption="What became of each message" columns>
                {shown}
            </Table>
            {turn}
        </Section>
    }
}

fn fate(job: &Job, fate: Option<&Fate>, ended: bool) -> AnyView {
    let done = job.task().done();
    match fate {
        Some(Fate::Done(None)) => view! { <Badge tone=Tone::Ok>{done}</Badge> }.into_any(),
        Some(Fate::Done(Some(id))) => {
            let copy = format!("as {id}");
            view! { <span class="cluster"><Badge tone=Tone::Ok>{done}</Badge> <code>{copy}</code></span> }.into_any()
        }
        Some(Fate::Failed(code)) => {
            let why = format!("failed: {code}");
            view! { <Badge tone=Tone::Danger>{why}</Badge> }.into_any()
        }
        Some(Fate::Unknown(code)) => {
            let why = format!("outcome unknown: {code}");
            view! { <Badge tone=Tone::Danger>{why}</Badge> }.into_any()
        }
        Some(Fate::NotFound) => {
            let why = "deleted, expired, or in flight elsewhere";
            view! { <span class="cluster"><Badge tone=Tone::Warn>"not found"</Badge> <span class="soft">{why}</span></span> }
                .into_any()
        }
        None => {
            let word = if ended { "not tried" } else { "to do" };
            view! { <Badge>{word}</Badge> }.into_any()
        }
    }
}
