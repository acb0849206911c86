//! Why a redrive waits, what to do about it, and the buttons that steer it.

use leptos::prelude::*;

use super::super::Here;
use super::refused;
use super::state::State;
use crate::model::paths::{self, QueuePage};
use crate::model::words;
use crate::server::services::redrive::engine::{Need, Order, Pause};
use crate::server::services::redrive::selective::{Live, Shown};
use crate::ui::parts::{Button, Glyph, Notice, Tone, Variant};

/// A notice for each reason to wait. While it ends the reasons stay: they are why somebody ended it, and what it still
/// waits for.
pub fn notices(here: &Here, shown: &Shown, order: Option<&Order>) -> Vec<AnyView> {
    let Some(live) = &shown.live else { return Vec::new() };
    let waits = live.pauses.iter().filter_map(|pause| {
        let (tone, title, text) = wait(*pause, shown, live, order)?;
        let links = matches!(pause, Pause::Canary | Pause::CameBack).then(|| links(here, shown));
        Some(
            view! {
                <Notice tone title>
                    <p>{text}</p>
                    {links}
                </Notice>
            }
            .into_any(),
        )
    });
    let refused = live.refusals.iter().filter_map(|(need, code)| refused::notice(shown, *need, code));
    waits.chain(refused).collect()
}

/// What there is to wait for, and what to do about it; nothing where a refusal tells.
fn wait(pause: Pause, shown: &Shown, live: &Live, order: Option<&Order>) -> Option<(Tone, String, String)> {
    let then = if shown.kept.cancelled { "it ends then" } else { "it goes on by itself" };
    Some(match pause {
        Pause::Asked => {
            (Tone::Info, "Somebody paused it".to_owned(), "It waits until somebody lets it go on.".to_owned())
        }
        Pause::Credentials => (
            Tone::Warn,
            "AWS does not accept the credentials".to_owned(),
            format!("Nothing is lost by that. Renew them; they are tried every ten seconds, and {then}."),
        ),
        Pause::Journal => (
            Tone::Warn,
            "The journal cannot be written".to_owned(),
            format!(
                "Nothing is sent that is not written down first. Is the disk full? It is tried again and again, and {then}."
            ),
        ),
        Pause::Canary => (Tone::Info, canary(shown, order), look(shown)),
        Pause::CameBack => (Tone::Danger, came_back(shown, order), look(shown)),
        Pause::Queues => {
            let code = live.refusals.get(&Need::Find).map(|code| format!(" ({code})")).unwrap_or_default();
            let cancel = if shown.kept.cancelled { "" } else { " Cancel it where a queue will not come back." };
            let text = format!(
                "One of them is gone, or SQS does not answer. They are looked for every five seconds, and {then}.{cancel}"
            );
            (Tone::Warn, format!("Its queues cannot be found{code}"), text)
        }
        Pause::Destination | Pause::Source => return None,
    })
}

fn canary(shown: &Shown, order: Option<&Order>) -> String {
    let sent = shown.counts.sent() + shown.counts.open;
    let first = order.and_then(|order| order.policy.canary).map_or(sent as u64, u64::from);
    let were = words::plural(first, "message was", "messages were");
    format!("The first {were} sent: now it waits for you")
}

fn came_back(shown: &Shown, order: Option<&Order>) -> String {
    let back = words::plural(shown.counts.came_back as u64, "message", "messages");
    let rule = order.and_then(|order| order.policy.stop_rule);
    let rule = rule.map(|rule| format!(", more than {} %", rule.percent)).unwrap_or_default();
    format!("It stopped: {back} came back{rule}")
}

fn look(shown: &Shown) -> String {
    let back = match shown.counts.came_back as u64 {
        0 => "None has come back so far.".to_owned(),
        n => format!("{} come back so far.", words::plural(n, "has", "have")),
    };
    format!(
        "Look whether the consumers cope with them. {back} What has not been sent was given back and stays where it is."
    )
}

/// The ways to what was sent.
fn links(here: &Here, shown: &Shown) -> impl IntoView + use<> {
    let name = here.connection.name();
    let all = std::iter::once(shown.kept.queue()).chain(shown.kept.destinations.iter().map(|arn| arn.name()));
    let links: Vec<_> = all
        .map(|queue| {
            let href = paths::queue(name, &queue, QueuePage::Overview);
            view! { <a href=href>{queue.to_string()}</a> }
        })
        .collect();
    view! { <p class="cluster">{links}</p> }
}

/// Pause or go on, and cancel; nothing after the end.
pub fn controls(here: &Here, shown: &Shown, order: Option<&Order>, state: State) -> Option<AnyView> {
    if !state.is_open() {
        return None;
    }
    let (connection, id) = (here.connection.name().to_string(), shown.kept.id.as_str().to_owned());
    let refusal = || here.connection.allowed().err().map(|refusal| refusal.title());
    let stays = shown.live.as_ref().is_some_and(|live| live.refusals.contains_key(&Need::Delete));
    let ending = shown.kept.cancelled.then(|| "It ends already.".to_owned());
    let keeps = order.is_some_and(|order| order.policy.keep_originals);
    let after = if keeps {
        "What was sent stays sent, and all originals stay."
    } else if stays {
        "What was sent stays sent; originals that SQS does not let the console delete stay, too."
    } else {
        "What was sent stays sent, and its originals are still deleted."
    };
    let waits = shown.live.as_ref().map_or(shown.kept.paused, Live::waits_for_somebody);
    let steer = if shown.kept.cancelled {
        None
    } else if waits {
        let (variant, reason) = (Variant::Primary, refusal());
        Some(view! { <Button variant glyph=Glyph::Play name="steer" value="resume" reason>"Go on"</Button> }.into_any())
    } else {
        let reason = refusal();
        Some(view! { <Button glyph=Glyph::Clock name="steer" value="pause" reason>"Pause"</Button> }.into_any())
    };
    let reason = refusal().or(ending);
    let view = view! {
        <form class="cluster" method="post" action=paths::api("redrives/steer")>
            <input type="hidden" name="connection" value=connection/>
            <input type="hidden" name="redrive" value=id/>
            {steer}
            <Button glyph=Glyph::Stop name="steer" value="cancel" reason>
                "Cancel"
            </Button>
            <span class="soft">{after}</span>
        </form>
    };
    Some(view.into_any())
}
