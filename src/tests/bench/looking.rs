//! Looking: from the click to the rendered snapshot, and what a large snapshot weighs and takes to show. The SQS is a
//! process of its own, so that the console's memory and time are its own.

use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, Message};
use serde_json::json;

use super::finding::{MESSAGES, body};
use super::process::{Console, sqs_alone};
use super::{
    Outcome, ROUND_TRIP_MS, RUNS, client, create_queues, dial, local, mebibytes, median, milliseconds, report,
};

/// How many messages a usual look takes.
const USUAL: usize = 500;
/// How often a page is asked for.
const VISITS: usize = 20;

/// A console and the SQS that it looks at.
struct Scene {
    console: Console,
    web: reqwest::Client,
    sqs: Client,
    queues: Vec<String>,
}

impl Scene {
    /// With so many queues.
    async fn with(queues: usize, url: &str) -> Outcome<Self> {
        let sqs = client(url);
        let queues = create_queues(&sqs, queues).await?;
        Ok(Self { console: Console::at(url)?, web: reqwest::Client::new(), sqs, queues })
    }

    /// Looks at the nth queue and reads the page that shows what came; the time until it is whole.
    async fn look(&self, queue: usize, limit: usize) -> Outcome<Duration> {
        let (queue, limit) = (format!("queue-{queue:05}"), limit.to_string());
        let fields = [("connection", "bench"), ("queue", queue.as_str()), ("limit", limit.as_str())];
        let start = Instant::now();
        let post = self.web.post(format!("{}/api/messages/look", self.console.url)).form(&fields);
        let answer = post.header("Origin", &self.console.url).header("Accept", "text/html").send().await?;
        let page = answer.error_for_status()?.text().await?;
        let took = start.elapsed();
        if page.contains("given back at once") { Ok(took) } else { Err("the page shows no snapshot".into()) }
    }

    /// The median time of a page about the first queue's messages, and its size in KB.
    async fn page(&self, query: &str) -> Outcome<(Duration, u32)> {
        let url = format!("{}/bench/queues/queue-00000/messages{query}", self.console.url);
        let (mut times, mut size) = (Vec::new(), 0);
        for _ in 0..VISITS {
            let start = Instant::now();
            let page = self.web.get(&url).send().await?.error_for_status()?.bytes().await?;
            times.push(start.elapsed());
            size = u32::try_from(page.len() / 1_000)?;
        }
        Ok((median(times), size))
    }
}

/// A look at five hundred messages, and the same as a loop makes it that does one call after the other.
pub async fn usual_look() -> Outcome {
    let (_sqs, url) = sqs_alone(&["--dials", "--no-peek"])?;
    let scene = Scene::with(RUNS, &url).await?;
    for queue in &scene.queues {
        local::send(&scene.sqs, queue, USUAL, &|n| format!("{n:01024}")).await?;
    }
    dial(&url, json!([{"action": {"delay": {"ms": ROUND_TRIP_MS}}}])).await?;
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for (n, queue) in scene.queues.iter().enumerate() {
        let own = scene.look(n, USUAL).await?;
        let start = Instant::now();
        one_by_one(&scene.sqs, queue).await?;
        let other = start.elapsed();
        ours.push(own);
        theirs.push(other);
        ratios.push(other.as_secs_f64() / own.as_secs_f64());
    }
    ratios.sort_unstable_by(f64::total_cmp);
    report(
        &format!("Look at {USUAL} messages, {ROUND_TRIP_MS} ms a call, to the whole page"),
        &milliseconds(median(ours)),
        &format!(
            "budget 500 ms; loop, one call at a time {} (ratio {:.1})",
            milliseconds(median(theirs)),
            ratios[RUNS / 2]
        ),
    );
    Ok(())
}

/// Receives and gives back, without a page.
async fn one_by_one(client: &Client, queue: &str) -> Outcome {
    let mut handles: Vec<String> = Vec::new();
    while handles.len() < USUAL {
        let call = client.receive_message().queue_url(queue).max_number_of_messages(10).visibility_timeout(30);
        let messages: Vec<Message> = call.send().await?.messages.unwrap_or_default();
        if messages.is_empty() {
            return Err("the queue has too few messages".into());
        }
        handles.extend(messages.into_iter().filter_map(|message| message.receipt_handle));
    }
    for ten in handles.chunks(10) {
        let entry = |(n, handle): (usize, &String)| {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(n.to_string());
            entry.receipt_handle(handle).visibility_timeout(0).build()
        };
        let entries = ten.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>()?;
        client.change_message_visibility_batch().queue_url(queue).set_entries(Some(entries)).send().await?;
    }
    Ok(())
}

/// Ten thousand messages of 2 KiB: what they weigh, and how soon their pages are there.
pub async fn large_snapshot() -> Outcome {
    let (_sqs, url) = sqs_alone(&["--no-peek"])?;
    let scene = Scene::with(2, &url).await?;
    local::send(&scene.sqs, &scene.queues[0], MESSAGES, &body).await?;
    local::send(&scene.sqs, &scene.queues[1], 10, &body).await?;
    scene.look(1, 10).await?;
    let before = scene.console.process.resident()?;
    let took = scene.look(0, MESSAGES).await?;
    let taken = scene.console.process.resident()?;
    let plain = scene.page("").await?;
    let filtered = scene.page("?filter=body.order.total%3E15000&sort=-sent").await?;
    let causes = scene.page("?view=causes").await?;
    let after = scene.console.process.resident()?;
    report(
        &format!("Resident memory, snapshot of {MESSAGES} messages of 2 KiB"),
        &mebibytes(taken.saturating_sub(before)),
        &format!(
            "budget 64 MiB; with index and causes {}; taken in {}",
            mebibytes(after.saturating_sub(before)),
            milliseconds(took)
        ),
    );
    report(
        &format!("Page of a snapshot of {MESSAGES}, p50"),
        &milliseconds(plain.0),
        &format!(
            "{} KB; filtered and sorted {}; by cause {} ({} KB)",
            plain.1,
            milliseconds(filtered.0),
            milliseconds(causes.0),
            causes.1
        ),
    );
    Ok(())
}
