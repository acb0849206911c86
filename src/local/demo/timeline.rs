//! What happened before the demo began: events in the order of time, told to the state as if they happened then. So the
//! messages have real ages, and dead letters took the real way: one receive too many.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::letter::Letter;
use super::queues::{self, Plan};
use crate::local::core::{ApiError, Request, State, apply};

/// The most messages of one receive.
const BATCH: usize = 10;

/// Something that happened.
#[derive(Clone, Debug)]
enum Event {
    Create(&'static Plan),
    Delete(&'static str),
    Send(&'static str, Letter),
    /// A consumer takes so many messages and works on them for so many seconds.
    Take(&'static str, usize, u64),
    /// A consumer takes all there is and fails on all of it.
    Fail(&'static str),
}

/// Events with their times, in epoch milliseconds.
#[derive(Clone, Debug, Default)]
pub(super) struct Timeline {
    events: Vec<(u64, Event)>,
}

impl Timeline {
    /// A queue is created.
    pub(super) fn create(&mut self, at: u64, plan: &'static Plan) {
        self.events.push((at, Event::Create(plan)));
    }

    /// A queue is deleted.
    pub(super) fn delete(&mut self, at: u64, queue: &'static str) {
        self.events.push((at, Event::Delete(queue)));
    }

    /// Messages are sent.
    pub(super) fn send(&mut self, queue: &'static str, letters: impl IntoIterator<Item = (u64, Letter)>) {
        self.events.extend(letters.into_iter().map(|(at, letter)| (at, Event::Send(queue, letter))));
    }

    /// Up to `most` messages are received and still worked on, hidden for `seconds`.
    pub(super) fn take(&mut self, at: u64, queue: &'static str, most: usize, seconds: u64) {
        self.events.push((at, Event::Take(queue, most, seconds)));
    }

    /// Messages are sent, and fail until they are dead letters. Nothing else may be in the queue meanwhile.
    pub(super) fn fail(&mut self, queue: &'static str, letters: Vec<(u64, Letter)>) {
        let receives = queues::named(queue).and_then(|plan| plan.dead_letters).map_or(0, |(_, receives)| receives);
        // The receive after the last permitted one moves the message.
        self.fail_often(queue, letters, u64::from(receives) + 1);
    }

    /// Messages are sent, and fail so many times.
    pub(super) fn fail_often(&mut self, queue: &'static str, letters: Vec<(u64, Letter)>, times: u64) {
        // Receives happen on a grid as wide as the visibility timeout, so that messages of about the same time share them.
        let width = (queues::named(queue).map_or(30, Plan::visibility) + 1) * 1_000;
        let first = letters.iter().map(|(at, _)| at / width + 1);
        let receives: BTreeSet<u64> = first.flat_map(|first| first..first + times).collect();
        self.events.extend(receives.into_iter().map(|at| (at * width, Event::Fail(queue))));
        self.send(queue, letters);
    }

    /// Tells all of it to the state, oldest first. Errors are SQS's: the demo asked for something it refuses.
    pub(super) fn play(mut self, state: &mut State) -> Result<(), ApiError> {
        self.events.sort_by_key(|(at, _)| *at);
        for (at, event) in self.events {
            match event {
                Event::Create(plan) => {
                    let request = plan.request(|name| state.arn(name));
                    ask(state, at, "CreateQueue", request)?;
                }
                Event::Delete(queue) => {
                    let request = json!({"QueueUrl": state.url(queue)});
                    ask(state, at, "DeleteQueue", request)?;
                }
                Event::Send(queue, letter) => {
                    let request = letter.request(&state.url(queue));
                    ask(state, at, "SendMessage", request)?;
                }
                Event::Take(queue, most, seconds) => take(state, at, queue, most, Some(seconds))?,
                Event::Fail(queue) => take(state, at, queue, usize::MAX, None)?,
            }
        }
        Ok(())
    }

    /// The requests that send messages, for tests of their contents.
    #[cfg(test)]
    pub(super) fn letters(&self) -> impl Iterator<Item = (&'static str, &Letter)> {
        self.events.iter().filter_map(|(_, event)| match event {
            Event::Send(queue, letter) => Some((*queue, letter)),
            _ => None,
        })
    }
}

/// Receives up to `most` messages; hides them for `seconds`, or for as long as the queue says.
fn take(state: &mut State, at: u64, queue: &str, most: usize, seconds: Option<u64>) -> Result<(), ApiError> {
    let mut left = most;
    loop {
        let now = left.min(BATCH);
        let visible = {
            state.settle(queue, at);
            state.counts(queue).visible
        };
        if now == 0 || visible == 0 {
            return Ok(());
        }
        let mut request = json!({"QueueUrl": state.url(queue), "MaxNumberOfMessages": now, "WaitTimeSeconds": 0});
        if let Some(seconds) = seconds {
            request["VisibilityTimeout"] = seconds.into();
        }
        ask(state, at, "ReceiveMessage", request)?;
        let taken = visible.saturating_sub(state.counts(queue).visible);
        if taken == 0 {
            // Groups of a FIFO queue wait for messages in flight.
            return Ok(());
        }
        left = left.saturating_sub(taken);
    }
}

/// One request at a time of the past.
fn ask(state: &mut State, at: u64, operation: &str, body: Value) -> Result<(), ApiError> {
    apply(state, at, Request::decode(operation, body)?).map(drop)
}
