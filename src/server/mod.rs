//! The console: `run` builds the floors from the bottom, serves, and stops in reverse order.
//! May use: everything below it.

pub mod api;
pub mod clock;
pub mod http;
pub mod pages;
pub mod services;
pub mod sqs;
pub mod store;
