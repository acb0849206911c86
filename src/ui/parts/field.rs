//! What stands around a control: its label, its hint and what is wrong with it, tied to it by ids.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// The value of `aria-describedby` for the control `id`: its error first, then its hint.
pub fn described_by(id: &str, hint: bool, error: bool) -> Option<String> {
    match (error, hint) {
        (true, true) => Some(format!("{id}-error {id}-hint")),
        (true, false) => Some(format!("{id}-error")),
        (false, true) => Some(format!("{id}-hint")),
        (false, false) => None,
    }
}

/// Label, control, hint and error. The ready-made fields use it; a page uses it for a control of its own, which then
/// carries `id` and `aria-describedby=described_by(…)`.
#[component]
pub fn Field(
    /// The id of the control.
    #[prop(into)]
    id: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// A sentence that helps, below it.
    #[prop(optional_no_strip, into)]
    hint: Option<String>,
    /// What is wrong with it, in one sentence.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// Says “optional” beside the label.
    #[prop(optional)]
    optional: bool,
    /// The control.
    children: Children,
) -> impl IntoView {
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    view! {
        <div class="field">
            <label class="field-label" for=id>
                {label}
                {optional.then(|| view! { <span class="field-optional">" optional"</span> })}
            </label>
            {children()}
            <FieldError id=error_id error/>
            {hint.map(|hint| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
        </div>
    }
}

/// What is wrong with a control, in one sentence; nothing when nothing is.
#[component]
pub fn FieldError(
    /// The id of the sentence.
    #[prop(into)]
    id: String,
    /// What is wrong with it, in one sentence.
    error: Option<String>,
) -> impl IntoView {
    error.map(|error| {
        view! {
            <p class="field-error" id=id>
                <Icon glyph=Glyph::Error/>
                <span>{error}</span>
            </p>
        }
    })
}
