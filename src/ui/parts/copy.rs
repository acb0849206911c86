//! A value and the button that copies it. The button is dead and unseen until an island finds `data-copy`, enables it
//! and copies on click; its place is kept, so that nothing moves when it appears.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// A monospaced value that can be copied.
#[component]
pub fn Copy(
    /// What it is, for the button's name: “Copy ARN”.
    #[prop(into)]
    label: String,
    /// What is copied.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    view! {
        <span class="copy">
            <code class="copy-value">{value.clone()}</code>
            <CopyButton label value/>
        </span>
    }
}

/// The button alone, beside a value that is shown some other way.
#[component]
pub fn CopyButton(
    /// What it is called.
    #[prop(into)]
    label: String,
    /// What is copied.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    let name = format!("Copy {label}");
    view! {
        <button class="copy-button" type="button" disabled=true data-copy=value aria-label=name.clone() title=name>
            <Icon glyph=Glyph::Copy/>
        </button>
    }
}
