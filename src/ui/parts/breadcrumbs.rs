//! The way back.

use leptos::prelude::*;

/// Links from the home page down to the parent of this page, as label and address.
#[component]
pub fn Breadcrumbs(
    /// Label and address, from the top.
    crumbs: Vec<(String, String)>,
) -> impl IntoView {
    let items: Vec<_> = crumbs
        .into_iter()
        .map(|(label, href)| {
            view! {
                <li>
                    <a href=href>{label}</a>
                </li>
            }
        })
        .collect();
    view! {
        <nav aria-label="Breadcrumbs">
            <ol class="breadcrumbs">{items}</ol>
        </nav>
    }
}
