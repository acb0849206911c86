//! Depth over time: what a sparkline needs.

use serde::{Deserialize, Serialize};

/// Over how many milliseconds samples are kept: 30 minutes.
pub const WINDOW_MS: i64 = 30 * 60 * 1_000;
/// How many samples a series has at most: one every 30 seconds.
pub const SAMPLES: usize = 60;
/// The box that a line is drawn in, for the `viewBox`: its width.
pub const LINE_WIDTH: u64 = 1_000;
/// The box that a line is drawn in, for the `viewBox`: its height.
pub const LINE_HEIGHT: u64 = 200;
/// Room above and below a line, so that the stroke is not cut.
const MARGIN: u64 = 12;

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

    /// Its [`line`].
    pub fn points(&self) -> String {
        let counts: Vec<u64> = self.0.iter().map(|(_, count)| *count).collect();
        line(&counts)
    }
}

/// The `points` of an SVG polyline through the counts, oldest first, scaled to the largest. Zero is always the ground
/// line: a quiet queue is flat at the bottom, whatever the scale. One that stands still is flat in the middle: at the top
/// it would look full. Points within a level stretch are left out.
pub fn line(counts: &[u64]) -> String {
    let most = u128::from(counts.iter().copied().max().unwrap_or(0).max(1));
    let still = counts.iter().all(|count| u128::from(*count) == most);
    let most = if still { 2 * most } else { most };
    let usable = u128::from(LINE_HEIGHT - 2 * MARGIN);
    let height = |count: u64| u128::from(LINE_HEIGHT - MARGIN) - u128::from(count) * usable / most;
    // One sample is a level line, too.
    let counts = if let [only] = counts { &[*only, *only] } else { counts };
    let steps = u64::try_from(counts.len()).unwrap_or(u64::MAX).saturating_sub(1).max(1);
    let mut out = String::new();
    for (i, count) in (0u64..).zip(counts) {
        let at = usize::try_from(i).unwrap_or(usize::MAX);
        let level = at > 0 && counts[at - 1] == *count && counts.get(at + 1) == Some(count);
        if level {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&(i * LINE_WIDTH / steps).to_string());
        out.push(',');
        out.push_str(&height(*count).to_string());
    }
    out
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
    fn the_line_changes_with_a_new_count_or_a_new_slot() {
        let mut series = Series::default();
        assert!(series.record(0, 10));
        assert!(!series.record(1_000, 10), "nothing to draw");
        assert!(series.record(2_000, 11));
        assert!(series.record(30_000, 11));
    }

    #[test]
    fn the_largest_count_is_at_the_top_and_zero_on_the_ground() {
        assert_eq!(line(&[0, 5, 10]), "0,188 500,100 1000,12");
        assert_eq!(line(&[0, u64::MAX]), "0,188 1000,12");
    }

    #[test]
    fn nothing_and_one_and_always_zero_are_drawn_too() {
        assert_eq!(line(&[]), "");
        assert_eq!(line(&[7]), "0,100 1000,100");
        assert_eq!(line(&[1, 1]), "0,100 1000,100");
        assert_eq!(line(&[0, 0, 0, 0, 0]), "0,188 1000,188", "what is level is left out");
    }
}
