//! What time it is: the machine's clock, or one that a test moves; and the time of an SQS, which never goes back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

/// A source of the time in epoch milliseconds.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's.
    #[default]
    Wall,
    /// One that moves only when it is told.
    Manual(ManualClock),
}

/// A clock for tests. Clones show the same time; moving it wakes long polls.
#[derive(Clone, Debug)]
pub struct ManualClock {
    millis: Arc<AtomicU64>,
    moved: Arc<Notify>,
}

impl ManualClock {
    /// A clock that shows this many milliseconds after the epoch.
    pub fn at(millis: u64) -> Self {
        Self { millis: Arc::new(AtomicU64::new(millis)), moved: Arc::default() }
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        self.millis.fetch_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
        self.moved.notify_waiters();
    }
}

impl Clock {
    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "this is the clock to ask")]
    pub fn now(&self) -> u64 {
        match self {
            // Before the epoch is before SQS.
            Self::Wall => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX)),
            Self::Manual(clock) => clock.millis.load(Ordering::SeqCst),
        }
    }
}

/// The time of one SQS: that of its clock, but never earlier than before, and never standing still.
///
/// Where the machine's clock is set back, or had been ahead when a store was written, time goes on from the latest there
/// was: hidden messages and long polls do not wait until the clock has caught up.
#[derive(Debug)]
pub struct Time {
    clock: Clock,
    /// Nobody sets this one.
    since: Instant,
    latest: Mutex<Latest>,
    moved: Notify,
}

/// The latest time that a clock showed, and how long this process had run by then.
#[derive(Debug)]
struct Latest {
    shown: u64,
    at: Duration,
}

impl Latest {
    fn now(&mut self, shown: u64, at: Duration) -> u64 {
        let elapsed = u64::try_from(at.saturating_sub(self.at).as_millis()).unwrap_or(u64::MAX);
        let counted = self.shown.saturating_add(elapsed);
        if shown < counted {
            return counted;
        }
        *self = Self { shown, at };
        shown
    }
}

impl Time {
    /// Time by a clock, where it was `latest` already.
    pub fn by(clock: Clock, latest: u64) -> Self {
        let latest = Mutex::new(Latest { shown: latest, at: Duration::ZERO });
        Self { clock, since: Instant::now(), latest, moved: Notify::new() }
    }

    /// The clock it goes by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Moves it forward, and wakes who waits; the machine's clock stays as it is, and this time goes on ahead of it.
    pub fn advance(&self, by: Duration) {
        match &self.clock {
            Clock::Wall => {
                let at = self.since.elapsed();
                let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
                let now = latest.now(self.clock.now(), at);
                let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
                *latest = Latest { shown: now.saturating_add(by), at };
                drop(latest);
                self.moved.notify_waiters();
            }
            Clock::Manual(clock) => clock.advance(by),
        }
    }

    /// The time now, in epoch milliseconds.
    pub fn now(&self) -> u64 {
        match &self.clock {
            Clock::Wall => {
                let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
                latest.now(self.clock.now(), self.since.elapsed())
            }
            Clock::Manual(_) => self.clock.now(),
        }
    }

    /// Resolves when it is `at`, and whenever it is moved. Look at the time again afterwards.
    pub async fn until(&self, at: u64) {
        match &self.clock {
            Clock::Wall => {
                let moved = self.moved.notified();
                let left = Duration::from_millis(at.saturating_sub(self.now()));
                tokio::select! {
                    () = tokio::time::sleep(left) => {}
                    () = moved => {}
                }
            }
            Clock::Manual(clock) => {
                let moved = clock.moved.notified();
                if self.now() < at {
                    moved.await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_when_the_clock_is_set_back() {
        let mut latest = Latest { shown: 500, at: Duration::ZERO };
        let mut now = |shown, at| latest.now(shown, Duration::from_millis(at));
        assert_eq!(now(1000, 10), 1000);
        assert_eq!(now(1100, 110), 1100);
        assert_eq!(now(300, 210), 1200, "set back by 900");
        assert_eq!(now(300, 210), 1200);
        assert_eq!(now(400, 310), 1300);
        assert_eq!(now(9000, 410), 9000, "set forward");
        assert_eq!(now(9000, 411), 9001);
    }

    #[test]
    fn time_begins_at_the_latest_that_was_kept() {
        let ahead = Clock::Wall.now() + 3_600_000;
        let time = Time::by(Clock::Wall, ahead);
        assert!((ahead..ahead + 60_000).contains(&time.now()));
    }

    #[test]
    fn time_is_moved_ahead_of_the_machines_clock_and_goes_on_from_there() {
        let time = Time::by(Clock::Wall, 0);
        let before = time.now();
        time.advance(Duration::from_secs(120));
        time.advance(Duration::from_secs(30));
        assert!((before + 150_000..before + 210_000).contains(&time.now()));
    }
}
