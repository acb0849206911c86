//! The qualifiers: their names, what they are for, and which one a misspelt word may have meant.

use super::Fault;
use super::near::nearest;
use super::path::{JsonPath, PathFault};

/// What can stand before an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Qualifier {
    /// The whole body.
    Body,
    /// A place in the body.
    Path(JsonPath),
    /// A message attribute.
    Attribute(String),
    /// How often it was received.
    Count,
    /// How long ago it was sent.
    Age,
    /// When it was sent.
    Sent,
    /// Bytes.
    Size,
    /// The message group.
    Group,
    /// The deduplication id.
    Dedup,
    /// The message id.
    Id,
    /// The queue it failed in.
    Source,
    /// Why it failed.
    Cause,
    /// What it is.
    Is,
    /// What it has.
    Has,
}

/// The qualifiers with an example and what it finds, for the list of suggestions and for the help.
pub const EXAMPLES: [(&str, &str); 16] = [
    ("body.order.id:123", "a place in the JSON body; also > >= < <= for numbers, * at the ends"),
    ("body:timeout", "text in the body alone"),
    ("attr.type:OrderFailed", "a message attribute"),
    ("count>=3", "received so often or more; also > < <= and : for exactly"),
    ("age>2h", "sent so long ago (s, m, h, d, w)"),
    ("sent>=2026-11-20T10:00", "sent since then, UTC; a day, a minute or a second"),
    ("size>10k", "so large, body and attributes together (k is KiB, M is MiB)"),
    ("group:A", "of this message group"),
    ("source:orders", "failed in this queue"),
    ("is:json", "also xml, base64, text, binary (bytes in an attribute or in base64), held, returned, deleted, failed"),
    ("has:trace", "also group, dedup, source, attr, attr.name, body.path"),
    ("id:4f1c", "a message id begins so"),
    ("dedup:order-7", "this deduplication id"),
    ("cause:9f2c41d07a", "this cause of failure; “By cause” has the links"),
    ("-is:json", "a minus sign turns a term round"),
    ("count>3 or age>1d", "one of two is enough"),
];

/// Names and those that other tools use for the same.
const NAMES: [(&str, Qualifier); 14] = [
    ("body", Qualifier::Body),
    ("count", Qualifier::Count),
    ("receives", Qualifier::Count),
    ("age", Qualifier::Age),
    ("sent", Qualifier::Sent),
    ("size", Qualifier::Size),
    ("group", Qualifier::Group),
    ("dedup", Qualifier::Dedup),
    ("id", Qualifier::Id),
    ("source", Qualifier::Source),
    ("src", Qualifier::Source),
    ("cause", Qualifier::Cause),
    ("is", Qualifier::Is),
    ("has", Qualifier::Has),
];

/// What people write, and what it is called here.
const MEANT: [(&str, &str); 9] = [
    ("attribute", "attr.name"),
    ("attributes", "attr.name"),
    ("attr", "attr.name"),
    ("json", "body.path"),
    ("text", "body"),
    ("receivecount", "count"),
    ("messagegroupid", "group"),
    ("messageid", "id"),
    ("queue", "source"),
];

impl Qualifier {
    /// Whether a word that begins so is a qualifier with a path or a name in it, so that what is quoted there is no text.
    pub(super) fn begins(word: &str) -> bool {
        ["body.", "body[", "attr."].iter().any(|prefix| word.starts_with(prefix))
    }

    /// Reads what stands before an operator; `None` where it is no qualifier.
    pub(super) fn read(chars: &[char], at: usize) -> Result<Option<Self>, Fault> {
        let word: String = chars.iter().collect();
        let small = word.to_ascii_lowercase();
        if small.starts_with("body.") || small.starts_with("body[") {
            let path = word[4..].parse().map_err(|fault: PathFault| fault.behind(at + 4, chars.len() - 4))?;
            return Ok(Some(Self::Path(path)));
        }
        if small.starts_with("attr.") {
            return attribute(&word[5..], at, chars.len()).map(|name| Some(Self::Attribute(name)));
        }
        Ok(NAMES.iter().find(|(name, _)| *name == small).map(|(_, qualifier)| qualifier.clone()))
    }

    /// The qualifier that a misspelt one may have meant.
    pub(super) fn near(word: &str) -> Option<&'static str> {
        if word.len() < 2 || word.len() > 20 || !word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return None;
        }
        let small = word.to_ascii_lowercase();
        if let Some((_, meant)) = MEANT.iter().find(|(name, _)| *name == small) {
            return Some(meant);
        }
        nearest(&small, NAMES.iter().map(|(name, _)| *name))
    }
}

/// The name of an attribute: bare, or in quotation marks.
pub(super) fn attribute(text: &str, at: usize, len: usize) -> Result<String, Fault> {
    let chars: Vec<char> = text.chars().collect();
    let name = match chars.first() {
        Some('"') => super::scan::quoted(&chars, 0).filter(|(_, end)| *end == chars.len()).map(|(name, _)| name),
        _ => Some(text.to_owned()),
    };
    name.filter(|name| !name.is_empty()).ok_or_else(|| {
        Fault::new(at, len, "`attr.` needs the name of a message attribute, such as attr.type:OrderFailed")
    })
}

impl PathFault {
    /// The fault of a path that begins there, seen from the beginning of the filter.
    pub(super) fn behind(self, at: usize, len: usize) -> Fault {
        Fault::new(at + self.at, len.saturating_sub(self.at).max(1), self.sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_one_is_guessed_and_what_is_no_qualifier_is_left_alone() {
        let near = [("cuont", "count"), ("grop", "group"), ("soruce", "source"), ("hsa", "has"), ("queue", "source")];
        for (typed, meant) in near {
            assert_eq!(Qualifier::near(typed), Some(meant), "{typed}");
        }
        for word in ["http", "https", "arn", "urn", "12", "x", "is", "e-mail", "order"] {
            assert_eq!(Qualifier::near(word), None, "{word}");
        }
    }
}
