//! How a redrive ends for its originals: those that are to stay stay, whenever the process is killed, and one that nobody
//! wants any more ends, whatever it waits for.

use super::super::Event;
use super::pauses::{calm, fine, go_on, run};
use super::sqs::Place;
use super::world::{Action, Ask, Luck};
use crate::model::journal::{Closing, Stage};
use crate::server::services::redrive::engine::End;

#[test]
fn originals_that_are_to_stay_stay_whenever_it_is_killed() {
    for reached in [0, u32::MAX] {
        for steps in 0..60 {
            let mut world = calm(3, false, |order| order.policy.keep_originals = true);
            for _ in 0..steps {
                if world.ended.is_none() {
                    go_on(&mut world, Luck::Fine);
                }
            }
            if world.journal.is_empty() {
                // Nothing was begun yet; here polls are so short that what the dead process held would be given up.
                continue;
            }
            if world.ended.is_none() {
                world.act(Action::Kill(reached));
                world.act(Action::Restart);
                run(&mut world, fine);
            }
            let gone = world.queues.originals.iter().filter(|original| original.place == Place::Gone).count();
            assert_eq!(gone, 0, "killed after {steps} steps");
            assert!((0..3).all(|message| world.queues.arrived.contains(&message)), "killed after {steps} steps");
            assert!(world.journal.values().all(|row| row.stage == Stage::Closed(Closing::Kept)), "{:?}", world.journal);
        }
    }
}

#[test]
fn one_that_waits_for_somebody_ends_when_nobody_wants_it() {
    let mut world = calm(4, false, |_| {});
    while world.queues.arrived.is_empty()
        || !world.flights.iter().any(|flight| matches!(flight.ask, Ask::Delete { .. }))
    {
        go_on(&mut world, Luck::Fine);
    }
    // What was sent is not deleted yet when the process dies, and the next one is to wait.
    world.act(Action::Kill(0));
    world.act(Action::Restart);
    world.tell(Event::Pause);
    run(&mut world, fine);
    assert_eq!(world.ended, None, "it waits");
    world.tell(Event::Cancel);
    run(&mut world, fine);
    assert_eq!(world.ended, Some(End::Cancelled));
    let sent = world.queues.arrived.len();
    let gone = world.queues.originals.iter().filter(|original| original.place == Place::Gone).count();
    assert_eq!(gone, sent, "what was sent was still deleted");
}
