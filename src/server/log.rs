//! Log lines: structured, on standard error, never a body and never a secret.
//!
//! Only this crate's own events follow the chosen level. The libraries below it stay at warnings whatever the level:
//! the AWS SDK writes whole requests and responses – message bodies and tokens – at debug and trace.

use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::config::{LogFormat, LogLevel};

/// Starts logging for the process, panics included. A second call changes nothing.
pub fn start(format: LogFormat, level: LogLevel) {
    let registry = tracing_subscriber::registry().with(filter(level));
    let started = match format {
        LogFormat::Text => {
            let lines = tracing_subscriber::fmt::layer()
                .with_writer(std::io::stderr)
                .with_target(false)
                // Colours are for people, not for files.
                .with_ansi(std::io::stderr().is_terminal());
            registry.with(lines).try_init()
        }
        LogFormat::Json => {
            let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(std::io::stderr);
            registry.with(lines).try_init()
        }
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(panicked));
    }
}

fn filter(level: LogLevel) -> Targets {
    let own = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    // The region and credential providers warn with whole responses; what comes of it is an error of ours.
    let quiet = own.min(LevelFilter::ERROR);
    Targets::new()
        .with_default(own.min(LevelFilter::WARN))
        .with_target("aws_config", quiet)
        .with_target(env!("CARGO_CRATE_NAME"), own)
}

/// One line for a panic: where, and what if it is a text of the source code. A formatted message is left out, since
/// it may quote what the program was working on.
fn panicked(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let words = info.payload().downcast_ref::<&'static str>().copied();
    tracing::error!(place, words, "a part of the program failed unexpectedly");
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn libraries_never_speak_below_a_warning() {
        let all = filter(LogLevel::Trace);
        assert!(all.would_enable("redrive::server", &Level::TRACE));
        for library in ["aws_smithy_runtime::client::http", "hyper::proto", "rusqlite"] {
            assert!(all.would_enable(library, &Level::WARN));
            assert!(!all.would_enable(library, &Level::INFO), "{library}");
            assert!(!all.would_enable(library, &Level::TRACE), "{library}");
        }
        let few = filter(LogLevel::Error);
        assert!(!few.would_enable("hyper::proto", &Level::WARN));
        assert!(!few.would_enable("redrive::server", &Level::WARN));
    }
}
