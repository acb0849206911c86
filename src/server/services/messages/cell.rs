//! The place of one queue's snapshot: replaced as a whole by whoever changes it, followed by those
//! who show it live.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::lease::leased;
use super::snapshot::{Origin, Snapshot};
use crate::model::live::Progress;
use crate::model::{ReceiptHandle, words};

/// The place. Pages read the snapshot; streams follow how far a hold is.
pub struct Cell {
    /// Names this snapshot among those of its queue.
    session: String,
    snapshot: Mutex<Arc<Snapshot>>,
    acting: tokio::sync::Mutex<()>,
    progress: watch::Sender<Progress>,
}

impl Cell {
    /// A place with a snapshot in it.
    pub(super) fn new(snapshot: Snapshot) -> Self {
        let session = uuid::Uuid::new_v4().simple().to_string();
        let snapshot = Snapshot { session: session.clone(), ..snapshot };
        let progress = watch::Sender::new(progress(&session, &snapshot));
        Self { session, snapshot: Mutex::new(Arc::new(snapshot)), acting: tokio::sync::Mutex::default(), progress }
    }

    /// Names this snapshot among those of its queue.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// The snapshot as it is now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.lock())
    }

    /// How far the hold is that fills it.
    pub fn follow(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Whether a hold is filling it.
    pub fn is_receiving(&self) -> bool {
        let snapshot = self.lock();
        snapshot.origin == Origin::Hold && snapshot.is_running()
    }

    /// Whether its messages are held.
    pub fn is_holding(&self) -> bool {
        self.lock().is_holding()
    }

    /// Whose turn it is to change the visibility of its messages, one batch at a time: a lease that is renewed must not
    /// overtake a release, nor undo a time that somebody chose.
    pub(in crate::server::services) async fn acting(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.acting.lock().await
    }

    /// Those of these handles that are of its messages and of no use any more: given back, deleted, or their lease ran out.
    /// Asked when it is one's turn to act, for much may have happened since the messages were chosen.
    pub(in crate::server::services) fn lapsed(&self, handles: &[ReceiptHandle], now_ms: i64) -> Vec<ReceiptHandle> {
        let snapshot = self.lock();
        let known = snapshot.entries.iter().filter(|entry| handles.contains(&entry.message.receipt_handle));
        known.filter(|entry| !entry.actionable(now_ms)).map(|entry| entry.message.receipt_handle.clone()).collect()
    }

    /// Changes the snapshot. Who holds an older one keeps it as it was.
    pub(in crate::server::services) fn change<T>(&self, change: impl FnOnce(&mut Snapshot) -> T) -> T {
        let mut snapshot = self.lock();
        let result = change(Arc::make_mut(&mut snapshot));
        let progress = progress(&self.session, &snapshot);
        self.progress.send_if_modified(|last| {
            let news = *last != progress;
            *last = progress;
            news
        });
        result
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Snapshot>> {
        self.snapshot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn progress(session: &str, snapshot: &Snapshot) -> Progress {
    let received = snapshot.entries.len();
    let state = if snapshot.is_running() {
        "still receiving".to_owned()
    } else {
        words::plural(received as u64, "message", "messages")
    };
    Progress {
        of: session.to_owned(),
        count: u32::try_from(received).unwrap_or(u32::MAX),
        state,
        done: !snapshot.is_running(),
        waits: false,
        until: held_until(snapshot),
    }
}

/// When the first of the held messages would be visible again if their lease were not renewed.
pub fn held_until(snapshot: &Snapshot) -> Option<i64> {
    let held = snapshot.is_holding() && !snapshot.is_running();
    held.then(|| leased(snapshot, i64::MIN).map(|(_, until_ms)| until_ms).min()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::services::messages::snapshot::tests::message;
    use crate::server::services::messages::snapshot::{Standing, Stop};

    #[test]
    fn what_was_given_back_or_ran_out_has_lapsed() {
        let mut snapshot = Snapshot::begun(Origin::Hold, 0, 10, 10, 30);
        snapshot.take(["a", "b"].map(|id| message(id, "", None)).to_vec(), 30_000);
        snapshot.entries[0].standing = Standing::Returned;
        let cell = Cell::new(snapshot);
        let [a, b, other] = ["a", "b", "c"].map(|id| ReceiptHandle::new(format!("handle of {id}")));
        let all = [a.clone(), b.clone(), other];
        assert_eq!(cell.lapsed(&all, 29_999), std::slice::from_ref(&a), "what is not its own it cannot know");
        assert_eq!(cell.lapsed(&all, 30_000), [a, b]);
    }

    #[test]
    fn a_stream_hears_of_each_message_and_of_the_end() {
        let cell = Cell::new(Snapshot::begun(Origin::Hold, 0, 10, 10, 30));
        let (mut stream, before) = (cell.follow(), cell.snapshot());
        cell.change(|snapshot| snapshot.take(vec![message("a", "", None)], 30_000));
        assert!(stream.has_changed().unwrap());
        let heard = stream.borrow_and_update().clone();
        assert_eq!((heard.count, heard.done), (1, false));
        cell.change(|snapshot| snapshot.stop = Some(Stop::Time));
        assert!(stream.borrow_and_update().done && !cell.is_receiving());
        cell.change(|_| ());
        assert!(!stream.has_changed().unwrap(), "nothing new");
        assert_eq!(before.entries.len(), 0, "an older copy stays as it was");
    }
}
