//! What an event says: the difference between the census and what a document has been told.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use crate::model::live::{News, Progress, Row, State, Task, cents_per_month};
use crate::model::{MoveTask, QueueName};
use crate::server::services::poller::{Census, Liveness, QueueRow, View};

/// What a document has been told so far.
#[derive(Debug, Default)]
pub(super) struct Since {
    epoch: i64,
    version: u64,
    told: Option<Told>,
}

/// What is in every event, and worth one when it changes.
#[derive(Debug, PartialEq)]
struct Told {
    state: State,
    queues: u32,
    progress: Option<Progress>,
    /// Queues that the page shows and that do not exist (any more).
    missing: Vec<QueueName>,
}

impl Since {
    /// Reads the id of the last event a document got. Without one, or with one of another run of the console, the
    /// document has been told nothing.
    pub(super) fn read(id: Option<&str>, epoch: i64) -> Self {
        let version = id
            .and_then(|id| id.split_once('.'))
            .filter(|(of, _)| of.parse() == Ok(epoch))
            .and_then(|(_, version)| version.parse().ok());
        Self { epoch, version: version.unwrap_or(0), told: None }
    }

    /// The document shows more than before: it is told everything again.
    pub(super) fn start_over(&mut self) {
        self.version = 0;
    }

    /// The id of the event that tells all this.
    pub(super) fn id(&self) -> String {
        format!("{}.{}", self.epoch, self.version)
    }

    /// What is new in `census` for a document that shows `view`, at `now` (milliseconds since 1970). `None`: nothing.
    pub(super) fn news(&mut self, census: &Census, view: &View, progress: Option<Progress>, now: i64) -> Option<News> {
        let since = self.version;
        let looked_at = || view.focus.iter().chain(&view.listed);
        let (mut rows, mut missing) = (Vec::new(), Vec::new());
        for name in looked_at() {
            match census.rows.get(name) {
                Some(queue) if queue.version > since => rows.extend(row(queue, since, now)),
                Some(_) => {}
                // Before the first list nothing is known of what exists.
                None if census.listed_at.is_some() => missing.push(name.clone()),
                None => {}
            }
        }
        let tasks: Vec<Task> = census
            .tasks
            .iter()
            .filter(|(_, tasks)| tasks.version > since)
            .flat_map(|(name, tasks)| tasks.list.iter().enumerate().map(move |(i, of)| (name, tasks, i == 0, of)))
            // Elsewhere the newest one is enough: a page may show that it runs, and that it has ended.
            .filter(|(name, _, newest, of)| *newest || of.status.is_active() || looked_at().any(|shown| shown == *name))
            .map(|(name, tasks, _, of)| task(name, of, tasks.pace(of)))
            .collect();
        let told = Told {
            state: state(census, view),
            queues: u32::try_from(census.rows.len()).unwrap_or(u32::MAX),
            progress: progress.clone(),
            missing,
        };
        let known_missing = self.told.as_ref().map_or(&[][..], |told| &told.missing);
        let gone = told.missing.iter().filter(|name| !known_missing.contains(name)).map(QueueName::to_string).collect();
        self.version = census.version;
        if rows.is_empty() && tasks.is_empty() && self.told.as_ref() == Some(&told) {
            return None;
        }
        let news = News {
            now,
            state: told.state,
            calls: census.calls_per_minute,
            cents: cents_per_month(census.pace_per_minute),
            queues: told.queues,
            rows,
            gone,
            tasks,
            progress,
        };
        self.told = Some(told);
        Some(news)
    }
}

/// A row that was read at least once.
fn row(row: &QueueRow, since: u64, now: i64) -> Option<Row> {
    let depth = row.attributes.as_ref()?.depth;
    Some(Row {
        queue: row.name.to_string(),
        depth: [depth.visible, depth.in_flight, depth.delayed],
        read_at: row.read_at?,
        failing: row.failure.is_some(),
        line: (row.drawn > since).then(|| row.series.points(now)),
    })
}

fn task(queue: &QueueName, task: &MoveTask, pace: String) -> Task {
    Task {
        queue: queue.to_string(),
        started: task.started,
        moved: task.moved,
        to_move: task.to_move,
        active: task.status.is_active(),
        status: task.status.word().to_owned(),
        pace,
    }
}

/// How alive the numbers of a document are. A list that cannot be read any more is behind, however young its rows are.
fn state(census: &Census, view: &View) -> State {
    let frozen = census.list_failure.is_some() && !view.listed.is_empty();
    match &census.liveness {
        Liveness::Live if frozen => State::Behind,
        Liveness::Live => State::Live,
        Liveness::Paused => State::Paused,
        Liveness::Behind => State::Behind,
        Liveness::Offline(_) => State::Offline,
    }
}

/// When a client that lost its stream comes back: a random moment from 5 to 15 seconds, in milliseconds.
pub(super) fn retry_ms() -> u64 {
    5_000 + RandomState::new().hash_one(0) % 10_001
}
