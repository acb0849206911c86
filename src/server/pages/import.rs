//! Import: a file of messages is read, what would be sent is shown, and a click sends it.

use leptos::prelude::*;

use super::messages::list;
use super::queue::head::head as queue_head;
use super::{Here, Page, done, page};
use crate::model::form::import::{ImportForm, Reading};
use crate::model::limits::GROUP_ID_MAX;
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, Message, QueueKind, QueueName, words};
use crate::server::services::messages::Upload;
use crate::ui::parts::{
    Age, Button, Cell, CellKind, Choice, Column, Empty, FileField, Glyph, LinkButton, NameCell, Notice, RadioGroup,
    Section, Table, TextField, TextareaField, Tone, Variant,
};

/// How many of the messages, and of the lines that cannot be sent, are shown.
const SAMPLE: usize = 20;
const FAULTS: usize = 50;
/// Characters of a body in a row.
const EXCERPT: usize = 160;

/// Reads messages from a file, and sends them.
#[component]
pub fn ImportPage() -> impl IntoView {
    page(import)
}

async fn import(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let upload = match here.query("upload").as_str() {
        "" => None,
        id => Some(here.connection.uploaded(&queue, id)?),
    };
    // A queue that does not exist has no form.
    here.connection.url(&queue).await?;
    let head =
        queue_head(here.connection.name(), &queue, QueuePage::Send, here.connection.is_dead_letter_queue(&queue));
    let main = match &upload {
        Some(upload) => preview(&here, upload).into_any(),
        None => form(&here, &queue).into_any(),
    };
    let body = view! {
        {head}
        {done::notice(&here)}
        {main}
    };
    Ok(Page::new(format!("Import to {queue}"), body).about(&queue).answering(here.submission.as_deref()))
}

fn form(here: &Here, queue: &QueueName) -> impl IntoView + use<> {
    let submission = here.submission.as_deref();
    let typed: ImportForm = submission.and_then(|submission| submission.form()).unwrap_or_default();
    let sentence = |field: &str| submission.and_then(|submission| submission.sentence(field));
    let errors = ["file", "text", "reading", "group"].map(sentence);
    let [file_error, text_error, reading_error, group_error] = errors;
    let choices = Reading::ALL.map(|reading| Choice::new(reading.key(), reading.label())).to_vec();
    let reading = if typed.reading.is_empty() { Reading::default().key().to_owned() } else { typed.reading };
    let kept = list::keep(&list::before(here));
    let group_label = if queue.kind() == QueueKind::Fifo { "Message group" } else { "Message group (fair queue)" };
    let (connection, name) = (here.connection.name().to_string(), queue.to_string());
    view! {
        <Section title="Import" note="nothing is sent before you have seen what would be">
            <form class="form" method="post" enctype="multipart/form-data" action=paths::api("messages/import")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=name/>
                {kept}
                <FileField name="file" label="A file" hint="UTF-8 text of at most 16 MiB and 50 000 lines." error=file_error/>
                <TextareaField
                    name="text"
                    label="Or the lines themselves"
                    value=typed.text
                    error=text_error
                    optional=true
                    short=true
                />
                <RadioGroup name="reading" label="Each line is" choices value=reading error=reading_error/>
                <TextField
                    name="group"
                    label=group_label
                    value=typed.group
                    hint=format!("For lines that name none; at most {GROUP_ID_MAX} characters.")
                    error=group_error
                    optional=true
                    mono=true
                />
                <div class="form-actions">
                    <Button variant=Variant::Primary glyph=Glyph::Look>
                        "Read it"
                    </Button>
                    <span class="soft">
                        "A message is a line as Download writes it, or as “aws sqs receive-message” prints it."
                    </span>
                </div>
            </form>
        </Section>
    }
}

/// What would be sent, what would not, and the click that sends it.
fn preview(here: &Here, upload: &Upload) -> impl IntoView + use<> {
    let (good, bad) = (upload.messages().count() as u64, upload.faults().count() as u64);
    let count = words::plural(good, "message", "messages");
    let size = words::bytes(upload.bytes() as u64);
    let reason = here.connection.allowed().err().map(|refusal| refusal.title());
    let reason = reason.or_else(|| (good == 0).then(|| "None of the lines can be sent.".to_owned()));
    let (connection, name, id) = (here.connection.name().to_string(), upload.queue.to_string(), upload.id.clone());
    let back = list::before(here).carry(&paths::import(here.connection.name(), &upload.queue, ""));
    let kept = list::keep(&list::before(here));
    let table = sample(upload);
    let (at, now) = (upload.at_ms, here.now_ms);
    let fifo = (upload.queue.kind() == QueueKind::Fifo).then_some(
        "Each line has a deduplication id of its own: trying again within five minutes sends nothing twice.",
    );
    view! {
        <p class="truth">
            <strong>{count.clone()}</strong>
            <span>{size}</span>
            <span>{format!("of {}", words::plural(good + bad, "line", "lines"))}</span>
            <span>"read " <Age at now/></span>
            <span>"nothing is sent yet"</span>
        </p>
        {faults(upload)}
        {table}
        <Section title="Send" note=format!("to {name}")>
            <form class="form" method="post" action=paths::api("messages/start-import")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=name/>
                <input type="hidden" name="upload" value=id/>
                {kept}
                <p class="soft">
                    "Each gets a new id, a receive count of 0 and the time of now. Body, attributes, group and trace stay. "
                    {fifo}
                </p>
                <div class="form-actions">
                    <Button variant=Variant::Primary glyph=Glyph::Send reason>
                        {format!("Send {count}")}
                    </Button>
                    <LinkButton href=back>"Read another file"</LinkButton>
                </div>
            </form>
        </Section>
    }
}

/// The lines that cannot be sent, each with the reason.
fn faults(upload: &Upload) -> Option<impl IntoView + use<>> {
    let count = upload.faults().count();
    let items: Vec<_> = upload
        .faults()
        .take(FAULTS)
        .map(|(number, sentence)| view! { <li>{format!("Line {}: {sentence}", words::count(number as u64))}</li> })
        .collect();
    let more =
        (count > FAULTS).then(|| view! { <li>{format!("… and {} more", words::count((count - FAULTS) as u64))}</li> });
    let title = format!("{} cannot be sent", words::plural(count as u64, "line", "lines"));
    (count > 0).then(|| {
        view! {
            <Notice tone=Tone::Warn title>
                <ul class="costs">{items} {more}</ul>
            </Notice>
        }
    })
}

/// The first of the messages.
fn sample(upload: &Upload) -> AnyView {
    let rows: Vec<_> = upload.messages().take(SAMPLE).map(|message| row(message)).collect();
    if rows.is_empty() {
        let text = "Every line has something that this queue would refuse. Nothing was sent.";
        return view! { <Empty glyph=Glyph::Look title="Nothing to send" text/> }.into_any();
    }
    let columns = vec![
        Column::new("Line", CellKind::Name),
        Column::new("Group", CellKind::Plain),
        Column::new("Attributes", CellKind::Number),
        Column::new("Size", CellKind::Number),
        Column::new("Body", CellKind::Text),
    ];
    view! {
        <Section title="First messages">
            <Table caption="The first messages of the file" columns>
                {rows}
            </Table>
        </Section>
    }
    .into_any()
}

fn row(message: &Message) -> impl IntoView + use<> {
    let (line, group) = (message.id.to_string(), message.group_id().unwrap_or_default().to_owned());
    let (attributes, size) = (words::count(message.attributes.len() as u64), words::bytes(message.size() as u64));
    let excerpt: String =
        message.body.chars().take(EXCERPT).map(|c| if c.is_whitespace() || c.is_control() { ' ' } else { c }).collect();
    view! {
        <tr>
            <NameCell>{line}</NameCell>
            <Cell label="Group">
                <span class="tag">{group}</span>
            </Cell>
            <Cell label="Attributes" kind=CellKind::Number>
                {attributes}
            </Cell>
            <Cell label="Size" kind=CellKind::Number>
                {size}
            </Cell>
            <Cell label="Body" kind=CellKind::Text>
                <span class="excerpt">{excerpt}</span>
            </Cell>
        </tr>
    }
}
