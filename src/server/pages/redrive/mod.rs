//! Redrive: what is known before it starts, start SQS's own message move task, watch it, cancel it, and what all of them did.

mod before;
mod history;
mod running;
mod start;

use leptos::prelude::*;

use super::queue::head::head as queue_head;
use super::{Here, Page, done, page, redrives};
use crate::model::form::redrive::RedriveForm;
use crate::model::form::{Done, Invalid};
use crate::model::paths::QueuePage;
use crate::model::redrive::reason::reason;
use crate::model::{Failure, MoveTask, QueueName, TaskStatus, words};
use crate::server::services::redrive::{Redrivable, Wish};
use crate::server::services::submissions::Submission;
use crate::ui::parts::{Notice, Tone};

/// The redrive of a dead-letter queue.
#[component]
pub fn RedrivePage() -> impl IntoView {
    page(redrive)
}

async fn redrive(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let mut asked = Asked::of(&here, &queue);
    let mut redrivable = here.connection.redrivable(&queue, &asked.wish).await?;
    // Whoever stopped one most likely goes on with the rest: to the same queue, at another rate.
    if let Some(destination) = stopped_on_its_way(&redrivable).filter(|_| asked.is_open) {
        asked.go_on_to(&destination);
        redrivable = here.connection.redrivable(&queue, &asked.wish).await?;
    }
    let number = here.query("page").parse().unwrap_or(1);
    let history = here.connection.redrive_history(&redrivable.facts.arn, number).await?;
    let is_dlq = redrivable.facts.sources.as_ref().map_or(true, |sources| !sources.is_empty());
    let sources = redrivable.facts.sources.as_deref().unwrap_or_default();
    let own = redrives::whole::section(&here, &queue, sources, redrivable.facts.attributes.depth.visible).await;
    let body = view! {
        {queue_head(here.connection.name(), &queue, QueuePage::Redrive, is_dlq)}
        {failed_at_once(&here, &redrivable).or_else(|| done::notice(&here))}
        {running::running(&here, &queue, &redrivable, &history)}
        <div class="split">
            {start::start(&here, &queue, &redrivable, &asked)} {before::before(here.connection.name(), &redrivable)}
        </div>
        {own}
        {history::history(&here, &queue, &redrivable, &history)}
    };
    Ok(Page::new(format!("Redrive {queue}"), body).about(&queue).answering(here.submission.as_deref()))
}

/// What was started a moment ago has failed by now: that it was started is not what matters then.
fn failed_at_once(here: &Here, redrivable: &Redrivable) -> Option<AnyView> {
    let started = here.submission.as_deref()?.done.as_ref().is_some_and(|done| matches!(done, Done::RedriveStarted));
    let failed = redrivable.facts.failed.as_ref().filter(|_| started)?;
    let reason = reason(&failed.code, failed.destination.is_none());
    let title = format!("The redrive has failed ({})", failed.code);
    let moved = "What was moved until then stays moved; the rest is still here.";
    let view = view! {
        <Notice tone=Tone::Danger title>
            <p>{reason.what} " " {moved}</p>
            <p>{reason.then}</p>
        </Notice>
    };
    Some(view.into_any())
}

/// What the form shows: what was typed, what the address says, or nothing yet.
struct Asked {
    form: RedriveForm,
    invalid: Vec<Invalid>,
    wish: Wish,
    /// Neither typed nor in the address: the page may choose.
    is_open: bool,
}

impl Asked {
    fn of(here: &Here, queue: &QueueName) -> Self {
        let typed = here.submission.as_deref().filter(|submission| submission.done.is_none());
        let typed: Option<RedriveForm> = typed.and_then(Submission::form);
        let is_open = typed.is_none() && here.query("to").is_empty();
        let form = typed.unwrap_or_else(|| RedriveForm {
            connection: here.connection.name().to_string(),
            queue: queue.to_string(),
            to: if is_open { "sources".to_owned() } else { here.query("to") },
            destination: here.query("destination"),
            rate: here.query("rate"),
        });
        match form.parse() {
            Ok(start) => {
                let wish = Wish { destination: start.destination, rate: start.rate };
                Self { form, invalid: Vec::new(), wish, is_open }
            }
            Err(invalid) => Self { form, invalid, wish: Wish::default(), is_open },
        }
    }

    fn go_on_to(&mut self, destination: &QueueName) {
        "queue".clone_into(&mut self.form.to);
        self.form.destination = destination.to_string();
        self.wish.destination = Some(destination.clone());
    }

    fn sentence(&self, field: &str) -> Option<String> {
        self.invalid.iter().find(|invalid| invalid.field == field).map(|invalid| invalid.sentence.clone())
    }
}

/// The one queue to which the newest task moved messages, where it was stopped or still runs.
fn stopped_on_its_way(redrivable: &Redrivable) -> Option<QueueName> {
    let newest = redrivable.tasks.as_ref().ok()?.first()?;
    let unfinished = newest.status.is_active() || newest.status == TaskStatus::Cancelled;
    newest.destination.as_ref().filter(|_| unfinished).map(crate::model::QueueArn::name)
}

/// How far a task has come, in words.
pub fn moved(task: &MoveTask) -> String {
    words::moved(task.moved, task.to_move)
}

fn destination(task: &MoveTask) -> String {
    task.destination.as_ref().map_or_else(|| "the source queues".to_owned(), |arn| arn.name().to_string())
}

fn rate(task: &MoveTask) -> String {
    task.rate.map_or_else(|| "SQS chooses".to_owned(), |rate| format!("{rate}/s"))
}
