//! Import: a file of lines becomes messages that can be sent. Pure.
//!
//! * `line` – one line as a message, or what is wrong with it
//! * `fault` – everything that can be wrong with a line, in sentences that hold nothing of the line
//! * `check` – what a queue would refuse

mod check;
mod fault;
mod line;

pub use self::check::Takes;
pub use self::fault::Fault;
use crate::model::Message;
use crate::model::form::import::Reading;

/// The most lines of one file.
pub const LINES: usize = 50_000;

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its place, counted from 1; empty lines count, and are no lines of their own.
    pub number: usize,
    /// The message it holds, or what is wrong with it.
    pub message: Result<Message, Fault>,
}

/// Reads the lines of a text; `None` where there are more than [`LINES`]. A text that is one JSON document with a list of
/// messages – what `aws sqs receive-message` prints – has one line per message, counted from 1. Else lines end with a line feed, with or without a
/// carriage return; a byte order mark at the start is no part of the first.
pub fn read(text: &str, reading: Reading) -> Option<Vec<Line>> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if let (Reading::Messages, Some(messages)) = (reading, line::document(text)) {
        let lines = messages.into_iter().enumerate();
        let lines: Vec<Line> = lines
            .map(|(at, value)| Line { number: at + 1, message: line::from_value(value) })
            .take(LINES + 1)
            .collect();
        return (lines.len() <= LINES).then_some(lines);
    }
    let lines = text.split('\n').enumerate().filter(|(_, line)| !line.trim().is_empty());
    let lines: Vec<Line> = lines
        .take(LINES + 1)
        .map(|(at, line)| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let message = match reading {
                Reading::Messages => line::message(line),
                Reading::Bodies => line::body(line),
            };
            Line { number: at + 1, message }
        })
        .collect();
    (lines.len() <= LINES).then_some(lines)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;
    use crate::model::paths::Download;
    use crate::model::{AttributeValue, MessageAttribute, MessageId, ReceiptHandle};
    use crate::server::services::messages::export::parts;

    fn again(messages: &[Message]) -> Vec<Message> {
        let shared = messages.iter().cloned().map(Arc::new).collect();
        let file: Vec<u8> = parts(Download::Ndjson, shared).flatten().collect();
        let lines = read(std::str::from_utf8(&file).unwrap(), Reading::Messages).unwrap();
        assert!(lines.iter().enumerate().all(|(at, line)| line.number == at + 1), "a message is one line");
        lines.into_iter().map(|line| line.message.unwrap()).collect()
    }

    /// Any text, with what tempts readers of lines more often than chance would have it.
    fn any_text() -> impl Strategy<Value = String> {
        let odd = "[\u{0}-\u{20}\u{7F}-\u{A0}\u{2028}\u{2029}\u{FEFF}\u{FFFD}\u{1F600}\u{10FFFF}\"\\\\]";
        vec(prop_oneof![3 => any::<char>().prop_map(|c| c.to_string()), 1 => odd], 0..40).prop_map(|text| text.concat())
    }

    fn any_attribute() -> impl Strategy<Value = MessageAttribute> {
        let value = prop_oneof![
            any_text().prop_map(AttributeValue::Text),
            "[-+]?[0-9]{1,38}(\\.[0-9]{1,9})?(e-?[0-9]{1,2})?".prop_map(AttributeValue::Text),
            vec(any::<u8>(), 0..60).prop_map(AttributeValue::Binary),
        ];
        let suffix = prop_oneof![Just(String::new()), "\\.[a-z0-9._-]{1,12}"];
        (value, suffix, any::<bool>()).prop_map(|(value, suffix, number)| {
            let kind = match (&value, number) {
                (AttributeValue::Binary(_), _) => "Binary",
                (AttributeValue::Text(_), true) => "Number",
                (AttributeValue::Text(_), false) => "String",
            };
            MessageAttribute { data_type: format!("{kind}{suffix}"), value }
        })
    }

    fn any_message() -> impl Strategy<Value = Message> {
        let (system, attributes) =
            (btree_map(any_text(), any_text(), 0..8), btree_map(any_text(), any_attribute(), 0..11));
        let md5s = ("[0-9a-f]{32}", proptest::option::of("[0-9a-f]{32}"));
        (any_text(), any_text(), md5s, system, attributes).prop_map(|(id, body, md5s, system, attributes)| Message {
            id: MessageId::new(id),
            receipt_handle: ReceiptHandle::new(""),
            body,
            md5_of_body: md5s.0,
            md5_of_attributes: md5s.1,
            system,
            attributes,
        })
    }

    proptest! {
        #[test]
        fn what_was_exported_is_imported_as_it_was(messages in vec(any_message(), 0..8)) {
            prop_assert_eq!(again(&messages), messages);
        }

        #[test]
        fn no_text_breaks_it(text in any_text(), bodies: bool) {
            let reading = if bodies { Reading::Bodies } else { Reading::Messages };
            for line in read(&text, reading).unwrap() {
                prop_assert!(line.message.map_or_else(|fault| !fault.sentence().is_empty(), |_| true));
            }
        }
    }

    #[test]
    fn a_body_of_a_whole_mebibyte_survives() {
        let body: String = "\u{1F600}\u{0}\"\\\n\u{FFFD}é".chars().cycle().take(1 << 18).collect();
        assert!(body.len() < 1 << 20);
        let large = Message { body, ..line::body("1").unwrap() };
        let plain = Message { body: "x".repeat(1 << 20), ..large.clone() };
        let value = AttributeValue::Binary((0..=255).cycle().take(1 << 20).collect());
        let attributes = BTreeMap::from([("raw".to_owned(), MessageAttribute { data_type: "Binary".into(), value })]);
        let messages = [Message { attributes, ..large.clone() }, large, plain];
        assert_eq!(again(&messages), messages);
    }

    #[test]
    fn what_receive_message_prints_is_read_as_a_whole() {
        let one = r#"{"MessageId": "m", "Body": "b"}"#;
        for document in [
            format!("{{\n    \"Messages\": [\n        {one},\n        {one}\n    ]\n}}\n"),
            format!(r#"{{"Messages":[{one},{one}]}}"#),
            format!("[{one},\n{one}]"),
        ] {
            let lines = read(&document, Reading::Messages).unwrap();
            assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 2], "{document}");
            assert!(lines.iter().all(|line| line.message.as_ref().unwrap().body == "b"));
        }
        let lines = read(&format!("{one}\n{one}"), Reading::Messages).unwrap();
        assert_eq!(lines.len(), 2, "lines stay lines");
        let lines = read(r#"{"Messages": [7]}"#, Reading::Messages).unwrap();
        assert_eq!(lines[0].message, Err(Fault::NotAMessage));
        assert_eq!(read(r#"{"Messages": []}"#, Reading::Messages).unwrap(), []);
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        let lines = read("\u{FEFF}\"a\"\r\n\n  \n{\"x\": 1.50}\n", Reading::Bodies).unwrap();
        let found: Vec<(usize, String)> = lines.into_iter().map(|l| (l.number, l.message.unwrap().body)).collect();
        assert_eq!(found, [(1, "a".to_owned()), (4, "{\"x\": 1.50}".to_owned())]);
        assert!(read(&"1\n".repeat(LINES), Reading::Bodies).is_some());
        assert!(read(&"1\n".repeat(LINES + 1), Reading::Bodies).is_none());
    }
}
