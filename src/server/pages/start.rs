//! `/`: on to the connection that was used last, or the only one.

use leptos::prelude::*;

use crate::model::paths;
use crate::server::api;

/// Redirects to a connection's home.
#[component]
pub fn StartPage() -> impl IntoView {
    let services = api::services_if_any();
    if let Some(connection) = services.as_ref().and_then(|services| services.connections().first()) {
        api::redirect(&paths::home(connection.name()));
    }
}
