//! Dead letters: how they come, and how a message move task takes them back.

use super::{World, bodies, handles};
use crate::model::ids::TaskHandle;
use crate::model::{Draft, Message, MoveTask, QueueArn, QueueUrl, TaskStatus};
use crate::server::sqs::Sqs as _;
use crate::server::sqs::error::Kind;

/// Sends messages and receives them once too often. Answers the queue, its dead-letter queue and the letters in it.
async fn failed(world: &World, name: &str, count: usize) -> (QueueUrl, QueueUrl) {
    let suffix = if name.ends_with(".fifo") { ".fifo" } else { "" };
    let dead_letters = world.queue(&format!("{}-dlq{suffix}", name.trim_end_matches(".fifo")), &[]).await;
    let queue = world.source(name, &dead_letters, 1).await;
    for number in 0..count {
        let fifo = (!suffix.is_empty()).then(|| format!("g{number}"));
        let draft =
            Draft { body: format!("m{number}"), deduplication_id: fifo.clone(), group_id: fifo, ..Draft::default() };
        world.sqs.send(&queue, &draft).await.unwrap();
    }
    let mut received = 0;
    for _ in 0..100 {
        let messages = world.receive_for(&queue, Some(600)).await;
        for handle in handles(&messages) {
            world.sqs.change_visibility(&queue, &handle, 0).await.unwrap();
        }
        received += messages.len();
        if received == count && messages.is_empty() {
            break;
        }
    }
    (queue, dead_letters)
}

async fn letters(world: &World, queue: &QueueUrl) -> Vec<Message> {
    let mut letters = world.receive_for(queue, Some(0)).await;
    letters.sort_by(|a, b| a.body.cmp(&b.body));
    letters
}

/// Waits until a task of `source` is as `wanted`, for a minute at most.
async fn task(world: &World, source: &QueueArn, wanted: TaskStatus) -> MoveTask {
    for _ in 0..60 {
        let tasks = world.sqs.move_tasks(source).await.unwrap().value;
        if let Some(task) = tasks.into_iter().next().filter(|task| task.status == wanted) {
            return task;
        }
        world.pass(1).await;
    }
    panic!("the task never was {wanted:?}");
}

#[tokio::test]
async fn a_message_received_too_often_becomes_a_dead_letter() {
    for name in ["orders", "trades.fifo"] {
        let world = World::new().await;
        let (queue, dead_letters) = failed(&world, name, 2).await;
        assert_eq!(world.attributes(&queue).await.depth.total(), 0, "{name}");
        let found = letters(&world, &dead_letters).await;
        assert_eq!(bodies(&found), ["m0", "m1"], "{name}");
        assert_eq!(found[0].source(), Some(world.arn(&queue).await), "{name}");
        assert_eq!(found[0].receive_count(), Some(2), "{name}: the count goes on");
        assert_eq!(world.sqs.dead_letter_sources(&dead_letters).await.unwrap().value, [queue]);
    }
}

#[tokio::test]
async fn a_move_task_takes_dead_letters_back() {
    let world = World::new().await;
    let (queue, dead_letters) = failed(&world, "orders", 3).await;
    let source = world.arn(&dead_letters).await;
    assert_eq!(world.sqs.move_tasks(&source).await.unwrap().value, []);
    world.sqs.start_move(&source, None, None).await.unwrap();
    let done = task(&world, &source, TaskStatus::Completed).await;
    assert_eq!((done.source, done.destination, done.rate), (source, None, None));
    assert_eq!((done.to_move, done.failure, done.handle), (Some(3), None, None));
    assert!(done.started > 1_500_000_000_000, "milliseconds");
    let back = letters(&world, &queue).await;
    assert_eq!(bodies(&back), ["m0", "m1", "m2"]);
    assert_eq!(back[0].receive_count(), Some(1), "they count from the start");
    assert_eq!(world.attributes(&dead_letters).await.depth.total(), 0);
}

#[tokio::test]
async fn a_move_task_can_go_elsewhere_and_be_cancelled() {
    let world = World::new().await;
    let (_, dead_letters) = failed(&world, "orders", 9).await;
    let elsewhere = world.queue("elsewhere", &[]).await;
    let (source, destination) = (world.arn(&dead_letters).await, world.arn(&elsewhere).await);
    let handle = world.sqs.start_move(&source, Some(&destination), Some(1)).await.unwrap().value;
    let second = world.sqs.start_move(&source, None, None).await.unwrap_err();
    assert_eq!(second.kind, Kind::TaskRunning, "{second}");

    world.pass(2).await;
    let running = task(&world, &source, TaskStatus::Running).await;
    assert_eq!((running.destination, running.rate), (Some(destination), Some(1)));
    assert_eq!(running.handle.as_ref(), Some(&handle));
    world.sqs.cancel_move(&handle).await.unwrap();
    let cancelled = task(&world, &source, TaskStatus::Cancelled).await;
    assert!((1..9).contains(&cancelled.moved), "{}", cancelled.moved);
    assert_eq!(cancelled.handle, None);
    let again = world.sqs.cancel_move(&handle).await.unwrap_err();
    assert_eq!(again.kind, Kind::Rejected, "{again}");
    let left = world.attributes(&dead_letters).await.depth.total();
    assert_eq!(left + world.attributes(&elsewhere).await.depth.total(), 9, "nothing is lost");
}

#[tokio::test]
async fn a_move_task_that_cannot_be_is_refused() {
    let world = World::new().await;
    let plain = world.queue("plain", &[]).await;
    let source = world.arn(&plain).await;
    let refused = world.sqs.start_move(&source, None, None).await.unwrap_err();
    assert_eq!(refused.kind, Kind::NotADeadLetterQueue, "{refused}");
    let missing = source.sibling(&"missing".parse().unwrap());
    assert_eq!(world.sqs.start_move(&missing, None, None).await.unwrap_err().kind, Kind::NoSuchQueue);
    assert_eq!(world.sqs.move_tasks(&missing).await.unwrap_err().kind, Kind::NoSuchQueue);
    let nonsense = world.sqs.cancel_move(&TaskHandle::new("nonsense")).await.unwrap_err();
    assert_eq!(nonsense.kind, Kind::Rejected, "{nonsense}");
}
