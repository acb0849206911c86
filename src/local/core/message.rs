//! A message as a queue holds it, and the MD5 digests SQS computes over its parts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};

use super::Millis;

/// One message attribute: a type with an optional custom suffix, and a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// `String`, `Number` or `Binary`, with `.suffix` if the sender gave one.
    pub data_type: String,
    /// The value.
    pub value: AttributeValue,
}

/// A value of a message attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttributeValue {
    /// Of `String` and `Number`.
    Text(String),
    /// Of `Binary`.
    Bytes(#[serde(with = "base64_text")] Vec<u8>),
}

/// Bytes as a text, written down.
mod base64_text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::{Deserialize as _, Deserializer, Error as _};
    use serde::ser::Serializer;

    pub fn serialize<S: Serializer>(bytes: &[u8], out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(input)?).map_err(D::Error::custom)
    }
}

impl AttributeValue {
    /// The bytes that count in the size and in the digest.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// An attribute in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownAttribute {
    data_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    binary_value: Option<String>,
}

impl From<&Attribute> for ShownAttribute {
    fn from(attribute: &Attribute) -> Self {
        let (string_value, binary_value) = match &attribute.value {
            AttributeValue::Text(text) => (Some(text.clone()), None),
            AttributeValue::Bytes(bytes) => (None, Some(STANDARD.encode(bytes))),
        };
        Self { data_type: attribute.data_type.clone(), string_value, binary_value }
    }
}

/// Attributes by name, sorted: the order of the digest.
pub type Attributes = std::collections::BTreeMap<String, Attribute>;

/// A message. Written down, it is without what a store keeps beside it: its body and how often it was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The id: a UUID.
    pub id: String,
    /// The body.
    #[serde(skip)]
    pub body: String,
    /// MD5 of the body in hex.
    pub md5: String,
    /// What the sender attached.
    pub attributes: Attributes,
    /// The AWS X-Ray header, which does not count in the size.
    pub trace_header: Option<String>,
    /// The message group; on a standard queue the tenant of a fair queue.
    pub group: Option<String>,
    /// The deduplication id (FIFO).
    pub dedup: Option<String>,
    /// When it was sent, as told to receivers.
    pub sent: Millis,
    /// From when its retention counts: later than `sent` after a move between FIFO queues.
    pub enqueued: Millis,
    /// How often it was received, across moves to a dead-letter queue.
    #[serde(skip)]
    pub receives: u32,
    /// How many of these receives were of queues that gave it up.
    pub receives_elsewhere: u32,
    /// When it was received for the first time.
    #[serde(skip)]
    pub first_received: Option<Millis>,
    /// The ARN of the queue that gave it up.
    pub dead_from: Option<String>,
}

impl Message {
    /// How often it was received from the queue it is in.
    pub fn receives_here(&self) -> u32 {
        self.receives - self.receives_elsewhere
    }
}

/// MD5 of a text in hex, as in `MD5OfMessageBody`.
pub fn md5_hex(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// MD5 over attributes, as in `MD5OfMessageAttributes`; `None` when there are none.
///
/// Developer guide, "Calculating the MD5 message digest for message attributes": sorted by name; name, type and value
/// each behind its length in four bytes, big endian; before the value one byte, 1 for text and 2 for binary.
pub fn md5_of_attributes<'a>(attributes: impl IntoIterator<Item = (impl AsRef<str>, &'a Attribute)>) -> Option<String> {
    let mut digest = Md5::new();
    let mut any = false;
    let part = |digest: &mut Md5, bytes: &[u8]| {
        digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        digest.update(bytes);
    };
    for (name, attribute) in attributes {
        any = true;
        part(&mut digest, name.as_ref().as_bytes());
        part(&mut digest, attribute.data_type.as_bytes());
        digest.update([match attribute.value {
            AttributeValue::Text(_) => 1u8,
            AttributeValue::Bytes(_) => 2,
        }]);
        part(&mut digest, attribute.value.bytes());
    }
    any.then(|| hex(&digest.finalize()))
}

/// Bytes in lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_match_those_recorded_from_sqs() {
        assert_eq!(md5_hex(b"message-1"), "3d6b824fd8c1520e9a047d21fee6fb1f");
        let attribute = Attribute { data_type: "String".into(), value: AttributeValue::Text("foobar".into()) };
        assert_eq!(
            md5_of_attributes([("MyAttribute", &attribute)]).as_deref(),
            Some("adb59cd4678ea5a855436b949cd07ab6")
        );
        let attribute = Attribute { data_type: "String".into(), value: AttributeValue::Text("Bar".into()) };
        assert_eq!(md5_of_attributes([("Foo", &attribute)]).as_deref(), Some("ae7155c6026991b6d54b11589678bf9c"));
        assert_eq!(md5_of_attributes(&Attributes::new()), None);
    }
}
