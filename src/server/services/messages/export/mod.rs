//! Export: messages as a file, lossless (NDJSON, which [`super::import`] reads again) or for a spreadsheet (CSV).
//! Pure: what is written depends on the messages alone, and is made in parts, so that a download needs little memory.

pub mod line;
mod sheet;

use std::sync::Arc;

use self::sheet::Sheet;
use crate::model::paths::Download;
use crate::model::{Message, QueueName, words};

/// Bytes of messages after which a part of a file ends.
const PART: usize = 256 << 10;
/// The most characters of a message id in a file's name.
const NAME_MOST: usize = 64;

/// The parts of a file with these messages, in their order. Each is made when it is asked for.
pub fn parts(format: Download, messages: Vec<Arc<Message>>) -> impl Iterator<Item = Vec<u8>> + Send + 'static {
    let sheet = match format {
        Download::Ndjson => None,
        Download::Csv => Some(Sheet::of(&messages)),
    };
    let head = sheet.as_ref().map(Sheet::head);
    let mut at = 0;
    let rest = std::iter::from_fn(move || {
        let start = at;
        let mut bytes = 0;
        while at < messages.len() && bytes < PART {
            bytes += messages[at].size();
            at += 1;
        }
        let part = messages.get(start..at).filter(|part| !part.is_empty())?;
        Some(match &sheet {
            Some(sheet) => sheet.rows(part),
            None => part.iter().flat_map(|message| line::write(message).into_bytes()).collect(),
        })
    });
    head.into_iter().chain(rest)
}

/// The media type of a file.
pub fn media_type(format: Download) -> &'static str {
    match format {
        Download::Ndjson => "application/x-ndjson; charset=utf-8",
        Download::Csv => "text/csv; charset=utf-8; header=present",
    }
}

/// A name for the file of letters, digits, `.`, `-` and `_` alone: the queue, the moment or the one message, the ending.
pub fn file_name(format: Download, queue: &QueueName, at_ms: i64, only: Option<&Message>) -> String {
    let what = match only {
        Some(message) => {
            let plain = |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '_' };
            message.id.as_str().chars().take(NAME_MOST).map(plain).collect()
        }
        None => words::timestamp(at_ms).replace([':', '-'], ""),
    };
    format!("{queue}-{what}.{}", format.ending())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::{MessageId, ReceiptHandle};

    /// A message without a handle, as a file holds it.
    pub(in crate::server::services::messages) fn letter(id: &str, body: &str) -> Message {
        Message {
            id: MessageId::new(id),
            receipt_handle: ReceiptHandle::new(""),
            body: body.into(),
            md5_of_body: "md5".into(),
            md5_of_attributes: None,
            system: [("SentTimestamp".to_owned(), "1795183331000".to_owned())].into(),
            attributes: Default::default(),
        }
    }

    #[test]
    fn a_file_is_made_in_parts_and_none_is_left_out() {
        let body = "x".repeat(PART / 4);
        let messages: Vec<_> = (0..10).map(|n| Arc::new(letter(&format!("m-{n}"), &body))).collect();
        for (format, head) in [(Download::Ndjson, 0), (Download::Csv, 1)] {
            let all: Vec<Vec<u8>> = parts(format, messages.clone()).collect();
            assert_eq!(all.len(), head + 3, "of four, four and two messages");
            let text = String::from_utf8(all.concat()).unwrap();
            assert_eq!(text.lines().count(), head + messages.len());
            assert_eq!(parts(format, Vec::new()).count(), head);
        }
    }

    #[test]
    fn no_message_names_a_file_of_its_own_choice() {
        let queue = "orders.fifo".parse().unwrap();
        assert_eq!(file_name(Download::Csv, &queue, 1_795_183_331_000, None), "orders.fifo-20261120T140211Z.csv");
        for id in ["../../etc/passwd", "a\r\nSet-Cookie: x", "\"; filename=\"x.html", "é\u{202E}", &"x".repeat(999)] {
            let name = file_name(Download::Ndjson, &queue, 0, Some(&letter(id, "")));
            let stem = name.strip_prefix("orders.fifo-").unwrap().strip_suffix(".ndjson").unwrap();
            assert!(stem.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "{name}");
            assert!(name.len() < 100);
        }
    }
}
