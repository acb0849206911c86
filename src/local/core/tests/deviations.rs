//! What a dial may make the core do: for every history the counters stay true, and the effect log explains everything
//! that is there.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::{Undo, delete_undone, reveal};
use super::*;
use crate::local::ledger::Ledger;

/// One step of a history. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Step {
    Send(u8),
    Receive(u32),
    Delete(usize),
    DeleteUndone(usize, Option<u16>),
    Reveal(usize),
    Wait(u64),
    Purge,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..3u8).prop_map(Step::Send),
        5 => (1..=10u32).prop_map(Step::Receive),
        2 => any::<usize>().prop_map(Step::Delete),
        3 => (any::<usize>(), prop::option::of(0..9000u16)).prop_map(|(which, after)| Step::DeleteUndone(which, after)),
        2 => (0..5usize).prop_map(Step::Reveal),
        3 => (0..4000u64).prop_map(Step::Wait),
        1 => Just(Step::Purge),
    ]
}

fn play(name: &str, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut desk = Desk::new();
    let url = desk.create(name, json!({"VisibilityTimeout": "3"}));
    let mut received: Vec<Value> = Vec::new();
    for (n, step) in steps.into_iter().enumerate() {
        match step {
            Step::Send(group) if name.ends_with(".fifo") => {
                desk.send_to_group(&url, &group.to_string(), &n.to_string());
            }
            Step::Send(_) => {
                desk.send(&url, &n.to_string());
            }
            Step::Receive(most) => received.extend(desk.receive(&url, most)),
            Step::Delete(which) if !received.is_empty() => {
                let _ = desk.delete(&url, &received[which % received.len()].clone());
            }
            Step::DeleteUndone(which, after) if !received.is_empty() => {
                let handle = received[which % received.len()]["ReceiptHandle"].clone();
                let request = json!({"QueueUrl": url, "ReceiptHandle": handle});
                let handles = [handle.as_str().unwrap().to_owned()];
                let request = Request::decode("DeleteMessage", request).unwrap();
                let undo = after.map_or(Undo::AtOnce, |after| Undo::After(after.into()));
                let _ = delete_undone(&mut desk.state, desk.now, request, &handles, undo);
            }
            Step::Reveal(most) => reveal(&mut desk.state, desk.now, &url, most),
            Step::Wait(millis) => desk.wait(millis),
            Step::Purge => {
                let _ = desk.call("PurgeQueue", json!({"QueueUrl": url}));
            }
            Step::Delete(_) | Step::DeleteUndone(..) => {}
        }
        let counted: usize = desk.counts(&url).iter().sum();
        let shelf = &desk.state.queues[name].shelf;
        let found: BTreeSet<&str> = shelf.iter().map(|(_, held)| held.message.id.as_str()).collect();
        let ledger = Ledger::of(desk.state.effect_log());
        prop_assert!(ledger.impossible().is_empty(), "{:?}", ledger.impossible());
        prop_assert_eq!(ledger.there(name).map(|copy| copy.message_id).collect::<BTreeSet<_>>(), found.clone());
        prop_assert_eq!(counted, found.len());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn a_standard_queue_accounts_for_what_dials_do(steps in prop::collection::vec(step(), 1..60)) {
        play("q", steps)?;
    }

    #[test]
    fn a_fifo_queue_accounts_for_what_dials_do(steps in prop::collection::vec(step(), 1..60)) {
        play("q.fifo", steps)?;
    }
}

#[test]
fn a_message_that_came_back_late_has_aged() {
    let mut desk = Desk::new();
    let url = desk.create("q", json!({"MessageRetentionPeriod": "60"}));
    desk.send(&url, "x");
    let handle = desk.receive(&url, 1)[0]["ReceiptHandle"].as_str().unwrap().to_owned();
    let request = Request::decode("DeleteMessage", json!({"QueueUrl": url, "ReceiptHandle": handle})).unwrap();
    delete_undone(&mut desk.state, desk.now, request, &[handle], Undo::After(90_000)).unwrap();
    desk.wait(90_000);
    assert_eq!(desk.bodies(&url, 1), Vec::<String>::new());
    let kinds: Vec<_> = desk.state.effect_log().iter().map(|effect| json!(effect.effect)).collect();
    assert_eq!(kinds, ["sent", "received", "deleted", "restored", "expired"]);
}

#[test]
fn a_message_can_be_due_at_the_end_of_all_time() {
    let mut desk = Desk::new();
    let url = desk.create("q", json!({}));
    desk.send(&url, "x");
    let handle = desk.receive(&url, 1)[0]["ReceiptHandle"].as_str().unwrap().to_owned();
    let request = Request::decode("DeleteMessage", json!({"QueueUrl": url, "ReceiptHandle": handle})).unwrap();
    delete_undone(&mut desk.state, desk.now, request, &[handle], Undo::After(u64::MAX)).unwrap();
    desk.wait(1_000_000);
    assert_eq!(desk.counts(&url), [0, 0, 0]);
}

#[test]
fn a_message_that_a_batch_names_twice_comes_back_once() {
    let mut desk = Desk::new();
    let url = desk.create("q", json!({}));
    desk.send(&url, "x");
    let handle = desk.receive(&url, 1)[0]["ReceiptHandle"].as_str().unwrap().to_owned();
    let entry = |id: &str| json!({"Id": id, "ReceiptHandle": handle});
    let body = json!({"QueueUrl": url, "Entries": [entry("a"), entry("b")]});
    let request = Request::decode("DeleteMessageBatch", body).unwrap();
    delete_undone(&mut desk.state, desk.now, request, &[handle.clone(), handle], Undo::After(1000)).unwrap();
    desk.wait(1000);
    assert_eq!(desk.counts(&url), [1, 0, 0]);
    assert_eq!(desk.bodies(&url, 10), ["x"]);
    assert_eq!(desk.counts(&url), [0, 1, 0]);
}
