//! The state of the numbers in the bar, and the stream that keeps them current.

use leptos::prelude::*;

use crate::model::words;

/// Shows whether the numbers are alive, and keeps them so. Without a script it shows what the server knew.
#[component]
pub fn Live(
    /// The address of the document's event stream.
    #[prop(into)]
    url: String,
    /// The word for the state when the page was made.
    #[prop(into)]
    state: String,
    /// How old the numbers of the page were when it was made, milliseconds; absent where it has none.
    age: Option<u64>,
) -> impl IntoView {
    let word = state.clone();
    let text = age.map(|age| words::old(age / 1_000));
    view! {
        <span class="live" data-live=word data-live-url=url data-age=age>
            <span class="live-mark"></span>
            <span data-live-word="">{state}</span>
            <span class="live-age" data-live-age="">{text}</span>
            <span class="visually-hidden" role="status" data-live-said=""></span>
        </span>
        <Stream/>
    }
}

/// The stream of the document: it finds its address, and all it writes to, in the page.
#[island]
fn Stream() -> impl IntoView {
    #[cfg(target_arch = "wasm32")]
    super::browser::stream::start();
}
