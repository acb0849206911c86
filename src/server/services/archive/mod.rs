//! Undo: whatever removes messages has copies of them kept first, and a copy can be sent again.
//!
//! * [`Keeping`] – how long, how much, and with which key copies are kept
//! * [`Connection::archive`] – keeps copies; what it refuses must not be removed
//! * [`list`] – what there is, and forgetting it; restoring is a job (`services::jobs`)
//! * [`seal`] – a record that only its key opens

pub mod list;
pub mod seal;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use self::seal::{About, Key, NONCE};
use crate::model::archive::{Archived, CopyId, KeptCopy, Reason, record};
use crate::model::{Failure, Message, MessageId, QueueName, ReceiptHandle};
use crate::server::clock::SharedClock;
use crate::server::services::messages::{Fate, Fates};
use crate::server::services::{Connection, report};
use crate::server::store::Store;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// How copies are kept.
#[derive(Debug)]
pub struct Keeping {
    /// For how many days; 0 keeps nothing.
    pub days: u32,
    /// How many bytes in all.
    pub most: u64,
    /// What they are sealed with; in clear without.
    pub key: Option<Key>,
    /// Where nonces come from: bytes that nobody can guess and that never come twice.
    pub nonce: fn() -> [u8; NONCE],
}

impl Keeping {
    /// For how many milliseconds a copy is kept.
    pub fn longest_ms(&self) -> i64 {
        i64::from(self.days) * DAY_MS
    }
}

/// What a deletion has kept, message by message.
#[derive(Debug)]
pub struct Copies {
    /// In words.
    pub archived: Archived,
    /// The copy of each message.
    pub of: BTreeMap<MessageId, CopyId>,
}

impl Copies {
    /// The copies of those messages of a request that were certainly not removed, and of those with which nobody knows.
    fn left(
        &self,
        asked: &[(MessageId, ReceiptHandle)],
        result: Result<&Fates, &Failure>,
    ) -> (Vec<CopyId>, Vec<CopyId>) {
        let (mut unneeded, mut doubtful) = (Vec::new(), Vec::new());
        for (id, handle) in asked {
            let list = match result {
                Ok(fates) => match fates.get(handle) {
                    Some(Fate::Failed(_)) => &mut unneeded,
                    Some(Fate::Unknown(_)) => &mut doubtful,
                    _ => continue,
                },
                Err(Failure::OutcomeUnknown(_)) => &mut doubtful,
                Err(_) => &mut unneeded,
            };
            list.extend(self.of.get(id).cloned());
        }
        (unneeded, doubtful)
    }
}

impl Connection {
    /// What would be kept of a queue's messages if they were removed now. The name of the deletion is empty.
    pub async fn keeps(&self, queue: &QueueName) -> Result<Archived, Failure> {
        self.keeps_for(queue, "").await
    }

    /// Keeps copies of messages that are about to be removed. When this returns they are as durable as the store; where
    /// it fails nothing may be removed. Where the console or the queue keeps no copies it says so.
    pub async fn archive(
        &self,
        queue: &QueueName,
        messages: &[Arc<Message>],
        reason: Reason,
    ) -> Result<Copies, Failure> {
        let deletion = uuid::Uuid::new_v4().simple().to_string();
        self.archive_for(&deletion, queue, messages, reason).await
    }

    /// The same for a part of a deletion.
    pub(super) async fn archive_for(
        &self,
        deletion: &str,
        queue: &QueueName,
        messages: &[Arc<Message>],
        reason: Reason,
    ) -> Result<Copies, Failure> {
        let archived = self.keeps_for(queue, deletion).await.map_err(|_| report::not_archived("the store failed"))?;
        let mut of = BTreeMap::new();
        if !matches!(archived, Archived::Kept { .. }) {
            return Ok(Copies { archived, of });
        }
        let (keeping, now_ms) = (self.keeping(), self.now_ms());
        let mut copies = Vec::with_capacity(messages.len());
        for message in messages {
            let id: CopyId = uuid::Uuid::new_v4().simple().to_string().parse().expect("a UUID has 32 digits");
            let mut bytes = record::write(message);
            if let Some(key) = &keeping.key {
                let about = About { id: &id, connection: self.name(), queue };
                let sealed = key.seal(&about, &bytes, (keeping.nonce)());
                bytes = sealed.ok_or_else(|| report::not_archived("a record cannot be sealed"))?;
            }
            of.insert(message.id.clone(), id.clone());
            let copy = KeptCopy {
                id,
                deletion: deletion.to_owned(),
                connection: self.name().clone(),
                queue: queue.clone(),
                at_ms: now_ms,
                who: self.who().to_owned(),
                reason,
                message: message.id.clone(),
                sent_ms: message.sent_at(),
                size: message.size() as u64,
                key: keeping.key.as_ref().map(|key| key.fingerprint().to_owned()),
                expires_ms: now_ms + keeping.longest_ms(),
                restored: None,
            };
            copies.push((copy, bytes));
        }
        self.store().keep(copies, keeping.most).await.map_err(report::not_archived)?;
        Ok(Copies { archived, of })
    }

    /// Forgets copies of messages that were not removed after all. A copy that cannot be forgotten now expires later.
    pub(super) async fn unneeded(&self, copies: &[CopyId]) {
        if copies.is_empty() {
            return;
        }
        if let Err(error) = self.store().forget_copies(self.name(), copies).await {
            report::store(&error);
        }
    }

    /// Says of copies that nobody knows whether their messages are gone. Where that cannot be written they count as gone.
    pub(super) async fn doubtful(&self, copies: &[CopyId]) {
        if copies.is_empty() {
            return;
        }
        if let Err(error) = self.store().doubt_copies(self.name(), copies).await {
            report::store(&error);
        }
    }

    /// Brings the copies in line with what came of the request that they were made for.
    pub(super) async fn settle_copies(
        &self,
        copies: &Copies,
        asked: &[(MessageId, ReceiptHandle)],
        result: Result<&Fates, &Failure>,
    ) {
        let (unneeded, doubtful) = copies.left(asked, result);
        self.unneeded(&unneeded).await;
        self.doubtful(&doubtful).await;
    }

    async fn keeps_for(&self, queue: &QueueName, deletion: &str) -> Result<Archived, Failure> {
        let days = self.keeping().days;
        if days == 0 {
            return Ok(Archived::Off);
        }
        let archive = self.store().archive(self.name(), Some(queue)).await.map_err(|error| report::store(&error))?;
        Ok(if archive.opted_out { Archived::OptedOut } else { Archived::Kept { deletion: deletion.to_owned(), days } })
    }
}

/// How often what has expired is deleted.
const SWEEP: Duration = Duration::from_secs(10 * 60);

/// Deletes copies that have expired, at once and then every ten minutes, until `stop`. No copy is shown after its time,
/// whether it is deleted yet or not.
pub async fn expire(store: Arc<dyn Store>, clock: SharedClock, longest_ms: i64, stop: CancellationToken) {
    loop {
        match store.expire_copies(clock.now_ms(), longest_ms).await {
            Ok(0) => {}
            Ok(copies) => tracing::info!(copies, "copies of deleted messages have expired"),
            Err(error) => {
                report::store(&error);
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(SWEEP) => {}
        }
    }
}
