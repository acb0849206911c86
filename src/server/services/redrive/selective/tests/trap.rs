//! The trap of deduplication: different messages with equal bodies, and with equal deduplication ids of their own, which
//! SQS would take for one. Whoever moves them under those ids and deletes the originals loses half of them.

use serde_json::json;

use super::process::{Fate, Twist};
use super::stage::{ID, Stage};
use super::watch::MARK;
use super::world::World;
use crate::local::ledger::Ledger;
use crate::model::Draft;
use crate::server::services::redrive::selective::Shown;

/// What became of so many pairs: how many messages are at the destination, and how many SQS swallowed.
async fn pairs(pairs: usize, twist: Option<Twist>) -> (usize, usize, Shown) {
    let stage = Stage::in_world(World::new().await, true).await;
    let url = |name: &str| format!("{}/000000000000/{name}", stage.world.endpoint);
    let attributes = json!({ "ContentBasedDeduplication": "true" });
    let by_content = json!({ "QueueUrl": url(stage.to()), "Attributes": attributes });
    stage.world.call("SetQueueAttributes", by_content).await;
    for mark in ["one", "the other"] {
        for n in 0..pairs {
            let sent = json!({
                "QueueUrl": url(stage.from()),
                "MessageBody": format!("body {n}"),
                "MessageGroupId": format!("g{n}"),
                "MessageDeduplicationId": format!("d{n}"),
                "MessageAttributes": { MARK: { "DataType": "String", "StringValue": mark } },
            });
            stage.world.call("SendMessage", sent).await;
        }
        // So long that both of a pair can be in one queue at all.
        stage.pass(301_000);
    }
    let stage = stage.begins();
    assert_eq!(stage.world.messages(stage.from()).await.len(), pairs * 2);
    let life = stage.starts(stage.order(), Fate { twist, ..Fate::default() }).await;
    let shown = life.console.ended(ID).await;
    let there = stage.world.bodies(stage.to()).await;
    let log = stage.world.local.effects();
    let swallowed = Ledger::of(&log).swallowed().len();
    assert_eq!(stage.watch.seen().wrong, Vec::<String>::new());
    let left = stage.world.bodies(stage.from()).await.values().sum::<usize>();
    let all = there.values().sum::<usize>();
    assert_eq!(left + all, pairs * 2, "none is lost, whatever is sent");
    (all, swallowed, shown)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_pairs_of_equal_messages_all_arrive() {
    let (there, swallowed, shown) = pairs(1_000, None).await;
    assert_eq!((there, swallowed, shown.counts.moved), (2_000, 0, 2_000));
}

/// What other tools do: the id is the original's.
fn as_it_was(draft: &Draft) -> Draft {
    let deduplication_id = draft.body.strip_prefix("body ").map(|n| format!("d{n}"));
    Draft { deduplication_id, ..draft.clone() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_ids_of_the_originals_half_would_not_arrive_and_stays_where_it_is() {
    let (there, swallowed, shown) = pairs(100, Some(as_it_was)).await;
    assert_eq!((there, swallowed), (100, 100), "the trap is one");
    // The engine notices by the id of the copy, keeps the originals and says so.
    assert_eq!((shown.counts.moved, shown.counts.unknown + shown.counts.not_sent), (100, 100), "{shown:#?}");
}
