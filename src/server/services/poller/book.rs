//! The poller's memory: rows, tasks and versions, changed by what was read, handed out as a [`Census`].
//! Pure: all times are parameters (wall clock, milliseconds since 1970).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::census::{Census, Liveness, QueueRow, Tasks};
use crate::model::depth::Series;
use crate::model::{Attributes, Failure, MoveTask, QueueName, QueueUrl};

/// For how long the list of queues is not believed about a queue that the console itself created or deleted: it may
/// lag by a minute (SQS API Reference, `DeleteQueue` and `CreateQueue`).
const DISBELIEF_MS: i64 = 60_000;

/// What is known of the queues of one connection.
#[derive(Debug)]
pub(super) struct Book {
    epoch: i64,
    rows: BTreeMap<QueueName, Arc<QueueRow>>,
    tasks: BTreeMap<QueueName, Arc<Tasks>>,
    /// When the newest reading of a row began: an older one that arrives later is dropped.
    begun: HashMap<QueueName, i64>,
    created: HashMap<QueueName, i64>,
    deleted: HashMap<QueueName, i64>,
    version: u64,
    listed_at: Option<i64>,
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
            created: HashMap::new(),
            deleted: HashMap::new(),
            version: 0,
            listed_at: None,
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

    /// Whether some queue's redrive policy names this one, or move tasks were seen on it.
    pub(super) fn is_dead_letter_queue(&self, name: &QueueName) -> bool {
        let arn = self.rows.get(name).and_then(|row| row.arn());
        self.tasks.get(name).is_some_and(|tasks| !tasks.list.is_empty())
            || arn.is_some_and(|arn| self.rows.values().any(|row| row.dead_letter_target() == Some(arn)))
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
        listed
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
        self.rows.remove(name);
        self.tasks.remove(name);
        self.begun.remove(name);
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
        match result {
            Ok(attributes) => {
                if row.series.record(now, attributes.depth.visible) {
                    row.drawn = self.version;
                }
                row.attributes = Some(Arc::new(attributes));
                row.read_at = Some(now);
                row.failure = None;
            }
            Err(failure) => {
                if row.failure.as_ref() == Some(&failure) {
                    return;
                }
                row.failure = Some(failure);
            }
        }
        row.version = self.version;
    }

    /// Takes the move tasks of a queue. Answers whether one of them runs.
    pub(super) fn read_tasks(&mut self, name: &QueueName, result: Result<Vec<MoveTask>, Failure>, now: i64) -> bool {
        let known = self.tasks.get(name);
        let (list, read_at, failure) = match result {
            Ok(list) => (list, now, None),
            Err(failure) => {
                (known.map_or_else(Vec::new, |t| t.list.clone()), known.map_or(now, |t| t.read_at), Some(failure))
            }
        };
        let active = list.iter().any(|task| task.status.is_active());
        self.version += 1;
        self.tasks.insert(name.clone(), Arc::new(Tasks { list, read_at, failure, version: self.version }));
        active
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
            liveness,
            calls_per_minute,
            pace_per_minute,
            version: self.version,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Depth;

    fn url(name: &str) -> QueueUrl {
        QueueUrl::new(format!("http://127.0.0.1/000000000000/{name}"))
    }

    fn name(text: &str) -> QueueName {
        text.parse().unwrap()
    }

    fn holding(visible: u64) -> Attributes {
        Attributes { depth: Depth { visible, ..Depth::default() }, ..Attributes::default() }
    }

    fn names(book: &Book) -> Vec<String> {
        book.rows.keys().map(QueueName::to_string).collect()
    }

    #[test]
    fn a_list_brings_new_queues_and_takes_those_that_are_gone() {
        let mut book = Book::new(0);
        let listed = book.list(vec![url("a"), url("b")], 0);
        assert_eq!(listed, Listed { new: vec![name("a"), name("b")], gone: vec![] });
        let listed = book.list(vec![url("b"), url("c")], 1);
        assert_eq!(listed, Listed { new: vec![name("c")], gone: vec![name("a")] });
        assert_eq!(names(&book), ["b", "c"]);
    }

    #[test]
    fn the_list_is_not_believed_about_what_we_just_did() {
        let mut book = Book::new(0);
        book.list(vec![url("old")], 0);
        book.forget(&name("old"), 0);
        assert!(book.admit(&name("new"), url("new"), 0));
        book.list(vec![url("old")], 30_000);
        assert_eq!(names(&book), ["new"], "the list still shows the deleted and not yet the created");
        book.list(vec![url("old")], 60_000);
        assert_eq!(names(&book), ["old"], "a minute later it is right");
        book.forget(&name("old"), 60_000);
        book.admit(&name("old"), url("old"), 70_000);
        book.list(vec![url("old")], 71_000);
        assert_eq!(names(&book), ["old"], "created again");
    }

    #[test]
    fn an_older_reading_does_not_overwrite_a_newer_one() {
        let mut book = Book::new(0);
        book.list(vec![url("a")], 0);
        book.read(&name("a"), Ok(holding(7)), 20, 100);
        book.read(&name("a"), Ok(holding(3)), 10, 110);
        assert_eq!(book.row(&name("a")).unwrap().attributes.as_ref().unwrap().depth.visible, 7);
        book.read(&name("gone"), Ok(holding(1)), 30, 120);
        assert!(book.row(&name("gone")).is_none());
    }

    #[test]
    fn a_failure_keeps_what_was_known_and_repeating_it_is_no_news() {
        let mut book = Book::new(0);
        book.list(vec![url("a")], 0);
        book.read(&name("a"), Ok(holding(7)), 1, 100);
        book.read(&name("a"), Err(Failure::Throttled), 2, 200);
        let row = book.row(&name("a")).unwrap().clone();
        assert_eq!((row.read_at, row.failure.as_ref()), (Some(100), Some(&Failure::Throttled)));
        book.read(&name("a"), Err(Failure::Throttled), 3, 300);
        assert_eq!(book.row(&name("a")).unwrap().version, row.version);
        book.read(&name("a"), Ok(holding(7)), 4, 400);
        let row = book.row(&name("a")).unwrap();
        assert_eq!((row.read_at, row.failure.as_ref()), (Some(400), None));
    }
}
