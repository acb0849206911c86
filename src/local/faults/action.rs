//! What a rule does to a call. An action is a name (`"hang"`), a name with its figures (`{"delay": {"ms": 5}}`), or the
//! name of an error that SQS answers, so that nobody has to know codes (`"throttle"`; [`PRESETS`]).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a rule does to a call.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Nothing is done; this error is the answer.
    Answer {
        /// By either of its names.
        code: String,
        /// Its sentence.
        message: Option<String>,
        /// Its HTTP status, if another than SQS's.
        status: Option<u16>,
    },
    /// The call is done after so many milliseconds, by the machine's clock.
    Delay {
        /// How many.
        ms: u64,
    },
    /// Nothing is done and there never is an answer.
    Hang,
    /// The connection ends without an answer.
    Drop(When),
    /// Nothing is done, all connections end, and for so many milliseconds by the machine's clock nobody can connect,
    /// not even to the dials.
    Refuse {
        /// How many.
        ms: u64,
    },
    /// These entries of a batch fail and are not done; all of them if none is named.
    FailEntries {
        /// Their ids.
        #[serde(default)]
        ids: Vec<String>,
        /// With this error, by either of its names.
        #[serde(default = "internal_error")]
        code: String,
        /// Each of them with this probability.
        chance: Option<f64>,
    },
    /// The MD5 of each body in the answer is wrong.
    WrongMd5,
    /// The MD5s of attributes in the answer are wrong.
    WrongMd5OfAttributes,
    /// A receive also hands out messages that another receiver has in flight (standard queues).
    Redeliver,
    /// A receive hands out each message twice in one answer, as far as the number asked for leaves room (standard
    /// queues).
    Repeat,
    /// A delete is answered with success, and the message stays in flight until its visibility timeout ends.
    IgnoreDelete,
    /// A deleted message is visible again after so many milliseconds, by the clock of the SQS.
    Restore {
        /// How many.
        ms: u64,
    },
    /// The `Date` header is wrong by so many milliseconds; negative is behind.
    Skew {
        /// How many.
        ms: i64,
    },
    /// The body of the answer comes in pieces of so many bytes, with a pause before each.
    Trickle {
        /// The length of a piece.
        bytes: usize,
        /// The pause in milliseconds, by the machine's clock.
        ms: u64,
    },
    /// The connection ends after so many bytes of the answer's body.
    Truncate {
        /// How many.
        bytes: usize,
    },
}

/// Whether the connection ends before or after the call has had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Nothing is done.
    Before,
    /// All is done.
    After,
}

fn internal_error() -> String {
    "InternalError".to_owned()
}

const SEND: [&str; 2] = ["SendMessage", "SendMessageBatch"];
const MD5: &[&str] = &[SEND[0], SEND[1], "ReceiveMessage"];
const BATCHES: &[&str] = &["SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch"];

impl Action {
    /// The operations it can disturb; none means all.
    pub fn operations(&self) -> &'static [&'static str] {
        match self {
            Self::FailEntries { .. } => BATCHES,
            Self::WrongMd5 | Self::WrongMd5OfAttributes => MD5,
            Self::Redeliver | Self::Repeat => &["ReceiveMessage"],
            Self::IgnoreDelete | Self::Restore { .. } => &["DeleteMessage", "DeleteMessageBatch"],
            _ => &[],
        }
    }

    /// Whether it uses random numbers itself.
    pub fn draws(&self) -> bool {
        matches!(self, Self::FailEntries { chance: Some(_), .. })
    }
}

/// Name, code and sentence of the errors that a tester mostly wants.
pub const PRESETS: &[(&str, &str, &str)] = &[
    ("throttle", "RequestThrottled", "The request was throttled."),
    ("rate_exceeded", "ThrottlingException", "Rate exceeded"),
    ("server_error", "InternalError", "We encountered an internal error. Please try again."),
    ("unavailable", "ServiceUnavailable", "The service is unavailable. Please try again."),
    ("expired_credentials", "ExpiredToken", "The security token included in the request is expired"),
    ("invalid_credentials", "InvalidClientTokenId", "The security token included in the request is invalid."),
    ("access_denied", "AccessDenied", "Access to the resource is denied."),
    ("request_expired", "RequestExpired", "Request has expired."),
    (
        "invalid_signature",
        "SignatureDoesNotMatch",
        "Signature expired: it is more than 5 minutes from the current time.",
    ),
    ("over_limit", "OverLimit", "Too many messages in flight."),
    ("kms_throttle", "KmsThrottled", "Rate exceeded"),
    ("kms_access_denied", "KmsAccessDenied", "The caller has no access to the KMS key."),
    ("kms_disabled", "KmsDisabled", "The KMS key is disabled."),
    ("kms_invalid_state", "KmsInvalidState", "The KMS key is pending deletion."),
    ("kms_invalid_usage", "KmsInvalidKeyUsage", "The KMS key cannot be used for this."),
    ("kms_not_found", "KmsNotFound", "The KMS key does not exist."),
    ("kms_opt_in_required", "KmsOptInRequired", "The account needs a subscription to KMS."),
];

/// An action as it was written, and what it means.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Dial {
    written: Value,
    meant: Action,
}

impl Dial {
    /// What it means.
    pub fn meant(&self) -> &Action {
        &self.meant
    }
}

impl TryFrom<Value> for Dial {
    type Error = String;

    fn try_from(written: Value) -> Result<Self, String> {
        let preset = written.as_str().and_then(|name| PRESETS.iter().find(|(preset, ..)| *preset == name));
        let meant = match preset {
            Some(&(_, code, message)) => {
                Action::Answer { code: code.to_owned(), message: Some(message.to_owned()), status: None }
            }
            None => Action::deserialize(&written).map_err(|error| error.to_string())?,
        };
        Ok(Self { written, meant })
    }
}

impl From<Dial> for Value {
    fn from(dial: Dial) -> Self {
        dial.written
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::core::ApiError;

    #[test]
    fn a_preset_is_an_error_of_sqs() {
        for (name, code, message) in PRESETS {
            let dial = Dial::try_from(Value::from(*name)).unwrap();
            let Action::Answer { code: meant, .. } = dial.meant() else { panic!("{name}") };
            assert_eq!(meant, code);
            let error = ApiError::named(code, *message);
            assert!(error.shape != error.code || error.status != 400 || name == &"request_expired", "{name}: {error}");
        }
        assert_eq!(Dial::try_from(Value::from("hang")).unwrap().meant(), &Action::Hang);
    }
}
