//! Floor 0 — the ground: what is true of queues. No I/O, no async, no Leptos, no AWS.
//! May use: nothing of this crate.
