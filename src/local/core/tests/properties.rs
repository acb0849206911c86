//! What holds for every history: no message is lost or doubled, the counters tell the truth, and a FIFO group is
//! delivered in order.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::effects::Kind;
use super::super::shelf::Place;
use super::super::state::sequence_number;
use super::*;

/// One step of a history. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Step {
    Send { group: u8, delay: u8 },
    Receive { most: u32, visibility: u32 },
    Delete(usize),
    Hide(usize, i64),
    Wait(u64),
    Move,
    Purge,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..3u8, 0..3u8).prop_map(|(group, delay)| Step::Send { group, delay }),
        6 => (1..=10u32, 0..6u32).prop_map(|(most, visibility)| Step::Receive { most, visibility }),
        3 => any::<usize>().prop_map(Step::Delete),
        2 => (any::<usize>(), 0..6i64).prop_map(|(which, seconds)| Step::Hide(which, seconds)),
        4 => (0..4000u64).prop_map(Step::Wait),
        1 => Just(Step::Move),
        1 => Just(Step::Purge),
    ]
}

/// Plays a history on a queue with a dead-letter queue, and checks after every step.
fn play(name: &str, most: u32, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let fifo = name.ends_with(".fifo");
    let mut desk = Desk::new();
    let (url, dlq) = desk.create_with_dead_letters(name, most);
    let dlq_name = dlq.rsplit('/').next().unwrap_or_default().to_owned();
    let mut received: Vec<Value> = Vec::new();
    for (n, step) in steps.into_iter().enumerate() {
        match step {
            Step::Send { group, delay } => {
                let mut message = json!({"QueueUrl": url, "MessageBody": n.to_string()});
                if fifo {
                    message["MessageGroupId"] = json!(group.to_string());
                    message["MessageDeduplicationId"] = json!(n.to_string());
                } else {
                    message["DelaySeconds"] = json!(delay);
                }
                desk.ok("SendMessage", message);
            }
            Step::Receive { most, visibility } => {
                let request = json!({"QueueUrl": url, "MaxNumberOfMessages": most, "VisibilityTimeout": visibility,
                    "AttributeNames": ["All"]});
                let held = hidden_groups(&desk, name);
                let got = desk.ok("ReceiveMessage", request)["Messages"].as_array().cloned().unwrap_or_default();
                if fifo {
                    check_order(&desk, name, &got, &held)?;
                }
                received.extend(got);
            }
            Step::Delete(which) if !received.is_empty() => {
                let message = received.remove(which % received.len());
                let _ = desk.delete(&url, &message);
            }
            Step::Hide(which, seconds) if !received.is_empty() => {
                let _ = desk.hide(&url, &received[which % received.len()], seconds);
            }
            Step::Wait(millis) => desk.wait(millis),
            Step::Move => {
                let _ = desk.call(
                    "StartMessageMoveTask",
                    json!({"SourceArn": arn(&dlq_name), "MaxNumberOfMessagesPerSecond": 5}),
                );
            }
            Step::Purge => {
                let _ = desk.call("PurgeQueue", json!({"QueueUrl": url}));
            }
            Step::Delete(_) | Step::Hide(..) => {}
        }
        check_counts(&mut desk, &url, name)?;
        check_counts(&mut desk, &dlq, &dlq_name)?;
        check_nothing_lost(&desk)?;
    }
    Ok(())
}

/// The groups of which a message is hidden by a receive, with the first such message's sequence number.
fn hidden_groups(desk: &Desk, name: &str) -> BTreeMap<String, String> {
    let mut hidden = BTreeMap::new();
    for (key, held) in desk.state.queues[name].shelf.iter() {
        if matches!(held.place, Place::InFlight(until) if until > desk.now) {
            let sequence = sequence_number(key);
            let group = held.message.group.clone().unwrap_or_default();
            let first = hidden.entry(group).or_insert_with(|| sequence.clone());
            *first = sequence.min(first.clone());
        }
    }
    hidden
}

/// Within a group: in order, without gaps, and nothing from behind a hidden message.
fn check_order(desk: &Desk, name: &str, got: &[Value], hidden: &BTreeMap<String, String>) -> Result<(), TestCaseError> {
    let mut delivered: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for message in got {
        let attribute = |name: &str| message["Attributes"][name].as_str().unwrap_or_default();
        delivered.entry(attribute("MessageGroupId")).or_default().push(attribute("SequenceNumber"));
    }
    for (group, sequence) in delivered {
        prop_assert!(sequence.is_sorted_by(|a, b| a < b), "out of order: {sequence:?}");
        let last = sequence.last().copied().unwrap_or_default();
        if let Some(first_hidden) = hidden.get(group) {
            prop_assert!(last < first_hidden.as_str(), "{sequence:?} from behind {first_hidden}");
        }
        for (key, held) in desk.state.queues[name].shelf.iter() {
            let of_group = held.message.group.as_deref() == Some(group);
            let passed_over = held.place == Place::Visible && sequence_number(key).as_str() < last;
            prop_assert!(!(of_group && passed_over), "{} was passed over", held.message.body);
        }
    }
    Ok(())
}

fn check_counts(desk: &mut Desk, url: &str, name: &str) -> Result<(), TestCaseError> {
    let shown = desk.counts(url);
    let mut truth = [0; 3];
    for (_, held) in desk.state.queues[name].shelf.iter() {
        truth[match held.place {
            Place::Visible => 0,
            Place::InFlight(_) => 1,
            Place::Delayed(_) => 2,
        }] += 1;
    }
    prop_assert_eq!(shown, truth);
    Ok(())
}

/// By the effect log: what was sent or arrived by a move, and not deleted, moved away, purged or expired, is there; and
/// nothing else is.
fn check_nothing_lost(desk: &Desk) -> Result<(), TestCaseError> {
    let mut expected: BTreeSet<(String, String)> = BTreeSet::new();
    for effect in desk.state.effect_log() {
        let here = (effect.queue.clone(), effect.message_id.clone());
        match effect.effect {
            Kind::Sent => prop_assert!(expected.insert(here)),
            Kind::Moved => {
                let id = effect.new_message_id.as_ref().unwrap_or(&effect.message_id);
                let there = (effect.to.clone().unwrap_or_default(), id.clone());
                prop_assert!(expected.remove(&here));
                prop_assert!(expected.insert(there));
            }
            Kind::Deleted | Kind::Purged | Kind::Expired => prop_assert!(expected.remove(&here)),
            Kind::Received | Kind::Hidden => prop_assert!(expected.contains(&here)),
            Kind::Deduplicated | Kind::Restored | Kind::Revealed | Kind::Repeated => {}
        }
    }
    let mut found = BTreeSet::new();
    for (name, queue) in &desk.state.queues {
        for (_, held) in queue.shelf.iter() {
            prop_assert!(found.insert((name.clone(), held.message.id.clone())));
        }
    }
    prop_assert_eq!(found, expected);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn a_standard_queue_keeps_its_promises(most in 1..5u32, steps in prop::collection::vec(step(), 1..80)) {
        play("q", most, steps)?;
    }

    #[test]
    fn a_fifo_queue_keeps_its_promises(most in 1..5u32, steps in prop::collection::vec(step(), 1..80)) {
        play("q.fifo", most, steps)?;
    }
}
