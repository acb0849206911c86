//! `make bench`: what the budgets are about, measured, each beside what it is compared with in the same run.
//!
//! Absolute times on a shared machine are noise: figures are medians of paired runs, and ratios count. Both sides of a
//! comparison share the same processors. An argument names the only part to measure: `cargo bench -- finding`.

mod console;
mod finding;
#[expect(dead_code, reason = "the kill test opens pages, too")]
mod forms;
mod gateway;
mod local;
mod looking;
mod process;
mod redrive;

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use futures_util::stream::{self, StreamExt as _};
use serde_json::Value;

/// Runs of each measurement; the median counts.
const RUNS: usize = 5;
/// Calls in flight of the loop that the console is compared with; the poller's own width is the same.
const WIDTH: usize = 64;
/// A round trip within a region.
const ROUND_TRIP_MS: u64 = 8;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Outcome {
    println!("{:<66} {:>16}   compared with", "", "");
    // Cargo adds options of its own.
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    if wanted("local") {
        local::throughput().await?;
        local::crowded().await?;
        local::memory().await?;
    }
    if wanted("gateway") {
        gateway::first_attributes().await?;
    }
    if wanted("looking") {
        looking::usual_look().await?;
        looking::large_snapshot().await?;
    }
    if wanted("finding") {
        finding::finding()?;
    }
    if wanted("redrive") {
        redrive::selective().await?;
    }
    if wanted("console") {
        console::cold_start().await?;
        console::home().await?;
        console::downloads()?;
    }
    Ok(())
}

fn report(what: &str, figure: &str, compared: &str) {
    println!("{what:<66} {figure:>16}   {compared}");
}

fn median(mut values: Vec<Duration>) -> Duration {
    values.sort_unstable();
    values[values.len() / 2]
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

fn mebibytes(kibibytes: u32) -> String {
    format!("{:.1} MiB", f64::from(kibibytes) / 1024.0)
}

/// Messages a second, of so many in a time.
fn rate(messages: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(messages).unwrap_or(u32::MAX)) / time.as_secs_f64()
}

fn client(url: &str) -> Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "bench"))
        .endpoint_url(url)
        .build();
    Client::from_conf(config)
}

async fn create_queues(client: &Client, count: usize) -> Outcome<Vec<String>> {
    let create = |n: usize| async move { client.create_queue().queue_name(format!("queue-{n:05}")).send().await };
    let created: Vec<_> = stream::iter(0..count).map(create).buffered(WIDTH).collect().await;
    created.into_iter().map(|answer| Ok(answer?.queue_url.unwrap_or_default())).collect()
}

async fn dial(url: &str, rules: Value) -> Outcome {
    reqwest::Client::new().put(format!("{url}/_dials")).body(rules.to_string()).send().await?.error_for_status()?;
    Ok(())
}
