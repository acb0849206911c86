//! The embedded local SQS: a pure core (state × request × time → state × response) under a thin HTTP layer.
//! May use: nothing of this crate.
//!
//! It speaks AWS JSON 1.0 on loopback, so the console, the AWS CLI and every SDK use it like any SQS. It checks no
//! signatures and keeps everything in memory.
//!
//! * `core` – what SQS does, without I/O and without a clock
//! * [`Local`] – the state behind a mutex, and long polling
//! * `http` – requests in, answers out
//! * `peek` – a queue's messages without receiving them
//! * [`demo`] – queues and messages for a first look, and traffic that goes on
//! * `faults` – failures on demand, for tests

mod clock;
mod core;
pub mod demo;
mod faults;
mod handle;
mod http;
mod peek;
#[cfg(test)]
mod tests;

pub use self::core::{ApiError, Effect};
pub use clock::{Clock, ManualClock};
pub use handle::{Local, Options};
pub use http::serve;
