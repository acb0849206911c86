//! JSON as it is written: the text of a value is cut out of the text around it, so that no number is rounded, no key
//! moved and no escape rewritten on the way in.

use serde::de::IgnoredAny;

/// How deep JSON may be nested.
pub(super) const DEPTH: usize = 128;
/// How many members of an object are looked at: no envelope has as many.
const MEMBERS: usize = 64;

/// The first members of an object, each key as it is meant, each value as it is written.
pub(super) struct Members<'a>(Vec<(String, &'a str)>);

impl<'a> Members<'a> {
    /// Those of an object. `None` where the text is none, or too deep.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let members = parts(text, '{')?.filter_map(|member| {
            let (key, value) = member.split_at(string_length(member));
            Some((serde_json::from_str(key).ok()?, value.trim_start().strip_prefix(':')?.trim()))
        });
        Some(Self(members.take(MEMBERS).collect()))
    }

    /// A value as it is written.
    pub(super) fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    /// A text as it is meant; `None` where the value is no text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        text(self.get(key)?)
    }

    /// A text as it is meant, any other value as it is written; `None` for `null`.
    pub(super) fn said(&self, key: &str) -> Option<String> {
        said(self.get(key)?)
    }

    /// The members of a value that is an object.
    pub(super) fn object(&self, key: &str) -> Option<Members<'a>> {
        Members::of(self.get(key)?)
    }

    /// Whether there is such a member.
    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The members, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), *value))
    }
}

/// A text as it is meant, any other value as it is written; `None` for `null`.
pub(super) fn said(value: &str) -> Option<String> {
    if value == "null" { None } else { Some(text(value).unwrap_or_else(|| value.to_owned())) }
}

/// The first items of an array as they are written. `None` where the text is none, or too deep.
pub(super) fn items(text: &str) -> Option<Vec<&str>> {
    Some(parts(text, '[')?.take(MEMBERS).collect())
}

/// How many items an array has.
pub(super) fn count(text: &str) -> Option<usize> {
    Some(parts(text, '[')?.count())
}

/// What a JSON text means. `None` where it is none.
pub(super) fn text(value: &str) -> Option<String> {
    if value.trim_start().starts_with('"') { serde_json::from_str(value).ok() } else { None }
}

/// Whether a text is JSON that is not too deep.
pub(super) fn is_valid(text: &str) -> bool {
    depth(text) <= DEPTH && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// How deep the brackets of a text are nested.
fn depth(text: &str) -> usize {
    let (mut deepest, mut depth, mut in_text, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// What stands between the commas of an object or an array.
fn parts(text: &str, open: char) -> Option<Parts<'_>> {
    let text = text.trim();
    if !is_valid(text) {
        return None;
    }
    let inner = text.strip_prefix(open)?;
    Some(Parts(inner.get(..inner.len().checked_sub(1)?)?))
}

/// The rest of what stands between two brackets of valid JSON.
struct Parts<'a>(&'a str);

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.0.trim_start().is_empty() {
            return None;
        }
        let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
        for (at, byte) in self.0.bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_text => escaped = true,
                b'"' => in_text = !in_text,
                _ if in_text => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b',' if depth == 0 => {
                    let part = &self.0[..at];
                    self.0 = &self.0[at + 1..];
                    return Some(part.trim());
                }
                _ => {}
            }
        }
        Some(std::mem::take(&mut self.0).trim())
    }
}

/// The length of the JSON text that a text starts with, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_cut_out_as_they_are_written() {
        let text = r#" {"a" : 1.10, "b\u0022,{": {"x":[1, 2,{"]":"}"}]}, "c":"d\"e" , "n":null} "#;
        let members = Members::of(text).unwrap();
        let all: Vec<_> = members.iter().collect();
        assert_eq!(all, [("a", "1.10"), ("b\",{", r#"{"x":[1, 2,{"]":"}"}]}"#), ("c", r#""d\"e""#), ("n", "null")]);
        assert_eq!(members.text("c").as_deref(), Some("d\"e"));
        assert_eq!((members.text("a"), members.said("a").as_deref(), members.said("n")), (None, Some("1.10"), None));
        assert_eq!(items(" [1, [2,3],\"a,b\"]").unwrap(), ["1", "[2,3]", "\"a,b\""]);
        assert_eq!((items("[ ]").unwrap().len(), count("[1,2]"), Members::of("{}").unwrap().0.len()), (0, Some(2), 0));
        for wrong in ["{", "[1,]", "{\"a\"}", "1", "", "{}x"] {
            assert!(Members::of(wrong).is_none() && items(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn what_is_too_deep_is_none() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(is_valid(&nested(DEPTH)) && !is_valid(&nested(DEPTH + 1)) && !is_valid(&nested(100_000)));
        assert_eq!(depth(r#"{"[[[[":["\"[["]}"#), 2);
    }

    proptest! {
        #[test]
        fn the_parts_are_the_whole(keys in proptest::collection::vec("[a-z\"\\\\{},:\\[\\]é]{0,6}", 0..8)) {
            let object: serde_json::Map<String, serde_json::Value> =
                keys.iter().enumerate().map(|(at, key)| (format!("{at}{key}"), key.clone().into())).collect();
            let text = serde_json::Value::Object(object.clone()).to_string();
            let members = Members::of(&text).unwrap();
            let back: serde_json::Map<_, _> =
                members.iter().map(|(key, value)| (key.to_owned(), serde_json::from_str(value).unwrap())).collect();
            prop_assert_eq!(back, object);
        }
    }
}
