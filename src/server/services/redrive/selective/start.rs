//! Begins a selective redrive, goes on with those that a process before has left, and steers them.

use std::sync::Arc;

use super::stint::hands;
use crate::model::activity::Verb;
use crate::model::form::Done;
use crate::model::journal::{KeptRedrive, RedriveId};
use crate::model::{Failure, QueueUrl, Refusal};
use crate::server::services::messages::Handed;
use crate::server::services::redrive::engine::{Event, Now, Order};
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
                for kept in open {
                    self.carry_on(kept.id.clone(), kept.queue(), Handed::default());
                }
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

    pub(super) fn now(&self) -> Now {
        Now { mono_ms: self.clock().mono_ms(), wall_ms: self.now_ms() }
    }

    /// The URLs of an order's queues. One request for each that is not in the list.
    pub(super) async fn urls(&self, order: &Order) -> Result<(QueueUrl, Vec<QueueUrl>), Failure> {
        let source = self.url(&order.source.arn.name()).await?;
        let mut destinations = Vec::new();
        for queue in &order.destinations {
            destinations.push(self.url(&queue.arn.name()).await?);
        }
        Ok((source, destinations))
    }
}

/// What the audit log calls a redrive with so many edits.
pub(super) fn verb(edits: u64) -> Verb {
    if edits == 0 { Verb::MoveMessages } else { Verb::EditAndResend }
}
