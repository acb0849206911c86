//! DeleteMessage, DeleteMessageBatch.

use super::batch::{self, Id, Results};
use super::{Done, Operation};
use crate::local::core::decode::Members;
use crate::local::core::effects::Kind;
use crate::local::core::ids::Receipt;
use crate::local::core::{ApiError, Millis, State};

/// Deletes one received message.
#[derive(Debug)]
pub struct DeleteMessage {
    queue_url: String,
    handle: String,
}

impl Operation for DeleteMessage {
    type Output = Done;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        Ok(Self { queue_url: members.required("QueueUrl")?, handle: members.required("ReceiptHandle")? })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Done, ApiError> {
        let (name, _) = state.reach(&self.queue_url, now)?;
        match delete(state, now, &name, &self.handle)? {
            Deletion::Done => Ok(Done {}),
            Deletion::Expired => {
                Err(ApiError::invalid_value(&self.handle, "ReceiptHandle", "The receipt handle has expired."))
            }
        }
    }
}

/// Deletes up to ten received messages; each may fail by itself.
#[derive(Debug)]
pub struct DeleteMessageBatch {
    queue_url: String,
    entries: batch::Entries<String>,
}

impl Operation for DeleteMessageBatch {
    type Output = Results<Id>;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        let queue_url = members.required("QueueUrl")?;
        let entries = batch::entries(&mut members, "DeleteMessageBatchRequestEntry")?;
        Ok(Self { queue_url, entries: batch::each(entries, |entry| entry.required("ReceiptHandle"))? })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Self::Output, ApiError> {
        let (name, _) = state.reach(&self.queue_url, now)?;
        Ok(Results::of(self.entries, |id, handle| match delete(state, now, &name, &handle?)? {
            Deletion::Done => Ok(Id { id: id.to_owned() }),
            // As SQS answers in a batch: another code than for a single message.
            Deletion::Expired => Err(ApiError::named("ReceiptHandleIsInvalid", "The receipt handle has expired")),
        }))
    }
}

/// What became of a deletion that was not refused outright.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deletion {
    /// The message is gone, or need not be.
    Done,
    /// The handle is too old for a FIFO queue.
    Expired,
}

/// What a handle of this queue stands for.
///
/// Errors: `ReceiptHandleIsInvalid` for what never was a handle, or is one of another queue.
pub fn receipt(name: &str, handle: &str) -> Result<Receipt, ApiError> {
    let invalid = |message: String| ApiError::named("ReceiptHandleIsInvalid", message);
    let receipt = Receipt::decode(handle)
        .ok_or_else(|| invalid(format!("The input receipt handle \"{handle}\" is not a valid receipt handle.")))?;
    if receipt.queue == name {
        Ok(receipt)
    } else {
        Err(invalid(format!("The receipt handle \"{handle}\" is not valid for this queue.")))
    }
}

/// API reference, "DeleteMessage": deleting twice is no error. On a standard queue only the newest handle deletes, even
/// after its visibility timeout; an older one succeeds and does nothing. On a FIFO queue a handle is good only until its
/// visibility timeout ends (developer guide, "Visibility timeout": for a timeout of 0 within the same millisecond).
fn delete(state: &mut State, now: Millis, name: &str, handle: &str) -> Result<Deletion, ApiError> {
    let receipt = receipt(name, handle)?;
    let Some(queue) = state.queues.get_mut(name) else {
        return Err(ApiError::no_queue());
    };
    let Some(held) = queue.shelf.get(receipt.key) else {
        return Ok(Deletion::Done);
    };
    let newest = held.receive.filter(|last| last.serial == receipt.serial);
    if queue.settings.fifo && newest.is_none_or(|last| last.until <= now && last.at < now) {
        return Ok(Deletion::Expired);
    }
    if newest.is_some()
        && let Some(message) = queue.shelf.remove(receipt.key)
    {
        state.effects.note(now, Kind::Deleted, name, &message.id).receipt(receipt.serial);
        // In a FIFO queue the rest of the group moves up.
        state.stir(name);
    }
    Ok(Deletion::Done)
}
