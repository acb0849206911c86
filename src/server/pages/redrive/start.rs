//! The form that starts one.

use leptos::prelude::*;

use super::{Asked, rate};
use crate::model::limits::MOVE_RATE;
use crate::model::paths;
use crate::model::redrive::preflight::Severity;
use crate::model::{Failure, MoveTask, QueueName, Refusal, TaskStatus, words};
use crate::server::pages::Here;
use crate::server::pages::command::command;
use crate::server::services::redrive::{Redrivable, start_command};
use crate::ui::parts::{Button, Choice, Glyph, NumberField, RadioGroup, Section, TextField, Variant};

pub(super) fn start(here: &Here, queue: &QueueName, redrivable: &Redrivable, asked: &Asked) -> impl IntoView + use<> {
    let facts = &redrivable.facts;
    let refusal = here.connection.allowed().err();
    let advice = refusal.as_ref().map(Refusal::advice);
    let reason = refusal.map(|refusal| refusal.title()).or_else(|| redrivable.obstacle().map(Failure::title));
    let sources: Vec<&str> = facts.sources.iter().flatten().map(QueueName::as_str).collect();
    let choices = vec![
        Choice::new("sources", "Back to where each message failed").hint(sources.join(", ")),
        Choice::new("queue", "To one queue").hint("All messages, whichever queue they came from. Name it below."),
    ];
    let before = stopped(redrivable);
    let (title, note) = match before {
        Some(task) => ("Start the rest", format!("the one before ran at {}", rate(task))),
        None => ("Start a redrive", String::new()),
    };
    let (wrong_destination, wrong_rate) = (asked.sentence("destination"), asked.sentence("rate"));
    let wrong_choice = asked.sentence("to");
    let hint = format!("A {} queue of this account and region.", queue.kind().word());
    let to = facts.destination.as_ref().map(|name| facts.arn.sibling(name));
    let line = command(&start_command(&facts.arn, to.as_ref(), facts.rate));
    // On a phone what may go wrong stands below the button.
    let warned = redrivable.findings.iter().filter(|finding| finding.severity == Severity::Warns).count() as u64;
    let warned = (warned > 0).then(|| {
        let said = format!("{} may go wrong", words::plural(warned, "thing", "things"));
        view! { <p><a href="#before">{said}</a>", read that before."</p> }
    });
    let form = asked.form.clone();
    let (connection, queue) = (here.connection.name().to_string(), queue.to_string());
    view! {
        <Section title note>
            <form class="form" method="post" action=paths::api("redrive/start")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=queue/>
                <RadioGroup name="to" label="Where to" choices value=form.to error=wrong_choice/>
                <TextField
                    name="destination"
                    label="Destination queue"
                    value=form.destination
                    error=wrong_destination
                    hint
                    optional=true
                    mono=true
                />
                <NumberField
                    name="rate"
                    label="Rate"
                    value=form.rate
                    error=wrong_rate
                    hint="Empty: SQS chooses. A low rate gives consumers time, and you time to cancel."
                    min=u64::from(MOVE_RATE.min)
                    max=u64::from(MOVE_RATE.max)
                    unit="messages per second"
                    optional=true
                />
                <div class="form-actions">
                    <Button variant=Variant::Primary glyph=Glyph::Redrive reason>
                        "Start redrive"
                    </Button>
                    <Button to=paths::api("redrive/check")>"Check first"</Button>
                </div>
                {advice.map(|advice| view! { <p class="soft">{advice}</p> })}
                {warned}
                <p class="soft">"“Check first” reads what is known of this destination and moves nothing."</p>
            </form>
            {line}
        </Section>
    }
}

/// The newest task, where it was stopped before it was done.
fn stopped(redrivable: &Redrivable) -> Option<&MoveTask> {
    let newest = redrivable.tasks.as_ref().ok()?.first()?;
    matches!(newest.status, TaskStatus::Cancelling | TaskStatus::Cancelled).then_some(newest)
}
