//! The name that must be typed before something is destroyed.

use leptos::prelude::*;

use super::field::{FieldError, described_by};
use super::icon::{Glyph, Icon};

/// A field that the browser accepts only when it holds `name`. The server checks again.
/// It is sent as `confirm` unless told otherwise.
#[component]
pub fn Confirm(
    /// What must be typed.
    #[prop(into)]
    name: String,
    /// The name under which the form sends what was typed.
    #[prop(default = "confirm".to_owned(), into)]
    field: String,
    /// The id; the name unless two forms of a page share it.
    #[prop(optional, into)]
    id: Option<String>,
    /// What is wrong with it, in one sentence.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| field.clone());
    let describedby = described_by(&id, false, error.is_some());
    let invalid = error.is_some().then_some("true");
    let error_id = format!("{id}-error");
    let title = format!("The name is {name}");
    view! {
        <div class="confirm">
            <label class="field-label" for=id.clone()>
                "Type "
                <code class="confirm-name">{name.clone()}</code>
                " to confirm"
            </label>
            <input
                class="input"
                type="text"
                id=id
                name=field
                required=true
                pattern=literal(&name)
                title=title
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                data-mono=""
                aria-describedby=describedby
                aria-invalid=invalid
            />
            <FieldError id=error_id error/>
        </div>
    }
}

/// A regular expression (of the browser's `pattern`, flag `v`) that matches this text alone.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "^$\\.*+?()[]{}|/".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// What an action will do, before it is done: one line per consequence.
#[component]
pub fn Consequences(
    /// One line each.
    sentences: Vec<String>,
) -> impl IntoView {
    let items: Vec<_> = sentences
        .into_iter()
        .map(|sentence| {
            view! {
                <li class="confirm-consequence">
                    <Icon glyph=Glyph::Warning/>
                    <span>{sentence}</span>
                </li>
            }
        })
        .collect();
    view! { <ul class="confirm-consequences">{items}</ul> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_in_a_name_is_only_a_dot() {
        assert_eq!(literal("a-b_c.fifo"), "a-b_c\\.fifo");
    }
}
