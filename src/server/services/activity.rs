//! The audit log, a page at a time.

use super::connection::Connection;
use super::report;
use crate::model::activity::ActivityId;
use crate::model::{Activity, Failure, QueueName, Verb};
use crate::server::store::ActivityQuery;

/// How many entries a page shows.
pub const PAGE: u32 = 50;

/// Which entries someone wants to see, as the query of the page says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only of this queue: its whole name, as typed.
    pub queue: String,
    /// Only of this kind.
    pub verb: Option<Verb>,
    /// Only those that say this somewhere.
    pub text: String,
    /// Only those before this one: the last of the page before.
    pub before: Option<ActivityId>,
}

impl Filter {
    /// Reads the query of a URL; what is no filter filters nothing.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| get(name).unwrap_or_default().trim().to_owned();
        Self {
            queue: text("queue"),
            verb: text("verb").parse().ok(),
            text: text("text"),
            before: text("before").parse().ok(),
        }
    }

    /// Whether it lets every entry through, the page aside.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.verb.is_none() && self.text.is_empty()
    }
}

/// A page of the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// Its entries, newest first.
    pub entries: Vec<Activity>,
    /// How many the filter finds on all pages.
    pub total: u64,
    /// What the next page comes before, where there is one.
    pub older: Option<ActivityId>,
}

impl Connection {
    /// A page of the audit log of this connection. No request to SQS.
    pub async fn activity(&self, filter: &Filter) -> Result<Log, Failure> {
        let queue: Option<QueueName> = match filter.queue.as_str() {
            "" => None,
            typed => match typed.parse() {
                Ok(queue) => Some(queue),
                // Nothing was ever done to a queue that cannot exist.
                Err(_) => return Ok(Log::default()),
            },
        };
        let query = ActivityQuery {
            queue,
            verb: filter.verb,
            text: Some(filter.text.clone()).filter(|text| !text.is_empty()),
            before: filter.before,
            limit: PAGE + 1,
            ..ActivityQuery::of(self.name().clone())
        };
        let (entries, total) = tokio::try_join!(self.store().activity(&query), self.store().count(&query))
            .map_err(|error| report::store(&error))?;
        Ok(page(entries, total))
    }

    /// Whether what the console remembers outlives the process: the audit log, the journal of redrives, saved filters.
    pub fn remembers(&self) -> bool {
        self.store().is_durable()
    }
}

/// One entry more than a page holds was asked for: it says that there is a next page.
fn page(mut entries: Vec<Activity>, total: u64) -> Log {
    let more = entries.len() > PAGE as usize;
    entries.truncate(PAGE as usize);
    let older = entries.last().filter(|_| more).map(|last| last.id);
    Log { entries, total, older }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::activity::{Detail, Entry};

    fn entry(id: i64) -> Activity {
        let entry = Entry {
            at_ms: id,
            who: "alex".into(),
            connection: "local".parse().unwrap(),
            queue: None,
            verb: Verb::CreateQueue,
            detail: Detail::new(),
            cli: String::new(),
        };
        Activity { id: ActivityId(id), entry, outcome: None, finished_ms: None }
    }

    #[test]
    fn a_query_is_read_and_nonsense_filters_nothing() {
        let read = |pairs: &[(&str, &str)]| {
            Filter::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        let filter = read(&[("queue", " orders "), ("verb", "purge-queue"), ("text", "403"), ("before", "17")]);
        assert_eq!((filter.queue.as_str(), filter.verb), ("orders", Some(Verb::PurgeQueue)));
        assert_eq!((filter.text.as_str(), filter.before), ("403", Some(ActivityId(17))));
        assert!(read(&[("verb", "drop-table"), ("before", "x")]).is_empty());
    }

    #[test]
    fn there_is_a_next_page_only_where_there_is_more() {
        let of = |n: i64| page((0..n).rev().map(entry).collect(), n.unsigned_abs());
        assert_eq!(of(i64::from(PAGE)).older, None);
        let full = of(i64::from(PAGE) + 1);
        assert_eq!((full.entries.len(), full.older), (PAGE as usize, Some(ActivityId(1))));
    }
}
