//! The attributes of a queue that can be set: their defaults, their ranges, and how they read.
//!
//! API reference, "SetQueueAttributes" and "CreateQueue".

use serde::{Deserialize, Serialize};

use super::access_policy;
use super::error::ApiError;
use super::policies::{RedriveAllowPolicy, RedrivePolicy};

/// Whole-number attributes with their least and greatest value.
const NUMBERS: &[(&str, u64, u64)] = &[
    ("DelaySeconds", 0, 900),
    ("MaximumMessageSize", 1024, 1_048_576),
    ("MessageRetentionPeriod", 60, 1_209_600),
    ("ReceiveMessageWaitTimeSeconds", 0, 20),
    ("VisibilityTimeout", 0, 43_200),
    ("KmsDataKeyReusePeriodSeconds", 60, 86_400),
];

/// How long a data key is used again when nobody says otherwise, in seconds.
const KMS_REUSE: u64 = 300;
/// The longest name of a key, in characters (KMS API reference, "KeyId").
const KEY_LENGTH: usize = 2048;

/// What can be set of a queue. Durations in seconds, sizes in bytes.
#[expect(clippy::struct_excessive_bools, reason = "they are SQS's own flags")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Whether it is a FIFO queue; never changes.
    pub fifo: bool,
    /// How long a new message is hidden.
    pub delay: u64,
    /// The longest message.
    pub max_size: u64,
    /// How long a message is kept.
    pub retention: u64,
    /// How long a receive waits when it does not say.
    pub wait: u64,
    /// How long a received message is hidden when the receive does not say.
    pub visibility: u64,
    /// The access policy, as it was written. SQS answers it without spaces and its members in an order of its own, which
    /// says the same.
    pub policy: Option<String>,
    /// Where failures go.
    pub redrive: Option<RedrivePolicy>,
    /// Whose failures may come.
    pub allow: Option<RedriveAllowPolicy>,
    /// Whether the body's hash is the deduplication id (FIFO).
    pub content_dedup: bool,
    /// Whether deduplication counts per group instead of per queue (FIFO).
    pub dedup_per_group: bool,
    /// Whether the throughput quota counts per group instead of per queue (FIFO).
    pub throughput_per_group: bool,
    kms_key: Option<String>,
    kms_reuse: u64,
    sqs_encryption: bool,
}

impl Settings {
    /// A new queue's.
    pub fn new(fifo: bool) -> Self {
        Self {
            fifo,
            delay: 0,
            max_size: 1_048_576,
            retention: 345_600,
            wait: 0,
            visibility: 30,
            policy: None,
            redrive: None,
            allow: None,
            content_dedup: false,
            dedup_per_group: false,
            throughput_per_group: false,
            kms_key: None,
            kms_reuse: KMS_REUSE,
            sqs_encryption: true,
        }
    }

    /// These with some attributes changed; an empty text removes a policy or the key.
    ///
    /// Errors: `InvalidAttributeName`, `InvalidAttributeValue`, `InvalidParameterValue` (redrive policies), `OverLimit`
    /// (access policy). Whether a dead-letter queue exists is for the caller to check.
    pub fn with(&self, changes: &[(String, String)]) -> Result<Self, ApiError> {
        let mut settings = self.clone();
        for (name, value) in changes {
            settings.change(name, value)?;
        }
        if settings.throughput_per_group && !settings.dedup_per_group {
            return Err(ApiError::named(
                "InvalidAttributeValue",
                "The perMessageGroupId value of FifoThroughputLimit is allowed only when the value for DeduplicationScope is messageGroup.",
            ));
        }
        let given = |name: &str| changes.iter().any(|(given, value)| given == name && !value.is_empty());
        if given("KmsMasterKeyId") && given("SqsManagedSseEnabled") && settings.sqs_encryption {
            return Err(ApiError::named(
                "InvalidAttributeName",
                "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
            ));
        }
        if given("KmsMasterKeyId") {
            settings.sqs_encryption = false;
        } else if given("SqsManagedSseEnabled") && settings.sqs_encryption {
            settings.kms_key = None;
            settings.kms_reuse = KMS_REUSE;
        }
        Ok(settings)
    }

    fn change(&mut self, name: &str, value: &str) -> Result<(), ApiError> {
        if let Some(&(_, least, most)) = NUMBERS.iter().find(|(number, ..)| *number == name) {
            let number = value.parse().ok().filter(|number| (least..=most).contains(number));
            let number = number.ok_or_else(|| ApiError::attribute_value(name))?;
            match name {
                "DelaySeconds" => self.delay = number,
                "MaximumMessageSize" => self.max_size = number,
                "MessageRetentionPeriod" => self.retention = number,
                "ReceiveMessageWaitTimeSeconds" => self.wait = number,
                "VisibilityTimeout" => self.visibility = number,
                _ => self.kms_reuse = number,
            }
            return Ok(());
        }
        match name {
            "Policy" => {
                self.policy = removable(value, |policy| access_policy::check(policy).map(|()| policy.to_owned()))?;
            }
            "RedrivePolicy" => self.redrive = removable(value, RedrivePolicy::parse)?,
            "RedriveAllowPolicy" => self.allow = removable(value, RedriveAllowPolicy::parse)?,
            "KmsMasterKeyId" => self.kms_key = removable(value, master_key)?,
            "SqsManagedSseEnabled" => self.sqs_encryption = flag(name, value)?,
            "FifoQueue" if self.fifo => {
                if !flag(name, value)? {
                    return Err(ApiError::named(
                        "InvalidAttributeValue",
                        "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
                    ));
                }
            }
            "ContentBasedDeduplication" if self.fifo => self.content_dedup = flag(name, value)?,
            "DeduplicationScope" if self.fifo => {
                self.dedup_per_group = choice(name, value, "queue", "messageGroup")?;
            }
            "FifoThroughputLimit" if self.fifo => {
                self.throughput_per_group = choice(name, value, "perQueue", "perMessageGroupId")?;
            }
            "DeduplicationScope" | "FifoThroughputLimit" => {
                return Err(ApiError::named(
                    "InvalidAttributeName",
                    format!("You can specify the {name} only when FifoQueue is set to true."),
                ));
            }
            _ => return Err(ApiError::attribute_name(name)),
        }
        Ok(())
    }

    /// Whether an attribute has the same value in other settings.
    pub fn agrees(&self, other: &Self, name: &str) -> bool {
        match (name, &self.policy, &other.policy) {
            ("Policy", Some(one), Some(other)) => access_policy::same(one, other),
            _ => self.show(name) == other.show(name),
        }
    }

    /// One attribute as GetQueueAttributes shows it; `None` when it is not set or not one of these.
    pub fn show(&self, name: &str) -> Option<String> {
        let fifo = |text: &str| self.fifo.then(|| text.to_owned());
        match name {
            "DelaySeconds" => Some(self.delay.to_string()),
            "MaximumMessageSize" => Some(self.max_size.to_string()),
            "MessageRetentionPeriod" => Some(self.retention.to_string()),
            "ReceiveMessageWaitTimeSeconds" => Some(self.wait.to_string()),
            "VisibilityTimeout" => Some(self.visibility.to_string()),
            "Policy" => self.policy.clone(),
            "RedrivePolicy" => self.redrive.as_ref().map(RedrivePolicy::show),
            "RedriveAllowPolicy" => self.allow.as_ref().map(RedriveAllowPolicy::show),
            "KmsMasterKeyId" => self.kms_key.clone(),
            "KmsDataKeyReusePeriodSeconds" => self.kms_key.as_ref().map(|_| self.kms_reuse.to_string()),
            "SqsManagedSseEnabled" => Some(self.sqs_encryption.to_string()),
            "FifoQueue" => fifo("true"),
            "ContentBasedDeduplication" => fifo(if self.content_dedup { "true" } else { "false" }),
            "DeduplicationScope" => fifo(if self.dedup_per_group { "messageGroup" } else { "queue" }),
            "FifoThroughputLimit" => fifo(if self.throughput_per_group { "perMessageGroupId" } else { "perQueue" }),
            _ => None,
        }
    }
}

fn removable<T>(value: &str, parse: impl FnOnce(&str) -> Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    if value.is_empty() { Ok(None) } else { parse(value).map(Some) }
}

/// A key's id, ARN, alias or alias ARN. SQS does not look whether there is such a key before a message needs it.
fn master_key(value: &str) -> Result<String, ApiError> {
    let known = |char: char| char.is_ascii_graphic();
    if value.chars().all(known) && value.len() <= KEY_LENGTH {
        Ok(value.to_owned())
    } else {
        Err(ApiError::attribute_value("KmsMasterKeyId"))
    }
}

/// Reads `true` or `false`. Errors: `InvalidAttributeValue`.
pub fn flag(name: &str, value: &str) -> Result<bool, ApiError> {
    match value {
        "true" | "True" | "TRUE" => Ok(true),
        "false" | "False" | "FALSE" => Ok(false),
        _ => Err(ApiError::attribute_value(name)),
    }
}

fn choice(name: &str, value: &str, no: &str, yes: &str) -> Result<bool, ApiError> {
    if value == yes {
        Ok(true)
    } else if value == no {
        Ok(false)
    } else {
        Err(ApiError::attribute_value(name))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SETTABLE: &[&str] = &[
        "DelaySeconds",
        "MaximumMessageSize",
        "MessageRetentionPeriod",
        "ReceiveMessageWaitTimeSeconds",
        "VisibilityTimeout",
        "KmsDataKeyReusePeriodSeconds",
        "KmsMasterKeyId",
        "SqsManagedSseEnabled",
        "Policy",
        "FifoQueue",
        "ContentBasedDeduplication",
        "DeduplicationScope",
        "FifoThroughputLimit",
    ];

    fn with(settings: &Settings, changes: &[(&str, &str)]) -> Result<Settings, ApiError> {
        let changes: Vec<_> = changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        settings.with(&changes)
    }

    #[test]
    fn numbers_keep_their_ranges() {
        let settings = Settings::new(false);
        for &(name, least, most) in NUMBERS {
            for good in [least, most] {
                assert!(with(&settings, &[(name, &good.to_string())]).is_ok(), "{name} {good}");
            }
            for bad in [(most + 1).to_string(), "-1".into(), "x".into(), String::new()] {
                let error = with(&settings, &[(name, &bad)]).unwrap_err();
                assert_eq!(error.code, "InvalidAttributeValue", "{name} {bad}");
            }
        }
        assert!(with(&settings, &[("MaximumMessageSize", "1023")]).is_err());
    }

    #[test]
    fn a_standard_queue_has_no_fifo_attributes() {
        let settings = Settings::new(false);
        for (name, message) in [
            ("FifoQueue", "Unknown Attribute FifoQueue."),
            ("ContentBasedDeduplication", "Unknown Attribute ContentBasedDeduplication."),
            ("DeduplicationScope", "You can specify the DeduplicationScope only when FifoQueue is set to true."),
            ("QueueArn", "Unknown Attribute QueueArn."),
        ] {
            let error = with(&settings, &[(name, "true")]).unwrap_err();
            assert_eq!((error.code.as_ref(), error.message.as_str()), ("InvalidAttributeName", message));
        }
    }

    #[test]
    fn high_throughput_needs_the_narrow_scope() {
        let settings = Settings::new(true);
        assert!(with(&settings, &[("FifoThroughputLimit", "perMessageGroupId")]).is_err());
        let both = [("FifoThroughputLimit", "perMessageGroupId"), ("DeduplicationScope", "messageGroup")];
        let high = with(&settings, &both).unwrap();
        assert_eq!(high.show("FifoThroughputLimit").as_deref(), Some("perMessageGroupId"));
        assert!(with(&high, &[("FifoQueue", "false")]).is_err());
        assert!(with(&high, &[("FifoQueue", "true")]).is_ok());
    }

    #[test]
    fn one_encryption_at_a_time() {
        let settings = Settings::new(false);
        let kms = with(&settings, &[("KmsMasterKeyId", "alias/a")]).unwrap();
        assert_eq!(kms.show("SqsManagedSseEnabled").as_deref(), Some("false"));
        assert_eq!(kms.show("KmsDataKeyReusePeriodSeconds").as_deref(), Some("300"));
        assert!(with(&settings, &[("KmsMasterKeyId", "a"), ("SqsManagedSseEnabled", "true")]).is_err());
        let sqs = with(&kms, &[("SqsManagedSseEnabled", "true")]).unwrap();
        assert_eq!(sqs.show("KmsMasterKeyId"), None);
        let off = with(&kms, &[("KmsMasterKeyId", ""), ("KmsDataKeyReusePeriodSeconds", "300")]).unwrap();
        assert_eq!(off.show("KmsMasterKeyId"), None);
        assert_eq!(off.show("SqsManagedSseEnabled").as_deref(), Some("false"), "removing the key encrypts nothing");
        let unused = with(&settings, &[("KmsDataKeyReusePeriodSeconds", "600")]).unwrap();
        assert_eq!(unused.show("KmsDataKeyReusePeriodSeconds"), None, "without a key there is no data key");
        for key in ["1234abcd-12ab-34cd-56ef-1234567890ab", "alias/aws/sqs", "arn:aws:kms:us-east-1:1:alias/b"] {
            assert!(with(&settings, &[("KmsMasterKeyId", key)]).is_ok(), "{key}");
        }
        for key in ["a b", "\u{e4}", &"k".repeat(2049)] {
            assert!(with(&settings, &[("KmsMasterKeyId", key)]).is_err(), "{key}");
        }
    }

    #[test]
    fn empty_removes_a_policy() {
        let policy = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sqs:*"}}"#;
        let allow = r#"{"redrivePermission":"denyAll"}"#;
        let set = with(&Settings::new(false), &[("Policy", policy), ("RedriveAllowPolicy", allow)]).unwrap();
        assert_eq!(set.show("Policy").as_deref(), Some(policy), "it is echoed as it was written");
        let removed = with(&set, &[("Policy", ""), ("RedriveAllowPolicy", "")]).unwrap();
        assert_eq!((removed.policy, removed.allow), (None, None));
        assert!(with(&Settings::new(false), &[("Policy", "x")]).is_err());
    }

    proptest! {
        /// Whatever a value is, it is refused, or read back as what it means.
        #[test]
        fn a_value_is_refused_or_kept(fifo: bool, place in 0..SETTABLE.len(), value in "[0-9a-z:/{}\"]{0,8}") {
            let name = SETTABLE[place];
            if let Ok(settings) = with(&Settings::new(fifo), &[(name, &value)]) {
                let shown = settings.show(name).unwrap_or_default();
                let same = shown == value || shown.parse::<u64>().ok() == value.parse::<u64>().ok();
                prop_assert!(same || name == "KmsDataKeyReusePeriodSeconds", "{name}: {value} became {shown}");
                prop_assert!(settings.agrees(&settings.with(&[(name.to_owned(), value)])?, name));
            }
        }
    }
}
