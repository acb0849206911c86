//! One pass over a JSON text: what it is made of, and the values under a few names that tell why something failed.
//!
//! Nothing is built and nothing recurses: ten thousand bodies are read in the time that a page may take.

use super::normal::is_id;

/// The names whose values are noted where they are texts and not deeper than [`DEEPEST`].
pub(super) const NAMES: [&str; 15] = [
    "errorMessage",
    "errorType",
    "MT-Fault-Message",
    "MT-Fault-ExceptionType",
    "NServiceBus.ExceptionInfo.Message",
    "NServiceBus.ExceptionInfo.ExceptionType",
    "x-exception-message",
    "error",
    "exception",
    "detail-type",
    "source",
    "TopicArn",
    "displayName",
    "task",
    "eventName",
];
/// How deep a name may stand: `Records[0].eventName`.
const DEEPEST: usize = 3;
/// A text that is nested deeper is not read.
const NESTED: usize = 512;

/// What a text is made of.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    /// The same for texts with the same paths, each with the same types, whatever their order and their values.
    pub print: u64,
    found: [Option<&'a str>; NAMES.len()],
}

impl Scan<'_> {
    /// The text under one of [`NAMES`].
    pub fn text(&self, name: &str) -> Option<String> {
        let at = NAMES.iter().position(|known| *known == name)?;
        serde_json::from_str(self.found[at]?).ok()
    }
}

/// A container that is open: what leads to its values, and whether it is a list.
struct Open {
    path: u64,
    list: bool,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    prints: Vec<u64>,
    found: [Option<&'a str>; NAMES.len()],
}

/// Reads a text; `None` where it is no JSON. It may take what is almost JSON, and never half of one.
pub(super) fn scan(text: &str) -> Option<Scan<'_>> {
    let mut reader = Reader { text, at: 0, prints: Vec::new(), found: [None; NAMES.len()] };
    let mut open: Vec<Open> = Vec::new();
    let (mut path, mut named) = (SEED, None);
    loop {
        let depth = open.len();
        let mut opened = true;
        match reader.next()? {
            b'{' => {
                reader.note(path, b'{');
                reader.at += 1;
                open.push(Open { path, list: false });
            }
            b'[' => {
                reader.note(path, b'[');
                reader.at += 1;
                open.push(Open { path: mix(path, b"[]"), list: true });
            }
            b'"' => {
                reader.note(path, b'"');
                let value = reader.string()?;
                if let Some(name) = named.filter(|_| depth <= DEEPEST) {
                    reader.found(name, value);
                }
                opened = false;
            }
            _ => {
                reader.scalar(path)?;
                opened = false;
            }
        }
        // The ends of containers, and the way to the next value.
        let inner = loop {
            let Some(inner) = open.last() else { return reader.end() };
            let next = reader.next()?;
            if next == if inner.list { b']' } else { b'}' } {
                reader.at += 1;
                open.pop();
                opened = false;
                continue;
            }
            if !opened {
                if next != b',' {
                    return None;
                }
                reader.at += 1;
            }
            break inner;
        };
        (path, named) = (inner.path, None);
        if !inner.list {
            let key = reader.key()?;
            named = Some(key);
            path = mix(path, if is_id(key.as_bytes()) { b"*" } else { key.as_bytes() });
        }
        if open.len() > NESTED {
            return None;
        }
    }
}

impl<'a> Reader<'a> {
    /// The next byte that is no space; it stays where it is.
    fn next(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
        self.text.as_bytes().get(self.at).copied()
    }

    /// A string with its quotes.
    fn string(&mut self) -> Option<&'a str> {
        let (bytes, start) = (self.text.as_bytes(), self.at);
        let mut at = start + 1;
        loop {
            match bytes.get(at)? {
                b'"' => break,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        self.at = at + 1;
        self.text.get(start..=at)
    }

    /// The name of a member, as it is written, and the colon behind it.
    fn key(&mut self) -> Option<&'a str> {
        if self.next()? != b'"' {
            return None;
        }
        let quoted = self.string()?;
        if self.next()? != b':' {
            return None;
        }
        self.at += 1;
        quoted.get(1..quoted.len() - 1)
    }

    fn scalar(&mut self, path: u64) -> Option<()> {
        let rest = &self.text.as_bytes()[self.at..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
        let kind = match &rest[..length] {
            b"true" | b"false" => b't',
            b"null" => b'n',
            [b'-' | b'0'..=b'9', ..] => b'0',
            _ => return None,
        };
        self.note(path, kind);
        self.at += length;
        Some(())
    }

    fn note(&mut self, path: u64, kind: u8) {
        self.prints.push(mix(path, &[kind]));
    }

    fn found(&mut self, name: &str, value: &'a str) {
        if let Some(at) = NAMES.iter().position(|known| *known == name) {
            self.found[at].get_or_insert(value);
        }
    }

    fn end(mut self) -> Option<Scan<'a>> {
        if self.next().is_some() {
            return None;
        }
        self.prints.sort_unstable();
        self.prints.dedup();
        let print = self.prints.iter().fold(SEED, |print, one| mix(print, &one.to_le_bytes()));
        Some(Scan { print, found: self.found })
    }
}

/// FNV-1a, 64 bits: the basis, and a step with more bytes and an end, so that “ab”, “c” is not “a”, “bc”.
const SEED: u64 = 0xcbf2_9ce4_8422_2325;

pub(super) fn mix(hash: u64, bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    step(bytes.iter().fold(hash, |hash, byte| step(hash, *byte)), 0xff)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn print(text: &str) -> Option<u64> {
        scan(text).map(|scan| scan.print)
    }

    #[test]
    fn order_values_and_ids_make_no_difference_and_types_do() {
        let first = print(r#"{"id": 1, "items": [{"sku": "a"}, {"sku": "b"}], "by": {"17": true}}"#).unwrap();
        for same in [
            r#"{"items":[{"sku":""}],"id":-2.5e3,"by":{"4711":false,"17":true}}"#,
            " {\n\"by\" : {\"1\" :true} , \"items\":[ {\"sku\":\"\\\"]}\"} ],\"id\":0 }\r\n",
        ] {
            assert_eq!(print(same), Some(first), "{same}");
        }
        for other in [
            r#"{"id": "1", "items": [{"sku": "a"}], "by": {"17": true}}"#,
            r#"{"id": 1, "items": [], "by": {"17": true}}"#,
            r#"{"id": 1, "items": null, "by": {"17": true}}"#,
            r#"{"id": 1, "items": [{"sku": "a"}]}"#,
            "[]",
            "{}",
            "1",
            "\"\"",
            "null",
            "[[]]",
        ] {
            assert!(print(other).is_some_and(|other| other != first), "{other}");
        }
    }

    #[test]
    fn half_a_document_is_none() {
        for text in [
            "",
            " ",
            "{",
            "[1",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,}",
            "[1,]",
            "[,1]",
            "{a:1}",
            "{'a':1}",
            "[1 2]",
            "1 2",
            "nul",
            "\"a",
            "\"a\\\"",
            "{\"a\":1}}",
            "text",
            "<x/>",
            "[}",
            "{]",
        ] {
            assert!(scan(text).is_none(), "{text}");
        }
        assert!(scan(&"[".repeat(100_000)).is_none());
    }

    #[test]
    fn values_that_tell_are_noted_where_they_may_stand() {
        let text = r#"{"errorMessage": "a \"b\"", "Records": [{"eventName": "Put"}, {"eventName": "Get"}], "error": 5,
            "deep": {"deeper": {"deepest": {"task": "x"}}}}"#;
        let scan = scan(text).unwrap();
        assert_eq!(scan.text("errorMessage").as_deref(), Some("a \"b\""));
        assert_eq!(scan.text("eventName").as_deref(), Some("Put"));
        assert_eq!((scan.text("error"), scan.text("task")), (None, None));
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            ".{0,12}".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
                proptest::collection::hash_map(".{0,8}", inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_json_text_is_read_and_spaces_make_no_difference(value in any_json()) {
            let plain = print(&value.to_string());
            prop_assert!(plain.is_some());
            prop_assert_eq!(plain, print(&serde_json::to_string_pretty(&value).unwrap()));
        }

        #[test]
        fn no_text_breaks_it(text in "[\\[\\]{}\",:0-9a-z\\\\é ]{0,40}") {
            let _ = scan(&text);
        }
    }
}
