//! The plan, played through with a virtual time.

use proptest::prelude::*;

use super::super::ceiling::WINDOW_MS;
use super::*;

fn name(i: usize) -> QueueName {
    format!("q{i}").parse().unwrap()
}

fn row(i: usize) -> Job {
    Job::Row(name(i))
}

fn looking(focus: Option<usize>, listed: std::ops::Range<usize>) -> View {
    View { focus: focus.map(name), listed: listed.map(name).collect() }
}

fn of(queues: usize) -> Schedule {
    let mut schedule = Schedule::default();
    schedule.add(Job::List, 0);
    for i in 0..queues {
        schedule.add(row(i), 0);
    }
    schedule
}

/// Plays `schedule` from `from` to `to` against calls that take `latency`, and answers each call with its moment.
fn play(schedule: &mut Schedule, from: i64, to: i64, latency: i64) -> Vec<(i64, Job)> {
    play_on(schedule, &mut Vec::new(), from, to, latency)
}

/// The same, with the calls that are under way before and after.
fn play_on(
    schedule: &mut Schedule,
    under_way: &mut Vec<(i64, Job)>,
    from: i64,
    to: i64,
    latency: i64,
) -> Vec<(i64, Job)> {
    let mut made = Vec::new();
    let mut now = from;
    while now < to {
        under_way.retain(|(ends, job)| {
            let ended = *ends <= now;
            if ended {
                schedule.done(job, now, false);
            }
            !ended
        });
        let next_end = under_way.iter().map(|(ends, _)| *ends).min();
        match schedule.next(now, None) {
            Next::Start(job) => {
                made.push((now, job.clone()));
                under_way.push((now + latency, job));
            }
            Next::WakeAt(at) => {
                assert!(at > now, "a wake-up in the past would spin");
                now = next_end.map_or(at, |end| end.min(at));
            }
            Next::Sleep => match next_end {
                Some(end) => now = end,
                None => break,
            },
        }
    }
    made
}

fn count(made: &[(i64, Job)], job: &Job) -> usize {
    made.iter().filter(|(_, made)| made == job).count()
}

#[test]
fn nothing_is_read_while_nobody_watches() {
    let mut schedule = of(100);
    assert_eq!(schedule.next(1_000_000, None), Next::Sleep);
    let view = looking(Some(1), 0..10);
    schedule.turn(None, Some(&view), 0);
    assert!(!play(&mut schedule, 0, 10_000, 8).is_empty());
    schedule.turn(Some(&view), None, 10_000);
    assert!(play(&mut schedule, 10_000, 3_600_000, 8).is_empty());
    assert_eq!(schedule.pace(), 0);
}

#[test]
fn each_tier_keeps_its_cadence() {
    let mut schedule = of(30);
    schedule.turn(None, Some(&looking(Some(0), 1..5)), 0);
    let made = play(&mut schedule, 0, 120_000, 0);
    assert_eq!(count(&made, &row(0)), 60, "in focus: every 2 s");
    assert_eq!(count(&made, &row(1)), 12, "listed: every 10 s");
    assert_eq!(count(&made, &row(20)), 2, "the rest: every minute");
    assert_eq!(count(&made, &Job::List), 2);
    // 30 a minute in focus, 4 × 6 listed, 25 of the rest, and the list.
    assert_eq!(schedule.pace(), 30 + 24 + 25 + 1);
}

#[test]
fn a_hundred_viewers_cost_what_one_does() {
    let calls = |viewers: usize| {
        let mut schedule = of(50);
        for _ in 0..viewers {
            schedule.turn(None, Some(&looking(Some(3), 0..20)), 0);
        }
        play(&mut schedule, 0, 60_000, 8).len()
    };
    assert_eq!(calls(1), calls(100));
}

#[test]
fn what_nobody_looks_at_any_more_falls_back() {
    let mut schedule = of(3);
    let (first, second) = (looking(Some(0), 0..0), looking(Some(1), 0..0));
    schedule.turn(None, Some(&first), 0);
    play(&mut schedule, 0, 10_000, 1);
    schedule.turn(Some(&first), Some(&second), 10_000);
    let made = play(&mut schedule, 10_000, 20_000, 1);
    assert_eq!((count(&made, &row(0)), count(&made, &row(1))), (0, 5));
}

#[test]
fn what_waited_while_nobody_looked_is_not_late() {
    let mut schedule = of(3);
    let view = looking(Some(0), 1..3);
    schedule.turn(None, Some(&view), 0);
    play(&mut schedule, 0, 1_000, 1);
    schedule.turn(Some(&view), None, 1_000);
    schedule.turn(None, Some(&view), 3_600_000);
    assert_eq!(schedule.lag(3_600_000), 0);
    assert_eq!(schedule.lag(3_605_000), 5_000);
}

#[test]
fn in_trouble_one_call_at_a_time_probes() {
    let mut schedule = of(10);
    schedule.turn(None, Some(&looking(Some(0), 0..5)), 0);
    assert_eq!(schedule.next(10, Some(500)), Next::WakeAt(500));
    assert_eq!(schedule.next(500, Some(500)), Next::Start(row(0)), "the queue in focus first");
    assert_eq!(schedule.next(501, Some(500)), Next::Sleep);
    schedule.done(&row(0), 502, false);
    assert!(matches!(schedule.next(502, None), Next::Start(_)));
}

#[test]
fn what_cannot_work_is_asked_for_once_a_minute() {
    let mut schedule = of(1);
    schedule.turn(None, Some(&looking(Some(0), 0..0)), 0);
    assert_eq!(schedule.next(0, None), Next::Start(row(0)));
    schedule.done(&row(0), 1, true);
    assert_eq!(schedule.next(1, None), Next::Start(Job::List));
    schedule.done(&Job::List, 1, false);
    assert_eq!(schedule.next(1, None), Next::WakeAt(60_001));
}

#[test]
fn a_running_task_is_followed_every_two_seconds_in_focus_and_every_ten_elsewhere() {
    let mut schedule = of(1);
    let tasks = Job::Tasks(name(0));
    let (focus, elsewhere) = (looking(Some(0), 0..0), looking(None, 0..0));
    schedule.turn(None, Some(&focus), 0);
    schedule.add(tasks.clone(), 0);
    assert_eq!(count(&play(&mut schedule, 0, 20_000, 0), &tasks), 2, "none runs");
    schedule.set_active(&name(0), true);
    assert_eq!(count(&play(&mut schedule, 20_000, 40_000, 0), &tasks), 10);
    schedule.turn(Some(&focus), Some(&elsewhere), 40_000);
    assert_eq!(count(&play(&mut schedule, 40_000, 60_000, 0), &tasks), 2);
    schedule.set_active(&name(0), false);
    assert_eq!(count(&play(&mut schedule, 60_000, 240_000, 0), &tasks), 3, "nobody looks, none runs");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn never_more_than_the_ceiling_and_the_focus_is_never_starved(
        queues in 1usize..3_000,
        listed in 0usize..400,
        latency in 0i64..400,
        turns in proptest::collection::vec((0usize..3_000, 1_000i64..9_000), 1..6),
    ) {
        let mut schedule = of(queues);
        let mut before: Option<View> = None;
        let (mut now, mut made, mut under_way) = (0, Vec::new(), Vec::new());
        for (focus, length) in turns {
            let focus = focus % queues;
            let view = looking(Some(focus), 0..listed.min(queues));
            schedule.turn(before.as_ref(), Some(&view), now);
            let part = play_on(&mut schedule, &mut under_way, now, now + length, latency);
            // Every 2 s and what a call takes; at worst a full window and full slots stand before it.
            let reads: Vec<i64> = part.iter().filter(|(_, job)| *job == row(focus)).map(|(at, _)| *at).collect();
            let allowed = Tier::Focus.cadence() + 2 * latency + WINDOW_MS;
            let edges = std::iter::once(now).chain(reads).chain(std::iter::once(now + length)).collect::<Vec<_>>();
            for pair in edges.windows(2) {
                prop_assert!(pair[1] - pair[0] <= allowed, "{} ms without a read of the focus", pair[1] - pair[0]);
            }
            made.extend(part);
            before = Some(view);
            now += length;
        }
        for (i, (at, _)) in made.iter().enumerate() {
            let within = made[i..].iter().take_while(|(later, _)| later - at < WINDOW_MS);
            let cost: usize = within.map(|(_, job)| schedule.cost(job)).sum();
            prop_assert!(cost <= CALLS, "{cost} calls in the second after {at}");
        }
    }
}
