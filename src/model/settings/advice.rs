//! What a change of settings means, before it is made.

use super::{Setting, Settings, changes};
use crate::model::health::{self, Lint, Severity, Source, Target};
use crate::model::ids::QueueName;
use crate::model::queue::Attributes;
use crate::model::words;

/// Why the dead-letter queue that is wanted cannot work: SQS would take it, and set no failure aside.
pub fn obstacle(name: &QueueName, attributes: &Attributes, wanted: &Settings, target: &Target<'_>) -> Option<String> {
    let lints = health::check(name, &wanted.onto(attributes), target, Some(&[]));
    lints.into_iter().find(|lint| lint.severity == Severity::Danger).map(|lint| lint.sentence)
}

/// What to know of a change. `target` is the dead-letter queue that is wanted; `sources` are the queues whose
/// dead-letter queue this one is. What is odd already and stays so is not repeated.
pub fn advise(
    name: &QueueName,
    attributes: &Attributes,
    wanted: &Settings,
    target: &Target<'_>,
    sources: &[(&QueueName, &Attributes)],
) -> Vec<Lint> {
    let current = Settings::of(attributes, None);
    let wanted_attributes = wanted.onto(attributes);
    let same_target = changes(&current, wanted).iter().all(|change| change.setting != Setting::RedrivePolicy);
    let known = if same_target { target } else { &Target::Unknown };
    let named_by: Vec<Source<'_>> = sources.iter().map(|(source, its)| (*source, Some(*its))).collect();
    let before = health::check(name, attributes, known, Some(&named_by));
    let mut lints = Vec::new();
    if wanted.retention < current.retention {
        lints.push(Lint {
            severity: Severity::Danger,
            sentence: format!(
                "Messages older than {} are deleted: retention goes down from {}. SQS takes up to 15 minutes, and they do not come back.",
                words::seconds(u64::from(wanted.retention)),
                words::seconds(u64::from(current.retention)),
            ),
        });
    }
    lints.extend(
        health::check(name, &wanted_attributes, target, Some(&named_by))
            .into_iter()
            .filter(|lint| !before.contains(lint)),
    );
    let shut_out: Vec<&str> = sources
        .iter()
        .filter(|(_, its)| {
            let may = |policy: &Settings| its.arn.as_ref().is_none_or(|arn| policy.redrive_allow_policy.permits(arn));
            may(&current) && !may(wanted)
        })
        .map(|(source, _)| source.as_str())
        .collect();
    if !shut_out.is_empty() {
        lints.push(Lint {
            severity: Severity::Warning,
            sentence: format!("{} already sends its failures here and would not be allowed to.", shut_out.join(", ")),
        });
    }
    let deduplicates = |of: &Settings| of.fifo.as_ref().is_some_and(|fifo| fifo.content_based_deduplication);
    if deduplicates(&current) && !deduplicates(wanted) {
        lints.push(Lint {
            severity: Severity::Warning,
            sentence: "Without content-based deduplication SQS refuses messages that bring no deduplication id.".into(),
        });
    }
    lints
}
