//! What a body is made of, in words, where nothing better tells messages apart.

use std::collections::BTreeSet;

use serde_json::Value;

use super::normal::{is_id, normal, one_line};
use super::scan::{Scan, mix};

/// The names of fields that a title lists.
const LISTED: usize = 5;
/// The differences that a title lists.
const DIFFERENCES: usize = 2;

/// What two bodies of one shape have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// JSON with these paths and types.
    Json(u64),
    /// Markup with these elements.
    Markup(u64),
    /// Base64.
    Base64,
    /// Text with this first line, or that last one where the first says nothing.
    Text(String),
}

impl Shape {
    /// The shape of a body that was scanned.
    pub fn of(body: &str, scan: Option<&Scan<'_>>) -> Self {
        if let Some(scan) = scan {
            return Self::Json(scan.print);
        }
        let trimmed = body.trim_start_matches('\u{FEFF}').trim();
        if trimmed.starts_with('<') {
            return Self::Markup(elements(trimmed).iter().fold(0, |hash, name| mix(hash, name.as_bytes())));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte);
        if trimmed.len() >= 24 && trimmed.len().is_multiple_of(4) && trimmed.bytes().all(plain) {
            return Self::Base64;
        }
        // Python tells the error last.
        let mut lines = trimmed.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or_default();
        let telling = if first.starts_with("Traceback (most recent call") { lines.next_back() } else { None };
        Self::Text(normal(telling.unwrap_or(first)))
    }

    /// In words; `most` is a body of the most frequent shape, which the others are compared with.
    pub fn title(&self, body: &str, most: Option<&str>) -> String {
        match self {
            Self::Json(_) => json(body, most),
            Self::Markup(_) => {
                let name = elements(body).into_iter().next().unwrap_or("?");
                let of = most.map(|most| differences(&names(body), &names(most))).unwrap_or_default();
                one_line(&format!("<{name}>{of}"))
            }
            Self::Base64 => "base64".to_owned(),
            Self::Text(line) if line.is_empty() => "only spaces".to_owned(),
            Self::Text(line) => line.clone(),
        }
    }
}

/// The names of elements, in the order in which they begin first.
fn elements(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    let mut known = BTreeSet::new();
    for part in text.split('<').skip(1) {
        let end = part.find(|c: char| c.is_whitespace() || "/>".contains(c)).unwrap_or(part.len());
        let name = &part[..end];
        if name.starts_with(|c: char| c.is_alphabetic() || c == '_') && known.insert(name) {
            names.push(name);
        }
    }
    names
}

fn names(text: &str) -> BTreeSet<String> {
    elements(text).into_iter().map(|name| format!("<{name}>")).collect()
}

/// The fields of a document, or how it differs from most others.
fn json(body: &str, most: Option<&str>) -> String {
    let Ok(value) = serde_json::from_str::<Value>(body) else { return "JSON that cannot be read whole".to_owned() };
    let title = match &value {
        Value::Object(fields) if fields.is_empty() => "an empty object".to_owned(),
        Value::Object(fields) => {
            let listed: Vec<&str> = fields.keys().take(LISTED).map(String::as_str).collect();
            let more = fields.len().saturating_sub(LISTED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{}{more}", listed.join(", "))
        }
        Value::Array(_) => "a list".to_owned(),
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => "a text that holds JSON".to_owned(),
        other => format!("only {}", word(other)),
    };
    let compared = most.and_then(|most| serde_json::from_str::<Value>(most).ok());
    let differs = compared.map(|most| differences(&paths(&value), &paths(&most))).unwrap_or_default();
    one_line(&format!("{title}{differs}"))
}

/// “, no customer, total is a number”; nothing where the two have little in common.
fn differences(these: &BTreeSet<String>, most: &BTreeSet<String>) -> String {
    let common = these.intersection(most).count();
    if common * 2 < these.len().max(most.len()) || these == most {
        return String::new();
    }
    let place = |path: &String| path.split_once(": ").map_or(path.as_str(), |(place, _)| place).to_owned();
    let (here, there): (BTreeSet<String>, BTreeSet<String>) =
        (these.iter().map(place).collect(), most.iter().map(place).collect());
    // Below what is missing everything is missing, too: once is enough.
    let outermost = |places: Vec<String>| -> Vec<String> {
        let below = |place: &String, other: &String| {
            place.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']))
        };
        places.iter().filter(|place| !places.iter().any(|other| below(place, other))).cloned().collect()
    };
    let missing = outermost(there.difference(&here).cloned().collect());
    let added = outermost(here.difference(&there).cloned().collect());
    let changed =
        these.difference(most).filter(|path| there.contains(&place(path))).filter_map(|path| path.split_once(": "));
    let said: Vec<String> = changed
        .map(|(place, kind)| format!("{place} is {kind}"))
        .chain(missing.into_iter().map(|place| format!("no {place}")))
        .chain(added.into_iter().map(|place| format!("with {place}")))
        .collect();
    let more = if said.len() > DIFFERENCES { ", …" } else { "" };
    format!(" – {}{more}", said[..said.len().min(DIFFERENCES)].join(", "))
}

/// Every path of a document with its type; lists and ids as one.
fn paths(value: &Value) -> BTreeSet<String> {
    fn walk(value: &Value, path: &str, found: &mut BTreeSet<String>) {
        if !path.is_empty() {
            found.insert(format!("{path}: {}", word(value)));
        }
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    let key = if is_id(key.as_bytes()) { "*" } else { key };
                    let dot = if path.is_empty() { "" } else { "." };
                    walk(value, &format!("{path}{dot}{key}"), found);
                }
            }
            Value::Array(values) => values.iter().for_each(|value| walk(value, &format!("{path}[]"), found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    walk(value, "", &mut found);
    found
}

fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(values) if values.is_empty() => "an empty list",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::scan;
    use super::*;

    fn title(body: &str, most: &str) -> String {
        Shape::of(body, scan(body).as_ref()).title(body, Some(most))
    }

    #[test]
    fn a_title_says_what_there_is_and_what_differs() {
        let most = r#"{"id": "a", "customer": {"name": "x", "mail": "y"}, "items": [{"sku": "s", "n": 1}], "total": "1", "to": {"c": "d"}, "at": 1}"#;
        assert_eq!(title(most, most), "id, customer, items, total, to and 1 more");
        let spoilt = most.replace(r#""customer": {"name": "x", "mail": "y"}, "#, "");
        assert_eq!(title(&spoilt, most), "id, items, total, to, at – no customer");
        let spoilt = most.replace(r#""total": "1""#, r#""total": null"#);
        assert!(title(&spoilt, most).ends_with(" – total is null"));
        let spoilt = most.replace(r#"[{"sku": "s", "n": 1}]"#, "[]");
        assert!(title(&spoilt, most).ends_with(" – items is an empty list, no items[]"), "{}", title(&spoilt, most));
        assert_eq!(title(r#"{"other": 1}"#, most), "other");
        for (body, wanted) in [
            ("{}", "an empty object"),
            ("[1]", "a list"),
            ("7", "only a number"),
            (r#""{}""#, "a text that holds JSON"),
            ("<a x='1'><b/></a>", "<a>"),
            ("ping 17\nmore", "ping ‹number›"),
            (" \n", "only spaces"),
            ("Traceback (most recent call last):\n  File\nGone: row 5\n", "Gone: row ‹number›"),
            ("{\"a\": 1, \"b", "{\"a\": ‹number›, \"b"),
            ("eyJhIjogMX0geyJhIjogMX0K", "base64"),
        ] {
            assert_eq!(title(body, most), wanted);
        }
        assert_eq!(title("<a><b/><c/></a>", "<a><b/></a>"), "<a> – with <c>");
    }

    #[test]
    fn no_title_turns_the_line() {
        let body = "{\"a\u{202E}\\n\": 1, \"<b>\": 2}";
        assert_eq!(title(body, "{}"), "a , <b>");
    }
}
