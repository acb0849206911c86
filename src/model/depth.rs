//! Depth over time: what a sparkline needs.

use serde::{Deserialize, Serialize};

/// Over how many milliseconds samples are kept: 30 minutes.
pub const WINDOW_MS: i64 = 30 * 60 * 1_000;
/// How many samples a series has at most: one every 30 seconds.
pub const SAMPLES: usize = 60;
/// The width of a drawn line; one unit and a bit for each sample. Use it in the `viewBox`.
pub const LINE_WIDTH: u32 = 120;
/// The height of a drawn line. Use it in the `viewBox`.
pub const LINE_HEIGHT: u32 = 20;

const SLOT_MS: i64 = WINDOW_MS / 60;

/// The visible messages of a queue over the last 30 minutes, at most one sample every 30 seconds, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series(Vec<(i64, u64)>);

impl Series {
    /// Adds a sample (milliseconds since 1970, count). Within 30 seconds of the last kept one it replaces it, so that
    /// the newest value is always the last; what is older than the window is dropped. Says whether that changed the
    /// line that [`Series::points`] draws.
    pub fn record(&mut self, at_ms: i64, count: u64) -> bool {
        let changed = match self.0.last_mut() {
            Some(last) if at_ms.div_euclid(SLOT_MS) == last.0.div_euclid(SLOT_MS) => {
                let before = std::mem::replace(last, (at_ms, count));
                before.1 != count
            }
            _ => {
                self.0.push((at_ms, count));
                true
            }
        };
        self.0.retain(|(at, _)| at_ms - at < WINDOW_MS);
        changed
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

    /// The line as the `points` of an SVG `<polyline>` in a box of [`LINE_WIDTH`] × [`LINE_HEIGHT`]: the newest sample
    /// at the right edge, zero at the bottom, the largest count at the top. Samples on a level line are left out.
    /// Empty below two samples: there is no line yet.
    pub fn points(&self) -> String {
        let (Some(newest), true) = (self.0.last(), self.0.len() > 1) else { return String::new() };
        let most = self.0.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
        let step = i64::from(LINE_WIDTH) / i64::try_from(SAMPLES).unwrap_or(1);
        let at: Vec<(i64, u64)> = self
            .0
            .iter()
            .map(|(at, count)| {
                let slots = newest.0.div_euclid(SLOT_MS) - at.div_euclid(SLOT_MS);
                let up = u128::from(*count) * u128::from(LINE_HEIGHT - 2) / u128::from(most);
                let down = u64::from(LINE_HEIGHT - 1) - u64::try_from(up).unwrap_or(0);
                (i64::from(LINE_WIDTH) - slots * step, down)
            })
            .collect();
        let mut out = String::new();
        for (i, (x, y)) in at.iter().enumerate() {
            let level = i > 0 && at.get(i + 1).is_some_and(|next| at[i - 1].1 == *y && next.1 == *y);
            if !level {
                if !out.is_empty() {
                    out.push(' ');
                }
                out.push_str(&x.to_string());
                out.push(',');
                out.push_str(&y.to_string());
            }
        }
        out
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

    #[test]
    fn a_line_ends_at_the_right_and_leaves_out_what_is_level() {
        let mut series = Series::default();
        assert!(series.record(0, 10));
        assert_eq!(series.points(), "");
        assert!(series.record(30_000, 10));
        assert!(series.record(60_000, 10));
        assert!(series.record(90_000, 0));
        assert!(!series.record(91_000, 0), "nothing to draw");
        assert!(series.record(92_000, 5));
        assert_eq!(series.points(), "114,1 118,1 120,10");
    }

    #[test]
    fn a_line_of_nothing_lies_on_the_ground_and_the_largest_count_stays_inside() {
        let mut series = Series::default();
        series.record(0, 0);
        series.record(30_000, 0);
        assert_eq!(series.points(), "118,19 120,19");
        series.record(60_000, u64::MAX);
        assert_eq!(series.points(), "116,19 118,19 120,1");
    }
}
