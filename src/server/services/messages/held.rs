//! Acting on messages that a receive holds: delete them, hide them for longer, give them back.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::scan::batches;
use super::snapshot::{Snapshot, Standing};
use crate::model::activity::Detail;
use crate::model::cli::Command;
use crate::model::form::Done;
use crate::model::form::held::{Deed, Held};
use crate::model::message::BatchOutcome;
use crate::model::{Code, Failure, Message, MessageId, QueueName, QueueUrl, ReceiptHandle, Verb};
use crate::server::services::Connection;
use crate::server::services::act::Act;
use crate::server::sqs::{Answer, Result as SqsResult, Sqs, SqsError};

/// The code of a message that is visible again, so that its handle is of no use.
const VISIBLE_AGAIN: &str = "VisibleAgain";

/// What became of each message.
type Results = BTreeMap<MessageId, Result<(), Code>>;

impl Connection {
    /// Does a deed with held messages. One request per ten; each message has its own result. Messages that are
    /// visible again or gone count as failed without a request.
    pub async fn act_on_held(&self, queue: &QueueName, held: Held) -> Result<Done, Failure> {
        let cell = self.desk().cell(queue).ok_or(Failure::NoSuchMessage)?;
        let now_ms = self.now_ms();
        let snapshot = cell.snapshot();
        let chosen = snapshot.entries.iter().filter(|entry| held.ids.contains(&entry.message.id));
        let (live, stale): (Vec<_>, Vec<_>) = chosen.partition(|entry| entry.actionable(now_ms));
        if live.is_empty() {
            return Err(if stale.is_empty() { Failure::NoSuchMessage } else { Failure::NotInFlight });
        }
        let url = self.url(queue).await?;
        let messages: Vec<Arc<Message>> = live.into_iter().map(|entry| Arc::clone(&entry.message)).collect();
        let act = intent(queue, &url, held.deed, messages.len());
        let batches = batches(queue.kind(), messages.iter().map(|message| &**message));
        let effect = |sqs| async move { carry_out(&sqs, &url, held.deed, batches).await };
        let facts = |results: &Results| {
            let (succeeded, failed) = count(results);
            Detail::from([("succeeded".to_owned(), succeeded.to_string()), ("failed".to_owned(), failed.to_string())])
        };
        let mut results = self.act_telling(act, effect, facts).await?;
        for entry in stale {
            results.insert(entry.message.id.clone(), Err(Code::new(VISIBLE_AGAIN)));
        }
        let done_ms = self.now_ms();
        cell.change(|snapshot| settle(snapshot, held.deed, &results, done_ms));
        self.reread(queue).await;
        let (succeeded, failed) = count(&results);
        Ok(match held.deed {
            Deed::Delete => Done::Deleted { succeeded, failed },
            Deed::Hide(seconds) => Done::VisibilityChanged { succeeded, failed, seconds },
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

/// One batch after the other. A call that fails as a whole fails its entries; only if nothing succeeded at all is it
/// the failure of the deed.
async fn carry_out(
    sqs: &Arc<dyn Sqs>,
    url: &QueueUrl,
    deed: Deed,
    batches: Vec<Vec<(MessageId, ReceiptHandle)>>,
) -> SqsResult<Results> {
    let mut results = Results::new();
    let (mut request_id, mut error): (Option<String>, Option<SqsError>) = (None, None);
    for batch in batches {
        let (ids, handles): (Vec<MessageId>, Vec<ReceiptHandle>) = batch.into_iter().unzip();
        let answer = match deed {
            Deed::Delete => sqs.delete_batch(url, &handles).await,
            Deed::Hide(seconds) => {
                let handles: Vec<(ReceiptHandle, u32)> = handles.into_iter().map(|handle| (handle, seconds)).collect();
                sqs.change_visibility_batch(url, &handles).await
            }
        };
        match answer {
            Ok(answer) => {
                request_id = answer.request_id.or(request_id);
                results.extend(by_id(&ids, answer.value));
            }
            Err(failed) => {
                results.extend(ids.into_iter().map(|id| (id, Err(failed.code.clone()))));
                error.get_or_insert(failed);
            }
        }
    }
    match error {
        Some(error) if results.values().all(Result::is_err) => Err(error),
        _ => Ok(Answer { value: results, request_id }),
    }
}

fn by_id(ids: &[MessageId], outcome: BatchOutcome<()>) -> Results {
    let succeeded = outcome.succeeded.into_iter().map(|(at, ())| (at, Ok(())));
    let failed = outcome.failed.into_iter().map(|entry| (entry.index, Err(entry.code)));
    succeeded.chain(failed).filter_map(|(at, result)| Some((ids.get(at)?.clone(), result))).collect()
}

fn count(results: &Results) -> (u64, u64) {
    let succeeded = results.values().filter(|result| result.is_ok()).count();
    (succeeded as u64, (results.len() - succeeded) as u64)
}

/// Writes the results into the snapshot.
fn settle(snapshot: &mut Snapshot, deed: Deed, results: &Results, now_ms: i64) {
    for entry in &mut snapshot.entries {
        match results.get(&entry.message.id) {
            None => {}
            Some(Err(code)) => entry.failed = Some(code.clone()),
            Some(Ok(())) => {
                entry.failed = None;
                entry.standing = match deed {
                    Deed::Delete => Standing::Deleted,
                    Deed::Hide(0) => Standing::Returned,
                    Deed::Hide(seconds) => Standing::Held { until_ms: now_ms + i64::from(seconds) * 1_000 },
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::message::EntryFailure;
    use crate::server::services::messages::snapshot::Origin;
    use crate::server::services::messages::snapshot::tests::message;

    #[test]
    fn each_message_keeps_its_own_result() {
        let mut snapshot = Snapshot::begun(Origin::Receive, 0, 10, 10, 30);
        snapshot.take(["a", "b", "c"].map(|id| message(id, "", None)).to_vec(), 30_000);
        let ids: Vec<MessageId> = ["a", "b"].map(MessageId::new).to_vec();
        let failed = vec![EntryFailure { index: 1, code: Code::new("ReceiptHandleIsInvalid"), sender_fault: true }];
        let results = by_id(&ids, BatchOutcome { succeeded: vec![(0, ())], failed });
        assert_eq!(count(&results), (1, 1));

        let mut deleted = snapshot.clone();
        settle(&mut deleted, Deed::Delete, &results, 1_000);
        assert_eq!(deleted.entries[0].standing, Standing::Deleted);
        assert_eq!(deleted.entries[1].failed, Some(Code::new("ReceiptHandleIsInvalid")));
        assert_eq!(deleted.entries[2], snapshot.entries[2], "it was not chosen");

        settle(&mut snapshot, Deed::Hide(60), &results, 1_000);
        assert_eq!(snapshot.entries[0].standing, Standing::Held { until_ms: 61_000 });
    }
}
