//! What the rows of a running redrive came to, counted no more often than the journal can bear.

use tokio::sync::Mutex;

use crate::server::clock::SharedClock;
use crate::server::store::StoreError;
use crate::server::store::redrives::Tally;

/// A count is good for so many times as long as it took: counting is a walk through all rows, and nothing is committed
/// meanwhile.
const GOOD_FOR: i64 = 10;
/// But never for longer than this, milliseconds.
const GOOD_FOR_MS: i64 = 5_000;

/// The last count, and until when it is good.
#[derive(Default)]
pub(super) struct Tallied(Mutex<Option<(i64, Vec<Tally>)>>);

impl Tallied {
    /// The last count where it is still good; else counts. Whoever asks while it is counted waits for that count.
    pub(super) async fn or_count(
        &self,
        clock: &SharedClock,
        count: impl Future<Output = Result<Vec<Tally>, StoreError>>,
    ) -> Result<Vec<Tally>, StoreError> {
        let mut last = self.0.lock().await;
        let began_ms = clock.mono_ms();
        if let Some((_, tallies)) = last.as_ref().filter(|(until_ms, _)| began_ms < *until_ms) {
            return Ok(tallies.clone());
        }
        let tallies = count.await?;
        let now_ms = clock.mono_ms();
        *last = Some((now_ms + ((now_ms - began_ms) * GOOD_FOR).min(GOOD_FOR_MS), tallies.clone()));
        Ok(tallies)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::server::clock::TestClock;

    #[tokio::test]
    async fn counting_takes_a_tenth_of_the_time_at_most() {
        let (hands, counted, tallied) = (TestClock::at(0), AtomicUsize::new(0), Tallied::default());
        let clock: SharedClock = Arc::clone(&hands) as SharedClock;
        let look = |took_ms| {
            let (hands, counted) = (&hands, &counted);
            let count = async move {
                hands.advance(took_ms);
                counted.fetch_add(1, Ordering::SeqCst);
                Ok(Vec::new())
            };
            tallied.or_count(&clock, count)
        };
        let counts = || counted.load(Ordering::SeqCst);
        look(0).await.unwrap();
        look(0).await.unwrap();
        assert_eq!(counts(), 2, "a small one is counted every time");
        look(40).await.unwrap();
        hands.advance(399);
        look(40).await.unwrap();
        assert_eq!(counts(), 3);
        hands.advance(1);
        look(9_000).await.unwrap();
        hands.advance(GOOD_FOR_MS);
        look(0).await.unwrap();
        assert_eq!(counts(), 5, "nor is one shown that is too old");
    }
}
