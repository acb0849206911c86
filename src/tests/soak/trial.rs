//! One run: fill, start, kill over and over, let it end, and hold the queues against the report.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::Outcome;
use super::forms::Browser;
use super::process::{Console, sqs_alone};

const MESSAGES: usize = 10_000;
const KILLS: u32 = 200;
/// Messages a second: about as many as make the redrive last as long as the kills do.
const PACE: &str = "220";
/// How long the redrive may take to end once it is left alone: the last lease, and three long polls that find nothing.
const PATIENCE: Duration = Duration::from_secs(240);
/// More copies than this were never seen: ten for each kill would be the bound.
const MOST_COPIES: usize = 2_000;

/// What was found.
pub struct Found {
    kills: u32,
    extra: usize,
    twice: usize,
    possible: usize,
    moved: usize,
    sent: usize,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, extra, twice, possible, moved, sent } = self;
        write!(
            f,
            "{MESSAGES} messages, {kills} kills: 0 lost, {moved} moved, {sent} sent and not seen again, {extra} extra copies of {twice} messages, all of \
             them among the {possible} possible duplicates of the report"
        )
    }
}

/// Chance from a seed, the same on every machine (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// An SQS, asked past any client.
struct Sqs {
    client: reqwest::Client,
    url: String,
}

impl Sqs {
    async fn call(&self, operation: &str, request: &Value) -> Outcome<Value> {
        let post = self.client.post(&self.url).header("X-Amz-Target", format!("AmazonSQS.{operation}"));
        let post = post.header("Content-Type", "application/x-amz-json-1.0").body(request.to_string());
        Ok(serde_json::from_slice(&post.send().await?.error_for_status()?.bytes().await?)?)
    }

    async fn queue(&self, name: &str) -> Outcome<String> {
        let made = self.call("CreateQueue", &json!({ "QueueName": name })).await?;
        Ok(made["QueueUrl"].as_str().ok_or("no URL")?.to_owned())
    }

    /// How often each body is in a queue, whatever its state.
    async fn bodies(&self, queue: &str) -> Outcome<BTreeMap<String, usize>> {
        let path = format!("{}/_aws/sqs/messages?QueueUrl={queue}&ShowInvisible=true&ShowDelayed=true", self.url);
        let answer = self.client.get(path).header("Accept", "application/json").send().await?.error_for_status()?;
        let answer: Value = serde_json::from_slice(&answer.bytes().await?)?;
        let found = &answer["ReceiveMessageResponse"]["ReceiveMessageResult"]["Message"];
        let one = std::slice::from_ref(found);
        let messages = found.as_array().map_or(if found.is_null() { &[] } else { one }, Vec::as_slice);
        let mut bodies = BTreeMap::new();
        for message in messages {
            *bodies.entry(message["Body"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
        Ok(bodies)
    }
}

/// Carries one run out.
pub async fn trial(seed: u64) -> Outcome<Found> {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let (_process, url) = sqs_alone(&[])?;
    let sqs = Sqs { client: reqwest::Client::new(), url };
    let (dlq, orders) = (sqs.queue("orders-dlq").await?, sqs.queue("orders").await?);
    let bodies = fill(&sqs, &dlq).await?;
    let data = tempfile::tempdir()?;

    let mut console = Console::with_journal(&sqs.url, data.path())?;
    let wish = [("pace", PACE), ("lanes", "2")];
    let page = Browser::at(&console.url)?.redrive("bench", "orders-dlq", "orders", &wish).await?;
    let mut kills = 0;
    while kills < KILLS {
        // Some are killed while they begin, some in the middle of their work.
        tokio::time::sleep(Duration::from_millis(10 + dice.below(350))).await;
        console.process.kill()?;
        kills += 1;
        console = Console::with_journal(&sqs.url, data.path())?;
    }
    let browser = Browser::at(&console.url)?;
    browser.ended(&page, PATIENCE).await?;
    let report = report(&browser, &page).await?;
    verdict(&bodies, &report, &sqs.bodies(&dlq).await?, &sqs.bodies(&orders).await?, kills)
}

/// Fills the queue; gives the id of each message by its body.
async fn fill(sqs: &Sqs, queue: &str) -> Outcome<BTreeMap<String, String>> {
    let mut ids = BTreeMap::new();
    for from in (0..MESSAGES).step_by(10) {
        let body = |n: usize| format!("{{\"order\":{n}}}");
        let entries: Vec<Value> =
            (from..from + 10).map(|n| json!({ "Id": n.to_string(), "MessageBody": body(n) })).collect();
        let answer = sqs.call("SendMessageBatch", &json!({ "QueueUrl": queue, "Entries": entries })).await?;
        for entry in answer["Successful"].as_array().ok_or("nothing was sent")? {
            let n: usize = entry["Id"].as_str().ok_or("no id")?.parse()?;
            ids.insert(body(n), entry["MessageId"].as_str().ok_or("no message id")?.to_owned());
        }
    }
    Ok(ids)
}

/// What the report says: the ids of those that were moved, and of those that may be there twice.
struct Report {
    moved: BTreeSet<String>,
    /// Sent, and the process was killed before it heard that the original was deleted.
    sent: usize,
    possible: BTreeSet<String>,
    others: Vec<Value>,
}

async fn report(browser: &Browser, page: &str) -> Outcome<Report> {
    let path = Path::new(page).join("export.ndjson");
    let text = browser.get(path.to_str().ok_or("no path")?).await?;
    let mut report = Report { moved: BTreeSet::new(), sent: 0, possible: BTreeSet::new(), others: Vec::new() };
    for line in text.lines() {
        let line: Value = serde_json::from_str(line)?;
        let Some(id) = line["messageId"].as_str().map(str::to_owned) else { continue };
        if line["possibleDuplicates"].as_u64().unwrap_or_default() > 0 {
            report.possible.insert(id.clone());
        }
        if line["outcome"] == "moved" {
            report.moved.insert(id);
        } else if line["outcome"] == "not-seen-again" {
            report.sent += 1;
        } else {
            report.others.push(line);
        }
    }
    Ok(report)
}

fn verdict(
    ids: &BTreeMap<String, String>,
    report: &Report,
    left: &BTreeMap<String, usize>,
    arrived: &BTreeMap<String, usize>,
    kills: u32,
) -> Outcome<Found> {
    let lost = ids.keys().filter(|body| !arrived.contains_key(*body) && !left.contains_key(*body)).count();
    let twice: Vec<&String> = arrived.iter().filter(|(_, copies)| **copies > 1).map(|(body, _)| body).collect();
    let extra = arrived.values().map(|copies| copies - 1).sum();
    let unreported = twice.iter().filter(|body| ids.get(**body).is_none_or(|id| !report.possible.contains(id))).count();
    let problems = [
        (lost > 0, format!("{lost} messages are lost")),
        (!left.is_empty(), format!("{} messages are left in the queue", left.len())),
        (unreported > 0, format!("{unreported} messages are there twice and not in the report")),
        (extra > MOST_COPIES, format!("{extra} extra copies")),
        (
            report.moved.len() + report.sent != ids.len(),
            format!("the report says that {} were moved; others: {:?}", report.moved.len(), report.others.first()),
        ),
    ];
    let problems: Vec<String> = problems.into_iter().filter(|(is, _)| *is).map(|(_, text)| text).collect();
    if !problems.is_empty() {
        return Err(problems.join("; ").into());
    }
    Ok(Found {
        kills,
        extra,
        twice: twice.len(),
        possible: report.possible.len(),
        moved: report.moved.len(),
        sent: report.sent,
    })
}
