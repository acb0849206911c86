//! The demo's promises: SQS accepts all of it, it is the same each time, and it neither dries up nor overflows.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::dice::Dice;
use super::queues::PLANS;
use super::story::{DEAD_LETTERS, told};
use super::{SEED, Trickle, fill, run, seed};
use crate::local::calendar::HOUR;
use crate::local::core::{Request, State, apply};
use crate::local::{Local, Options};

/// 2026-11-20T14:02:11Z.
const NOW: u64 = 1_795_183_331_000;

fn filled() -> State {
    let mut state = State::new("000000000000", "us-east-1", "http://127.0.0.1:4566", 1);
    fill(&mut state, NOW, SEED).expect("SQS accepts all of the story");
    state.advance(NOW);
    for plan in &PLANS {
        state.settle(plan.name, NOW);
    }
    state
}

fn ask(state: &mut State, now: u64, operation: &str, body: Value) -> Value {
    serde_json::to_value(apply(state, now, Request::decode(operation, body).unwrap()).unwrap()).unwrap()
}

/// All messages of a dead-letter queue.
fn letters(state: &mut State, queue: &str) -> Vec<Value> {
    let request = json!({
        "QueueUrl": state.url(queue), "MaxNumberOfMessages": 10, "VisibilityTimeout": 600,
        "MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"],
    });
    let mut all = Vec::new();
    loop {
        let answer = ask(state, NOW, "ReceiveMessage", request.clone());
        match answer["Messages"].as_array() {
            Some(messages) if !messages.is_empty() => all.extend(messages.iter().cloned()),
            _ => return all,
        }
    }
}

fn total(state: &State, queue: &str) -> usize {
    let counts = state.counts(queue);
    counts.visible + counts.in_flight + counts.delayed
}

#[test]
fn the_story_leaves_what_it_says() {
    let state = filled();
    for (queue, count) in DEAD_LETTERS {
        assert_eq!(state.counts(queue).visible, count, "{queue}");
        assert_eq!(total(&state, queue), count, "{queue}");
    }
    assert!(!state.queues.contains_key("Reconciliation-dlq"), "a dangling dead-letter queue is gone");
    assert_eq!(state.queues.len(), PLANS.len() - 1);
    for queue in ["returns", "returns-dlq"] {
        assert_eq!(total(&state, queue), 0, "{queue}");
    }
    assert!(state.counts("search-index").delayed >= 10);
    assert!(state.counts("notifications").in_flight > 30);
    assert!(state.counts("TradeStatus.fifo").in_flight > 0);
    assert_eq!(state.counts("audit-events").visible, 230);
    for queue in ["TradeStatus.fifo", "orders", "payments", "MarketData", "pricing", "Reconciliation"] {
        assert!(state.counts(queue).visible > 0, "{queue}");
    }
}

#[test]
fn dead_letters_took_the_real_way() {
    let mut state = filled();
    let mut sources = BTreeSet::new();
    for message in letters(&mut state, "orders-dlq") {
        let attribute = |name: &str| message["Attributes"][name].as_str().unwrap_or_default().to_owned();
        sources.insert(attribute("DeadLetterQueueSourceArn"));
        let number = |name: &str| attribute(name).parse::<u64>().unwrap();
        assert!(number("ApproximateReceiveCount") > 5);
        let age = NOW - number("SentTimestamp");
        assert!((2 * HOUR..10 * 24 * HOUR).contains(&age), "{age}");
        assert!(number("ApproximateFirstReceiveTimestamp") - number("SentTimestamp") < 120_000);
    }
    let arn = |queue: &str| format!("arn:aws:sqs:us-east-1:000000000000:{queue}");
    assert_eq!(sources, BTreeSet::from([arn("orders"), arn("orders-eu")]));

    let undelivered = letters(&mut state, "domain-events-dlq");
    assert!(undelivered.iter().all(|message| message["Attributes"]["DeadLetterQueueSourceArn"].is_null()));
    assert!(undelivered.iter().all(|message| !message["MessageAttributes"]["ERROR_CODE"].is_null()));
}

#[test]
fn the_failures_are_varied() {
    let mut state = filled();
    let all: BTreeMap<&str, Vec<Value>> =
        DEAD_LETTERS.into_iter().map(|(queue, _)| (queue, letters(&mut state, queue))).collect();
    let bodies = |queue: &str| all[queue].iter().map(|message| message["Body"].as_str().unwrap().to_owned());
    let some = |queue: &str, test: fn(&str) -> bool| assert!(bodies(queue).any(|body| test(&body)), "{queue}");

    some("orders-dlq", |body| body.starts_with('{') && serde_json::from_str::<Value>(body).is_err());
    some("orders-dlq", |body| body.contains("TopicArn"));
    some("orders-dlq", |body| body.contains("PayloadS3Pointer"));
    some("SettlementInstructions-dlq.fifo", |body| body.starts_with("<?xml"));
    some("SettlementInstructions-dlq.fifo", |body| body.starts_with("{1:F01"));
    some("webhooks-dlq", |body| body.len() == 200 * 1024 && serde_json::from_str::<Value>(body).is_ok());
    some("emails-dlq", |body| body.contains("</textarea><script>"));
    some("emails-dlq", |body| body.contains("crm.tasks.send_mail"));
    some("emails-dlq", |body| body.contains('\u{202e}'));
    some("payments-dlq", |body| body.starts_with("Traceback"));
    some("thumbnails-dlq", |body| body.contains("aws:s3"));

    let types: BTreeSet<&str> = all
        .values()
        .flatten()
        .filter_map(|message| message["MessageAttributes"].as_object())
        .flat_map(|attributes| attributes.values())
        .filter_map(|attribute| attribute["DataType"].as_str())
        .collect();
    assert!(
        types.is_superset(&BTreeSet::from(["String", "Number", "Number.cents", "Binary.hmac-sha256"])),
        "{types:?}"
    );
    assert!(all["TradeStatus-dlq.fifo"].iter().all(|trade| trade["Attributes"]["AWSTraceHeader"].is_string()));
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let story = |seed| format!("{:?}", told(NOW, &mut Dice::seeded(seed)));
    assert!(story(SEED) == story(SEED));
    assert!(story(SEED) != story(SEED + 1));
    // Whatever is rolled, SQS accepts it.
    for number in 0..3 {
        let mut state = State::new("000000000000", "eu-west-1", "http://127.0.0.1:1", 1);
        assert_eq!(fill(&mut state, NOW + number * 40 * 24 * HOUR, number), Ok(()));
    }
}

#[test]
fn all_letters_keep_the_limits() {
    for (queue, letter) in told(NOW, &mut Dice::seeded(SEED)).letters() {
        assert!(!letter.body.is_empty() && letter.body.len() <= 262_144, "{queue}");
        assert!(letter.attributes.len() <= 10, "{queue}");
        assert_eq!(
            letter.group.is_none(),
            letter.dedup.is_none() && !matches!(queue, "Positions.fifo" | "notifications")
        );
        for id in letter.group.iter().chain(&letter.dedup) {
            assert!(id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_graphic()), "{queue}: {id}");
        }
    }
    assert!(PLANS.iter().all(|plan| plan.name.len() <= 80));
}

#[test]
fn the_trickle_neither_dries_up_nor_overflows() {
    const HOURS: u64 = 1;
    let mut state = filled();
    let mut trickle = Trickle::seeded(SEED);
    let mut peaks = BTreeMap::new();
    for step in 1..=HOURS * 2_400 {
        let now = NOW + step * 1_500;
        trickle.step(&mut state, now);
        for plan in &PLANS {
            let peak = peaks.entry(plan.name).or_insert(0);
            *peak = total(&state, plan.name).max(*peak);
        }
    }
    let mut grown = 0;
    for (queue, before) in DEAD_LETTERS {
        let growth = total(&state, queue).saturating_sub(before);
        assert!(growth as u64 <= 30 * HOURS, "{queue} grew by {growth}");
        grown += growth as u64;
    }
    assert!((10 * HOURS..80 * HOURS).contains(&grown), "{grown} dead letters in {HOURS} hours");
    for queue in ["TradeStatus.fifo", "Positions.fifo", "MarketData", "orders", "payments", "emails", "webhooks"] {
        assert!(state.counts(queue).visible > 0, "{queue} dried up");
    }
    for (queue, peak) in peaks {
        assert!(peak < 700, "{queue} once held {peak}");
    }
    assert!(state.counts("orders").in_flight > 0, "consumers take their time");
}

#[test]
fn what_is_redriven_after_the_outage_succeeds() {
    let mut state = filled();
    let source = state.arn("payments-dlq");
    ask(&mut state, NOW, "StartMessageMoveTask", json!({"SourceArn": source}));
    let mut trickle = Trickle::seeded(SEED);
    for step in 1..=600 {
        trickle.step(&mut state, NOW + step * 1_500);
    }
    let left = total(&state, "payments-dlq");
    assert!(left < 30, "{left} payments came back");
    assert!(total(&state, "payments") < 200, "the backlog was worked off");
}

#[test]
fn the_trickle_leaves_alone_what_a_person_changed() {
    let mut state = filled();
    for queue in ["orders", "TradeStatus.fifo", "payments-dlq"] {
        let request = json!({"QueueUrl": state.url(queue)});
        ask(&mut state, NOW, "DeleteQueue", request);
    }
    let mut trickle = Trickle::seeded(SEED);
    for step in 1..=200 {
        trickle.step(&mut state, NOW + step * 1_500);
    }
    assert!(!state.queues.contains_key("orders"));
}

#[tokio::test]
async fn a_server_is_filled_and_kept_alive_until_told_to_stop() {
    let local = Local::new(Options::default());
    seed(&local).unwrap();
    let queue = json!({"QueueUrl": "http://127.0.0.1/000000000000/payments-dlq", "AttributeNames": ["All"]});
    let answer = local.call("GetQueueAttributes", queue).await.unwrap();
    assert_eq!(answer["Attributes"]["ApproximateNumberOfMessages"], "412");

    let stop = CancellationToken::new();
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        stop.cancel();
    };
    tokio::time::timeout(Duration::from_secs(10), async { tokio::join!(run(&local, stop.clone()), stopping) })
        .await
        .expect("it stops when told");
}

#[test]
fn filling_is_quick() {
    let started = Instant::now();
    filled();
    let took = started.elapsed();
    // A loaded machine must not fail for it.
    assert!(took < Duration::from_secs(5), "{took:?} without optimisation");
}
