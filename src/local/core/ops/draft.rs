//! A message before it is sent: read from a request, measured, and checked against the rules of its queue.
//!
//! API reference, "SendMessage" and "SendMessageBatch"; developer guide, "Amazon SQS message quotas".

use super::message_attributes::{BAD_CHARACTERS, GivenAttributes, has_only_allowed_characters};
use crate::local::core::ApiError;
use crate::local::core::decode::Members;
use crate::local::core::message::{Attribute, Attributes, md5_hex};
use crate::local::core::settings::Settings;

/// The longest message group id or deduplication id.
const ID_LENGTH: usize = 128;
/// The longest delay, in seconds.
const DELAY: i64 = 900;
const WRONG_QUEUE: &str = "The request include parameter that is not valid for this queue type";
const NO_DEDUP: &str =
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly";

/// What SendMessage and an entry of SendMessageBatch have in common, as it came.
#[derive(Debug)]
pub struct Draft {
    /// Absent and empty are the same to SQS.
    body: String,
    md5: String,
    has_only_allowed_characters: bool,
    delay: Option<i64>,
    attributes: GivenAttributes,
    system: GivenAttributes,
    group: Option<String>,
    dedup: Option<String>,
}

/// A message that may be sent to the queue it was checked for.
#[derive(Debug)]
pub struct Checked {
    /// The body.
    pub body: String,
    /// Its MD5 in hex.
    pub md5: String,
    /// Seconds to hide it; `None` for as long as the queue says.
    pub delay: Option<u64>,
    /// What the sender attaches.
    pub attributes: Attributes,
    /// The AWS X-Ray header.
    pub trace_header: Option<Attribute>,
    /// The message group.
    pub group: Option<String>,
    /// The deduplication id, if the sender gave one.
    pub dedup: Option<String>,
}

/// Where a message is refused: SQS words the same reasons differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a SendMessage.
    Alone,
    /// In a SendMessageBatch, as this entry, counted from 1.
    Entry(usize),
}

impl Place {
    fn invalid(self, value: impl std::fmt::Display, parameter: &str, reason: &str) -> ApiError {
        match self {
            Self::Alone => ApiError::invalid_value(value, parameter, &format!("{reason}.")),
            Self::Entry(_) => ApiError::invalid(reason),
        }
    }

    fn no_body(self) -> ApiError {
        match self {
            Self::Alone => ApiError::missing("MessageBody"),
            Self::Entry(place) => ApiError::missing(&format!("SendMessageBatchRequestEntry.{place}.MessageBody")),
        }
    }

    fn too_long(self, most: u64) -> ApiError {
        let what = match self {
            Self::Alone => "One or more parameters are invalid.",
            Self::Entry(_) => "One or more parameters cannot be validated.",
        };
        ApiError::invalid(format!("{what} Reason: Message must be shorter than {most} bytes."))
    }
}

impl Draft {
    /// Reads the members. Errors: `SerializationException` alone.
    pub fn decode(members: &mut Members) -> Result<Self, ApiError> {
        // A long body is gone through here, where no other request waits for the state.
        let body = members.text("MessageBody")?.unwrap_or_default();
        Ok(Self {
            md5: md5_hex(body.as_bytes()),
            has_only_allowed_characters: has_only_allowed_characters(&body),
            body,
            delay: members.number("DelaySeconds")?,
            attributes: GivenAttributes::decode(members, "MessageAttributes")?,
            system: GivenAttributes::decode(members, "MessageSystemAttributes")?,
            group: members.text("MessageGroupId")?,
            dedup: members.text("MessageDeduplicationId")?,
        })
    }

    /// The bytes that count against the limits: body and attributes, not system attributes.
    pub fn size(&self) -> u64 {
        (self.body.len() + self.attributes.size()) as u64
    }

    /// What a FIFO queue misses in an entry of a batch. As recorded from SQS it refuses the batch as a whole, and with
    /// another code than for a message sent alone.
    pub fn check_fifo_entry(&self, settings: &Settings) -> Result<(), ApiError> {
        if self.group.is_none() {
            return Err(ApiError::invalid("The request must contain the parameter MessageGroupId."));
        }
        self.check_has_dedup(settings)
    }

    /// Checks everything there is to check.
    ///
    /// Errors: `MissingParameter`, `InvalidMessageContents`, `InvalidParameterValue`, `UnsupportedOperation`.
    pub fn check(self, settings: &Settings, place: Place) -> Result<Checked, ApiError> {
        if self.body.is_empty() {
            return Err(place.no_body());
        }
        if self.size() > settings.max_size {
            return Err(place.too_long(settings.max_size));
        }
        if !self.has_only_allowed_characters {
            return Err(ApiError::named("InvalidMessageContents", BAD_CHARACTERS));
        }
        if let Some(delay) = self.delay.filter(|delay| !(0..=DELAY).contains(delay)) {
            return Err(place.invalid(delay, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900"));
        }
        check_id(place, "MessageGroupId", self.group.as_deref())?;
        check_id(place, "MessageDeduplicationId", self.dedup.as_deref())?;
        self.check_queue_type(settings, place)?;
        Ok(Checked {
            body: self.body,
            md5: self.md5,
            // On a FIFO queue there is only the queue's delay, and 0 is as good as none.
            delay: self.delay.filter(|_| !settings.fifo).and_then(|delay| u64::try_from(delay).ok()),
            attributes: self.attributes.check_user()?,
            trace_header: self.system.check_system()?,
            group: self.group,
            dedup: self.dedup,
        })
    }

    fn check_queue_type(&self, settings: &Settings, place: Place) -> Result<(), ApiError> {
        if !settings.fifo {
            return match &self.dedup {
                Some(id) => Err(place.invalid(id, "MessageDeduplicationId", WRONG_QUEUE)),
                None => Ok(()),
            };
        }
        if let Some(delay) = self.delay.filter(|delay| *delay != 0) {
            return Err(place.invalid(delay, "DelaySeconds", WRONG_QUEUE));
        }
        if self.group.is_none() {
            return Err(ApiError::missing("MessageGroupId"));
        }
        self.check_has_dedup(settings)
    }

    fn check_has_dedup(&self, settings: &Settings) -> Result<(), ApiError> {
        if self.dedup.is_none() && !settings.content_dedup { Err(ApiError::invalid(NO_DEDUP)) } else { Ok(()) }
    }
}

fn check_id(place: Place, parameter: &str, id: Option<&str>) -> Result<(), ApiError> {
    let good = |id: &str| (1..=ID_LENGTH).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    match id {
        Some(id) if !good(id) => Err(place.invalid(
            id,
            parameter,
            &format!("{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length"),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn settings(fifo: bool) -> Settings {
        Settings::new(fifo)
    }

    fn check_at(place: Place, fifo: bool, body: Value) -> Result<Checked, ApiError> {
        Draft::decode(&mut Members::of(body).unwrap())?.check(&settings(fifo), place)
    }

    fn check(body: Value) -> Result<Checked, ApiError> {
        check_at(Place::Alone, false, body)
    }

    #[test]
    fn attributes_count_in_the_size_and_system_attributes_do_not() {
        let draft = Draft::decode(
            &mut Members::of(json!({"MessageBody": "ä", "MessageAttributes": {
                "name": {"DataType": "String.x", "StringValue": "value"},
                "b": {"DataType": "Binary", "BinaryValue": "AAEC"}},
                "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "free"}}}))
            .unwrap(),
        );
        assert_eq!(draft.unwrap().size(), 2 + (4 + 8 + 5) + (1 + 6 + 3));
    }

    #[test]
    fn characters_of_the_body_are_those_of_xml() {
        assert!(check(json!({"MessageBody": "\t\n\r \u{7f}\u{fffd}\u{1f600}\u{10ffff}"})).is_ok());
        for bad in ["\u{0}", "\u{8}", "\u{b}", "\u{1b}", "\u{1f}", "\u{fffe}", "\u{ffff}"] {
            assert_eq!(check(json!({"MessageBody": bad})).unwrap_err().code, "InvalidMessageContents");
        }
    }

    #[test]
    fn ids_are_of_printable_ascii_and_sentences_differ_in_a_batch() {
        for parameter in ["MessageGroupId", "MessageDeduplicationId"] {
            for bad in ["", "group 123", "ü", "a\n", &"g".repeat(129)] {
                let body = json!({"MessageBody": "b", parameter: bad});
                let reason =
                    format!("{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length");
                let error = check(body.clone()).unwrap_err();
                assert_eq!(
                    error.message,
                    format!("Value {bad} for parameter {parameter} is invalid. Reason: {reason}.")
                );
                assert_eq!(check_at(Place::Entry(1), false, body).unwrap_err().message, reason);
            }
        }
        let all: String = ('!'..='~').collect();
        assert!(check(json!({"MessageBody": "b", "MessageGroupId": all})).is_ok());
        assert!(check(json!({"MessageBody": "b", "MessageGroupId": "g".repeat(128)})).is_ok());
    }

    #[test]
    fn a_delay_has_a_range_and_no_place_in_a_fifo_queue() {
        for good in [0, 900] {
            assert!(check(json!({"MessageBody": "b", "DelaySeconds": good})).is_ok());
        }
        for bad in [-1, 901] {
            let error = check(json!({"MessageBody": "b", "DelaySeconds": bad})).unwrap_err();
            assert_eq!(
                error.message,
                format!(
                    "Value {bad} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
                )
            );
        }
        let fifo = |delay: i64| json!({"MessageBody": "b", "DelaySeconds": delay, "MessageGroupId": "g", "MessageDeduplicationId": "d"});
        assert_eq!(check_at(Place::Alone, true, fifo(0)).unwrap().delay, None);
        assert_eq!(check_at(Place::Entry(1), true, fifo(2)).unwrap_err().message, WRONG_QUEUE);
    }

    #[test]
    fn a_body_is_needed() {
        for body in [json!({}), json!({"MessageBody": ""}), json!({"MessageBody": null})] {
            let alone = check(body.clone()).unwrap_err();
            assert_eq!(
                (alone.code.as_ref(), alone.message.as_str()),
                ("MissingParameter", "The request must contain the parameter MessageBody.")
            );
            let entry = check_at(Place::Entry(2), false, body).unwrap_err();
            assert_eq!(
                (entry.code.as_ref(), entry.message.as_str()),
                (
                    "MissingParameter",
                    "The request must contain the parameter SendMessageBatchRequestEntry.2.MessageBody."
                )
            );
        }
    }
}
