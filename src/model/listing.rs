//! The list of queues: its rows, its small query language, its order and its pages.
//!
//! A query is a few words: a plain word is part of a name; `is:fifo`, `is:standard`, `is:dlq`, `is:empty`; `dlq:yes`,
//! `dlq:no`; `visible>100`, `inflight>0`, `delayed<5`, `dead>0`; a leading `-` negates. What is no qualifier is a word,
//! so that nothing typed is an error.

use super::ids::QueueName;
use super::queue::{Counter, Depth, QueueKind};

/// How many rows a page has.
pub const PAGE: usize = 100;
/// How many dead-letter queues with messages stand above the list; the filter shows all.
pub const ATTENTION: usize = 50;

/// A queue in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: QueueName,
    /// Its counters, absent until they were read.
    pub depth: Option<Depth>,
    /// The dead-letter queue that its redrive policy names.
    pub dead_letter_queue: Option<QueueName>,
    /// Messages visible in that queue, where it is known.
    pub dead: Option<u64>,
    /// Whether another queue's redrive policy names this one.
    pub is_dead_letter_queue: bool,
    /// Visibility timeout, seconds.
    pub visibility_timeout: Option<u32>,
    /// Retention, seconds.
    pub retention: Option<u32>,
}

/// By what the list is ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    /// By name, the default.
    #[default]
    Name,
    /// Standard before FIFO.
    Type,
    /// By visible messages.
    Visible,
    /// By messages in flight.
    InFlight,
    /// By delayed messages.
    Delayed,
    /// By messages in the dead-letter queue.
    Dead,
    /// By visibility timeout.
    Visibility,
    /// By retention.
    Retention,
}

impl Column {
    /// All, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Type,
        Self::Visible,
        Self::InFlight,
        Self::Delayed,
        Self::Dead,
        Self::Visibility,
        Self::Retention,
    ];

    /// Its key in the URL.
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Type => "type",
            Self::Visible => "visible",
            Self::InFlight => "inflight",
            Self::Delayed => "delayed",
            Self::Dead => "dead",
            Self::Visibility => "visibility",
            Self::Retention => "retention",
        }
    }
}

/// What the URL says about the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// The query as typed.
    pub filter: String,
    /// The order.
    pub sort: Column,
    /// Largest first.
    pub descending: bool,
    /// The page, from 1.
    pub page: usize,
}

impl ListQuery {
    /// Reads the URL's parameters; what they do not say, or say wrongly, is the default.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let sort = parameter("sort").unwrap_or_default();
        let (key, descending) = match sort.strip_prefix('-') {
            Some(key) => (key, true),
            None => (sort.as_str(), false),
        };
        Self {
            filter: parameter("filter").unwrap_or_default(),
            sort: Column::ALL.into_iter().find(|column| column.key() == key).unwrap_or_default(),
            descending,
            page: parameter("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1),
        }
    }

    /// The value of `sort` in the URL; empty for the default order.
    pub fn sort_key(&self) -> String {
        match (self.sort, self.descending) {
            (Column::Name, false) => String::new(),
            (column, descending) => format!("{}{}", if descending { "-" } else { "" }, column.key()),
        }
    }

    /// The matching rows in order. Ties are broken by name, so that the order is stable.
    pub fn select(&self, mut rows: Vec<Row>) -> Vec<Row> {
        let terms: Vec<Term> = self.filter.split_whitespace().map(Term::read).collect();
        rows.retain(|row| terms.iter().all(|term| term.matches(row)));
        rows.sort_by(|a, b| {
            let order = match self.sort {
                Column::Name => a.name.as_str().to_lowercase().cmp(&b.name.as_str().to_lowercase()),
                Column::Type => a.name.kind().cmp(&b.name.kind()),
                Column::Visible => a.depth.map(|d| d.visible).cmp(&b.depth.map(|d| d.visible)),
                Column::InFlight => a.depth.map(|d| d.in_flight).cmp(&b.depth.map(|d| d.in_flight)),
                Column::Delayed => a.depth.map(|d| d.delayed).cmp(&b.depth.map(|d| d.delayed)),
                Column::Dead => a.dead.cmp(&b.dead),
                Column::Visibility => a.visibility_timeout.cmp(&b.visibility_timeout),
                Column::Retention => a.retention.cmp(&b.retention),
            };
            let order = if self.descending { order.reverse() } else { order };
            order.then_with(|| a.name.cmp(&b.name))
        });
        rows
    }

    /// The rows of this page out of the selected ones, and the number of pages. A page beyond the last is the last.
    pub fn page_of<'a>(&self, selected: &'a [Row]) -> (&'a [Row], usize, usize) {
        let pages = selected.len().div_ceil(PAGE).max(1);
        let page = self.page.clamp(1, pages);
        let start = (page - 1) * PAGE;
        (&selected[start..selected.len().min(start + PAGE)], page, pages)
    }
}

/// One word of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    negated: bool,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Name(String),
    Kind(QueueKind),
    IsDeadLetterQueue,
    IsEmpty,
    HasDeadLetterQueue(bool),
    Compare(Counted, std::cmp::Ordering, u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    Own(Counter),
    Dead,
}

impl Term {
    fn read(word: &str) -> Self {
        let (negated, rest) = match word.strip_prefix('-') {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, word),
        };
        let test = match rest.to_ascii_lowercase().as_str() {
            "is:fifo" => Test::Kind(QueueKind::Fifo),
            "is:standard" | "is:std" => Test::Kind(QueueKind::Standard),
            "is:dlq" => Test::IsDeadLetterQueue,
            "is:empty" => Test::IsEmpty,
            "dlq:yes" => Test::HasDeadLetterQueue(true),
            "dlq:no" => Test::HasDeadLetterQueue(false),
            lower => compare(lower).unwrap_or_else(|| Test::Name(lower.to_owned())),
        };
        Self { negated, test }
    }

    /// A counter that was not read yet neither matches nor fails a comparison: the row is left out either way.
    fn matches(&self, row: &Row) -> bool {
        let matched = match &self.test {
            Test::Name(part) => Some(row.name.as_str().to_lowercase().contains(part)),
            Test::Kind(kind) => Some(row.name.kind() == *kind),
            Test::IsDeadLetterQueue => Some(row.is_dead_letter_queue),
            Test::IsEmpty => row.depth.map(|depth| depth.total() == 0),
            Test::HasDeadLetterQueue(has) => row.depth.map(|_| row.dead_letter_queue.is_some() == *has),
            Test::Compare(counter, order, bound) => counter.of(row).map(|count| count.cmp(bound) == *order),
        };
        matched.is_some_and(|matched| matched != self.negated)
    }
}

impl Counted {
    fn of(self, row: &Row) -> Option<u64> {
        match self {
            Self::Own(counter) => row.depth.map(|depth| counter.of(depth)),
            Self::Dead => row.dead,
        }
    }
}

fn compare(word: &str) -> Option<Test> {
    let at = word.find(['>', '<', '='])?;
    let counted = match &word[..at] {
        "visible" => Counted::Own(Counter::Visible),
        "inflight" => Counted::Own(Counter::InFlight),
        "delayed" => Counted::Own(Counter::Delayed),
        "dead" => Counted::Dead,
        _ => return None,
    };
    let order = match &word[at..=at] {
        ">" => std::cmp::Ordering::Greater,
        "<" => std::cmp::Ordering::Less,
        _ => std::cmp::Ordering::Equal,
    };
    Some(Test::Compare(counted, order, word[at + 1..].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, visible: u64, dlq: Option<&str>) -> Row {
        Row {
            name: name.parse().unwrap(),
            depth: Some(Depth { visible, ..Depth::default() }),
            dead_letter_queue: dlq.map(|dlq| dlq.parse().unwrap()),
            dead: dlq.map(|_| 3),
            is_dead_letter_queue: name.contains("dlq"),
            visibility_timeout: Some(30),
            retention: Some(345_600),
        }
    }

    fn names(filter: &str, sort: &str) -> Vec<String> {
        let rows = vec![
            row("orders", 12, Some("orders-dlq")),
            row("orders-dlq", 3, None),
            row("Trades.fifo", 120, None),
            Row { depth: None, ..row("unread", 0, None) },
        ];
        let query = ListQuery::read(|name| match name {
            "filter" => Some(filter.to_owned()),
            "sort" => Some(sort.to_owned()),
            _ => None,
        });
        query.select(rows).into_iter().map(|row| row.name.to_string()).collect()
    }

    #[test]
    fn a_query_is_words_and_qualifiers() {
        assert_eq!(names("", ""), ["orders", "orders-dlq", "Trades.fifo", "unread"]);
        assert_eq!(names("ORD", ""), ["orders", "orders-dlq"]);
        assert_eq!(names("ord -is:dlq", ""), ["orders"]);
        assert_eq!(names("is:fifo", ""), ["Trades.fifo"]);
        assert_eq!(names("dlq:no", ""), ["orders-dlq", "Trades.fifo"], "the unread is not known to have none");
        assert_eq!(names("visible>11", ""), ["orders", "Trades.fifo"]);
        assert_eq!(names("dead>0", ""), ["orders"]);
        assert_eq!(names("visible>x", ""), Vec::<String>::new(), "no number, so a word");
    }

    #[test]
    fn the_order_is_in_the_url() {
        assert_eq!(names("", "-visible"), ["Trades.fifo", "orders", "orders-dlq", "unread"]);
        assert_eq!(names("", "nonsense"), names("", "name"));
        let query = ListQuery { sort: Column::Dead, descending: true, ..ListQuery::default() };
        assert_eq!(query.sort_key(), "-dead");
        assert_eq!(ListQuery::default().sort_key(), "");
    }

    #[test]
    fn a_page_beyond_the_last_is_the_last() {
        let rows: Vec<Row> = (0..250).map(|i| row(&format!("q{i:03}"), i, None)).collect();
        let query = ListQuery { page: 9, ..ListQuery::default() };
        let (shown, page, pages) = query.page_of(&rows);
        assert_eq!((shown.len(), page, pages), (50, 3, 3));
        assert_eq!(query.page_of(&[]), (&[][..], 1, 1));
    }
}
