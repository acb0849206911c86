//! The pre-flight in tables: one fact changed, and what is then said.

use serde_json::json;

use super::*;
use crate::model::Code;
use crate::model::queue::{Depth, Encryption, FifoSettings};

const NOW: i64 = 1_000_000_000_000;
const DAY: i64 = 86_400_000;

fn name(text: &str) -> QueueName {
    text.parse().unwrap()
}

fn arn(text: &str) -> QueueArn {
    format!("arn:aws:sqs:eu-west-1:1:{text}").parse().unwrap()
}

fn known(of: &str) -> Attributes {
    Attributes { arn: Some(arn(of)), ..Attributes::default() }
}

fn arrival(of: &str) -> Arrival {
    Arrival { name: name(of), known: Known::Read(Box::new(known(of))), going: None }
}

/// A dead-letter queue with ten messages of which nothing else is known, to its source.
fn facts() -> Facts {
    Facts {
        queue: name("orders-dlq"),
        arn: arn("orders-dlq"),
        attributes: Attributes { depth: Depth { visible: 10, ..Depth::default() }, ..known("orders-dlq") },
        going: None,
        sources: Ok(vec![name("orders")]),
        destination: None,
        arrivals: vec![arrival("orders")],
        rate: None,
        busy: Ok(false),
        selective: None,
        failed: None,
        put_back: 0,
        running: Running { tasks: 0, read: 1, of: 2, age_ms: 4_000 },
        exist: Some(vec![name("orders"), name("orders-dlq"), name("rescue")]),
        seen: None,
        now_ms: NOW,
    }
}

fn seen() -> Seen {
    let origins = [(Some(arn("orders")), 4)].into_iter().collect();
    Seen { at_ms: NOW - 60_000, messages: 4, first_expiry_ms: Some(NOW + 3 * DAY), origins, ..Seen::default() }
}

fn to(of: &str) -> Facts {
    Facts { destination: Some(name(of)), arrivals: vec![arrival(of)], ..facts() }
}

fn with(change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = facts();
    change(&mut facts);
    facts
}

/// Facts about one arrival, changed.
fn arriving(change: impl FnOnce(&mut Attributes)) -> Facts {
    let mut its = known("orders");
    change(&mut its);
    Facts { arrivals: vec![Arrival { known: Known::Read(Box::new(its)), ..arrival("orders") }], ..facts() }
}

fn deny(action: &str, condition: Option<serde_json::Value>) -> String {
    let mut statement = json!({ "Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*" });
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    json!({ "Statement": [statement] }).to_string()
}

/// All that is said of a severity, with ordinary spaces.
fn said(facts: &Facts, severity: Severity) -> String {
    let of = facts.findings().into_iter().filter(|finding| finding.severity == severity);
    let all: Vec<String> = of.map(|finding| format!("{} {}", finding.sentence, finding.advice)).collect();
    all.join("\n").replace(['\u{202F}', '\u{A0}'], " ")
}

#[test]
fn an_ordinary_redrive_is_neither_blocked_nor_warned_of() {
    for facts in [facts(), to("rescue")] {
        assert_eq!(facts.obstacle(), None);
        assert_eq!(said(&facts, Severity::Warns), "");
        let told = said(&facts, Severity::Tells);
        assert!(told.contains("IAM") && told.contains("not known"), "what cannot be read is said: {told}");
    }
}

#[test]
fn each_obstacle_blocks_with_the_words_of_the_refusal() {
    let gone = |how| Facts { arrivals: vec![Arrival { going: Some(how), ..arrival("orders") }], ..facts() };
    let missing = Facts { arrivals: vec![Arrival { known: Known::Missing, ..arrival("nowhere") }], ..to("nowhere") };
    let refused = Failure::Refused;
    let table = [
        (with(|f| f.sources = Ok(vec![])), refused(Refusal::NotADeadLetterQueue)),
        (with(|f| f.busy = Ok(true)), refused(Refusal::TaskRunning)),
        (with(|f| f.selective = Some(Refusal::RedriveRunning(None))), refused(Refusal::RedriveRunning(None))),
        (with(|f| f.running.tasks = 100), refused(Refusal::TooManyTasks)),
        (to("orders.fifo"), refused(Refusal::OtherType(name("orders.fifo")))),
        (missing, Failure::NoSuchQueue(name("nowhere"))),
        (gone(Going::Purged), refused(Refusal::QueueGoing { queue: name("orders"), deleted: false })),
        (gone(Going::Deleted), refused(Refusal::QueueGoing { queue: name("orders"), deleted: true })),
        (
            with(|f| f.going = Some(Going::Deleted)),
            refused(Refusal::QueueGoing { queue: name("orders-dlq"), deleted: true }),
        ),
        (
            with(|f| f.attributes.policy = Some(deny("sqs:Receive*", None))),
            refused(Refusal::MoveDenied { queue: name("orders-dlq"), action: Code::new("ReceiveMessage") }),
        ),
        (
            arriving(|its| its.policy = Some(deny("*", None))),
            refused(Refusal::MoveDenied { queue: name("orders"), action: Code::new("SendMessage") }),
        ),
    ];
    for (facts, failure) in table {
        assert_eq!(facts.obstacle().as_ref(), Some(&failure));
        assert_eq!(facts.findings()[0].sentence, format!("{}.", failure.title()), "it is said first");
    }
}

#[test]
fn what_may_go_wrong_is_warned_of_and_lets_itself_be_started() {
    let origins = |of: Option<QueueArn>| {
        with(|f| f.seen = Some(Seen { origins: [(of, 2), (Some(arn("orders")), 2)].into_iter().collect(), ..seen() }))
    };
    let vpce = || Some(json!({ "StringNotEquals": { "aws:SourceVpce": "vpce-1" } }));
    let table = [
        (with(|f| f.sources = Err(Failure::Throttled)), "Which queues it is the dead-letter queue of is not known"),
        (with(|f| f.busy = Err(Failure::Throttled)), "Whether a redrive is running is not known"),
        (with(|f| f.running.tasks = 90), "90 of 100 redrives that SQS allows"),
        (with(|f| f.going = Some(Going::Purged)), "purged a moment ago"),
        (with(|f| f.attributes.depth.visible = 0), "there may be nothing to move"),
        (with(|f| f.arrivals[0].known = Known::Missing), "The source orders does not exist"),
        (with(|f| f.arrivals[0].known = Known::Unread(Failure::Throttled)), "orders could not be read"),
        (origins(None), "2 of the 4 messages seen were sent here directly"),
        (
            origins(Some(arn("gone"))),
            "The source gone does not exist: SQS stops at its first message (NonExistentQueue). 2 messages of it were seen.",
        ),
        (arriving(|its| its.policy = Some(deny("sqs:*", vpce()))), "aws:CalledViaLast = sqs.amazonaws.com"),
        (
            arriving(|its| {
                let condition = json!({ "StringEquals": { "aws:PrincipalTag/team": "x" } });
                its.policy = Some(deny("sqs:*", Some(condition)));
            }),
            "denies SendMessage to some",
        ),
        (arriving(|its| its.policy = Some("?".into())), "cannot be understood here"),
        (
            with(|f| (f.attributes.depth.visible, f.rate) = (200_000, Some(1))),
            "take 2 d 7 h; SQS ends a redrive after 1 d 12 h",
        ),
        (
            with(|f| (f.seen, f.rate) = (Some(Seen { first_expiry_ms: Some(NOW + 5_000), ..seen() }), Some(1))),
            "The first message expires in 5 s, before all are moved at this rate (4 of ≈ 10 were seen 1 min ago)",
        ),
        (
            with(|f| f.seen = Some(Seen { first_expiry_ms: Some(NOW + DAY / 2), within_a_day: 3, ..seen() })),
            "3 messages expire within 24 h, the first in 12 h",
        ),
        (
            with(|f| {
                f.seen = Some(Seen { largest: 3_000, ..seen() });
                f.arrivals[0].known =
                    Known::Read(Box::new(Attributes { maximum_message_size: 2_048, ..known("orders") }));
            }),
            "orders takes messages up to 2 KiB; one of 2.9 KiB was seen",
        ),
    ];
    for (facts, words) in table {
        assert_eq!(facts.obstacle(), None, "{words}");
        let warned = said(&facts, Severity::Warns);
        assert!(warned.contains(words), "{words} is not in: {warned}");
    }
}

#[test]
fn what_is_only_to_be_known_is_told() {
    let key = |key: &str| Encryption::Kms { key: key.into(), reuse_seconds: 300 };
    let table = [
        (with(|f| f.attributes.depth.in_flight = 3), "≈ 3 in flight are not moved"),
        (
            with(|f| (f.attributes.depth.in_flight, f.attributes.depth.delayed) = (3, 1)),
            "≈ 3 in flight and ≈ 1 delayed",
        ),
        (
            with(|f| (f.attributes.depth.in_flight, f.seen) = (3, Some(Seen { held: 2, ..seen() }))),
            "2 of them held by this console. Release them first",
        ),
        (
            with(|f| f.running.tasks = 2),
            "2 of 100 redrives that SQS allows in an account are known to run; the tasks of 1 of 2 dead-letter queues were read, the oldest reading is 4 s old.",
        ),
        (with(|f| f.rate = Some(5)), "At 5 a second ≈ 10 messages take 2 s"),
        (with(|f| f.seen = Some(seen())), "The first message expires in 3 d (4 of ≈ 10 were seen 1 min ago)."),
        (with(|f| f.attributes.encryption = key("k-1")), "On the key k-1 it needs kms:Decrypt for orders-dlq."),
        (arriving(|its| its.encryption = key("k-2")), "kms:GenerateDataKey and kms:Decrypt for orders"),
        (arriving(|its| its.maximum_message_size = 2_048), "orders takes messages up to 2 KiB, this queue up to 1 MiB"),
        (
            with(|f| f.seen = Some(Seen { origins: [(Some(arn("rescue")), 4)].into_iter().collect(), ..seen() })),
            "4 of the 4 messages seen failed in queues that no longer name this one",
        ),
    ];
    for (facts, words) in table {
        assert_eq!((facts.obstacle(), said(&facts, Severity::Warns).as_str()), (None, ""), "{words}");
        let told = said(&facts, Severity::Tells);
        assert!(told.contains(words), "{words} is not in: {told}");
    }
}

#[test]
fn to_one_queue_nobody_asks_where_a_message_came_from() {
    let origins = [(None, 4)].into_iter().collect();
    let facts = Facts { seen: Some(Seen { origins, ..seen() }), ..to("rescue") };
    assert_eq!(said(&facts, Severity::Warns), "");
}

#[test]
fn a_fifo_queue_counts_from_the_arrival_and_one_list_that_is_not_complete_proves_nothing() {
    let fifo = with(|f| {
        f.queue = name("trades-dlq.fifo");
        f.attributes.fifo = Some(FifoSettings::default());
        f.arrivals = vec![arrival("trades.fifo")];
    });
    assert!(said(&fifo, Severity::Tells).contains("None stays longer than 4 d after it arrived"));
    assert!(said(&facts(), Severity::Tells).contains("None stays longer than 4 d after it was first sent"));
    let origins = [(Some(arn("gone")), 2)].into_iter().collect();
    let unlisted = with(|f| (f.exist, f.seen) = (None, Some(Seen { origins, ..seen() })));
    assert_eq!(said(&unlisted, Severity::Warns), "");
}

#[test]
fn what_stopped_the_last_one_is_said_where_it_would_stop_this_one() {
    let failed = |destination: Option<&str>| {
        let code = Code::new("CouldNotDetermineMessageSource");
        Some(Failed { code, destination: destination.map(name) })
    };
    let warned = said(&with(|facts| facts.failed = failed(None)), Severity::Warns);
    assert!(warned.contains("failed (CouldNotDetermineMessageSource)") && warned.contains("one queue"), "{warned}");
    assert_eq!(said(&Facts { failed: failed(None), ..to("rescue") }, Severity::Warns), "", "there it does not matter");
    assert_ne!(said(&Facts { failed: failed(Some("rescue")), ..to("rescue") }, Severity::Warns), "");
}

#[test]
fn what_the_console_put_back_stops_a_redrive_to_the_sources() {
    let warned = said(&with(|facts| facts.put_back = 1), Severity::Warns);
    assert!(warned.contains("The console put 1 message back here"), "{warned}");
    assert_eq!(said(&Facts { put_back: 1, ..to("rescue") }, Severity::Warns), "");
}
