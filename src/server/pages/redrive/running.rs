//! The task that is under way: how far, how fast, both queues' counters, and the way to stop it.

use leptos::prelude::*;

use super::{destination, moved, rate};
use crate::model::form::redrive::CancelForm;
use crate::model::limits::MOVE_RATE;
use crate::model::paths::{self, QueuePage};
use crate::model::queue::Counter;
use crate::model::redrive::preflight::Known;
use crate::model::{MoveTask, QueueName, TaskStatus, words};
use crate::server::pages::Here;
use crate::server::services::redrive::{History, Redrivable};
use crate::server::services::submissions::Submission;
use crate::ui::parts::{Button, Consequences, Disclosure, Glyph, LiveCount, Meter, NumberField, Refresh, Section};

/// How many queues in which messages arrive are counted beside the bar.
const COUNTED: usize = 4;

/// The task that is under way.
pub(super) fn running(
    here: &Here,
    queue: &QueueName,
    redrivable: &Redrivable,
    history: &History,
) -> Option<impl IntoView + use<>> {
    let task = redrivable.active()?;
    let by = history.tasks.iter().find(|kept| kept.task.started == task.started).and_then(|kept| kept.who.clone());
    let note = format!(
        "{}, started {}{}, {}",
        task.status.word(),
        words::age(here.now_ms, task.started),
        by.map_or_else(String::new, |who| format!(" by {who}")),
        task.rate.map_or_else(|| "at a rate that SQS chooses".to_owned(), |_| format!("at {} at most", rate(task))),
    );
    let (moved, destination, pace, started) = (moved(task), destination(task), redrivable.pace.clone(), task.started);
    let (value, max) = (task.moved, task.to_move.unwrap_or_default().max(task.moved));
    let (page, name) = (paths::queue(here.connection.name(), queue, QueuePage::Redrive), queue.to_string());
    let steer = match task.status {
        TaskStatus::Cancelling => stopping(task, history).into_any(),
        _ => cancel(here, queue, task).into_any(),
    };
    let counted = counters(here, queue, redrivable, task);
    Some(view! {
        <Section title="Under way" note>
            <div class="split">
                <div class="redrive-task" data-task=name data-started=started data-reload="">
                    <Meter value=value max label="Messages moved"/>
                    <p class="cluster">
                        <strong data-moved="">{moved}</strong>
                        <span data-pace="">{pace}</span>
                        <span class="soft">{format!("to {destination}")}</span>
                    </p>
                    {counted}
                </div>
                <div class="stack">{steer}</div>
            </div>
            <Refresh href=page seconds=10/>
        </Section>
    })
}

/// Both ends as they are counted now.
fn counters(here: &Here, queue: &QueueName, redrivable: &Redrivable, task: &MoveTask) -> impl IntoView + use<> {
    let facts = &redrivable.facts;
    let census = here.connection.poller().census();
    let ends: Vec<QueueName> = match &task.destination {
        Some(arn) => vec![arn.name()],
        None => facts.sources.clone().unwrap_or_default(),
    };
    let visible = |name: &QueueName| {
        let read =
            facts.arrivals.iter().find(|arrival| arrival.name == *name).and_then(|arrival| match &arrival.known {
                Known::Read(its) => Some(its.depth.visible),
                Known::Missing | Known::Unread(_) | Known::Unasked => None,
            });
        read.or_else(|| Some(census.rows.get(name)?.attributes.as_ref()?.depth.visible))
    };
    let beyond = ends.len().saturating_sub(COUNTED);
    let count = |name: &QueueName, value: Option<u64>| {
        let (href, label) = (paths::queue(here.connection.name(), name, QueuePage::Overview), name.to_string());
        view! {
            <span class="nowrap">
                <a href=href>{label.clone()}</a>
                " "
                <LiveCount queue=label which=Counter::Visible value/>
            </span>
        }
    };
    let from = count(queue, Some(facts.attributes.depth.visible));
    let to: Vec<_> = ends.iter().take(COUNTED).map(|name| count(name, visible(name))).collect();
    let more = (beyond > 0).then(|| view! { <span class="soft">{format!("and {beyond} more")}</span> });
    view! {
        <p class="cluster">
            <span class="soft">"Visible now: from"</span>
            {from}
            <span class="soft">"to"</span>
            {to}
            {more}
        </p>
    }
}

/// It was told to stop and has not stopped.
fn stopping(task: &MoveTask, history: &History) -> impl IntoView + use<> {
    let kept = history.tasks.iter().find(|kept| kept.task.started == task.started);
    let then = kept.and_then(|kept| kept.cancel.as_ref()).map(|cancel| {
        let moved = words::about(cancel.moved, "message was", "messages were");
        format!(" {moved} moved when {} cancelled it.", cancel.who)
    });
    view! {
        <p>
            "SQS was told to stop and finishes what it has taken."
            {then}
            " Another redrive can start once it has stopped; this page then says so."
        </p>
    }
}

/// Both ways to stop it: for good, or to go on at another rate.
fn cancel(here: &Here, queue: &QueueName, task: &MoveTask) -> impl IntoView + use<> {
    let reason = match (here.connection.allowed(), &task.handle) {
        (Err(refusal), _) => Some(refusal.title()),
        (Ok(()), None) => Some("SQS does not tell the handle that it takes to cancel it".to_owned()),
        (Ok(()), Some(_)) => None,
    };
    let typed = here.submission.as_deref().filter(|submission| submission.done.is_none());
    let form: Option<CancelForm> = typed.and_then(Submission::form);
    let wrong = typed.and_then(|submission| submission.sentence("new_rate"));
    let open = wrong.is_some();
    let new_rate = form.map(|form| form.new_rate).unwrap_or_default();
    let hidden = || {
        let (connection, queue) = (here.connection.name().to_string(), queue.to_string());
        view! {
            <input type="hidden" name="connection" value=connection/>
            <input type="hidden" name="queue" value=queue/>
        }
    };
    let (for_good, first, again) = (hidden(), hidden(), reason.clone());
    let sentences = [
        "What was moved stays moved: cancelling brings nothing back.",
        "SQS finishes what it has taken: of 10 messages at 1 a second, 2 were moved at the cancel and 8 once it had stopped.",
        "The counts are SQS’s approximations and lag, also after it has stopped.",
    ];
    view! {
        <form class="form" method="post" action=paths::api("redrive/cancel")>
            {for_good}
            <Consequences sentences=sentences.map(str::to_owned).to_vec()/>
            <div class="form-actions">
                <Button glyph=Glyph::Stop reason>
                    "Cancel this redrive"
                </Button>
            </div>
        </form>
        <Disclosure summary="Change the rate" open>
            <form class="form" method="post" action=paths::api("redrive/cancel")>
                {first}
                <input type="hidden" name="then" value="again"/>
                <p>
                    "SQS cannot change the rate of a redrive that runs. It takes two steps: cancel this one here, then start the rest \
                     below at the new rate, once it has stopped."
                </p>
                <NumberField
                    name="new_rate"
                    label="New rate"
                    value=new_rate
                    error=wrong
                    hint="Empty: SQS chooses."
                    min=u64::from(MOVE_RATE.min)
                    max=u64::from(MOVE_RATE.max)
                    unit="messages per second"
                    optional=true
                />
                <div class="form-actions">
                    <Button reason=again>"Step 1: cancel"</Button>
                </div>
            </form>
        </Disclosure>
    }
}
