//! A body, a policy, a command: monospaced, wrapped, every byte as it is. JSON and XML are coloured, never changed.

use leptos::prelude::*;

use super::pieces::{Piece, json, xml};

/// Above this many bytes colour is not worth its markup.
const COLOURED_MOST: usize = 64 * 1_024;

/// What a text is written in, as far as it is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tongue {
    /// Nothing that is coloured.
    #[default]
    Plain,
    /// JSON.
    Json,
    /// XML.
    Xml,
}

/// Text as it is.
#[component]
pub fn Code(
    /// The text.
    #[prop(into)]
    text: String,
    /// How it is coloured.
    #[prop(optional)]
    tongue: Tongue,
) -> impl IntoView {
    let content = match tongue {
        Tongue::Json if text.len() <= COLOURED_MOST => coloured(json(&text)),
        Tongue::Xml if text.len() <= COLOURED_MOST => coloured(xml(&text)),
        _ => text.into_any(),
    };
    // Focusable, so that a keyboard can scroll it.
    view! {
        <pre class="code" tabindex="0">
            <code>{content}</code>
        </pre>
    }
}

fn coloured(pieces: Vec<(Piece, &str)>) -> AnyView {
    pieces
        .into_iter()
        .map(|(piece, text)| {
            let text = text.to_owned();
            match piece {
                Piece::Key => view! { <span class="code-key">{text}</span> }.into_any(),
                Piece::Text => view! { <span class="code-text">{text}</span> }.into_any(),
                Piece::Value => view! { <span class="code-value">{text}</span> }.into_any(),
                Piece::Mark => view! { <span class="code-mark">{text}</span> }.into_any(),
                Piece::Space => text.into_any(),
            }
        })
        .collect::<Vec<_>>()
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_stays_text() {
        for tongue in [Tongue::Plain, Tongue::Json, Tongue::Xml] {
            let html = view! { <Code text=r#"{"x":"</pre><script>"}"# tongue/> }.to_html();
            assert!(!html.contains("<script") && html.matches("</pre").count() == 1, "{html}");
        }
    }
}
