//! Tests through the real router, the contract and conformance suites, and `tidy`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod conformance;
mod contract;
pub(crate) mod fake;
mod tidy;

mod activity;
mod causes;
mod console;
mod danger;
mod editing;
mod exporting;
mod finding;
mod jobs;
mod messages;
mod new_queue;
mod peek;
mod reading;
mod redrive;
mod redrive_native;
mod redrives;
mod redrives_told;
mod saved;
mod send;
mod settings;
mod undo;

mod guards;
mod held;
mod holding;
mod promises;
mod wire;
