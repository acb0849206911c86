//! For how long a received message is ours, and what may be done in that time. All times are on the monotonic clock.
//!
//! SQS counts a visibility timeout from the moment at which it hands a message out or hears of the change, which is after
//! we asked: so a lease is counted from the asking, and ends here before it ends there.

use serde::{Deserialize, Serialize};

/// The periods of a redrive; tests have shorter ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Terms {
    /// For how long at a time messages are hidden, seconds: after a crash they come back by then.
    pub lease_s: u32,
    /// With less than this left nothing is sent, milliseconds: a send and its answer must fit into it.
    pub reserve_ms: i64,
    /// A message is given back after so long, milliseconds. SQS allows 12 hours in all from the receive (SQS Developer
    /// Guide, "Visibility timeout").
    pub longest_ms: i64,
    /// How long a poll waits that is to prove a queue empty, seconds. Any long poll asks all of SQS's servers (SQS Developer
    /// Guide, "Short and long polling"): a longer one proves no more, and keeps what is held from others.
    pub wait_s: u32,
    /// A second send with the same deduplication id is swallowed for 5 minutes after the first was accepted (SQS Developer
    /// Guide, "Exactly-once processing"); so long after the first attempt began that is still relied upon, milliseconds.
    pub window_ms: i64,
}

impl Default for Terms {
    fn default() -> Self {
        Self { lease_s: 60, reserve_ms: 20_000, longest_ms: 11 * 3_600_000, wait_s: 10, window_ms: 270_000 }
    }
}

impl Terms {
    /// The lease in milliseconds.
    pub fn lease_ms(&self) -> i64 {
        i64::from(self.lease_s) * 1_000
    }
}

/// The lease of one received message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    /// When it was received.
    pub since_ms: i64,
    /// Until when it is hidden at least.
    pub until_ms: i64,
}

impl Lease {
    /// Of a message that came with a receive issued then.
    pub fn received(issued_ms: i64, terms: &Terms) -> Self {
        Self { since_ms: issued_ms, until_ms: issued_ms + terms.lease_ms() }
    }

    /// Hidden anew by a call issued then.
    #[must_use]
    pub fn renewed(self, issued_ms: i64, terms: &Terms) -> Self {
        Self { until_ms: issued_ms + terms.lease_ms(), ..self }
    }

    /// Whether a send may begin.
    pub fn may_send(self, now_ms: i64, terms: &Terms) -> bool {
        now_ms <= self.send_by_ms(terms)
    }

    /// When a send may begin at the latest.
    pub fn send_by_ms(self, terms: &Terms) -> i64 {
        self.until_ms - terms.reserve_ms
    }

    /// When to hide it anew: at half of the lease.
    pub fn renew_at_ms(self, terms: &Terms) -> i64 {
        self.until_ms - terms.lease_ms() / 2
    }

    /// Whether somebody else may receive it by now.
    pub fn has_lapsed(self, now_ms: i64) -> bool {
        self.until_ms <= now_ms
    }

    /// Whether it has been held for as long as it may be.
    pub fn is_too_old(self, now_ms: i64, terms: &Terms) -> bool {
        now_ms - self.since_ms >= terms.longest_ms
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_twenty_seconds_are_never_relied_on() {
        let terms = Terms::default();
        let lease = Lease::received(1_000, &terms);
        assert!(lease.may_send(41_000, &terms) && !lease.may_send(41_001, &terms));
        assert_eq!(lease.renew_at_ms(&terms), 31_000);
        assert!(!lease.has_lapsed(60_999) && lease.has_lapsed(61_000));
        let renewed = lease.renewed(31_000, &terms);
        assert_eq!((renewed.since_ms, renewed.until_ms), (1_000, 91_000));
        assert!(!renewed.is_too_old(39_600_999, &terms) && renewed.is_too_old(39_601_000, &terms));
    }

    proptest! {
        /// Renewed at half, a message can be sent at any time, and is never hidden for longer than SQS allows.
        #[test]
        fn a_lease_renewed_in_time_holds(late_ms in 0_i64..9_000) {
            let terms = Terms::default();
            let mut lease = Lease::received(0, &terms);
            let mut now_ms = 0;
            while !lease.is_too_old(now_ms, &terms) {
                now_ms = lease.renew_at_ms(&terms) + late_ms;
                prop_assert!(lease.may_send(now_ms, &terms));
                lease = lease.renewed(now_ms, &terms);
            }
            prop_assert!(lease.until_ms <= 12 * 3_600_000);
        }
    }
}
