//! Every reachable state of small worlds, breadth first, with three kills and three faults in every possible place.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::super::calls::Call;
use super::super::rows::RowNo;
use super::super::{Behind, Engine, OnUnknown, Order, Policy, Queue, Route, Take, Terms};
use super::sqs::{Place, Queues, id};
use super::world::{Action, Ask, Flight, Luck, Setup, Twist, World};
use crate::model::QueueKind;
use crate::model::journal::{JournalRow, QueueNo, RedriveId};

/// What an exploration found.
pub struct Found {
    pub states: usize,
    /// States in which the redrive had ended.
    pub ends: usize,
    /// The most copies of one message in any state.
    pub copies: u8,
    /// What is wrong in a state, and how one gets there.
    pub violation: Option<(String, Vec<String>)>,
}

/// An order for a small world.
pub fn order(messages: u8, fifo: bool, unknown: OnUnknown) -> Order {
    let (kind, ending) = if fifo { (QueueKind::Fifo, ".fifo") } else { (QueueKind::Standard, "") };
    let queue = |name: &str| Queue {
        arn: format!("arn:aws:sqs:eu-west-1:1:{name}{ending}").parse().unwrap(),
        kind,
        max_size: 1 << 20,
    };
    Order {
        id: RedriveId::new("r1"),
        source: queue("from"),
        take: Take::Chosen((0..messages).map(id).collect()),
        route: Route::To(QueueNo(0)),
        destinations: vec![queue("to")],
        policy: Policy { unknown, lanes: 1, behind: Behind::Stay, ..Policy::of(kind) },
        terms: Terms { lease_s: 60, reserve_ms: 20_000, longest_ms: 90_000, wait_s: 20, window_ms: 90_000 },
        edits: BTreeMap::new(),
    }
}

/// All that can happen next.
fn actions(world: &World) -> Vec<Action> {
    let mut actions = Vec::new();
    let twist = world.setup.twist;
    for (at, Flight { ask, .. }) in world.flights.iter().enumerate() {
        actions.push(Action::Call(at, Luck::Fine));
        if world.faults > 0 {
            let lucks: &[Luck] = match ask {
                Ask::Receive { .. } => &[Luck::LostAnswer],
                Ask::Commit(_) => &[Luck::Refused, Luck::LostAnswer],
                Ask::Send { .. } if twist == Some(Twist::RepeatsSilently) => &[Luck::Twisted],
                Ask::Send { .. } => &[Luck::Refused, Luck::LostRequest, Luck::LostAnswer],
                Ask::Delete { .. } if world.queues.fifo => &[Luck::Refused, Luck::LostAnswer],
                Ask::Delete { .. } => &[Luck::Refused, Luck::LostAnswer, Luck::DidNotStick],
                Ask::Renew { .. } => &[Luck::Refused],
                Ask::GiveBack { .. } | Ask::Count { .. } | Ask::Probe { .. } => &[],
            };
            actions.extend(lucks.iter().map(|luck| Action::Call(at, *luck)));
        }
    }
    for (at, original) in world.queues.originals.iter().enumerate() {
        let at = u8::try_from(at).unwrap();
        match original.place {
            Place::InFlight(..) => actions.push(Action::Expire(at)),
            Place::Gone if original.returns > 0 => actions.push(Action::Return(at)),
            _ => {}
        }
    }
    // Every call has a deadline: the clock moves on once while it is under way.
    if world.next_ms().is_some() && world.flights.iter().all(|flight| flight.waited_ms == 0) {
        actions.push(Action::Pass);
    }
    match &world.engine {
        None => actions.push(Action::Restart),
        Some(_) if world.kills > 0 && world.ended.is_none() => {
            let mut reaching = vec![0];
            for (at, flight) in world.flights.iter().enumerate() {
                if matches!(flight.ask, Ask::Commit(_) | Ask::Send { .. } | Ask::Delete { .. }) {
                    reaching.extend(reaching.clone().iter().map(|calls| calls | 1 << at));
                }
            }
            actions.extend(reaching.into_iter().map(Action::Kill));
        }
        Some(_) => {}
    }
    if !world.limbo.is_empty() {
        actions.push(Action::Flush);
    }
    actions
}

/// How an action reads in a trace.
fn describe(world: &World, action: Action) -> String {
    let what = |at: usize| match &world.flights[at].ask {
        Ask::Receive { .. } => "receive".to_owned(),
        Ask::Commit(records) => {
            let all: Vec<String> = records.iter().map(|record| format!("{} {:?}", record.id, record.change)).collect();
            format!("commit [{}]", all.join(", "))
        }
        Ask::Send { messages, .. } => format!("send {messages:?}"),
        Ask::Delete { handles, .. } => format!("delete {handles:?}"),
        Ask::Renew { handles, .. } => format!("renew {handles:?}"),
        Ask::GiveBack { handles, .. } => format!("give back {handles:?}"),
        Ask::Count { .. } => "count".to_owned(),
        Ask::Probe { .. } => "probe".to_owned(),
    };
    match action {
        Action::Call(at, luck) => format!("{}: {luck:?}", what(at)),
        Action::Kill(reaching) => {
            let reached = (0..world.flights.len()).filter(|at| reaching & 1 << at != 0).map(what);
            format!("kill -9 [{}]", reached.collect::<Vec<_>>().join(", "))
        }
        action => format!("{action:?}"),
    }
}

/// Two worlds with the same key go on in the same way: times count from now, and what has passed is all alike.
fn key(world: &World) -> u128 {
    let now_ms = world.now_ms;
    let ahead = |ms: i64| if ms <= now_ms { i64::MIN } else { ms - now_ms };
    let engine = world.engine.as_ref().map(|engine| canonical(engine, now_ms, world));
    let mut queues = world.queues.clone();
    queues.arrived.clear();
    for original in &mut queues.originals {
        if let Place::InFlight(handle, until_ms) = original.place {
            original.place = Place::InFlight(handle, ahead(until_ms));
        }
        original.window_ms = original.window_ms.filter(|ms| *ms != i64::MAX).map(ahead);
    }
    let mut journal: Vec<JournalRow> = world.journal.values().cloned().collect();
    for row in &mut journal {
        row.sent_ms = None;
        row.first_ms = since(world, row.first_ms);
    }
    let flights = world.flights.iter().map(|flight| (flight.ask.clone(), flight.waited_ms > 0));
    let mut flights: Vec<_> = flights.collect();
    for (ask, _) in &mut flights {
        match ask {
            Ask::Receive { issued_ms, .. } => *issued_ms = (*issued_ms - now_ms).max(-world.terms().lease_ms()),
            Ask::Commit(records) => {
                let plain = records.iter().cloned().map(|mut record| {
                    if let crate::model::journal::Change::Sent { at_ms, .. } = &mut record.change {
                        *at_ms = 0;
                    }
                    if let crate::model::journal::Change::Intend(intent) = &mut record.change {
                        intent.first_ms = since(world, intent.first_ms);
                    }
                    record
                });
                *records = plain.collect::<Vec<_>>().into();
            }
            _ => {}
        }
    }
    let rest = (world.kills, world.faults, world.ended, world.limbo.len());
    let hash = |salt: u64| {
        let mut hasher = DefaultHasher::new();
        (salt, &engine, &queues, &journal, &flights, rest).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    hash(1) << 64 | hash(2)
}

/// Later than this is as good as never.
const FAR_MS: i64 = 10_000_000;

/// How long ago something was written down, as far as that makes a difference.
fn since(world: &World, wall_ms: i64) -> i64 {
    if world.queues.fifo && world.setup.window_ms.is_some() {
        (wall_ms - world.now().wall_ms).max(-world.terms().window_ms)
    } else {
        0
    }
}

fn canonical(engine: &Engine, now_ms: i64, world: &World) -> Engine {
    let ahead = |ms: i64| if ms <= now_ms { i64::MIN } else { ms - now_ms };
    let (longest_ms, lease_ms) = (world.terms().longest_ms, world.terms().lease_ms());
    let mut engine = engine.clone();
    engine.agenda = engine.agenda.iter().map(|(due_ms, no)| (due_ms - now_ms, *no)).collect::<BTreeSet<(i64, RowNo)>>();
    for no in engine.rows.numbers() {
        engine.rows.change(no, |row| {
            row.sent_at_ms = None;
            if let Some(hold) = &mut row.hold {
                hold.lease.since_ms = (hold.lease.since_ms - now_ms).max(-longest_ms);
                hold.lease.until_ms -= now_ms;
                hold.due_ms -= now_ms;
            }
            if let Some(first) = &mut row.tally.first {
                first.covered_until_ms = ahead(first.covered_until_ms).min(FAR_MS);
                first.wall_ms = since(world, first.wall_ms);
            }
        });
    }
    for call in engine.calls.slots.iter_mut().flatten() {
        match call {
            Call::Receive { issued_ms, .. } | Call::Renew { issued_ms, .. } => {
                *issued_ms = (*issued_ms - now_ms).max(-lease_ms);
            }
            _ => {}
        }
    }
    for throttle in [&mut engine.receiving, &mut engine.sending, &mut engine.deleting] {
        throttle.not_before_ms = ahead(throttle.not_before_ms);
    }
    engine.gate.commit_at_ms = ahead(engine.gate.commit_at_ms);
    engine.gate.probe_at_ms = ahead(engine.gate.probe_at_ms);
    engine.search.hidden_until_ms = ahead(engine.search.hidden_until_ms);
    engine
}

/// Walks through all states, or the first so many, and stops at the first that is wrong.
pub fn explore(world: World, limit: usize) -> Found {
    let mut found = Found { states: 0, ends: 0, copies: 0, violation: None };
    let first = key(&world);
    let mut seen: HashMap<u128, (u128, String)> = HashMap::from([(first, (first, String::new()))]);
    let mut frontier = VecDeque::from([(first, world)]);
    while let Some((at, world)) = frontier.pop_front() {
        found.states += 1;
        found.ends += usize::from(world.ended.is_some());
        found.copies =
            world.queues.originals.iter().map(|original| original.copies).max().max(Some(found.copies)).unwrap();
        if let Some(wrong) = world.violation() {
            let (mut trace, mut step) = (Vec::new(), at);
            while step != first {
                let (before, action) = &seen[&step];
                trace.push(action.clone());
                step = *before;
            }
            trace.reverse();
            found.violation = Some((wrong, trace));
            return found;
        }
        if found.states >= limit {
            return found;
        }
        for action in actions(&world) {
            let mut next = world.clone();
            next.act(action);
            let key = key(&next);
            if let std::collections::hash_map::Entry::Vacant(free) = seen.entry(key) {
                free.insert((at, describe(&world, action)));
                frontier.push_back((key, next));
            }
        }
    }
    found
}

/// A world for these many messages of one group. Where the window never ends, neither does the engine's trust in it.
pub fn world(messages: u8, fifo: bool, unknown: OnUnknown, window_ms: Option<i64>, luck: (u8, u8)) -> World {
    twisted(messages, fifo, unknown, window_ms, luck, None)
}

/// The same with something broken on purpose.
pub fn twisted(
    messages: u8,
    fifo: bool,
    unknown: OnUnknown,
    window_ms: Option<i64>,
    (kills, faults): (u8, u8),
    twist: Option<Twist>,
) -> World {
    let mut order = order(messages, fifo, unknown);
    if window_ms.is_none() {
        order.terms.window_ms = 1_000_000_000;
    }
    let setup = Setup { order: Arc::new(order), window_ms, twist };
    World::new(setup, Queues::of(messages, 1, fifo), kills, faults)
}

/// Explores a world that must hold. Kills and faults are few, so that it takes seconds; more of them have been tried.
#[track_caller]
fn holds(name: &str, world: World, most_copies: u8) -> usize {
    let found = explore(world, 2_000_000);
    println!("{name}: {} states, {} of them ends, at most {} copies", found.states, found.ends, found.copies);
    if let Some((wrong, trace)) = found.violation {
        panic!("{wrong}\n  {}", trace.join("\n  "));
    }
    assert!(found.ends > 0 && found.copies == most_copies);
    found.states
}

#[test]
fn every_state_of_a_standard_queue_holds() {
    let world = |luck| world(1, false, OnUnknown::Resend, None, luck);
    let states = holds("standard, 1 kill and 1 fault", world((1, 1)), 3) + holds("standard, 3 kills", world((3, 0)), 4);
    assert!(states >= 19_000, "{states}");
}

#[test]
fn every_state_of_a_fifo_queue_holds() {
    holds("FIFO, window may end, resend, 1 kill", world(1, true, OnUnknown::Resend, Some(120_000), (1, 0)), 2);
    holds("FIFO, window may end, resend, 1 fault", world(1, true, OnUnknown::Resend, Some(120_000), (0, 1)), 2);
    holds("FIFO, window may end, hold, 1 kill", world(1, true, OnUnknown::Hold, Some(120_000), (1, 0)), 1);
    holds("FIFO, window may end, hold, 1 fault", world(1, true, OnUnknown::Hold, Some(120_000), (0, 1)), 1);
    holds("FIFO, always inside the window, 2 kills", world(1, true, OnUnknown::Resend, None, (2, 0)), 1);
}

#[test]
fn two_messages_of_a_group_keep_their_order() {
    for (name, luck) in [("calm", (0, 0)), ("1 kill", (1, 0)), ("1 fault", (0, 1))] {
        // These have more states than a test has time for: the first ones are those close to the beginning.
        let found = explore(world(2, true, OnUnknown::Hold, Some(120_000), luck), 15_000);
        println!("group of two, {name}: the first {} states", found.states);
        assert_eq!(found.violation, None);
    }
}
