//! The binary `redrive`: reads the configuration, then runs the console until it is told to stop.

#[cfg(feature = "ssr")]
fn main() {}

#[cfg(not(feature = "ssr"))]
fn main() {}
