//! Message move tasks as they run: a task owes a number of moves that grows with time at its rate, and every passing of
//! time pays what is owed.

use std::collections::BTreeMap;

use super::Millis;
use super::message::Message;
use super::state::State;

/// Messages per second when a task does not say: fast, and slow enough to watch.
const DEFAULT_RATE: u64 = 250;
/// How long a cancelled task is still cancelling.
const CANCELLING: Millis = 500;
/// The longest a task runs (developer guide, "Learn how to configure a dead-letter queue redrive").
const LONGEST: Millis = 36 * 60 * 60 * 1000;
/// How many tasks of a source are remembered.
const HISTORY: usize = 10;

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    Failed(&'static str),
}

impl Status {
    /// SQS's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Cancelling => "CANCELLING",
            Self::Cancelled => "CANCELLED",
            Self::Failed(_) => "FAILED",
        }
    }

    fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Cancelling)
    }
}

/// A task.
#[derive(Clone, Debug)]
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

/// All tasks by source, oldest first.
#[derive(Debug, Default)]
pub struct Tasks {
    by_source: BTreeMap<String, Vec<Task>>,
    active: usize,
}

impl Tasks {
    /// Whether any task still has to be looked at.
    pub fn any_active(&self) -> bool {
        self.active > 0
    }

    /// How many tasks run in the account.
    pub fn active(&self) -> usize {
        self.active
    }

    /// The tasks of a source, oldest first.
    pub fn of(&self, source: &str) -> &[Task] {
        self.by_source.get(source).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a task of this source is not over.
    pub fn is_busy(&self, source: &str) -> bool {
        self.of(source).iter().any(|task| task.status.is_active())
    }

    /// Adds a running task; the oldest beyond ten is forgotten.
    pub fn add(&mut self, task: Task) {
        let tasks = self.by_source.entry(task.source.clone()).or_default();
        tasks.push(task);
        if tasks.len() > HISTORY {
            tasks.remove(0);
        }
        self.active += 1;
    }

    /// A task by its source and id.
    pub fn find(&mut self, source: &str, id: &str) -> Option<&mut Task> {
        self.by_source.get_mut(source)?.iter_mut().find(|task| task.id == id)
    }

    /// Forgets the tasks of a source.
    pub fn forget(&mut self, source: &str) {
        for task in self.by_source.remove(source).unwrap_or_default() {
            self.active -= usize::from(task.status.is_active());
        }
    }
}

/// Lets all tasks do what they owe by now.
pub fn advance(state: &mut State, now: Millis) {
    if !state.busy() {
        return;
    }
    let active: Vec<Task> = state
        .tasks
        .by_source
        .values()
        .filter_map(|tasks| tasks.last())
        .filter(|task| task.status.is_active())
        .cloned()
        .collect();
    for mut task in active {
        step(state, now, &mut task);
        if !task.status.is_active() {
            state.tasks.active -= 1;
        }
        let source = task.source.clone();
        if let Some(last) = state.tasks.by_source.get_mut(&source).and_then(|tasks| tasks.last_mut()) {
            *last = task;
        }
    }
}

fn step(state: &mut State, now: Millis, task: &mut Task) {
    if let Some(at) = task.cancelled {
        if now >= at + CANCELLING {
            task.status = Status::Cancelled;
        }
        return;
    }
    let owed = (now - task.started) * task.rate.unwrap_or(DEFAULT_RATE) / 1000;
    state.settle(&task.source, now);
    while task.moved < owed.min(task.to_move) {
        match move_one(state, now, task) {
            Ok(true) => task.moved += 1,
            Ok(false) => {
                task.status = Status::Completed;
                return;
            }
            Err(reason) => {
                task.status = Status::Failed(reason);
                return;
            }
        }
    }
    if task.moved >= task.to_move {
        task.status = Status::Completed;
    } else if now >= task.started + LONGEST {
        task.status = Status::Failed("TaskTimedOut");
    }
}

/// Moves the oldest visible message; `false` when there is none.
///
/// The message gets a new id, a new time and a receive count that starts again; its content, its group and its trace
/// header stay.
fn move_one(state: &mut State, now: Millis, task: &Task) -> Result<bool, &'static str> {
    const GONE: &str = "AWS.SimpleQueueService.NonExistentQueue";
    let source = state.queues.get(&task.source).ok_or(GONE)?;
    let Some(key) = source.shelf.next(1).first().copied() else {
        return Ok(false);
    };
    let destination = match (&task.destination, source.shelf.get(key)) {
        (Some(destination), _) => destination.clone(),
        (None, Some(held)) => {
            let from = held.message.dead_from.as_deref().ok_or("CouldNotDetermineMessageSource")?;
            state.named_by_arn(from).ok_or(GONE)?
        }
        (None, None) => return Ok(false),
    };
    let delay = state.queues.get(&destination).ok_or(GONE)?.settings.delay;
    let Some(old) = state.queues.get_mut(&task.source).and_then(|queue| queue.shelf.remove(key)) else {
        return Ok(false);
    };
    let message = Message {
        id: state.ids.uuid(),
        sent: now,
        enqueued: now,
        receives: 0,
        first_received: None,
        dead_from: None,
        ..old.clone()
    };
    state.effects.moved(now, &task.source, &old.id, &destination, &message.id);
    state.put(&destination, message, (delay > 0).then_some(now + delay * 1000));
    Ok(true)
}
