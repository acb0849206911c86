//! A word about a thing: its type, its status, its connection. Never pressed.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::tone::Tone;
use crate::model::QueueKind;

/// A status in a word.
#[component]
pub fn Badge(
    /// What it means.
    #[prop(optional)]
    tone: Option<Tone>,
    /// The icon.
    #[prop(optional)]
    glyph: Option<Glyph>,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    view! {
        <span class="badge" data-tone=tone.map(Tone::as_str)>
            {glyph.map(|glyph| view! { <Icon glyph/> })}
            {children()}
        </span>
    }
}

/// The type of a queue.
#[component]
pub fn KindBadge(
    /// The type.
    kind: QueueKind,
) -> impl IntoView {
    // Standard is the usual: said, but not framed.
    let quiet = kind == QueueKind::Standard;
    view! { <span class="badge" data-quiet=quiet.then_some("")>{kind.word()}</span> }
}

/// Says that a queue is the dead-letter queue of another.
#[component]
pub fn DeadLetterBadge() -> impl IntoView {
    view! { <Badge>"Dead-letter queue"</Badge> }
}

/// A connection with its environment colour: one of the eight names of `[data-color]` in `tokens.css`.
#[component]
pub fn ConnectionBadge(
    /// The name of the connection.
    #[prop(into)]
    name: String,
    /// The environment colour, if the connection has one.
    #[prop(optional_no_strip, into)]
    color: Option<String>,
) -> impl IntoView {
    view! {
        <span class="badge" data-color=color>
            <span class="badge-dot"></span>
            {name}
        </span>
    }
}
