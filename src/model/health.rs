//! Lints: what is odd about a queue, in a sentence each, with what to do about it.

use super::ids::{QueueArn, QueueName};
use super::queue::{Attributes, QueueKind};
use super::words;

/// How much a lint matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Will hurt one day.
    Warning,
    /// Loses messages, or is broken now.
    Danger,
}

/// Something odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// How much it matters.
    pub severity: Severity,
    /// What is odd, and why it matters.
    pub sentence: String,
}

/// What is known of the queue that a redrive policy names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// Its attributes.
    Known(&'a Attributes),
    /// It is certain that there is none of this name.
    Missing,
    /// In another account or region, or not read yet.
    Unknown,
}

/// A queue that names the one that is checked, and its attributes where they are known.
pub type Source<'a> = (&'a QueueName, Option<&'a Attributes>);

/// Below this, a look or a crash or two send a healthy message to the dead-letter queue.
const FEW_RECEIVES: u32 = 3;

/// Checks a queue. `target` is the queue its redrive policy names; `sources` are the queues that name this one, with
/// their attributes where those are known, or `None` where nobody could tell.
pub fn check(
    name: &QueueName,
    attributes: &Attributes,
    target: &Target<'_>,
    sources: Option<&[Source<'_>]>,
) -> Vec<Lint> {
    let mut lints = Vec::new();
    match &attributes.redrive_policy {
        None if sources.is_some_and(<[_]>::is_empty) => lints.push(Lint {
            severity: Severity::Warning,
            sentence:
                "No dead-letter queue: a message that always fails is retried until its retention ends, then deleted."
                    .into(),
        }),
        None => {}
        Some(policy) => {
            let dlq = policy.dead_letter_target.name();
            if policy.max_receive_count < FEW_RECEIVES {
                lints.push(Lint {
                    severity: Severity::Warning,
                    sentence: format!(
                        "maxReceiveCount is {}: a look, a deployment or one slow consumer can send healthy messages to {dlq}.",
                        policy.max_receive_count
                    ),
                });
            }
            target_lints(name, attributes, &dlq, policy.dead_letter_target.clone(), target, &mut lints);
        }
    }
    let known = sources.unwrap_or_default().iter().filter_map(|(source, its)| Some((*source, (*its)?)));
    for (source, its) in known {
        if source.kind() == QueueKind::Standard && attributes.retention <= its.retention {
            lints.push(retention_lint(source, its, name, attributes));
        }
    }
    if attributes.visibility_timeout == 0 {
        lints.push(Lint {
            severity: Severity::Warning,
            sentence: "The visibility timeout is 0: every consumer receives every message again at once.".into(),
        });
    }
    lints
}

fn target_lints(
    name: &QueueName,
    attributes: &Attributes,
    dlq: &QueueName,
    dlq_arn: QueueArn,
    target: &Target<'_>,
    lints: &mut Vec<Lint>,
) {
    if dlq.kind() != name.kind() {
        lints.push(Lint {
            severity: Severity::Danger,
            sentence: format!(
                "{dlq} is a {} queue: a dead-letter queue must have its source's type.",
                dlq.kind().word()
            ),
        });
    }
    match target {
        Target::Missing => lints.push(Lint {
            severity: Severity::Danger,
            sentence: format!("The dead-letter queue {dlq} does not exist: SQS cannot set failures aside."),
        }),
        Target::Unknown => {}
        Target::Known(its) => {
            if let (Some(policy), Some(arn)) = (&its.redrive_allow_policy, &attributes.arn)
                && !policy.permits(arn)
            {
                lints.push(Lint {
                    severity: Severity::Danger,
                    sentence: format!("{dlq} does not allow this queue as a source (its redrive-allow policy)."),
                });
            }
            if attributes.arn.as_ref() == Some(&dlq_arn) {
                lints.push(Lint {
                    severity: Severity::Danger,
                    sentence: "This queue names itself as its dead-letter queue.".into(),
                });
            }
            if name.kind() == QueueKind::Standard && its.retention <= attributes.retention {
                lints.push(retention_lint(name, attributes, dlq, its));
            }
        }
    }
}

/// Standard queues keep the time of the first send into the dead-letter queue, so that a message that failed late has
/// little time left there (SQS Developer Guide, "Setting up dead-letter queue retention").
fn retention_lint(source: &QueueName, its: &Attributes, dlq: &QueueName, dlq_attributes: &Attributes) -> Lint {
    Lint {
        severity: Severity::Warning,
        sentence: format!(
            "{dlq} keeps messages for {}, {source} for {}: a message that fails late can expire soon after it arrives. Keep dead letters longer (14 d).",
            words::seconds(u64::from(dlq_attributes.retention)),
            words::seconds(u64::from(its.retention)),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::policy::{RedriveAllowPolicy, RedrivePolicy};

    const DLQ: &str = "arn:aws:sqs:eu-west-1:1:orders-dlq";

    fn source(max_receive_count: u32) -> Attributes {
        Attributes {
            arn: "arn:aws:sqs:eu-west-1:1:orders".parse().ok(),
            redrive_policy: Some(RedrivePolicy { dead_letter_target: DLQ.parse().unwrap(), max_receive_count }),
            ..Attributes::default()
        }
    }

    fn lints(name: &str, attributes: &Attributes, target: &Target<'_>) -> Vec<Severity> {
        check(&name.parse().unwrap(), attributes, target, Some(&[])).into_iter().map(|lint| lint.severity).collect()
    }

    #[test]
    fn a_well_made_pair_is_not_odd() {
        let dlq = Attributes { retention: 1_209_600, ..Attributes::default() };
        assert_eq!(lints("orders", &source(5), &Target::Known(&dlq)), []);
        let name: QueueName = "orders-dlq".parse().unwrap();
        let (from, its) = ("orders".parse().unwrap(), source(5));
        assert_eq!(
            check(&name, &dlq, &Target::Unknown, Some(&[(&from, Some(&its))])),
            [],
            "a DLQ needs no DLQ of its own"
        );
    }

    #[test]
    fn each_oddity_has_its_lint() {
        let same = Attributes::default();
        let dlq = Attributes { retention: 1_209_600, ..Attributes::default() };
        let denies = Attributes { redrive_allow_policy: Some(RedriveAllowPolicy::DenyAll), ..dlq.clone() };
        assert_eq!(lints("orders", &Attributes::default(), &Target::Unknown), [Severity::Warning], "no DLQ");
        let orders: QueueName = "orders".parse().unwrap();
        assert_eq!(check(&orders, &Attributes::default(), &Target::Unknown, None), [], "it may be a DLQ itself");
        assert_eq!(lints("orders", &source(2), &Target::Known(&dlq)), [Severity::Warning], "few receives");
        assert_eq!(lints("orders", &source(5), &Target::Known(&same)), [Severity::Warning], "retention");
        assert_eq!(lints("orders", &source(5), &Target::Missing), [Severity::Danger], "dangling");
        assert_eq!(lints("orders", &source(5), &Target::Known(&denies)), [Severity::Danger], "not allowed");
        assert_eq!(lints("orders.fifo", &source(5), &Target::Unknown), [Severity::Danger], "type");
        let at_once = Attributes { visibility_timeout: 0, ..source(5) };
        assert_eq!(lints("orders", &at_once, &Target::Known(&dlq)), [Severity::Warning], "visibility 0");
    }

    #[test]
    fn the_retention_lint_stands_on_both_queues() {
        let name: QueueName = "orders-dlq".parse().unwrap();
        let (from, its) = ("orders".parse().unwrap(), source(5));
        let found = check(&name, &Attributes::default(), &Target::Unknown, Some(&[(&from, Some(&its))]));
        assert_eq!(found.len(), 1);
    }
}
