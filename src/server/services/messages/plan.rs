//! When to ask for more messages, for how many, and when to stop. Pure: what happened comes in, the next step goes out.

use super::snapshot::Stop;
use crate::model::QueueKind;
use crate::model::limits::{BATCH_ENTRIES, MAXIMUM_MESSAGE_SIZE};

/// The most receives that run side by side.
const LANES: usize = 4;

/// The bounds of a scan, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    lanes: usize,
    messages: usize,
    bytes: usize,
    millis: u64,
    /// Messages and bytes that came, messages that are being asked for, and how many requests ask for them.
    got: usize,
    got_bytes: usize,
    asked: usize,
    running: usize,
    /// Whether it goes on after an empty answer.
    patient: bool,
    stop: Option<Stop>,
}

impl Plan {
    /// A scan of at most so many messages, bytes and milliseconds, in a queue of which so many are visible.
    ///
    /// On a FIFO queue one request follows the other, so that the messages of a group come in their order.
    pub fn scan(kind: QueueKind, visible: u64, messages: usize, bytes: usize, millis: u64) -> Self {
        let expected = usize::try_from(visible).unwrap_or(usize::MAX).min(messages);
        let lanes = match kind {
            QueueKind::Fifo => 1,
            QueueKind::Standard => expected.div_ceil(BATCH_ENTRIES).clamp(1, LANES),
        };
        Self { lanes, ..Self::poll(messages, bytes, millis, false) }
    }

    /// One request after the other for at most so many messages, bytes and milliseconds; `patient`: also while nothing
    /// comes.
    pub fn poll(messages: usize, bytes: usize, millis: u64, patient: bool) -> Self {
        let (got, got_bytes, asked, running) = (0, 0, 0, 0);
        Self { lanes: 1, messages, bytes, millis, got, got_bytes, asked, running, patient, stop: None }
    }

    /// For how many messages the next request may ask, 1–10; `None`: send none now. Called again after each answer.
    pub fn ask(&mut self, elapsed_millis: u64) -> Option<u32> {
        if self.stop.is_some() || self.running >= self.lanes {
            return None;
        }
        // Every message that is being asked for may be as large as messages get.
        let largest = MAXIMUM_MESSAGE_SIZE.max as usize;
        let room = self.bytes.saturating_sub(self.got_bytes) / largest;
        let (messages, room) = (self.messages.saturating_sub(self.got + self.asked), room.saturating_sub(self.asked));
        let count = messages.min(room).min(BATCH_ENTRIES);
        if elapsed_millis >= self.millis {
            self.stop = Some(Stop::Time);
            return None;
        }
        if count == 0 {
            // With requests under way their answers may make room again.
            if self.running == 0 {
                self.stop = Some(if messages == 0 { Stop::Messages } else { Stop::Bytes });
            }
            return None;
        }
        self.asked += count;
        self.running += 1;
        u32::try_from(count).ok()
    }

    /// A request that asked for `count` messages brought so many, of so many bytes.
    pub fn heard(&mut self, count: u32, messages: usize, bytes: usize) {
        self.ended(count);
        self.got += messages;
        self.got_bytes += bytes;
        if messages == 0 && !self.patient {
            self.stop.get_or_insert(Stop::Empty);
        }
    }

    /// A request that asked for `count` messages failed: no more are sent.
    pub fn failed(&mut self, count: u32) {
        self.ended(count);
        self.stop.get_or_insert(Stop::Empty);
    }

    /// Someone wants it to end.
    pub fn end(&mut self) {
        self.stop.get_or_insert(Stop::Asked);
    }

    fn ended(&mut self, count: u32) {
        self.asked = self.asked.saturating_sub(count as usize);
        self.running = self.running.saturating_sub(1);
    }

    /// After how many milliseconds nothing more is asked for.
    pub fn millis(&self) -> u64 {
        self.millis
    }

    /// Why it ended; absent while it goes on.
    pub fn stop(&self) -> Option<&Stop> {
        self.stop.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIB: usize = 1 << 20;

    fn standard(visible: u64, messages: usize) -> Plan {
        Plan::scan(QueueKind::Standard, visible, messages, 32 * MIB, 20_000)
    }

    #[test]
    fn lanes_are_as_many_as_there_is_work() {
        let asks = |mut plan: Plan| std::iter::from_fn(|| plan.ask(0)).collect::<Vec<_>>();
        assert_eq!(asks(standard(3, 100)), [10], "one request brings three");
        assert_eq!(asks(standard(25, 100)), [10, 10, 10]);
        assert_eq!(
            asks(standard(9_999, 100)),
            [10, 10, 10, 2],
            "four messages of 1 MiB more would not fit for certain"
        );
        assert_eq!(asks(standard(9_999, 10)), [10]);
        assert_eq!(asks(standard(0, 100)), [10], "the counters may lag: ask all the same");
        assert_eq!(asks(Plan::scan(QueueKind::Fifo, 9_999, 100, 32 * MIB, 20_000)), [10], "in order");
    }

    #[test]
    fn an_empty_long_poll_ends_it() {
        let mut plan = standard(10, 100);
        let asked = plan.ask(0).unwrap();
        plan.heard(asked, 7, 700);
        let asked = plan.ask(10).unwrap();
        plan.heard(asked, 0, 0);
        assert_eq!((plan.ask(20), plan.stop()), (None, Some(&Stop::Empty)));
    }

    #[test]
    fn each_bound_ends_it() {
        let mut plan = standard(10, 10);
        let asked = plan.ask(0).unwrap();
        plan.heard(asked, 10, 100);
        assert_eq!((plan.ask(1), plan.stop()), (None, Some(&Stop::Messages)));

        let mut plan = standard(10, 100);
        assert_eq!((plan.ask(20_000), plan.stop()), (None, Some(&Stop::Time)));

        let mut plan = Plan::scan(QueueKind::Fifo, 99, 100, 2 * MIB, 20_000);
        let asked = plan.ask(0).unwrap();
        assert_eq!(asked, 2, "two messages of 1 MiB fit");
        plan.heard(asked, 2, 2 * MIB - 10);
        assert_eq!((plan.ask(1), plan.stop()), (None, Some(&Stop::Bytes)));
    }

    #[test]
    fn a_patient_poll_goes_on_while_nothing_comes() {
        let mut plan = Plan::poll(25, 32 * MIB, 10_000, true);
        let asked = plan.ask(0).unwrap();
        assert_eq!((asked, plan.ask(0)), (10, None), "one at a time");
        plan.heard(asked, 0, 0);
        let asked = plan.ask(2_000).unwrap();
        plan.heard(asked, 10, 10);
        let asked = plan.ask(2_001).unwrap();
        plan.heard(asked, 10, 10);
        let asked = plan.ask(2_002).unwrap();
        assert_eq!(asked, 5, "never more than were wanted");
        plan.heard(asked, 0, 0);
        assert_eq!((plan.ask(10_000), plan.stop()), (None, Some(&Stop::Time)));
    }

    proptest! {
        /// Whatever SQS answers: never more messages or bytes than the bounds, and it comes to an end.
        #[test]
        fn no_bound_is_passed(
            visible in 0_u64..2_000,
            messages in 1_usize..500,
            answers in proptest::collection::vec((0_usize..=10, 0_usize..=MIB), 1..400),
        ) {
            let mut plan = standard(visible, messages);
            let mut running: Vec<u32> = Vec::new();
            let (mut got, mut bytes, mut steps) = (0, 0, 0);
            for (count, size) in answers.into_iter().chain(std::iter::repeat((0, 0))) {
                while let Some(asked) = plan.ask(steps) {
                    prop_assert!((1..=10).contains(&asked));
                    running.push(asked);
                }
                prop_assert!(running.len() <= LANES);
                let Some(asked) = running.pop() else { break };
                let came = count.min(asked as usize);
                got += came;
                bytes += came * size;
                plan.heard(asked, came, came * size);
                steps += 1;
            }
            prop_assert!(got <= messages && bytes <= 32 * MIB);
            prop_assert!(plan.stop().is_some());
        }
    }
}
