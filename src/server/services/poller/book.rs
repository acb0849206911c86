//! The poller's memory: rows, tasks and versions, changed by what was read, handed out as a [`Census`].
//! Pure: all times are parameters (wall clock, milliseconds since 1970).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::census::{Census, Liveness, QueueRow, Tasks};
use crate::model::depth::Series;
use crate::model::{Attributes, Failure, MoveTask, QueueArn, QueueName, QueueUrl};

/// For how long the list of queues is not believed about a queue that the console itself created or deleted: it may
/// lag by a minute (SQS API Reference, `DeleteQueue` and `CreateQueue`).
const DISBELIEF_MS: i64 = 60_000;

/// What is known of the queues of one connection.
#[derive(Debug)]
pub(super) struct Book {
    epoch: i64,
    rows: BTreeMap<QueueName, Arc<QueueRow>>,
    tasks: BTreeMap<QueueName, Arc<Tasks>>,
    /// When the newest reading of a row, and of its tasks, began: an older one that arrives later is dropped.
    begun: HashMap<QueueName, i64>,
    tasks_begun: HashMap<QueueName, i64>,
    /// How many redrive policies name each queue.
    targets: HashMap<QueueArn, usize>,
    created: HashMap<QueueName, i64>,
    deleted: HashMap<QueueName, i64>,
    version: u64,
    listed_at: Option<i64>,
    list_failure: Option<Failure>,
}

/// What a new list changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listed {
    /// Queues that were not known.
    pub(super) new: Vec<QueueName>,
    /// Queues that are gone.
    pub(super) gone: Vec<QueueName>,
}

impl Book {
    /// An empty book, opened at `epoch`.
    pub(super) fn new(epoch: i64) -> Self {
        Self {
            epoch,
            rows: BTreeMap::new(),
            tasks: BTreeMap::new(),
            begun: HashMap::new(),
            tasks_begun: HashMap::new(),
            targets: HashMap::new(),
            created: HashMap::new(),
            deleted: HashMap::new(),
            version: 0,
            listed_at: None,
            list_failure: None,
        }
    }

    /// A row.
    pub(super) fn row(&self, name: &QueueName) -> Option<&Arc<QueueRow>> {
        self.rows.get(name)
    }

    /// When the list was last complete.
    pub(super) fn listed_at(&self) -> Option<i64> {
        self.listed_at
    }

    /// The tasks read last of a queue.
    pub(super) fn tasks(&self, name: &QueueName) -> Option<&Arc<Tasks>> {
        self.tasks.get(name)
    }

    /// Why the last reading of the list failed, if it did.
    pub(super) fn list_failure(&self) -> Option<&Failure> {
        self.list_failure.as_ref()
    }

    /// Whether some queue's redrive policy names this one, or move tasks were seen on it.
    pub(super) fn is_dead_letter_queue(&self, name: &QueueName) -> bool {
        let arn = self.rows.get(name).and_then(|row| row.arn());
        self.tasks.get(name).is_some_and(|tasks| !tasks.list.is_empty())
            || arn.is_some_and(|arn| self.targets.contains_key(arn))
    }

    /// Whether there is something to redrive: a dead-letter queue with visible messages.
    pub(super) fn holds_dead_letters(&self, name: &QueueName) -> bool {
        let attributes = self.rows.get(name).and_then(|row| row.attributes.as_ref());
        attributes.is_some_and(|attributes| attributes.depth.visible > 0) && self.is_dead_letter_queue(name)
    }

    /// The names of all queues.
    pub(super) fn names(&self) -> impl Iterator<Item = &QueueName> {
        self.rows.keys()
    }

    /// Takes a complete list.
    pub(super) fn list(&mut self, urls: Vec<QueueUrl>, now: i64) -> Listed {
        self.created.retain(|_, at| now - *at < DISBELIEF_MS);
        self.deleted.retain(|_, at| now - *at < DISBELIEF_MS);
        let mut listed = Listed::default();
        let mut present = HashSet::with_capacity(urls.len());
        for url in urls {
            let Some(name) = url.name() else { continue };
            if self.deleted.contains_key(&name) {
                continue;
            }
            if !self.rows.contains_key(&name) {
                self.insert(name.clone(), url);
                listed.new.push(name.clone());
            }
            present.insert(name);
        }
        listed.gone = self
            .rows
            .keys()
            .filter(|name| !present.contains(*name) && !self.created.contains_key(*name))
            .cloned()
            .collect();
        for name in &listed.gone {
            self.drop_row(name);
        }
        self.listed_at = Some(now);
        self.list_failure = None;
        listed
    }

    /// The list could not be read. What is known stays known.
    pub(super) fn list_failed(&mut self, failure: Failure) {
        if self.list_failure.as_ref() != Some(&failure) {
            self.version += 1;
            self.list_failure = Some(failure);
        }
    }

    /// A queue that was asked for by name: it exists, whatever the list says. Answers whether it was unknown.
    pub(super) fn admit(&mut self, name: &QueueName, url: QueueUrl, now: i64) -> bool {
        self.deleted.remove(name);
        let new = !self.rows.contains_key(name);
        if new {
            self.created.insert(name.clone(), now);
            self.insert(name.clone(), url);
        }
        new
    }

    /// A queue that the console deleted: it does not exist, whatever the list says.
    pub(super) fn forget(&mut self, name: &QueueName, now: i64) {
        self.deleted.insert(name.clone(), now);
        self.created.remove(name);
        self.drop_row(name);
    }

    fn insert(&mut self, name: QueueName, url: QueueUrl) {
        self.version += 1;
        let row = QueueRow {
            name: name.clone(),
            url,
            attributes: None,
            read_at: None,
            failure: None,
            series: Series::default(),
            version: self.version,
            drawn: self.version,
        };
        self.rows.insert(name, Arc::new(row));
    }

    fn drop_row(&mut self, name: &QueueName) {
        self.version += 1;
        if let Some(row) = self.rows.remove(name) {
            self.point(row.dead_letter_target().cloned(), None);
        }
        self.tasks.remove(name);
        self.begun.remove(name);
        self.tasks_begun.remove(name);
    }

    /// A redrive policy that named `before` names `after`.
    fn point(&mut self, before: Option<QueueArn>, after: Option<QueueArn>) {
        if before == after {
            return;
        }
        if let Some(arn) = before
            && let Some(count) = self.targets.get_mut(&arn)
        {
            *count -= 1;
            if *count == 0 {
                self.targets.remove(&arn);
            }
        }
        if let Some(arn) = after {
            *self.targets.entry(arn).or_default() += 1;
        }
    }

    /// Takes a reading of a row that began at `begun` (any rising number) and ended at `now`. A reading of a row that
    /// is gone, or that began before the newest one did, is dropped.
    pub(super) fn read(&mut self, name: &QueueName, result: Result<Attributes, Failure>, begun: i64, now: i64) {
        let Some(row) = self.rows.get_mut(name) else { return };
        if self.begun.get(name).is_some_and(|newest| *newest > begun) {
            return;
        }
        self.begun.insert(name.clone(), begun);
        self.version += 1;
        let row = Arc::make_mut(row);
        let mut pointed = None;
        match result {
            Ok(attributes) => {
                let before = row.dead_letter_target().cloned();
                if row.series.record(now, attributes.depth.visible) {
                    row.drawn = self.version;
                }
                row.attributes = Some(Arc::new(attributes));
                row.read_at = Some(now);
                row.failure = None;
                pointed = Some((before, row.dead_letter_target().cloned()));
            }
            Err(failure) => {
                if row.failure.as_ref() == Some(&failure) {
                    return;
                }
                row.failure = Some(failure);
            }
        }
        row.version = self.version;
        if let Some((before, after)) = pointed {
            self.point(before, after);
        }
    }

    /// Takes a reading of the move tasks of a queue, by the rules of [`Self::read`].
    pub(super) fn read_tasks(
        &mut self,
        name: &QueueName,
        result: Result<Vec<MoveTask>, Failure>,
        begun: i64,
        now: i64,
    ) {
        let overtaken = self.tasks_begun.get(name).is_some_and(|newest| *newest > begun);
        if overtaken || !self.rows.contains_key(name) {
            return;
        }
        self.tasks_begun.insert(name.clone(), begun);
        let known = self.tasks.get(name);
        let (list, read_at, failure) = match result {
            Ok(list) => (list, now, None),
            Err(failure) => {
                (known.map_or_else(Vec::new, |t| t.list.clone()), known.map_or(now, |t| t.read_at), Some(failure))
            }
        };
        let mut samples = known.map(|known| known.samples.clone()).unwrap_or_default();
        if let Some(newest) = list.first().filter(|newest| failure.is_none() && newest.status.is_active()) {
            samples.record(newest, now);
        }
        self.version += 1;
        let tasks = Tasks { list, read_at, failure, samples, version: self.version };
        self.tasks.insert(name.clone(), Arc::new(tasks));
    }

    /// Notes a change that is in no row, so that everyone hears of it.
    pub(super) fn touch(&mut self) {
        self.version += 1;
    }

    /// Everything, as one value.
    pub(super) fn census(&self, liveness: Liveness, calls_per_minute: u32, pace_per_minute: u32) -> Census {
        Census {
            epoch: self.epoch,
            rows: self.rows.clone(),
            tasks: self.tasks.clone(),
            listed_at: self.listed_at,
            list_failure: self.list_failure.clone(),
            liveness,
            calls_per_minute,
            pace_per_minute,
            version: self.version,
        }
    }
}

#[cfg(test)]
mod tests;
