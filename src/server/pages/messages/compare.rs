//! Two messages beside each other: where their bodies differ, and their attributes.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::difference;
use crate::model::paths::{self, QueuePage};
use crate::model::{Failure, Message, MessageId, QueueName, words};
use crate::server::pages::queue::head::head as queue_head;
use crate::server::pages::{Here, Page, done, page};
use crate::server::services::messages::difference::{Difference, Said, attributes, comparable, system};
use crate::server::services::messages::layers::{Layers, peel};
use crate::ui::parts::{Button, Disclosure, LinkButton, Section, TextField};

/// For how long texts are compared before larger changes than there are must do.
const WITHIN: Duration = Duration::from_millis(400);

/// Compares two messages.
#[component]
pub fn ComparePage() -> impl IntoView {
    page(compare)
}

async fn compare(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let ids = [here.query("a"), here.query("b")].map(|id| id.trim().to_owned());
    let found = ids.each_ref().map(|id| here.connection.kept(&queue, &MessageId::new(id)).map(|kept| kept.message));
    let missing = |at: usize| (found[at].is_none() && !ids[at].is_empty()).then(|| ABSENT.to_owned());
    let errors = [missing(0), missing(1)];
    let status = if errors.iter().flatten().count() > 0 { 404 } else { 200 };
    let unified = here.query("view") == "unified";
    let name = here.connection.name();
    let head = queue_head(name, &queue, QueuePage::Messages, here.connection.is_dead_letter_queue(&queue));
    let form = form(&here, &queue, &ids, errors, unified);
    let result = match found {
        [Some(first), Some(second)] => Some(result(&here, &queue, &first, &second, unified)),
        _ => None,
    };
    let view = view! {
        {head}
        {done::notice(&here)}
        {form}
        {result}
    };
    let mut page = Page::new(format!("Compare messages of {queue}"), view).about(&queue);
    page.status = status;
    Ok(page)
}

/// The ways from one message to a comparison: with its neighbours, or with any other.
pub(super) fn with(
    here: &Here,
    queue: &QueueName,
    id: &MessageId,
    beside: [Option<MessageId>; 2],
) -> impl IntoView + use<> {
    let name = here.connection.name();
    let link = |other: MessageId| paths::compare(name, queue, id.as_str(), other.as_str());
    let [previous, next] = beside.map(|other| other.map(link));
    let (action, id) = (paths::compare(name, queue, "", ""), id.to_string());
    view! {
        <Disclosure summary="Compare with…">
            <div class="stack" data-gap="small">
                <div class="cluster">
                    {previous.map(|href| view! { <LinkButton href small=true>"The previous one"</LinkButton> })}
                    {next.map(|href| view! { <LinkButton href small=true>"The next one"</LinkButton> })}
                </div>
                <form method="get" action=action>
                    <input type="hidden" name="a" value=id/>
                    <div class="asking compare-ids">
                        <TextField name="b" label="Message id" mono=true/>
                        <Button>"Compare"</Button>
                    </div>
                </form>
            </div>
        </Disclosure>
    }
}

/// Said beside a field.
const ABSENT: &str = "No message with this id is in the snapshot, in a chosen set or in a job. Look again.";

/// Which two.
fn form(
    here: &Here,
    queue: &QueueName,
    ids: &[String; 2],
    errors: [Option<String>; 2],
    unified: bool,
) -> impl IntoView + use<> {
    let action = paths::compare(here.connection.name(), queue, "", "");
    let back = paths::queue(here.connection.name(), queue, QueuePage::Messages);
    let ([a, b], [a_error, b_error]) = (ids.clone(), errors);
    let view = unified.then(|| view! { <input type="hidden" name="view" value="unified"/> });
    view! {
        <form method="get" action=action>
            {view}
            <div class="asking compare-ids">
                <TextField name="a" label="First message" value=a error=a_error mono=true/>
                <TextField name="b" label="Second message" value=b error=b_error mono=true/>
                <Button>"Compare"</Button>
                <LinkButton href=back>"All messages"</LinkButton>
            </div>
        </form>
    }
}

fn result(
    here: &Here,
    queue: &QueueName,
    first: &Arc<Message>,
    second: &Arc<Message>,
    unified: bool,
) -> impl IntoView + use<> {
    let [a, b] = [first, second].map(|message| peel(&message.body, &message.attributes));
    let at = comparable(&a, &b);
    let trail = |layers: &Layers| layers.0[..=at].iter().map(|layer| layer.name).collect::<Vec<_>>().join(" › ");
    let note = trail(&a);
    let [one, two] = [&a, &b].map(|layers| layers.0[at].shown());
    let found = Difference::of(&one.text, &two.text, WITHIN);
    let cut = found.cut || one.cut || two.cut;
    let truth = if found.is_none() && !cut {
        let same = if first.body == second.body { "The bodies are equal, byte for byte." } else { EQUAL };
        same.to_owned()
    } else {
        let lines = |n: usize, side: &str| {
            let count = words::plural(n as u64, "line", "lines");
            format!("{count} only in the {side}")
        };
        format!("{}, {}.", lines(found.gone, "first (−)"), lines(found.come, "second (+)"))
    };
    let cut =
        cut.then(|| view! { <p class="layer-note">"Compared up to 512 KiB of each, and shown up to 4 000 lines."</p> });
    let name = here.connection.name();
    let base = paths::compare(name, queue, first.id.as_str(), second.id.as_str());
    let in_one = paths::with_query(&base, &[("view", "unified")]);
    let current = |here: bool| here.then_some("true");
    let (beside, stacked) = (current(!unified), current(unified));
    let swapped = paths::compare(name, queue, second.id.as_str(), first.id.as_str());
    let [to_first, to_second] = [first, second].map(|message| paths::message(name, queue, &message.id));
    let lines = difference::blocks(&found, unified, "Difference".to_owned());
    view! {
        <Section title="Bodies" note>
            <div class="cluster">
                <span>{truth}</span>
                <nav class="views push" aria-label="Views of the difference">
                    <a class="wide-only" href=base aria-current=beside>
                        "Side by side"
                    </a>
                    <a class="wide-only" href=in_one aria-current=stacked>
                        "Unified"
                    </a>
                    <a href=swapped>"Swap"</a>
                    <a href=to_first>"First"</a>
                    <a href=to_second>"Second"</a>
                </nav>
            </div>
            {cut}
            {lines}
        </Section>
        {said("Message attributes", attributes(first, second))}
        {said("System attributes", system(first, second))}
    }
}

/// Said where only what is around differs.
const EQUAL: &str = "What is compared is equal: the bodies differ in their layout or in their envelopes alone.";

/// What is said of both, what differs first.
fn said(title: &'static str, mut all: Vec<Said>) -> impl IntoView + use<> {
    all.sort_by_key(|said| said.first == said.second);
    let body = if all.is_empty() {
        view! { <p class="soft">"Neither has any."</p> }.into_any()
    } else {
        difference::table(title, all, &difference::SIDES).into_any()
    };
    view! { <Section title=title>{body}</Section> }
}
