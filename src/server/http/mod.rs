//! Floor 3 — the HTTP edge: accept loop, guards, headers, assets, server-sent events.
//! May use: model, server::services.

pub mod assets;
pub mod body;
pub mod events;
pub mod export;
pub mod guard;
pub mod headers;
pub mod health;
pub mod listen;
pub mod names;
mod news;
pub mod palette;
pub mod refusal;
pub mod report;
pub mod stall;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};

/// Puts the console behind its guards. From the outside in: the security headers, so that every answer has them; the
/// net for panics; the rules on who may ask ([`guard`]); the limits on bodies. Nothing of `app` runs before all of
/// them agreed. Layers added to the result afterwards run outside the guards.
pub fn protect(app: Router, names: Arc<names::OwnNames>, limits: body::Limits) -> Router {
    // The limits of `body` are the ones that count: axum's own is smaller than a message can be as a form.
    app.layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(limits, body::read))
        .layer(from_fn_with_state(names, guard::guard))
        .layer(from_fn(refusal::catch_panic))
        .layer(from_fn(headers::secure))
}
