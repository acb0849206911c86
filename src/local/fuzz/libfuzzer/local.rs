//! The rooms of `src/local` that have no I/O.

#[path = "../../core/mod.rs"]
pub mod core;
#[path = "../mod.rs"]
pub mod fuzz;
#[path = "../../wire/mod.rs"]
pub mod wire;
