//! Where the local SQS may be told to do what SQS does only at its worst. Nothing here happens by itself: a dial asks for
//! it, and the effect log names what was done, so that an oracle can tell it from a fault.
//!
//! * Developer guide, "Amazon SQS at-least-once delivery": a server that holds a copy of a message may be unavailable
//!   when the message is received or deleted, and the message is then delivered again. [`reveal`] and [`delete_undone`]
//!   are these two.
//! * [`note_repeated`] only writes down what the shell does to an answer.

use std::collections::BTreeMap;

use super::effects::Kind;
use super::ids::Receipt;
use super::ops::{Request, Response};
use super::shelf::{Held, Key, Place};
use super::{ApiError, Millis, State};

/// When a deleted message is there again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undo {
    /// At once, as if the delete had never come: in flight until its visibility timeout ends, good for its handle.
    AtOnce,
    /// Visible after so many milliseconds.
    After(Millis),
}

/// A message that will be there again.
#[derive(Clone, Debug)]
pub struct Owed {
    due: Millis,
    queue: String,
    key: Key,
    held: Held,
}

impl Owed {
    /// Whether it comes back into this queue.
    pub fn is_of(&self, queue: &str) -> bool {
        self.queue == queue
    }
}

/// Applies a delete, and lets what it deletes come back. `handles` are the receipt handles in the request.
///
/// The answer is that of the delete. A message does not come back into a queue that is gone by then, and one that is
/// still to come does not survive a restart.
pub fn delete_undone(
    state: &mut State,
    now: Millis,
    request: Request,
    handles: &[String],
    undo: Undo,
) -> Result<Response, ApiError> {
    let now = state.advance(now);
    // Several handles may be of one message, which comes back once.
    let before: BTreeMap<_, _> = handles.iter().filter_map(|handle| held(state, handle)).collect();
    let response = super::apply(state, now, request)?;
    for (key, (queue, held)) in before {
        // A stale handle deletes nothing.
        if state.queues.get(&queue).is_none_or(|queue| queue.shelf.get(key).is_some()) {
            continue;
        }
        match undo {
            Undo::AtOnce => restore(state, now, Owed { due: now, queue, key, held }),
            Undo::After(millis) => {
                let mut owed = Owed { due: now.saturating_add(millis), queue, key, held };
                owed.held.place = Place::Visible;
                state.owed.push(owed);
            }
        }
    }
    Ok(response)
}

fn held(state: &State, handle: &str) -> Option<(Key, (String, Held))> {
    let receipt = Receipt::decode(handle)?;
    let held = state.queues.get(&receipt.queue)?.shelf.get(receipt.key)?.clone();
    Some((receipt.key, (receipt.queue, held)))
}

/// Lets those come back whose time has come.
pub fn pay(state: &mut State, now: Millis) {
    let (due, later) = std::mem::take(&mut state.owed).into_iter().partition::<Vec<_>, _>(|owed| owed.due <= now);
    state.owed = later;
    for owed in due {
        restore(state, now, owed);
    }
}

/// When the next one of a queue comes back.
pub fn next_due(state: &State, queue: &str) -> Option<Millis> {
    state.owed.iter().filter(|owed| owed.is_of(queue)).map(|owed| owed.due).min()
}

fn restore(state: &mut State, now: Millis, owed: Owed) {
    let Some(queue) = state.queues.get_mut(&owed.queue) else {
        return;
    };
    let id = owed.held.message.id.clone();
    let standing = owed.held.standing();
    queue.shelf.restore(owed.key, owed.held.message, standing);
    state.effects.note(now, Kind::Restored, &owed.queue, &id);
    state.stir(&owed.queue);
}

/// Makes messages in flight visible, at most `most`, the oldest first, so that the next receive hands them out although
/// another receiver has them. Nothing on a FIFO queue, which promises that this does not happen.
pub fn reveal(state: &mut State, now: Millis, url: &str, most: usize) {
    let now = state.advance(now);
    let Ok((name, queue)) = state.reach(url, now) else {
        return;
    };
    if queue.settings.fifo {
        return;
    }
    let mut revealed = Vec::new();
    for key in queue.shelf.listing().in_flight.into_iter().take(most) {
        queue.shelf.hide(key, now, now);
        revealed.extend(queue.shelf.get(key).map(|held| held.message.id.clone()));
    }
    for id in revealed {
        state.effects.note(now, Kind::Revealed, &name, &id);
    }
    state.stir(&name);
}

/// Notes that an answer hands out messages twice.
pub fn note_repeated<'a>(state: &mut State, now: Millis, url: &str, message_ids: impl IntoIterator<Item = &'a str>) {
    let now = state.advance(now);
    if let Ok(name) = state.named_by_url(url) {
        for id in message_ids {
            state.effects.note(now, Kind::Repeated, &name, id);
        }
    }
}
