//! The URL of an SQS that is not AWS's own.

use std::net::{Ipv4Addr, Ipv6Addr};

use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use http::Uri;

use super::ConnectError;

/// A URL with scheme http or https and a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    url: String,
    host: String,
}

impl Endpoint {
    /// Parses a URL; a path is allowed, credentials in it are not.
    pub(super) fn parse(url: &str) -> Result<Self, ConnectError> {
        let wrong = || ConnectError::Endpoint(url.to_owned());
        let uri: Uri = url.trim().parse().map_err(|_| wrong())?;
        let known = matches!(uri.scheme_str(), Some("http" | "https"));
        let plain = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        match uri.host() {
            Some(host) if known && plain && !host.is_empty() => {
                Ok(Self { host: host.to_ascii_lowercase(), url: url.trim().to_owned() })
            }
            _ => Err(wrong()),
        }
    }

    /// Whether only this very machine can answer there, judged by the name alone.
    pub(super) fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        bare == "localhost"
            || bare.ends_with(".localhost")
            || bare.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback())
            || bare.parse().is_ok_and(|ip: Ipv6Addr| ip.is_loopback())
    }

    /// The URL as given.
    pub(super) fn into_url(self) -> String {
        self.url
    }
}

/// What the environment or the profile says (`AWS_ENDPOINT_URL_SQS`, `AWS_ENDPOINT_URL`, `endpoint_url`), in the SDK's
/// own order. (AWS SDKs and Tools Reference Guide, "Service-specific endpoints".)
pub(super) fn of_environment(sdk: &SdkConfig) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id("SQS").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let of_service = key.ok().and_then(|key| sdk.service_config()?.load_config(key));
    of_service.or_else(|| sdk.endpoint_url().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_url_with_a_host() {
        for right in ["http://127.0.0.1:9324", "https://sqs.example.com/", "http://[::1]:1", "http://elasticmq:9324"] {
            assert!(Endpoint::parse(right).is_ok(), "{right}");
        }
        for wrong in ["", "localhost:4566", "ftp://x", "http://", "https://key:secret@example.com", "/sqs", "a b"] {
            assert_eq!(Endpoint::parse(wrong), Err(ConnectError::Endpoint(wrong.to_owned())), "{wrong}");
        }
    }

    #[test]
    fn loopback_is_judged_by_the_name() {
        let loopback = |url: &str| Endpoint::parse(url).unwrap().is_loopback();
        for near in
            ["http://localhost:1", "http://127.0.0.1", "http://127.1.2.3:9", "https://[::1]:4", "http://a.localhost"]
        {
            assert!(loopback(near), "{near}");
        }
        for far in
            ["http://10.0.0.1", "http://localhost.example.com", "http://127.0.0.1.example.com", "http://[fe80::1]"]
        {
            assert!(!loopback(far), "{far}");
        }
    }
}
