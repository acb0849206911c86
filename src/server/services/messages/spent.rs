//! How many receives a queue's messages are known to have had: what the guard of their budget goes by.
//!
//! SQS tells a message's count only to who receives it, so what was met is remembered – on the disk, where there is one:
//! a console that forgot it with every restart would spend, look after look, what it had been refused. A receive is
//! counted before it is made, because its answer may be lost and the console may be killed before there is one; what it
//! brings corrects the count.
//!
//! Nobody can know what consumers have received since. So a message that they failed as often as they may is moved by
//! the next receive, whoever's it is; [`super::budget`] leaves them three, so that the console's is rarely that one.

use std::collections::HashMap;

use super::snapshot::{Snapshot, Stop};
use crate::model::{Attributes, Failure, QueueName};
use crate::server::services::{Connection, report};
use crate::server::store::Receives;

/// After so many milliseconds what was met counts only while messages lie still: where consumers are at work they have
/// received it since, and where nothing is visible it is gone.
const MOVING_MS: i64 = 10 * 60 * 1_000;

/// What is known of each queue.
#[derive(Debug, Default)]
pub struct Spent(HashMap<QueueName, Receives>);

/// A receive that was counted before it was made.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    before: Option<Receives>,
    after: Receives,
    /// Whether messages were in flight before: then what can be received is not all there is.
    in_flight: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub struct Met {
    /// The highest count that was met.
    most: Option<u32>,
    /// Whether everything that was visible was met.
    whole: bool,
    /// Whether an answer was lost, and with it perhaps messages.
    lost: bool,
}

impl Met {
    /// What a look or a hold met; `failed`: whether a call failed, `lost`: whether one may have had its effect.
    pub fn of(snapshot: &Snapshot, failed: bool, lost: bool) -> Self {
        Self { most: snapshot.most_receives(), whole: !failed && snapshot.stop == Some(Stop::Empty), lost }
    }
}

impl Spent {
    /// With what was known before.
    pub fn knowing(known: Vec<(QueueName, Receives)>) -> Self {
        Self(known.into_iter().collect())
    }

    /// What is known of a queue that has these attributes now.
    fn of(&self, queue: &QueueName, attributes: &Attributes, now_ms: i64) -> Option<Receives> {
        let known = *self.0.get(queue)?;
        let age_ms = now_ms - known.at_ms;
        let still = attributes.depth.visible > 0 && attributes.depth.in_flight == 0;
        let there = age_ms < i64::from(attributes.retention) * 1_000;
        (there && (still || age_ms < MOVING_MS)).then_some(known)
    }

    fn count(&mut self, queue: &QueueName, attributes: &Attributes, now_ms: i64) -> Counted {
        let before = self.of(queue, attributes, now_ms);
        let after = Receives { most: before.map_or(0, |known| known.most).saturating_add(1), at_ms: now_ms };
        self.0.insert(queue.clone(), after);
        Counted { before, after, in_flight: attributes.depth.in_flight > 0 }
    }

    /// Learns what came of a receive; gives what is known then.
    fn learn(&mut self, queue: &QueueName, counted: Counted, met: Met, now_ms: i64) -> Option<Receives> {
        // Another receive was counted meanwhile: of that nothing is known yet.
        let alone = self.0.get(queue) == Some(&counted.after);
        let seen = met.most.map(|most| Receives { most, at_ms: now_ms });
        let known = match (alone, met) {
            (true, Met { lost: false, whole: true, .. }) if !counted.in_flight => seen,
            (true, Met { lost: false, .. }) => most(counted.before, seen),
            _ => most(self.0.get(queue).copied(), seen),
        };
        match known {
            Some(known) => self.0.insert(queue.clone(), known),
            None => self.0.remove(queue),
        };
        known
    }

    /// Forgets a queue: what it had is gone.
    pub fn forget(&mut self, queue: &QueueName) {
        self.0.remove(queue);
    }
}

/// The higher count.
fn most(one: Option<Receives>, other: Option<Receives>) -> Option<Receives> {
    [one, other].into_iter().flatten().max_by_key(|known| (known.most, known.at_ms))
}

impl Connection {
    /// The most receives that a message of a queue with these attributes is known to have had; 0 where nothing is known.
    pub(super) fn spent(&self, queue: &QueueName, attributes: &Attributes) -> u32 {
        self.desk().spent().of(queue, attributes, self.now_ms()).map_or(0, |known| known.most)
    }

    /// Counts a receive that is about to be made, on the disk. Where it cannot be written nothing may be received.
    pub(in crate::server::services) async fn count_receive(
        &self,
        queue: &QueueName,
        attributes: &Attributes,
    ) -> Result<Counted, Failure> {
        let counted = self.desk().spent().count(queue, attributes, self.now_ms());
        let kept = self.store().keep_receives(self.name(), queue, Some(counted.after)).await;
        kept.map_err(|error| report::not_written(&error))?;
        Ok(counted)
    }

    /// Remembers what came of a receive that was counted.
    pub(super) async fn learn_receives(&self, queue: &QueueName, counted: Counted, met: Met) {
        let known = self.desk().spent().learn(queue, counted, met, self.now_ms());
        self.keep_receives(queue, known).await;
    }

    /// Forgets what was met in a queue: it was emptied or deleted.
    pub(in crate::server::services) async fn forget_receives(&self, queue: &QueueName) {
        self.desk().spent().forget(queue);
        self.keep_receives(queue, None).await;
    }

    /// What cannot be written leaves an older count on the disk, which is of no more receives than there were.
    async fn keep_receives(&self, queue: &QueueName, known: Option<Receives>) {
        if let Err(error) = self.store().keep_receives(self.name(), queue, known).await {
            report::store(&error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Depth;

    const NONE: Met = Met { most: None, whole: true, lost: false };

    struct Guard(Spent, QueueName);

    fn lying(visible: u64, in_flight: u64) -> Attributes {
        Attributes { depth: Depth { visible, in_flight, delayed: 0 }, ..Attributes::default() }
    }

    impl Guard {
        fn new() -> Self {
            Self(Spent::default(), "orders".parse().unwrap())
        }

        fn known(&self, attributes: &Attributes, now_ms: i64) -> Option<u32> {
            self.0.of(&self.1, attributes, now_ms).map(|known| known.most)
        }

        /// A receive of a queue where so many are in flight.
        fn receive(&mut self, in_flight: u64, met: Met) -> Option<u32> {
            let counted = self.0.count(&self.1, &lying(5, in_flight), 0);
            self.0.learn(&self.1, counted, met, 0).map(|known| known.most)
        }
    }

    #[test]
    fn what_was_met_counts_and_what_was_missed_does_not_lower_it() {
        let mut guard = Guard::new();
        assert_eq!(guard.receive(0, Met { most: Some(7), ..NONE }), Some(7));
        assert_eq!(guard.receive(0, Met { most: Some(2), whole: false, ..NONE }), Some(7), "others may be there");
        assert_eq!(guard.receive(3, Met { most: Some(2), ..NONE }), Some(7), "somebody has it");
        assert_eq!(guard.receive(0, Met { most: Some(2), ..NONE }), Some(2), "all were met");
        assert_eq!(guard.receive(0, NONE), None, "nothing is there");
    }

    #[test]
    fn a_lost_answer_and_a_killed_console_count() {
        let mut guard = Guard::new();
        let lost = Met { lost: true, whole: false, ..NONE };
        assert_eq!((1..=3).map(|_| guard.receive(0, lost)).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
        guard.0.count(&guard.1, &lying(5, 0), 0);
        assert_eq!(guard.known(&lying(5, 0), 0), Some(4), "killed before there was an answer");
        assert_eq!(guard.receive(0, Met { whole: false, ..NONE }), Some(4), "refused by SQS: it did not happen");
        let (first, second) = (guard.0.count(&guard.1, &lying(5, 0), 0), guard.0.count(&guard.1, &lying(5, 0), 0));
        guard.0.learn(&guard.1, first, Met { most: Some(1), ..NONE }, 0);
        assert_eq!(guard.known(&lying(5, 0), 0), Some(6), "another is under way");
        guard.0.learn(&guard.1, second, Met { most: Some(2), ..NONE }, 0);
        assert_eq!(guard.known(&lying(5, 0), 0), Some(2));
    }

    #[test]
    fn it_is_forgotten_when_it_must_be_gone() {
        let mut guard = Guard::new();
        guard.receive(0, Met { most: Some(4), ..NONE });
        let days = |days: i64| days * 24 * 60 * 60 * 1_000;
        assert_eq!(guard.known(&lying(5, 0), days(3)), Some(4), "nobody receives: it lies there still");
        assert_eq!(guard.known(&lying(5, 0), days(4)), None, "it has expired");
        assert_eq!(guard.known(&lying(5, 2), MOVING_MS - 1), Some(4));
        assert_eq!(guard.known(&lying(5, 2), MOVING_MS), None, "consumers are at work");
        assert_eq!(guard.known(&lying(0, 0), MOVING_MS), None, "nothing is there");
    }
}
