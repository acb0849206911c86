//! The local SQS: it must not be what limits a test or a demonstration.

use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, QueueAttributeName, SendMessageBatchRequestEntry};
use futures_util::stream::{self, StreamExt as _};

use super::{Outcome, RUNS, client, create_queues, mebibytes, median, milliseconds, process, rate, report};

const LANES: usize = 32;
const MESSAGES: usize = 10_000;
/// What the other server is given: it needs minutes for more.
const PEER_MESSAGES: usize = 500;
/// The budget, messages a second (issue "the local SQS, to the letter").
const BUDGET: f64 = 20_000.0;

/// Messages a second, sent in tens and then received and deleted in tens, by 32 lanes through the AWS SDK.
struct Speed {
    send: f64,
    drain: f64,
}

/// How fast it is in memory, how fast with a directory to keep everything in, and how fast another server is.
pub async fn throughput() -> Outcome {
    let (_in_memory, url) = process::sqs_alone(&[])?;
    let memory = speed(&client(&url), MESSAGES, RUNS).await?;
    let directory = tempfile::tempdir()?;
    let path = directory.path().to_str().ok_or("the temporary directory has no name")?;
    let (_on_disk, url) = process::sqs_alone(&["--data", path])?;
    let disk = speed(&client(&url), MESSAGES, RUNS).await?;
    let peer = match process::peer().await? {
        Some((_process, url)) => Some(speed(&client(&url), PEER_MESSAGES, 1).await?),
        None => None,
    };
    let rows = [
        ("send in tens", memory.send, disk.send, peer.as_ref().map(|peer| peer.send)),
        ("receive and delete", memory.drain, disk.drain, peer.as_ref().map(|peer| peer.drain)),
    ];
    for (what, memory, disk, peer) in rows {
        let peer = peer.map_or("moto could not be installed".to_owned(), |peer| {
            format!("moto {peer:.0} msg/s (ratio {:.0})", memory / peer)
        });
        let compared = format!("budget {BUDGET:.0}; {peer}");
        report(&format!("Local SQS, aws-sdk-sqs, {LANES} lanes: {what}"), &format!("{memory:.0} msg/s"), &compared);
        let compared = format!("budget {BUDGET:.0}; in memory {memory:.0} (ratio {:.2})", disk / memory);
        report(&format!("The same with --data: {what}"), &format!("{disk:.0} msg/s"), &compared);
    }
    Ok(())
}

async fn speed(client: &Client, messages: usize, runs: usize) -> Outcome<Speed> {
    let queue = &create_queues(client, 1).await?[0];
    let (mut sent, mut drained) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let start = Instant::now();
        send(client, queue, messages, &|n| format!("{{\"order\":{n},\"state\":\"paid\"}}")).await?;
        sent.push(start.elapsed());
        let start = Instant::now();
        let lanes: Vec<_> =
            stream::iter(0..LANES).map(|_| drain(client, queue)).buffer_unordered(LANES).collect().await;
        let received: usize = lanes.into_iter().collect::<Outcome<Vec<usize>>>()?.into_iter().sum();
        assert_eq!(received, messages, "the server lost or repeated a message");
        drained.push(start.elapsed());
    }
    Ok(Speed { send: rate(messages, median(sent)), drain: rate(messages, median(drained)) })
}

/// Sends so many messages in tens.
pub async fn send(client: &Client, queue: &str, messages: usize, body: &(impl Fn(usize) -> String + Sync)) -> Outcome {
    let batches: Vec<_> = stream::iter(0..messages / 10)
        .map(|batch| send_ten(client, queue, batch * 10, body))
        .buffer_unordered(LANES)
        .collect()
        .await;
    batches.into_iter().collect()
}

async fn send_ten(client: &Client, queue: &str, first: usize, body: &(impl Fn(usize) -> String + Sync)) -> Outcome {
    let entry =
        |n: usize| SendMessageBatchRequestEntry::builder().id(n.to_string()).message_body(body(first + n)).build();
    let entries = (0..10).map(entry).collect::<Result<Vec<_>, _>>()?;
    let answer = client.send_message_batch().queue_url(queue).set_entries(Some(entries)).send().await?;
    if answer.failed.is_empty() { Ok(()) } else { Err("a message was not taken".into()) }
}

/// Receives and deletes until a queue is empty; gives the number.
async fn drain(client: &Client, queue: &str) -> Outcome<usize> {
    let mut count = 0;
    loop {
        let call = client.receive_message().queue_url(queue).max_number_of_messages(10);
        let messages = call.send().await?.messages.unwrap_or_default();
        if messages.is_empty() {
            return Ok(count);
        }
        count += messages.len();
        let entry = |(n, message): (usize, Message)| {
            DeleteMessageBatchRequestEntry::builder()
                .id(n.to_string())
                .set_receipt_handle(message.receipt_handle)
                .build()
        };
        let entries = messages.into_iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>()?;
        client.delete_message_batch().queue_url(queue).set_entries(Some(entries)).send().await?;
    }
}

/// Whether many queues slow it down: the same thousand reads of attributes with a hundred queues and with ten thousand.
pub async fn crowded() -> Outcome {
    const FEW: usize = 100;
    const MANY: usize = 10_000;
    let (_process, url) = process::sqs_alone(&[])?;
    let client = client(&url);
    let few = attributes(&client, &create_queues(&client, FEW).await?).await?;
    let queues = create_queues(&client, MANY).await?;
    let many = attributes(&client, &queues).await?;
    let start = Instant::now();
    let pages = client.list_queues().max_results(1_000).into_paginator().items().send();
    let listed: Vec<String> = pages.try_collect().await?;
    let listing = start.elapsed();
    assert_eq!(listed.len(), MANY, "the list is not whole");
    report(&format!("Local SQS, list of {MANY} queues, ten pages"), &milliseconds(listing), "–");
    report(
        &format!("Local SQS, 1 000 attribute reads with {MANY} queues"),
        &milliseconds(many),
        &format!("with {FEW} queues {} (ratio {:.2})", milliseconds(few), many.as_secs_f64() / few.as_secs_f64()),
    );
    Ok(())
}

/// The time of a thousand attribute reads, spread over these queues.
async fn attributes(client: &Client, queues: &[String]) -> Outcome<Duration> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        let ask = |n: usize| {
            let queue = &queues[n * 7 % queues.len()];
            client.get_queue_attributes().queue_url(queue).attribute_names(QueueAttributeName::All).send()
        };
        let read: Vec<_> = stream::iter(0..1_000).map(ask).buffer_unordered(LANES).collect().await;
        assert!(read.iter().all(Result::is_ok), "an attribute read failed");
        times.push(start.elapsed());
    }
    Ok(median(times))
}

/// What 100 000 messages of 1 KiB weigh.
pub async fn memory() -> Outcome {
    const MANY: usize = 100_000;
    let (process, url) = process::sqs_alone(&[])?;
    let client = client(&url);
    let queue = &create_queues(&client, 1).await?[0];
    let before = process.resident()?;
    send(&client, queue, MANY, &|n| format!("{n:01024}")).await?;
    let after = process.resident()?;
    report(
        &format!("Local SQS, resident with {MANY} messages of 1 KiB"),
        &mebibytes(after),
        &format!("budget 200 MiB; empty {}", mebibytes(before)),
    );
    Ok(())
}
