//! The state of the numbers in the bar, and the stream that keeps them current.

use leptos::prelude::*;

/// Shows whether the numbers are alive, and keeps them so. Without a script it shows what the server knew.
#[island]
pub fn Live(
    /// The address of the document's event stream.
    url: String,
    /// The word for the state when the page was made.
    state: String,
) -> impl IntoView {
    #[cfg(target_arch = "wasm32")]
    super::browser::stream::start(url);
    #[cfg(not(target_arch = "wasm32"))]
    drop(url);
    let word = state.clone();
    view! {
        <span class="live" data-live=word data-live-state="">
            <span class="live-mark"></span>
            <span data-live-word="">{state}</span>
            <span class="live-age" data-live-age=""></span>
            <span class="visually-hidden" role="status" data-live-said=""></span>
        </span>
    }
}
