//! How fast: never faster than asked, and slower while SQS throttles. From passed time alone.

use std::collections::VecDeque;

/// The first pause after SQS throttled a call, milliseconds; it doubles with every further one.
const PAUSE_MS: i64 = 100;
/// The longest pause, milliseconds.
const PAUSE_MAX_MS: i64 = 20_000;
/// The shortest span in which sends are counted, milliseconds: timers are not finer.
const SPAN_MIN_MS: i64 = 20;

/// A limit on messages a second, as a number of messages in a span of time. Whichever second one looks at, no more than
/// the limit began in it; the span is short so that they do not come in bursts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    span_ms: i64,
    most: usize,
    /// When how many began, within the last span.
    begun: VecDeque<(i64, usize)>,
}

impl Rate {
    /// So many a second, at least one.
    pub fn per_second(rate: u32) -> Self {
        let rate = i64::from(rate.max(1));
        // Spans of a whole batch each, where a second has so many.
        let spans = (rate / 10).clamp(1, 1_000 / SPAN_MIN_MS);
        let most = usize::try_from(rate / spans).unwrap_or(usize::MAX);
        Self { span_ms: (1_000 + spans - 1) / spans, most, begun: VecDeque::new() }
    }

    /// How many may begin now.
    pub fn room(&mut self, now_ms: i64) -> usize {
        while self.begun.front().is_some_and(|(at_ms, _)| now_ms - at_ms >= self.span_ms) {
            self.begun.pop_front();
        }
        self.most.saturating_sub(self.begun.iter().map(|(_, messages)| messages).sum())
    }

    /// So many begin now.
    pub fn begin(&mut self, now_ms: i64, messages: usize) {
        self.begun.push_back((now_ms, messages));
    }

    /// When more may begin than now.
    pub fn more_at_ms(&self) -> Option<i64> {
        self.begun.front().map(|(at_ms, _)| at_ms + self.span_ms)
    }

    /// The most that begin in a span.
    pub fn most(&self) -> usize {
        self.most
    }
}

/// How many calls of one kind are under way at once, and when the next may begin: half as many after each refusal for
/// lack of capacity, one more after each success.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Throttle {
    most: u16,
    width: u16,
    refusals: u32,
    pub(super) not_before_ms: i64,
}

impl Throttle {
    /// At most so many calls at once.
    pub fn of(most: u16) -> Self {
        Self { most: most.max(1), width: most.max(1), refusals: 0, not_before_ms: i64::MIN }
    }

    /// How many calls may be under way at once now.
    pub fn width(&self, now_ms: i64) -> u16 {
        if now_ms < self.not_before_ms { 0 } else { self.width }
    }

    /// When the next call may begin, where that is later than now.
    pub fn opens_at_ms(&self, now_ms: i64) -> Option<i64> {
        (now_ms < self.not_before_ms).then_some(self.not_before_ms)
    }

    /// A call succeeded.
    pub fn succeeded(&mut self) {
        self.refusals = 0;
        self.width = (self.width + 1).min(self.most);
    }

    /// A call was refused for lack of capacity, or its outcome is unknown.
    pub fn refused(&mut self, now_ms: i64) {
        // Calls that were under way together fail together, and count once.
        if now_ms >= self.not_before_ms {
            let pause_ms = PAUSE_MS << self.refusals.min(8);
            self.refusals = (self.refusals + 1).min(8);
            self.width = (self.width / 2).max(1);
            self.not_before_ms = now_ms + pause_ms.min(PAUSE_MAX_MS);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// In every second no more begin than asked for, and over time at least nine tenths of that.
        #[test]
        fn a_rate_is_kept_and_used(asked in 1_u32..2_000, steps in proptest::collection::vec(1_i64..40, 400)) {
            let mut rate = Rate::per_second(asked);
            let mut begun: Vec<(i64, usize)> = Vec::new();
            let mut now_ms = 0;
            for step_ms in steps {
                while rate.room(now_ms) > 0 {
                    let messages = rate.room(now_ms).min(10);
                    rate.begin(now_ms, messages);
                    begun.push((now_ms, messages));
                }
                let next_ms = rate.more_at_ms().unwrap();
                prop_assert!(next_ms > now_ms);
                // A late timer slows it down, and must not speed it up afterwards.
                now_ms = if asked.is_multiple_of(2) { next_ms } else { now_ms + step_ms };
            }
            for (from, (at_ms, _)) in begun.iter().enumerate() {
                let within = begun[from..].iter().take_while(|(ms, _)| ms - at_ms < 1_000);
                prop_assert!(within.map(|(_, messages)| messages).sum::<usize>() <= asked as usize);
            }
            if asked.is_multiple_of(2) {
                let all: usize = begun.iter().map(|(_, messages)| messages).sum();
                let wanted = i64::from(asked) * now_ms / 1_000;
                prop_assert!(i64::try_from(all).unwrap() * 100 >= wanted * 85, "{all} of {wanted} in {now_ms} ms");
            }
        }
    }

    #[test]
    fn a_throttled_call_halves_the_width_and_doubles_the_pause() {
        let mut throttle = Throttle::of(8);
        throttle.refused(0);
        throttle.refused(99);
        assert_eq!((throttle.width(99), throttle.width(100)), (0, 4), "both were under way together");
        assert_eq!((throttle.opens_at_ms(99), throttle.opens_at_ms(100)), (Some(100), None));
        throttle.refused(100);
        assert_eq!((throttle.width(299), throttle.width(300)), (0, 2));
        for _ in 0..20 {
            throttle.succeeded();
        }
        assert_eq!(throttle.width(300), 8);
        throttle.refused(300);
        assert_eq!(throttle.width(400), 4, "a success ends the doubling");
    }
}
