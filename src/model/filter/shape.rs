//! What a body is at first sight: enough to filter and to count, no more. What lies in it is for the message's page.

use serde::de::IgnoredAny;

/// Exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// An object or an array.
    Json,
    /// Between angle brackets.
    Xml,
    /// One run of base64 of at least sixteen characters.
    Base64,
    /// Everything else.
    Text,
}

impl Shape {
    /// All, in the order in which they are listed.
    pub const ALL: [Self; 4] = [Self::Json, Self::Xml, Self::Base64, Self::Text];

    /// Its name in a filter.
    pub fn key(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Base64 => "base64",
            Self::Text => "text",
        }
    }

    /// What a body is. Takes time linear in its length, however deep it is nested.
    pub fn of(body: &str) -> Self {
        let text = body.trim();
        let (first, last) = (text.bytes().next(), text.bytes().last());
        match (first, last) {
            (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')) if serde_json::from_str::<IgnoredAny>(text).is_ok() => {
                Self::Json
            }
            (Some(b'<'), Some(b'>')) if text.len() > 2 => Self::Xml,
            _ if is_base64(text) => Self::Base64,
            _ => Self::Text,
        }
    }
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len() >= 16
        && text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        // A long word or a number is no code.
        && digits.bytes().any(|byte| byte.is_ascii_uppercase())
        && digits.bytes().any(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_one_thing() {
        let bodies = [
            (" {\"a\":1}\n", Shape::Json),
            ("[]", Shape::Json),
            ("{\"a\":1", Shape::Text),
            ("{not json}", Shape::Text),
            ("<a>1</a>", Shape::Xml),
            ("<>", Shape::Text),
            ("SGVsbG8sIHdvcmxkIQ==", Shape::Base64),
            ("SGVsbG8=", Shape::Text),
            ("aaaaaaaaaaaaaaaa", Shape::Text),
            ("hello", Shape::Text),
            ("\"hello\"", Shape::Text),
            ("", Shape::Text),
        ];
        for (body, shape) in bodies {
            assert_eq!(Shape::of(body), shape, "{body}");
        }
        let deep = "[".repeat(1 << 20) + &"]".repeat(1 << 20);
        assert_eq!(Shape::of(&deep), Shape::Json, "however deep");
    }
}
