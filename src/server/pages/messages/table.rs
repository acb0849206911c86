//! The table of messages: the columns that were chosen, sorted by their headings, page by page.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::inspector;
use super::origin::{self, Origins};
use crate::model::filter::query::{Query, ROWS};
use crate::model::filter::{Column as By, Subject};
use crate::model::form::held::HeldForm;
use crate::model::paths::{self, QueuePage};
use crate::model::{Attributes, Message, QueueName, words};
use crate::server::pages::Here;
use crate::server::services::messages::index::Index;
use crate::server::services::messages::view::{View, subject};
use crate::server::services::messages::{Entry, Origin, Snapshot, Standing};
use crate::ui::parts::{Age, Badge, Cell, CellKind, Column, Empty, Glyph, NameCell, Order, Pagination, Table, Tone};

/// Characters of a body in a row.
const EXCERPT: usize = 160;
/// Characters of any other value in a row.
const VALUE: usize = 80;

/// The table of a list at this address; `actions`: with a box at each message with which something can be done.
pub(super) fn table(
    here: &Here,
    (queue, base): (&QueueName, &str),
    attributes: &Attributes,
    (snapshot, index, origins): (&Snapshot, &Index, &Origins),
    (query, view): (&Query, &View),
    actions: bool,
) -> AnyView {
    if view.rows.is_empty() {
        let text = "The filter is about this snapshot alone; another look may bring others.";
        return view! { <Empty glyph=Glyph::Search title="No message of this snapshot matches" text/> }.into_any();
    }
    let mut columns = vec![Column::new("Message", CellKind::Name)];
    columns.extend(view.columns.iter().map(|column| heading(base, query, column)));
    if actions {
        columns.insert(0, Column::marks("Mark all on this page"));
    }
    let marked = marked(here);
    // With messages that are held those that are not are not meant; a copy can be chosen all the same.
    let held = snapshot.origin == Origin::Hold && (snapshot.is_holding() || snapshot.held(here.now_ms) > 0);
    let rows: Vec<_> = view
        .shown()
        .iter()
        .map(|at| {
            let entry = &snapshot.entries[*at];
            let subject = subject(index, *at, entry, here.now_ms);
            let id = entry.message.id.as_str();
            let mark = actions.then(|| mark(entry, marked.contains(id), !held || entry.actionable(here.now_ms)));
            let cells: Vec<_> =
                view.columns.iter().map(|column| cell(here, attributes, entry, &subject, column)).collect();
            let origin = origins.get(&entry.message.id).map(|origin| origin::mark(here, origin));
            row(here, (queue, base), (query, view.page.0), (*at, &entry.message), (mark, origin), cells)
        })
        .collect();
    let caption = format!("Messages of {queue}");
    let (page, pages) = view.page;
    let link = |page: usize| query.paged(page).link(base);
    let paging = (pages > 1).then(|| {
        let (previous, next) = ((page > 1).then(|| link(page - 1)), (page < pages).then(|| link(page + 1)));
        let (first, last) = ((page - 1) * ROWS + 1, (page * ROWS).min(view.rows.len()));
        view! { <Pagination first=first as u64 last=last as u64 total=view.rows.len() as u64 previous next/> }
    });
    view! {
        <Table caption columns>
            {rows}
        </Table>
        {paging}
    }
    .into_any()
}

/// A heading that sorts: once as its values are read best, then the other way round.
fn heading(base: &str, query: &Query, column: &By) -> Column {
    let sorted = query.sort.as_ref().filter(|(by, _)| by == column).map(|(_, descending)| *descending);
    let order = sorted.map(|descending| if descending { Order::Descending } else { Order::Ascending });
    let href = query.sorted(column.clone(), sorted.map_or(column.largest_first(), |descending| !descending)).link(base);
    Column::new(column.label(), kind(column)).sort(href, order)
}

fn kind(column: &By) -> CellKind {
    match column {
        By::Receives | By::Size | By::Sequence => CellKind::Number,
        By::Body => CellKind::Text,
        _ => CellKind::Plain,
    }
}

/// The ids that were marked when something was asked for and not done: whoever corrects it need not mark them again.
fn marked(here: &Here) -> BTreeSet<String> {
    let refused = here.submission.as_deref().filter(|submission| submission.done.is_none());
    let form = refused.and_then(|submission| submission.form::<HeldForm>());
    form.map(|form| form.ids.into_iter().collect()).unwrap_or_default()
}

/// A row. Where there is room beside the table its message is opened there, and else on a page of its own; the style
/// sheet shows one of the two links.
fn row(
    here: &Here,
    (queue, base): (&QueueName, &str),
    (query, page): (&Query, usize),
    (at, message): (usize, &Message),
    (mark, origin): (Option<AnyView>, Option<AnyView>),
    cells: Vec<AnyView>,
) -> AnyView {
    let id = message.id.to_string();
    let short: String = id.chars().take(8).collect();
    let apart = query.opening(None, 1).link(&paths::message(here.connection.name(), queue, &message.id));
    let beside = inspector::link(base, query, &message.id, at, page);
    let open = (query.open.as_deref() == Some(&*id)).then_some("true");
    view! {
        <tr data-row="" id=inspector::anchor(at) aria-current=open>
            {mark}
            <NameCell>
                <a class="mono open-beside" href=beside title=id.clone() data-open="" data-inspect="">
                    {short.clone()}
                </a>
                <a class="mono open-apart" href=apart title=id data-open="">
                    {short}
                </a>
                {origin}
            </NameCell>
            {cells}
        </tr>
    }
    .into_any()
}

fn cell(here: &Here, attributes: &Attributes, entry: &Entry, subject: &Subject, column: &By) -> AnyView {
    let (message, now) = (subject.message, here.now_ms);
    let age = |at: Option<i64>| at.map(|at| view! { <Age at now/> }).into_any();
    let content = match column {
        By::Sent => age(message.sent_at()),
        By::First => age(message.first_received_at()),
        By::Receives => receives(message, attributes).into_any(),
        By::Size => words::bytes(message.size() as u64).into_any(),
        By::State => standing(entry, now),
        By::Kind => subject.shape().key().into_any(),
        By::Source => message
            .source()
            .map(|arn| {
                let name = arn.name();
                let href = paths::queue(here.connection.name(), &name, QueuePage::Overview);
                view! { <a href=href>{name.to_string()}</a> }
            })
            .into_any(),
        By::Body => {
            let excerpt = line(&message.body, EXCERPT);
            view! { <span class="excerpt">{excerpt}</span> }.into_any()
        }
        By::Group | By::Dedup | By::Sequence | By::Path(_) | By::Attribute(_) => column
            .value(subject)
            .map(|value| {
                let value = line(&value.text(), VALUE);
                let title = value.clone();
                view! { <span class="tag" title=title>{value}</span> }
            })
            .into_any(),
    };
    let (label, kind) = (column.label(), kind(column));
    view! { <Cell label kind>{content}</Cell> }.into_any()
}

/// A checkbox where something can be done with the message; those that failed just now are still marked, and those of a
/// form that was refused.
fn mark(entry: &Entry, marked: bool, may: bool) -> AnyView {
    let id = entry.message.id.to_string();
    let checked = marked || entry.failed.is_some();
    let mark = may.then(|| {
        let label = format!("Mark {id}");
        view! {
            <input class="choice-mark" type="checkbox" name="ids[]" value=id checked=checked aria-label=label data-select=""/>
        }
    });
    view! { <Cell kind=CellKind::Mark>{mark}</Cell> }.into_any()
}

/// Where a message is, as far as the console knows.
pub(super) fn standing(entry: &Entry, now_ms: i64) -> AnyView {
    let failed = entry.failed.as_ref().map(|code| {
        let words = if entry.unknown { format!("outcome unknown: {code}") } else { format!("failed: {code}") };
        view! { <Badge tone=Tone::Danger>{words}</Badge> }
    });
    let state = match entry.standing {
        Standing::Deleted => view! { <Badge>"deleted"</Badge> }.into_any(),
        Standing::Returned => view! { <Badge>"given back"</Badge> }.into_any(),
        Standing::HandedOver => view! { <Badge tone=Tone::Info>"in a redrive"</Badge> }.into_any(),
        Standing::Untouched => view! { <Badge>"untouched"</Badge> }.into_any(),
        Standing::Held { until_ms } if until_ms > now_ms => {
            let left = u64::try_from((until_ms - now_ms) / 1_000).unwrap_or(0);
            let words = format!("held for {}", words::span(left));
            view! { <Badge tone=Tone::Info glyph=Glyph::Clock>{words}</Badge> }.into_any()
        }
        Standing::Held { .. } => view! { <Badge tone=Tone::Warn>"visible again"</Badge> }.into_any(),
    };
    view! { <span class="cluster">{state} {failed}</span> }.into_any()
}

/// “2 of 5”; without a redrive policy there is no “of”.
pub(super) fn receives(message: &Message, attributes: &Attributes) -> String {
    let count = message.receive_count().map_or_else(|| "–".to_owned(), |count| words::count(u64::from(count)));
    match &attributes.redrive_policy {
        Some(policy) => format!("{count} of {}", words::count(u64::from(policy.max_receive_count))),
        None => count,
    }
}

/// The beginning of a text on one line.
fn line(text: &str, most: usize) -> String {
    let mut line: String = text.chars().take(most).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    if text.chars().nth(most).is_some() {
        line.push('…');
    }
    line
}
