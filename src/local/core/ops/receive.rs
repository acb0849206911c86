//! ReceiveMessage: what is delivered, and the move to a dead-letter queue that a receive causes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Operation;
use crate::local::core::attempts::Repeat;
use crate::local::core::decode::Members;
use crate::local::core::effects::Kind;
use crate::local::core::ids::Receipt;
use crate::local::core::message::{Message, ShownAttribute, md5_of_attributes};
use crate::local::core::shelf::{Key, LastReceive};
use crate::local::core::state::sequence_number;
use crate::local::core::{ApiError, Millis, State, system_attributes};

/// The parameter that makes a receive repeatable.
const ATTEMPT: &str = "ReceiveRequestAttemptId";
/// The longest attempt id.
const ATTEMPT_LENGTH: usize = 128;

/// Hands out messages and hides them. Whoever waits does it again and again.
#[derive(Clone, Debug)]
pub struct ReceiveMessage {
    /// The queue.
    pub queue_url: String,
    /// Seconds to wait for a message, if the request says so.
    pub wait: Option<u64>,
    most: usize,
    visibility: Option<u64>,
    system: Vec<String>,
    attributes: Vec<String>,
    attempt: Option<String>,
}

/// What a receiver gets.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Received {
    /// The messages; none is no error.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Shown>,
}

/// A message as a receiver sees it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Shown {
    message_id: String,
    receipt_handle: String,
    #[serde(rename = "MD5OfBody")]
    md5: String,
    body: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'static str, String>,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    md5_of_attributes: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    message_attributes: BTreeMap<String, ShownAttribute>,
}

impl Operation for ReceiveMessage {
    type Output = Received;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        let queue_url = members.required("QueueUrl")?;
        let most = members.number("MaxNumberOfMessages")?.unwrap_or(1);
        let within = |parameter: &str, value: i64, greatest: i64| {
            u64::try_from(value).ok().filter(|_| value <= greatest).ok_or_else(|| {
                ApiError::invalid_value(value, parameter, &format!("Must be >= 0 and <= {greatest}, if provided."))
            })
        };
        if !(1..=10).contains(&most) {
            let reason = "Must be between 1 and 10, if provided.";
            return Err(ApiError::invalid_value(most, "MaxNumberOfMessages", reason));
        }
        let wait = members.number("WaitTimeSeconds")?.map(|wait| within("WaitTimeSeconds", wait, 20)).transpose()?;
        let visibility = members
            .number("VisibilityTimeout")?
            .map(|visibility| within("VisibilityTimeout", visibility, 43_200))
            .transpose()?;
        let mut system = members.texts("MessageSystemAttributeNames")?;
        system.append(&mut members.texts("AttributeNames")?);
        let known = |name: &str| name == "All" || name == NO_VALUE || system_attributes::NAMES.contains(&name);
        if let Some(unknown) = system.iter().find(|name| !known(name)) {
            return Err(ApiError::attribute_name(unknown));
        }
        Ok(Self {
            queue_url,
            wait,
            most: usize::try_from(most).unwrap_or(1),
            visibility,
            system,
            attributes: members.texts("MessageAttributeNames")?,
            attempt: members.text(ATTEMPT)?,
        })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Received, ApiError> {
        let (name, queue) = state.reach(&self.queue_url, now)?;
        if let Some(attempt) = &self.attempt {
            check_attempt(attempt, queue.settings.fifo)?;
        }
        let until = now + self.visibility.unwrap_or(queue.settings.visibility) * 1000;
        let (fifo, waits) = (queue.settings.fifo, self.wait.unwrap_or(queue.settings.wait) > 0);
        if let Some(keys) = self.repeat(state, &name, now, until)? {
            return Ok(self.received(state, &name, keys));
        }
        let in_flight = state.counts(&name).in_flight;
        if in_flight >= state.in_flight_limit && !fifo && !waits {
            return Err(ApiError::named("OverLimit", TOO_MANY));
        }
        let most = self.most.min(state.in_flight_limit.saturating_sub(in_flight));
        let keys = self.take(state, &name, now, until, most);
        Ok(self.received(state, &name, keys))
    }
}

/// The sentence of `OverLimit`.
const TOO_MANY: &str = "Too many messages have been received without being deleted. Please delete your received messages or let them timeout before receiving more.";

/// API reference, "ReceiveMessage": an attempt id is for FIFO queues, of 1 to 128 letters, digits and punctuation.
fn check_attempt(attempt: &str, fifo: bool) -> Result<(), ApiError> {
    let refused = |reason: &str| Err(ApiError::invalid_value(attempt, ATTEMPT, reason));
    let good = (1..=ATTEMPT_LENGTH).contains(&attempt.len()) && attempt.bytes().all(|b| b.is_ascii_graphic());
    match (fifo, good) {
        (false, _) => refused("The request include parameter that is not valid for this queue type."),
        (true, false) => refused(
            "ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to 128 in length.",
        ),
        (true, true) => Ok(()),
    }
}

impl ReceiveMessage {
    /// The same messages again, if this attempt was made before.
    ///
    /// Errors: `InvalidParameterValue` if something has happened to them since.
    fn repeat(&self, state: &mut State, name: &str, now: Millis, until: Millis) -> Result<Option<Vec<Key>>, ApiError> {
        let (Some(attempt), Some(queue)) = (&self.attempt, state.queues.get_mut(name)) else {
            return Ok(None);
        };
        let keys = match queue.attempts.repeat(attempt, now, until, &queue.shelf) {
            Repeat::No => return Ok(None),
            Repeat::Of(keys) => keys,
            Repeat::Spoiled => {
                let reason =
                    "The receiveRequestAttemptId is not valid anymore since the receive call is not retryable.";
                return Err(ApiError::invalid_value(attempt, ATTEMPT, reason));
            }
        };
        // Who waits has counted on another time.
        state.stir(name);
        let Some(queue) = state.queues.get_mut(name) else {
            return Ok(None);
        };
        for &key in &keys {
            queue.shelf.hide(key, now, until);
            if let Some(held) = queue.shelf.get(key) {
                state.effects.hidden(now, Kind::Hidden, name, &held.message.id, until);
            }
        }
        Ok(Some(keys))
    }

    /// Takes the next messages. One that was received as often as its queue allows is moved away instead.
    fn take(&self, state: &mut State, name: &str, now: Millis, until: Millis, most: usize) -> Vec<Key> {
        let policy = dead_letter_queue(state, name);
        let mut taken = Vec::new();
        let mut receives = Vec::new();
        while taken.len() < most {
            let Some(queue) = state.queues.get(name) else {
                break;
            };
            let next = queue.shelf.next(most - taken.len());
            if next.is_empty() {
                break;
            }
            let mut moved = false;
            for key in next {
                let Some(queue) = state.queues.get_mut(name) else {
                    break;
                };
                let so_far = queue.shelf.get(key).map_or(0, |held| held.message.receives_here());
                if let Some((target, most)) = &policy
                    && so_far >= *most
                {
                    if let Some(message) = queue.shelf.remove(key) {
                        give_up(state, now, name, target, message);
                    }
                    moved = true;
                    continue;
                }
                let serial = state.next_serial();
                let Some(queue) = state.queues.get_mut(name) else {
                    break;
                };
                if let Some(held) = queue.shelf.receive(key, LastReceive { serial, at: now, until }) {
                    let noted = state.effects.hidden(now, Kind::Received, name, &held.message.id, until);
                    noted.receipt(serial).receives(held.message.receives);
                    taken.push(key);
                    receives.push((key, serial));
                }
            }
            if !moved {
                break;
            }
        }
        if until <= now {
            // Visible again at once, so others who wait may have it.
            state.stir(name);
        }
        if let (Some(attempt), Some(queue), false) = (&self.attempt, state.queues.get_mut(name), taken.is_empty()) {
            queue.attempts.remember(attempt, now, until, receives);
        }
        taken
    }

    fn received(&self, state: &State, name: &str, keys: Vec<Key>) -> Received {
        Received { messages: keys.into_iter().filter_map(|key| self.show(state, name, key)).collect() }
    }

    fn show(&self, state: &State, name: &str, key: Key) -> Option<Shown> {
        let queue = state.queues.get(name)?;
        let held = queue.shelf.get(key)?;
        let message = &held.message;
        let wanted = |attribute: &str| self.attributes.iter().any(|filter| matches(filter, attribute));
        let attributes: Vec<_> = message.attributes.iter().filter(|(name, _)| wanted(name)).collect();
        let all = self.system.iter().any(|name| name == "All");
        let sequence = queue.settings.fifo.then(|| sequence_number(key));
        Some(Shown {
            message_id: message.id.clone(),
            receipt_handle: Receipt { queue: name.to_owned(), key, serial: held.receive?.serial }.encode(),
            md5: message.md5.clone(),
            body: message.body.clone(),
            attributes: system_attributes::NAMES
                .iter()
                .filter(|name| all || self.system.iter().any(|wanted| wanted == *name))
                .filter_map(|name| Some((*name, system_attributes::value(name, message, sequence.as_deref())?)))
                .collect(),
            md5_of_attributes: md5_of_attributes(attributes.iter().copied()),
            message_attributes: attributes.iter().map(|(name, value)| ((*name).clone(), (*value).into())).collect(),
        })
    }
}

/// Whether a filter of message attributes lets one through: `All`, its name, or the beginning of its name before `*` or
/// `.*`, as recorded: `Hel.*` lets `Hello` through, and `.*` everything.
fn matches(filter: &str, attribute: &str) -> bool {
    match filter.strip_suffix('*') {
        Some(prefix) => attribute.starts_with(prefix.strip_suffix('.').unwrap_or(prefix)),
        None => filter == "All" || filter == attribute,
    }
}

/// A name that the API reference lists and that no message has a value for.
const NO_VALUE: &str = "SqsManagedSseEnabled";

/// Where a queue's failures go and after how many receives; `None` when there is no such queue (any more), when it does
/// not permit it (any more), or when it is the queue itself; and then messages stay.
fn dead_letter_queue(state: &State, name: &str) -> Option<(String, u32)> {
    let policy = state.queues.get(name)?.settings.redrive.as_ref()?;
    let target = state.named_by_arn(&policy.target).filter(|target| target != name)?;
    let allow = state.queues.get(&target)?.settings.allow.as_ref();
    allow.is_none_or(|allow| allow.permits(&state.arn(name))).then_some((target, policy.max_receives))
}

/// Moves a message to its dead-letter queue. It keeps its id, its content, its receive count and, on a standard queue,
/// the start of its retention (developer guide, "Configuring a dead-letter queue").
fn give_up(state: &mut State, now: Millis, from: &str, to: &str, mut message: Message) {
    message.dead_from = Some(state.arn(from));
    // That queue counts anew what it may give up itself; what a receiver sees goes on.
    message.receives_elsewhere = message.receives;
    if state.queues.get(to).is_some_and(|queue| queue.settings.fifo) {
        message.enqueued = now;
        message.dedup = Some(message.id.clone());
    }
    state.effects.moved(now, from, &message.id, to, &message.id);
    state.put(to, message, None);
    // In a FIFO queue the rest of the group moves up.
    state.stir(from);
}
