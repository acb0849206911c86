//! Two consoles with one journal: whoever comes later has it, and the other one stops at once.

use std::time::Duration;

use super::process::Fate;
use super::stage::Stage;

const LANES: u16 = 2;

async fn rivals(fifo: bool, messages: usize, claims: usize) {
    let stage = Stage::of(fifo, messages, 60).await;
    let mut order = stage.order();
    order.policy.lanes = LANES;
    // A loser may receive until it hears that it has lost: three polls are longer than a lease, as they always are.
    order.terms.wait_s = 1;
    let mut loser = stage.starts(order, Fate::default()).await;
    let mut winner = stage.life(Fate::default());
    let claimed = || stage.watch.seen().claims.len();
    for claim in 1..=claims {
        stage.sent(claim * (messages - 50) / claims).await;
        let before = claimed();
        winner.console.connection.resume_selectives().await;
        let taken = async {
            while claimed() == before {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            loser.is_idle().await;
        };
        // A loser that has nothing to write down hears of it when it looks for what it let slip, or ends.
        if tokio::time::timeout(Duration::from_secs(30), taken).await.is_err() {
            let claims = claimed() - before;
            let [loser, winner] = [loser.shown().await.live, winner.shown().await.live];
            panic!("{fifo}: {claims} came of claim {claim}; the loser: {loser:#?}; the winner: {winner:#?}");
        }
        if claim % 2 == 0 {
            // What the loser held comes back at once.
            stage.pass(3_100);
        }
        std::mem::swap(&mut winner, &mut loser);
    }
    // The last winner is called the loser by now.
    let verdict = loser.ends(&stage, "two consoles").await;
    assert_eq!((verdict.moved(), verdict.remain()), (messages, 0), "{verdict:#?}");
    assert!(!fifo || verdict.duplicated == 0, "{verdict:#?}");
    let seen = stage.watch.seen();
    let late = seen.claims.windows(2).map(|pair| {
        let ((_, before), (by, after)) = (&pair[0], &pair[1]);
        let of = |sent: &std::collections::BTreeMap<usize, usize>| sent.get(by).copied().unwrap_or_default();
        of(after) - of(before)
    });
    let most = late.max().unwrap_or_default();
    println!(
        "fifo {fifo}: {} takeovers, {} outcomes unknown, {} there twice, {} reported; a loser sent {most} more at most",
        seen.claims.len() - 1,
        verdict.unknown,
        verdict.duplicated,
        verdict.reported
    );
    // One batch a lane: what was intended when it lost. It hears of that with its next commit, before it intends more.
    assert!(most <= 10 * usize::from(LANES), "a loser sent {most} messages after it had lost");
}

#[tokio::test]
async fn a_redrive_taken_over_sixty_times_loses_nothing() {
    rivals(false, 2_000, 60).await;
}

#[tokio::test]
async fn a_fifo_redrive_taken_over_forty_times_has_no_second_copy() {
    rivals(true, 1_400, 40).await;
}
