//! A snapshot by the causes of failures: how many messages each has, since when, and what can be done with all of them.

use leptos::prelude::*;

use super::list;
use crate::model::filter::query::{Query, Shown};
use crate::model::filter::{Filter, Pattern, Test};
use crate::model::paths;
use crate::model::{QueueName, words};
use crate::server::pages::Here;
use crate::server::services::messages::Snapshot;
use crate::server::services::messages::causes::{Cause, Causes};
use crate::server::services::messages::index::Index;
use crate::server::services::messages::view::View;
use crate::ui::parts::{Age, Button, Cell, CellKind, Column, Empty, Glyph, LinkButton, SearchField, Table, Variant};

/// Characters of a sample.
const EXCERPT: usize = 120;
/// How many places are suggested.
const SUGGESTED: usize = 40;

/// The causes of the messages that match.
pub(super) fn causes(
    here: &Here,
    (queue, base): (&QueueName, &str),
    (snapshot, index): (&Snapshot, &Index),
    (query, view): (&Query, &View),
) -> AnyView {
    let causes = index.causes(query.by.as_ref());
    let mut counts = vec![0_usize; causes.list.len()];
    for at in &view.rows {
        counts[causes.of_each[*at]] += 1;
    }
    let shown = causes.list.iter().zip(counts).filter(|(_, count)| *count > 0);
    let rows: Vec<_> =
        shown.map(|(cause, count)| row(here, (queue, base), snapshot, query, cause, count).into_any()).collect();
    let found = words::plural(rows.len() as u64, "cause", "causes");
    let coverage = causes.coverage();
    let picker = picker(base, query, index, &causes);
    if rows.is_empty() {
        let text = "No message of the snapshot matches the filter.";
        return view! { {picker} <Empty glyph=Glyph::Look title="No causes" text/> }.into_any();
    }
    let columns = vec![
        Column::new("Cause", CellKind::Text),
        Column::new("Messages", CellKind::Number),
        Column::new("First sent", CellKind::Plain),
        Column::new("Last sent", CellKind::Plain),
        Column::new("The last one", CellKind::Text),
        Column::unseen("Actions", CellKind::Actions),
    ];
    view! {
        {picker}
        <p class="soft">{format!("{found}, {coverage}. Ids, numbers and times make no difference.")}</p>
        <Table caption="Causes" columns>
            {rows}
        </Table>
    }
    .into_any()
}

fn row(
    here: &Here,
    (queue, base): (&QueueName, &str),
    snapshot: &Snapshot,
    query: &Query,
    cause: &Cause,
    count: usize,
) -> impl IntoView + use<> {
    let narrowed = query.filter.with(Test::Cause(Pattern::exact(&cause.key)));
    let (typed, by) = (narrowed.to_string(), by(query));
    let href = Query { view: Shown::Table, ..query.filtered(narrowed) }.link(base);
    let sample = &snapshot.entries[cause.sample].message;
    let excerpt: String = sample.body.chars().take(EXCERPT).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let one = paths::message(here.connection.name(), queue, &sample.id);
    let (now, title, number) = (here.now_ms, cause.title.clone(), words::count(count as u64));
    let (first, last) = (cause.first_sent, cause.last_sent);
    let act = (!snapshot.is_running())
        .then(|| act(here, queue, snapshot, (typed, by), format!("Redrive or act on these {number}…")));
    view! {
        <tr data-row="">
            <Cell label="Cause" kind=CellKind::Text>
                <a href=href data-open="">
                    {title}
                </a>
            </Cell>
            <Cell label="Messages" kind=CellKind::Number>
                {number}
            </Cell>
            <Cell label="First sent">{first.map(|at| view! { <Age at now/> })}</Cell>
            <Cell label="Last sent">{last.map(|at| view! { <Age at now/> })}</Cell>
            <Cell label="The last one" kind=CellKind::Text>
                <a class="excerpt" href=one>
                    {excerpt}
                </a>
            </Cell>
            <Cell kind=CellKind::Actions>{act}</Cell>
        </tr>
    }
}

/// The form that freezes everything that matches.
pub(super) fn act(
    here: &Here,
    queue: &QueueName,
    snapshot: &Snapshot,
    (filter, by): (String, String),
    label: String,
) -> impl IntoView + use<> {
    let session = snapshot.session.clone();
    let (connection, name) = (here.connection.name().to_string(), queue.to_string());
    view! {
        <form method="post" action=paths::api("messages/choose")>
            <input type="hidden" name="connection" value=connection/>
            <input type="hidden" name="queue" value=name/>
            <input type="hidden" name="session" value=session/>
            <input type="hidden" name="filter" value=filter/>
            <input type="hidden" name="by" value=by/>
            {list::keep(&list::asked(here))}
            <Button variant=Variant::Plain small=true name="all" value="on">
                {label}
            </Button>
        </form>
    }
}

/// By what causes are told, as the address says it.
pub(super) fn by(query: &Query) -> String {
    query.by.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// By what they are told apart: the best that was found, or a place that somebody picks.
fn picker(base: &str, query: &Query, index: &Index, causes: &Causes) -> impl IntoView + use<> {
    let (action, typed) = (base.to_owned(), by(query));
    let option = |value: String| view! { <option value=value></option> }.into_any();
    let mut options: Vec<AnyView> = ["source", "shape"].into_iter().map(|name| option(name.to_owned())).collect();
    options.extend(index.attributes().iter().take(SUGGESTED).map(|name| option(format!("attr.{name}"))));
    let dot = |path: &str| if path.starts_with('[') { "" } else { "." };
    options.extend(index.paths().iter().take(SUGGESTED).map(|path| {
        let path = path.to_string();
        option(format!("body{}{path}", dot(&path)))
    }));
    let automatic = query.by.is_some().then(|| {
        let href = Query { by: None, filter: Filter::default(), typed: String::new(), ..query.clone() }.link(base);
        view! { <LinkButton href variant=Variant::Plain>"Choose for me"</LinkButton> }
    });
    let hint = causes.by.first().map(|(place, _)| format!("now by {place}")).unwrap_or_default();
    view! {
        <div class="toolbar">
            <form class="filter-form" method="get" action=action>
                {super::filter_bar::kept(query, &["by", "page"])}
                <SearchField
                    name="by"
                    label="Group by"
                    value=typed
                    placeholder="Group by body.order.status, attr.type, source, shape"
                    list="by-terms"
                />
                <datalist id="by-terms">{options}</datalist>
                <Button>"Group"</Button>
                {automatic}
            </form>
            <span class="section-note">{hint}</span>
        </div>
    }
}

/// The ways to see a snapshot.
pub(super) fn ways(base: &str, query: &Query, fifo: bool) -> impl IntoView + use<> {
    let mut ways = vec![("One by one", Shown::Table), ("By cause", Shown::Causes)];
    if fifo {
        ways.push(("By group", Shown::Groups));
    }
    let links: Vec<_> = ways
        .into_iter()
        .map(|(label, view)| {
            let href = Query { view, page: 1, ..query.clone() }.link(base);
            let current = (query.view == view).then_some("true");
            view! { <a href=href aria-current=current>{label}</a> }
        })
        .collect();
    view! { <nav class="views" aria-label="Ways to see the snapshot">{links}</nav> }
}
