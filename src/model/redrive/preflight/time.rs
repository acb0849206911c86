//! How long it takes, and how long the messages have left.

use super::{Facts, Finding};
use crate::model::limits;
use crate::model::queue::QueueKind;
use crate::model::words;

pub(super) fn findings(facts: &Facts, found: &mut Vec<Finding>) {
    let takes = duration(facts);
    if let Some(seconds) = takes {
        let most = u64::from(limits::MOVE_SECONDS);
        let rate = facts.rate.unwrap_or_default();
        let sentence = format!(
            "At {rate} a second {} {}",
            words::about(facts.attributes.depth.visible, "message takes", "messages take"),
            words::seconds(seconds)
        );
        found.push(if seconds > most {
            Finding::warns(
                format!("{sentence}; SQS ends a redrive after {}, and the rest stays here.", words::seconds(most)),
                "Give a higher rate, or leave it empty.",
            )
        } else {
            Finding::tells(format!("{sentence}, if SQS keeps that rate."), "")
        });
    }
    expiry(facts, takes, found);
}

/// How many seconds it takes at the rate that is asked for.
fn duration(facts: &Facts) -> Option<u64> {
    let visible = facts.attributes.depth.visible;
    facts.rate.filter(|rate| *rate > 0 && visible > 0).map(|rate| visible.div_ceil(u64::from(rate)))
}

fn expiry(facts: &Facts, takes: Option<u64>, found: &mut Vec<Finding>) {
    let retention = words::seconds(u64::from(facts.attributes.retention));
    let moved = "What is moved gets its whole retention again.";
    let first = facts.seen.as_ref().and_then(|seen| Some((seen, seen.first_expiry_ms?)));
    let Some((seen, first)) = first else {
        // A FIFO queue counts from the arrival here, which no message tells (SQS Developer Guide, "Setting up dead-letter
        // queue retention").
        let (from, advice) = match facts.queue.kind() {
            QueueKind::Fifo => ("it arrived", moved.to_owned()),
            QueueKind::Standard => ("it was first sent", format!("A look shows how long each has left. {moved}")),
        };
        found.push(Finding::tells(
            format!("How long the messages have left is not known. None stays longer than {retention} after {from}."),
            advice,
        ));
        return;
    };
    let left = u64::try_from((first - facts.now_ms) / 1_000).unwrap_or(0);
    let known = format!(
        "{} of ≈ {} were seen {}",
        words::count(seen.messages),
        words::count(facts.attributes.depth.total()),
        words::age(facts.now_ms, seen.at_ms)
    );
    let when = if left == 0 { "any moment".to_owned() } else { format!("in {}", words::seconds(left)) };
    if takes.is_some_and(|takes| takes > left) {
        found.push(Finding::warns(
            format!("The first message expires {when}, before all are moved at this rate ({known})."),
            format!("Give a higher rate, or leave it empty; the oldest go first. {moved}"),
        ));
    } else if seen.within_a_day > 0 {
        found.push(Finding::warns(
            format!(
                "{} within 24 h, the first {when} ({known}).",
                words::plural(seen.within_a_day, "message expires", "messages expire")
            ),
            format!("The oldest go first. {moved}"),
        ));
    } else {
        found.push(Finding::tells(format!("The first message expires {when} ({known})."), moved));
    }
}
