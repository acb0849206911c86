//! The redrives that this process carries out: how each is doing, and a way to steer it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::tallied::Tallied;
use crate::model::journal::RedriveId;
use crate::model::live::Progress;
use crate::model::{Code, Failure, QueueName, words};
use crate::server::services::redrive::engine::{Census, Event, Need, Pause, report};

/// How a redrive is doing that runs in this process.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    /// How many messages are how far.
    pub census: Census,
    /// Why it waits, if it does.
    pub pauses: BTreeSet<Pause>,
    /// What SQS refused, and what it said.
    pub refusals: BTreeMap<Need, Code>,
    /// Messages moved a second, of late.
    pub per_second: f64,
    /// Whether it has taken everything and makes sure that nothing is left.
    pub concluding: bool,
    /// Until when what a process before held, or what was let slip, may be hidden from it, milliseconds since 1970.
    pub hidden_until_ms: Option<i64>,
    /// How many messages were chosen; absent where the whole queue was.
    pub wanted: Option<u64>,
}

impl Live {
    /// How it is doing, in words: `412 sent, 400 of them deleted, 498 a second, 7 s left`.
    pub fn said(&self) -> String {
        let headline = report::headline(&self.census);
        match self.waits_until_ms() {
            Some(until_ms) => {
                let until = words::time_of_day(until_ms);
                format!("{headline}; some may be hidden until {until}, and it waits for them")
            }
            None => self.speed().map_or(headline.clone(), |speed| format!("{headline}, {speed}")),
        }
    }

    /// Until when it can do nothing but wait for messages that are hidden, milliseconds since 1970.
    pub fn waits_until_ms(&self) -> Option<i64> {
        self.hidden_until_ms.filter(|_| self.concluding)
    }

    /// How fast it is, and how long that takes; nothing while it waits.
    pub fn speed(&self) -> Option<String> {
        if !self.pauses.is_empty() || self.per_second < 0.05 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of floats saturates")]
        let whole = |number: f64| number as u64;
        let rate = if self.per_second < 10.0 {
            format!("{:.1} a second", self.per_second)
        } else {
            format!("{} a second", words::count(whole(self.per_second.round())))
        };
        let settled = (self.census.sent + self.census.closed) as u64;
        let left = self.wanted.map(|wanted| wanted.saturating_sub(settled)).filter(|left| *left > 0);
        let Some(left) = left else { return Some(rate) };
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let seconds = whole((left as f64 / self.per_second).ceil());
        Some(format!("{rate}, {} left", words::seconds(seconds)))
    }

    /// One that cannot begin, for its queues cannot be found.
    pub(super) fn waiting(failure: &Failure) -> Self {
        let (pause, code) = match failure {
            Failure::Credentials => (Pause::Credentials, None),
            Failure::NoSuchQueue(_) => (Pause::Queues, Some(Code::new("QueueDoesNotExist"))),
            Failure::AccessDenied(code) | Failure::Rejected(code) => (Pause::Queues, Some(code.clone())),
            _ => (Pause::Queues, None),
        };
        let refusals = code.into_iter().map(|code| (Need::Find, code)).collect();
        Self { pauses: BTreeSet::from([pause]), refusals, ..Self::default() }
    }

    /// One whose journal cannot be written, or read.
    pub(super) fn without_journal() -> Self {
        Self { pauses: BTreeSet::from([Pause::Journal]), ..Self::default() }
    }

    /// Whether it goes on only when somebody says so.
    pub fn waits_for_somebody(&self) -> bool {
        self.pauses.iter().any(|pause| !pause.ends_by_itself())
    }
}

/// A redrive that this process carries out.
pub(super) struct Run {
    pub id: RedriveId,
    pub queue: QueueName,
    pub events: mpsc::UnboundedSender<Event>,
    /// What its rows came to when they were last counted.
    pub tallied: Tallied,
    /// How many people are just having it go on.
    resuming: AtomicUsize,
    live: watch::Sender<Live>,
    progress: watch::Sender<Progress>,
}

impl Run {
    pub(super) fn new(id: RedriveId, queue: QueueName, events: mpsc::UnboundedSender<Event>) -> Self {
        let of = id.as_str().to_owned();
        let progress = Progress { of, count: 0, state: String::new(), done: false, waits: false, until: None };
        let (tallied, resuming, live) = Default::default();
        Self { id, queue, events, tallied, resuming, live, progress: watch::Sender::new(progress) }
    }

    /// How it is doing.
    pub(super) fn live(&self) -> Live {
        self.live.borrow().clone()
    }

    /// The same for a stream.
    pub(super) fn follow(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Says how it is doing; a stream hears of it where something changed.
    pub(super) fn tell(&self, live: Live) {
        self.progress.send_if_modified(|progress| {
            let count = u32::try_from(live.census.sent).unwrap_or(u32::MAX);
            let state = live.said();
            let waits = !live.pauses.is_empty();
            let news = (progress.count, &progress.state, progress.waits) != (count, &state, waits);
            (progress.count, progress.state, progress.waits) = (count, state, waits);
            news
        });
        self.live.send_replace(live);
    }

    /// Whether it receives, or may at any moment.
    fn takes(&self) -> bool {
        self.resuming.load(Ordering::SeqCst) > 0 || !self.live.borrow().waits_for_somebody()
    }

    /// Says that this process does not carry it out any more.
    pub(super) fn ended(&self) {
        self.progress.send_modify(|progress| progress.done = true);
    }
}

/// How long a redrive is waited for that was told to go on; it hears that at once, unless it has just ended.
const HEARS: Duration = Duration::from_secs(1);

/// Somebody has a redrive go on: it counts as receiving before it hears of that.
pub(super) struct Resuming(Arc<Run>);

impl Resuming {
    pub(super) fn of(run: Arc<Run>) -> Self {
        run.resuming.fetch_add(1, Ordering::SeqCst);
        Self(run)
    }

    /// Waits until it says that it goes on.
    pub(super) async fn heard(self) {
        let mut live = self.0.live.subscribe();
        let _ = timeout(HEARS, live.wait_for(|live| !live.waits_for_somebody())).await;
    }
}

impl Drop for Resuming {
    fn drop(&mut self) {
        self.0.resuming.fetch_sub(1, Ordering::SeqCst);
    }
}

/// How many that have ended are remembered: a page that was loaded just before must still hear of the end.
const REMEMBERED: usize = 32;

/// All of them, of one connection, and the last ones that have ended.
#[derive(Default)]
pub struct Runs(Mutex<BTreeMap<RedriveId, Arc<Run>>>, Mutex<VecDeque<Arc<Run>>>);

impl Runs {
    /// Adds one, unless another takes from the same queue.
    pub(super) fn add(&self, run: Arc<Run>) -> bool {
        let mut runs = self.lock();
        let free = !runs.values().any(|other| other.queue == run.queue);
        if free {
            runs.insert(run.id.clone(), run);
        }
        free
    }

    pub(super) fn remove(&self, id: &RedriveId) {
        let Some(run) = self.lock().remove(id) else { return };
        run.ended();
        let mut ended = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        ended.push_back(run);
        if ended.len() > REMEMBERED {
            ended.pop_front();
        }
    }

    /// One that runs, or did a moment ago.
    pub(super) fn find_lately(&self, id: &RedriveId) -> Option<Arc<Run>> {
        let ended =
            || self.1.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().find(|run| run.id == *id).cloned();
        self.find(id).or_else(ended)
    }

    pub(super) fn find(&self, id: &RedriveId) -> Option<Arc<Run>> {
        self.lock().get(id).cloned()
    }

    /// The one that takes from this queue.
    pub(super) fn of(&self, queue: &QueueName) -> Option<Arc<Run>> {
        self.lock().values().find(|run| run.queue == *queue).cloned()
    }

    /// The one that receives from this queue, or may at any moment: not while it waits for somebody, who may want to look.
    pub(super) fn takes_from(&self, queue: &QueueName) -> Option<RedriveId> {
        self.of(queue).filter(|run| run.takes()).map(|run| run.id.clone())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<RedriveId, Arc<Run>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_what_the_rate_makes_of_it() {
        let mut live = Live { per_second: 4.0, wanted: Some(100), ..Live::default() };
        live.census.sent = 60;
        live.census.done = 60;
        let said = |live: &Live| live.said().replace('\u{A0}', " ");
        assert_eq!(said(&live), "60 sent, 60 of them deleted, 4.0 a second, 10 s left");
        live.wanted = None;
        assert_eq!(said(&live), "60 sent, 60 of them deleted, 4.0 a second");
        live.pauses.insert(Pause::Asked);
        assert_eq!(live.speed(), None);
    }

    #[test]
    fn a_stream_hears_that_it_waits_that_it_goes_on_and_that_it_has_ended() {
        let run = Run::new(RedriveId::new("r"), "orders-dlq".parse().unwrap(), mpsc::unbounded_channel().0);
        let stream = run.follow();
        let heard = || (stream.borrow().waits, stream.borrow().done);
        run.tell(Live { pauses: BTreeSet::from([Pause::Asked]), ..Live::default() });
        assert_eq!(heard(), (true, false));
        run.tell(Live::default());
        assert_eq!(heard(), (false, false), "a page of one that goes on has no reason to be loaded again");
        run.ended();
        run.tell(Live::default());
        assert_eq!(heard(), (false, true));
    }

    #[test]
    fn what_is_hidden_from_it_is_waited_for_aloud() {
        let live = Live { concluding: true, hidden_until_ms: Some(1_795_183_331_000), ..Live::default() };
        assert_eq!(
            live.said(),
            "0 sent, 0 of them deleted; some may be hidden until 14:02:11 UTC, and it waits for them"
        );
        assert_eq!(Live { concluding: false, ..live }.waits_until_ms(), None, "it has enough to do meanwhile");
    }
}
