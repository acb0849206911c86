//! How much of something is done.

use leptos::prelude::*;

use super::tone::Tone;

/// A progress bar. Without `max` it says that something happens, not how much.
#[component]
pub fn Meter(
    /// What is measured; read by screen readers.
    #[prop(into)]
    label: String,
    /// How much is done.
    #[prop(optional)]
    value: u64,
    /// How much there is to do, if that is known.
    #[prop(optional_no_strip, into)]
    max: Option<u64>,
    /// What it means.
    #[prop(optional)]
    tone: Option<Tone>,
) -> impl IntoView {
    // Without a value the element is indeterminate; a maximum of zero would be invalid.
    let max = max.map(|max| max.max(1));
    let value = max.map(|max| value.min(max));
    view! {
        <progress class="meter" aria-label=label value=value max=max data-tone=tone.map(Tone::as_str)></progress>
    }
}
