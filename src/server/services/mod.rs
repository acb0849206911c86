//! Floor 2 — what the console does with queues.
//! May use: model, server::sqs, server::store, server::clock.

pub mod poller;
