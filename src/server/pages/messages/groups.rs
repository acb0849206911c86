//! A snapshot of a FIFO queue by message group: how many, since when, and what the others wait for.

use leptos::prelude::*;

use super::causes;
use crate::model::filter::query::{Query, Shown};
use crate::model::filter::{Pattern, Test};
use crate::model::{Attributes, QueueName, paths, words};
use crate::server::pages::Here;
use crate::server::services::messages::groups::{Block, Group, groups as of};
use crate::server::services::messages::view::View;
use crate::server::services::messages::{Origin, Snapshot};
use crate::ui::parts::{Age, Badge, Cell, CellKind, Column, Glyph, NameCell, Table, Tone};

/// The most groups that are shown.
const MOST: usize = 500;

/// The groups of the messages that match.
pub(super) fn groups(
    here: &Here,
    (queue, base): (&QueueName, &str),
    attributes: &Attributes,
    snapshot: &Snapshot,
    (query, view): (&Query, &View),
) -> impl IntoView + use<> {
    let all = of(snapshot, &view.rows, here.now_ms);
    let count = words::plural(all.len() as u64, "group", "groups");
    let rows: Vec<_> = all
        .iter()
        .take(MOST)
        .map(|group| row(here, (queue, base), attributes, snapshot, query, group).into_any())
        .collect();
    let more = (all.len() > MOST).then(|| format!(" The first {MOST} are shown; filter for the others."));
    let away = attributes.depth.in_flight.saturating_sub(snapshot.held(here.now_ms) as u64);
    let unseen = match (snapshot.origin, away) {
        (_, 0) => "Nothing else is in flight.".to_owned(),
        (Origin::Peek, n) => format!(
            "{} in flight elsewhere and not shown: their groups wait, whatever is said here.",
            words::approximately(n)
        ),
        (_, n) => format!("{} in flight elsewhere: their groups wait and did not come by.", words::approximately(n)),
    };
    let columns = vec![
        Column::new("Group", CellKind::Name),
        Column::new("Messages", CellKind::Number),
        Column::new("Oldest", CellKind::Plain),
        Column::new("Newest", CellKind::Plain),
        Column::new("Waits for", CellKind::Plain),
        Column::unseen("Actions", CellKind::Actions),
    ];
    view! {
        <p class="soft">{format!("{count}, the oldest first. {unseen}")} {more}</p>
        <Table caption="Message groups" columns>
            {rows}
        </Table>
    }
}

fn row(
    here: &Here,
    (queue, base): (&QueueName, &str),
    attributes: &Attributes,
    snapshot: &Snapshot,
    query: &Query,
    group: &Group,
) -> impl IntoView + use<> {
    let narrowed = query.filter.with(Test::Group(Pattern::exact(&group.id)));
    let typed = narrowed.to_string();
    let href = Query { view: Shown::Table, ..query.filtered(narrowed) }.link(base);
    let first = &snapshot.entries[group.first].message;
    let one = paths::message(here.connection.name(), queue, &first.id);
    let (id, count, now) = (group.id.clone(), words::count(group.count as u64), here.now_ms);
    let label = format!("Redrive or act on these {count}…");
    let chosen = (typed, causes::by(query));
    let act = (!snapshot.is_running()).then(|| causes::act(here, queue, snapshot, chosen, label));
    let max = attributes.redrive_policy.as_ref().map(|policy| u64::from(policy.max_receive_count));
    let waits = match group.block {
        Block::Held { until_ms } => {
            let left = u64::try_from((until_ms - now) / 1_000).unwrap_or(0);
            let words = format!("held here for {}", words::span(left));
            view! { <Badge tone=Tone::Info glyph=Glyph::Clock>{words}</Badge> }.into_any()
        }
        Block::Retried { receives } => {
            let of = max.map(|max| format!(" of {}", words::count(max))).unwrap_or_default();
            let words = format!("its first message, received {}{of} times", words::count(u64::from(receives)));
            view! { <Badge tone=Tone::Warn>{words}</Badge> }.into_any()
        }
        Block::Free => view! { <Badge tone=Tone::Ok>"free"</Badge> }.into_any(),
    };
    let (oldest, newest) = (group.oldest, group.newest);
    view! {
        <tr data-row="">
            <NameCell>
                <a class="mono" href=href data-open="">
                    <span class="tag" title=id.clone()>
                        {id.clone()}
                    </span>
                </a>
            </NameCell>
            <Cell label="Messages" kind=CellKind::Number>
                {count}
            </Cell>
            <Cell label="Oldest">{oldest.map(|at| view! { <Age at now/> })}</Cell>
            <Cell label="Newest">{newest.map(|at| view! { <Age at now/> })}</Cell>
            <Cell label="Waits for">
                <span class="cluster">{waits} <a href=one>"first message"</a></span>
            </Cell>
            <Cell kind=CellKind::Actions>{act}</Cell>
        </tr>
    }
}
