//! What the copy of one message would be, beside the original, and what would happen. Nothing was sent yet.

use std::time::Duration;

use leptos::prelude::*;

use super::form::{EDITOR, gone, head};
use super::sample;
use crate::model::journal::QueueNo;
use crate::model::paths::{self, QueuePage};
use crate::model::{Draft, Failure, Message, MessageId, QueueKind, QueueName, words};
use crate::server::api::SUBMISSION;
use crate::server::pages::messages::{difference, list};
use crate::server::pages::queue::head::head as queue_head;
use crate::server::pages::redrives::{start, warnings};
use crate::server::pages::{Here, Page, done};
use crate::server::services::redrive::engine::Queue;
use crate::server::services::redrive::planning::Planned;
use crate::ui::parts::{Disclosure, Equivalent, Fact, Facts, KindBadge, LinkButton, Notice, Section, Tone, Variant};

/// For how long texts are compared before larger changes than there are must do.
const WITHIN: Duration = Duration::from_millis(300);

/// The page of a plan that edits one message.
pub(super) async fn page(here: &Here, queue: &QueueName, id: &MessageId, plan: &str) -> Result<Page, Failure> {
    let name = here.connection.name();
    let own = list::before(here).carry(&paths::edit(name, queue, id));
    let own = paths::with_query(&own, &[(SUBMISSION, &here.query(SUBMISSION))]);
    let head = view! {
        {queue_head(name, queue, QueuePage::Messages, here.connection.is_dead_letter_queue(queue))}
        {head(id)}
    };
    let title = format!("Preview of edited message {id}");
    let planned = here.connection.planned(queue, plan).ok();
    let Some((planned, message, draft)) = planned.and_then(|planned| {
        let message = planned.messages.iter().find(|message| message.id == *id)?.clone();
        let draft = planned.order.edits.get(id)?.draft.clone();
        Some((planned, message, draft))
    }) else {
        let mut page = Page::new(title, view! { {head} {gone(own)} }).about(queue);
        page.status = 404;
        return Ok(page);
    };
    let vanishes = here.connection.nothing_vanishes(&planned).await.err();
    let raw = here.query("view") == "raw";
    let (planned, message, draft) = (&*planned, &*message, &*draft);
    let to = planned.plan.lines.first().and_then(|line| line.to.as_ref().ok()).map(|no| queue_of(planned, *no));
    let url = match to {
        Some(to) => here.connection.url(&to.arn.name()).await.ok(),
        None => None,
    };
    let command = url.map(|url| {
        let command = draft.command(&url);
        view! { <Equivalent summary="The send as a command" command/> }
    });
    let with_plan = paths::with_query(&own, &[("plan", plan)]);
    let editor = paths::with_query(&with_plan, &[(EDITOR, "1")]);
    let more = list::before(here).carry(&paths::plan(name, queue, plan));
    let label = if planned.order.policy.keep_originals {
        "Send the copy and keep the original"
    } else {
        "Send the copy and delete the original"
    };
    let start = start::form(here, planned, vanishes, Some(label.to_owned()));
    let around = sample::around(message, draft).unwrap_or_else(|| {
        view! { <p class="soft">"None of them is changed: the copy has them as the original does."</p> }.into_any()
    });
    let view = view! {
        {head}
        {done::notice(here).filter(|_| here.submission.as_deref().is_some_and(|sent| sent.failure.is_some()))}
        {warnings::warnings(here, planned)}
        {sample::broken(message, draft)}
        <div class="split" data-side="end">
            <div class="stack">
                {body(message, draft, raw, &with_plan)}
                <Section title="Attributes, group and trace">
                    {around}
                </Section>
            </div>
            <div class="stack">
                {happens(planned, message, draft, to)}
                {start}
                <div class="form-actions">
                    <LinkButton href=editor>"Back to the editor"</LinkButton>
                    <LinkButton href=more variant=Variant::Plain>"More choices"</LinkButton>
                </div>
                {command}
            </div>
        </div>
    };
    Ok(Page::new(title, view).about(queue).holding().answering(here.submission.as_deref()))
}

fn queue_of(planned: &Planned, no: QueueNo) -> &Queue {
    &planned.order.destinations[usize::from(no.0)]
}

/// The bodies beside each other.
fn body(message: &Message, draft: &Draft, raw: bool, page: &str) -> impl IntoView + use<> {
    let (found, truth) = sample::bodies(message, draft, raw, WITHIN);
    let current = |here: bool| here.then_some("true");
    let (laid_out, written) = (current(!raw), current(raw));
    let (page, as_written) = (page.to_owned(), paths::with_query(page, &[("view", "raw")]));
    let cut = found.cut.then(|| {
        view! { <p class="layer-note">"Compared up to 512 KiB of each, and shown up to 4 000 lines. What is sent is whole."</p> }
    });
    let views = (message.body != draft.body).then(|| {
        view! {
            <nav class="views push" aria-label="Views of the difference">
                <a href=page aria-current=laid_out>
                    "Laid out"
                </a>
                <a href=as_written aria-current=written>
                    "As written"
                </a>
            </nav>
        }
    });
    let lines = difference::blocks(&found, false, "Difference".to_owned());
    let whole = draft.body.clone();
    let small = whole.len() <= 64 * 1_024;
    let whole = small.then(|| {
        view! {
            <Disclosure summary="The whole body of the copy">
                <crate::ui::parts::Code text=whole/>
            </Disclosure>
        }
    });
    view! {
        <Section title="Body" note="original and copy">
            <div class="cluster">
                <span>{truth}</span>
                {views}
            </div>
            {cut}
            {lines}
            {whole}
        </Section>
    }
}

/// What is done, in its order.
fn happens(planned: &Planned, message: &Message, draft: &Draft, to: Option<&Queue>) -> AnyView {
    let Some(to) = to else {
        return view! {
            <Notice tone=Tone::Danger title="The copy cannot be sent there">
                <p>"Why stands above. Go back to the editor and choose another queue, or change the message."</p>
            </Notice>
        }
        .into_any();
    };
    let (size, most) = (draft.size() as u64, to.max_size as u64);
    let was = message.size() as u64;
    let size = format!("{} of at most {}", words::bytes(size), words::bytes(most));
    let (name, kind) = (to.arn.name().to_string(), to.kind);
    let sends = format!("The copy is sent to {name}, with a new id. The checksums that SQS answers are compared.");
    let was = format!("was {}", words::bytes(was));
    let from = planned.queue.to_string();
    let deduplication = (kind == QueueKind::Fifo)
        .then(|| view! { <Fact label="Deduplication id">"one of its own, made for this redrive"</Fact> });
    let last = if planned.order.policy.keep_originals {
        format!("The original stays in {from}.")
    } else {
        format!("The original is deleted from {from}. Until then nothing of it is lost, whatever happens in between.")
    };
    view! {
        <Section title="What will happen">
            <Facts>
                <Fact label="To">
                    <span class="cluster">{name} <KindBadge kind/></span>
                </Fact>
                <Fact label="Size">
                    <span class="cluster">{size} <span class="soft">{was}</span></span>
                </Fact>
                <Fact label="Characters">"all allowed by SQS"</Fact>
                {deduplication}
            </Facts>
            <ol class="steps">
                <li>"That it will be sent is written down."</li>
                <li>{sends}</li>
                <li>"That it was accepted is written down, with both ids: should the copy fail again, it says that it was edited, by whom and when."</li>
                <li>{last}</li>
            </ol>
        </Section>
    }
    .into_any()
}
