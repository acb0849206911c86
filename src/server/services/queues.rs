//! One queue in full: what it is, where its failures go, whose failures it gets.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::connection::Connection;
use super::overview::Overview;
use super::poller::{Census, QueueRow};
use super::settings::Named;
use crate::model::health::{self, Lint, Source};
use crate::model::{Attributes, Failure, QueueName, QueueUrl};

/// A queue in full. What could not be read is a failure of its own: a missing right on tags hides no attributes.
pub struct Details {
    /// Its URL.
    pub url: QueueUrl,
    /// Its attributes, read now.
    pub attributes: Attributes,
    /// Its tags.
    pub tags: Result<BTreeMap<String, String>, Failure>,
    /// The queues that name it as their dead-letter queue, as SQS says.
    pub sources: Result<Vec<QueueName>, Failure>,
    /// What is odd about it.
    pub lints: Vec<Lint>,
    /// What the poller knows of it, for the sparkline.
    pub row: Option<Arc<QueueRow>>,
    /// Messages visible in its dead-letter queue, read now.
    pub dead: Option<u64>,
}

impl Connection {
    /// Reads a queue in full. Three requests side by side, and one for its dead-letter queue (more where a URL is
    /// unknown).
    pub async fn details(&self, queue: &QueueName) -> Result<Details, Failure> {
        let url = self.url(queue).await?;
        let attributes = self.attributes(queue);
        let (attributes, tags, sources) = tokio::join!(attributes, self.tags(queue), self.dead_letter_sources(queue));
        let attributes = attributes?;
        let overview = self.overview();
        let row = overview.census().rows.get(queue).cloned();
        let named = match (&attributes.redrive_policy, &attributes.arn) {
            (Some(policy), Some(own)) => self.named(&policy.dead_letter_target, own).await,
            _ => Named::Nobody,
        };
        let named_by: Option<Vec<Source<'_>>> =
            sources.as_ref().ok().map(|sources| sources.iter().map(|source| overview.source(source)).collect());
        let lints = health::check(queue, &attributes, &named.seen(), named_by.as_deref());
        let dead = match &named {
            Named::Seen(attributes) => Some(attributes.depth.visible),
            Named::Nobody | Named::Missing | Named::Unchecked(_) => None,
        };
        Ok(Details { url, attributes, tags, sources, lints, row, dead })
    }

    /// What the poller knows, with its relations. No request.
    pub fn overview(&self) -> Overview {
        let census: Arc<Census> = self.poller().census();
        Overview::of(census)
    }

    /// Whether another queue names this one as its dead-letter queue, as far as the poller knows. No request.
    pub fn is_dead_letter_queue(&self, queue: &QueueName) -> bool {
        let overview = self.overview();
        overview.census().rows.get(queue).is_some_and(|row| !overview.sources_of(row).is_empty())
    }
}
