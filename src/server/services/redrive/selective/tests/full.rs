//! A journal that cannot be written: nothing is sent without its intent, people are told why it waits, and it goes on by
//! itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::process::{Fate, Step, When};
use super::stage::{Dice, ID, Life, Stage, doomed, some};
use super::world::World;
use crate::server::services::redrive::engine::Pause;
use crate::server::store::Sqlite;

const MESSAGES: usize = 200;

/// Lets time pass while it waits for its journal, until it has ended; answers whether it ever waited.
async fn until_it_ends(stage: &Stage, life: &Life) -> bool {
    let mut waited = false;
    loop {
        let shown = life.console.until(ID, |_| true).await;
        if shown.kept.ended.is_some() {
            return waited;
        }
        let waits = shown.live.is_some_and(|live| live.pauses.contains(&Pause::Journal));
        waited |= waits;
        if waits {
            // It tries again after a second, then after two.
            stage.pass(1_000);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn failing(seed: u64) {
    let (fifo, mut dice) = (seed % 2 == 1, Dice::new(seed));
    let stage = Stage::of(fifo, MESSAGES, 40).await;
    let mut order = stage.order();
    order.policy.lanes = 2;
    let at = some(&mut dice, 2, 14).into_iter();
    let disk = at.map(|at| (at, if dice.below(2) == 0 { When::Before } else { When::After })).collect();
    let life = stage.starts(order, Fate { disk, ..Fate::default() }).await;
    let waited = until_it_ends(&stage, &life).await;
    let verdict = life.ends(&stage, "a disk that fails").await;
    assert!(waited, "nobody was told");
    assert_eq!(*life.process.failures.lock().unwrap(), 2);
    assert_eq!((verdict.moved(), verdict.remain()), (MESSAGES, 0), "{verdict:#?}");
    assert_eq!((verdict.duplicated, verdict.unknown), (0, 0), "{verdict:#?}");
}

#[tokio::test]
async fn a_disk_that_fails_at_fifty_points_costs_nothing_but_time() {
    let mut worlds: JoinSet<()> = (0..25).map(failing).collect();
    while let Some(done) = worlds.join_next().await {
        done.unwrap();
    }
}

/// The file itself has no room for another page.
async fn no_room_for_another_page() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(Sqlite::open(directory.path()).unwrap());
    let stage = Stage::in_world(World::with(store.clone()).await, false).await;
    stage.world.fill(&format!("{}/000000000000/from", stage.world.endpoint), 1_500, 0).await;
    let stage = stage.begins();
    let mut order = stage.order();
    order.policy.lanes = 2;
    let life = stage.starts(order, Fate::default()).await;
    stage.sent(200).await;
    store.confine(true).await;
    life.pauses(Some(Pause::Journal)).await;
    let sent = stage.watch.sent();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(stage.watch.sent() == sent && sent < 1_400, "it went on without a journal: {sent}");
    store.confine(false).await;
    until_it_ends(&stage, &life).await;
    let verdict = life.ends(&stage, "a full disk").await;
    assert_eq!((verdict.moved(), verdict.duplicated, verdict.unknown), (1_500, 0, 0), "{verdict:#?}");
}

/// What is written at the beginning and at the end, beside the journal, is tried again, too.
async fn no_room_at_the_beginning_and_at_the_end() {
    let stage = Stage::of(false, 60, 0).await;
    let mut order = stage.order();
    order.policy.lanes = 1;
    stage.starts(order, doomed(Step::Send, When::After, 20)).await.died().await;
    stage.pass(3_100);
    let life = stage.life(Fate::default());
    *life.process.mute.lock().unwrap() = 1;
    life.console.connection.resume_selectives().await;
    life.pauses(Some(Pause::Journal)).await;
    assert_eq!(*life.process.mute.lock().unwrap(), 0, "its audit log could not be written");
    *life.process.mute.lock().unwrap() = 1;
    let verdict = life.ends(&stage, "no room beside the journal").await;
    assert_eq!(*life.process.mute.lock().unwrap(), 0, "its end could not be written");
    assert_eq!(verdict.moved(), 60, "{verdict:#?}");
}

#[tokio::test]
async fn a_full_disk_stops_it_before_the_next_send_until_there_is_room() {
    tokio::join!(no_room_for_another_page(), no_room_at_the_beginning_and_at_the_end());
}
