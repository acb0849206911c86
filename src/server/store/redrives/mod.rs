//! Selective redrives: what was ordered, the journal of every attempt, and what became of each message.
//!
//! * `kept` – the redrives themselves, and whose each of them is
//! * `journal` – what a commit of records does to the rows
//! * `rows` – reading the rows back: all for a process that goes on, a page for a person
//! * `undos` – what was taken back, and what that put where

mod journal;
mod kept;
mod rows;
#[cfg(test)]
mod tests;
mod undos;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{Sqlite, StoreError};
use crate::model::journal::{Ended, JournalRow, KeptRedrive, Origin, PutBack, QueueNo, Record, RedriveId};
use crate::model::{ConnectionName, Draft, MessageId, QueueArn, QueueName};

/// The fencing token of whoever carries a redrive out: a later claim makes an earlier one worthless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token(pub(super) i64);

impl Token {
    /// Whether nobody claimed the redrive before.
    pub fn is_first(self) -> bool {
        self.0 == 1
    }
}

/// A redrive that is about to begin.
#[derive(Clone, Debug)]
pub struct NewRedrive {
    /// What is known of it.
    pub kept: KeptRedrive,
    /// The order, as the engine writes it; opaque here. Without the edits.
    pub order: String,
    /// What is sent in place of which message, and which edit of it that is.
    pub edits: BTreeMap<MessageId, (u32, Arc<Draft>)>,
}

/// A redrive whose journal is asked for by a process that carries it out.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// What every commit must show.
    pub token: Token,
    /// What is known of it.
    pub kept: KeptRedrive,
    /// The order, as it was added.
    pub order: String,
    /// The edits that have not been sent yet.
    pub edits: BTreeMap<MessageId, (u32, Arc<Draft>)>,
    /// Its rows.
    pub rows: Vec<JournalRow>,
    /// The rows of earlier redrives of the same queue that still matter.
    pub earlier: Vec<JournalRow>,
}

/// What somebody wants of a running redrive, to outlive the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// That it waits.
    Paused,
    /// That it goes on.
    GoingOn,
    /// That it goes on after its first messages, and does not wait for that again.
    Approved,
    /// That it ends.
    Cancelled,
}

/// Which rows of a redrive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowQuery {
    /// Only those whose id, copy or group has this in it.
    pub text: String,
    /// Only those of these shapes; absent: of any.
    pub shapes: Option<Vec<Shape>>,
    /// Only those of which there may be more than one copy.
    pub duplicates: bool,
    /// Only those whose copy came back.
    pub came_back: bool,
    /// Without so many of the first.
    pub skip: u64,
    /// At most so many.
    pub limit: u32,
}

/// Where a walk through the rows of a redrive has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowKey(pub(super) i64);

/// What a report tells rows apart by: the kind of their stage, and whether an attempt is open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shape {
    stage: i64,
    kind: String,
    open: bool,
}

/// How many rows have a shape, with a row of that shape, and how many of them may be there twice and came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The shape.
    pub shape: Shape,
    /// One of them: what a report says of it, it says of all.
    pub example: JournalRow,
    /// How many.
    pub rows: u64,
    /// Of how many there may be more than one copy.
    pub duplicates: u64,
    /// Whose copies came back.
    pub came_back: u64,
}

/// The journal of selective redrives.
#[async_trait]
pub trait RedriveStore: Send + Sync {
    /// Adds a redrive with its order. `false` where one of the same queue has not ended: there is one at a time. When this
    /// returns it is on the disk.
    async fn add_redrive(&self, new: NewRedrive) -> Result<bool, StoreError>;

    /// Takes a redrive over: whoever carried it out before cannot commit any more. Rows of earlier redrives of the queue
    /// count where these ended after `since_ms`. `None` where there is no such redrive or it has ended.
    async fn claim_redrive(&self, id: &RedriveId, since_ms: i64) -> Result<Option<Claimed>, StoreError>;

    /// Writes records down, all or none. When this returns they are on the disk. Fails with [`StoreError::Fenced`] where
    /// somebody else has claimed the redrive since. Writing the same twice changes nothing.
    async fn commit_records(&self, id: &RedriveId, token: Token, records: Arc<[Record]>) -> Result<(), StoreError>;

    /// Writes down that a redrive ended and what its rows came to, and forgets what is left of its edits. Fenced as above.
    async fn end_redrive(&self, id: &RedriveId, token: Token, ended: Ended) -> Result<(), StoreError>;

    /// Writes down what somebody wants of a redrive; `false` where it has ended.
    async fn steer_redrive(&self, id: &RedriveId, wanted: Wanted) -> Result<bool, StoreError>;

    /// A redrive of a connection.
    async fn redrive(&self, connection: &ConnectionName, id: &RedriveId) -> Result<Option<KeptRedrive>, StoreError>;

    /// The redrives of a connection, or from one of its queues, newest first.
    async fn redrives(
        &self,
        connection: &ConnectionName,
        queue: Option<&QueueName>,
        skip: u64,
        limit: u32,
    ) -> Result<Vec<KeptRedrive>, StoreError>;

    /// The order of a redrive, as it was added.
    async fn redrive_order(&self, id: &RedriveId) -> Result<Option<String>, StoreError>;

    /// The redrives of a connection that have not ended.
    async fn open_redrives(&self, connection: &ConnectionName) -> Result<Vec<KeptRedrive>, StoreError>;

    /// How many rows a redrive has of each shape; of one that has ended also when the rows are forgotten.
    async fn redrive_tally(&self, id: &RedriveId) -> Result<Vec<Tally>, StoreError>;

    /// The rows asked for, in the order in which the messages became known, and how many there are in all.
    async fn redrive_rows(&self, id: &RedriveId, query: &RowQuery) -> Result<(Vec<JournalRow>, u64), StoreError>;

    /// The rows asked for that come after a key, and the key of the last of them: a walk through all of them costs as much
    /// as they are many. Nothing is counted.
    async fn next_rows(
        &self,
        id: &RedriveId,
        query: &RowQuery,
        after: RowKey,
    ) -> Result<(Vec<JournalRow>, RowKey), StoreError>;

    /// Where messages come from that are copies of others, as far as the journal has it.
    async fn origins(
        &self,
        connection: &ConnectionName,
        copies: &[MessageId],
    ) -> Result<BTreeMap<MessageId, Origin>, StoreError>;

    /// The redrives that take this one back, newest first.
    async fn undos(&self, id: &RedriveId) -> Result<Vec<KeptRedrive>, StoreError>;

    /// The copies of a redrive that can be taken back, by the queue that each was sent to: those of moved messages that
    /// did not come back, and that nobody has taken back yet.
    async fn copies_left(&self, id: &RedriveId) -> Result<Vec<(QueueNo, MessageId)>, StoreError>;

    /// How many these are.
    async fn count_copies_left(&self, id: &RedriveId) -> Result<BTreeMap<QueueNo, u64>, StoreError>;

    /// What redrives have put into a queue that take others back, and that have not ended before then, milliseconds since
    /// 1970.
    async fn put_back(&self, queue: &QueueArn, since_ms: i64) -> Result<Vec<PutBack>, StoreError>;

    /// The same of these messages alone, with what each had been before it was put back.
    async fn put_back_among(
        &self,
        queue: &QueueArn,
        since_ms: i64,
        ids: &[MessageId],
    ) -> Result<Vec<PutBack>, StoreError>;

    /// How many were put back and have not gone on since.
    async fn count_put_back(&self, queue: &QueueArn, since_ms: i64) -> Result<u64, StoreError>;

    /// Forgets the rows of redrives that ended before then, milliseconds since 1970; what is known of the redrives
    /// themselves stays. How many rows that were: a portion; none where nothing is left to forget.
    async fn forget_rows(&self, before_ms: i64) -> Result<u64, StoreError>;

    /// A redrive that has not ended and takes from a queue, or else one that sends to it, of whichever connection.
    async fn redrive_about(&self, queue: &QueueArn) -> Result<Option<KeptRedrive>, StoreError>;
}

#[async_trait]
impl RedriveStore for Sqlite {
    async fn add_redrive(&self, new: NewRedrive) -> Result<bool, StoreError> {
        self.run(move |database| kept::add(database, &new)).await
    }

    async fn claim_redrive(&self, id: &RedriveId, since_ms: i64) -> Result<Option<Claimed>, StoreError> {
        let id = id.clone();
        self.run(move |database| kept::claim(database, &id, since_ms)).await
    }

    async fn commit_records(&self, id: &RedriveId, token: Token, records: Arc<[Record]>) -> Result<(), StoreError> {
        let id = id.clone();
        self.run(move |database| journal::commit(database, &id, token, &records)).await
    }

    async fn end_redrive(&self, id: &RedriveId, token: Token, ended: Ended) -> Result<(), StoreError> {
        let id = id.clone();
        self.run(move |database| kept::end(database, &id, token, ended)).await
    }

    async fn steer_redrive(&self, id: &RedriveId, wanted: Wanted) -> Result<bool, StoreError> {
        let id = id.clone();
        self.run(move |database| kept::steer(database, &id, wanted)).await
    }

    async fn redrive(&self, connection: &ConnectionName, id: &RedriveId) -> Result<Option<KeptRedrive>, StoreError> {
        let (connection, id) = (connection.clone(), id.clone());
        self.run(move |database| kept::find(database, &connection, &id)).await
    }

    async fn redrives(
        &self,
        connection: &ConnectionName,
        queue: Option<&QueueName>,
        skip: u64,
        limit: u32,
    ) -> Result<Vec<KeptRedrive>, StoreError> {
        let (connection, queue) = (connection.clone(), queue.cloned());
        self.run(move |database| kept::list(database, &connection, queue.as_ref(), skip, limit)).await
    }

    async fn redrive_order(&self, id: &RedriveId) -> Result<Option<String>, StoreError> {
        let id = id.clone();
        self.run(move |database| kept::order(database, &id)).await
    }

    async fn open_redrives(&self, connection: &ConnectionName) -> Result<Vec<KeptRedrive>, StoreError> {
        let connection = connection.clone();
        self.run(move |database| kept::open(database, &connection)).await
    }

    async fn redrive_tally(&self, id: &RedriveId) -> Result<Vec<Tally>, StoreError> {
        let id = id.clone();
        self.run(move |database| rows::tally(database, &id)).await
    }

    async fn redrive_rows(&self, id: &RedriveId, query: &RowQuery) -> Result<(Vec<JournalRow>, u64), StoreError> {
        let (id, query) = (id.clone(), query.clone());
        self.run(move |database| rows::find(database, &id, &query)).await
    }

    async fn next_rows(
        &self,
        id: &RedriveId,
        query: &RowQuery,
        after: RowKey,
    ) -> Result<(Vec<JournalRow>, RowKey), StoreError> {
        let (id, query) = (id.clone(), query.clone());
        self.run(move |database| rows::next(database, &id, &query, after)).await
    }

    async fn origins(
        &self,
        connection: &ConnectionName,
        copies: &[MessageId],
    ) -> Result<BTreeMap<MessageId, Origin>, StoreError> {
        let (connection, copies) = (connection.clone(), copies.to_vec());
        self.run(move |database| rows::origins(database, &connection, &copies)).await
    }

    async fn undos(&self, id: &RedriveId) -> Result<Vec<KeptRedrive>, StoreError> {
        let id = id.clone();
        self.run(move |database| kept::undos(database, &id)).await
    }

    async fn copies_left(&self, id: &RedriveId) -> Result<Vec<(QueueNo, MessageId)>, StoreError> {
        let id = id.clone();
        self.run(move |database| undos::copies_left(database, &id)).await
    }

    async fn count_copies_left(&self, id: &RedriveId) -> Result<BTreeMap<QueueNo, u64>, StoreError> {
        let id = id.clone();
        self.run(move |database| undos::count_copies_left(database, &id)).await
    }

    async fn put_back_among(
        &self,
        queue: &QueueArn,
        since_ms: i64,
        ids: &[MessageId],
    ) -> Result<Vec<PutBack>, StoreError> {
        let (queue, ids) = (queue.clone(), ids.to_vec());
        self.run(move |database| undos::put_back_among(database, &queue, since_ms, &ids)).await
    }

    async fn count_put_back(&self, queue: &QueueArn, since_ms: i64) -> Result<u64, StoreError> {
        let queue = queue.clone();
        self.run(move |database| undos::count_put_back(database, &queue, since_ms)).await
    }

    async fn put_back(&self, queue: &QueueArn, since_ms: i64) -> Result<Vec<PutBack>, StoreError> {
        let queue = queue.clone();
        self.run(move |database| undos::put_back(database, &queue, since_ms)).await
    }

    async fn forget_rows(&self, before_ms: i64) -> Result<u64, StoreError> {
        self.run(move |database| kept::forget_rows(database, before_ms)).await
    }

    async fn redrive_about(&self, queue: &QueueArn) -> Result<Option<KeptRedrive>, StoreError> {
        let queue = queue.clone();
        self.run(move |database| kept::about(database, &queue)).await
    }
}
