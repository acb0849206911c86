//! [`Local`]: the state behind one mutex, with a clock, and the waiting that long polling needs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::core::{ApiError, Effect, Request, Response, State, apply};
use super::faults::Dials;

/// How often running move tasks are looked at when nobody asks anything.
const TICK: Duration = Duration::from_millis(50);

/// How a local SQS is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The account in URLs and ARNs.
    pub account: String,
    /// The Region in ARNs.
    pub region: String,
    /// What queue URLs begin with: `http://127.0.0.1:PORT`.
    pub base_url: String,
    /// The time.
    pub clock: Clock,
    /// Whether `/_aws/sqs/messages` shows messages without receiving them. AWS has nothing like it.
    pub peek: bool,
    /// Whether `/_dials`, `/_effects` and `/_calls` exist. For tests alone: the effect log grows without end.
    pub dials: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            account: "000000000000".to_owned(),
            region: "us-east-1".to_owned(),
            base_url: "http://127.0.0.1".to_owned(),
            clock: Clock::default(),
            peek: true,
            dials: false,
        }
    }
}

/// A local SQS: one account in one Region, all in memory.
#[derive(Debug)]
pub struct Local {
    state: Mutex<State>,
    /// Who waits for messages, by queue.
    waiting: Mutex<HashMap<String, Arc<Notify>>>,
    /// Wakes the tick when a task starts.
    task_started: Notify,
    clock: Clock,
    peek: bool,
    dials: Option<Dials>,
    /// Ends long polls when the server stops.
    pub(super) closing: CancellationToken,
}

impl Local {
    /// An SQS without queues.
    pub fn new(options: Options) -> Self {
        let seed = match &options.clock {
            Clock::Wall => uuid::Uuid::new_v4().as_u64_pair().0,
            Clock::Manual(_) => 0,
        };
        let mut state = State::new(&options.account, &options.region, options.base_url.trim_end_matches('/'), seed);
        if options.dials {
            state.keep_effects();
        }
        Self {
            state: Mutex::new(state),
            waiting: Mutex::default(),
            task_started: Notify::new(),
            clock: options.clock,
            peek: options.peek,
            dials: options.dials.then(Dials::default),
            closing: CancellationToken::new(),
        }
    }

    /// Answers one request in process: `call("SendMessage", json!({…}))`. The same as over HTTP, without the dials.
    /// A receive with a wait waits.
    pub async fn call(&self, operation: &str, body: Value) -> Result<Value, ApiError> {
        let response = self.answer(operation, body).await?;
        // The answers are plain structures of texts and numbers; writing one cannot fail.
        Ok(serde_json::to_value(response).unwrap_or_default())
    }

    /// The time by this SQS's clock, in epoch milliseconds.
    pub fn now(&self) -> u64 {
        self.clock.now()
    }

    /// The effect log so far; empty without dials.
    pub fn effects(&self) -> Vec<Effect> {
        self.state().effect_log().to_vec()
    }

    /// Whether it shows messages without receiving them.
    pub(super) fn peeks(&self) -> bool {
        self.peek
    }

    pub(super) fn dials(&self) -> Option<&Dials> {
        self.dials.as_ref()
    }

    /// Answers one request. Dropping the future drops the wait; nothing is received for nobody.
    pub(super) async fn answer(&self, operation: &str, body: Value) -> Result<Response, ApiError> {
        // A receive may look several times, so it keeps its words.
        let again = (operation == "ReceiveMessage").then(|| body.clone());
        let request = Request::decode(operation, body)?;
        let poll = request.as_receive().map(|(url, wait)| (url.to_owned(), wait));
        let (Some((url, wait)), Some(again)) = (poll, again) else {
            return self.look(request, None).map(|(response, _)| response);
        };
        let name = self.state().named_by_url(&url)?;
        let wait = wait.unwrap_or_else(|| self.state().receive_wait(&name));
        let deadline = self.clock.now() + wait * 1000;
        loop {
            let notify = self.waiter(&name);
            let arrival = notify.notified();
            tokio::pin!(arrival);
            // Registered before the look, so that an arrival right after it is not missed.
            arrival.as_mut().enable();
            let request = Request::decode(operation, again.clone())?;
            let (response, due) = self.look(request, Some(&name))?;
            if !response.is_empty_receive() || self.clock.now() >= deadline {
                return Ok(response);
            }
            tokio::select! {
                () = arrival => {}
                () = self.clock.until(due.map_or(deadline, |due| due.min(deadline))) => {}
                () = self.closing.cancelled() => return Ok(response),
            }
        }
    }

    /// Applies a request once; says when the next hidden message of a queue becomes visible.
    fn look(&self, request: Request, name: Option<&str>) -> Result<(Response, Option<u64>), ApiError> {
        let now = self.clock.now();
        let mut state = self.state();
        let result = apply(&mut state, now, request);
        let due = name.and_then(|name| state.next_due(name));
        let stirred = state.take_stirred();
        let busy = state.busy();
        drop(state);
        self.wake(&stirred);
        if busy {
            self.task_started.notify_one();
        }
        result.map(|response| (response, due))
    }

    /// Lets running move tasks go on until the server stops.
    pub(super) async fn tick(&self) {
        loop {
            tokio::select! {
                () = self.task_started.notified() => {}
                () = self.closing.cancelled() => return,
            }
            loop {
                let now = self.clock.now();
                let (stirred, busy) = {
                    let mut state = self.state();
                    state.advance(now);
                    (state.take_stirred(), state.busy())
                };
                self.wake(&stirred);
                if !busy {
                    break;
                }
                tokio::select! {
                    () = tokio::time::sleep(TICK) => {}
                    () = self.closing.cancelled() => return,
                }
            }
        }
    }

    fn waiter(&self, name: &str) -> Arc<Notify> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // Forget queues that nobody waits for any more.
        waiting.retain(|_, notify| Arc::strong_count(notify) > 1);
        Arc::clone(waiting.entry(name.to_owned()).or_default())
    }

    fn wake(&self, names: &[String]) {
        if names.is_empty() {
            return;
        }
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for notify in names.iter().filter_map(|name| waiting.get(name)) {
            notify.notify_waiters();
        }
    }

    /// Works on the state itself, at the time of the clock, and wakes whom it concerns: for many requests at once, none
    /// of which waits. Keep it short, nobody else is answered meanwhile.
    pub(super) fn with_state<T>(&self, work: impl FnOnce(&mut State, u64) -> T) -> T {
        let mut state = self.state();
        let done = work(&mut state, self.clock.now());
        let stirred = state.take_stirred();
        drop(state);
        self.wake(&stirred);
        done
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic in an operation would leave the state as it was at that point; tests see the panic itself.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
