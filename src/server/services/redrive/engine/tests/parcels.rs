//! What is sent is what was received: every byte of the body, every attribute, trace header and group.

use std::sync::Arc;

use proptest::collection::btree_map;
use proptest::prelude::*;

use super::super::parcel::{PROVENANCE, deduplication_id, pack, route};
use super::super::{Edit, OnUnknown, Order, Route};
use super::explore::order;
use super::sqs::message;
use crate::model::journal::{Obstacle, QueueNo, RedriveId};
use crate::model::{AttributeValue, Draft, Message, MessageAttribute, MessageId};

fn attribute() -> impl Strategy<Value = MessageAttribute> {
    let value = prop_oneof![
        "\\PC{1,40}".prop_map(|text| ("String", AttributeValue::Text(text))),
        "-?[0-9]{1,38}".prop_map(|text| ("Number", AttributeValue::Text(text))),
        proptest::collection::vec(any::<u8>(), 1..60).prop_map(|bytes| ("Binary", AttributeValue::Binary(bytes))),
    ];
    (value, prop_oneof![Just(""), Just(".custom"), Just(".int")])
        .prop_map(|((kind, value), label)| MessageAttribute { data_type: format!("{kind}{label}"), value })
}

fn any_message() -> impl Strategy<Value = Message> {
    let group = proptest::option::of("[!-~]{1,128}");
    let trace = proptest::option::of("Root=1-[0-9a-f]{8}");
    let body = prop_oneof!["\\PC{1,200}", Just("🦀".repeat(50_000)), Just("x".repeat(1 << 20))];
    (body, btree_map("[A-Za-z0-9_.-]{1,30}", attribute(), 0..=10), group, trace).prop_map(
        |(body, attributes, group, trace)| {
            let mut received = Message::clone(&message(0, 0, 1, false));
            (received.body, received.attributes) = (body, attributes);
            received.system.extend(group.map(|group| ("MessageGroupId".to_owned(), group)));
            received.system.extend(trace.map(|trace| ("AWSTraceHeader".to_owned(), trace)));
            received
        },
    )
}

fn to(kind_fifo: bool, provenance: bool) -> Order {
    let mut order = order(1, kind_fifo, OnUnknown::Hold);
    order.policy.provenance = provenance;
    order
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn everything_survives(received in any_message(), fifo in any::<bool>(), provenance in any::<bool>()) {
        let order = to(fifo, provenance);
        let received = Arc::new(received);
        match pack(&order, &received, QueueNo(0)) {
            Err(Obstacle::NoGroup) => prop_assert!(fifo && received.group_id().is_none()),
            Err(Obstacle::TooLarge { size, most }) => {
                prop_assert_eq!((size, most), (received.size(), 1 << 20));
                prop_assert!(size > most);
            }
            Err(obstacle) => prop_assert!(false, "{:?}", obstacle),
            Ok(parcel) => {
                let mut draft = parcel.draft();
                prop_assert_eq!(parcel.size(), draft.size());
                prop_assert!(draft.size() <= 1 << 20 && draft.attributes.len() <= 10);
                let origin = draft.attributes.remove(PROVENANCE);
                prop_assert!(provenance || origin.is_none());
                let room = received.attributes.len() < 10 && received.size() + 100 <= 1 << 20;
                prop_assert!(!(provenance && room) || origin.is_some());
                prop_assert_eq!(&draft.body, &received.body);
                prop_assert_eq!(&draft.attributes, &received.attributes);
                prop_assert_eq!(draft.group_id.as_deref(), received.group_id());
                prop_assert_eq!(draft.trace_header.as_ref(), received.system.get("AWSTraceHeader"));
                prop_assert_eq!(draft.deduplication_id.is_some(), fifo);
                prop_assert_eq!(draft.delay, None);
            }
        }
    }

    #[test]
    fn a_deduplication_id_is_stable_and_nobody_elses(a in "[a-z|]{0,6}", b in "[a-z|]{0,6}", c in 0_u32..3, d in "[a-z|]{0,6}") {
        let arn = order(1, true, OnUnknown::Hold).source.arn;
        let of = |redrive: &str, id: &str, revision| {
            deduplication_id(&RedriveId::new(redrive), &arn, &MessageId::new(id), revision)
        };
        let this = of(&a, &b, c);
        prop_assert_eq!(&this, &of(&a, &b, c));
        prop_assert!(crate::model::limits::group_id_shape(&this) && this.len() == 52);
        prop_assert!(of(&a, &b, c + 1) != this);
        prop_assert_eq!(of(&a, &d, c) == this, b == d);
        prop_assert_eq!(of(&d, &b, c) == this, a == d);
    }
}

#[test]
fn a_message_goes_home_where_it_is_told_to_and_never_to_where_it_is() {
    let received = message(0, 0, 1, false);
    let mut order = to(false, false);
    order.route = Route::Home;
    assert_eq!(route(&order, &received), Ok(QueueNo(0)));
    order.destinations[0].arn = "arn:aws:sqs:eu-west-1:1:other".parse().unwrap();
    assert_eq!(route(&order, &received), Err(Obstacle::UnknownSource));
    order.destinations[0].arn = order.source.arn.clone();
    order.route = Route::To(QueueNo(0));
    assert_eq!(route(&order, &received), Err(Obstacle::SameQueue));
    let mut lost = Message::clone(&received);
    lost.system.remove("DeadLetterQueueSourceArn");
    order.route = Route::Home;
    assert_eq!(route(&order, &lost), Err(Obstacle::NoSource));
}

#[test]
fn an_edit_is_sent_in_place_of_the_message_and_is_another_one_to_deduplication() {
    let received = message(0, 0, 1, true);
    let mut order = to(true, false);
    let before = pack(&order, &received, QueueNo(0)).unwrap().draft().deduplication_id;
    let draft = Draft { body: "mended".into(), group_id: Some("g0".into()), ..Draft::default() };
    order.edits.insert(received.id.clone(), Edit { revision: 1, draft: Arc::new(draft.clone()) });
    let sent = pack(&order, &received, QueueNo(0)).unwrap().draft();
    assert_eq!((sent.body.as_str(), sent.group_id.as_deref()), ("mended", Some("g0")));
    assert_ne!(sent.deduplication_id, before);
    for (body, obstacle) in [("", Obstacle::Empty), ("\u{0}", Obstacle::Characters)] {
        let draft = Draft { body: body.into(), ..draft.clone() };
        order.edits.insert(received.id.clone(), Edit { revision: 1, draft: Arc::new(draft) });
        assert_eq!(pack(&order, &received, QueueNo(0)).unwrap_err(), obstacle);
    }
}
