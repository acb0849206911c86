//! Begins a selective redrive, goes on with those that a process before has left, and steers them.

use std::sync::Arc;

use super::run::Resuming;
use super::stint::hands;
use crate::model::activity::{Detail, Verb};
use crate::model::form::Done;
use crate::model::journal::{KeptRedrive, RedriveId};
use crate::model::refusal::OwnRedrive;
use crate::model::{Failure, MessageId, QueueArn, QueueKind, QueueName, QueueUrl, Refusal};
use crate::server::services::act::Act;
use crate::server::services::messages::Handed;
use crate::server::services::redrive::engine::{Event, Now, Order, Pause};
use crate::server::services::{Connection, report as failed};
use crate::server::store::redrives::{NewRedrive, Wanted};

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

impl Steer {
    /// The word for it in the audit log.
    fn word(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "go on",
            Self::Cancel => "end",
        }
    }
}

impl Connection {
    /// Starts a selective redrive; it goes on by itself. What the console holds of its messages is handed over. Refused
    /// where the connection is read-only, and where another redrive, a message move task, a job or a hold receives from
    /// the same queue. Up to five requests beyond those of the redrive itself.
    pub async fn start_selective(&self, order: Order, about: About) -> Result<RedriveId, Failure> {
        let queue = order.source.arn.name();
        self.require(&queue, verb(order.edits.len() as u64)).await?;
        self.vacant(&queue)?;
        let id = order.id.clone();
        // From here on nobody else begins to receive from the queue.
        let Some(seat) = self.seat_for(id.clone(), queue.clone()) else {
            return self.asked_again(&id, &order.source.arn).await;
        };
        self.alone_at(&queue, &order.source.arn).await?;
        let destinations: Vec<QueueArn> = order.destinations.iter().map(|queue| queue.arn.clone()).collect();
        self.urls(&order.source.arn, &destinations).await?;
        let kept = KeptRedrive {
            id: id.clone(),
            connection: self.name().clone(),
            source: order.source.arn.clone(),
            destinations,
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
            drop(seat);
            return self.asked_again(&id, &order.source.arn).await;
        }
        let handed = self.hand_over(&queue, |id| of_use(&order, id)).await;
        self.carry_on_from(seat, handed);
        Ok(id)
    }

    /// Who asks for the same once more is led to what became of it the first time; anybody else has to wait, and is told
    /// for which.
    async fn asked_again(&self, id: &RedriveId, source: &QueueArn) -> Result<RedriveId, Failure> {
        match self.kept_redrive(id).await {
            Err(Failure::NotFound) => {}
            found => return found.map(|kept| kept.id),
        }
        let seated = self.desk().runs().of(&source.name()).map(|run| self.own(run.id.clone()));
        let own = match seated {
            Some(own) => Some(own),
            None => self
                .store()
                .redrive_about(source)
                .await
                .map_err(|error| failed::store(&error))?
                .map(|kept| OwnRedrive { connection: kept.connection, id: kept.id }),
        };
        Err(Failure::Refused(Refusal::RedriveRunning(own)))
    }

    /// Refuses where a look, a hold or a job still receives from a queue, or SQS's own redrive does.
    async fn alone_at(&self, queue: &QueueName, arn: &QueueArn) -> Result<(), Failure> {
        let looked_at = self.desk().turn(queue).try_lock().is_err();
        let filling = self.desk().cell(queue).is_some_and(|cell| cell.is_receiving());
        if looked_at || filling || self.jobs().receives(queue) {
            return Err(Failure::Refused(Refusal::ReceiveRunning));
        }
        let tasks = match self.move_tasks(queue, arn).await {
            Ok(tasks) => tasks,
            // A queue that is no dead-letter queue has no tasks, and an SQS without tasks has none either.
            Err(
                Failure::Refused(Refusal::NotADeadLetterQueue)
                | Failure::Rejected(_)
                | Failure::Unsupported(_)
                | Failure::NoSuchQueue(_),
            ) => Vec::new(),
            Err(failure) => return Err(failure),
        };
        if tasks.iter().any(|task| task.status.is_active()) {
            return Err(Failure::Refused(Refusal::TaskRunning));
        }
        Ok(())
    }

    /// Goes on with the redrives that a process before has left. A read-only connection leaves them alone.
    pub async fn resume_selectives(&self) {
        if self.read_only() {
            return;
        }
        match self.store().open_redrives(self.name()).await {
            Ok(open) => {
                for kept in open {
                    self.carry_on(kept.id.clone(), kept.queue());
                }
            }
            Err(error) => drop(failed::store(&error)),
        }
    }

    /// Tells a redrive to wait, to go on, or to end. When this returns the wish outlives the process. Up to one request.
    pub async fn steer_selective(&self, id: &RedriveId, steer: Steer) -> Result<Done, Failure> {
        let kept = self.kept_redrive(id).await?;
        let queue = kept.queue();
        let waits_for = |pause| self.desk().runs().find(id).is_some_and(|run| run.live().pauses.contains(&pause));
        let (wanted, event, done) = match steer {
            Steer::Pause => (Wanted::Paused, Event::Pause, Done::RedrivePaused),
            Steer::Resume if waits_for(Pause::Canary) => (Wanted::Approved, Event::Resume, Done::RedriveResumed),
            Steer::Resume => (Wanted::GoingOn, Event::Resume, Done::RedriveResumed),
            Steer::Cancel => (Wanted::Cancelled, Event::Cancel, Done::RedriveEnding),
        };
        // From here on nobody else begins to receive from the queue.
        let (mut seat, mut resuming) = (None, None);
        if steer == Steer::Resume {
            resuming = self.desk().runs().find(id).map(Resuming::of);
            if resuming.is_none() {
                seat = self.seat_for(id.clone(), queue.clone());
            }
            self.alone_at(&queue, &kept.source).await?;
        }
        let act = Act::here(&queue, verb(kept.edits)).fact("redrive", id.as_str()).fact("asked to", steer.word());
        let write = async {
            match self.store().steer_redrive(id, wanted).await {
                Ok(true) => Ok(()),
                Ok(false) => Err(Failure::Refused(Refusal::RedriveEnded)),
                Err(error) => Err(failed::not_written(&error)),
            }
        };
        self.act_here(act, write, |()| Detail::new()).await?;
        // One that this process has dropped begins again, and finds the wish in the store.
        match seat {
            Some(seat) => self.carry_on_from(seat, Handed::default()),
            None => self.carry_on(id.clone(), queue.clone()),
        }
        let Some(run) = self.desk().runs().find(id) else { return Ok(done) };
        let mut events = vec![event];
        if steer == Steer::Resume {
            // Somebody may have held its messages meanwhile: it would look for them in vain.
            let order = self.selective_order(id).await?;
            events.extend(hands(self.hand_over(&queue, |id| of_use(&order, id)).await, self.now()));
        }
        for event in events {
            // Where it has just ended there is nobody left to tell.
            let _ = run.events.send(event);
        }
        if let Some(resuming) = resuming {
            resuming.heard().await;
        }
        Ok(done)
    }

    pub(super) fn now(&self) -> Now {
        Now { mono_ms: self.clock().mono_ms(), wall_ms: self.now_ms() }
    }

    /// The URLs of a redrive's queues. One request for each that is not in the list.
    pub(super) async fn urls(
        &self,
        source: &QueueArn,
        destinations: &[QueueArn],
    ) -> Result<(QueueUrl, Vec<QueueUrl>), Failure> {
        let source = self.url(&source.name()).await?;
        let mut urls = Vec::new();
        for destination in destinations {
            urls.push(self.url(&destination.name()).await?);
        }
        Ok((source, urls))
    }
}

/// Whether a redrive can use a message that the console holds. On FIFO what it does not take is in its way, too: SQS shows
/// nothing of a group while something of it is in flight.
fn of_use(order: &Order, id: &MessageId) -> bool {
    order.source.kind == QueueKind::Fifo || order.takes(id)
}

/// What the audit log calls a redrive with so many edits.
pub(super) fn verb(edits: u64) -> Verb {
    if edits == 0 { Verb::MoveMessages } else { Verb::EditAndResend }
}
