//! The form that holds messages, what is seen while they come, and the lease while they are held.

use leptos::prelude::*;

use super::asking::Asking;
use super::list::{self, keep};
use crate::model::form::hold::{HoldForm, MESSAGES_MAX, MESSAGES_USUAL, SECONDS_MAX};
use crate::model::paths;
use crate::model::{QueueName, words};
use crate::server::pages::Here;
use crate::server::services::messages::{self, Release, Snapshot, Terms};
use crate::ui::parts::{
    Badge, Button, Equivalent, Glyph, LinkButton, Meter, NumberField, Refresh, Scriptless, Section, Tone, Variant,
};

/// What a hold is, and the button.
pub(super) fn form(asking: &Asking<'_>) -> impl IntoView + use<> {
    let (form, sentence) = asking.typed::<HoldForm>();
    let or = |typed: String, usual: String| if typed.is_empty() { usual } else { typed };
    let (connection, queue) = (asking.connection.to_string(), asking.queue.to_string());
    let kept = keep(&asking.list);
    let spending = asking.spending("confirm-hold", sentence("confirm-hold"));
    let [seconds_error, messages_error] = ["seconds", "messages"].map(&sentence);
    let reason = asking.refusal.as_ref().map(|refusal| refusal.title());
    let variant = if asking.dead && !asking.free { Variant::Primary } else { Variant::Quiet };
    let command = messages::command(asking.url, Terms::default().lease, 1);
    view! {
        <Section title="Hold" note="and work on them">
            <form class="form" method="post" action=paths::api("messages/hold")>
                <input type="hidden" name="connection" value=connection/>
                <input type="hidden" name="queue" value=queue/>
                {kept}
                <p class="soft">
                    "Hidden from consumers while a page of them is open: to delete, hide, copy or release them. "
                    "Given back 10 s after the last page closed, or within 45 s when its computer or network is gone."
                </p>
                {spending}
                <div class="asking">
                    <NumberField
                        name="messages"
                        id="hold-messages"
                        label="Hold up to"
                        value=or(form.messages, MESSAGES_USUAL.to_string())
                        error=messages_error
                        min=1
                        max=MESSAGES_MAX as u64
                        unit="messages"
                    />
                    <NumberField
                        name="seconds"
                        id="hold-seconds"
                        label="Wait for more"
                        value=or(form.seconds, "0".to_owned())
                        error=seconds_error
                        min=0
                        max=u64::from(SECONDS_MAX)
                        unit="s"
                    />
                    <Button variant glyph=Glyph::Clock reason>
                        "Hold"
                    </Button>
                </div>
            </form>
            <Equivalent command/>
        </Section>
    }
}

/// A hold under way: what comes, or until when it holds.
pub(super) fn section(here: &Here, queue: &QueueName, snapshot: &Snapshot) -> AnyView {
    if snapshot.is_running() {
        running(here, queue, snapshot).into_any()
    } else {
        held(here, queue, snapshot).into_any()
    }
}

/// How far it is, and Stop. `data-progress` marks it for the page's stream.
fn running(here: &Here, queue: &QueueName, snapshot: &Snapshot) -> impl IntoView + use<> {
    let (received, wanted) = (snapshot.entries.len() as u64, snapshot.wanted as u64);
    let left = u64::try_from((snapshot.deadline_ms - here.now_ms).max(0) / 1_000).unwrap_or(0);
    let list = list::asked(here);
    let (page, kept) = (list::address(here, queue, &list), keep(&list));
    let session = snapshot.session.clone();
    let (connection, queue) = (here.connection.name().to_string(), queue.to_string());
    let reload = page.clone();
    view! {
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
                {kept}
                <Button glyph=Glyph::Stop>"Stop"</Button>
                <LinkButton href=reload>"Show what has come"</LinkButton>
                <span class="soft">"Messages can be acted on when it has ended."</span>
            </form>
        </Section>
    }
}

/// Until when, for how long, and the way to more and to the end. `data-hold` marks it for the page's stream.
fn held(here: &Here, queue: &QueueName, snapshot: &Snapshot) -> impl IntoView + use<> {
    let until_ms = messages::held_until(snapshot).unwrap_or(here.now_ms);
    let left = u64::try_from((until_ms - here.now_ms).max(0) / 1_000).unwrap_or(0);
    let session = snapshot.session.clone();
    let (connection, queue) = (here.connection.name().to_string(), queue.to_string());
    view! {
        <form class="holding" method="post" action=paths::api("messages/extend") data-hold=session>
            <input type="hidden" name="connection" value=connection/>
            <input type="hidden" name="queue" value=queue/>
            {keep(&list::asked(here))}
            <p class="cluster">
                <Badge tone=Tone::Info glyph=Glyph::Clock>
                    "held until "
                    <span data-held-until="">{words::time_of_day(until_ms)}</span>
                    " · "
                    <span class="holding-left" data-held-left="">
                        {words::seconds(left)}
                    </span>
                </Badge>
                <span>"renewed while a page of these messages is open"</span>
                <Button small=true glyph=Glyph::Clock>
                    "Extend"
                </Button>
                <Button small=true glyph=Glyph::ArrowRight to=paths::api("messages/release")>
                    "Release all"
                </Button>
            </p>
            <p class="soft">
                "10 s after the last page closed everything is given back, after 11 h at the latest. Should a page's computer or network vanish, within 45 s; should the console die, within 2 min. A page without scripts, or one that was closed while it loaded, counts for 5 min."
            </p>
            <Scriptless text="Without a script nobody can tell that this page is open: it counts for 5 min from when it was loaded. Extend counts anew."/>
        </form>
    }
}

/// Why a hold ended, where its page did not ask for it.
pub(super) fn why(why: Release) -> Option<&'static str> {
    match why {
        Release::Asked => None,
        Release::Left => Some("because no page was open any more"),
        Release::Longest => Some("because 11 h were up: SQS hides a message for 12 h at most"),
        Release::Closing => Some("because the console stopped"),
        Release::Nothing => Some("because nothing was held any more"),
    }
}
