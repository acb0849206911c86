//! A queue as SQS describes it: its kind, its depth and its attributes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ids::QueueArn;
use super::limits;
use super::policy::{RedriveAllowPolicy, RedrivePolicy};

/// Standard (at least once, best-effort order) or FIFO (exactly once within 5 minutes, ordered in a message group).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum QueueKind {
    /// A standard queue.
    Standard,
    /// A FIFO queue; its name ends in `.fifo`.
    Fifo,
}

impl QueueKind {
    /// The word for it in running text.
    pub fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Fifo => "FIFO",
        }
    }
}

/// The three approximate counters of a queue. They may lag by a minute (SQS API Reference, `GetQueueAttributes`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Depth {
    /// `ApproximateNumberOfMessages`: can be received now.
    pub visible: u64,
    /// `ApproximateNumberOfMessagesNotVisible`: received, neither deleted nor visible again.
    pub in_flight: u64,
    /// `ApproximateNumberOfMessagesDelayed`: sent with a delay that has not passed.
    pub delayed: u64,
}

impl Depth {
    /// All three together.
    pub fn total(self) -> u64 {
        self.visible.saturating_add(self.in_flight).saturating_add(self.delayed)
    }
}

/// One of the three counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// [`Depth::visible`].
    Visible,
    /// [`Depth::in_flight`].
    InFlight,
    /// [`Depth::delayed`].
    Delayed,
}

impl Counter {
    /// All three, in the order of every table.
    pub const ALL: [Self; 3] = [Self::Visible, Self::InFlight, Self::Delayed];

    /// Its key in the page's data attributes.
    pub fn key(self) -> &'static str {
        match self {
            Self::Visible => "visible",
            Self::InFlight => "in-flight",
            Self::Delayed => "delayed",
        }
    }

    /// Its value.
    pub fn of(self, depth: Depth) -> u64 {
        match self {
            Self::Visible => depth.visible,
            Self::InFlight => depth.in_flight,
            Self::Delayed => depth.delayed,
        }
    }
}

/// How a queue's messages are encrypted at rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encryption {
    /// Not at all.
    #[default]
    None,
    /// With a key that SQS owns (SSE-SQS).
    SseSqs,
    /// With a KMS key (SSE-KMS).
    Kms {
        /// Key id, ARN or alias.
        key: String,
        /// For how many seconds SQS reuses a data key.
        reuse_seconds: u32,
    },
}

/// The attributes that only FIFO queues have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FifoSettings {
    /// SQS derives the deduplication id from the body where a message brings none.
    pub content_based_deduplication: bool,
    /// `queue` (default) or `messageGroup`.
    pub deduplication_scope: Option<String>,
    /// `perQueue` (default) or `perMessageGroupId`.
    pub throughput_limit: Option<String>,
}

/// All attributes of a queue; those that this program does not know are in `unknown`, never dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attributes {
    /// The queue's ARN; absent only where an endpoint does not tell.
    pub arn: Option<QueueArn>,
    /// The counters.
    pub depth: Depth,
    /// When it was created, in seconds since 1970.
    pub created: Option<i64>,
    /// When its attributes last changed, in seconds since 1970.
    pub modified: Option<i64>,
    /// Seconds for which a received message is hidden.
    pub visibility_timeout: u32,
    /// Seconds for which a sent message is delayed.
    pub delay: u32,
    /// Seconds for which a message is kept.
    pub retention: u32,
    /// Seconds for which a receive waits for a message.
    pub receive_wait: u32,
    /// The largest message, in bytes, attributes included.
    pub maximum_message_size: u32,
    /// Where failures go.
    pub redrive_policy: Option<RedrivePolicy>,
    /// Who may use this queue as its dead-letter queue.
    pub redrive_allow_policy: Option<RedriveAllowPolicy>,
    /// What only FIFO queues have.
    pub fifo: Option<FifoSettings>,
    /// Encryption at rest.
    pub encryption: Encryption,
    /// The access policy, JSON as SQS returns it.
    pub policy: Option<String>,
    /// Attributes this program does not know, and known ones whose value it cannot read.
    pub unknown: BTreeMap<String, String>,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            arn: None,
            depth: Depth::default(),
            created: None,
            modified: None,
            visibility_timeout: limits::VISIBILITY_TIMEOUT.default,
            delay: limits::DELAY.default,
            retention: limits::RETENTION.default,
            receive_wait: limits::RECEIVE_WAIT.default,
            maximum_message_size: limits::MAXIMUM_MESSAGE_SIZE.default,
            redrive_policy: None,
            redrive_allow_policy: None,
            fifo: None,
            encryption: Encryption::None,
            policy: None,
            unknown: BTreeMap::new(),
        }
    }
}

impl Attributes {
    /// Reads the attribute map of `GetQueueAttributes`. Total: what cannot be read is kept in [`Self::unknown`].
    pub fn read(map: &BTreeMap<String, String>) -> Self {
        let mut read = Self::default();
        let mut key: Option<&str> = None;
        let mut reuse = limits::KMS_DATA_KEY_REUSE.default;
        for (name, value) in map {
            let understood = match name.as_str() {
                "KmsMasterKeyId" => {
                    key = Some(value).filter(|key| !key.is_empty()).map(String::as_str);
                    true
                }
                "KmsDataKeyReusePeriodSeconds" => put(&mut reuse, value.parse().ok()),
                _ => read.take(name, value),
            };
            if !understood {
                read.unknown.insert(name.clone(), value.clone());
            }
        }
        if let Some(key) = key {
            read.encryption = Encryption::Kms { key: key.to_owned(), reuse_seconds: reuse };
        }
        read
    }

    fn take(&mut self, name: &str, value: &str) -> bool {
        match name {
            "QueueArn" => put_some(&mut self.arn, value.parse().ok()),
            "ApproximateNumberOfMessages" => put(&mut self.depth.visible, value.parse().ok()),
            "ApproximateNumberOfMessagesNotVisible" => put(&mut self.depth.in_flight, value.parse().ok()),
            "ApproximateNumberOfMessagesDelayed" => put(&mut self.depth.delayed, value.parse().ok()),
            "CreatedTimestamp" => put_some(&mut self.created, value.parse().ok()),
            "LastModifiedTimestamp" => put_some(&mut self.modified, value.parse().ok()),
            "VisibilityTimeout" => put(&mut self.visibility_timeout, value.parse().ok()),
            "DelaySeconds" => put(&mut self.delay, value.parse().ok()),
            "MessageRetentionPeriod" => put(&mut self.retention, value.parse().ok()),
            "ReceiveMessageWaitTimeSeconds" => put(&mut self.receive_wait, value.parse().ok()),
            "MaximumMessageSize" => put(&mut self.maximum_message_size, value.parse().ok()),
            "RedrivePolicy" if value.is_empty() => true,
            "RedrivePolicy" => put_some(&mut self.redrive_policy, RedrivePolicy::read(value)),
            "RedriveAllowPolicy" if value.is_empty() => true,
            "RedriveAllowPolicy" => put_some(&mut self.redrive_allow_policy, RedriveAllowPolicy::read(value)),
            "Policy" => {
                put_some(&mut self.policy, Some(value.to_owned()).filter(|text| !text.is_empty())) || value.is_empty()
            }
            "SqsManagedSseEnabled" => {
                if value == "true" {
                    self.encryption = Encryption::SseSqs;
                }
                true
            }
            "FifoQueue" => {
                if value == "true" {
                    self.fifo.get_or_insert_default();
                }
                true
            }
            "ContentBasedDeduplication" => {
                self.fifo.get_or_insert_default().content_based_deduplication = value == "true";
                true
            }
            "DeduplicationScope" => {
                self.fifo.get_or_insert_default().deduplication_scope = Some(value.to_owned());
                true
            }
            "FifoThroughputLimit" => {
                self.fifo.get_or_insert_default().throughput_limit = Some(value.to_owned());
                true
            }
            _ => false,
        }
    }

    /// Standard or FIFO, as the attributes say.
    pub fn kind(&self) -> QueueKind {
        if self.fifo.is_some() { QueueKind::Fifo } else { QueueKind::Standard }
    }
}

fn put<T>(slot: &mut T, value: Option<T>) -> bool {
    value.map(|value| *slot = value).is_some()
}

fn put_some<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
    let understood = value.is_some();
    *slot = value;
    understood
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn attributes_are_read_and_the_unknown_is_kept() {
        let read = Attributes::read(&map(&[
            ("ApproximateNumberOfMessages", "12"),
            ("VisibilityTimeout", "45"),
            ("FifoQueue", "true"),
            ("ContentBasedDeduplication", "true"),
            ("RedrivePolicy", r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:1:d.fifo","maxReceiveCount":"5"}"#),
            ("DelaySeconds", "soon"),
            ("FutureAttribute", "42"),
        ]));
        assert_eq!(read.depth.visible, 12);
        assert_eq!(read.visibility_timeout, 45);
        assert_eq!(read.kind(), QueueKind::Fifo);
        assert!(read.fifo.as_ref().unwrap().content_based_deduplication);
        assert_eq!(read.redrive_policy.as_ref().unwrap().max_receive_count, 5);
        assert_eq!(read.delay, 0, "an unreadable value leaves the default");
        assert_eq!(read.unknown, map(&[("DelaySeconds", "soon"), ("FutureAttribute", "42")]));
    }

    #[test]
    fn a_kms_key_wins_over_the_managed_flag() {
        let read = Attributes::read(&map(&[("KmsMasterKeyId", "alias/aws/sqs"), ("SqsManagedSseEnabled", "false")]));
        assert_eq!(read.encryption, Encryption::Kms { key: "alias/aws/sqs".into(), reuse_seconds: 300 });
        let read = Attributes::read(&map(&[("SqsManagedSseEnabled", "true")]));
        assert_eq!(read.encryption, Encryption::SseSqs);
    }
}
