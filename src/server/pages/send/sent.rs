//! What SQS answered to the message that was just sent.

use leptos::prelude::*;

use crate::model::form::Done;
use crate::model::form::send::SendForm;
use crate::model::{Attributes, QueueUrl, words};
use crate::server::services::submissions::Submission;
use crate::ui::parts::{Badge, Copy, Equivalent, Fact, Facts, Glyph, Section, Tone};

/// Id, digest, sequence number, and the command that would have done the same.
pub(super) fn result(
    url: &QueueUrl,
    attributes: &Attributes,
    submission: Option<&Submission>,
) -> Option<impl IntoView + use<>> {
    let submission = submission?;
    let (sent, delivered) = match submission.done.as_ref()? {
        Done::MessageSent(sent) => (sent.clone(), true),
        Done::MessageNotDelivered(sent) => (sent.clone(), false),
        _ => return None,
    };
    let draft = submission.form::<SendForm>().and_then(|form| form.parse(attributes).ok());
    let size = draft.as_ref().map(|draft| words::bytes(draft.size() as u64));
    let command = draft.map(|draft| draft.command(url));
    let id_label = if delivered { "Message id" } else { "Message id of the first" };
    Some(view! {
        <Section title="What SQS answered">
            <Facts>
                <Fact label=id_label>
                    <Copy label="message id" value=sent.id.to_string()/>
                </Fact>
                <Fact label="MD5 of the body">
                    <span class="cluster">
                        <code>{sent.md5_of_body}</code>
                        <Badge tone=Tone::Ok glyph=Glyph::Check>
                            "verified"
                        </Badge>
                    </span>
                </Fact>
                {sent
                    .sequence_number
                    .map(|number| {
                        view! {
                            <Fact label="Sequence number">
                                <Copy label="sequence number" value=number/>
                            </Fact>
                        }
                    })}
                {size.map(|size| view! { <Fact label="Size">{size}</Fact> })}
            </Facts>
            {command.map(|command| view! { <Equivalent command/> })}
        </Section>
    })
}
