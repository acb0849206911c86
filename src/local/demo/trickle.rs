//! What keeps the demo alive: producers and consumers that take small steps. Consumers keep a few messages in each
//! queue, so that there is always something to look at; some messages fail, and slowly become dead letters.

use serde_json::{Value, json};

use super::dice::Dice;
use super::letter::Letter;
use super::queues;
use super::shop;
use super::trades::{self, Stage, Trade};
use crate::local::calendar::MINUTE;
use crate::local::core::{Request, State, apply};

/// A queue that holds this many messages gets no more from the demo.
const FULL: usize = 2_000;
/// Traffic rises and falls within this time.
const WAVE: u64 = 7 * MINUTE;
/// The most messages taken from a queue in one step.
const MOST: usize = 40;

/// A producer and a consumer of one queue.
#[derive(Clone, Copy, Debug)]
struct Lane {
    queue: &'static str,
    /// How messages are made; trades come from elsewhere.
    make: Option<fn(u64, &mut Dice) -> Letter>,
    /// Messages sent in a thousand steps, on average.
    rate: u64,
    /// The consumer leaves this many messages visible.
    floor: usize,
    /// Messages taken in a thousand steps, and more when many wait.
    take: u64,
    /// One message in so many fails for good; 0: none.
    fails: u32,
    /// Members without which a body is refused.
    wants: &'static [&'static str],
}

const fn lane(queue: &'static str, rate: u64, floor: usize, take: u64) -> Lane {
    Lane { queue, make: None, rate, floor, take, fails: 0, wants: &[] }
}

impl Lane {
    const fn made_by(self, make: fn(u64, &mut Dice) -> Letter) -> Self {
        Self { make: Some(make), ..self }
    }

    const fn failing(self, fails: u32, wants: &'static [&'static str]) -> Self {
        Self { fails, wants, ..self }
    }

    /// Whether the consumer can do nothing with this message, now or ever: it is malformed, or one of the unlucky.
    fn refuses(&self, id: &str, body: &str) -> bool {
        let malformed = !self.wants.is_empty()
            && serde_json::from_str::<Value>(body)
                .map_or(true, |body| self.wants.iter().any(|member| body.get(member).is_none_or(Value::is_null)));
        let lot = id.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(1);
        malformed || lot.checked_rem(self.fails) == Some(0)
    }
}

/// Forty steps a minute: about one dead letter a minute in all. Consumers manage a little more than the average, so that a
/// backlog builds up at the crest of the wave and is worked off afterwards.
const LANES: [Lane; 12] = [
    lane("TradeStatus.fifo", 220, 24, 760).failing(400, &["tradeId", "status", "instrument"]),
    lane("Positions.fifo", 0, 10, 300),
    lane("MarketData", 3_000, 120, 3_450).made_by(trades::tick),
    lane("orders", 900, 38, 1_030).made_by(shop::order).failing(280, &["orderId", "items", "customer", "shipTo"]),
    lane("orders-eu", 400, 15, 460).made_by(shop::order_eu).failing(240, &["orderId", "items", "customer", "shipTo"]),
    lane("payments", 1_400, 60, 1_600).made_by(shop::payment).failing(250, &["paymentId", "amount", "currency"]),
    lane("emails", 700, 20, 800).made_by(shop::email).failing(200, &["template", "to", "data"]),
    lane("webhooks", 600, 25, 690).made_by(shop::webhook).failing(120, &["endpoint", "event"]),
    lane("shipping", 90, 8, 110).made_by(shop::parcel),
    lane("thumbnails", 220, 4, 260).made_by(shop::upload).failing(70, &["Records"]),
    lane("search-index", 120, 8, 150).made_by(shop::reindex),
    lane("notifications", 500, 100, 580).made_by(shop::notification),
];

/// A message that a consumer works on.
#[derive(Clone, Debug)]
struct Work {
    done_at: u64,
    queue: &'static str,
    receipt_handle: String,
}

/// Producers and consumers, between two steps.
#[derive(Clone, Debug)]
pub struct Trickle {
    dice: Dice,
    at_work: Vec<Work>,
    open: Vec<(u64, Trade, Stage)>,
    number: u64,
}

impl Trickle {
    /// The same seed makes the same traffic.
    pub fn seeded(seed: u64) -> Self {
        // Trades of the past have smaller numbers.
        Self { dice: Dice::seeded(seed), at_work: Vec::new(), open: Vec::new(), number: 5_000 }
    }

    /// Whether all the queues are there on which something happens.
    pub fn has_its_queues(state: &State) -> bool {
        LANES.iter().all(|lane| state.queues.contains_key(lane.queue))
    }

    /// One step. What SQS refuses (somebody deleted a queue, or changed it) is left alone.
    pub fn step(&mut self, state: &mut State, now: u64) {
        self.finish(state, now);
        for (n, lane) in (0..).zip(&LANES) {
            if !state.queues.contains_key(lane.queue) {
                continue;
            }
            state.settle(lane.queue, now);
            if state.counts(lane.queue).visible < FULL {
                self.produce(state, now, n, lane);
            }
            self.consume(state, now, lane);
        }
        self.follow_trades(state, now);
    }

    /// Deletes what consumers are done with.
    fn finish(&mut self, state: &mut State, now: u64) {
        let at_work = std::mem::take(&mut self.at_work);
        let (done, rest): (Vec<_>, Vec<_>) = at_work.into_iter().partition(|work| work.done_at <= now);
        self.at_work = rest;
        for work in done {
            let request = json!({"QueueUrl": state.url(work.queue), "ReceiptHandle": work.receipt_handle});
            ask(state, now, "DeleteMessage", request);
        }
    }

    /// How often something happens now that happens so many times in a thousand steps.
    fn times(&mut self, thousandth: u64) -> u64 {
        thousandth / 1_000 + u64::from(self.dice.below(1_000) < thousandth % 1_000)
    }

    fn produce(&mut self, state: &mut State, now: u64, n: u64, lane: &Lane) {
        // Each lane is at another point of the wave: from 0.2 to 1.8 times its rate.
        let phase = (now + n * 71_000) % WAVE;
        let height = (2 * phase).abs_diff(WAVE) * 1_600 / WAVE;
        let count = self.times(lane.rate * (200 + height) / 1_000);
        for _ in 0..count {
            if let Some(make) = lane.make {
                let letter = make(now, &mut self.dice);
                send(state, now, lane.queue, &letter);
            } else {
                self.number += 1;
                let trade = Trade::made(now, self.number, &mut self.dice);
                send(state, now, lane.queue, &trade.letter(Stage::Received, now));
                self.await_next(now, trade, Stage::Received);
            }
        }
    }

    /// Trades that are due reach their next stage; a confirmed one changes a position.
    fn follow_trades(&mut self, state: &mut State, now: u64) {
        let open = std::mem::take(&mut self.open);
        let (due, rest): (Vec<_>, Vec<_>) = open.into_iter().partition(|(at, ..)| *at <= now);
        self.open = rest;
        for (_, trade, stage) in due {
            send(state, now, "TradeStatus.fifo", &trade.letter(stage, now));
            if stage == Stage::Confirmed && state.counts("Positions.fifo").visible < FULL {
                send(state, now, "Positions.fifo", &trade.position(now));
            }
            self.await_next(now, trade, stage);
        }
    }

    fn await_next(&mut self, now: u64, trade: Trade, stage: Stage) {
        if let Some(next) = stage.next() {
            let at = now + self.dice.between(4_000, 40_000);
            self.open.push((at, trade, next));
        }
    }

    fn consume(&mut self, state: &mut State, now: u64, lane: &Lane) {
        let waiting = state.counts(lane.queue).visible.saturating_sub(lane.floor);
        let take = usize::try_from(self.times(lane.take)).unwrap_or(MOST);
        let mut left = waiting.min(take + waiting / 100).min(MOST);
        while left > 0 {
            let request = json!({
                "QueueUrl": state.url(lane.queue), "MaxNumberOfMessages": left.min(10), "WaitTimeSeconds": 0,
            });
            let Some(answer) = ask(state, now, "ReceiveMessage", request) else { return };
            let Some(messages) = answer["Messages"].as_array().filter(|messages| !messages.is_empty()) else { return };
            left = left.saturating_sub(messages.len());
            for message in messages {
                let text = |member: &str| message[member].as_str().unwrap_or_default();
                if lane.refuses(text("MessageId"), text("Body")) && room_for_failures(state, lane.queue) {
                    continue;
                }
                let done_at = now + self.dice.between(1_000, 7_000);
                let receipt_handle = text("ReceiptHandle").to_owned();
                self.at_work.push(Work { done_at, queue: lane.queue, receipt_handle });
            }
        }
    }
}

/// Whether a failure may become a dead letter: there is a queue for it, and it is not full.
fn room_for_failures(state: &State, queue: &str) -> bool {
    let dead_letters = queues::named(queue).and_then(|plan| plan.dead_letters);
    dead_letters.is_some_and(|(name, _)| {
        let counts = state.counts(name);
        counts.visible + counts.in_flight < FULL
    })
}

fn send(state: &mut State, now: u64, queue: &str, letter: &Letter) {
    let request = letter.request(&state.url(queue));
    ask(state, now, "SendMessage", request);
}

/// One request; `None` when SQS refuses it.
fn ask(state: &mut State, now: u64, operation: &str, body: Value) -> Option<Value> {
    let answer = apply(state, now, Request::decode(operation, body).ok()?).ok()?;
    serde_json::to_value(answer).ok()
}
