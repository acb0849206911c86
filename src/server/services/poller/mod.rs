//! The poller: one per connection, shared by everyone who watches. It reads attributes only and never receives.

pub mod census;

pub use census::{Census, Liveness, QueueRow};
