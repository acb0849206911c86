//! Messages: sending them, looking at them, holding them, and acting on those that are held.
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
pub mod examples;
pub mod export;
mod fate;
pub mod groups;
mod hand;
mod held;
mod hold;
pub mod import;
pub mod index;
mod keep;
mod kept;
pub mod layers;
mod lease;
mod look;
mod plan;
mod presence;
mod recent;
mod scan;
mod send;
mod shelf;
mod snapshot;
mod spent;
mod uploads;
pub mod view;

pub use self::budget::Price;
pub use self::cell::{Cell, held_until};
pub use self::chosen::Chosen;
pub use self::fate::{Fate, Fates, by_handle, settle};
pub use self::hand::Handed;
pub use self::held::ask;
pub use self::hold::Session;
pub use self::kept::Kept;
pub use self::lease::{Release, Terms};
pub use self::look::command;
pub use self::presence::Seat;
pub use self::shelf::{Desk, Turn};
pub use self::snapshot::{Entry, Origin, Snapshot, Standing, Stop};
pub use self::uploads::Upload;

/// The most bytes of bodies and attributes that a usual snapshot holds: 32 MiB. A large look holds twice as much.
pub const SNAPSHOT_BYTES: usize = 32 << 20;

#[cfg(test)]
pub(in crate::server::services) mod tests {
    //! What tests of messages begin with.

    pub use super::snapshot::tests::message;
}
