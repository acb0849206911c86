//! Selective redrive: the wish, and the plan.
//!
//! * `wish` – the form, wherever it stands
//! * `plan` – the dry run; `lines` its messages, `warnings` what to know before

pub mod lines;
pub mod plan;
pub mod warnings;
pub mod wish;
