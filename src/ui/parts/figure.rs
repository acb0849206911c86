//! The number as the hero of a page.

use leptos::prelude::*;

/// A row of figures.
#[component]
pub fn Figures(
    /// What it holds.
    children: Children,
) -> impl IntoView {
    view! { <div class="figures">{children()}</div> }
}

/// A label, a large number (a [`super::count::LiveCount`]), and below it its last half hour.
#[component]
pub fn Figure(
    /// What it is called.
    #[prop(into)]
    label: String,
    /// A [`super::spark::Spark`] with `large=true`.
    #[prop(optional, into)]
    spark: Option<ViewFnOnce>,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="figure">
            <div class="figure-label">{label}</div>
            <div class="figure-value">{children()}</div>
            {spark.map(ViewFnOnce::run)}
        </div>
    }
}
