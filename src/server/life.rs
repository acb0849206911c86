//! How the background tasks of a process live, and in which order they end.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long work under way may take to end, from when the process was told to stop: as long as a system that asks for an
/// end within ten seconds allows. A hold of thousands of messages is given back meanwhile.
const GRACE: Duration = Duration::from_secs(9);
/// How long the embedded SQS may take to end after that.
const HOST_GRACE: Duration = Duration::from_millis(500);

/// The tasks of a process: work on behalf of people and pollers, and the embedded SQS that both need.
pub struct Life {
    /// Cancelled when the process is to stop: pollers and streams end with it.
    pub stop: CancellationToken,
    /// Pollers and changes under way.
    pub work: TaskTracker,
    /// Cancelled when all work has ended.
    pub after: CancellationToken,
    /// What that work needs: the embedded SQS.
    pub hosts: TaskTracker,
}

impl Life {
    /// A life that ends with `stop`.
    pub fn new(stop: CancellationToken) -> Self {
        Self { stop, work: TaskTracker::new(), after: CancellationToken::new(), hosts: TaskTracker::new() }
    }

    /// Waits for the work under way, then ends what it needed. Takes until 9.5 seconds after `told`, when the process was
    /// told to stop; what still runs then is cut off, and the audit log says of a change cut off that its outcome is
    /// unknown.
    pub async fn end(self, told: Instant) {
        self.work.close();
        if tokio::time::timeout_at(told + GRACE, self.work.wait()).await.is_err() {
            tracing::warn!(tasks = self.work.len(), "work was cut off at the end");
        }
        self.after.cancel();
        self.hosts.close();
        if tokio::time::timeout(HOST_GRACE, self.hosts.wait()).await.is_err() {
            tracing::warn!(tasks = self.hosts.len(), "the local SQS was cut off at the end");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[tokio::test]
    async fn what_work_needs_outlives_the_work() {
        let life = Life::new(CancellationToken::new());
        let (after, found) = (life.after.clone(), Arc::new(AtomicBool::new(false)));
        let seen = Arc::clone(&found);
        life.work.spawn(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            seen.store(!after.is_cancelled(), Ordering::SeqCst);
        });
        let after = life.after.clone();
        life.hosts.spawn(async move { after.cancelled().await });
        life.end(Instant::now()).await;
        assert!(found.load(Ordering::SeqCst), "the SQS was still there");
    }

    #[tokio::test]
    async fn work_has_what_the_requests_left_of_the_time_and_no_more() {
        let told =
            |before: Duration| Instant::now().checked_sub(before).expect("the machine runs for longer than this");
        let life = Life::new(CancellationToken::new());
        life.work.spawn(std::future::pending::<()>());
        let began = Instant::now();
        life.end(told(GRACE.saturating_sub(Duration::from_millis(300)))).await;
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(250) && took < Duration::from_secs(2), "{took:?}");
    }
}
