//! Floor ½ — what the console was told to do: flags over environment over file over defaults, checked once, as a whole.
//! May use: model.
//!
//! Every mistake is collected before anything is refused, so that a person corrects a configuration in one
//! round. Each [`Problem`] names where the value came from: the flag, the variable, or the line of the file.
//! This room is the only one that reads the process's environment.

mod check;
mod connection;
mod file;
mod options;
mod source;
mod spelling;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

pub use connection::{Color, ConnectionConfig};
pub use source::{Origin, Problem};

use source::Settings;

/// The whole configuration of one run. Built once; never changes while the process lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// A loopback address, always: the console has no logins yet.
    pub bind: IpAddr,
    /// TCP port of the console; 0 takes any free one.
    pub port: u16,
    /// Directory of the databases. Without it everything is kept in memory and lost at the end.
    pub data: Option<PathBuf>,
    /// How copies of deleted messages are kept.
    pub archive: ArchiveConfig,
    /// Refuses every change on every connection.
    pub read_only: bool,
    /// Further `Host` names the console answers to, lower case, `name` or `name:port`.
    pub allow_hosts: Vec<String>,
    /// The origin people type, when a proxy stands in front: `https://redrive.example.com`.
    pub public_origin: Option<String>,
    /// How log lines look.
    pub log_format: LogFormat,
    /// The least important level that is written.
    pub log_level: LogLevel,
    /// The embedded SQS, if it is to run.
    pub local: Option<LocalConfig>,
    /// What the console looks at: at least one, names unique.
    pub connections: Vec<ConnectionConfig>,
    /// Directory of the built assets, instead of the ones the binary knows.
    pub site: Option<PathBuf>,
}

/// How copies of deleted messages are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveConfig {
    /// For how many days; 0 keeps none.
    pub days: u32,
    /// How many MiB in all.
    pub mib: u32,
    /// What seals them; in clear without.
    pub key: Option<ArchiveKey>,
}

/// The key that seals copies. It is written nowhere, nor shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ArchiveKey(pub [u8; 32]);

impl std::fmt::Debug for ArchiveKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ArchiveKey(…)")
    }
}

/// How the embedded SQS runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalConfig {
    /// TCP port of its endpoint; 0 takes any free one.
    pub port: u16,
    /// Seeds the demonstration queues and keeps a trickle of messages on them.
    pub demo: bool,
    /// Answers looks that receive nothing, as AWS does not.
    pub peek: bool,
    /// Serves the dials that make it fail on purpose. For tests.
    pub dials: bool,
}

/// The local SQS alone: `redrive sqs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqsConfig {
    /// Any address; it takes being told to leave loopback.
    pub bind: IpAddr,
    /// TCP port of the endpoint; 0 takes any free one.
    pub port: u16,
    /// Directory of its database. Without it everything is kept in memory and lost at the end.
    pub data: Option<PathBuf>,
    /// The Region in ARNs.
    pub region: String,
    /// The account in URLs and ARNs.
    pub account: String,
    /// Answers looks that receive nothing, as AWS does not.
    pub peek: bool,
    /// Serves the dials that make it fail on purpose. For tests.
    pub dials: bool,
    /// How log lines look.
    pub log_format: LogFormat,
    /// The least important level that is written.
    pub log_level: LogLevel,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One line for people.
    Text,
    /// One JSON object per line.
    Json,
}

/// The least important level that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// What failed.
    Error,
    /// And what may fail.
    Warn,
    /// And what happened.
    Info,
    /// And why.
    Debug,
    /// And each step.
    Trace,
}

/// What the command line asked for.
#[derive(Debug)]
pub enum Invocation {
    /// Serve the console.
    Serve(Box<Config>),
    /// Serve the local SQS alone.
    Sqs(Box<SqsConfig>),
    /// Print this text and end: `--help`, `--version`.
    Print(String),
}

/// Reads the configuration of this process. Reads files; changes nothing.
pub fn from_process() -> Result<Invocation, Vec<Problem>> {
    // `vars` would panic on a variable that is not Unicode, which need not even be one of ours.
    let variables =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    read(std::env::args_os(), variables, &|path| std::fs::read_to_string(path))
}

/// Reads a configuration from the given arguments (the program's name first), variables and files.
pub fn read(
    arguments: impl IntoIterator<Item = OsString>,
    variables: impl IntoIterator<Item = (String, String)>,
    open: &dyn Fn(&Path) -> std::io::Result<String>,
) -> Result<Invocation, Vec<Problem>> {
    let mut problems = Vec::new();
    let flags = match options::from_arguments(arguments, &mut problems) {
        options::Arguments::Settings(flags) => flags,
        options::Arguments::Sqs(flags) => {
            let environment = options::from_sqs_variables(variables, &mut problems);
            let config = check::sqs_config(&Settings::new(vec![flags, environment]), &mut problems);
            return if problems.is_empty() { Ok(Invocation::Sqs(Box::new(config))) } else { Err(problems) };
        }
        options::Arguments::Print(text) => return Ok(Invocation::Print(text)),
    };
    let environment = options::from_variables(variables, &mut problems);
    let mut settings = Settings::new(vec![flags, environment]);

    let mut written = Vec::new();
    let mut home = PathBuf::new();
    if let Some(path) = settings.one("config") {
        let file = PathBuf::from(&path.value);
        match open(&file) {
            Ok(text) => {
                let content = file::parse(&path.value, &text);
                problems.extend(content.problems);
                settings.push(content.layer);
                written = content.connections;
                home = file.parent().map(Path::to_path_buf).unwrap_or_default();
            }
            Err(error) => problems
                .push(Problem::at(&path.origin, format!("the file {} cannot be read ({}).", path.value, error.kind()))),
        }
    }

    let config = check::config(&settings, &written, &home, open, &mut problems);
    // What is wrong with the file comes in the order of its lines, after the rest.
    problems.sort_by_key(|problem| match problem.origin {
        Origin::Line { line, .. } => line,
        _ => 0,
    });
    if problems.is_empty() { Ok(Invocation::Serve(Box::new(config))) } else { Err(problems) }
}
