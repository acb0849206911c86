//! The dry run: what would go where, what cannot and why, and what it costs. Nothing is called.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::order::{Order, Take};
use super::parcel::{self, Provenance};
use crate::model::journal::{Obstacle, QueueNo};
use crate::model::limits::{BATCH_ENTRIES, DOLLARS_PER_MILLION};
use crate::model::{Message, MessageId};

/// SQS counts a request once for every 64 KiB of it (Amazon SQS pricing).
const BILLED_BYTES: usize = 64 * 1_024;

/// What would become of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The message.
    pub id: MessageId,
    /// Where it would go, or why it cannot.
    pub to: Result<QueueNo, Obstacle>,
    /// Its bytes with what is added.
    pub size: usize,
    /// Whether it must come by again, because nobody holds it.
    pub must_be_found: bool,
    /// How many messages of its group stand before it and were not chosen; they would be overtaken.
    pub overtakes: usize,
}

/// What a redrive would do with the messages that are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// One line for each message that would be taken, in the order given.
    pub lines: Vec<Line>,
    /// Chosen messages that are not known.
    pub unknown: Vec<MessageId>,
    /// How many would go to each destination.
    pub by_destination: BTreeMap<QueueNo, usize>,
    /// How many cannot be sent.
    pub obstacles: usize,
    /// How many of the others say by an earlier redrive's attribute where they come from, and keep that.
    pub origin_kept: usize,
    /// How many have no room for an attribute that says it.
    pub origin_left_out: usize,
    /// Roughly how many requests that is.
    pub requests: u64,
}

impl Plan {
    /// Roughly what the requests cost, US dollars.
    #[expect(clippy::cast_precision_loss, reason = "an estimate, and fewer requests than 2^52")]
    pub fn dollars(&self) -> f64 {
        self.requests as f64 * DOLLARS_PER_MILLION / 1_000_000.0
    }
}

/// Plans for the messages that are known, `held` saying which can be acted on without receiving them again.
pub fn plan(order: &Order, known: &[Arc<Message>], held: impl Fn(&MessageId) -> bool) -> Plan {
    let mut plan = Plan::default();
    let mut passed: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ordered: Vec<&Arc<Message>> = known.iter().collect();
    ordered.sort_by_key(|message| message.sequence_number());
    let mut overtaken = BTreeMap::new();
    for message in ordered {
        let Some(group) = message.group_id().filter(|_| message.sequence_number().is_some()) else { continue };
        let before = passed.entry(group).or_default();
        if order.takes(&message.id) {
            overtaken.insert(&message.id, *before);
        } else {
            *before += 1;
        }
    }
    let (mut bytes, mut to_find) = (0, 0);
    for message in known.iter().filter(|message| order.takes(&message.id)) {
        let packed = parcel::route(order, message)
            .and_then(|to| parcel::pack(order, message, to).map(|parcel| (to, parcel)))
            .map(|(to, parcel)| {
                plan.origin_kept += usize::from(*parcel.provenance() == Provenance::Earlier);
                plan.origin_left_out += usize::from(*parcel.provenance() == Provenance::NoRoom);
                (to, parcel.size())
            });
        let must_be_found = !held(&message.id);
        to_find += usize::from(must_be_found);
        let size = packed.as_ref().map_or(message.size(), |(_, size)| *size);
        match &packed {
            Ok((to, size)) => {
                *plan.by_destination.entry(*to).or_default() += 1;
                bytes += size;
            }
            Err(_) => plan.obstacles += 1,
        }
        let overtakes = overtaken.get(&message.id).copied().unwrap_or(0);
        let to = packed.map(|(to, _)| to);
        plan.lines.push(Line { id: message.id.clone(), to, size, must_be_found, overtakes });
    }
    if let Take::Chosen(ids) = &order.take {
        let known: std::collections::BTreeSet<_> = known.iter().map(|message| &message.id).collect();
        plan.unknown = ids.iter().filter(|id| !known.contains(id)).cloned().collect();
    }
    let sent = plan.lines.len() - plan.obstacles;
    let batch = if order.policy.careful { 1 } else { BATCH_ENTRIES };
    let sends = sent.div_ceil(batch).max(bytes.div_ceil(BILLED_BYTES));
    let receives = to_find.div_ceil(BATCH_ENTRIES).max(if to_find > 0 { bytes.div_ceil(BILLED_BYTES) } else { 0 });
    let deletes = if order.policy.keep_originals { 0 } else { sent.div_ceil(BATCH_ENTRIES) };
    plan.requests = (sends + receives + deletes) as u64;
    plan
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tests::explore::order;
    use super::super::tests::sqs::{id, message};
    use super::super::{OnUnknown, PROVENANCE};
    use super::*;
    use crate::model::{AttributeValue, MessageAttribute};

    #[test]
    fn it_says_what_would_be_overtaken_what_is_missing_and_what_it_costs() {
        let known: Vec<_> = (0..4).map(|n| message(n, 0, 2, true)).collect();
        let mut order = order(0, true, OnUnknown::Hold);
        order.take = Take::Chosen(BTreeSet::from([id(2), id(3), id(9)]));
        let plan = plan(&order, &known, |held| *held == id(3));
        let lines: Vec<_> = plan.lines.iter().map(|line| (&line.id, line.must_be_found, line.overtakes)).collect();
        assert_eq!(lines, [(&id(2), true, 1), (&id(3), false, 1)], "m0 and m1 stand before them");
        assert_eq!(plan.unknown, [id(9)]);
        assert_eq!(plan.requests, 3, "one receive, one send, one delete");
        assert_eq!(plan.by_destination, BTreeMap::from([(QueueNo(0), 2)]));
        assert!(plan.dollars() < 0.000_01);
    }

    #[test]
    fn what_cannot_be_sent_is_said_before_anything_is() {
        let mut order = order(3, false, OnUnknown::Resend);
        order.destinations[0].max_size = 6;
        let mut bare = Message::clone(&message(1, 0, 1, false));
        bare.body = "much too long".into();
        let plan = plan(&order, &[message(0, 0, 1, false), Arc::new(bare)], |_| false);
        assert_eq!(plan.lines[0].to, Ok(QueueNo(0)));
        assert_eq!(plan.lines[1].to, Err(Obstacle::TooLarge { size: 13, most: 6 }));
        assert_eq!((plan.obstacles, plan.unknown.len()), (1, 1));
    }

    #[test]
    fn it_is_counted_which_copies_cannot_say_where_they_come_from() {
        let mut order = order(4, false, OnUnknown::Resend);
        order.policy.provenance = true;
        order.destinations[0].max_size = 1_024;
        let with = |number: u8, change: fn(&mut Message)| {
            let mut message = Message::clone(&message(number, 0, 1, false));
            change(&mut message);
            Arc::new(message)
        };
        let named = |name: String| {
            let value = AttributeValue::Text("x".into());
            (name, MessageAttribute { data_type: "String".into(), value })
        };
        let plain = with(0, |_| {});
        let mut full = Message::clone(&with(1, |_| {}));
        full.attributes = (0..10).map(|n| named(format!("a{n}"))).collect();
        let large = with(2, |message| message.body = "x".repeat(1_020));
        let mut again = Message::clone(&with(3, |_| {}));
        again.attributes = [named(PROVENANCE.to_owned())].into();
        let plan = plan(&order, &[plain, Arc::new(full), large, Arc::new(again)], |_| false);
        assert_eq!((plan.obstacles, plan.origin_left_out, plan.origin_kept), (0, 2, 1));
    }
}
