//! A number that lives.

use leptos::prelude::*;

use crate::model::queue::Counter;
use crate::model::words;

/// A counter of a queue with thin separators, approximate as all of SQS's are, marked so that the page's stream keeps it
/// current. Unknown until it was read once.
#[component]
pub fn LiveCount(
    /// The queue's name.
    #[prop(into)]
    queue: String,
    /// Which of its three counters.
    which: Counter,
    /// The number, if it was ever read.
    value: Option<u64>,
    /// Whether it is older than it should be: greyed out.
    #[prop(optional)]
    stale: bool,
) -> impl IntoView {
    view! {
        <span
            class="count"
            data-queue=queue
            data-depth=which.key()
            data-zero=(value == Some(0)).then_some("")
            data-stale=stale.then_some("")
        >
            <span class="count-about">"≈"</span>
            <span data-number="">{value.map_or_else(|| "–".to_owned(), words::count)}</span>
        </span>
    }
}
