//! Floor 4 — a page reads services and writes HTML.
//! May use: model, ui, server::services, server::api, server::http.
