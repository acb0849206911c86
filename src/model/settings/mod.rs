//! What can be changed of a queue, what a change consists of, and what it means.
//!
//! [`Settings`] is the editable part of a queue as one value: the form shows one, a person turns it into another, and
//! [`changes`] tells the two apart. [`merge`] keeps what somebody else changed in between.

mod advice;
mod change;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use self::advice::{advise, obstacle};
pub use self::change::{Change, Moved, TagChange, changes, merge, moved, tag_changes};
use super::ids::QueueArn;
use super::policy::{RedriveAllowPolicy, RedrivePolicy};
use super::queue::{Attributes, FifoSettings};
use super::words;

/// The tags of a queue.
pub type Tags = BTreeMap<String, String>;

/// What only FIFO queues have, with SQS's defaults written out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fifo {
    /// SQS derives the deduplication id from the body where a message brings none.
    pub content_based_deduplication: bool,
    /// `queue` or `messageGroup`.
    pub deduplication_scope: String,
    /// `perQueue` or `perMessageGroupId`.
    pub throughput_limit: String,
}

/// `DeduplicationScope` of a queue that says nothing (SQS API Reference, `SetQueueAttributes`).
pub const SCOPE_QUEUE: &str = "queue";
/// The other `DeduplicationScope`.
pub const SCOPE_GROUP: &str = "messageGroup";
/// `FifoThroughputLimit` of a queue that says nothing (SQS API Reference, `SetQueueAttributes`).
pub const LIMIT_QUEUE: &str = "perQueue";
/// The other `FifoThroughputLimit`; it needs the scope [`SCOPE_GROUP`].
pub const LIMIT_GROUP: &str = "perMessageGroupId";

impl Fifo {
    fn of(fifo: &FifoSettings) -> Self {
        let or = |value: &Option<String>, default: &str| value.clone().unwrap_or_else(|| default.to_owned());
        Self {
            content_based_deduplication: fifo.content_based_deduplication,
            deduplication_scope: or(&fifo.deduplication_scope, SCOPE_QUEUE),
            throughput_limit: or(&fifo.throughput_limit, LIMIT_QUEUE),
        }
    }
}

/// Everything that the settings form edits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Seconds for which a received message is hidden.
    pub visibility_timeout: u32,
    /// Seconds for which a sent message is delayed.
    pub delay: u32,
    /// Seconds for which a message is kept.
    pub retention: u32,
    /// Seconds for which a receive waits for a message.
    pub receive_wait: u32,
    /// The largest message, in bytes.
    pub maximum_message_size: u32,
    /// Where failures go.
    pub redrive_policy: Option<RedrivePolicy>,
    /// Who may use this queue as its dead-letter queue; the default where the queue says nothing.
    pub redrive_allow_policy: RedriveAllowPolicy,
    /// What only FIFO queues have.
    pub fifo: Option<Fifo>,
    /// The tags; absent where they could not be read, so that they stay as they are.
    pub tags: Option<Tags>,
}

impl Settings {
    /// The editable part of a queue.
    pub fn of(attributes: &Attributes, tags: Option<&Tags>) -> Self {
        Self {
            visibility_timeout: attributes.visibility_timeout,
            delay: attributes.delay,
            retention: attributes.retention,
            receive_wait: attributes.receive_wait,
            maximum_message_size: attributes.maximum_message_size,
            redrive_policy: attributes.redrive_policy.clone(),
            redrive_allow_policy: match &attributes.redrive_allow_policy {
                None => RedriveAllowPolicy::AllowAll,
                Some(RedriveAllowPolicy::ByQueue(arns)) => by_queue(arns.iter().cloned()),
                Some(policy) => policy.clone(),
            },
            fifo: attributes.fifo.as_ref().map(Fifo::of),
            tags: tags.cloned(),
        }
    }

    /// The attributes of a queue with these settings: what the lints look at.
    #[must_use]
    pub fn onto(&self, attributes: &Attributes) -> Attributes {
        Attributes {
            visibility_timeout: self.visibility_timeout,
            delay: self.delay,
            retention: self.retention,
            receive_wait: self.receive_wait,
            maximum_message_size: self.maximum_message_size,
            redrive_policy: self.redrive_policy.clone(),
            redrive_allow_policy: Some(self.redrive_allow_policy.clone()),
            ..attributes.clone()
        }
    }
}

/// A redrive-allow policy that names queues, each once and in one order, so that equal policies are equal texts.
pub fn by_queue(arns: impl IntoIterator<Item = QueueArn>) -> RedriveAllowPolicy {
    RedriveAllowPolicy::ByQueue(arns.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
}

/// One of the settings that are attributes of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// [`Settings::visibility_timeout`].
    VisibilityTimeout,
    /// [`Settings::delay`].
    Delay,
    /// [`Settings::retention`].
    Retention,
    /// [`Settings::receive_wait`].
    ReceiveWait,
    /// [`Settings::maximum_message_size`].
    MaximumMessageSize,
    /// [`Settings::redrive_policy`].
    RedrivePolicy,
    /// [`Settings::redrive_allow_policy`].
    RedriveAllowPolicy,
    /// [`Fifo::content_based_deduplication`].
    ContentBasedDeduplication,
    /// [`Fifo::deduplication_scope`].
    DeduplicationScope,
    /// [`Fifo::throughput_limit`].
    ThroughputLimit,
}

impl Setting {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 10] = [
        Self::VisibilityTimeout,
        Self::Delay,
        Self::Retention,
        Self::ReceiveWait,
        Self::MaximumMessageSize,
        Self::RedrivePolicy,
        Self::RedriveAllowPolicy,
        Self::ContentBasedDeduplication,
        Self::DeduplicationScope,
        Self::ThroughputLimit,
    ];

    /// Its name on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::VisibilityTimeout => "Visibility timeout",
            Self::Delay => "Delay",
            Self::Retention => "Retention",
            Self::ReceiveWait => "Receive wait",
            Self::MaximumMessageSize => "Maximum message size",
            Self::RedrivePolicy => "Dead-letter queue",
            Self::RedriveAllowPolicy => "Redrive-allow policy",
            Self::ContentBasedDeduplication => "Content-based deduplication",
            Self::DeduplicationScope => "Deduplication scope",
            Self::ThroughputLimit => "Throughput limit",
        }
    }

    /// Its name for SQS.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::VisibilityTimeout => "VisibilityTimeout",
            Self::Delay => "DelaySeconds",
            Self::Retention => "MessageRetentionPeriod",
            Self::ReceiveWait => "ReceiveMessageWaitTimeSeconds",
            Self::MaximumMessageSize => "MaximumMessageSize",
            Self::RedrivePolicy => "RedrivePolicy",
            Self::RedriveAllowPolicy => "RedriveAllowPolicy",
            Self::ContentBasedDeduplication => "ContentBasedDeduplication",
            Self::DeduplicationScope => "DeduplicationScope",
            Self::ThroughputLimit => "FifoThroughputLimit",
        }
    }

    /// Its value as SQS takes it; empty where there is none, which is also how SQS removes a policy.
    pub fn raw(self, of: &Settings) -> String {
        let fifo = |value: fn(&Fifo) -> String| of.fifo.as_ref().map(value).unwrap_or_default();
        match self {
            Self::VisibilityTimeout => of.visibility_timeout.to_string(),
            Self::Delay => of.delay.to_string(),
            Self::Retention => of.retention.to_string(),
            Self::ReceiveWait => of.receive_wait.to_string(),
            Self::MaximumMessageSize => of.maximum_message_size.to_string(),
            Self::RedrivePolicy => of.redrive_policy.as_ref().map(RedrivePolicy::write).unwrap_or_default(),
            Self::RedriveAllowPolicy => of.redrive_allow_policy.write(),
            Self::ContentBasedDeduplication => fifo(|fifo| fifo.content_based_deduplication.to_string()),
            Self::DeduplicationScope => fifo(|fifo| fifo.deduplication_scope.clone()),
            Self::ThroughputLimit => fifo(|fifo| fifo.throughput_limit.clone()),
        }
    }

    /// Its value for a person.
    pub fn words(self, of: &Settings) -> String {
        let seconds = |value: u32| words::seconds(u64::from(value));
        match self {
            Self::VisibilityTimeout => seconds(of.visibility_timeout),
            Self::Delay => seconds(of.delay),
            Self::Retention => seconds(of.retention),
            Self::ReceiveWait => seconds(of.receive_wait),
            Self::MaximumMessageSize => words::bytes(u64::from(of.maximum_message_size)),
            Self::RedrivePolicy => match &of.redrive_policy {
                None => "none".to_owned(),
                Some(policy) => {
                    let receives = words::plural(u64::from(policy.max_receive_count), "receive", "receives");
                    format!("{} after {receives}", policy.dead_letter_target.name())
                }
            },
            Self::RedriveAllowPolicy => match &of.redrive_allow_policy {
                RedriveAllowPolicy::AllowAll => "any queue".to_owned(),
                RedriveAllowPolicy::DenyAll => "no queue".to_owned(),
                RedriveAllowPolicy::ByQueue(arns) => {
                    let names: Vec<String> = arns.iter().map(|arn| arn.name().to_string()).collect();
                    format!("only {}", names.join(", "))
                }
            },
            Self::ContentBasedDeduplication => match &of.fifo {
                Some(fifo) if fifo.content_based_deduplication => "on".to_owned(),
                _ => "off".to_owned(),
            },
            Self::DeduplicationScope | Self::ThroughputLimit => self.raw(of),
        }
    }

    /// Takes this one over from other settings.
    fn take(self, from: &Settings, into: &mut Settings) {
        match self {
            Self::VisibilityTimeout => into.visibility_timeout = from.visibility_timeout,
            Self::Delay => into.delay = from.delay,
            Self::Retention => into.retention = from.retention,
            Self::ReceiveWait => into.receive_wait = from.receive_wait,
            Self::MaximumMessageSize => into.maximum_message_size = from.maximum_message_size,
            Self::RedrivePolicy => into.redrive_policy.clone_from(&from.redrive_policy),
            Self::RedriveAllowPolicy => into.redrive_allow_policy = from.redrive_allow_policy.clone(),
            Self::ContentBasedDeduplication | Self::DeduplicationScope | Self::ThroughputLimit => {
                let (Some(from), Some(into)) = (&from.fifo, &mut into.fifo) else { return };
                match self {
                    Self::DeduplicationScope => into.deduplication_scope.clone_from(&from.deduplication_scope),
                    Self::ThroughputLimit => into.throughput_limit.clone_from(&from.throughput_limit),
                    _ => into.content_based_deduplication = from.content_based_deduplication,
                }
            }
        }
    }
}
