//! Restoring: copies from the archive are sent again, as new messages, the longest deleted first.

use std::collections::VecDeque;
use std::sync::Arc;

use super::batches::{Broken, cut};
use super::copy::{NO_GROUP, draft};
use super::job::Job;
use super::start::Start;
use crate::model::archive::{CopyId, KeptCopy, Restored};
use crate::model::form::Invalid;
use crate::model::form::undo::What;
use crate::model::job::Task;
use crate::model::limits::BATCH_ENTRIES;
use crate::model::{Code, Draft, Failure, Message, QueueKind, QueueName, QueueUrl, Verb};
use crate::server::services::archive::list::Opened;
use crate::server::services::messages::Fate;
use crate::server::services::submissions::Rejection;
use crate::server::services::{Connection, report};
use crate::server::sqs::{Answer, Result as SqsResult, Sqs, SqsError};

/// A copy that somebody restores is not restored once more for so long, whoever asks: a second click is no second wish.
const APART_MS: i64 = 5_000;

/// What a restore is for.
pub(super) struct Restoring {
    /// The copies, the longest deleted first.
    pub copies: Vec<KeptCopy>,
    /// Whether those go, too, that were restored before.
    pub again: bool,
}

impl Connection {
    /// Makes a job that sends copies again. At most two requests. Asks where copies were
    /// restored before, unless `again`; of a whole deletion it leaves those out.
    pub async fn open_restore(
        &self,
        queue: &QueueName,
        what: &What,
        to: &QueueName,
        again: bool,
    ) -> Result<Start, Rejection> {
        let (task, of) = (Task::Restore { to: to.clone() }, what.to_string());
        if let Some(known) = self.asked_before(queue, &task, &of) {
            return Ok(known);
        }
        self.require(queue, Verb::RestoreMessages).await?;
        let mut copies = self.meant(queue, what).await?;
        copies.reverse();
        copies.sort_by_key(|copy| (copy.at_ms, copy.sent_ms));
        let before = copies.iter().filter(|copy| copy.restored.is_some()).count();
        if !again && before > 0 {
            copies.retain(|copy| copy.restored.is_none());
            if copies.is_empty() || matches!(what, What::Marked(_)) {
                let sentence = if before == 1 {
                    "One of these was restored before. Say that it shall be sent once more, or do not mark it.".into()
                } else {
                    format!(
                        "{before} of these were restored before. Say that they shall be sent once more, or do not mark them."
                    )
                };
                return Err(vec![Invalid::new("again", sentence)].into());
            }
        }
        let url = self.url(to).await?;
        let how = match what {
            What::Deletion(_) => "all of one deletion",
            What::Marked(_) => "marked under “Recently deleted”",
        };
        // The rest stays in the archive until it is sent.
        let rows: Vec<_> = copies.iter().map(|copy| Arc::new(Message::outline(copy.message.clone()))).collect();
        let job = self.job(queue, task, how, &rows).hollow().of(&of);
        Ok(self.start(job, url, Some(Restoring { copies, again })))
    }
}

/// Sends the copies, ten by ten, none of them twice by itself. It fails as a whole only where nothing was sent at all.
pub(super) async fn restore(
    connection: &Connection,
    sqs: &Arc<dyn Sqs>,
    job: &Job,
    to: (&QueueName, &QueueUrl),
    restoring: &Restoring,
) -> SqsResult<()> {
    let (mut request_id, mut failure, mut sent) = (None, None::<SqsError>, 0);
    let (fifo, mut broken) = (to.0.kind() == QueueKind::Fifo, Broken::default());
    let group = |draft: &Draft| draft.group_id.clone().filter(|_| fifo);
    let mut rest: VecDeque<&KeptCopy> = restoring.copies.iter().collect();
    while !rest.is_empty() && !job.shall_end() {
        let ten: Vec<&KeptCopy> = rest.drain(..rest.len().min(BATCH_ENTRIES)).collect();
        let mut drafts = Vec::new();
        for copy in ten {
            match claim(connection, copy, to.0, restoring.again).await {
                Ok(draft) => drafts.push((copy, draft)),
                Err(code) => job.settle(&copy.message, &Fate::Failed(Code::new(code))),
            }
        }
        for batch in cut(drafts, |(_, draft)| draft.size(), |(_, draft)| group(draft)) {
            let (batch, behind): (Vec<_>, Vec<_>) =
                batch.into_iter().partition(|(_, draft)| !broken.holds(group(draft).as_deref()));
            // Claimed, and not to be sent: as if nobody had asked.
            for (copy, _) in behind {
                write_down(connection, copy, &Fate::NotFound).await;
            }
            if batch.is_empty() {
                continue;
            }
            let (copies, drafts): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
            let mut fates: Vec<Fate> = vec![Fate::Unknown(Code::new("NoAnswer")); copies.len()];
            match sqs.send_batch(to.1, &drafts).await {
                Ok(answer) => {
                    request_id = answer.request_id.or(request_id);
                    sent += answer.value.succeeded.len();
                    for (at, done) in answer.value.succeeded {
                        fates[at] = Fate::Done(Some(done.id));
                    }
                    for entry in answer.value.failed {
                        fates[entry.index] = Fate::of_entry(entry.code);
                    }
                }
                Err(error) => {
                    fates.fill(Fate::of_call(&error));
                    failure = Some(error);
                }
            }
            for ((copy, draft), fate) in copies.into_iter().zip(&drafts).zip(fates) {
                if !matches!(fate, Fate::Done(_)) && broken.add(group(draft).as_deref()) {
                    job.note(Broken::NOTE.to_owned());
                }
                write_down(connection, copy, &fate).await;
                job.settle(&copy.message, &fate);
            }
        }
    }
    match failure {
        Some(error) if sent == 0 => Err(error),
        _ => Ok(Answer { value: (), request_id }),
    }
}

/// Opens a copy and marks it as being restored, so that nobody else does it too; the code says why it is not sent.
async fn claim(connection: &Connection, copy: &KeptCopy, to: &QueueName, again: bool) -> Result<Draft, &'static str> {
    const STORE: &str = "ArchiveFailed";
    let failed = |error| {
        report::store(&error);
        STORE
    };
    let now_ms = connection.now_ms();
    let message = match connection.kept_copy(&copy.id).await {
        Ok((_, Opened::Message(message))) => message,
        Ok((_, Opened::OtherKey)) => return Err("SealedWithAnotherKey"),
        Ok((_, Opened::Damaged | Opened::Large)) => return Err("Damaged"),
        Err(Failure::NotFound) => return Err("Forgotten"),
        Err(_) => return Err(STORE),
    };
    let draft = draft(&message, to.kind(), &deduplication(&copy.id, copy.restored.as_ref())).ok_or(NO_GROUP)?;
    let before = again.then_some(now_ms - APART_MS);
    let ours = connection.store().claim_copy(connection.name(), &copy.id, now_ms, before).await.map_err(failed)?;
    if ours { Ok(draft) } else { Err("RestoredBefore") }
}

/// A FIFO queue takes an id once in five minutes, and swallows what comes with it again. While nobody knows whether a
/// copy was sent that is what is wanted; once it was, sending it once more is another wish, and so another id.
fn deduplication(id: &CopyId, restored: Option<&Restored>) -> String {
    match restored.filter(|restored| restored.message.is_some()) {
        Some(restored) => format!("redrive-{id}-{}", restored.at_ms),
        None => format!("redrive-{id}"),
    }
}

/// Where it was certainly not sent the copy is as it was before; where nobody knows it stays marked.
async fn write_down(connection: &Connection, copy: &KeptCopy, fate: &Fate) {
    let restored = match fate {
        Fate::Done(message) => Some(Restored { at_ms: connection.now_ms(), message: message.clone() }),
        Fate::Failed(_) | Fate::NotFound => copy.restored.clone(),
        Fate::Unknown(_) => return,
    };
    if let Err(error) = connection.store().copy_restored(&copy.id, restored).await {
        report::store(&error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MessageId;

    #[test]
    fn once_more_is_another_id_and_a_lost_answer_is_none() {
        let id: CopyId = "00000000000000000000000000000001".parse().unwrap();
        let restored = |message: Option<&str>| Restored { at_ms: 7, message: message.map(MessageId::new) };
        let first = deduplication(&id, None);
        assert_eq!(deduplication(&id, Some(&restored(None))), first);
        let second = deduplication(&id, Some(&restored(Some("m"))));
        assert_ne!(second, first);
        assert!(second.len() <= 128, "SendMessage takes 128 characters");
    }
}
