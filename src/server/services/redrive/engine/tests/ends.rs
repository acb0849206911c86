//! How a redrive ends for its originals: those that are to stay stay, whenever the process is killed, and one that nobody
//! wants any more ends, whatever it waits for.

use std::sync::Arc;

use super::super::outbox::Durable;
use super::pauses::{calm, fine, go_on, run};
use super::sqs::{Place, id};
use super::world::{Action, Ask, Luck, World};
use crate::model::journal::{Change, Closing, Intent, JournalRow, QueueNo, Stage};
use crate::model::{Code, Draft, MessageId};
use crate::server::services::redrive::engine::{DeleteOutcome, Edit, End, Event, Pause, StopRule, Take};

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
    assert!(sent.iter().all(|row| Durable::read(row).is_some()), "a later redrive knows that it was sent");
}

#[test]
fn whatever_it_would_wait_for_it_ends_when_nobody_wants_it() {
    for late in [Event::Tick, Event::Pause, Event::CameBack(vec![MessageId::new("c0")])] {
        let mut world = calm(4, false, |order| {
            (order.policy.canary, order.policy.careful) = (Some(1), true);
            order.policy.stop_rule = Some(StopRule { percent: 1, at_least: 1, within_ms: 600_000 });
        });
        while !world.flights.iter().any(|flight| matches!(flight.ask, Ask::Delete { .. })) {
            go_on(&mut world, Luck::Fine);
        }
        world.act(Action::Kill(0));
        world.act(Action::Restart);
        world.tell(Event::Cancel);
        world.tell(late.clone());
        run(&mut world, fine);
        assert_eq!(world.ended, Some(End::Cancelled), "{late:?}");
        let gone = world.queues.originals.iter().filter(|original| original.place == Place::Gone).count();
        assert_eq!((gone, world.queues.arrived.len()), (1, 1), "what was sent was still deleted");
    }
}

#[test]
fn what_an_earlier_redrive_did_not_delete_is_left_to_somebody_and_what_nobody_chose_is_left_alone() {
    for edited in [false, true] {
        let mut world = calm(3, false, |order| {
            order.take = Take::Chosen([id(0)].into());
            if edited {
                let draft = Draft { body: "body 0".into(), ..Draft::default() };
                order.edits.insert(id(0), Edit { revision: 1, draft: Arc::new(draft) });
            }
        });
        let earlier = |n: u8, stage: Stage| {
            let mut row = JournalRow::new(id(n));
            row.apply(Change::Intend(Intent {
                to: QueueNo(0),
                attempt: 1,
                extra: 0,
                first_ms: 0,
                group: None,
                sequence: None,
            }));
            row.apply(Change::Sent { copy: MessageId::new(format!("before {n}")), at_ms: 1 });
            JournalRow { stage, ..row }
        };
        let refused = Stage::Closed(Closing::NotDeleted);
        world.earlier = vec![earlier(0, refused.clone()), earlier(1, refused), earlier(2, Stage::Done)];
        world.act(Action::Kill(0));
        world.act(Action::Restart);
        run(&mut world, fine);
        assert_eq!(world.ended, Some(End::Finished { may_remain: None }));
        let there = |n: usize| world.queues.originals[n].place == Place::Visible;
        assert_eq!((there(0), there(1), there(2)), (!edited, true, true));
        assert_eq!(world.queues.arrived.len(), usize::from(edited));
        let copy = MessageId::new("before 0");
        let stage = if edited { Stage::Done } else { Stage::Closed(Closing::SentEarlier { copy }) };
        assert_eq!(world.journal[&id(0)].stage, stage);
        assert!(!world.journal.contains_key(&id(1)) && !world.journal.contains_key(&id(2)));
    }
}

#[test]
fn what_an_earlier_redrive_left_in_doubt_is_in_doubt_however_it_was_closed_and_after_a_restart() {
    let mut row = JournalRow::new(id(0));
    let intent = |attempt, extra| Intent { to: QueueNo(0), attempt, extra, first_ms: 0, group: None, sequence: None };
    row.apply(Change::Intend(intent(1, 0)));
    row.apply(Change::Intend(intent(2, 1)));
    row.apply(Change::Refused { code: Code::new("X"), refused: 1, extra: 0 });
    row.apply(Change::Closed(Closing::Refused(Code::new("X"))));
    let mut world = calm(1, false, |_| {});
    world.earlier = vec![row];
    world.act(Action::Kill(0));
    world.act(Action::Restart);
    // The first attempt of this redrive is refused for the moment, and then the process dies.
    while !world.flights.iter().any(|flight| matches!(flight.ask, Ask::Send { .. })) {
        go_on(&mut world, Luck::Fine);
    }
    let sending = world.flights.iter().position(|flight| matches!(flight.ask, Ask::Send { .. })).unwrap();
    world.tell(Event::Pause);
    world.act(Action::Call(sending, Luck::Refused));
    run(&mut world, fine);
    world.act(Action::Kill(0));
    world.act(Action::Restart);
    run(&mut world, fine);
    assert_eq!((world.ended, world.queues.arrived.len()), (Some(End::Finished { may_remain: None }), 1));
    assert_eq!(world.journal[&id(0)].extra, 1, "there may be one of before beside it");
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
