//! The ceiling: at most 20 calls in any second to one connection, so that watching a console can never throttle the
//! consumers it watches. A strict sliding window, not an average.
//!
//! Under it is what the poller reads: by its plan, and for pages that share its numbers. Outside are a sweep, which
//! pays afterwards (see `sweep.rs`), and what people do one click at a time: the details that a page about one queue
//! reads for itself (two to four requests), looks, receives and changes.

use std::collections::VecDeque;

/// The most calls in any [`WINDOW_MS`].
pub(super) const CALLS: usize = 20;
/// The window, milliseconds.
pub(super) const WINDOW_MS: i64 = 1_000;

/// The moments of the last calls. All times are monotonic milliseconds.
#[derive(Debug, Default)]
pub(super) struct Ceiling(VecDeque<i64>);

impl Ceiling {
    /// When `cost` more calls may be made so that the window then holds at most `share` of them: `now`, or later.
    /// A cost above the share is taken for the share, or it could never be paid.
    pub(super) fn opens(&mut self, now: i64, share: usize, cost: usize) -> i64 {
        while self.0.front().is_some_and(|at| at + WINDOW_MS <= now) {
            self.0.pop_front();
        }
        let room = share.saturating_sub(cost.min(share));
        match self.0.len().checked_sub(room + 1) {
            None => now,
            Some(last_to_leave) => self.0[last_to_leave] + WINDOW_MS,
        }
    }

    /// Enters one call if the window then holds at most `share`, else says when to ask again. Asking and entering are
    /// one step, so that of many who wait only as many pass as there is room for.
    pub(super) fn admit(&mut self, now: i64, share: usize) -> Result<(), i64> {
        let at = self.opens(now, share, 1);
        if at > now {
            return Err(at);
        }
        self.record(now, 1);
        Ok(())
    }

    /// Notes `cost` calls made at `now`.
    pub(super) fn record(&mut self, now: i64, cost: usize) {
        // More than the ceiling in one entry (a list of very many queues) still blocks one window, not several.
        self.0.extend(std::iter::repeat_n(now, cost.min(CALLS)));
    }
}

/// How many calls were made in the last minute.
#[derive(Debug, Default)]
pub(super) struct Meter(VecDeque<(i64, u32)>);

impl Meter {
    /// Notes `calls` made at `now`.
    pub(super) fn record(&mut self, now: i64, calls: u32) {
        let second = now.div_euclid(1_000);
        match self.0.back_mut() {
            Some(last) if last.0 == second => last.1 += calls,
            _ => self.0.push_back((second, calls)),
        }
    }

    /// The calls of the 60 seconds before `now`.
    pub(super) fn per_minute(&mut self, now: i64) -> u32 {
        let second = now.div_euclid(1_000);
        while self.0.front().is_some_and(|(at, _)| at + 60 <= second) {
            self.0.pop_front();
        }
        self.0.iter().map(|(_, calls)| calls).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_no_more_than_the_share() {
        let mut ceiling = Ceiling::default();
        for now in 0..20 {
            assert_eq!(ceiling.opens(now, CALLS, 1), now);
            ceiling.record(now, 1);
        }
        assert_eq!(ceiling.opens(20, CALLS, 1), 1_000, "the call of moment 0 must leave first");
        assert_eq!(ceiling.opens(20, 16, 1), 1_004, "a smaller share waits for more to leave");
        assert_eq!(ceiling.opens(20, CALLS, 3), 1_002);
        assert_eq!(ceiling.opens(1_000, CALLS, 1), 1_000);
        assert_eq!(ceiling.opens(5_000, 16, 40), 5_000, "more than the share is taken for the share");
    }

    #[test]
    fn of_many_who_wait_only_as_many_pass_as_there_is_room_for() {
        let mut ceiling = Ceiling::default();
        let admitted = (0..50).filter(|_| ceiling.admit(0, CALLS).is_ok()).count();
        assert_eq!(admitted, CALLS);
        assert_eq!(ceiling.admit(400, CALLS), Err(1_000));
        assert_eq!((0..50).filter(|_| ceiling.admit(1_000, CALLS).is_ok()).count(), CALLS);
    }

    #[test]
    fn the_meter_forgets_after_a_minute() {
        let mut meter = Meter::default();
        meter.record(0, 5);
        meter.record(30_500, 2);
        meter.record(30_900, 1);
        assert_eq!(meter.per_minute(59_999), 8);
        assert_eq!(meter.per_minute(60_000), 3);
        assert_eq!(meter.per_minute(200_000), 0);
    }
}
