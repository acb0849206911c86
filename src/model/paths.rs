//! Every URL of the console, built and percent-encoded here and nowhere else.
//!
//! The encoding is also what keeps `leptos_axum::redirect` from panicking on a path that is no header value.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::archive::CopyId;
use super::ids::{ConnectionName, MessageId, QueueName};
use super::journal::RedriveId;

/// All but the unreserved characters of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One path segment or query value.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Appends to the query of a path, before its fragment; pairs with an empty value are left out.
pub fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    if let Some((path, fragment)) = path.split_once('#') {
        return format!("{}#{fragment}", with_query(path, pairs));
    }
    let query: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    match (query.is_empty(), path.contains('?')) {
        (true, _) => path.to_owned(),
        (false, joins) => format!("{path}{}{}", if joins { '&' } else { '?' }, query.join("&")),
    }
}

/// The pages of one queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueuePage {
    /// What it is.
    Overview,
    /// Look, receive, act.
    Messages,
    /// Compose.
    Send,
    /// Native redrive (dead-letter queues).
    Redrive,
    /// Attributes and policies.
    Settings,
    /// Copies of what was removed from it.
    Deleted,
    /// Purge and delete.
    Danger,
}

/// Home of a connection.
pub fn home(connection: &ConnectionName) -> String {
    format!("/{}", encode(connection.as_str()))
}

/// The form for a new queue. Not below `queues/`: `new` is a name that a queue may have.
pub fn new_queue(connection: &ConnectionName) -> String {
    format!("{}/new-queue", home(connection))
}

/// A page of a queue.
pub fn queue(connection: &ConnectionName, queue: &QueueName, page: QueuePage) -> String {
    let base = format!("{}/queues/{}", home(connection), encode(queue.as_str()));
    match page {
        QueuePage::Overview => base,
        QueuePage::Messages => base + "/messages",
        QueuePage::Send => base + "/send",
        QueuePage::Redrive => base + "/redrive",
        QueuePage::Settings => base + "/settings",
        QueuePage::Deleted => base + "/deleted",
        QueuePage::Danger => base + "/danger",
    }
}

/// One message of a queue's snapshot.
pub fn message(connection: &ConnectionName, name: &QueueName, id: &MessageId) -> String {
    format!("{}/{}", queue(connection, name, QueuePage::Messages), encode(id.as_str()))
}

/// The form that edits a message and sends the copy.
pub fn edit(connection: &ConnectionName, name: &QueueName, id: &MessageId) -> String {
    format!("{}/edit", message(connection, name, id))
}

/// Two messages of a queue compared. Not below `messages/`: `compare` could be a message's id.
pub fn compare(connection: &ConnectionName, name: &QueueName, first: &str, second: &str) -> String {
    let base = format!("{}/compare", queue(connection, name, QueuePage::Overview));
    with_query(&base, &[("a", first), ("b", second)])
}

/// A frozen set of a queue's messages.
pub fn chosen(connection: &ConnectionName, name: &QueueName, id: &str) -> String {
    format!("{}/chosen/{}", queue(connection, name, QueuePage::Overview), encode(id))
}

/// The form that edits every message of a frozen set.
pub fn edit_chosen(connection: &ConnectionName, name: &QueueName, id: &str) -> String {
    format!("{}/edit", chosen(connection, name, id))
}

/// What a downloaded file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Download {
    /// One JSON object a line, lossless.
    Ndjson,
    /// For spreadsheets.
    Csv,
}

impl Download {
    /// How its file's name ends.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }
}

/// The messages of a queue's snapshot as a file: all, those that a filter matches (causes by `by`), or one.
pub fn export(connection: &ConnectionName, name: &QueueName, format: Download, query: &[(&str, &str)]) -> String {
    let path = format!("{}/export.{}", queue(connection, name, QueuePage::Overview), format.ending());
    with_query(&path, query)
}

/// A frozen set as a file.
pub fn export_chosen(connection: &ConnectionName, name: &QueueName, id: &str, format: Download) -> String {
    format!("{}/export.{}", chosen(connection, name, id), format.ending())
}

/// The form that imports messages, and what a file holds that was read there.
pub fn import(connection: &ConnectionName, name: &QueueName, upload: &str) -> String {
    with_query(&format!("{}/import", queue(connection, name, QueuePage::Overview)), &[("upload", upload)])
}

/// The copies of what was removed: of a queue or of all, of one deletion or of all.
pub fn deleted(connection: &ConnectionName, name: Option<&QueueName>, deletion: Option<&str>) -> String {
    let page = match name {
        Some(name) => queue(connection, name, QueuePage::Deleted),
        None => format!("{}/deleted", home(connection)),
    };
    with_query(&page, &[("of", deletion.unwrap_or_default())])
}

/// One copy.
pub fn kept_copy(connection: &ConnectionName, id: &CopyId) -> String {
    format!("{}/deleted/{id}", home(connection))
}

/// A job.
pub fn job(connection: &ConnectionName, id: &str) -> String {
    format!("{}/jobs/{}", home(connection), encode(id))
}

/// The plan of a selective redrive.
pub fn plan(connection: &ConnectionName, name: &QueueName, id: &str) -> String {
    format!("{}/plan/{}", queue(connection, name, QueuePage::Overview), encode(id))
}

/// All redrives of a connection.
pub fn redrives(connection: &ConnectionName) -> String {
    format!("{}/redrives", home(connection))
}

/// A selective redrive.
pub fn redrive(connection: &ConnectionName, id: &RedriveId) -> String {
    format!("{}/{}", redrives(connection), encode(id.as_str()))
}

/// The report of a selective redrive as a file.
pub fn export_redrive(connection: &ConnectionName, id: &RedriveId) -> String {
    format!("{}/export.{}", redrive(connection, id), Download::Ndjson.ending())
}

/// The audit log of a connection.
pub fn activity(connection: &ConnectionName) -> String {
    format!("{}/activity", home(connection))
}

/// The endpoint of a server function, e.g. `queues/create`. The name is one of ours and needs no encoding.
pub fn api(endpoint: &str) -> String {
    format!("/api/{endpoint}")
}

/// The document's server-sent-event stream: about one queue, about a job, and about the list of queues that a query
/// describes. With `holds` it says by being open that somebody works on the queue's messages.
pub fn events(
    connection: &ConnectionName,
    focus: Option<&QueueName>,
    job: Option<&str>,
    list: Option<&str>,
    holds: bool,
) -> String {
    let (focus, job) = (focus.map_or("", QueueName::as_str), job.unwrap_or_default());
    let url = with_query(
        "/events",
        &[
            ("connection", connection.as_str()),
            ("focus", focus),
            ("job", job),
            ("holds", if holds { "on" } else { "" }),
        ],
    );
    // A list without a query is still a list.
    list.map_or(url.clone(), |query| format!("{url}&list={}", encode(query)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_stands_before_the_fragment() {
        assert_eq!(with_query("/a?b=c#d", &[("e", "f g"), ("h", "")]), "/a?b=c&e=f%20g#d");
        assert_eq!(with_query("/a#d", &[]), "/a#d");
    }

    #[test]
    fn every_url() {
        let c: ConnectionName = "prod-eu".parse().unwrap();
        let q: QueueName = "TradeStatus.fifo".parse().unwrap();
        let all = [
            home(&c),
            new_queue(&c),
            queue(&c, &q, QueuePage::Overview),
            queue(&c, &q, QueuePage::Messages),
            queue(&c, &q, QueuePage::Send),
            queue(&c, &q, QueuePage::Redrive),
            queue(&c, &q, QueuePage::Settings),
            queue(&c, &q, QueuePage::Danger),
            message(&c, &q, &MessageId::new("a/b?c\r\nd")),
            activity(&c),
            api("queues/create"),
            events(&c, Some(&q), None, None, true),
            events(&c, Some(&q), Some("j1"), None, false),
            chosen(&c, &q, "s1"),
            edit(&c, &q, &MessageId::new("a/b")),
            edit_chosen(&c, &q, "s1"),
            compare(&c, &q, "a/b", "c&d"),
            job(&c, "j1"),
            plan(&c, &q, "p1"),
            redrives(&c),
            export_redrive(&c, &RedriveId::new("r/1")),
            export(&c, &q, Download::Ndjson, &[("filter", "a b"), ("message", "")]),
            export_chosen(&c, &q, "s1", Download::Csv),
            import(&c, &q, "u1"),
            deleted(&c, Some(&q), Some("d1")),
            deleted(&c, None, None),
            kept_copy(&c, &"0".repeat(32).parse().unwrap()),
            events(&c, None, None, Some("sort=name&filter=a b"), false),
        ];
        assert_eq!(
            all.join("\n"),
            "/prod-eu
/prod-eu/new-queue
/prod-eu/queues/TradeStatus.fifo
/prod-eu/queues/TradeStatus.fifo/messages
/prod-eu/queues/TradeStatus.fifo/send
/prod-eu/queues/TradeStatus.fifo/redrive
/prod-eu/queues/TradeStatus.fifo/settings
/prod-eu/queues/TradeStatus.fifo/danger
/prod-eu/queues/TradeStatus.fifo/messages/a%2Fb%3Fc%0D%0Ad
/prod-eu/activity
/api/queues/create
/events?connection=prod-eu&focus=TradeStatus.fifo&holds=on
/events?connection=prod-eu&focus=TradeStatus.fifo&job=j1
/prod-eu/queues/TradeStatus.fifo/chosen/s1
/prod-eu/queues/TradeStatus.fifo/messages/a%2Fb/edit
/prod-eu/queues/TradeStatus.fifo/chosen/s1/edit
/prod-eu/queues/TradeStatus.fifo/compare?a=a%2Fb&b=c%26d
/prod-eu/jobs/j1
/prod-eu/queues/TradeStatus.fifo/plan/p1
/prod-eu/redrives
/prod-eu/redrives/r%2F1/export.ndjson
/prod-eu/queues/TradeStatus.fifo/export.ndjson?filter=a%20b
/prod-eu/queues/TradeStatus.fifo/chosen/s1/export.csv
/prod-eu/queues/TradeStatus.fifo/import?upload=u1
/prod-eu/queues/TradeStatus.fifo/deleted?of=d1
/prod-eu/deleted
/prod-eu/deleted/00000000000000000000000000000000
/events?connection=prod-eu&list=sort%3Dname%26filter%3Da%20b"
        );
    }
}
