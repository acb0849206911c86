//! The embedded local SQS: a pure core (state × request × time → state × response) under a thin HTTP layer.
//! May use: nothing of this crate.
//!
//! It speaks AWS JSON 1.0 and the AWS Query protocol on loopback, so the console, the AWS CLI and every SDK, old or new,
//! use it like any SQS. It accepts every signature and none, and keeps everything in memory and, given a directory, in a
//! file there.
//!
//! * `core` – what SQS does, without I/O and without a clock
//! * [`Local`] – the state behind a mutex, and long polling; `waiting` – who waits
//! * `store` – what keeps the state over a restart
//! * `http` – requests in, answers out
//! * `wire` – what they are in bytes, in two protocols
//! * `peek` – a queue's messages without receiving them
//! * `control` – readiness, and what tests turn and read
//! * [`Clock`], `calendar` – the time, and how it is written
//! * [`demo`] – queues and messages for a first look, and traffic that goes on
//! * [`ledger`] – what the effect log proves
//! * `faults` – failures on demand, for tests
//! * `fuzz` – any bytes as requests, and what must hold whatever they are

mod calendar;
mod clock;
mod control;
mod core;
pub mod demo;
mod faults;
#[cfg(test)]
mod fuzz;
mod handle;
mod http;
pub mod ledger;
mod peek;
mod store;
#[cfg(test)]
mod tests;
mod waiting;
mod wire;

pub use self::core::{ApiError, Effect, Kind};
pub use clock::{Clock, ManualClock};
pub use handle::{Local, Options};
pub use http::serve;
pub use store::StoreError;
