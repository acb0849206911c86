//! A frozen set of messages: how many they are, how they were chosen, and what may be done with them.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::messages::{download, list};
use super::queue::head::head as queue_head;
use super::redrives::{lines, wish};
use super::spending::spending;
use super::{Here, Page, done, page};
use crate::model::archive::Archived;
use crate::model::form::carry_out::CarryOutForm;
use crate::model::limits::VISIBILITY_TIMEOUT;
use crate::model::paths::{self, QueuePage};
use crate::model::refusal::Receiving;
use crate::model::{Failure, MessageId, QueueArn, QueueKind, Refusal, words};
use crate::server::services::messages::Chosen;
use crate::ui::parts::{
    Age, Button, Cell, CellKind, Column, Glyph, LinkButton, NameCell, NumberField, Section, Table, TextField, Variant,
};

/// How many of the messages are shown.
const SAMPLE: usize = 10;
/// For how many seconds they are hidden unless told otherwise.
const HIDE: u32 = 15 * 60;

/// What is done with a set of messages.
#[component]
pub fn ChosenPage() -> impl IntoView {
    page(chosen)
}

async fn chosen(here: Here) -> Result<Page, Failure> {
    let queue = here.queue()?;
    let chosen = here.connection.chosen(&queue, &here.params.get("chosen").unwrap_or_default())?;
    let attributes = here.connection.attributes(&queue).await?;
    let keeps = here.connection.keeps(&queue).await?;
    let budget = here.connection.price(&queue, &attributes).refusal(Receiving::Job);
    let silent = chosen.messages.iter().filter(|message| message.source().is_none());
    let silent: Vec<MessageId> = silent.map(|message| message.id.clone()).collect();
    let remembered = match &attributes.arn {
        Some(arn) => here.connection.remembered_homes(arn, Some(&silent)).await?,
        None => BTreeMap::new(),
    };
    let count = words::plural(chosen.messages.len() as u64, "message", "messages");
    let back = list::address(&here, &queue, &list::before(&here));
    let head =
        queue_head(here.connection.name(), &queue, QueuePage::Messages, here.connection.is_dead_letter_queue(&queue));
    let body = view! {
        {head}
        {done::notice(&here)}
        <p class="truth">
            <strong>{count.clone()}</strong>
            <span>{chosen.how.clone()}</span>
            <span>"frozen " <Age at=chosen.at_ms now=here.now_ms/></span>
            <span>"what is done is done with these, whatever comes meanwhile"</span>
        </p>
        <div class="split">
            <div class="stack" data-gap="large">
                {redrive(&here, &chosen, &remembered)}
                {edit(&here, &chosen)}
                {actions(&here, &chosen, budget.as_ref(), &keeps)}
                <LinkButton href=back>"Back to the list"</LinkButton>
            </div>
            {sample(&here, &chosen)}
        </div>
    };
    Ok(Page::new(format!("{count} of {queue}"), body).about(&queue).holding().answering(here.submission.as_deref()))
}

/// The first of them.
fn sample(here: &Here, chosen: &Chosen) -> impl IntoView + use<> {
    let rows: Vec<_> = chosen
        .messages
        .iter()
        .take(SAMPLE)
        .map(|message| {
            let href = paths::message(here.connection.name(), &chosen.queue, &message.id);
            let (id, now) = (message.id.to_string(), here.now_ms);
            let short: String = id.chars().take(8).collect();
            let sent = message.sent_at().map(|at| view! { <Age at now/> });
            let excerpt: String =
                message.body.chars().take(120).map(|c| if c.is_control() { ' ' } else { c }).collect();
            view! {
                <tr>
                    <NameCell>
                        <a class="mono" href=href title=id>
                            {short}
                        </a>
                    </NameCell>
                    <Cell label="Sent">{sent}</Cell>
                    <Cell label="Body" kind=CellKind::Text>
                        <span class="excerpt">{excerpt}</span>
                    </Cell>
                </tr>
            }
        })
        .collect();
    let columns = vec![
        Column::new("Message", CellKind::Name),
        Column::new("Sent", CellKind::Plain),
        Column::new("Body", CellKind::Text),
    ];
    let more = chosen.messages.len().saturating_sub(SAMPLE) as u64;
    let more = (more > 0).then(|| view! { <p class="soft">{format!("and {} more", words::count(more))}</p> });
    let files = download::of_chosen(here, &chosen.queue, &chosen.id);
    view! {
        <Section title="Chosen" action=|| files>
            <Table caption="The first of the chosen messages" columns>
                {rows}
            </Table>
            {more}
        </Section>
    }
}

/// What most people have chosen them for.
fn redrive(here: &Here, chosen: &Chosen, remembered: &BTreeMap<MessageId, QueueArn>) -> impl IntoView + use<> {
    let subject = wish::Subject {
        queue: &chosen.queue,
        typed: None,
        chosen: &chosen.id,
        whole: false,
        plan: "",
        homes: lines::homes(chosen.messages.iter().map(AsRef::as_ref), remembered),
        has_home: chosen
            .messages
            .iter()
            .any(|message| message.source().is_some() || remembered.contains_key(&message.id)),
        count: words::plural(chosen.messages.len() as u64, "message", "messages"),
        primary: true,
    };
    let form = wish::form(here, &subject).into_any();
    view! { <Section title="Redrive">{form}</Section> }
}

/// The way to the form that edits all of them in the same way; where nothing may be changed, the reason why not.
fn edit(here: &Here, chosen: &Chosen) -> impl IntoView + use<> {
    let button = match here.connection.allowed() {
        Ok(()) => {
            let href = paths::edit_chosen(here.connection.name(), &chosen.queue, &chosen.id);
            let href = list::before(here).carry(&href);
            view! { <LinkButton href glyph=Glyph::Edit>"Edit all…"</LinkButton> }.into_any()
        }
        Err(refusal) => {
            let reason = Some(refusal.title());
            view! {
                <Button kind="button" glyph=Glyph::Edit reason>
                    "Edit all…"
                </Button>
            }
            .into_any()
        }
    };
    view! {
        <Section title="Edit and resend" note="the same change in each">
            <div class="form-actions">{button}</div>
        </Section>
    }
}

/// One form per action.
fn actions(here: &Here, chosen: &Chosen, budget: Option<&Refusal>, keeps: &Archived) -> impl IntoView + use<> {
    let kept = keeps.sentence();
    let sent = here.submission.as_deref().and_then(|submission| Some((submission, submission.form::<CarryOutForm>()?)));
    let (submission, typed) = sent.unzip();
    let typed = typed.unwrap_or_default();
    let sentence = |field: &str| submission.and_then(|submission| submission.sentence(field));
    let reason = here.connection.allowed().err().map(|refusal| refusal.title());
    let count = words::plural(chosen.messages.len() as u64, "message", "messages");
    let [to_copy, to_hide, to_delete] = ["Copy", "Hide", "Delete"].map(|verb| format!("{verb} {count}"));
    let [in_copy, in_hide, in_delete] = std::array::from_fn(|_| hidden(here, chosen));
    let seconds = if typed.seconds.is_empty() { HIDE.to_string() } else { typed.seconds };
    let (seconds_error, to_error, confirm_error) = (sentence("seconds"), sentence("to"), sentence("confirm"));
    let spending = |id: &str| spending(&chosen.queue, budget, id, confirm_error.clone());
    let (hide_spending, delete_spending) = (spending("hide-confirm"), spending("delete-confirm"));
    let again =
        "Those that nobody holds any more are found again by receiving, which counts a receive on every message met.";
    let fifo = (chosen.queue.kind() == QueueKind::Fifo)
        .then_some(" A FIFO queue shows at most the first ten of each group, so some may not be found.");
    let (release_reason, hide_reason, copy_reason) = (reason.clone(), reason.clone(), reason.clone());
    view! {
        <Section title="Copy" note="they stay where they are">
            <form class="form" method="post" action=paths::api("messages/start-job")>
                {in_copy}
                <div class="asking">
                    <TextField name="to" label="To the queue" value=typed.to error=to_error mono=true/>
                    <Button glyph=Glyph::Send name="action" value="copy" reason=copy_reason>
                        {to_copy}
                    </Button>
                </div>
            </form>
        </Section>
        <Section title="Visibility" note="hide or release">
            <form class="form" method="post" action=paths::api("messages/start-job")>
                {in_hide}
                <p class="soft">{again} {fifo}</p>
                {hide_spending}
                <div class="asking">
                    <NumberField
                        name="seconds"
                        label="Hide from then on for"
                        value=seconds
                        error=seconds_error
                        min=u64::from(VISIBILITY_TIMEOUT.min)
                        max=u64::from(VISIBILITY_TIMEOUT.max)
                        unit="s"
                    />
                    <Button glyph=Glyph::Clock name="action" value="hide" reason=hide_reason>
                        {to_hide}
                    </Button>
                    <Button glyph=Glyph::ArrowRight name="action" value="release" reason=release_reason>
                        "Release"
                    </Button>
                </div>
            </form>
        </Section>
        <Section title="Delete">
            <form class="form" method="post" action=paths::api("messages/start-job")>
                {in_delete}
                <p>{kept}</p>
                <p class="soft">{again} {fifo}</p>
                {delete_spending}
                <div class="form-actions">
                    <Button variant=Variant::Destroy glyph=Glyph::Trash name="action" value="delete" reason>
                        {to_delete}
                    </Button>
                </div>
            </form>
        </Section>
    }
}

/// The fields that every form sends.
fn hidden(here: &Here, chosen: &Chosen) -> impl IntoView + use<> {
    let (connection, queue, id) = (here.connection.name().to_string(), chosen.queue.to_string(), chosen.id.clone());
    view! {
        <input type="hidden" name="connection" value=connection/>
        <input type="hidden" name="queue" value=queue/>
        <input type="hidden" name="chosen" value=id/>
        {list::keep(&list::before(here))}
    }
}
