//! The end of all connections for a while, as if the server were gone: whoever accepts connections waits here for it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How long it waits where the address is not free again.
const BREATH: Duration = Duration::from_millis(20);

/// Leaves an address for so long that nobody can connect to it, and listens there again; `None` where the server stops
/// meanwhile.
pub async fn away(listener: TcpListener, time: Duration, shutdown: &CancellationToken) -> Option<TcpListener> {
    let address = listener.local_addr().ok()?;
    drop(listener);
    let back = async {
        tokio::time::sleep(time).await;
        loop {
            if let Ok(listener) = TcpListener::bind(address).await {
                return listener;
            }
            tokio::time::sleep(BREATH).await;
        }
    };
    shutdown.run_until_cancelled(back).await
}

/// Where a closing is asked for and waited for. One is waited for by one.
#[derive(Debug, Default)]
pub struct Door {
    asked: Mutex<Option<Duration>>,
    knock: Notify,
}

impl Door {
    /// Asks for a closing.
    pub fn close(&self, time: Duration) {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(time);
        self.knock.notify_one();
    }

    /// Resolves when a closing is asked for, with its time.
    pub async fn closing(&self) -> Duration {
        loop {
            let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(time) = asked {
                return time;
            }
            self.knock.notified().await;
        }
    }
}
