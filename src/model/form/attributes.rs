//! The fields that a queue's settings and a new queue share.

use serde::{Deserialize, Serialize};

use super::Invalid;
use super::quantity::{self, Measure};
use crate::model::limits::{self, Range};
use crate::model::settings::{Fifo, LIMIT_GROUP, LIMIT_QUEUE, SCOPE_GROUP, SCOPE_QUEUE};
use crate::model::{QueueArn, QueueKind, QueueName};

/// The fields as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AttributeFields {
    /// A number.
    pub visibility_timeout: String,
    /// And its unit.
    pub visibility_timeout_unit: String,
    /// A number.
    pub delay: String,
    /// And its unit.
    pub delay_unit: String,
    /// A number.
    pub retention: String,
    /// And its unit.
    pub retention_unit: String,
    /// Seconds.
    pub receive_wait: String,
    /// A number.
    pub maximum_message_size: String,
    /// And its unit.
    pub maximum_message_size_unit: String,
    /// `on`, or empty.
    pub content_based_deduplication: String,
    /// `queue` or `messageGroup`.
    pub deduplication_scope: String,
    /// `perQueue` or `perMessageGroupId`.
    pub throughput_limit: String,
    /// One `key=value` a line.
    pub tags: String,
    /// The dead-letter queue: a name or an ARN.
    pub dead_letter_queue: String,
    /// After how many receives.
    pub max_receive_count: String,
}

/// What the numbers ask; absent where nothing was typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Seconds.
    pub visibility_timeout: Option<u32>,
    /// Seconds.
    pub delay: Option<u32>,
    /// Seconds.
    pub retention: Option<u32>,
    /// Seconds.
    pub receive_wait: Option<u32>,
    /// Bytes.
    pub maximum_message_size: Option<u32>,
}

/// A number of the form: its field, what it counts, and what SQS accepts.
pub type Quantity = (&'static str, Measure, Range);

/// `VisibilityTimeout`.
pub const VISIBILITY_TIMEOUT: Quantity = ("visibility_timeout", Measure::Time, limits::VISIBILITY_TIMEOUT);
/// `DelaySeconds`.
pub const DELAY: Quantity = ("delay", Measure::Time, limits::DELAY);
/// `MessageRetentionPeriod`.
pub const RETENTION: Quantity = ("retention", Measure::Time, limits::RETENTION);
/// `ReceiveMessageWaitTimeSeconds`.
pub const RECEIVE_WAIT: Quantity = ("receive_wait", Measure::Time, limits::RECEIVE_WAIT);
/// `MaximumMessageSize`.
pub const MAXIMUM_MESSAGE_SIZE: Quantity = ("maximum_message_size", Measure::Size, limits::MAXIMUM_MESSAGE_SIZE);

impl AttributeFields {
    /// Reads the numbers.
    pub(super) fn numbers(&self, invalid: &mut Vec<Invalid>) -> Numbers {
        let mut read = |(field, measure, range): Quantity, text: &str, unit: &str| {
            quantity::optional(field, (text, unit), (measure, range), invalid)
        };
        Numbers {
            visibility_timeout: read(VISIBILITY_TIMEOUT, &self.visibility_timeout, &self.visibility_timeout_unit),
            delay: read(DELAY, &self.delay, &self.delay_unit),
            retention: read(RETENTION, &self.retention, &self.retention_unit),
            receive_wait: read(RECEIVE_WAIT, &self.receive_wait, "seconds"),
            maximum_message_size: read(
                MAXIMUM_MESSAGE_SIZE,
                &self.maximum_message_size,
                &self.maximum_message_size_unit,
            ),
        }
    }

    /// Reads what only FIFO queues have. `before` may hold values that this program does not know; they may stay.
    pub(super) fn fifo(&self, before: Option<&Fifo>, invalid: &mut Vec<Invalid>) -> Fifo {
        let scope = Some(self.deduplication_scope.as_str()).filter(|scope| !scope.is_empty()).unwrap_or(SCOPE_QUEUE);
        let limit = Some(self.throughput_limit.as_str()).filter(|limit| !limit.is_empty()).unwrap_or(LIMIT_QUEUE);
        let known_scope = [SCOPE_QUEUE, SCOPE_GROUP].contains(&scope);
        if !known_scope && before.is_none_or(|before| before.deduplication_scope != scope) {
            invalid.push(Invalid::new("deduplication_scope", "Choose one of the two."));
        }
        let known_limit = [LIMIT_QUEUE, LIMIT_GROUP].contains(&limit);
        if !known_limit && before.is_none_or(|before| before.throughput_limit != limit) {
            invalid.push(Invalid::new("throughput_limit", "Choose one of the two."));
        }
        if limit == LIMIT_GROUP && scope == SCOPE_QUEUE {
            let sentence = "SQS limits throughput per message group only where it deduplicates per message group.";
            invalid.push(Invalid::new("throughput_limit", sentence));
        }
        Fifo {
            content_based_deduplication: !self.content_based_deduplication.is_empty(),
            deduplication_scope: scope.to_owned(),
            throughput_limit: limit.to_owned(),
        }
    }

    /// Reads after how many receives a message is set aside.
    pub(super) fn receives(&self, invalid: &mut Vec<Invalid>) -> Option<u32> {
        let count = self.max_receive_count.trim().parse().ok().filter(|n| limits::MAX_RECEIVE_COUNT.contains(*n));
        if count.is_none() {
            invalid.push(Invalid::new("max_receive_count", "Give a whole number, 1 to 1 000."));
        }
        count
    }
}

/// Reads a queue that is named by its name, which is then of the same account and region as `own`, or by its ARN.
pub(super) fn arn(text: &str, own: &QueueArn) -> Result<QueueArn, String> {
    let text = text.trim();
    if text.starts_with("arn:") {
        return text.parse().map_err(str::to_owned);
    }
    let name: QueueName = text.parse().map_err(|error: crate::model::ids::NameError| error.sentence().to_owned())?;
    Ok(own.sibling(&name))
}

/// Why a queue of this name cannot be the dead-letter queue of a queue of the kind `ours`, as far as the names tell
/// (SQS Developer Guide, "Using dead-letter queues in Amazon SQS").
pub(super) fn other_kind(name: &QueueName, ours: QueueKind) -> Option<String> {
    (name.kind() != ours).then(|| {
        let (its, ours) = (name.kind().word(), ours.word());
        format!("{name} is a {its} queue; the dead-letter queue of a {ours} queue must be {ours}, too.")
    })
}
