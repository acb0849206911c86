//! Why a redrive waits and what makes it go on, told by walking through a calm world.

use std::sync::Arc;

use super::super::{Edit, End, Event, OnUnknown, Order, Pause, StopRule, Take};
use super::explore::order;
use super::sqs::{Place, Queues};
use super::world::{Action, Ask, Luck, Setup, World};
use crate::model::journal::{Closing, Stage};
use crate::model::{Draft, MessageId};

pub(super) fn calm(messages: u8, fifo: bool, change: impl FnOnce(&mut Order)) -> World {
    let mut order = order(messages, fifo, OnUnknown::Resend);
    order.terms = super::super::Terms::default();
    change(&mut order);
    let setup = Setup { order: Arc::new(order), window_ms: Some(300_000), twist: None };
    World::new(setup, Queues::of(messages, 1, fifo), u8::MAX, u8::MAX)
}

/// Answers every call until nothing is under way, and lets time pass until it ends or waits for somebody.
pub(super) fn run(world: &mut World, luck: impl Fn(&Ask) -> Luck) {
    for _ in 0..2_000 {
        assert_eq!(world.violation(), None);
        if world.ended.is_some() {
            return;
        }
        if let Some(flight) = world.flights.first() {
            let luck = luck(&flight.ask);
            let visible = world.queues.originals.iter().any(|original| original.place == Place::Visible);
            if matches!(flight.ask, Ask::Receive { .. }) && !visible {
                world.pass(1_000); // a poll waits
            }
            world.act(Action::Call(0, luck));
        } else if let Some(next_ms) = world.next_ms() {
            world.pass((next_ms - world.now_ms).max(1));
        } else {
            return;
        }
    }
}

/// Answers a call, or lets time pass where there is none.
pub(super) fn go_on(world: &mut World, luck: Luck) {
    if world.flights.is_empty() {
        world.pass((world.next_ms().unwrap() - world.now_ms).max(1));
    } else {
        world.act(Action::Call(0, luck));
    }
}

pub(super) fn fine(_: &Ask) -> Luck {
    Luck::Fine
}

fn pauses(world: &World) -> Vec<Pause> {
    world.engine.as_ref().unwrap().progress().pauses.iter().copied().collect()
}

#[test]
fn after_the_canary_it_waits_and_gives_back_what_it_holds() {
    let mut world = calm(12, false, |order| order.policy.canary = Some(3));
    run(&mut world, fine);
    assert_eq!((pauses(&world), world.queues.arrived.len()), (vec![Pause::Canary], 3));
    let visible = world.queues.originals.iter().filter(|original| original.place == Place::Visible);
    assert_eq!(visible.count(), 9, "nothing is kept from others while somebody thinks");
    world.tell(Event::Resume);
    run(&mut world, fine);
    assert_eq!((world.ended, world.queues.arrived.len()), (Some(End::Finished { may_remain: None }), 12));
}

#[test]
fn when_too_many_come_back_it_stops() {
    let mut world = calm(10, false, |order| {
        order.policy.rate = Some(5);
        order.policy.stop_rule = Some(StopRule { percent: 20, at_least: 4, within_ms: 60_000 });
    });
    for _ in 0..200 {
        if world.engine.as_ref().unwrap().progress().census.done >= 5 {
            break;
        }
        go_on(&mut world, Luck::Fine);
    }
    world.tell(Event::CameBack(vec![MessageId::new("c0")]));
    assert_eq!(pauses(&world), [], "one of five is not more than a fifth");
    world.tell(Event::CameBack(vec![MessageId::new("c1"), MessageId::new("c1")]));
    assert_eq!(pauses(&world), [Pause::CameBack]);
    // After a restart it is told to wait, and knows better why.
    run(&mut world, fine);
    world.act(Action::Kill(0));
    world.act(Action::Restart);
    world.tell(Event::Pause);
    assert_eq!(pauses(&world), [Pause::CameBack]);
    world.tell(Event::Resume);
    run(&mut world, fine);
    assert_eq!(world.queues.arrived.len(), 10);
    assert!(world.journal.values().filter(|row| row.came_back).count() == 2);
}

#[test]
fn expired_credentials_are_a_no_and_it_goes_on_by_itself() {
    let mut world = calm(3, false, |_| {});
    world.expired = true;
    let began_ms = world.now_ms;
    for _ in 0..50 {
        go_on(&mut world, Luck::Expired);
        if world.now_ms - began_ms > 60_000 {
            world.expired = false;
            break;
        }
    }
    assert_eq!(pauses(&world), [Pause::Credentials]);
    let renewed_ms = world.now_ms;
    while !pauses(&world).is_empty() {
        go_on(&mut world, Luck::Fine);
    }
    assert!(world.now_ms - renewed_ms <= 30_000, "soon after they were renewed");
    run(&mut world, fine);
    assert_eq!((world.ended.is_some(), world.queues.arrived.len()), (true, 3));
    assert!(world.journal.values().all(|row| row.extra == 0), "no outcome was unknown");
}

#[test]
fn a_full_journal_stops_every_send() {
    let mut world = calm(3, false, |_| {});
    run(&mut world, |ask| if matches!(ask, Ask::Commit(_)) { Luck::Refused } else { Luck::Fine });
    assert_eq!((world.queues.arrived.len(), pauses(&world)), (0, vec![Pause::Journal]));
    run(&mut world, fine);
    assert_eq!((world.ended.is_some(), world.queues.arrived.len()), (true, 3));
}

#[test]
fn a_process_that_stops_leaves_nothing_in_doubt() {
    let mut world = calm(20, false, |order| order.policy.rate = Some(2));
    for _ in 0..12 {
        world.act(if world.flights.is_empty() { Action::Pass } else { Action::Call(0, Luck::Fine) });
    }
    world.tell(Event::Stop);
    run(&mut world, fine);
    assert_eq!(world.ended, Some(End::Stopped));
    let open: Vec<_> = world.journal.values().filter(|row| row.is_open() && row.open_attempts() > 0).collect();
    assert!(open.is_empty(), "{open:?}");
    world.ended = None;
    world.act(Action::Restart);
    run(&mut world, fine);
    assert_eq!((world.ended.is_some(), world.queues.arrived.len()), (true, 20));
    assert!(world.journal.values().all(|row| row.extra == 0));
}

#[test]
fn a_cancelled_redrive_still_deletes_what_it_sent() {
    let mut world = calm(10, false, |order| order.policy.careful = true);
    while world.queues.arrived.len() < 3 {
        world.act(if world.flights.is_empty() { Action::Pass } else { Action::Call(0, Luck::Fine) });
    }
    world.tell(Event::Cancel);
    run(&mut world, fine);
    let sent = world.queues.arrived.len();
    assert_eq!(world.ended, Some(End::Cancelled));
    assert!(sent == 3 || sent == 4, "what was under way came to its end");
    let gone = world.queues.originals.iter().filter(|original| original.place == Place::Gone);
    assert_eq!(gone.count(), sent);
    let cancelled = world.journal.values().filter(|row| row.stage == Stage::Closed(Closing::Cancelled));
    assert_eq!(cancelled.count(), 10 - sent);
}

#[test]
fn behind_a_message_that_sqs_refuses_the_group_stays() {
    let mut world = calm(3, true, |_| {});
    run(&mut world, |ask| match ask {
        Ask::Send { messages, .. } if messages.contains(&1) => Luck::OneRefused,
        _ => Luck::Fine,
    });
    assert_eq!(world.queues.arrived, [0]);
    let last = &world.journal[&MessageId::new("m2")];
    assert_eq!(last.stage, Stage::Closed(Closing::Blocked { by: MessageId::new("m1") }));
}

#[test]
fn what_stands_before_a_message_that_cannot_go_is_moved() {
    let mut world = calm(3, true, |order| {
        order.destinations[0].max_size = 100;
        let draft = Draft { body: "x".repeat(200), group_id: Some("g0".into()), ..Draft::default() };
        order.edits.insert(MessageId::new("m1"), Edit { revision: 1, draft: Arc::new(draft) });
    });
    run(&mut world, fine);
    assert_eq!((world.ended, &world.queues.arrived[..]), (Some(End::Finished { may_remain: None }), &[0][..]));
    let last = &world.journal[&MessageId::new("m2")];
    assert_eq!(last.stage, Stage::Closed(Closing::Blocked { by: MessageId::new("m1") }));
}

#[test]
fn a_whole_queue_is_empty_when_polls_and_counters_say_so() {
    let mut world = calm(25, false, |order| order.take = Take::Everything);
    run(&mut world, fine);
    assert_eq!((world.ended, world.queues.arrived.len()), (Some(End::Finished { may_remain: None }), 25));
}

#[test]
fn another_owner_ends_it_at_once() {
    let mut world = calm(3, false, |_| {});
    world.tell(Event::CommitFailed { fenced: true });
    assert_eq!(world.ended, Some(End::Fenced));
}

#[test]
fn a_message_whose_copy_is_damaged_stays() {
    let mut world = calm(2, false, |_| {});
    run(&mut world, |ask| if matches!(ask, Ask::Send { .. }) { Luck::OneDamaged } else { Luck::Fine });
    let stage = &world.journal[&MessageId::new("m0")].stage;
    assert_eq!(*stage, Stage::Closed(Closing::Damaged { copy: MessageId::new("c0") }));
    let places: Vec<Place> = world.queues.originals.iter().map(|original| original.place).collect();
    assert_eq!(places, [Place::Visible, Place::Gone]);
}

#[test]
fn what_the_process_before_held_is_waited_for() {
    let mut world = calm(1, false, |_| {});
    while !world.flights.iter().any(|flight| matches!(flight.ask, Ask::Send { .. })) {
        go_on(&mut world, Luck::Fine);
    }
    world.act(Action::Kill(0));
    world.act(Action::Restart);
    run(&mut world, fine);
    assert_eq!(world.journal[&MessageId::new("m0")].stage, Stage::Done);
}
