//! The log of move tasks: who started one, what it came to, and that nothing goes back.

use super::super::{Sqlite, TaskQuery, TaskStore as _};
use crate::model::ids::TaskHandle;
use crate::model::redrive::kept::{Cancel, KeptTask};
use crate::model::{ConnectionName, MoveTask, QueueArn, TaskStatus};

fn local() -> ConnectionName {
    "local".parse().unwrap()
}

fn dlq(name: &str) -> QueueArn {
    format!("arn:aws:sqs:us-east-1:1:{name}").parse().unwrap()
}

fn task(started: i64, status: TaskStatus, moved: u64) -> MoveTask {
    let handle = (status == TaskStatus::Running).then(|| TaskHandle::new(format!("handle of {started}")));
    MoveTask {
        handle,
        status,
        source: dlq("orders-dlq"),
        destination: Some(dlq("rescue")),
        rate: Some(5),
        moved,
        to_move: Some(10),
        failure: None,
        started,
    }
}

async fn all(store: &Sqlite) -> Vec<KeptTask> {
    let query = TaskQuery { connection: local(), source: Some(dlq("orders-dlq")), active: false, skip: 0, limit: 100 };
    let (found, total) = store.kept_tasks(&query).await.unwrap();
    assert_eq!(found.len() as u64, total);
    found
}

#[tokio::test]
async fn a_task_is_followed_from_its_start_to_its_end() {
    let store = Sqlite::in_memory().unwrap();
    let handle = TaskHandle::new("handle of 1000");
    store.task_started(&local(), &dlq("orders-dlq"), &handle, "alex", 1_005).await.unwrap();
    assert_eq!(all(&store).await, [], "SQS has not said when it started");
    store.tasks_seen(&local(), &[task(1_000, TaskStatus::Running, 2)], 1_100).await.unwrap();
    let cancel = Cancel { who: "kim".into(), at_ms: 1_200, moved: 2 };
    store.task_cancelled(&local(), &dlq("orders-dlq"), 1_000, &cancel).await.unwrap();
    store.tasks_seen(&local(), &[task(1_000, TaskStatus::Cancelled, 8)], 1_300).await.unwrap();
    let found = all(&store).await;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].who.as_deref(), found[0].seen_ms, found[0].overshoot()), (Some("alex"), 1_300, Some(6)));
    assert_eq!((found[0].cancel.as_ref(), found[0].task.status), (Some(&cancel), TaskStatus::Cancelled));
    assert_eq!(found[0].task.destination, Some(dlq("rescue")));
}

#[tokio::test]
async fn a_start_that_was_not_seen_running_is_found_by_its_time_and_others_are_not_ours() {
    let store = Sqlite::in_memory().unwrap();
    store.task_started(&local(), &dlq("orders-dlq"), &TaskHandle::new("h"), "alex", 100_000).await.unwrap();
    let seen = [task(100_400, TaskStatus::Completed, 10), task(5_000, TaskStatus::Failed, 1)];
    store.tasks_seen(&local(), &seen, 200_000).await.unwrap();
    let who: Vec<_> = all(&store).await.into_iter().map(|kept| (kept.task.started, kept.who)).collect();
    assert_eq!(who, [(100_400, Some("alex".to_owned())), (5_000, None)]);
}

#[tokio::test]
async fn nothing_goes_back_and_what_ended_unseen_does_not_run_for_ever() {
    let store = Sqlite::in_memory().unwrap();
    let see = async |task: MoveTask, now| store.tasks_seen(&local(), &[task], now).await.unwrap();
    see(task(1_000, TaskStatus::Completed, 9), 2_000).await;
    see(task(1_000, TaskStatus::Running, 4), 2_100).await;
    see(task(1_000, TaskStatus::Completed, 9), 2_200).await;
    let found = all(&store).await;
    assert_eq!((found[0].task.status, found[0].task.moved, found[0].seen_ms), (TaskStatus::Completed, 9, 2_000));
    see(task(1_000, TaskStatus::Completed, 10), 2_300).await;
    assert_eq!(all(&store).await[0].task.moved, 10, "its count lags after its end");
    see(task(3_000, TaskStatus::Running, 1), 3_100).await;
    see(task(9_000, TaskStatus::Running, 1), 9_100).await;
    let found: Vec<_> = all(&store).await.into_iter().map(|kept| kept.task.status).collect();
    assert_eq!(found, [TaskStatus::Running, TaskStatus::Unknown, TaskStatus::Completed], "SQS runs one at a time");
}

#[tokio::test]
async fn more_than_sqs_remembers_is_kept_for_each_queue_and_shown_by_pages() {
    let store = Sqlite::in_memory().unwrap();
    for n in 0..25 {
        store.tasks_seen(&local(), &[task(n * 1_000, TaskStatus::Completed, 1)], n).await.unwrap();
    }
    let other = MoveTask { source: dlq("other-dlq"), ..task(7, TaskStatus::Running, 0) };
    store.tasks_seen(&local(), std::slice::from_ref(&other), 8).await.unwrap();
    let elsewhere: ConnectionName = "elsewhere".parse().unwrap();
    let page = async |connection: &ConnectionName, source, active, skip| {
        let query = TaskQuery { connection: connection.clone(), source, active, skip, limit: 10 };
        let (found, total) = store.kept_tasks(&query).await.unwrap();
        (found.iter().map(|kept| kept.task.started).collect::<Vec<_>>(), total)
    };
    assert_eq!(page(&local(), Some(dlq("orders-dlq")), false, 20).await, (vec![4_000, 3_000, 2_000, 1_000, 0], 25));
    assert_eq!(page(&local(), None, true, 0).await, (vec![7], 1));
    assert_eq!(page(&elsewhere, None, false, 0).await, (vec![], 0));
}
