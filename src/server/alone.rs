//! The local SQS as a process serves it: inside the console (`build`), and alone, as `redrive sqs`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::config::SqsConfig;
use crate::local::{self, Local};

/// Serves the local SQS and nothing else until `stop`. Prints the address, and how to use it, once it can be.
///
/// Stops within a few seconds: long polls end empty, requests are answered, what was handed to the store is written.
pub async fn run_sqs(config: SqsConfig, stop: CancellationToken) -> io::Result<()> {
    let listener = TcpListener::bind((config.bind, config.port)).await.map_err(|error| {
        let (address, kind) = (SocketAddr::new(config.bind, config.port), error.kind());
        io::Error::new(kind, format!("cannot listen on {address} ({kind}). Choose another port with --port."))
    })?;
    let endpoint = format!("http://{}", reachable(listener.local_addr()?));
    let options = local::Options {
        account: config.account,
        region: config.region.clone(),
        base_url: endpoint.clone(),
        peek: config.peek,
        dials: config.dials,
        ..local::Options::default()
    };
    let local = Arc::new(open(options, config.data.as_deref())?);
    println!(
        "Local SQS listens on {endpoint} – for the AWS CLI and SDKs: AWS_ENDPOINT_URL_SQS={endpoint} AWS_REGION={} \
         AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local",
        config.region
    );
    local::serve(listener, local, stop).await;
    Ok(())
}

/// A local SQS in a directory, or in memory.
pub fn open(options: local::Options, data: Option<&Path>) -> io::Result<Local> {
    match data {
        Some(data) => Local::open(options, data).map_err(io::Error::other),
        None => Ok(Local::new(options)),
    }
}

/// Where this machine reaches what listens on an address.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_reached_at_loopback() {
        for (bound, reached) in
            [("0.0.0.0:1", "127.0.0.1:1"), ("[::]:1", "[::1]:1"), ("10.0.0.1:1", "10.0.0.1:1"), ("[::1]:1", "[::1]:1")]
        {
            assert_eq!(reachable(bound.parse().unwrap()), reached.parse().unwrap());
        }
    }
}
