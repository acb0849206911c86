//! The dials: failures on demand, so that tests of a console can see what it does when SQS misbehaves. Unreachable
//! unless [`Options::dials`](super::Options) is set.
//!
//! `PUT /_dials` takes a list of rules and replaces those before; a rule is read as [`rule`] says:
//! `{"operation": "SendMessage", "queue": "orders", "nth": 2, "count": 1, "action": "throttle"}`.
//! All rules that hit a call count: delays add up, and of two endings the first rule's wins.
//!
//! * `rule` – which calls
//! * `action` – what happens to them, and the names for what a tester mostly wants
//! * `plan` – what several rules together do to one call
//! * `apply` – doing it: to the call
//! * `words` – doing it: to the words of a request and an answer
//! * `pace` – doing it: to the answer on its way
//! * `door` – doing it: to all connections

mod action;
mod apply;
mod door;
mod pace;
mod plan;
mod rule;
mod words;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

#[cfg(test)]
pub use action::PRESETS;
pub use apply::{Done, Dropped, call};
use door::Door;
pub use door::away;
pub use pace::Paced;
pub use plan::Delivery;
use plan::Plan;
use rule::Rule;

/// The rules in force, and what has been called.
#[derive(Debug, Default)]
pub struct Dials {
    inner: Mutex<Inner>,
    door: Door,
}

#[derive(Debug, Default)]
struct Inner {
    rules: Vec<Counted>,
    calls: BTreeMap<String, u64>,
}

/// A rule, how many calls it was about, and how many of them it disturbed.
#[derive(Debug, Serialize)]
struct Counted {
    #[serde(flatten)]
    rule: Rule,
    seen: u64,
    hits: u64,
}

impl Dials {
    /// Replaces the rules by those of a JSON list. Errors in words; the rules before then stay.
    pub fn set(&self, rules: &[u8]) -> Result<(), String> {
        let rules: Vec<Rule> = serde_json::from_slice(rules).map_err(|error| error.to_string())?;
        rules.iter().try_for_each(Rule::check)?;
        self.inner().rules = rules.into_iter().map(|rule| Counted { rule, seen: 0, hits: 0 }).collect();
        Ok(())
    }

    /// Takes all rules away.
    pub fn clear(&self) {
        self.inner().rules.clear();
    }

    /// The rules with how many calls each matched (`seen`) and disturbed (`hits`).
    pub fn show(&self) -> Value {
        json!(self.inner().rules)
    }

    /// How many calls of each operation have come, disturbed or not.
    pub fn calls(&self) -> Value {
        json!(self.inner().calls)
    }

    /// Counts a call and says what is to be done to it.
    fn plan(&self, operation: &str, queue: Option<&str>) -> Plan {
        let mut inner = self.inner();
        *inner.calls.entry(operation.to_owned()).or_default() += 1;
        let mut plan = Plan::default();
        for counted in &mut inner.rules {
            if !counted.rule.is_about(operation, queue) {
                continue;
            }
            counted.seen += 1;
            if counted.rule.hits(counted.seen, counted.hits) {
                counted.hits += 1;
                plan.add(counted.rule.action.meant(), counted.rule.draw(counted.seen));
            }
        }
        plan
    }

    /// Resolves when nobody is to reach this server for so long.
    pub async fn refusal(&self) -> Duration {
        self.door.closing().await
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::plan::Ending;
    use super::*;

    fn dials(rules: &Value) -> Dials {
        let dials = Dials::default();
        dials.set(rules.to_string().as_bytes()).unwrap();
        dials
    }

    #[test]
    fn a_rule_hits_from_the_nth_call_on_and_counts() {
        let rule = json!([{"operation": "SendMessage", "queue": "q", "nth": 2, "count": 1,
            "action": {"answer": {"code": "RequestThrottled"}}}]);
        let dials = dials(&rule);
        let hit = |operation, queue| dials.plan(operation, Some(queue)).ending.is_some();
        assert!(!hit("SendMessage", "q"), "the first");
        assert!(!hit("SendMessage", "other"));
        assert!(!hit("ReceiveMessage", "q"));
        assert!(hit("SendMessage", "q"), "the second");
        assert!(!hit("SendMessage", "q"), "the count is used up");
        assert_eq!((&dials.show()[0]["seen"], &dials.show()[0]["hits"]), (&json!(3), &json!(1)));
        assert_eq!(dials.calls()["SendMessage"], 4);
        dials.clear();
        assert_eq!(dials.show(), json!([]));
    }

    #[test]
    fn delays_add_up_and_the_first_ending_wins() {
        let rules = json!([
            {"action": {"delay": {"ms": 5}}},
            {"action": "hang"},
            {"action": {"drop": "before"}},
            {"action": {"delay": {"ms": 7}}},
        ]);
        let plan = dials(&rules).plan("ListQueues", None);
        assert_eq!((plan.delay, plan.ending), (12, Some(Ending::Hang)));
        let for_ever = json!({"action": {"delay": {"ms": u64::MAX}}});
        assert_eq!(dials(&json!([for_ever, for_ever])).plan("ListQueues", None).delay, u64::MAX);
    }

    #[test]
    fn a_rule_is_shown_as_it_was_written() {
        let written = json!({"operation": ["SendMessage", "SendMessageBatch"], "queue": "q", "nth": 1, "every": 2,
            "chance": 0.5, "seed": 7, "action": "throttle"});
        let mut shown = dials(&json!([written])).show()[0].clone();
        shown.as_object_mut().unwrap().retain(|name, _| name != "seen" && name != "hits");
        assert_eq!(shown.to_string(), written.to_string());
    }

    #[test]
    fn unknown_and_senseless_rules_are_refused_and_change_nothing() {
        let dials = dials(&json!([{"action": "hang"}]));
        for wrong in [
            json!({}),
            json!([{}]),
            json!([{"action": "explode"}]),
            json!([{"action": {"delay": {"ms": -1}}}]),
            json!([{"action": "hang", "operations": "x"}]),
            json!([{"action": "hang", "operation": "SendMesage"}]),
            json!([{"action": "hang", "nth": 0}]),
            json!([{"action": "hang", "every": 0}]),
            json!([{"action": "hang", "chance": 1.5}]),
            json!([{"action": "hang", "seed": 1}]),
            json!([{"action": "redeliver", "operation": "SendMessage"}]),
            json!([{"action": "ignore_delete", "operation": ["DeleteMessage", "PurgeQueue"]}]),
        ] {
            assert!(dials.set(wrong.to_string().as_bytes()).is_err(), "{wrong}");
        }
        assert_eq!(dials.show()[0]["action"], "hang");
    }
}
