//! The tables of options, one of the console and one of the local SQS alone, and how the command line and the environment
//! are read by them. `--help` is made of them too, so a flag, its variable and its description cannot drift apart.

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::source::{Layer, Origin, Problem, Sourced};
use super::spelling::nearest;

/// What kind of value an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// On when it is there; `true` or `false` in the environment and the file.
    Switch,
    /// One value.
    Text,
    /// Several values: a repeated flag, a comma-separated variable, an array in the file.
    List,
}

/// One option.
pub(super) struct Opt {
    /// Its name, as in `--name`; the variable is `REDRIVE_NAME` (`REDRIVE_SQS_NAME` of the local SQS alone), the key of the
    /// file `name`, dashes made underscores.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// The placeholder of its value in `--help`.
    placeholder: &'static str,
    /// What it does. Empty for an option that `--help` does not show.
    help: &'static str,
    /// Whether the configuration file may set it.
    pub in_file: bool,
    /// Whether the command line may: what others can read there is no place for a secret.
    on_line: bool,
}

const fn opt(name: &'static str, kind: Kind, placeholder: &'static str, in_file: bool, help: &'static str) -> Opt {
    Opt { name, kind, placeholder, help, in_file, on_line: true }
}

/// An option that is a variable only.
const fn secret(name: &'static str, placeholder: &'static str, help: &'static str) -> Opt {
    Opt { name, kind: Kind::Text, placeholder, help, in_file: false, on_line: false }
}

/// Every option of the console.
#[rustfmt::skip]
pub(super) const OPTIONS: &[Opt] = &[
    opt("local", Kind::Switch, "", true, "Serve the embedded SQS with realistic queues: no AWS account needed"),
    opt("local-port", Kind::Text, "PORT", true, "Port of the embedded SQS's own endpoint [default: 0, any free one]"),
    opt("no-demo", Kind::Switch, "", true, "Start the embedded SQS empty"),
    opt("no-peek", Kind::Switch, "", true, "Let looking at the embedded SQS cost a receive, as it does on AWS"),
    opt("config", Kind::Text, "FILE", false, "Read this file (TOML): the options below and the named connections"),
    opt("port", Kind::Text, "PORT", true, "Port of the console; 0 takes any free one [default: 3000]"),
    opt("bind", Kind::Text, "ADDRESS", true, "Loopback address to listen on [default: 127.0.0.1]"),
    opt("data", Kind::Text, "DIR", true, "Keep the activity log and the embedded SQS's messages here; without it, in memory until the end"),
    opt("archive-days", Kind::Text, "DAYS", true, "For how long copies of deleted messages are kept; 0 keeps none [default: 30]"),
    opt("archive-mib", Kind::Text, "MIB", true, "How much of them in all; the oldest go first [default: 256]"),
    secret("archive-key", "KEY: 64 hexadecimal digits or base64, seals the copies", "Seal the copies with this key"),
    opt("read-only", Kind::Switch, "", true, "Refuse every change on every connection"),
    opt("allow-host", Kind::List, "NAME", true, "Answer to this Host too, as behind an ssh tunnel or a proxy: NAME or NAME:PORT; repeatable"),
    opt("public-origin", Kind::Text, "URL", true, "The origin people type when a proxy stands in front, as https://redrive.example.com"),
    opt("endpoint", Kind::Text, "URL", false, "Look at this SQS endpoint instead of the one of the AWS region"),
    opt("region", Kind::Text, "REGION", false, "AWS region of the default connection"),
    opt("log", Kind::Text, "FORMAT", true, "How log lines look: text or json [default: text]"),
    opt("log-level", Kind::Text, "LEVEL", true, "error, warn, info, debug or trace [default: info]"),
    opt("dials", Kind::Switch, "", false, ""),
    opt("site", Kind::Text, "DIR", false, ""),
];

/// Every option of `redrive sqs`. No file sets them.
#[rustfmt::skip]
pub(super) const SQS_OPTIONS: &[Opt] = &[
    opt("port", Kind::Text, "PORT", false, "Port of the endpoint; 0 takes any free one [default: 4566]"),
    opt("bind", Kind::Text, "ADDRESS", false, "Address to listen on; whoever reaches it may do everything [default: 127.0.0.1]"),
    opt("data", Kind::Text, "DIR", false, "Keep queues and messages here over a restart; without it, in memory until the end"),
    opt("region", Kind::Text, "REGION", false, "Region in ARNs [default: us-east-1]"),
    opt("account", Kind::Text, "ACCOUNT", false, "Account in URLs and ARNs, twelve digits [default: 000000000000]"),
    opt("no-peek", Kind::Switch, "", false, "Let looking cost a receive, as it does on AWS"),
    opt("log", Kind::Text, "FORMAT", false, "How log lines look: text or json [default: text]"),
    opt("log-level", Kind::Text, "LEVEL", false, "error, warn, info, debug or trace [default: info]"),
    opt("dials", Kind::Switch, "", false, ""),
];

/// The subcommand that serves the local SQS alone.
const SQS: &str = "sqs";

const SQS_ABOUT: &str = "Serve the local SQS alone, for development and tests: no console, no AWS account.\n\n\
    It checks no signatures, so any credentials do. Point the AWS CLI and SDKs at it with AWS_ENDPOINT_URL_SQS.";

const ABOUT: &str = "Redrive, the browser console for Amazon SQS.\n\n\
    Without options it looks at the account and region of the AWS default credential chain.";

/// The `AWS_…` variables, for the foot of `--help`.
const AWS_VARIABLES: &str = "\
The AWS SDK reads its own variables for a connection that does not say otherwise, among them:
  AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE,
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_ROLE_ARN,
  AWS_WEB_IDENTITY_TOKEN_FILE, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
  AWS_CONTAINER_CREDENTIALS_FULL_URI, AWS_EC2_METADATA_DISABLED,
  AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS, AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT

Named connections, in the file:
  [[connection]]
  name = \"production\"             # the first part of its pages' paths
  region = \"eu-central-1\"
  profile = \"prod\"                # of ~/.aws/config
  role_arn = \"arn:aws:iam::123456789012:role/redrive\"
  external_id = \"…\"               # with role_arn only
  endpoint = \"https://…\"          # another SQS than the region's
  insecure_http = true            # allows http to an endpoint that is not this machine
  ca_file = \"ca.pem\"              # a private certificate authority, in PEM
  color = \"red\"                   # red orange yellow green teal blue purple gray
  read_only = true";

/// What the command line says.
pub(super) enum Arguments {
    /// The console, with these options.
    Settings(Layer),
    /// The local SQS alone, with these.
    Sqs(Layer),
    /// It asked for a text.
    Print(String),
}

/// Reads the command line. A mistake in it is noted, and what can still be read is returned with it.
pub(super) fn from_arguments(arguments: impl IntoIterator<Item = OsString>, problems: &mut Vec<Problem>) -> Arguments {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    match command().try_get_matches_from(arguments.clone()) {
        Ok(matches) => settings(&matches),
        Err(error) if !error.use_stderr() => Arguments::Print(error.to_string()),
        Err(error) => {
            problems.push(Problem::at(&Origin::CommandLine, first_paragraph(&error)));
            let rest = command().ignore_errors(true).try_get_matches_from(arguments);
            rest.map_or_else(|_| Arguments::Settings(Layer::new()), |matches| settings(&matches))
        }
    }
}

fn settings(matches: &ArgMatches) -> Arguments {
    match matches.subcommand_matches(SQS) {
        Some(matches) => Arguments::Sqs(layer(SQS_OPTIONS, matches)),
        None => Arguments::Settings(layer(OPTIONS, matches)),
    }
}

/// Reads the console's variables, `REDRIVE_…`.
pub(super) fn from_variables(
    variables: impl IntoIterator<Item = (String, String)>,
    problems: &mut Vec<Problem>,
) -> Layer {
    // Those of the local SQS alone are for another process.
    let variables = variables.into_iter().filter(|(name, _)| !name.starts_with(SQS_PREFIX));
    read_variables(PREFIX, OPTIONS, variables, problems)
}

/// Reads the variables of the local SQS alone, `REDRIVE_SQS_…`.
pub(super) fn from_sqs_variables(
    variables: impl IntoIterator<Item = (String, String)>,
    problems: &mut Vec<Problem>,
) -> Layer {
    read_variables(SQS_PREFIX, SQS_OPTIONS, variables, problems)
}

/// Reads the variables of a prefix. One that is almost a known name is a mistake; one that is nothing like a known name
/// belongs to somebody else (a container platform names variables after services) and is left alone.
fn read_variables(
    prefix: &str,
    options: &'static [Opt],
    variables: impl IntoIterator<Item = (String, String)>,
    problems: &mut Vec<Problem>,
) -> Layer {
    let mut layer = Layer::new();
    let known: Vec<(String, &Opt)> = options.iter().map(|o| (variable(prefix, o.name), o)).collect();
    for (name, value) in variables {
        if !name.starts_with(prefix) {
            continue;
        }
        let origin = Origin::Variable(name.clone());
        let Some((_, option)) = known.iter().find(|(known, _)| *known == name) else {
            if let Some(meant) = nearest(&name, known.iter().map(|(known, _)| known.as_str())) {
                let words = format!("there is no such variable. Did you mean {meant}?");
                problems.push(Problem::at(&origin, words));
            }
            continue;
        };
        let values = match option.kind {
            Kind::List => value.split(',').map(|v| v.trim().to_owned()).collect(),
            Kind::Switch | Kind::Text => vec![value],
        };
        let sourced = values.into_iter().map(|value| Sourced { value, origin: origin.clone() });
        layer.insert(option.name, sourced.collect());
    }
    layer
}

/// How the console's variables begin, and those of the local SQS alone.
const PREFIX: &str = "REDRIVE_";
const SQS_PREFIX: &str = "REDRIVE_SQS_";

/// The environment variable of an option.
fn variable(prefix: &str, name: &str) -> String {
    format!("{prefix}{}", name.to_uppercase().replace('-', "_"))
}

fn layer(options: &'static [Opt], matches: &ArgMatches) -> Layer {
    let mut layer = Layer::new();
    for option in options.iter().filter(|option| option.on_line) {
        let values: Vec<String> = match option.kind {
            Kind::Switch if matches.get_flag(option.name) => vec!["true".to_owned()],
            Kind::Switch => continue,
            Kind::Text | Kind::List => match matches.get_many::<String>(option.name) {
                Some(values) => values.cloned().collect(),
                None => continue,
            },
        };
        let origin = Origin::Flag(format!("--{}", option.name));
        let sourced = values.into_iter().map(|value| Sourced { value, origin: origin.clone() });
        layer.insert(option.name, sourced.collect());
    }
    layer
}

fn command() -> Command {
    let sqs = Command::new(SQS)
        .about(SQS_ABOUT.split("\n\n").next())
        .long_about(SQS_ABOUT)
        .args(arguments(SQS_OPTIONS))
        .after_help(variables_help(SQS_PREFIX, SQS_OPTIONS));
    Command::new("redrive")
        .about(ABOUT)
        .version(env!("CARGO_PKG_VERSION"))
        .disable_version_flag(false)
        .args(arguments(OPTIONS))
        .after_help(variables_help(PREFIX, OPTIONS) + "\n" + AWS_VARIABLES)
        .subcommand(sqs)
        .args_conflicts_with_subcommands(true)
        .disable_help_subcommand(true)
}

fn arguments(options: &'static [Opt]) -> impl Iterator<Item = Arg> {
    // `ArgAction::Append` for every value: giving a flag twice is not worth an error, the last one counts.
    options.iter().filter(|option| option.on_line).map(|option| {
        let argument = Arg::new(option.name).long(option.name).help(option.help).hide(option.help.is_empty());
        match option.kind {
            Kind::Switch => argument.action(ArgAction::SetTrue).overrides_with(option.name),
            Kind::Text | Kind::List => {
                argument.action(ArgAction::Append).num_args(1).allow_hyphen_values(false).value_name(option.placeholder)
            }
        }
    })
}

fn variables_help(prefix: &str, options: &[Opt]) -> String {
    let mut text =
        String::from("Environment (a flag is stronger than its variable, a variable stronger than the file):\n");
    for option in options.iter().filter(|option| !option.help.is_empty()) {
        let form = match option.kind {
            Kind::Switch => "true or false",
            Kind::Text => option.placeholder,
            Kind::List => "comma-separated",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {:<24} {form}", variable(prefix, option.name));
    }
    text
}

/// The message of clap without the usage below it, on one line.
fn first_paragraph(error: &clap::Error) -> String {
    let text = error.to_string();
    let message = text.split("\n\nUsage").next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let lines: Vec<&str> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    format!("{}. See redrive --help.", lines.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_makes_a_sound_command_line() {
        command().debug_assert();
    }

    #[test]
    fn help_names_every_shown_flag_with_its_variable() {
        let help = command().render_help().to_string();
        let sqs = command().find_subcommand_mut(SQS).unwrap().render_help().to_string();
        for (help, prefix, options) in [(&help, PREFIX, OPTIONS), (&sqs, SQS_PREFIX, SQS_OPTIONS)] {
            for option in options {
                let flag = format!("--{}", option.name);
                assert_eq!(help.contains(&flag), option.on_line && !option.help.is_empty(), "{flag}");
                assert_eq!(help.contains(&variable(prefix, option.name)), !option.help.is_empty());
            }
        }
        for name in ["AWS_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL_SQS"] {
            assert!(help.contains(name), "{name}");
        }
    }
}
