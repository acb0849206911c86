//! `make soak`: the real binary is killed with SIGKILL two hundred times while it redrives ten thousand messages, and the
//! SQS, a process of its own, says what became of each. Nothing may be lost, every message that is there twice must be in
//! the report, and the redrive must end by itself.
//!
//! Arguments: the seeds, one run each; several runs go on side by side.

#[path = "../bench/forms.rs"]
mod forms;
#[path = "../bench/process.rs"]
#[expect(dead_code, reason = "the benchmark needs more of it")]
mod process;
mod trial;

use std::process::ExitCode;
use std::time::Instant;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    // Cargo adds options of its own.
    let seeds: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let seeds = if seeds.is_empty() { vec![1, 2, 3] } else { seeds };
    let trials = seeds.iter().map(|seed| async move {
        let began = Instant::now();
        let verdict = trial::trial(*seed).await;
        match &verdict {
            Ok(found) => println!("kill -9, seed {seed}: {found}; {:.0} s", began.elapsed().as_secs_f64()),
            Err(error) => println!("kill -9, seed {seed}: FAILED: {error}; {:.0} s", began.elapsed().as_secs_f64()),
        }
        verdict.is_ok()
    });
    let passed: Vec<bool> = futures_util::future::join_all(trials).await;
    let failed = passed.iter().filter(|passed| !**passed).count();
    println!("kills: {} passed, {failed} failed", passed.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
