//! What is to be known of a message before it is edited: what its body is wrapped in, and what is locked.

use leptos::prelude::*;

use crate::model::form::edit::EditForm;
use crate::model::limits::GROUP_ID_MAX;
use crate::model::{Message, QueueKind, QueueName};
use crate::server::services::messages::layers::{Content, Language, Layers};
use crate::server::services::submissions::Submission;
use crate::ui::parts::{Checkbox, Disclosure, Fact, Facts, TextField};

/// What the editor is told of the body's language.
pub(super) fn language(layers: &Layers) -> &'static str {
    match layers.0[0].shown().language {
        Language::Json => "JSON",
        Language::Xml => "XML",
        Language::Text | Language::Bytes => "",
    }
}

/// What to mind with this body, in sentences.
pub(super) fn notes(message: &Message, layers: &Layers) -> Vec<String> {
    let mut notes = Vec::new();
    // What is only laid out is no envelope.
    let wrapped =
        layers.0.iter().any(|layer| !matches!(&layer.content, Content::Text(text) if **text == *message.body));
    let names: Vec<_> = layers.0.iter().map(|layer| layer.name).collect();
    if names.iter().any(|name| name.starts_with("S3")) {
        notes.push(
            "The body is a pointer to an object in S3. The pointer is edited; the payload it leads to stays as it is."
                .into(),
        );
    } else if wrapped {
        let trail = names.join(" › ");
        notes.push(format!(
            "The body is edited as it was sent, not what is unwrapped from it ({trail}). What is inside keeps its escapes."
        ));
    }
    if message.body.contains('\r') {
        notes
            .push("It has CR line ends. They stay where nothing is changed, and a new line gets the usual one.".into());
    }
    notes
}

/// Group, deduplication id and trace header: what decides order and who is responsible for it is locked at first.
pub(super) fn sensitive(
    queue: &QueueName,
    message: &Message,
    form: &EditForm,
    submission: Option<&Submission>,
) -> impl IntoView + use<> {
    let wrong = |field: &str| submission.and_then(|submission| submission.sentence(field));
    let errors = ["sensitive", "group", "trace"].map(wrong);
    let open = !form.sensitive.is_empty() || errors.iter().any(Option::is_some);
    let [locked_error, group_error, trace_error] = errors;
    let known = |value: Option<&str>| {
        let value = value.map(str::to_owned);
        match value {
            Some(value) => view! { <code class="value">{value}</code> }.into_any(),
            None => view! { <span class="soft">"none"</span> }.into_any(),
        }
    };
    let (group, trace) = (known(message.group_id()), known(message.trace_header()));
    let was = message.deduplication_id().map(|id| format!(" The original has {id}."));
    let unlocked = !form.sensitive.is_empty();
    let fields = form.fields.clone();
    let hint = if queue.kind() == QueueKind::Fifo {
        "The group decides the order among messages; the trace header ties the copy to what sent the original."
    } else {
        "The group decides whose turn it is; the trace header ties the copy to what sent the original."
    };
    let note = if unlocked { "unlocked" } else { "locked" }.to_owned();
    view! {
        <Disclosure summary="Group, deduplication and trace" note open>
            <div class="sensitive">
                <Checkbox name="sensitive" label="Unlock group and trace header" hint checked=unlocked error=locked_error/>
                <div class="sensitive-locked">
                    <Facts>
                        <Fact label="Message group id">{group}</Fact>
                        <Fact label="Trace header">{trace}</Fact>
                    </Facts>
                </div>
                <div class="sensitive-open">
                    <TextField
                        name="group"
                        label="Message group id"
                        value=fields.group
                        error=group_error
                        maxlength=GROUP_ID_MAX
                        optional=true
                        mono=true
                    />
                    <TextField
                        name="trace"
                        label="Trace header"
                        value=fields.trace
                        error=trace_error
                        placeholder="Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"
                        optional=true
                        mono=true
                    />
                </div>
                <Facts>
                    <Fact label="Deduplication id">
                        "A FIFO destination gets one of its own for each redrive, so that SQS never takes the copy for a message that it knows."
                        {was}
                    </Fact>
                </Facts>
            </div>
        </Disclosure>
    }
}
