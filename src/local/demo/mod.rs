//! The demo: what a person sees who starts the console without an AWS account.
//!
//! A trading desk and a shop, thirty queues with messages that are days old, dead letters as they happen to people, and
//! producers and consumers that go on. Everything comes from a seed: the same story each time.
//!
//! * `queues` – the queues, and what is wrong with some of them
//! * `trades`, `shop` – good messages; `*_failures`, `envelopes` – bad ones
//! * `timeline`, `story` – the past, told to the state at the times at which it happened
//! * [`Trickle`] – the present

mod contact_failures;
mod dice;
mod envelopes;
mod letter;
mod queues;
mod shop;
mod shop_failures;
mod story;
#[cfg(test)]
mod tests;
mod timeline;
mod trade_failures;
mod trades;
mod trickle;

use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use self::dice::Dice;
pub use self::trickle::Trickle;
use super::core::{ApiError, State};
use super::handle::Local;

/// The seed of the story that everybody sees.
const SEED: u64 = 20_261_120;
/// How often producers and consumers take a step.
const STEP: Duration = Duration::from_millis(1_500);

/// Fills a local SQS that has just been made. Takes a few tens of milliseconds.
///
/// Errors are the local SQS's: it holds queues of these names already, set up in another way.
pub fn seed(local: &Local) -> Result<(), ApiError> {
    local.with_state(|state, now| fill(state, now, SEED))
}

/// Whether a local SQS holds the demo: only there may it go on. Queues of a person's own may have one of its names.
pub fn was_told(local: &Local) -> bool {
    local.with_state(|state, _| Trickle::has_its_queues(state))
}

/// Keeps a filled local SQS alive until the token is cancelled.
pub async fn run(local: &Local, shutdown: CancellationToken) {
    let mut trickle = Trickle::seeded(SEED);
    let mut steps = tokio::time::interval(STEP);
    steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = steps.tick() => local.with_state(|state, now| trickle.step(state, now)),
        }
    }
}

/// Tells the past of `now`, in epoch milliseconds, to a state without queues.
fn fill(state: &mut State, now: u64, seed: u64) -> Result<(), ApiError> {
    story::told(now, &mut Dice::seeded(seed)).play(state)
}
