//! Changes at one place of a JSON text. The bytes around the place stay as they are: numbers keep their digits, members
//! their order, and what is added is spaced as its neighbours are.

use std::ops::Range;

use crate::model::filter::JsonPath;
use crate::model::filter::path::Segment;
use crate::model::json::{self, Piece, Reader};
use crate::model::words;

/// Why an operation cannot be done with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cannot {
    /// The body is no JSON.
    NotJson {
        /// The line of the first mistake, from 1.
        line: usize,
        /// Its column, from 1.
        column: usize,
        /// What it is.
        sentence: &'static str,
    },
    /// What should hold the value is not there, or is no object or array.
    NoPlace,
    /// A name of the path stands in its object more than once.
    Twice,
    /// The object has a member of the new name already.
    Taken,
    /// The body would be larger than any message.
    TooLarge {
        /// Its bytes.
        size: usize,
    },
}

impl Cannot {
    /// As one sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::NotJson { line, column, sentence } => {
                format!("The body is no JSON: line {line}, column {column}. {sentence}")
            }
            Self::NoPlace => "There is no object or array at the place that should hold it.".into(),
            Self::Twice => {
                "A name of the path stands in its object more than once, so it is not clear which is meant.".into()
            }
            Self::Taken => "The object has a member of the new name already.".into(),
            Self::TooLarge { size } => {
                format!("The body would have {}, more than any message.", words::bytes(*size as u64))
            }
        }
    }

    /// In a few words, the same for all messages that it is said of.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotJson { .. } => "no JSON",
            Self::NoPlace => "nothing there that could hold the value",
            Self::Twice => "a name of the path twice in its object",
            Self::Taken => "the new name taken already",
            Self::TooLarge { .. } => "larger than any message",
        }
    }
}

/// A member or an element.
struct Child {
    key: Option<Range<usize>>,
    value: Range<usize>,
}

impl Child {
    fn start(&self) -> usize {
        self.key.as_ref().unwrap_or(&self.value).start
    }
}

/// An object or an array and what is directly in it.
struct Container {
    object: bool,
    /// What is between its brackets.
    inner: Range<usize>,
    children: Vec<Child>,
}

/// Sets the value at a place, which is added where it is missing and its object or array is there. `None` where it
/// says so already.
pub fn set(text: &str, path: &JsonPath, value: &str) -> Result<Option<String>, Cannot> {
    let (parent, last) = parent(text, path)?;
    let parent = parent.ok_or(Cannot::NoPlace)?;
    match parent.at(text, last)? {
        Some(at) => {
            let place = parent.children[at].value.clone();
            Ok((text[place.clone()] != *value).then(|| splice(text, place, value)))
        }
        None => parent.add(text, last, value).map(Some),
    }
}

/// Takes a member or an element away. `None` where there is none.
pub fn remove(text: &str, path: &JsonPath) -> Result<Option<String>, Cannot> {
    let (parent, last) = parent(text, path)?;
    let Some(parent) = parent.filter(|parent| parent.fits(last)) else { return Ok(None) };
    let Some(at) = parent.at(text, last)? else { return Ok(None) };
    let children = &parent.children;
    let gone = match (at.checked_sub(1), children.get(at + 1)) {
        (Some(before), _) => children[before].value.end..children[at].value.end,
        (None, Some(after)) => children[at].start()..after.start(),
        (None, None) => parent.inner.clone(),
    };
    Ok(Some(splice(text, gone, "")))
}

/// Gives a member another name. `None` where there is none.
pub fn rename(text: &str, path: &JsonPath, to: &str) -> Result<Option<String>, Cannot> {
    let (parent, last) = parent(text, path)?;
    let Some(parent) = parent.filter(|parent| parent.fits(last)) else { return Ok(None) };
    let Some(at) = parent.at(text, last)? else { return Ok(None) };
    let Some(key) = parent.children[at].key.clone() else { return Ok(None) };
    if matches!(last, Segment::Key(name) if name == to) {
        return Ok(None);
    }
    if parent.named(text, to).next().is_some() {
        return Err(Cannot::Taken);
    }
    Ok(Some(splice(text, key, &quoted(to))))
}

/// What holds the last step of a path, where it is there.
fn parent<'p>(text: &str, path: &'p JsonPath) -> Result<(Option<Container>, &'p Segment), Cannot> {
    json::check(text).map_err(|fault| {
        let (line, column) = fault.place(text);
        Cannot::NotJson { line, column, sentence: fault.sentence }
    })?;
    let (last, steps) = path.segments().split_last().expect("a path has at least one step");
    let mut here = Container::of(text, 0);
    for step in steps {
        let Some(container) = here else { break };
        here = match container.at(text, step)? {
            Some(at) => Container::of(text, container.children[at].value.start),
            None => None,
        };
    }
    Ok((here, last))
}

impl Container {
    /// The one that begins at a byte of a JSON text; `None` where another value does.
    fn of(text: &str, at: usize) -> Option<Self> {
        let mut reader = Reader::from(text, at);
        let (_, open) = reader.step().ok()?.filter(|(piece, _)| *piece == Piece::Open)?;
        let (mut children, mut key, mut begun) = (Vec::new(), None, 0);
        loop {
            let (piece, place) = reader.step().ok()??;
            match (piece, reader.depth()) {
                (Piece::Close, 0) => {
                    let object = text[open.clone()] == *"{";
                    return Some(Self { object, inner: open.end..place.start, children });
                }
                (Piece::Key, 1) => key = Some(place),
                (Piece::Value, 1) => children.push(Child { key: key.take(), value: place }),
                (Piece::Open, 2) => begun = place.start,
                (Piece::Close, 1) => children.push(Child { key: key.take(), value: begun..place.end }),
                _ => {}
            }
        }
    }

    /// Whether such a step leads into it.
    fn fits(&self, step: &Segment) -> bool {
        self.object == matches!(step, Segment::Key(_))
    }

    /// Which child a step leads to.
    fn at(&self, text: &str, step: &Segment) -> Result<Option<usize>, Cannot> {
        match step {
            Segment::Index(index) => Ok((!self.object && *index < self.children.len()).then_some(*index)),
            Segment::Key(name) => {
                let mut found = self.named(text, name);
                let first = found.next();
                if found.next().is_some() { Err(Cannot::Twice) } else { Ok(first) }
            }
        }
    }

    /// The members of a name. Names are compared as they are meant, whatever is escaped in them.
    fn named<'a>(&'a self, text: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
        let is = move |child: &Child| {
            let written = child.key.as_ref().map(|key| &text[key.clone()]);
            written.is_some_and(|written| {
                let plain = !written.contains('\\');
                if plain { written[1..written.len() - 1] == *name } else { meant(written).as_deref() == Some(name) }
            })
        };
        self.children.iter().enumerate().filter(move |(_, child)| is(child)).map(|(at, _)| at)
    }

    /// The text with one member or element more, at the end.
    fn add(&self, text: &str, step: &Segment, value: &str) -> Result<String, Cannot> {
        let name = match step {
            Segment::Key(name) if self.object => Some(quoted(name)),
            Segment::Index(index) if !self.object && *index == self.children.len() => None,
            _ => return Err(Cannot::NoPlace),
        };
        let Some(last) = self.children.last() else {
            let name = name.map(|name| name + ":").unwrap_or_default();
            return Ok(splice(text, self.inner.clone(), &format!("{name}{value}")));
        };
        let before = &text[self.inner.start..last.start()];
        let space = &before[before.trim_end_matches([' ', '\t', '\n', '\r']).len()..];
        let between = last.key.as_ref().map_or("", |key| &text[key.end..last.value.start]);
        let name = name.map(|name| name + between).unwrap_or_default();
        let end = last.value.end;
        Ok(splice(text, end..end, &format!(",{space}{name}{value}")))
    }
}

/// A name as it is meant; `None` where it has half of a surrogate pair, which no text can hold.
fn meant(written: &str) -> Option<String> {
    serde_json::from_str(written).ok()
}

fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}

fn splice(text: &str, place: Range<usize>, with: &str) -> String {
    [&text[..place.start], with, &text[place.end..]].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;

    fn path(text: &str) -> JsonPath {
        text.parse().unwrap()
    }

    #[test]
    fn a_value_is_replaced_and_all_around_it_stays() {
        let text = "{ \"b\" : 1.50e+00,\n\t\"a\":[ 1 ,2.0], \"\\u0063\":null }";
        assert_eq!(set(text, &path("a[1]"), "\"x\"").unwrap().unwrap(), text.replace("2.0", "\"x\""));
        assert_eq!(set(text, &path("b"), "2").unwrap().unwrap(), text.replace("1.50e+00", "2"));
        assert_eq!(set(text, &path("c"), "{}").unwrap().unwrap(), text.replace("null", "{}"), "an escaped name");
        assert_eq!(set(text, &path("b"), "1.50e+00"), Ok(None), "it says so already");
    }

    #[test]
    fn what_is_missing_is_added_as_its_neighbours_are_written() {
        let added = |text: &str, at: &str| set(text, &path(at), "7").unwrap().unwrap();
        assert_eq!(added("{}", "a"), "{\"a\":7}");
        assert_eq!(added("{ }", "a"), "{\"a\":7}");
        assert_eq!(added("{\"b\":1}", "a"), "{\"b\":1,\"a\":7}");
        assert_eq!(added("{\n  \"b\": 1\n}", "a"), "{\n  \"b\": 1,\n  \"a\": 7\n}");
        assert_eq!(added("{\"x\": [1, 2]}", "x[2]"), "{\"x\": [1, 2, 7]}");
        assert_eq!(added("[]", "[0]"), "[7]");
        assert_eq!(added("{\"x\":{}}", "x.\"a \\\" b\""), "{\"x\":{\"a \\\" b\":7}}");
        for (text, at) in [("{}", "a.b"), ("[]", "[1]"), ("{\"a\":1}", "a.b"), ("[]", "a"), ("{}", "[0]"), ("1", "a")] {
            assert_eq!(set(text, &path(at), "7"), Err(Cannot::NoPlace), "{at} of {text}");
        }
    }

    #[test]
    fn what_is_removed_takes_its_comma_with_it() {
        let removed = |text: &str, at: &str| remove(text, &path(at)).unwrap();
        assert_eq!(removed("{\n  \"a\": 1,\n  \"b\": 2\n}", "a").unwrap(), "{\n  \"b\": 2\n}");
        assert_eq!(removed("{\n  \"a\": 1,\n  \"b\": 2\n}", "b").unwrap(), "{\n  \"a\": 1\n}");
        assert_eq!(removed("{ \"a\": [1] }", "a").unwrap(), "{}");
        assert_eq!(removed("[1 , 2,3]", "[1]").unwrap(), "[1,3]");
        for (text, at) in [("{\"b\":1}", "a"), ("{}", "a.b"), ("[1]", "[1]"), ("[1]", "a"), ("{\"0\":1}", "[0]")] {
            assert_eq!(removed(text, at), None, "{at} of {text}");
        }
    }

    #[test]
    fn a_member_is_renamed_where_its_new_name_is_free() {
        let renamed = |text: &str, at: &str, to: &str| rename(text, &path(at), to);
        assert_eq!(renamed("{\"a\" : 1}", "a", "b\"").unwrap().unwrap(), "{\"b\\\"\" : 1}");
        assert_eq!(renamed("{\"a\":1,\"b\":2}", "a", "b"), Err(Cannot::Taken));
        assert_eq!(renamed("{\"a\":1}", "a", "a"), Ok(None));
        assert_eq!(renamed("{\"a\":1}", "x", "y"), Ok(None));
        assert_eq!(renamed("[1]", "[0]", "y"), Ok(None), "an element has no name");
    }

    #[test]
    fn what_is_not_clear_is_not_done() {
        let twice = "{\"a\":1,\"\\u0061\":{\"b\":2}}";
        for found in [set(twice, &path("a"), "2"), remove(twice, &path("a.b")), rename(twice, &path("a"), "c")] {
            assert_eq!(found, Err(Cannot::Twice));
        }
        let Err(Cannot::NotJson { line: 2, column: 2, .. }) = remove("{\n}}", &path("a")) else { panic!("no JSON") };
        assert_eq!(set("{\"\\ud800\":1}", &path("a"), "2").unwrap().unwrap(), "{\"\\ud800\":1,\"a\":2}");
    }

    fn document() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-c\"\\\\é ]{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("[a-c]{1,2}", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    fn steps() -> impl Strategy<Value = JsonPath> {
        let step = prop_oneof!["[a-c]{1,2}".prop_map(Segment::Key), (0_usize..3).prop_map(Segment::Index)];
        prop::collection::vec(step, 1..4).prop_map(|steps| JsonPath::new(steps).unwrap())
    }

    /// The same with values: what the text must mean afterwards.
    fn holder<'a>(value: &'a mut Value, path: &JsonPath) -> Option<&'a mut Value> {
        let (_, steps) = path.segments().split_last().unwrap();
        steps.iter().try_fold(value, |value, step| match step {
            Segment::Key(key) => value.as_object_mut()?.get_mut(key),
            Segment::Index(index) => value.as_array_mut()?.get_mut(*index),
        })
    }

    proptest! {
        #[test]
        fn it_means_what_a_change_of_values_means(mut value in document(), at in steps(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
            let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            let removed = remove(&text, &at).unwrap();
            let was = set(&text, &at, "[7]");
            let before = value.clone();
            let found = at.get(&before).is_some();
            prop_assert_eq!(removed.is_some(), found);
            let last = at.segments().last().unwrap();
            let parent = holder(&mut value, &at);
            match (parent, last) {
                (Some(Value::Object(members)), Segment::Key(key)) => {
                    let mut without = members.clone();
                    without.shift_remove(key);
                    members.insert(key.clone(), json!([7]));
                    let set = was.unwrap().unwrap_or_else(|| text.clone());
                    prop_assert_eq!(read(&set), value.clone());
                    if let Some(removed) = removed {
                        *holder(&mut value, &at).unwrap() = Value::Object(without);
                        prop_assert_eq!(read(&removed), value);
                    }
                }
                (Some(Value::Array(items)), Segment::Index(index)) if *index <= items.len() => {
                    let mut without = items.clone();
                    if *index < items.len() {
                        without.remove(*index);
                        items[*index] = json!([7]);
                    } else {
                        items.push(json!([7]));
                    }
                    prop_assert_eq!(read(&was.unwrap().unwrap_or_else(|| text.clone())), value.clone());
                    if let Some(removed) = removed {
                        *holder(&mut value, &at).unwrap() = Value::Array(without);
                        prop_assert_eq!(read(&removed), value);
                    }
                }
                _ => prop_assert_eq!(was, Err(Cannot::NoPlace)),
            }
        }

        /// One stretch of the text changes; what stands before and after it is the same, byte for byte.
        #[test]
        fn all_around_the_place_stays(value in document(), at in steps()) {
            let text = serde_json::to_string_pretty(&value).unwrap();
            if let (Some(there), Ok(Some(set))) = (at.get(&value), set(&text, &at, "\"\u{1F980}\"")) {
                let (before, after) = set.split_once("\"\u{1F980}\"").unwrap();
                prop_assert!(text.starts_with(before) && text.ends_with(after));
                let was: Value = serde_json::from_str(&text[before.len()..text.len() - after.len()]).unwrap();
                prop_assert_eq!(&was, there);
            }
        }
    }
}
