//! What is forgotten of redrives that ended long ago: their rows. What is known of the redrives themselves stays.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::server::clock::SharedClock;
use crate::server::services::report;
use crate::server::store::Store;

/// For how long the report of a redrive is kept after its end. No message outlives a fortnight, so that its rows matter to
/// later redrives for that long.
pub(super) const KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// How often is looked.
const SWEEP: Duration = Duration::from_secs(6 * 3_600);

/// How long is waited between two portions: what others write comes first.
const BREATH: Duration = Duration::from_millis(100);

/// Forgets rows until `stop`.
pub async fn forget(store: Arc<dyn Store>, clock: SharedClock, stop: CancellationToken) {
    loop {
        let pause = match store.forget_rows(clock.now_ms() - KEPT_MS).await {
            Ok(0) => SWEEP,
            Ok(rows) => {
                tracing::info!(rows, "rows of the reports of old redrives were forgotten");
                BREATH
            }
            Err(error) => {
                drop(report::store(&error));
                SWEEP
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
