//! What the engine promises, tried out: every interleaving of a small world (`explore`), a thousand random walks through
//! larger ones (`simulate`), the same with something broken on purpose, which must be noticed (`mutants`), and properties
//! of the parts.

mod ends;
pub(super) mod explore;
mod mutants;
mod outside;
mod parcels;
mod pauses;
mod rules;
mod simulate;
pub(super) mod sqs;
mod stalls;
mod world;
