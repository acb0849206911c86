//! When held messages are hidden anew, and when they are given back. Pure: what is held, who is there and what time it
//! is come in, the next step goes out.
//!
//! The lease belongs to the server, not to a page: SQS hides each message for two minutes at a time, and it is hidden
//! anew only while somebody is there. So whatever happens to a page, to the network or to the server, nothing stays
//! hidden for longer than the page promised.

use std::sync::Arc;
use std::time::Duration;

use super::snapshot::{Snapshot, Standing};
use crate::model::Message;

/// The periods that the console promises; tests have shorter ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// For how many seconds at a time a held message is hidden: what a killed server leaves behind.
    pub lease: u32,
    /// After the last page closed everything is given back, milliseconds. A page whose computer or network vanished
    /// without a word is noticed by the event stream's silence, half a minute later (`http::listen`).
    pub grace_ms: i64,
    /// For how long a page that was loaded counts as somebody's presence where no script says that it is still open,
    /// milliseconds.
    pub visit_ms: i64,
    /// The longest that messages are held, milliseconds. SQS's own limit is 12 hours from the receive.
    pub longest_ms: i64,
    /// Looks at a queue are at least this far apart.
    pub apart: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            lease: 120,
            grace_ms: 10_000,
            visit_ms: 5 * 60 * 1_000,
            longest_ms: 11 * 60 * 60 * 1_000,
            apart: Duration::from_secs(5),
        }
    }
}

/// Why a hold ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// Someone released everything.
    Asked,
    /// Nobody was there any more.
    Left,
    /// It had taken as long as a hold may.
    Longest,
    /// The console stopped.
    Closing,
    /// Nothing was held any more.
    Nothing,
}

/// Who is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Somebody's page is open.
    Open,
    /// Nobody's page is known to be open; until then that changes nothing, milliseconds since 1970.
    Until(i64),
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Give everything back: the hold ends.
    Release(Release),
    /// Hide these anew.
    Renew(Vec<Arc<Message>>),
    /// Nothing for now.
    Wait,
}

/// The next step of a hold. Somebody wants everything to stay hidden at least until `at_least_ms`.
///
/// What lies further in the future than anything that was promised tells that the clock was put back: a lease of which
/// nobody knows how much is left is renewed, and whoever was expected until then is not waited for.
pub fn step(snapshot: &Snapshot, terms: &Terms, presence: Presence, at_least_ms: i64, now_ms: i64) -> Step {
    if snapshot.since_ms.is_some_and(|since_ms| now_ms - since_ms >= terms.longest_ms) {
        return Step::Release(Release::Longest);
    }
    let longest = terms.visit_ms.max(terms.grace_ms);
    if matches!(presence, Presence::Until(until_ms) if !(1..=longest).contains(&until_ms.saturating_sub(now_ms))) {
        return Step::Release(Release::Left);
    }
    let mut leased = leased(snapshot, now_ms).peekable();
    if leased.peek().is_none() && !snapshot.is_running() {
        return Step::Release(Release::Nothing);
    }
    let lease = i64::from(terms.lease) * 1_000;
    let young = |until_ms: i64| (lease / 2 + 1..=lease).contains(&(until_ms - now_ms));
    let wished = |until_ms: i64| until_ms < at_least_ms && at_least_ms - now_ms <= lease;
    let due = leased.filter(|(_, until_ms)| !young(*until_ms) || wished(*until_ms));
    let due: Vec<_> = due.map(|(message, _)| message).collect();
    if due.is_empty() { Step::Wait } else { Step::Renew(due) }
}

/// What is held on the server's lease, and until when. Messages that someone hid for a time of their own are not.
pub fn leased(snapshot: &Snapshot, now_ms: i64) -> impl Iterator<Item = (Arc<Message>, i64)> {
    snapshot.entries.iter().filter_map(move |entry| match entry.standing {
        Standing::Held { until_ms } if entry.leased && until_ms > now_ms => {
            Some((Arc::clone(&entry.message), until_ms))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::form::held::Deed;
    use crate::server::services::messages::fate::{Fate, Fates, settle};
    use crate::server::services::messages::snapshot::tests::message;
    use crate::server::services::messages::snapshot::{Origin, Stop};

    const TERMS: Terms =
        Terms { lease: 120, grace_ms: 10_000, visit_ms: 300_000, longest_ms: 39_600_000, apart: Duration::ZERO };

    /// Two messages, received at 0 and hidden until 120 s.
    fn held() -> Snapshot {
        let mut snapshot = Snapshot::begun(Origin::Hold, 0, 60, 10, TERMS.lease);
        snapshot.take(vec![message("a", "", None), message("b", "", None)], 120_000);
        Snapshot { stop: Some(Stop::Empty), ..snapshot }
    }

    fn renewed(step: Step) -> Vec<String> {
        match step {
            Step::Renew(messages) => messages.iter().map(|message| message.id.to_string()).collect(),
            step => panic!("{step:?}"),
        }
    }

    #[test]
    fn at_half_of_its_lease_a_message_is_hidden_anew_while_somebody_is_there() {
        let snapshot = held();
        assert_eq!(step(&snapshot, &TERMS, Presence::Open, i64::MIN, 59_999), Step::Wait);
        assert_eq!(renewed(step(&snapshot, &TERMS, Presence::Open, i64::MIN, 60_000)), ["a", "b"]);
        assert_eq!(renewed(step(&snapshot, &TERMS, Presence::Until(60_001), i64::MIN, 60_000)), ["a", "b"]);
        assert_eq!(renewed(step(&snapshot, &TERMS, Presence::Open, 121_000, 1_000)), ["a", "b"], "asked for");
        assert_eq!(step(&snapshot, &TERMS, Presence::Until(60_000), i64::MIN, 60_000), Step::Release(Release::Left));
    }

    #[test]
    fn a_clock_that_is_put_back_lets_no_lease_run_out_and_keeps_nobody_here() {
        let snapshot = held();
        let back_ms = -3_600_000;
        assert_eq!(renewed(step(&snapshot, &TERMS, Presence::Open, i64::MIN, back_ms)), ["a", "b"]);
        let mut snapshot = snapshot;
        snapshot.entries.iter_mut().for_each(|entry| entry.standing = Standing::Held { until_ms: back_ms + 120_000 });
        assert_eq!(step(&snapshot, &TERMS, Presence::Open, 121_000, back_ms), Step::Wait, "asked for before");
        let snapshot = held();
        let expected = Presence::Until(300_000);
        assert_eq!(step(&snapshot, &TERMS, expected, i64::MIN, 0), Step::Wait);
        assert_eq!(step(&snapshot, &TERMS, expected, i64::MIN, back_ms), Step::Release(Release::Left));
    }

    #[test]
    fn a_message_with_a_time_of_its_own_is_left_alone() {
        let mut snapshot = held();
        let handle = snapshot.entries[0].message.receipt_handle.clone();
        settle(&mut snapshot, Deed::Hide(3_600), &Fates::from([(handle, Fate::Done(None))]), 1_000);
        assert_eq!(renewed(step(&snapshot, &TERMS, Presence::Open, i64::MIN, 60_000)), ["b"]);
        let handle = snapshot.entries[1].message.receipt_handle.clone();
        settle(&mut snapshot, Deed::Delete, &Fates::from([(handle, Fate::Done(None))]), 1_000);
        assert_eq!(step(&snapshot, &TERMS, Presence::Open, i64::MIN, 60_000), Step::Release(Release::Nothing));
    }

    #[test]
    fn it_ends_after_eleven_hours_and_when_nothing_is_held_but_not_before_something_came() {
        assert_eq!(step(&held(), &TERMS, Presence::Open, i64::MIN, 39_600_000), Step::Release(Release::Longest));
        assert_eq!(step(&held(), &TERMS, Presence::Open, i64::MIN, 120_000), Step::Release(Release::Nothing));
        let waiting = Snapshot::begun(Origin::Hold, 0, 60, 10, TERMS.lease);
        assert_eq!(step(&waiting, &TERMS, Presence::Open, i64::MIN, 1_000), Step::Wait);
        assert_eq!(step(&waiting, &TERMS, Presence::Until(0), i64::MIN, 1_000), Step::Release(Release::Left));
    }

    proptest! {
        /// Whenever people come and go: nothing is hidden past the grace and the lease after the last of them, nor past
        /// the longest time and the lease, and while somebody is there nothing is let go before the longest time.
        #[test]
        fn no_promise_is_broken(left_ms in 0_i64..50_000_000, tick_ms in 100_i64..30_000) {
            let mut snapshot = held();
            let mut now_ms = 0;
            let until_ms = left_ms + TERMS.grace_ms;
            let why = loop {
                let presence = if now_ms < left_ms { Presence::Open } else { Presence::Until(until_ms) };
                match step(&snapshot, &TERMS, presence, i64::MIN, now_ms) {
                    Step::Release(why) => break why,
                    Step::Renew(_) => {
                        for entry in &mut snapshot.entries {
                            entry.standing = Standing::Held { until_ms: now_ms + 120_000 };
                        }
                    }
                    Step::Wait => {}
                }
                now_ms += tick_ms;
            };
            let end_ms = until_ms.min(TERMS.longest_ms);
            prop_assert!(now_ms >= end_ms && now_ms < end_ms + tick_ms, "{why:?} at {now_ms}");
            prop_assert!(snapshot.held_until(0).unwrap() < end_ms + tick_ms + 120_000);
        }
    }
}
