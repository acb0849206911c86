//! The list of queues and what needs attention, out of what the poller knows. No request of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::poller::{Census, QueueRow};
use crate::model::health::{self, Lint, Source, Target};
use crate::model::listing::Row;
use crate::model::{Attributes, QueueArn, QueueName};

/// A dead-letter queue with messages in it.
#[derive(Clone, Debug)]
pub struct Attention {
    /// The queue.
    pub row: Arc<QueueRow>,
    /// The queues it collects failures of.
    pub sources: Vec<QueueName>,
}

/// A census with the relations between its queues worked out once.
pub struct Overview {
    census: Arc<Census>,
    sources: BTreeMap<QueueArn, Vec<QueueName>>,
}

impl Overview {
    /// Works out who is whose dead-letter queue. Linear in the number of queues.
    pub fn of(census: Arc<Census>) -> Self {
        let mut sources: BTreeMap<QueueArn, Vec<QueueName>> = BTreeMap::new();
        for row in census.rows.values() {
            if let Some(target) = row.dead_letter_target() {
                sources.entry(target.clone()).or_default().push(row.name.clone());
            }
        }
        Self { census, sources }
    }

    /// What it is made of.
    pub fn census(&self) -> &Arc<Census> {
        &self.census
    }

    /// The queues whose redrive policy names this one.
    pub fn sources_of(&self, row: &QueueRow) -> &[QueueName] {
        row.arn().and_then(|arn| self.sources.get(arn)).map_or(&[], Vec::as_slice)
    }

    /// The dead-letter queue of a queue, where it is one of this connection.
    pub fn dead_letter_queue_of(&self, row: &QueueRow) -> Option<&Arc<QueueRow>> {
        let target = row.dead_letter_target()?;
        self.census.rows.get(&target.name()).filter(|dlq| dlq.arn().is_none_or(|arn| arn == target))
    }

    /// The rows of the list.
    pub fn rows(&self) -> Vec<Row> {
        self.census.rows.values().map(|row| self.row(row)).collect()
    }

    fn row(&self, row: &QueueRow) -> Row {
        let attributes = row.attributes.as_deref();
        Row {
            name: row.name.clone(),
            depth: attributes.map(|attributes| attributes.depth),
            dead_letter_queue: row.dead_letter_target().map(QueueArn::name),
            dead: self.dead_letter_queue_of(row).and_then(|dlq| Some(dlq.attributes.as_ref()?.depth.visible)),
            is_dead_letter_queue: !self.sources_of(row).is_empty(),
            visibility_timeout: attributes.map(|attributes| attributes.visibility_timeout),
            retention: attributes.map(|attributes| attributes.retention),
        }
    }

    /// Dead-letter queues with visible messages, the fullest first.
    pub fn attention(&self) -> Vec<Attention> {
        let mut found: Vec<Attention> = self
            .census
            .rows
            .values()
            .filter(|row| row.attributes.as_ref().is_some_and(|attributes| attributes.depth.visible > 0))
            .map(|row| Attention { row: Arc::clone(row), sources: self.sources_of(row).to_vec() })
            .filter(|attention| !attention.sources.is_empty())
            .collect();
        found.sort_by_key(|attention| {
            let visible = attention.row.attributes.as_ref().map_or(0, |attributes| attributes.depth.visible);
            (std::cmp::Reverse(visible), attention.row.name.clone())
        });
        found
    }

    /// The lints of a queue, out of what the poller knows.
    pub fn lints(&self, name: &QueueName, attributes: &Attributes) -> Vec<Lint> {
        let arn = attributes.arn.as_ref();
        let target = match &attributes.redrive_policy {
            None => Target::Unknown,
            Some(policy) => self.target(arn, &policy.dead_letter_target),
        };
        let sources: BTreeSet<&QueueName> = arn.and_then(|arn| self.sources.get(arn)).into_iter().flatten().collect();
        let sources: Vec<Source<'_>> = sources.into_iter().map(|source| self.source(source)).collect();
        health::check(name, attributes, &target, self.census.listed_at.map(|_| sources.as_slice()))
    }

    /// A source with what is known of it.
    pub fn source<'a>(&'a self, name: &'a QueueName) -> Source<'a> {
        (name, self.census.rows.get(name).and_then(|row| row.attributes.as_deref()))
    }

    /// A queue of the same account and region that a complete list does not have is certainly missing.
    fn target(&self, own: Option<&QueueArn>, target: &QueueArn) -> Target<'_> {
        let near = own.is_some_and(|own| own.account() == target.account() && own.region() == target.region());
        match self.census.rows.get(&target.name()) {
            Some(row) if near => row.attributes.as_deref().map_or(Target::Unknown, Target::Known),
            None if near && self.census.listed_at.is_some() => Target::Missing,
            _ => Target::Unknown,
        }
    }
}
