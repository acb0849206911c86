//! What a filter is made of, and how it is printed.

use std::fmt;

use super::number::Number;
use super::path::{JsonPath, Segment};
use super::pattern::Pattern;
use super::quantity::{self, Moment};
use super::scan::quote;
use super::shape::Shape;

/// How two values are to stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// The same; of text, a fit.
    Is,
    /// More.
    Above,
    /// More or the same.
    AtLeast,
    /// Less.
    Below,
    /// Less or the same.
    AtMost,
}

impl Op {
    /// Whether a value that stands so to the wanted one will do.
    pub fn allows(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Is => order.is_eq(),
            Self::Above => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Below => order.is_lt(),
            Self::AtMost => order.is_le(),
        }
    }
}

/// What a value in a body or an attribute must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Text that fits, letters in any case; of numbers, the same number.
    Fits(Pattern),
    /// A number, above or below.
    Number(Op, Number),
}

/// What a message is or was, for `is:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Its body has this shape.
    Body(Shape),
    /// It carries bytes that are no text: in an attribute, or in a body of base64.
    Binary,
    /// The console holds it in flight.
    Held,
    /// The console gave it back.
    Returned,
    /// The console deleted it.
    Deleted,
    /// The last action on it failed, or nobody knows whether it did.
    Failed,
}

impl Kind {
    /// All, in the order in which they are listed.
    pub const ALL: [Self; 9] = [
        Self::Body(Shape::Json),
        Self::Body(Shape::Xml),
        Self::Body(Shape::Base64),
        Self::Body(Shape::Text),
        Self::Binary,
        Self::Held,
        Self::Returned,
        Self::Deleted,
        Self::Failed,
    ];

    /// Its name in a filter.
    pub fn key(self) -> &'static str {
        match self {
            Self::Body(shape) => shape.key(),
            Self::Binary => "binary",
            Self::Held => "held",
            Self::Returned => "returned",
            Self::Deleted => "deleted",
            Self::Failed => "failed",
        }
    }
}

/// What a message may have, for `has:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A trace header of X-Ray.
    Trace,
    /// A message group.
    Group,
    /// A deduplication id.
    Dedup,
    /// A queue that it failed in.
    Source,
    /// Any message attribute.
    Attributes,
    /// This message attribute.
    Attribute(String),
    /// A value at this place of its body.
    Path(JsonPath),
}

/// What one term asks of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Text in the body, an attribute's value or an id.
    Text(String),
    /// Text in the body.
    Body(String),
    /// The value at a place of the body.
    Path(JsonPath, Wanted),
    /// The value of a message attribute.
    Attribute(String, Wanted),
    /// How often it was received.
    Count(Op, u32),
    /// For how many seconds it has been there.
    Age(Op, u64),
    /// When it was sent.
    Sent(Op, Moment),
    /// Bytes of body and attributes.
    Size(Op, u64),
    /// The message group.
    Group(Pattern),
    /// The deduplication id.
    Dedup(Pattern),
    /// How the message id begins.
    Id(Pattern),
    /// The name or the ARN of the queue that it failed in.
    Source(Pattern),
    /// The key of the cause of its failure.
    Cause(Pattern),
    /// What it is.
    Is(Kind),
    /// What it has.
    Has(Part),
}

/// A test, or its opposite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What is asked.
    pub test: Test,
    /// Whether the answer must be no.
    pub negated: bool,
}

impl From<Test> for Term {
    fn from(test: Test) -> Self {
        Self { test, negated: false }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Is => ":",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Below => "<",
            Self::AtMost => "<=",
        })
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Fits(pattern) => write!(f, ":{pattern}"),
            Self::Number(op, number) => write!(f, "{op}{}", number.as_str()),
        }
    }
}

/// A place in the body as it stands in a filter.
fn place(f: &mut fmt::Formatter, path: &JsonPath) -> fmt::Result {
    let dot = if matches!(path.segments().first(), Some(Segment::Key(_))) { "." } else { "" };
    // A dollar sign at the beginning is quoted by the path itself.
    write!(f, "body{dot}{path}")
}

fn attribute(f: &mut fmt::Formatter, name: &str) -> fmt::Result {
    f.write_str("attr.")?;
    if name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)) {
        f.write_str(name)
    } else {
        quote(f, name)
    }
}

/// Text that is looked for: as it is where nothing in it could mean something else.
fn text(f: &mut fmt::Formatter, text: &str) -> fmt::Result {
    let plain = text.chars().all(|c| c.is_alphanumeric() || "_-./@#".contains(c));
    let plain = plain && !text.starts_with('-') && !text.eq_ignore_ascii_case("or") && !matches!(text, "AND" | "NOT");
    if plain { f.write_str(text) } else { quote(f, text) }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Text(words) => text(f, words),
            Self::Body(words) => write!(f, "body:{}", Pattern::exact(words)),
            Self::Path(path, wanted) => {
                place(f, path)?;
                wanted.fmt(f)
            }
            Self::Attribute(name, wanted) => {
                attribute(f, name)?;
                wanted.fmt(f)
            }
            Self::Count(op, count) => write!(f, "count{op}{count}"),
            Self::Age(op, seconds) => write!(f, "age{op}{}", quantity::print_span(*seconds)),
            Self::Sent(op, moment) => write!(f, "sent{op}{}", moment.print()),
            Self::Size(op, bytes) => write!(f, "size{op}{}", quantity::print_size(*bytes)),
            Self::Group(group) => write!(f, "group:{group}"),
            Self::Dedup(id) => write!(f, "dedup:{id}"),
            Self::Id(id) => write!(f, "id:{id}"),
            Self::Source(source) => write!(f, "source:{source}"),
            Self::Cause(cause) => write!(f, "cause:{cause}"),
            Self::Is(kind) => write!(f, "is:{}", kind.key()),
            Self::Has(part) => {
                f.write_str("has:")?;
                match part {
                    Part::Trace => f.write_str("trace"),
                    Part::Group => f.write_str("group"),
                    Part::Dedup => f.write_str("dedup"),
                    Part::Source => f.write_str("source"),
                    Part::Attributes => f.write_str("attr"),
                    Part::Attribute(name) => attribute(f, name),
                    Part::Path(path) => place(f, path),
                }
            }
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}{}", if self.negated { "-" } else { "" }, self.test)
    }
}
