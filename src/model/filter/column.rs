//! The columns of a table of messages: what a message has in each, by which it can be sorted, too.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::eval::{Subject, value_at};
use super::number::Number;
use super::path::JsonPath;
use crate::model::message::AttributeValue;
use crate::model::words;

/// What a column shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// When it was sent.
    Sent,
    /// When it was first received.
    First,
    /// How often it was received.
    Receives,
    /// Bytes of body and attributes.
    Size,
    /// The message group.
    Group,
    /// The deduplication id.
    Dedup,
    /// The order within its group.
    Sequence,
    /// The queue it failed in.
    Source,
    /// Where it is.
    State,
    /// What its body is.
    Kind,
    /// The beginning of its body.
    Body,
    /// A place in its JSON body.
    Path(JsonPath),
    /// A message attribute.
    Attribute(String),
}

/// A value of a column that can be put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A whole number: a count, a size, a moment.
    Whole(u128),
    /// A number as it was written.
    Number(Number),
    /// Text.
    Text(String),
}

impl Column {
    /// Those with a name of their own, in the order of the table.
    pub const NAMED: [Self; 11] = [
        Self::Sent,
        Self::First,
        Self::Receives,
        Self::Size,
        Self::Group,
        Self::Dedup,
        Self::Sequence,
        Self::Source,
        Self::State,
        Self::Kind,
        Self::Body,
    ];

    /// The name in the URL of those that have one of their own.
    fn key(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::First => "first",
            Self::Receives => "receives",
            Self::Size => "size",
            Self::Group => "group",
            Self::Dedup => "dedup",
            Self::Sequence => "sequence",
            Self::Source => "source",
            Self::State => "state",
            Self::Kind => "kind",
            Self::Body | Self::Path(_) => "body",
            Self::Attribute(_) => "attr",
        }
    }

    /// Its heading.
    pub fn label(&self) -> String {
        let label = match self {
            Self::Sent => "Sent",
            Self::First => "First received",
            Self::Receives => "Receives",
            Self::Size => "Size",
            Self::Group => "Group",
            Self::Dedup => "Deduplication id",
            Self::Sequence => "Sequence number",
            Self::Source => "Failed in",
            Self::State => "State",
            Self::Kind => "Kind",
            Self::Body => "Body",
            Self::Path(path) => return path.to_string(),
            Self::Attribute(name) => name,
        };
        label.to_owned()
    }

    /// Whether a click on its heading shows the largest first.
    pub fn largest_first(&self) -> bool {
        matches!(self, Self::Sent | Self::First | Self::Receives | Self::Size | Self::Sequence)
    }

    /// What a message has in it, to put messages in order; `None` where it has nothing.
    pub fn value(&self, subject: &Subject) -> Option<Value> {
        let message = subject.message;
        let moment = |at: i64| Value::Whole(u128::try_from(at).unwrap_or(0));
        let text = |text: &str| Value::Text(text.to_owned());
        match self {
            Self::Sent => message.sent_at().map(moment),
            Self::First => message.first_received_at().map(moment),
            Self::Receives => message.receive_count().map(|count| Value::Whole(count.into())),
            Self::Size => Some(Value::Whole(message.size() as u128)),
            Self::Group => message.group_id().map(text),
            Self::Dedup => message.deduplication_id().map(text),
            Self::Sequence => message.sequence_number().map(Value::Whole),
            Self::Source => message.source().map(|arn| text(arn.name().as_str())),
            Self::State => Some(Value::Whole(subject.state as u128)),
            Self::Kind => Some(text(subject.shape().key())),
            Self::Body => Some(Value::Text(message.body.chars().take(64).collect())),
            Self::Path(path) => value_at(&message.body, path).map(|value| match value {
                serde_json::Value::String(text) => Value::of(text),
                other => Value::of(other.to_string()),
            }),
            Self::Attribute(name) => message.attributes.get(name).map(|attribute| match &attribute.value {
                AttributeValue::Text(text) => Value::of(text.clone()),
                AttributeValue::Binary(bytes) => Value::Text(words::bytes(bytes.len() as u64)),
            }),
        }
    }
}

impl Value {
    fn of(text: String) -> Self {
        Number::read(&text).map_or(Self::Text(text), Self::Number)
    }

    /// As text.
    pub fn text(&self) -> String {
        match self {
            Self::Whole(number) => number.to_string(),
            Self::Number(number) => number.as_str().to_owned(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    /// Numbers before text.
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => {
                b.order(a.as_str()).unwrap_or(Ordering::Equal).then_with(|| a.as_str().cmp(b.as_str()))
            }
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Text(_), _) => Ordering::Greater,
            (_, Self::Text(_)) => Ordering::Less,
            (a, b) => a.text().cmp(&b.text()),
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "body:{path}"),
            Self::Attribute(name) => write!(f, "attr:{name}"),
            named => f.write_str(named.key()),
        }
    }
}

impl FromStr for Column {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.split_once(':') {
            Some(("body", path)) => path.parse().map(Self::Path).map_err(|_| ()),
            Some(("attr", name)) if !name.is_empty() => Ok(Self::Attribute(name.to_owned())),
            Some(_) => Err(()),
            None => Self::NAMED.into_iter().find(|column| column.key() == text).ok_or(()),
        }
    }
}
