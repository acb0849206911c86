//! What can be known of a redrive before it is started: facts in, sentences out.
//!
//! A finding that blocks is what SQS would refuse, or what would lose messages; the server refuses it, too, in the same
//! words. One that warns may go wrong. One that tells is only to be known – also what cannot be read is said.

mod past;
mod rights;
mod room;
#[cfg(test)]
mod tests;
mod time;

use std::collections::BTreeMap;

pub use self::past::Failed;
use crate::model::ids::{QueueArn, QueueName};
use crate::model::limits;
use crate::model::{Attributes, Failure, Refusal, words};

/// For how many milliseconds a queue that was purged or deleted here is no destination: SQS takes up to 60 seconds, and what
/// arrives meanwhile can be lost.
pub const GOING_MS: i64 = 90_000;

/// How much a finding matters; the order is that of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It cannot be started.
    Blocks,
    /// It may go wrong.
    Warns,
    /// It is to be known.
    Tells,
}

/// Something to know before the click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What it is.
    pub sentence: String,
    /// What to do about it; empty where there is nothing to do.
    pub advice: String,
    /// With what the server refuses it, where it blocks.
    pub failure: Option<Failure>,
}

impl Finding {
    fn blocks(failure: Failure) -> Self {
        let (sentence, advice) = (format!("{}.", failure.title()), failure.advice().to_owned());
        Self { severity: Severity::Blocks, sentence, advice, failure: Some(failure) }
    }

    fn warns(sentence: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { severity: Severity::Warns, sentence: sentence.into(), advice: advice.into(), failure: None }
    }

    fn tells(sentence: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { severity: Severity::Tells, ..Self::warns(sentence, advice) }
    }
}

/// What a queue was told through this console a moment ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Going {
    /// To lose all its messages.
    Purged,
    /// To end.
    Deleted,
}

/// What is known of a queue in which messages would arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// Its attributes.
    Read(Box<Attributes>),
    /// There is none of this name.
    Missing,
    /// It could not be read.
    Unread(Failure),
    /// It was not asked: there are too many.
    Unasked,
}

/// A queue in which messages would arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its name.
    pub name: QueueName,
    /// What is known of it.
    pub known: Known,
    /// What this console did to it in the last [`GOING_MS`].
    pub going: Option<Going>,
}

/// How many redrives the account runs, as far as the console knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Running {
    /// How many run.
    pub tasks: u64,
    /// Of so many dead-letter queues the tasks were read.
    pub read: u64,
    /// So many dead-letter queues are known.
    pub of: u64,
    /// How old the oldest of these readings is, milliseconds.
    pub age_ms: i64,
}

/// What a look or a hold of this console showed of the queue's messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// How many messages.
    pub messages: u64,
    /// How many of them are held here now: in flight.
    pub held: u64,
    /// When the first of them expires, milliseconds since 1970, where that can be told.
    pub first_expiry_ms: Option<i64>,
    /// How many expire within a day.
    pub within_a_day: u64,
    /// The largest of them, bytes.
    pub largest: u64,
    /// How many failed in which queue; `None` for those that were sent here directly.
    pub origins: BTreeMap<Option<QueueArn>, u64>,
}

/// Everything that is known of a redrive that someone may start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The dead-letter queue.
    pub queue: QueueName,
    /// Its ARN.
    pub arn: QueueArn,
    /// Its attributes, read now.
    pub attributes: Attributes,
    /// What this console did to it in the last [`GOING_MS`].
    pub going: Option<Going>,
    /// The queues that name it as their dead-letter queue, or why that is not known.
    pub sources: Result<Vec<QueueName>, Failure>,
    /// Where all messages shall go; absent: each to the queue it failed in.
    pub destination: Option<QueueName>,
    /// The queues in which they would arrive.
    pub arrivals: Vec<Arrival>,
    /// Messages per second; absent: SQS chooses.
    pub rate: Option<u32>,
    /// Whether a task runs on it, or why that is not known.
    pub busy: Result<bool, Failure>,
    /// That a selective redrive of this console takes from it, or sends to it.
    pub selective: Option<Refusal>,
    /// The newest task, where it failed.
    pub failed: Option<Failed>,
    /// How many messages the console put back here that were not sent on since; some may be gone otherwise.
    pub put_back: u64,
    /// How many run in the account.
    pub running: Running,
    /// The names of all queues, where the list of them is complete; tells whether a queue exists.
    pub exist: Option<Vec<QueueName>>,
    /// What is known of its messages.
    pub seen: Option<Seen>,
    /// The present, milliseconds since 1970.
    pub now_ms: i64,
}

impl Facts {
    /// What is to be known of it, the weightiest first.
    pub fn findings(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        self.permission(&mut found);
        self.tasks(&mut found);
        for arrival in &self.arrivals {
            self.arrival(arrival, &mut found);
        }
        past::findings(self, &mut found);
        self.origins(&mut found);
        room::findings(self, &mut found);
        time::findings(self, &mut found);
        rights::findings(self, &mut found);
        found.sort_by_key(|finding| finding.severity);
        found
    }

    /// Why it must not be started: the first finding that blocks.
    pub fn obstacle(&self) -> Option<Failure> {
        self.findings().into_iter().find_map(|finding| finding.failure)
    }

    /// Whether SQS would let it begin at all.
    fn permission(&self, found: &mut Vec<Finding>) {
        match &self.sources {
            Ok(sources) if sources.is_empty() => {
                found.push(Finding::blocks(Failure::Refused(Refusal::NotADeadLetterQueue)));
            }
            Ok(_) => {}
            Err(failure) => found.push(Finding::warns(
                format!("Which queues it is the dead-letter queue of is not known: {}.", failure.title()),
                failure.advice(),
            )),
        }
        match self.going {
            Some(Going::Deleted) => found.push(Finding::blocks(going(&self.queue, true))),
            Some(Going::Purged) => found.push(Finding::warns(
                "This queue was purged a moment ago: SQS may still be deleting what would be moved.",
                "Wait a minute and look at what is left.",
            )),
            None => {}
        }
    }

    fn tasks(&self, found: &mut Vec<Finding>) {
        match &self.busy {
            Ok(true) => found.push(Finding::blocks(Failure::Refused(Refusal::TaskRunning))),
            Ok(false) => {}
            Err(failure) => found.push(Finding::warns(
                format!("Whether a redrive is running is not known: {}.", failure.title()),
                format!("SQS refuses a second one. {}", failure.advice()),
            )),
        }
        if let Some(refusal) = &self.selective {
            found.push(Finding::blocks(Failure::Refused(refusal.clone())));
        }
        let Running { tasks, read, of, age_ms } = self.running;
        let most = limits::MOVE_TASKS;
        let how = format!(
            "{} of {} that SQS allows in an account are known to run; the tasks of {} of {} were read{}",
            words::count(tasks),
            words::plural(most, "redrive", "redrives"),
            words::count(read),
            words::plural(of, "dead-letter queue", "dead-letter queues"),
            if read == 0 {
                String::new()
            } else {
                format!(", the oldest reading is {}", words::old(age_ms.unsigned_abs() / 1_000))
            },
        );
        if tasks >= most {
            found.push(Finding::blocks(Failure::Refused(Refusal::TooManyTasks)));
        } else if tasks >= most - most / 10 {
            found.push(Finding::warns(
                format!("{how}."),
                "SQS refuses the next beyond that. It tells nobody how many run.",
            ));
        } else if tasks > 0 {
            found.push(Finding::tells(format!("{how}."), ""));
        }
    }

    fn arrival(&self, arrival: &Arrival, found: &mut Vec<Finding>) {
        let name = &arrival.name;
        if let Some(how) = arrival.going {
            found.push(Finding::blocks(going(name, how == Going::Deleted)));
        }
        if name.kind() != self.queue.kind() {
            found.push(Finding::blocks(Failure::Refused(Refusal::OtherType(name.clone()))));
        }
        match &arrival.known {
            Known::Missing if self.destination.is_some() => {
                found.push(Finding::blocks(Failure::NoSuchQueue(name.clone())));
            }
            Known::Missing => found.push(dangling(name, None)),
            Known::Unread(failure) => found.push(Finding::warns(
                format!(
                    "{name} could not be read ({}): nothing is known of its policy, its key and its limits.",
                    failure.title()
                ),
                failure.advice(),
            )),
            Known::Read(_) | Known::Unasked => {}
        }
    }

    /// Where the messages that were seen came from; only matters where each goes back there.
    fn origins(&self, found: &mut Vec<Finding>) {
        let Some(seen) = self.seen.as_ref().filter(|_| self.destination.is_none()) else { return };
        let mut elsewhere = 0;
        for (origin, count) in &seen.origins {
            match origin {
                None => found.push(Finding::warns(
                    format!(
                        "{} of the {} seen {} sent here directly: SQS knows no way back, and stops there.",
                        words::count(*count),
                        words::plural(seen.messages, "message", "messages"),
                        if *count == 1 { "was" } else { "were" },
                    ),
                    "Send all to one queue, or only the others with a selective redrive.",
                )),
                Some(arn) if self.is_gone(arn) => found.push(dangling(&arn.name(), Some(*count))),
                Some(arn) if self.sources.as_ref().is_ok_and(|sources| !sources.contains(&arn.name())) => {
                    elsewhere += count;
                }
                Some(_) => {}
            }
        }
        if elsewhere > 0 {
            found.push(Finding::tells(
                format!(
                    "{} of the {} seen failed in queues that no longer name this one; they go back there all the same.",
                    words::count(elsewhere),
                    words::plural(seen.messages, "message", "messages")
                ),
                "",
            ));
        }
    }

    /// A queue of the same account and region that a complete list does not have does not exist.
    fn is_gone(&self, arn: &QueueArn) -> bool {
        let near = (arn.account(), arn.region()) == (self.arn.account(), self.arn.region());
        let known = self.arrivals.iter().any(|arrival| arrival.name == arn.name());
        near && !known && self.exist.as_ref().is_some_and(|names| !names.contains(&arn.name()))
    }
}

fn going(queue: &QueueName, deleted: bool) -> Failure {
    Failure::Refused(Refusal::QueueGoing { queue: queue.clone(), deleted })
}

/// A source that is gone: SQS moves up to its first message.
fn dangling(name: &QueueName, count: Option<u64>) -> Finding {
    let whose = count.map_or_else(String::new, |n| {
        format!(" {} of it {} seen.", words::plural(n, "message", "messages"), if n == 1 { "was" } else { "were" })
    });
    Finding::warns(
        format!("The source {name} does not exist: SQS stops at its first message (NonExistentQueue).{whose}"),
        format!("Create {name} again, or send all to one queue."),
    )
}
