//! The form that creates a queue and, if asked for, its dead-letter queue.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Invalid;
use super::attributes::{AttributeFields, Quantity, other_kind};
use super::quantity::{self, Measure};
use crate::model::ids::NameError;
use crate::model::limits;
use crate::model::settings::{LIMIT_QUEUE, SCOPE_QUEUE, Setting, Tags};
use crate::model::{QueueArn, QueueKind, QueueName};

/// For how long a new dead-letter queue keeps messages, seconds: as long as SQS can, 14 days.
const DEAD_LETTER_RETENTION: u32 = limits::RETENTION.max;
/// After how many receives a new queue sets messages aside: room for a few looks and a deployment.
const RECEIVES: u32 = 5;

/// The form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewQueueForm {
    /// The connection.
    pub connection: String,
    /// The name, with or without `.fifo`.
    #[serde(default)]
    pub name: String,
    /// `standard` or `fifo`.
    #[serde(default)]
    pub kind: String,
    /// `none`, `new` or `existing`.
    #[serde(default)]
    pub dead_letters: String,
    /// For how long a new dead-letter queue keeps messages: a number.
    #[serde(default)]
    pub dead_letter_retention: String,
    /// And its unit.
    #[serde(default)]
    pub dead_letter_retention_unit: String,
    /// The rest.
    #[serde(flatten)]
    pub fields: AttributeFields,
}

/// What it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewQueue {
    /// The name, with `.fifo` where it is a FIFO queue.
    pub name: QueueName,
    /// The attributes that are not SQS's defaults, the redrive policy aside.
    pub attributes: BTreeMap<String, String>,
    /// The tags, of the queue and of a dead-letter queue that is made with it.
    pub tags: Tags,
    /// Where failures go.
    pub dead_letters: DeadLetters,
}

/// Where the failures of a new queue go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadLetters {
    /// Nowhere.
    Nowhere,
    /// To a queue that is made first.
    New {
        /// Its name.
        name: QueueName,
        /// For how many seconds it keeps messages.
        retention: u32,
        /// After how many receives a message goes there.
        max_receive_count: u32,
    },
    /// To a queue that exists.
    Existing {
        /// Which.
        target: Target,
        /// After how many receives a message goes there.
        max_receive_count: u32,
    },
}

/// A queue that exists, as a person named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// One of this account and region.
    Name(QueueName),
    /// Any.
    Arn(QueueArn),
}

impl Target {
    /// Its name.
    pub fn name(&self) -> QueueName {
        match self {
            Self::Name(name) => name.clone(),
            Self::Arn(arn) => arn.name(),
        }
    }
}

/// `dead_letter_retention`: a quantity of the form.
pub const DEAD_LETTERS_KEPT: Quantity = (
    "dead_letter_retention",
    Measure::Time,
    limits::Range { min: limits::RETENTION.min, max: limits::RETENTION.max, default: DEAD_LETTER_RETENTION },
);

impl NewQueueForm {
    /// The form as it is opened.
    pub fn fresh(connection: &str) -> Self {
        let (retention, unit) = Measure::Time.fit(DEAD_LETTER_RETENTION);
        Self {
            connection: connection.to_owned(),
            kind: "standard".into(),
            dead_letters: "none".into(),
            dead_letter_retention: retention,
            dead_letter_retention_unit: unit.into(),
            fields: AttributeFields { max_receive_count: RECEIVES.to_string(), ..AttributeFields::default() },
            ..Self::default()
        }
    }

    /// Reads the form.
    pub fn parse(&self) -> Result<NewQueue, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let name = self.queue_name(&mut invalid);
        let kind = name.as_ref().map_or_else(|| self.chosen_kind(), QueueName::kind);
        let attributes = self.attributes(kind, &mut invalid);
        let tags = super::tags::read(&self.fields.tags, &Tags::new(), "tags", &mut invalid);
        let dead_letters = self.dead_letters(name.as_ref(), kind, &mut invalid);
        match (name, dead_letters) {
            (Some(name), Some(dead_letters)) if invalid.is_empty() => {
                Ok(NewQueue { name, attributes, tags, dead_letters })
            }
            _ => Err(invalid),
        }
    }

    /// The name decides where it can: `.fifo` is nothing that a standard queue's name could end in.
    fn chosen_kind(&self) -> QueueKind {
        let fifo = self.kind == "fifo" || self.name.trim().ends_with(".fifo");
        if fifo { QueueKind::Fifo } else { QueueKind::Standard }
    }

    fn queue_name(&self, invalid: &mut Vec<Invalid>) -> Option<QueueName> {
        named(self.name.trim(), self.chosen_kind())
            .map_err(|error| invalid.push(Invalid::new("name", error.sentence())))
            .ok()
    }

    fn attributes(&self, kind: QueueKind, invalid: &mut Vec<Invalid>) -> BTreeMap<String, String> {
        let numbers = self.fields.numbers(invalid);
        let given = [
            (Setting::VisibilityTimeout, numbers.visibility_timeout),
            (Setting::Delay, numbers.delay),
            (Setting::Retention, numbers.retention),
            (Setting::ReceiveWait, numbers.receive_wait),
            (Setting::MaximumMessageSize, numbers.maximum_message_size),
        ];
        let mut attributes = BTreeMap::new();
        let mut put = |name: &str, value: String| {
            attributes.insert(name.to_owned(), value);
        };
        for (setting, value) in given {
            if let Some(value) = value {
                put(setting.attribute(), value.to_string());
            }
        }
        if kind == QueueKind::Fifo {
            let fifo = self.fields.fifo(None, invalid);
            put("FifoQueue", "true".into());
            if fifo.content_based_deduplication {
                put(Setting::ContentBasedDeduplication.attribute(), "true".into());
            }
            if fifo.deduplication_scope != SCOPE_QUEUE {
                put(Setting::DeduplicationScope.attribute(), fifo.deduplication_scope);
            }
            if fifo.throughput_limit != LIMIT_QUEUE {
                put(Setting::ThroughputLimit.attribute(), fifo.throughput_limit);
            }
        }
        attributes
    }

    fn dead_letters(
        &self,
        queue: Option<&QueueName>,
        kind: QueueKind,
        invalid: &mut Vec<Invalid>,
    ) -> Option<DeadLetters> {
        let typed = self.fields.dead_letter_queue.trim();
        let mut wrong = |sentence: String| {
            invalid.push(Invalid::new("dead_letter_queue", sentence));
        };
        match self.dead_letters.as_str() {
            "new" => {
                let name = if typed.is_empty() { default_dead_letter_name(queue?, kind) } else { named(typed, kind) };
                let name = name.map_err(|error| wrong(error.sentence().to_owned())).ok();
                if name.is_some() && name.as_ref() == queue {
                    wrong("A queue cannot be its own dead-letter queue.".into());
                }
                let (field, measure, range) = DEAD_LETTERS_KEPT;
                let kept = (self.dead_letter_retention.as_str(), self.dead_letter_retention_unit.as_str());
                let retention = quantity::optional(field, kept, (measure, range), invalid).unwrap_or(range.default);
                let max_receive_count = self.fields.receives(invalid)?;
                Some(DeadLetters::New { name: name?, retention, max_receive_count })
            }
            "existing" => {
                let target = match typed.strip_prefix("arn:") {
                    Some(_) => typed.parse().map(Target::Arn).map_err(str::to_owned),
                    None => typed.parse().map(Target::Name).map_err(|error: NameError| error.sentence().to_owned()),
                };
                let target = target.map_err(&mut wrong).ok();
                if let Some(sentence) = target.as_ref().and_then(|target| other_kind(&target.name(), kind)) {
                    wrong(sentence);
                }
                let max_receive_count = self.fields.receives(invalid)?;
                Some(DeadLetters::Existing { target: target?, max_receive_count })
            }
            _ => Some(DeadLetters::Nowhere),
        }
    }
}

/// A name of this kind: `.fifo` is added where it is missing.
fn named(text: &str, kind: QueueKind) -> Result<QueueName, NameError> {
    let stem = text.strip_suffix(".fifo").unwrap_or(text);
    if stem.is_empty() {
        return Err(NameError::Empty);
    }
    match kind {
        QueueKind::Fifo => format!("{stem}.fifo").parse(),
        QueueKind::Standard => text.parse(),
    }
}

/// `orders-dlq` for `orders`, `orders-dlq.fifo` for `orders.fifo`.
fn default_dead_letter_name(queue: &QueueName, kind: QueueKind) -> Result<QueueName, NameError> {
    let stem = queue.as_str().strip_suffix(".fifo").unwrap_or(queue.as_str());
    named(&format!("{stem}-dlq"), kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(change: impl FnOnce(&mut NewQueueForm)) -> Result<NewQueue, Vec<String>> {
        let mut form = NewQueueForm::fresh("local");
        form.name = "orders".into();
        change(&mut form);
        form.parse().map_err(|invalid| invalid.into_iter().map(|invalid| invalid.field).collect())
    }

    #[test]
    fn the_suffix_may_be_typed_or_not() {
        for (typed, kind, name) in [
            ("orders", "standard", "orders"),
            (" orders ", "fifo", "orders.fifo"),
            ("orders.fifo", "fifo", "orders.fifo"),
            ("orders.fifo", "standard", "orders.fifo"),
        ] {
            let new = parse(|form| (form.name, form.kind) = (typed.into(), kind.into())).unwrap();
            assert_eq!(new.name.as_str(), name);
            assert_eq!(new.attributes.contains_key("FifoQueue"), name.ends_with(".fifo"), "{typed}");
        }
        for (typed, kind) in [("", "standard"), (".fifo", "fifo"), ("a b", "fifo"), (&"x".repeat(76), "fifo")] {
            assert_eq!(parse(|form| (form.name, form.kind) = (typed.into(), kind.into())).unwrap_err(), ["name"]);
        }
    }

    #[test]
    fn only_what_was_typed_is_sent() {
        assert_eq!(parse(|_| {}).unwrap().attributes, BTreeMap::new());
        let new = parse(|form| {
            form.kind = "fifo".into();
            form.fields.retention = "14".into();
            form.fields.retention_unit = "days".into();
            form.fields.receive_wait = "20".into();
            form.fields.content_based_deduplication = "on".into();
            form.fields.tags = "team=pay".into();
        })
        .unwrap();
        let sent: Vec<_> = new.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            sent,
            [
                "ContentBasedDeduplication=true",
                "FifoQueue=true",
                "MessageRetentionPeriod=1209600",
                "ReceiveMessageWaitTimeSeconds=20"
            ]
        );
        assert_eq!(new.tags.len(), 1);
        let standard = parse(|form| form.fields.content_based_deduplication = "on".into()).unwrap();
        assert_eq!(standard.attributes, BTreeMap::new(), "a standard queue has none of it");
    }

    #[test]
    fn a_dead_letter_queue_comes_with_a_name_and_numbers() {
        let made = |kind: &str| {
            parse(|form| (form.kind, form.dead_letters) = (kind.into(), "new".into())).unwrap().dead_letters
        };
        let DeadLetters::New { name, retention, max_receive_count } = made("standard") else { panic!("a new one") };
        assert_eq!((name.as_str(), retention, max_receive_count), ("orders-dlq", 1_209_600, 5));
        let DeadLetters::New { name, .. } = made("fifo") else { panic!("a new one") };
        assert_eq!(name.as_str(), "orders-dlq.fifo");
        let named = parse(|form| {
            (form.kind, form.dead_letters) = ("fifo".into(), "new".into());
            form.fields.dead_letter_queue = "failed".into();
        });
        let DeadLetters::New { name, .. } = named.unwrap().dead_letters else { panic!("a new one") };
        assert_eq!(name.as_str(), "failed.fifo");
    }

    #[test]
    fn what_sqs_would_refuse_is_said_beside_the_field() {
        type Touch = fn(&mut NewQueueForm);
        let cases: [(Touch, &str); 7] = [
            (|form| form.fields.visibility_timeout = "50000".into(), "visibility_timeout"),
            (|form| form.dead_letters = "existing".into(), "dead_letter_queue"),
            (
                |form| (form.dead_letters, form.fields.dead_letter_queue) = ("existing".into(), "d.fifo".into()),
                "dead_letter_queue",
            ),
            (
                |form| (form.dead_letters, form.fields.dead_letter_queue) = ("new".into(), "orders".into()),
                "dead_letter_queue",
            ),
            (
                |form| (form.dead_letters, form.fields.max_receive_count) = ("new".into(), "0".into()),
                "max_receive_count",
            ),
            (
                |form| (form.dead_letters, form.dead_letter_retention) = ("new".into(), "15".into()),
                "dead_letter_retention",
            ),
            (
                |form| (form.kind, form.fields.throughput_limit) = ("fifo".into(), "perMessageGroupId".into()),
                "throughput_limit",
            ),
        ];
        for (touch, field) in cases {
            assert_eq!(parse(touch).unwrap_err(), [field]);
        }
        let long = parse(|form| (form.name, form.dead_letters) = ("x".repeat(78), "new".into()));
        assert_eq!(long.unwrap_err(), ["dead_letter_queue"], "the default name does not fit");
    }
}
