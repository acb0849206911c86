//! Fair queues: a noisy tenant of a standard queue lets the others go first.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::tenants::Tenants;
use super::*;

fn send(desk: &mut Desk, url: &str, group: &str, bodies: std::ops::Range<u32>) {
    for body in bodies {
        let mut message = json!({"QueueUrl": url, "MessageBody": format!("{group}{body}")});
        if !group.is_empty() {
            message["MessageGroupId"] = group.into();
        }
        desk.ok("SendMessage", message);
    }
}

#[test]
fn quiet_tenants_come_before_a_noisy_one() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    send(&mut desk, &url, "noisy", 0..60);
    for _ in 0..2 {
        desk.receive(&url, 10);
    }
    send(&mut desk, &url, "quiet", 0..2);
    send(&mut desk, &url, "", 0..1);
    assert_eq!(desk.bodies(&url, 1), ["noisy20"], "20 in flight are not many");
    desk.receive(&url, 9);
    assert_eq!(desk.bodies(&url, 4), ["quiet0", "quiet1", "0", "noisy30"]);
}

#[test]
fn one_tenant_or_none_changes_no_order() {
    for group in ["only", ""] {
        let mut desk = Desk::new();
        let url = desk.create("a", json!({}));
        send(&mut desk, &url, group, 0..60);
        for n in 0..60 {
            assert_eq!(desk.bodies(&url, 1), [format!("{group}{n}")]);
        }
    }
}

#[test]
fn a_noisy_tenant_is_quiet_after_five_minutes_without_a_message() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({"VisibilityTimeout": "3600"}));
    send(&mut desk, &url, "noisy", 0..60);
    for _ in 0..4 {
        desk.receive(&url, 10);
    }
    desk.wait(5 * 60_000 - 1);
    send(&mut desk, &url, "quiet", 0..2);
    assert_eq!(desk.bodies(&url, 1), ["quiet0"]);
    desk.wait(1);
    assert_eq!(desk.bodies(&url, 1), ["noisy40"]);
}

#[test]
fn a_fifo_queue_keeps_its_order() {
    let mut desk = Desk::new();
    let url = desk.create("a.fifo", json!({}));
    for n in 0..50 {
        desk.send_to_group(&url, &n.to_string(), &n.to_string());
    }
    for n in 0..50 {
        assert_eq!(desk.bodies(&url, 1), [n.to_string()]);
    }
}

/// A message as a simple model knows it: its tenant, its rank, and whether it is in flight.
#[derive(Clone, Debug)]
struct Known {
    group: Option<u8>,
    rank: u64,
    in_flight: bool,
}

/// Who is noisy, found by counting all messages.
#[derive(Debug, Default)]
struct Naive {
    messages: BTreeMap<u64, Known>,
    sent: BTreeMap<u8, Millis>,
    noisy: BTreeSet<u8>,
}

impl Naive {
    fn of(&self, group: u8, in_flight: bool) -> usize {
        self.messages.values().filter(|known| known.group == Some(group) && known.in_flight == in_flight).count()
    }

    fn forget(&mut self) {
        let waiting: BTreeSet<u8> = self.noisy.iter().copied().filter(|&group| self.of(group, false) > 0).collect();
        self.noisy = waiting;
    }

    fn judge(&mut self, now: Millis) {
        let all = self.messages.values().filter(|known| known.in_flight).count();
        for (&group, &sent) in &self.sent {
            let many = self.of(group, true);
            if now >= sent + 300_000 {
                self.noisy.remove(&group);
            } else if many >= 30 && many * 10 > all && self.of(group, false) > 0 {
                self.noisy.insert(group);
            }
        }
    }

    fn next(&self) -> Vec<u64> {
        let mut left: Vec<_> = self.messages.iter().filter(|(_, known)| !known.in_flight).collect();
        let mut load: BTreeMap<u8, usize> = self.noisy.iter().map(|&group| (group, self.of(group, true))).collect();
        let mut next = Vec::new();
        while !left.is_empty() {
            let place = |known: &Known| match known.group.and_then(|group| load.get(&group)) {
                Some(&load) => (1, load, known.rank),
                None => (0, 0, known.rank),
            };
            let (at, _) = left.iter().enumerate().min_by_key(|(_, (_, known))| place(known)).unwrap();
            let (key, known) = left.remove(at);
            next.push(*key);
            if let Some(load) = known.group.and_then(|group| load.get_mut(&group)) {
                *load += 1;
            }
        }
        next
    }
}

#[derive(Clone, Debug)]
enum Step {
    Send(Option<u8>, u64),
    Receive(usize),
    Return(usize),
    Delete(usize),
    Wait(Millis),
}

fn step() -> impl Strategy<Value = Step> {
    let group = prop_oneof![1 => Just(None), 4 => Just(Some(0)), 4 => (0..12u8).prop_map(Some)];
    prop_oneof![
        3 => (group, 1..40u64).prop_map(|(group, count)| Step::Send(group, count)),
        4 => (1..40usize).prop_map(Step::Receive),
        1 => (1..60usize).prop_map(Step::Return),
        1 => (1..60usize).prop_map(Step::Delete),
        2 => (0..200_000u64).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn the_order_is_that_of_counting_everything(steps in prop::collection::vec(step(), 1..40)) {
        let (mut tenants, mut naive) = (Tenants::default(), Naive::default());
        let (mut now, mut newest) = (0, 0);
        let name = |group: Option<u8>| group.map(|group| group.to_string());
        for step in steps {
            match step {
                Step::Send(group, count) => {
                    for _ in 0..count {
                        newest += 1;
                        tenants.arrive(name(group).as_deref(), now);
                        tenants.show(name(group).as_deref(), (newest, 0), newest);
                        naive.messages.insert(newest, Known { group, rank: newest, in_flight: false });
                        naive.sent.extend(group.map(|group| (group, now)));
                    }
                }
                Step::Receive(count) => {
                    for key in tenants.next(count) {
                        let known = naive.messages.get_mut(&key).unwrap();
                        known.in_flight = true;
                        tenants.hide(name(known.group).as_deref(), (known.rank, 0));
                        tenants.take(name(known.group).as_deref());
                    }
                }
                Step::Return(count) | Step::Delete(count) => {
                    let back = matches!(step, Step::Return(_));
                    let held = naive.messages.iter().filter(|(_, known)| known.in_flight).map(|(key, _)| *key);
                    for key in held.take(count).collect::<Vec<_>>() {
                        let group = name(naive.messages[&key].group);
                        tenants.give_back(group.as_deref());
                        if back {
                            newest += 1;
                            tenants.show(group.as_deref(), (newest, 0), key);
                            naive.messages.entry(key).and_modify(|known| {
                                (known.in_flight, known.rank) = (false, newest);
                            });
                        } else {
                            tenants.depart(group.as_deref());
                            naive.messages.remove(&key);
                        }
                    }
                }
                Step::Wait(millis) => now += millis,
            }
            naive.forget();
            tenants.judge(now, naive.messages.values().filter(|known| known.in_flight).count());
            naive.judge(now);
            prop_assert_eq!(tenants.next(usize::MAX), naive.next());
            prop_assert_eq!(tenants.next(3), naive.next().into_iter().take(3).collect::<Vec<_>>());
        }
    }
}
