//! How fast a redrive is: a moving average of the last seconds.

use std::collections::VecDeque;

/// The span that is looked at, milliseconds.
const SPAN_MS: i64 = 10_000;
/// The least time between two points, milliseconds.
const APART_MS: i64 = 250;

/// Points of time with how many were done by then.
#[derive(Clone, Debug, Default)]
pub(super) struct Speed(VecDeque<(i64, usize)>);

impl Speed {
    /// So many are done now.
    pub(super) fn mark(&mut self, now_ms: i64, done: usize) {
        if self.0.back().is_some_and(|(at_ms, _)| now_ms - at_ms < APART_MS) {
            return;
        }
        self.0.push_back((now_ms, done));
        while self.0.get(1).is_some_and(|(at_ms, _)| now_ms - at_ms >= SPAN_MS) {
            self.0.pop_front();
        }
    }

    /// How many were done a second, of late.
    pub(super) fn per_second(&self) -> f64 {
        let (Some((from_ms, before)), Some((until_ms, done))) = (self.0.front(), self.0.back()) else { return 0.0 };
        let span_ms = until_ms - from_ms;
        if span_ms <= 0 {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "counts and spans far below 2^52")]
        let speed = done.saturating_sub(*before) as f64 * 1_000.0 / span_ms as f64;
        speed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_average_of_the_last_ten_seconds() {
        let mut speed = Speed::default();
        assert!(speed.per_second() < 0.001);
        for second in 0..=20_i64 {
            // 100 a second, then 10.
            let done = if second <= 10 { second * 100 } else { 1_000 + (second - 10) * 10 };
            speed.mark(second * 1_000, usize::try_from(done).unwrap());
            if second == 10 {
                assert!((speed.per_second() - 100.0).abs() < 0.001);
            }
        }
        assert!((speed.per_second() - 10.0).abs() < 0.001, "{}", speed.per_second());
        speed.mark(20_001, 5_000);
        assert!((speed.per_second() - 10.0).abs() < 0.001, "too soon to say");
    }
}
