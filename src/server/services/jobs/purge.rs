//! A purge, or a queue's deletion, that keeps copies first: what can be received is received, copied and deleted, ten by
//! ten; then the rest is purged, or the queue is deleted. Deleting on the way is what lets a FIFO queue show more than the first messages of a group, and whatever ends
//! the job early, no message is gone without its copy.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::carry::hide;
use super::job::Job;
use super::start::Start;
use crate::model::archive::{Archived, CopyId, Reason};
use crate::model::job::Task;
use crate::model::limits::BATCH_ENTRIES;
use crate::model::{Depth, Failure, Message, MessageId, QueueName, QueueUrl, ReceiptHandle, Refusal, Verb, words};
use crate::server::services::messages::{Fate, by_handle};
use crate::server::services::{Connection, report};
use crate::server::sqs::{Answer, Receive, Result as SqsResult, Sqs, SqsError};

/// For how many seconds what is received is hidden; SQS shows it again by itself after that, should the console die.
const LEASE: u32 = 60;
/// A long poll of one second asks all of SQS's servers (SQS Developer Guide, "Short and long polling").
const WAIT: u32 = 1;
/// So many long polls that find nothing are the end of it.
const EMPTY_POLLS: u32 = 3;
/// At most so many messages are copied.
pub const MOST: usize = 10_000;
/// At most so many bytes of them: 64 MiB.
pub const MOST_BYTES: usize = 64 << 20;
/// So long it goes on at most.
pub const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// Why the pass ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Nothing more came.
    Empty,
    /// At one of its bounds.
    Bound,
    /// It broke off: the queue stays as it is then.
    Broken,
}

/// What a pass did.
struct Pass {
    end: End,
    failure: Option<SqsError>,
    /// Copies of messages that it could not delete; what comes after it will.
    left: Vec<CopyId>,
}

impl Connection {
    /// Makes a job that purges a queue after keeping copies. At most three requests and those of [`Self::crossing`], none of
    /// them a receive. Refused where no copies are kept, where a receive or a redrive runs, and where SQS would refuse the
    /// purge.
    pub async fn open_purge(&self, queue: &QueueName) -> Result<Start, Failure> {
        self.open_emptying(queue, Task::Purge, Verb::PurgeQueue).await
    }

    /// Makes a job that deletes a queue after keeping copies. The same requests and refusals, but for the purge's.
    pub async fn open_queue_deletion(&self, queue: &QueueName) -> Result<Start, Failure> {
        self.open_emptying(queue, Task::DeleteQueue, Verb::DeleteQueue).await
    }

    async fn open_emptying(&self, queue: &QueueName, task: Task, verb: Verb) -> Result<Start, Failure> {
        if let Some(known) = self.asked_before(queue, &task, queue.as_str()) {
            return Ok(known);
        }
        self.require(queue, verb).await?;
        if !matches!(self.keeps(queue).await?, Archived::Kept { .. }) {
            return Err(Failure::Refused(Refusal::NoCopiesKept));
        }
        if task == Task::Purge && self.purge_again_at(queue).await.is_some() {
            return Err(Failure::PurgeInProgress(queue.clone()));
        }
        if self.desk().cell(queue).is_some_and(|cell| cell.is_receiving()) {
            return Err(Failure::Refused(Refusal::ReceiveRunning));
        }
        let url = self.url(queue).await?;
        let attributes = self.attributes(queue).await?;
        self.uncrossed(queue, &attributes).await?;
        let job = self.job(queue, task, "everything in it", &[]).hollow().of(queue.as_str());
        job.note(format!("Before: {}.", said(attributes.depth)));
        if let Some(policy) = &attributes.redrive_policy {
            job.note(format!(
                "What was received {} before moves to {} when it is met, and is neither copied nor deleted there.",
                words::plural(u64::from(policy.max_receive_count), "time", "times"),
                policy.dead_letter_target.name(),
            ));
        }
        Ok(self.start(job, url, None))
    }
}

/// The pass, as the effect of an act.
pub(super) async fn copy_and_delete(
    connection: &Connection,
    sqs: &Arc<dyn Sqs>,
    job: &Job,
    url: &QueueUrl,
) -> SqsResult<Option<SqsError>> {
    let turn = connection.turn(job.queue());
    let _turn = turn.lock().await;
    let pass = pass(connection, sqs, job, url).await;
    if pass.end == End::Broken {
        connection.unneeded(&pass.left).await;
        job.note(format!("The queue was not {}.", purged(job)));
    } else if pass.end == End::Bound {
        job.note(format!(
            "It ended at its bound ({} messages, {}, {}); what came after that was not copied.",
            words::count(MOST as u64),
            words::bytes(MOST_BYTES as u64),
            words::seconds(PATIENCE.as_secs())
        ));
    }
    if pass.end != End::Broken {
        job.leaves(pass.left);
    }
    Ok(Answer { value: pass.failure, request_id: None })
}

async fn pass(connection: &Connection, sqs: &Arc<dyn Sqs>, job: &Job, url: &QueueUrl) -> Pass {
    let began = Instant::now();
    let (mut empty, mut bytes) = (0, 0);
    // A message whose delete failed comes by again; it needs no second copy.
    let mut copied: BTreeMap<MessageId, CopyId> = BTreeMap::new();
    let mut deleted = 0;
    let ended = |end, failure, copied: BTreeMap<_, _>| Pass { end, failure, left: copied.into_values().collect() };
    loop {
        if job.shall_end() {
            return ended(End::Broken, None, copied);
        }
        if empty >= EMPTY_POLLS {
            return ended(End::Empty, None, copied);
        }
        let room = MOST.saturating_sub(deleted + copied.len()).min(BATCH_ENTRIES);
        if room == 0 || bytes >= MOST_BYTES || began.elapsed() >= PATIENCE {
            return ended(End::Bound, None, copied);
        }
        let receive = Receive { count: u32::try_from(room).unwrap_or(1), visibility_timeout: Some(LEASE), wait: WAIT };
        let messages: Vec<Arc<Message>> = match sqs.receive(url, receive).await {
            Ok(answer) => answer.value.into_iter().map(Arc::new).collect(),
            Err(error) => return ended(End::Broken, Some(error), copied),
        };
        if messages.is_empty() {
            empty += 1;
            continue;
        }
        empty = 0;
        let handles: Vec<ReceiptHandle> = messages.iter().map(|message| message.receipt_handle.clone()).collect();
        let new: Vec<_> = messages.iter().filter(|message| !copied.contains_key(&message.id)).cloned().collect();
        bytes += new.iter().map(|message| message.size()).sum::<usize>();
        match connection.archive_for(job.id(), job.queue(), &new, Reason::Purge).await {
            Ok(copies) if matches!(copies.archived, Archived::Kept { .. }) => {
                job.keeps(&copies.archived);
                copied.extend(copies.of);
            }
            // Told meanwhile to keep none.
            Ok(_) => {
                hide(sqs, url, &handles, 0).await;
                job.broke_off(Failure::Refused(Refusal::NoCopiesKept));
                return ended(End::Broken, None, copied);
            }
            Err(failure) => {
                hide(sqs, url, &handles, 0).await;
                job.broke_off(failure);
                return ended(End::Broken, None, copied);
            }
        }
        let fates = match sqs.delete_batch(url, &handles).await {
            Ok(answer) => by_handle(&handles, answer.value),
            Err(error) => {
                let fate = Fate::of_call(&error);
                if !matches!(fate, Fate::Failed(_)) {
                    // Some of them may be gone: their copies stay.
                    let kept: Vec<CopyId> = messages.iter().filter_map(|message| copied.remove(&message.id)).collect();
                    connection.doubtful(&kept).await;
                }
                for message in &messages {
                    job.met(message, &fate);
                }
                return ended(End::Broken, Some(error), copied);
            }
        };
        for message in &messages {
            let Some(fate) = fates.get(&message.receipt_handle) else { continue };
            if let (Fate::Done(_) | Fate::Unknown(_), Some(copy)) = (fate, copied.get(&message.id)) {
                if let Fate::Unknown(_) = fate {
                    connection.doubtful(std::slice::from_ref(copy)).await;
                }
                copied.remove(&message.id);
                deleted += 1;
            }
            job.met(message, fate);
        }
    }
}

/// Purges or deletes the queue after the pass, and says how much was left in it; not where it was told to end meanwhile.
/// `left` are the copies of messages that the pass could not delete: where the queue stays as it is, these are still there.
pub(super) async fn end(connection: &Connection, job: &Job, url: &QueueUrl, left: &[CopyId]) -> Option<Failure> {
    let purged = purged(job);
    let depth = match connection.attributes(job.queue()).await {
        Ok(attributes) => attributes.depth,
        Err(failure) => {
            connection.unneeded(left).await;
            return Some(failure);
        }
    };
    if job.shall_end() {
        connection.unneeded(left).await;
        job.note(format!("The queue was not {purged}. Left in it: {}.", said(depth)));
        return None;
    }
    let ended = match job.task() {
        Task::DeleteQueue => connection.delete_counted(job.queue(), url, depth).await,
        _ => connection.purge_counted(job.queue(), url, depth).await,
    };
    match ended {
        Ok(_) if depth == Depth::default() => {
            job.note(format!("Then the queue was {purged}; SQS counted nothing in it any more."));
        }
        Ok(_) => {
            job.note(format!("Then the queue was {purged}. Gone without a copy, by SQS's count: {}.", said(depth)));
        }
        // It may have happened: the copies stay.
        Err(failure @ Failure::OutcomeUnknown(_)) => {
            connection.doubtful(left).await;
            return Some(failure);
        }
        Err(failure) => {
            connection.unneeded(left).await;
            job.note(format!("The queue was not {purged}. Left in it: {}.", said(depth)));
            return Some(failure);
        }
    }
    job.note("What is sent while SQS does so, up to 60 seconds, may be gone without a copy, too.".to_owned());
    None
}

/// What becomes of the queue after the pass, as a participle.
fn purged(job: &Job) -> &'static str {
    if *job.task() == Task::DeleteQueue { "deleted" } else { "purged" }
}

fn said(depth: Depth) -> String {
    let Depth { visible, in_flight, delayed, .. } = depth;
    let [visible, in_flight, delayed] = [visible, in_flight, delayed].map(words::count);
    format!("{visible} visible, {in_flight} in flight, {delayed} delayed")
}

/// Logs what went wrong with a call of a job, in words for its page.
pub(super) fn told(connection: &Connection, job: &Job, error: Option<SqsError>) -> Option<Failure> {
    error.map(|error| report::sqs(error, connection.name(), Some(job.queue())))
}
