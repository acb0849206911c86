//! How many messages there are, which of them are not moved, and whether they fit.

use super::{Facts, Finding, Known};
use crate::model::{Attributes, QueueName, words};

pub(super) fn findings(facts: &Facts, found: &mut Vec<Finding>) {
    let depth = facts.attributes.depth;
    if depth.visible == 0 {
        found.push(Finding::warns(
            "No message is visible in this queue: there may be nothing to move.",
            "The count is approximate and can lag by a minute.",
        ));
    }
    let held = facts.seen.as_ref().map_or(0, |seen| seen.held);
    let left: Vec<String> = [(depth.in_flight, "in flight"), (depth.delayed, "delayed")]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{} {what}", words::approximately(n)))
        .collect();
    if !left.is_empty() || held > 0 {
        let here =
            if held > 0 { format!(" {} of them held by this console.", words::count(held)) } else { String::new() };
        let left = if left.is_empty() { words::approximately(held) + " in flight" } else { left.join(" and ") };
        let advice = if held > 0 {
            "Release them first to have them moved."
        } else {
            "Wait until they are visible again to have them moved."
        };
        let are = if (depth.in_flight + depth.delayed).max(held) == 1 { "is" } else { "are" };
        found.push(Finding::tells(format!("{left} {are} not moved: SQS takes what is visible.{here}"), advice));
    }
    for (name, known) in read(facts) {
        let (most, here) = (known.maximum_message_size, facts.attributes.maximum_message_size);
        let largest = facts.seen.as_ref().map_or(0, |seen| seen.largest);
        let size = words::bytes(u64::from(most));
        if largest > u64::from(most) {
            found.push(Finding::warns(
                format!(
                    "{name} takes messages up to {size}; one of {} was seen. SQS stops there.",
                    words::bytes(largest)
                ),
                format!("Raise the maximum message size of {name}."),
            ));
        } else if most < here {
            let here = words::bytes(u64::from(here));
            found.push(Finding::tells(
                format!("{name} takes messages up to {size}, this queue up to {here}: SQS stops at a larger one."),
                "",
            ));
        }
    }
}

/// The queues of which the attributes are known.
pub(super) fn read(facts: &Facts) -> impl Iterator<Item = (&QueueName, &Attributes)> {
    facts.arrivals.iter().filter_map(|arrival| match &arrival.known {
        Known::Read(known) => Some((&arrival.name, &**known)),
        Known::Missing | Known::Unread(_) | Known::Unasked => None,
    })
}
