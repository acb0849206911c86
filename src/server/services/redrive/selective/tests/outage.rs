//! Networks that swallow everything, and processes that stand still while time goes on.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use super::process::Fate;
use super::stage::{Dice, Stage, some};
use crate::model::QueueUrl;
use crate::server::sqs::Receive;

const MESSAGES: usize = 200;

async fn all(worlds: impl Iterator<Item = impl Future<Output = ()> + Send + 'static>) {
    let mut worlds: JoinSet<()> = worlds.collect();
    while let Some(done) = worlds.join_next().await {
        done.unwrap();
    }
}

/// All connections end, and for a while nobody can connect.
async fn unreachable(seed: u64) {
    let fifo = seed % 2 == 1;
    let stage = Stage::of(fifo, MESSAGES, 40).await;
    let at = some(&mut Dice::new(seed), 5, 20);
    let calls = ["SendMessageBatch", "ReceiveMessage", "DeleteMessageBatch"];
    let rules = at.iter().enumerate().map(|(no, nth)| {
        json!({ "operation": calls[no % 3], "nth": 1 + nth / 3, "count": 1, "action": { "refuse": { "ms": 400 } } })
    });
    stage.world.dial(&rules.collect()).await;
    let mut order = stage.order();
    order.policy.lanes = 2;
    let life = stage.starts(order, Fate::default()).await;
    let verdict = life.ends(&stage, "unreachable").await;
    assert_eq!((verdict.moved(), verdict.remain()), (MESSAGES, 0), "{verdict:#?}");
    assert!(!fifo || verdict.duplicated == 0, "{verdict:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_outages_lose_nothing() {
    all((0..10).map(unreachable)).await;
}

/// Some requests are never answered. What they carry stays held: they end after ten seconds, and a lease has three.
async fn never_answered() {
    let stage = Stage::of(false, 60, 0).await;
    let never = |operation: &str| json!({ "operation": operation, "nth": 2, "count": 1, "action": "hang" });
    stage.world.dial(&json!([never("SendMessageBatch"), never("DeleteMessageBatch")])).await;
    let life = stage.starts(stage.order(), Fate::default()).await;
    let verdict = life.ends(&stage, "never answered").await;
    assert_eq!((verdict.moved(), verdict.duplicated), (60, 0), "a request that hangs had no effect here: {verdict:#?}");
    assert!((1..=10).contains(&verdict.reported) && verdict.unknown == verdict.reported, "{verdict:#?}");
}

/// A process is stopped for three minutes: what it held others may have by then.
async fn stopped(seed: u64) {
    let fifo = seed % 2 == 1;
    let (stage, mut dice) = (Stage::of(fifo, MESSAGES, 40).await, Dice::new(seed));
    let mut order = stage.order();
    order.policy.lanes = 3;
    let life = stage.starts(order, Fate::default()).await;
    for sent in some(&mut dice, 5, MESSAGES - 20) {
        stage.sent(sent).await;
        stage.pass(180_000);
    }
    let verdict = life.ends(&stage, "stopped").await;
    assert_eq!((verdict.moved(), verdict.remain()), (MESSAGES, 0), "{verdict:#?}");
    assert_eq!(verdict.duplicated, 0, "every outcome was heard: {verdict:#?}");
}

#[tokio::test]
async fn a_process_that_stood_still_sends_nothing_that_it_does_not_hold_any_more() {
    all((0..10).map(stopped)).await;
}

/// A send takes longer than a lease: nobody else gets what is being sent.
async fn slow() {
    let stage = Stage::of(false, 20, 0).await;
    let slow = json!([{ "operation": "SendMessageBatch", "action": { "delay": { "ms": 4_500 } } }]);
    stage.world.dial(&slow).await;
    let life = stage.starts(stage.order(), Fate::default()).await;
    stage.sent(20).await;
    let url = QueueUrl::new(format!("{}/000000000000/{}", stage.world.endpoint, stage.from()));
    for _ in 0..40 {
        let receive = Receive { count: 10, visibility_timeout: Some(1), wait: 0 };
        let received = stage.world.gateway.receive(&url, receive).await.unwrap().value;
        assert!(received.is_empty(), "{received:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let verdict = life.ends(&stage, "slow").await;
    assert_eq!((verdict.moved(), verdict.duplicated, verdict.unknown), (20, 0, 0), "{verdict:#?}");
}

#[tokio::test]
async fn what_is_being_sent_stays_hidden_however_long_that_takes() {
    tokio::join!(never_answered(), slow());
}
