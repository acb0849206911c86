//! Whether the numbers on the page are alive. The shape says it as well as the colour.

use leptos::prelude::*;

/// The state of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveState {
    /// They follow SQS.
    Live,
    /// Nobody watches, or there is no script: they are as old as the page.
    Paused,
    /// They are read more slowly than they should be.
    Behind,
    /// The console or SQS does not answer.
    Offline,
}

impl LiveState {
    /// The word for it, and the value of `data-live`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Behind => "behind",
            Self::Offline => "offline",
        }
    }
}

/// The mark and the word; the age of the numbers goes inside.
#[component]
pub fn LiveMark(
    /// The state.
    state: LiveState,
    /// Calls per minute and what they cost, on hover.
    #[prop(optional, into)]
    title: Option<String>,
    /// What it holds.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <span class="live" data-live=state.word() title=title>
            <span class="live-mark"></span>
            {state.word()}
            {children.map(|children| children())}
        </span>
    }
}
