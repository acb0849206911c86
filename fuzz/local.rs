//! The rooms of `src/local` that have no I/O.

#[path = "../src/local/core/mod.rs"]
pub mod core;
#[path = "../src/local/fuzz/mod.rs"]
pub mod fuzz;
#[path = "../src/local/wire/mod.rs"]
pub mod wire;
