//! Layers: what a body is wrapped in, taken off one after the other – an SNS notification around an EventBridge event
//! around its detail, base64 around gzip around JSON. Pure; what it shows is for reading, the body itself stays as it is.
//!
//! A layer is recognised by its structure. A wrong guess would hide what was sent, so whatever does not fit in every
//! respect is left as the plainer thing that it certainly is. Everything is bounded: [`DEEPEST`] layers, and what
//! [`pack`] says of decompression; what is left out because of that is said in words.
//!
//! * `json` – reads values as they are written, to the last digit
//! * `layout` – lays JSON and XML out, and bytes
//! * `aws` – SNS, EventBridge, S3, CloudWatch, and the pointer of the extended client library
//! * `celery` – Celery and kombu
//! * `pack` – base64, gzip, zlib, deflate

mod aws;
mod celery;
mod json;
mod layout;
mod pack;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use self::layout::{Language, is_xml};
use crate::model::{MessageAttribute, words};

/// How many layers there are at most, the body included.
pub const DEEPEST: usize = 8;
/// The most bytes of all layers together, each counted once.
const HELD: usize = 24 << 20;
/// The most bytes of a layer that are shown. No body is larger than half of it; what was unpacked may be.
const SHOWN: usize = 2 << 20;
/// The most bytes of what is no text that are shown.
const DUMPED: usize = 16 << 10;
/// How many characters of a fact are told.
const FACT: usize = 1_024;

/// What a layer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text, as it is.
    Text(Arc<str>),
    /// Bytes that are no text, or not known to be.
    Bytes(Arc<[u8]>),
}

impl Content {
    fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// Its size in bytes.
    pub fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What it is called: `SNS notification`.
    pub name: &'static str,
    /// What is in it.
    pub content: Content,
    /// What its envelope says, label and value.
    pub facts: Vec<(&'static str, String)>,
    /// What could not be unpacked or was left out, in sentences.
    pub notes: Vec<String>,
}

/// A layer as it reads best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What is read.
    pub text: String,
    /// What it is written in.
    pub language: Language,
    /// Whether something was left out at the end.
    pub cut: bool,
}

impl Layer {
    /// Lays it out for reading. Costs time and memory in proportion to what it holds.
    pub fn shown(&self) -> Shown {
        match &self.content {
            Content::Text(text) => {
                let (language, pretty) = layout::pretty(text);
                let mut text = pretty.unwrap_or_else(|| text.to_string());
                let cut = text.len() > SHOWN;
                text.truncate(text.floor_char_boundary(SHOWN));
                Shown { text, language, cut }
            }
            Content::Bytes(bytes) => Shown {
                text: layout::dump(&bytes[..bytes.len().min(DUMPED)]),
                language: Language::Bytes,
                cut: bytes.len() > DUMPED,
            },
        }
    }
}

/// The layers of a body, from the outside. The first is always the body itself, as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layers(pub Vec<Layer>);

impl Layers {
    /// The one that is worth reading first: the innermost.
    pub fn best(&self) -> usize {
        self.0.len().saturating_sub(1)
    }
}

/// What a content was recognised as.
struct Seen {
    name: &'static str,
    /// What the layer holds, if it is not the same text.
    content: Option<Content>,
    facts: Vec<(&'static str, String)>,
    notes: Vec<String>,
    inside: Option<Inside>,
}

/// What a layer contains.
struct Inside {
    content: Content,
    /// What it is called if it turns out to be nothing in particular; without a name it is then no layer of its own.
    plain: Option<&'static str>,
}

impl Seen {
    /// Something that holds nothing further.
    fn leaf(name: &'static str) -> Self {
        Self { name, content: None, facts: Vec::new(), notes: Vec::new(), inside: None }
    }

    /// Adds a fact, if it is there and says something.
    fn fact(mut self, label: &'static str, value: Option<String>) -> Self {
        let Some(mut value) = value.filter(|value| !value.is_empty()) else { return self };
        if let Some((at, _)) = value.char_indices().nth(FACT) {
            value.truncate(at);
            value.push('…');
        }
        self.facts.push((label, value));
        self
    }

    fn note(mut self, sentence: impl Into<String>) -> Self {
        self.notes.push(sentence.into());
        self
    }

    /// Says what is inside.
    fn around(mut self, content: Content, plain: Option<&'static str>) -> Self {
        self.inside = Some(Inside { content, plain });
        self
    }
}

/// Takes the layers off a body. The message attributes tell how large a body is that lies elsewhere.
///
/// Takes time in proportion to the body and to what it unpacks to; never panics, whatever the body is.
pub fn peel(body: &str, attributes: &BTreeMap<String, MessageAttribute>) -> Layers {
    let first = Layer { name: "SQS body", content: Content::text(body), facts: Vec::new(), notes: Vec::new() };
    let mut inside = Inside { content: first.content.clone(), plain: None };
    let (mut layers, mut held, mut unpacked) = (vec![first], body.len(), 0_usize);
    loop {
        let Inside { content, plain } = inside;
        let seen = match &content {
            Content::Text(text) => of_text(text, attributes),
            Content::Bytes(bytes) => pack::open(bytes, &mut unpacked),
        };
        let seen = match (seen, plain) {
            (None, None) => {
                if let Some(sentence) = damage(&content) {
                    stop(&mut layers, sentence);
                }
                break;
            }
            (None, Some(plain)) => damage(&content).into_iter().fold(Seen::leaf(plain), Seen::note),
            // A detail that is nothing more particular keeps its name.
            (Some(seen), Some(plain)) if seen.name == "JSON" && plain != "text" => Seen { name: plain, ..seen },
            (Some(seen), _) => seen,
        };
        if layers.len() == DEEPEST {
            stop(&mut layers, format!("Stops at {DEEPEST} layers: this one holds another ({}).", seen.name));
            break;
        }
        let fresh = seen.content.as_ref().or(seen.inside.as_ref().map(|inside| &inside.content));
        held += fresh.map_or(0, Content::size);
        layers.push(Layer {
            name: seen.name,
            content: seen.content.unwrap_or(content),
            facts: seen.facts,
            notes: seen.notes,
        });
        match seen.inside {
            Some(_) if held > HELD => {
                let most = words::bytes(HELD as u64);
                stop(&mut layers, format!("Stops at {most} of all layers together: what is inside is not taken out."));
                break;
            }
            Some(next) => inside = next,
            None => break,
        }
    }
    Layers(layers)
}

fn stop(layers: &mut [Layer], sentence: String) {
    if let Some(last) = layers.last_mut() {
        last.notes.push(sentence);
    }
}

/// Why nothing was found inside, where something seems to be.
fn damage(content: &Content) -> Option<String> {
    match content {
        Content::Text(_) => None,
        Content::Bytes(bytes) => pack::damage(bytes),
    }
}

/// What a text is. `None` where it is just text.
fn of_text(text: &str, attributes: &BTreeMap<String, MessageAttribute>) -> Option<Seen> {
    match text.trim_start().chars().next()? {
        '{' => {
            let members = json::Members::of(text)?;
            let seen = aws::object(&members).or_else(|| celery::object(&members));
            Some(seen.unwrap_or_else(|| Seen::leaf("JSON")))
        }
        '[' => {
            let items = json::items(text)?;
            Some(aws::pointer(&items, attributes).unwrap_or_else(|| Seen::leaf("JSON")))
        }
        '"' => quoted(text),
        '<' => layout::is_xml(text).then(|| Seen::leaf("XML")),
        _ => pack::base64(text),
    }
}

/// A JSON text is a layer where it holds more than words.
fn quoted(text: &str) -> Option<Seen> {
    let inner = json::text(text)?;
    let more = match inner.trim_start().chars().next()? {
        '{' | '[' => json::is_valid(&inner),
        '<' => layout::is_xml(&inner),
        // A quote in a quote in a quote is no deeper than the last of them.
        '"' => json::text(&inner).is_some(),
        _ => pack::base64(&inner).is_some(),
    };
    more.then(|| Seen::leaf("JSON text").around(Content::Text(inner.into()), None))
}
