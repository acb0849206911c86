//! From the configuration to the services: the embedded SQS, the store, and a connection for each that is configured.

use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::alone;
use super::clock::{SharedClock, SystemClock};
use super::config::{ArchiveConfig, Config, ConnectionConfig, LocalConfig};
use super::life::Life;
use super::services::archive::seal::{Key, nonce};
use super::services::archive::{Keeping, expire};
use super::services::connection::About;
use super::services::messages::{Desk, Terms};
use super::services::poller::Poller;
use super::services::redrive::keep_log;
use super::services::redrive::selective::forget;
use super::services::{Connection, Services};
use super::sqs::aws::AwsSqs;
use super::sqs::connect::{Connect, connect};
use super::store::{Sqlite, Store};
use crate::local;

/// Builds the services; their background tasks are part of `life`.
pub async fn services(config: &Config, life: &Life) -> io::Result<Services> {
    let store = store(config.data.as_deref())?;
    let endpoint = match &config.local {
        Some(local) => Some(embedded(local, config.data.as_deref(), life).await?),
        None => None,
    };
    let clock: SharedClock = Arc::new(SystemClock);
    let keeping = Arc::new(keeping(&config.archive));
    life.work.spawn(expire(Arc::clone(&store), clock.clone(), keeping.longest_ms(), life.stop.clone()));
    life.work.spawn(forget(Arc::clone(&store), clock.clone(), life.stop.clone()));
    let mut connections = Vec::new();
    let mut problems = Vec::new();
    for configured in &config.connections {
        match connect(&how(configured, endpoint.as_deref())).await {
            Ok(sqs) => {
                let about = about(config, configured, &sqs);
                let sqs: Arc<dyn super::sqs::Sqs> = Arc::new(sqs);
                let poller =
                    Poller::start(about.name.clone(), Arc::clone(&sqs), clock.clone(), &life.work, life.stop.clone());
                let receives = store.receives(&about.name).await.map_err(io::Error::other)?;
                let connection = Connection::new(
                    about,
                    sqs,
                    Arc::clone(&store),
                    clock.clone(),
                    poller,
                    Arc::clone(&keeping),
                    Desk::new(life.stop.clone(), Terms::default(), receives).working(life.work.clone()),
                );
                life.work.spawn(keep_log(connection.clone(), life.stop.clone()));
                connections.push(connection);
            }
            Err(error) => problems.push(format!("connection {}: {error}", configured.name)),
        }
    }
    if problems.is_empty() {
        for connection in &connections {
            connection.resume_selectives().await;
        }
        Ok(Services::new(connections, store, clock, life.work.clone(), config.public_origin.clone()))
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, problems.join("\nredrive: ")))
    }
}

fn store(data: Option<&Path>) -> io::Result<Arc<dyn Store>> {
    let opened = match data {
        Some(data) => Sqlite::open(data),
        None => Sqlite::in_memory(),
    };
    Ok(Arc::new(opened.map_err(io::Error::other)?))
}

fn keeping(config: &ArchiveConfig) -> Keeping {
    let key = config.key.as_ref().map(|key| Key::new(&key.0));
    Keeping { days: config.days, most: u64::from(config.mib) << 20, key, nonce }
}

/// Starts the embedded SQS on loopback and gives its address. In a data directory it tells the demo's story once.
async fn embedded(config: &LocalConfig, data: Option<&Path>, life: &Life) -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).await.map_err(|error| {
        let (port, kind) = (config.port, error.kind());
        io::Error::new(
            kind,
            format!("the local SQS cannot listen on 127.0.0.1:{port} ({kind}). Choose another with --local-port."),
        )
    })?;
    let base_url = format!("http://{}", listener.local_addr()?);
    let options = local::Options {
        base_url: base_url.clone(),
        peek: config.peek,
        dials: config.dials,
        ..local::Options::default()
    };
    let local = Arc::new(alone::open(options, data)?);
    if config.demo && local.is_new() {
        // Only a wrong seed can fail, and its own tests would have said so.
        local::demo::seed(&local)
            .map_err(|error| io::Error::other(format!("the demo data were refused: {error:?}")))?;
    }
    if config.demo && local::demo::was_told(&local) {
        let (local, after) = (Arc::clone(&local), life.after.clone());
        life.hosts.spawn(async move { local::demo::run(&local, after).await });
    }
    life.hosts.spawn(local::serve(listener, local, life.after.clone()));
    println!("Local SQS listens on {base_url}");
    Ok(base_url)
}

fn how(configured: &ConnectionConfig, embedded: Option<&str>) -> Connect {
    let endpoint = if configured.embedded { embedded.map(str::to_owned) } else { configured.endpoint.clone() };
    // The embedded SQS checks no signature; naming a key and a region keeps the SDK from asking around for them.
    let local_key = || ("local".to_owned(), "local".to_owned());
    let local_region = || local::Options::default().region;
    Connect {
        region: configured.region.clone().or_else(|| configured.embedded.then(local_region)),
        profile: configured.profile.clone(),
        role_arn: configured.role_arn.clone(),
        external_id: configured.external_id.clone(),
        endpoint,
        ca_file: configured.ca_file.clone(),
        static_credentials: configured.embedded.then(local_key),
    }
}

fn about(config: &Config, configured: &ConnectionConfig, sqs: &AwsSqs) -> About {
    let info = sqs.info();
    About {
        name: configured.name.clone(),
        region: info.region.clone(),
        endpoint: if configured.embedded { None } else { info.endpoint.clone() },
        color: configured.color.map(|color| color.as_str().to_owned()),
        read_only: config.read_only || configured.read_only,
    }
}
