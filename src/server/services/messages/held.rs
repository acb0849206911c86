//! Acting on messages that a receive holds: delete them, hide them for longer, give them back.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cell::Cell;
use super::scan::batches;
use super::snapshot::{Origin, Snapshot, Standing};
use crate::model::activity::Detail;
use crate::model::cli::Command;
use crate::model::form::Done;
use crate::model::form::held::{Deed, Held};
use crate::model::message::BatchOutcome;
use crate::model::{Code, Failure, Message, QueueName, QueueUrl, ReceiptHandle, Refusal, Verb};
use crate::server::services::Connection;
use crate::server::services::act::Act;
use crate::server::sqs::{Answer, Result as SqsResult, Sqs, SqsError};

/// The code of a message that is visible again, so that its handle is of no use.
const VISIBLE_AGAIN: &str = "VisibleAgain";

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    Done,
    Failed(Code),
    /// The answer was lost: it may have been done.
    Unknown(Code),
}

/// What became of each message, by the handle that was used: a newer receive of the same message is not meant.
type Fates = BTreeMap<ReceiptHandle, Fate>;

impl Connection {
    /// Does a deed with held messages. One request per ten; each message has its own result. Messages that are
    /// visible again or gone count as failed without a request. Refused while the receive still runs.
    pub async fn act_on_held(&self, queue: &QueueName, held: Held) -> Result<Done, Failure> {
        let cell = self.desk().cell(queue).ok_or(Failure::NoSuchMessage)?;
        if cell.is_receiving() {
            return Err(Failure::Refused(Refusal::ReceiveRunning));
        }
        let now_ms = self.now_ms();
        let snapshot = cell.snapshot();
        let chosen = snapshot.entries.iter().filter(|entry| held.ids.contains(&entry.message.id));
        // A look's copies are not ours to act on: their handles were given back.
        let ours = snapshot.origin == Origin::Receive;
        let (live, stale): (Vec<_>, Vec<_>) = chosen.partition(|entry| ours && entry.actionable(now_ms));
        if live.is_empty() {
            return Err(if stale.is_empty() { Failure::NoSuchMessage } else { Failure::NotInFlight });
        }
        let url = self.url(queue).await?;
        let messages: Vec<Arc<Message>> = live.into_iter().map(|entry| Arc::clone(&entry.message)).collect();
        let act = intent(queue, &url, held.deed, messages.len());
        let batches = batches(queue.kind(), messages.iter().map(|message| &**message));
        let now = || self.now_ms();
        let carrying = Carrying { url, deed: held.deed, cell: Arc::clone(&cell), now_ms: now };
        let effect = |sqs| async move { carrying.out(&sqs, batches).await };
        let facts = |fates: &Fates| {
            let (succeeded, failed, unknown) = count(fates);
            let facts = [("succeeded", succeeded), ("failed", failed), ("unknown", unknown)];
            facts.into_iter().map(|(name, n)| (name.to_owned(), n.to_string())).collect::<Detail>()
        };
        let result = self.act_telling(act, effect, facts).await;
        // After a failure, too: some of it may have been done.
        self.reread(queue).await;
        let mut fates = result?;
        let gone = || Fate::Failed(Code::new(VISIBLE_AGAIN));
        let stale: Fates = stale.into_iter().map(|entry| (entry.message.receipt_handle.clone(), gone())).collect();
        cell.change(|snapshot| settle(snapshot, held.deed, &stale, now_ms));
        fates.extend(stale);
        let (succeeded, failed, unknown) = count(&fates);
        Ok(match held.deed {
            Deed::Delete => Done::Deleted { succeeded, failed, unknown },
            Deed::Hide(seconds) => Done::VisibilityChanged { succeeded, failed, unknown, seconds },
        })
    }
}

fn intent(queue: &QueueName, url: &QueueUrl, deed: Deed, messages: usize) -> Act {
    let (verb, operation) = match deed {
        Deed::Delete => (Verb::DeleteMessage, "delete-message-batch"),
        Deed::Hide(_) => (Verb::ChangeVisibility, "change-message-visibility-batch"),
    };
    let cli = Command::new(operation).option("queue-url", url.as_str()).file("entries", "entries.json");
    let act = Act::on(queue, verb, cli).fact("messages", messages);
    match deed {
        Deed::Delete => act,
        Deed::Hide(seconds) => act.fact("seconds", seconds),
    }
}

/// A deed that is being carried out, and the snapshot that learns of it.
struct Carrying<C> {
    url: QueueUrl,
    deed: Deed,
    cell: Arc<Cell>,
    now_ms: C,
}

impl<C: Fn() -> i64 + Send + Sync> Carrying<C> {
    /// One batch after the other, each written into the snapshot as it ends. A call that fails as a whole fails its
    /// entries, or leaves them unknown; only if nothing succeeded at all is it the failure of the deed, and then rather
    /// one that leaves open what happened.
    async fn out(self, sqs: &Arc<dyn Sqs>, batches: Vec<Vec<ReceiptHandle>>) -> SqsResult<Fates> {
        let mut fates = Fates::new();
        let (mut request_id, mut error): (Option<String>, Option<SqsError>) = (None, None);
        for batch in batches {
            // SQS counts from when it is asked, which is after this.
            let sent_ms = (self.now_ms)();
            let answer = match self.deed {
                Deed::Delete => sqs.delete_batch(&self.url, &batch).await,
                Deed::Hide(seconds) => {
                    let changes: Vec<_> = batch.iter().map(|handle| (handle.clone(), seconds)).collect();
                    sqs.change_visibility_batch(&self.url, &changes).await
                }
            };
            let these = match answer {
                Ok(answer) => {
                    request_id = answer.request_id.or(request_id);
                    by_handle(&batch, answer.value)
                }
                Err(failed) => {
                    let fate = of_call(&failed);
                    if error.as_ref().is_none_or(|known| known.had_no_effect() && !failed.had_no_effect()) {
                        error = Some(failed);
                    }
                    batch.into_iter().map(|handle| (handle, fate.clone())).collect()
                }
            };
            self.cell.change(|snapshot| settle(snapshot, self.deed, &these, sent_ms));
            fates.extend(these);
        }
        match error {
            Some(error) if !fates.values().any(|fate| *fate == Fate::Done) => Err(error),
            _ => Ok(Answer { value: fates, request_id }),
        }
    }
}

/// What a call that failed as a whole means for each of its entries.
fn of_call(error: &SqsError) -> Fate {
    let code = error.code.clone();
    if error.had_no_effect() { Fate::Failed(code) } else { Fate::Unknown(code) }
}

fn by_handle(handles: &[ReceiptHandle], outcome: BatchOutcome<()>) -> Fates {
    let succeeded = outcome.succeeded.into_iter().map(|(at, ())| (at, Fate::Done));
    let failed = outcome.failed.into_iter().map(|entry| (entry.index, Fate::Failed(entry.code)));
    succeeded.chain(failed).filter_map(|(at, fate)| Some((handles.get(at)?.clone(), fate))).collect()
}

/// How many succeeded, failed, and are unknown.
fn count(fates: &Fates) -> (u64, u64, u64) {
    let of = |wanted: fn(&Fate) -> bool| fates.values().filter(|fate| wanted(fate)).count() as u64;
    let (done, unknown) = (of(|fate| *fate == Fate::Done), of(|fate| matches!(fate, Fate::Unknown(_))));
    (done, fates.len() as u64 - done - unknown, unknown)
}

/// Writes what became of messages into the snapshot; `sent_ms` is when SQS was asked.
fn settle(snapshot: &mut Snapshot, deed: Deed, fates: &Fates, sent_ms: i64) {
    for entry in &mut snapshot.entries {
        let Some(fate) = fates.get(&entry.message.receipt_handle) else { continue };
        entry.unknown = matches!(fate, Fate::Unknown(_));
        match fate {
            Fate::Failed(code) | Fate::Unknown(code) => entry.failed = Some(code.clone()),
            Fate::Done => {
                entry.failed = None;
                entry.standing = match deed {
                    Deed::Delete => Standing::Deleted,
                    Deed::Hide(0) => Standing::Returned,
                    Deed::Hide(seconds) => Standing::Held { until_ms: sent_ms + i64::from(seconds) * 1_000 },
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::message::EntryFailure;
    use crate::server::services::messages::snapshot::tests::message;

    fn handle(id: &str) -> ReceiptHandle {
        ReceiptHandle::new(format!("handle of {id}"))
    }

    #[test]
    fn each_message_keeps_its_own_result() {
        let mut snapshot = Snapshot::begun(Origin::Receive, 0, 10, 10, 30);
        snapshot.take(["a", "b", "c"].map(|id| message(id, "", None)).to_vec(), 30_000);
        let failed = vec![EntryFailure { index: 1, code: Code::new("ReceiptHandleIsInvalid"), sender_fault: true }];
        let mut fates = by_handle(&["a", "b"].map(handle), BatchOutcome { succeeded: vec![(0, ())], failed });
        assert_eq!(count(&fates), (1, 1, 0));

        let mut deleted = snapshot.clone();
        settle(&mut deleted, Deed::Delete, &fates, 1_000);
        assert_eq!(deleted.entries[0].standing, Standing::Deleted);
        assert_eq!(deleted.entries[1].failed, Some(Code::new("ReceiptHandleIsInvalid")));
        assert_eq!(deleted.entries[2], snapshot.entries[2], "it was not chosen");

        fates.insert(handle("c"), Fate::Unknown(Code::new("Timeout")));
        assert_eq!(count(&fates), (1, 1, 1));
        settle(&mut snapshot, Deed::Hide(60), &fates, 1_000);
        assert_eq!(snapshot.entries[0].standing, Standing::Held { until_ms: 61_000 });
        assert!(snapshot.entries[2].unknown && !snapshot.entries[1].unknown);
    }

    #[test]
    fn a_newer_receive_of_the_same_message_is_not_meant() {
        let mut snapshot = Snapshot::begun(Origin::Receive, 0, 10, 10, 30);
        let newer = Message { receipt_handle: ReceiptHandle::new("newer"), ..message("a", "", None) };
        snapshot.take(vec![newer], 30_000);
        let before = snapshot.clone();
        settle(&mut snapshot, Deed::Delete, &Fates::from([(handle("a"), Fate::Done)]), 1_000);
        assert_eq!(snapshot, before);
    }
}
