//! A body, a policy, a command: monospaced, wrapped, every byte as it is. JSON is coloured, never changed.

use leptos::prelude::*;

/// Above this many bytes colour is not worth its markup.
const COLOURED_MOST: usize = 64 * 1_024;

/// What a piece of JSON text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Key,
    Text,
    Value,
    Mark,
    Space,
}

/// Cuts JSON text into pieces that, put together, are the text again. Says something sensible of any text.
fn pieces(text: &str) -> Vec<(Piece, &str)> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            '{' | '}' | '[' | ']' | ':' | ',' => 1,
            c if c.is_whitespace() => rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len()),
            _ => rest
                .find(|c: char| c.is_whitespace() || matches!(c, '"' | '{' | '}' | '[' | ']' | ':' | ','))
                .unwrap_or(rest.len()),
        };
        let (piece, after) = rest.split_at(length);
        let kind = match first {
            '"' if after.trim_start().starts_with(':') => Piece::Key,
            '"' => Piece::Text,
            '{' | '}' | '[' | ']' | ':' | ',' => Piece::Mark,
            c if c.is_whitespace() => Piece::Space,
            _ => Piece::Value,
        };
        out.push((kind, piece));
        rest = after;
    }
    out
}

/// The length of the string that `text` starts with, quotes included; to the end if it never ends.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (i, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return i + 1,
            _ => {}
        }
    }
    text.len()
}

/// Text as it is.
#[component]
pub fn Code(
    /// The text.
    #[prop(into)]
    text: String,
    /// Whether it is JSON, and to be coloured.
    #[prop(optional)]
    json: bool,
) -> impl IntoView {
    let content = if json && text.len() <= COLOURED_MOST { coloured(&text) } else { text.into_any() };
    // Focusable, so that a keyboard can scroll it.
    view! {
        <pre class="code" tabindex="0">
            <code>{content}</code>
        </pre>
    }
}

fn coloured(json: &str) -> AnyView {
    pieces(json)
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
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_and_texts_are_told_apart() {
        let cut = pieces(r#"{"a": "b\"c", "n": -1.5e3, "t": [true]}"#);
        let of = |kind| cut.iter().filter(|(k, _)| *k == kind).map(|(_, text)| *text).collect::<Vec<_>>();
        assert_eq!(of(Piece::Key), [r#""a""#, r#""n""#, r#""t""#]);
        assert_eq!(of(Piece::Text), [r#""b\"c""#]);
        assert_eq!(of(Piece::Value), ["-1.5e3", "true"]);
    }

    #[test]
    fn markup_stays_text() {
        for json in [true, false] {
            let html = view! { <Code text=r#"{"x":"</pre><script>"}"# json/> }.to_html();
            assert!(!html.contains("<script") && html.matches("</pre").count() == 1, "{html}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in r#"[ -~\n"{}\[\]:,\\é☃]*"#) {
            let whole: String = pieces(&text).into_iter().map(|(_, piece)| piece).collect();
            prop_assert_eq!(whole, text);
        }
    }
}
