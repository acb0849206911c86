//! How a redrive ends for its originals: those that are to stay stay, whenever the process is killed, and one that nobody
//! wants any more ends, whatever it waits for.

use super::super::outbox::Durable;
use super::super::{DeleteOutcome, Event, Pause};
use super::pauses::{calm, fine, go_on, run};
use super::sqs::Place;
use super::world::{Action, Ask, Luck, World};
use crate::model::Code;
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

/// Goes on while SQS refuses every delete, until that stops it or it ends.
fn without_the_right_to_delete(world: &mut World) {
    for _ in 0..500 {
        let deletes = world.flights.iter().position(|flight| matches!(flight.ask, Ask::Delete { .. }));
        match deletes.map(|at| world.flights.remove(at).ask) {
            Some(Ask::Delete { call, handles }) => {
                let entries = vec![DeleteOutcome::Refused(Code::new("AccessDenied")); handles.len()];
                world.tell(Event::DeleteEnded { call, entries });
            }
            _ if world.ended.is_some() || world.flights.is_empty() && waits_for_the_source(world) => return,
            _ => go_on(world, Luck::Fine),
        }
    }
}

fn waits_for_the_source(world: &World) -> bool {
    world.engine.as_ref().is_some_and(|engine| engine.progress().pauses.contains(&Pause::Source))
}

#[test]
fn what_could_not_be_deleted_is_told_and_never_sent_again() {
    let mut world = calm(3, false, |_| {});
    without_the_right_to_delete(&mut world);
    assert!(world.ended.is_none() && waits_for_the_source(&world), "it waits for the right");
    world.tell(Event::Cancel);
    without_the_right_to_delete(&mut world);
    assert_eq!(world.ended, Some(End::Cancelled));
    let sent: Vec<_> = world.journal.values().filter(|row| row.copy.is_some()).collect();
    assert!(!sent.is_empty());
    assert!(sent.iter().all(|row| row.stage == Stage::Closed(Closing::NotDeleted)), "{sent:?}");
    assert!(sent.iter().all(|row| Durable::read(row).is_some()), "a later redrive deletes it");
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
