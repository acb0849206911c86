//! A job as others see it: how far it is, and what became of each message.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::model::archive::{Archived, CopyId};
use crate::model::job::Task;
use crate::model::live::Progress;
use crate::model::{Failure, Message, MessageId, QueueName};
use crate::server::services::messages::Fate;

/// Who asks for the same within so many milliseconds gets the job that was opened: a second click is no second wish.
const APART_MS: u64 = 5_000;

/// A message of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The message, as it was when it was chosen.
    pub message: Arc<Message>,
    /// What became of it; absent while nothing has, and for good where the job was cancelled before.
    pub fate: Option<Fate>,
}

/// How many messages have which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// It was done.
    pub done: u64,
    /// It was not.
    pub failed: u64,
    /// Nobody knows.
    pub unknown: u64,
    /// They did not come by.
    pub not_found: u64,
    /// Nothing has become of them.
    pub waiting: u64,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its messages, in the order in which they were chosen.
    pub rows: Vec<Row>,
    /// When it ended, milliseconds since 1970; absent while it runs.
    pub finished_ms: Option<i64>,
    /// Why it failed as a whole, if it did.
    pub failure: Option<Failure>,
    /// Whether someone told it to stop.
    pub cancelled: bool,
    /// What it kept of the messages that it deleted; absent while it has deleted none.
    pub archived: Option<Archived>,
    /// What there is to say besides, a sentence each.
    pub notes: Vec<String>,
    /// Whether its messages are ids alone, with which nothing else can be done.
    pub hollow: bool,
    /// The copies of what a purge is left to remove; absent where the queue is not purged after it.
    pub(super) left: Option<Vec<CopyId>>,
}

impl Report {
    /// How many messages have which fate.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for row in &self.rows {
            *match row.fate {
                Some(Fate::Done(_)) => &mut counts.done,
                Some(Fate::Failed(_)) => &mut counts.failed,
                Some(Fate::Unknown(_)) => &mut counts.unknown,
                Some(Fate::NotFound) => &mut counts.not_found,
                None => &mut counts.waiting,
            } += 1;
        }
        counts
    }

    /// The messages that it was not done with, for another try; none while it may still do it with them. Where the outcome
    /// is unknown it may have been done, so these are left to a person.
    pub fn undone(&self) -> Vec<Arc<Message>> {
        if self.hollow || self.finished_ms.is_none() {
            return Vec::new();
        }
        let undone = |row: &&Row| matches!(row.fate, None | Some(Fate::Failed(_) | Fate::NotFound));
        self.rows.iter().filter(undone).map(|row| Arc::clone(&row.message)).collect()
    }
}

/// A job. It goes on without anyone who watches.
pub struct Job {
    id: String,
    queue: QueueName,
    task: Task,
    how: String,
    /// What the form that asked for it was about; empty where asking again is another wish.
    of: String,
    started_ms: i64,
    /// Bytes of memory that its messages take at its beginning.
    weight: usize,
    cancel: CancellationToken,
    report: Mutex<Arc<Report>>,
    progress: watch::Sender<Progress>,
}

impl Job {
    /// A job that has not begun, for these messages; `how` says how they were chosen. It shall end when `closing` does.
    pub(super) fn new(
        queue: QueueName,
        task: Task,
        how: String,
        messages: &[Arc<Message>],
        closing: &CancellationToken,
        now_ms: i64,
    ) -> Self {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let rows = messages.iter().map(|message| Row { message: Arc::clone(message), fate: None }).collect();
        let report = Report {
            rows,
            finished_ms: None,
            failure: None,
            cancelled: false,
            archived: None,
            notes: Vec::new(),
            hollow: false,
            left: None,
        };
        let progress = watch::Sender::new(progress(&id, &report));
        let weight = messages.iter().map(|message| message.weight()).sum();
        let (cancel, report) = (closing.child_token(), Mutex::new(Arc::new(report)));
        Self { id, queue, task, how, of: String::new(), started_ms: now_ms, weight, cancel, report, progress }
    }

    /// Says what the form that asked for it was about: a frozen set, a file, a queue.
    pub(super) fn of(self, of: &str) -> Self {
        Self { of: of.to_owned(), ..self }
    }

    /// Whether who asks for this now asks for what it is doing, or did a moment ago. A file is sent once: what it left out
    /// is chosen again.
    pub(super) fn is_asked_for_again(&self, queue: &QueueName, task: &Task, of: &str, now_ms: i64) -> bool {
        let same = !of.is_empty() && self.of == of && self.queue == *queue && self.task == *task;
        let fresh = || self.started_ms.abs_diff(now_ms) < APART_MS;
        same && (self.task == Task::Import || !self.has_ended() || fresh())
    }

    /// Says that its messages are ids alone.
    pub(super) fn hollow(self) -> Self {
        self.change(|report| report.hollow = true);
        self
    }

    /// What names it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whose messages it is for.
    pub fn queue(&self) -> &QueueName {
        &self.queue
    }

    /// What it does.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// How its messages were chosen.
    pub fn how(&self) -> &str {
        &self.how
    }

    /// When it was started, milliseconds since 1970.
    pub fn started_ms(&self) -> i64 {
        self.started_ms
    }

    /// What the form that asked for it was about.
    pub(super) fn about(&self) -> &str {
        &self.of
    }

    /// Bytes of memory that its messages took at its beginning.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// How far it is.
    pub fn report(&self) -> Arc<Report> {
        Arc::clone(&self.lock())
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.lock().finished_ms.is_some()
    }

    /// How far it is, for a stream.
    pub fn follow(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Tells it to end after the batch in hand.
    pub fn cancel(&self) {
        self.cancel.cancel();
        self.change(|report| report.cancelled |= report.finished_ms.is_none());
    }

    /// Whether it shall end: someone told it to, or the console stops.
    pub(super) fn shall_end(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Writes down what became of a message.
    pub(super) fn settle(&self, id: &MessageId, fate: &Fate) {
        self.change(|report| {
            for row in report.rows.iter_mut().filter(|row| row.message.id == *id) {
                row.fate = Some(fate.clone());
            }
        });
    }

    /// Writes down why it does not go on.
    pub(super) fn broke_off(&self, failure: Failure) {
        self.change(|report| report.failure = Some(failure));
    }

    /// Writes down what it keeps of the messages that it deletes.
    pub(super) fn keeps(&self, archived: &Archived) {
        self.change(|report| report.archived = Some(archived.clone()));
    }

    /// Adds a message that the job came upon, and what became of it; its id alone, for there may be many.
    pub(super) fn met(&self, message: &Message, fate: &Fate) {
        let outline = Message::outline(message.id.clone());
        self.change(|report| {
            // The same message may come by again.
            report.rows.retain(|row| row.message.id != outline.id);
            report.rows.push(Row { message: Arc::new(outline), fate: Some(fate.clone()) });
        });
    }

    /// Adds a sentence to its page.
    pub(super) fn note(&self, sentence: String) {
        self.change(|report| report.notes.push(sentence));
    }

    /// Writes down that the queue is to be purged after it, and which copies are of what only the purge removes.
    pub(super) fn leaves(&self, left: Vec<CopyId>) {
        self.change(|report| report.left = Some(left));
    }

    /// Writes down that it has ended.
    pub(super) fn finish(&self, failure: Option<Failure>, now_ms: i64) {
        self.change(|report| {
            report.failure = failure.or(report.failure.take());
            report.finished_ms = Some(now_ms);
        });
    }

    fn change(&self, change: impl FnOnce(&mut Report)) {
        let mut report = self.lock();
        change(Arc::make_mut(&mut report));
        let now = progress(&self.id, &report);
        self.progress.send_if_modified(|last| {
            let news = *last != now;
            *last = now;
            news
        });
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Report>> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn progress(id: &str, report: &Report) -> Progress {
    let settled = report.rows.len() as u64 - report.counts().waiting;
    let state = match (report.finished_ms, report.cancelled) {
        (Some(_), true) => "stopped",
        (Some(_), false) => "ended",
        (None, true) => "stopping",
        (None, false) => "running",
    };
    Progress {
        of: id.to_owned(),
        count: u32::try_from(settled).unwrap_or(u32::MAX),
        state: state.to_owned(),
        done: report.finished_ms.is_some(),
        waits: false,
        until: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Code;
    use crate::server::services::messages::tests::message;

    fn job() -> Job {
        let messages: Vec<Arc<Message>> = ["a", "b", "c", "d"].map(|id| Arc::new(message(id, "", None))).to_vec();
        Job::new("orders".parse().unwrap(), Task::Delete, "all".into(), &messages, &CancellationToken::new(), 0)
    }

    #[test]
    fn each_message_has_its_own_fate_and_what_was_not_done_can_be_tried_again() {
        let job = job();
        job.settle(&MessageId::new("a"), &Fate::Done(None));
        job.settle(&MessageId::new("b"), &Fate::Failed(Code::new("InternalError")));
        job.settle(&MessageId::new("c"), &Fate::Unknown(Code::new("TimedOut")));
        assert!(job.report().undone().is_empty(), "two jobs would do it with the same message");
        job.finish(None, 5);
        let report = job.report();
        assert_eq!(report.counts(), Counts { done: 1, failed: 1, unknown: 1, not_found: 0, waiting: 1 });
        let undone: Vec<String> = report.undone().iter().map(|message| message.id.to_string()).collect();
        assert_eq!(undone, ["b", "d"], "one whose outcome is unknown may have been done");
    }

    #[test]
    fn a_stream_hears_how_far_it_is_and_that_it_ended() {
        let job = job();
        let mut stream = job.follow();
        job.settle(&MessageId::new("a"), &Fate::NotFound);
        assert_eq!(stream.borrow_and_update().count, 1);
        job.cancel();
        assert_eq!(stream.borrow_and_update().state, "stopping");
        job.finish(None, 5);
        assert!(stream.borrow_and_update().done && job.has_ended() && job.report().cancelled);
        job.cancel();
        assert!(job.report().cancelled, "a second click does not unsay the first");
    }
}
