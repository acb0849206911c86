//! The console: `run` builds the floors from the bottom, serves, and stops in reverse order.
//! May use: everything below it.

pub mod api;
pub mod clock;
pub mod config;
pub mod http;
pub mod log;
pub mod pages;
pub mod services;
pub mod sqs;
pub mod store;

use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use config::Config;

/// Runs the console until `stop`. Prints the address once it can be opened.
pub async fn run(config: Config, stop: CancellationToken) -> io::Result<()> {
    let assets = Arc::new(http::assets::Assets::load(config.site.as_deref())?);
    let listener = TcpListener::bind((config.bind, config.port)).await.map_err(|error| {
        let words =
            format!("cannot listen on {}:{} ({}). Choose another with --port.", config.bind, config.port, error.kind());
        io::Error::new(error.kind(), words)
    })?;
    let address = listener.local_addr()?;
    let names = http::names::OwnNames::new(address.port(), &config.allow_hosts, config.public_origin.as_deref());
    let app = http::health::routes(stop.clone()).merge(assets.routes());
    let app = http::protect(app, Arc::new(names), http::body::Limits::default());
    println!("Redrive listens on http://{address}");
    http::listen::serve(listener, app, http::listen::Patience::default(), stop).await;
    Ok(())
}
