//! Floor 3 — the HTTP edge: accept loop, guards, headers, assets, server-sent events.
//! May use: model, server::services.
