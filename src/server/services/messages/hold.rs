//! Holding: messages are received and stay in flight while people work on them. `fill` receives, `keep` keeps the lease
//! side by side with it; a hold ends when everything is given back.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::SNAPSHOT_BYTES;
use super::cell::Cell;
use super::keep::{Course, Keeper};
use super::lease::{Release, leased};
use super::look::command;
use super::plan::Plan;
use super::presence::Seat;
use super::shelf::Reins;
use super::snapshot::{Origin, Snapshot, Stop};
use super::spent::{Counted, Met};
use crate::model::activity::Detail;
use crate::model::form::Done;
use crate::model::form::hold::Hold;
use crate::model::live::Progress;
use crate::model::refusal::Receiving;
use crate::model::{Code, Failure, Message, QueueName, QueueUrl, Refusal, Verb, words};
use crate::server::services::act::Act;
use crate::server::services::{Connection, report};
use crate::server::sqs::{Answer, Receive, Result as SqsResult, Sqs};

/// The longest single poll, seconds. A poll is never broken off, because what SQS hands out to a lost request stays
/// hidden for the whole lease; so Stop takes this long at most.
const WAIT: u32 = 1;
/// For how many seconds messages are taken at most where nobody said how long.
const SECONDS: u32 = 60;
/// How long a release is waited for before the page is shown without its end.
const RELEASING: Duration = Duration::from_secs(10);

/// A hold that is about to begin. It ends as a whole: when it is dropped, its snapshot says that it has ended.
pub struct Session {
    connection: Connection,
    queue: QueueName,
    url: QueueUrl,
    hold: Hold,
    cell: Arc<Cell>,
    reins: Arc<Reins>,
    counted: Counted,
}

impl Connection {
    /// Opens a hold; [`Session::run`] carries it out. Two requests, neither of them a receive. Refused where messages of
    /// the queue are held already or a look runs there, and where few receives are left, unless `hold.spend`.
    pub async fn open_hold(&self, queue: &QueueName, hold: Hold) -> Result<Session, Failure> {
        self.allowed().map_err(Failure::Refused)?;
        self.vacant(queue)?;
        let (url, attributes) = tokio::try_join!(self.url(queue), self.attributes(queue))?;
        self.spare(queue, &attributes, hold.spend, Receiving::Hold)?;
        let seconds = if hold.seconds == 0 { SECONDS } else { hold.seconds };
        let lease = self.desk().terms().lease;
        let snapshot = Snapshot::begun(Origin::Hold, self.now_ms(), seconds, hold.messages, lease);
        let turn = self.desk().turn(queue);
        // While it is a look's turn, what the look receives and gives back would pass through this hold, too.
        let _turn = turn.try_lock().map_err(|_| Failure::Refused(Refusal::TooSoon))?;
        self.desk().busy(queue).map_or(Ok(()), |refusal| Err(Failure::Refused(refusal)))?;
        let counted = self.count_receive(queue, &attributes).await?;
        // A redrive that has begun since: the snapshot that is there stays.
        self.not_redriven(queue)?;
        let (cell, reins) = self.desk().place(queue, snapshot, self.now_ms()).map_err(Failure::Refused)?;
        let session = Session { connection: self.clone(), queue: queue.clone(), url, hold, cell, reins, counted };
        // Whoever of the two comes second sees the other: a redrive takes its place first, too, and looks then.
        self.not_redriven(queue)?;
        self.visit(queue);
        Ok(session)
    }

    /// Takes no more messages into the hold of a queue; those that came stay held. No request.
    pub fn stop_receiving(&self, queue: &QueueName) -> Result<Done, Failure> {
        let running = self.desk().hold(queue).filter(|(cell, _)| cell.is_receiving());
        let (_, reins) = running.ok_or(Failure::Refused(Refusal::NoReceiveRunning))?;
        reins.stop.cancel();
        Ok(Done::ReceiveStopped)
    }

    /// Renews the lease of everything that a queue's hold keeps; the page that asked counts as loaded now. One request
    /// per ten messages, by the hold itself.
    pub async fn extend_hold(&self, queue: &QueueName) -> Result<Done, Failure> {
        let (cell, reins) = self.desk().hold(queue).ok_or(Failure::Refused(Refusal::NothingHeld))?;
        self.visit(queue);
        let before = cell.follow();
        reins.extend.notify_one();
        // Once it is renewed the page shows the new time.
        let _ = timeout(RELEASING, changed(before)).await;
        Ok(Done::Extended)
    }

    /// Gives back everything that a queue's hold keeps, and waits for it. One request per ten messages, by the hold
    /// itself. What somebody hid for a time of its own stays hidden.
    pub async fn release_hold(&self, queue: &QueueName) -> Result<Done, Failure> {
        let (cell, reins) = self.desk().hold(queue).ok_or(Failure::Refused(Refusal::NothingHeld))?;
        let held = cell.snapshot().held(self.now_ms()) as u64;
        reins.release.cancel();
        let released = async {
            let mut progress = cell.follow();
            while cell.is_holding() && progress.changed().await.is_ok() {}
        };
        let _ = timeout(RELEASING, released).await;
        let left = cell.snapshot().held(self.now_ms()) as u64;
        Ok(Done::Released { messages: held.saturating_sub(left) })
    }

    /// How far the hold of a queue is, for a stream; `None` where there is none. No request.
    pub fn follow_hold(&self, queue: &QueueName) -> Option<watch::Receiver<Progress>> {
        self.desk().hold(queue).map(|(cell, _)| cell.follow())
    }

    /// Somebody is at a queue until the seat is dropped; `page`: because their page of its messages is open.
    pub fn seat(&self, queue: &QueueName, page: bool) -> Seat {
        self.desk().room().sit(queue, self.clock(), page)
    }

    /// A page of a queue's messages is being loaded.
    pub fn visit(&self, queue: &QueueName) {
        self.desk().room().visit(queue, self.desk().terms(), self.now_ms());
    }
}

async fn changed(mut progress: watch::Receiver<Progress>) {
    let _ = progress.changed().await;
}

/// What a hold tells the audit log.
struct Told {
    broken_off: Option<Code>,
    kept: Course,
}

impl Session {
    /// Receives, holds, and gives back. One request per ten messages for receiving and for giving back, and as many
    /// for each minute that they are held.
    pub async fn run(self) {
        let act = Act::on(&self.queue, Verb::ReceiveMessages, command(&self.url, self.lease(), WAIT))
            .fact("up to", self.hold.messages)
            .fact("lease in seconds", self.lease());
        let cell = Arc::clone(&self.cell);
        let facts = move |told: &Told| {
            let mut facts = Detail::from([
                ("messages".to_owned(), cell.snapshot().entries.len().to_string()),
                ("ended".to_owned(), reason(told.kept.why).to_owned()),
                ("given back".to_owned(), told.kept.returned.to_string()),
                ("renewals".to_owned(), told.kept.renewals.to_string()),
            ]);
            if let Some(code) = &told.broken_off {
                facts.insert("broken off".to_owned(), code.to_string());
            }
            facts
        };
        let outcome = self.connection.act_telling(act, |sqs| self.carry_out(sqs), facts).await;
        if let Err(failure) = outcome {
            self.fill_ended(Stop::Failed(failure));
        }
        self.let_go(Release::Nothing);
        self.connection.reread(&self.queue).await;
    }

    fn lease(&self) -> u32 {
        self.connection.desk().terms().lease
    }

    /// Fails only where nothing had come: messages that are held are no failure.
    async fn carry_out(&self, sqs: Arc<dyn Sqs>) -> SqsResult<Told> {
        let filled = CancellationToken::new();
        let fill = async {
            let (result, lost) = self.fill(&sqs).await;
            let met = Met::of(&self.cell.snapshot(), result.is_err(), lost);
            self.connection.learn_receives(&self.queue, self.counted, met).await;
            self.connection.tell_redrive(&self.queue, &self.cell.snapshot());
            filled.cancel();
            result
        };
        let keep = self.keep(&sqs, &filled);
        let (answer, kept) = tokio::join!(fill, keep);
        let answer = answer?;
        Ok(Answer { value: Told { broken_off: answer.value, kept }, request_id: answer.request_id })
    }

    /// Receives until enough has come, nothing more comes, the time is up, or someone says stop. The code is of the call
    /// that broke it off, where one did. Tells, too, whether the answer of a call was lost that may have had its effect.
    async fn fill(&self, sqs: &Arc<dyn Sqs>) -> (SqsResult<Option<Code>>, bool) {
        let started = Instant::now();
        let seconds = if self.hold.seconds == 0 { SECONDS } else { self.hold.seconds };
        let millis = u64::from(seconds) * 1_000;
        let mut plan = Plan::poll(self.hold.messages, SNAPSHOT_BYTES, millis, self.hold.seconds > 0);
        let (mut request_id, mut broken_off, mut lost) = (None, None, false);
        let closing = self.connection.desk().closing();
        let stop = loop {
            if self.reins.stop.is_cancelled() || closing.is_cancelled() {
                break Stop::Asked;
            }
            let elapsed = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            let Some(count) = plan.ask(elapsed) else { break plan.stop().cloned().unwrap_or(Stop::Time) };
            let receive = Receive { count, visibility_timeout: Some(self.lease()), wait: WAIT };
            // SQS counts from when it hands a message out, which is after this.
            let until_ms = self.connection.now_ms() + i64::from(self.lease()) * 1_000;
            let answer = match sqs.receive(&self.url, receive).await {
                Ok(answer) => answer,
                Err(error) if self.cell.snapshot().entries.is_empty() => {
                    let failure = report::sqs(error.clone(), self.connection.name(), Some(&self.queue));
                    self.fill_ended(Stop::Failed(failure));
                    lost = !error.had_no_effect();
                    return (Err(error), lost);
                }
                Err(error) => {
                    lost = !error.had_no_effect();
                    broken_off = Some(error.code.clone());
                    break Stop::Failed(report::sqs(error, self.connection.name(), Some(&self.queue)));
                }
            };
            request_id = answer.request_id.or(request_id);
            plan.heard(count, answer.value.len(), answer.value.iter().map(Message::size).sum());
            let none = answer.value.is_empty();
            if !none && self.cell.change(|snapshot| snapshot.take(answer.value, until_ms)) {
                break Stop::CameBack;
            }
        };
        self.fill_ended(stop);
        (Ok(Answer { value: broken_off, request_id }), lost)
    }

    fn fill_ended(&self, stop: Stop) {
        let now_ms = self.connection.now_ms();
        self.cell.change(|snapshot| {
            if snapshot.stop.is_none() {
                snapshot.stop = Some(stop);
                snapshot.finished_ms = Some(now_ms);
            }
        });
    }

    /// Keeps the lease until there is a reason to give everything back, and does so.
    async fn keep(&self, sqs: &Arc<dyn Sqs>, filled: &CancellationToken) -> Course {
        let desk = self.connection.desk();
        let clock = self.connection.clock();
        let keeper = Keeper { sqs, url: &self.url, kind: self.queue.kind(), cell: &self.cell, clock: &*clock };
        let presence = || desk.room().presence(&self.queue, desk.terms());
        let mut kept = keeper.keep(desk.terms(), &self.reins, desk.closing(), presence).await;
        self.reins.stop.cancel();
        // What a poll under way brings goes back with the rest: a group must be visible again from its first message on.
        filled.cancelled().await;
        kept.returned = keeper.give_back().await;
        self.left_behind();
        self.let_go(kept.why);
        kept
    }

    /// Says in the log what a console that stops leaves hidden.
    fn left_behind(&self) {
        let snapshot = self.cell.snapshot();
        let hidden: Vec<i64> = leased(&snapshot, self.connection.now_ms()).map(|(_, until_ms)| until_ms).collect();
        if let Some(until_ms) = hidden.iter().max() {
            tracing::warn!(
                connection = %self.connection.name(),
                queue = %self.queue,
                messages = hidden.len(),
                until = %words::time_of_day(*until_ms),
                "messages that were held could not be given back; SQS does by then"
            );
        }
    }

    fn let_go(&self, why: Release) {
        let now_ms = self.connection.now_ms();
        self.cell.change(|snapshot| {
            snapshot.released.get_or_insert((why, now_ms));
        });
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.cell.is_holding() {
            self.left_behind();
            self.fill_ended(Stop::Asked);
            self.let_go(Release::Closing);
        }
    }
}

/// What the audit log says of the end of a hold.
fn reason(why: Release) -> &'static str {
    match why {
        Release::Asked => "released",
        Release::Left => "the last page was closed",
        Release::Longest => "11 hours were up",
        Release::Closing => "the console stopped",
        Release::Nothing => "nothing was held any more",
    }
}
