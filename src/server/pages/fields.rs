//! The fields that the settings and a new queue share. What was typed comes back, with its sentence beside it.

use std::sync::Arc;

use leptos::prelude::*;

use super::Here;
use crate::model::QueueKind;
use crate::model::form::attributes::{
    AttributeFields, DELAY, MAXIMUM_MESSAGE_SIZE, Quantity, RECEIVE_WAIT, RETENTION, VISIBILITY_TIMEOUT,
};
use crate::model::limits;
use crate::model::settings::{LIMIT_GROUP, LIMIT_QUEUE, SCOPE_GROUP, SCOPE_QUEUE};
use crate::server::services::submissions::Submission;
use crate::ui::parts::{Checkbox, Choice, NumberField, QuantityField, RadioGroup, TextField, TextareaField};

/// How many queues a list of suggestions names: a browser is no faster with more.
const SUGGESTED: usize = 500;
/// The id of the list of suggestions.
const SUGGESTIONS: &str = "queues";

/// What was typed, and the sentences that belong beside it.
pub struct Typed<'a> {
    /// The fields.
    pub fields: &'a AttributeFields,
    /// Where the sentences are.
    pub submission: Option<&'a Arc<Submission>>,
    /// Whether an empty field means SQS's default, which is then shown in it.
    pub defaults: bool,
}

impl Typed<'_> {
    /// The sentence beside a field.
    pub fn wrong(&self, field: &str) -> Option<String> {
        self.submission?.sentence(field)
    }

    fn quantity(&self, (name, measure, range): Quantity, label: &str, typed: (&str, &str), means: &str) -> AnyView {
        let hint = Some(format!("{means} {}.", measure.range(range)));
        let (placeholder, fitting) = measure.fit(range.default);
        let unit = if typed.1.is_empty() { fitting } else { typed.1 }.to_owned();
        let units = measure.units().iter().map(|(unit, _)| *unit);
        let units: Vec<&'static str> =
            units.zip(measure.units()).filter(|(_, (_, size))| *size <= range.max).map(|(unit, _)| unit).collect();
        let placeholder = self.defaults.then_some(placeholder);
        let (value, error) = (typed.0.to_owned(), self.wrong(name));
        view! { <QuantityField name label value unit units hint error placeholder/> }.into_any()
    }
}

/// Timeouts, delay, retention, size.
pub fn numbers(typed: &Typed<'_>) -> impl IntoView + use<> {
    let fields = typed.fields;
    let visibility = typed.quantity(
        VISIBILITY_TIMEOUT,
        "Visibility timeout",
        (&fields.visibility_timeout, &fields.visibility_timeout_unit),
        "How long a received message is hidden from other consumers,",
    );
    let delay = typed.quantity(
        DELAY,
        "Delay",
        (&fields.delay, &fields.delay_unit),
        "How long a sent message waits before it can be received,",
    );
    let retention = typed.quantity(
        RETENTION,
        "Retention",
        (&fields.retention, &fields.retention_unit),
        "After which time a message is deleted,",
    );
    let size = typed.quantity(
        MAXIMUM_MESSAGE_SIZE,
        "Maximum message size",
        (&fields.maximum_message_size, &fields.maximum_message_size_unit),
        "Body and message attributes together,",
    );
    let wait = typed.quantity(
        RECEIVE_WAIT,
        "Receive wait",
        (&fields.receive_wait, ""),
        "How long a receive waits for a message, which saves empty receives,",
    );
    view! {
        <div class="form">
            {visibility} {retention} {delay} {wait} {size}
        </div>
    }
}

/// What only FIFO queues have.
pub fn fifo(typed: &Typed<'_>) -> impl IntoView + use<> {
    let fields = typed.fields;
    let or = |value: &str, default: &str| if value.is_empty() { default } else { value }.to_owned();
    let (scope, limit) = (or(&fields.deduplication_scope, SCOPE_QUEUE), or(&fields.throughput_limit, LIMIT_QUEUE));
    let mut scopes = vec![
        Choice::new(SCOPE_QUEUE, "In the whole queue"),
        Choice::new(SCOPE_GROUP, "In each message group").hint("High throughput needs this."),
    ];
    let mut limits = vec![
        Choice::new(LIMIT_QUEUE, "Of the whole queue"),
        Choice::new(LIMIT_GROUP, "Of each message group").hint("High throughput: more messages a second."),
    ];
    // What SQS may invent one day stays as it is.
    for (choices, value) in [(&mut scopes, &scope), (&mut limits, &limit)] {
        if choices.iter().all(|choice| choice.value != *value) {
            choices.push(Choice::new(value.clone(), value.clone()));
        }
    }
    let checked = !fields.content_based_deduplication.is_empty();
    let (wrong_scope, wrong_limit) = (typed.wrong("deduplication_scope"), typed.wrong("throughput_limit"));
    view! {
        <div class="form">
            <Checkbox
                name="content_based_deduplication"
                label="Content-based deduplication"
                checked
                hint="SQS takes the SHA-256 of the body as deduplication id where a message brings none."
            />
            <RadioGroup name="deduplication_scope" label="Deduplicate" choices=scopes value=scope error=wrong_scope/>
            <RadioGroup name="throughput_limit" label="Limit throughput" choices=limits value=limit error=wrong_limit/>
        </div>
    }
}

/// Which queue the failures go to, and when.
pub fn dead_letter_queue(typed: &Typed<'_>, kind: Option<QueueKind>, hint: &str) -> impl IntoView + use<> {
    let fields = typed.fields;
    let (value, error, hint) = (fields.dead_letter_queue.clone(), typed.wrong("dead_letter_queue"), hint.to_owned());
    let (count, wrong_count) = (fields.max_receive_count.clone(), typed.wrong("max_receive_count"));
    let range = limits::MAX_RECEIVE_COUNT;
    let label = match kind {
        Some(QueueKind::Fifo) => "FIFO dead-letter queue",
        _ => "Dead-letter queue",
    };
    view! {
        <TextField name="dead_letter_queue" label value error hint mono=true list=SUGGESTIONS/>
        <NumberField
            name="max_receive_count"
            label="Set aside after"
            value=count
            error=wrong_count
            hint="maxReceiveCount, 1 to 1 000. Below 3, one slow consumer sets healthy messages aside."
            min=u64::from(range.min)
            max=u64::from(range.max)
            unit="receives"
        />
    }
}

/// The names that a browser suggests for a dead-letter queue.
pub fn suggestions(here: &Here, fits: &dyn Fn(&crate::model::QueueName) -> bool) -> impl IntoView + use<> {
    let census = here.connection.poller().census();
    let names: Vec<_> = census
        .rows
        .keys()
        .filter(|name| fits(name))
        .take(SUGGESTED)
        .map(|name| view! { <option value=name.to_string()></option> })
        .collect();
    view! { <datalist id=SUGGESTIONS>{names}</datalist> }
}

/// The tags as lines.
pub fn tags(typed: &Typed<'_>) -> impl IntoView + use<> {
    let (value, error) = (typed.fields.tags.clone(), typed.wrong("tags"));
    view! {
        <TextareaField
            name="tags"
            label="One key=value a line"
            value
            error
            hint="At most 50. They are seen in cost reports and can decide who has access."
            placeholder="team=payments"
            optional=true
            short=true
        />
    }
}
