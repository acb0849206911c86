//! Floor 1 — the only code of the console that has heard of SQL.
//! May use: model.
//!
//! [`Store`] is what the console remembers, in the model's own types: the audit log, what is known of receives, copies of
//! what was removed ([`ArchiveStore`]), saved filters ([`FilterStore`]), move tasks ([`TaskStore`]) and selective redrives
//! ([`RedriveStore`]). [`Sqlite`] keeps it in one file, or in memory; a store that several consoles share would implement the
//! same traits.

mod activity;
mod archive;
mod migrations;
mod receives;
pub mod redrives;
mod saved;
mod sqlite;
mod tasks;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;

use async_trait::async_trait;

pub use self::redrives::RedriveStore;
pub use self::sqlite::Sqlite;
use crate::model::activity::{Activity, ActivityId, Entry, Outcome, Verb};
use crate::model::archive::{CopyId, KeptCopy, Restored};
use crate::model::filter::saved::{Change, Changed, Saved};
use crate::model::ids::TaskHandle;
use crate::model::redrive::kept::{Cancel, KeptTask};
use crate::model::{ConnectionName, MoveTask, QueueArn, QueueName};

/// Why the store cannot do what it was asked. None of it is for a page: the texts go to the log.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data directory or the file cannot be made, read or protected.
    #[error("{} cannot be used: {source}", path.display())]
    File {
        /// The directory or file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another console uses the directory.
    #[error("{} is in use by another console; stop it, or choose another data directory", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// The file belongs to another program.
    #[error("{} is a database of another program; choose another data directory", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a later version of the console.
    #[error(
        "{} was written by a newer version of the console (schema {found}, this one knows {known}); \
         use that version or another data directory",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version in it.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// A row holds what this program never writes.
    #[error("the audit log's entry {0} is damaged")]
    Damaged(ActivityId),
    /// There is no such entry, or it has an outcome already.
    #[error("the audit log has no entry {0} that waits for an outcome")]
    NotPending(ActivityId),
    /// The same of a copy.
    #[error("the archive's copy {0} is damaged")]
    DamagedCopy(String),
    /// The same of a saved filter of a queue.
    #[error("a saved filter of {0} is damaged")]
    DamagedFilter(QueueName),
    /// The same of a selective redrive, by its id.
    #[error("the redrive {0} is damaged")]
    DamagedRedrive(String),
    /// Somebody else carries the redrive out by now, or it has ended.
    #[error("another console has taken this redrive over")]
    Fenced,
    /// The same of a move task that started then.
    #[error("the move task that started at {0} is damaged")]
    DamagedTask(i64),
    /// What shall be kept is more than the archive may hold in all.
    #[error("{bytes} bytes are to be kept, and the archive may hold {most}")]
    NoRoom {
        /// How many bytes there are.
        bytes: u64,
        /// How many there may be.
        most: u64,
    },
    /// The store was closed, or its thread died.
    #[error("the store is closed")]
    Closed,
    /// The database failed: disk full, locked by another process, damaged.
    #[error("the database failed: {0}")]
    Database(#[from] rusqlite::Error),
}

/// Which entries of the audit log; [`ActivityQuery::of`] gives all of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityQuery {
    /// The connection.
    pub connection: ConnectionName,
    /// Only of this queue.
    pub queue: Option<QueueName>,
    /// Only of this kind.
    pub verb: Option<Verb>,
    /// Only those that say this somewhere: who, queue, facts, command, code or request id. Letters A–Z in any case.
    pub text: Option<String>,
    /// Only entries older than this one: the last of the page before.
    pub before: Option<ActivityId>,
    /// At most so many.
    pub limit: u32,
}

impl ActivityQuery {
    /// The newest hundred entries of a connection.
    pub fn of(connection: ConnectionName) -> Self {
        Self { connection, queue: None, verb: None, text: None, before: None, limit: 100 }
    }
}

/// Which copies of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyQuery {
    /// The connection.
    pub connection: ConnectionName,
    /// Only of this queue.
    pub queue: Option<QueueName>,
    /// Only of this deletion.
    pub deletion: Option<String>,
    /// Only these, however they are ordered here.
    pub ids: Option<BTreeSet<CopyId>>,
    /// Only those that have not expired by then, milliseconds since 1970.
    pub now_ms: i64,
    /// Without so many of the newest: those of the pages before.
    pub skip: u64,
    /// At most so many.
    pub limit: u32,
}

/// The most receives that a message of a queue is known to have had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receives {
    /// How many.
    pub most: u32,
    /// When that was learned, milliseconds since 1970.
    pub at_ms: i64,
}

/// A copy, with its record if that is small enough for a list.
pub type Listed = (KeptCopy, Option<Vec<u8>>);

/// What is known of the archive as a whole, as far as a queue or a connection is concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    /// How many bytes it holds in all, of all connections.
    pub bytes: u64,
    /// How many copies were dropped before their time, to make room.
    pub dropped: u64,
    /// When the last of them was, milliseconds since 1970.
    pub dropped_ms: Option<i64>,
    /// Whether the queue that was asked for has opted out.
    pub opted_out: bool,
}

/// The copies of what was removed. A record is bytes here: whether and how it is sealed is not the store's business.
#[async_trait]
pub trait ArchiveStore: Send + Sync {
    /// Keeps copies with their records, all or none. When this returns they are on the disk: only then may the messages
    /// be removed. All are of one deletion. Where the archive then holds more than `most` bytes the oldest go, never one
    /// of the same deletion; it fails with [`StoreError::NoRoom`] where those alone are more.
    async fn keep(&self, copies: Vec<(KeptCopy, Vec<u8>)>, most: u64) -> Result<(), StoreError>;

    /// The copies asked for, newest first, each with its record if that is small (16 KiB).
    async fn copies(&self, query: &CopyQuery) -> Result<Vec<Listed>, StoreError>;

    /// The same without their records.
    async fn list_copies(&self, query: &CopyQuery) -> Result<Vec<KeptCopy>, StoreError>;

    /// How many copies the query finds in all, `skip` and `limit` aside.
    async fn count_copies(&self, query: &CopyQuery) -> Result<u64, StoreError>;

    /// A copy of a connection with its record, unless it has expired.
    async fn open_copy(
        &self,
        connection: &ConnectionName,
        id: &CopyId,
        now_ms: i64,
    ) -> Result<Option<(KeptCopy, Vec<u8>)>, StoreError>;

    /// Marks a copy as being restored now: whether it was this call that did. One that was marked before is marked again
    /// only if that was before `before_ms`.
    async fn claim_copy(
        &self,
        connection: &ConnectionName,
        id: &CopyId,
        now_ms: i64,
        before_ms: Option<i64>,
    ) -> Result<bool, StoreError>;

    /// Writes down what came of restoring a copy; `None` where it was not sent.
    async fn copy_restored(&self, id: &CopyId, restored: Option<Restored>) -> Result<(), StoreError>;

    /// Says of copies that nobody knows whether their messages are gone.
    async fn doubt_copies(&self, connection: &ConnectionName, ids: &[CopyId]) -> Result<(), StoreError>;

    /// Deletes copies of a connection; how many there were.
    async fn forget_copies(&self, connection: &ConnectionName, ids: &[CopyId]) -> Result<u64, StoreError>;

    /// Deletes what has expired, and what is older than `longest_ms` milliseconds; how many that were.
    async fn expire_copies(&self, now_ms: i64, longest_ms: i64) -> Result<u64, StoreError>;

    /// How full the archive is, what was dropped of a connection or a queue, and whether the queue has opted out.
    async fn archive(&self, connection: &ConnectionName, queue: Option<&QueueName>) -> Result<Archive, StoreError>;

    /// Has copies of a queue's messages kept from now on, or not.
    async fn opt(&self, connection: &ConnectionName, queue: &QueueName, keep: bool) -> Result<(), StoreError>;
}

/// The saved filters, each of one queue of a connection.
#[async_trait]
pub trait FilterStore: Send + Sync {
    /// Those of a queue, by name.
    async fn saved_filters(&self, connection: &ConnectionName, queue: &QueueName) -> Result<Vec<Saved>, StoreError>;

    /// Changes one of them, or nothing. When this returns it is on the disk.
    async fn change_filter(
        &self,
        connection: &ConnectionName,
        queue: &QueueName,
        change: &Change,
    ) -> Result<Changed, StoreError>;
}

/// Which move tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskQuery {
    /// The connection.
    pub connection: ConnectionName,
    /// Only those that empty this queue.
    pub source: Option<QueueArn>,
    /// Only those that were running when they were seen last.
    pub active: bool,
    /// Without so many of the newest: those of the pages before.
    pub skip: u64,
    /// At most so many.
    pub limit: u32,
}

/// The log of move tasks.
#[async_trait]
pub trait TaskStore: Send + Sync {
    /// Writes down that somebody started a task of which SQS gave the handle. What is seen of it later finds it by that.
    async fn task_started(
        &self,
        connection: &ConnectionName,
        source: &QueueArn,
        handle: &TaskHandle,
        who: &str,
        now_ms: i64,
    ) -> Result<(), StoreError>;

    /// Takes what was read of the tasks of one queue, newest first as SQS lists them. Costs no write where nothing is new.
    async fn tasks_seen(&self, connection: &ConnectionName, tasks: &[MoveTask], now_ms: i64) -> Result<(), StoreError>;

    /// Writes down who cancelled the task of a queue that started then, and how far it was.
    async fn task_cancelled(
        &self,
        connection: &ConnectionName,
        source: &QueueArn,
        started_ms: i64,
        cancel: &Cancel,
    ) -> Result<(), StoreError>;

    /// The tasks asked for, newest first, and how many the query finds in all, `skip` and `limit` aside.
    async fn kept_tasks(&self, query: &TaskQuery) -> Result<(Vec<KeptTask>, u64), StoreError>;
}

/// What the console remembers. Calls wait for the disk without blocking the runtime.
#[async_trait]
pub trait Store: ArchiveStore + FilterStore + TaskStore + RedriveStore {
    /// Writes down what is about to be done. When this returns it is on the disk: only then may the effect happen.
    async fn intend(&self, entry: &Entry) -> Result<ActivityId, StoreError>;

    /// Writes down how it ended, once. `finished_ms` is milliseconds since 1970. Fails with
    /// [`StoreError::NotPending`] where there is nothing to conclude.
    async fn conclude(&self, id: ActivityId, outcome: &Outcome, finished_ms: i64) -> Result<(), StoreError>;

    /// The entries asked for, newest first.
    async fn activity(&self, query: &ActivityQuery) -> Result<Vec<Activity>, StoreError>;

    /// How many entries the query finds in all, `before` and `limit` aside.
    async fn count(&self, query: &ActivityQuery) -> Result<u64, StoreError>;

    /// What is known of the receives of a connection's queues.
    async fn receives(&self, connection: &ConnectionName) -> Result<Vec<(QueueName, Receives)>, StoreError>;

    /// Keeps what is known of the receives of a queue's messages, or forgets it. When this returns it is on the disk.
    async fn keep_receives(
        &self,
        connection: &ConnectionName,
        queue: &QueueName,
        known: Option<Receives>,
    ) -> Result<(), StoreError>;

    /// Whether it outlives the process.
    fn is_durable(&self) -> bool;
}
