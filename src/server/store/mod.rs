//! Floor 1 — the only code of the console that has heard of SQL.
//! May use: model.
//!
//! [`Store`] is what the console remembers, in the model's own types: for now the audit log. [`Sqlite`] keeps it in one
//! file, or in memory; a store that several consoles share would implement the same trait.

mod activity;
mod migrations;
mod sqlite;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use async_trait::async_trait;

pub use self::sqlite::Sqlite;
use crate::model::activity::{Activity, ActivityId, Entry, Outcome, Verb};
use crate::model::{ConnectionName, QueueName};

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

/// What the console remembers. Calls wait for the disk without blocking the runtime.
#[async_trait]
pub trait Store: Send + Sync {
    /// Writes down what is about to be done. When this returns it is on the disk: only then may the effect happen.
    async fn intend(&self, entry: &Entry) -> Result<ActivityId, StoreError>;

    /// Writes down how it ended, once. `finished_ms` is milliseconds since 1970. Fails with
    /// [`StoreError::NotPending`] where there is nothing to conclude.
    async fn conclude(&self, id: ActivityId, outcome: &Outcome, finished_ms: i64) -> Result<(), StoreError>;

    /// The entries asked for, newest first.
    async fn activity(&self, query: &ActivityQuery) -> Result<Vec<Activity>, StoreError>;

    /// How many entries the query finds in all, `before` and `limit` aside.
    async fn count(&self, query: &ActivityQuery) -> Result<u64, StoreError>;

    /// Whether it outlives the process.
    fn is_durable(&self) -> bool;
}
