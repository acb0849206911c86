//! The binary `redrive`: reads the configuration, then runs the console, or the local SQS alone, until it is told to stop.

#[cfg(feature = "ssr")]
fn main() -> std::process::ExitCode {
    use redrive::server::config::{self, Invocation};
    use redrive::server::{self, log};
    use std::process::ExitCode;

    match config::from_process() {
        Ok(Invocation::Serve(config)) => {
            log::start(config.log_format, config.log_level);
            run(|stop| server::run(*config, stop))
        }
        Ok(Invocation::Sqs(config)) => {
            log::start(config.log_format, config.log_level);
            run(|stop| server::run_sqs(*config, stop))
        }
        Ok(Invocation::Print(text)) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(problems) => {
            for problem in problems {
                eprintln!("redrive: {problem}");
            }
            ExitCode::from(2)
        }
    }
}

/// Runs a server to its end. The first SIGINT or SIGTERM asks it to stop; a second one does not wait for it.
#[cfg(feature = "ssr")]
fn run<S: Future<Output = std::io::Result<()>>>(
    server: impl FnOnce(tokio_util::sync::CancellationToken) -> S,
) -> std::process::ExitCode {
    use std::process::ExitCode;
    use std::time::Duration;

    let outcome = tokio::runtime::Builder::new_multi_thread().enable_all().build().and_then(|runtime| {
        let outcome = runtime.block_on(async { server(told_to_stop()?).await });
        // What blocks a thread cannot be cut off, so the end does not wait for it.
        runtime.shutdown_timeout(Duration::from_millis(500));
        outcome
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("redrive: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Cancelled by the first SIGINT or SIGTERM; the second ends the process.
#[cfg(feature = "ssr")]
fn told_to_stop() -> std::io::Result<tokio_util::sync::CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = tokio_util::sync::CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        for again in [false, true] {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if again {
                std::process::exit(130);
            }
            asked.cancel();
        }
    });
    Ok(stop)
}

#[cfg(not(feature = "ssr"))]
fn main() {}
