//! A part of a page under a heading.

use leptos::prelude::*;

/// A heading, a note beside it, an action at the end, and what it is about.
#[component]
pub fn Section(
    /// The heading.
    #[prop(into)]
    title: String,
    /// A few soft words beside the heading: a count, a moment.
    #[prop(optional, into)]
    note: Option<String>,
    /// What stands at the end of the heading.
    #[prop(optional, into)]
    action: Option<ViewFnOnce>,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="section">
            <div class="section-head">
                <h2>{title}</h2>
                {note.map(|note| view! { <span class="section-note">{note}</span> })}
                {action.map(|action| view! { <div class="section-action">{action.run()}</div> })}
            </div>
            {children()}
        </section>
    }
}
