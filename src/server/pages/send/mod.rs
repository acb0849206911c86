//! Send: compose one message, send it, and see what SQS made of it. The form keeps its values for the next one.

pub(super) mod attributes;
mod sent;

use leptos::prelude::*;

use super::queue::head::head as queue_head;
use super::{Here, Page, done, page};
use crate::model::form::Done;
use crate::model::form::send::SendForm;
use crate::model::limits::{DELAY, GROUP_ID_MAX};
use crate::model::paths::{self, QueuePage};
use crate::model::{Attributes, ConnectionName, Failure, QueueKind, QueueName, QueueUrl, Refusal, words};
use crate::server::services::submissions::Submission;
use crate::ui::parts::{
    Button, Disclosure, Equivalent, Fact, Facts, FileField, Glyph, LinkButton, NumberField, Section, TextField,
    TextareaField, Variant,
};

/// Sends a message to a queue.
#[component]
pub fn SendPage() -> impl IntoView {
    page(send)
}

async fn send(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let (url, attributes) = tokio::try_join!(here.connection.url(&queue), here.connection.attributes(&queue))?;
    let refusal = here.connection.allowed().err();
    let (name, submission) = (here.connection.name(), here.submission.as_deref());
    let typed = Typed::of(submission);
    let body = view! {
        {queue_head(name, &queue, QueuePage::Send, here.connection.is_dead_letter_queue(&queue))}
        {done::notice(&here)}
        <div class="split" data-side="end">
            {form(name, &queue, &attributes, &typed, refusal)}
            <div class="answer stack" data-answered=typed.was_sent().then_some("")>
                {sent::result(&url, &attributes, submission)}
                {takes(&attributes, &url, &typed)}
            </div>
        </div>
    };
    Ok(Page::new(format!("Send to {queue}"), body).about(&queue).answering(submission))
}

/// The form as it was typed last, and what was wrong with it.
struct Typed<'a> {
    form: SendForm,
    submission: Option<&'a Submission>,
}

impl<'a> Typed<'a> {
    fn of(submission: Option<&'a Submission>) -> Self {
        Self { form: submission.and_then(Submission::form).unwrap_or_default(), submission }
    }

    fn sentence(&self, field: &str) -> Option<String> {
        self.submission?.sentence(field)
    }

    /// Whether this form has just been sent.
    fn was_sent(&self) -> bool {
        let done = self.submission.and_then(|submission| submission.done.as_ref());
        matches!(done, Some(Done::MessageSent(_) | Done::MessageNotDelivered(_)))
    }
}

fn form(
    connection: &ConnectionName,
    queue: &QueueName,
    attributes: &Attributes,
    typed: &Typed<'_>,
    refusal: Option<Refusal>,
) -> impl IntoView + use<> {
    let form = typed.form.clone();
    let from_file = if form.file.is_empty() || form.file_fault.is_some() {
        None
    } else if form.body.contains('\r') {
        Some(format!("Out of {}. Its CR LF line ends become LF when it is sent again from this field.", form.file))
    } else {
        Some(format!("Out of {}.", form.file))
    };
    let body_hint = from_file.unwrap_or_else(|| {
        format!(
            "At most {}, attributes included. Sent as typed; line ends are LF.",
            words::bytes(u64::from(attributes.maximum_message_size))
        )
    });
    let import = paths::import(connection, queue, "");
    let (connection, queue) = (connection.to_string(), queue.to_string());
    let (body_error, file_error) = (typed.sentence("body"), typed.sentence("file"));
    let (grouping, more) = (grouping(attributes, typed), more(attributes, typed));
    let rows = attributes::rows(&typed.form, typed.submission);
    let most = attributes.maximum_message_size;
    let again = typed.was_sent().then_some("The form keeps its values for the next one.");
    view! {
        <Section title="Message">
            <form class="form" method="post" enctype="multipart/form-data" action=paths::api("messages/send")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=queue/>
                <TextareaField name="body" label="Body" value=form.body hint=body_hint error=body_error/>
                <FileField
                    name="file"
                    label="Or a file"
                    hint="UTF-8 text of at most 1 MiB. It is sent instead of the body above, byte for byte."
                    error=file_error
                />
                {grouping}
                {rows}
                {more}
                <div class="form-actions">
                    <Button variant=Variant::Primary glyph=Glyph::Send reason=refusal.map(|refusal| refusal.title())>
                        "Send message"
                    </Button>
                    <LinkButton href=import>"Import a file…"</LinkButton>
                    <span class="soft" data-size-of="body" data-max=most></span>
                    <span class="soft">{again}</span>
                </div>
            </form>
        </Section>
    }
}

/// Group and deduplication on a FIFO queue; the delay on a standard one.
fn grouping(attributes: &Attributes, typed: &Typed<'_>) -> impl IntoView + use<> {
    let form = typed.form.clone();
    let Some(fifo) = &attributes.fifo else {
        return view! {
            <NumberField
                name="delay"
                label="Delay"
                value=form.delay
                hint=format!("Empty: the queue's, {}.", words::seconds(u64::from(attributes.delay)))
                error=typed.sentence("delay")
                min=u64::from(DELAY.min)
                max=u64::from(DELAY.max)
                unit="seconds"
                optional=true
            />
        }
        .into_any();
    };
    let content_based = fifo.content_based_deduplication;
    let repeated = typed.was_sent() && !form.deduplication.is_empty();
    let hint = if repeated {
        "This one was just sent: for five minutes SQS accepts it again but delivers nothing. Change it for the next message."
    } else if content_based {
        "Empty: SQS takes the SHA-256 of the body, so that the same body within five minutes is delivered once."
    } else {
        "SQS delivers one message with this id in five minutes; a second is accepted but not delivered."
    };
    view! {
        <div class="form-row">
            <TextField
                name="group"
                label="Message group id"
                value=form.group
                hint="Messages of a group are delivered in their order, one batch at a time."
                error=typed.sentence("group")
                maxlength=GROUP_ID_MAX
                required=true
                mono=true
            />
            <TextField
                name="deduplication"
                label="Deduplication id"
                value=form.deduplication
                hint=hint
                error=typed.sentence("deduplication")
                maxlength=GROUP_ID_MAX
                required=!content_based
                optional=content_based
                mono=true
            />
        </div>
    }
    .into_any()
}

/// What few messages need.
fn more(attributes: &Attributes, typed: &Typed<'_>) -> impl IntoView + use<> {
    let form = typed.form.clone();
    let standard = attributes.kind() == QueueKind::Standard;
    let (group_error, trace_error) = (typed.sentence("group"), typed.sentence("trace"));
    let open = !form.trace.is_empty() || standard && !form.group.is_empty();
    let group = standard.then(|| {
        view! {
            <TextField
                name="group"
                label="Message group id"
                value=form.group
                hint="On a standard queue it asks for fair delivery: one noisy group does not delay the others. It orders nothing."
                error=group_error
                maxlength=GROUP_ID_MAX
                optional=true
                mono=true
            />
        }
    });
    let summary = if standard { "Group and trace header" } else { "Trace header" };
    view! {
        <Disclosure summary open>
            {group}
            <TextField
                name="trace"
                label="Trace header"
                value=form.trace
                hint="AWSTraceHeader, for X-Ray. It does not count towards the size."
                error=trace_error
                placeholder="Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"
                optional=true
                mono=true
            />
        </Disclosure>
    }
}

/// What the queue makes of a message.
fn takes(attributes: &Attributes, url: &QueueUrl, typed: &Typed<'_>) -> impl IntoView + use<> {
    let (standard, fifo) = (attributes.kind() == QueueKind::Standard, attributes.fifo.clone());
    let delay = words::seconds(u64::from(attributes.delay));
    let delay = if standard { delay } else { format!("{delay}, of the queue: FIFO knows no delay per message") };
    let deduplication = fifo.map(|fifo| {
        let scope = match fifo.deduplication_scope.as_deref() {
            Some("messageGroup") => " within each message group",
            _ => " within the queue",
        };
        let by = if fifo.content_based_deduplication { "By id, or by the body where none is given," } else { "By id" };
        view! { <Fact label="Deduplication">{by} {scope}</Fact> }
    });
    let preview = typed.form.parse(attributes).ok().filter(|_| !typed.was_sent());
    let preview = preview.map(|draft| {
        let command = draft.command(url);
        view! { <Equivalent command/> }
    });
    let size = format!("at most {}", words::bytes(u64::from(attributes.maximum_message_size)));
    let retention = words::seconds(u64::from(attributes.retention));
    view! {
        <Section title="What this queue does with it">
            <Facts>
                <Fact label="Size">{size}</Fact>
                <Fact label="Delay">{delay}</Fact>
                <Fact label="Retention">{retention}</Fact>
                {deduplication}
            </Facts>
            {preview}
        </Section>
    }
}
