//! Selective redrive: the wish, the plan, and what becomes of it.
//!
//! * `wish` – the form, wherever it stands; `whole` – on the page of a queue
//! * `plan` – the dry run; `lines` its messages, `copies` what is sent, `warnings` what to know before, `start` the click
//! * `job` – a redrive; `state`, `pauses` and `refused` how it is doing, `report` its messages, `undo` the way back
//! * `list` – all of them

mod copies;
pub mod job;
pub mod lines;
pub mod list;
mod pauses;
pub mod plan;
mod refused;
mod report;
pub mod start;
mod state;
mod undo;
pub mod warnings;
pub mod whole;
pub mod wish;
