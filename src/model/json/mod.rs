//! JSON as it is written: pieces with their places in the text, and the first place where it is no JSON.
//!
//! Nothing is read into values, so no number is rounded, no key moved and no escape rewritten, however deep the text is
//! nested.

mod layout;
mod lexeme;

use std::ops::Range;

pub use self::layout::{compact, indented};

/// Where a text is no JSON, and what would be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The byte at which it begins.
    pub at: usize,
    /// What is wrong, as one sentence.
    pub sentence: &'static str,
}

impl Fault {
    /// Line and column of its place, both from 1, in characters.
    pub fn place(&self, text: &str) -> (usize, usize) {
        let before = &text[..text.floor_char_boundary(self.at)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }
}

/// What a piece of JSON is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The bracket that opens an object or an array.
    Open,
    /// The bracket that closes it.
    Close,
    /// The name of a member, with its quotation marks.
    Key,
    /// A text, a number, `true`, `false` or `null`.
    Value,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Value,
    /// A value, or the end of an array that has none.
    FirstItem,
    Key,
    /// A name, or the end of an object that has none.
    FirstKey,
    /// A comma, or the end of what is open.
    Rest,
    Nothing,
}

/// Reads a JSON text piece by piece.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// What is open, from the outside in: whether it is an object.
    open: Vec<bool>,
    next: Next,
}

impl<'a> Reader<'a> {
    /// Reads a value of a text from a byte on; what follows the value is not looked at.
    pub fn from(text: &'a str, at: usize) -> Self {
        Self { text, at, open: Vec::new(), next: Next::Value }
    }

    /// How many brackets are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The next piece and its place; `None` once the value has ended.
    pub fn step(&mut self) -> Result<Option<(Piece, Range<usize>)>, Fault> {
        if self.next == Next::Nothing {
            return Ok(None);
        }
        self.skip();
        if self.next == Next::Rest && self.peek() == Some(b',') {
            self.at += 1;
            self.skip();
            self.next = if self.is_object() { Next::Key } else { Next::Value };
            if matches!(self.peek(), Some(b'}' | b']')) {
                return Err(self.fault("Nothing follows the comma before this bracket. Take the comma away."));
            }
        }
        let Some(byte) = self.peek() else { return Err(self.fault(self.missing())) };
        match (self.next, byte) {
            (Next::Rest | Next::FirstItem | Next::FirstKey, b'}' | b']') => self.close(byte).map(Some),
            (Next::Rest, _) => Err(self.fault("A comma is missing before this.")),
            (Next::Key | Next::FirstKey, b'"') => {
                let key = lexeme::text(self.text, self.at)?;
                self.at = key.end;
                self.skip();
                if self.peek() != Some(b':') {
                    return Err(self.fault("A colon must follow the name."));
                }
                self.at += 1;
                self.next = Next::Value;
                Ok(Some((Piece::Key, key)))
            }
            (Next::Key | Next::FirstKey, _) => Err(self.fault("A name in double quotation marks must stand here.")),
            (_, b'{' | b'[') => {
                let at = self.at;
                self.at += 1;
                self.open.push(byte == b'{');
                self.next = if byte == b'{' { Next::FirstKey } else { Next::FirstItem };
                Ok(Some((Piece::Open, at..self.at)))
            }
            _ => {
                let value = lexeme::value(self.text, self.at)?;
                self.at = value.end;
                self.ended();
                Ok(Some((Piece::Value, value)))
            }
        }
    }

    /// Says what follows the value, which must be nothing.
    pub fn end(mut self) -> Result<(), Fault> {
        self.skip();
        if self.at < self.text.len() { Err(self.fault("The document ends before this.")) } else { Ok(()) }
    }

    fn close(&mut self, byte: u8) -> Result<(Piece, Range<usize>), Fault> {
        if self.is_object() != (byte == b'}') {
            let sentence =
                if byte == b'}' { "An array is open; it ends with ]." } else { "An object is open; it ends with }." };
            return Err(self.fault(sentence));
        }
        self.open.pop();
        self.at += 1;
        self.ended();
        Ok((Piece::Close, self.at - 1..self.at))
    }

    fn ended(&mut self) {
        self.next = if self.open.is_empty() { Next::Nothing } else { Next::Rest };
    }

    fn is_object(&self) -> bool {
        self.open.last().is_some_and(|object| *object)
    }

    fn skip(&mut self) {
        self.at += lexeme::space(&self.text[self.at..]);
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn missing(&self) -> &'static str {
        match self.open.last() {
            None => "A value is missing.",
            Some(true) => "The text ends here, and an object is still open: } is missing.",
            Some(false) => "The text ends here, and an array is still open: ] is missing.",
        }
    }

    fn fault(&self, sentence: &'static str) -> Fault {
        Fault { at: self.at, sentence }
    }
}

/// Whether a text is JSON, and where it is not.
pub fn check(text: &str) -> Result<(), Fault> {
    let mut reader = Reader::from(text, 0);
    while reader.step()?.is_some() {}
    reader.end()
}

/// Whether a text means to be a JSON document: it begins like an object or an array.
pub fn is_meant(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    fn fault(text: &str) -> Option<(usize, usize, &'static str)> {
        let fault = check(text).err()?;
        let (line, column) = fault.place(text);
        Some((line, column, fault.sentence))
    }

    #[test]
    fn a_mistake_is_said_where_it_stands() {
        for (text, line, column, part) in [
            ("{\"a\":1,}", 1, 8, "comma before this bracket"),
            ("{\n  \"a\": 1\n  \"b\": 2\n}", 3, 3, "comma is missing"),
            ("{\"ä\": nul}", 1, 7, "true, false and null"),
            ("{'a': 1}", 1, 2, "double quotation marks"),
            ("{\"a\": 'b'}", 1, 7, "double quotation marks"),
            ("{\"a\" 1}", 1, 6, "colon"),
            ("[1, 2", 1, 6, "] is missing"),
            ("{\"a\": {", 1, 8, "} is missing"),
            ("[1}", 1, 3, "ends with ]"),
            ("{\"a\":1]", 1, 7, "ends with }"),
            ("{\"a\":01}", 1, 7, "begins with 0"),
            ("{\"a\":1.}", 1, 8, "digit must follow"),
            ("{\"a\":\"\n\"}", 1, 7, "escaped"),
            ("\"\\x\"", 1, 2, "after a backslash"),
            ("\"abc", 1, 1, "not closed"),
            ("1 2", 1, 3, "ends before this"),
            ("", 1, 1, "value is missing"),
        ] {
            let (at_line, at_column, sentence) = fault(text).unwrap_or_else(|| panic!("{text} is taken"));
            assert_eq!((at_line, at_column), (line, column), "{text}: {sentence}");
            assert!(sentence.contains(part), "{text}: {sentence}");
        }
    }

    #[test]
    fn depth_is_no_matter() {
        let deep = format!("{}{}", "[".repeat(400_000), "]".repeat(400_000));
        assert_eq!(check(&deep), Ok(()));
        assert_eq!(fault(&deep[1..]).map(|(_, column, _)| column), Some(799_999));
    }

    proptest! {
        /// What is JSON here is JSON everywhere.
        #[test]
        fn it_agrees_with_the_parser(text in r#"[\[\]{}:,"\\ntfu0-9eE.+\- a\n]{0,14}"#) {
            prop_assert_eq!(check(&text).is_ok(), serde_json::from_str::<IgnoredAny>(&text).is_ok(), "{}", text);
        }

        #[test]
        fn nothing_typed_is_a_panic(text in any::<String>()) {
            if let Err(fault) = check(&text) {
                let (line, column) = fault.place(&text);
                prop_assert!(line >= 1 && column >= 1 && fault.at <= text.len());
            }
        }
    }
}
