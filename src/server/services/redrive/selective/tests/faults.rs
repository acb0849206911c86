//! Requests that get lost, answers that get lost, faults and throttles of SQS, all at once, and faults of this program:
//! no message is lost, and none is there more often than outcomes were unknown.

use serde_json::json;

use super::process::{Doom, Fate, Step, When};
use super::stage::{Stage, Verdict, doomed};

const CALLS: [&str; 5] =
    ["ReceiveMessage", "SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch", "GetQueueAttributes"];

async fn faulty(fifo: bool, messages: usize) -> Verdict {
    let stage = Stage::of(fifo, messages, 100).await;
    let actions = [json!({"drop": "before"}), json!({"drop": "after"}), json!("server_error"), json!("throttle")];
    let rules = actions
        .iter()
        .enumerate()
        .map(|(seed, action)| json!({ "operation": CALLS, "chance": 0.05, "seed": seed, "action": action }));
    stage.world.dial(&rules.collect()).await;
    let life = stage.starts(stage.order(), Fate::default()).await;
    let verdict = life.ends(&stage, "one call in five fails").await;
    println!(
        "fifo {fifo}: {messages} messages, {} outcomes unknown, {} there twice, {} reported",
        verdict.unknown, verdict.duplicated, verdict.reported
    );
    assert_eq!(verdict.moved(), messages, "{verdict:#?}");
    assert!(verdict.unknown > messages / 100, "the dials do nothing: {verdict:#?}");
    verdict
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_one_call_in_five_fails_nothing_is_lost_and_no_copy_is_avoidable() {
    let verdict = faulty(false, 10_000).await;
    assert!(verdict.duplicated > 0 && verdict.reported <= verdict.unknown, "{verdict:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_fifo_there_is_no_second_copy_at_all() {
    let verdict = faulty(true, 10_000).await;
    assert_eq!((verdict.duplicated, verdict.reported), (0, 0), "{verdict:#?}");
}

/// A call panics once, at this step; the same process finishes what it began.
async fn stumbling(fifo: bool, step: Step, when: When) {
    let what = format!("fifo {fifo}, a fault {when:?} {step:?}");
    let stage = Stage::of(fifo, 60, 10).await;
    let stumble = Some(Doom { step, when, after: 20 });
    let mut order = stage.order();
    order.policy.lanes = 1;
    let life = stage.starts(order, Fate { stumble, ..Fate::default() }).await;
    let verdict = life.ends(&stage, &what).await;
    assert_eq!(*life.process.stumbles.lock().unwrap(), 0, "{what}: it never came to that");
    assert_eq!((verdict.moved(), verdict.remain()), (60, 0), "{what}: {verdict:#?}");
    assert!(!fifo || verdict.duplicated == 0, "{what}: {verdict:#?}");
    assert_eq!(stage.watch.seen().claims.len(), 2, "{what}: the fault took it over once more");
}

#[tokio::test]
async fn a_fault_of_this_program_costs_a_moment_and_no_restart() {
    for fifo in [false, true] {
        tokio::join!(
            stumbling(fifo, Step::Receive, When::After),
            stumbling(fifo, Step::Send, When::After),
            stumbling(fifo, Step::Sent, When::Before),
            stumbling(fifo, Step::Delete, When::Before),
        );
    }
}

#[tokio::test]
async fn a_fault_that_does_not_go_away_is_left_to_somebody() {
    let stage = Stage::of(false, 60, 0).await;
    let mut order = stage.order();
    order.policy.lanes = 1;
    let life = stage.starts(order, doomed(Step::Send, When::Before, 20)).await;
    life.is_idle().await;
    assert!(life.process.dead.is_cancelled() && life.shown().await.kept.is_open(), "the next process goes on with it");
    let next = stage.resumes(Fate::default()).await;
    let verdict = next.ends(&stage, "a fault that does not go away").await;
    assert_eq!((verdict.moved(), verdict.remain()), (60, 0), "{verdict:#?}");
}
