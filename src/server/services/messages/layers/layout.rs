//! How a layer reads best: JSON and XML indented, bytes as a table.

use quick_xml::events::{BytesText, Event};
use quick_xml::{Reader, Writer};

use super::json::{DEPTH, is_valid};
use crate::model::{binary, json};

/// The most bytes a body grows to: eight times the largest message. A megabyte of commas at the full depth would need
/// more.
const LARGEST: usize = 8 << 20;

/// What a layer is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A JSON object or array.
    Json,
    /// An XML document.
    Xml,
    /// Anything else that is text.
    Text,
    /// No text: shown as hexadecimal digits.
    Bytes,
}

impl Language {
    /// What it is called.
    pub fn word(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Xml => "XML",
            Self::Text => "text",
            Self::Bytes => "bytes",
        }
    }
}

/// What a text is written in, and the text laid out for reading, where it can be. What is nested too deep to be laid out
/// is text.
pub(super) fn pretty(body: &str) -> (Language, Option<String>) {
    match body.trim_start().chars().next() {
        Some('{' | '[') => json(body).map_or((Language::Text, None), |text| (Language::Json, Some(text))),
        Some('<') => xml(body).map_or((Language::Text, None), |text| (Language::Xml, Some(text))),
        _ => (Language::Text, None),
    }
}

/// Whether a text is well-formed XML, not too deep or too large to be laid out.
pub fn is_xml(text: &str) -> bool {
    xml(text).is_some()
}

/// Bytes as a table: where, sixteen of them as digits, and those that are letters of ASCII as such.
pub(super) fn dump(bytes: &[u8]) -> String {
    let lines = bytes.chunks(16).enumerate().map(|(at, line)| {
        let letter = |b: &u8| if b.is_ascii_graphic() || *b == b' ' { char::from(*b) } else { '.' };
        let letters: String = line.iter().map(letter).collect();
        format!("{:08x}  {:<47}  {letters}", at * 16, binary::hex(line))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Lays JSON out. `None` if it is no JSON, or too deep or too large to lay out.
fn json(body: &str) -> Option<String> {
    if is_valid(body) { json::indented(body).ok() } else { None }
}

/// Indents XML. Entities stay as they are written: nothing is expanded and nothing is fetched. `None` if it is not
/// well-formed, or too deep or too large to lay out.
fn xml(body: &str) -> Option<String> {
    let mut reader = Reader::from_str(body);
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let (mut depth, mut elements, mut after_text) = (0_usize, 0_usize, false);
    loop {
        let event = match reader.read_event().ok()? {
            // To the writer an entity is an element of its own; to a reader it is a piece of text.
            Event::GeneralRef(name) => Event::Text(BytesText::from_escaped(format!("&{};", &*name))),
            event => event,
        };
        match &event {
            Event::Eof => break,
            Event::Start(_) => (depth, elements) = (depth + 1, elements + 1),
            Event::Empty(_) => elements += 1,
            Event::End(_) => depth = depth.checked_sub(1)?,
            // White space between elements gives way to ours; after text it belongs to it.
            Event::Text(text) if !after_text && text.trim().is_empty() => continue,
            _ => {}
        }
        if depth > DEPTH || writer.get_ref().len() > LARGEST {
            return None;
        }
        after_text = matches!(event, Event::Text(_));
        writer.write_event(event).ok()?;
    }
    (depth == 0 && elements > 0).then(|| String::from_utf8(writer.into_inner()).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_body_is_what_it_parses_as() {
        let table = [
            (r#"{"a":1}"#, Language::Json),
            (" [1, 2]\n", Language::Json),
            (r#"{"a":1"#, Language::Text),
            ("42", Language::Text),
            ("hello", Language::Text),
            ("", Language::Text),
            ("<a/>", Language::Xml),
            ("<?xml version=\"1.0\"?><a><b>x</b></a>", Language::Xml),
            ("<a><b></a>", Language::Text),
            ("<a>", Language::Text),
            ("</textarea><script>alert(1)</script>", Language::Text),
            ("< not xml", Language::Text),
        ];
        for (body, format) in table {
            assert_eq!(pretty(body).0, format, "{body}");
        }
    }

    #[test]
    fn json_is_laid_out_and_nothing_else() {
        let body = r#"{"b":1.0000000000000000001,"a":{"x":[],"y":{} , "z":[1,"t, : {\"q\""]},"a":"é\u00e9"}"#;
        let expected = r#"{
  "b": 1.0000000000000000001,
  "a": {
    "x": [],
    "y": {},
    "z": [
      1,
      "t, : {\"q\""
    ]
  },
  "a": "é\u00e9"
}"#;
        assert_eq!(pretty(body).1.as_deref(), Some(expected), "order, digits, doubles and escapes stay");
    }

    #[test]
    fn xml_is_indented_and_its_entities_stay() {
        let body = "<order id=\"1\"><item>a &amp; b</item><empty/></order>";
        let expected = "<order id=\"1\">\n  <item>a &amp; b</item>\n  <empty/>\n</order>";
        assert_eq!(pretty(body).1.as_deref(), Some(expected));
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><a>&b;&b;</a>";
        assert!(pretty(bomb).1.is_some_and(|text| text.contains("&b;&b;")), "not expanded");
    }

    #[test]
    fn bytes_are_a_table() {
        let expected = "00000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 41  ...............A\n00000010  20 ff                                             .";
        let bytes: Vec<u8> = (0..15).chain([65, 32, 255]).collect();
        assert_eq!(dump(&bytes), expected);
        assert_eq!(dump(&[]), "");
    }

    #[test]
    fn what_is_nested_too_deep_is_text() {
        let nested = |open: &str, close: &str, depth: usize| format!("{}{}", open.repeat(depth), close.repeat(depth));
        for (open, close, form) in
            [("[", "]", Language::Json), (r#"{"a":["#, "]}", Language::Json), ("<a>", "</a>", Language::Xml)]
        {
            assert_eq!(pretty(&nested(open, close, 100_000)), (Language::Text, None), "{open}");
            assert_eq!(pretty(&nested(open, close, 64)).0, form, "{open}");
        }
    }

    #[test]
    fn a_wide_body_at_the_full_depth_is_text() {
        let wide = |open: &str, item: &str, last: &str, close: &str| {
            format!("{}{}{last}{}", open.repeat(DEPTH), item.repeat(250_000), close.repeat(DEPTH))
        };
        assert_eq!(pretty(&wide("[", "1,", "1", "]")), (Language::Text, None));
        assert_eq!(pretty(&wide("<a>", "<b/>", "", "</a>")), (Language::Text, None));
    }

    proptest! {
        /// Only white space outside of texts differs.
        #[test]
        fn no_json_is_changed(value in r#"[a-z "\\{}\[\]:,é]{0,12}"#, number in any::<f64>().prop_filter("finite", |n| n.is_finite())) {
            let body = serde_json::json!({ "k ey": [value, { "n": number }, [], {}] }).to_string();
            let laid_out = json(&body).unwrap();
            let compact = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap().to_string();
            prop_assert_eq!(compact(&laid_out), body);
        }
    }
}
