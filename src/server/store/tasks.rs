//! The log of move tasks: what SQS forgets after ten. A row begins when a task is started through the console, or when one is
//! seen; by its start SQS tells it from the others of its queue.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::sqlite::Sqlite;
use super::{StoreError, TaskQuery, TaskStore};
use crate::model::ids::TaskHandle;
use crate::model::redrive::kept::{Cancel, KeptTask};
use crate::model::{Code, ConnectionName, MoveTask, QueueArn, TaskStatus};

/// How far apart the start of a task by SQS's clock and its start by ours may be, milliseconds, for the one to be taken for
/// the other where its handle was never seen again.
const SAME_START_MS: i64 = 60_000;

/// Writes down that a task was started through the console.
fn started(
    database: &Connection,
    (connection, source): (&ConnectionName, &QueueArn),
    (handle, who): (&TaskHandle, &str),
    now_ms: i64,
) -> Result<(), StoreError> {
    database.execute(
        "INSERT INTO move_task (connection, source, handle, who, asked_ms, status, seen_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5)",
        params![connection.as_str(), source.as_str(), handle.as_str(), who, now_ms, TaskStatus::Running.word()],
    )?;
    Ok(())
}

/// Takes what was read of tasks. What has ended does not run again, and a count does not go back: an older reading may come
/// later.
fn seen(database: &Connection, connection: &ConnectionName, tasks: &[MoveTask], now_ms: i64) -> Result<(), StoreError> {
    let transaction = database.unchecked_transaction()?;
    for task in tasks.iter().rev() {
        let id = place(&transaction, connection, task)?;
        let (status, source) = (task.status.word(), task.source.as_str());
        transaction.execute(
            "UPDATE move_task SET
               started_ms = ?2, destination = ?3, rate = ?4, status = ?5, moved = max(moved, ?6), to_move = ?7,
               failure = ?8, handle = coalesce(?9, handle), seen_ms = ?10
             WHERE id = ?1
               AND (started_ms IS NULL OR status <> ?5 OR moved < ?6 OR to_move IS NOT ?7 OR failure IS NOT ?8)
               AND (status IN ('Running', 'Cancelling', 'Unknown') OR status = ?5)",
            params![
                id,
                task.started,
                task.destination.as_ref().map(QueueArn::as_str),
                task.rate,
                status,
                number(task.moved),
                task.to_move.map(number),
                task.failure.as_ref().map(Code::as_str),
                task.handle.as_ref().map(TaskHandle::as_str),
                now_ms,
            ],
        )?;
        // SQS runs one task of a queue: an older one that still seems to run has ended unseen.
        transaction.execute(
            "UPDATE move_task SET status = 'Unknown' WHERE connection = ?1 AND source = ?2 AND started_ms < ?3
             AND status IN ('Running', 'Cancelling')",
            params![connection.as_str(), source, task.started],
        )?;
    }
    transaction.commit()?;
    Ok(())
}

/// The row of a task: the one it has, the one its start made, or a new one.
fn place(database: &Connection, connection: &ConnectionName, task: &MoveTask) -> Result<i64, StoreError> {
    let of = (connection.as_str(), task.source.as_str());
    let known = database
        .query_row(
            "SELECT id FROM move_task WHERE connection = ?1 AND source = ?2 AND started_ms = ?3",
            params![of.0, of.1, task.started],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    let handle = task.handle.as_ref().map(TaskHandle::as_str);
    let asked = database
        .query_row(
            "SELECT id FROM move_task WHERE connection = ?1 AND source = ?2 AND started_ms IS NULL
               AND (handle = ?3 OR ?3 IS NULL AND abs(asked_ms - ?4) <= ?5)
             ORDER BY abs(asked_ms - ?4) LIMIT 1",
            params![of.0, of.1, handle, task.started, SAME_START_MS],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(id) = asked {
        return Ok(id);
    }
    database.execute(
        "INSERT INTO move_task (connection, source, asked_ms, status, seen_ms) VALUES (?1, ?2, ?3, 'Unknown', 0)",
        params![of.0, of.1, task.started],
    )?;
    Ok(database.last_insert_rowid())
}

/// Writes down who cancelled a task.
fn cancelled(
    database: &Connection,
    (connection, source): (&ConnectionName, &QueueArn),
    started_ms: i64,
    cancel: &Cancel,
) -> Result<(), StoreError> {
    database.execute(
        "UPDATE move_task SET cancelled_by = ?4, cancelled_ms = ?5, cancelled_moved = ?6
         WHERE connection = ?1 AND source = ?2 AND started_ms = ?3",
        params![connection.as_str(), source.as_str(), started_ms, cancel.who, cancel.at_ms, number(cancel.moved)],
    )?;
    Ok(())
}

/// What a query restricts: its connection, its queue where it names one, and whether all or those that seem to run.
const OF: &str = "connection = ?1 AND (?2 IS NULL OR source = ?2) AND started_ms IS NOT NULL
    AND (?3 = 0 OR status IN ('Running', 'Cancelling'))";

/// The tasks asked for, newest first, and how many there are in all.
fn find(database: &Connection, query: &TaskQuery) -> Result<(Vec<KeptTask>, u64), StoreError> {
    let source = query.source.as_ref().map(QueueArn::as_str);
    let total: i64 = database.query_row(
        &format!("SELECT count(*) FROM move_task WHERE {OF}"),
        params![query.connection.as_str(), source, query.active],
        |row| row.get(0),
    )?;
    let mut select = database.prepare(&format!(
        "SELECT source, destination, rate, started_ms, status, moved, to_move, failure, handle, who, cancelled_by,
         cancelled_ms, cancelled_moved, seen_ms FROM move_task WHERE {OF} ORDER BY started_ms DESC, id DESC LIMIT ?4 OFFSET ?5"
    ))?;
    let mut rows =
        select.query(params![query.connection.as_str(), source, query.active, query.limit, number(query.skip)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok((found, total.unsigned_abs()))
}

fn read(row: &Row<'_>) -> Result<KeptTask, StoreError> {
    let count = |column: &str| row.get::<_, Option<i64>>(column).map(|n| n.map(i64::unsigned_abs));
    let text = |column: &str| row.get::<_, Option<String>>(column);
    let started: i64 = row.get("started_ms")?;
    let damaged = || StoreError::DamagedTask(started);
    let task = MoveTask {
        handle: text("handle")?.map(TaskHandle::new),
        status: TaskStatus::of_word(&row.get::<_, String>("status")?),
        source: row.get::<_, String>("source")?.parse().map_err(|_| damaged())?,
        destination: text("destination")?.map(|arn| arn.parse().map_err(|_| damaged())).transpose()?,
        rate: row.get("rate")?,
        moved: count("moved")?.unwrap_or_default(),
        to_move: count("to_move")?,
        failure: text("failure")?.as_deref().map(Code::new),
        started,
    };
    let cancel = match (text("cancelled_by")?, row.get("cancelled_ms")?, count("cancelled_moved")?) {
        (Some(who), Some(at_ms), Some(moved)) => Some(Cancel { who, at_ms, moved }),
        _ => None,
    };
    Ok(KeptTask { task, who: text("who")?, cancel, seen_ms: row.get("seen_ms")? })
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[async_trait]
impl TaskStore for Sqlite {
    async fn task_started(
        &self,
        connection: &ConnectionName,
        source: &QueueArn,
        handle: &TaskHandle,
        who: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let (connection, source, handle, who) = (connection.clone(), source.clone(), handle.clone(), who.to_owned());
        self.run(move |database| started(database, (&connection, &source), (&handle, &who), now_ms)).await
    }

    async fn tasks_seen(&self, connection: &ConnectionName, tasks: &[MoveTask], now_ms: i64) -> Result<(), StoreError> {
        let (connection, tasks) = (connection.clone(), tasks.to_vec());
        self.run(move |database| seen(database, &connection, &tasks, now_ms)).await
    }

    async fn task_cancelled(
        &self,
        connection: &ConnectionName,
        source: &QueueArn,
        started_ms: i64,
        cancel: &Cancel,
    ) -> Result<(), StoreError> {
        let (connection, source, cancel) = (connection.clone(), source.clone(), cancel.clone());
        self.run(move |database| cancelled(database, (&connection, &source), started_ms, &cancel)).await
    }

    async fn kept_tasks(&self, query: &TaskQuery) -> Result<(Vec<KeptTask>, u64), StoreError> {
        let query = query.clone();
        self.run(move |database| find(database, &query)).await
    }
}
