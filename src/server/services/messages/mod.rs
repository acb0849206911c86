//! Messages: sending them, looking at them, receiving them, and acting on those that a receive holds.
//!
//! SQS has no peek. Whoever looks receives: the count of every message met goes up, and one receive too many moves it
//! to the dead-letter queue. So everything here that receives is asked for, bounded, written to the audit log, and never
//! started by opening a page.

mod budget;
pub mod causes;
mod cell;
mod chosen;
pub mod difference;
pub mod digests;
pub mod export;
mod fate;
mod held;
pub mod import;
mod kept;
pub mod layers;
mod look;
mod plan;
mod receive;
mod recent;
mod scan;
mod send;
mod shelf;
mod snapshot;

pub use self::budget::refusal;
pub use self::cell::Cell;
pub use self::chosen::Chosen;
pub use self::fate::{Fate, Fates, by_handle, settle};
pub use self::kept::Kept;
pub use self::look::command;
pub use self::receive::Session;
pub use self::shelf::{Desk, Turn};
pub use self::snapshot::{Entry, Origin, Snapshot, Standing, Stop};

/// The most bytes of bodies and attributes that a snapshot holds: 32 MiB.
pub const SNAPSHOT_BYTES: usize = 32 << 20;

#[cfg(test)]
pub(in crate::server::services) mod tests {
    //! What tests of messages begin with.

    pub use super::snapshot::tests::message;
}
