//! Gathers what is known of a redrive before it starts.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::{Redrivable, Wish, seen};
use crate::model::activity::{Activity, Outcome, Verb};
use crate::model::redrive::preflight::{Arrival, Facts, Failed, GOING_MS, Going, Known, Running};
use crate::model::{Attributes, Failure, MoveTask, QueueArn, QueueName, TaskStatus};
use crate::server::services::connection::Connection;
use crate::server::services::poller::Census;
use crate::server::services::report;
use crate::server::store::ActivityQuery;

/// How many sources are asked what they are; a queue is rarely the dead-letter queue of more.
const ASKED: usize = 10;
/// How old what is known of a source may be, milliseconds.
const SOURCE_MS: i64 = 60_000;
/// How old a reading of tasks may be to count in the account, milliseconds: twice what the slowest takes.
const TASKS_MS: i64 = 120_000;

impl Connection {
    /// Everything the redrive page shows. Three requests (four where the queue's URL is unknown), and one for every queue in
    /// which messages would arrive and of which nothing recent is known.
    pub async fn redrivable(&self, queue: &QueueName, wish: &Wish) -> Result<Redrivable, Failure> {
        let (attributes, sources) = tokio::join!(self.attributes(queue), self.dead_letter_sources(queue));
        let attributes = attributes?;
        let arn = attributes.arn.clone().ok_or_else(|| report::lacks(self.name(), queue, "QueueArn"))?;
        let (going, age_ms) = match &wish.destination {
            Some(name) => (vec![name.clone()], 0),
            None => (sources.clone().unwrap_or_default(), SOURCE_MS),
        };
        let (tasks, arrivals, gone, selective, put_back) = tokio::join!(
            self.poller().tasks_of(queue, &arn),
            self.arrivals(&going, age_ms),
            self.gone_lately(),
            self.crossed_by_ours(&arn),
            self.count_put_back(&arn)
        );
        if let Ok(tasks) = &tasks {
            self.note_tasks(tasks).await;
        }
        let now_ms = self.now_ms();
        let arrivals = arrivals
            .into_iter()
            .map(|(name, known)| {
                let its = if let Known::Read(its) = &known { Some(&**its) } else { None };
                Arrival { going: going_of(&gone, &name, its), name, known }
            })
            .collect();
        let census = self.poller().census();
        let seen = self.snapshot(queue).and_then(|snapshot| {
            let newest = tasks.as_ref().ok().and_then(|tasks| tasks.first()).map(|task| task.started);
            seen::of(&snapshot, queue.kind(), attributes.retention, newest, now_ms)
        });
        let exist = census.listed_at.filter(|_| census.list_failure.is_none()).map(|_| {
            let origins = seen.iter().flat_map(|seen| seen.origins.keys()).flatten();
            origins.map(QueueArn::name).filter(|name| census.rows.contains_key(name)).collect()
        });
        let facts = Facts {
            queue: queue.clone(),
            selective: selective?,
            failed: failed(&tasks),
            put_back: put_back?,
            arn,
            going: going_of(&gone, queue, Some(&attributes)),
            attributes,
            sources,
            destination: wish.destination.clone(),
            arrivals,
            rate: wish.rate,
            busy: busy(&tasks),
            running: running(&census, now_ms),
            exist,
            seen,
            now_ms,
        };
        let pace = match (&tasks, self.poller().tasks(queue)) {
            (Ok(tasks), Some(known)) => tasks.first().map(|task| known.pace(task)).unwrap_or_default(),
            _ => String::new(),
        };
        Ok(Redrivable { findings: facts.findings(), facts, tasks, pace })
    }

    /// What is known of the queues in which messages would arrive.
    async fn arrivals(&self, names: &[QueueName], age_ms: i64) -> Vec<(QueueName, Known)> {
        let (asked, beyond) = names.split_at(names.len().min(ASKED));
        let asked = asked.iter().map(|name| async move {
            let known = match self.poller().row(name, age_ms).await {
                Ok(row) => row.attributes.as_deref().cloned().map(|its| Known::Read(Box::new(its))),
                Err(Failure::NoSuchQueue(_)) => Some(Known::Missing),
                Err(failure) => Some(Known::Unread(failure)),
            };
            (name.clone(), known.unwrap_or(Known::Unasked))
        });
        let mut known = join_all(asked).await;
        known.extend(beyond.iter().map(|name| (name.clone(), Known::Unasked)));
        known
    }

    /// What was purged or deleted through this console so lately that SQS may still be at it, and since when. What could not
    /// be looked up did not happen as far as anyone knows.
    pub(in crate::server::services::redrive) async fn gone_lately(&self) -> BTreeMap<QueueName, (Going, i64)> {
        let mut found = BTreeMap::new();
        for (verb, how) in [(Verb::PurgeQueue, Going::Purged), (Verb::DeleteQueue, Going::Deleted)] {
            let query = ActivityQuery { verb: Some(verb), ..ActivityQuery::of(self.name().clone()) };
            let entries = self.store().activity(&query).await.inspect_err(|error| {
                report::store(error);
            });
            let now_ms = self.now_ms();
            for (queue, at) in entries.unwrap_or_default().iter().filter_map(|entry| happened(entry, now_ms)) {
                if now_ms - at < GOING_MS {
                    found.insert(queue, (how, at));
                }
            }
        }
        found
    }
}

/// To which queue it happened and when: now, where it is under way; nothing where it certainly did not.
fn happened(activity: &Activity, now_ms: i64) -> Option<(QueueName, i64)> {
    let failed = matches!(activity.outcome, Some(Outcome::Failed { .. }));
    let at = match (&activity.outcome, activity.finished_ms) {
        (None, _) => now_ms,
        (Some(_), finished) => finished.unwrap_or(activity.entry.at_ms),
    };
    activity.entry.queue.clone().filter(|_| !failed).map(|queue| (queue, at))
}

/// A queue that was made after the deletion is another one.
pub(in crate::server::services::redrive) fn going_of(
    gone: &BTreeMap<QueueName, (Going, i64)>,
    name: &QueueName,
    its: Option<&Attributes>,
) -> Option<Going> {
    let (how, at) = gone.get(name)?;
    let newer = its.and_then(|its| its.created).is_some_and(|created| created * 1_000 > *at);
    (*how != Going::Deleted || !newer).then_some(*how)
}

fn failed(tasks: &Result<Vec<MoveTask>, Failure>) -> Option<Failed> {
    let newest = tasks.as_ref().ok()?.first().filter(|task| task.status == TaskStatus::Failed)?;
    Some(Failed { code: newest.failure.clone()?, destination: newest.destination.as_ref().map(QueueArn::name) })
}

fn busy(tasks: &Result<Vec<MoveTask>, Failure>) -> Result<bool, Failure> {
    tasks.as_ref().map(|tasks| tasks.iter().any(|task| task.status.is_active())).map_err(Clone::clone)
}

/// How many redrives run, out of what the poller knows.
fn running(census: &Census, now_ms: i64) -> Running {
    let read = census.tasks.values().filter(|tasks| now_ms - tasks.read_at <= TASKS_MS);
    let targets: BTreeSet<_> = census.rows.values().filter_map(|row| row.dead_letter_target()).collect();
    let mut running = Running::default();
    for tasks in read {
        running.tasks += tasks.list.iter().filter(|task| task.status.is_active()).count() as u64;
        running.read += 1;
        running.age_ms = running.age_ms.max(now_ms - tasks.read_at);
    }
    running.of = running.read.max(targets.len() as u64);
    running
}
