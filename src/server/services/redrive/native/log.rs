//! The console's own log of move tasks: SQS forgets all but the last ten of a queue, and never tells who started one.

use std::collections::HashMap;

use tokio_util::sync::CancellationToken;

use crate::model::ids::TaskHandle;
use crate::model::redrive::kept::{Cancel, KeptTask};
use crate::model::{Failure, MoveTask, QueueArn, TaskStatus};
use crate::server::services::connection::Connection;
use crate::server::services::report;
use crate::server::store::TaskQuery;

/// How many tasks a page shows.
const PAGE: u32 = 20;

/// A page of the log of a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Its tasks, newest first.
    pub tasks: Vec<KeptTask>,
    /// How many there are on all pages.
    pub total: u64,
    /// Which page it is, counted from 1, and how many there are.
    pub page: (u64, u64),
    /// How many come before it.
    pub skipped: u64,
}

impl Connection {
    /// A page of what is known of a queue's redrives. No request to SQS.
    pub async fn redrive_history(&self, source: &QueueArn, page: u64) -> Result<History, Failure> {
        let of = |page: u64| TaskQuery {
            connection: self.name().clone(),
            source: Some(source.clone()),
            active: false,
            skip: (page - 1) * u64::from(PAGE),
            limit: PAGE,
        };
        let mut page = page.clamp(1, 1_000_000);
        let (mut tasks, total) = self.store().kept_tasks(&of(page)).await.map_err(|error| report::store(&error))?;
        let pages = total.div_ceil(u64::from(PAGE)).max(1);
        if page > pages {
            page = pages;
            tasks = self.store().kept_tasks(&of(page)).await.map_err(|error| report::store(&error))?.0;
        }
        Ok(History { tasks, total, page: (page, pages), skipped: (page - 1) * u64::from(PAGE) })
    }

    /// The newest of all queues. No request to SQS.
    pub async fn native_redrives(&self, limit: u32) -> Result<Vec<KeptTask>, Failure> {
        let query = TaskQuery { connection: self.name().clone(), source: None, active: false, skip: 0, limit };
        let found = self.store().kept_tasks(&query).await.map_err(|error| report::store(&error))?;
        Ok(found.0)
    }

    /// Those that were running when they were seen last.
    pub(super) async fn seen_running(&self) -> Vec<KeptTask> {
        let query = TaskQuery { connection: self.name().clone(), source: None, active: true, skip: 0, limit: PAGE };
        let found = self.store().kept_tasks(&query).await.inspect_err(|error| {
            report::store(error);
        });
        found.map(|(tasks, _)| tasks).unwrap_or_default()
    }

    /// Writes down what was read of a queue's tasks. What cannot be written is no reason to do or show less.
    pub(super) async fn note_tasks(&self, tasks: &[MoveTask]) {
        if tasks.is_empty() {
            return;
        }
        if let Err(error) = self.store().tasks_seen(self.name(), tasks, self.now_ms()).await {
            report::store(&error);
        }
    }

    /// Writes down who started a task.
    pub(super) async fn note_start(&self, source: &QueueArn, handle: &TaskHandle) {
        let (who, now_ms) = (self.who(), self.now_ms());
        if let Err(error) = self.store().task_started(self.name(), source, handle, who, now_ms).await {
            report::store(&error);
        }
    }

    /// Writes down who cancelled one.
    pub(super) async fn note_cancel(&self, source: &QueueArn, started: i64, cancel: &Cancel) {
        if let Err(error) = self.store().task_cancelled(self.name(), source, started, cancel).await {
            report::store(&error);
        }
    }
}

/// Writes down every task that the poller sees: when it is new, when its state changes, and what it has moved in the end.
pub async fn keep_log(connection: Connection, stop: CancellationToken) {
    let mut news = connection.poller().news();
    let mut known: HashMap<(QueueArn, i64), (TaskStatus, u64)> = HashMap::new();
    let mut version = 0;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            changed = news.changed() => if changed.is_err() { return },
        }
        let census = news.borrow_and_update().clone();
        for tasks in census.tasks.values().filter(|tasks| tasks.version > version && tasks.failure.is_none()) {
            let fresh = tasks.list.iter().any(|task| {
                let moved = if task.status.is_active() { 0 } else { task.moved };
                let now = (task.status, moved);
                known.insert((task.source.clone(), task.started), now) != Some(now)
            });
            if fresh {
                connection.note_tasks(&tasks.list).await;
            }
        }
        version = census.version;
    }
}
