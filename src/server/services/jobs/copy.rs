//! Copies: what is sent to another queue is the message as it was chosen, or as it was read from a file, byte for byte.

use std::sync::Arc;

use super::batches::{Broken, cut};
use super::job::Job;
use crate::model::job::Task;
use crate::model::{Code, Draft, Message, QueueKind, QueueUrl};
use crate::server::services::messages::Fate;
use crate::server::sqs::{Answer, Result as SqsResult, Sqs, SqsError};

/// A FIFO queue takes no message without a group.
pub(super) const NO_GROUP: &str = "MissingMessageGroupId";

/// Sends a copy of each message of a job. One request per ten messages or 1 MiB, none of them repeated; to a FIFO queue
/// one message of a group at a time, and none behind one that was not sent. It fails as a whole only where nothing was
/// sent at all.
pub async fn copy(sqs: &Arc<dyn Sqs>, job: &Job, to: &QueueUrl, kind: QueueKind) -> SqsResult<()> {
    let messages: Vec<_> = job.report().rows.iter().map(|row| Arc::clone(&row.message)).enumerate().collect();
    let mut request_id = None;
    let mut failure: Option<SqsError> = None;
    let mut sent = 0;
    let group = |message: &Message| message.group_id().filter(|_| kind == QueueKind::Fifo).map(str::to_owned);
    let mut broken = Broken::default();
    for batch in cut(messages, |(_, message)| message.size(), |(_, message)| group(message)) {
        if job.shall_end() {
            break;
        }
        let (mut ids, mut drafts) = (Vec::new(), Vec::new());
        for (at, message) in batch {
            if broken.holds(group(&message).as_deref()) {
                continue;
            }
            // A line of a file has its own, so that a second try within five minutes sends nothing twice.
            let own = message.deduplication_id().filter(|_| *job.task() == Task::Import);
            let id = own.map_or_else(|| format!("{}-{at}", job.id()), str::to_owned);
            match draft(&message, kind, &id) {
                Some(draft) => {
                    ids.push(message.id.clone());
                    drafts.push(draft);
                }
                None => job.settle(&message.id, &Fate::Failed(Code::new(NO_GROUP))),
            }
        }
        if drafts.is_empty() {
            continue;
        }
        let mut fates = vec![Fate::Unknown(Code::new("NoAnswer")); ids.len()];
        match sqs.send_batch(to, &drafts).await {
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
        for ((id, draft), fate) in ids.iter().zip(&drafts).zip(&fates) {
            let fifo = draft.group_id.as_deref().filter(|_| kind == QueueKind::Fifo);
            if !matches!(fate, Fate::Done(_)) && broken.add(fifo) {
                job.note(Broken::NOTE.to_owned());
            }
            job.settle(id, fate);
        }
    }
    match failure {
        Some(error) if sent == 0 => Err(error),
        _ => Ok(Answer { value: (), request_id }),
    }
}

/// What is sent: body, attributes, trace header and group as they were. A FIFO queue gets a deduplication id of the
/// copy's own: with the original's it would be swallowed for five minutes.
pub(super) fn draft(message: &Message, kind: QueueKind, id: &str) -> Option<Draft> {
    let fifo = kind == QueueKind::Fifo;
    if fifo && message.group_id().is_none() {
        return None;
    }
    Some(Draft { deduplication_id: fifo.then(|| id.to_owned()), ..Draft::copy_of(message) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::services::messages::tests::message;

    #[test]
    fn a_copy_is_the_message_with_a_deduplication_id_of_its_own() {
        let mut original = message("a", "body", None);
        assert!(draft(&original, QueueKind::Fifo, "j-0").is_none(), "no group");
        assert_eq!(draft(&original, QueueKind::Standard, "j-0").unwrap().deduplication_id, None);
        for (name, value) in [("MessageGroupId", "g"), ("MessageDeduplicationId", "d"), ("AWSTraceHeader", "Root=1")] {
            original.system.insert(name.into(), value.into());
        }
        let copy = draft(&original, QueueKind::Fifo, "j-0").unwrap();
        assert_eq!((copy.group_id.as_deref(), copy.deduplication_id.as_deref()), (Some("g"), Some("j-0")));
        assert_eq!(copy.trace_header.as_deref(), Some("Root=1"));
        let fair = draft(&original, QueueKind::Standard, "j-0").unwrap();
        assert_eq!(
            (fair.group_id.as_deref(), fair.deduplication_id),
            (Some("g"), None),
            "a fair queue keeps its tenant"
        );
    }
}
