//! The console's gateway: how soon it knows every queue.

use std::sync::Arc;
use std::time::Instant;

use aws_sdk_sqs::types::QueueAttributeName;
use futures_util::stream::{self, StreamExt as _};
use redrive::local::{self, Local, Options};
use redrive::server::clock::SystemClock;
use redrive::server::services::poller::Poller;
use redrive::server::sqs::Sqs;
use redrive::server::sqs::connect::{Connect, connect};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Outcome, ROUND_TRIP_MS, RUNS, WIDTH, client, create_queues, dial, median, milliseconds, report};

const QUEUES: usize = 5_000;

/// The local SQS in this process, with dials.
async fn local_sqs() -> Outcome<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let sqs = Arc::new(Local::new(Options { base_url: url.clone(), dials: true, ..Options::default() }));
    tokio::spawn(local::serve(listener, sqs, CancellationToken::new()));
    Ok(url)
}

/// The list and the attributes of all queues, as the first page has them read and as a bare loop does, in turns.
pub async fn first_attributes() -> Outcome {
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
