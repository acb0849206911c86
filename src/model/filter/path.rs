//! A place in a JSON document: `order.items[0]."unit price"`. Parsing and printing are each other's inverse.

use std::fmt;
use std::str::FromStr;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// How many segments a path has at most.
pub const DEPTH: usize = 16;

/// One step into a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// The member of an object.
    Key(String),
    /// The element of an array, from 0.
    Index(usize),
}

/// A path of at least one step and at most [`DEPTH`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JsonPath(Vec<Segment>);

/// What is no path, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathFault {
    /// Where it begins, in characters.
    pub at: usize,
    /// What is wrong with it, as one sentence.
    pub sentence: &'static str,
}

impl JsonPath {
    /// A path of these steps; `None` where there are none or too many.
    pub fn new(segments: Vec<Segment>) -> Option<Self> {
        (1..=DEPTH).contains(&segments.len()).then_some(Self(segments))
    }

    /// The steps.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The value at this place.
    pub fn get<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(value, |value, segment| match segment {
            Segment::Key(key) => value.as_object()?.get(key),
            Segment::Index(index) => value.as_array()?.get(*index),
        })
    }

    /// The value at this place of a document that was not read yet: only what lies at the place is kept, and how deep
    /// the rest is nested does not matter. `None` where the text is no JSON.
    pub fn find(&self, text: &str) -> Option<Value> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let found = Steps(&self.0).deserialize(&mut reader).ok()?;
        reader.end().ok()?;
        found
    }
}

/// The steps that are left.
#[derive(Clone, Copy)]
struct Steps<'a>(&'a [Segment]);

impl<'de> DeserializeSeed<'de> for Steps<'_> {
    type Value = Option<Value>;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        match self.0 {
            [] => serde::Deserialize::deserialize(reader).map(Some),
            [Segment::Key(_), ..] => reader.deserialize_map(self),
            [Segment::Index(_), ..] => reader.deserialize_seq(self),
        }
    }
}

impl<'de> Visitor<'de> for Steps<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("what the path goes through")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let [Segment::Key(key), rest @ ..] = self.0 else { return Ok(None) };
        let mut found = None;
        while let Some(here) = map.next_key_seed(Same(key))? {
            if here {
                // Of two members with the same name the last counts, as everywhere.
                found = map.next_value_seed(Steps(rest))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let [Segment::Index(index), rest @ ..] = self.0 else { return Ok(None) };
        for _ in 0..*index {
            if elements.next_element::<IgnoredAny>()?.is_none() {
                return Ok(None);
            }
        }
        let found = elements.next_element_seed(Steps(rest))?.flatten();
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }
}

/// Whether a member's name is this one; the name is not kept.
struct Same<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Same<'_> {
    type Value = bool;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<bool, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Same<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}

/// Whether a name can stand in a path as it is.
fn is_bare(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !r#".[]",:<>=\"#.contains(c)
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (n, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) => {
                    if n > 0 {
                        f.write_str(".")?;
                    }
                    // A dollar sign at the beginning means the document.
                    if !key.is_empty() && key.chars().all(is_bare) && !(n == 0 && key.starts_with('$')) {
                        f.write_str(key)?;
                    } else {
                        super::scan::quote(f, key)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl FromStr for JsonPath {
    type Err = PathFault;

    /// A leading `$` or `.` is allowed and means the document.
    fn from_str(text: &str) -> Result<Self, PathFault> {
        let chars: Vec<char> = text.chars().collect();
        let fault = |at, sentence| Err(PathFault { at, sentence });
        let mut at = usize::from(chars.first() == Some(&'$'));
        let mut segments = Vec::new();
        // A name at the very beginning needs no dot.
        let mut bare = at == 0 && !matches!(chars.first(), Some('.' | '['));
        while bare || at < chars.len() {
            let begin = at;
            if !bare && chars[at] == '[' {
                let digits: String = chars[at + 1..].iter().take_while(|c| c.is_ascii_digit()).collect();
                at += 1 + digits.len();
                let (Ok(index), Some(']')) = (digits.parse(), chars.get(at)) else {
                    return fault(begin, "An index is a number in brackets, such as [0]");
                };
                at += 1;
                segments.push(Segment::Index(index));
            } else {
                if !bare && chars[at] != '.' {
                    return fault(at, "A dot or an index must follow");
                }
                at += usize::from(!bare);
                let key = if chars.get(at) == Some(&'"') {
                    let Some((key, end)) = super::scan::quoted(&chars, at) else {
                        return fault(at, "The quotation mark is not closed");
                    };
                    at = end;
                    key
                } else {
                    let key: String = chars[at..].iter().take_while(|c| is_bare(**c)).collect();
                    at += key.chars().count();
                    if key.is_empty() {
                        return fault(at.min(chars.len().saturating_sub(1)), "A name is missing");
                    }
                    key
                };
                segments.push(Segment::Key(key));
            }
            bare = false;
            if segments.len() > DEPTH {
                return fault(begin, "A path has at most 16 steps");
            }
        }
        Self::new(segments).ok_or(PathFault { at: 0, sentence: "A path needs a name" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(text: &str) -> JsonPath {
        text.parse().unwrap()
    }

    #[test]
    fn what_a_path_is_and_what_is_none() {
        let key = |key: &str| Segment::Key(key.to_owned());
        assert_eq!(path(r#"order.items[0]."unit price""#).0[1..], [key("items"), Segment::Index(0), key("unit price")]);
        assert_eq!((path("$.a"), path(".a"), path("[1][2]").0.len()), (path("a"), path("a"), 2));
        let faults = [("", 0), ("a.", 1), ("a..b", 2), ("a[x]", 1), ("a[1", 1), (r#"a."b"#, 2), ("a[0]b", 4), ("$", 0)];
        for (text, at) in faults {
            assert_eq!(text.parse::<JsonPath>().map_err(|fault| fault.at), Err(at), "{text}");
        }
        assert!("a.".repeat(17).trim_end_matches('.').parse::<JsonPath>().is_err());
        assert!("a[99999999999999999999999]".parse::<JsonPath>().is_err());
    }

    #[test]
    fn what_lies_at_a_place_is_found_without_reading_the_rest() {
        let text = r#"{"a":[{"b":1.50},{"b":{"c":[null]}}],"x":2,"x":3}"#;
        let value: Value = serde_json::from_str(text).unwrap();
        for (at, found) in
            [("a[0].b", Some("1.50")), ("a[1].b.c[0]", Some("null")), ("x", Some("3")), ("a.b", None), ("a[2]", None)]
        {
            let (lazy, whole) = (path(at).find(text), path(at).get(&value));
            assert_eq!(lazy.as_ref().map(Value::to_string).as_deref(), found, "{at}");
            assert_eq!(lazy.as_ref(), whole, "{at}");
        }
        assert_eq!((path("a").find("{\"a\":1} x"), path("a").find("no JSON")), (None, None));
        let deep = format!(r#"{{"deep":{}{},"a":1}}"#, "[".repeat(500_000), "]".repeat(500_000));
        assert_eq!(path("a").find(&deep), Some(1.into()), "however deep the rest is");
        assert_eq!(path("deep").find(&deep), None, "and what is too deep is not read");
    }

    proptest! {
        #[test]
        fn reading_and_printing_are_inverse(keys in prop::collection::vec(prop_oneof![
            any::<String>().prop_map(Segment::Key),
            "[a-z$.\\[\\]\" ]{0,4}".prop_map(Segment::Key),
            any::<usize>().prop_map(Segment::Index),
        ], 1..=DEPTH)) {
            let path = JsonPath::new(keys).unwrap();
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }

        #[test]
        fn nothing_typed_is_a_panic(text in any::<String>()) {
            if let Ok(path) = text.parse::<JsonPath>() {
                prop_assert_eq!(path.to_string().parse(), Ok(path));
            }
        }
    }
}
