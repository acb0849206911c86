//! The engine's commands as calls to SQS, and what each answer means to the engine. Nothing is decided here.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::model::message::{BatchOutcome, Sent};
use crate::model::{Code, Draft, QueueUrl, ReceiptHandle};
use crate::server::clock::SharedClock;
use crate::server::services::redrive::engine::{Command, DeleteOutcome, Deletion, Event, Failed, SendOutcome};
use crate::server::sqs::error::{MD5_MISMATCH, kind_of_entry};
use crate::server::sqs::{Receive, Result as SqsResult, Sqs, SqsError, error::Kind};

/// How long a poll may go on when the process is to end. What it would have brought comes back with its lease.
const HURRIED: Duration = Duration::from_millis(1_500);

/// The code of a send that was not made because its time had passed.
const TOO_LATE: &str = "TooLate";

/// Makes the calls of one redrive.
pub(super) struct Caller {
    /// What tells whether it is too late for a send.
    pub clock: SharedClock,
    /// The gateway.
    pub sqs: Arc<dyn Sqs>,
    /// The queue to take from.
    pub source: QueueUrl,
    /// The destinations, by their number.
    pub destinations: Vec<QueueUrl>,
    /// Ended when polls shall not wait any longer.
    pub hurry: CancellationToken,
}

impl Caller {
    /// Makes a call; `None` for what is no call to SQS. It never fails: a failure is an answer, too.
    pub(super) async fn call(&self, command: Command) -> Option<Event> {
        Some(match command {
            Command::Receive { call, count, wait_s, lease_s } => {
                let receive = Receive { count, visibility_timeout: Some(lease_s), wait: wait_s };
                let polled = self.sqs.receive(&self.source, receive);
                let hurried = async {
                    self.hurry.cancelled().await;
                    tokio::time::sleep(HURRIED).await;
                };
                let answer = tokio::select! {
                    answer = polled => match answer {
                        Ok(answer) => Ok(answer.value.into_iter().map(Arc::new).collect()),
                        Err(error) => Err(why_not_received(error)),
                    },
                    () = hurried => Err(Failed::Unknown),
                };
                Event::Received { call, answer }
            }
            Command::Send { call, to, entries, by_ms } => {
                let drafts: Vec<Draft> = entries.iter().map(|entry| entry.parcel().draft()).collect();
                let late = self.clock.mono_ms() > by_ms;
                let entries = match self.destinations.get(usize::from(to.0)) {
                    // This process was stopped for so long that others may have received them.
                    _ if late => vec![SendOutcome::Later(Code::new(TOO_LATE)); drafts.len()],
                    Some(url) => sent(drafts.len(), self.sqs.send_batch(url, &drafts).await),
                    // An order is made with every queue that it can lead to.
                    None => vec![SendOutcome::Unknown; drafts.len()],
                };
                Event::SendEnded { call, entries }
            }
            Command::Delete { call, entries } => {
                let handles: Vec<ReceiptHandle> = entries.iter().map(Deletion::handle).cloned().collect();
                Event::DeleteEnded {
                    call,
                    entries: deleted(handles.len(), self.sqs.delete_batch(&self.source, &handles).await),
                }
            }
            Command::Renew { call, handles, lease_s } => {
                Event::Renewed { call, entries: self.hide(handles, lease_s).await }
            }
            Command::GiveBack { call, handles } => {
                Event::GaveBack { call, all: self.hide(handles, 0).await.into_iter().all(|given| given) }
            }
            Command::Count { call } => {
                let answer = self.sqs.attributes(&self.source).await;
                let depth = answer.ok().map(|answer| answer.value.depth);
                Event::Counted { call, left: depth.map(|depth| depth.visible + depth.in_flight + depth.delayed) }
            }
            Command::Probe { call } => {
                // Whatever else is wrong, SQS has accepted the credentials when it says so.
                let good = match self.sqs.attributes(&self.source).await {
                    Ok(_) => true,
                    Err(error) => {
                        !matches!(error.kind, Kind::Credentials | Kind::Unreachable | Kind::TimedOut | Kind::Garbled)
                    }
                };
                Event::Probed { call, good }
            }
            Command::Commit { .. } | Command::End(_) => return None,
        })
    }

    /// Hides messages for so many seconds from now: of which it certainly happened.
    async fn hide(&self, handles: Vec<ReceiptHandle>, seconds: u32) -> Vec<bool> {
        let mut hidden = vec![false; handles.len()];
        let pairs: Vec<(ReceiptHandle, u32)> = handles.into_iter().map(|handle| (handle, seconds)).collect();
        if let Ok(answer) = self.sqs.change_visibility_batch(&self.source, &pairs).await {
            for (at, ()) in answer.value.succeeded {
                if let Some(entry) = hidden.get_mut(at) {
                    *entry = true;
                }
            }
        }
        hidden
    }
}

fn why_not_received(error: SqsError) -> Failed {
    match error.kind {
        // Where nothing was reached, nothing was received: as harmless as being throttled, and as likely to pass.
        Kind::Throttled | Kind::OverLimit | Kind::Unreachable => Failed::Throttled,
        Kind::Credentials => Failed::Credentials,
        Kind::Upstream | Kind::TimedOut | Kind::Garbled => Failed::Unknown,
        _ => Failed::Refused(error.code),
    }
}

/// What came of each entry of a send.
fn sent(count: usize, answer: SqsResult<BatchOutcome<Sent>>) -> Vec<SendOutcome> {
    let outcome = match answer {
        Ok(answer) => answer.value,
        Err(error) => return vec![of_call(error, count); count],
    };
    let mut entries = vec![SendOutcome::Unknown; count];
    let succeeded = outcome.succeeded.into_iter();
    let succeeded = succeeded.map(|(at, sent)| (at, SendOutcome::Accepted { copy: sent.id, intact: true }));
    let failed = outcome.failed.into_iter().map(|entry| {
        let kind = kind_of_entry(&entry);
        let came = match (kind, entry.made) {
            (Kind::Garbled, Some(copy)) if entry.code.as_str() == MD5_MISMATCH => {
                SendOutcome::Accepted { copy, intact: false }
            }
            (Kind::Garbled, _) => SendOutcome::Unknown,
            // SQS says of this entry that it failed: what a whole call leaves open, an entry does not.
            (Kind::Throttled | Kind::OverLimit | Kind::Upstream, _) => SendOutcome::Later(entry.code),
            (Kind::Credentials, _) => SendOutcome::Credentials,
            (Kind::AccessDenied | Kind::Kms | Kind::NoSuchQueue | Kind::Unsupported, _) => {
                SendOutcome::QueueRefused(entry.code)
            }
            _ if !entry.sender_fault => SendOutcome::Later(entry.code),
            _ => SendOutcome::MessageRefused(entry.code),
        };
        (entry.index, came)
    });
    for (at, came) in succeeded.chain(failed) {
        if let Some(entry) = entries.get_mut(at) {
            *entry = came;
        }
    }
    entries
}

/// What a send that failed as a whole means for each of its entries.
fn of_call(error: SqsError, count: usize) -> SendOutcome {
    match error.kind {
        Kind::Throttled | Kind::OverLimit | Kind::Unreachable => SendOutcome::Later(error.code),
        Kind::Credentials => SendOutcome::Credentials,
        Kind::Upstream | Kind::TimedOut | Kind::Garbled => SendOutcome::Unknown,
        Kind::Rejected if count == 1 => SendOutcome::MessageRefused(error.code),
        // One message must not condemn the nine beside it: somebody has to see this.
        _ => SendOutcome::QueueRefused(error.code),
    }
}

/// What came of each entry of a delete.
fn deleted(count: usize, answer: SqsResult<BatchOutcome<()>>) -> Vec<DeleteOutcome> {
    let outcome = match answer {
        Ok(answer) => answer.value,
        Err(error) => {
            let came = match error.kind {
                Kind::Credentials => DeleteOutcome::Credentials,
                Kind::ReceiptHandle => DeleteOutcome::Stale,
                Kind::AccessDenied | Kind::Kms | Kind::NoSuchQueue | Kind::Unsupported => {
                    DeleteOutcome::Refused(error.code)
                }
                _ => DeleteOutcome::Again,
            };
            return vec![came; count];
        }
    };
    let mut entries = vec![DeleteOutcome::Again; count];
    let succeeded = outcome.succeeded.into_iter().map(|(at, ())| (at, DeleteOutcome::Deleted));
    let failed = outcome.failed.into_iter().map(|entry| {
        let came = match kind_of_entry(&entry) {
            Kind::Credentials => DeleteOutcome::Credentials,
            Kind::AccessDenied | Kind::Kms => DeleteOutcome::Refused(entry.code),
            Kind::Throttled | Kind::OverLimit | Kind::Upstream | Kind::Garbled => DeleteOutcome::Again,
            // SQS has several words for a handle that is not good any more; what it finds wrong with a request of ours is that.
            _ if entry.sender_fault => DeleteOutcome::Stale,
            _ => DeleteOutcome::Again,
        };
        (entry.index, came)
    });
    for (at, came) in succeeded.chain(failed) {
        if let Some(entry) = entries.get_mut(at) {
            *entry = came;
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MessageId;
    use crate::model::message::EntryFailure;
    use crate::server::sqs::Answer;

    fn failure(index: usize, code: &str, sender_fault: bool) -> EntryFailure {
        EntryFailure { index, code: Code::new(code), sender_fault, made: None }
    }

    fn error(kind: Kind) -> SqsError {
        SqsError { kind, operation: "SendMessageBatch", code: Code::new("X"), request_id: None }
    }

    #[test]
    fn each_entry_has_its_own_outcome_and_what_is_not_said_is_unknown() {
        let accepted = Sent { id: MessageId::new("copy"), md5_of_body: String::new(), sequence_number: None };
        let damaged = EntryFailure { made: Some(MessageId::new("odd")), ..failure(1, MD5_MISMATCH, false) };
        let failed = vec![
            damaged,
            failure(2, "InternalError", false),
            failure(3, "InvalidMessageContents", true),
            failure(4, "AccessDenied", true),
            failure(5, "NoAnswer", false),
            failure(6, "KmsThrottled", true),
        ];
        let outcome = BatchOutcome { succeeded: vec![(0, accepted)], failed };
        let entries = sent(8, Ok(Answer { value: outcome, request_id: None }));
        assert_eq!(
            entries,
            [
                SendOutcome::Accepted { copy: MessageId::new("copy"), intact: true },
                SendOutcome::Accepted { copy: MessageId::new("odd"), intact: false },
                SendOutcome::Later(Code::new("InternalError")),
                SendOutcome::MessageRefused(Code::new("InvalidMessageContents")),
                SendOutcome::QueueRefused(Code::new("AccessDenied")),
                SendOutcome::Unknown,
                SendOutcome::Later(Code::new("KmsThrottled")),
                SendOutcome::Unknown,
            ]
        );
    }

    #[test]
    fn a_call_that_failed_is_a_no_only_where_it_certainly_is() {
        let of = |kind, count| sent(count, Err(error(kind))).remove(0);
        let code = || Code::new("X");
        for kind in [Kind::Upstream, Kind::TimedOut, Kind::Garbled] {
            assert_eq!(of(kind, 1), SendOutcome::Unknown, "{kind:?}");
        }
        for kind in [Kind::Throttled, Kind::Unreachable, Kind::OverLimit] {
            assert_eq!(of(kind, 10), SendOutcome::Later(code()), "{kind:?}");
        }
        assert_eq!(of(Kind::Rejected, 1), SendOutcome::MessageRefused(code()));
        assert_eq!(of(Kind::Rejected, 2), SendOutcome::QueueRefused(code()), "nobody knows which of them");
        assert_eq!(of(Kind::Credentials, 2), SendOutcome::Credentials);
    }

    #[test]
    fn a_delete_is_only_taken_for_done_where_sqs_says_so() {
        let failed = vec![failure(1, "ReceiptHandleIsInvalid", true), failure(2, "InternalError", false)];
        let outcome = BatchOutcome { succeeded: vec![(0, ())], failed };
        let entries = deleted(4, Ok(Answer { value: outcome, request_id: None }));
        assert_eq!(entries, [DeleteOutcome::Deleted, DeleteOutcome::Stale, DeleteOutcome::Again, DeleteOutcome::Again]);
        assert_eq!(deleted(1, Err(error(Kind::TimedOut))), [DeleteOutcome::Again]);
        assert_eq!(deleted(1, Err(error(Kind::AccessDenied))), [DeleteOutcome::Refused(Code::new("X"))]);
    }
}
