//! How fast a move task goes: a moving average over what was read of it.

use crate::model::MoveTask;
use crate::model::words;

/// Over how many milliseconds the average goes.
pub const WINDOW_MS: i64 = 30_000;
/// How many readings are kept: more than fit into the window at the usual cadence.
const KEPT: usize = 32;

/// When a task was read and how many messages it had moved by then, oldest first. Of one task: another one begins anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    started: i64,
    read: Vec<(i64, u64)>,
}

impl Samples {
    /// Takes a reading at `now_ms`. It begins with the task's start, when it had moved nothing – unless the clock of SQS is
    /// ahead of ours.
    pub fn record(&mut self, task: &MoveTask, now_ms: i64) {
        if self.started != task.started {
            let start = (task.started < now_ms).then_some((task.started, 0));
            *self = Self { started: task.started, read: start.into_iter().collect() };
        }
        match self.read.last_mut() {
            Some(last) if last.0 >= now_ms => last.1 = last.1.max(task.moved),
            _ => self.read.push((now_ms, task.moved)),
        }
        let beyond = self.read.len().saturating_sub(KEPT);
        self.read.drain(..beyond);
    }

    /// Messages a second: over the last 30 seconds, or since the reading before where that is longer ago. `None` while less
    /// than a second is known.
    pub fn per_second(&self) -> Option<f64> {
        let ((to, moved), earlier) = self.read.split_last()?;
        let first = earlier.iter().find(|(at, _)| to - at <= WINDOW_MS).or(earlier.last())?;
        let (ms, moved) = (to - first.0, moved.saturating_sub(first.1));
        #[expect(clippy::cast_precision_loss, reason = "a rate needs no more than 52 bits")]
        let rate = (ms >= 1_000).then(|| moved as f64 * 1_000.0 / ms as f64);
        rate
    }

    /// The same of this task alone.
    pub fn pace(&self, task: &MoveTask) -> Option<f64> {
        if self.started == task.started { self.per_second() } else { None }
    }
}

/// For how many more seconds it goes on at this pace; `None` where nobody can tell.
pub fn left(task: &MoveTask, per_second: f64) -> Option<u64> {
    let rest = task.to_move?.saturating_sub(task.moved);
    if rest == 0 || per_second <= 0.0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "an estimate needs no more than 52 bits")]
    let seconds = (rest as f64 / per_second).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of floats saturates")]
    let seconds = seconds as u64;
    Some(seconds)
}

/// The pace of a task in words: `498/s · 7 s left`. Empty while nothing is known.
pub fn words(task: &MoveTask, per_second: Option<f64>) -> String {
    let Some(rate) = per_second else { return String::new() };
    match left(task, rate) {
        _ if task.status != super::TaskStatus::Running => String::new(),
        Some(seconds) => format!("{} · {} left", rate_words(rate), words::seconds(seconds)),
        None if rate <= 0.0 => {
            format!("nothing moved in the last {}", words::seconds(WINDOW_MS.unsigned_abs() / 1_000))
        }
        None => rate_words(rate),
    }
}

/// A rate: `0.8/s`, `2.5/s`, `498/s`.
fn rate_words(per_second: f64) -> String {
    if per_second < 9.95 {
        let tenths = format!("{per_second:.1}");
        // What moves at all does not stand still.
        let tenths = if tenths == "0.0" && per_second > 0.0 { "< 0.1".to_owned() } else { tenths };
        format!("{}/s", tenths.strip_suffix(".0").unwrap_or(&tenths))
    } else {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of floats saturates")]
        let whole = per_second.round() as u64;
        format!("{}/s", words::count(whole))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::TaskStatus;

    fn task(started: i64, moved: u64, to_move: Option<u64>) -> MoveTask {
        MoveTask {
            handle: None,
            status: TaskStatus::Running,
            source: "arn:aws:sqs:eu-west-1:1:orders-dlq".parse().unwrap(),
            destination: None,
            rate: None,
            moved,
            to_move,
            failure: None,
            started,
        }
    }

    fn read(readings: &[(i64, u64)]) -> Samples {
        let mut samples = Samples::default();
        for (at, moved) in readings {
            samples.record(&task(1_000, *moved, None), *at);
        }
        samples
    }

    /// Readings, and the pace that they show.
    type Case<'a> = (&'a [(i64, u64)], Option<f64>);

    #[test]
    fn the_average_is_over_the_last_half_minute() {
        let table: [Case<'_>; 8] = [
            (&[], None),
            (&[(1_500, 5)], None),                                    // half a second says nothing
            (&[(3_000, 10)], Some(5.0)),                              // since its start
            (&[(3_000, 10), (5_000, 30)], Some(7.5)),                 // still since its start
            (&[(101_000, 1_000)], Some(10.0)),                        // found under way: since its start, long ago
            (&[(101_000, 1_000), (103_000, 1_100)], Some(50.0)),      // from then on as it is now
            (&[(101_000, 5), (121_000, 5), (141_000, 5)], Some(0.0)), // it stands still
            (&[(101_000, 9), (103_000, 7)], Some(0.0)),               // a count that lags is no negative pace
        ];
        for (readings, pace) in table {
            assert_eq!(read(readings).per_second(), pace, "{readings:?}");
        }
    }

    #[test]
    fn another_task_begins_anew_and_a_clock_ahead_of_ours_does_no_harm() {
        let mut samples = read(&[(3_000, 10), (5_000, 30)]);
        let other = task(6_000, 4, None);
        assert_eq!(samples.pace(&other), None);
        samples.record(&other, 8_000);
        assert_eq!(samples.pace(&other), Some(2.0));
        let ahead = task(9_000, 1, None);
        samples.record(&ahead, 8_500);
        assert_eq!(samples.pace(&ahead), None);
        samples.record(&task(9_000, 3, None), 10_500);
        assert_eq!(samples.pace(&ahead), Some(1.0));
    }

    #[test]
    fn the_words_say_how_fast_and_how_long() {
        let plain = |task: &MoveTask, rate| words(task, rate).replace(['\u{202F}', '\u{A0}'], " ");
        let table = [
            (task(0, 6_412, Some(9_800)), Some(498.2), "498/s · 7 s left"),
            (task(0, 2, Some(10)), Some(0.75), "0.8/s · 11 s left"),
            (task(0, 2, Some(4)), Some(1.0), "1/s · 2 s left"),
            (task(0, 0, Some(4)), Some(0.01), "< 0.1/s · 6 min 40 s left"),
            (task(0, 5_000, None), Some(1_200.0), "1 200/s"),
            (task(0, 10, Some(10)), Some(3.0), "3/s"),
            (task(0, 5, Some(10)), Some(0.0), "nothing moved in the last 30 s"),
            (task(0, 0, Some(10)), None, ""),
        ];
        for (task, rate, expected) in table {
            assert_eq!(plain(&task, rate), expected);
        }
        let stopping = MoveTask { status: TaskStatus::Cancelling, ..task(0, 5, Some(10)) };
        assert_eq!(plain(&stopping, Some(4.0)), "", "how long SQS takes to stop is not known");
    }

    proptest! {
        #[test]
        fn whatever_is_read_the_pace_is_a_number(readings in prop::collection::vec((0i64..200_000, 0u64..10_000), 0..80)) {
            let samples = read(&readings);
            prop_assert!(samples.read.len() <= KEPT);
            if let Some(pace) = samples.per_second() {
                prop_assert!(pace >= 0.0 && pace.is_finite());
                prop_assert!(!words(&task(1_000, 1, Some(5)), Some(pace)).is_empty());
            }
        }

        #[test]
        fn a_steady_task_is_seen_at_its_pace(rate in 1u64..500, step in 500i64..5_000) {
            let at = |n: i64| (1_000 + n * step, u64::try_from(n * step).unwrap() * rate / 1_000);
            let readings: Vec<_> = (1..40).map(at).collect();
            let seen = read(&readings).per_second().unwrap();
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let off = (seen - rate as f64).abs();
            prop_assert!(off <= 1.0, "{seen} instead of {rate}");
        }
    }
}
