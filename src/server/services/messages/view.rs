//! A list of a snapshot's messages: those that match, in order, and what they have in common. Pure; takes milliseconds
//! where a snapshot has ten thousand messages.

use std::collections::BTreeMap;

use super::index::Index;
use super::snapshot::{Entry, Origin, Snapshot, Standing};
use crate::model::filter::query::ROWS;
use crate::model::filter::{
    Column, Filter, JsonPath, Kind, Op, Pattern, Query, Shape, State, Subject, Term, Test, Wanted,
};
use crate::model::message::AttributeValue;

/// How many values of a facet are shown, how many facets, and of how many values one may be.
const VALUES: usize = 8;
const FACETS: usize = 8;
const DISTINCT: usize = 200;
/// The longest value of a facet, in bytes.
const LONGEST: usize = 80;

/// A list of messages.
#[derive(Debug)]
pub struct View {
    /// The places in the snapshot of those that match, in order.
    pub rows: Vec<usize>,
    /// How many there are in all.
    pub total: usize,
    /// What those that match have in common.
    pub facets: Vec<Facet>,
    /// The columns to show.
    pub columns: Vec<Column>,
    /// The page that is shown, from 1, and how many there are.
    pub page: (usize, usize),
}

/// A property, and how many messages have which value of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Facet {
    /// What it is called.
    pub name: String,
    /// Its values, the most common first.
    pub values: Vec<Choice>,
    /// How many more there are.
    pub more: usize,
}

/// One value.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// As it is shown.
    pub label: String,
    /// What a filter says for it.
    pub term: Term,
    /// How many messages have it.
    pub count: usize,
}

impl View {
    /// The places of the messages on the page that is shown.
    pub fn shown(&self) -> &[usize] {
        let from = (self.page.0 - 1) * ROWS;
        &self.rows[from.min(self.rows.len())..(from + ROWS).min(self.rows.len())]
    }
}

/// A message of the snapshot as a filter sees it.
pub fn subject<'a>(index: &Index, at: usize, entry: &'a Entry, now_ms: i64) -> Subject<'a> {
    let state = match entry.standing {
        Standing::Deleted => State::Deleted,
        Standing::Returned => State::Returned,
        Standing::Held { .. } if entry.actionable(now_ms) => State::Held,
        Standing::HandedOver => State::Held,
        Standing::Held { .. } | Standing::Untouched => State::Free,
    };
    let failed = entry.failed.is_some();
    Subject { shape: Some(index.shape(at)), state, failed, ..Subject::of(&entry.message, now_ms) }
}

/// The places in the snapshot of the messages that match, in the order in which they came.
/// Causes are told apart by `by`, or by the best that the messages tell.
pub fn matching(snapshot: &Snapshot, filter: &Filter, by: Option<&JsonPath>, now_ms: i64) -> Vec<usize> {
    let index = snapshot.index();
    let causes = filter.asks_for_causes().then(|| index.causes(by));
    let entries = snapshot.entries.iter().enumerate();
    let matches = |at: usize, entry: &Entry| {
        let cause = causes.as_ref().and_then(|causes| causes.key_of(at));
        filter.matches(&Subject { cause, ..subject(&index, at, entry, now_ms) })
    };
    entries.filter(|(at, entry)| matches(*at, entry)).map(|(at, _)| at).collect()
}

/// What a query shows of a snapshot.
pub fn view(snapshot: &Snapshot, query: &Query, now_ms: i64) -> View {
    let index = snapshot.index();
    let rows = matching(snapshot, &query.filter, query.by.as_ref(), now_ms);
    let of = |at: usize| subject(&index, at, &snapshot.entries[at], now_ms);
    let columns = if query.columns.is_empty() { usual(snapshot) } else { query.columns.clone() };
    let facets = facets(&rows, &columns, &index, of);
    let rows = ordered(rows, query, of);
    let pages = rows.len().div_ceil(ROWS).max(1);
    View { total: snapshot.entries.len(), facets, columns, page: (query.page.clamp(1, pages), pages), rows }
}

/// The places in the snapshot of the messages that a query is about, in its order.
pub fn rows(snapshot: &Snapshot, query: &Query, now_ms: i64) -> Vec<usize> {
    if query.filter.is_empty() && query.sort.is_none() {
        return (0..snapshot.entries.len()).collect();
    }
    let index = snapshot.index();
    let rows = matching(snapshot, &query.filter, query.by.as_ref(), now_ms);
    ordered(rows, query, |at| subject(&index, at, &snapshot.entries[at], now_ms))
}

/// Those without a value come last, whichever way; equal ones stay as they came.
fn ordered<'a>(rows: Vec<usize>, query: &Query, of: impl Fn(usize) -> Subject<'a>) -> Vec<usize> {
    let Some((column, descending)) = &query.sort else { return rows };
    let mut keyed: Vec<_> = rows.into_iter().map(|at| (column.value(&of(at)), at)).collect();
    keyed.sort_by(|(a, _), (b, _)| match (a, b) {
        (Some(a), Some(b)) if *descending => b.cmp(a),
        (Some(a), Some(b)) => a.cmp(b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    keyed.into_iter().map(|(_, at)| at).collect()
}

/// The columns where nobody chose any: what these messages have.
fn usual(snapshot: &Snapshot) -> Vec<Column> {
    let has = |what: fn(&Entry) -> bool| snapshot.entries.iter().any(what);
    let mut columns = vec![Column::Sent, Column::Receives, Column::Size];
    if has(|entry| entry.message.group_id().is_some()) {
        columns.push(Column::Group);
    }
    if has(|entry| entry.message.source().is_some()) {
        columns.push(Column::Source);
    }
    let acted =
        has(|entry| matches!(entry.standing, Standing::Held { .. } | Standing::Deleted) || entry.failed.is_some());
    if acted || snapshot.origin == Origin::Hold {
        columns.push(Column::State);
    }
    columns.push(Column::Body);
    columns
}

/// Counts values as long as they are few.
#[derive(Default)]
struct Count {
    counts: BTreeMap<String, usize>,
    /// Whether there were too many, or too long ones, for anybody to choose from.
    many: bool,
}

impl Count {
    fn add(&mut self, value: &str) {
        if self.many {
            return;
        }
        if let Some(count) = self.counts.get_mut(value) {
            *count += 1;
        } else if value.len() > LONGEST || value.is_empty() || self.counts.len() == DISTINCT {
            self.many = true;
        } else {
            self.counts.insert(value.to_owned(), 1);
        }
    }

    /// The facet; none where each value is another one.
    fn facet(self, name: String, term: impl Fn(&str) -> Test) -> Option<Facet> {
        let distinct = self.counts.len();
        let told = self.counts.values().sum::<usize>();
        if self.many || distinct == 0 || distinct > VALUES && distinct * 2 > told {
            return None;
        }
        let mut counts: Vec<_> = self.counts.into_iter().collect();
        counts.sort_by(|(a, many), (b, more)| more.cmp(many).then_with(|| a.cmp(b)));
        let choice = |(label, count): (String, usize)| Choice { term: term(&label).into(), label, count };
        let values = counts.into_iter().take(VALUES).map(choice).collect();
        Some(Facet { name, values, more: distinct.saturating_sub(VALUES) })
    }
}

/// How many receives belong together.
const BANDS: [(&str, Op, u32); 4] =
    [("1", Op::Is, 1), ("2", Op::Is, 2), ("3 or more", Op::AtLeast, 3), ("10 or more", Op::AtLeast, 10)];

fn facets<'a>(rows: &[usize], columns: &[Column], index: &Index, of: impl Fn(usize) -> Subject<'a>) -> Vec<Facet> {
    let mut shapes: BTreeMap<Shape, usize> = BTreeMap::new();
    let mut bands = [0; BANDS.len()];
    let (mut source, mut group) = (Count::default(), Count::default());
    let mut attributes: Vec<(&String, Count)> =
        index.attributes().iter().take(FACETS).map(|name| (name, Count::default())).collect();
    let paths = columns.iter().filter_map(|column| if let Column::Path(path) = column { Some(path) } else { None });
    let mut paths: Vec<_> = paths.take(FACETS / 2).map(|path| (path, Count::default())).collect();
    for at in rows {
        let subject = of(*at);
        let message = subject.message;
        *shapes.entry(subject.shape()).or_default() += 1;
        if let Some(received) = message.receive_count() {
            for (count, (_, op, than)) in bands.iter_mut().zip(BANDS) {
                *count += usize::from(op.allows(received.cmp(&than)));
            }
        }
        if let Some(arn) = message.system.get("DeadLetterQueueSourceArn") {
            source.add(arn.rsplit(':').next().unwrap_or(arn));
        }
        if let Some(id) = message.group_id() {
            group.add(id);
        }
        for (name, count) in &mut attributes {
            if let Some(AttributeValue::Text(text)) = message.attributes.get(*name).map(|attribute| &attribute.value) {
                count.add(text);
            }
        }
        for (path, count) in &mut paths {
            if let Some(value) = (!count.many).then(|| Column::Path((*path).clone()).value(&subject)).flatten() {
                count.add(&value.text());
            }
        }
    }
    let facet =
        |name: &str, values: Vec<Choice>| (values.len() > 1).then(|| Facet { name: name.to_owned(), values, more: 0 });
    let kinds = shapes.into_iter().map(|(shape, count)| Choice {
        label: shape.key().to_owned(),
        term: Test::Is(Kind::Body(shape)).into(),
        count,
    });
    let received = BANDS.into_iter().zip(bands).filter(|(_, count)| *count > 0);
    let received = received.map(|((label, op, than), count)| Choice {
        label: label.to_owned(),
        term: Test::Count(op, than).into(),
        count,
    });
    let mut all: Vec<Option<Facet>> = vec![
        source.facet("Failed in".to_owned(), |name| Test::Source(Pattern::exact(name))),
        facet("Body", kinds.collect()),
        facet("Receives", received.collect()),
        group.facet("Group".to_owned(), |id| Test::Group(Pattern::exact(id))),
    ];
    all.extend(paths.into_iter().map(|(path, count)| {
        count.facet(path.to_string(), |value| Test::Path(path.clone(), Wanted::Fits(Pattern::exact(value))))
    }));
    all.extend(attributes.into_iter().map(|(name, count)| {
        count.facet(name.clone(), |value| Test::Attribute(name.clone(), Wanted::Fits(Pattern::exact(value))))
    }));
    all.into_iter().flatten().take(FACETS).collect()
}

#[cfg(test)]
mod tests {
    use super::super::snapshot::tests::message;
    use super::*;
    use crate::model::MessageAttribute;

    fn snapshot() -> Snapshot {
        let mut snapshot = Snapshot::begun(Origin::Look, 0, 10, 10, 30);
        let messages = (0..250).map(|n| {
            let mut message = message(&format!("m{n}"), &format!(r#"{{"n":{n},"half":"{}"}}"#, n / 125), None);
            message.system.insert("ApproximateReceiveCount".into(), (n % 3 + 1).to_string());
            let value = AttributeValue::Text(["red", "green"][n % 2].into());
            message.attributes.insert("colour".into(), MessageAttribute { data_type: "String".into(), value });
            message
        });
        snapshot.take(messages.collect(), 30_000);
        snapshot
    }

    fn query(url: &[(&str, &str)]) -> Query {
        Query::read(|name| url.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn rows_match_and_are_in_order_page_by_page() {
        let snapshot = snapshot();
        let all = view(&snapshot, &query(&[]), 0);
        assert_eq!((all.rows.len(), all.total, all.page, all.shown().len()), (250, 250, (1, 3), 100));
        let query = query(&[("filter", "body.n>=100 attr.colour:red"), ("sort", "-body:n"), ("page", "9")]);
        let some = view(&snapshot, &query, 0);
        assert_eq!((some.rows[0], some.rows.len(), some.page), (248, 75, (1, 1)));
        assert_eq!(rows(&snapshot, &query, 0), some.rows);
        assert_eq!(rows(&snapshot, &Query::default(), 0), all.rows);
        assert_eq!(matching(&snapshot, &query.filter, None, 0).first(), Some(&100));
        let last = view(&snapshot, &Query { page: 3, ..Query::default() }, 0);
        assert_eq!(last.shown(), (200..250).collect::<Vec<_>>());
    }

    #[test]
    fn a_cause_is_found_by_its_key() {
        let mut snapshot = snapshot();
        let mut failed = message("failed", "{}", None);
        let value = AttributeValue::Text("Timeout".into());
        failed.attributes.insert("ErrorCode".into(), MessageAttribute { data_type: "String".into(), value });
        snapshot.take(vec![failed], 30_000);
        let key = snapshot.index().causes(None).key_of(250).unwrap().to_owned();
        assert_eq!(matching(&snapshot, &format!("cause:{key}").parse().unwrap(), None, 0), [250]);
        assert_eq!(matching(&snapshot, &format!("-cause:{key}").parse().unwrap(), None, 0).len(), 250);
    }

    #[test]
    fn facets_count_what_matches_and_their_terms_find_it() {
        let snapshot = snapshot();
        let query = query(&[("filter", "body.n<100"), ("columns", "body:n,body:half")]);
        let view = view(&snapshot, &query, 0);
        let names: Vec<&str> = view.facets.iter().map(|facet| facet.name.as_str()).collect();
        assert_eq!(names, ["Receives", "half", "colour"], "each n is another, and all bodies are JSON");
        for choice in view.facets.iter().flat_map(|facet| &facet.values) {
            let found = matching(&snapshot, &query.filter.with(choice.term.clone()), None, 0);
            assert_eq!(found.len(), choice.count, "{choice:?}");
        }
    }
}
