//! The poller against an SQS in memory, in real time: what must hold of the whole, briefly. When things are read is
//! tested with a virtual time beside the plan.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::*;
use crate::model::{Failure, MoveTask, TaskStatus};
use crate::server::clock::SystemClock;
use crate::server::sqs::error::Kind;
use crate::tests::fake::{FakeSqs, arn, name};

fn start(fake: &Arc<FakeSqs>) -> Arc<Poller> {
    let connection = "local".parse().unwrap();
    let sqs: Arc<dyn Sqs> = Arc::clone(fake) as _;
    Poller::start(connection, sqs, Arc::new(SystemClock), &TaskTracker::new(), CancellationToken::new())
}

fn focus(queue: &str) -> View {
    View { focus: Some(name(queue)), listed: vec![] }
}

fn visible(census: &Census, queue: &str) -> u64 {
    census.rows[&name(queue)].attributes.as_ref().unwrap().depth.visible
}

fn running(queue: &str) -> MoveTask {
    MoveTask {
        handle: None,
        status: TaskStatus::Running,
        source: arn(&name(queue)),
        destination: None,
        rate: None,
        moved: 3,
        to_move: Some(5),
        failure: None,
        started: 0,
    }
}

async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

/// Waits for a census that satisfies `condition`, at most five seconds.
async fn until(viewer: &mut Viewer, condition: impl Fn(&Census) -> bool) -> Arc<Census> {
    let wait = async {
        loop {
            let census = viewer.census();
            if condition(&census) {
                return census;
            }
            assert!(viewer.changed().await);
        }
    };
    tokio::time::timeout(Duration::from_secs(5), wait).await.expect("not within five seconds")
}

#[tokio::test]
async fn the_first_page_reads_everything_once_however_many_ask() {
    let queues: Vec<String> = (0..300).map(|i| format!("q{i}")).collect();
    let fake = Arc::new(FakeSqs::with(&queues.iter().map(|q| (q.as_str(), 7)).collect::<Vec<_>>()));
    *fake.latency.lock().unwrap() = Duration::from_millis(5);
    let poller = start(&fake);
    assert_eq!(poller.census().liveness, Liveness::Paused);
    assert_eq!(fake.total(), 0, "nothing before somebody asks");

    let askers = (0..20).map(|_| poller.fresh(10_000));
    for census in futures_util::future::join_all(askers).await {
        let census = census.unwrap();
        assert_eq!(census.rows.len(), 300);
        assert!(census.rows.values().all(|row| row.attributes.is_some()));
    }
    assert_eq!(fake.total(), 301);
    let wide = fake.most_at_once.load(Ordering::SeqCst);
    assert!((32..=64).contains(&wide), "{wide} at once");

    poller.fresh(10_000).await.unwrap();
    poller.fresh(0).await.unwrap();
    assert_eq!(fake.total(), 301, "the sweep is not paid for yet");
    pause(100).await;
    assert_eq!(fake.total(), 301, "nobody watches, nothing is read");
}

#[tokio::test]
async fn a_queue_in_focus_is_read_every_two_seconds_until_the_last_viewer_leaves() {
    let fake = Arc::new(FakeSqs::with(&[("orders", 1), ("other", 1)]));
    let poller = start(&fake);
    poller.fresh(10_000).await.unwrap();
    let mut viewers: Vec<Viewer> = (0..100).map(|_| poller.watch(focus("orders"))).collect();
    fake.set("orders", 42);
    let census = until(&mut viewers[0], |census| visible(census, "orders") == 42).await;
    assert_eq!(census.liveness, Liveness::Live);
    pause(4_100).await;
    let read = fake.count("GetQueueAttributes", "/orders");
    assert!((3..=5).contains(&read), "{read} reads for a hundred viewers");
    assert_eq!(fake.count("GetQueueAttributes", "/other"), 1);

    viewers.clear();
    let before = fake.total();
    pause(2_500).await;
    assert_eq!(fake.total(), before, "nobody watches, nothing is read");
    assert_eq!(poller.census().liveness, Liveness::Paused);
}

#[tokio::test]
async fn read_now_sees_what_was_done_before_it_and_shares_the_call() {
    let fake = Arc::new(FakeSqs::with(&[("orders", 1)]));
    *fake.latency.lock().unwrap() = Duration::from_millis(30);
    let poller = start(&fake);
    let first = tokio::spawn({
        let poller = Arc::clone(&poller);
        async move { poller.read_now(&name("orders")).await }
    });
    pause(10).await;
    let askers = (0..50).map(|_| async {
        let row = poller.read_now(&name("orders")).await.unwrap();
        row.attributes.as_ref().unwrap().depth.visible
    });
    fake.set("orders", 2);
    assert_eq!(futures_util::future::join_all(askers).await, vec![2; 50]);
    first.await.unwrap().unwrap();
    assert_eq!(fake.count("GetQueueAttributes", "/orders"), 2);
    assert_eq!(fake.count("GetQueueUrl", "orders"), 1, "the list was never read");

    assert_eq!(poller.row(&name("orders"), 5_000).await.unwrap().name, name("orders"));
    assert_eq!(fake.count("GetQueueAttributes", "/orders"), 2, "young enough");
    assert_eq!(poller.read_now(&name("none")).await.unwrap_err(), Failure::NoSuchQueue(name("none")));
}

#[tokio::test]
async fn a_deleted_queue_stays_gone_and_a_created_one_stays() {
    let fake = Arc::new(FakeSqs::with(&[("old", 1)]));
    let poller = start(&fake);
    poller.fresh(0).await.unwrap();
    poller.forget(&name("old"));
    assert!(poller.census().rows.is_empty());
    fake.set("new", 3);
    poller.read_now(&name("new")).await.unwrap();
    let mut viewer = poller.watch(View::default());
    let census = until(&mut viewer, |census| census.liveness == Liveness::Live).await;
    assert_eq!(census.rows.keys().map(QueueName::as_str).collect::<Vec<_>>(), ["new"]);
}

#[tokio::test]
async fn throttled_it_falls_behind_and_recovers_by_itself() {
    let fake = Arc::new(FakeSqs::with(&[("orders", 1)]));
    let poller = start(&fake);
    poller.fresh(0).await.unwrap();
    fake.fail(Some(Kind::Throttled));
    let mut viewer = poller.watch(focus("orders"));
    let _ = poller.read_now(&name("orders")).await.unwrap_err();
    until(&mut viewer, |census| census.liveness == Liveness::Behind).await;
    let before = fake.total();
    pause(400).await;
    assert_eq!(fake.total(), before, "it holds back");
    fake.fail(None);
    until(&mut viewer, |census| census.liveness == Liveness::Live).await;
}

#[tokio::test]
async fn an_outage_is_said_keeps_the_numbers_and_ends_by_itself() {
    let fake = Arc::new(FakeSqs::with(&[("orders", 9)]));
    fake.fail(Some(Kind::Unreachable));
    let poller = start(&fake);
    assert_eq!(poller.fresh(0).await.unwrap_err(), Failure::Unreachable, "nothing is known at all");
    assert_eq!(poller.fresh(0).await.unwrap_err(), Failure::Unreachable);
    poller.acquaint().await;
    assert_eq!(fake.count("ListQueues", ""), 1, "it was tried a moment ago");
    fake.fail(None);
    pause(1_100).await;
    poller.fresh(0).await.unwrap();
    fake.fail(Some(Kind::Unreachable));
    let mut viewer = poller.watch(focus("orders"));
    let census = until(&mut viewer, |census| census.liveness == Liveness::Offline(Failure::Unreachable)).await;
    assert_eq!(visible(&census, "orders"), 9);
    assert_eq!(poller.fresh(0).await.unwrap().liveness, Liveness::Offline(Failure::Unreachable));
    fake.fail(None);
    until(&mut viewer, |census| census.liveness == Liveness::Live).await;
}

#[tokio::test]
async fn the_tasks_of_a_dead_letter_queue_are_read_while_it_is_in_focus() {
    let fake = Arc::new(FakeSqs::with(&[("orders", 1), ("orders-dlq", 5)]));
    fake.targets.lock().unwrap().insert(name("orders"), name("orders-dlq"));
    fake.tasks.lock().unwrap().push(running("orders-dlq"));
    let poller = start(&fake);
    poller.fresh(0).await.unwrap();
    let mut viewer = poller.watch(focus("orders-dlq"));
    let census = until(&mut viewer, |census| census.running_tasks().count() == 1).await;
    assert_eq!(census.tasks[&name("orders-dlq")].list[0].moved, 3);
    fake.tasks.lock().unwrap()[0].status = TaskStatus::Completed;
    until(&mut viewer, |census| census.running_tasks().count() == 0).await;
    drop(viewer);
    let mut other = poller.watch(focus("orders"));
    until(&mut other, |census| census.liveness == Liveness::Live).await;
    let before = fake.count("ListMessageMoveTasks", "");
    pause(2_200).await;
    assert_eq!(fake.count("ListMessageMoveTasks", ""), before, "not a dead-letter queue, and none runs");
    poller.tasks_now(&name("orders-dlq")).await.unwrap();
    assert_eq!(fake.count("ListMessageMoveTasks", ""), before + 1);
}

#[tokio::test]
async fn a_redrive_that_somebody_else_started_is_found() {
    let fake = Arc::new(FakeSqs::with(&[("orders", 1), ("orders-dlq", 5), ("empty", 1), ("empty-dlq", 0)]));
    for queue in ["orders", "empty"] {
        fake.targets.lock().unwrap().insert(name(queue), name(&format!("{queue}-dlq")));
    }
    fake.tasks.lock().unwrap().push(running("orders-dlq"));
    let poller = start(&fake);
    let census = poller.fresh(0).await.unwrap();
    assert_eq!(census.running_tasks().count(), 1);
    assert_eq!(fake.count("ListMessageMoveTasks", ""), 1, "of the one that holds messages");
}

#[tokio::test]
async fn a_list_that_is_denied_is_said_and_not_asked_for_by_every_page() {
    let fake = Arc::new(FakeSqs::with(&[("orders", 1)]));
    let poller = start(&fake);
    poller.fresh(0).await.unwrap();
    fake.fail_only("ListQueues", Kind::AccessDenied);
    assert!(poller.census().list_failure.is_none());
    let mut viewer = poller.watch(View { focus: None, listed: vec![name("orders")] });
    poller.state().schedule.hasten(&Job::List, 0);
    poller.wake.notify_one();
    let census = until(&mut viewer, |census| census.list_failure.is_some()).await;
    assert_eq!((census.rows.len(), &census.liveness), (1, &Liveness::Live), "what is known stays, and is read");
    let asked = fake.count("ListQueues", "");
    for _ in 0..5 {
        poller.fresh(60_000).await.unwrap();
    }
    assert_eq!(fake.count("ListQueues", ""), asked);

    let denied = start(&fake);
    let asked = fake.count("ListQueues", "");
    for _ in 0..5 {
        assert!(matches!(denied.fresh(0).await, Err(Failure::AccessDenied(_))));
        denied.acquaint().await;
    }
    assert_eq!(fake.count("ListQueues", ""), asked + 1);
}

#[tokio::test]
async fn pages_wait_for_a_list_that_hangs_once_and_not_each() {
    let fake = Arc::new(FakeSqs::with(&[("orders", 1)]));
    *fake.latency.lock().unwrap() = Duration::from_secs(60);
    let poller = start(&fake);
    let began = tokio::time::Instant::now();
    for _ in 0..20 {
        poller.acquaint().await;
    }
    let waited = began.elapsed();
    assert!((Duration::from_millis(1_900)..Duration::from_millis(2_500)).contains(&waited), "{waited:?}");
}

#[tokio::test]
async fn it_ends_with_the_shutdown() {
    let fake = Arc::new(FakeSqs::with(&[("orders", 1)]));
    let (tracker, shutdown) = (TaskTracker::new(), CancellationToken::new());
    let sqs: Arc<dyn Sqs> = Arc::clone(&fake) as _;
    let poller = Poller::start("local".parse().unwrap(), sqs, Arc::new(SystemClock), &tracker, shutdown.clone());
    *fake.latency.lock().unwrap() = Duration::from_secs(60);
    let _viewer = poller.watch(focus("orders"));
    pause(50).await;
    shutdown.cancel();
    tracker.close();
    tokio::time::timeout(Duration::from_secs(1), tracker.wait()).await.expect("tasks are left");
}
