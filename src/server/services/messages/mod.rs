//! Messages: sending them, looking at them, receiving them, and acting on those that a receive holds.
//!
//! SQS has no peek. Whoever looks receives: the count of every message met goes up, and one receive too many moves it
//! to the dead-letter queue. So everything here that receives is asked for, bounded, written to the audit log, and never
//! started by opening a page.

mod budget;
mod cell;
pub mod format;
mod held;
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
pub use self::look::command;
pub use self::receive::Session;
pub use self::shelf::Desk;
pub use self::snapshot::{Entry, Origin, Snapshot, Standing, Stop};

/// The most bytes of bodies and attributes that a snapshot holds: 32 MiB.
pub const SNAPSHOT_BYTES: usize = 32 << 20;
