//! How far a receive is: what its page shows, and what a stream tells about it.

use serde::{Deserialize, Serialize};

/// A receive that runs or has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// How many messages came so far.
    pub received: u64,
    /// How many it takes at most.
    pub wanted: u64,
    /// When it ends at the latest, milliseconds since 1970.
    pub deadline_ms: i64,
    /// Whether it still runs.
    pub running: bool,
}
