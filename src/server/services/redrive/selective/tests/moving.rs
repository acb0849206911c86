//! Whole queues and chosen messages from one queue to another, without trouble.

use std::collections::BTreeSet;

use super::world::{World, about, order, own};
use crate::model::journal::{EndedHow, JournalRow, RedriveId};
use crate::model::{Failure, Refusal};
use crate::server::services::redrive::engine::{Order, Take};
use crate::server::services::redrive::selective::Steer;

#[tokio::test]
async fn a_whole_queue_is_moved_and_every_message_has_its_line() {
    let world = World::new().await;
    let (dlq, _) = (world.queue("orders-dlq").await, world.queue("orders").await);
    world.fill(&dlq, 137, 0).await;
    let console = world.console();
    console.connection.start_selective(order("r", "orders-dlq", "orders"), about()).await.unwrap();
    let again = console.connection.start_selective(order("s", "orders-dlq", "orders"), about()).await;
    assert_eq!(again, Err(Failure::Refused(Refusal::RedriveRunning(Some(own("r"))))));
    let shown = console.ended("r").await;
    assert_eq!(shown.counts.moved, 137);
    assert_eq!(shown.kept.ended.unwrap().how, EndedHow::Finished { may_remain: None });
    let bodies = world.bodies("orders").await;
    assert!(bodies.len() == 137 && bodies.values().all(|copies| *copies == 1), "{bodies:?}");
    assert!(world.bodies("orders-dlq").await.is_empty());
    assert_eq!(console.rows("r").await.len(), 137);
}

#[tokio::test]
async fn groups_keep_their_order() {
    let world = World::new().await;
    let (dlq, _) = (world.queue("dlq.fifo").await, world.queue("trades.fifo").await);
    world.fill(&dlq, 120, 7).await;
    let console = world.console();
    console.connection.start_selective(order("r", "dlq.fifo", "trades.fifo"), about()).await.unwrap();
    assert_eq!(console.ended("r").await.counts.moved, 120);
    let mut last = [0; 7];
    for body in world.messages("trades.fifo").await {
        let n: usize = body["body ".len()..].parse().unwrap();
        assert!(last[n % 7] <= n, "{n} after {}", last[n % 7]);
        last[n % 7] = n;
    }
}

#[tokio::test]
async fn a_console_that_stops_leaves_the_rest_to_the_next_one() {
    let world = World::new().await;
    let (dlq, _) = (world.queue("orders-dlq").await, world.queue("orders").await);
    world.fill(&dlq, 300, 0).await;
    let first = world.console();
    let mut slow = order("r", "orders-dlq", "orders");
    slow.policy.rate = Some(200);
    first.connection.start_selective(slow, about()).await.unwrap();
    first.until("r", |shown| shown.counts.moved > 20).await;
    first.terminated().await;
    let second = world.console();
    let before = second.connection.selective(&RedriveId::new("r")).await.unwrap();
    assert!(before.kept.ended.is_none() && before.counts.moved < 300, "{before:?}");
    let doubtful = |row: &JournalRow| row.is_open() && row.open_attempts() > 0;
    assert!(!second.rows("r").await.iter().any(doubtful), "it stopped where nothing is in doubt");
    second.connection.resume_selectives().await;
    let shown = second.ended("r").await;
    assert_eq!((shown.counts.moved, shown.counts.possible_duplicates), (300, 0));
    assert_eq!(world.bodies("orders").await.len(), 300);
}

#[tokio::test]
async fn it_waits_and_goes_on_and_ends_as_told_over_restarts() {
    let world = World::new().await;
    let (dlq, _) = (world.queue("orders-dlq").await, world.queue("orders").await);
    world.fill(&dlq, 200, 0).await;
    let (first, id) = (world.console(), RedriveId::new("r"));
    let slow = order("r", "orders-dlq", "orders");
    let slow = Order {
        policy: crate::server::services::redrive::engine::Policy { rate: Some(100), canary: Some(10), ..slow.policy },
        ..slow
    };
    first.connection.start_selective(slow, about()).await.unwrap();
    let canary = first.until("r", |shown| shown.live.as_ref().is_some_and(|live| !live.pauses.is_empty())).await;
    assert_eq!(canary.counts.moved + canary.counts.open, 10);
    first.connection.steer_selective(&id, Steer::Resume).await.unwrap();
    first.until("r", |shown| shown.counts.moved > 20).await;
    first.connection.steer_selective(&id, Steer::Pause).await.unwrap();
    first.until("r", |shown| shown.live.as_ref().is_some_and(|live| !live.pauses.is_empty())).await;
    first.terminated().await;
    let second = world.console();
    second.connection.resume_selectives().await;
    let paused = second.until("r", |shown| shown.live.as_ref().is_some_and(|live| !live.pauses.is_empty())).await;
    assert!(paused.kept.paused && paused.kept.approved);
    second.connection.steer_selective(&id, Steer::Cancel).await.unwrap();
    let ended = second.ended("r").await;
    assert_eq!(ended.kept.ended.unwrap().how, EndedHow::Cancelled);
    let (there, here) = (world.bodies("orders").await.len(), world.bodies("orders-dlq").await.len());
    assert_eq!((there, there + here), (ended.counts.moved, 200));
    let late = second.connection.steer_selective(&id, Steer::Resume).await;
    assert_eq!(late.unwrap_err(), Failure::Refused(Refusal::RedriveEnded));
}

#[tokio::test]
async fn only_the_chosen_are_moved_and_the_missing_are_named() {
    let world = World::new().await;
    let (dlq, _) = (world.queue("orders-dlq").await, world.queue("orders").await);
    world.fill(&dlq, 40, 0).await;
    let ids: Vec<crate::model::MessageId> = world
        .call(
            "ReceiveMessage",
            serde_json::json!({ "QueueUrl": dlq, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0 }),
        )
        .await["Messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| crate::model::MessageId::new(message["MessageId"].as_str().unwrap()))
        .collect();
    let mut chosen: BTreeSet<_> = ids.iter().take(3).cloned().collect();
    chosen.insert(crate::model::MessageId::new("never-there"));
    let console = world.console();
    let wanted = Order { take: Take::Chosen(chosen), ..order("r", "orders-dlq", "orders") };
    console.connection.start_selective(wanted, about()).await.unwrap();
    let shown = console.ended("r").await;
    assert_eq!((shown.counts.moved, shown.counts.not_sent), (3, 1));
    assert_eq!((world.bodies("orders").await.len(), world.bodies("orders-dlq").await.len()), (3, 37));
    let visible =
        world.call("GetQueueAttributes", serde_json::json!({ "QueueUrl": dlq, "AttributeNames": ["All"] })).await;
    assert_eq!(visible["Attributes"]["ApproximateNumberOfMessages"], "37", "what was met was given back");
}

#[tokio::test]
async fn a_second_click_leads_to_the_same_redrive() {
    let world = World::new().await;
    let (dlq, _) = (world.queue("orders-dlq").await, world.queue("orders").await);
    world.fill(&dlq, 20, 0).await;
    let console = world.console();
    let start = || console.connection.start_selective(order("r", "orders-dlq", "orders"), about());
    let (first, second) = tokio::join!(start(), start());
    let started = [&first, &second].into_iter().filter(|started| **started == Ok(RedriveId::new("r"))).count();
    assert!(started >= 1, "{first:?} {second:?}");
    assert_eq!(console.ended("r").await.counts.moved, 20);
    assert_eq!(world.bodies("orders").await.len(), 20);
}

#[tokio::test]
async fn what_an_earlier_redrive_sent_and_sqs_shows_again_is_found_and_deleted() {
    let world = World::new().await;
    let (dlq, _) = (world.queue("orders-dlq").await, world.queue("orders").await);
    world.fill(&dlq, 3, 0).await;
    let console = world.console();
    world
        .dial(&serde_json::json!([{ "operation": "DeleteMessageBatch", "action": { "restore": { "ms": 300 } } }]))
        .await;
    console.connection.start_selective(order("r", "orders-dlq", "orders"), about()).await.unwrap();
    console.until("r", |shown| shown.counts.moved == 3).await;
    console.connection.steer_selective(&RedriveId::new("r"), Steer::Cancel).await.unwrap();
    console.ended("r").await;
    while world.bodies("orders-dlq").await.len() < 3 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    world.dial(&serde_json::json!([])).await;
    let chosen = console.rows("r").await.iter().map(|row| row.id.clone()).collect();
    let again = Order { take: Take::Chosen(chosen), ..order("s", "orders-dlq", "orders") };
    console.connection.start_selective(again, about()).await.unwrap();
    let shown = console.ended("s").await;
    assert_eq!((shown.counts.moved, console.rows("s").await.len()), (3, 3), "each has its line");
    assert!(world.bodies("orders-dlq").await.is_empty());
    assert_eq!(world.bodies("orders").await.values().sum::<usize>(), 3, "and none was sent twice");
}
