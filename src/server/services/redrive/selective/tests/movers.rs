//! What other movers of messages get wrong, one test each.

use std::collections::BTreeSet;

use serde_json::json;

use super::process::Fate;
use super::stage::{ID, Stage};
use super::world::{World, about, order};
use crate::local::Kind;
use crate::model::MessageId;
use crate::model::journal::{Closing, QueueNo, RedriveId, Stage as Far};
use crate::server::services::redrive::engine::{Need, Order, Pause, Take};
use crate::server::services::redrive::selective::Steer;

/// Some stop at the first entry of a batch that fails, and leave what was sent undeleted; some count it as sent.
#[tokio::test]
async fn a_batch_that_fails_in_part_is_finished_in_all() {
    let failing = async |fifo| {
        let stage = Stage::of(fifo, 200, 40).await;
        let fail = |operation: &str, seed: u64| {
            let action = json!({ "fail_entries": { "chance": 0.3 } });
            json!({ "operation": operation, "chance": 1.0, "seed": seed, "action": action })
        };
        stage.world.dial(&json!([fail("SendMessageBatch", 1), fail("DeleteMessageBatch", 2)])).await;
        let life = stage.starts(stage.order(), Fate::default()).await;
        let verdict = life.ends(&stage, "failed entries").await;
        assert_eq!((verdict.moved(), verdict.remain(), verdict.duplicated), (200, 0, 0), "{verdict:#?}");
        assert_eq!((verdict.reported, verdict.unknown), (0, 0), "an entry that failed was not sent: {verdict:#?}");
        assert!(stage.world.bodies(stage.from()).await.is_empty());
    };
    tokio::join!(failing(false), failing(true));
}

/// A delete that SQS confirms may not stick, and what was deleted may come by again, even in the next redrive.
async fn deletes_that_do_not_stick() {
    let stage = Stage::of(false, 40, 0).await;
    let rules = json!([
        { "operation": "DeleteMessageBatch", "nth": 1, "count": 1, "action": "ignore_delete" },
        { "operation": "DeleteMessageBatch", "nth": 3, "count": 1, "action": { "restore": { "ms": 60_000 } } },
    ]);
    stage.world.dial(&rules).await;
    let mut first = stage.order();
    // Long enough for what was not deleted to come by again.
    first.terms.wait_s = 1;
    let life = stage.starts(first, Fate::default()).await;
    let verdict = life.ends(&stage, "deletes that do not stick").await;
    assert_eq!((verdict.moved(), verdict.duplicated), (40, 0), "{verdict:#?}");
    stage.pass(61_000);
    let back = stage.world.bodies(stage.from()).await.len();
    assert!(back > 0, "the dial does nothing");
    life.console.connection.start_selective(order("s", stage.from(), stage.to()), about()).await.unwrap();
    let second = life.console.ended("s").await;
    let rows = life.console.rows("s").await;
    assert!(rows.iter().all(|row| row.stage == Far::Closed(Closing::SentBefore)), "{rows:#?}");
    assert_eq!((second.counts.moved, rows.len()), (back, back));
    assert!(stage.world.bodies(stage.from()).await.is_empty());
    assert_eq!(stage.world.messages(stage.to()).await.len(), 40);
}

/// Ten messages of a batch may be more than a request carries.
#[tokio::test]
async fn requests_are_packed_by_bytes() {
    let stage = Stage::in_world(World::new().await, false).await;
    let url = format!("{}/000000000000/{}", stage.world.endpoint, stage.from());
    for n in 0..13 {
        let size = if n == 0 { 1 << 20 } else { 400 << 10 };
        let body = format!("{n:04}").repeat(size / 4);
        stage.world.call("SendMessage", json!({ "QueueUrl": url, "MessageBody": body })).await;
    }
    let stage = stage.begins();
    let life = stage.starts(stage.order(), Fate::default()).await;
    let verdict = life.ends(&stage, "large messages").await;
    assert_eq!((verdict.moved(), verdict.duplicated, verdict.unknown), (13, 0, 0), "{verdict:#?}");
}

/// Some only hide what they do not move, for as long as the queue says.
#[tokio::test]
async fn what_was_not_chosen_is_visible_again_when_the_redrive_ends() {
    let choosing = async |fifo| {
        let stage = Stage::of(fifo, 60, 20).await;
        let log = stage.world.local.effects();
        let chosen: BTreeSet<_> = log.iter().take(20).map(|effect| MessageId::new(effect.message_id.clone())).collect();
        let mut wanted = stage.order();
        wanted.take = Take::Chosen(chosen.clone());
        (wanted.terms.lease_s, wanted.terms.reserve_ms) = (300, 20_000);
        let life = stage.starts(wanted, Fate::default()).await;
        let verdict = life.ends(&stage, "chosen").await;
        assert_eq!((verdict.moved(), verdict.duplicated), (20, 0), "{verdict:#?}");
        let url = format!("{}/000000000000/{}", stage.world.endpoint, stage.from());
        let answer = json!({ "QueueUrl": url, "AttributeNames": ["All"] });
        let attributes = stage.world.call("GetQueueAttributes", answer).await;
        assert_eq!(attributes["Attributes"]["ApproximateNumberOfMessages"], "40", "fifo {fifo}");
        let log = stage.world.local.effects();
        let deleted = log.iter().filter(|effect| effect.effect == Kind::Deleted);
        let deleted: BTreeSet<_> = deleted.map(|effect| MessageId::new(effect.message_id.clone())).collect();
        assert_eq!(deleted, chosen, "and nothing else was deleted");
    };
    tokio::join!(choosing(false), choosing(true));
}

/// With some, closing the window is cancelling.
async fn looking_away() {
    let stage = Stage::of(false, 100, 0).await;
    let mut slow = stage.order();
    slow.policy.rate = Some(200);
    let life = stage.starts(slow, Fate::default()).await;
    let mut page = life.console.connection.follow_selective(&RedriveId::new(ID)).unwrap();
    page.changed().await.unwrap();
    drop(page);
    assert_eq!(life.ends(&stage, "nobody looks").await.moved(), 100);
}

/// A destination whose key cannot be used: some delete first, or stop with half of it done.
#[tokio::test]
async fn a_destination_that_cannot_be_used_stops_it_and_nothing_is_deleted() {
    let stage = Stage::of(false, 60, 0).await;
    stage.world.dial(&json!([{ "operation": "SendMessageBatch", "action": "kms_access_denied" }])).await;
    let life = stage.starts(stage.order(), Fate::default()).await;
    let shown = life.pauses(Some(Pause::Destination)).await;
    assert!(shown.live.unwrap().refusals.contains_key(&Need::Send(QueueNo(0))), "it says what SQS refused");
    assert_eq!(stage.world.bodies(stage.from()).await.len(), 60);
    stage.world.dial(&json!([])).await;
    life.console.connection.steer_selective(&RedriveId::new(ID), Steer::Resume).await.unwrap();
    let verdict = life.ends(&stage, "a key that cannot be used").await;
    assert_eq!((verdict.moved(), verdict.duplicated, verdict.unknown), (60, 0, 0), "{verdict:#?}");
}

#[tokio::test]
async fn what_was_sent_is_never_sent_again_however_often_it_comes_by_and_whoever_looks_away() {
    tokio::join!(deletes_that_do_not_stick(), looking_away());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_behind_ten_thousand_others_is_found_when_these_are_let_go() {
    let stage = Stage::of(false, 10_200, 0).await;
    let log = stage.world.local.effects();
    let last: BTreeSet<MessageId> = log.iter().rev().take(20).map(|sent| MessageId::new(&sent.message_id)).collect();
    let mut order = Order { take: Take::Chosen(last), ..stage.order() };
    (order.policy.lanes, order.terms.lease_s) = (32, 60);
    let life = stage.starts(order, Fate::default()).await;
    let verdict = life.ends(&stage, "ten thousand others").await;
    assert_eq!((verdict.moved(), life.console.rows(ID).await.len()), (20, 20), "{:?}", verdict.shown);
    let url = format!("{}/000000000000/{}", stage.world.endpoint, stage.from());
    let wanted = json!({ "QueueUrl": url, "AttributeNames": ["All"] });
    let attributes = stage.world.call("GetQueueAttributes", wanted).await;
    assert_eq!(attributes["Attributes"]["ApproximateNumberOfMessages"], "10180", "all others are given back");
}
