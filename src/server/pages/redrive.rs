//! Redrive: start SQS's own message move task, watch it, cancel it, and what the last ten did.

use leptos::prelude::*;

use super::queue::head::head as queue_head;
use super::{Here, Page, command::command, done, page};
use crate::model::cli::Command;
use crate::model::form::redrive::RedriveForm;
use crate::model::limits::MOVE_RATE;
use crate::model::paths::{self, QueuePage};
use crate::model::queue::Counter;
use crate::model::{ConnectionName, Failure, MoveTask, QueueName, Refusal, TaskStatus, words};
use crate::server::services::redrive::Redrivable;
use crate::server::services::submissions::Submission;
use crate::ui::parts::{
    Age, Badge, Button, Cell, CellKind, Choice, Column, Empty, FailureNotice, Glyph, LiveCount, Meter, NameCell,
    Notice, NumberField, RadioGroup, Section, Table, TextField, Tone, Variant,
};

/// The redrive of a dead-letter queue.
#[component]
pub fn RedrivePage() -> impl IntoView {
    page(redrive)
}

async fn redrive(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let redrivable = here.connection.redrivable(&queue).await?;
    let refusal = here.connection.allowed().err().or_else(|| redrivable.refusal());
    let name = here.connection.name();
    let head = queue_head(
        name,
        &queue,
        QueuePage::Redrive,
        redrivable.sources.as_ref().map_or(true, |sources| !sources.is_empty()),
    );
    let body = view! {
        {head}
        {done::notice(&here)}
        {unknown(&redrivable)}
        {running(&here, &queue, &redrivable)}
        <div class="split">
            {start(name, &queue, &redrivable, refusal, here.submission.as_deref())}
            {before(name, &queue, &redrivable)}
        </div>
        {history(&redrivable, here.now_ms)}
    };
    Ok(Page::new(format!("Redrive {queue}"), body).about(&queue).answering(here.submission.as_deref()))
}

/// Says that a redrive may be running where the tasks cannot be listed.
fn unknown(redrivable: &Redrivable) -> Option<impl IntoView + use<>> {
    let failure = redrivable.tasks.as_ref().err()?;
    let (title, text) =
        ("Whether a redrive is running is not known", format!("{}. {}", failure.title(), failure.advice()));
    Some(view! {
        <Notice tone=Tone::Warn title>
            <p>{text}</p>
        </Notice>
    })
}

/// The task that is under way.
fn running(here: &Here, queue: &QueueName, redrivable: &Redrivable) -> Option<impl IntoView + use<>> {
    let task = redrivable.active()?.clone();
    let stoppable = task.status == TaskStatus::Running && task.handle.is_some();
    let refusal = here.connection.allowed().err();
    let (connection, queue) = (here.connection.name().to_string(), queue.to_string());
    let note = format!("{}, started {}", task.status.word(), words::age(here.now_ms, task.started));
    Some(view! {
        <Section title="Under way" note>
            <div class="redrive-task" data-task=queue.clone() data-started=task.started data-reload="">
                <Meter value=task.moved max=task.to_move.unwrap_or_default().max(task.moved) label="Messages moved"/>
                <p class="cluster">
                    <span data-moved="">{moved(&task)}</span>
                    <span class="soft">{format!("to {}", destination(&task))}</span>
                </p>
            </div>
            <form class="form" method="post" action=paths::api("redrive/cancel")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=queue/>
                <div class="form-actions">
                    {stoppable
                        .then(|| {
                            view! {
                                <Button glyph=Glyph::Stop reason=refusal.map(|refusal| refusal.title())>
                                    "Cancel this redrive"
                                </Button>
                            }
                        })}
                    <span class="soft">"What was moved stays moved."</span>
                </div>
            </form>
        </Section>
    })
}

fn start(
    connection: &ConnectionName,
    queue: &QueueName,
    redrivable: &Redrivable,
    refusal: Option<Refusal>,
    submission: Option<&Submission>,
) -> impl IntoView + use<> {
    let typed = submission.filter(|submission| submission.done.is_none());
    let form: RedriveForm = typed.and_then(Submission::form).unwrap_or_default();
    let sentence = |field: &str| typed.and_then(|submission| submission.sentence(field));
    let (wrong_destination, wrong_rate) = (sentence("destination"), sentence("rate"));
    let to = if form.to.is_empty() { "sources".to_owned() } else { form.to.clone() };
    let sources = list(redrivable.sources.as_deref().unwrap_or_default());
    let choices = vec![
        Choice::new("sources", "Back to where each message failed").hint(sources),
        Choice::new("queue", "To one queue").hint("All messages, whichever queue they came from. Name it below."),
    ];
    let advice = refusal.as_ref().map(Refusal::advice);
    let reason = refusal.as_ref().map(Refusal::title);
    let hint = format!("A {} queue of this account and region.", queue.kind().word());
    let (connection, queue) = (connection.to_string(), queue.to_string());
    let command = command(&Command::new("start-message-move-task").option("source-arn", redrivable.arn.as_str()));
    view! {
        <Section title="Start a redrive">
            <form class="form" method="post" action=paths::api("redrive/start")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=queue/>
                <RadioGroup name="to" label="Where to" choices value=to/>
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
                </div>
                {advice.map(|advice| view! { <p class="soft">{advice}</p> })}
            </form>
            {command}
        </Section>
    }
}

/// What to know before the click.
fn before(connection: &ConnectionName, queue: &QueueName, redrivable: &Redrivable) -> impl IntoView + use<> {
    let depth = redrivable.attributes.depth;
    let name = queue.to_string();
    let in_flight = (depth.in_flight > 0).then(|| {
        view! { <li>"Messages in flight are not moved until they are visible again."</li> }
    });
    let unknown = redrivable.sources.as_ref().err().cloned().map(|failure| view! { <FailureNotice failure/> });
    let sources: Vec<_> = redrivable
        .sources
        .iter()
        .flatten()
        .map(|source| {
            let href = paths::queue(connection, source, QueuePage::Overview);
            view! { <li><a href=href>{source.to_string()}</a></li> }
        })
        .collect();
    view! {
        <Section title="Before you start">
            <p>
                <LiveCount queue=name which=Counter::Visible value=Some(depth.visible)/>
                " messages are visible in this dead-letter queue."
            </p>
            <ul>
                <li>"SQS moves all of them, oldest first, mixed with what is being sent."</li>
                <li>"Each gets a new message id, a new retention and a receive count of 0."</li>
                <li>"Consumers that still fail will send them back here."</li>
                {in_flight}
            </ul>
            {unknown}
            <p>"Dead-letter queue of"</p>
            <ul>{sources}</ul>
        </Section>
    }
}

fn history(redrivable: &Redrivable, now_ms: i64) -> impl IntoView + use<> {
    let body = match &redrivable.tasks {
        Err(failure) => {
            let failure = failure.clone();
            view! { <FailureNotice failure/> }.into_any()
        }
        Ok(tasks) if tasks.is_empty() => view! {
            <Empty glyph=Glyph::Redrive title="No redrive yet" text="SQS remembers the last ten of a queue."/>
        }
        .into_any(),
        Ok(tasks) => {
            let columns = vec![
                Column::new("Started", CellKind::Name),
                Column::new("Outcome", CellKind::Plain),
                Column::new("Moved", CellKind::Number),
                Column::new("To", CellKind::Text),
                Column::new("Rate", CellKind::Number),
            ];
            let rows: Vec<_> = tasks.iter().map(|task| history_row(task, now_ms)).collect();
            view! {
                <Table caption="The last redrives of this queue" columns>
                    {rows}
                </Table>
            }
            .into_any()
        }
    };
    view! { <Section title="Last ten">{body}</Section> }
}

fn history_row(task: &MoveTask, now_ms: i64) -> impl IntoView + use<> {
    let tone = match task.status {
        TaskStatus::Running | TaskStatus::Cancelling => Tone::Info,
        TaskStatus::Completed => Tone::Ok,
        TaskStatus::Failed => Tone::Danger,
        TaskStatus::Cancelled | TaskStatus::Unknown => Tone::Neutral,
    };
    let word = match &task.failure {
        Some(code) => format!("{}: {code}", task.status.word()),
        None => task.status.word().to_owned(),
    };
    let rate = task.rate.map_or_else(|| "SQS chooses".to_owned(), |rate| format!("{rate}/s"));
    let (started, moved, destination) = (task.started, moved(task), destination(task));
    view! {
        <tr>
            <NameCell>
                <Age at=started now=now_ms/>
            </NameCell>
            <Cell label="Outcome">
                <Badge tone>{word}</Badge>
            </Cell>
            <Cell label="Moved" kind=CellKind::Number>
                {moved}
            </Cell>
            <Cell label="To" kind=CellKind::Text>
                {destination}
            </Cell>
            <Cell label="Rate" kind=CellKind::Number>
                {rate}
            </Cell>
        </tr>
    }
}

/// How far a task has come, in words.
pub fn moved(task: &MoveTask) -> String {
    words::moved(task.moved, task.to_move)
}

fn destination(task: &MoveTask) -> String {
    task.destination.as_ref().map_or_else(|| "the source queues".to_owned(), |arn| arn.name().to_string())
}

fn list(names: &[QueueName]) -> String {
    names.iter().map(QueueName::as_str).collect::<Vec<_>>().join(", ")
}
