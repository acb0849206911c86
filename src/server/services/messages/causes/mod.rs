//! Causes: why messages failed, as far as they tell. Pure.
//!
//! SQS says of a dead message only where it comes from. So what tells is looked for in this order: an error that a
//! service or a framework left in attributes or body; what kind of message it is, where there are several; the queue it
//! failed in, where there are several; and else what its body is made of. Whoever knows better picks a place in the body
//! or an attribute. Ids, numbers and times make no difference.

mod normal;
mod scan;
mod shape;
mod told;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest, Sha256};

use self::normal::{normal, one_line};
use self::scan::{Scan, scan};
use self::shape::Shape;
use crate::model::filter::path::Segment;
use crate::model::filter::{JsonPath, value_at};
use crate::model::{AttributeValue, Message, binary, words};

/// The most causes that are told apart; the rarest beyond are one.
const MOST: usize = 200;

/// Why messages failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Causes {
    /// By what they were grouped, and how many messages by each: the most first.
    pub by: Vec<(String, usize)>,
    /// The causes, the most frequent first.
    pub list: Vec<Cause>,
    /// The cause of each message, by its place in the list.
    pub of_each: Vec<usize>,
}

/// A cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What names it in a filter: letters and digits, the same for the same cause.
    pub key: String,
    /// What it is, on one line of foreign text.
    pub title: String,
    /// How many messages have it.
    pub count: usize,
    /// When the first of them was sent, milliseconds since 1970.
    pub first_sent: Option<i64>,
    /// When the last of them was sent, milliseconds since 1970.
    pub last_sent: Option<i64>,
    /// The place of the last of them among the messages.
    pub sample: usize,
}

/// What two messages of one cause have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Mark {
    Told(String),
    Shape(Shape),
    Rare,
}

impl Causes {
    /// Groups messages: by what they tell, or by the values at a place that somebody picked. A path that begins with
    /// `attr` is a message attribute, one that begins with `body` a place in the body, as in a filter; `source` alone is
    /// the queue they failed in, `shape` alone what bodies are made of.
    pub fn of(messages: &[Arc<Message>], by: Option<&JsonPath>) -> Self {
        match by.map(Picked::of) {
            Some(picked) => picked.group(messages),
            None => automatic(messages),
        }
    }

    /// The key of a message's cause, by its place.
    pub fn key_of(&self, at: usize) -> Option<&str> {
        self.list.get(*self.of_each.get(at)?).map(|cause| cause.key.as_str())
    }

    /// By what, in words, with how many messages of how many.
    pub fn coverage(&self) -> String {
        let all = words::count(self.of_each.len() as u64);
        let parts = self.by.iter().enumerate().map(|(n, (place, count))| {
            let of = if n == 0 { format!(" of {all} messages") } else { String::new() };
            format!("by {place}, in {}{of}", words::count(*count as u64))
        });
        parts.collect::<Vec<_>>().join("; ")
    }
}

/// What somebody picked.
enum Picked {
    Attribute(String),
    Body(JsonPath),
    Source,
    Shape,
}

impl Picked {
    fn of(path: &JsonPath) -> Self {
        let text = |segment: &Segment| match segment {
            Segment::Key(key) => key.clone(),
            Segment::Index(index) => index.to_string(),
        };
        match path.segments() {
            [Segment::Key(key)] if key == "source" => Self::Source,
            [Segment::Key(key)] if key == "shape" => Self::Shape,
            [Segment::Key(key), name @ ..] if key == "attr" && !name.is_empty() => {
                Self::Attribute(name.iter().map(text).collect::<Vec<_>>().join("."))
            }
            [Segment::Key(key), rest @ ..] if key == "body" && !rest.is_empty() => {
                Self::Body(JsonPath::new(rest.to_vec()).unwrap_or_else(|| path.clone()))
            }
            _ => Self::Body(path.clone()),
        }
    }

    fn group(&self, messages: &[Arc<Message>]) -> Causes {
        let (place, nothing) = match self {
            Self::Attribute(name) => (format!("attr.{name}"), "without this attribute"),
            Self::Body(path) => (format!("body.{path}"), "nothing at this place of the body"),
            Self::Source => ("the queue they failed in".to_owned(), "failed in no queue that is known"),
            Self::Shape => ("what their bodies are made of".to_owned(), ""),
        };
        let place = one_line(&place);
        let marks = messages.iter().map(|message| {
            let told = match self {
                Self::Attribute(name) => message.attributes.get(name).map(|attribute| match &attribute.value {
                    AttributeValue::Text(text) => plain(text),
                    AttributeValue::Binary(_) => "bytes".to_owned(),
                }),
                Self::Body(path) => value_at(&message.body, path).map(|value| match value {
                    Value::String(text) => plain(&text),
                    other => one_line(&other.to_string()),
                }),
                Self::Source => message.source().map(|source| source.name().to_string()),
                Self::Shape => {
                    return (Mark::Shape(Shape::of(&message.body, scan(&message.body).as_ref())), true);
                }
            };
            let found = told.is_some();
            (Mark::Told(told.unwrap_or_else(|| nothing.to_owned())), found)
        });
        let (marks, found): (Vec<Mark>, Vec<bool>) = marks.unzip();
        let count = found.into_iter().filter(|found| *found).count();
        gather(messages, marks, vec![(place, count)])
    }
}

/// A value that somebody picked: a word is itself, a sentence gives up what is special to one message.
fn plain(text: &str) -> String {
    if text.trim().contains(char::is_whitespace) { normal(text) } else { one_line(text) }
}

/// By the best that each message has.
fn automatic(messages: &[Arc<Message>]) -> Causes {
    let scans: Vec<Option<Scan<'_>>> = messages.iter().map(|message| scan(&message.body)).collect();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut marks: Vec<Option<Mark>> = Vec::with_capacity(messages.len());
    for (message, scan) in messages.iter().zip(&scans) {
        marks.push(told::error(message, scan.as_ref()).map(|told| {
            *places.entry(told.place.to_owned()).or_default() += 1;
            Mark::Told(told.words)
        }));
    }
    let rest: Vec<usize> = (0..messages.len()).filter(|at| marks[*at].is_none()).collect();
    let kinds: Vec<_> = rest.iter().map(|at| told::kind(&messages[*at], scans[*at].as_ref())).collect();
    let sources = || rest.iter().map(|at| messages[*at].source().map(|source| source.name().to_string()));
    let telling = |words: Vec<Option<&str>>| {
        let told = words.iter().flatten().count();
        told * 2 >= rest.len() && words.into_iter().flatten().collect::<BTreeSet<_>>().len() > 1
    };
    let sourced: Vec<Option<String>> = sources().collect();
    if telling(kinds.iter().map(|kind| kind.as_ref().map(|kind| kind.words.as_str())).collect()) {
        for (at, kind) in rest.iter().zip(kinds) {
            marks[*at] = kind.map(|kind| {
                *places.entry(kind.place.to_owned()).or_default() += 1;
                Mark::Told(kind.words)
            });
        }
    } else if telling(sourced.iter().map(Option::as_deref).collect()) {
        for (at, source) in rest.iter().zip(sourced) {
            marks[*at] = source.map(|source| {
                *places.entry("the queue they failed in".to_owned()).or_default() += 1;
                Mark::Told(format!("failed in {source}"))
            });
        }
    }
    let shaped = marks.iter().filter(|mark| mark.is_none()).count();
    if shaped > 0 {
        places.insert("what their bodies are made of".to_owned(), shaped);
    }
    let marks = marks.into_iter().zip(messages.iter().zip(&scans));
    let marks = marks
        .map(|(mark, (message, scan))| mark.unwrap_or_else(|| Mark::Shape(Shape::of(&message.body, scan.as_ref()))));
    let mut by: Vec<(String, usize)> = places.into_iter().collect();
    by.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    gather(messages, marks.collect(), by)
}

/// Counts the messages of each mark, gives it a name and its words.
fn gather(messages: &[Arc<Message>], marks: Vec<Mark>, by: Vec<(String, usize)>) -> Causes {
    let mut counts: HashMap<&Mark, (usize, usize)> = HashMap::new();
    for (at, mark) in marks.iter().enumerate() {
        counts.entry(mark).or_insert((0, at)).0 += 1;
    }
    let mut order: Vec<(&Mark, (usize, usize))> = counts.into_iter().collect();
    order.sort_by_key(|(_, (count, first))| (std::cmp::Reverse(*count), *first));
    let rare = order.len() > MOST;
    order.truncate(if rare { MOST - 1 } else { MOST });
    let most = order.iter().find(|(mark, _)| matches!(mark, Mark::Shape(_))).map(|(_, (_, first))| *first);
    let mut places: HashMap<&Mark, usize> = HashMap::new();
    let mut list: Vec<Cause> = Vec::with_capacity(order.len() + 1);
    for (mark, (_, first)) in order {
        places.insert(mark, list.len());
        let body = |at: usize| messages[at].body.as_str();
        let title = match mark {
            Mark::Told(words) => words.clone(),
            Mark::Shape(shape) => shape.title(body(first), most.filter(|most| *most != first).map(body)),
            Mark::Rare => String::new(),
        };
        list.push(Cause::named(mark, title));
    }
    if rare {
        list.push(Cause::named(&Mark::Rare, "everything else, too rare to list".to_owned()));
    }
    let of_each: Vec<usize> = marks.iter().map(|mark| places.get(mark).copied().unwrap_or(MOST - 1)).collect();
    for (at, place) in of_each.iter().enumerate() {
        list[*place].add(at, messages[at].sent_at());
    }
    Causes { by, list, of_each }
}

impl Cause {
    fn named(mark: &Mark, title: String) -> Self {
        let name = match mark {
            Mark::Told(words) => format!("told {words}"),
            Mark::Shape(shape) => format!("shape {shape:?}"),
            Mark::Rare => "rare".to_owned(),
        };
        let digest = Sha256::digest(name.as_bytes());
        let key = binary::digits(&digest[..5]);
        Self { key, title, count: 0, first_sent: None, last_sent: None, sample: 0 }
    }

    fn add(&mut self, at: usize, sent: Option<i64>) {
        if self.count == 0 || sent >= self.last_sent {
            self.sample = at;
        }
        self.count += 1;
        self.last_sent = self.last_sent.max(sent);
        self.first_sent = match (self.first_sent, sent) {
            (Some(first), Some(sent)) => Some(first.min(sent)),
            (first, sent) => first.or(sent),
        };
    }
}

#[cfg(test)]
mod tests;
