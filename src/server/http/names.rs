//! The names this console answers to, and the origins that are its own.
//!
//! A page of a hostile site can have its own name resolve to 127.0.0.1 and then read answers as if they were its own
//! (DNS rebinding). The browser still sends that name as `Host`, so a console that answers to its own names alone is
//! out of reach. An address literal cannot be rebound, and `localhost` is not looked up in the DNS.

use std::net::IpAddr;

/// The console's own names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnNames {
    port: u16,
    /// Lower case, `name` or `name:port`.
    allowed: Vec<String>,
    /// `https://name`, lower case.
    public: Option<String>,
}

impl OwnNames {
    /// Loopback names with `port` – the one that is listened on – and what the configuration adds.
    pub fn new(port: u16, allow_hosts: &[String], public_origin: Option<&str>) -> Self {
        Self {
            port,
            allowed: allow_hosts.iter().map(|h| h.to_ascii_lowercase()).collect(),
            public: public_origin.map(str::to_ascii_lowercase),
        }
    }

    /// Whether a `Host` is one of the console's names.
    pub fn answers_to(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.is_loopback(&host) || self.is_public(&host) || self.is_allowed(&host)
    }

    /// Whether an `Origin` is the one of pages that this console serves under `host`.
    pub fn is_own_origin(&self, origin: &str, host: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        let host = host.to_ascii_lowercase();
        if self.is_public(&host) {
            return self.public.as_ref() == Some(&origin);
        }
        let plain = origin.strip_prefix("http://") == Some(host.as_str());
        // Behind a name that was allowed a proxy may speak TLS; on loopback nobody does.
        let behind_tls = self.is_allowed(&host)
            && !self.is_loopback(&host)
            && origin.strip_prefix("https://") == Some(host.as_str());
        plain || behind_tls
    }

    fn is_loopback(&self, host: &str) -> bool {
        let Some((name, port)) = split(host) else {
            return false;
        };
        let near =
            match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name).parse::<IpAddr>() {
                Ok(address) => address.is_loopback() && (address.is_ipv6() == name.starts_with('[')),
                Err(_) => name == "localhost",
            };
        near && port.unwrap_or(80) == self.port
    }

    fn is_allowed(&self, host: &str) -> bool {
        let own_port = format!(":{}", self.port);
        self.allowed.iter().any(|allowed| {
            allowed == host
                || (split(allowed).is_some_and(|(_, port)| port.is_none())
                    && host.strip_suffix(&own_port) == Some(allowed))
        })
    }

    fn is_public(&self, host: &str) -> bool {
        let public = self.public.as_deref().and_then(|o| o.split_once("://"));
        public.is_some_and(|(_, public)| public == host)
    }
}

/// Name and port of a `Host`; `None` if it has another form.
fn split(host: &str) -> Option<(&str, Option<u16>)> {
    let end_of_name = host.rfind(']').map_or(0, |bracket| bracket + 1);
    match host[end_of_name..].split_once(':') {
        None => Some((host, None)),
        Some((rest, port)) if port.bytes().all(|b| b.is_ascii_digit()) => {
            Some((&host[..end_of_name + rest.len()], Some(port.parse().ok()?)))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> OwnNames {
        OwnNames::new(
            3000,
            &["redrive.example.com".to_owned(), "localhost:8080".to_owned()],
            Some("https://sqs.example.com"),
        )
    }

    #[test]
    fn own_names_are_answered_to() {
        for host in [
            "127.0.0.1:3000",
            "127.0.0.2:3000",
            "localhost:3000",
            "LocalHost:3000",
            "[::1]:3000",
            "redrive.example.com",
            "redrive.example.com:3000",
            "localhost:8080",
            "sqs.example.com",
        ] {
            assert!(names().answers_to(host), "{host}");
        }
        assert!(OwnNames::new(80, &[], None).answers_to("localhost"));
    }

    #[test]
    fn other_names_are_not() {
        for host in [
            "",
            "evil.example",
            "evil.example:3000",
            "127.0.0.1",
            "127.0.0.1:3001",
            "localhost",
            "localhost.:3000",
            "localhost.evil.example:3000",
            "127.0.0.1.evil.example:3000",
            "127.0.0.1:3000.evil.example",
            "127.0.0.1:3000:3000",
            "127.0.0.1:+3000",
            "127.0.0.1:003000000",
            "evil.example@127.0.0.1:3000",
            "::1:3000",
            "[127.0.0.1]:3000",
            "0.0.0.0:3000",
            "2130706433:3000",
            "[::ffff:127.0.0.1]:3000",
            "redrive.example.com:3001",
            "sqs.example.com:3000",
            "x.redrive.example.com",
        ] {
            assert!(!names().answers_to(host), "{host}");
        }
    }

    #[test]
    fn only_the_origin_of_the_same_host_is_own() {
        let names = names();
        for (origin, host) in [
            ("http://127.0.0.1:3000", "127.0.0.1:3000"),
            ("http://LOCALHOST:3000", "localhost:3000"),
            ("https://redrive.example.com", "redrive.example.com"),
            ("http://redrive.example.com", "redrive.example.com"),
            ("https://sqs.example.com", "sqs.example.com"),
        ] {
            assert!(names.is_own_origin(origin, host), "{origin} at {host}");
        }
        for (origin, host) in [
            ("null", "127.0.0.1:3000"),
            ("", "127.0.0.1:3000"),
            ("http://localhost:3000", "127.0.0.1:3000"),
            ("http://127.0.0.1:3001", "127.0.0.1:3000"),
            ("https://127.0.0.1:3000", "127.0.0.1:3000"),
            ("http://127.0.0.1:3000.evil.example", "127.0.0.1:3000"),
            ("http://evil.example", "127.0.0.1:3000"),
            ("http://sqs.example.com", "sqs.example.com"),
            ("https://x.redrive.example.com", "redrive.example.com"),
        ] {
            assert!(!names.is_own_origin(origin, host), "{origin} at {host}");
        }
    }
}
