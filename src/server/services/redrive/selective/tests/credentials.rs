//! Credentials that expire in the middle: it waits, loses nothing, makes no copy, and goes on by itself.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::process::Fate;
use super::stage::{Dice, Stage, some};
use crate::server::clock::Clock as _;
use crate::server::services::redrive::engine::Pause;

const MESSAGES: usize = 150;

async fn expiring(seed: u64) {
    let (fifo, mut dice) = (seed % 2 == 1, Dice::new(seed));
    let stage = Stage::of(fifo, MESSAGES, 30).await;
    let mut order = stage.order();
    order.policy.rate = Some(150);
    let life = stage.starts(order, Fate::default()).await;
    for sent in some(&mut dice, 2, MESSAGES - 40) {
        stage.sent(sent).await;
        stage.world.dial(&json!([{ "action": "expired_credentials" }])).await;
        let expired = Instant::now();
        life.pauses(Some(Pause::Credentials)).await;
        assert!(expired.elapsed() < Duration::from_secs(5), "{:?}", expired.elapsed());
        stage.world.dial(&json!([])).await;
        let renewed_ms = stage.clock.mono_ms();
        // It tries again every ten seconds; so long every lease has run out, too.
        stage.pass(10_000);
        life.pauses(None).await;
        assert!(stage.clock.mono_ms() - renewed_ms <= 30_000, "{}", stage.clock.mono_ms() - renewed_ms);
    }
    let verdict = life.ends(&stage, "expired credentials").await;
    assert_eq!((verdict.moved(), verdict.remain()), (MESSAGES, 0), "{verdict:#?}");
    assert_eq!((verdict.duplicated, verdict.reported, verdict.unknown), (0, 0, 0), "a refusal is a no: {verdict:#?}");
}

#[tokio::test]
async fn credentials_that_expire_at_fifty_points_cost_nothing_but_time() {
    let mut worlds: JoinSet<()> = (0..25).map(expiring).collect();
    while let Some(done) = worlds.join_next().await {
        done.unwrap();
    }
}
