//! Recently deleted: which copies there are, what is in one, and forgetting them.

use super::seal::About;
use crate::model::activity::{Detail, Verb};
use crate::model::archive::{Archived, CopyId, KeptCopy, record};
use crate::model::form::Done;
use crate::model::form::undo::What;
use crate::model::{Failure, Message, QueueName};
use crate::server::services::act::Act;
use crate::server::services::{Connection, report};
use crate::server::store::{Archive, CopyQuery};

/// How many copies a page shows.
pub const PAGE: u32 = 100;
/// How many copies one request restores or forgets at most.
pub const MOST: u32 = 10_000;

/// What is in a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The message, as it was, without its receipt handle.
    Message(Box<Message>),
    /// It was sealed with a key that this console does not have.
    OtherKey,
    /// It is not as it was written.
    Damaged,
    /// It is large and was not opened for a list.
    Large,
}

/// A page of the archive.
#[derive(Clone, Debug)]
pub struct Deleted {
    /// The copies, newest first.
    pub copies: Vec<(KeptCopy, Opened)>,
    /// How many there are on all pages.
    pub total: u64,
    /// Which page this is, counted from 1.
    pub page: u64,
    /// How full the archive is, what was dropped, whether the queue has opted out.
    pub archive: Archive,
}

impl Connection {
    /// A page of the copies of a queue, or of all queues, or of one deletion. No request to SQS.
    pub async fn recently_deleted(
        &self,
        queue: Option<&QueueName>,
        deletion: Option<&str>,
        page: u64,
    ) -> Result<Deleted, Failure> {
        let page = page.clamp(1, u64::from(u32::MAX));
        let query = CopyQuery {
            skip: (page - 1) * u64::from(PAGE),
            limit: PAGE,
            ..self.copies_of(queue, deletion.map(str::to_owned))
        };
        let store = self.store();
        let (copies, total, archive) =
            tokio::try_join!(store.copies(&query), store.count_copies(&query), store.archive(self.name(), queue))
                .map_err(|error| report::store(&error))?;
        let opened = copies.into_iter().map(|(copy, bytes)| {
            let opened = match bytes {
                None if self.is_foreign(&copy) => Opened::OtherKey,
                None => Opened::Large,
                Some(bytes) => self.opened(&copy, &bytes),
            };
            (copy, opened)
        });
        Ok(Deleted { copies: opened.collect(), total, page, archive })
    }

    /// One copy. No request to SQS.
    pub async fn kept_copy(&self, id: &CopyId) -> Result<(KeptCopy, Opened), Failure> {
        let found = self.store().open_copy(self.name(), id, self.now_ms()).await;
        let (copy, bytes) = found.map_err(|error| report::store(&error))?.ok_or(Failure::NotFound)?;
        let opened = self.opened(&copy, &bytes);
        Ok((copy, opened))
    }

    /// Forgets copies at once. Written to the audit log first.
    pub async fn forget(&self, queue: &QueueName, what: &What) -> Result<Done, Failure> {
        let ids = self.meant(queue, what).await?.into_iter().map(|copy| copy.id).collect::<Vec<_>>();
        let act = Act::here(queue, Verb::ForgetCopies).fact("copies", ids.len());
        let work = async { self.store().forget_copies(self.name(), &ids).await.map_err(|error| report::store(&error)) };
        let facts = |gone: &u64| Detail::from([("forgotten".to_owned(), gone.to_string())]);
        let copies = self.act_here(act, work, facts).await?;
        Ok(Done::Forgotten { copies })
    }

    /// Has copies of a queue's messages kept from now on, or not; those that are there stay. Written to the audit log.
    pub async fn keep_copies(&self, queue: &QueueName, keep: bool) -> Result<Done, Failure> {
        let act = Act::here(queue, Verb::KeepCopies).fact("copies", if keep { "kept" } else { "not kept" });
        let work = async { self.store().opt(self.name(), queue, keep).await.map_err(|error| report::store(&error)) };
        self.act_here(act, work, |()| Detail::new()).await?;
        Ok(Done::Keeps(if keep {
            Archived::Kept { deletion: String::new(), days: self.keeping().days }
        } else {
            Archived::OptedOut
        }))
    }

    /// The copies of a queue that a form means, newest first, at most [`MOST`].
    pub(in crate::server::services) async fn meant(
        &self,
        queue: &QueueName,
        what: &What,
    ) -> Result<Vec<KeptCopy>, Failure> {
        let (deletion, ids) = match what {
            What::Deletion(deletion) => (Some(deletion.clone()), None),
            What::Marked(ids) => (None, Some(ids.clone())),
        };
        let query = CopyQuery { ids, limit: MOST, ..self.copies_of(Some(queue), deletion) };
        let found = self.store().list_copies(&query).await.map_err(|error| report::store(&error))?;
        if found.is_empty() { Err(Failure::NoSuchCopy) } else { Ok(found) }
    }

    /// What is in a record.
    pub(in crate::server::services) fn opened(&self, copy: &KeptCopy, bytes: &[u8]) -> Opened {
        let read = |bytes: &[u8]| record::read(bytes).map_or(Opened::Damaged, |found| Opened::Message(Box::new(found)));
        if self.is_foreign(copy) {
            return Opened::OtherKey;
        }
        match (&copy.key, &self.keeping().key) {
            (Some(_), Some(key)) => {
                let about = About { id: &copy.id, connection: &copy.connection, queue: &copy.queue };
                key.open(&about, bytes).map_or(Opened::Damaged, |bytes| read(&bytes))
            }
            _ => read(bytes),
        }
    }

    /// Whether it is sealed with a key that is not this console's.
    fn is_foreign(&self, copy: &KeptCopy) -> bool {
        let ours = self.keeping().key.as_ref().map(|key| key.fingerprint());
        copy.key.as_deref().is_some_and(|fingerprint| ours != Some(fingerprint))
    }

    fn copies_of(&self, queue: Option<&QueueName>, deletion: Option<String>) -> CopyQuery {
        let (connection, queue) = (self.name().clone(), queue.cloned());
        CopyQuery { connection, queue, deletion, ids: None, now_ms: self.now_ms(), skip: 0, limit: PAGE }
    }
}
