//! One account and region, or one endpoint: the handle through which its queues are read.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::act::Permit;
use super::archive::Keeping;
use super::messages::{Desk, Turn};
use super::poller::Poller;
use super::report;
use crate::model::{Attributes, ConnectionName, Failure, Message, MoveTask, QueueArn, QueueName, QueueUrl};
use crate::server::clock::SharedClock;
use crate::server::sqs::Sqs;
use crate::server::store::Store;

/// What a connection is, as the header shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Its name, the first segment of its URLs.
    pub name: ConnectionName,
    /// The region.
    pub region: String,
    /// The endpoint, where it is not AWS's own.
    pub endpoint: Option<String>,
    /// The colour of its environment, one of a closed set of names.
    pub color: Option<String>,
    /// Whether nothing may be changed through it.
    pub read_only: bool,
}

/// A connection. A handle: cloning is shallow.
#[derive(Clone)]
pub struct Connection(Arc<Inner>);

struct Inner {
    about: About,
    sqs: Arc<dyn Sqs>,
    store: Arc<dyn Store>,
    clock: SharedClock,
    poller: Arc<Poller>,
    keeping: Arc<Keeping>,
    desk: Desk,
}

impl Connection {
    /// Puts a connection together.
    pub fn new(
        about: About,
        sqs: Arc<dyn Sqs>,
        store: Arc<dyn Store>,
        clock: SharedClock,
        poller: Arc<Poller>,
        keeping: Arc<Keeping>,
        desk: Desk,
    ) -> Self {
        Self(Arc::new(Inner { about, sqs, store, clock, poller, keeping, desk }))
    }

    /// What it is.
    pub fn about(&self) -> &About {
        &self.0.about
    }

    /// Its name.
    pub fn name(&self) -> &ConnectionName {
        &self.0.about.name
    }

    /// Whether nothing may be changed through it.
    pub fn read_only(&self) -> bool {
        self.0.about.read_only
    }

    /// Who acts. Until there are logins, whoever can reach the loopback interface.
    pub fn who(&self) -> &'static str {
        "local user"
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.0.clock.now_ms()
    }

    /// The numbers of all its queues.
    pub fn poller(&self) -> &Arc<Poller> {
        &self.0.poller
    }

    /// Its snapshots, and what else is known of its messages.
    pub(super) fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// Whose turn it is to receive from a queue for a moment.
    pub(super) fn turn(&self, queue: &QueueName) -> Turn {
        self.desk().turn(queue)
    }

    /// Ended when the console closes.
    pub(super) fn closing(&self) -> &CancellationToken {
        self.desk().closing()
    }

    /// What time it is.
    pub(super) fn clock(&self) -> SharedClock {
        self.0.clock.clone()
    }

    /// How copies of what is removed are kept.
    pub fn keeping(&self) -> &Keeping {
        &self.0.keeping
    }

    /// What the console remembers, for what goes on by itself.
    pub(super) fn shared_store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.0.store)
    }

    pub(super) fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    /// The whole gateway, for a permitted change; everything else reads through the methods below.
    pub(super) fn gateway(&self, _: Permit) -> Arc<dyn Sqs> {
        Arc::clone(&self.0.sqs)
    }

    /// The URL of a queue: from the list if it is known there, else asked for. At most one request.
    pub async fn url(&self, queue: &QueueName) -> Result<QueueUrl, Failure> {
        if let Some(row) = self.0.poller.census().rows.get(queue) {
            return Ok(row.url.clone());
        }
        let answer = self.0.sqs.queue_url(queue).await;
        answer.map(|answer| answer.value).map_err(|error| report::sqs(error, self.name(), Some(queue)))
    }

    /// Whether a queue of that name is there, asked now: the list may be a minute old. One request; that there is none is
    /// no failure, and where it cannot be asked the answer is no.
    pub(super) async fn is_taken(&self, queue: &QueueName) -> bool {
        self.0.sqs.queue_url(queue).await.is_ok()
    }

    /// All attributes of a queue, read now. One request (two where its URL is unknown).
    pub async fn attributes(&self, queue: &QueueName) -> Result<Attributes, Failure> {
        let url = self.url(queue).await?;
        let answer = self.0.sqs.attributes(&url).await;
        answer.map(|answer| answer.value).map_err(|error| report::sqs(error, self.name(), Some(queue)))
    }

    /// All attributes of a queue that was just made, whose URL is known from its making alone. One request.
    pub(super) async fn attributes_at(&self, queue: &QueueName, url: &QueueUrl) -> Result<Attributes, Failure> {
        let answer = self.0.sqs.attributes(url).await;
        answer.map(|answer| answer.value).map_err(|error| report::sqs(error, self.name(), Some(queue)))
    }

    /// Whether its endpoint shows messages without receiving them. At most one request, the first time.
    pub async fn offers_peek(&self, queue: &QueueName) -> bool {
        match self.url(queue).await {
            Ok(url) => self.0.sqs.offers_peek(&url).await,
            Err(_) => false,
        }
    }

    /// At most `limit` messages that are visible in a queue, without receiving them. One request.
    pub(super) async fn peek_at(&self, queue: &QueueName, limit: usize) -> Result<Vec<Message>, Failure> {
        let url = self.url(queue).await?;
        let answer = self.0.sqs.peek(&url, limit).await;
        answer.map(|answer| answer.value).map_err(|error| report::sqs(error, self.name(), Some(queue)))
    }

    /// The tags of a queue. One request.
    pub async fn tags(&self, queue: &QueueName) -> Result<BTreeMap<String, String>, Failure> {
        let url = self.url(queue).await?;
        let answer = self.0.sqs.tags(&url).await;
        answer.map(|answer| answer.value).map_err(|error| report::sqs(error, self.name(), Some(queue)))
    }

    /// The queues that name this one as their dead-letter queue, as SQS says. One request per 1 000.
    pub async fn dead_letter_sources(&self, queue: &QueueName) -> Result<Vec<QueueName>, Failure> {
        let url = self.url(queue).await?;
        let answer = self.0.sqs.dead_letter_sources(&url).await;
        let urls = answer.map_err(|error| report::sqs(error, self.name(), Some(queue)))?.value;
        let mut names: Vec<QueueName> = urls.iter().filter_map(QueueUrl::name).collect();
        names.sort();
        Ok(names)
    }

    /// The last ten message move tasks of a queue, newest first. One request.
    pub async fn move_tasks(&self, queue: &QueueName, arn: &QueueArn) -> Result<Vec<MoveTask>, Failure> {
        let answer = self.0.sqs.move_tasks(arn).await;
        answer.map(|answer| answer.value).map_err(|error| report::sqs(error, self.name(), Some(queue)))
    }

    /// Has the poller read a queue that was just changed, so that everyone who watches sees it at once. What cannot be
    /// read now is read with the next poll: the change is done and does not fail for it. One request.
    pub(super) async fn reread(&self, queue: &QueueName) {
        if self.poller().read_now(queue).await.is_err() {
            tracing::debug!(queue = %queue, "the queue is read with the next poll");
        }
    }
}
