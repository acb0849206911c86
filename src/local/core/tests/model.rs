//! A model of queues that is too simple to be wrong: lists of messages, walked from end to end. It is told what SQS
//! answered, says whether SQS may answer that, and knows what must be true afterwards.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::Millis;
use super::super::effects::{Effect, Kind};

/// The longest visibility timeout, from the receive.
const TWELVE_HOURS: Millis = 43_200_000;
const FIVE_MINUTES: Millis = 300_000;

/// Something that must not be.
pub type Wrong = String;

#[derive(Clone, Debug)]
pub struct Message {
    pub id: String,
    group: Option<String>,
    enqueued: Millis,
    hidden: Option<Millis>,
    delayed: bool,
    /// Receives in this queue, and in all.
    here: u32,
    pub receives: u32,
    last: Option<Last>,
}

/// The newest receive of a message.
#[derive(Clone, Debug)]
struct Last {
    handle: String,
    at: Millis,
    until: Millis,
}

#[derive(Clone, Debug, Default)]
pub struct Queue {
    /// In the order of arrival.
    pub messages: Vec<Message>,
    /// The dead-letter queue and the receives that it takes.
    pub policy: Option<(String, u32)>,
    pub retention: Millis,
    attempts: BTreeMap<String, Attempt>,
}

#[derive(Clone, Debug)]
struct Attempt {
    at: Millis,
    until: Millis,
    receives: Vec<(String, String)>,
}

/// What a receive with an attempt id must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    Fresh,
    /// These handles, in this order.
    Same(Vec<String>),
    Refused,
}

#[derive(Debug, Default)]
pub struct Model {
    pub queues: BTreeMap<String, Queue>,
    pub gone: BTreeSet<String>,
}

impl Message {
    fn is_visible(&self, now: Millis) -> bool {
        self.hidden.is_none_or(|until| until <= now)
    }
}

impl Queue {
    fn find(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.id == id)
    }

    /// Whether a message could be received: it is visible, and no message of its group stands before it.
    fn is_first(&self, place: usize, now: Millis, fifo: bool) -> bool {
        let message = &self.messages[place];
        let before = || self.messages[..place].iter().any(|earlier| earlier.group == message.group);
        message.is_visible(now) && !(fifo && before())
    }

    /// Visible, in flight, delayed.
    pub fn counts(&self, now: Millis) -> [usize; 3] {
        let mut counts = [0; 3];
        for message in &self.messages {
            counts[if message.is_visible(now) { 0 } else { 1 + usize::from(message.delayed) }] += 1;
        }
        counts
    }
}

impl Model {
    pub fn send(&mut self, queue: &str, id: &str, group: Option<String>, now: Millis, delay: Millis) {
        let message = Message {
            id: id.to_owned(),
            group,
            enqueued: now,
            hidden: Some(now + delay),
            delayed: true,
            here: 0,
            receives: 0,
            last: None,
        };
        self.queues.get_mut(queue).unwrap().messages.push(message);
    }

    /// Forgets what is too old by now.
    pub fn expire(&mut self, now: Millis) {
        for queue in self.queues.values_mut() {
            let retention = queue.retention;
            let (kept, gone) = queue.messages.drain(..).partition(|message| message.enqueued + retention > now);
            queue.messages = kept;
            self.gone.extend(gone.into_iter().map(|message| message.id));
        }
    }

    pub fn purge(&mut self, queue: &str) {
        let queue = self.queues.get_mut(queue).unwrap();
        self.gone.extend(queue.messages.drain(..).map(|message| message.id));
        queue.attempts.clear();
    }

    /// A message went from one queue to another, by a receive or by a task.
    pub fn moved(&mut self, effect: &Effect) -> Result<(), Wrong> {
        assert_eq!(effect.effect, Kind::Moved);
        let (from, to, now) = (&effect.queue, effect.to.as_ref().unwrap(), effect.at);
        let fifo = from.ends_with(".fifo");
        let source = self.queues.get_mut(from).unwrap();
        let Some(place) = source.messages.iter().position(|message| message.id == effect.message_id) else {
            return Err(format!("{} was moved and is not in {from}", effect.message_id));
        };
        if !source.is_first(place, now, fifo) {
            return Err(format!("{} was moved and could not be received", effect.message_id));
        }
        let mut message = source.messages.remove(place);
        if let Some(id) = &effect.new_message_id {
            self.gone.insert(message.id);
            message = Message { id: id.clone(), receives: 0, enqueued: now, ..message };
        } else {
            let (target, most) = source.policy.as_ref().ok_or("given up without a policy")?;
            if target != to || message.here < *most {
                return Err(format!("{} was given up after {} receives to {to}", message.id, message.here));
            }
            if fifo {
                message.enqueued = now;
            }
        }
        self.queues.get_mut(to).unwrap().messages.push(Message { here: 0, hidden: None, last: None, ..message });
        Ok(())
    }

    /// What a receive with an attempt id must do.
    pub fn expect(&mut self, queue: &str, attempt: &str, now: Millis) -> Expected {
        let queue = &self.queues[queue];
        let Some(known) = queue.attempts.get(attempt).filter(|known| now < known.at + FIVE_MINUTES) else {
            return Expected::Fresh;
        };
        let untouched = |(id, handle): &(String, String)| {
            let last =
                queue.messages.iter().find(|message| message.id == *id).and_then(|message| message.last.as_ref());
            last.is_some_and(|last| last.handle == *handle && last.until == known.until)
        };
        if !known.receives.iter().all(untouched) {
            Expected::Refused
        } else if known.until <= now {
            Expected::Fresh
        } else {
            Expected::Same(known.receives.iter().map(|(_, handle)| handle.clone()).collect())
        }
    }

    /// The same receive once more, which hides its messages anew.
    pub fn repeated(&mut self, queue: &str, attempt: &str, now: Millis, until: Millis) {
        let queue = self.queues.get_mut(queue).unwrap();
        let mut known = queue.attempts.remove(attempt).unwrap();
        known.until = if until > now { until } else { known.at };
        for (id, _) in &known.receives {
            let message = queue.find(id).unwrap();
            message.hidden = Some(until);
            message.last.as_mut().unwrap().until = known.until;
        }
        queue.attempts.insert(attempt.to_owned(), known);
    }

    /// These messages were received; at most `most` were asked for.
    pub fn received(
        &mut self,
        name: &str,
        got: &[Value],
        (most, attempt): (usize, Option<&str>),
        now: Millis,
        until: Millis,
    ) -> Result<(), Wrong> {
        let fifo = name.ends_with(".fifo");
        let queue = self.queues.get_mut(name).unwrap();
        let mut left = queue.clone();
        let mut groups = BTreeSet::new();
        for message in got {
            let (id, handle) = (text(&message["MessageId"]), text(&message["ReceiptHandle"]));
            if self.gone.contains(&id) {
                return Err(format!("{id} is gone and was delivered"));
            }
            let Some(place) = left.messages.iter().position(|message| message.id == id) else {
                return Err(format!("{id} was delivered and is not in {name}, or was delivered twice"));
            };
            if !left.is_first(place, now, fifo) {
                return Err(format!("{id} was delivered, hidden or before an earlier one of its group"));
            }
            groups.insert(left.messages.remove(place).group);
            let most = queue.policy.as_ref().map_or(u32::MAX, |(_, most)| *most);
            let Some(known) = queue.find(&id).filter(|known| known.here < most) else {
                return Err(format!("{id} was delivered too often"));
            };
            known.here += 1;
            known.receives += 1;
            if message["Attributes"]["ApproximateReceiveCount"] != known.receives.to_string().as_str() {
                return Err(format!("{id} was received {} times, not as in {message}", known.receives));
            }
            known.hidden = Some(until);
            known.delayed = false;
            known.last = Some(Last { handle, at: now, until });
        }
        if let Some(attempt) = attempt.filter(|_| !got.is_empty()) {
            let receives = got.iter().map(|got| (text(&got["MessageId"]), text(&got["ReceiptHandle"]))).collect();
            queue.attempts.insert(attempt.to_owned(), Attempt { at: now, until, receives });
        }
        // What was just handed out still holds back its group; everything else that is ready should have come.
        let blocked = |place: usize| fifo && groups.contains(&left.messages[place].group);
        let ready = |place: usize| left.is_first(place, now, fifo) && !blocked(place);
        match (0..left.messages.len()).find(|&place| got.len() < most && ready(place)) {
            Some(place) => Err(format!("{} was not delivered", left.messages[place].id)),
            None => Ok(()),
        }
    }

    /// What a deletion must answer; does it.
    pub fn delete(&mut self, name: &str, id: &str, handle: &str, now: Millis) -> bool {
        let queue = self.queues.get_mut(name).unwrap();
        let Some(place) = queue.messages.iter().position(|message| message.id == id) else {
            return true;
        };
        let last = queue.messages[place].last.as_ref().filter(|last| last.handle == handle);
        if name.ends_with(".fifo") && last.is_none_or(|last| last.until <= now && last.at < now) {
            return false;
        }
        if last.is_some() {
            self.gone.insert(queue.messages.remove(place).id);
        }
        true
    }

    /// What a change of visibility must answer; does it.
    pub fn hide(&mut self, name: &str, id: &str, handle: &str, now: Millis, timeout: Millis) -> bool {
        let queue = self.queues.get_mut(name).unwrap();
        let Some(message) = queue.find(id) else {
            return false;
        };
        let visible = message.is_visible(now);
        let Some(last) = message.last.as_mut() else {
            return false;
        };
        if name.ends_with(".fifo") && (visible || last.handle != handle) {
            return false;
        }
        if visible {
            return last.until > last.at;
        }
        if now + timeout > last.at + TWELVE_HOURS {
            return false;
        }
        last.until = if timeout > 0 { now + timeout } else { last.at };
        message.hidden = Some(now + timeout);
        true
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
