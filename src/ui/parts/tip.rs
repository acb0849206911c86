//! A sentence that appears on hover and on focus. Nothing that matters is said here alone.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::tone::Tone;

/// An icon whose sentence appears beside it; screen readers read the sentence as its name.
#[component]
pub fn Tip(
    /// The icon.
    glyph: Glyph,
    /// The sentence.
    #[prop(into)]
    text: String,
    /// What it warns of, if it does.
    #[prop(optional)]
    tone: Option<Tone>,
) -> impl IntoView {
    let label = text.clone();
    view! {
        <span class="tip" tabindex="0" role="note" aria-label=label data-tone=tone.map(Tone::as_str)>
            <Icon glyph/>
            <span class="tip-text" aria-hidden="true">{text}</span>
        </span>
    }
}
