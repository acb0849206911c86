//! The configuration file: TOML, walked by hand so that every mistake in it is found at once and has its line.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::connection;
use super::options::{Kind, OPTIONS};
use super::source::{Layer, Origin, Problem, Sourced};
use super::spelling::nearest;

/// A `[[connection]]` as it was written.
#[derive(Debug)]
pub(super) struct Written {
    /// Where the table begins.
    pub origin: Origin,
    /// Its known keys; switches are `true` or `false`.
    pub fields: BTreeMap<&'static str, Sourced>,
}

/// All that a file says.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// The options.
    pub layer: Layer,
    /// The connections, in order.
    pub connections: Vec<Written>,
    /// What is wrong with its form.
    pub problems: Vec<Problem>,
}

/// Reads the text of the file that was named `name`.
pub(super) fn parse(name: &str, text: &str) -> Content {
    let mut reader = Reader { name, text, content: Content::default() };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        let origin = reader.origin(at, None);
        reader.problem(&origin, format!("{}.", error.message()));
    }
    reader.top(table.get_ref());
    reader.content
}

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    content: Content,
}

impl Reader<'_> {
    fn origin(&self, offset: usize, key: Option<&str>) -> Origin {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        Origin::Line {
            file: self.name.to_owned(),
            line: before.split(|byte| *byte == b'\n').count(),
            key: key.map(str::to_owned),
        }
    }

    fn problem(&mut self, origin: &Origin, words: impl Into<String>) {
        self.content.problems.push(Problem::at(origin, words));
    }

    fn top(&mut self, table: &DeTable<'_>) {
        // By place, not by name: the problems come in the order of the file.
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let name: &str = key.get_ref();
            let origin = self.origin(key.span().start, Some(name));
            if name == "connection" {
                self.connections(&origin, value);
                continue;
            }
            let written = name.replace('_', "-");
            let known = OPTIONS.iter().find(|o| o.in_file && o.name == written);
            match known {
                Some(option) if !name.contains('-') => {
                    if let Some(values) = self.values(&origin, option.kind, value) {
                        self.content.layer.insert(option.name, values);
                    }
                }
                _ => {
                    let keys: Vec<String> = OPTIONS
                        .iter()
                        .filter(|o| o.in_file)
                        .map(|o| o.name.replace('-', "_"))
                        .chain(["connection".to_owned()])
                        .collect();
                    self.unknown(&origin, name, keys.iter().map(String::as_str));
                }
            }
        }
    }

    fn connections(&mut self, origin: &Origin, value: &Spanned<DeValue<'_>>) {
        let Some(list) = value.get_ref().as_array() else {
            self.problem(origin, "write each connection as a table of its own, under [[connection]].");
            return;
        };
        for entry in list {
            match entry.get_ref().as_table() {
                Some(table) => self.connection(entry.span().start, table),
                None => self.problem(origin, "write each connection as a table of its own, under [[connection]]."),
            }
        }
    }

    fn connection(&mut self, start: usize, table: &DeTable<'_>) {
        let mut fields = BTreeMap::new();
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let name: &str = key.get_ref();
            let origin = self.origin(key.span().start, Some(name));
            let Some((known, kind)) = connection::KEYS.iter().find(|(known, _)| *known == name) else {
                self.unknown(&origin, name, connection::KEYS.iter().map(|(known, _)| *known));
                continue;
            };
            if let Some(mut values) = self.values(&origin, *kind, value)
                && let Some(value) = values.pop()
            {
                fields.insert(*known, value);
            }
        }
        let origin = self.origin(start, Some("connection"));
        self.content.connections.push(Written { origin, fields });
    }

    fn unknown<'k>(&mut self, origin: &Origin, name: &str, known: impl Iterator<Item = &'k str> + Clone) {
        let words = if let Some(meant) = nearest(name, known.clone()) {
            format!("there is no such key. Did you mean {meant}?")
        } else {
            let known: Vec<&str> = known.collect();
            format!("there is no such key. The keys here are {}.", known.join(", "))
        };
        self.problem(origin, words);
    }

    fn values(&mut self, origin: &Origin, kind: Kind, value: &Spanned<DeValue<'_>>) -> Option<Vec<Sourced>> {
        let found = value.get_ref();
        let texts = match kind {
            Kind::Switch => found.as_bool().map(|on| vec![on.to_string()]),
            Kind::Text => text(found).map(|text| vec![text]),
            Kind::List => match found.as_array() {
                Some(list) => list.iter().map(|entry| text(entry.get_ref())).collect(),
                None => text(found).map(|text| vec![text]),
            },
        };
        let Some(texts) = texts else {
            let wanted = match kind {
                Kind::Switch => "true or false",
                Kind::Text => "a text in quotation marks",
                Kind::List => "a list of texts",
            };
            let words = format!("{wanted} belongs here, not {}.", found.type_str());
            self.problem(origin, words);
            return None;
        };
        let sourced = texts.into_iter().map(|value| Sourced { value, origin: origin.clone() });
        Some(sourced.collect())
    }
}

/// A text, or a whole number as it was written.
fn text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        _ => None,
    }
}
