//! FIFO: a hundred crashes within the window of deduplication change nothing, and longer ones are told.

use super::process::{Fate, Step, When};
use super::stage::{Dice, ID, Stage, doomed};
use crate::model::journal::{Closing, Stage as Far};
use crate::server::services::redrive::engine::OnUnknown;

const STEPS: [Step; 6] = [Step::Receive, Step::Intend, Step::Send, Step::Sent, Step::Delete, Step::Done];

#[tokio::test]
async fn a_hundred_crashes_within_the_window_leave_every_message_once_and_in_order() {
    const MESSAGES: usize = 10_000;
    let (stage, mut dice) = (Stage::of(true, MESSAGES, 100).await, Dice::new(4));
    let mut fate = |crash: usize| {
        let when = if dice.below(2) == 0 { When::Before } else { When::After };
        let mut fate = doomed(STEPS[dice.below(STEPS.len())], when, dice.below(MESSAGES / 100));
        if crash >= 100 {
            fate.doom = None;
        }
        fate
    };
    let mut life = stage.starts(stage.order(), fate(0)).await;
    for crash in 1..=100 {
        assert!(life.died().await, "crash {crash}");
        // Shorter than a lease: part of what it held is still hidden when the next one comes.
        stage.pass(if crash % 4 == 0 { 300 } else { 3_100 });
        life = stage.resumes(fate(crash)).await;
    }
    let verdict = life.ends(&stage, "a hundred crashes").await;
    println!(
        "{MESSAGES} messages, 100 crashes: {} outcomes unknown, {} copies too many",
        verdict.unknown, verdict.duplicated
    );
    assert_eq!((verdict.moved(), verdict.remain()), (MESSAGES, 0));
    assert_eq!((verdict.duplicated, verdict.reported), (0, 0));
    assert!(verdict.unknown > 100, "so many crashes leave more in doubt: {verdict:?}");
    assert!(stage.world.bodies(stage.from()).await.is_empty());
}

/// Six minutes later deduplication swallows nothing any more.
async fn too_late(unknown: OnUnknown) {
    const MESSAGES: usize = 300;
    let stage = Stage::of(true, MESSAGES, 50).await;
    let mut order = stage.order();
    order.policy.unknown = unknown;
    stage.starts(order, doomed(Step::Send, When::After, 100)).await.died().await;
    stage.pass(6 * 60_000);
    let second = stage.resumes(Fate::default()).await;
    let verdict = second.ends(&stage, "after the window").await;
    println!(
        "{unknown:?}: {} in doubt, {} there twice, {} reported",
        verdict.unknown, verdict.duplicated, verdict.reported
    );
    assert!(verdict.unknown > 0);
    let rows = second.console.rows(ID).await;
    let undecided = rows.iter().filter(|row| row.stage == Far::Closed(Closing::Undecided)).count();
    let blocked = rows.iter().filter(|row| matches!(row.stage, Far::Closed(Closing::Blocked { .. }))).count();
    if unknown == OnUnknown::Resend {
        assert!(verdict.duplicated > 0 && verdict.reported >= verdict.duplicated, "{verdict:#?}");
        assert_eq!((verdict.moved(), undecided), (MESSAGES, 0));
    } else {
        assert_eq!((verdict.duplicated, verdict.reported), (0, undecided), "nothing that may be there was sent again");
        assert!(undecided > 0 && undecided == verdict.shown.counts.unknown, "{verdict:#?}");
        // Of a group whose first message stays, SQS may not show all: then there are more, and that is said.
        let missing = MESSAGES - verdict.moved() - undecided - blocked;
        assert!(missing <= usize::try_from(verdict.remain()).unwrap(), "{missing} have no line: {verdict:#?}");
    }
}

#[tokio::test]
async fn after_the_window_what_may_be_there_is_left_to_somebody_or_reported() {
    tokio::join!(too_late(OnUnknown::Hold), too_late(OnUnknown::Resend));
}
