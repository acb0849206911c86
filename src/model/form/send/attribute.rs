//! One row of message attributes in the form that sends a message.

use serde::{Deserialize, Serialize};

use super::super::Invalid;
use super::bad_character;
use crate::model::binary;
use crate::model::limits::{ATTRIBUTE_NAME_MAX, ATTRIBUTE_TYPE_MAX};
use crate::model::{AttributeValue, MessageAttribute};

/// What a row's value is, and how it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    String,
    /// A decimal number of up to 38 digits.
    Number,
    /// Bytes, typed as base64.
    Base64,
    /// Bytes, typed as hexadecimal digits.
    Hex,
}

impl Kind {
    /// All of them, in the order of the list.
    pub const ALL: [Self; 4] = [Self::String, Self::Number, Self::Base64, Self::Hex];

    /// What the form sends.
    pub fn key(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Base64 => "base64",
            Self::Hex => "hex",
        }
    }

    /// What is read in the list.
    pub fn label(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Number => "Number",
            Self::Base64 => "Binary, as base64",
            Self::Hex => "Binary, as hex",
        }
    }

    fn data_type(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Number => "Number",
            Self::Base64 | Self::Hex => "Binary",
        }
    }
}

/// A row as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeRow {
    /// The attribute's name.
    pub name: String,
    /// The key of a [`Kind`]; empty: String.
    pub kind: String,
    /// The custom suffix of the data type, without its dot.
    pub label: String,
    /// The value.
    pub value: String,
}

impl AttributeRow {
    /// The name of a field of row `index`, counted from 0.
    pub fn field(index: usize, part: &str) -> String {
        format!("attribute-{index}-{part}")
    }

    /// Whether nothing was typed into the row; its list has always something chosen.
    pub fn is_empty(&self) -> bool {
        self.name.is_empty() && self.label.is_empty() && self.value.is_empty()
    }

    /// Reads the row (SQS Developer Guide, "Message metadata").
    pub(in crate::model::form) fn parse(&self, index: usize, invalid: &mut Vec<Invalid>) -> Option<MessageAttribute> {
        let before = invalid.len();
        let mut wrong = |part: &str, sentence: String| invalid.push(Invalid::new(Self::field(index, part), sentence));
        if let Some(sentence) = name_fault(&self.name) {
            wrong("name", sentence.into());
        }
        let kind = Kind::ALL.into_iter().find(|kind| kind.key() == self.kind);
        let kind = match (kind, self.kind.as_str()) {
            (Some(kind), _) => kind,
            (None, "") => Kind::String,
            (None, _) => {
                wrong("kind", "This type is not known here. Reload the page and try again.".into());
                Kind::String
            }
        };
        let mut data_type = kind.data_type().to_owned();
        if !self.label.is_empty() {
            data_type = format!("{data_type}.{}", self.label);
            let plain = self.label.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
            if !plain {
                wrong("label", "A suffix has only letters, digits, “_”, “-” and “.”.".into());
            } else if data_type.len() > ATTRIBUTE_TYPE_MAX {
                wrong("label", "A data type has at most 256 characters, its suffix included.".into());
            }
        }
        let value = self.read(kind).map_err(|sentence| wrong("value", sentence)).ok();
        if invalid.len() > before { None } else { value.map(|value| MessageAttribute { data_type, value }) }
    }

    fn read(&self, kind: Kind) -> Result<AttributeValue, String> {
        if self.value.is_empty() {
            return Err("SQS takes no attribute with an empty value.".into());
        }
        let bytes = |bytes: Option<Vec<u8>>, sentence: &str| match bytes {
            Some(bytes) if !bytes.is_empty() => Ok(AttributeValue::Binary(bytes)),
            _ => Err(sentence.to_owned()),
        };
        match kind {
            Kind::String => match bad_character(&self.value) {
                Some(sentence) => Err(sentence),
                None => Ok(AttributeValue::Text(self.value.clone())),
            },
            Kind::Number => {
                let text = self.value.trim();
                number_fault(text).map_or_else(|| Ok(AttributeValue::Text(text.to_owned())), |fault| Err(fault.into()))
            }
            Kind::Base64 => bytes(
                binary::from_base64(&self.value),
                "This is not base64: A–Z, a–z, 0–9, “+”, “/”, and “=” at the end.",
            ),
            Kind::Hex => {
                bytes(binary::from_hex(&self.value), "This is not hexadecimal: two digits 0–9, a–f for each byte.")
            }
        }
    }
}

/// What is wrong with the name of an attribute, if anything.
fn name_fault(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    if name.is_empty() {
        Some("Give the attribute a name.")
    } else if name.chars().count() > ATTRIBUTE_NAME_MAX {
        Some("A name has at most 256 characters.")
    } else if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)) {
        Some("A name has only letters, digits, “_”, “-” and “.”.")
    } else if lower.starts_with("aws.") || lower.starts_with("amazon.") {
        Some("Names that begin with “AWS.” or “Amazon.” belong to AWS.")
    } else if name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        Some("A name has no dot at its start or end, and no two in a row.")
    } else {
        None
    }
}

/// What is wrong with a Number, if anything: up to 38 significant digits, between 10^-128 and 10^126.
fn number_fault(text: &str) -> Option<&'static str> {
    const SHAPE: &str = "A number reads 42, -0.5 or 1.5e-3.";
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => match exponent.parse::<i64>() {
            Ok(exponent) => (mantissa, exponent),
            Err(_) => return Some(SHAPE),
        },
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(SHAPE);
    }
    let leading = digits.bytes().take_while(|b| *b == b'0').count();
    let significant = digits[leading..].trim_end_matches('0');
    if significant.is_empty() {
        return None;
    }
    if significant.len() > 38 {
        return Some("A number has at most 38 digits of precision.");
    }
    // The number is between 10^magnitude and 10^(magnitude + 1).
    let place = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let magnitude = exponent.saturating_add(place(whole.len()) - place(leading) - 1);
    let largest = magnitude == 126 && significant == "1";
    let fits = (-128..126).contains(&magnitude) || largest;
    (!fits).then_some("A number lies between 10^-128 and 10^126.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_sqs() {
        for good in
            ["0", "-0.0", "42", "+1", "1.5e-3", "00012", ".5", "5.", &"9".repeat(38), "1e126", "1e-128", "1000e123"]
        {
            assert_eq!(number_fault(good), None, "{good}");
        }
        let zeros = format!("{}{}", "1".repeat(38), "0".repeat(20));
        assert_eq!(number_fault(&zeros), None, "zeros at the end are no precision");
        for bad in
            ["", "-", ".", "e5", "1e", "1,5", "0x10", "NaN", "１", "1 2", &"9".repeat(39), "2e126", "1e127", "9e-129"]
        {
            assert!(number_fault(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn names_are_those_of_sqs() {
        for good in ["a", "trace-id", "x.y_z", "awsome", &"n".repeat(256)] {
            assert_eq!(name_fault(good), None, "{good}");
        }
        for bad in ["", "a b", "é", ".a", "a.", "a..b", "AWS.x", "amazon.x", &"n".repeat(257)] {
            assert!(name_fault(bad).is_some(), "{bad}");
        }
    }
}
