//! Messages as a table for spreadsheets: one row each, one column per message attribute.
//!
//! A spreadsheet takes a cell that begins with one of a few characters for a formula and may run it, whoever wrote it.
//! Bodies, ids and attributes are anyone's, so such a cell gets an apostrophe before it (OWASP, "CSV Injection").

use std::collections::BTreeMap;
use std::sync::Arc;

use csv::{Terminator, WriterBuilder};

use crate::model::{AttributeValue, Message, binary, words};

/// The columns that every sheet has.
const FIXED: [&str; 7] = ["id", "sent", "receives", "group", "source", "size", "body"];
/// The most columns of attributes; those that fewer messages have come last and are left out.
const ATTRIBUTES: usize = 100;
/// What a spreadsheet takes for the beginning of a formula; the last three for what stands before one, or for `=`, `+`
/// and `@` as Japanese keyboards write them.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A table: which columns it has is decided by all of its messages.
pub(super) struct Sheet {
    attributes: Vec<String>,
}

impl Sheet {
    /// The table of these messages.
    pub fn of(messages: &[Arc<Message>]) -> Self {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for name in messages.iter().flat_map(|message| message.attributes.keys()) {
            *seen.entry(name).or_default() += 1;
        }
        let mut names: Vec<(&str, usize)> = seen.into_iter().collect();
        names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        names.truncate(ATTRIBUTES);
        let mut attributes: Vec<String> = names.into_iter().map(|(name, _)| name.to_owned()).collect();
        attributes.sort();
        Self { attributes }
    }

    /// The first row: what the columns are called.
    pub fn head(&self) -> Vec<u8> {
        let names = FIXED.into_iter().map(str::to_owned);
        written([names.chain(self.attributes.iter().map(|name| format!("attr.{name}"))).collect()])
    }

    /// The rows of some of its messages.
    pub fn rows(&self, messages: &[Arc<Message>]) -> Vec<u8> {
        written(messages.iter().map(|message| self.row(message)))
    }

    fn row(&self, message: &Message) -> Vec<String> {
        let fixed = [
            safe(message.id.as_str()),
            message.sent_at().map(words::timestamp).unwrap_or_default(),
            message.receive_count().map(|count| count.to_string()).unwrap_or_default(),
            safe(message.group_id().unwrap_or_default()),
            message.source().map(|source| source.name().to_string()).unwrap_or_default(),
            message.size().to_string(),
            safe(&message.body),
        ];
        let attributes = self.attributes.iter().map(|name| match message.attributes.get(name).map(|it| &it.value) {
            Some(AttributeValue::Text(text)) => safe(text),
            Some(AttributeValue::Binary(bytes)) => safe(&binary::base64(bytes)),
            None => String::new(),
        });
        fixed.into_iter().chain(attributes).collect()
    }
}

/// A cell that no spreadsheet takes for a formula.
fn safe(text: &str) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

fn written(rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("rows of one sheet have the same length, and memory takes every byte");
    }
    writer.into_inner().expect("memory takes every byte")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MessageAttribute;
    use crate::server::services::messages::export::tests::letter;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn each_attribute_is_a_column_and_lines_end_as_the_standard_says() {
        let (mut first, mut second) = (letter("a", "say \"hi\",\r\nthere"), letter("b", "{}"));
        let attribute = |data_type: &str, value| MessageAttribute { data_type: data_type.into(), value };
        first.attributes.insert("n".into(), attribute("Number", AttributeValue::Text("7".into())));
        second.attributes.insert("raw".into(), attribute("Binary", AttributeValue::Binary(vec![251, 255])));
        second.system.insert("MessageGroupId".into(), "g".into());
        second.system.insert("DeadLetterQueueSourceArn".into(), "arn:aws:sqs:eu-west-1:1:orders".into());
        let messages = [Arc::new(first), Arc::new(second)];
        let sheet = Sheet::of(&messages);
        assert_eq!(text(sheet.head()), "id,sent,receives,group,source,size,body,attr.n,attr.raw\r\n");
        assert_eq!(
            text(sheet.rows(&messages)),
            "a,2026-11-20T14:02:11Z,,,,24,\"say \"\"hi\"\",\r\nthere\",7,\r\n\
             b,2026-11-20T14:02:11Z,,g,orders,13,{},,'+/8=\r\n"
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        let hostile = [
            "=HYPERLINK(\"http://x\",\"y\")",
            "+1+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "＝1",
            "=",
            "\"=1\"",
            "a\r\n=1",
        ];
        for cell in hostile {
            let mut message = letter(cell, cell);
            let value = AttributeValue::Text(cell.into());
            message.attributes.insert(cell.into(), MessageAttribute { data_type: "String".into(), value });
            message.system.insert("MessageGroupId".into(), cell.into());
            message.system.insert("ApproximateReceiveCount".into(), cell.into());
            let messages = [Arc::new(message)];
            let sheet = Sheet::of(&messages);
            let whole = [sheet.head(), sheet.rows(&messages)].concat();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(whole.as_slice());
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            assert_eq!(rows.len(), 2, "{cell:?} stays in its row");
            for read in rows.iter().flatten() {
                assert!(!read.starts_with(FORMULA), "{read:?}");
            }
            assert_eq!(rows[1][6].trim_start_matches('\''), cell, "and is still all there");
        }
    }

    #[test]
    fn a_sheet_has_an_end_to_the_right() {
        let value = || MessageAttribute { data_type: "String".into(), value: AttributeValue::Text("x".into()) };
        let mut messages = Vec::new();
        for n in 0..50 {
            let mut message = letter("m", "");
            message.attributes.insert("everywhere".into(), value());
            (0..9).for_each(|k| drop(message.attributes.insert(format!("a{n}-{k}"), value())));
            messages.push(Arc::new(message));
        }
        let sheet = Sheet::of(&messages);
        assert_eq!(sheet.attributes.len(), ATTRIBUTES);
        assert!(sheet.attributes.iter().any(|name| name == "everywhere"), "the most frequent stay");
    }
}
