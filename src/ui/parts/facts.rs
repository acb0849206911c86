//! What is known about one thing.

use leptos::prelude::*;

/// A list of [`Fact`]s.
#[component]
pub fn Facts(
    /// What it holds.
    children: Children,
) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }
}

/// A label and its value.
#[component]
pub fn Fact(
    /// What it is called.
    #[prop(into)]
    label: String,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="facts-fact">
            <dt>{label}</dt>
            <dd>{children()}</dd>
        </div>
    }
}
