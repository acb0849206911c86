//! Floor 1 — the only code that has heard of AWS.
//! May use: model.
