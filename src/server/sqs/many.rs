//! The attributes of many queues: bounded in what is asked at a time, spread over the processors.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::task::JoinSet;

use super::{Result, Sqs};
use crate::model::{Attributes, QueueUrl};

/// Reads the attributes of `queues`, at most `width` (at least 1) at a time, and answers in their order.
///
/// One request per queue, each with its own result. Dropping the future stops asking. Signing and parsing cost more
/// processor time than waiting does, so the work is shared by one task per processor.
pub async fn attributes_of(sqs: &Arc<dyn Sqs>, queues: &[QueueUrl], width: usize) -> Vec<Result<Attributes>> {
    let width = width.clamp(1, queues.len().max(1));
    let tasks = available_parallelism().map_or(1, usize::from).min(width);
    let queues: Arc<[QueueUrl]> = queues.into();
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for task in 0..tasks {
        let share = width / tasks + usize::from(task < width % tasks);
        workers.spawn(work(Arc::clone(sqs), Arc::clone(&queues), Arc::clone(&next), share));
    }
    let mut read = Vec::with_capacity(queues.len());
    while let Some(done) = workers.join_next().await {
        match done {
            Ok(part) => read.extend(part),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    read.sort_unstable_by_key(|(index, _)| *index);
    read.into_iter().map(|(_, result)| result).collect()
}

/// Takes the next queue that nobody took yet, `share` at a time, until there is none.
async fn work(
    sqs: Arc<dyn Sqs>,
    queues: Arc<[QueueUrl]>,
    next: Arc<AtomicUsize>,
    share: usize,
) -> Vec<(usize, Result<Attributes>)> {
    let (sqs, queues) = (&*sqs, &*queues);
    let indexes = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|i| *i < queues.len()));
    stream::iter(indexes)
        .map(|index| async move { (index, sqs.attributes(&queues[index]).await) })
        .buffer_unordered(share)
        .collect()
        .await
}
