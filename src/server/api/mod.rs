//! Floor 3 — a form becomes a command.
//! May use: model, server::services.
