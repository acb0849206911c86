//! What a wish means to the engine.

use crate::model::QueueKind;
use crate::model::form::redrive_wish::Wish;
use crate::server::services::redrive::engine::{Behind, OnUnknown, Policy, Sequence, StopRule};

/// The policy of a redrive from a queue of this kind; what was not asked for is what suits the queue.
pub fn policy(wish: &Wish, kind: QueueKind) -> Policy {
    let usual = Policy::of(kind);
    Policy {
        sequence: if wish.oldest_first { Sequence::OldestFirst } else { Sequence::AsTheyCome },
        rate: wish.rate,
        canary: wish.canary,
        stop_rule: wish.stop.map(|stop| StopRule {
            percent: stop.percent,
            at_least: stop.at_least,
            within_ms: i64::from(stop.minutes) * 60_000,
        }),
        careful: wish.careful,
        unknown: match wish.resend {
            Some(true) => OnUnknown::Resend,
            Some(false) => OnUnknown::Hold,
            None => usual.unknown,
        },
        behind: if wish.go_on { Behind::Go } else { Behind::Stay },
        keep_originals: wish.keep_originals,
        provenance: wish.provenance,
        lanes: u16::try_from(wish.lanes).unwrap_or(usual.lanes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::form::redrive_wish::WishForm;

    #[test]
    fn a_plain_wish_is_what_suits_the_queue() {
        let form = WishForm { queue: "d".into(), route: "home".into(), ..WishForm::default() };
        for kind in [QueueKind::Standard, QueueKind::Fifo] {
            assert_eq!(policy(&form.parse().unwrap(), kind), Policy::of(kind));
        }
        let form = WishForm { unknown: "hold".into(), stop_percent: "10".into(), ..form };
        let policy = policy(&form.parse().unwrap(), QueueKind::Standard);
        assert_eq!(policy.unknown, OnUnknown::Hold);
        assert_eq!(policy.stop_rule, Some(StopRule { percent: 10, at_least: 20, within_ms: 600_000 }));
    }
}
