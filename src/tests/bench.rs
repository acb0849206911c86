//! `make bench`: what the budgets are about, measured, each beside what it is compared with in the same run.
//!
//! Absolute times on a shared machine are noise: figures are medians of paired runs, and ratios count. The local SQS runs in
//! this process or in the console's, so that both sides of a comparison share the same processors.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, QueueAttributeName, SendMessageBatchRequestEntry};
use futures_util::stream::{self, StreamExt as _};
use redrive::local::{self, Local, Options};
use redrive::server::clock::SystemClock;
use redrive::server::services::poller::Poller;
use redrive::server::sqs::Sqs;
use redrive::server::sqs::connect::{Connect, connect};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Runs of each measurement; the median counts.
const RUNS: usize = 5;
const QUEUES: usize = 5_000;
const MESSAGES: usize = 10_000;
/// Calls in flight of the loop that the console is compared with; the poller's own width is the same.
const WIDTH: usize = 64;
/// A round trip within a region.
const ROUND_TRIP_MS: u64 = 8;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Outcome {
    println!("{:<58} {:>16}   compared with", "", "");
    throughput().await?;
    first_attributes().await?;
    cold_start().await?;
    home().await?;
    downloads()
}

fn report(what: &str, figure: &str, compared: &str) {
    println!("{what:<58} {figure:>16}   {compared}");
}

fn median(mut values: Vec<Duration>) -> Duration {
    values.sort_unstable();
    values[values.len() / 2]
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// Messages a second, of so many in a time.
fn rate(messages: usize, time: Duration) -> String {
    format!("{:.0} msg/s", f64::from(u32::try_from(messages).unwrap_or(u32::MAX)) / time.as_secs_f64())
}

// ---- The local SQS, and a bare client of it --------------------------------------------------------------------------

async fn local_sqs() -> Outcome<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let sqs = Arc::new(Local::new(Options { base_url: url.clone(), dials: true, ..Options::default() }));
    tokio::spawn(local::serve(listener, sqs, CancellationToken::new()));
    Ok(url)
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

/// How fast the local SQS is: it must not be what limits a test or a demonstration.
async fn throughput() -> Outcome {
    let client = client(&local_sqs().await?);
    let queue = &create_queues(&client, 1).await?[0];
    let (mut sent, mut drained) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let start = Instant::now();
        let batches: Vec<_> =
            stream::iter(0..MESSAGES / 10).map(|_| send_ten(&client, queue)).buffer_unordered(32).collect().await;
        batches.into_iter().collect::<Outcome<Vec<()>>>()?;
        sent.push(start.elapsed());
        let start = Instant::now();
        let lanes: Vec<_> = stream::iter(0..32).map(|_| drain(&client, queue)).buffer_unordered(32).collect().await;
        let received: usize = lanes.into_iter().collect::<Outcome<Vec<usize>>>()?.into_iter().sum();
        assert_eq!(received, MESSAGES, "the local SQS lost or repeated a message");
        drained.push(start.elapsed());
    }
    let bare = "a Python SQS server: 500 to 2 000 msg/s";
    report("Local SQS, aws-sdk-sqs, 32 lanes: send in tens", &rate(MESSAGES, median(sent)), bare);
    report("Local SQS, aws-sdk-sqs, 32 lanes: receive and delete", &rate(MESSAGES, median(drained)), bare);
    Ok(())
}

async fn send_ten(client: &Client, queue: &str) -> Outcome {
    let entry = |n: usize| {
        SendMessageBatchRequestEntry::builder()
            .id(n.to_string())
            .message_body(format!("{{\"order\":{n},\"state\":\"paid\"}}"))
            .build()
    };
    let entries = (0..10).map(entry).collect::<Result<Vec<_>, _>>()?;
    let answer = client.send_message_batch().queue_url(queue).set_entries(Some(entries)).send().await?;
    if answer.failed.is_empty() { Ok(()) } else { Err("a message was not taken".into()) }
}

/// Receives and deletes until a queue is empty; gives the number.
async fn drain(client: &Client, queue: &str) -> Outcome<usize> {
    let mut count = 0;
    loop {
        let messages = client
            .receive_message()
            .queue_url(queue)
            .max_number_of_messages(10)
            .send()
            .await?
            .messages
            .unwrap_or_default();
        if messages.is_empty() {
            return Ok(count);
        }
        count += messages.len();
        let entry = |(n, message): (usize, aws_sdk_sqs::types::Message)| {
            DeleteMessageBatchRequestEntry::builder()
                .id(n.to_string())
                .set_receipt_handle(message.receipt_handle)
                .build()
        };
        let entries = messages.into_iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>()?;
        client.delete_message_batch().queue_url(queue).set_entries(Some(entries)).send().await?;
    }
}

// ---- The console's gateway -------------------------------------------------------------------------------------------

/// The list and the attributes of all queues, as the first page has them read and as a bare loop does, in turns.
async fn first_attributes() -> Outcome {
    let url = local_sqs().await?;
    let bare = client(&url);
    create_queues(&bare, QUEUES).await?;
    dial(&url, json!([{"action": {"delay": {"ms": ROUND_TRIP_MS}}}])).await?;
    let settings = Connect {
        endpoint: Some(url),
        static_credentials: Some(("local".to_owned(), "local".to_owned())),
        ..Connect::default()
    };
    let sqs: Arc<dyn Sqs> = Arc::new(connect(&settings).await?);
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let start = Instant::now();
        let stop = CancellationToken::new();
        let poller =
            Poller::start("bench".parse()?, Arc::clone(&sqs), Arc::new(SystemClock), &TaskTracker::new(), stop.clone());
        let census = poller.fresh(0).await.map_err(|failure| failure.title())?;
        let own = start.elapsed();
        stop.cancel();
        assert_eq!(census.rows.len(), QUEUES, "the poller did not list every queue");
        assert!(census.rows.values().all(|row| row.attributes.is_some()), "an attribute read failed");
        let start = Instant::now();
        let pages = bare.list_queues().max_results(1_000).into_paginator().items().send();
        let listed: Vec<String> = pages.try_collect().await?;
        let ask = |queue: &String| {
            bare.get_queue_attributes().queue_url(queue).attribute_names(QueueAttributeName::All).send()
        };
        let read: Vec<_> = stream::iter(&listed).map(ask).buffer_unordered(WIDTH).collect().await;
        let other = start.elapsed();
        assert!(read.iter().all(Result::is_ok), "an attribute read failed");
        ours.push(own);
        theirs.push(other);
        ratios.push(own.as_secs_f64() / other.as_secs_f64());
    }
    ratios.sort_unstable_by(f64::total_cmp);
    report(
        &format!("First list and attributes of {QUEUES} queues, {ROUND_TRIP_MS} ms a call, {WIDTH} wide"),
        &milliseconds(median(ours)),
        &format!("bare loop {} (ratio {:.2}, budget 1.25)", milliseconds(median(theirs)), ratios[RUNS / 2]),
    );
    Ok(())
}

// ---- The binary ------------------------------------------------------------------------------------------------------

/// A running console; ends with its owner.
struct Console {
    child: Child,
    url: String,
    sqs: String,
    started: Instant,
}

impl Drop for Console {
    fn drop(&mut self) {
        // It may be gone already, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Console {
    fn start(more: &[&str]) -> Outcome<Self> {
        let started = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_redrive"))
            .args(["--local", "--port", "0"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (mut url, mut sqs) = (None, None);
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        while url.is_none() || sqs.is_none() {
            let line = lines.next().ok_or("the console ended at once")??;
            if let Some(address) = line.strip_prefix("Redrive listens on ") {
                url = Some(address.trim_end_matches('/').to_owned());
            } else if let Some(address) = line.strip_prefix("Local SQS listens on ") {
                sqs = Some(address.trim_end_matches('/').to_owned());
            }
        }
        Ok(Self { child, url: url.unwrap_or_default(), sqs: sqs.unwrap_or_default(), started })
    }

    /// Resident memory in MiB, as the system counts it.
    fn resident(&self) -> Outcome<String> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kibibytes: u32 = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok())
            .ok_or("the system does not say how much memory is resident")?;
        Ok(format!("{:.1} MiB", f64::from(kibibytes) / 1024.0))
    }
}

async fn cold_start() -> Outcome {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let console = Console::start(&["--no-demo"])?;
        reqwest::get(&console.url).await?.error_for_status()?;
        times.push(console.started.elapsed());
    }
    report("Cold start: exec to first byte of home", &milliseconds(median(times)), "budget 150 ms");
    let console = Console::start(&[])?;
    reqwest::get(&console.url).await?.error_for_status()?;
    report("Resident memory, demo data, one page served", &console.resident()?, "budget 40 MiB");
    Ok(())
}

/// The first page of 5 000 queues, one request at a time and fifty.
async fn home() -> Outcome {
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
    report(&format!("Resident memory, {QUEUES} queues, after that"), &console.resident()?, "budget 256 MiB");
    Ok(())
}

/// What a first visit loads to start the islands.
fn downloads() -> Outcome {
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
