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

    /// The samples of the last 30 minutes, seen from `now_ms`.
    pub fn recent(&self, now_ms: i64) -> &[(i64, u64)] {
        let from = self.0.partition_point(|(at, _)| now_ms - at >= WINDOW_MS);
        &self.0[from..]
    }

    /// The [`line`] of what is recent.
    pub fn points(&self, now_ms: i64) -> String {
        line(self.recent(now_ms), now_ms)
    }
}

/// The `points` of an SVG polyline through samples (milliseconds since 1970, count), oldest first. Across is time: the
/// right edge is `now_ms`, the left one 30 minutes before. Up is scaled to the largest count. Zero is always the ground
/// line: a quiet queue is flat at the bottom, whatever the scale. One that stands still is flat in the middle: at the top
/// it would look full. Points within a level stretch are left out.
pub fn line(samples: &[(i64, u64)], now_ms: i64) -> String {
    let most = u128::from(samples.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1));
    let still = samples.iter().all(|(_, count)| u128::from(*count) == most);
    let most = if still { 2 * most } else { most };
    let usable = u128::from(LINE_HEIGHT - 2 * MARGIN);
    let height = |count: u64| u128::from(LINE_HEIGHT - MARGIN) - u128::from(count) * usable / most;
    let across = |at: i64| {
        let into = (at - (now_ms - WINDOW_MS)).clamp(0, WINDOW_MS).unsigned_abs();
        into * LINE_WIDTH / WINDOW_MS.unsigned_abs()
    };
    // One sample is a level line of its slot: a dot.
    let dot = samples.first().map(|(at, count)| [(at - SLOT_MS, *count), (*at, *count)]);
    let samples = match &dot {
        Some(dot) if samples.len() == 1 => dot,
        _ => samples,
    };
    let mut out = String::new();
    for (i, (at, count)) in samples.iter().enumerate() {
        let like = |other: Option<&(i64, u64)>| other.is_some_and(|(_, other)| other == count);
        if i > 0 && like(samples.get(i - 1)) && like(samples.get(i + 1)) {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&across(*at).to_string());
        out.push(',');
        out.push_str(&height(*count).to_string());
    }
    out
}

/// The `points` of the polygon between a [`line`] and the ground.
pub fn area(line: &str) -> String {
    let first = line.split(',').next().unwrap_or_default();
    let last = line.rsplit(' ').next().and_then(|point| point.split(',').next()).unwrap_or_default();
    format!("{first},{LINE_HEIGHT} {line} {last},{LINE_HEIGHT}")
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
        let half = WINDOW_MS / 2;
        assert_eq!(line(&[(0, 0), (half, 5), (WINDOW_MS, 10)], WINDOW_MS), "0,188 500,100 1000,12");
        assert_eq!(line(&[(0, 0), (WINDOW_MS, u64::MAX)], WINDOW_MS), "0,188 1000,12");
    }

    #[test]
    fn across_is_time_whatever_the_number_of_samples() {
        let minute = 60_000;
        let samples = [(0, 4), (minute, 0), (2 * minute, 8)];
        assert_eq!(line(&samples, 2 * minute), "933,100 966,188 1000,12", "two minutes are a fifteenth of the line");
        assert_eq!(line(&samples, 17 * minute), "433,100 466,188 500,12", "what was not read since is not drawn");
        assert_eq!(line(&samples[..2], 0), "1000,12 1000,188", "a clock that is ahead");
    }

    #[test]
    fn what_is_older_than_the_window_is_not_drawn() {
        let mut series = Series::default();
        series.record(0, 9);
        series.record(60_000, 1);
        assert_eq!(series.recent(60_000).len(), 2);
        assert_eq!(series.recent(WINDOW_MS), [(60_000, 1)]);
        assert_eq!(series.points(WINDOW_MS + 60_000), "");
    }

    #[test]
    fn nothing_and_one_and_always_zero_are_drawn_too() {
        assert_eq!(line(&[], 0), "");
        assert_eq!(line(&[(0, 7)], 0), "983,100 1000,100");
        let zeros = [0, 1, 2, 3].map(|slot| (slot * SLOT_MS, 0));
        assert_eq!(line(&zeros, 3 * SLOT_MS), "950,188 1000,188", "what is level is left out");
        assert_eq!(area("0,188 500,100"), "0,200 0,188 500,100 500,200");
    }
}
