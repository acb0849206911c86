//! Which part of a long list is shown, and the way to the rest.

use leptos::prelude::*;

use super::button::LinkButton;
use crate::model::words;

/// “1 to 100 of 1 284” and links to the part before and after, where there is one.
#[component]
pub fn Pagination(
    /// The first shown, counted from one.
    first: u64,
    /// The last shown.
    last: u64,
    /// How many there are in all.
    total: u64,
    /// The address of the part before.
    #[prop(optional_no_strip, into)]
    previous: Option<String>,
    /// The address of the part after.
    #[prop(optional_no_strip, into)]
    next: Option<String>,
) -> impl IntoView {
    view! {
        <nav class="pagination" aria-label="Pages of this list">
            <span>{words::count(first)} " to " {words::count(last)} " of " {words::count(total)}</span>
            {previous.map(|href| view! { <LinkButton href small=true>"Previous"</LinkButton> })}
            {next.map(|href| view! { <LinkButton href small=true>"Next"</LinkButton> })}
        </nav>
    }
}
