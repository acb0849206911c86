//! Acting on messages that are held: delete them, hide them for longer, give them back.

use std::sync::Arc;

use super::cell::Cell;
use super::fate::{Fate, Fates, by_handle, count, settle};
use super::scan::batches;
use super::snapshot::Origin;
use crate::model::activity::Detail;
use crate::model::archive::Reason;
use crate::model::cli::Command;
use crate::model::form::Done;
use crate::model::form::held::{Deed, Held};
use crate::model::message::BatchOutcome;
use crate::model::{Failure, Message, QueueName, QueueUrl, ReceiptHandle, Refusal, Verb};
use crate::server::services::Connection;
use crate::server::services::act::Act;
use crate::server::sqs::{Answer, Result as SqsResult, Sqs, SqsError};

impl Connection {
    /// Does a deed with held messages. One request per ten; each message has its own result. Messages that are
    /// visible again or gone count as failed without a request. Refused while the hold is still being filled.
    pub async fn act_on_held(&self, queue: &QueueName, held: Held) -> Result<Done, Failure> {
        let cell = self.desk().cell(queue).ok_or(Failure::NoSuchMessage)?;
        if cell.is_receiving() {
            return Err(Failure::Refused(Refusal::ReceiveRunning));
        }
        let now_ms = self.now_ms();
        let snapshot = cell.snapshot();
        let chosen = snapshot.entries.iter().filter(|entry| held.ids.contains(&entry.message.id));
        // A look's copies are not ours to act on: their handles were given back.
        let ours = snapshot.origin == Origin::Hold;
        let (live, stale): (Vec<_>, Vec<_>) = chosen.partition(|entry| ours && entry.actionable(now_ms));
        if live.is_empty() {
            return Err(if stale.is_empty() { Failure::NoSuchMessage } else { Failure::NotInFlight });
        }
        let url = self.url(queue).await?;
        let messages: Vec<Arc<Message>> = live.into_iter().map(|entry| Arc::clone(&entry.message)).collect();
        // Where nothing may be changed the act says so; no copies are needed for that.
        let copies = match held.deed {
            Deed::Delete if self.allowed().is_ok() => Some(self.archive(queue, &messages, Reason::Delete).await?),
            _ => None,
        };
        let handles: Vec<_> =
            messages.iter().map(|message| (message.id.clone(), message.receipt_handle.clone())).collect();
        let act = intent(queue, &url, held.deed, messages.len());
        let act = match &copies {
            Some(copies) => act.fact("copies kept", copies.of.len()),
            None => act,
        };
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
        if let Some(copies) = &copies {
            self.settle_copies(copies, &handles, result.as_ref()).await;
        }
        let mut fates = result?;
        let stale = stale.into_iter().map(|entry| (entry.message.receipt_handle.clone(), Fate::visible_again()));
        let stale: Fates = stale.collect();
        cell.change(|snapshot| settle(snapshot, held.deed, &stale, now_ms));
        fates.extend(stale);
        let (succeeded, failed, unknown) = count(&fates);
        Ok(match held.deed {
            Deed::Delete => Done::Deleted { succeeded, failed, unknown, copies: copies.map(|copies| copies.archived) },
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

/// Does a deed with at most ten messages. One request.
pub async fn ask(
    sqs: &Arc<dyn Sqs>,
    url: &QueueUrl,
    deed: Deed,
    handles: &[ReceiptHandle],
) -> SqsResult<BatchOutcome<()>> {
    match deed {
        Deed::Delete => sqs.delete_batch(url, handles).await,
        Deed::Hide(seconds) => {
            let changes: Vec<_> = handles.iter().map(|handle| (handle.clone(), seconds)).collect();
            sqs.change_visibility_batch(url, &changes).await
        }
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
            let _acting = self.cell.acting().await;
            // SQS counts from when it is asked, which is after this.
            let sent_ms = (self.now_ms)();
            let lapsed = self.cell.lapsed(&batch, sent_ms);
            let batch: Vec<_> = batch.into_iter().filter(|handle| !lapsed.contains(handle)).collect();
            let mut these: Fates = lapsed.into_iter().map(|handle| (handle, Fate::visible_again())).collect();
            if !batch.is_empty() {
                these.extend(match ask(sqs, &self.url, self.deed, &batch).await {
                    Ok(answer) => {
                        request_id = answer.request_id.or(request_id);
                        by_handle(&batch, answer.value)
                    }
                    Err(failed) => {
                        let fate = Fate::of_call(&failed);
                        if error.as_ref().is_none_or(|known| known.had_no_effect() && !failed.had_no_effect()) {
                            error = Some(failed);
                        }
                        batch.into_iter().map(|handle| (handle, fate.clone())).collect()
                    }
                });
            }
            self.cell.change(|snapshot| settle(snapshot, self.deed, &these, sent_ms));
            fates.extend(these);
        }
        match error {
            Some(error) if !fates.values().any(|fate| matches!(fate, Fate::Done(_))) => Err(error),
            _ => Ok(Answer { value: fates, request_id }),
        }
    }
}
