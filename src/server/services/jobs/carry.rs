//! Deleting and hiding: what is held is acted on with its own handle, the rest is found again by receiving.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::time::Instant;

use super::find::{LEASE, MOST, PATIENCE, Search};
use super::job::Job;
use crate::model::archive::Reason;
use crate::model::form::held::Deed;
use crate::model::limits::BATCH_ENTRIES;
use crate::model::{Failure, MessageId, QueueKind, QueueUrl, ReceiptHandle, words};
use crate::server::clock::SharedClock;
use crate::server::services::Connection;
use crate::server::services::archive::Copies;
use crate::server::services::messages::{Cell, Fate, Fates, ask, by_handle, settle};
use crate::server::sqs::{Answer, Receive, Result as SqsResult, Sqs, SqsError};

/// A long poll of one second asks all of SQS's servers (SQS Developer Guide, "Short and long polling").
const WAIT: u32 = 1;

/// A job that is being carried out on one queue.
pub struct Carrying<'a> {
    /// The gateway.
    pub sqs: &'a Arc<dyn Sqs>,
    /// The job.
    pub job: &'a Job,
    /// The queue.
    pub url: &'a QueueUrl,
    /// Its kind.
    pub kind: QueueKind,
    /// What is done.
    pub deed: Deed,
    /// The queue's snapshot, which learns of it.
    pub cell: Option<Arc<Cell>>,
    /// The time.
    pub clock: SharedClock,
    /// Whose archive keeps copies of what is deleted.
    pub connection: &'a Connection,
}

/// What has come of the calls so far.
#[derive(Default)]
struct Calls {
    request_id: Option<String>,
    failure: Option<SqsError>,
    succeeded: bool,
    /// No copies could be kept, so nothing more is deleted.
    uncopied: bool,
}

impl Calls {
    fn failed(&mut self, error: SqsError) {
        // Of two failures the one counts that leaves open what happened.
        if self.failure.as_ref().is_none_or(|known| known.had_no_effect() && !error.had_no_effect()) {
            self.failure = Some(error);
        }
    }
}

impl Carrying<'_> {
    /// Acts on the held messages, then on those that come by. It fails as a whole only where nothing succeeded; what
    /// broke it off later is the value.
    pub async fn out(self, held: Vec<(MessageId, ReceiptHandle)>) -> SqsResult<Option<SqsError>> {
        let mut calls = Calls::default();
        for batch in held.chunks(BATCH_ENTRIES) {
            if self.job.shall_end() || calls.uncopied {
                break;
            }
            self.act(batch, &mut calls).await;
        }
        let rest = self.job.report();
        let rest = rest.rows.iter().filter(|row| row.fate.is_none()).map(|row| row.message.id.clone());
        self.search(Search::new(rest), &mut calls).await;
        match calls.failure {
            Some(error) if !calls.succeeded => Err(error),
            broken_off => Ok(Answer { value: broken_off, request_id: calls.request_id }),
        }
    }

    /// Receives until everything wanted has come by, or nothing more comes; then gives the others back.
    async fn search(&self, mut search: Search, calls: &mut Calls) {
        let began = Instant::now();
        let mut broken_off = false;
        while search.goes_on() && !self.job.shall_end() && !calls.uncopied && began.elapsed() < PATIENCE {
            // SQS counts from when it hands a message out, which is after this.
            let now_ms = self.clock.now_ms();
            let receive = Receive { count: 10, visibility_timeout: Some(LEASE), wait: WAIT };
            let answer = match self.sqs.receive(self.url, receive).await {
                Ok(answer) => answer,
                Err(error) => {
                    calls.failed(error);
                    broken_off = true;
                    break;
                }
            };
            calls.request_id = answer.request_id.or(calls.request_id.take());
            let mut found = search.heard(answer.value, now_ms);
            let pairs = found.iter().map(|message| (message.id.clone(), message.receipt_handle.clone()));
            let left = self.act(&pairs.collect::<Vec<_>>(), calls).await;
            found.retain(|message| left.contains(&message.receipt_handle));
            search.keep(found, now_ms);
            let now_ms = self.clock.now_ms();
            let renewed = hide(self.sqs, self.url, &search.due(now_ms), LEASE).await;
            search.renewed(&renewed, now_ms);
        }
        let bound = search.is_full() || began.elapsed() >= PATIENCE;
        hide(self.sqs, self.url, &search.give_back(self.kind, self.clock.now_ms()), 0).await;
        if !broken_off && !calls.uncopied && !self.job.shall_end() {
            let missing = search.missing();
            if bound && !missing.is_empty() {
                self.job.note(format!(
                    "The search ended at its bound ({} other messages, {}): what was not found may still be in the queue.",
                    words::count(MOST as u64),
                    words::seconds(PATIENCE.as_secs())
                ));
            }
            for id in missing {
                self.job.settle(&id, &Fate::NotFound);
            }
        }
    }

    /// Does the deed with at most ten messages, and tells with which it was certainly not done. One that was given back
    /// meanwhile fails: somebody else may have it.
    async fn act(&self, batch: &[(MessageId, ReceiptHandle)], calls: &mut Calls) -> Vec<ReceiptHandle> {
        let mut handles: Vec<ReceiptHandle> = batch.iter().map(|(_, handle)| handle.clone()).collect();
        if handles.is_empty() {
            return handles;
        }
        let copies = match self.deed {
            Deed::Delete => match self.copy(batch).await {
                Ok(copies) => Some(copies),
                Err(failure) => {
                    calls.uncopied = true;
                    self.job.broke_off(failure);
                    return handles;
                }
            },
            Deed::Hide(_) => None,
        };
        let _acting = match &self.cell {
            Some(cell) => Some(cell.acting().await),
            None => None,
        };
        let sent_ms = self.clock.now_ms();
        let lapsed = self.cell.as_ref().map(|cell| cell.lapsed(&handles, sent_ms)).unwrap_or_default();
        handles.retain(|handle| !lapsed.contains(handle));
        let mut fates: Fates = lapsed.into_iter().map(|handle| (handle, Fate::visible_again())).collect();
        if !handles.is_empty() {
            fates.extend(match ask(self.sqs, self.url, self.deed, &handles).await {
                Ok(answer) => {
                    calls.request_id = answer.request_id.or(calls.request_id.take());
                    by_handle(&handles, answer.value)
                }
                Err(error) => {
                    let fate = Fate::of_call(&error);
                    calls.failed(error);
                    handles.into_iter().map(|handle| (handle, fate.clone())).collect()
                }
            });
        }
        if let Some(copies) = &copies {
            self.connection.settle_copies(copies, batch, Ok(&fates)).await;
        }
        calls.succeeded |= fates.values().any(|fate| matches!(fate, Fate::Done(_)));
        for (id, handle) in batch {
            if let Some(fate) = fates.get(handle) {
                self.job.settle(id, fate);
            }
        }
        if let Some(cell) = &self.cell {
            cell.change(|snapshot| settle(snapshot, self.deed, &fates, sent_ms));
        }
        fates.into_iter().filter(|(_, fate)| matches!(fate, Fate::Failed(_))).map(|(handle, _)| handle).collect()
    }

    /// Keeps copies of a batch, as it was chosen, before it is deleted. All of a job are one deletion.
    async fn copy(&self, batch: &[(MessageId, ReceiptHandle)]) -> Result<Copies, Failure> {
        let report = self.job.report();
        let chosen = report.rows.iter().map(|row| &row.message);
        let chosen: Vec<_> = chosen.filter(|message| batch.iter().any(|(id, _)| *id == message.id)).cloned().collect();
        let copies = self.connection.archive_for(self.job.id(), self.job.queue(), &chosen, Reason::Delete).await?;
        self.job.keeps(&copies.archived);
        Ok(copies)
    }
}

/// Hides messages that a job only met, and tells which are hidden; 0 seconds make them visible. What cannot be hidden anew
/// or given back is left to its lease.
pub(super) async fn hide(
    sqs: &Arc<dyn Sqs>,
    url: &QueueUrl,
    handles: &[ReceiptHandle],
    seconds: u32,
) -> BTreeSet<ReceiptHandle> {
    let mut hidden = BTreeSet::new();
    for batch in handles.chunks(BATCH_ENTRIES) {
        if let Ok(answer) = ask(sqs, url, Deed::Hide(seconds), batch).await {
            hidden.extend(answer.value.succeeded.into_iter().filter_map(|(at, ())| batch.get(at).cloned()));
        }
    }
    hidden
}
