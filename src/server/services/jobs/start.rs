//! Starting a job: what it may do is checked first, and written down.

use std::collections::HashSet;
use std::sync::Arc;

use super::Jobs;
use super::carry::Carrying;
use super::copy::copy;
use super::job::Job;
use super::purge::{copy_and_delete, end, told};
use super::restore::{Restoring, restore};
use crate::model::activity::Detail;
use crate::model::archive::Archived;
use crate::model::cli::Command;
use crate::model::form::carry_out::CarryOut;
use crate::model::form::held::Deed;
use crate::model::job::Task;
use crate::model::refusal::Receiving;
use crate::model::{Failure, Message, MessageId, QueueKind, QueueName, QueueUrl, ReceiptHandle, Refusal};
use crate::server::services::Connection;
use crate::server::services::act::Act;
use crate::server::services::messages::{Cell, Chosen, Fate, Standing, Upload};
use crate::server::sqs::{Answer, Result as SqsResult, Sqs, SqsError};

/// A held message is acted on with its handle only if this is left of its lease; else it is found again.
const MARGIN_MS: i64 = 2_000;

/// What a form that asks for a job leads to.
pub struct Start {
    /// What names the job.
    pub job: String,
    /// What carries it out; absent where the same was asked for before.
    pub errand: Option<Errand>,
}

impl Start {
    /// The same was asked for before.
    fn known(job: &Job) -> Self {
        Self { job: job.id().to_owned(), errand: None }
    }
}

/// A job that is about to run. When it is dropped, the job has ended.
pub struct Errand {
    connection: Connection,
    job: Arc<Job>,
    url: QueueUrl,
    /// Where copies go.
    to: Option<QueueUrl>,
    cell: Option<Arc<Cell>>,
    held: Vec<(MessageId, ReceiptHandle)>,
    restoring: Option<Restoring>,
}

impl Errand {
    /// Carries the job out.
    pub async fn run(self) {
        let messages = self.job.report().rows.len();
        let act = intent(self.job.queue(), &self.url, self.job.task()).fact("messages", messages);
        let act = act.fact("job", self.job.id());
        let job = Arc::clone(&self.job);
        let facts = move |broken_off: &Option<SqsError>| {
            let counts = job.report().counts();
            let counted = [
                ("succeeded", counts.done),
                ("failed", counts.failed),
                ("unknown", counts.unknown),
                ("not found", counts.not_found),
                ("not tried", counts.waiting),
            ];
            let counted = counted.into_iter().filter(|(_, n)| *n > 0).map(|(name, n)| (name.to_owned(), n.to_string()));
            let uncopied = matches!(job.report().failure, Some(Failure::NotArchived { .. }));
            let uncopied = uncopied.then(|| ("broken off".to_owned(), "no copies could be kept".to_owned()));
            let broken_off = broken_off.as_ref().map(|error| ("broken off".to_owned(), error.code.to_string()));
            let broken_off = broken_off.or(uncopied);
            let kept = matches!(job.report().archived, Some(Archived::Kept { .. }));
            let kept = kept.then(|| ("copies".to_owned(), "kept".to_owned()));
            counted.chain(broken_off).chain(kept).collect::<Detail>()
        };
        let result = self.connection.act_telling(act, |sqs| self.carry_out(sqs), facts).await;
        let mut failure = match result {
            Ok(error) => told(&self.connection, &self.job, error),
            Err(failure) => Some(failure),
        };
        if let (None, Some(left)) = (&failure, &self.job.report().left) {
            failure = end(&self.connection, &self.job, &self.url, left).await;
        }
        self.job.finish(failure, self.connection.now_ms());
        if *self.job.task() != Task::DeleteQueue {
            self.connection.reread(self.job.queue()).await;
        }
        if let Task::Copy { to } | Task::Restore { to } = self.job.task() {
            self.connection.reread(to).await;
        }
    }

    async fn carry_out(&self, sqs: Arc<dyn Sqs>) -> SqsResult<Option<SqsError>> {
        let deed = match (self.job.task(), &self.to) {
            (Task::Delete, _) => Deed::Delete,
            (Task::Hide(seconds), _) => Deed::Hide(*seconds),
            (Task::Copy { to }, Some(url)) => {
                let answer = copy(&sqs, &self.job, url, to.kind()).await?;
                return Ok(Answer { value: None, request_id: answer.request_id });
            }
            (Task::Restore { to }, _) => {
                let Some(restoring) = &self.restoring else { return Ok(Answer { value: None, request_id: None }) };
                let answer = restore(&self.connection, &sqs, &self.job, (to, &self.url), restoring).await?;
                return Ok(Answer { value: None, request_id: answer.request_id });
            }
            (Task::Purge | Task::DeleteQueue, _) => {
                return copy_and_delete(&self.connection, &sqs, &self.job, &self.url).await;
            }
            (Task::Import, _) => {
                let answer = copy(&sqs, &self.job, &self.url, self.job.queue().kind()).await?;
                return Ok(Answer { value: None, request_id: answer.request_id });
            }
            (Task::Copy { .. }, None) => return Ok(Answer { value: None, request_id: None }),
        };
        // What is held stays held while the job is at work, whether or not its page is open.
        let _seat = self.connection.seat(self.job.queue(), false);
        // While it is a look's turn, what the look receives and gives back would pass through here, too.
        let turn = self.connection.turn(self.job.queue());
        let _turn = turn.lock().await;
        let carrying = Carrying {
            sqs: &sqs,
            job: &self.job,
            url: &self.url,
            kind: self.job.queue().kind(),
            deed,
            cell: self.cell.clone(),
            clock: self.connection.clock(),
            connection: &self.connection,
        };
        carrying.out(self.held.clone()).await
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        if !self.job.has_ended() {
            self.job.finish(None, self.connection.now_ms());
        }
    }
}

impl Connection {
    /// The jobs of this connection.
    pub fn jobs(&self) -> &Jobs {
        self.desk().jobs()
    }

    /// Refuses a receive where a job receives: each would take what the other looks for.
    pub(in crate::server::services) fn vacant(&self, queue: &QueueName) -> Result<(), Failure> {
        self.not_redriven(queue)?;
        if self.jobs().receives(queue) { Err(Failure::Refused(Refusal::ReceiveRunning)) } else { Ok(()) }
    }

    /// Makes a job of chosen messages. Up to three requests, none of them a receive. Refused where a receive runs on the
    /// queue, and where messages have to be found by receiving and few receives are left, unless `carry_out.spend`; that
    /// receive is counted here.
    pub async fn open_job(&self, chosen: &Chosen, carry_out: CarryOut) -> Result<Start, Failure> {
        let queue = &chosen.queue;
        if let Some(known) = self.asked_before(queue, &carry_out.task, &chosen.id) {
            return Ok(known);
        }
        self.require(queue, carry_out.task.verb()).await?;
        let url = self.url(queue).await?;
        let (mut to, mut cell, mut held, mut gone, mut received) = (None, None, Vec::new(), Vec::new(), None);
        if let Task::Copy { to: destination } = &carry_out.task {
            to = Some(self.url(destination).await?);
        } else {
            self.not_redriven(queue)?;
            cell = self.desk().cell(queue);
            if cell.as_ref().is_some_and(|cell| cell.is_receiving()) {
                return Err(Failure::Refused(Refusal::ReceiveRunning));
            }
            if let Some(cell) = &cell {
                (held, gone) = (self.held(cell, chosen), deleted(cell, chosen));
            }
            if held.len() + gone.len() < chosen.messages.len() {
                let attributes = self.attributes(queue).await?;
                self.spare(queue, &attributes, carry_out.spend, Receiving::Job)?;
                received = Some(attributes);
            }
        }
        let job = self.job(queue, carry_out.task, &chosen.how, &chosen.messages).of(&chosen.id);
        for id in &gone {
            job.settle(id, &Fate::NotFound);
        }
        let connection = self.clone();
        let start = self.begun(Errand { connection, job: Arc::new(job), url, to, cell, held, restoring: None });
        if let (Some(attributes), true) = (received, start.errand.is_some()) {
            self.count_receive(queue, &attributes).await?;
        }
        Ok(start)
    }

    /// The job that does what is asked for again.
    pub(super) fn asked_before(&self, queue: &QueueName, task: &Task, of: &str) -> Option<Start> {
        self.jobs().asked_before(queue, task, of, self.now_ms()).map(|known| Start::known(&known))
    }

    /// A job of this connection.
    pub(super) fn job(&self, queue: &QueueName, task: Task, how: &str, messages: &[Arc<Message>]) -> Job {
        Job::new(queue.clone(), task, how.to_owned(), messages, self.closing(), self.now_ms())
    }

    /// Makes an errand of a job that begins with messages of its own.
    pub(super) fn start(&self, job: Job, url: QueueUrl, restoring: Option<Restoring>) -> Start {
        let (connection, job) = (self.clone(), Arc::new(job));
        self.begun(Errand { connection, job, url, to: None, cell: None, held: Vec::new(), restoring })
    }

    /// The errand, or the job that does the same already.
    fn begun(&self, errand: Errand) -> Start {
        match self.jobs().add(Arc::clone(&errand.job)) {
            Ok(()) => Start { job: errand.job.id().to_owned(), errand: Some(errand) },
            Err(known) => Start::known(&known),
        }
    }

    /// Makes a job of the lines of a file that can be sent. At most one request.
    pub async fn open_import(&self, upload: &Upload) -> Result<Start, Failure> {
        let queue = &upload.queue;
        if let Some(known) = self.asked_before(queue, &Task::Import, &upload.id) {
            return Ok(known);
        }
        self.require(queue, Task::Import.verb()).await?;
        let url = self.url(queue).await?;
        let messages: Vec<_> = upload.messages().cloned().collect();
        let job = self.job(queue, Task::Import, "read from a file", &messages).of(&upload.id);
        Ok(self.start(job, url, None))
    }

    /// The chosen messages that are still held, with their handles, on FIFO in the order of their sequence.
    fn held(&self, cell: &Cell, chosen: &Chosen) -> Vec<(MessageId, ReceiptHandle)> {
        let soon = self.now_ms() + MARGIN_MS;
        let snapshot = cell.snapshot();
        let wanted: HashSet<&MessageId> = chosen.messages.iter().map(|message| &message.id).collect();
        let entries = snapshot.entries.iter().filter(|entry| wanted.contains(&entry.message.id));
        let mut held: Vec<_> = entries.filter(|entry| entry.actionable(soon)).map(|entry| &entry.message).collect();
        if chosen.queue.kind() == QueueKind::Fifo {
            held.sort_by_key(|message| message.sequence_number());
        }
        held.into_iter().map(|message| (message.id.clone(), message.receipt_handle.clone())).collect()
    }
}

/// The chosen messages that were deleted from here: nobody has to receive the whole queue to find none of them.
fn deleted(cell: &Cell, chosen: &Chosen) -> Vec<MessageId> {
    let snapshot = cell.snapshot();
    let gone = snapshot.entries.iter().filter(|entry| entry.standing == Standing::Deleted);
    let gone: HashSet<&MessageId> = gone.map(|entry| &entry.message.id).collect();
    chosen.messages.iter().map(|message| &message.id).filter(|id| gone.contains(id)).cloned().collect()
}

fn intent(queue: &QueueName, url: &QueueUrl, task: &Task) -> Act {
    let operation = match task {
        Task::Delete | Task::Purge | Task::DeleteQueue => "delete-message-batch",
        Task::Hide(_) => "change-message-visibility-batch",
        Task::Copy { .. } | Task::Restore { .. } | Task::Import => "send-message-batch",
    };
    let cli = Command::new(operation).option("queue-url", url.as_str()).file("entries", "entries.json");
    let act = Act::on(queue, task.verb(), cli);
    match task {
        Task::Delete | Task::Import => act,
        Task::Purge => act.fact("before", "a purge"),
        Task::DeleteQueue => act.fact("before", "the queue is deleted"),
        Task::Hide(seconds) => act.fact("seconds", seconds),
        Task::Copy { to } | Task::Restore { to } => act.fact("to", to),
    }
}
