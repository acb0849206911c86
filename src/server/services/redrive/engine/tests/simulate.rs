//! A thousand random walks through larger worlds: several groups and lanes, kills, faults, expired credentials, a full
//! journal, clocks that jump. The same seed is the same walk.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::super::{End, Event, OnUnknown, Sequence, Take};
use super::explore::order;
use super::sqs::{Place, Queues};
use super::world::{Action, Ask, Luck, Setup, World};

/// A small generator (SplitMix64): good enough for dice, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.next().is_multiple_of(n)
    }
}

/// What a walk came to.
#[derive(Debug, PartialEq, Eq)]
struct Walk {
    trace: u64,
    steps: usize,
    kills: usize,
    faults: usize,
    copies: usize,
    duplicates: usize,
    end: End,
}

/// For so many steps things go wrong; afterwards the walk must come to its end by itself.
const TROUBLE: usize = 250;
/// No walk takes more steps than this.
const MOST: usize = 20_000;

fn walk(seed: u64) -> Walk {
    let mut dice = Dice(seed);
    let fifo = dice.one_in(2);
    let messages = u8::try_from(5 + dice.below(26)).unwrap();
    let groups = u8::try_from(1 + dice.below(5)).unwrap();
    let unknown = if fifo || dice.one_in(4) { OnUnknown::Hold } else { OnUnknown::Resend };
    let mut order = order(messages, fifo, unknown);
    order.terms = super::super::Terms::default();
    order.policy.lanes = u16::try_from(1 + dice.below(4)).unwrap();
    order.policy.careful = dice.one_in(4);
    order.policy.rate = dice.one_in(3).then(|| u32::try_from(1 + dice.below(40)).unwrap());
    match dice.below(4) {
        0 | 1 => order.take = Take::Everything,
        2 => order.policy.sequence = Sequence::OldestFirst,
        _ => {}
    }
    let rate = order.policy.rate;
    let setup = Setup { order: Arc::new(order), window_ms: Some(300_000), twist: None };
    let mut world = World::new(setup, Queues::of(messages, groups, fifo), u8::MAX, u8::MAX);
    let mut trace = DefaultHasher::new();
    let mut walk = Walk { trace: 0, steps: 0, kills: 0, faults: 0, copies: 0, duplicates: 0, end: End::Fenced };
    let mut recent: VecDeque<(i64, usize)> = VecDeque::new();
    let mut journal_full = false;
    loop {
        walk.steps += 1;
        assert!(
            walk.steps < MOST,
            "seed {seed} does not end: {:?}",
            world.engine.as_ref().map(|engine| engine.progress())
        );
        let trouble = walk.steps < TROUBLE;
        if !trouble {
            (world.expired, journal_full) = (false, false);
        }
        let sends =
            |world: &World| world.flights.iter().filter(|flight| matches!(flight.ask, Ask::Send { .. })).count();
        let before = sends(&world);
        let action = act(&mut world, &mut dice, trouble, &mut journal_full, &mut walk);
        (format!("{action:?}"), world.now_ms).hash(&mut trace);
        if let Some(wrong) = world.violation() {
            panic!("seed {seed}, step {}: {wrong}", walk.steps);
        }
        if let Some(rate) = rate.filter(|_| sends(&world) > before && walk.kills == 0) {
            let begun = world.flights.iter().rev().take(sends(&world)).filter(|flight| flight.waited_ms == 0);
            let begun: usize =
                begun.map(|flight| if let Ask::Send { messages, .. } = &flight.ask { messages.len() } else { 0 }).sum();
            recent.retain(|(at_ms, _)| world.now_ms - at_ms < 1_000 && *at_ms != world.now_ms);
            recent.push_back((world.now_ms, begun));
            assert!(recent.iter().map(|(_, begun)| begun).sum::<usize>() <= rate as usize, "seed {seed}: too fast");
        }
        if let Some(end) = world.ended {
            walk.end = end;
            break;
        }
    }
    in_order(&world, seed);
    walk.copies = world.queues.arrived.len();
    walk.duplicates = world.queues.originals.iter().filter(|original| original.copies > 1).count();
    walk.trace = trace.finish();
    walk
}

/// Something happens, and is told.
fn act(world: &mut World, dice: &mut Dice, trouble: bool, journal_full: &mut bool, walk: &mut Walk) -> Option<Action> {
    if trouble && dice.one_in(60) && world.engine.is_some() {
        walk.kills += 1;
        let reaching = u32::try_from(dice.below(1 << world.flights.len().min(16))).unwrap();
        world.act(Action::Kill(reaching));
        world.now_ms += i64::try_from(dice.below(150_000)).unwrap();
        world.wall_ahead_ms += [3_600_000, -3_600_000, 0, 0, 0, 0][dice.below(6)];
        world.queues.pass(world.now_ms);
        world.act(Action::Restart);
        return Some(Action::Kill(reaching));
    }
    if trouble && dice.one_in(80) {
        let at = u8::try_from(dice.below(world.queues.originals.len())).unwrap();
        let original = &world.queues.originals[usize::from(at)];
        match original.place {
            Place::InFlight(..) if !world.queues.fifo => world.act(Action::Expire(at)),
            Place::Gone if original.returns > 0 => world.act(Action::Return(at)),
            _ => {}
        }
        return None;
    }
    if trouble && dice.one_in(120) {
        let at = dice.below(world.queues.originals.len());
        if world.queues.originals[at].place == Place::Visible && world.queues.originals[at].copies == 0 {
            world.queues.consume(u8::try_from(at).unwrap());
        }
        return None;
    }
    if trouble && dice.one_in(100) {
        world.expired = !world.expired;
    }
    if trouble && dice.one_in(100) {
        *journal_full = !*journal_full;
    }
    if trouble && dice.one_in(150) {
        world.tell(Event::Pause);
        world.tell(Event::Resume);
    }
    let late = world.flights.iter().any(|flight| flight.waited_ms > 8_000);
    if world.flights.is_empty() || dice.one_in(3) && !late {
        let by_ms = match dice.below(20) {
            0 if world.flights.is_empty() => 20_000,
            1 | 2 => 1_000,
            _ => 1 + i64::try_from(dice.below(40)).unwrap(),
        };
        let due = world.next_ms().map_or(by_ms, |next_ms| next_ms - world.now_ms);
        world.pass(if world.flights.is_empty() { due.max(by_ms) } else { by_ms });
        return Some(Action::Pass);
    }
    let at = dice.below(world.flights.len());
    let luck = match &world.flights[at].ask {
        Ask::Commit(_) if *journal_full => Luck::Refused,
        Ask::Commit(_) if trouble && dice.one_in(40) => Luck::LostAnswer,
        Ask::Commit(_) | Ask::Count { .. } | Ask::Probe { .. } | Ask::GiveBack { .. } => Luck::Fine,
        Ask::Receive { .. } | Ask::Send { .. } | Ask::Delete { .. } if world.expired => Luck::Expired,
        Ask::Receive { .. } if trouble && dice.one_in(20) => Luck::LostAnswer,
        Ask::Renew { .. } if trouble && dice.one_in(20) => Luck::Refused,
        Ask::Send { .. } if trouble && dice.one_in(6) => {
            [Luck::Refused, Luck::LostRequest, Luck::LostAnswer, Luck::OneRefused, Luck::OneDamaged][dice.below(5)]
        }
        Ask::Delete { .. } if trouble && dice.one_in(6) => {
            let lucks = [Luck::Refused, Luck::LostRequest, Luck::LostAnswer, Luck::DidNotStick];
            lucks[dice.below(if world.queues.fifo { 3 } else { 4 })]
        }
        _ => Luck::Fine,
    };
    walk.faults += usize::from(luck != Luck::Fine);
    let action = Action::Call(at, luck);
    world.act(action);
    Some(action)
}

/// On FIFO no copy arrives before that of a message that stands before it in its group.
fn in_order(world: &World, seed: u64) {
    if !world.queues.fifo {
        return;
    }
    for group in 0..world.queues.groups {
        let arrived: Vec<u8> =
            world.queues.arrived.iter().copied().filter(|at| at % world.queues.groups == group).collect();
        assert!(arrived.is_sorted(), "seed {seed}: group {group} arrived as {arrived:?}");
    }
}

#[test]
fn a_thousand_walks_lose_nothing_and_end_by_themselves() {
    let (mut kills, mut faults, mut copies, mut duplicates, mut finished) = (0, 0, 0, 0, 0);
    for seed in 0..1_000 {
        let walk = walk(seed);
        if seed % 50 == 0 {
            assert_eq!(walk, self::walk(seed), "the same seed is the same walk");
        }
        kills += walk.kills;
        faults += walk.faults;
        copies += walk.copies;
        duplicates += walk.duplicates;
        finished += usize::from(matches!(walk.end, End::Finished { .. }));
    }
    println!(
        "{kills} kills, {faults} faults, {copies} copies, {duplicates} messages with more than one, {finished} finished"
    );
    assert_eq!(finished, 1_000);
    assert!(kills > 2_000 && faults > 5_000 && copies > 10_000);
}
