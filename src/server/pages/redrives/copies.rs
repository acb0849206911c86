//! What is sent: what a copy has in common with its message, what edits change in it, and what is added to it.

use crate::model::{Draft, Message, QueueKind, words};
use crate::server::services::redrive::engine::PROVENANCE;
use crate::server::services::redrive::planning::Planned;

/// What every copy has new, and that the rest is as it was.
pub fn said(planned: &Planned) -> String {
    let but = match (planned.asked.edits.is_empty(), planned.order.policy.provenance) {
        (true, false) => "everything else is as it was",
        (false, false) => "everything that was not edited is as it was",
        (true, true) => "everything but what is added is as it was",
        (false, true) => "everything but what was edited and is added is as it was",
    };
    let fifo = planned.order.destinations.iter().any(|queue| queue.kind == QueueKind::Fifo);
    let ids = if fifo { "a new id, a new deduplication id" } else { "a new id" };
    format!("get {ids}, a new retention and a receive count of 0; {but}")
}

/// How many are edited, and what that changes in them; nothing where none is.
pub fn edited(planned: &Planned) -> Option<String> {
    let edits = &planned.asked.edits;
    if edits.is_empty() {
        return None;
    }
    let pairs: Vec<(&Message, &Draft)> = planned
        .messages
        .iter()
        .filter_map(|message| Some((message.as_ref(), edits.get(&message.id)?.draft.as_ref())))
        .collect();
    let count = |differs: fn(&Message, &Draft) -> bool| {
        pairs.iter().filter(|(message, draft)| differs(message, draft)).count() as u64
    };
    let changes = [
        ("the body", count(|message, draft| message.body != draft.body)),
        ("attributes", count(|message, draft| message.attributes != draft.attributes)),
        ("the group", count(|message, draft| message.group_id() != draft.group_id.as_deref())),
        ("the trace header", count(|message, draft| message.trace_header() != draft.trace_header.as_deref())),
    ];
    let all = edits.len() as u64;
    let changes: Vec<String> = changes
        .into_iter()
        .filter(|(_, changed)| *changed > 0)
        .map(
            |(what, changed)| {
                if changed == all { what.to_owned() } else { format!("{what} of {}", words::count(changed)) }
            },
        )
        .collect();
    let sent = words::plural(all, "message is", "messages are");
    Some(match changes.as_slice() {
        [] => format!("{sent} sent as edited, which changes nothing"),
        changes => format!("{sent} sent as edited: other than before is {}", changes.join(", ")),
    })
}

/// The attribute that says where a copy comes from, and which copies do without; nothing where nobody asked for it.
pub fn added(planned: &Planned) -> Option<String> {
    if !planned.order.policy.provenance {
        return None;
    }
    let mut text = format!("the attribute “{PROVENANCE}” with queue and message id");
    if planned.plan.origin_left_out > 0 {
        let out = words::plural(planned.plan.origin_left_out as u64, "copy goes", "copies go");
        text = format!("{text}; {out} without: ten attributes already, or too few bytes left");
    }
    if planned.plan.origin_kept > 0 {
        let keep = words::plural(planned.plan.origin_kept as u64, "copy keeps", "copies keep");
        text = format!("{text}; {keep} that of an earlier redrive");
    }
    if planned.asked.messages().is_none() || !planned.plan.unknown.is_empty() {
        text.push_str("; where there is no room for it, a copy goes without");
    }
    Some(text)
}
