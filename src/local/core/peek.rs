//! A look at a queue's messages without receiving them: nothing is counted, hidden or written to the effect log.

use super::message::{ShownAttribute, md5_of_attributes};
use super::shelf::{Held, Key, Place};
use super::state::{Queue, sequence_number};
use super::system_attributes::{self, FIRST_RECEIVE};
use super::{ApiError, Millis, State};

/// Which messages a look shows besides those that the next receive could have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Show {
    /// Those in flight, and in a FIFO queue those that wait behind them.
    pub invisible: bool,
    /// Those sent with a delay that has not ended.
    pub delayed: bool,
    /// At most so many; `None` is all of them.
    pub most: Option<usize>,
}

/// A message as a look shows it. The names are those of a received message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peeked {
    /// Its id.
    pub message_id: String,
    /// MD5 of its body.
    pub md5: String,
    /// Its body.
    pub body: String,
    /// Its system attributes, by name; `IsVisible` and `IsDelayed` where the look was told to show such messages.
    pub attributes: Vec<(&'static str, String)>,
    /// MD5 of what the sender attached; `None` where that is nothing.
    pub md5_of_attributes: Option<String>,
    /// What the sender attached.
    pub message_attributes: Vec<(String, ShownAttribute)>,
}

/// Whose messages are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of<'a> {
    /// The queue of this URL.
    Url(&'a str),
    /// The queue of this ARN.
    Arn(&'a str),
}

/// Looks at the messages of a queue: first those in flight, then those that wait behind them, then in the order of
/// delivery those that can be received, then the delayed ones.
///
/// Time passes, as in any request, so messages whose retention has ended are gone and noted as expired.
///
/// Errors: `QueueDoesNotExist`; of a URL also `InvalidAddress`.
pub fn peek(state: &mut State, now: Millis, of: Of<'_>, show: Show) -> Result<Vec<Peeked>, ApiError> {
    let now = state.advance(now);
    let name = match of {
        Of::Url(url) => state.named_by_url(url)?,
        Of::Arn(arn) => state.named_by_arn(arn).ok_or_else(ApiError::no_queue)?,
    };
    state.settle(&name, now);
    let queue = state.queues.get(&name).ok_or_else(ApiError::no_queue)?;
    let most = show.most.unwrap_or(usize::MAX);
    let shown = if show.invisible || show.delayed {
        let listing = queue.shelf.listing();
        let hidden = listing.in_flight.into_iter().chain(listing.waiting).filter(|_| show.invisible);
        let delayed = listing.delayed.into_iter().filter(|_| show.delayed);
        hidden.chain(listing.next).chain(delayed).take(most).collect()
    } else {
        // Whoever wants the first does not pay for a long queue.
        queue.shelf.next(most)
    };
    let shown = shown.into_iter();
    Ok(shown.filter_map(|key| Some(seen(queue, key, queue.shelf.get(key)?, show))).collect())
}

fn seen(queue: &Queue, key: Key, held: &Held, show: Show) -> Peeked {
    let message = &held.message;
    let sequence = queue.settings.fifo.then(|| sequence_number(key));
    let shown = |name: &&'static str| match system_attributes::value(name, message, sequence.as_deref()) {
        // A look shows 0 where a receive, being one, never has to.
        None if *name == FIRST_RECEIVE => Some((*name, "0".to_owned())),
        value => Some((*name, value?)),
    };
    let mut attributes: Vec<_> = system_attributes::NAMES.iter().filter_map(shown).collect();
    if show.invisible {
        attributes.push(("IsVisible", (!matches!(held.place, Place::InFlight(_))).to_string()));
    }
    if show.delayed {
        attributes.push(("IsDelayed", matches!(held.place, Place::Delayed(_)).to_string()));
    }
    Peeked {
        message_id: message.id.clone(),
        md5: message.md5.clone(),
        body: message.body.clone(),
        attributes,
        md5_of_attributes: md5_of_attributes(&message.attributes),
        message_attributes: message.attributes.iter().map(|(name, value)| (name.clone(), value.into())).collect(),
    }
}
