//! Requests that get lost, answers that get lost, faults and throttles of SQS, all at once: no message is lost, and none
//! is there more often than outcomes were unknown.

use serde_json::json;

use super::process::Fate;
use super::stage::{Stage, Verdict};

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
