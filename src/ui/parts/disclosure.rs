//! What not everyone needs to see at once. A `<details>`, so it opens without a script.

use leptos::prelude::*;

use super::copy::Copy;
use super::icon::{Glyph, Icon};
use crate::model::cli::Command;

/// A line that opens what is behind it.
#[component]
pub fn Disclosure(
    /// What is always seen.
    #[prop(into)]
    summary: String,
    /// A few soft words beside it.
    #[prop(optional_no_strip, into)]
    note: Option<String>,
    /// Whether it is open at first.
    #[prop(optional)]
    open: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="disclosure" open=open>
            <summary>
                <Icon glyph=Glyph::ChevronRight/>
                {summary}
                {note.map(|note| view! { <span class="disclosure-note">{note}</span> })}
            </summary>
            <div class="disclosure-body">{children()}</div>
        </details>
    }
}

/// The `aws sqs …` line that does what a button does.
#[component]
pub fn Equivalent(
    /// The line.
    command: Command,
    /// What it does, where a page has several: “Delete as a command”.
    #[prop(default = "As a command".to_owned(), into)]
    summary: String,
) -> impl IntoView {
    let line = command.line().to_owned();
    view! {
        <Disclosure summary>
            <Copy label="command" value=line/>
        </Disclosure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_text_whatever_it_holds() {
        let command = Command::new("send-message").option("message-body", "</code><script>alert(1)</script>");
        let html = view! { <Equivalent command/> }.to_html();
        assert!(html.contains("<details") && !html.contains("<script"), "{html}");
    }
}
