//! Depth over time: what a sparkline needs.

use serde::{Deserialize, Serialize};

/// Over how many milliseconds samples are kept: 30 minutes.
pub const WINDOW_MS: i64 = 30 * 60 * 1_000;
/// How many samples a series has at most: one every 30 seconds.
pub const SAMPLES: usize = 60;

/// The visible messages of a queue over the last 30 minutes, at most one sample every 30 seconds, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series(Vec<(i64, u64)>);

impl Series {
    /// Adds a sample (milliseconds since 1970, count). Within 30 seconds of the last kept one it replaces it, so that
    /// the newest value is always the last; what is older than the window is dropped.
    pub fn record(&mut self, at_ms: i64, count: u64) {
        let slot = WINDOW_MS / i64::try_from(SAMPLES).unwrap_or(1);
        match self.0.last_mut() {
            Some(last) if at_ms.div_euclid(slot) == last.0.div_euclid(slot) => *last = (at_ms, count),
            _ => self.0.push((at_ms, count)),
        }
        self.0.retain(|(at, _)| at_ms - at < WINDOW_MS);
    }

    /// The samples, oldest first.
    pub fn samples(&self) -> &[(i64, u64)] {
        &self.0
    }

    /// The newest count minus the oldest: whether the queue grows.
    pub fn growth(&self) -> i128 {
        match (self.0.first(), self.0.last()) {
            (Some(first), Some(last)) => i128::from(last.1) - i128::from(first.1),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_keeps_one_sample_a_slot_for_half_an_hour() {
        let mut series = Series::default();
        for second in 0..3_600 {
            series.record(second * 1_000, u64::try_from(second).unwrap());
        }
        assert_eq!(series.samples().len(), SAMPLES);
        assert_eq!(series.samples().last(), Some(&(3_599_000, 3_599)));
        assert!(series.samples()[0].0 > 3_599_000 - WINDOW_MS);
        assert!(series.growth() > 0);
    }
}
