//! The pure core: state × request × time → state × response. No I/O, no clock, no tokio; time is a parameter, in epoch
//! milliseconds, and randomness is a seed in the state.

mod access_policy;
mod attempts;
mod decode;
mod dedup;
mod deviations;
mod effects;
mod error;
mod groups;
mod ids;
mod journal;
mod message;
mod moves;
mod ops;
mod peek;
mod policies;
mod queues;
mod resting;
mod settings;
mod shelf;
mod state;
mod system_attributes;
mod tenants;
#[cfg(test)]
mod tests;

pub use dedup::Accepted;
pub use deviations::{Undo, delete_undone, note_repeated, reveal};
pub use effects::{Effect, Kind};
pub use error::ApiError;
pub use ids::mix;
pub use journal::{Change, Changes, Marks, Standing};
pub use message::Message;
#[cfg(test)]
pub use message::md5_hex;
pub use ops::{NAMES, Request, Response};
pub use peek::{Of, Peeked, Show, peek};
pub use shelf::{LastReceive, Place};
pub use state::State;

/// A point in time or a duration, in milliseconds; points count from the epoch.
pub type Millis = u64;

/// Answers one request: the only way into the state besides [`State::advance`].
///
/// Time never runs backwards: a `now` before the latest one counts as the latest one. A receive that finds nothing
/// answers nothing; waiting for a message is the caller's part (see [`State::receive_wait`]).
pub fn apply(state: &mut State, now: Millis, request: Request) -> Result<Response, ApiError> {
    let now = state.advance(now);
    state.effects.begin_request();
    let answer = request.apply(state, now);
    state.effects.end_request();
    answer
}
