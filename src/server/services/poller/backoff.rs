//! What the poller does when SQS throttles it or does not answer: it waits, longer each time, at a random moment.

use crate::model::Failure;

/// The first wait, milliseconds.
const FIRST_MS: i64 = 1_000;
/// The longest wait, milliseconds.
const LONGEST_MS: i64 = 30_000;
/// How many calls in a row may time out or fail with a fault of SQS before the endpoint counts as down.
const STRIKES: u32 = 3;

/// Why the poller waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// SQS told it to slow down.
    Throttled,
    /// The endpoint does not answer, or accepts nothing.
    Down(Failure),
}

/// Whether the poller waits, why and until when. All times are monotonic milliseconds.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    trouble: Option<Trouble>,
    attempts: u32,
    strikes: u32,
    since: i64,
    until: i64,
}

impl Backoff {
    /// The trouble it is in.
    pub(super) fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// When the next call may be made, while in trouble. From then on one call at a time probes.
    pub(super) fn until(&self) -> Option<i64> {
        self.trouble.as_ref().map(|_| self.until)
    }

    /// A call that began at `started` worked. Says whether that ended a trouble; a call from before the trouble
    /// does not.
    pub(super) fn succeeded(&mut self, started: i64) -> bool {
        if self.trouble.is_some() && started < self.since {
            return false;
        }
        let ended = self.trouble.is_some();
        *self = Self::default();
        ended
    }

    /// A call that began at `started` failed at `now`. `chance` is a random number from 0 to 1. Says whether the state
    /// changed, which is what deserves a line in the log. Failures of one queue alone are not trouble; calls that were
    /// under way when the trouble began do not make the wait longer.
    pub(super) fn failed(&mut self, failure: &Failure, started: i64, now: i64, chance: f64) -> bool {
        let trouble = match failure {
            Failure::Throttled => Trouble::Throttled,
            Failure::Unreachable | Failure::Credentials => Trouble::Down(failure.clone()),
            Failure::TimedOut | Failure::Upstream(_) => {
                self.strikes += 1;
                if self.strikes < STRIKES && self.trouble.is_none() {
                    return false;
                }
                Trouble::Down(failure.clone())
            }
            _ => return false,
        };
        if self.trouble.is_some() && started < self.since {
            return false;
        }
        let changed = self.trouble.as_ref() != Some(&trouble);
        self.since = now;
        self.until = now + wait(self.attempts, chance);
        self.attempts = self.attempts.saturating_add(1);
        self.trouble = Some(trouble);
        changed
    }
}

/// The wait after `attempts` earlier failures: 1 s, 2 s, 4 s … 30 s, of which a random half is taken off so that
/// consoles do not come back together.
fn wait(attempts: u32, chance: f64) -> i64 {
    let full = FIRST_MS.saturating_mul(1 << attempts.min(16)).min(LONGEST_MS);
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "at most 30 000")]
    let taken_off = (full as f64 / 2.0 * chance.clamp(0.0, 1.0)) as i64;
    full - taken_off
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Code;

    #[test]
    fn it_waits_longer_each_time_and_a_success_ends_it() {
        let mut backoff = Backoff::default();
        assert!(backoff.failed(&Failure::Throttled, 0, 10, 0.0));
        assert_eq!(backoff.until(), Some(1_010));
        assert!(!backoff.failed(&Failure::Throttled, 5, 20, 0.0), "was under way when the trouble began");
        assert_eq!(backoff.until(), Some(1_010));
        assert!(!backoff.failed(&Failure::Throttled, 1_010, 1_020, 0.0));
        assert_eq!(backoff.until(), Some(3_020));
        assert!(!backoff.succeeded(900), "an answer from before says nothing about now");
        assert!(backoff.succeeded(3_020));
        assert_eq!(backoff.until(), None);
        assert!(!backoff.succeeded(3_030));
    }

    #[test]
    fn one_time_out_is_not_an_outage_and_one_refused_queue_never_is() {
        let mut backoff = Backoff::default();
        for now in 0..100 {
            assert!(!backoff.failed(&Failure::AccessDenied(Code::new("X")), now, now, 0.5));
        }
        assert!(!backoff.failed(&Failure::TimedOut, 100, 100, 0.5));
        assert!(!backoff.failed(&Failure::TimedOut, 101, 101, 0.5));
        assert!(!backoff.succeeded(102));
        assert!(!backoff.failed(&Failure::TimedOut, 103, 103, 0.5));
        assert!(!backoff.failed(&Failure::TimedOut, 104, 104, 0.5));
        assert!(backoff.failed(&Failure::TimedOut, 105, 105, 0.5));
        assert_eq!(backoff.trouble(), Some(&Trouble::Down(Failure::TimedOut)));
    }

    proptest! {
        #[test]
        fn a_wait_is_between_half_and_all_of_its_step(attempts in 0u32..40, chance in 0.0f64..=1.0) {
            let full = (1_000i64 << attempts.min(16)).min(30_000);
            let waited = wait(attempts, chance);
            prop_assert!(waited >= full / 2 && waited <= full, "{waited} of {full}");
        }
    }
}
