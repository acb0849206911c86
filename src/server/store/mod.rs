//! Floor 1 — the only code that has heard of SQL.
//! May use: model.
