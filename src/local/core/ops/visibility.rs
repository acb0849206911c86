//! ChangeMessageVisibility, ChangeMessageVisibilityBatch.

use super::batch::{self, Id, Results};
use super::{Done, Operation};
use crate::local::core::decode::Members;
use crate::local::core::effects::Kind;
use crate::local::core::shelf::Place;
use crate::local::core::{ApiError, Millis, State};

/// The longest visibility timeout, counted from the receive, in seconds.
const LONGEST: u64 = 43_200;

/// Hides a received message for another time, counted from now; 0 releases it.
#[derive(Debug)]
pub struct ChangeMessageVisibility {
    queue_url: String,
    change: Change,
}

#[derive(Debug)]
struct Change {
    handle: String,
    timeout: i64,
}

impl Change {
    fn decode(members: &mut Members) -> Result<Self, ApiError> {
        Ok(Self {
            handle: members.required("ReceiptHandle")?,
            timeout: members.number("VisibilityTimeout")?.ok_or_else(|| ApiError::missing("VisibilityTimeout"))?,
        })
    }
}

impl Operation for ChangeMessageVisibility {
    type Output = Done;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        Ok(Self { queue_url: members.required("QueueUrl")?, change: Change::decode(&mut members)? })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Done, ApiError> {
        let (name, _) = state.reach(&self.queue_url, now)?;
        change(state, now, &name, &self.change).map(|()| Done {})
    }
}

/// Changes up to ten messages; each may fail by itself.
#[derive(Debug)]
pub struct ChangeMessageVisibilityBatch {
    queue_url: String,
    entries: batch::Entries<Change>,
}

impl Operation for ChangeMessageVisibilityBatch {
    type Output = Results<Id>;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        let queue_url = members.required("QueueUrl")?;
        let entries = batch::entries(&mut members, "ChangeMessageVisibilityBatchRequestEntry")?;
        Ok(Self { queue_url, entries: batch::each(entries, Change::decode)? })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Self::Output, ApiError> {
        let (name, _) = state.reach(&self.queue_url, now)?;
        Ok(Results::of(self.entries, |id, entry| change(state, now, &name, &entry?).map(|()| Id { id: id.to_owned() })))
    }
}

/// API reference, "ChangeMessageVisibility": 0 to 43,200 seconds from now, at most 12 hours from the receive; refused,
/// not cut.
///
/// As recorded from SQS, a standard queue takes any handle of a message, also an older one, and one whose time has run
/// out changes nothing and is no error. What was released on purpose is not in flight. A FIFO queue takes only the newest
/// handle, while it hides its message.
fn change(state: &mut State, now: Millis, name: &str, change: &Change) -> Result<(), ApiError> {
    let timeout = u64::try_from(change.timeout).ok().filter(|timeout| *timeout <= LONGEST).ok_or_else(|| {
        let reason = format!("Must be >= 0 and <= {LONGEST}, if provided.");
        ApiError::invalid_value(change.timeout, "VisibilityTimeout", &reason)
    })?;
    let receipt = super::delete::receipt(name, &change.handle)?;
    let Some(queue) = state.queues.get_mut(name) else {
        return Err(ApiError::no_queue());
    };
    let unavailable = || {
        let reason = "Message does not exist or is not available for visibility timeout change.";
        ApiError::invalid_value(&change.handle, "ReceiptHandle", reason)
    };
    let held = queue.shelf.get(receipt.key).ok_or_else(unavailable)?;
    let last = held.receive.ok_or_else(unavailable)?;
    let in_flight = matches!(held.place, Place::InFlight(_));
    if queue.settings.fifo && (!in_flight || last.serial != receipt.serial) {
        return Err(unavailable());
    }
    if !in_flight {
        return if last.is_released() {
            Err(ApiError::named("MessageNotInflight", "The specified message isn't in flight."))
        } else {
            Ok(())
        };
    }
    let until = now + timeout * 1000;
    if until > last.at + LONGEST * 1000 {
        let reason = format!("Total VisibilityTimeout for the message is beyond the limit [{LONGEST} seconds].");
        return Err(ApiError::invalid_value(timeout, "VisibilityTimeout", &reason));
    }
    let id = held.message.id.clone();
    queue.shelf.hide(receipt.key, now, until);
    state.effects.hidden(now, Kind::Hidden, name, &id, until).receipt(receipt.serial);
    if until < last.until {
        // Who waits has counted on the later time.
        state.stir(name);
    }
    Ok(())
}
