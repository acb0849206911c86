//! What a look or a hold brought: the one line of truth, the table, and for a hold the bar with its actions.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::{choose, download, held, hold};
use crate::model::form::held::HeldForm;
use crate::model::paths::{self, QueuePage};
use crate::model::{Attributes, Depth, Message, QueueName, QueueUrl, words};
use crate::server::pages::Here;
use crate::server::services::messages::{Entry, Origin, Snapshot, Standing, Stop};
use crate::ui::parts::{
    Age, Badge, Cell, CellKind, Column, Empty, FailureNotice, Glyph, NameCell, Notice, Pagination, Section, Table, Tone,
};

/// Rows on a page.
const ROWS: usize = 100;
/// Characters of a body in a row.
const EXCERPT: usize = 160;

/// No look and no hold yet, or so long ago that the copy is gone.
pub(super) fn none(depth: Depth) -> impl IntoView {
    let text = format!(
        "Nothing has been received: opening this page costs nothing. The queue has {} visible, {} in flight and {} delayed.",
        words::approximately(depth.visible),
        words::approximately(depth.in_flight),
        words::approximately(depth.delayed),
    );
    view! { <Empty glyph=Glyph::Look title="No snapshot of this queue" text/> }
}

/// The snapshot.
pub(super) fn section(
    here: &Here,
    queue: &QueueName,
    url: &QueueUrl,
    attributes: &Attributes,
    snapshot: &Snapshot,
) -> impl IntoView + use<> {
    let held = Some(snapshot.held(here.now_ms)).filter(|held| *held > 0 || snapshot.is_holding());
    let held = held.filter(|_| snapshot.origin == Origin::Hold && !snapshot.is_running());
    let title = match snapshot.origin {
        Origin::Look | Origin::Peek => "Snapshot",
        Origin::Hold if snapshot.is_holding() => "Held messages",
        Origin::Hold => "Snapshot of a hold",
    };
    let trouble = trouble(snapshot);
    let body = if snapshot.entries.is_empty() {
        empty(snapshot, attributes.depth).into_any()
    } else {
        let table = table(here, queue, attributes, snapshot, !snapshot.is_running());
        match held {
            Some(count) => held::around(here, queue, url, count, table.into_any()).into_any(),
            None if snapshot.is_running() => table.into_any(),
            None => choose::around(here, queue, snapshot, table.into_any()).into_any(),
        }
    };
    let truth = truth(here, attributes, snapshot);
    let files = (!snapshot.entries.is_empty()).then(|| download::menu(here, queue, None).into_any());
    view! {
        <Section title action=|| files>
            {truth}
            {trouble}
            {body}
        </Section>
    }
}

/// When, how many of how many, what became of them, and why it ended.
fn truth(here: &Here, attributes: &Attributes, snapshot: &Snapshot) -> impl IntoView + use<> {
    let at = snapshot.finished_ms.unwrap_or(here.now_ms);
    let count = snapshot.entries.len() as u64;
    let visible = attributes.depth.visible;
    let of = match snapshot.origin {
        Origin::Look | Origin::Peek => {
            format!("{} of {}", words::count(count), words::approximately(visible.max(count)))
        }
        Origin::Hold => words::plural(count, "message", "messages"),
    };
    let fate = match (snapshot.origin, snapshot.unreturned() as u64) {
        (Origin::Peek, _) => "read without receiving: nothing was hidden or counted".to_owned(),
        (Origin::Look, 0) => "given back at once".to_owned(),
        (Origin::Look, n) => format!("given back but for {}", words::count(n)),
        (Origin::Hold, _) => {
            let held = words::count(snapshot.held(here.now_ms) as u64);
            match snapshot.released {
                None => format!("{held} still held"),
                Some((_, at_ms)) if held == "0" => format!("released at {}", words::time_of_day(at_ms)),
                Some((_, at_ms)) => format!("released at {} but for {held}", words::time_of_day(at_ms)),
            }
        }
    };
    let end = match &snapshot.stop {
        None => "still receiving",
        Some(Stop::Empty) if snapshot.origin == Origin::Peek => "all that is visible",
        Some(Stop::Empty) => "a long poll found nothing more",
        Some(Stop::Messages) => "as many as were asked for",
        Some(Stop::Bytes) => "as many bytes as a snapshot holds",
        Some(Stop::Time) => "the time was up",
        Some(Stop::CameBack) => "ended when a message came for the second time",
        Some(Stop::Asked) => "stopped",
        Some(Stop::Failed(_)) => "broken off",
    };
    let why = snapshot.released.and_then(|(why, _)| hold::why(why));
    let now = here.now_ms;
    view! {
        <p class="truth">
            <strong>{of}</strong>
            <span><Age at now/>", "<time datetime=words::timestamp(at)>{words::moment(at)}</time></span>
            <span>{fate}</span>
            <span>{end}</span>
            {why.map(|why| view! { <span>{why}</span> })}
        </p>
    }
}

/// What went wrong on the way, if anything did.
fn trouble(snapshot: &Snapshot) -> impl IntoView + use<> {
    let failure = match &snapshot.stop {
        Some(Stop::Failed(failure)) => Some(failure.clone()),
        _ => None,
    };
    let unreturned = snapshot.unreturned() as u64;
    let until = snapshot.entries.iter().filter_map(|entry| match entry.standing {
        Standing::Held { until_ms } => Some(until_ms),
        _ => None,
    });
    let until = until.max().unwrap_or(0);
    let unreturned = (unreturned > 0).then(|| {
        let title = format!("{} could not be given back", words::plural(unreturned, "message", "messages"));
        view! {
            <Notice tone=Tone::Warn title>
                <p>"SQS makes them visible again by itself at " {words::moment(until)} " at the latest."</p>
            </Notice>
        }
    });
    view! {
        {failure.map(|failure| view! { <FailureNotice failure/> })}
        {unreturned}
    }
}

/// An empty answer is not an empty queue, and the page must not say so.
fn empty(snapshot: &Snapshot, depth: Depth) -> impl IntoView + use<> {
    let title = if snapshot.is_running() { "Nothing yet" } else { "An empty answer is not an empty queue" };
    let found = if snapshot.origin == Origin::Peek { "There is" } else { "A long poll found" };
    let text = format!(
        "{found} no message that is visible now. The queue counts {} visible, {} in flight and {} delayed; \
         the counters may lag by a minute. It is empty when all three stay at 0 for a few minutes.",
        words::approximately(depth.visible),
        words::approximately(depth.in_flight),
        words::approximately(depth.delayed),
    );
    view! { <Empty glyph=Glyph::Look title text/> }
}

fn table(
    here: &Here,
    queue: &QueueName,
    attributes: &Attributes,
    snapshot: &Snapshot,
    actions: bool,
) -> impl IntoView + use<> {
    let total = snapshot.entries.len();
    let pages = total.div_ceil(ROWS).max(1);
    let page = here.query("page").parse().unwrap_or(1).clamp(1, pages);
    let (from, to) = ((page - 1) * ROWS, (page * ROWS).min(total));
    let mut columns = vec![
        Column::new("Message", CellKind::Name),
        Column::new("Sent", CellKind::Plain),
        Column::new("Receives", CellKind::Number),
        Column::new("Size", CellKind::Number),
    ];
    let grouped = snapshot.entries.iter().any(|entry| entry.message.group_id().is_some());
    let dead = snapshot.entries.iter().any(|entry| entry.message.source().is_some());
    let standing = snapshot.origin == Origin::Hold;
    for (wanted, label) in [(grouped, "Group"), (dead, "Failed in"), (standing, "State")] {
        if wanted {
            columns.push(Column::new(label, CellKind::Plain));
        }
    }
    columns.push(Column::new("Body", CellKind::Text));
    if actions {
        columns.insert(0, Column::marks("Mark all on this page"));
    }
    // With messages that are held those that are not are not meant; a copy can be chosen all the same.
    let held = standing && (snapshot.is_holding() || snapshot.held(here.now_ms) > 0);
    let shows = Shows { grouped, dead, standing, held, actions };
    let marked = marked(here);
    let entries = snapshot.entries[from..to].iter();
    let rows: Vec<_> = entries.map(|entry| row(here, queue, attributes, entry, shows, &marked)).collect();
    let caption = format!("Messages of {queue}");
    let base = paths::queue(here.connection.name(), queue, QueuePage::Messages);
    let link = |page: usize| paths::with_query(&base, &[("page", &page.to_string())]);
    let paging = (pages > 1).then(|| {
        let (previous, next) = ((page > 1).then(|| link(page - 1)), (page < pages).then(|| link(page + 1)));
        view! { <Pagination first=from as u64 + 1 last=to as u64 total=total as u64 previous next/> }
    });
    view! {
        <Table caption columns>
            {rows}
        </Table>
        {paging}
    }
}

/// The ids that were marked when something was asked for and not done: whoever corrects it need not mark them again.
fn marked(here: &Here) -> BTreeSet<String> {
    let refused = here.submission.as_deref().filter(|submission| submission.done.is_none());
    let form = refused.and_then(|submission| submission.form::<HeldForm>());
    form.map(|form| form.ids.into_iter().collect()).unwrap_or_default()
}

/// Which columns there are.
#[derive(Clone, Copy)]
struct Shows {
    grouped: bool,
    dead: bool,
    standing: bool,
    held: bool,
    actions: bool,
}

fn row(
    here: &Here,
    queue: &QueueName,
    attributes: &Attributes,
    entry: &Entry,
    shows: Shows,
    marked: &BTreeSet<String>,
) -> impl IntoView + use<> {
    let (message, now) = (&*entry.message, here.now_ms);
    let id = message.id.to_string();
    let short: String = id.chars().take(8).collect();
    let href = paths::message(here.connection.name(), queue, &message.id);
    let mark = shows.actions.then(|| mark(entry, marked.contains(&id), !shows.held || entry.actionable(now)));
    let group = shows.grouped.then(|| {
        let group = message.group_id().unwrap_or_default().to_owned();
        view! { <Cell label="Group"><span class="tag">{group}</span></Cell> }
    });
    let source = shows.dead.then(|| {
        let source = message.source().map(|arn| arn.name());
        let link = source.map(|source| {
            let href = paths::queue(here.connection.name(), &source, QueuePage::Overview);
            view! { <a href=href>{source.to_string()}</a> }
        });
        view! { <Cell label="Failed in">{link}</Cell> }
    });
    let state = shows.standing.then(|| standing(entry, now));
    let state = state.map(|state| view! { <Cell label="State">{state}</Cell> });
    let excerpt = excerpt(&message.body);
    let sent = message.sent_at().map(|at| view! { <Age at now/> });
    let (receives, size) = (receives(message, attributes), words::bytes(message.size() as u64));
    view! {
        <tr data-row="">
            {mark}
            <NameCell>
                <a class="mono" href=href title=id data-open="">
                    {short}
                </a>
            </NameCell>
            <Cell label="Sent">{sent}</Cell>
            <Cell label="Receives" kind=CellKind::Number>
                {receives}
            </Cell>
            <Cell label="Size" kind=CellKind::Number>
                {size}
            </Cell>
            {group}
            {source}
            {state}
            <Cell label="Body" kind=CellKind::Text>
                <span class="excerpt">{excerpt}</span>
            </Cell>
        </tr>
    }
}

/// A checkbox where something can be done with the message; those that failed just now are still marked, and those of a form that
/// was refused.
fn mark(entry: &Entry, marked: bool, may: bool) -> impl IntoView + use<> {
    let id = entry.message.id.to_string();
    let checked = marked || entry.failed.is_some();
    let mark = may.then(|| {
        let label = format!("Mark {id}");
        view! {
            <input class="choice-mark" type="checkbox" name="ids[]" value=id checked=checked aria-label=label data-select=""/>
        }
    });
    view! { <Cell kind=CellKind::Mark>{mark}</Cell> }
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

/// The beginning of a body on one line.
fn excerpt(body: &str) -> String {
    let mut text: String = body.chars().take(EXCERPT).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    if body.chars().nth(EXCERPT).is_some() {
        text.push('…');
    }
    text
}
