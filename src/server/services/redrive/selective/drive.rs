//! The shell around the engine: tells it what happened, carries out what it asks for, and ends when it does.
//!
//! Everything that a crash may interrupt is in here, and nothing that decides: whatever is lost between two lines of this
//! file, the engine has been tried out with it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::caller::Caller;
use super::run::{Live, Run};
use super::speed::Speed;
use crate::model::journal::RedriveId;
use crate::server::clock::SharedClock;
use crate::server::services::redrive::engine::{Command, End, Engine, Event, Now, Pause};
use crate::server::services::report;
use crate::server::store::redrives::{Token, Wanted};
use crate::server::store::{Store, StoreError};

/// The longest that the engine hears nothing: a timer stands still while the machine is suspended, leases do not.
const NAP: Duration = Duration::from_secs(1);
/// How often the others hear how it is doing.
const NEWS_MS: i64 = 200;

/// One process's part in a redrive.
pub(super) struct Drive<'a> {
    pub id: RedriveId,
    pub engine: Engine,
    pub caller: Arc<Caller>,
    pub store: Arc<dyn Store>,
    pub token: Token,
    pub clock: SharedClock,
    pub run: Arc<Run>,
    /// How many messages were chosen; absent where the whole queue was.
    pub wanted: Option<u64>,
    /// What people want.
    pub wishes: &'a mut mpsc::UnboundedReceiver<Event>,
    /// Ended when the console stops.
    pub closing: CancellationToken,
}

impl Drive<'_> {
    /// Carries it out until it ends; `first` is told to the engine before anything else. Dropping this is a crash: calls
    /// under way are lost, and the journal knows.
    pub(super) async fn out(mut self, first: Vec<Event>) -> End {
        let mut calls: JoinSet<Option<Event>> = JoinSet::new();
        let (mut events, mut stopping) = (first, false);
        let (mut speed, mut told_ms, mut stopped) = (Speed::default(), None::<i64>, false);
        events.push(Event::Tick);
        loop {
            let mut end = None;
            for event in events.drain(..) {
                for command in self.engine.step(self.now(), event) {
                    match command {
                        Command::End(ended) => end = Some(ended),
                        command => self.carry_out(command, &mut calls),
                    }
                }
            }
            let comes_back = self.engine.progress().pauses.contains(&Pause::CameBack);
            if comes_back && !stopped {
                calls.spawn(stay_paused(Arc::clone(&self.store), self.id.clone()));
            }
            stopped = comes_back;
            let now = self.now();
            if end.is_some() || told_ms.is_none_or(|told_ms| now.mono_ms - told_ms >= NEWS_MS) {
                told_ms = Some(now.mono_ms);
                self.tell(&mut speed, now);
            }
            if let Some(end) = end {
                return end;
            }
            let nap = self.engine.wake_at_ms(now).map_or(NAP, |at_ms| {
                Duration::from_millis(u64::try_from(at_ms.saturating_sub(now.mono_ms)).unwrap_or_default()).min(NAP)
            });
            tokio::select! {
                Some(answer) = calls.join_next() => events.extend(heard(answer)),
                Some(wish) = self.wishes.recv() => events.push(wish),
                () = self.closing.cancelled(), if !stopping => {
                    stopping = true;
                    self.caller.hurry.cancel();
                    events.push(Event::Stop);
                }
                () = tokio::time::sleep(nap) => events.push(Event::Tick),
            }
            // What else has been answered meanwhile: one look at the clock and at the journal serves them all.
            while let Some(answer) = calls.try_join_next() {
                events.extend(heard(answer));
            }
        }
    }

    fn carry_out(&self, command: Command, calls: &mut JoinSet<Option<Event>>) {
        if let Command::Commit { records } = command {
            let (store, id, token) = (Arc::clone(&self.store), self.id.clone(), self.token);
            calls.spawn(async move {
                Some(match store.commit_records(&id, token, records).await {
                    Ok(()) => Event::Committed,
                    Err(error) => {
                        report::store(&error);
                        Event::CommitFailed { fenced: matches!(error, StoreError::Fenced) }
                    }
                })
            });
            return;
        }
        let caller = Arc::clone(&self.caller);
        calls.spawn(async move { caller.call(command).await });
    }

    fn tell(&self, speed: &mut Speed, now: Now) {
        let progress = self.engine.progress();
        speed.mark(now.mono_ms, progress.census.sent);
        self.run.tell(Live {
            census: *progress.census,
            pauses: progress.pauses.clone(),
            refusals: progress.refusals.clone(),
            per_second: speed.per_second(),
            concluding: progress.concluding,
            hidden_until_ms: (progress.hidden_until_ms > now.mono_ms)
                .then(|| now.wall_ms + progress.hidden_until_ms - now.mono_ms),
            wanted: self.wanted,
        });
    }

    fn now(&self) -> Now {
        Now { mono_ms: self.clock.mono_ms(), wall_ms: self.clock.now_ms() }
    }
}

/// Too many came back: a restart must not take that for a reason to go on.
async fn stay_paused(store: Arc<dyn Store>, id: RedriveId) -> Option<Event> {
    if let Err(error) = store.steer_redrive(&id, Wanted::Paused).await {
        report::store(&error);
    }
    None
}

/// A call that panicked is a fault of this program: this drive ends as in a crash, and the next one goes on.
fn heard(answer: Result<Option<Event>, tokio::task::JoinError>) -> Option<Event> {
    match answer {
        Ok(event) => event,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
