//! The way of a process to its journal, which can fail.

use std::collections::BTreeMap;
use std::io::Error;
use std::sync::Arc;

use async_trait::async_trait;

use super::process::{Process, When, steps};
use crate::model::activity::{Activity, ActivityId, Entry, Outcome};
use crate::model::archive::{CopyId, KeptCopy, Restored};
use crate::model::filter::saved::{Change, Changed, Saved};
use crate::model::ids::TaskHandle;
use crate::model::journal::{Ended, JournalRow, KeptRedrive, Origin, PutBack, QueueNo, Record, RedriveId};
use crate::model::redrive::kept::{Cancel, KeptTask};
use crate::model::{ConnectionName, MessageId, MoveTask, QueueArn, QueueName};
use crate::server::store::redrives::{Claimed, NewRedrive, RedriveStore, RowKey, RowQuery, Tally, Token, Wanted};
use crate::server::store::{
    ActivityQuery, Archive, ArchiveStore, CopyQuery, FilterStore, Listed, Receives, Store, StoreError, TaskQuery,
    TaskStore,
};

/// What the system says of a full disk, and of one that fails.
const ENOSPC: i32 = 28;
const EIO: i32 = 5;

/// The journal as a process sees it.
pub(super) struct Disk {
    pub process: Arc<Process>,
    pub inner: Arc<dyn Store>,
}

fn failure(code: i32) -> StoreError {
    StoreError::File { path: "redrive.db".into(), source: Error::from_raw_os_error(code) }
}

impl Disk {
    async fn commit_(&self, id: &RedriveId, token: Token, records: Arc<[Record]>) -> Result<(), StoreError> {
        let process = &self.process;
        let fails = {
            let mut commits = process.commits.lock().unwrap();
            *commits += 1;
            process.fate.disk.get(&(*commits - 1)).copied()
        };
        let steps = steps(records.iter().map(|record| &record.change));
        let commit = async {
            if fails == Some(When::Before) {
                return Err(failure(ENOSPC));
            }
            self.inner.commit_records(id, token, Arc::clone(&records)).await?;
            process.watch.committed(&records);
            if fails == Some(When::After) { Err(failure(EIO)) } else { Ok(()) }
        };
        let answer = process.pass(&steps, commit).await;
        if matches!(answer, Err(StoreError::File { .. })) {
            *process.failures.lock().unwrap() += 1;
        }
        answer
    }

    async fn claim_(&self, id: &RedriveId, since_ms: i64) -> Result<Option<Claimed>, StoreError> {
        self.process.breathe();
        let claimed = self.inner.claim_redrive(id, since_ms).await;
        if let Ok(Some(claimed)) = &claimed {
            self.process.watch.claimed(self.process.no, &claimed.rows);
        }
        claimed
    }

    async fn end_(&self, id: &RedriveId, token: Token, ended: Ended) -> Result<(), StoreError> {
        self.process.breathe();
        self.mute()?;
        self.inner.end_redrive(id, token, ended).await
    }

    async fn intend_(&self, entry: &Entry) -> Result<ActivityId, StoreError> {
        self.mute()?;
        self.inner.intend(entry).await
    }

    /// What is written beside the journal fails, too, as often as it shall.
    fn mute(&self) -> Result<(), StoreError> {
        let mut mute = self.process.mute.lock().unwrap();
        let fails = *mute > 0;
        *mute = mute.saturating_sub(1);
        if fails { Err(failure(ENOSPC)) } else { Ok(()) }
    }
}

macro_rules! journal {
    ($($store:ident { $(* $own:ident($($own_arg:ident: $own_type:ty),*) -> $own_answer:ty = $by:ident;)*
        $(fn $name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)* })*) => {
        $(#[async_trait]
        impl $store for Disk {
            $(async fn $own(&self, $($own_arg: $own_type),*) -> Result<$own_answer, StoreError> {
                self.$by($($own_arg),*).await
            })*

            $(async fn $name(&self, $($arg: $type),*) -> Result<$answer, StoreError> {
                self.inner.$name($($arg),*).await
            })*
        })*
    };
}

journal! {
    RedriveStore {
        * claim_redrive(id: &RedriveId, since_ms: i64) -> Option<Claimed> = claim_;
        * commit_records(id: &RedriveId, token: Token, records: Arc<[Record]>) -> () = commit_;
        * end_redrive(id: &RedriveId, token: Token, ended: Ended) -> () = end_;
        fn add_redrive(new: NewRedrive) -> bool;
        fn steer_redrive(id: &RedriveId, wanted: Wanted) -> bool;
        fn redrive(connection: &ConnectionName, id: &RedriveId) -> Option<KeptRedrive>;
        fn redrives(connection: &ConnectionName, queue: Option<&QueueName>, skip: u64, limit: u32) -> Vec<KeptRedrive>;
        fn redrive_order(id: &RedriveId) -> Option<String>;
        fn open_redrives(connection: &ConnectionName) -> Vec<KeptRedrive>;
        fn redrive_tally(id: &RedriveId) -> Vec<Tally>;
        fn redrive_rows(id: &RedriveId, query: &RowQuery) -> (Vec<JournalRow>, u64);
        fn next_rows(id: &RedriveId, query: &RowQuery, after: RowKey) -> (Vec<JournalRow>, RowKey);
        fn origins(connection: &ConnectionName, copies: &[MessageId]) -> BTreeMap<MessageId, Origin>;
        fn undos(id: &RedriveId) -> Vec<KeptRedrive>;
        fn copies_left(id: &RedriveId) -> Vec<(QueueNo, MessageId)>;
        fn count_copies_left(id: &RedriveId) -> BTreeMap<QueueNo, u64>;
        fn put_back(queue: &QueueArn, since_ms: i64) -> Vec<PutBack>;
        fn put_back_among(queue: &QueueArn, since_ms: i64, ids: &[MessageId]) -> Vec<PutBack>;
        fn count_put_back(queue: &QueueArn, since_ms: i64) -> u64;
        fn forget_rows(before_ms: i64) -> u64;
        fn redrive_about(queue: &QueueArn) -> Option<KeptRedrive>;
    }
    ArchiveStore {
        fn keep(copies: Vec<(KeptCopy, Vec<u8>)>, most: u64) -> ();
        fn copies(query: &CopyQuery) -> Vec<Listed>;
        fn list_copies(query: &CopyQuery) -> Vec<KeptCopy>;
        fn count_copies(query: &CopyQuery) -> u64;
        fn open_copy(connection: &ConnectionName, id: &CopyId, now_ms: i64) -> Option<(KeptCopy, Vec<u8>)>;
        fn claim_copy(connection: &ConnectionName, id: &CopyId, now_ms: i64, before_ms: Option<i64>) -> bool;
        fn copy_restored(id: &CopyId, restored: Option<Restored>) -> ();
        fn doubt_copies(connection: &ConnectionName, ids: &[CopyId]) -> ();
        fn forget_copies(connection: &ConnectionName, ids: &[CopyId]) -> u64;
        fn expire_copies(now_ms: i64, longest_ms: i64) -> u64;
        fn archive(connection: &ConnectionName, queue: Option<&QueueName>) -> Archive;
        fn opt(connection: &ConnectionName, queue: &QueueName, keep: bool) -> ();
    }
    TaskStore {
        fn task_started(connection: &ConnectionName, source: &QueueArn, handle: &TaskHandle, who: &str, now_ms: i64) -> ();
        fn tasks_seen(connection: &ConnectionName, tasks: &[MoveTask], now_ms: i64) -> ();
        fn task_cancelled(connection: &ConnectionName, source: &QueueArn, started_ms: i64, cancel: &Cancel) -> ();
        fn kept_tasks(query: &TaskQuery) -> (Vec<KeptTask>, u64);
    }
    FilterStore {
        fn saved_filters(connection: &ConnectionName, queue: &QueueName) -> Vec<Saved>;
        fn change_filter(connection: &ConnectionName, queue: &QueueName, change: &Change) -> Changed;
    }
}

#[async_trait]
impl Store for Disk {
    async fn intend(&self, entry: &Entry) -> Result<ActivityId, StoreError> {
        self.intend_(entry).await
    }

    async fn conclude(&self, id: ActivityId, outcome: &Outcome, finished_ms: i64) -> Result<(), StoreError> {
        self.inner.conclude(id, outcome, finished_ms).await
    }

    async fn activity(&self, query: &ActivityQuery) -> Result<Vec<Activity>, StoreError> {
        self.inner.activity(query).await
    }

    async fn count(&self, query: &ActivityQuery) -> Result<u64, StoreError> {
        self.inner.count(query).await
    }

    async fn receives(&self, connection: &ConnectionName) -> Result<Vec<(QueueName, Receives)>, StoreError> {
        self.inner.receives(connection).await
    }

    async fn keep_receives(
        &self,
        connection: &ConnectionName,
        queue: &QueueName,
        known: Option<Receives>,
    ) -> Result<(), StoreError> {
        self.inner.keep_receives(connection, queue, known).await
    }

    fn is_durable(&self) -> bool {
        self.inner.is_durable()
    }
}
