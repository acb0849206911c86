//! What arrives is what was there: body byte for byte, attributes of all types with their labels, trace header and group.

use std::collections::BTreeMap;

use proptest::char::range;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;

use super::process::Fate;
use super::stage::{ID, Stage};
use super::world::World;
use crate::local::Kind;
use crate::model::journal::{Closing, Stage as Far};
use crate::model::{AttributeValue, Draft, Message, MessageAttribute, MessageId, QueueUrl};
use crate::server::services::redrive::engine::PROVENANCE;
use crate::server::sqs::Receive;

const MIB: usize = 1 << 20;

/// Every character that SQS takes, those beyond the basic plane as often as the others.
fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        Just('\t'),
        Just('\n'),
        Just('\r'),
        range(' ', '\u{7E}'),
        range('\u{A0}', '\u{D7FF}'),
        range('\u{E000}', '\u{FFFD}'),
        range('\u{10000}', '\u{10FFFF}')
    ]
}

fn text(most: usize) -> impl Strategy<Value = String> {
    vec(character(), 1..=most).prop_map(|characters| characters.into_iter().collect())
}

fn attribute() -> impl Strategy<Value = MessageAttribute> {
    let label = prop_oneof![Just(String::new()), "\\.[a-z][a-z0-9_]{0,8}"];
    let value = prop_oneof![
        text(40).prop_map(|text| ("String", AttributeValue::Text(text))),
        "-?[1-9][0-9]{0,30}(\\.[0-9]{1,6})?".prop_map(|number| ("Number", AttributeValue::Text(number))),
        vec(any::<u8>(), 1..60).prop_map(|bytes| ("Binary", AttributeValue::Binary(bytes))),
    ];
    (label, value).prop_map(|(label, (kind, value))| MessageAttribute { data_type: format!("{kind}{label}"), value })
}

fn draft() -> impl Strategy<Value = Draft> {
    let attributes = btree_map("[B-Zb-z][A-Za-z0-9_-]{0,15}", attribute(), 0..=10);
    let trace = proptest::option::of("Root=1-[0-9a-f]{8}-[0-9a-f]{24};Sampled=[01]");
    let group = proptest::option::of("[A-Za-z0-9!-/]{1,20}");
    (text(300), attributes, trace, group).prop_map(|(body, attributes, trace_header, group_id)| Draft {
        body,
        group_id,
        attributes,
        trace_header,
        ..Draft::default()
    })
}

/// Random messages, some as short as they may be, and some as large.
fn drafts(count: usize, large: usize) -> Vec<Draft> {
    let (mut runner, draft) = (TestRunner::deterministic(), draft());
    let mut drafts: Vec<Draft> = (0..count).map(|_| draft.new_tree(&mut runner).unwrap().current()).collect();
    for short in drafts.iter_mut().step_by(50) {
        *short = Draft { body: "x".into(), ..short.clone() };
    }
    for (no, long) in drafts.iter_mut().rev().take(large).enumerate() {
        // The first is as large as SQS takes, the next too large for one more attribute, the others smaller.
        let size = [MIB, MIB - 20, MIB - 200, MIB / 2, 300_000, 100_000][no % 6];
        let room = size - (long.size() - long.body.len());
        long.body = "🦀é".repeat(room / 6);
        long.body.push_str(&"x".repeat(room - long.body.len()));
        assert_eq!(long.size(), size);
    }
    drafts
}

fn url(stage: &Stage, name: &str) -> QueueUrl {
    QueueUrl::new(format!("{}/000000000000/{name}", stage.world.endpoint))
}

/// Sends them as they are, and answers their ids.
async fn fill(stage: &Stage, drafts: &[Draft]) -> Vec<MessageId> {
    let (mut ids, url) = (Vec::new(), url(stage, stage.from()));
    for draft in drafts {
        ids.push(stage.world.gateway.send(&url, draft).await.unwrap().value.id);
    }
    ids
}

async fn receive_all(stage: &Stage, count: usize) -> BTreeMap<MessageId, Message> {
    let mut messages = BTreeMap::new();
    while messages.len() < count {
        let receive = Receive { count: 10, visibility_timeout: Some(600), wait: 0 };
        let received = stage.world.gateway.receive(&url(stage, stage.to()), receive).await.unwrap().value;
        assert!(!received.is_empty(), "{} of {count}", messages.len());
        messages.extend(received.into_iter().map(|message| (message.id.clone(), message)));
    }
    messages
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_arrives_is_what_was_there() {
    const COUNT: usize = 5_000;
    let stage = Stage::in_world(World::new().await, false).await;
    let drafts = drafts(COUNT, 12);
    let ids = fill(&stage, &drafts).await;
    let stage = stage.begins();
    let mut order = stage.order();
    order.policy.provenance = true;
    let life = stage.starts(order, Fate::default()).await;
    assert_eq!(life.console.ended(ID).await.counts.moved, drafts.len());
    let rows = life.console.rows(ID).await;
    let copies: BTreeMap<&MessageId, &MessageId> =
        rows.iter().map(|row| (&row.id, row.copy.as_ref().unwrap())).collect();
    let arrived = receive_all(&stage, drafts.len()).await;
    let mut marked = 0;
    for (draft, id) in drafts.iter().zip(&ids) {
        let mut copy = Draft::copy_of(&arrived[copies[id]]);
        let origin = copy.attributes.remove(PROVENANCE);
        assert!(copy == *draft, "{id:?}: {:?}", (draft.size(), &draft.attributes, &copy.attributes));
        let value = AttributeValue::Text(format!("{} {id}", stage.from()));
        let mark = MessageAttribute { data_type: "String".into(), value };
        let fits = draft.size() + PROVENANCE.len() + mark.size() <= MIB;
        let expected = (draft.attributes.len() < 10 && fits).then_some(mark);
        assert_eq!(origin, expected, "where it comes from is said where there is room");
        marked += usize::from(origin.is_some());
    }
    assert!(marked > COUNT / 2 && marked < COUNT - COUNT / 20, "{marked}");
    assert_eq!(stage.watch.seen().wrong, Vec::<String>::new());
}

/// SQS says that it got something else than was sent.
async fn damaged(fifo: bool, action: &str) {
    let stage = Stage::of(fifo, 40, 10).await;
    stage.world.dial(&json!([{ "operation": "SendMessageBatch", "queue": stage.to(), "action": action }])).await;
    let mut order = stage.order();
    order.policy.provenance = true;
    let life = stage.starts(order, Fate::default()).await;
    let verdict = life.ends(&stage, action).await;
    let log = stage.world.local.effects();
    assert_eq!(log.iter().filter(|effect| effect.effect == Kind::Deleted).count(), 0, "{action}");
    assert_eq!(stage.world.bodies(stage.from()).await.len(), 40);
    let rows = life.console.rows(ID).await;
    let damaged = rows.iter().filter(|row| matches!(row.stage, Far::Closed(Closing::Damaged { .. }))).count();
    // Of a group the first stays, and those behind it with it.
    assert_eq!((damaged, verdict.shown.counts.unknown), if fifo { (10, 10) } else { (40, 40) }, "{verdict:#?}");
    assert_eq!(stage.world.messages(stage.to()).await.len(), damaged, "each was sent once");
}

#[tokio::test]
async fn a_copy_whose_checksum_differs_leaves_its_original() {
    let (bodies, attributes) = ("wrong_md5", "wrong_md5_of_attributes");
    tokio::join!(damaged(false, bodies), damaged(true, bodies), damaged(false, attributes), damaged(true, attributes));
}

/// What SQS hands out damaged is not sent on.
#[tokio::test]
async fn a_message_that_arrives_damaged_is_not_sent() {
    let stage = Stage::of(false, 20, 0).await;
    stage.world.dial(&json!([{ "operation": "ReceiveMessage", "count": 4, "action": "wrong_md5" }])).await;
    let mut order = stage.order();
    order.terms.wait_s = 1;
    let life = stage.starts(order, Fate::default()).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(stage.watch.sent(), 0);
    // What was handed out comes back with its lease, and this time it is whole.
    stage.pass(3_100);
    let verdict = life.ends(&stage, "damaged on the way here").await;
    assert_eq!((verdict.moved(), verdict.duplicated), (20, 0));
}
