//! A number that lives.

use leptos::prelude::*;

use crate::model::queue::Counter;
use crate::model::words;

/// A count with thin separators; SQS's own counters are approximate and say so.
#[component]
pub fn Count(
    /// The number.
    value: u64,
    /// Whether it is exact; SQS's counters never are.
    #[prop(optional)]
    exact: bool,
    /// Whether it is older than it should be: greyed out.
    #[prop(optional)]
    stale: bool,
) -> impl IntoView {
    view! {
        <span class="count" data-zero=(value == 0).then_some("") data-stale=stale.then_some("")>
            {(!exact).then(|| view! { <span class="count-about">"≈"</span> })}
            {words::count(value)}
        </span>
    }
}

/// A counter of a queue, marked so that the page's stream keeps it current. Unknown until it was read once.
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
