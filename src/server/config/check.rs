//! From settings to a [`Config`]: each value checked, then what the values mean together.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use crate::model::binary;

use super::connection::{self, ConnectionConfig};
use super::file::Written;
use super::source::{Problem, Settings, Sourced};
use super::{ArchiveConfig, ArchiveKey, Config, LocalConfig, LogFormat, LogLevel, SqsConfig};

/// The port of the console when nothing says otherwise.
const PORT: u16 = 3000;
/// That of the local SQS alone: where people expect a local AWS.
const SQS_PORT: u16 = 4566;

/// Checks everything; notes every mistake. With a mistake noted, what comes back has defaults in its place and is for
/// nobody to use.
pub(super) fn config(
    settings: &Settings,
    written: &[Written],
    home: &Path,
    open: &dyn Fn(&Path) -> std::io::Result<String>,
    problems: &mut Vec<Problem>,
) -> Config {
    let mut check = Check { settings, problems };
    let local = check.local();
    let bind = check.value("bind", bind);
    let port = check.value("port", port);
    let public_origin = check.value("public-origin", public_origin);
    let log_format = check.value("log", log_format);
    let log_level = check.value("log-level", log_level);
    let read_only = check.on("read-only");
    let allow_hosts = check.values("allow-host", allowed_host);
    let data = check.value("data", directory);
    let archive = check.archive();
    let site = check.value("site", directory);
    let connections = check.connections(local.is_some(), written, home, open);
    Config {
        bind: bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        port: port.unwrap_or(PORT),
        data,
        archive,
        read_only,
        allow_hosts,
        public_origin,
        log_format: log_format.unwrap_or(LogFormat::Text),
        log_level: log_level.unwrap_or(LogLevel::Info),
        local,
        connections,
        site,
    }
}

/// The same for the local SQS alone.
pub(super) fn sqs_config(settings: &Settings, problems: &mut Vec<Problem>) -> SqsConfig {
    let mut check = Check { settings, problems };
    SqsConfig {
        bind: check.value("bind", address).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        port: check.value("port", port).unwrap_or(SQS_PORT),
        data: check.value("data", directory),
        region: check
            .value("region", |text| connection::region(text).map(|()| text.to_owned()))
            .unwrap_or_else(|| "us-east-1".to_owned()),
        account: check.value("account", account).unwrap_or_else(|| "000000000000".to_owned()),
        peek: !check.on("no-peek"),
        dials: check.on("dials"),
        log_format: check.value("log", log_format).unwrap_or(LogFormat::Text),
        log_level: check.value("log-level", log_level).unwrap_or(LogLevel::Info),
    }
}

struct Check<'a> {
    settings: &'a Settings,
    problems: &'a mut Vec<Problem>,
}

impl Check<'_> {
    fn value<T>(&mut self, name: &str, rule: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let settings = self.settings;
        self.checked(settings.one(name)?, &rule)
    }

    fn values<T>(&mut self, name: &str, rule: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let settings = self.settings;
        let found = settings.all(name).iter();
        found.filter_map(|sourced| self.checked(sourced, &rule)).collect()
    }

    fn checked<T>(&mut self, found: &Sourced, rule: &impl Fn(&str) -> Result<T, String>) -> Option<T> {
        match rule(found.value.trim()) {
            Ok(value) => Some(value),
            Err(words) => {
                self.problems.push(Problem::at(&found.origin, words));
                None
            }
        }
    }

    fn on(&mut self, name: &str) -> bool {
        self.value(name, switch).unwrap_or(false)
    }

    fn archive(&mut self) -> ArchiveConfig {
        ArchiveConfig {
            days: self.value("archive-days", |text| number(text, 0..=3_650, "days")).unwrap_or(30),
            mib: self.value("archive-mib", |text| number(text, 1..=1_048_576, "MiB")).unwrap_or(256),
            key: self.value("archive-key", archive_key),
        }
    }

    fn local(&mut self) -> Option<LocalConfig> {
        let wanted = self.on("local");
        let config = LocalConfig {
            port: self.value("local-port", port).unwrap_or(0),
            demo: !self.on("no-demo"),
            peek: !self.on("no-peek"),
            dials: self.on("dials"),
        };
        if wanted {
            return Some(config);
        }
        let settings = self.settings;
        for name in ["local-port", "no-demo", "no-peek", "dials"] {
            if let Some(found) = settings.one(name)
                && found.value != "false"
            {
                let words = "this is about the embedded SQS, which only runs with --local.";
                self.problems.push(Problem::at(&found.origin, words));
            }
        }
        None
    }

    fn connections(
        &mut self,
        local: bool,
        written: &[Written],
        home: &Path,
        open: &dyn Fn(&Path) -> std::io::Result<String>,
    ) -> Vec<ConnectionConfig> {
        let region = self.value("region", |text| connection::region(text).map(|()| text.to_owned()));
        let endpoint = self.value("endpoint", |text| connection::endpoint(text, false).map(|()| text.to_owned()));
        let settings = self.settings;
        let embedded = settings.one("local").filter(|_| local).map(|found| &found.origin);
        let mut connections = Vec::new();
        if local {
            connections.push(ConnectionConfig { region: region.clone(), embedded: true, ..named("local") });
            if let Some(found) = settings.one("endpoint") {
                let words = "--local brings its own endpoint; leave one of the two out.";
                self.problems.push(Problem::at(&found.origin, words));
            }
        } else if written.is_empty() {
            return vec![ConnectionConfig { region, endpoint, ..named("aws") }];
        } else {
            for found in ["endpoint", "region"].iter().filter_map(|n| settings.one(n)) {
                let words = "the file names connections, and this would be for none of them. \
                             Write it into the [[connection]] that is meant.";
                self.problems.push(Problem::at(&found.origin, words));
            }
        }
        connection::unique(written, embedded, self.problems);
        for one in written {
            connections.extend(connection::check(one, home, open, self.problems));
        }
        connections
    }
}

/// A connection of a name that this program chose.
fn named(name: &str) -> ConnectionConfig {
    ConnectionConfig::new(name.parse().expect("the names chosen here are of the right form and not reserved"))
}

fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" | "" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false.")),
    }
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("{text:?} is not a port: a whole number from 0 (any free port) to 65535."))
}

fn number(text: &str, range: RangeInclusive<u32>, what: &str) -> Result<u32, String> {
    let wrong = || format!("{text:?} does not do: a whole number of {what} from {} to {}.", range.start(), range.end());
    text.parse().ok().filter(|n| range.contains(n)).ok_or_else(wrong)
}

/// The sentence never repeats what was written: most of a key with a typing error in it is still a secret.
fn archive_key(text: &str) -> Result<ArchiveKey, String> {
    let hexadecimal = (text.len() == 64).then(|| binary::from_hex(text)).flatten();
    let bytes = hexadecimal.or_else(|| binary::from_base64(text));
    let key = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    key.map(ArchiveKey).ok_or_else(|| {
        "this is no key: it has 32 bytes, as 64 hexadecimal digits or as base64. One comes from “openssl rand -hex 32”."
            .to_owned()
    })
}

fn address(text: &str) -> Result<IpAddr, String> {
    match text.trim_start_matches('[').trim_end_matches(']') {
        "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        bare => bare.parse().map_err(|_| format!("{text:?} is not an IP address; take 127.0.0.1 or ::1.")),
    }
}

fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is not an account: twelve digits."))
}

fn bind(text: &str) -> Result<IpAddr, String> {
    let address = address(text)?;
    let loopback = match address {
        IpAddr::V4(v4) => v4.is_loopback(),
        IpAddr::V6(v6) => v6 == Ipv6Addr::LOCALHOST,
    };
    if loopback {
        return Ok(address);
    }
    Err(format!(
        "Redrive does not listen on {address}: it has no logins yet, so everyone who reaches that address could read \
         and delete messages with your AWS rights. Listen on 127.0.0.1 and come in through an ssh tunnel, or through a \
         proxy on this machine that asks for a login (then --public-origin)."
    ))
}

/// `name` or `name:port` as a browser puts it into `Host`; no pattern, no URL.
fn allowed_host(text: &str) -> Result<String, String> {
    let parsed: Option<::http::uri::Authority> = text.parse().ok();
    match parsed {
        Some(host) if !host.host().is_empty() && !text.contains(['@', '*']) => Ok(text.to_ascii_lowercase()),
        _ => Err(format!(
            "{text:?} is not a host name; write redrive.example.com or localhost:8080, without http:// and without *."
        )),
    }
}

fn public_origin(text: &str) -> Result<String, String> {
    let wrong = || format!("{text:?} is not an origin; one looks like https://redrive.example.com.");
    let bare = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    let host = ["https://", "http://"].iter().find_map(|scheme| bare.strip_prefix(scheme)).ok_or_else(wrong)?;
    allowed_host(host).map_err(|_| wrong())?;
    // A browser leaves the scheme's own port out of `Host` and `Origin`, so a written one would never match.
    let own = if bare.starts_with("https") { ":443" } else { ":80" };
    Ok(bare.strip_suffix(own).unwrap_or(&bare).to_owned())
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("{text:?} is not a log format: text or json.")),
    }
}

fn log_level(text: &str) -> Result<LogLevel, String> {
    match text.to_ascii_lowercase().as_str() {
        "error" => Ok(LogLevel::Error),
        "warn" => Ok(LogLevel::Warn),
        "info" => Ok(LogLevel::Info),
        "debug" => Ok(LogLevel::Debug),
        "trace" => Ok(LogLevel::Trace),
        _ => Err(format!("{text:?} is not a log level: error, warn, info, debug or trace.")),
    }
}

fn directory(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() {
        return Err("a directory belongs here.".to_owned());
    }
    Ok(PathBuf::from(text))
}
