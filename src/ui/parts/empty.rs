//! The designed empty state: nothing here, why, and the next step.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// An icon, a sentence, and what to do next.
#[component]
pub fn Empty(
    /// The icon.
    glyph: Glyph,
    /// What it says first.
    #[prop(into)]
    title: String,
    /// What it means.
    #[prop(optional, into)]
    text: Option<String>,
    /// The next step: a link or a form.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon glyph large=true/>
            <p class="empty-title">{title}</p>
            {text.map(|text| view! { <p>{text}</p> })}
            {children.map(|children| view! { <div class="empty-next">{children()}</div> })}
        </div>
    }
}
