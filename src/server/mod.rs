//! The console: `run` builds the floors from the bottom, serves, and stops in reverse order.
//! May use: everything below it.

mod alone;
pub mod api;
pub mod app;
pub mod clock;
pub mod config;
pub mod http;
mod live;
pub mod log;
pub mod pages;
pub mod router;
pub mod services;
pub mod sqs;
pub mod store;

mod build;
mod life;

use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub use self::alone::run_sqs;
use self::config::Config;
use self::http::assets::Assets;
use self::http::{body, listen, names};

/// Runs the console until `stop`. Prints the addresses once they can be opened.
///
/// Stops in the reverse order of its building: streams and pollers end with `stop`, requests are answered, changes
/// under way come to their end, then the embedded SQS goes. What still runs after a grace is cut off, all within ten
/// seconds.
pub async fn run(config: Config, stop: CancellationToken) -> io::Result<()> {
    let assets = Arc::new(Assets::load(config.site.as_deref())?);
    let listener = bind(&config).await?;
    let address = listener.local_addr()?;
    let life = life::Life::new(stop.clone());
    let services = build::services(&config, &life).await?;
    let names = names::OwnNames::new(address.port(), &config.allow_hosts, config.public_origin.as_deref());
    let app = router::router(&services, &assets, &stop);
    let app = http::protect(app, Arc::new(names), body::Limits::default());
    println!("Redrive listens on http://{address}");
    let told = async {
        stop.cancelled().await;
        Instant::now()
    };
    let ((), told) = tokio::join!(listen::serve(listener, app, listen::Patience::default(), stop.clone()), told);
    life.end(told).await;
    Ok(())
}

async fn bind(config: &Config) -> io::Result<TcpListener> {
    TcpListener::bind((config.bind, config.port)).await.map_err(|error| {
        let (bind, port, kind) = (config.bind, config.port, error.kind());
        io::Error::new(kind, format!("cannot listen on {bind}:{port} ({kind}). Choose another with --port."))
    })
}
