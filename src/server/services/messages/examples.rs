//! What can be said about the messages of a snapshot: every term of the filter language, with an example that some of
//! these very messages match, where there is one. Pure.

use std::sync::Arc;

use super::snapshot::{Entry, Snapshot};
use super::view::subject;
use crate::model::Message;
use crate::model::filter::{Column, EXAMPLES, Kind, Moment, Op, Part, Pattern, Term, Test, Wanted};
use crate::model::message::AttributeValue;

/// How many messages are read for examples – the list is shown at every click – and the longest value, in bytes.
const SAMPLE: usize = 100;
const LONGEST: usize = 40;
/// Characters of a message id.
const ID: usize = 8;
/// A minute in milliseconds.
const MINUTE_MS: i64 = 60_000;

/// A term, and what it finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// As it is typed.
    pub typed: String,
    /// What it finds, in a few words.
    pub says: &'static str,
    /// The term, where messages of the snapshot match it.
    pub term: Option<Term>,
}

/// Every kind of term.
pub fn examples(snapshot: &Snapshot, now_ms: i64) -> Vec<Example> {
    let example = |(usual, says): (&'static str, &'static str)| {
        let term = test(usual, snapshot, now_ms).map(Term::from);
        let typed = term.as_ref().map_or_else(|| usual.to_owned(), Term::to_string);
        Example { typed, says, term }
    };
    EXAMPLES.into_iter().map(example).collect()
}

/// The test that stands for a usual example here.
fn test(usual: &str, snapshot: &Snapshot, now_ms: i64) -> Option<Test> {
    let (index, entries) = (snapshot.index(), &snapshot.entries);
    let messages = || entries.iter().take(SAMPLE).map(|entry| &entry.message);
    let first = |of: fn(&Arc<Message>) -> Option<&str>| messages().find_map(of).map(Pattern::exact);
    match usual.split([':', '>']).next()? {
        "body.order.id" => index.paths().iter().find_map(|path| {
            let column = Column::Path(path.clone());
            let value = sample(entries).find_map(|(at, entry)| column.value(&subject(&index, at, entry, now_ms)))?;
            fitting(value.text()).map(|wanted| Test::Path(path.clone(), wanted))
        }),
        "attr.type" => index.attributes().iter().find_map(|name| {
            let value = sample(entries).find_map(|(_, entry)| match &entry.message.attributes.get(name)?.value {
                AttributeValue::Text(text) => Some(text.clone()),
                AttributeValue::Binary(_) => None,
            })?;
            fitting(value).map(|wanted| Test::Attribute(name.clone(), wanted))
        }),
        "count" if !usual.contains(' ') => {
            messages().filter_map(|message| message.receive_count()).max().map(|most| Test::Count(Op::AtLeast, most))
        }
        "age" => {
            let oldest = messages().filter_map(|message| message.sent_at()).min()?;
            let seconds = u64::try_from((now_ms - oldest) / 1_000).ok()?;
            let unit = [86_400, 3_600, 60, 1].into_iter().find(|unit| seconds >= *unit)?;
            Some(Test::Age(Op::AtLeast, seconds / unit * unit))
        }
        "sent" => {
            let newest = messages().filter_map(|message| message.sent_at()).max()?;
            let moment = Moment { from_ms: newest - newest.rem_euclid(MINUTE_MS), long_ms: MINUTE_MS };
            Some(Test::Sent(Op::AtLeast, moment))
        }
        "size" => {
            let largest = messages().map(|message| message.size() as u64).max()?;
            let unit = if largest >= 1_024 { 1_024 } else { 1 };
            Some(Test::Size(Op::AtLeast, largest / unit * unit))
        }
        "group" => first(|message| message.group_id()).map(Test::Group),
        "source" => {
            messages().find_map(|message| message.source()).map(|arn| Test::Source(Pattern::exact(arn.name().as_str())))
        }
        "is" => (!entries.is_empty()).then(|| Test::Is(Kind::Body(index.shape(0)))),
        "has" => {
            let has = |part: &Part| {
                messages().any(|message| match part {
                    Part::Trace => message.system.contains_key("AWSTraceHeader"),
                    Part::Group => message.group_id().is_some(),
                    Part::Dedup => message.deduplication_id().is_some(),
                    Part::Source => message.source().is_some(),
                    _ => !message.attributes.is_empty(),
                })
            };
            [Part::Trace, Part::Source, Part::Group, Part::Attributes, Part::Dedup].into_iter().find(has).map(Test::Has)
        }
        "id" => {
            let id: String = messages().next()?.id.as_str().chars().take(ID).collect();
            (!id.is_empty()).then(|| Test::Id(Pattern::exact(id)))
        }
        "dedup" => first(|message| message.deduplication_id()).map(Test::Dedup),
        _ => None,
    }
}

fn sample(entries: &[Entry]) -> impl Iterator<Item = (usize, &Entry)> {
    entries.iter().enumerate().take(SAMPLE)
}

/// A value that can be typed.
fn fitting(value: String) -> Option<Wanted> {
    (!value.is_empty() && value.len() <= LONGEST).then(|| Wanted::Fits(Pattern::exact(value)))
}

#[cfg(test)]
mod tests {
    use super::super::snapshot::Origin;
    use super::super::snapshot::tests::message;
    use super::super::view::matching;
    use super::*;
    use crate::model::MessageAttribute;

    const NOW: i64 = 1_795_168_800_000;

    fn snapshot() -> Snapshot {
        let mut one = message("4f1c2a00-1", r#"{"order":{"id":7,"note":"a \"b\" *"}}"#, None);
        let system = [
            ("SentTimestamp", (NOW - 7_300_000).to_string()),
            ("ApproximateReceiveCount", "4".to_owned()),
            ("MessageGroupId", "tenant A*".to_owned()),
            ("DeadLetterQueueSourceArn", "arn:aws:sqs:eu-west-1:123456789012:orders".to_owned()),
        ];
        one.system.extend(system.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let value = AttributeValue::Text("Order \"Failed\"".into());
        one.attributes.insert("the type".into(), MessageAttribute { data_type: "String".into(), value });
        let mut snapshot = Snapshot::begun(Origin::Look, 0, 10, 10, 30);
        snapshot.take(vec![one, message("other", "text", None)], 30_000);
        snapshot
    }

    #[test]
    fn each_is_read_as_it_is_typed_and_finds_something_here() {
        let snapshot = snapshot();
        let examples = examples(&snapshot, NOW);
        assert_eq!(examples.len(), EXAMPLES.len());
        for example in &examples {
            let filter = example.typed.parse().unwrap_or_else(|fault| panic!("{}: {fault:?}", example.typed));
            let found = matching(&snapshot, &filter, None, NOW).len();
            assert!(found > 0 || example.term.is_none(), "{}", example.typed);
        }
        let typed: Vec<&str> = examples.iter().filter(|one| one.term.is_some()).map(|one| one.typed.as_str()).collect();
        let expected = [
            "body.order.id:7",
            "attr.\"the type\":\"Order \\\"Failed\\\"\"",
            "count>=4",
            "age>=2h",
            "sent>=2026-11-20T07:58",
            "size>=65",
            "group:\"tenant A*\"",
            "source:orders",
            "is:json",
            "has:source",
            "id:4f1c2a00",
        ];
        assert_eq!(typed, expected);
    }

    #[test]
    fn where_there_is_nothing_the_usual_ones_stand() {
        let empty = Snapshot::begun(Origin::Look, 0, 10, 10, 30);
        assert!(examples(&empty, NOW).iter().all(|example| example.term.is_none()));
    }
}
