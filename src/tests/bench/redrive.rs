//! Selective redrive: the console's engine with its journal on disk, beside a bare loop without any safety and a public
//! mover, at the same SQS in the same run.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, QueueAttributeName, SendMessageBatchRequestEntry};
use futures_util::stream::{self, StreamExt as _};
use serde_json::json;

use super::forms::Browser;
use super::process::{Console, sqs_alone};
use super::{Outcome, ROUND_TRIP_MS, client, dial, local, median, rate, report};

const MESSAGES: usize = 10_000;
/// What the public mover is given: it makes one call after the other.
const MOVER_MESSAGES: usize = 500;
const LANES: usize = 32;
const PAIRS: usize = 5;

/// How fast, and at which price.
pub async fn selective() -> Outcome {
    let (_process, url) = sqs_alone(&["--dials"])?;
    let sqs = client(&url);
    let dlq = create(&sqs, "orders-dlq").await?;
    let orders = create(&sqs, "orders").await?;
    let directory = tempfile::tempdir()?;
    let console = Console::with_journal(&url, directory.path())?;
    let browser = Browser::at(&console.url)?;
    let (mut ours, mut theirs, mut ratios, mut costs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for n in 0..PAIRS {
        // A redrive of a whole queue makes sure for a minute that nothing is left; the next one is of another queue.
        let name = format!("orders-dlq-{n}");
        let (own, cpu) = redrive(&sqs, &url, &name, &console, &browser).await?;
        let bare = bare(&sqs, &url, &dlq, &orders).await?;
        ratios.push(bare.as_secs_f64() / own.as_secs_f64());
        ours.push(own);
        theirs.push(bare);
        costs.push(cpu);
    }
    ratios.sort_unstable_by(f64::total_cmp);
    let speed = rate(MESSAGES, median(ours));
    report(
        &format!("Redrive of {MESSAGES} messages, journal on disk, {ROUND_TRIP_MS} ms a call"),
        &format!("{speed:.0} msg/s"),
        &format!(
            "budget 5000; bare loop, {LANES} lanes: {:.0} msg/s (ratio {:.2}, budget 0.5)",
            rate(MESSAGES, median(theirs)),
            ratios[PAIRS / 2]
        ),
    );
    let cost = median(costs).as_secs_f64() * 1_000.0 / f64::from(u32::try_from(MESSAGES)?);
    report("The same: CPU of the console for a message", &format!("{cost:.3} ms"), "budget 0.1 ms");
    match mover(&sqs, &url, &dlq).await? {
        Some(time) => {
            let theirs = rate(MOVER_MESSAGES, time);
            let compared = format!("the console: {speed:.0} msg/s (ratio {:.0}, budget 10)", speed / theirs);
            report("The same with phoenix-letter, a public mover", &format!("{theirs:.0} msg/s"), &compared);
        }
        None => report("The same with a public mover", "–", "phoenix-letter could not be installed"),
    }
    Ok(())
}

async fn create(sqs: &Client, name: &str) -> Outcome<String> {
    Ok(sqs.create_queue().queue_name(name).send().await?.queue_url.ok_or("no URL")?)
}

/// Fills the dead-letter queue at full speed, then has every call take its time.
async fn fill(sqs: &Client, url: &str, dlq: &str, messages: usize) -> Outcome {
    dial(url, json!([])).await?;
    local::send(sqs, dlq, messages, &|n| format!("{{\"order\":{n},\"state\":\"failed\"}}")).await?;
    dial(url, json!([{"action": {"delay": {"ms": ROUND_TRIP_MS}}}])).await
}

/// The time until every message has been sent, verified and deleted, and the CPU time that the console took for it.
async fn redrive(
    sqs: &Client,
    url: &str,
    name: &str,
    console: &Console,
    browser: &Browser,
) -> Outcome<(Duration, Duration)> {
    let dlq = &create(sqs, name).await?;
    fill(sqs, url, dlq, MESSAGES).await?;
    let (before, began) = (console.process.cpu()?, Instant::now());
    browser.redrive("bench", name, "orders", &[("lanes", "32")]).await?;
    while left(sqs, dlq).await? > 0 {
        if began.elapsed() > Duration::from_secs(60) {
            return Err("the redrive took more than a minute".into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (took, cpu) = (began.elapsed(), console.process.cpu()?.saturating_sub(before));
    dial(url, json!([])).await?;
    Ok((took, cpu))
}

async fn left(sqs: &Client, queue: &str) -> Outcome<u64> {
    let names =
        [QueueAttributeName::ApproximateNumberOfMessages, QueueAttributeName::ApproximateNumberOfMessagesNotVisible];
    let call = sqs.get_queue_attributes().queue_url(queue).set_attribute_names(Some(names.to_vec()));
    let attributes = call.send().await?.attributes.unwrap_or_default();
    Ok(names.iter().filter_map(|name| attributes.get(name)?.parse::<u64>().ok()).sum())
}

/// The same by a loop that receives ten, sends ten and deletes ten, on so many lanes, and loses what it loses.
async fn bare(sqs: &Client, url: &str, dlq: &str, orders: &str) -> Outcome<Duration> {
    fill(sqs, url, dlq, MESSAGES).await?;
    let began = Instant::now();
    let lanes: Vec<_> = stream::iter(0..LANES).map(|_| lane(sqs, dlq, orders)).buffer_unordered(LANES).collect().await;
    let moved: usize = lanes.into_iter().collect::<Outcome<Vec<usize>>>()?.into_iter().sum();
    let took = began.elapsed();
    assert_eq!(moved, MESSAGES, "the bare loop lost or repeated a message");
    dial(url, json!([])).await?;
    Ok(took)
}

async fn lane(sqs: &Client, dlq: &str, orders: &str) -> Outcome<usize> {
    let mut count = 0;
    loop {
        let messages =
            sqs.receive_message().queue_url(dlq).max_number_of_messages(10).send().await?.messages.unwrap_or_default();
        if messages.is_empty() {
            return Ok(count);
        }
        count += messages.len();
        let (mut sends, mut deletes) = (Vec::new(), Vec::new());
        for (n, message) in messages.into_iter().enumerate() {
            let send = SendMessageBatchRequestEntry::builder().id(n.to_string()).set_message_body(message.body);
            sends.push(send.build()?);
            let delete = DeleteMessageBatchRequestEntry::builder().id(n.to_string());
            deletes.push(delete.set_receipt_handle(message.receipt_handle).build()?);
        }
        sqs.send_message_batch().queue_url(orders).set_entries(Some(sends)).send().await?;
        sqs.delete_message_batch().queue_url(dlq).set_entries(Some(deletes)).send().await?;
    }
}

/// The time of a public mover for a few messages, where `make bench` could install it.
async fn mover(sqs: &Client, url: &str, dlq: &str) -> Outcome<Option<Duration>> {
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/peer/bin/python");
    if !Path::new(python).exists() {
        return Ok(None);
    }
    fill(sqs, url, dlq, MOVER_MESSAGES).await?;
    let began = Instant::now();
    let status = tokio::task::spawn_blocking({
        let url = url.to_owned();
        move || {
            std::process::Command::new(python)
                .args(["-m", "phoenix_letter.main", "--src", "orders-dlq", "--dst", "orders", "--region", "us-east-1"])
                .args(["--max-per-request", "10", "--max", &MOVER_MESSAGES.to_string()])
                .env("AWS_ENDPOINT_URL", url)
                .env("AWS_ACCESS_KEY_ID", "local")
                .env("AWS_SECRET_ACCESS_KEY", "local")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
        }
    })
    .await??;
    let took = began.elapsed();
    dial(url, json!([])).await?;
    if !status.success() || left(sqs, dlq).await? > 0 {
        return Ok(None);
    }
    Ok(Some(took))
}
