//! A few links or buttons behind one word. A `<details>`, so it opens without a script.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// A menu; the children are [`MenuLink`]s, or forms whose button has the class `menu-item`.
#[component]
pub fn Menu(
    /// What is always seen.
    #[prop(into)]
    summary: ViewFnOnce,
    /// The name for screen readers, where `summary` is only an icon.
    #[prop(optional, into)]
    label: Option<String>,
    /// Opens towards the start: for menus at the end of the bar.
    #[prop(optional)]
    end: bool,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    view! {
        <details class="menu" name="menu" data-align=end.then_some("end")>
            <summary aria-label=label>
                {summary.run()}
                <Icon glyph=Glyph::ChevronDown/>
            </summary>
            <div class="menu-list">{children()}</div>
        </details>
    }
}

/// A way to somewhere else.
#[component]
pub fn MenuLink(
    /// Where it goes.
    #[prop(into)]
    href: String,
    /// Whether this is where one is.
    #[prop(optional)]
    current: bool,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    view! {
        <a class="menu-item" href=href aria-current=current.then_some("true")>
            {children()}
        </a>
    }
}
