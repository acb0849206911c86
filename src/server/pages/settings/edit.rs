//! The form with a queue's settings, each in the unit that fits.

use leptos::prelude::*;

use super::super::fields::{self, Typed};
use super::super::queue::head::head as queue_head;
use super::super::{Here, Page, done};
use crate::model::form::Done;
use crate::model::form::settings::SettingsForm;
use crate::model::paths::{self, QueuePage};
use crate::model::{QueueKind, QueueName};
use crate::server::services::settings::Current;
use crate::ui::parts::{Button, Choice, FailureNotice, RadioGroup, Section, TextareaField, Variant};

/// The page; `typed` is what was typed, where the form comes back.
pub fn page(here: &Here, queue: &QueueName, current: &Current, typed: Option<SettingsForm>) -> Page {
    let connection = here.connection.name();
    let form = typed.unwrap_or_else(|| SettingsForm::of(connection.as_str(), &current.arn, &current.settings));
    let view = Typed { fields: &form.fields, submission: here.submission.as_ref(), defaults: false };
    let reason = here.connection.allowed().err().map(|refusal| refusal.title());
    let is_dlq = here.connection.is_dead_letter_queue(queue);
    let suggestions = fields::suggestions(here, &|name| name.kind() == queue.kind() && name != queue);
    let numbers = fields::numbers(&view);
    let (failures, sources) = (failures(&form, &view, queue), sources(&form, &view, is_dlq));
    // The columns end at about the same height.
    let tags = tags(&view, current, form.has_tags()).into_any();
    let (left, right) = if queue.kind() == QueueKind::Fifo {
        let fifo = fields::fifo(&view);
        (view! { <Section title="FIFO">{fifo}</Section> }.into_any(), Some(tags))
    } else {
        (tags, None)
    };
    let (name, shown) = (queue.to_string(), form.shown.clone());
    let body = view! {
        {queue_head(connection, queue, QueuePage::Settings, is_dlq)}
        {notice(here)}
        <form class="stack" method="post" action=paths::api("queues/update") novalidate=true>
            <input type="hidden" name="connection" value=connection.to_string()/>
            <input type="hidden" name="queue" value=name/>
            <input type="hidden" name="step" value="review"/>
            <input type="hidden" name="shown" value=shown/>
            {suggestions}
            <div class="split">
                <div class="stack" data-gap="large">
                    <Section title="Messages">{numbers}</Section>
                    {left}
                </div>
                <div class="stack" data-gap="large">{failures} {sources} {right}</div>
            </div>
            <div class="form-actions">
                <Button variant=Variant::Primary reason>
                    "Review changes"
                </Button>
                <span class="soft">"Shows what would change. Nothing is changed yet."</span>
            </div>
        </form>
    };
    Page::new(format!("Settings · {queue}"), body).about(queue).answering(here.submission.as_deref())
}

/// What came of the form; that it was looked at is no news on the form itself.
fn notice(here: &Here) -> Option<AnyView> {
    match here.submission.as_ref()?.done {
        Some(Done::Reviewed) => None,
        _ => done::notice(here),
    }
}

/// Where failures go.
fn failures(form: &SettingsForm, typed: &Typed<'_>, queue: &QueueName) -> impl IntoView + use<> {
    let choices = vec![
        Choice::new("none", "Nowhere").hint("It is received again and again until its retention ends."),
        Choice::new("queue", "To a dead-letter queue").hint("When it was received so often without being deleted."),
    ];
    let (value, error) = (form.dead_letters.clone(), typed.wrong("dead_letters"));
    let hint = format!("A {} queue of this account and region: its name, or its ARN.", queue.kind().word());
    let fields = fields::dead_letter_queue(typed, Some(queue.kind()), &hint);
    view! {
        <Section title="Failures">
            <div class="form">
                <RadioGroup name="dead_letters" label="A message that fails too often goes" choices value error/>
                <div class="form when-dead-letters">{fields}</div>
            </div>
        </Section>
    }
}

/// Whose failures may come here.
fn sources(form: &SettingsForm, typed: &Typed<'_>, is_dlq: bool) -> impl IntoView + use<> {
    let choices = vec![
        Choice::new("allowAll", "Any queue").hint("Of this account and region."),
        Choice::new("denyAll", "No queue"),
        Choice::new("byQueue", "Only these queues"),
    ];
    let (value, named, error) = (form.allow.clone(), form.allow_queues.clone(), typed.wrong("allow_queues"));
    let wrong = typed.wrong("allow");
    let note = if is_dlq { "redrive-allow policy" } else { "redrive-allow policy; matters for dead-letter queues" };
    view! {
        <Section title="Use as a dead-letter queue" note>
            <div class="form">
                <RadioGroup name="allow" label="May be the dead-letter queue of" choices value error=wrong/>
                <div class="when-named">
                <TextareaField
                    name="allow_queues"
                    label="These queues"
                    value=named
                    error
                    hint="One name or ARN a line, at most ten."
                    short=true
                />
                </div>
            </div>
        </Section>
    }
}

/// The tags. Those of a form that brought none could not be read; a form that comes back with some keeps them, for a
/// form without the field would ask to remove them all.
fn tags(typed: &Typed<'_>, current: &Current, asked: bool) -> impl IntoView + use<> {
    let failure = current.tags_failure.clone().map(|failure| view! { <FailureNotice failure/> });
    let body = if asked {
        let tags = fields::tags(typed);
        view! { <div class="form">{tags}</div> }.into_any()
    } else {
        view! { <p class="soft">"The tags stay as they are."</p> }.into_any()
    };
    view! {
        <Section title="Tags">
            {failure}
            {body}
        </Section>
    }
}
