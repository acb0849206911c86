//! What time it is: the machine's clock, or one that a test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

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

    /// Resolves when it is `at`, and, with a manual clock, whenever it is moved. Look at the time again afterwards.
    pub async fn until(&self, at: u64) {
        match self {
            Self::Wall => {
                tokio::time::sleep(Duration::from_millis(at.saturating_sub(self.now()))).await;
            }
            Self::Manual(clock) => {
                let moved = clock.moved.notified();
                if self.now() < at {
                    moved.await;
                }
            }
        }
    }
}
