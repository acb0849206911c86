//! One process's part in a redrive: from claiming its journal to writing down how it ended.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::abandoned::last_records;
use super::caller::Caller;
use super::drive::Drive;
use super::run::{Live, Run};
use super::start::verb;
use crate::model::activity::{Detail, Verb};
use crate::model::cli::Command;
use crate::model::journal::{Ended, EndedHow, KeptRedrive, RedriveId};
use crate::model::{Failure, MessageId, QueueName, QueueUrl, words};
use crate::server::services::act::Act;
use crate::server::services::messages::Handed;
use crate::server::services::redrive::engine::{Edit, End, Engine, Event, Now, Order, report};
use crate::server::services::{Connection, report as failed};
use crate::server::sqs::Answer;
use crate::server::store::StoreError;
use crate::server::store::redrives::{Claimed, Token};

/// For how long a redrive's rows count for later ones: no message lives longer (SQS Developer Guide, "Message retention":
/// 14 days), and a deleted one may come by again until then.
const MATTERS_MS: i64 = 15 * 24 * 3_600_000;
/// How long to wait until SQS or the disk is asked again by a redrive that cannot begin.
const AGAIN: Duration = Duration::from_secs(5);
/// After so many faults of this program a redrive is left to the next process, or until somebody steers it.
const FAULTS: u32 = 3;

/// A redrive that this process carries out from now on: its journal, its order, and the URLs of its queues.
type Taken = (Claimed, Order, (QueueUrl, Vec<QueueUrl>));

impl Connection {
    /// Has this process carry a redrive out, from where its journal is.
    pub(super) fn carry_on(&self, id: RedriveId, queue: QueueName) {
        if let Some(seat) = self.seat_for(id, queue) {
            self.carry_on_from(seat, Handed::default());
        }
    }

    /// The same from a seat that was taken before, with what the console holds of its messages.
    pub(super) fn carry_on_from(&self, mut seat: Seated, handed: Handed) {
        let connection = self.clone();
        self.desk().work().spawn(async move {
            let run = Arc::clone(&seat.run);
            connection.carry_out(&run, &mut seat.wishes, handed).await;
        });
    }

    /// Takes the one seat of a queue, from which on nobody else receives there. `None` where it is taken.
    pub(super) fn seat_for(&self, id: RedriveId, queue: QueueName) -> Option<Seated> {
        let (events, wishes) = mpsc::unbounded_channel();
        let run = Arc::new(Run::new(id, queue, events));
        let seated = self.desk().runs().add(Arc::clone(&run));
        seated.then(|| Seated { connection: self.clone(), run, wishes })
    }

    /// Carries it out until there is nothing more to do, over faults of this program: what a panic leaves behind is what a
    /// crash does, and taking over once more is what a restart would do.
    async fn carry_out(&self, run: &Arc<Run>, wishes: &mut mpsc::UnboundedReceiver<Event>, mut handed: Handed) {
        let mut faults = 0;
        loop {
            // What a panic may have left half done is thrown away with the engine; `run` and `wishes` are whole at any time.
            match AssertUnwindSafe(self.stint(run, wishes, &mut handed)).catch_unwind().await {
                Ok(true) => {}
                Ok(false) => return,
                Err(_) => {
                    faults += 1;
                    tracing::error!(redrive = run.id.as_str(), faults, "a fault of this program broke a redrive off");
                    if faults == FAULTS {
                        return;
                    }
                    run.tell(Live { per_second: 0.0, ..run.live() });
                }
            }
            if !self.again().await {
                return;
            }
        }
    }

    /// Takes it over and carries it out. Whether that has to be tried again.
    async fn stint(&self, run: &Arc<Run>, wishes: &mut mpsc::UnboundedReceiver<Event>, handed: &mut Handed) -> bool {
        let Some(taken) = self.take_over(run).await else { return false };
        let (token, order) = (taken.0.token, taken.1.clone());
        let how = match self.drive(run, wishes, std::mem::take(handed), taken).await {
            Ok(End::Finished { may_remain }) => EndedHow::Finished { may_remain },
            Ok(End::Cancelled) => EndedHow::Cancelled,
            Ok(End::Stopped | End::Fenced) | Err(Failure::Refused(_)) => return false,
            Err(_) => {
                // The audit log could not be written, so nothing was begun.
                run.tell(Live::without_journal());
                return true;
            }
        };
        self.write_end(run, token, how, &order).await;
        false
    }

    /// Carries it out until this process has no more to do with it.
    async fn drive(
        &self,
        run: &Arc<Run>,
        wishes: &mut mpsc::UnboundedReceiver<Event>,
        handed: Handed,
        (claimed, order, (source, destinations)): Taken,
    ) -> Result<End, Failure> {
        let Claimed { token, kept, rows, earlier, .. } = claimed;
        let now = self.now();
        let resumed = !rows.is_empty();
        let mut engine = Engine::new(Arc::new(order), rows, earlier, now);
        if !token.is_first() {
            engine.taken_over(now);
        }
        let first = first(&kept, handed, now);
        let act = act(&kept, verb(kept.edits), destinations.first());
        let act = act.fact("goes on", if resumed { "yes" } else { "no" });
        let drive = |sqs| {
            let (hurry, clock) = (CancellationToken::new(), self.clock());
            Drive {
                id: kept.id.clone(),
                engine,
                caller: Arc::new(Caller { clock, sqs, source, destinations, hurry }),
                store: self.shared_store(),
                token,
                clock: self.clock(),
                run: Arc::clone(run),
                wanted: kept.messages,
                wishes,
                closing: self.closing().clone(),
            }
        };
        let live = Arc::clone(run);
        let effect = |sqs| {
            let drive = drive(sqs);
            async move { Ok(Answer { value: drive.out(first).await, request_id: None }) }
        };
        let facts = move |end: &End| {
            let census = live.live().census;
            Detail::from([
                ("outcome".to_owned(), report::headline(&census)),
                ("ended".to_owned(), said(*end).to_owned()),
            ])
        };
        self.act_telling(act, effect, facts).await
    }

    /// Writes down how it ended, as long as that takes: everything is done, but nobody would know.
    async fn write_end(&self, run: &Run, token: Token, how: EndedHow, order: &Order) {
        let ended = Ended { at_ms: self.now_ms(), how };
        while let Err(error) = self.store().end_redrive(&run.id, token, ended).await {
            let fenced = matches!(error, StoreError::Fenced);
            failed::store(&error);
            run.tell(Live { pauses: Live::without_journal().pauses, ..run.live() });
            if fenced || !self.again().await {
                return;
            }
        }
        for queue in std::iter::once(&order.source).chain(&order.destinations) {
            self.reread(&queue.arn.name()).await;
        }
    }

    /// Waits before something is tried again; `false` when the console stops.
    async fn again(&self) -> bool {
        tokio::select! {
            () = self.closing().cancelled() => false,
            () = tokio::time::sleep(AGAIN) => true,
        }
    }

    /// Finds the queues of a redrive, as long as that takes, then claims it. `None` where it has ended, or the console does.
    async fn take_over(&self, run: &Run) -> Option<Taken> {
        loop {
            match self.try_to_take_over(run).await {
                Ok(taken) => return taken,
                Err(waiting) => run.tell(waiting),
            }
            if !self.again().await {
                return None;
            }
        }
    }

    async fn try_to_take_over(&self, run: &Run) -> Result<Option<Taken>, Live> {
        let no_journal = |error: StoreError| {
            failed::store(&error);
            Live::without_journal()
        };
        let kept = self.store().redrive(self.name(), &run.id).await.map_err(no_journal)?;
        let Some(kept) = kept.filter(KeptRedrive::is_open) else { return Ok(None) };
        let queues = self.urls(&kept.source, &kept.destinations).await;
        let gone = matches!(queues, Err(Failure::NoSuchQueue(_)));
        if !(gone && kept.cancelled) {
            queues.as_ref().map_err(Live::waiting)?;
        }
        let since_ms = self.now_ms() - MATTERS_MS;
        let claimed = self.store().claim_redrive(&run.id, since_ms).await.map_err(no_journal)?;
        let Some(claimed) = claimed else { return Ok(None) };
        match (order(&claimed), queues) {
            (Some(order), Ok(urls)) => Ok(Some((claimed, order, urls))),
            (order, queues) => {
                if order.is_none() {
                    tracing::error!(redrive = run.id.as_str(), "the order of this redrive cannot be read");
                }
                if kept.cancelled {
                    // There is nothing left that could be done with it, and nobody wants it. Where the console ends between
                    // the two commits, both are made once more.
                    let keeps = order.is_some_and(|order| order.policy.keep_originals);
                    let gone = matches!(queues, Err(Failure::NoSuchQueue(queue)) if queue == run.queue);
                    let records = last_records(&claimed.rows, keeps, gone);
                    self.store().commit_records(&run.id, claimed.token, records.into()).await.map_err(no_journal)?;
                    let ended = Ended { at_ms: self.now_ms(), how: EndedHow::Cancelled };
                    self.store().end_redrive(&run.id, claimed.token, ended).await.map_err(no_journal)?;
                }
                Ok(None)
            }
        }
    }
}

/// A redrive that this process carries out; whatever becomes of that, it says when it does not any more.
pub(super) struct Seated {
    connection: Connection,
    run: Arc<Run>,
    wishes: mpsc::UnboundedReceiver<Event>,
}

impl Drop for Seated {
    fn drop(&mut self) {
        self.connection.desk().runs().remove(&self.run.id);
    }
}

/// The order as it was written, with its edits and with what people have said since.
fn order(claimed: &Claimed) -> Option<Order> {
    let mut order: Order = serde_json::from_str(&claimed.order).ok()?;
    order.edits = edits(claimed);
    if claimed.kept.approved {
        order.policy.canary = None;
    }
    Some(order)
}

fn edits(claimed: &Claimed) -> BTreeMap<MessageId, Edit> {
    let edits = claimed.edits.iter();
    edits.map(|(id, (revision, draft))| (id.clone(), Edit { revision: *revision, draft: Arc::clone(draft) })).collect()
}

/// What the engine hears first: what people wanted before the process ended, and what the console holds.
fn first(kept: &KeptRedrive, handed: Handed, now: Now) -> Vec<Event> {
    let mut first = Vec::new();
    if kept.paused {
        first.push(Event::Pause);
    }
    if kept.cancelled {
        first.push(Event::Cancel);
    }
    // What nothing is done with is not handed over: it would be given back at once.
    if !kept.paused && !kept.cancelled {
        first.extend(hands(handed, now));
    }
    first
}

/// Held messages as the engine hears of them, by its own clock: all at once, or it would look for the others meanwhile.
pub(super) fn hands(handed: Handed, now: Now) -> Option<Event> {
    let until = |(message, until_ms)| (message, now.mono_ms + (until_ms - now.wall_ms));
    (!handed.is_empty()).then(|| Event::Handed { messages: handed.into_iter().map(until).collect() })
}

fn act(kept: &KeptRedrive, verb: Verb, to: Option<&QueueUrl>) -> Act {
    let cli = Command::new("send-message-batch");
    let cli = cli.maybe("queue-url", to.map(QueueUrl::as_str)).file("entries", "entries.json");
    let to: Vec<String> = kept.destinations.iter().map(|arn| arn.name().to_string()).collect();
    let act = Act::on(&kept.queue(), verb, cli).fact("redrive", kept.id.as_str()).fact("to", to.join(", "));
    let act = act.fact("messages", kept.messages.map_or_else(|| "all".to_owned(), words::count));
    if kept.edits > 0 { act.fact("edited", words::count(kept.edits)) } else { act }
}

fn said(end: End) -> &'static str {
    match end {
        End::Finished { .. } => "finished",
        End::Cancelled => "cancelled",
        End::Stopped => "the console stopped; it goes on with the next start",
        End::Fenced => "another console has taken it over",
    }
}
