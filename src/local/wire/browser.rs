//! Which requests a web page of somebody else made. SQS trusts signatures, and this one checks none; so a page that is open
//! in a developer's browser could send to, purge or delete queues on loopback: a form needs nobody's permission to be
//! posted. Nothing but a browser sends these headers, and a page can neither forge nor withhold them.

use std::net::IpAddr;

use http::HeaderMap;
use http::header::{ACCEPT_LANGUAGE, HOST, HeaderName, ORIGIN};

use crate::local::core::ApiError;

/// Endings of names that nobody can register, so that no foreign page can point one at this machine.
const PRIVATE: [&str; 4] = [".localhost", ".local", ".internal", ".test"];

/// What every browser sends with every request, and programs do not.
const OF_BROWSERS: [HeaderName; 2] = [ACCEPT_LANGUAGE, ORIGIN];

/// The refusal of a request that a foreign page made, or may have made under a name of its own that leads here (DNS
/// rebinding: such a page is of the same origin).
pub fn foreign(headers: &HeaderMap) -> Option<ApiError> {
    let value = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = value(HOST.as_str());
    let own_origin = |origin: &str| host.is_some_and(|host| origin.strip_prefix("http://") == Some(host));
    let reason = if value(ORIGIN.as_str()).is_some_and(|origin| !own_origin(origin)) {
        "A web page of another origin may not use this SQS: it checks no signatures."
    } else if value("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        "A web page of another site may not use this SQS: it checks no signatures."
    } else if host.is_some_and(|host| !is_private(host)) && OF_BROWSERS.iter().any(|name| headers.contains_key(name)) {
        "Browsers may ask this SQS by its IP address or by a private name, such as localhost: it checks no signatures."
    } else {
        return None;
    };
    Some(ApiError::named("AccessDeniedException", reason))
}

/// Whether a host is an address, or a name that the public cannot give to this machine.
fn is_private(host: &str) -> bool {
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(address, _)| address);
    let name = bracketed.unwrap_or_else(|| host.split(':').next().unwrap_or_default());
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name.parse::<IpAddr>().is_ok() || !name.contains('.') || PRIVATE.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(headers: &[(&'static str, &'static str)]) -> bool {
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        foreign(&headers).is_some()
    }

    #[test]
    fn programs_are_let_in() {
        for host in [
            "127.0.0.1:4566",
            "localhost",
            "LOCALHOST:1",
            "[::1]:4566",
            "sqs",
            "sqs:4566",
            "a.localhost.",
            "host.docker.internal:1",
        ] {
            assert!(!refused(&[("host", host)]), "{host}");
        }
        assert!(!refused(&[]));
    }

    #[test]
    fn pages_of_others_are_not() {
        for origin in
            ["http://evil.example", "null", "https://127.0.0.1:4566", "http://localhost:4566", "http://127.0.0.1"]
        {
            assert!(refused(&[("host", "127.0.0.1:4566"), ("origin", origin)]), "{origin}");
        }
        assert!(!refused(&[("host", "127.0.0.1:4566"), ("origin", "http://127.0.0.1:4566")]));
        for (site, is_refused) in [("cross-site", true), ("same-site", true), ("same-origin", false), ("none", false)] {
            assert_eq!(refused(&[("host", "localhost:1"), ("sec-fetch-site", site)]), is_refused, "{site}");
        }
    }

    #[test]
    fn a_public_name_that_leads_here_serves_programs_and_no_page() {
        for host in ["evil.example:4566", "127.0.0.1.evil.example", "evil.example.", "localhost.evil.example"] {
            assert!(!refused(&[("host", host)]), "{host}");
            assert!(refused(&[("host", host), ("accept-language", "")]), "{host}");
        }
        assert!(refused(&[("host", "evil.example"), ("origin", "http://evil.example")]));
        assert!(!refused(&[("host", "localhost"), ("accept-language", "de"), ("sec-fetch-site", "none")]));
    }
}
