//! Message move tasks as they run: a task owes a number of moves that grows with time at its rate, and every passing of
//! time pays what is owed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Millis;
use super::journal::Change;
use super::message::Message;
use super::state::State;

/// Messages per second of a task that does not say, with a small backlog: fast, and slow enough to watch.
const UNHURRIED: u64 = 250;
/// How long a task that does not say takes for a large backlog: SQS makes the rate fit it (API reference,
/// "StartMessageMoveTask").
const OPTIMISED: Millis = 4_000;
/// How long a task believes that an empty queue may still show a message.
const DOUBT: Millis = 500;
/// How long a cancelled task is still cancelling.
const CANCELLING: Millis = 500;
/// How many messages a task takes at a time. What it holds when it is cancelled still arrives: from SQS it is recorded
/// that 2 of 10 were moved at the cancellation and 8 when it was done.
const BATCH: u64 = 3;
/// The longest a task runs (developer guide, "Learn how to configure a dead-letter queue redrive"). What becomes of it
/// then the guide does not say; here it fails, and the messages that are left stay.
const LONGEST: Millis = 36 * 60 * 60 * 1000;
/// How many tasks of a source are remembered.
const HISTORY: usize = 10;

/// Where a task stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// It moves messages.
    Running,
    /// Everything it was to move is moved, or there is nothing left to move.
    Completed,
    /// It was told to stop.
    Cancelling,
    /// It stopped as told.
    Cancelled,
    /// It could not go on; the reason is SQS's word for it.
    Failed(Cow<'static, str>),
}

impl Status {
    /// SQS's word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Cancelling => "CANCELLING",
            Self::Cancelled => "CANCELLED",
            Self::Failed(_) => "FAILED",
        }
    }

    fn is_active(&self) -> bool {
        matches!(self, Self::Running | Self::Cancelling)
    }
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its id, inside its handle.
    pub id: String,
    /// The dead-letter queue's name.
    pub source: String,
    /// The queue to move to; `None` sends each message where it came from.
    pub destination: Option<String>,
    /// Messages per second, if it was told.
    pub rate: Option<u64>,
    /// When it started.
    pub started: Millis,
    /// Where it stands.
    pub status: Status,
    /// How many messages it has moved.
    pub moved: u64,
    /// How many there were when it started.
    pub to_move: u64,
    /// When it was told to stop.
    pub cancelled: Option<Millis>,
}

impl Task {
    /// How many messages it may have moved by now.
    fn owed(&self, now: Millis) -> u64 {
        let rate = self.rate.unwrap_or_else(|| UNHURRIED.max(self.to_move * 1000 / OPTIMISED));
        let elapsed = now.saturating_sub(self.started).min(LONGEST);
        (elapsed * rate / 1000).min(self.to_move)
    }

    /// Whether all it was to move is moved. The number was taken at the start, so a message that fails again meanwhile,
    /// and any other that arrives, is left to the next task: a redrive never goes round in circles.
    fn is_done(&self, now: Millis) -> bool {
        self.moved >= self.to_move && (self.to_move > 0 || now >= self.started + DOUBT)
    }

    /// Whether there is anything to do by now.
    fn is_due(&self, now: Millis) -> bool {
        match self.cancelled {
            Some(at) => now >= at + CANCELLING,
            None => self.owed(now) > self.moved || self.is_done(now) || now >= self.started + LONGEST,
        }
    }
}

/// All tasks by source, oldest first.
#[derive(Debug, Default)]
pub struct Tasks {
    by_source: BTreeMap<String, Vec<Task>>,
    /// The sources whose newest task is not over.
    active: BTreeSet<String>,
    /// The sources whose tasks may have changed, while changes are noted.
    noted: Option<BTreeSet<String>>,
}

impl Tasks {
    /// Whether any task still has to be looked at.
    pub fn any_active(&self) -> bool {
        !self.active.is_empty()
    }

    /// How many tasks run in the account.
    pub fn active(&self) -> usize {
        self.active.len()
    }

    /// The tasks of a source, oldest first.
    pub fn of(&self, source: &str) -> &[Task] {
        self.by_source.get(source).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a task of this source is not over.
    pub fn is_busy(&self, source: &str) -> bool {
        self.active.contains(source)
    }

    /// Adds a task as the newest of its source; the oldest beyond ten is forgotten.
    pub fn add(&mut self, task: Task) {
        self.touch(&task.source);
        if task.status.is_active() {
            self.active.insert(task.source.clone());
        }
        let tasks = self.by_source.entry(task.source.clone()).or_default();
        tasks.push(task);
        if tasks.len() > HISTORY {
            tasks.remove(0);
        }
    }

    /// A task by its source and id.
    pub fn find(&mut self, source: &str, id: &str) -> Option<&mut Task> {
        self.touch(source);
        self.by_source.get_mut(source)?.iter_mut().find(|task| task.id == id)
    }

    /// Forgets the tasks of a source.
    pub fn forget(&mut self, source: &str) {
        self.touch(source);
        self.by_source.remove(source);
        self.active.remove(source);
    }

    /// Puts back the tasks of a source, oldest first.
    pub fn restore(&mut self, source: String, tasks: Vec<Task>) {
        if tasks.last().is_some_and(|task| task.status.is_active()) {
            self.active.insert(source.clone());
        }
        self.by_source.insert(source, tasks);
    }

    /// Notes from now on whose tasks change.
    pub fn note(&mut self) {
        self.noted = Some(BTreeSet::new());
    }

    /// Adds the tasks of the sources that changed since the last time to a list of changes.
    pub fn take_changes(&mut self, changes: &mut Vec<Change>) {
        for source in self.noted.as_mut().map(std::mem::take).unwrap_or_default() {
            let tasks = self.of(&source).to_vec();
            changes.push(Change::Tasks(source, tasks));
        }
    }

    fn touch(&mut self, source: &str) {
        if let Some(noted) = self.noted.as_mut().filter(|noted| !noted.contains(source)) {
            noted.insert(source.to_owned());
        }
    }

    /// The tasks that have something to do by now.
    fn due(&self, now: Millis) -> Vec<Task> {
        let newest = |source: &String| self.of(source).last();
        self.active.iter().filter_map(newest).filter(|task| task.is_due(now)).cloned().collect()
    }

    /// Puts the newest task of a source back after a step.
    fn keep(&mut self, task: Task) {
        self.touch(&task.source);
        if !task.status.is_active() {
            self.active.remove(&task.source);
        }
        if let Some(newest) = self.by_source.get_mut(&task.source).and_then(|tasks| tasks.last_mut()) {
            *newest = task;
        }
    }
}

/// Lets all tasks do what they owe by now.
pub fn advance(state: &mut State, now: Millis) {
    for mut task in state.tasks.due(now) {
        step(state, now, &mut task);
        state.tasks.keep(task);
    }
}

fn step(state: &mut State, now: Millis, task: &mut Task) {
    state.settle(&task.source, now);
    if task.cancelled.is_some() {
        let held = task.moved.next_multiple_of(BATCH).min(task.to_move);
        while task.moved < held && move_one(state, now, task) == Ok(true) {
            task.moved += 1;
        }
        task.status = Status::Cancelled;
        return;
    }
    let owed = task.owed(now);
    while task.moved < owed {
        match move_one(state, now, task) {
            Ok(true) => task.moved += 1,
            Ok(false) => {
                // The rest was received, deleted, purged, or has expired.
                task.status = Status::Completed;
                return;
            }
            Err(reason) => {
                task.status = Status::Failed(reason.into());
                return;
            }
        }
    }
    if task.is_done(now) {
        task.status = Status::Completed;
    } else if now >= task.started + LONGEST {
        task.status = Status::Failed("TaskTimedOut".into());
    }
}

/// Moves the oldest visible message; `false` when there is none. A message that cannot be moved stays.
///
/// It arrives as a new message (developer guide, "Learn how to configure a dead-letter queue redrive"): with a new id
/// and time, a retention and a receive count that start again, behind all others, and after the delay of its new queue.
/// Its content, its group, its deduplication id and its trace header stay. It is no duplicate of anything: a dead
/// letter's deduplication id is its own message id, so nothing is dropped on the way.
///
/// Errors: the failure reason, in SQS's words (developer guide, "Troubleshoot Amazon SQS dead-letter queue and DLQ
/// redrive issues").
fn move_one(state: &mut State, now: Millis, task: &Task) -> Result<bool, &'static str> {
    const GONE: &str = "AWS.SimpleQueueService.NonExistentQueue";
    const NO_SOURCE: &str = "CouldNotDetermineMessageSource";
    /// What SendMessage would say.
    const TOO_LONG: &str = "InvalidParameterValue";

    let source = state.queues.get(&task.source).ok_or(GONE)?;
    let Some(key) = source.shelf.next(1).first().copied() else {
        return Ok(false);
    };
    let Some(held) = source.shelf.get(key) else {
        return Ok(false);
    };
    let to = if let Some(destination) = &task.destination {
        destination.clone()
    } else {
        let from = held.message.dead_from.as_deref().ok_or(NO_SOURCE)?;
        state.named_by_arn(from).ok_or(GONE)?
    };
    let settings = &state.queues.get(&to).ok_or(GONE)?.settings;
    if size(&held.message) > settings.max_size {
        return Err(TOO_LONG);
    }
    let delay = settings.delay;
    let Some(message) = state.queues.get_mut(&task.source).and_then(|queue| queue.shelf.remove(key)) else {
        return Ok(false);
    };
    let old = message.id;
    let message = Message {
        id: state.ids.uuid(),
        sent: now,
        enqueued: now,
        receives: 0,
        receives_elsewhere: 0,
        first_received: None,
        dead_from: None,
        ..message
    };
    state.effects.moved(now, &task.source, &old, &to, &message.id);
    state.put(&to, message, (delay > 0).then_some(now + delay * 1000));
    Ok(true)
}

/// The bytes that count against `MaximumMessageSize`: the body and the attributes.
fn size(message: &Message) -> u64 {
    let attributes = message.attributes.iter();
    let attributes: usize = attributes
        .map(|(name, attribute)| name.len() + attribute.data_type.len() + attribute.value.bytes().len())
        .sum();
    (message.body.len() + attributes) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(rate: Option<u64>, to_move: u64) -> Task {
        Task {
            id: "t".into(),
            source: "dlq".into(),
            destination: None,
            rate,
            started: 1_000,
            status: Status::Running,
            moved: 0,
            to_move,
            cancelled: None,
        }
    }

    #[test]
    fn a_rate_of_its_own_is_kept_and_another_fits_the_backlog() {
        assert_eq!(task(Some(3), 100).owed(3_500), 7);
        assert_eq!(task(None, 100).owed(1_100), 25);
        assert_eq!(task(None, 100_000).owed(2_000), 25_000);
        assert_eq!(task(None, 100_000).owed(9_000), 100_000);
    }

    #[test]
    fn nothing_is_owed_after_36_hours() {
        assert_eq!(task(Some(1), 200_000).owed(1_000 + 2 * LONGEST), 129_600);
        assert!(!task(Some(1), 200_000).is_due(1_500));
        assert!(Task { moved: 129_600, ..task(Some(1), 200_000) }.is_due(1_000 + LONGEST));
    }
}
