//! What the poller knows: every queue of a connection with its newest attributes, as one immutable value that
//! pages and streams share.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::depth::Series;
use crate::model::live::STALE_MS;
use crate::model::redrive::pace::{self, Samples};
use crate::model::{Attributes, Failure, MoveTask, QueueArn, QueueName, QueueUrl};

/// A queue as the poller last saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueRow {
    /// Its name.
    pub name: QueueName,
    /// Its URL, as `ListQueues` gave it.
    pub url: QueueUrl,
    /// The newest attributes, absent until they were read once.
    pub attributes: Option<Arc<Attributes>>,
    /// When they were read, milliseconds since 1970.
    pub read_at: Option<i64>,
    /// Why the last read failed, if it did; `attributes` then hold what was known before.
    pub failure: Option<Failure>,
    /// Visible messages over the last 30 minutes.
    pub series: Series,
    /// Grows whenever anything above changes, across all rows of the connection: lets a stream send only news.
    pub version: u64,
    /// The version in which the line of `series` last changed.
    pub drawn: u64,
}

/// The message move tasks of a dead-letter queue, as the poller last saw them.
#[derive(Clone, Debug, PartialEq)]
pub struct Tasks {
    /// At most ten, newest first.
    pub list: Vec<MoveTask>,
    /// When they were read, milliseconds since 1970.
    pub read_at: i64,
    /// Why the last read failed, if it did.
    pub failure: Option<Failure>,
    /// How far the newest one was when it was read the last times.
    pub samples: Samples,
    /// Grows with every read, in step with the versions of rows.
    pub version: u64,
}

impl Tasks {
    /// The pace of one of them in words; empty where it does not run or nothing is known.
    pub fn pace(&self, task: &MoveTask) -> String {
        pace::words(task, self.samples.pace(task))
    }
}

/// How fresh the numbers are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Liveness {
    /// Read on schedule.
    Live,
    /// Nobody watches, so nothing is read.
    Paused,
    /// Throttled or slow: reads come later than planned.
    Behind,
    /// The endpoint does not answer, or refuses.
    Offline(Failure),
}

/// Everything known about the queues of a connection.
#[derive(Clone, Debug)]
pub struct Census {
    /// When the poller started, milliseconds since 1970: versions of another start mean nothing.
    pub epoch: i64,
    /// Every queue by name.
    pub rows: BTreeMap<QueueName, Arc<QueueRow>>,
    /// The move tasks of the dead-letter queues that hold messages, that somebody looked at, or whose tasks run.
    pub tasks: BTreeMap<QueueName, Arc<Tasks>>,
    /// When the list of queues was last complete, milliseconds since 1970.
    pub listed_at: Option<i64>,
    /// Why the last reading of that list failed, if it did: queues may be missing, or be gone.
    pub list_failure: Option<Failure>,
    /// How fresh this is.
    pub liveness: Liveness,
    /// Requests made to SQS in the last minute by the poller, for pages and for streams.
    pub calls_per_minute: u32,
    /// Requests a minute that watching as now amounts to; for the estimate of what it costs.
    pub pace_per_minute: u32,
    /// The newest version of anything in it.
    pub version: u64,
}

impl Census {
    /// The queues whose redrive policy names `arn`.
    pub fn sources_of<'a>(&'a self, arn: &'a QueueArn) -> impl Iterator<Item = &'a Arc<QueueRow>> {
        self.rows.values().filter(move |row| row.dead_letter_target() == Some(arn))
    }

    /// The move tasks that run, with the dead-letter queue each empties.
    pub fn running_tasks(&self) -> impl Iterator<Item = (&QueueName, &MoveTask)> {
        self.tasks
            .iter()
            .flat_map(|(name, tasks)| tasks.list.iter().map(move |task| (name, task)))
            .filter(|(_, task)| task.status.is_active())
    }
}

impl QueueRow {
    /// Whether its numbers are older than they should be at `now_ms`, or the last read of them failed.
    pub fn is_stale(&self, now_ms: i64) -> bool {
        self.failure.is_some() || self.read_at.is_some_and(|at| now_ms - at > STALE_MS)
    }

    /// The dead-letter queue its redrive policy names.
    pub fn dead_letter_target(&self) -> Option<&QueueArn> {
        Some(&self.attributes.as_ref()?.redrive_policy.as_ref()?.dead_letter_target)
    }

    /// Its ARN, once known.
    pub fn arn(&self) -> Option<&QueueArn> {
        self.attributes.as_ref()?.arn.as_ref()
    }
}
