//! Floor ½ — the HTML vocabulary (`parts`) and everything that runs in the browser (`islands`).
//! May use: model.

pub mod islands;
pub mod parts;
