//! What to know before a redrive begins: what it costs others, what may be gone before, and what cannot be done.

use leptos::prelude::*;

use super::super::Here;
use super::undo;
use crate::model::{Failure, QueueKind, words};
use crate::server::services::redrive::engine::{OTHERS, Sequence};
use crate::server::services::redrive::planning::Planned;
use crate::ui::parts::{Notice, Tone};

/// So many that nothing more is to be done with are held by a redrive at once.
const HELD: u64 = OTHERS as u64;

/// A warning: its weight, its title, and what it means.
type Warning = (Tone, String, Vec<String>);

/// Everything worth a word, the gravest first.
pub fn warnings(here: &Here, planned: &Planned) -> Vec<AnyView> {
    let all = [
        refused(planned),
        late(here, planned),
        missing(planned),
        overtaken(planned),
        ordered(planned),
        kinds(planned),
        keeping(planned),
        finding(planned),
        remembered(planned),
        feeders(planned),
    ];
    all.into_iter().flatten().map(notice).collect()
}

fn notice((tone, title, sentences): Warning) -> AnyView {
    let sentences: Vec<_> = sentences.into_iter().map(|sentence| view! { <p>{sentence}</p> }).collect();
    view! { <Notice tone title>{sentences}</Notice> }.into_any()
}

/// All that cannot be sent.
fn refused(planned: &Planned) -> Option<Warning> {
    let (none, some) = (planned.plan.obstacles as u64, planned.sendable());
    (none > 0).then(|| {
        let title = format!("{} cannot go", words::plural(none, "message", "messages"));
        let rest = if some == 0 { "There is nothing that could be sent." } else { "The others go without them." };
        (Tone::Warn, title, vec![format!("Why stands below. They stay where they are. {rest}")])
    })
}

fn late(here: &Here, planned: &Planned) -> Option<Warning> {
    let outlook = &planned.outlook;
    let count = |n: usize| words::plural(n as u64, "message", "messages");
    if outlook.late > outlook.expired {
        let title = format!("At this rate {} expire before their turn", count(outlook.late));
        let advice = "SQS deletes them when their retention ends. Choose a higher rate, or none.";
        return Some((Tone::Danger, title, vec![advice.to_owned()]));
    }
    let first = outlook.first_ms.filter(|_| outlook.soon > 0)?;
    let left = u64::try_from((first - here.now_ms) / 1_000).unwrap_or(0);
    let title = match outlook.expired {
        0 => format!("{} expire within a day, the first in {}", count(outlook.soon), words::seconds(left)),
        expired => format!("{} have expired: SQS may delete them at any moment", count(expired)),
    };
    Some((Tone::Warn, title, vec!["A copy has a retention of its own, from the moment it is sent.".to_owned()]))
}

/// The queues that cannot be gone back to.
fn missing(planned: &Planned) -> Option<Warning> {
    if planned.missing.is_empty() {
        return None;
    }
    let sentences = planned.missing.iter().map(|missing| match &missing.failure {
        Some(Failure::NoSuchQueue(name)) => format!("{name} is not there any more."),
        Some(failure) => format!("{}: {}.", missing.arn.name(), failure.title()),
        None => format!("{} is in another account or region, which this connection does not reach.", missing.arn),
    });
    let mut sentences: Vec<String> = sentences.collect();
    sentences.push("Name a queue for these messages under “Change this plan”.".to_owned());
    let queues = words::plural(planned.missing.len() as u64, "queue", "queues");
    Some((Tone::Warn, format!("Nothing can go back to {queues}"), sentences))
}

fn overtaken(planned: &Planned) -> Option<Warning> {
    let overtaking = planned.plan.lines.iter().filter(|line| line.overtakes > 0 && line.to.is_ok()).count() as u64;
    (overtaking > 0).then(|| {
        let title =
            format!("{} overtake others of their group", words::plural(overtaking, "message", "messages"));
        let text = "Messages of the same group stand before them and were not chosen: they stay behind, and their group's order changes.";
        (Tone::Warn, title, vec![text.to_owned()])
    })
}

/// What a destination of the other type does to the order.
fn ordered(planned: &Planned) -> Option<Warning> {
    let source = planned.order.source.kind;
    let others: Vec<String> = planned
        .order
        .destinations
        .iter()
        .filter(|queue| queue.kind != source)
        .map(|queue| queue.arn.name().to_string())
        .collect();
    if others.is_empty() {
        return None;
    }
    let (names, kind) = (others.join(", "), source.word());
    let text = match source {
        QueueKind::Fifo => {
            "A standard queue keeps no order and may deliver a message twice. The group ids stay, for fair queueing."
        }
        QueueKind::Standard => {
            "A FIFO queue takes only messages with a group id, and keeps the order of a group from then on."
        }
    };
    Some((Tone::Info, format!("{names} is of another type than this {kind} queue"), vec![text.to_owned()]))
}

/// A queue that is no dead-letter queue has consumers of its own.
fn kinds(planned: &Planned) -> Option<Warning> {
    let policy = planned.attributes.redrive_policy.as_ref()?;
    let (target, max) = (policy.dead_letter_target.name(), words::count(u64::from(policy.max_receive_count)));
    let title = format!("This queue has a dead-letter queue of its own, {target}");
    let text = format!(
        "Messages are found by receiving, and each receive counts: after {max} a message moves to {target}. Consumers of \
         this queue and the redrive take messages from each other meanwhile."
    );
    Some((Tone::Warn, title, vec![text]))
}

/// What is kept is held until the end, or it would come by over and over: SQS and the redrive hold only so much.
fn keeping(planned: &Planned) -> Option<Warning> {
    let count = planned.asked.messages().unwrap_or(planned.attributes.depth.visible);
    if planned.order.policy.keep_originals { kept(planned.order.source.kind, count) } else { None }
}

fn kept(kind: QueueKind, count: u64) -> Option<Warning> {
    let (title, text) = if kind == QueueKind::Fifo {
        (
            "Of a group only about the first ten can be sent".to_owned(),
            "Kept originals stay in flight until the redrive ends, and meanwhile SQS shows no more of their group. To send \
             whole groups, do not keep the originals.",
        )
    } else if count > HELD {
        (
            format!("Beyond about {} some may not be reached", words::count(HELD)),
            "Kept originals stay in flight until the redrive ends, and it holds about so many at once. Redrive fewer at a \
             time, or do not keep the originals.",
        )
    } else {
        return None;
    };
    Some((Tone::Warn, title, vec![text.to_owned()]))
}

/// What must be received again.
fn finding(planned: &Planned) -> Option<Warning> {
    let lines = planned.plan.lines.iter().filter(|line| line.must_be_found && line.to.is_ok()).count();
    let unheld = (lines + planned.plan.unknown.len()) as u64;
    if planned.asked.messages().is_none() || unheld == 0 {
        return None;
    }
    let title = format!("{} must be found by receiving", words::plural(unheld, "message", "messages"));
    let mut sentences = vec![others(planned.outlook.seconds)];
    if planned.attributes.depth.visible > HELD {
        sentences.push(format!(
            "It holds {} others at most: then it gives all back and receives them again, up to three times, before it \
             leaves what it has not met.",
            words::count(HELD)
        ));
    }
    if planned.order.source.kind == QueueKind::Fifo {
        sentences
            .push("Of a group SQS hands out what stands first: whatever stands before them is received, too.".into());
    }
    if planned.order.policy.sequence == Sequence::OldestFirst {
        sentences.push("All are found and held before the first is sent.".into());
    }
    Some((Tone::Info, title, sentences))
}

/// What becomes of those that are not meant: given back earlier, they would come by over and over.
fn others(seconds: Option<u64>) -> String {
    let least = seconds.filter(|seconds| *seconds > 0);
    let least = least.map(|seconds| format!(", at this rate for {} or more", words::seconds(seconds)));
    format!(
        "Nobody holds them. Whatever else comes by is hidden until the redrive ends or pauses{}. It is given back then, with \
         a receive more on its count.",
        least.unwrap_or_default()
    )
}

/// What the console put back, and SQS cannot tell the way of.
fn remembered(planned: &Planned) -> Option<Warning> {
    let count = planned.remembered.len() as u64;
    let title = match planned.asked.messages() {
        _ if count == 0 => return None,
        Some(_) => format!("{} put back by the console", words::plural(count, "message was", "messages were")),
        None => format!("Up to {} put back by the console", words::plural(count, "message was", "messages were")),
    };
    let text = "A redrive was taken back. SQS cannot tell any more where these failed; the console remembers, and sends \
                each there.";
    Some((Tone::Info, title, vec![text.to_owned()]))
}

/// What putting messages back makes of them; nothing where the plan is no undo.
pub async fn of_undo(here: &Here, planned: &Planned) -> Option<AnyView> {
    let order = here.connection.selective_order(planned.asked.undoes.as_ref()?).await.ok();
    let back = planned.order.destinations.first()?.arn.name();
    if !here.connection.is_dead_letter_queue(&back) {
        return None;
    }
    let title = "SQS forgets where these messages failed".to_owned();
    Some(notice((Tone::Warn, title, vec![undo::forgotten(order.as_ref())])))
}

/// Who put them there, where that was not SQS.
fn feeders(planned: &Planned) -> Option<Warning> {
    let homeless = planned.feeders.homeless() as u64;
    if homeless == 0 || planned.asked.undoes.is_some() || planned.messages.is_empty() {
        return None;
    }
    let title = format!("{} did not fail in an SQS queue", words::plural(homeless, "message", "messages"));
    let mut sentences: Vec<String> = planned.feeders.sentences().into_iter().map(str::to_owned).collect();
    let targets: Vec<String> = planned.feeders.targets.iter().map(|arn| arn.name().to_string()).collect();
    if !targets.is_empty() {
        sentences.push(format!("Their target was {}.", targets.join(", ")));
    }
    Some((Tone::Info, title, sentences))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeping_the_originals_costs_is_said_where_it_costs() {
        let title = |kind, count| kept(kind, count).map(|(_, title, _)| title.replace('\u{A0}', " "));
        let group = "Of a group only about the first ten can be sent";
        assert_eq!(title(QueueKind::Fifo, 3).as_deref(), Some(group));
        assert_eq!(title(QueueKind::Standard, HELD), None);
        let beyond = "Beyond about 10\u{202F}000 some may not be reached";
        assert_eq!(title(QueueKind::Standard, HELD + 1).as_deref(), Some(beyond));
    }

    #[test]
    fn how_long_others_are_hidden_is_said_where_a_rate_tells_it() {
        assert!(others(None).contains("until the redrive ends or pauses. It is given back then"));
        let said = others(Some(90)).replace('\u{A0}', " ");
        assert!(said.contains("ends or pauses, at this rate for 1 min 30 s or more. It"), "{said}");
    }
}
