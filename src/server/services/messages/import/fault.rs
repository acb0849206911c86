//! What can be wrong with a line, as sentences. They hold numbers and our own words, nothing of the line.

use crate::model::words;

/// Why a line is no message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not JSON.
    NotJson {
        /// The byte at which it stops being JSON, counted from 1.
        column: usize,
    },
    /// It is JSON, but no object with a `Body` that is a text.
    NotAMessage,
    /// It was written by a later version, or by another program.
    Version,
    /// A field of a message is not what it is there for.
    Field(&'static str),
    /// A message attribute lacks its type or its one value.
    Attribute {
        /// Its place in the line, counted from 1.
        place: usize,
    },
    /// The value of a binary message attribute is not base64.
    Base64 {
        /// Its place in the line, counted from 1.
        place: usize,
    },
    /// The queue would refuse it: a sentence about each reason.
    Refused(Vec<String>),
}

impl Fault {
    /// What is wrong, and what would be right.
    pub fn sentence(&self) -> String {
        match self {
            Self::NotJson { column } => format!("This is not JSON: it breaks at byte {}.", words::count(*column as u64)),
            Self::NotAMessage => {
                "This is JSON, but no message: a message is an object with a “Body” that is a text. If each line is itself a body, say so above.".into()
            }
            Self::Version => "This was written by another program, or by a later version of this one.".into(),
            Self::Field(name) => format!("“{name}” does not hold what it should."),
            Self::Attribute { place } => {
                format!("Message attribute {place} needs a “DataType”, and a “StringValue” or a “BinaryValue”.")
            }
            Self::Base64 { place } => format!("The “BinaryValue” of message attribute {place} is not base64."),
            Self::Refused(sentences) => sentences.join(" "),
        }
    }
}
