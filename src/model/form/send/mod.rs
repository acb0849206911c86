//! The form that sends a message.
//!
//! Everything that SQS would refuse is said before it is asked, each sentence beside its field. What the form
//! means depends on the queue, so that [`SendForm::parse`] takes the queue's attributes.

mod attribute;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::attribute::{AttributeRow, Kind};
use super::Invalid;
use crate::model::limits::{self, MAXIMUM_MESSAGE_SIZE, MESSAGE_ATTRIBUTES};
use crate::model::{Attributes, Draft, MessageAttribute, QueueKind, words};

/// Why a chosen file cannot be a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileFault {
    /// Larger than any message.
    TooLarge,
    /// Not UTF-8: the first byte that is no text, counted from one.
    NotText {
        /// Its place.
        byte: usize,
    },
}

/// The form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendForm {
    /// The connection.
    pub connection: String,
    /// The queue.
    pub queue: String,
    /// The body, typed or out of a file.
    pub body: String,
    /// The name of the file that the body came from; empty where it was typed.
    pub file: String,
    /// Why the file cannot be used.
    pub file_fault: Option<FileFault>,
    /// Seconds; empty: the queue's.
    pub delay: String,
    /// The message group.
    pub group: String,
    /// The deduplication id.
    pub deduplication: String,
    /// The X-Ray trace header.
    pub trace: String,
    /// The rows of message attributes, empty ones too.
    pub attributes: Vec<AttributeRow>,
}

impl SendForm {
    /// Takes one field of the posted form. What the form does not have is dropped.
    ///
    /// A browser turns every line end of a text area into CR LF when it sends it (HTML, "form data set"); the person
    /// typed a line feed, so a line feed it becomes again. A file is taken as it is.
    pub fn take(&mut self, name: &str, value: String) {
        let slot = match name {
            "connection" => &mut self.connection,
            "queue" => &mut self.queue,
            "delay" => &mut self.delay,
            "group" => &mut self.group,
            "deduplication" => &mut self.deduplication,
            "trace" => &mut self.trace,
            "body" => {
                if self.file.is_empty() {
                    self.body = value.replace("\r\n", "\n");
                }
                return;
            }
            _ => return self.take_attribute(name, value),
        };
        *slot = value;
    }

    /// Takes a chosen file instead of the typed body.
    pub fn take_file(&mut self, name: &str, bytes: Vec<u8>) {
        name.clone_into(&mut self.file);
        if bytes.len() > MAXIMUM_MESSAGE_SIZE.max as usize {
            self.file_fault = Some(FileFault::TooLarge);
            return;
        }
        match String::from_utf8(bytes) {
            Ok(text) => self.body = text,
            Err(error) => self.file_fault = Some(FileFault::NotText { byte: error.utf8_error().valid_up_to() + 1 }),
        }
    }

    fn take_attribute(&mut self, name: &str, value: String) {
        let mut parts = name.splitn(3, '-');
        let (Some("attribute"), Some(index), Some(part)) = (parts.next(), parts.next(), parts.next()) else { return };
        let Some(index) = index.parse().ok().filter(|index| *index < MESSAGE_ATTRIBUTES) else { return };
        if self.attributes.len() <= index {
            self.attributes.resize_with(index + 1, AttributeRow::default);
        }
        let row = &mut self.attributes[index];
        match part {
            "name" => row.name = value,
            "kind" => row.kind = value,
            "label" => row.label = value,
            "value" => row.value = value.replace("\r\n", "\n"),
            _ => {}
        }
    }

    /// Reads the form for a queue with these attributes.
    pub fn parse(&self, queue: &Attributes) -> Result<Draft, Vec<Invalid>> {
        let mut invalid = Vec::new();
        self.check_body(&mut invalid);
        let fifo = queue.kind() == QueueKind::Fifo;
        let draft = Draft {
            body: self.body.clone(),
            delay: self.delay(fifo, &mut invalid),
            group_id: self.group(fifo, &mut invalid),
            deduplication_id: self.deduplication(queue, &mut invalid),
            attributes: self.attributes(&mut invalid),
            trace_header: self.trace(&mut invalid),
        };
        let (size, most) = (draft.size() as u64, u64::from(queue.maximum_message_size));
        if size > most {
            let with = if draft.attributes.is_empty() { "" } else { " with its attributes" };
            let sentence = format!(
                "The message has {}{with}; this queue takes at most {}.",
                words::plural(size, "byte", "bytes"),
                words::bytes(most)
            );
            invalid.push(Invalid::new("body", sentence));
        }
        if invalid.is_empty() { Ok(draft) } else { Err(invalid) }
    }

    pub(super) fn check_body(&self, invalid: &mut Vec<Invalid>) {
        match self.file_fault {
            Some(FileFault::TooLarge) => {
                invalid.push(Invalid::new("file", "The file is larger than 1 MiB, the most a message can hold."));
            }
            Some(FileFault::NotText { byte }) => {
                let sentence = format!(
                    "The file is not UTF-8 text: byte {byte} does not belong to it. Send bytes as a Binary attribute, or as base64."
                );
                invalid.push(Invalid::new("file", sentence));
            }
            None if self.body.is_empty() => {
                invalid.push(Invalid::new("body", "A message needs a body of at least one character."));
            }
            None => {
                if let Some(sentence) = bad_character(&self.body) {
                    invalid.push(Invalid::new("body", sentence));
                }
            }
        }
    }

    fn delay(&self, fifo: bool, invalid: &mut Vec<Invalid>) -> Option<u32> {
        let text = self.delay.trim();
        if text.is_empty() {
            return None;
        }
        if fifo {
            invalid.push(Invalid::new("delay", "On a FIFO queue the delay is the queue's, not the message's."));
            return None;
        }
        let delay = text.parse().ok().filter(|delay| limits::DELAY.contains(*delay));
        if delay.is_none() {
            invalid.push(Invalid::new("delay", "Give 0 to 900 seconds, or leave it empty for the queue's own delay."));
        }
        delay
    }

    pub(super) fn group(&self, fifo: bool, invalid: &mut Vec<Invalid>) -> Option<String> {
        if self.group.is_empty() {
            if fifo {
                invalid.push(Invalid::new("group", "A FIFO queue needs a message group: order is kept within it."));
            }
            return None;
        }
        id(&self.group, "group", "A message group id", invalid)
    }

    fn deduplication(&self, queue: &Attributes, invalid: &mut Vec<Invalid>) -> Option<String> {
        match (&queue.fifo, self.deduplication.as_str()) {
            (None, "") => None,
            (None, _) => {
                invalid.push(Invalid::new("deduplication", "Only FIFO queues know deduplication ids."));
                None
            }
            (Some(fifo), "") => {
                if !fifo.content_based_deduplication {
                    let sentence = "This queue does not derive it from the body, so give a deduplication id.";
                    invalid.push(Invalid::new("deduplication", sentence));
                }
                None
            }
            (Some(_), text) => id(text, "deduplication", "A deduplication id", invalid),
        }
    }

    pub(super) fn trace(&self, invalid: &mut Vec<Invalid>) -> Option<String> {
        let text = self.trace.trim();
        if text.is_empty() {
            return None;
        }
        if !is_trace_header(text) {
            let sentence =
                "Give an X-Ray header: Root=1-<8 hex digits>-<24 hex digits>, optionally ;Parent=… and ;Sampled=….";
            invalid.push(Invalid::new("trace", sentence));
        }
        Some(text.to_owned())
    }

    fn attributes(&self, invalid: &mut Vec<Invalid>) -> BTreeMap<String, MessageAttribute> {
        let mut attributes = BTreeMap::new();
        for (index, row) in self.attributes.iter().enumerate().filter(|(_, row)| !row.is_empty()) {
            let Some(attribute) = row.parse(index, invalid) else { continue };
            if attributes.insert(row.name.clone(), attribute).is_some() {
                let sentence = "Another row has this name; a message has each attribute once.";
                invalid.push(Invalid::new(AttributeRow::field(index, "name"), sentence));
            }
        }
        attributes
    }
}

/// Says where the first character is that SQS does not take, if there is one.
fn bad_character(text: &str) -> Option<String> {
    let (mut line, mut column) = (1_u64, 1_u64);
    for (index, c) in text.chars().enumerate() {
        if !limits::allowed_character(c) {
            let place = words::count(index as u64 + 1);
            let code = u32::from(c);
            return Some(format!(
                "Character {place} (line {line}, column {column}) is U+{code:04X}, which SQS does not take in a message."
            ));
        }
        (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
    }
    None
}

fn id(text: &str, field: &str, what: &str, invalid: &mut Vec<Invalid>) -> Option<String> {
    if limits::group_id_shape(text) {
        return Some(text.to_owned());
    }
    let sentence = if text.len() > limits::GROUP_ID_MAX && text.is_ascii() {
        format!("{what} has at most 128 characters; this one has {}.", text.len())
    } else {
        let odd = text.chars().find(|c| !c.is_ascii_graphic()).unwrap_or(' ');
        let odd = if odd == ' ' { "a space".to_owned() } else { format!("“{}”", odd.escape_default()) };
        format!("{what} has only letters, digits and punctuation; this one has {odd}.")
    };
    invalid.push(Invalid::new(field, sentence));
    None
}

/// `Root=1-…-…` with other `key=value` pairs around it, separated by semicolons (X-Ray Developer Guide, "Tracing
/// header").
fn is_trace_header(text: &str) -> bool {
    let hex = |part: &str, digits: usize| part.len() == digits && part.bytes().all(|b| b.is_ascii_hexdigit());
    let pairs: Option<Vec<(&str, &str)>> = text.split(';').map(|pair| pair.trim().split_once('=')).collect();
    let root = pairs.as_ref().and_then(|pairs| pairs.iter().find(|(key, _)| *key == "Root"));
    let Some((_, root)) = root else { return false };
    let parts: Vec<&str> = root.split('-').collect();
    text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
        && matches!(parts[..], ["1", time, id] if hex(time, 8) && hex(id, 24))
}
