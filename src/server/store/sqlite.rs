//! SQLite behind one thread: it owns the connection, takes one job after the other, and so neither blocks the runtime
//! nor meets a lock of its own.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{
    ActivityQuery, Archive, ArchiveStore, CopyQuery, FilterStore, Listed, Receives, Store, StoreError, activity,
    archive, migrations, receives, saved,
};
use crate::model::activity::{Activity, ActivityId, Entry, Outcome};
use crate::model::archive::{CopyId, KeptCopy, Restored};
use crate::model::filter::saved::{Change, Changed, Saved};
use crate::model::{ConnectionName, QueueName};

/// The file in the data directory.
const FILE: &str = "redrive.db";
/// The file that a console holds while it uses the directory.
const LOCK: &str = "redrive.lock";
/// How long to wait for another process that holds the file (a backup).
const BUSY: Duration = Duration::from_secs(5);
/// Jobs that may wait; a caller beyond them waits to hand over its own.
const WAITING: usize = 256;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The store in SQLite. Dropping it finishes what was handed over, then closes the file.
#[derive(Debug)]
pub struct Sqlite {
    jobs: Option<mpsc::Sender<Job>>,
    durable: bool,
    thread: Option<JoinHandle<()>>,
    /// Held while this process uses the directory; the system lets it go with the process.
    lock: Option<File>,
}

impl Sqlite {
    /// Opens `redrive.db` in a directory, making both where they are missing, readable by their owner alone.
    ///
    /// Entries that a console left without an outcome are marked as unknown: nobody will conclude them any more.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join(FILE);
        let lock = protect(directory, &path).map_err(|source| StoreError::File { path: path.clone(), source })?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse { path: directory.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(StoreError::File { path, source }),
        }
        let mut store = Self::start(Connection::open(&path)?, &path)?;
        store.lock = Some(lock);
        Ok(store)
    }

    /// A store that forgets everything when it is dropped.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::start(Connection::open_in_memory()?, Path::new(":memory:"))
    }

    fn start(mut database: Connection, path: &Path) -> Result<Self, StoreError> {
        database.busy_timeout(BUSY)?;
        // Refused files must stay as they are, so nothing that writes comes before this.
        migrations::migrate(&mut database, path)?;
        // WAL with FULL is durable at commit; the default of WAL, NORMAL, may lose the last commits with the power.
        database.query_row("PRAGMA journal_mode = WAL", (), |_| Ok(()))?;
        database.pragma_update(None, "synchronous", "FULL")?;
        database.pragma_update(None, "trusted_schema", false)?;
        // What is forgotten is overwritten, not only let go.
        database.pragma_update(None, "secure_delete", true)?;
        activity::abandon(&database)?;

        // SQLite gives a database in memory an empty path.
        let durable = database.path().is_some_and(|path| !path.is_empty());
        let (jobs, mut waiting) = mpsc::channel::<Job>(WAITING);
        let work = move || {
            while let Some(job) = waiting.blocking_recv() {
                job(&database);
            }
        };
        let thread = std::thread::Builder::new()
            .name("store".into())
            .spawn(work)
            .map_err(|source| StoreError::File { path: path.to_owned(), source })?;
        Ok(Self { jobs: Some(jobs), durable, thread: Some(thread), lock: None })
    }

    /// Runs a job on the thread. It runs to its end even if the caller stops waiting.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |database| {
            // The caller may have gone; the work is done all the same.
            let _ = answer.send(work(database));
        });
        let jobs = self.jobs.as_ref().ok_or(StoreError::Closed)?;
        jobs.send(job).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

#[cfg(test)]
impl Sqlite {
    /// Lets the file grow no further, as on a disk that is full, or lets it grow again.
    pub async fn confine(&self, full: bool) {
        let confine = move |database: &Connection| {
            let pages: i64 = database.query_row("PRAGMA page_count", (), |row| row.get(0))?;
            let most = if full { pages } else { i64::from(u32::MAX - 1) };
            database.query_row(&format!("PRAGMA max_page_count = {most}"), (), |_| Ok(()))?;
            Ok(())
        };
        self.run(confine).await.unwrap();
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself; there is nothing left to close.
            let _ = thread.join();
        }
    }
}

/// Makes directory and file, each for its owner alone. SQLite gives its journals the file's mode.
fn protect(directory: &Path, file: &Path) -> std::io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let own = |path: &Path| OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path);
    own(file)?.set_permissions(Permissions::from_mode(0o600))?;
    // Not the database itself: SQLite's own locks would be lost with any other handle on it.
    own(&directory.join(LOCK))
}

#[async_trait]
impl Store for Sqlite {
    async fn intend(&self, entry: &Entry) -> Result<ActivityId, StoreError> {
        let entry = entry.clone();
        self.run(move |database| activity::intend(database, &entry)).await
    }

    async fn conclude(&self, id: ActivityId, outcome: &Outcome, finished_ms: i64) -> Result<(), StoreError> {
        let outcome = outcome.clone();
        self.run(move |database| activity::conclude(database, id, &outcome, finished_ms)).await
    }

    async fn activity(&self, query: &ActivityQuery) -> Result<Vec<Activity>, StoreError> {
        let query = query.clone();
        self.run(move |database| activity::find(database, &query)).await
    }

    async fn count(&self, query: &ActivityQuery) -> Result<u64, StoreError> {
        let query = query.clone();
        self.run(move |database| activity::count(database, &query)).await
    }

    async fn receives(&self, connection: &ConnectionName) -> Result<Vec<(QueueName, Receives)>, StoreError> {
        let connection = connection.clone();
        self.run(move |database| receives::find(database, &connection)).await
    }

    async fn keep_receives(
        &self,
        connection: &ConnectionName,
        queue: &QueueName,
        known: Option<Receives>,
    ) -> Result<(), StoreError> {
        let (connection, queue) = (connection.clone(), queue.clone());
        self.run(move |database| receives::keep(database, &connection, &queue, known)).await
    }

    fn is_durable(&self) -> bool {
        self.durable
    }
}

#[async_trait]
impl ArchiveStore for Sqlite {
    async fn keep(&self, copies: Vec<(KeptCopy, Vec<u8>)>, most: u64) -> Result<(), StoreError> {
        self.run(move |database| archive::keep(database, &copies, most)).await
    }

    async fn copies(&self, query: &CopyQuery) -> Result<Vec<Listed>, StoreError> {
        let query = query.clone();
        self.run(move |database| archive::find(database, &query)).await
    }

    async fn list_copies(&self, query: &CopyQuery) -> Result<Vec<KeptCopy>, StoreError> {
        let query = query.clone();
        self.run(move |database| archive::list(database, &query)).await
    }

    async fn count_copies(&self, query: &CopyQuery) -> Result<u64, StoreError> {
        let query = query.clone();
        self.run(move |database| archive::count(database, &query)).await
    }

    async fn open_copy(
        &self,
        connection: &ConnectionName,
        id: &CopyId,
        now_ms: i64,
    ) -> Result<Option<(KeptCopy, Vec<u8>)>, StoreError> {
        let (connection, id) = (connection.clone(), id.clone());
        self.run(move |database| archive::open(database, &connection, &id, now_ms)).await
    }

    async fn claim_copy(
        &self,
        connection: &ConnectionName,
        id: &CopyId,
        now_ms: i64,
        before_ms: Option<i64>,
    ) -> Result<bool, StoreError> {
        let (connection, id) = (connection.clone(), id.clone());
        self.run(move |database| archive::claim(database, &connection, &id, now_ms, before_ms)).await
    }

    async fn copy_restored(&self, id: &CopyId, restored: Option<Restored>) -> Result<(), StoreError> {
        let id = id.clone();
        self.run(move |database| archive::restored(database, &id, restored.as_ref())).await
    }

    async fn doubt_copies(&self, connection: &ConnectionName, ids: &[CopyId]) -> Result<(), StoreError> {
        let (connection, ids) = (connection.clone(), ids.to_vec());
        self.run(move |database| archive::doubt(database, &connection, &ids)).await
    }

    async fn forget_copies(&self, connection: &ConnectionName, ids: &[CopyId]) -> Result<u64, StoreError> {
        let (connection, ids) = (connection.clone(), ids.to_vec());
        self.run(move |database| archive::forget(database, &connection, &ids)).await
    }

    async fn expire_copies(&self, now_ms: i64, longest_ms: i64) -> Result<u64, StoreError> {
        self.run(move |database| archive::expire(database, now_ms, longest_ms)).await
    }

    async fn archive(&self, connection: &ConnectionName, queue: Option<&QueueName>) -> Result<Archive, StoreError> {
        let (connection, queue) = (connection.clone(), queue.cloned());
        self.run(move |database| archive::state(database, &connection, queue.as_ref())).await
    }

    async fn opt(&self, connection: &ConnectionName, queue: &QueueName, keep: bool) -> Result<(), StoreError> {
        let (connection, queue) = (connection.clone(), queue.clone());
        self.run(move |database| archive::opt(database, &connection, &queue, keep)).await
    }
}

#[async_trait]
impl FilterStore for Sqlite {
    async fn saved_filters(&self, connection: &ConnectionName, queue: &QueueName) -> Result<Vec<Saved>, StoreError> {
        let (connection, queue) = (connection.clone(), queue.clone());
        self.run(move |database| saved::list(database, &connection, &queue)).await
    }

    async fn change_filter(
        &self,
        connection: &ConnectionName,
        queue: &QueueName,
        change: &Change,
    ) -> Result<Changed, StoreError> {
        let (connection, queue, change) = (connection.clone(), queue.clone(), change.clone());
        self.run(move |database| saved::change(database, &connection, &queue, &change)).await
    }
}
