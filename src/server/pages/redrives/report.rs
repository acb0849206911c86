//! What became of each message: searched, filtered, a hundred at a time, and whole as a file.

use leptos::prelude::*;

use super::super::Here;
use super::lines::{said, short};
use crate::model::filter::query::Query;
use crate::model::journal::{JournalRow, RedriveId};
use crate::model::paths::{self, QueuePage};
use crate::model::{ConnectionName, Failure, MessageId, QueueName, words};
use crate::server::services::redrive::engine::report::{self, Standing};
use crate::server::services::redrive::selective::{Only, RowsWanted, Shown};
use crate::ui::parts::{
    Age, Badge, Button, Cell, CellKind, Column, Empty, Glyph, LinkButton, NameCell, Pagination, SearchField, Section,
    Table, Tone,
};

/// Rows on a page.
const ROWS: u32 = 100;

/// The ways to filter: what stands in the address, what is read, and how many there are.
fn ways(shown: &Shown) -> Vec<(&'static str, String, Only, usize)> {
    let counts = &shown.counts;
    let standings = Standing::ALL.into_iter().map(|standing| {
        (standing.key(), words::capital(standing.words()), Only::Standing(standing), counts.of(standing))
    });
    let others = [
        ("twice", "Possibly twice".to_owned(), Only::Duplicates, counts.possible_duplicates),
        ("back", "Came back".to_owned(), Only::CameBack, counts.came_back),
    ];
    std::iter::once(("", "All".to_owned(), Only::All, counts.all())).chain(standings).chain(others).collect()
}

/// The report.
pub async fn section(here: &Here, shown: &Shown) -> Result<AnyView, Failure> {
    let ways = ways(shown);
    if ways[0].3 > 0 && shown.is_forgotten(here.now_ms) {
        return Ok(forgotten().into_any());
    }
    let asked = here.query("only");
    let only = ways.iter().find(|way| way.0 == asked).map_or(Only::All, |way| way.2);
    let text = here.query("q");
    let page: u64 = here.query("page").parse().unwrap_or(1).clamp(1, 1_000_000);
    let wanted = RowsWanted { text: text.trim().to_owned(), only, skip: (page - 1) * u64::from(ROWS), limit: ROWS };
    let found = here.connection.redrive_rows(&shown.kept.id, &wanted).await?;
    let id = &shown.kept.id;
    let base = paths::redrive(here.connection.name(), id);
    let address = |only: &str, page: u64| {
        let page = if page > 1 { page.to_string() } else { String::new() };
        paths::with_query(&base, &[("only", only), ("q", text.trim()), ("page", &page)])
    };
    let links: Vec<_> = ways
        .iter()
        .filter(|way| way.3 > 0 || way.0.is_empty() || way.0 == asked)
        .map(|(key, label, _, count)| {
            let (href, label) = (address(key, 1), format!("{label} {}", words::count(*count as u64)));
            let current = (*key == asked).then_some("true");
            view! { <a href=href aria-current=current>{label}</a> }
        })
        .collect();
    let rows: Vec<_> = found.rows.iter().map(|row| line(here, shown, row)).collect();
    let columns = vec![
        Column::new("Message", CellKind::Name),
        Column::new("To", CellKind::Plain),
        Column::new("Copy", CellKind::Plain),
        Column::new("Sent", CellKind::Plain),
        Column::new("Outcome", CellKind::Plain),
        Column::new("What became of it", CellKind::Text),
    ];
    let table = if rows.is_empty() {
        empty(ways[0].3, shown).into_any()
    } else {
        view! {
            <Table caption="What became of each message" columns>
                {rows}
            </Table>
        }
        .into_any()
    };
    let first = (page - 1) * u64::from(ROWS) + 1;
    let last = first + (found.rows.len() as u64).saturating_sub(1);
    let total = found.total;
    let turn = (total > u64::from(ROWS)).then(|| {
        let (previous, next) =
            ((page > 1).then(|| address(&asked, page - 1)), (last < total).then(|| address(&asked, page + 1)));
        view! { <Pagination first last total previous next/> }
    });
    let tools = tools(&base, id, here.connection.name(), &asked, &text);
    let view = view! {
        <Section title="Messages">
            <nav class="views" aria-label="Outcomes">
                {links}
            </nav>
            {tools}
            {table}
            {turn}
        </Section>
    };
    Ok(view.into_any())
}

fn tools(base: &str, id: &RedriveId, connection: &ConnectionName, only: &str, text: &str) -> impl IntoView + use<> {
    let (action, file) = (base.to_owned(), paths::export_redrive(connection, id));
    let (text, only) = (text.to_owned(), only.to_owned());
    let only = (!only.is_empty()).then(|| view! { <input type="hidden" name="only" value=only/> });
    view! {
        <div class="toolbar">
            <form class="filter-form" method="get" action=action>
                {only}
                <SearchField name="q" label="Search the report" value=text placeholder="message id, copy, group" key="/"/>
                <Button>"Search"</Button>
            </form>
            <LinkButton href=file glyph=Glyph::Download>
                "Report as NDJSON"
            </LinkButton>
        </div>
    }
}

/// Instead of a report that is not kept any more; the counts are above.
fn forgotten() -> impl IntoView {
    let title = "What became of each message is not known any more";
    let text = "The report of each message was kept for 30 days.";
    view! {
        <Section title="Messages">
            <Empty glyph=Glyph::Look title text/>
        </Section>
    }
}

fn empty(all: usize, shown: &Shown) -> impl IntoView + use<> {
    let (title, text) = match (all, shown.kept.is_open()) {
        (0, true) => ("Nothing has been found yet", "A line appears here for every message that it takes up."),
        (0, false) => ("No message was taken up", "None of those that were meant came by."),
        _ => ("No line matches", "Search for a part of a message id, of a copy's id or of a group."),
    };
    view! { <Empty glyph=Glyph::Look title text/> }
}

fn line(here: &Here, shown: &Shown, row: &JournalRow) -> impl IntoView + use<> {
    let (connection, now) = (here.connection.name(), here.now_ms);
    let line = report::line(row);
    let source = shown.kept.queue();
    let to = row.to.and_then(|to| shown.kept.destinations.get(usize::from(to.0))).map(|arn| arn.name());
    let id = row.id.to_string();
    let gone = line.standing == Standing::Moved;
    let message = id_link(connection, &source, &row.id, gone);
    let copy = row.copy_made().zip(to.as_ref()).map(|(copy, to)| id_link(connection, to, copy, false));
    let to_link = to.as_ref().map(|to| {
        let href = paths::queue(connection, to, QueuePage::Overview);
        view! { <a href=href>{to.to_string()}</a> }
    });
    let (tone, word) = (tone(line.standing), line.standing.words());
    let badge = match tone {
        Some(tone) => view! { <Badge tone>{word}</Badge> }.into_any(),
        None => view! { <Badge>{word}</Badge> }.into_any(),
    };
    let twice = (line.possible_duplicates > 0).then(|| view! { <Badge tone=Tone::Warn>"possibly twice"</Badge> });
    let back = line.came_back.then(|| view! { <Badge tone=Tone::Danger>"came back"</Badge> });
    let sent = row.sent_ms.map(|at| view! { <Age at now/> });
    // That it was moved is said beside it.
    let told = line.sentence.strip_prefix("Moved.").unwrap_or(&line.sentence).trim_start();
    let sentence = match &row.group {
        Some(group) if told.is_empty() => format!("Group {group}."),
        Some(group) => format!("{told} Group {group}."),
        None => told.to_owned(),
    };
    let told = said("What became of it", sentence);
    view! {
        <tr id=format!("m-{id}")>
            <NameCell>{message}</NameCell>
            {filled("To", to_link.map(IntoAny::into_any))}
            {filled("Copy", copy)}
            {filled("Sent", sent.map(IntoAny::into_any))}
            <Cell label="Outcome">
                <span class="cluster">{badge} {twice} {back}</span>
            </Cell>
            {told}
        </tr>
    }
}

/// A cell that is no line of a card where there is nothing to say.
fn filled(label: &'static str, content: Option<AnyView>) -> AnyView {
    match content {
        Some(content) => view! { <Cell label>{content}</Cell> }.into_any(),
        None => view! { <Cell>""</Cell> }.into_any(),
    }
}

/// The start of an id; a link to the messages of its queue that have it, unless it is gone from there.
fn id_link(connection: &ConnectionName, queue: &QueueName, id: &MessageId, gone: bool) -> AnyView {
    let (short, whole) = (short(id.as_str()), id.to_string());
    if gone {
        return view! { <span class="mono" title=whole>{short}</span> }.into_any();
    }
    let list = Query::of(&format!("filter=id%3A{}", paths::encode(id.as_str())));
    let href = list.link(&paths::queue(connection, queue, QueuePage::Messages));
    view! {
        <a class="mono" href=href title=whole>
            {short}
        </a>
    }
    .into_any()
}

fn tone(standing: Standing) -> Option<Tone> {
    match standing {
        Standing::Moved | Standing::Kept | Standing::Unseen => Some(Tone::Ok),
        Standing::Open => None,
        Standing::NotDeleted | Standing::NotSent | Standing::Gone => Some(Tone::Warn),
        Standing::Unknown => Some(Tone::Danger),
    }
}
