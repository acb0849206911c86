//! The console itself: how soon it answers, how fast, and what it weighs.

use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt as _};
use serde_json::Value;

use super::process::Console;
use super::{Outcome, RUNS, client, create_queues, mebibytes, median, milliseconds, report};

const QUEUES: usize = 5_000;

/// From the start of the process to the first byte of home, and what it weighs then.
pub async fn cold_start() -> Outcome {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let console = Console::start(&["--no-demo"])?;
        reqwest::get(&console.url).await?.error_for_status()?;
        times.push(console.process.started.elapsed());
    }
    report("Cold start: exec to first byte of home", &milliseconds(median(times)), "budget 150 ms");
    let console = Console::start(&[])?;
    reqwest::get(&console.url).await?.error_for_status()?;
    report("Resident memory, demo data, one page served", &mebibytes(console.process.resident()?), "budget 40 MiB");
    Ok(())
}

/// The first page of 5 000 queues, one request at a time and fifty.
pub async fn home() -> Outcome {
    let console = Console::start(&["--no-demo"])?;
    create_queues(&client(&console.sqs), QUEUES).await?;
    let web = reqwest::Client::new();
    // The console has to find the queues before a page about them can be measured.
    let patience = Instant::now() + Duration::from_secs(60);
    let page = loop {
        let page = web.get(&console.url).send().await?.error_for_status()?.text().await?;
        if page.contains("queue-00001") {
            break page;
        }
        if Instant::now() > patience {
            return Err("home did not show the queues within a minute".into());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let ask = || async {
        let start = Instant::now();
        let answer = web.get(&console.url).send().await?.error_for_status()?;
        let first_byte = start.elapsed();
        answer.bytes().await?;
        Ok::<_, reqwest::Error>((first_byte, start.elapsed()))
    };
    let alone: Vec<_> = stream::iter(0..200).then(|_| ask()).collect().await;
    let alone: Vec<Duration> =
        alone.into_iter().map(|answer| answer.map(|(_, whole)| whole)).collect::<Result<_, _>>()?;
    let crowd: Vec<_> = stream::iter(0..1_000).map(|_| ask()).buffer_unordered(50).collect().await;
    let mut crowd: Vec<Duration> =
        crowd.into_iter().map(|answer| answer.map(|(first, _)| first)).collect::<Result<_, _>>()?;
    crowd.sort_unstable();
    let size = format!("{:.0} KB of HTML", f64::from(u32::try_from(page.len())?) / 1000.0);
    report(
        &format!("Home with {QUEUES} queues, one at a time, p50"),
        &milliseconds(median(alone)),
        &format!("budget 15 ms; {size}"),
    );
    report(
        &format!("Home with {QUEUES} queues, 50 at a time, first byte, p99"),
        &milliseconds(crowd[crowd.len() * 99 / 100]),
        "budget 30 ms",
    );
    report(
        &format!("Resident memory, {QUEUES} queues, after that"),
        &mebibytes(console.process.resident()?),
        "budget 256 MiB",
    );
    Ok(())
}

/// What a first visit loads to start the islands.
pub fn downloads() -> Outcome {
    let site = concat!(env!("CARGO_MANIFEST_DIR"), "/target/site");
    let manifest: Value = serde_json::from_str(&std::fs::read_to_string(format!("{site}/manifest.json"))?)?;
    let mut total = 0;
    for name in ["redrive_bg.wasm", "redrive.js"] {
        let path = manifest[name].as_str().ok_or("the manifest lacks the islands")?;
        total += u32::try_from(std::fs::metadata(format!("{site}{path}.br"))?.len())?;
    }
    report("wasm + JavaScript, brotli", &format!("{:.1} KB", f64::from(total) / 1000.0), "budget 110 KB");
    Ok(())
}
