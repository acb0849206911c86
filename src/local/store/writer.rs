//! The thread that writes. It takes all that waits into one transaction, so that the more is going on, the less each
//! request pays.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::watch;

use super::rows::Statements;
use crate::local::core::Changes;

/// The most requests in a transaction.
const MOST: usize = 1024;

/// A point in the order of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

/// Nothing is written any more, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the local SQS could not write {path} ({reason}). It does nothing more until it is started again", path = path.display())]
pub struct Lost {
    path: PathBuf,
    reason: String,
}

/// The hand-over and the thread behind it.
#[derive(Debug)]
pub struct Writer {
    changes: Option<mpsc::Sender<Changes>>,
    handed: AtomicU64,
    progress: watch::Receiver<Progress>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Progress {
    /// So many hand-overs are in the file.
    written: u64,
    lost: Option<Arc<Lost>>,
}

impl Writer {
    /// Starts the thread on an open database.
    pub fn start(database: Connection, path: PathBuf) -> std::io::Result<Self> {
        let (changes, waiting) = mpsc::channel();
        let (done, progress) = watch::channel(Progress::default());
        let work = move || write(&database, path, &waiting, &done);
        let thread = std::thread::Builder::new().name("sqs-store".into()).spawn(work)?;
        Ok(Self { changes: Some(changes), handed: AtomicU64::new(0), progress, thread: Some(thread) })
    }

    /// See [`Store::hand`](super::Store::hand).
    pub fn hand(&self, changes: Option<Changes>) -> Ticket {
        // The state's lock orders the hand-overs.
        let Some(changes) = changes else {
            return Ticket(self.handed.load(Ordering::Relaxed));
        };
        // A thread that has gone has said so in its progress.
        let _ = self.changes.as_ref().map(|to| to.send(changes));
        Ticket(self.handed.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// See [`Store::written`](super::Store::written).
    pub async fn written(&self, Ticket(number): Ticket) -> Result<(), Lost> {
        if self.progress.borrow().written >= number {
            return Ok(());
        }
        let mut progress = self.progress.clone();
        let over = progress.wait_for(|progress| progress.written >= number || progress.lost.is_some()).await;
        match over {
            Ok(progress) if progress.written >= number => Ok(()),
            Ok(progress) => Err(progress.lost.as_deref().cloned().unwrap_or_else(Lost::unexpectedly)),
            Err(_) => Err(Lost::unexpectedly()),
        }
    }

    /// See [`Store::check`](super::Store::check).
    pub fn check(&self) -> Result<(), Lost> {
        match &self.progress.borrow().lost {
            Some(lost) => Err(Lost::clone(lost)),
            None => Ok(()),
        }
    }
}

impl Lost {
    /// The thread is gone without a word.
    fn unexpectedly() -> Self {
        Self { path: PathBuf::from(super::FILE), reason: "the thread that writes has ended".to_owned() }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.changes.take();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself; there is nothing left to close.
            let _ = thread.join();
        }
    }
}

fn write(database: &Connection, path: PathBuf, waiting: &mpsc::Receiver<Changes>, done: &watch::Sender<Progress>) {
    let ended = Statements::of(database).and_then(|mut statements| {
        while let Ok(first) = waiting.recv() {
            let batch: Vec<Changes> = std::iter::once(first).chain(waiting.try_iter()).take(MOST).collect();
            statements.write(&batch)?;
            done.send_modify(|progress| progress.written += batch.len() as u64);
        }
        Ok(())
    });
    if let Err(error) = ended {
        let lost = Lost { path, reason: error.to_string() };
        tracing::error!(reason = %lost, "the local SQS has lost its store");
        done.send_modify(|progress| progress.lost = Some(Arc::new(lost)));
    }
}
