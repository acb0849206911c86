//! A sentence about what happened or will happen, and what to do next. Renders a [`Failure`].

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::tone::Tone;
use crate::model::Failure;

/// A notice. What failed is announced at once, everything else when there is time.
#[component]
pub fn Notice(
    /// What it means.
    tone: Tone,
    /// What it says first.
    #[prop(into)]
    title: String,
    /// Links and buttons: what to do next.
    #[prop(optional, into)]
    actions: Option<ViewFnOnce>,
    /// What it holds.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let glyph = match tone {
        Tone::Neutral | Tone::Info => Glyph::Info,
        Tone::Ok => Glyph::Ok,
        Tone::Warn => Glyph::Warning,
        Tone::Danger => Glyph::Error,
    };
    let role = if tone == Tone::Danger { "alert" } else { "status" };
    view! {
        <div class="notice" data-tone=tone.as_str() role=role>
            <Icon glyph/>
            <div class="notice-body">
                <p class="notice-title">{title}</p>
                {children.map(|children| children())}
                {actions.map(|actions| view! { <div class="notice-actions">{actions.run()}</div> })}
            </div>
        </div>
    }
}

/// A failure in its own words. What may succeed a little later is a warning, everything else an error.
#[component]
pub fn FailureNotice(
    /// What failed.
    failure: Failure,
    /// What can be done about it.
    #[prop(optional, into)]
    actions: Option<ViewFnOnce>,
) -> impl IntoView {
    let tone = if failure.is_retryable() { Tone::Warn } else { Tone::Danger };
    let role = if tone == Tone::Danger { "alert" } else { "status" };
    let glyph = if tone == Tone::Danger { Glyph::Error } else { Glyph::Warning };
    let page = failure.page().map(|(href, label)| view! { <a href=href>{label}</a> });
    view! {
        <div class="notice" data-tone=tone.as_str() role=role>
            <Icon glyph/>
            <div class="notice-body">
                <p class="notice-title">{failure.title()}</p>
                <p>{failure.advice()} " " {page}</p>
                {actions.map(|actions| view! { <div class="notice-actions">{actions.run()}</div> })}
            </div>
        </div>
    }
}
