//! All redrives of a connection: those of this console, and SQS's own.

use leptos::prelude::*;

use super::super::{Here, Page, done, page};
use super::job::destinations;
use super::state::State;
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, QueueArn, words};
use crate::server::services::redrive::selective::{Live, Shown};
use crate::ui::parts::{
    Age, Badge, Cell, CellKind, Column, Empty, Glyph, Meter, NameCell, PageHead, Pagination, Section, Table, Tone,
};

/// Rows on a page.
const ROWS: u32 = 50;

/// All redrives.
#[component]
pub fn RedrivesPage() -> impl IntoView {
    page(redrives)
}

async fn redrives(here: Here) -> Result<Page, Failure> {
    let name = here.connection.name();
    let page: u64 = here.query("page").parse().unwrap_or(1).clamp(1, 1_000_000);
    let skip = (page - 1) * u64::from(ROWS);
    // One more than is shown says whether there are more.
    let mut found = here.connection.selectives(None, skip, ROWS + 1).await?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let own = table(&here, &found).into_any();
    let link = |page: u64| paths::with_query(&paths::redrives(name), &[("page", &page.to_string())]);
    let turn = (page > 1 || more).then(|| {
        let (previous, next) = ((page > 1).then(|| link(page - 1)), more.then(|| link(page + 1)));
        let (first, last) = (skip + 1, skip + found.len() as u64);
        let total = last + u64::from(more);
        view! { <Pagination first last total previous next/> }
    });
    let native = native(&here).await?;
    let crumbs = vec![("Queues".to_owned(), paths::home(name))];
    let body = view! {
        <PageHead title="Redrives" crumbs/>
        {done::notice(&here)}
        <Section title="Of this console" note="chosen messages, other destinations, whole queues">
            {own}
            {turn}
        </Section>
        {native}
    };
    Ok(Page::new("Redrives", body))
}

/// A row for each.
pub fn table(here: &Here, found: &[Shown]) -> AnyView {
    if found.is_empty() {
        let text = "Choose messages of a dead-letter queue and press “Redrive…”, or open its Redrive page.";
        return view! { <Empty glyph=Glyph::Redrive title="No redrive yet" text/> }.into_any();
    }
    let rows: Vec<_> = found.iter().map(|shown| row(here, shown)).collect();
    let columns = vec![
        Column::new("Started", CellKind::Name),
        Column::new("From", CellKind::Plain),
        Column::new("To", CellKind::Plain),
        Column::new("Messages", CellKind::Number),
        Column::new("Sent", CellKind::Number),
        Column::new("State", CellKind::Plain),
        Column::new("Who", CellKind::Plain),
    ];
    view! {
        <Table caption="Redrives of this console" columns>
            {rows}
        </Table>
    }
    .into_any()
}

fn row(here: &Here, shown: &Shown) -> impl IntoView + use<> {
    let (name, kept, now) = (here.connection.name(), &shown.kept, here.now_ms);
    let href = paths::redrive(name, &kept.id);
    let queue = kept.queue();
    let from = paths::queue(name, &queue, QueuePage::Overview);
    let messages = kept.messages.map_or_else(|| "all".to_owned(), words::count);
    let sent = words::count(shown.counts.sent() as u64);
    let (started, who) = (kept.started_ms, kept.who.clone());
    let badge = State::of(shown).badge();
    let undoes = kept.undoes.is_some().then(|| view! { <span class="soft">" takes back"</span> });
    let destinations = destinations(name, &kept.destinations);
    view! {
        <tr data-row="">
            <NameCell>
                <a href=href data-open="">
                    <Age at=started now/>
                </a>
                {undoes}
            </NameCell>
            <Cell label="From">
                <a href=from>{queue.to_string()}</a>
            </Cell>
            <Cell label="To">{destinations}</Cell>
            <Cell label="Messages" kind=CellKind::Number>
                {messages}
            </Cell>
            <Cell label="Sent" kind=CellKind::Number>
                {sent}
            </Cell>
            <Cell label="State">{badge}</Cell>
            <Cell label="Who">{who}</Cell>
        </tr>
    }
}

/// SQS's own tasks: those that run, and what the console has written down of earlier ones.
async fn native(here: &Here) -> Result<AnyView, Failure> {
    let tasks = here.connection.native_redrives(ROWS).await?;
    let (name, now) = (here.connection.name(), here.now_ms);
    let rows: Vec<_> = tasks
        .into_iter()
        .map(|kept| {
            let (task, queue) = (kept.task, QueueArn::name);
            let from = queue(&task.source);
            let href = paths::queue(name, &from, QueuePage::Redrive);
            let to = task.destination.as_ref().map_or_else(|| "its sources".to_owned(), |arn| queue(arn).to_string());
            let tone = if task.status.is_active() { Tone::Info } else { Tone::Neutral };
            let (started, moved, word) = (task.started, words::moved(task.moved, task.to_move), task.status.word());
            let who = kept.who.unwrap_or_else(|| "not from here".to_owned());
            view! {
                <tr data-row="">
                    <NameCell>
                        <a href=href data-open="">
                            <Age at=started now/>
                        </a>
                    </NameCell>
                    <Cell label="From">{from.to_string()}</Cell>
                    <Cell label="To">{to}</Cell>
                    <Cell label="Moved" kind=CellKind::Number>
                        {moved}
                    </Cell>
                    <Cell label="State">
                        <Badge tone>{word}</Badge>
                    </Cell>
                    <Cell label="Who">{who}</Cell>
                </tr>
            }
        })
        .collect();
    let columns = vec![
        Column::new("Started", CellKind::Name),
        Column::new("From", CellKind::Plain),
        Column::new("To", CellKind::Plain),
        Column::new("Moved", CellKind::Number),
        Column::new("State", CellKind::Plain),
        Column::new("Who", CellKind::Plain),
    ];
    let body = if rows.is_empty() {
        let text = "Whole dead-letter queues are redriven by SQS on their page “Redrive”.";
        view! { <Empty glyph=Glyph::Redrive title="No redrive yet" text/> }.into_any()
    } else {
        view! {
            <Table caption="Redrives of SQS" columns>
                {rows}
            </Table>
        }
        .into_any()
    };
    Ok(view! { <Section title="Of SQS" note="message move tasks of whole queues">{body}</Section> }.into_any())
}

/// A line of home for each that runs.
pub fn running(here: &Here, found: &[Shown]) -> Vec<AnyView> {
    let name = here.connection.name();
    found
        .iter()
        .map(|shown| {
            let href = paths::redrive(name, &shown.kept.id);
            let to: Vec<String> = shown.kept.destinations.iter().map(|arn| arn.name().to_string()).collect();
            let label = format!("{} → {}", shown.kept.queue(), to.join(", "));
            let sent = shown.live.as_ref().map_or(shown.counts.sent(), |live| live.census.sent) as u64;
            let state = State::of(shown);
            let of = shown.kept.messages.map(|all| format!(" of {}", words::count(all))).unwrap_or_default();
            let said = format!("{}{of} sent", words::count(sent));
            let speed = shown.live.as_ref().and_then(Live::speed).unwrap_or_else(|| state.word().to_owned());
            let max = shown.kept.messages;
            view! {
                <div class="running">
                    <a href=href>{label}</a>
                    <Meter value=sent max label="Messages sent"/>
                    <span class="cluster">{said} <span class="soft">{speed}</span></span>
                </div>
            }
            .into_any()
        })
        .collect()
}
