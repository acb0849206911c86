//! Message attributes before they are sent: read from a request as they came, measured, and checked.
//!
//! Developer guide, "Amazon SQS message metadata"; API reference, "MessageAttributeValue" and
//! "MessageSystemAttributeValue". The sentences are SQS's own where they are known from answers it gave.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::number::is_number;
use crate::local::core::ApiError;
use crate::local::core::decode::Members;
use crate::local::core::message::{Attribute, AttributeValue, Attributes};
use crate::local::core::system_attributes::TRACE_HEADER;

/// The most attributes of a message.
const MOST: usize = 10;
/// The longest name or type, in bytes.
const LONGEST: usize = 256;

/// Whose attributes they are; SQS's sentences say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// The sender's own.
    User,
    /// Those of other AWS services.
    System,
}

impl fmt::Display for Whose {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::User => "(user)",
            Self::System => "system",
        })
    }
}

/// An attribute as it came.
#[derive(Debug)]
struct Given {
    name: String,
    data_type: String,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
    /// Whether it has values of the kinds that SQS reserves for the future.
    listed: bool,
}

/// A map of attributes as it came.
#[derive(Debug)]
pub struct GivenAttributes(Vec<Given>);

impl GivenAttributes {
    /// Reads the map of this name. Errors: `SerializationException` alone, so that the other rules can be applied to
    /// each entry of a batch by itself.
    pub fn decode(members: &mut Members, member: &str) -> Result<Self, ApiError> {
        members
            .member_map(member)?
            .into_iter()
            .map(|(name, value)| Given::decode(name, value))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The bytes that count against the limits of a message: names, types and values.
    pub fn size(&self) -> usize {
        let value =
            |given: &Given| given.text.as_ref().map_or(0, String::len) + given.bytes.as_ref().map_or(0, Vec::len);
        self.0.iter().map(|given| given.name.len() + given.data_type.len() + value(given)).sum()
    }

    /// Checks them as `MessageAttributes`.
    ///
    /// Errors: `InvalidParameterValue`; `UnsupportedOperation` for list values.
    pub fn check_user(self) -> Result<Attributes, ApiError> {
        if self.0.len() > MOST {
            let message =
                format!("Number of message attributes [{}] exceeds the allowed maximum [{MOST}].", self.0.len());
            return Err(ApiError::invalid(message));
        }
        self.0
            .into_iter()
            .map(|given| {
                check_name(&given.name)?;
                given.check(Whose::User)
            })
            .collect()
    }

    /// Checks them as `MessageSystemAttributes`, of which there is one: the X-Ray trace header, a `String`.
    ///
    /// Errors: `InvalidParameterValue`; `UnsupportedOperation` for list values.
    pub fn check_system(self) -> Result<Option<Attribute>, ApiError> {
        let mut trace_header = None;
        for given in self.0 {
            if given.name != TRACE_HEADER {
                return Err(ApiError::invalid(format!("Message system attribute name '{}' is invalid.", given.name)));
            }
            let (_, attribute) = given.check(Whose::System)?;
            if attribute.data_type != "String" {
                return Err(bad_type(Whose::System, TRACE_HEADER, "String"));
            }
            trace_header = Some(attribute);
        }
        Ok(trace_header)
    }
}

impl Given {
    fn decode(name: String, mut members: Members) -> Result<Self, ApiError> {
        let bytes = members.text("BinaryValue")?.map(|text| STANDARD.decode(text)).transpose();
        Ok(Self {
            name,
            data_type: members.text("DataType")?.unwrap_or_default(),
            text: members.text("StringValue")?,
            bytes: bytes.map_err(|_| ApiError::named("SerializationException", "Invalid base64 in a binary value."))?,
            listed: !members.texts("StringListValues")?.is_empty() || !members.texts("BinaryListValues")?.is_empty(),
        })
    }

    fn check(self, whose: Whose) -> Result<(String, Attribute), ApiError> {
        let Self { name, data_type, text, bytes, listed } = self;
        if listed {
            let message = "Message attribute list values in SendMessage operation are not supported.";
            return Err(ApiError::named("UnsupportedOperation", message));
        }
        if data_type.is_empty() {
            return Err(ApiError::invalid(format!(
                "The message {whose} attribute '{name}' must contain a non-empty message attribute type."
            )));
        }
        let base = data_type.split_once('.').map_or(data_type.as_str(), |(base, _)| base);
        let field = match base {
            "String" | "Number" => "String",
            "Binary" => "Binary",
            _ => return Err(bad_type(whose, &name, "Binary, Number, String")),
        };
        if data_type.len() > LONGEST {
            return Err(ApiError::invalid(format!(
                "Message {whose} attribute types must be shorter than {LONGEST} Bytes"
            )));
        }
        check_characters(&data_type)?;
        let refuse = |what: &str| Err(ApiError::invalid(format!("Message {whose} attribute '{name}' {what}.")));
        let value = match (text, bytes) {
            (Some(_), Some(_)) => return refuse("must have a single value"),
            (Some(text), None) if !text.is_empty() && field == "String" => AttributeValue::Text(text),
            (None, Some(bytes)) if !bytes.is_empty() && field == "Binary" => AttributeValue::Bytes(bytes),
            (Some(text), None) if !text.is_empty() => {
                return refuse(&format!("with type '{base}' must use field '{field}'"));
            }
            (None, Some(bytes)) if !bytes.is_empty() => {
                return refuse(&format!("with type '{base}' must use field '{field}'"));
            }
            _ => return refuse(&format!("must contain a non-empty value of type '{base}'")),
        };
        if let AttributeValue::Text(text) = &value {
            check_characters(text)?;
            if base == "Number" && !is_number(text) {
                return Err(ApiError::invalid(format!(
                    "Can't cast the value of message {whose} attribute '{name}' to a number."
                )));
            }
        }
        Ok((name, Attribute { data_type, value }))
    }
}

fn bad_type(whose: Whose, name: &str, supported: &str) -> ApiError {
    ApiError::invalid(format!(
        "The type of message {whose} attribute '{name}' is invalid. You must use only the following supported type prefixes: {supported}."
    ))
}

/// A type or a value has the characters of a body; SQS answers another code than for a body, as recorded.
fn check_characters(text: &str) -> Result<(), ApiError> {
    if has_only_allowed_characters(text) { Ok(()) } else { Err(ApiError::invalid(BAD_CHARACTERS)) }
}

/// What SQS says of characters it does not allow.
pub const BAD_CHARACTERS: &str = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF";

/// Whether a text has only characters that a message may have (API reference, "SendMessage").
pub fn has_only_allowed_characters(text: &str) -> bool {
    // A Rust text has no surrogates, so these are all that can be wrong.
    let control = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    !text.bytes().any(control) && !text.contains(['\u{fffe}', '\u{ffff}'])
}

/// The guide names A–Z, a–z and 0–9; SQS takes the letters of other alphabets too, as recorded.
fn check_name(name: &str) -> Result<(), ApiError> {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let begins = |reserved: &str| name.get(..reserved.len()).is_some_and(|start| start.eq_ignore_ascii_case(reserved));
    let reason = if name.is_empty() {
        "The request must contain non-empty message (user) attribute names."
    } else if name.len() > LONGEST {
        "Message (user) attribute names must be shorter than 256 Bytes"
    } else if !name.chars().all(good) {
        "Message (user) attributes name can only contain upper and lower score characters, digits, periods, hyphens and underscores. "
    } else if begins("AWS.") || begins("Amazon.") || name.starts_with('.') || name.ends_with('.') {
        "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use. Additionally, they cannot start or end with '.'."
    } else if name.contains("..") {
        "Message (user) attribute name must not have successive '.' characters."
    } else {
        return Ok(());
    };
    Err(ApiError::invalid(reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn user(attributes: Value) -> Result<Attributes, ApiError> {
        GivenAttributes::decode(&mut Members::of(json!({"A": attributes})).unwrap(), "A")?.check_user()
    }

    fn system(attributes: Value) -> Result<Option<Attribute>, ApiError> {
        GivenAttributes::decode(&mut Members::of(json!({"A": attributes})).unwrap(), "A")?.check_system()
    }

    fn refusal(attribute: Value) -> String {
        let error = user(json!({"a": attribute})).unwrap_err();
        assert_eq!(error.code, "InvalidParameterValue", "{error}");
        error.message
    }

    #[test]
    fn names_keep_the_rules() {
        let value = json!({"DataType": "String", "StringValue": "v"});
        for good in ["a", "a.b-c_D", "AWSx", "aws", "attr.1øßä", &"n".repeat(256)] {
            assert!(user(json!({good: value})).is_ok(), "{good}");
        }
        for bad in ["", "AWS.x", "aWs.x", "amazon.x", ".a", "a.", "a..b", "a§", "a b", "a!", "a\"", &"n".repeat(257)] {
            assert_eq!(user(json!({bad: value})).unwrap_err().code, "InvalidParameterValue", "{bad}");
        }
    }

    #[test]
    fn values_fit_their_type() {
        for good in [
            json!({"DataType": "String.json", "StringValue": "v"}),
            json!({"DataType": "Number.java.lang.Long", "StringValue": "-12.50e3"}),
            json!({"DataType": "Binary.png", "BinaryValue": "AAE="}),
            json!({"DataType": "String", "StringValue": "v", "StringListValues": [], "BinaryListValues": []}),
        ] {
            assert!(user(json!({"a": good})).is_ok(), "{good}");
        }
        assert_eq!(
            refusal(json!({"DataType": "String", "StringValue": ""})),
            "Message (user) attribute 'a' must contain a non-empty value of type 'String'."
        );
        assert_eq!(
            refusal(json!({"DataType": "Binary.png", "BinaryValue": ""})),
            "Message (user) attribute 'a' must contain a non-empty value of type 'Binary'."
        );
        assert_eq!(
            refusal(json!({"DataType": "Number", "BinaryValue": "AAE="})),
            "Message (user) attribute 'a' with type 'Number' must use field 'String'."
        );
        assert_eq!(
            refusal(json!({"DataType": "Binary", "StringValue": "v"})),
            "Message (user) attribute 'a' with type 'Binary' must use field 'Binary'."
        );
        assert_eq!(
            refusal(json!({"DataType": "String", "StringValue": "v", "BinaryValue": "AAE="})),
            "Message (user) attribute 'a' must have a single value."
        );
        assert_eq!(
            refusal(json!({"StringValue": "v"})),
            "The message (user) attribute 'a' must contain a non-empty message attribute type."
        );
        for strange in ["Strange", "string", "Stringy", "NUMBER"] {
            assert_eq!(
                refusal(json!({"DataType": strange, "StringValue": "v"})),
                "The type of message (user) attribute 'a' is invalid. You must use only the following supported type prefixes: Binary, Number, String."
            );
        }
        let long =
            |length: usize| json!({"DataType": format!("String.{}", "x".repeat(length - 7)), "StringValue": "v"});
        assert!(user(json!({"a": long(256)})).is_ok());
        assert_eq!(refusal(long(257)), "Message (user) attribute types must be shorter than 256 Bytes");
        assert_eq!(refusal(json!({"DataType": "String", "StringValue": "\u{8}"})), BAD_CHARACTERS);
        assert_eq!(refusal(json!({"DataType": "String.\u{b}", "StringValue": "v"})), BAD_CHARACTERS);
        let garbage = user(json!({"a": {"DataType": "Binary", "BinaryValue": "?"}})).unwrap_err();
        assert_eq!(garbage.code, "SerializationException");
    }

    #[test]
    fn lists_are_reserved_for_the_future() {
        for list in ["StringListValues", "BinaryListValues"] {
            let error = user(json!({"a": {"DataType": "String", list: ["AAE="]}})).unwrap_err();
            assert_eq!(error.code, "AWS.SimpleQueueService.UnsupportedOperation");
            assert_eq!(error.message, "Message attribute list values in SendMessage operation are not supported.");
        }
    }

    #[test]
    fn a_number_is_one() {
        assert_eq!(
            refusal(json!({"DataType": "Number", "StringValue": "x"})),
            "Can't cast the value of message (user) attribute 'a' to a number."
        );
    }

    #[test]
    fn ten_attributes_and_no_more() {
        let many = |count: usize| -> Value {
            (0..count)
                .map(|n| (n.to_string(), json!({"DataType": "String", "StringValue": "v"})))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        assert_eq!(user(many(10)).unwrap().len(), 10);
        assert_eq!(
            user(many(11)).unwrap_err().message,
            "Number of message attributes [11] exceeds the allowed maximum [10]."
        );
    }

    #[test]
    fn the_trace_header_is_the_only_system_attribute() {
        let text = json!({"DataType": "String", "StringValue": "Root=1"});
        assert!(system(json!({TRACE_HEADER: text})).unwrap().is_some());
        assert!(system(json!({})).unwrap().is_none());
        assert_eq!(
            system(json!({"Other": text})).unwrap_err().message,
            "Message system attribute name 'Other' is invalid."
        );
        for bad in [
            json!({"DataType": "Number", "StringValue": "1"}),
            json!({"DataType": "String.custom", "StringValue": "1"}),
            json!({"DataType": "Binary", "BinaryValue": "AAE="}),
            json!({"DataType": "String", "StringValue": ""}),
            json!({"DataType": "String", "StringValue": "\u{1}"}),
        ] {
            assert_eq!(system(json!({TRACE_HEADER: bad})).unwrap_err().code, "InvalidParameterValue", "{bad}");
        }
    }
}
