//! A console that is killed before and after each step of a redrive, at its beginning, in its middle and at its end: the
//! next one finishes it, nothing is lost, and what is there twice is in the report.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::process::{Fate, Step, When};
use super::stage::{ID, Stage, Verdict, doomed};
use crate::model::MessageId;
use crate::model::journal::RedriveId;
use crate::server::services::redrive::engine::{Order, Take};
use crate::server::services::redrive::selective::Steer;

/// Messages of a redrive here; ten to a request, and one request of a kind at a time.
const MESSAGES: usize = 60;
/// So many cells are tried out at once.
const AT_ONCE: usize = 32;
/// After which messages it ends, or, of what is not done to each, after which calls.
const PLACES: [usize; 3] = [0, MESSAGES / 2, MESSAGES - 10];
const CALLS: [usize; 3] = [0, 1, 2];

const STEPS: [(Step, [usize; 3]); 8] = [
    (Step::Receive, PLACES),
    (Step::Intend, PLACES),
    (Step::Send, PLACES),
    (Step::Sent, PLACES),
    (Step::Delete, PLACES),
    (Step::Done, PLACES),
    (Step::Renew, CALLS),
    (Step::GiveBack, CALLS),
];

/// One redrive that is killed once.
async fn cell(fifo: bool, step: Step, when: When, after: usize) -> (Verdict, bool) {
    let what = format!("fifo {fifo}, {when:?} {step:?} after {after}");
    let (messages, groups) = if step == Step::GiveBack { (MESSAGES * 2, MESSAGES * 2) } else { (MESSAGES, 10) };
    let stage = Stage::of(fifo, messages, groups).await;
    let mut order = Order { ..stage.order() };
    order.policy.lanes = 1;
    match step {
        // Slow enough for leases to be renewed over and over.
        Step::Renew => order.policy.rate = Some(10),
        // The first half is not chosen, and given back.
        Step::GiveBack => order.take = Take::Chosen(second_half(&stage)),
        _ => {}
    }
    let chosen = order.take != Take::Everything;
    let died = stage.starts(order, doomed(step, when, after)).await.died().await;
    // What it held comes back.
    stage.pass(3_100);
    let second = stage.resumes(Fate::default()).await;
    let verdict = second.ends(&stage, &what).await;
    assert_eq!((verdict.moved(), verdict.remain()), (MESSAGES, 0), "{what}: {verdict:#?}");
    // One request is under way, and the acknowledgement of the one before on its way to the disk.
    assert!(verdict.unknown <= 20, "{what}: {verdict:#?}");
    assert!(!fifo || verdict.duplicated + verdict.reported == 0, "{what}: deduplication covers them: {verdict:#?}");
    let there = stage.world.bodies(stage.from()).await.len();
    assert_eq!(there, if chosen { MESSAGES } else { 0 }, "{what}");
    second.console.terminated().await;
    (verdict, died)
}

fn second_half(stage: &Stage) -> BTreeSet<MessageId> {
    let log = stage.world.local.effects();
    log.iter().skip(MESSAGES).map(|effect| MessageId::new(effect.message_id.clone())).collect()
}

#[tokio::test]
async fn killed_at_every_step_it_loses_nothing_and_reports_every_second_copy() {
    let (mut cells, room) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
    for (step, places) in STEPS {
        for when in [When::Before, When::After] {
            for fifo in [false, true] {
                for after in places {
                    let room = Arc::clone(&room);
                    cells.spawn(async move {
                        let _permit = room.acquire_owned().await.unwrap();
                        ((step, when, fifo), cell(fifo, step, when, after).await)
                    });
                }
            }
        }
    }
    let (mut count, mut crashes, mut duplicated, mut most, mut reported) = (0, 0, 0, 0, 0);
    while let Some(done) = cells.join_next().await {
        let ((step, when, fifo), (verdict, died)) = done.unwrap();
        count += 1;
        crashes += usize::from(died);
        duplicated += verdict.duplicated;
        most = most.max(verdict.duplicated);
        reported += verdict.reported;
        let answer_lost = (step, when) == (Step::Send, When::After) && !fifo;
        assert!(!answer_lost || !died || verdict.duplicated > 0, "the point is not where it seems: {verdict:#?}");
    }
    println!(
        "{crashes} crashes in {count} redrives: {duplicated} messages there twice, {most} of one crash at most, {reported} reported as possibly there twice"
    );
    assert!(count == 96 && crashes >= 90, "{crashes} crashes in {count} redrives");
}

/// The queue that messages were in is gone, and nobody wants the redrive any more.
#[tokio::test]
async fn cancelled_without_its_queue_it_leaves_no_message_open() {
    let stage = Stage::of(false, MESSAGES, 0).await;
    let mut order = stage.order();
    order.policy.lanes = 1;
    assert!(stage.starts(order, doomed(Step::Send, When::After, 20)).await.died().await);
    let url = format!("{}/000000000000/{}", stage.world.endpoint, stage.from());
    stage.world.call("DeleteQueue", json!({ "QueueUrl": url })).await;
    let next = stage.life(Fate::default());
    next.console.connection.steer_selective(&RedriveId::new(ID), Steer::Cancel).await.unwrap();
    let counts = next.console.ended(ID).await.counts;
    assert_eq!((counts.open, counts.unknown), (0, 10), "a request was under way: {counts:?}");
    assert_eq!(counts.sent(), 20, "{counts:?}");
}
