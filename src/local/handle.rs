//! [`Local`]: the state behind one mutex, with a clock, and the waiting that long polling needs.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::clock::{Clock, Time};
use super::core::{ApiError, Effect, Request, Response, State, apply};
use super::faults::Dials;
use super::store::{Lost, Store, StoreError, Ticket};
use super::waiting::Waiting;

/// How often running move tasks are looked at when nobody asks anything.
const TICK: Duration = Duration::from_millis(50);

/// How a local SQS is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The account in URLs and ARNs.
    pub account: String,
    /// The Region in ARNs.
    pub region: String,
    /// What queue URLs begin with, unless a request says how it got here: `http://127.0.0.1:PORT`.
    pub base_url: String,
    /// The time.
    pub clock: Clock,
    /// Whether `/_aws/sqs/messages` shows messages without receiving them. AWS has nothing like it.
    pub peek: bool,
    /// Whether `/_dials`, `/_effects`, `/_calls` and `/_clock` exist. For tests alone: the effect log grows without end.
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

tokio::task_local! {
    /// The address at which the request at hand found this SQS.
    static ASKED: String;
}

/// Does the work of a request that found this SQS at an address (`http://sqs:4566`): queue URLs in its answer begin with
/// that, so that they work from where the client is, behind a port map or a container's name.
pub(super) async fn asked_at<T>(address: Option<String>, work: impl Future<Output = T>) -> T {
    match address {
        Some(address) => ASKED.scope(address, work).await,
        None => work.await,
    }
}

/// What one look at the state brought.
struct Look {
    result: Result<Response, ApiError>,
    /// When time alone may next bring a message (see [`State::next_due`]).
    due: Option<u64>,
    /// What must be written before the result counts.
    ticket: Option<Ticket>,
}

/// A local SQS: one account in one Region, in memory, and in a file if it was opened in a directory.
#[derive(Debug)]
pub struct Local {
    state: Mutex<State>,
    store: Option<Store>,
    waiting: Waiting,
    /// Wakes the tick when a task starts.
    task_started: Notify,
    time: Time,
    peek: bool,
    dials: Option<Dials>,
    /// Ends long polls when the server stops.
    pub(super) closing: CancellationToken,
}

impl Local {
    /// An SQS without queues, in memory alone.
    pub fn new(options: Options) -> Self {
        let state = Self::empty(&options);
        Self::around(options, state, None)
    }

    /// The SQS that is kept in a directory, made if it is not there. What it answers is in the file by then.
    ///
    /// Reads everything before it returns; blocks meanwhile.
    pub fn open(options: Options, directory: &Path) -> Result<Self, StoreError> {
        let mut state = Self::empty(&options);
        let store = Store::open(directory, &mut state)?;
        Ok(Self::around(options, state, Some(store)))
    }

    fn empty(options: &Options) -> State {
        let seed = match &options.clock {
            Clock::Wall => uuid::Uuid::new_v4().as_u64_pair().0,
            Clock::Manual(_) => 0,
        };
        let mut state = State::new(&options.account, &options.region, options.base_url.trim_end_matches('/'), seed);
        if options.dials {
            state.keep_effects();
        }
        state
    }

    fn around(options: Options, state: State, store: Option<Store>) -> Self {
        let task_started = Notify::new();
        if state.busy() {
            task_started.notify_one();
        }
        Self {
            time: Time::by(options.clock, state.marks().latest),
            state: Mutex::new(state),
            store,
            waiting: Waiting::default(),
            task_started,
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

    /// The time of this SQS, in epoch milliseconds.
    pub fn now(&self) -> u64 {
        self.time.now()
    }

    /// The effect log so far; empty without dials.
    pub fn effects(&self) -> Vec<Effect> {
        self.state().effect_log().to_vec()
    }

    /// Whether it shows messages without receiving them.
    pub(super) fn peeks(&self) -> bool {
        self.peek
    }

    /// Whether nothing was asked of it yet, nor ever changed before a restart.
    pub fn is_new(&self) -> bool {
        self.state().is_new()
    }

    /// Whether it can still keep what it is told. Error: `ServiceUnavailable`.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        self.store.as_ref().map_or(Ok(()), Store::check).map_err(unavailable)
    }

    /// The entries of the effect log after the one with this number, at most so many; empty without dials.
    pub(super) fn effects_since(&self, seq: u64, most: usize) -> Vec<Effect> {
        self.state().effects_since(seq, most).to_vec()
    }

    /// Whether the clock moves only when it is told.
    pub(super) fn clock_is_manual(&self) -> bool {
        matches!(self.time.clock(), Clock::Manual(_))
    }

    /// Moves its time forward, and nobody else's.
    pub fn advance_clock(&self, millis: u64) {
        self.time.advance(Duration::from_millis(millis));
    }

    /// Resolves when the dials want nobody to reach this server for so long.
    pub(super) async fn refusal(&self) -> Duration {
        match &self.dials {
            Some(dials) => dials.refusal().await,
            None => std::future::pending().await,
        }
    }

    pub(super) fn dials(&self) -> Option<&Dials> {
        self.dials.as_ref()
    }

    /// Answers one request. Dropping the future drops the wait; nothing is received for nobody.
    ///
    /// With a store, the answer waits until everything that it may rest on is written. Error: `ServiceUnavailable` once
    /// the store is lost.
    pub(super) async fn answer(&self, operation: &str, body: Value) -> Result<Response, ApiError> {
        self.check()?;
        let request = Request::decode(operation, body)?;
        let Request::ReceiveMessage(receive) = request else {
            let look = self.look(request, None);
            self.written(look.ticket).await?;
            return look.result;
        };
        let (name, wait) = {
            let state = self.state();
            let name = state.named_by_url(&receive.queue_url)?;
            let wait = receive.wait.unwrap_or_else(|| state.receive_wait(&name));
            (name, wait)
        };
        let deadline = self.now() + wait * 1000;
        let waiter = self.waiting.enter(&name);
        loop {
            // Made before the look, so that an arrival right after it is not missed.
            let woken = waiter.woken();
            let Look { result, due, ticket } = self.look(Request::ReceiveMessage(receive.clone()), Some(&name));
            let nothing = result.as_ref().is_ok_and(Response::is_empty_receive);
            if !nothing || self.now() >= deadline || self.closing.is_cancelled() {
                self.written(ticket).await?;
                return result;
            }
            tokio::select! {
                () = woken => {}
                () = self.time.until(due.map_or(deadline, |due| due.min(deadline))) => {}
                () = self.closing.cancelled() => {}
            }
        }
    }

    /// Applies a request once.
    fn look(&self, request: Request, name: Option<&str>) -> Look {
        let now = self.now();
        let mut state = self.state();
        state.be_known_as(ASKED.try_with(Clone::clone).ok());
        let result = apply(&mut state, now, request);
        state.be_known_as(None);
        let due = name.and_then(|name| state.next_due(name));
        let busy = state.busy();
        let ticket = self.let_go(state);
        if busy {
            self.task_started.notify_one();
        }
        Look { result, due, ticket }
    }

    /// Ends a piece of work on the state: hands what changed to the store, in the order of the work, and wakes whom it
    /// concerns.
    fn let_go(&self, mut state: MutexGuard<'_, State>) -> Option<Ticket> {
        let stirred = state.take_stirred();
        let ticket = self.store.as_ref().map(|store| store.hand(state.take_changes()));
        drop(state);
        self.waiting.wake(&stirred);
        ticket
    }

    /// Waits until everything up to a ticket is written.
    async fn written(&self, ticket: Option<Ticket>) -> Result<(), ApiError> {
        match (&self.store, ticket) {
            (Some(store), Some(ticket)) => store.written(ticket).await.map_err(unavailable),
            _ => Ok(()),
        }
    }

    /// Lets running move tasks go on until the server stops.
    pub(super) async fn tick(&self) {
        loop {
            tokio::select! {
                () = self.task_started.notified() => {}
                () = self.closing.cancelled() => return,
            }
            loop {
                let now = self.now();
                let (ticket, busy) = {
                    let mut state = self.state();
                    state.advance(now);
                    let busy = state.busy();
                    (self.let_go(state), busy)
                };
                // What cannot be written is said to those who ask for something.
                let _ = self.written(ticket).await;
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

    /// Works on the state itself, at the time of the clock, and wakes whom it concerns: for many requests at once, none
    /// of which waits. Keep it short, nobody else is answered meanwhile. A store gets all of it at once, soon after.
    pub(super) fn with_state<T>(&self, work: impl FnOnce(&mut State, u64) -> T) -> T {
        let mut state = self.state();
        let done = work(&mut state, self.now());
        self.let_go(state);
        done
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic in an operation would leave the state as it was at that point; tests see the panic itself.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unavailable(lost: Lost) -> ApiError {
    ApiError::named("ServiceUnavailable", format!("{lost}."))
}
