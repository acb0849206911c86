//! The form that reads a file of messages, before any of them is sent.

use serde::{Deserialize, Serialize};

use super::Invalid;
use crate::model::limits::group_id_shape;
use crate::model::words;

/// The largest file, in bytes: 16 MiB.
pub const MOST: usize = 16 << 20;

/// The longest text that is shown again, in bytes.
const KEPT: usize = 1 << 20;

/// What a line of the file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reading {
    /// A message as it was exported.
    #[default]
    Messages,
    /// Any JSON value: the body.
    Bodies,
}

impl Reading {
    /// Both, in the order of the list.
    pub const ALL: [Self; 2] = [Self::Messages, Self::Bodies];

    /// What the form sends.
    pub fn key(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Bodies => "bodies",
        }
    }

    /// What is read in the list.
    pub fn label(self) -> &'static str {
        match self {
            Self::Messages => "a message, as exported here",
            Self::Bodies => "a body: any JSON value",
        }
    }
}

/// The form as typed. A file is not kept: it would have to be chosen again anyway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportForm {
    /// The connection.
    pub connection: String,
    /// The queue.
    pub queue: String,
    /// The key of a [`Reading`]; empty: messages.
    pub reading: String,
    /// The message group of lines that name none.
    pub group: String,
    /// The lines, typed.
    pub text: String,
    /// The list of messages that the page leads back to.
    pub list: String,
    /// Whether a file was chosen instead.
    pub from_file: bool,
    /// The file's text.
    #[serde(skip)]
    pub file: String,
    /// The first byte of the file that is no UTF-8, counted from 1.
    pub not_text: Option<usize>,
}

/// A text to read, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The text.
    pub text: String,
    /// What its lines are.
    pub reading: Reading,
    /// The message group of lines that name none.
    pub group: Option<String>,
}

impl ImportForm {
    /// Takes one field of the posted form. What the form does not have is dropped.
    pub fn take(&mut self, name: &str, value: String) {
        match name {
            "connection" => self.connection = value,
            "queue" => self.queue = value,
            "reading" => self.reading = value,
            "group" => self.group = value,
            "list" => self.list = value,
            "text" => self.text = value.replace("\r\n", "\n"),
            _ => {}
        }
    }

    /// Takes a chosen file instead of what was typed.
    pub fn take_file(&mut self, bytes: Vec<u8>) {
        self.from_file = true;
        match String::from_utf8(bytes) {
            Ok(text) => self.file = text,
            Err(error) => self.not_text = Some(error.utf8_error().valid_up_to() + 1),
        }
    }

    /// What is shown again: a long text is not.
    #[must_use]
    pub fn kept(&self) -> Self {
        let text = if self.text.len() <= KEPT { self.text.clone() } else { String::new() };
        Self { text, file: String::new(), ..self.clone() }
    }

    /// Reads the form.
    pub fn parse(self) -> Result<Import, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let reading = Reading::ALL.into_iter().find(|reading| reading.key() == self.reading);
        if reading.is_none() && !self.reading.is_empty() {
            invalid.push(Invalid::new("reading", "This is not known here. Reload the page and try again."));
        }
        let group = self.group.trim();
        if !group.is_empty() && !group_id_shape(group) {
            let sentence = "A message group id has 1 to 128 letters, digits and punctuation, and no spaces.";
            invalid.push(Invalid::new("group", sentence));
        }
        let group = (!group.is_empty()).then(|| group.to_owned());
        let (text, field) = if self.from_file { (self.file, "file") } else { (self.text, "text") };
        if let Some(byte) = self.not_text {
            let sentence =
                format!("The file is not UTF-8 text: byte {} does not belong to it.", words::count(byte as u64));
            invalid.push(Invalid::new("file", sentence));
        } else if text.len() > MOST {
            invalid.push(Invalid::new(field, "This is more than 16 MiB. Import it in parts."));
        } else if text.trim().is_empty() {
            invalid.push(Invalid::new(field, "There is no line in it. Choose a file, or paste the lines."));
        }
        if invalid.is_empty() { Ok(Import { text, reading: reading.unwrap_or_default(), group }) } else { Err(invalid) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> ImportForm {
        let mut form = ImportForm::default();
        for (name, value) in fields {
            form.take(name, (*value).to_owned());
        }
        form
    }

    #[test]
    fn lines_are_typed_or_out_of_a_file() {
        let typed = form(&[("text", "1\r\n2"), ("reading", "bodies"), ("group", " g ")]).parse().unwrap();
        assert_eq!(typed, Import { text: "1\n2".into(), reading: Reading::Bodies, group: Some("g".into()) });
        let mut chosen = form(&[("text", "typed")]);
        chosen.take_file(b"1\r\n".to_vec());
        assert_eq!(chosen.parse().unwrap(), Import { text: "1\r\n".into(), reading: Reading::Messages, group: None });
    }

    #[test]
    fn what_cannot_be_read_is_said_at_its_field() {
        let refused = |form: ImportForm| form.parse().unwrap_err().into_iter().map(|i| i.field).collect::<Vec<_>>();
        assert_eq!(refused(form(&[("text", " \n")])), ["text"]);
        assert_eq!(refused(form(&[("text", "1"), ("reading", "xml"), ("group", "a b")])), ["reading", "group"]);
        let mut binary = form(&[]);
        binary.take_file(vec![b'a', 0xff]);
        assert!(binary.clone().parse().unwrap_err()[0].sentence.contains("byte 2"));
        assert_eq!(refused(binary), ["file"]);
        let mut large = form(&[]);
        large.take_file(vec![b'1'; MOST + 1]);
        assert_eq!(refused(large), ["file"]);
    }
}
