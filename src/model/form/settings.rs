//! The form that changes a queue's settings, in two steps: what would change, then the change.

use serde::{Deserialize, Serialize};

use super::Invalid;
use super::attributes::{self, AttributeFields, Quantity};
use super::quantity::Measure;
use crate::model::QueueArn;
use crate::model::policy::{RedriveAllowPolicy, RedrivePolicy};
use crate::model::settings::{Settings, Tags, by_queue};

/// The form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsForm {
    /// The connection.
    pub connection: String,
    /// The queue.
    pub queue: String,
    /// `review` or `apply`.
    #[serde(default)]
    pub step: String,
    /// The settings as the form showed them, so that a change that somebody else made in between is noticed.
    #[serde(default)]
    pub shown: String,
    /// `on`: that messages will be deleted is understood.
    #[serde(default)]
    pub understood: String,
    /// `none` or `queue`.
    #[serde(default)]
    pub dead_letters: String,
    /// `allowAll`, `denyAll` or `byQueue`.
    #[serde(default)]
    pub allow: String,
    /// The queues of `byQueue`, one a line: names or ARNs.
    #[serde(default)]
    pub allow_queues: String,
    /// The rest.
    #[serde(flatten)]
    pub fields: AttributeFields,
}

/// What it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The settings that the person saw.
    pub shown: Settings,
    /// The settings that the person wants.
    pub settings: Settings,
    /// Whether to apply them, or only to say what would change.
    pub apply: bool,
    /// Whether that messages will be deleted is understood.
    pub understood: bool,
}

impl SettingsForm {
    /// The form of the queue whose ARN is `own`, filled with its settings in the units that fit. Queues of the same
    /// account and region are called by their names.
    pub fn of(connection: &str, own: &QueueArn, settings: &Settings) -> Self {
        let (visibility_timeout, visibility_timeout_unit) = Measure::Time.fit(settings.visibility_timeout);
        let (delay, delay_unit) = Measure::Time.fit(settings.delay);
        let (retention, retention_unit) = Measure::Time.fit(settings.retention);
        let (maximum_message_size, maximum_message_size_unit) = Measure::Size.fit(settings.maximum_message_size);
        let called = |arn: &QueueArn| {
            let name = arn.name();
            if own.sibling(&name) == *arn { name.to_string() } else { arn.to_string() }
        };
        let policy = settings.redrive_policy.as_ref();
        let fifo = settings.fifo.clone();
        let (allow, allow_queues) = match &settings.redrive_allow_policy {
            RedriveAllowPolicy::AllowAll => ("allowAll", String::new()),
            RedriveAllowPolicy::DenyAll => ("denyAll", String::new()),
            RedriveAllowPolicy::ByQueue(arns) => ("byQueue", arns.iter().map(called).collect::<Vec<_>>().join("\n")),
        };
        let deduplicates = fifo.as_ref().is_some_and(|fifo| fifo.content_based_deduplication);
        Self {
            connection: connection.to_owned(),
            queue: own.name().to_string(),
            step: "review".into(),
            // A structure of texts and numbers is always JSON.
            shown: serde_json::to_string(settings).unwrap_or_default(),
            understood: String::new(),
            dead_letters: if policy.is_some() { "queue" } else { "none" }.into(),
            allow: allow.into(),
            allow_queues,
            fields: AttributeFields {
                visibility_timeout,
                visibility_timeout_unit: visibility_timeout_unit.into(),
                delay,
                delay_unit: delay_unit.into(),
                retention,
                retention_unit: retention_unit.into(),
                receive_wait: settings.receive_wait.to_string(),
                maximum_message_size,
                maximum_message_size_unit: maximum_message_size_unit.into(),
                content_based_deduplication: if deduplicates { "on".into() } else { String::new() },
                deduplication_scope: fifo.as_ref().map(|fifo| fifo.deduplication_scope.clone()).unwrap_or_default(),
                throughput_limit: fifo.map(|fifo| fifo.throughput_limit).unwrap_or_default(),
                tags: settings.tags.as_ref().map(super::tags::write).unwrap_or_default(),
                dead_letter_queue: policy.map(|policy| called(&policy.dead_letter_target)).unwrap_or_default(),
                max_receive_count: policy.map(|policy| policy.max_receive_count.to_string()).unwrap_or_default(),
            },
        }
    }

    /// Whether it asks for tags: only where they could be read when it was opened.
    pub fn has_tags(&self) -> bool {
        serde_json::from_str::<Settings>(&self.shown).is_ok_and(|shown| shown.tags.is_some())
    }

    /// Reads the form of the queue whose ARN is `own`.
    pub fn parse(&self, own: &QueueArn) -> Result<Wanted, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let Ok(shown) = serde_json::from_str::<Settings>(&self.shown) else {
            return Err(vec![Invalid::new("shown", "The form is incomplete. Reload the page and try again.")]);
        };
        let fields = &self.fields;
        let numbers = fields.numbers(&mut invalid);
        let mut required = |(field, measure, range): Quantity, value: Option<u32>| {
            if value.is_none() && !invalid.iter().any(|invalid| invalid.field == field) {
                invalid.push(Invalid::new(field, format!("Give a whole number, {} in all.", measure.range(range))));
            }
            value.unwrap_or(range.default)
        };
        let visibility_timeout = required(attributes::VISIBILITY_TIMEOUT, numbers.visibility_timeout);
        let delay = required(attributes::DELAY, numbers.delay);
        let retention = required(attributes::RETENTION, numbers.retention);
        let receive_wait = required(attributes::RECEIVE_WAIT, numbers.receive_wait);
        let maximum_message_size = required(attributes::MAXIMUM_MESSAGE_SIZE, numbers.maximum_message_size);
        let settings = Settings {
            visibility_timeout,
            delay,
            retention,
            receive_wait,
            maximum_message_size,
            redrive_policy: self.redrive_policy(own, &mut invalid),
            redrive_allow_policy: self.redrive_allow_policy(own, &mut invalid),
            fifo: shown.fifo.as_ref().map(|before| fields.fifo(Some(before), &mut invalid)),
            tags: shown
                .tags
                .as_ref()
                .map(|before: &Tags| super::tags::read(&fields.tags, before, "tags", &mut invalid)),
        };
        if invalid.is_empty() {
            Ok(Wanted { shown, settings, apply: self.step == "apply", understood: !self.understood.is_empty() })
        } else {
            Err(invalid)
        }
    }

    fn redrive_policy(&self, own: &QueueArn, invalid: &mut Vec<Invalid>) -> Option<RedrivePolicy> {
        match self.dead_letters.as_str() {
            "queue" => {}
            "none" => return None,
            // Nothing is not “none”: a request that lacks the field must not take the policy away.
            _ => {
                invalid.push(Invalid::new("dead_letters", "Choose one of the two."));
                return None;
            }
        }
        let count = self.fields.receives(invalid);
        let target = dead_letter_queue(&self.fields.dead_letter_queue, own, invalid);
        Some(RedrivePolicy { dead_letter_target: target?, max_receive_count: count? })
    }

    fn redrive_allow_policy(&self, own: &QueueArn, invalid: &mut Vec<Invalid>) -> RedriveAllowPolicy {
        match self.allow.as_str() {
            "allowAll" => RedriveAllowPolicy::AllowAll,
            "denyAll" => RedriveAllowPolicy::DenyAll,
            "byQueue" => {
                let lines = self.allow_queues.lines().map(str::trim).filter(|line| !line.is_empty());
                let mut wrong = |sentence: String| invalid.push(Invalid::new("allow_queues", sentence));
                let mut arns = Vec::new();
                for line in lines {
                    match attributes::arn(line, own) {
                        Ok(arn) => arns.push(arn),
                        Err(sentence) => {
                            wrong(format!("“{line}” cannot be used. {sentence}"));
                            return RedriveAllowPolicy::AllowAll;
                        }
                    }
                }
                let policy = by_queue(arns);
                match &policy {
                    RedriveAllowPolicy::ByQueue(arns) if arns.is_empty() => {
                        wrong("Name at least one queue, or choose “No queue”.".into());
                    }
                    RedriveAllowPolicy::ByQueue(arns) if arns.len() > RedriveAllowPolicy::SOURCES_MAX => wrong(
                        format!("SQS takes at most 10 queues; these are {}. For more, allow any queue.", arns.len()),
                    ),
                    _ => {}
                }
                policy
            }
            _ => {
                invalid.push(Invalid::new("allow", "Choose one of the three."));
                RedriveAllowPolicy::DenyAll
            }
        }
    }
}

/// Reads the dead-letter queue that a person named, and checks what its name alone tells.
pub(super) fn dead_letter_queue(text: &str, own: &QueueArn, invalid: &mut Vec<Invalid>) -> Option<QueueArn> {
    let mut wrong = |sentence: String| {
        invalid.push(Invalid::new("dead_letter_queue", sentence));
        None
    };
    let target = match attributes::arn(text, own) {
        Ok(target) => target,
        Err(sentence) => return wrong(sentence),
    };
    if target == *own {
        return wrong("A queue cannot be its own dead-letter queue.".into());
    }
    if let Some(sentence) = attributes::other_kind(&target.name(), own.name().kind()) {
        return wrong(sentence);
    }
    Some(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Attributes;

    const OWN: &str = "arn:aws:sqs:eu-west-1:1:orders";

    fn form(change: impl FnOnce(&mut SettingsForm)) -> Result<Wanted, Vec<String>> {
        form_of(OWN, change)
    }

    fn form_of(own: &str, change: impl FnOnce(&mut SettingsForm)) -> Result<Wanted, Vec<String>> {
        let own: QueueArn = own.parse().unwrap();
        let mut attributes = Attributes { arn: Some(own.clone()), ..Attributes::default() };
        if own.as_str().ends_with(".fifo") {
            attributes.fifo = Some(crate::model::queue::FifoSettings::default());
        }
        let tags = Tags::from([("team".into(), "pay".into())]);
        let mut form = SettingsForm::of("local", &own, &Settings::of(&attributes, Some(&tags)));
        change(&mut form);
        form.parse(&own).map_err(|invalid| invalid.into_iter().map(|invalid| invalid.field).collect())
    }

    #[test]
    fn a_form_that_nobody_touched_asks_for_nothing() {
        for own in [OWN, "arn:aws:sqs:eu-west-1:1:orders.fifo"] {
            let wanted = form_of(own, |_| {}).unwrap();
            assert_eq!(wanted.settings, wanted.shown);
            assert!(!wanted.apply && !wanted.understood);
        }
    }

    #[test]
    fn queues_are_called_by_name_where_that_is_enough() {
        let own: QueueArn = OWN.parse().unwrap();
        let near = own.sibling(&"orders-dlq".parse().unwrap());
        let far: QueueArn = "arn:aws:sqs:eu-west-1:2:web".parse().unwrap();
        let settings = Settings {
            redrive_policy: Some(RedrivePolicy { dead_letter_target: near.clone(), max_receive_count: 5 }),
            redrive_allow_policy: by_queue([near, far]),
            ..Settings::of(&Attributes::default(), None)
        };
        let form = SettingsForm::of("local", &own, &settings);
        assert_eq!(form.fields.dead_letter_queue, "orders-dlq");
        assert_eq!(form.allow_queues, "orders-dlq\narn:aws:sqs:eu-west-1:2:web");
        assert_eq!(form.parse(&own).unwrap().settings, settings);
    }

    #[test]
    fn each_field_is_read() {
        let wanted = form(|form| {
            form.fields.visibility_timeout = "2".into();
            form.fields.visibility_timeout_unit = "minutes".into();
            form.dead_letters = "queue".into();
            form.fields.dead_letter_queue = " orders-dlq ".into();
            form.fields.max_receive_count = "5".into();
            form.allow = "byQueue".into();
            form.allow_queues = "web\r\narn:aws:sqs:eu-west-1:1:app\n\nweb".into();
            form.fields.tags = "env=prod".into();
            form.step = "apply".into();
            form.understood = "on".into();
        })
        .unwrap();
        assert_eq!(wanted.settings.visibility_timeout, 120);
        let policy = wanted.settings.redrive_policy.unwrap();
        assert_eq!(policy.dead_letter_target.as_str(), "arn:aws:sqs:eu-west-1:1:orders-dlq");
        assert_eq!(policy.max_receive_count, 5);
        let RedriveAllowPolicy::ByQueue(arns) = wanted.settings.redrive_allow_policy else { panic!("by queue") };
        assert_eq!(arns.len(), 2);
        assert_eq!(wanted.settings.tags, Some(Tags::from([("env".into(), "prod".into())])));
        assert!(wanted.apply && wanted.understood);
    }

    #[test]
    fn what_sqs_would_refuse_is_said_beside_the_field() {
        type Touch = fn(&mut SettingsForm);
        let cases: [(Touch, &str); 16] = [
            (|form| form.fields.visibility_timeout = "43201".into(), "visibility_timeout"),
            (|form| form.fields.visibility_timeout = String::new(), "visibility_timeout"),
            (|form| form.fields.delay = "901".into(), "delay"),
            (|form| form.fields.retention = "15".into(), "retention"),
            (|form| form.fields.receive_wait = "21".into(), "receive_wait"),
            (|form| form.fields.maximum_message_size = "1025".into(), "maximum_message_size"),
            (|form| form.fields.tags = "=x".into(), "tags"),
            (|form| form.allow = "byQueue".into(), "allow_queues"),
            (
                |form| {
                    form.allow = "byQueue".into();
                    form.allow_queues = "a b c d e f g h i j k".replace(' ', "\n");
                },
                "allow_queues",
            ),
            (
                |form| {
                    form.allow = "byQueue".into();
                    form.allow_queues = "a b".into();
                },
                "allow_queues",
            ),
            (|form| form.shown = "{}".into(), "shown"),
            (|form| form.allow = String::new(), "allow"),
            (|form| form.allow = "denyall".into(), "allow"),
            (|form| form.dead_letters = String::new(), "dead_letters"),
            (|form| form.dead_letters = "existing".into(), "dead_letters"),
            (
                |form| {
                    form.dead_letters = "queue".into();
                    form.fields.dead_letter_queue = "dlq".into();
                    form.fields.max_receive_count = "1001".into();
                },
                "max_receive_count",
            ),
        ];
        for (touch, field) in cases {
            assert_eq!(form(touch).unwrap_err(), [field]);
        }
        for target in ["", "orders", "dlq.fifo", "arn:aws:sns:eu-west-1:1:x", OWN, "a b"] {
            let refused = form(|form| {
                form.dead_letters = "queue".into();
                form.fields.dead_letter_queue = target.into();
                form.fields.max_receive_count = "5".into();
            });
            assert_eq!(refused.unwrap_err(), ["dead_letter_queue"], "{target}");
        }
    }

    #[test]
    fn high_throughput_needs_deduplication_per_group() {
        let fifo = "arn:aws:sqs:eu-west-1:1:orders.fifo";
        let refused = form_of(fifo, |form| form.fields.throughput_limit = "perMessageGroupId".into());
        assert_eq!(refused.unwrap_err(), ["throughput_limit"]);
        let wanted = form_of(fifo, |form| {
            form.fields.throughput_limit = "perMessageGroupId".into();
            form.fields.deduplication_scope = "messageGroup".into();
            form.fields.content_based_deduplication = "on".into();
        });
        let fifo = wanted.unwrap().settings.fifo.unwrap();
        assert!(fifo.content_based_deduplication && fifo.throughput_limit == "perMessageGroupId");
        let odd = form_of("arn:aws:sqs:eu-west-1:1:o.fifo", |form| form.fields.deduplication_scope = "galaxy".into());
        assert_eq!(odd.unwrap_err(), ["deduplication_scope"]);
    }
}
