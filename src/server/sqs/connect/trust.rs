//! Whom to believe: the HTTP client, with the system's certificates and those of a private authority.

use std::path::Path;

use aws_sdk_sqs::config::SharedHttpClient;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::ConnectError;

/// Reads the PEM certificates of a file and makes sure that each can be used: the SDK would panic on one that cannot.
pub(super) fn certificates(path: &Path) -> Result<Vec<u8>, ConnectError> {
    let unreadable = |error: std::io::Error| ConnectError::CaFile { path: path.to_owned(), reason: error.kind() };
    let pem = std::fs::read(path).map_err(unreadable)?;
    let damaged = || ConnectError::Certificates(path.to_owned());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|_| damaged())?;
        roots.add(certificate).map_err(|_| damaged())?;
    }
    if roots.is_empty() { Err(damaged()) } else { Ok(pem) }
}

/// The HTTP client: TLS by rustls, any number of idle connections (attribute reads come 64 at a time), `TCP_NODELAY`
/// (the connector's default), and the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, except to loopback.
pub(super) fn http_client(certificates: Option<Vec<u8>>, loopback: bool) -> SharedHttpClient {
    let (tls, proxy) = surroundings(certificates, loopback);
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder();
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        connector
            .proxy_config(proxy.clone())
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(tls.clone())
            .build()
    })
}

/// The same for requests that are none of the SDK's. Without deadlines of its own.
pub(super) fn connector(certificates: Option<Vec<u8>>, loopback: bool) -> SharedHttpConnector {
    let (tls, proxy) = surroundings(certificates, loopback);
    let connector = Connector::builder().proxy_config(proxy).tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    SharedHttpConnector::new(connector.tls_context(tls).build())
}

/// Whom to believe, and which way to take.
fn surroundings(certificates: Option<Vec<u8>>, loopback: bool) -> (TlsContext, ProxyConfig) {
    let trust = match certificates {
        Some(pem) => TrustStore::default().with_pem_certificate(pem),
        None => TrustStore::default(),
    };
    let tls =
        TlsContext::builder().with_trust_store(trust).build().expect("certificates are checked when they are used");
    (tls, if loopback { ProxyConfig::disabled() } else { ProxyConfig::from_env() })
}
