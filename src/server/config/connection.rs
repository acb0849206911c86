//! A connection: one account, one region, one way to its credentials, under a name and a colour.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::model::ids::ConnectionName;

use super::file::Written;
use super::options::Kind;
use super::source::{Origin, Problem, Sourced};

/// The keys of a `[[connection]]`.
pub(super) const KEYS: &[(&str, Kind)] = &[
    ("name", Kind::Text),
    ("region", Kind::Text),
    ("profile", Kind::Text),
    ("role_arn", Kind::Text),
    ("external_id", Kind::Text),
    ("endpoint", Kind::Text),
    ("insecure_http", Kind::Switch),
    ("ca_file", Kind::Text),
    ("color", Kind::Text),
    ("read_only", Kind::Switch),
];

/// One SQS the console looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionConfig {
    /// The first part of its pages' paths; unique.
    pub name: ConnectionName,
    /// AWS region; without it, the one that the AWS SDK finds.
    pub region: Option<String>,
    /// Profile of the AWS configuration files.
    pub profile: Option<String>,
    /// Role to assume with the credentials found.
    pub role_arn: Option<String>,
    /// External id to present when assuming the role.
    pub external_id: Option<String>,
    /// Base URL of another SQS than the region's: scheme, host, perhaps a port, no path.
    pub endpoint: Option<String>,
    /// PEM file of the certificate authorities to trust for the endpoint. It exists and holds a certificate.
    pub ca_file: Option<PathBuf>,
    /// The colour that marks its pages.
    pub color: Option<Color>,
    /// Refuses every change here.
    pub read_only: bool,
    /// This is the embedded SQS; its endpoint is known once it runs.
    pub embedded: bool,
}

impl ConnectionConfig {
    /// The SQS of the default credential chain, under the given name.
    pub fn new(name: ConnectionName) -> Self {
        Self {
            name,
            region: None,
            profile: None,
            role_arn: None,
            external_id: None,
            endpoint: None,
            ca_file: None,
            color: None,
            read_only: false,
            embedded: false,
        }
    }
}

/// The colours that can mark a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Color {
    Red,
    Orange,
    Yellow,
    Green,
    Teal,
    Blue,
    Purple,
    Gray,
}

impl Color {
    /// All of them, in the order of the rainbow.
    pub const ALL: [Self; 8] =
        [Self::Red, Self::Orange, Self::Yellow, Self::Green, Self::Teal, Self::Blue, Self::Purple, Self::Gray];

    /// Its name, as written in the file and in class names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::Teal => "teal",
            Self::Blue => "blue",
            Self::Purple => "purple",
            Self::Gray => "gray",
        }
    }
}

/// Checks one written connection; notes every mistake in it. `home` is the directory of the file. Without a name it is
/// none.
pub(super) fn check(
    written: &Written,
    home: &Path,
    open: &dyn Fn(&Path) -> std::io::Result<String>,
    problems: &mut Vec<Problem>,
) -> Option<ConnectionConfig> {
    let field = |key: &str| written.fields.get(key);
    let on = |key: &str| field(key).is_some_and(|switch| switch.value == "true");
    let mut taken = |key: &str, rule: &dyn Fn(&str) -> Result<(), String>| -> Option<String> {
        let found = field(key)?;
        match rule(&found.value) {
            Ok(()) => Some(found.value.clone()),
            Err(words) => {
                problems.push(Problem::at(&found.origin, words));
                None
            }
        }
    };

    let name = taken("name", &name);
    let region = taken("region", &region);
    let profile = taken("profile", &profile);
    let role_arn = taken("role_arn", &role_arn);
    let external_id = taken("external_id", &external_id);
    let endpoint = taken("endpoint", &|text| endpoint(text, on("insecure_http")));
    let color = taken("color", &|text| color(text).map(|_| ()));

    let ca_file = field("ca_file").map(|found| home.join(&found.value));
    if let (Some(path), Some(found)) = (&ca_file, field("ca_file"))
        && let Err(words) = certificates(path, open)
    {
        problems.push(Problem::at(&found.origin, words));
    }
    if field("name").is_none() {
        problems.push(Problem::at(&written.origin, "this connection has no name. Give it one: name = \"production\"."));
    }
    if let (Some(found), None) = (field("external_id"), field("role_arn")) {
        problems
            .push(Problem::at(&found.origin, "an external id is presented when a role is assumed; give role_arn too."));
    }
    for key in ["insecure_http", "ca_file"] {
        if let (Some(found), None) = (field(key), field("endpoint")) {
            problems.push(Problem::at(&found.origin, "this is about an endpoint of your own; give endpoint too."));
        }
    }

    Some(ConnectionConfig {
        name: name?.parse().ok()?,
        region,
        profile,
        role_arn,
        external_id,
        endpoint,
        ca_file,
        color: color.and_then(|text| self::color(&text).ok()),
        read_only: on("read_only"),
        embedded: false,
    })
}

/// Notes every name that an earlier connection has already.
pub(super) fn unique(written: &[Written], embedded: Option<&Origin>, problems: &mut Vec<Problem>) {
    let names: Vec<&Sourced> = written.iter().filter_map(|connection| connection.fields.get("name")).collect();
    for (index, name) in names.iter().enumerate() {
        if let Some(first) = names[..index].iter().find(|n| n.value == name.value) {
            let words = format!("the name {} is taken by the connection at {}.", name.value, first.origin);
            problems.push(Problem::at(&name.origin, words));
        } else if let (Some(local), "local") = (embedded, name.value.as_str()) {
            let words = format!("the name local is taken by the embedded SQS ({local}).");
            problems.push(Problem::at(&name.origin, words));
        }
    }
}

fn name(text: &str) -> Result<(), String> {
    text.parse::<ConnectionName>().map(|_| ()).map_err(|words| format!("{words}; {text:?} will not do."))
}

/// The form of a region's name; whether AWS has one of that name is for AWS to say.
pub(super) fn region(text: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = text.len() <= 40 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(allowed);
    if fits { Ok(()) } else { Err(format!("{text:?} is not a region; one looks like eu-central-1.")) }
}

fn profile(text: &str) -> Result<(), String> {
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err("a profile has a name; leave the key out for the default one.".to_owned());
    }
    Ok(())
}

/// Amazon Resource Names (IAM User Guide, "IAM identifiers"): `arn:partition:iam::account:role/path/name`.
fn role_arn(text: &str) -> Result<(), String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let fits = match parts.as_slice() {
        ["arn", partition, "iam", "", account, role] => {
            partition.starts_with("aws")
                && partition.chars().all(|c| c.is_ascii_lowercase() || c == '-')
                && account.len() == 12
                && account.chars().all(|c| c.is_ascii_digit())
                && role.strip_prefix("role/").is_some_and(|name| {
                    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_/-".contains(c))
                })
        }
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(format!("{text:?} is not the ARN of a role; one looks like arn:aws:iam::123456789012:role/redrive."))
    }
}

/// `AssumeRole` (AWS STS API Reference): 2 to 1 224 characters of `[\w+=,.@:\/-]`.
fn external_id(text: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c);
    if (2..=1224).contains(&text.len()) && text.chars().all(allowed) {
        Ok(())
    } else {
        Err("an external id has 2 to 1224 characters: letters, digits and _ + = , . @ : / -.".to_owned())
    }
}

fn color(text: &str) -> Result<Color, String> {
    Color::ALL.into_iter().find(|color| color.as_str() == text).ok_or_else(|| {
        let all: Vec<&str> = Color::ALL.iter().map(|color| color.as_str()).collect();
        format!("{text:?} is not one of the colours {}.", all.join(", "))
    })
}

/// A base URL to which the SDK adds nothing but `/`. Over http only on this machine, unless that was asked for.
pub(super) fn endpoint(text: &str, insecure_http: bool) -> Result<(), String> {
    let wrong =
        |what: &str| Err(format!("{text:?} is not an endpoint: {what}. One looks like https://sqs.example.com:9324."));
    let Ok(uri) = text.parse::<::http::Uri>() else {
        return wrong("it is not a URL");
    };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return wrong("it needs http:// or https:// and a host");
    };
    if scheme != "http" && scheme != "https" {
        return wrong("it needs http:// or https://");
    }
    if authority.as_str().contains('@') {
        return wrong("credentials do not belong in a URL");
    }
    if authority.host().is_empty() {
        return wrong("it has no host");
    }
    if uri.path() != "/" && !uri.path().is_empty() || uri.query().is_some() || text.contains('#') {
        return wrong("it must end after the host or the port");
    }
    if scheme == "http" && !is_loopback(authority.host()) && !insecure_http {
        return Err(format!(
            "{text} is not on this machine, and over http everyone on the way can read the messages. \
             Use https, or write insecure_http = true into its [[connection]]."
        ));
    }
    Ok(())
}

/// Whether a host is this machine by its name or address alone; nothing is resolved.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => bare == "localhost" || bare.ends_with(".localhost"),
    }
}

fn certificates(path: &Path, open: &dyn Fn(&Path) -> std::io::Result<String>) -> Result<(), String> {
    let shown = path.display();
    match open(path) {
        Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => Ok(()),
        Ok(_) => Err(format!("{shown} holds no certificate in PEM form.")),
        Err(error) => Err(format!("{shown} cannot be read ({}).", error.kind())),
    }
}
