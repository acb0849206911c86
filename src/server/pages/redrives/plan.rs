//! A plan: what a redrive would do with which messages, what it cannot do, and what it costs. Nothing was sent yet; the
//! one button of the page sends.

use leptos::prelude::*;

use super::super::messages::list;
use super::super::queue::head::head as queue_head;
use super::super::{Here, Page, done, page};
use super::job::takes_back;
use super::wish::{Subject, form};
use super::{copies, lines, warnings};
use crate::model::form::redrive_wish::WishForm;
use crate::model::paths::{self, QueuePage};
use crate::model::{ConnectionName, Failure, words};
use crate::server::services::redrive::engine::{Behind, OnUnknown, Policy, Route, Sequence, Take};
use crate::server::services::redrive::planning::Planned;
use crate::ui::parts::{
    Age, Cell, CellKind, Column, Disclosure, Empty, Fact, Facts, Glyph, KindBadge, LinkButton, NameCell, Section, Table,
};

/// What a redrive would do.
#[component]
pub fn PlanPage() -> impl IntoView {
    page(plan)
}

async fn plan(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let planned = here.connection.planned(&queue, &here.params.get("plan").unwrap_or_default())?;
    let name = here.connection.name();
    let count = count(&planned);
    let dead_letters = here.connection.is_dead_letter_queue(&queue);
    let tab = if planned.asked.messages().is_some() { QueuePage::Messages } else { QueuePage::Redrive };
    let head = queue_head(name, &queue, tab, dead_letters);
    let (how, at, now) = (planned.asked.how(), planned.at_ms, here.now_ms);
    let (of_undo, warnings) = (warnings::of_undo(&here, &planned).await, warnings::warnings(&here, &planned));
    let vanishes = here.connection.nothing_vanishes(&planned).await.err();
    let start = start(&here, &planned, vanishes).into_any();
    let undone = match &planned.asked.undoes {
        Some(undone) => here.connection.selective(undone).await.ok(),
        None => None,
    };
    let undoes = undone.map(|undone| takes_back(&here, &undone));
    let body = view! {
        {head}
        {done::notice(&here)}
        <p class="truth">
            <strong>{count.clone()}</strong>
            <span>{how}</span>
            {undoes}
            <span>"planned " <Age at now/></span>
            <span>"nothing was sent yet"</span>
        </p>
        <div class="split" data-side="end">
            <div class="stack">
                {of_undo} {warnings}
                {destinations(name, &planned)}
                {lines::obstacles(&here, &planned)}
            </div>
            <div class="stack">{start} {change(&here, &planned)}</div>
        </div>
        {lines::section(&here, &planned)}
    };
    let does = if planned.asked.undoes.is_some() { "take back" } else { "redrive" };
    let title = format!("Plan: {does} {count} of {queue}");
    Ok(Page::new(title, body).about(&queue).holding().answering(here.submission.as_deref()))
}

/// How many messages it is for, in words.
pub fn count(planned: &Planned) -> String {
    match planned.asked.messages() {
        Some(messages) => words::plural(messages, "message", "messages"),
        None => words::about(planned.attributes.depth.visible, "message", "messages"),
    }
}

/// How many go where.
fn destinations(connection: &ConnectionName, planned: &Planned) -> AnyView {
    let order = &planned.order;
    let rows: Vec<_> = order
        .destinations
        .iter()
        .enumerate()
        .map(|(at, queue)| {
            let no = u16::try_from(at).unwrap_or(u16::MAX);
            let known = planned.plan.by_destination.iter().find(|(to, _)| to.0 == no).map_or(0, |(_, count)| *count);
            let unknown = if matches!(order.route, Route::To(_)) { planned.plan.unknown.len() } else { 0 };
            let count = words::count((known + unknown) as u64);
            let (name, kind, size) = (queue.arn.name(), queue.kind, words::bytes(queue.max_size as u64));
            let href = paths::queue(connection, &name, QueuePage::Overview);
            view! {
                <tr>
                    <NameCell>
                        <a href=href>{name.to_string()}</a>
                    </NameCell>
                    <Cell label="Type">
                        <KindBadge kind/>
                    </Cell>
                    <Cell label="Messages" kind=CellKind::Number>
                        {count}
                    </Cell>
                    <Cell label="Takes up to" kind=CellKind::Number>
                        {size}
                    </Cell>
                </tr>
            }
        })
        .collect();
    let counted = if planned.asked.messages().is_some() { "Messages" } else { "Of those known" };
    let columns = vec![
        Column::new("Queue", CellKind::Name),
        Column::new("Type", CellKind::Plain),
        Column::new(counted, CellKind::Number),
        Column::new("Takes up to", CellKind::Number),
    ];
    let unknown = planned.plan.unknown.len() as u64;
    let found = (unknown > 0 && !matches!(order.route, Route::To(_))).then(|| {
        let count = words::plural(unknown, "message is", "messages are");
        view! { <p class="soft">{format!("{count} not known here: each goes where it says when it is found.")}</p> }
    });
    view! {
        <Section title="What goes where">
            <Table caption="Destinations" columns>
                {rows}
            </Table>
            {found}
        </Section>
    }
    .into_any()
}

/// The order in words, what it costs, and the button.
fn start(here: &Here, planned: &Planned, vanishes: Option<Failure>) -> impl IntoView + use<> {
    let policy = &planned.order.policy;
    let (rate, costs) = (rate(planned), costs(planned));
    let canary = policy.canary.map(|first| {
        let count = words::plural(u64::from(first), "message", "messages");
        view! { <Fact label="Canary">{format!("waits after {count} until somebody says that it goes on")}</Fact> }
    });
    let stop = policy.stop_rule.map(|rule| {
        let minutes = words::plural(u64::try_from(rule.within_ms / 60_000).unwrap_or(0), "minute", "minutes");
        let sent = words::count(u64::from(rule.at_least));
        let text = format!("when more than {} % come back within {minutes}, once {sent} were sent", rule.percent);
        view! { <Fact label="Stops">{text}</Fact> }
    });
    let edits = copies::edited(planned).map(|text| view! { <Fact label="Edited">{text}</Fact> });
    let said = copies::said(planned);
    let added = copies::added(planned).map(|text| view! { <Fact label="Added">{text}</Fact> });
    let originals = if policy.keep_originals {
        "stay where they are; only copies are sent"
    } else {
        "each is deleted once its copy was accepted and the checksums agree"
    };
    let (sequence, lost, behind) = (sequence(planned), lost(policy), behind(planned));
    let careful = policy.careful.then_some("; one message a request");
    let title = if planned.asked.undoes.is_some() { "Taking back" } else { "Redrive" };
    let ending = super::start::form(here, planned, vanishes, None).into_any();
    view! {
        <Section title>
            <div class="plan-order">
            <Facts>
                <Fact label="Rate">{rate}</Fact>
                {canary}
                {stop}
                <Fact label="Order">{sequence}</Fact>
                <Fact label="Originals">{originals}</Fact>
                <Fact label="Copies">{said}</Fact>
                {edits}
                {added}
                <Fact label="Lost answers">{lost} {careful}</Fact>
                {behind}
                <Fact label="Costs">{costs}</Fact>
            </Facts>
            </div>
            {ending}
        </Section>
    }
}

fn rate(planned: &Planned) -> String {
    let lanes = words::plural(u64::from(planned.order.policy.lanes), "request", "requests");
    match (planned.order.policy.rate, planned.outlook.seconds) {
        (Some(rate), Some(seconds)) if seconds > 0 => {
            let rate = words::count(u64::from(rate));
            format!("at most {rate} a second: {} or more", words::seconds(seconds))
        }
        (Some(rate), _) => format!("at most {} a second", words::count(u64::from(rate))),
        (None, _) => format!("as fast as SQS takes them, {lanes} at once"),
    }
}

fn sequence(planned: &Planned) -> &'static str {
    match (planned.order.policy.sequence, &planned.order.take) {
        (Sequence::AsTheyCome, _) => "as SQS hands them out",
        (Sequence::OldestFirst, Take::Chosen(_)) => {
            "the longest sent first; nothing is sent before all have been found"
        }
        (Sequence::OldestFirst, Take::Everything) => {
            "as SQS hands them out; of those that wait to be sent the longest sent goes first"
        }
    }
}

fn lost(policy: &Policy) -> &'static str {
    match policy.unknown {
        OnUnknown::Resend => "are sent again, and the report says that there may be two",
        OnUnknown::Hold => "leave the message where it is, for somebody to decide",
    }
}

/// Only where the order of a group matters.
fn behind(planned: &Planned) -> Option<impl IntoView + use<>> {
    let order = &planned.order;
    let ordered = (0..order.destinations.len())
        .any(|at| u16::try_from(at).is_ok_and(|no| order.keeps_order(crate::model::journal::QueueNo(no))));
    let text = match order.policy.behind {
        Behind::Stay => "one that is not sent keeps those behind it back",
        Behind::Go => "one that is not sent is overtaken by those behind it",
    };
    ordered.then(|| view! { <Fact label="Groups">{text}</Fact> })
}

fn costs(planned: &Planned) -> String {
    if planned.asked.messages().is_none() {
        return "about 0.3 requests a message".to_owned();
    }
    let requests = planned.plan.requests + planned.plan.unknown.len().div_ceil(10) as u64 * 3;
    let dollars = planned.plan.dollars();
    let dollars = if dollars < 0.01 { "less than a cent".to_owned() } else { format!("about ${dollars:.2}") };
    format!("about {}, {dollars}", words::plural(requests, "request", "requests"))
}

/// The wish as it was typed, for another one.
fn change(here: &Here, planned: &Planned) -> impl IntoView + use<> {
    let failed = here.submission.as_deref().and_then(|submission| submission.form::<WishForm>()).is_some();
    let subject = Subject {
        queue: &planned.queue,
        typed: Some(&planned.typed),
        chosen: "",
        whole: planned.asked.messages().is_none(),
        plan: &planned.id,
        homes: lines::homes(planned.messages.iter().map(AsRef::as_ref), &planned.remembered),
        has_home: true,
        count: count(planned),
        primary: false,
    };
    let form = form(here, &subject).into_any();
    let back = match (planned.asked.messages(), &planned.asked.undoes) {
        (_, Some(undone)) => paths::redrive(here.connection.name(), undone),
        (None, None) => paths::queue(here.connection.name(), &planned.queue, QueuePage::Redrive),
        (Some(_), None) => list::address(here, &planned.queue, &list::before(here)),
    };
    view! {
        <Disclosure summary="Change this plan" open=failed>
            {form}
        </Disclosure>
        <LinkButton href=back>"Do nothing"</LinkButton>
    }
}

/// What stands in place of lines where no message is known.
pub fn none_known() -> impl IntoView {
    let text = "They are found by receiving once the redrive runs, and each is checked then.";
    view! { <Empty glyph=Glyph::Look title="No message is known yet" text/> }
}
