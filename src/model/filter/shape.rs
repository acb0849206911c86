//! What a body is at first sight: enough to filter and to count, no more. What lies in it is for the message's page.

use serde::de::IgnoredAny;

use crate::model::binary::from_base64;

/// How much of a body of base64 is read, in characters: whole groups of four.
const BEGINNING: usize = 512;

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

/// Whether a body of base64 holds something other than text. Its beginning tells.
pub(super) fn holds_bytes(body: &str) -> bool {
    let text = body.trim();
    let Some(bytes) = text.get(..text.len().min(BEGINNING)).and_then(from_base64) else { return false };
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        // A character that goes on behind the end is none that is wrong.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return true,
    };
    text.chars().any(|c| c.is_control() && !c.is_whitespace())
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
        let encoded = |bytes: &[u8]| crate::model::binary::base64(bytes);
        assert!(
            holds_bytes(&encoded(b"\x1f\x8b\x08\0\0\0 zipped")) && holds_bytes(&encoded(b"\x08\x96\x01 a message"))
        );
        assert!(!holds_bytes("SGVsbG8sIHdvcmxkIQ==") && !holds_bytes(&encoded("ä".repeat(999).as_bytes())));
        assert!(!holds_bytes(&encoded(format!("a{}", "ä".repeat(999)).as_bytes())), "cut within a character");
        let deep = "[".repeat(1 << 20) + &"]".repeat(1 << 20);
        assert_eq!(Shape::of(&deep), Shape::Json, "however deep");
    }
}
