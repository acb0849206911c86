//! The filter of messages: one small language, in the URL and in every place where messages are chosen.
//!
//! A filter is a list of terms, and a message must match them all: `timeout` or `"card declined"` is text, letters in any
//! case, in the body, an attribute's value or an id; `body.order.id:123` a place in a JSON body; `attr.type:OrderFailed`
//! a message attribute; [`EXAMPLES`] has the others. A star at the beginning or the end of a value stands for anything, a
//! minus sign before a term turns it round, and `or` between two terms means that one of them is enough.
//!
//! It is typed and bounded: at most [`LONGEST`] bytes and [`TERMS`] terms, no code, no regular expressions, and a term
//! takes time linear in the size of a message. What cannot be read is a [`Fault`] with its place. Reading and printing
//! are each other's inverse, so that a filter can be put together from terms and travel in a link.

pub mod column;
mod eval;
mod near;
mod number;
mod parse;
pub mod path;
mod pattern;
mod qualifier;
mod quantity;
pub mod query;
pub mod saved;
mod scan;
mod search;
mod shape;
mod term;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

pub use self::column::Column;
pub use self::eval::{State, Subject, value_at};
pub use self::number::Number;
pub use self::path::JsonPath;
pub use self::pattern::Pattern;
pub use self::qualifier::EXAMPLES;
pub use self::quantity::Moment;
pub use self::query::Query;
pub use self::shape::Shape;
pub use self::term::{Kind, Op, Part, Term, Test, Wanted};

/// The longest filter, in bytes.
pub const LONGEST: usize = 1024;
/// The most terms.
pub const TERMS: usize = 32;

/// A filter. The default one matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// One term of each must match.
    clauses: Vec<Vec<Term>>,
}

/// What cannot be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it begins, in characters from 0.
    pub at: usize,
    /// How many characters it is long.
    pub len: usize,
    /// What is wrong, as one sentence without a full stop.
    pub sentence: String,
    /// What may have been meant in its place.
    pub suggestion: Option<String>,
}

impl Fault {
    fn new(at: usize, len: usize, sentence: impl Into<String>) -> Self {
        Self { at, len, sentence: sentence.into(), suggestion: None }
    }

    fn meant(mut self, suggestion: &str) -> Self {
        self.suggestion = Some(suggestion.to_owned());
        self
    }

    /// The filter with what may have been meant in place of what cannot be read.
    pub fn mended(&self, typed: &str) -> Option<String> {
        let suggestion = self.suggestion.as_ref()?;
        let before = typed.chars().take(self.at);
        Some(before.chain(suggestion.chars()).chain(typed.chars().skip(self.at + self.len)).collect())
    }

    /// The sentence, and where.
    pub fn words(&self) -> String {
        format!("{} (character {}).", self.sentence, self.at + 1)
    }
}

impl Filter {
    /// Whether it asks for nothing, so that everything matches.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// The same, and this term, too.
    #[must_use]
    pub fn with(&self, term: impl Into<Term>) -> Self {
        let mut clauses = self.clauses.clone();
        let clause = vec![term.into()];
        if !clauses.contains(&clause) {
            clauses.push(clause);
        }
        Self { clauses }
    }

    /// The same without this term, where it stands for itself.
    #[must_use]
    pub fn without(&self, term: &Term) -> Self {
        let others = self.clauses.iter().filter(|clause| clause.as_slice() != std::slice::from_ref(term));
        Self { clauses: others.cloned().collect() }
    }

    /// Whether it has this term, standing for itself.
    pub fn has(&self, term: &Term) -> bool {
        self.clauses.iter().any(|clause| clause.as_slice() == std::slice::from_ref(term))
    }

    /// Whether a term asks for the cause of a failure, which must be known then.
    pub fn asks_for_causes(&self) -> bool {
        self.clauses.iter().flatten().any(|term| matches!(term.test, Test::Cause(_)))
    }
}

impl FromStr for Filter {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        parse::parse(text)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (n, clause) in self.clauses.iter().enumerate() {
            for (m, term) in clause.iter().enumerate() {
                let before = if m > 0 { " or " } else { [" ", ""][usize::from(n == 0)] };
                write!(f, "{before}{term}")?;
            }
        }
        Ok(())
    }
}
