//! New queue, and its dead-letter queue with it.

use leptos::prelude::*;

use super::command::command;
use super::fields::{self, Typed};
use super::{Here, Page, done, page};
use crate::model::form::new_queue::{DEAD_LETTERS_KEPT, NewQueueForm};
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, QueueKind, QueueName};
use crate::server::services::new_queue::create_command;
use crate::ui::parts::{
    Button, Choice, FailureNotice, Glyph, LinkButton, PageHead, QuantityField, RadioGroup, Section, TextField, Variant,
};

/// The form for a new queue.
#[component]
pub fn NewQueuePage() -> impl IntoView {
    page(new_queue)
}

async fn new_queue(here: Here) -> Result<Page, Failure> {
    let connection = here.connection.name();
    let typed: Option<NewQueueForm> = here.submission.as_ref().and_then(|submission| submission.form());
    let mut form = typed.unwrap_or_else(|| NewQueueForm::fresh(connection.as_str()));
    let half = here.submission.as_ref().and_then(|submission| match &submission.failure {
        Some(Failure::HalfCreated { created, missing, .. }) => Some((created.clone(), missing.clone())),
        _ => None,
    });
    let notice = match &half {
        None => done::notice(&here),
        Some((created, missing)) => {
            // The next attempt takes the dead-letter queue that is there now.
            form.dead_letters = "existing".into();
            form.fields.dead_letter_queue = created.to_string();
            Some(half_created(&here, created, missing))
        }
    };
    let view = Typed { fields: &form.fields, submission: here.submission.as_ref(), defaults: true };
    let reason = here.connection.allowed().err().map(|refusal| refusal.title());
    let suggestions = fields::suggestions(&here, &|_| true);
    let (identity, numbers) = (identity(&form, &view), fields::numbers(&view));
    let (fifo, failures, tags) = (fields::fifo(&view), failures(&form, &view), fields::tags(&view));
    let example = form.parse().ok().map(|new| command(&create_command(&new.name, &new.attributes, &new.tags)));
    let crumbs = vec![("Queues".to_owned(), paths::home(connection))];
    let (home, connection) = (paths::home(connection), connection.to_string());
    let body = view! {
        <PageHead title="New queue" crumbs/>
        {notice}
        <form class="stack" method="post" action=paths::api("queues/create") novalidate=true>
            <input type="hidden" name="connection" value=connection/>
            {suggestions}
            <div class="split">
                <div class="stack" data-gap="large">
                    <Section title="Queue">{identity}</Section>
                    <div class="when-fifo">
                        <Section title="FIFO">{fifo}</Section>
                    </div>
                    <Section title="Failures">{failures}</Section>
                </div>
                <div class="stack" data-gap="large">
                    <Section title="Messages" note="empty fields take SQS's defaults">
                        {numbers}
                    </Section>
                    <Section title="Tags">
                        <div class="form">{tags}</div>
                    </Section>
                    <Section title="Encryption">
                        <p class="soft">"SQS's default: at rest, with a key that SQS owns (SSE-SQS)."</p>
                    </Section>
                </div>
            </div>
            <div class="form-actions">
                <Button variant=Variant::Primary glyph=Glyph::Plus reason>
                    "Create queue"
                </Button>
                <LinkButton href=home variant=Variant::Plain>"Cancel"</LinkButton>
            </div>
        </form>
        {example}
    };
    Ok(Page::new("New queue", body).answering(here.submission.as_deref()))
}

/// Name and type.
fn identity(form: &NewQueueForm, typed: &Typed<'_>) -> impl IntoView + use<> {
    let kinds = vec![
        Choice::new("standard", "Standard").hint("As many messages as come. At least once, order as good as it gets."),
        Choice::new("fifo", "FIFO").hint("In order within a message group, each once. “.fifo” is added to the name."),
    ];
    let (name, error, kind) = (form.name.clone(), typed.wrong("name"), form.kind.clone());
    view! {
        <div class="form">
            <TextField
                name="name"
                label="Name"
                value=name
                error
                hint="Letters, digits, hyphens and underscores, at most 80. It cannot be changed later."
                mono=true
                maxlength=80
            />
            <RadioGroup name="kind" label="Type" choices=kinds value=kind/>
        </div>
    }
}

/// Where failures go: nowhere, to a queue made with this one, to one that exists.
fn failures(form: &NewQueueForm, typed: &Typed<'_>) -> impl IntoView + use<> {
    let choices = vec![
        Choice::new("none", "Nowhere").hint("It is received again and again until its retention ends."),
        Choice::new("new", "To a new dead-letter queue").hint("Made first, of the same type and with the same tags."),
        Choice::new("existing", "To an existing queue").hint("Of the same type, account and region."),
    ];
    let fields = fields::dead_letter_queue(
        typed,
        None::<QueueKind>,
        "New: empty is the queue's name with “-dlq”. Existing: its name or ARN.",
    );
    let (name, measure, range) = DEAD_LETTERS_KEPT;
    let units: Vec<&'static str> = measure.units().iter().map(|(unit, _)| *unit).collect();
    let (value, unit, error) =
        (form.dead_letter_retention.clone(), form.dead_letter_retention_unit.clone(), typed.wrong(name));
    let hint =
        Some(format!("Longer than the queue itself, so that late failures are not lost, {}.", measure.range(range)));
    let chosen = form.dead_letters.clone();
    view! {
        <div class="form">
            <RadioGroup name="dead_letters" label="A message that fails too often goes" choices value=chosen/>
            <div class="form when-dead-letters">
                {fields}
                <div class="when-new">
                    <QuantityField
                        name
                        label="Keep dead letters for"
                        value
                        unit
                        units
                        hint
                        error
                        placeholder=None
                    />
                </div>
            </div>
        </div>
    }
}

/// What exists now and what does not.
fn half_created(here: &Here, created: &QueueName, missing: &QueueName) -> AnyView {
    let failure = here.submission.as_ref().and_then(|submission| submission.failure.clone());
    let href = paths::queue(here.connection.name(), created, QueuePage::Overview);
    let (open, again) = (
        format!("Open {created}"),
        format!(
            "{created} is empty and stays. The form below uses it; correct what is wrong and create {missing} again."
        ),
    );
    let notice = failure.map(|failure| {
        view! {
            <FailureNotice
                failure
                actions=move || {
                    view! {
                        <LinkButton href=href small=true>{open}</LinkButton>
                        <span>{again}</span>
                    }
                }
            />
        }
    });
    notice.into_any()
}
