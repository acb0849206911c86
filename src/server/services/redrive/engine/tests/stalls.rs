//! Leases that run out while nothing is done: what comes by again must be able to go on.

use super::super::{End, Event, Take};
use super::pauses::{calm, fine, go_on, run};
use super::sqs::{Place, id, number};
use super::world::{Action, Ask, Luck, World};
use crate::model::journal::{Closing, Stage};

#[test]
fn intents_of_messages_that_are_not_held_any_more_keep_no_other_from_being_sent() {
    let mut world = calm(120, false, |order| order.take = Take::Everything);
    // A send takes long, and the next ones are intended meanwhile.
    let next = |world: &World| world.flights.iter().position(|flight| !matches!(flight.ask, Ask::Send { .. }));
    let intended = |world: &World| world.journal.values().filter(|row| row.stage == Stage::Intended).count();
    while intended(&world) < 20 {
        let next = next(&world).unwrap();
        world.act(Action::Call(next, Luck::Fine));
    }
    world.pass(61_000);
    // Somebody else has what was intended, for ten minutes.
    let until_ms = world.now_ms + 600_000;
    for row in world.journal.values().filter(|row| row.stage == Stage::Intended) {
        let (message, _) = number(row.id.as_str());
        world.queues.originals[usize::from(message)].place = Place::InFlight(u8::MAX, until_ms);
    }
    run(&mut world, fine);
    assert_eq!(world.ended, Some(End::Finished { may_remain: Some(20) }));
    assert_eq!(world.queues.arrived.len(), 110, "ten were under way, ten were not");
}

#[test]
fn a_message_that_was_let_slip_is_not_kept_away_by_those_behind_it_in_its_group() {
    let mut world = calm(3, true, |_| {});
    let began_ms = world.now_ms;
    // The disk is full: what was received is hidden anew over and over, but for the first, which somebody else took.
    while world.now_ms - began_ms < 120_000 {
        let renewing = world.flights.first().is_some_and(|flight| matches!(flight.ask, Ask::Renew { .. }));
        if renewing && matches!(world.queues.originals[0].place, Place::InFlight(..)) {
            world.queues.originals[0].place = Place::Visible;
        }
        let full = world.flights.first().is_some_and(|flight| matches!(flight.ask, Ask::Commit(_)));
        go_on(&mut world, if full { Luck::Refused } else { Luck::Fine });
    }
    run(&mut world, fine);
    assert_eq!(world.ended, Some(End::Finished { may_remain: None }));
    assert_eq!(world.queues.arrived, [0, 1, 2]);
}

#[test]
fn those_behind_a_message_that_somebody_took_go_on_without_it() {
    let mut world = calm(3, true, |_| {});
    while world.engine.as_ref().unwrap().progress().census.in_hand < 3 {
        go_on(&mut world, Luck::Fine);
    }
    world.tell(Event::Pause);
    run(&mut world, fine);
    let begun = world.queues.arrived.len();
    let next = u8::try_from(begun).unwrap();
    world.queues.consume(next);
    world.tell(Event::Resume);
    run(&mut world, fine);
    assert_eq!(world.ended, Some(End::Finished { may_remain: None }));
    assert_eq!(world.queues.arrived.len(), 2, "{:?}", world.journal);
    assert_eq!(world.journal[&id(next)].stage, Stage::Closed(Closing::Gone));
}
