//! Something between the engine and the world is broken on purpose. Each of these must be noticed, or the exploration that
//! finds nothing wrong with the engine would prove nothing.

use super::super::OnUnknown;
use super::explore::{explore, twisted};
use super::world::Twist;

/// Explores a broken world, and tells how it goes wrong.
#[track_caller]
fn caught(twist: Twist, fifo: bool, luck: (u8, u8), rule: &str) {
    let world = twisted(1, fifo, OnUnknown::Resend, None, luck, Some(twist));
    let found = explore(world, 500_000);
    let (wrong, trace) = found.violation.unwrap_or_else(|| panic!("{twist:?} survived {} states", found.states));
    println!("{twist:?}: {wrong} after {} states\n  {}", found.states, trace.join("\n  "));
    assert!(wrong.starts_with(rule), "{wrong}");
}

#[test]
fn a_delete_before_the_send_is_caught() {
    caught(Twist::DeleteFirst, false, (0, 1), "L");
}

#[test]
fn a_commit_that_is_reported_early_is_caught() {
    caught(Twist::ReportsEarly, false, (1, 0), "");
}

#[test]
fn lost_intents_are_caught() {
    caught(Twist::DropsIntents, false, (1, 1), "R");
}

#[test]
fn a_sent_message_that_is_read_back_as_intended_is_caught() {
    caught(Twist::ForgetsSent, false, (1, 0), "M");
}

#[test]
fn a_send_that_is_repeated_silently_is_caught() {
    caught(Twist::RepeatsSilently, false, (0, 1), "M");
}

#[test]
fn a_missing_answer_taken_for_a_yes_is_caught() {
    caught(Twist::TakesSilenceForYes, false, (0, 1), "L");
}

#[test]
fn a_row_that_is_dropped_when_it_is_done_is_caught() {
    caught(Twist::DropsDone, false, (1, 1), "");
}

#[test]
fn somebody_elses_deduplication_id_is_caught() {
    caught(Twist::ReusesDeduplication, true, (0, 0), "L");
}
