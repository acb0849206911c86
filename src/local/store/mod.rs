//! What keeps the state over a restart: the only code of the local SQS that has heard of SQL.
//!
//! One SQLite file, `sqs.db`. The state notes what changed ([`Changes`]); whoever applied a request hands that over while
//! it still holds the state, so that the order here is the state's, and answers when it is committed. One thread writes:
//! whatever waits goes into one transaction.
//!
//! The file is in WAL mode with `synchronous = NORMAL`: the end of the process, `kill -9` included, loses nothing that was
//! answered; the end of the machine (power, kernel) may lose the last moments.
//!
//! When a write fails nothing is written any more, and every request is refused until the next start: the state in memory
//! is ahead of the file then, and must not pretend otherwise.

mod rows;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use self::writer::Writer;
pub use self::writer::{Lost, Ticket};
use super::core::{Changes, State};

/// The file in the directory.
const FILE: &str = "sqs.db";
/// The file that a local SQS holds while it uses the directory.
const LOCK: &str = "sqs.lock";
/// How long to wait for another process that holds the file (a backup).
const BUSY: Duration = Duration::from_secs(5);
/// After so many pages of 4 KiB the log is brought into the file.
const CHECKPOINT_PAGES: u32 = 4000;

/// Why a directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory or the file cannot be made, read or protected.
    #[error("{} cannot be used: {source}", path.display())]
    File {
        /// The directory or file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another local SQS uses the directory.
    #[error("{} is in use by another local SQS; stop it, or choose another data directory", path.display())]
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
    /// The file was written by a later version.
    #[error(
        "{} was written by a newer version (schema {found}, this one knows {known}); \
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
    /// The queues are those of another account or Region, and their ARNs say so everywhere.
    #[error(
        "{} holds the queues of account {account} in {region}; say the same account and region, \
         or choose another data directory",
        path.display()
    )]
    Elsewhere {
        /// The file.
        path: PathBuf,
        /// Its account.
        account: String,
        /// Its Region.
        region: String,
    },
    /// A row holds what this program never writes.
    #[error("{} is damaged: {what}; restore it from a backup, or choose another data directory", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which row.
        what: String,
    },
    /// The database failed.
    #[error("{} cannot be used: {source}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

/// An open store. Dropping it writes what was handed over, then closes the file.
#[derive(Debug)]
pub struct Store {
    writer: Writer,
    /// Held while this process uses the directory; the system lets it go with the process. Goes after the writer.
    _lock: File,
}

impl Store {
    /// Opens `sqs.db` in a directory, making both where they are missing, readable by their owner alone, and reads what
    /// it holds into a state without queues. From then on the state notes its changes.
    pub fn open(directory: &Path, state: &mut State) -> Result<Self, StoreError> {
        let path = directory.join(FILE);
        let file = |source| StoreError::File { path: path.clone(), source };
        let lock = protect(directory, &path).map_err(file)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse { path: directory.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(file(source)),
        }
        let database = open(&path, state).map_err(|refused| refused.of(&path))?;
        state.note_changes();
        Ok(Self { writer: Writer::start(database, path.clone()).map_err(file)?, _lock: lock })
    }

    /// Takes changes over, without waiting for them to be written. Call it while the state is locked.
    pub fn hand(&self, changes: Option<Changes>) -> Ticket {
        self.writer.hand(changes)
    }

    /// Waits until everything is written that was handed over before this ticket was given.
    pub async fn written(&self, ticket: Ticket) -> Result<(), Lost> {
        self.writer.written(ticket).await
    }

    /// Whether it can still write.
    pub fn check(&self) -> Result<(), Lost> {
        self.writer.check()
    }
}

/// Why a file cannot be used; which one is for the caller to add.
#[derive(Debug)]
enum Refused {
    Foreign,
    Newer { found: i64, known: i64 },
    Elsewhere { account: String, region: String },
    Damaged(String),
    Database(rusqlite::Error),
}

impl Refused {
    fn of(self, path: &Path) -> StoreError {
        let path = path.to_owned();
        match self {
            Self::Foreign => StoreError::Foreign { path },
            Self::Newer { found, known } => StoreError::Newer { path, found, known },
            Self::Elsewhere { account, region } => StoreError::Elsewhere { path, account, region },
            Self::Damaged(what) => StoreError::Damaged { path, what },
            Self::Database(source) => StoreError::Database { path, source },
        }
    }
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

fn open(path: &Path, state: &mut State) -> Result<Connection, Refused> {
    let mut database = Connection::open(path)?;
    database.busy_timeout(BUSY)?;
    // Refused files must stay as they are, so nothing that writes comes before this.
    schema::migrate(&mut database)?;
    database.query_row("PRAGMA journal_mode = WAL", (), |_| Ok(()))?;
    database.pragma_update(None, "synchronous", "NORMAL")?;
    database.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    database.pragma_update(None, "trusted_schema", false)?;
    rows::read(&database, state)?;
    Ok(database)
}

/// Makes directory and file, each for its owner alone. SQLite gives its journals the file's mode.
fn protect(directory: &Path, file: &Path) -> std::io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let own = |path: &Path| OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path);
    own(file)?.set_permissions(Permissions::from_mode(0o600))?;
    // Not the database itself: SQLite's own locks would be lost with any other handle on it.
    own(&directory.join(LOCK))
}
