//! A sentence for browsers that run no script.

use leptos::prelude::*;

/// Says something where no script runs.
#[component]
pub fn Scriptless(
    /// The sentence. The element's content is not escaped on the server, so it is one of ours, without markup.
    text: &'static str,
) -> impl IntoView {
    view! {
        <noscript>
            <p class="soft">{text}</p>
        </noscript>
    }
}
