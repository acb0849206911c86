//! Redrives that cross a queue: one that empties it, or one that moves messages into it, SQS's own and ours. Whoever purges
//! or deletes the queue then loses what is on the way.

use std::collections::BTreeSet;

use crate::model::refusal::OwnRedrive;
use crate::model::{Attributes, Failure, MoveTask, QueueArn, QueueName, Refusal};
use crate::server::services::connection::Connection;
use crate::server::services::report;

/// What crosses a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crossing {
    /// The refusal of whatever would lose messages.
    pub refusal: Option<Refusal>,
    /// Why not all tasks are known, if they are not.
    pub unknown: Option<Failure>,
}

impl Connection {
    /// Looks for redrives that cross a queue. These are ours, and move tasks: its own, those of its dead-letter queue, and
    /// whatever else the poller or the log knows to run. One request for each dead-letter queue that is asked, which are
    /// few. `sources` are the queues that name it as their dead-letter queue, where that is known. Fails where nobody can
    /// tell what this console has begun.
    pub async fn crossing(&self, its: &Attributes, sources: Option<&[QueueName]>) -> Result<Crossing, Failure> {
        let Some(own) = &its.arn else { return Ok(Crossing::default()) };
        let census = self.poller().census();
        let mut asked: BTreeSet<QueueArn> = BTreeSet::new();
        if sources.is_none_or(|sources| !sources.is_empty()) {
            asked.insert(own.clone());
        }
        let mut crossing = Crossing { refusal: self.crossed_by_ours(own).await?, unknown: None };
        let near = |arn: &QueueArn| (arn.account(), arn.region()) == (own.account(), own.region());
        asked.extend(its.redrive_policy.iter().map(|policy| policy.dead_letter_target.clone()).filter(near));
        asked.extend(census.running_tasks().map(|(_, task)| task.source.clone()));
        asked.extend(self.seen_running().await.into_iter().map(|kept| kept.task.source));
        for source in asked {
            let from = source.name();
            match self.poller().tasks_of(&from, &source).await {
                Ok(tasks) => {
                    self.note_tasks(&tasks).await;
                    let names_it = its.redrive_policy.as_ref().is_some_and(|p| p.dead_letter_target == source);
                    for task in tasks.iter().filter(|task| task.status.is_active()) {
                        let arrives = arrives(task, own, names_it);
                        if arrives || source == *own {
                            crossing.refusal.get_or_insert(Refusal::Redriving {
                                from: from.clone(),
                                arrives,
                                own: None,
                            });
                        }
                    }
                }
                // A queue that is gone has no tasks.
                Err(Failure::NoSuchQueue(_)) => {}
                Err(failure) => crossing.unknown = Some(failure),
            }
        }
        Ok(crossing)
    }

    /// Why a queue must be left alone: a selective redrive of this console takes from it or moves messages into it, through
    /// whichever connection. One that is paused counts.
    pub(super) async fn crossed_by_ours(&self, own: &QueueArn) -> Result<Option<Refusal>, Failure> {
        let about = self.store().redrive_about(own).await.map_err(|error| report::store(&error))?;
        Ok(about.map(|redrive| {
            let which = OwnRedrive { connection: redrive.connection, id: redrive.id };
            if redrive.source == *own {
                return Refusal::RedriveRunning(Some(which));
            }
            Refusal::Redriving { from: redrive.source.name(), arrives: true, own: Some(which) }
        }))
    }

    /// Refuses what would lose the messages of a move task that is known to cross the queue.
    pub(in crate::server::services) async fn uncrossed(
        &self,
        queue: &QueueName,
        its: &Attributes,
    ) -> Result<(), Failure> {
        let sources = self.dead_letter_sources(queue).await.ok();
        match self.crossing(its, sources.as_deref()).await?.refusal {
            Some(refusal) => Err(Failure::Refused(refusal)),
            None => Ok(()),
        }
    }
}

/// Whether a task moves messages into this queue: it was told to, or messages that failed here go back.
fn arrives(task: &MoveTask, own: &QueueArn, names_it: bool) -> bool {
    task.destination.as_ref().map_or(names_it, |to| to == own)
}
