//! JSON and XML cut into pieces that are coloured differently. Put together the pieces are the text again, whatever it is.

/// What a piece of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A member's name, or an element's.
    Key,
    /// A string, or an attribute's value.
    Text,
    /// A number or a word, or an attribute's name.
    Value,
    /// What holds the others together, and comments.
    Mark,
    /// Everything else: white space, the text between elements.
    Space,
}

/// Cuts JSON text into pieces that, put together, are the text again. Says something sensible of any text.
pub(super) fn json(text: &str) -> Vec<(Piece, &str)> {
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

/// Cuts XML into pieces that, put together, are the text again. Says something sensible of any text.
pub(super) fn xml(text: &str) -> Vec<(Piece, &str)> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut inside = false;
    while let Some(first) = rest.chars().next() {
        let (piece, length) = match first {
            '<' if rest.starts_with("<!--") => (Piece::Mark, through(rest, "-->")),
            '<' if rest.starts_with("<![CDATA[") => (Piece::Text, through(rest, "]]>")),
            '<' if rest.starts_with("<?") => (Piece::Mark, through(rest, "?>")),
            '<' if rest.starts_with("<!") => (Piece::Mark, through(rest, ">")),
            '<' => {
                let mark = if rest.starts_with("</") { 2 } else { 1 };
                out.push((Piece::Mark, &rest[..mark]));
                rest = &rest[mark..];
                inside = true;
                (Piece::Key, name_length(rest))
            }
            '>' if inside => {
                inside = false;
                (Piece::Mark, 1)
            }
            '=' | '/' if inside => (Piece::Mark, 1),
            '"' | '\'' if inside => (Piece::Text, 1 + through(&rest[1..], if first == '"' { "\"" } else { "'" })),
            c if inside && !c.is_whitespace() => (Piece::Value, name_length(rest)),
            _ if inside => (Piece::Space, rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len())),
            _ => (Piece::Space, rest.find('<').unwrap_or(rest.len())),
        };
        let (text, after) = rest.split_at(length);
        if !text.is_empty() {
            out.push((piece, text));
        }
        rest = after;
    }
    out
}

/// The length up to the end of the first `end`; of everything where it never comes.
fn through(text: &str, end: &str) -> usize {
    text.find(end).map_or(text.len(), |at| at + end.len())
}

/// The length of the name that a text starts with.
fn name_length(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || matches!(c, '=' | '/' | '>' | '<' | '"' | '\'');
    text.find(ends).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_and_texts_are_told_apart() {
        let cut = json(r#"{"a": "b\"c", "n": -1.5e3, "t": [true]}"#);
        let of = |kind| cut.iter().filter(|(k, _)| *k == kind).map(|(_, text)| *text).collect::<Vec<_>>();
        assert_eq!(of(Piece::Key), [r#""a""#, r#""n""#, r#""t""#]);
        assert_eq!(of(Piece::Text), [r#""b\"c""#]);
        assert_eq!(of(Piece::Value), ["-1.5e3", "true"]);
    }

    #[test]
    fn elements_attributes_and_text_are_told_apart() {
        let cut = xml("<?xml version=\"1.0\"?><a:b id='1 > 0' c=\"d\">x = \"y\"<!-- <z> --><e/></a:b>");
        let of = |kind| cut.iter().filter(|(k, _)| *k == kind).map(|(_, text)| *text).collect::<Vec<_>>();
        assert_eq!(of(Piece::Key), ["a:b", "e", "a:b"]);
        assert_eq!(of(Piece::Value), ["id", "c"]);
        assert_eq!(of(Piece::Text), ["'1 > 0'", "\"d\""]);
        assert!(of(Piece::Space).contains(&"x = \"y\"") && of(Piece::Mark).contains(&"<!-- <z> -->"), "{cut:?}");
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in r#"[ -~\n"{}\[\]:,\\é☃]*"#) {
            for cut in [json, xml] {
                let whole: String = cut(&text).into_iter().map(|(_, piece)| piece).collect();
                prop_assert_eq!(&whole, &text);
            }
        }
    }
}
