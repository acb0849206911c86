//! A message before it is sent: read from a request, and checked against the rules that need no queue.
//!
//! API reference, "SendMessage"; developer guide, "Message quotas" and "Amazon SQS message metadata".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::local::core::ApiError;
use crate::local::core::decode::Members;
use crate::local::core::message::{Attribute, AttributeValue, Attributes};

/// The most attributes of a message.
const ATTRIBUTES: usize = 10;
/// The longest name or type of an attribute, in bytes.
const ATTRIBUTE_NAME: usize = 256;
/// The longest message group id or deduplication id.
const ID_LENGTH: usize = 128;
/// The longest delay, in seconds.
const DELAY: i64 = 900;

/// What SendMessage and an entry of SendMessageBatch have in common.
#[derive(Debug)]
pub struct Draft {
    /// The body; absent or empty is an error that depends on the operation.
    pub body: String,
    /// Seconds to hide it.
    pub delay: Option<i64>,
    /// What the sender attaches.
    pub attributes: Attributes,
    /// The AWS X-Ray header.
    pub trace_header: Option<Attribute>,
    /// The message group.
    pub group: Option<String>,
    /// The deduplication id.
    pub dedup: Option<String>,
}

/// The name of the only system attribute that can be sent.
pub const TRACE_HEADER: &str = "AWSTraceHeader";

impl Draft {
    /// Reads the members.
    pub fn decode(members: &mut Members) -> Result<Self, ApiError> {
        let mut attributes = Attributes::new();
        let sent = members.member_map("MessageAttributes")?;
        if sent.len() > ATTRIBUTES {
            let message =
                format!("Number of message attributes [{}] exceeds the allowed maximum [{ATTRIBUTES}].", sent.len());
            return Err(ApiError::invalid(message));
        }
        for (name, value) in sent {
            check_attribute_name(&name)?;
            let attribute = attribute(&name, value, "user")?;
            attributes.insert(name, attribute);
        }
        let mut trace_header = None;
        for (name, value) in members.member_map("MessageSystemAttributes")? {
            let attribute = attribute(&name, value, "system")?;
            if name != TRACE_HEADER || attribute.data_type != "String" {
                return Err(ApiError::invalid(format!("Message system attribute '{name}' is not valid.")));
            }
            trace_header = Some(attribute);
        }
        Ok(Self {
            body: members.text("MessageBody")?.unwrap_or_default(),
            delay: members.number("DelaySeconds")?,
            attributes,
            trace_header,
            group: members.text("MessageGroupId")?,
            dedup: members.text("MessageDeduplicationId")?,
        })
    }

    /// The bytes that count against the limits: body and attributes, not system attributes.
    pub fn size(&self) -> u64 {
        let attributes: usize = self
            .attributes
            .iter()
            .map(|(name, attribute)| name.len() + attribute.data_type.len() + attribute.value.bytes().len())
            .sum();
        (self.body.len() + attributes) as u64
    }

    /// Checks delay, ids and characters.
    pub fn check(&self) -> Result<(), ApiError> {
        if let Some(delay) = self.delay.filter(|delay| !(0..=DELAY).contains(delay)) {
            return Err(ApiError::invalid_value(delay, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900."));
        }
        check_id("MessageGroupId", self.group.as_deref())?;
        check_id("MessageDeduplicationId", self.dedup.as_deref())?;
        check_characters(&self.body)
    }
}

fn check_id(parameter: &str, id: Option<&str>) -> Result<(), ApiError> {
    let good = |id: &str| (1..=ID_LENGTH).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    match id {
        Some(id) if !good(id) => Err(ApiError::invalid_value(
            id,
            parameter,
            &format!("{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length."),
        )),
        _ => Ok(()),
    }
}

fn check_characters(text: &str) -> Result<(), ApiError> {
    // A Rust char is never a surrogate, so these are all that can be wrong.
    let bad = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(bad) {
        return Err(ApiError::named(
            "InvalidMessageContents",
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
        ));
    }
    Ok(())
}

fn check_attribute_name(name: &str) -> Result<(), ApiError> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let lower = name.to_ascii_lowercase();
    let reason = if name.is_empty() || name.len() > ATTRIBUTE_NAME {
        "Message (user) attribute names must be shorter than 256 Bytes"
    } else if !name.bytes().all(good) {
        "Message (user) attributes name can only contain upper and lower score characters, digits, periods, hyphens and underscores. "
    } else if lower.starts_with("aws.")
        || lower.starts_with("amazon.")
        || name.starts_with('.')
        || name.ends_with('.')
        || name.contains("..")
    {
        "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use. Additionally, they cannot start or end with '.'."
    } else {
        return Ok(());
    };
    Err(ApiError::invalid(reason))
}

fn attribute(name: &str, mut members: Members, kind: &str) -> Result<Attribute, ApiError> {
    let data_type = members.text("DataType")?.unwrap_or_default();
    if data_type.is_empty() {
        return Err(ApiError::invalid(format!(
            "The message ({kind}) attribute '{name}' must contain a non-empty message attribute type."
        )));
    }
    if data_type.len() > ATTRIBUTE_NAME {
        return Err(ApiError::invalid("Message (user) attribute types must be shorter than 256 Bytes"));
    }
    let base = data_type.split_once('.').map_or(data_type.as_str(), |(base, _)| base);
    let (text, bytes) = (members.text("StringValue")?, members.text("BinaryValue")?);
    let empty = || {
        ApiError::invalid(format!(
            "Message ({kind}) attribute '{name}' must contain a non-empty value of type '{base}'."
        ))
    };
    let value = match (base, text, bytes) {
        ("String" | "Number", Some(text), None) if !text.is_empty() => {
            check_characters(&text)?;
            if base == "Number" {
                check_number(name, &text)?;
            }
            AttributeValue::Text(text)
        }
        ("Binary", None, Some(bytes)) if !bytes.is_empty() => AttributeValue::Bytes(
            STANDARD
                .decode(&bytes)
                .map_err(|_| ApiError::named("SerializationException", "Invalid base64 in a binary value."))?,
        ),
        ("String" | "Number" | "Binary", Some(_), Some(_)) => {
            return Err(ApiError::invalid(format!("Message ({kind}) attribute '{name}' has multiple values.")));
        }
        ("String" | "Number" | "Binary", ..) => return Err(empty()),
        _ => {
            return Err(ApiError::invalid(format!(
                "The type of message ({kind}) attribute '{name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String."
            )));
        }
    };
    Ok(Attribute { data_type, value })
}

/// A number has up to 38 digits and lies between 10^-128 and 10^126, or is 0.
fn check_number(name: &str, text: &str) -> Result<(), ApiError> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let digits = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent: Option<i64> = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok();
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0').trim_end_matches('0').len();
    let leading = all.len() - all.trim_start_matches('0').len();
    let good = exponent.is_some_and(|exponent| {
        // The power of ten of the first significant digit.
        let magnitude = i64::try_from(whole.len()).unwrap_or(i64::MAX) - 1 - i64::try_from(leading).unwrap_or(i64::MAX)
            + exponent.clamp(-1000, 1000);
        !all.is_empty()
            && numeric(whole)
            && numeric(fraction)
            && significant <= 38
            && (significant == 0 || (-128..=126).contains(&magnitude))
    });
    if good {
        Ok(())
    } else {
        Err(ApiError::invalid(format!("Can't cast the value of message (user) attribute '{name}' to a number.")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn draft(body: Value) -> Result<Draft, ApiError> {
        let draft = Draft::decode(&mut Members::of(body).unwrap())?;
        draft.check().map(|()| draft)
    }

    fn with_attribute(name: &str, value: &Value) -> Result<Draft, ApiError> {
        draft(json!({"MessageBody": "b", "MessageAttributes": {name: value}}))
    }

    #[test]
    fn attribute_names_keep_the_rules() {
        let value = json!({"DataType": "String", "StringValue": "v"});
        for good in ["a", "a.b-c_D", "AWSx", &"n".repeat(256)] {
            assert!(with_attribute(good, &value).is_ok(), "{good}");
        }
        for bad in ["", "AWS.x", "amazon.x", ".a", "a.", "a..b", "ä", "a b", &"n".repeat(257)] {
            assert_eq!(with_attribute(bad, &value).unwrap_err().code, "InvalidParameterValue", "{bad}");
        }
    }

    #[test]
    fn attribute_values_fit_their_type() {
        for good in [
            json!({"DataType": "String.json", "StringValue": "v"}),
            json!({"DataType": "Number.int", "StringValue": "-12.50e3"}),
            json!({"DataType": "Number", "StringValue": "1e126"}),
            json!({"DataType": "Number", "StringValue": "0"}),
            json!({"DataType": "Binary.png", "BinaryValue": "AAE="}),
        ] {
            assert!(with_attribute("a", &good).is_ok(), "{good}");
        }
        for bad in [
            json!({"DataType": "String", "StringValue": ""}),
            json!({"DataType": "String"}),
            json!({"StringValue": "v"}),
            json!({"DataType": "Strange", "StringValue": "v"}),
            json!({"DataType": "Number", "StringValue": "x"}),
            json!({"DataType": "Number", "StringValue": "1e127"}),
            json!({"DataType": "Number", "StringValue": "1".repeat(39)}),
            json!({"DataType": "Binary", "StringValue": "v"}),
            json!({"DataType": "Binary", "BinaryValue": "?"}),
            json!({"DataType": "String", "StringValue": "v", "BinaryValue": "AAE="}),
        ] {
            assert!(with_attribute("a", &bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ten_attributes_and_no_more() {
        let many = |count: usize| {
            let attributes: serde_json::Map<_, _> =
                (0..count).map(|n| (n.to_string(), json!({"DataType": "String", "StringValue": "v"}))).collect();
            draft(json!({"MessageBody": "b", "MessageAttributes": attributes}))
        };
        assert_eq!(many(10).unwrap().size(), 1 + 10 * 8);
        assert!(many(11).is_err());
    }

    #[test]
    fn characters_ids_and_delay_are_checked() {
        assert!(draft(json!({"MessageBody": "\t\n\r \u{fffd}\u{1f600}"})).is_ok());
        for bad in ["\u{0}", "\u{1b}", "\u{fffe}", "\u{ffff}"] {
            assert_eq!(draft(json!({"MessageBody": bad})).unwrap_err().code, "InvalidMessageContents");
        }
        for bad in ["", "group 123", "ü", &"g".repeat(129)] {
            let error = draft(json!({"MessageBody": "b", "MessageGroupId": bad})).unwrap_err();
            assert_eq!(
                error.message,
                format!(
                    "Value {bad} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length."
                )
            );
        }
        assert!(draft(json!({"MessageBody": "b", "DelaySeconds": 900})).is_ok());
        assert!(draft(json!({"MessageBody": "b", "DelaySeconds": 901})).is_err());
        assert!(draft(json!({"MessageBody": "b", "DelaySeconds": -1})).is_err());
    }

    #[test]
    fn only_the_trace_header_is_a_system_attribute() {
        let value = json!({"DataType": "String", "StringValue": "Root=1"});
        assert!(draft(json!({"MessageBody": "b", "MessageSystemAttributes": {"AWSTraceHeader": value}})).is_ok());
        assert!(draft(json!({"MessageBody": "b", "MessageSystemAttributes": {"Other": value}})).is_err());
    }
}
