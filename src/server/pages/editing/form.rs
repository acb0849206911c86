//! The editor of one message, or what its copy would be.

use leptos::prelude::*;

use super::place::{self, Place};
use super::{original, preview};
use crate::model::filter::Query;
use crate::model::form::edit::EditForm;
use crate::model::limits::MAXIMUM_MESSAGE_SIZE;
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, Message, MessageId, QueueName};
use crate::server::pages::messages::list;
use crate::server::pages::queue::head::head as queue_head;
use crate::server::pages::send::attributes;
use crate::server::pages::{Here, Page, done, page};
use crate::server::services::messages::layers;
use crate::server::services::submissions::Submission;
use crate::ui::parts::{Button, CopyButton, Glyph, LinkButton, Notice, TextareaField, Tone, Variant};

/// Edits one message.
#[component]
pub fn EditPage() -> impl IntoView {
    page(edit)
}

async fn edit(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let id = MessageId::new(here.params.get("message").unwrap_or_default());
    let plan = here.query("plan");
    if !plan.is_empty() && here.query(EDITOR).is_empty() {
        return preview::page(&here, &queue, &id, &plan).await;
    }
    let kept = here.connection.kept(&queue, &id).ok_or(Failure::NoSuchMessage)?;
    let message = &*kept.message;
    let submission = here.submission.as_deref();
    let name = here.connection.name();
    let typed = submission.and_then(Submission::form::<EditForm>);
    let form = typed.unwrap_or_else(|| EditForm::of(name.as_str(), &queue, message));
    let notice = submission.filter(|submission| submission.failure.is_some()).and_then(|_| done::notice(&here));
    let title = format!("Edit message {id}");
    let view = view! {
        {queue_head(name, &queue, QueuePage::Messages, here.connection.is_dead_letter_queue(&queue))}
        {notice}
        {head(&id)}
        {editor(&here, &queue, message, &form)}
    };
    Ok(Page::new(title, view).about(&queue).holding().answering(submission))
}

/// The query parameter that asks for the editor where there is a preview already.
pub(super) const EDITOR: &str = "editor";

/// What is done here, and with which message.
pub(super) fn head(id: &MessageId) -> impl IntoView + use<> {
    let id = id.to_string();
    view! {
        <div class="cluster">
            <h2>"Edit & resend"</h2>
            <code class="message-id">{id.clone()}</code>
            <CopyButton label="message id" value=id/>
        </div>
    }
}

fn editor(here: &Here, queue: &QueueName, message: &Message, form: &EditForm) -> impl IntoView + use<> {
    let submission = here.submission.as_deref();
    let connection = here.connection.name().to_string();
    let back = list::before(here).link(&paths::message(here.connection.name(), queue, &message.id));
    let reason = here.connection.allowed().err().map(|refusal| refusal.title());
    let homes: Vec<_> = message.source().map(|arn| arn.name()).into_iter().collect();
    let place =
        Place { route: &form.route, target: &form.target, keep: form.keeps(), homes: &homes, many: false, submission };
    let rows = attributes::rows(&form.fields, submission);
    let (name, id) = (queue.to_string(), message.id.to_string());
    view! {
        <form
            class="split"
            data-side="end"
            data-guard=""
            method="post"
            enctype="multipart/form-data"
            action=paths::api("messages/edit")
        >
            <input type="hidden" name="connection" value=connection/>
            <input type="hidden" name="queue" value=name/>
            <input type="hidden" name="message" value=id/>
            {list::keep(&list::before(here))}
            <div class="stack">
                {body(message, form, submission)}
                {rows}
                {original::sensitive(queue, message, form, submission)}
            </div>
            <div class="stack">
                {place::fields(&place)}
                <div class="form-actions">
                    <Button variant=Variant::Primary glyph=Glyph::Look reason>
                        "Preview"
                    </Button>
                    <LinkButton href=back variant=Variant::Plain>"Cancel"</LinkButton>
                    <span class="soft">"Nothing is sent yet."</span>
                </div>
            </div>
        </form>
    }
}

/// The body, and what is said of it while it is typed.
fn body(message: &Message, form: &EditForm, submission: Option<&Submission>) -> impl IntoView + use<> {
    let layers = layers::peel(&message.body, &message.attributes);
    let notes: Vec<_> =
        original::notes(message, &layers).into_iter().map(|note| view! { <p class="layer-note">{note}</p> }).collect();
    let language = original::language(&layers);
    let error = submission.and_then(|submission| submission.sentence("body"));
    let value = form.fields.body.clone();
    view! {
        {notes}
        <div class="editor">
            <TextareaField name="body" label="Body" value error editor=language/>
            <div class="editor-bar" data-editor-tool="" hidden>
                <span class="editor-lint" data-lint="" role="status"></span>
                <button class="button" type="button" data-variant="plain" data-size="small" data-lint-go="" hidden>
                    "Go there"
                </button>
                <span class="editor-size" data-size-of="body" data-max=MAXIMUM_MESSAGE_SIZE.max></span>
                <span class="editor-tools">
                    <button class="button" type="button" data-variant="plain" data-size="small" data-layout="lines">
                        "Format"
                    </button>
                    <button class="button" type="button" data-variant="plain" data-size="small" data-layout="close">
                        "Minify"
                    </button>
                </span>
                <span class="editor-keys">
                    <kbd>"Alt"</kbd>
                    " "
                    <kbd>"Shift"</kbd>
                    " "
                    <kbd>"F"</kbd>
                    " format "
                    <kbd>"Ctrl"</kbd>
                    " "
                    <kbd>"Enter"</kbd>
                    " preview"
                </span>
            </div>
        </div>
    }
}

/// The way here from a message: where nothing may be changed, the reason why not.
pub(in crate::server::pages) fn link(here: &Here, queue: &QueueName, id: &MessageId, list: &Query) -> AnyView {
    match here.connection.allowed() {
        Ok(()) => {
            let href = list.carry(&paths::edit(here.connection.name(), queue, id));
            view! { <LinkButton href glyph=Glyph::Edit small=true>"Edit & resend…"</LinkButton> }.into_any()
        }
        Err(refusal) => {
            let reason = Some(refusal.title());
            view! {
                <Button kind="button" glyph=Glyph::Edit small=true reason>
                    "Edit & resend…"
                </Button>
            }
            .into_any()
        }
    }
}

/// Said where there is no plan to look at any more.
pub(super) fn gone(editor: String) -> impl IntoView {
    view! {
        <Notice tone=Tone::Warn title="This preview is not there any more">
            <p>"Previews are kept for a while only. Nothing was sent."</p>
            <LinkButton href=editor>"Back to the editor"</LinkButton>
        </Notice>
    }
}
