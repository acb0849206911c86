//! The form that receives and keeps, and what is seen while it runs.

use leptos::prelude::*;

use super::asking::Asking;
use crate::model::form::receive::{MESSAGES_MAX, MESSAGES_USUAL, ReceiveForm, SECONDS_MAX, SECONDS_USUAL};
use crate::model::limits::VISIBILITY_TIMEOUT;
use crate::model::paths::{self, QueuePage};
use crate::model::{QueueName, words};
use crate::server::pages::Here;
use crate::server::services::messages::{self, Snapshot};
use crate::ui::parts::{Button, Equivalent, Glyph, LinkButton, Meter, NumberField, Refresh, Section};

/// What a receive is, what it costs here, and the button.
pub(super) fn form(asking: &Asking<'_>) -> impl IntoView + use<> {
    let (form, sentence) = asking.typed::<ReceiveForm>();
    let or = |typed: String, usual: String| if typed.is_empty() { usual } else { typed };
    let (connection, queue) = (asking.connection.to_string(), asking.queue.to_string());
    let timeout = asking.attributes.visibility_timeout;
    let spending = asking.spending("confirm-receive", sentence("confirm-receive"));
    let errors = ["seconds", "messages", "visibility"].map(&sentence);
    let [seconds_error, messages_error, visibility_error] = errors;
    let reason = asking.refusal.as_ref().map(|refusal| refusal.title());
    let command = messages::command(asking.url, timeout, 20);
    view! {
        <Section title="Receive" note="and hold, to act on them">
            <form class="form" method="post" action=paths::api("messages/receive")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=queue/>
                <p class="soft">"Hidden from consumers until the time below is up, or you delete or release it."</p>
                {spending}
                <div class="asking">
                    <NumberField
                        name="messages"
                        label="Up to"
                        value=or(form.messages, MESSAGES_USUAL.to_string())
                        error=messages_error
                        min=1
                        max=MESSAGES_MAX as u64
                        unit="messages"
                    />
                    <NumberField
                        name="seconds"
                        label="Poll for"
                        value=or(form.seconds, SECONDS_USUAL.to_string())
                        error=seconds_error
                        min=1
                        max=u64::from(SECONDS_MAX)
                        unit="s"
                    />
                    <NumberField
                        name="visibility"
                        label="Hide for"
                        value=or(form.visibility, timeout.to_string())
                        error=visibility_error
                        min=1
                        max=u64::from(VISIBILITY_TIMEOUT.max)
                        unit="s"
                    />
                    <Button glyph=Glyph::Play reason>
                        "Receive"
                    </Button>
                </div>
            </form>
            <Equivalent command/>
        </Section>
    }
}

/// A receive under way: how far it is, and Stop. `data-progress` marks it for the page's stream.
pub(super) fn running(here: &Here, queue: &QueueName, snapshot: Option<&Snapshot>) -> Option<impl IntoView + use<>> {
    let snapshot = snapshot?;
    let (received, wanted) = (snapshot.entries.len() as u64, snapshot.wanted as u64);
    let left = u64::try_from((snapshot.deadline_ms - here.now_ms).max(0) / 1_000).unwrap_or(0);
    let page = paths::queue(here.connection.name(), queue, QueuePage::Messages);
    let session = here.connection.session(queue);
    let (connection, queue) = (here.connection.name().to_string(), queue.to_string());
    let reload = page.clone();
    Some(view! {
        <Section title="Receiving" note=format!("{} left", words::seconds(left))>
            <Refresh href=page seconds=2/>
            <div class="receiving" data-progress=session data-reload="">
                <Meter label="Messages received" value=received max=wanted/>
                <p class="cluster" role="status">
                    <span>
                        <span data-progress-count="">{words::count(received)}</span>
                        {format!(" of at most {}", words::plural(wanted, "message", "messages"))}
                    </span>
                </p>
            </div>
            <form class="cluster" method="post" action=paths::api("messages/stop")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=queue/>
                <Button glyph=Glyph::Stop>"Stop"</Button>
                <LinkButton href=reload>"Show what has come"</LinkButton>
                <span class="soft">"Messages can be acted on when it has ended."</span>
            </form>
        </Section>
    })
}
