//! The router: pages, server functions, the event stream, assets and health, each at its path.
//! May use: everything below it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use leptos::config::LeptosOptions;
use leptos::prelude::provide_context;
use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::{LeptosRoutes, generate_route_list};
use tokio_util::sync::CancellationToken;

use super::app::App;
use super::http::assets::Assets;
use super::http::{events, export, health, report};
use super::pages;
use super::pages::shell::shell;
use super::services::Services;
use crate::model::paths;

/// Everything that can be asked for, before the guards.
pub fn router(services: &Services, assets: &Arc<Assets>, stop: &CancellationToken) -> Router {
    let options = options(assets);
    let context = {
        let services = services.clone();
        move || provide_context(services.clone())
    };
    let document = {
        let (options, assets) = (options.clone(), Arc::clone(assets));
        move || shell(options.clone(), &assets, App)
    };
    let functions = {
        let context = context.clone();
        post(move |request: Request| {
            let context = context.clone();
            async move {
                let known = server_fn_paths().any(|(path, _)| path == request.uri().path());
                if !known {
                    return StatusCode::NOT_FOUND.into_response();
                }
                leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
            }
        })
    };
    let unknown = {
        let render = leptos_axum::render_app_async_with_context(context.clone(), document.clone());
        get(move |request: Request| render(request))
    };
    let start = {
        let services = services.clone();
        move |headers: HeaderMap, RawQuery(query): RawQuery| async move {
            Redirect::to(&pages::carrying_refusal(&start_at(&services, &headers), query.as_deref()))
        }
    };
    let pages: Router = Router::<LeptosOptions>::new()
        .leptos_routes_with_context(&options, generate_route_list(App), context, document)
        .route("/", get(start))
        .route("/api/{*function}", functions)
        .fallback(unknown)
        .with_state(options);
    let live = events::routes(Arc::new(services.clone()), stop.clone());
    let files = export::routes(services.clone()).merge(report::routes(services.clone()));
    health::routes(stop.clone()).merge(assets.routes()).merge(live).merge(files).merge(pages)
}

/// The home of the connection that this browser used last, or of the first.
fn start_at(services: &Services, headers: &HeaderMap) -> String {
    let last = pages::last_connection(headers).and_then(|name| services.connection(&name).ok());
    let connection = last.as_ref().or_else(|| services.connections().first());
    connection.map_or_else(|| "/healthz".to_owned(), |connection| paths::home(connection.name()))
}

/// The islands' scripts as the build named them: Leptos derives the address of the wasm from that of the glue.
fn options(assets: &Assets) -> LeptosOptions {
    let glue = assets.href("redrive.js");
    let name = glue.rsplit('/').next().and_then(|file| file.strip_suffix(".js")).unwrap_or("redrive");
    LeptosOptions::builder().output_name(name).site_pkg_dir("pkg").build()
}
