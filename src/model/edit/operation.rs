//! What can be done to each body of a set: a few operations, one after the other.

use super::place::{self, Cannot};
use crate::model::filter::JsonPath;
use crate::model::limits::MAXIMUM_MESSAGE_SIZE;

/// How many operations there may be.
pub const OPERATIONS: usize = 6;

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Sets a value.
    Set {
        /// Where.
        path: JsonPath,
        /// The value, as JSON.
        value: String,
    },
    /// Takes a member or an element away.
    Remove {
        /// Which.
        path: JsonPath,
    },
    /// Gives a member another name.
    Rename {
        /// Which.
        path: JsonPath,
        /// The name.
        to: String,
    },
    /// Puts a text in the place of another, wherever it stands.
    Replace {
        /// What is looked for, letter by letter; not empty.
        find: String,
        /// What takes its place.
        with: String,
    },
}

impl Operation {
    /// What it makes of a body; `None` where it changes nothing.
    fn apply(&self, body: &str) -> Result<Option<String>, Cannot> {
        match self {
            Self::Set { path, value } => place::set(body, path, value),
            Self::Remove { path } => place::remove(body, path),
            Self::Rename { path, to } => place::rename(body, path, to),
            Self::Replace { find, with } => replace(body, find, with),
        }
    }

    /// What it does, in a few words.
    pub fn words(&self) -> String {
        match self {
            Self::Set { path, value } => format!("set {path} to {value}"),
            Self::Remove { path } => format!("remove {path}"),
            Self::Rename { path, to } => format!("rename {path} to {to}"),
            Self::Replace { find, with } if with.is_empty() => format!("remove the text {find}"),
            Self::Replace { find, with } => format!("replace the text {find} by {with}"),
        }
    }
}

/// What all operations make of a body, one after the other; `None` where nothing is changed in the end. Where one cannot
/// be done nothing is, and its number tells which, from 0.
pub fn apply(operations: &[Operation], body: &str) -> Result<Option<String>, (usize, Cannot)> {
    let mut now: Option<String> = None;
    for (number, operation) in operations.iter().enumerate() {
        let next = operation.apply(now.as_deref().unwrap_or(body)).map_err(|cannot| (number, cannot))?;
        if let Some(next) = next {
            within(next.len()).map_err(|cannot| (number, cannot))?;
            now = Some(next);
        }
    }
    Ok(now.filter(|now| now != body))
}

/// The size is known before the text is made: a short text in the place of a letter could fill the memory.
fn replace(body: &str, find: &str, with: &str) -> Result<Option<String>, Cannot> {
    if find.is_empty() || find == with {
        return Ok(None);
    }
    let times = body.matches(find).count();
    if times == 0 {
        return Ok(None);
    }
    within((body.len() - times * find.len()).saturating_add(times.saturating_mul(with.len())))?;
    Ok(Some(body.replace(find, with)))
}

fn within(size: usize) -> Result<(), Cannot> {
    if size > MAXIMUM_MESSAGE_SIZE.max as usize { Err(Cannot::TooLarge { size }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replacing(find: &str, with: &str) -> Operation {
        Operation::Replace { find: find.into(), with: with.into() }
    }

    #[test]
    fn operations_follow_one_another_and_all_or_none_is_done() {
        let path = |text: &str| text.parse().unwrap();
        let operations = [
            Operation::Rename { path: path("amount"), to: "total".into() },
            Operation::Set { path: path("total"), value: "12.50".into() },
            Operation::Remove { path: path("debug") },
            replacing("EUR", "CHF"),
        ];
        let body = r#"{"amount": 1, "debug": true, "in": "EUR", "n": 1.10}"#;
        let edited = r#"{"total": 12.50, "in": "CHF", "n": 1.10}"#;
        assert_eq!(apply(&operations, body), Ok(Some(edited.into())));
        assert_eq!(apply(&operations, edited), Ok(None), "as it is wanted already");
        assert_eq!(apply(&operations[..1], r#"{"x":1}"#), Ok(None));
        let (number, cannot) = apply(&operations, r#"["EUR"]"#).unwrap_err();
        assert_eq!((number, cannot), (1, Cannot::NoPlace));
        assert_eq!(apply(&[replacing("a", "b"), replacing("b", "a")], "aa"), Ok(None), "there and back");
    }

    #[test]
    fn a_text_is_replaced_letter_by_letter() {
        assert_eq!(apply(&[replacing(".*", "x")], "a.*b ab"), Ok(Some("axb ab".into())));
        assert_eq!(apply(&[replacing("aa", "a")], "aaa"), Ok(Some("aa".into())));
        assert_eq!(apply(&[replacing("é", "")], "café"), Ok(Some("caf".into())), "any text, not JSON alone");
        let large = replacing("a", &"b".repeat(1_000));
        assert_eq!(apply(&[large], &"a".repeat(2_000)), Err((0, Cannot::TooLarge { size: 2_000_000 })));
        let small = replacing("aa", "b");
        assert!(apply(&[small], &"a".repeat(2_000_000)).is_ok_and(|text| text.is_some()));
    }
}
