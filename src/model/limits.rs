//! Every number that SQS imposes, each with the place where AWS says so.

/// A range of whole numbers with SQS's default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The smallest value SQS accepts.
    pub min: u32,
    /// The largest value SQS accepts.
    pub max: u32,
    /// The value of a queue that says nothing.
    pub default: u32,
}

impl Range {
    /// Whether SQS would accept the value.
    pub fn contains(self, value: u32) -> bool {
        (self.min..=self.max).contains(&value)
    }
}

/// `VisibilityTimeout`, seconds (SQS API Reference, `SetQueueAttributes`).
pub const VISIBILITY_TIMEOUT: Range = Range { min: 0, max: 43_200, default: 30 };
/// `DelaySeconds`, seconds (SQS API Reference, `SetQueueAttributes`).
pub const DELAY: Range = Range { min: 0, max: 900, default: 0 };
/// `MessageRetentionPeriod`, seconds: one minute to 14 days (SQS API Reference, `SetQueueAttributes`).
pub const RETENTION: Range = Range { min: 60, max: 1_209_600, default: 345_600 };
/// `ReceiveMessageWaitTimeSeconds`, seconds (SQS API Reference, `SetQueueAttributes`).
pub const RECEIVE_WAIT: Range = Range { min: 0, max: 20, default: 0 };
/// `MaximumMessageSize`, bytes (SQS Developer Guide, "Message quotas": 1 MiB since August 2025).
pub const MAXIMUM_MESSAGE_SIZE: Range = Range { min: 1_024, max: 1_048_576, default: 1_048_576 };
/// `KmsDataKeyReusePeriodSeconds`, seconds (SQS API Reference, `SetQueueAttributes`).
pub const KMS_DATA_KEY_REUSE: Range = Range { min: 60, max: 86_400, default: 300 };
/// `maxReceiveCount` of a redrive policy (SQS API Reference, `SetQueueAttributes`).
pub const MAX_RECEIVE_COUNT: Range = Range { min: 1, max: 1_000, default: 10 };
/// `MaxNumberOfMessagesPerSecond` of a message move task (SQS API Reference, `StartMessageMoveTask`).
pub const MOVE_RATE: Range = Range { min: 1, max: 500, default: 500 };
/// The most message move tasks of an account at a time (SQS Developer Guide, "Learn how to configure a dead-letter queue
/// redrive").
pub const MOVE_TASKS: u64 = 100;
/// The longest a message move task runs, seconds: 36 hours (same place).
pub const MOVE_SECONDS: u32 = 129_600;

/// The most messages one `ReceiveMessage`, and the most entries one batch, can carry.
pub const BATCH_ENTRIES: usize = 10;
/// The most message attributes (SQS Developer Guide, "Message quotas").
pub const MESSAGE_ATTRIBUTES: usize = 10;
/// The longest name of a message attribute, characters (SQS Developer Guide, "Message metadata").
pub const ATTRIBUTE_NAME_MAX: usize = 256;
/// The longest data type of a message attribute, characters, custom label included.
pub const ATTRIBUTE_TYPE_MAX: usize = 256;
/// The longest message group id and deduplication id, characters (SQS API Reference, `SendMessage`).
pub const GROUP_ID_MAX: usize = 128;
/// The most tags of a queue (SQS Developer Guide, "Cost allocation tags").
pub const TAGS: usize = 50;
/// The longest key of a tag, characters.
pub const TAG_KEY_MAX: usize = 128;
/// The longest value of a tag, characters.
pub const TAG_VALUE_MAX: usize = 256;
/// The most a message may be hidden in all, seconds from its receive: 12 hours (SQS Developer Guide, "Visibility timeout").
pub const VISIBILITY_TOTAL_MAX: u32 = 43_200;
/// A queue's name can be used again this many seconds after it was deleted (SQS API Reference, `DeleteQueue`).
pub const DELETE_COOL_DOWN: u32 = 60;
/// A queue can be purged once in this many seconds (SQS API Reference, `PurgeQueue`).
pub const PURGE_COOL_DOWN: u32 = 60;
/// The price of a million requests to a standard queue in US dollars, us-east-1, first tier; used for estimates only.
pub const DOLLARS_PER_MILLION: f64 = 0.40;

/// The characters that a message may contain: those of XML 1.0 (SQS API Reference, `SendMessage`).
pub fn allowed_character(c: char) -> bool {
    matches!(c, '\u{9}' | '\u{A}' | '\u{D}' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// Whether a text can be a message group id or a deduplication id: 1–128 letters, digits and punctuation, no spaces
/// (SQS API Reference, `SendMessage`).
pub fn group_id_shape(text: &str) -> bool {
    (1..=GROUP_ID_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}
