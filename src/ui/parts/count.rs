//! A number that lives.

use leptos::prelude::*;

use crate::model::words;

/// A count with thin separators; SQS's own counters are approximate and say so.
#[component]
pub fn Count(
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
