//! The past of the demo: what was sent, what failed, and what is still there when a person looks for the first time.

use super::dice::Dice;
use super::letter::Letter;
use super::timeline::Timeline;
use super::trades::{Stage, Trade};
use super::{contact_failures, envelopes, queues, shop, shop_failures, trade_failures, trades};
use crate::local::calendar::{DAY, HOUR, MINUTE};

/// How many messages each dead-letter queue holds when the story has been told.
#[cfg(test)]
pub(super) const DEAD_LETTERS: [(&str, usize); 11] = [
    ("TradeStatus-dlq.fifo", 9),
    ("SettlementInstructions-dlq.fifo", 5),
    ("orders-dlq", 17),
    ("payments-dlq", 412),
    ("emails-dlq", 23),
    ("webhooks-dlq", 38),
    ("inventory-dlq", 6),
    ("shipping-dlq", 4),
    ("returns-dlq", 0),
    ("thumbnails-dlq", 11),
    ("domain-events-dlq", 7),
];

/// Makes a message of a moment.
type Make = fn(u64, &mut Dice) -> Letter;

/// What waits: queue, how many messages, over how long they came, how they are made.
const WAITING: [(&str, u64, u64, Make); 15] = [
    ("MarketData", 160, 10 * MINUTE, trades::tick),
    ("Reconciliation", 6, 3 * HOUR, trades::difference),
    ("orders", 42, 4 * MINUTE, shop::order),
    ("orders-eu", 17, 5 * MINUTE, shop::order_eu),
    ("payments", 64, 3 * MINUTE, shop::payment),
    ("emails", 22, 3 * MINUTE, shop::email),
    ("webhooks", 27, 6 * MINUTE, shop::webhook),
    ("inventory", 12, 20 * MINUTE, shop::stock),
    ("shipping", 9, 50 * MINUTE, shop::parcel),
    ("pricing", 34, 8 * HOUR, shop::price),
    ("thumbnails", 5, 2 * MINUTE, shop::upload),
    ("audit-events", 230, 6 * DAY, shop::audit),
    ("notifications", 140, 9 * MINUTE, shop::notification),
    // Its queue delays each message by five minutes: these are due, the next ones are not.
    ("search-index", 8, 6 * MINUTE, shop::reindex),
    ("search-index", 18, 4 * MINUTE, shop::reindex),
];

/// What consumers work on: queue, how many messages, hidden for how many seconds.
const TAKEN: [(&str, usize, u64); 8] = [
    ("TradeStatus.fifo", 4, 60),
    ("SettlementInstructions.fifo", 2, 300),
    ("orders", 6, 45),
    ("payments", 5, 60),
    ("emails", 3, 30),
    ("webhooks", 4, 30),
    ("thumbnails", 1, 90),
    // One tenant holds most of what is in flight: what fair queues call a noisy neighbour.
    ("notifications", 36, 3_600),
];

/// All that happened before `now`, in epoch milliseconds.
pub(super) fn told(now: u64, dice: &mut Dice) -> Timeline {
    let mut timeline = Timeline::default();
    for (n, plan) in (0..).zip(&queues::PLANS) {
        timeline.create(now - 120 * DAY + n * 7 * HOUR, plan);
    }
    timeline.delete(now - 8 * DAY, queues::DANGLING);
    failures(&mut timeline, now, dice);
    waiting(&mut timeline, now, dice);
    timeline
}

fn failures(timeline: &mut Timeline, now: u64, dice: &mut Dice) {
    timeline.fail("TradeStatus.fifo", trade_failures::trades(|n| now - 4 * HOUR - n * 13 * HOUR, dice));
    timeline
        .fail("SettlementInstructions.fifo", trade_failures::instructions(|n| now - 26 * HOUR - n * 31 * HOUR, dice));
    let (orders, european) = shop_failures::orders(now, dice);
    timeline.fail("orders", orders);
    timeline.fail("orders-eu", european);
    timeline.fail("inventory", shop_failures::stock(now, dice));
    timeline.fail("shipping", shop_failures::parcels(now, dice));
    timeline.fail("payments", contact_failures::payments(now, dice));
    timeline.fail("emails", contact_failures::emails(now, dice));
    timeline.fail("webhooks", contact_failures::webhooks(now, dice));
    timeline.fail("thumbnails", envelopes::pictures(now, dice));
    // Other services write their failures into the dead-letter queue themselves.
    timeline.send("thumbnails-dlq", envelopes::given_up(now, dice));
    timeline.send("domain-events-dlq", envelopes::undelivered(now, dice));
    // Nothing takes this one out of its queue: there is no dead-letter queue.
    let at = now - 14 * HOUR;
    let body = r#"{"sku":"SKU-00000","price":"free","currency":"EUR","validFrom":"yesterday"}"#;
    timeline.fail_often("pricing", vec![(at, Letter::text(body))], 47);
}

fn waiting(timeline: &mut Timeline, now: u64, dice: &mut Dice) {
    for (queue, count, span, make) in WAITING {
        let letters: Vec<_> = (0..count)
            .map(|n| {
                // Evenly, the last one a few seconds ago.
                let at = now - span + n * (span - 4_000) / count;
                (at, make(at, dice))
            })
            .collect();
        timeline.send(queue, letters);
    }
    // A dozen trades on their way, each as far as its age says; their instructions and positions follow.
    for n in 0..12 {
        let at = now - 11 * MINUTE + n * 50_000;
        let trade = Trade::made(at, 4_711 + n, dice);
        for (stage, later) in Stage::ALL.into_iter().zip([0, 3 * MINUTE, 7 * MINUTE]) {
            let at = at + later + dice.below(20_000);
            if at < now {
                timeline.send("TradeStatus.fifo", [(at, trade.letter(stage, at))]);
            }
        }
        timeline.send("Positions.fifo", [(at + 2_000, trade.position(at))]);
        if n < 9 {
            timeline.send("SettlementInstructions.fifo", [(at + 5_000, trade.instruction_letter(trade.instruction()))]);
        }
    }
    for (queue, most, seconds) in TAKEN {
        timeline.take(now - 2_000, queue, most, seconds);
    }
}
