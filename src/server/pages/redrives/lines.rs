//! The messages of a plan: where each goes, and which cannot go, by what is in their way.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::super::Here;
use super::super::messages::list;
use crate::model::journal::Obstacle;
use crate::model::{Message, MessageId, QueueArn, paths, words};
use crate::server::services::redrive::engine::plan::Line;
use crate::server::services::redrive::engine::report;
use crate::server::services::redrive::planning::Planned;
use crate::ui::parts::{Age, Badge, Cell, CellKind, Column, NameCell, Pagination, Section, Table, Tone};

/// Lines on a page.
const LINES: usize = 100;
/// How many messages of an obstacle are named.
const NAMED: usize = 5;

/// What cannot be sent, by the reason.
pub fn obstacles(here: &Here, planned: &Planned) -> Option<AnyView> {
    let mut by_reason: BTreeMap<String, Vec<&Line>> = BTreeMap::new();
    for line in &planned.plan.lines {
        if let Err(obstacle) = &line.to {
            by_reason.entry(reason(*obstacle)).or_default().push(line);
        }
    }
    if by_reason.is_empty() {
        return None;
    }
    let rows: Vec<_> = by_reason
        .into_iter()
        .map(|(reason, lines)| {
            let count = words::count(lines.len() as u64);
            let named: Vec<_> = lines.iter().take(NAMED).map(|line| link(here, planned, line)).collect();
            let more = lines.len().saturating_sub(NAMED) as u64;
            let more = (more > 0).then(|| format!("and {} more", words::count(more)));
            view! {
                <tr>
                    <Cell label="Why" kind=CellKind::Text>
                        {reason}
                    </Cell>
                    <Cell label="Messages" kind=CellKind::Number>
                        {count}
                    </Cell>
                    <Cell label="Which" kind=CellKind::Text>
                        <span class="cluster">{named} {more}</span>
                    </Cell>
                </tr>
            }
        })
        .collect();
    let columns = vec![
        Column::new("Why", CellKind::Text),
        Column::new("Messages", CellKind::Number),
        Column::new("Which", CellKind::Text),
    ];
    let view = view! {
        <Section title="What cannot go" note="stays where it is">
            <Table caption="Messages that cannot be sent" columns>
                {rows}
            </Table>
        </Section>
    };
    Some(view.into_any())
}

/// An obstacle as a sentence of its own. Sizes differ from message to message, so they are not in it.
fn reason(obstacle: Obstacle) -> String {
    match obstacle {
        Obstacle::TooLarge { most, .. } => {
            format!("It is larger than its destination takes ({}).", words::bytes(most as u64))
        }
        other => words::capital(&report::why(other)),
    }
}

fn link(here: &Here, planned: &Planned, line: &Line) -> impl IntoView + use<> {
    let href = list::before(here).link(&paths::message(here.connection.name(), &planned.queue, &line.id));
    let (id, short) = (line.id.to_string(), short(line.id.as_str()));
    view! {
        <a class="mono" href=href title=id>
            {short}
        </a>
    }
}

/// The first characters of an id: enough to tell one from another.
pub fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

/// Where each message goes.
pub fn section(here: &Here, planned: &Planned) -> AnyView {
    let lines = &planned.plan.lines;
    if lines.is_empty() {
        return view! { <Section title="Messages">{super::plan::none_known()}</Section> }.into_any();
    }
    let pages = lines.len().div_ceil(LINES).max(1);
    let page = here.query("page").parse().unwrap_or(1).clamp(1, pages);
    let from = (page - 1) * LINES;
    let shown = lines.iter().zip(&planned.messages).skip(from).take(LINES);
    let rows: Vec<_> = shown.map(|(line, message)| row(here, planned, line, message)).collect();
    let columns = vec![
        Column::new("Message", CellKind::Name),
        Column::new("Sent", CellKind::Plain),
        Column::new("Goes to", CellKind::Plain),
        Column::new("Size", CellKind::Number),
        Column::new("Remarks", CellKind::Text),
    ];
    let base = list::before(here).carry(&paths::plan(here.connection.name(), &planned.queue, &planned.id));
    let link = move |n: usize| paths::with_query(&base, &[("page", &n.to_string())]);
    let turn = (pages > 1).then(|| {
        let (previous, next) = ((page > 1).then(|| link(page - 1)), (page < pages).then(|| link(page + 1)));
        let (first, last, total) = ((from + 1) as u64, (from + LINES).min(lines.len()) as u64, lines.len() as u64);
        view! { <Pagination first last total previous next/> }
    });
    let note = planned.asked.messages().is_none().then_some("those of the snapshot; the others are found as it runs");
    view! {
        <Section title="Messages" note=note.unwrap_or_default()>
            <Table caption="Where each message goes" columns>
                {rows}
            </Table>
            {turn}
        </Section>
    }
    .into_any()
}

fn row(here: &Here, planned: &Planned, line: &Line, message: &Message) -> impl IntoView + use<> {
    let now = here.now_ms;
    let sent = message.sent_at().map(|at| view! { <Age at now/> });
    let to = match &line.to {
        Ok(no) => planned.order.queue(*no).arn.name().to_string().into_any(),
        Err(_) => view! { <Badge tone=Tone::Warn>"stays"</Badge> }.into_any(),
    };
    let mut remarks: Vec<String> = Vec::new();
    if planned.asked.edits.contains_key(&line.id) {
        remarks.push("edited".into());
    }
    if let Err(obstacle) = &line.to {
        remarks.push(report::why(*obstacle).trim_end_matches('.').to_owned());
    }
    if line.overtakes > 0 {
        remarks.push(format!("overtakes {} of its group", words::count(line.overtakes as u64)));
    }
    if let Some(group) = message.group_id() {
        remarks.push(format!("group {group}"));
    }
    let size = words::bytes(line.size as u64);
    let remarks = said("Remarks", remarks.join(" · "));
    let link = link(here, planned, line);
    view! {
        <tr>
            <NameCell>{link}</NameCell>
            <Cell label="Sent">{sent}</Cell>
            <Cell label="Goes to">{to}</Cell>
            <Cell label="Size" kind=CellKind::Number>
                {size}
            </Cell>
            {remarks}
        </tr>
    }
}

/// A cell that is no line of a card where there is nothing to say.
pub fn said(label: &'static str, text: String) -> AnyView {
    if text.is_empty() {
        view! { <Cell kind=CellKind::Text>""</Cell> }.into_any()
    } else {
        view! {
            <Cell label kind=CellKind::Text>
                <span class="plan-remarks">{text}</span>
            </Cell>
        }
        .into_any()
    }
}

/// The queues that messages failed in, by what they say and by what the journal remembers: `30 in orders, 2 not said`.
pub fn homes<'a>(messages: impl Iterator<Item = &'a Message>, remembered: &BTreeMap<MessageId, QueueArn>) -> String {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut silent = 0;
    for message in messages {
        match message.source().or_else(|| remembered.get(&message.id).cloned()) {
            Some(arn) => *counts.entry(arn.name().to_string()).or_default() += 1,
            None => silent += 1,
        }
    }
    let mut said: Vec<_> = counts.iter().map(|(name, count)| format!("{} in {name}", words::count(*count))).collect();
    if silent > 0 {
        said.push(format!("{} not said", words::count(silent)));
    }
    said.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_the_same_for_all_that_it_stops() {
        let large = |size| reason(Obstacle::TooLarge { size, most: 1_024 });
        assert_eq!(large(2_000), large(3_000));
        assert_eq!(reason(Obstacle::SameQueue), "It is in that queue already.");
    }
}
