//! Whether a message matches. Takes time linear in the message's size for each term; nothing in a message can make it
//! recurse.

use serde_json::Value;

use super::Filter;
use super::number::Number;
use super::path::{JsonPath, Segment};
use super::search::{contains, lower};
use super::shape::{self, Shape};
use super::term::{Kind, Op, Part, Term, Test, Wanted};
use crate::model::message::{AttributeValue, Message, MessageAttribute};

/// Where a message is, as far as the console knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Only read, or its hold is over.
    #[default]
    Free,
    /// In flight, held by the console.
    Held,
    /// Given back by the console.
    Returned,
    /// Deleted by the console.
    Deleted,
}

/// A message as a filter sees it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The message.
    pub message: &'a Message,
    /// The shape of its body, where somebody knows it already.
    pub shape: Option<Shape>,
    /// Where it is.
    pub state: State,
    /// Whether the last action on it failed, or may have.
    pub failed: bool,
    /// The key of the cause of its failure.
    pub cause: Option<&'a str>,
    /// Now, milliseconds since 1970.
    pub now_ms: i64,
}

impl<'a> Subject<'a> {
    /// A message about which nothing else is known.
    pub fn of(message: &'a Message, now_ms: i64) -> Self {
        Self { message, shape: None, state: State::Free, failed: false, cause: None, now_ms }
    }

    /// The shape of its body.
    pub fn shape(&self) -> Shape {
        self.shape.unwrap_or_else(|| Shape::of(&self.message.body))
    }
}

/// The value at a place of a body, read only where the body can hold it.
pub fn value_at(body: &str, path: &JsonPath) -> Option<Value> {
    let begin = body.trim_start().bytes().next()?;
    let expected = match path.segments().first()? {
        Segment::Key(_) => b'{',
        Segment::Index(_) => b'[',
    };
    let last = path.segments().iter().rev().find_map(|segment| match segment {
        Segment::Key(key) => Some(key),
        Segment::Index(_) => None,
    });
    // A name that is not written with an escape stands there as it is.
    let possible = last.is_none_or(|key| body.contains(key.as_str()) || body.contains('\\'));
    (begin == expected && possible).then(|| path.find(body))?
}

impl Filter {
    /// Whether a message matches: every clause, and of each clause one term.
    pub fn matches(&self, subject: &Subject) -> bool {
        self.clauses.iter().all(|clause| clause.iter().any(|term| term.matches(subject)))
    }
}

impl Term {
    /// Whether a message matches this term.
    pub fn matches(&self, subject: &Subject) -> bool {
        self.test.passes(subject) != self.negated
    }
}

impl Test {
    fn passes(&self, subject: &Subject) -> bool {
        let message = subject.message;
        match self {
            Self::Text(text) => anywhere(message, &lower(text)),
            Self::Body(text) => contains(&message.body, &lower(text)),
            Self::Path(path, wanted) => value_at(&message.body, path).is_some_and(|value| wanted.by_json(&value)),
            Self::Attribute(name, wanted) => match message.attributes.get(name).map(|attribute| &attribute.value) {
                Some(AttributeValue::Text(text)) => wanted.by_text(text),
                Some(AttributeValue::Binary(bytes)) => {
                    std::str::from_utf8(bytes).is_ok_and(|text| wanted.by_text(text))
                }
                None => false,
            },
            Self::Count(op, count) => message.receive_count().is_some_and(|received| op.allows(received.cmp(count))),
            Self::Age(op, seconds) => message.sent_at().is_some_and(|sent| {
                let age = i128::from(subject.now_ms) - i128::from(sent);
                op.allows(age.cmp(&(i128::from(*seconds) * 1_000)))
            }),
            Self::Sent(op, moment) => message.sent_at().is_some_and(|sent| {
                let (after, begun) = (sent >= moment.end_ms(), sent >= moment.from_ms);
                match op {
                    Op::Is => begun && !after,
                    Op::Above => after,
                    Op::AtLeast => begun,
                    Op::Below => !begun,
                    Op::AtMost => !after,
                }
            }),
            Self::Size(op, bytes) => op.allows((message.size() as u64).cmp(bytes)),
            Self::Group(group) => message.group_id().is_some_and(|id| group.fits(id)),
            Self::Dedup(dedup) => message.deduplication_id().is_some_and(|id| dedup.fits(id)),
            Self::Id(id) => id.fits(message.id.as_str()) || message.id.as_str().starts_with(id.text()),
            Self::Source(source) => message
                .system
                .get("DeadLetterQueueSourceArn")
                .is_some_and(|arn| source.fits(arn) || arn.rsplit(':').next().is_some_and(|name| source.fits(name))),
            Self::Cause(cause) => subject.cause.is_some_and(|key| cause.fits(key)),
            Self::Is(kind) => match kind {
                Kind::Body(shape) => subject.shape() == *shape,
                Kind::Binary => {
                    let binary = |attribute: &MessageAttribute| matches!(attribute.value, AttributeValue::Binary(_));
                    message.attributes.values().any(binary)
                        || subject.shape() == Shape::Base64 && shape::holds_bytes(&message.body)
                }
                Kind::Held => subject.state == State::Held,
                Kind::Returned => subject.state == State::Returned,
                Kind::Deleted => subject.state == State::Deleted,
                Kind::Failed => subject.failed,
            },
            Self::Has(part) => match part {
                Part::Trace => message.system.contains_key("AWSTraceHeader"),
                Part::Group => message.group_id().is_some(),
                Part::Dedup => message.deduplication_id().is_some(),
                Part::Source => message.system.contains_key("DeadLetterQueueSourceArn"),
                Part::Attributes => !message.attributes.is_empty(),
                Part::Attribute(name) => message.attributes.contains_key(name),
                Part::Path(path) => value_at(&message.body, path).is_some(),
            },
        }
    }
}

/// Text in small letters, in the body, an attribute's value or an id.
fn anywhere(message: &Message, small: &str) -> bool {
    let ids = [Some(message.id.as_str()), message.group_id(), message.deduplication_id()];
    contains(&message.body, small)
        || ids.into_iter().flatten().any(|id| contains(id, small))
        || message.attributes.values().any(|attribute| match &attribute.value {
            AttributeValue::Text(text) => contains(text, small),
            AttributeValue::Binary(bytes) => std::str::from_utf8(bytes).is_ok_and(|text| contains(text, small)),
        })
}

impl Wanted {
    /// Whether a value of a JSON document is what is wanted; of a list, one of its values.
    fn by_json(&self, value: &Value) -> bool {
        match value {
            Value::Array(values) => self.is_any() || values.iter().any(|value| self.by_scalar(value)),
            Value::Object(_) => self.is_any(),
            scalar => self.by_scalar(scalar),
        }
    }

    fn by_scalar(&self, value: &Value) -> bool {
        match (value, self) {
            (Value::String(text), _) => self.by_text(text),
            (Value::Number(number), _) => self.by_text(&number.to_string()),
            (Value::Bool(yes), Self::Fits(pattern)) => pattern.fits_any_case(if *yes { "true" } else { "false" }),
            (Value::Null, Self::Fits(pattern)) => pattern.fits_any_case("null"),
            _ => false,
        }
    }

    fn by_text(&self, text: &str) -> bool {
        match self {
            Self::Fits(pattern) => {
                let number = || Number::read(pattern.text()).and_then(|number| number.order(text));
                pattern.fits_any_case(text) || pattern.is_exact() && number().is_some_and(|order| order.is_eq())
            }
            Self::Number(op, number) => number.order(text).is_some_and(|order| op.allows(order)),
        }
    }

    fn is_any(&self) -> bool {
        matches!(self, Self::Fits(pattern) if pattern.is_any())
    }
}
