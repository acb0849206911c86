//! What is worked out once for the messages of a snapshot, and asked by every filter after that: the shape of each body,
//! and what a filter or a column may name.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::causes::Causes;
use super::snapshot::Entry;
use crate::model::Message;
use crate::model::filter::Shape;
use crate::model::filter::path::{JsonPath, Segment};

/// How many messages are read for the places that their bodies have.
const SAMPLE: usize = 100;
/// The longest body that is read for them.
const LONGEST: usize = 64 << 10;
/// How deep, and how many places are kept.
const DEPTH: usize = 4;
const PATHS: usize = 60;
/// How many names of attributes are kept.
const ATTRIBUTES: usize = 60;

/// What is known of the messages of a snapshot. The messages themselves are shared with it.
#[derive(Debug, Default)]
pub struct Index {
    messages: Vec<Arc<Message>>,
    shapes: Vec<Shape>,
    paths: Vec<JsonPath>,
    attributes: Vec<String>,
    /// The causes that were asked for last, and by what.
    causes: Mutex<Option<Grouped>>,
}

/// Causes, and the place that somebody picked for them.
type Grouped = (Option<JsonPath>, Arc<Causes>);

impl Index {
    fn of(entries: &[Entry], older: Option<&Self>) -> Self {
        let mut shapes = Vec::with_capacity(entries.len());
        let mut attributes = BTreeMap::<&str, usize>::new();
        for (at, entry) in entries.iter().enumerate() {
            let known =
                older.and_then(|older| Arc::ptr_eq(older.messages.get(at)?, &entry.message).then(|| older.shapes[at]));
            shapes.push(known.unwrap_or_else(|| Shape::of(&entry.message.body)));
            for name in entry.message.attributes.keys() {
                if attributes.len() < 10 * ATTRIBUTES || attributes.contains_key(name.as_str()) {
                    *attributes.entry(name).or_default() += 1;
                }
            }
        }
        let json = entries
            .iter()
            .zip(&shapes)
            .filter(|(entry, shape)| **shape == Shape::Json && entry.message.body.len() <= LONGEST);
        let mut paths = BTreeMap::<Vec<Segment>, usize>::new();
        for (entry, _) in json.take(SAMPLE) {
            if let Ok(body) = serde_json::from_str(&entry.message.body) {
                places(&body, &mut Vec::new(), &mut paths);
            }
        }
        let paths = common(paths, PATHS).into_iter().filter_map(JsonPath::new).collect();
        let attributes = common(attributes, ATTRIBUTES).into_iter().map(str::to_owned).collect();
        let messages = entries.iter().map(|entry| Arc::clone(&entry.message)).collect();
        Self { messages, shapes, paths, attributes, causes: Mutex::default() }
    }

    /// Whether it is about exactly these messages.
    fn is_of(&self, entries: &[Entry]) -> bool {
        self.messages.len() == entries.len()
            && self.messages.iter().zip(entries).all(|(message, entry)| Arc::ptr_eq(message, &entry.message))
    }

    /// Why the messages failed, by the best that they tell or by a place that somebody picked. Always of all of them, so
    /// that a cause is the same whatever a filter leaves.
    pub fn causes(&self, by: Option<&JsonPath>) -> Arc<Causes> {
        let mut kept = self.causes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, causes)) = kept.as_ref()
            && known.as_ref() == by
        {
            return Arc::clone(causes);
        }
        let causes = Arc::new(Causes::of(&self.messages, by));
        *kept = Some((by.cloned(), Arc::clone(&causes)));
        causes
    }

    /// The shape of a message's body, by its place in the snapshot.
    pub fn shape(&self, at: usize) -> Shape {
        self.shapes[at]
    }

    /// Places that JSON bodies have, the most common first.
    pub fn paths(&self) -> &[JsonPath] {
        &self.paths
    }

    /// Names of message attributes, the most common first.
    pub fn attributes(&self) -> &[String] {
        &self.attributes
    }
}

/// The most common, as many as are kept.
fn common<T: Ord>(counted: BTreeMap<T, usize>, most: usize) -> Vec<T> {
    let mut counted: Vec<_> = counted.into_iter().collect();
    counted.sort_by(|(a, many), (b, more)| more.cmp(many).then_with(|| a.cmp(b)));
    counted.into_iter().take(most).map(|(what, _)| what).collect()
}

/// Counts where a document has single values; of a list, where its first element has them.
fn places(value: &Value, at: &mut Vec<Segment>, counted: &mut BTreeMap<Vec<Segment>, usize>) {
    match value {
        Value::Object(members) if at.len() < DEPTH => {
            for (name, value) in members {
                at.push(Segment::Key(name.clone()));
                places(value, at, counted);
                at.pop();
            }
        }
        Value::Array(values) if at.len() < DEPTH => {
            if let Some(first) = values.first() {
                at.push(Segment::Index(0));
                places(first, at, counted);
                at.pop();
            }
        }
        Value::Object(_) | Value::Array(_) => {}
        _ if counted.len() < 10 * PATHS || counted.contains_key(at) => *counted.entry(at.clone()).or_default() += 1,
        _ => {}
    }
}

/// Where a snapshot keeps its index. Copies of the snapshot share it: what changes from one to the next is mostly where
/// messages are, and the index checks whether it still is about the same ones.
#[derive(Clone, Debug, Default)]
pub struct Indexed(Arc<Mutex<Option<Arc<Index>>>>);

impl Indexed {
    /// The index of these entries, made where there is none of them yet.
    pub(super) fn of(&self, entries: &[Entry]) -> Arc<Index> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = kept.as_ref().filter(|index| index.is_of(entries)) {
            return Arc::clone(index);
        }
        let index = Arc::new(Index::of(entries, kept.as_deref()));
        *kept = Some(Arc::clone(&index));
        index
    }
}

impl PartialEq for Indexed {
    /// It follows from the messages.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Indexed {}

#[cfg(test)]
mod tests {
    use super::super::snapshot::tests::message;
    use super::super::snapshot::{Origin, Snapshot};
    use super::*;

    #[test]
    fn it_is_made_once_and_again_only_for_other_messages() {
        let mut snapshot = Snapshot::begun(Origin::Look, 0, 10, 10, 30);
        snapshot.take(
            vec![message("a", r#"{"order":{"id":1},"lines":[{"sku":2},3]}"#, None), message("b", "<a/>", None)],
            9,
        );
        let index = snapshot.index();
        assert_eq!((index.shape(0), index.shape(1)), (Shape::Json, Shape::Xml));
        let paths: Vec<String> = index.paths().iter().map(JsonPath::to_string).collect();
        assert_eq!(paths, ["lines[0].sku", "order.id"]);
        assert!(Arc::ptr_eq(&index, &snapshot.clone().index()));
        snapshot.take(vec![message("b", "text", None)], 9);
        assert!(!Arc::ptr_eq(&index, &snapshot.index()) && snapshot.index().shape(1) == Shape::Text);
    }
}
