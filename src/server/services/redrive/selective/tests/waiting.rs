//! A redrive that waits for somebody: they may look, what they see counts, and what they hold is handed over.

use std::time::Duration;

use serde_json::json;

use super::world::{World, about, arn, order, own};
use crate::model::form::hold::Hold;
use crate::model::form::look::Look;
use crate::model::journal::RedriveId;
use crate::model::{Failure, QueueName, Refusal};
use crate::server::services::redrive::engine::{Order, Pause, Policy, StopRule};
use crate::server::services::redrive::selective::{Shown, Steer};

fn waits_for(pause: Pause) -> impl Fn(&Shown) -> bool {
    move |shown| shown.live.as_ref().is_some_and(|live| live.pauses.contains(&pause))
}

#[tokio::test]
async fn what_a_look_meets_while_it_waits_counts_as_come_back() {
    let world = World::new().await;
    let dlq = world.queue("orders-dlq").await;
    let orders = world.queue("orders").await;
    world.fill(&dlq, 60, 0).await;
    let policy = json!({ "deadLetterTargetArn": arn("orders-dlq").as_str(), "maxReceiveCount": 1 }).to_string();
    world.call("SetQueueAttributes", json!({ "QueueUrl": orders, "Attributes": { "RedrivePolicy": policy } })).await;
    let (console, id) = (world.console(), RedriveId::new("r"));
    let wish = order("r", "orders-dlq", "orders");
    let rule = StopRule { percent: 50, at_least: 5, within_ms: 600_000 };
    let policy = Policy { canary: Some(10), stop_rule: Some(rule), ..wish.policy.clone() };
    console.connection.start_selective(Order { policy, ..wish }, about()).await.unwrap();
    console.until("r", waits_for(Pause::Canary)).await;
    // The consumer fails at all ten: the second receive moves them back.
    for _ in 0..4 {
        let receive = json!({ "QueueUrl": orders, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0 });
        world.call("ReceiveMessage", receive).await;
    }
    let queue: QueueName = "orders-dlq".parse().unwrap();
    console.connection.look(&queue, Look { limit: 100, spend: false }).await.unwrap();
    let shown = console.until("r", waits_for(Pause::CameBack)).await;
    assert_eq!(shown.live.unwrap().census.came_back, 10);
    console.connection.steer_selective(&id, Steer::Resume).await.unwrap();
    let shown = console.ended("r").await;
    assert_eq!((shown.counts.moved, shown.counts.came_back), (60, 10), "what came back is not sent again");
    assert_eq!((world.bodies("orders").await.len(), world.bodies("orders-dlq").await.len()), (50, 10));
}

#[tokio::test]
async fn what_is_held_is_handed_over_and_nobody_else_receives_meanwhile() {
    let world = World::new().await;
    let (dlq, _) = (world.queue("orders-dlq").await, world.queue("orders").await);
    world.fill(&dlq, 25, 0).await;
    let (console, queue) = (world.console(), "orders-dlq".parse::<QueueName>().unwrap());
    let hold = Hold { messages: 25, seconds: 0, spend: false };
    let session = console.connection.open_hold(&queue, hold).await.unwrap();
    let holding = tokio::spawn(session.run());
    while console
        .connection
        .snapshot(&queue)
        .is_none_or(|snapshot| snapshot.entries.len() < 25 || snapshot.is_running())
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let receives = world.calls("ReceiveMessage").await;
    let mut wish = order("r", "orders-dlq", "orders");
    wish.take = crate::server::services::redrive::engine::Take::Chosen(
        console.connection.snapshot(&queue).unwrap().entries.iter().map(|entry| entry.message.id.clone()).collect(),
    );
    wish.policy.rate = Some(20);
    console.connection.start_selective(wish, about()).await.unwrap();
    let second = console.connection.open_hold(&queue, Hold { messages: 1, seconds: 0, spend: false }).await;
    assert_eq!(second.err(), Some(Failure::Refused(Refusal::RedriveRunning(Some(own("r"))))));
    let shown = console.ended("r").await;
    assert_eq!(shown.counts.moved, 25);
    assert_eq!(world.calls("ReceiveMessage").await, receives, "they were not received again");
    holding.await.unwrap();
    assert!(world.bodies("orders-dlq").await.is_empty());
}

/// A queue with 60 messages, where an operation takes its time, and a redrive of it that takes a minute.
async fn slow(operation: &str) -> (World, Order) {
    let world = World::new().await;
    let (dlq, _) = (world.queue("orders-dlq").await, world.queue("orders").await);
    world.fill(&dlq, 60, 0).await;
    world.dial(&json!([{ "operation": operation, "action": { "delay": { "ms": 600 } } }])).await;
    let mut wish = order("r", "orders-dlq", "orders");
    wish.policy.rate = Some(1);
    (world, wish)
}

const A_MOMENT: Duration = Duration::from_millis(200);
const HOLD: Hold = Hold { messages: 10, seconds: 0, spend: false };

fn refused_for_it<T>(result: Result<T, Failure>) -> bool {
    result.err() == Some(Failure::Refused(Refusal::RedriveRunning(Some(own("r")))))
}

#[tokio::test]
async fn of_a_hold_and_a_redrive_that_begin_together_one_gives_way() {
    let (world, wish) = slow("GetQueueAttributes").await;
    let (console, queue) = (world.console(), "orders-dlq".parse::<QueueName>().unwrap());
    let connection = console.connection.clone();
    let hold = tokio::spawn(async move { connection.open_hold(&queue, HOLD).await });
    tokio::time::sleep(A_MOMENT).await;
    console.connection.start_selective(wish, about()).await.unwrap();
    assert!(refused_for_it(hold.await.unwrap()), "it began while the hold asked for the attributes");
}

#[tokio::test]
async fn a_redrive_does_not_begin_while_somebody_looks() {
    let (world, wish) = slow("ListMessageMoveTasks").await;
    let (console, queue) = (world.console(), "orders-dlq".parse::<QueueName>().unwrap());
    let turn = console.connection.desk().turn(&queue);
    let looking = turn.lock().await;
    let started = console.connection.start_selective(wish.clone(), about()).await;
    assert_eq!(started, Err(Failure::Refused(Refusal::ReceiveRunning)));
    drop(looking);
    console.connection.start_selective(wish, about()).await.unwrap();
}

#[tokio::test]
async fn a_hold_does_not_slip_in_while_a_redrive_is_told_to_go_on() {
    let (world, wish) = slow("ListMessageMoveTasks").await;
    let (console, id) = (world.console(), RedriveId::new("r"));
    let queue: QueueName = "orders-dlq".parse().unwrap();
    console.connection.start_selective(wish, about()).await.unwrap();
    console.connection.steer_selective(&id, Steer::Pause).await.unwrap();
    console.until("r", waits_for(Pause::Asked)).await;
    let connection = console.connection.clone();
    let resumed = tokio::spawn(async move { connection.steer_selective(&id, Steer::Resume).await });
    tokio::time::sleep(A_MOMENT).await;
    assert!(refused_for_it(console.connection.open_hold(&queue, HOLD).await), "it is about to receive");
    resumed.await.unwrap().unwrap();
    let shown = console.until("r", |_| true).await;
    assert!(shown.live.unwrap().pauses.is_empty(), "the page that is shown now says that it goes on");
}
