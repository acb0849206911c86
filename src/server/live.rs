//! What the event stream asks of the services: which poller, which queues a list shows, what is held, who is there.
//! May use: everything below it.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::watch;

use super::http::events::Source;
use super::services::Services;
use super::services::overview::Overview;
use super::services::poller::{Census, Poller};
use crate::model::journal::RedriveId;
use crate::model::listing::{ATTENTION, ListQuery};
use crate::model::live::Progress;
use crate::model::{ConnectionName, QueueArn, QueueName};

/// The news that something has ended.
fn ended(id: &str) -> watch::Receiver<Progress> {
    let ended = Progress { of: id.to_owned(), count: 0, state: String::new(), done: true, waits: false, until: None };
    watch::channel(ended).1
}

impl Source for Services {
    fn poller(&self, connection: &ConnectionName) -> Option<Arc<Poller>> {
        self.connection_of(connection).ok().map(|connection| Arc::clone(connection.poller()))
    }

    /// The rows of home with the dead-letter queues whose depth they show, then what needs attention.
    fn listed(&self, census: &Arc<Census>, query: &str) -> Vec<QueueName> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        let read = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.clone());
        let query = ListQuery::read(read);
        let overview = Overview::of(Arc::clone(census));
        let selected = query.select(overview.rows());
        let mut shown: Vec<QueueName> = Vec::new();
        for row in query.page_of(&selected).0 {
            let known = census.rows.get(&row.name);
            let target = known.and_then(|row| row.dead_letter_target()).map(QueueArn::name);
            shown.push(row.name.clone());
            shown.extend(target);
        }
        shown.extend(overview.attention().into_iter().take(ATTENTION).map(|found| found.row.name.clone()));
        let mut seen = HashSet::new();
        shown.retain(|name| seen.insert(name.clone()));
        shown
    }

    fn holding(&self, connection: &ConnectionName, queue: &QueueName) -> Option<watch::Receiver<Progress>> {
        self.connection_of(connection).ok()?.follow_hold(queue)
    }

    fn present(&self, connection: &ConnectionName, queue: &QueueName) -> Option<Box<dyn Send>> {
        let connection = self.connection_of(connection).ok()?;
        Some(Box::new(connection.seat(queue, true)))
    }

    fn job(&self, connection: &ConnectionName, id: &str) -> Option<watch::Receiver<Progress>> {
        let connection = self.connection_of(connection).ok()?;
        if let Some(job) = connection.jobs().find(id) {
            return Some(job.follow());
        }
        let redrive = RedriveId::new(id);
        // Where it has ended since the page was made, the page must hear of it once.
        Some(connection.follow_selective(&redrive).unwrap_or_else(|| ended(id)))
    }

    fn now_ms(&self) -> i64 {
        Self::now_ms(self)
    }
}
