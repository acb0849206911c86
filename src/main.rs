//! The binary `redrive`: reads the configuration, then runs the console until it is told to stop.

#[cfg(feature = "ssr")]
fn main() -> std::process::ExitCode {
    use redrive::server::config::{self, Invocation};
    use std::process::ExitCode;
    use std::time::Duration;

    let config = match config::from_process() {
        Ok(Invocation::Serve(config)) => *config,
        Ok(Invocation::Print(text)) => {
            print!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(problems) => {
            for problem in problems {
                eprintln!("redrive: {problem}");
            }
            return ExitCode::from(2);
        }
    };
    redrive::server::log::start(config.log_format, config.log_level);
    let outcome = tokio::runtime::Builder::new_multi_thread().enable_all().build().and_then(|runtime| {
        let outcome = runtime.block_on(serve(config));
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

/// Runs the console. The first SIGINT or SIGTERM asks it to stop; a second one does not wait for it.
#[cfg(feature = "ssr")]
async fn serve(config: redrive::server::config::Config) -> std::io::Result<()> {
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
    redrive::server::run(config, stop).await
}

#[cfg(not(feature = "ssr"))]
fn main() {}
