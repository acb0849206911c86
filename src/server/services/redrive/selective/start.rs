//! Begins a selective redrive, goes on with one that a process before has left, and steers it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::caller::Caller;
use super::drive::Drive;
use super::run::Run;
use crate::model::activity::{Detail, Verb};
use crate::model::cli::Command;
use crate::model::form::Done;
use crate::model::journal::{Ended, EndedHow, KeptRedrive, RedriveId};
use crate::model::{Failure, QueueName, QueueUrl, Refusal, words};
use crate::server::services::act::Act;
use crate::server::services::messages::Handed;
use crate::server::services::redrive::engine::{Edit, End, Engine, Event, Now, Order, report};
use crate::server::services::{Connection, report as failed};
use crate::server::sqs::Answer;
use crate::server::store::redrives::{Claimed, NewRedrive, Wanted};

/// For how long a redrive's rows count for later ones: no message lives longer (SQS Developer Guide, "Message retention":
/// 14 days), and a deleted one may come by again until then.
const MATTERS_MS: i64 = 15 * 24 * 3_600_000;
/// How long to wait until SQS or the disk is asked again by a redrive that cannot begin.
const AGAIN: Duration = Duration::from_secs(5);

/// What is told about a redrive that somebody starts, beside its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// How its messages were chosen, in words: “marked by hand”, “the whole queue”.
    pub how: String,
    /// How many were chosen; absent where the whole queue was.
    pub messages: Option<u64>,
    /// The redrive that it takes back.
    pub undoes: Option<RedriveId>,
}

/// What somebody wants of a redrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steer {
    /// That it waits. What it holds and has not sent is given back.
    Pause,
    /// That it goes on.
    Resume,
    /// That it ends. What was sent stays sent, and its originals are still deleted.
    Cancel,
}

impl Connection {
    /// Starts a selective redrive; it goes on by itself. What the console holds of its messages is handed over. Refused
    /// where the connection is read-only, and where another redrive, a message move task, a job or a hold receives from
    /// the same queue. Up to five requests beyond those of the redrive itself.
    pub async fn start_selective(&self, order: Order, about: About) -> Result<RedriveId, Failure> {
        let queue = order.source.arn.name();
        self.require(&queue, verb(order.edits.len() as u64)).await?;
        self.vacant(&queue)?;
        if self.desk().cell(&queue).is_some_and(|cell| cell.is_receiving()) {
            return Err(Failure::Refused(Refusal::ReceiveRunning));
        }
        // A queue that is no dead-letter queue has no tasks, and SQS says so with an error.
        let tasks = self.move_tasks(&queue, &order.source.arn).await.unwrap_or_default();
        if tasks.iter().any(|task| task.status.is_active()) {
            return Err(Failure::Refused(Refusal::TaskRunning));
        }
        self.urls(&order).await?;
        let id = order.id.clone();
        let kept = KeptRedrive {
            id: id.clone(),
            connection: self.name().clone(),
            source: order.source.arn.clone(),
            destinations: order.destinations.iter().map(|queue| queue.arn.clone()).collect(),
            who: self.who().to_owned(),
            how: about.how,
            messages: about.messages,
            undoes: about.undoes,
            edits: order.edits.len() as u64,
            started_ms: self.now_ms(),
            paused: false,
            approved: false,
            cancelled: false,
            ended: None,
        };
        let edits =
            order.edits.iter().map(|(id, edit)| (id.clone(), (edit.revision, Arc::clone(&edit.draft)))).collect();
        // An order is made of names, numbers and ids: it can always be written.
        let spelled = serde_json::to_string(&order).unwrap_or_default();
        let added = self.store().add_redrive(NewRedrive { kept, order: spelled, edits }).await;
        if !added.map_err(|error| failed::not_written(&error))? {
            return Err(Failure::Refused(Refusal::RedriveRunning));
        }
        let handed = self.hand_over(&queue, |id| order.takes(id)).await;
        self.carry_on(id.clone(), queue, handed);
        Ok(id)
    }

    /// Goes on with the redrives that a process before has left. A read-only connection leaves them alone.
    pub async fn resume_selectives(&self) {
        if self.read_only() {
            return;
        }
        match self.store().open_redrives(self.name()).await {
            Ok(open) => {
                open.into_iter().for_each(|kept| self.carry_on(kept.id.clone(), kept.queue(), Handed::default()))
            }
            Err(error) => drop(failed::store(&error)),
        }
    }

    /// Tells a redrive to wait, to go on, or to end. When this returns the wish outlives the process.
    pub async fn steer_selective(&self, id: &RedriveId, steer: Steer) -> Result<Done, Failure> {
        let kept = self.kept_redrive(id).await?;
        self.require(&kept.queue(), Verb::MoveMessages).await?;
        let (wanted, event, done) = match steer {
            Steer::Pause => (Wanted::Paused, Event::Pause, Done::RedrivePaused),
            Steer::Resume => (Wanted::GoingOn, Event::Resume, Done::RedriveResumed),
            Steer::Cancel => (Wanted::Cancelled, Event::Cancel, Done::RedriveEnding),
        };
        let steered = self.store().steer_redrive(id, wanted).await.map_err(|error| failed::not_written(&error))?;
        if !steered {
            return Err(Failure::Refused(Refusal::RedriveEnded));
        }
        let Some(run) = self.desk().runs().find(id) else { return Ok(done) };
        let mut events = Vec::new();
        if steer == Steer::Resume {
            // Somebody may have held its messages meanwhile: it would look for them in vain.
            let order = self.selective_order(id).await?;
            let handed = self.hand_over(&kept.queue(), |id| order.takes(id)).await;
            events.extend(hands(handed, self.now()));
        }
        events.push(event);
        for event in events {
            // Where it has just ended there is nobody left to tell.
            let _ = run.events.send(event);
        }
        Ok(done)
    }

    /// Has this process carry a redrive out, from where its journal is.
    fn carry_on(&self, id: RedriveId, queue: QueueName, handed: Handed) {
        let (events, wishes) = mpsc::unbounded_channel();
        let run = Arc::new(Run::new(id.clone(), queue, events));
        self.desk().runs().add(Arc::clone(&run));
        let connection = self.clone();
        self.desk().work().spawn(async move {
            let _registered = Registered { connection: connection.clone(), id };
            connection.carry_out(&run, wishes, handed).await;
        });
    }

    async fn carry_out(&self, run: &Arc<Run>, wishes: mpsc::UnboundedReceiver<Event>, handed: Handed) {
        let Some((claimed, order, urls)) = self.take_over(run).await else { return };
        let Claimed { token, kept, rows, earlier, .. } = claimed;
        let (queue, verb) = (kept.queue(), verb(kept.edits));
        let now = self.now();
        let resumed = !rows.is_empty();
        let order = Arc::new(order);
        let engine = Engine::new(Arc::clone(&order), rows, earlier, now);
        let first = first(&kept, handed, now);
        let (source, destinations) = urls;
        let act = act(&kept, verb, destinations.first()).fact("goes on", if resumed { "yes" } else { "no" });
        let drive = |sqs| {
            let hurry = CancellationToken::new();
            Drive {
                id: kept.id.clone(),
                engine,
                caller: Arc::new(Caller { sqs, source, destinations, hurry }),
                store: self.shared_store(),
                token,
                clock: self.clock(),
                run: Arc::clone(run),
                wishes,
                closing: self.closing().clone(),
            }
        };
        let (live, id) = (Arc::clone(run), kept.id.clone());
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
        let Ok(end) = self.act_telling(act, effect, facts).await else { return };
        let how = match end {
            End::Finished { may_remain } => EndedHow::Finished { may_remain },
            End::Cancelled => EndedHow::Cancelled,
            End::Stopped | End::Fenced => return,
        };
        let ended = Ended { at_ms: self.now_ms(), how };
        if let Err(error) = self.store().end_redrive(&id, token, ended).await {
            // Everything is done and written down: the next process finds nothing left to do and ends it.
            failed::store(&error);
        }
        for name in std::iter::once(queue).chain(order.destinations.iter().map(|queue| queue.arn.name())) {
            self.reread(&name).await;
        }
    }

    /// Claims a redrive and finds its queues, as long as that takes. `None` where it has ended, or the console does.
    async fn take_over(&self, run: &Run) -> Option<(Claimed, Order, (QueueUrl, Vec<QueueUrl>))> {
        loop {
            let since_ms = self.now_ms() - MATTERS_MS;
            match self.store().claim_redrive(&run.id, since_ms).await {
                Ok(None) => return None,
                Ok(Some(claimed)) => {
                    let Some(order) = order(&claimed) else {
                        tracing::error!(redrive = run.id.as_str(), "the order of this redrive cannot be read");
                        return None;
                    };
                    if let Ok(urls) = self.urls(&order).await {
                        return Some((claimed, order, urls));
                    }
                }
                Err(error) => drop(failed::store(&error)),
            }
            tokio::select! {
                () = self.closing().cancelled() => return None,
                () = tokio::time::sleep(AGAIN) => {}
            }
        }
    }

    fn now(&self) -> Now {
        Now { mono_ms: self.clock().mono_ms(), wall_ms: self.now_ms() }
    }

    /// The URLs of an order's queues. One request for each that is not in the list.
    async fn urls(&self, order: &Order) -> Result<(QueueUrl, Vec<QueueUrl>), Failure> {
        let source = self.url(&order.source.arn.name()).await?;
        let mut destinations = Vec::new();
        for queue in &order.destinations {
            destinations.push(self.url(&queue.arn.name()).await?);
        }
        Ok((source, destinations))
    }
}

/// A redrive that this process carries out; whatever becomes of that, it says when it does not any more.
struct Registered {
    connection: Connection,
    id: RedriveId,
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.connection.desk().runs().remove(&self.id);
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

fn edits(claimed: &Claimed) -> BTreeMap<crate::model::MessageId, Edit> {
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
    first.extend(hands(handed, now));
    first
}

/// Held messages as the engine hears of them: by its own clock.
fn hands(handed: Handed, now: Now) -> impl Iterator<Item = Event> {
    let until = move |until_ms| now.mono_ms + (until_ms - now.wall_ms);
    handed.into_iter().map(move |(until_ms, messages)| Event::Handed { messages, until_ms: until(until_ms) })
}

fn verb(edits: u64) -> Verb {
    if edits == 0 { Verb::MoveMessages } else { Verb::EditAndResend }
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
