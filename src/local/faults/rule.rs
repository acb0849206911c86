//! Which calls a rule disturbs.
//!
//! * `operation`: one name or a list; without it all calls that the action can disturb
//! * `queue`: its name; without it all
//! * `nth`: the first matching call it may disturb, 1 if absent; `every`: and from there every so-manieth, 1 if absent
//! * `chance`: with this probability each, from 0 to 1; `seed`: another seed is another sequence. The same seed
//!   disturbs the same calls, counted by their arrival
//! * `count`: how many it disturbs at most

use serde::{Deserialize, Serialize};

use super::action::Dial;
use crate::local::core::{NAMES, mix};

/// When and how a call is disturbed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<Operations>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    queue: Option<String>,
    #[serde(default = "one")]
    nth: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chance: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    /// What happens to the call.
    pub action: Dial,
}

fn one() -> u64 {
    1
}

/// One operation or several.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Operations {
    One(String),
    Several(Vec<String>),
}

impl Operations {
    fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

impl Rule {
    /// Refuses, in words, a rule that could never hit.
    pub fn check(&self) -> Result<(), String> {
        let possible = self.action.meant().operations();
        for name in self.operation.iter().flat_map(Operations::names) {
            if !NAMES.contains(&name.as_str()) {
                return Err(format!("{name} is no operation of SQS"));
            }
            if !possible.is_empty() && !possible.contains(&name.as_str()) {
                return Err(format!("this action disturbs {} and never {name}", possible.join(", ")));
            }
        }
        if self.nth == 0 || self.every == Some(0) {
            return Err("nth and every count from 1".to_owned());
        }
        if self.chance.is_some_and(|chance| !(0.0..=1.0).contains(&chance)) {
            return Err("a chance is from 0 to 1".to_owned());
        }
        if self.seed.is_some() && self.chance.is_none() && !self.action.meant().draws() {
            return Err("a seed without a chance changes nothing".to_owned());
        }
        Ok(())
    }

    /// Whether a call is one of those that the rule counts.
    pub fn is_about(&self, operation: &str, queue: Option<&str>) -> bool {
        let possible = self.action.meant().operations();
        let named = match &self.operation {
            Some(operations) => operations.names().iter().any(|name| name == operation),
            None if possible.is_empty() => true,
            None => possible.contains(&operation),
        };
        named && (self.queue.is_none() || self.queue.as_deref() == queue)
    }

    /// Whether the `seen`th of them is disturbed, after `hits` that were.
    pub fn hits(&self, seen: u64, hits: u64) -> bool {
        let turn = seen.checked_sub(self.nth).is_some_and(|after| after.is_multiple_of(self.every.unwrap_or(1)));
        let left = self.count.is_none_or(|count| hits < count);
        turn && left && self.chance.is_none_or(|chance| share(self.draw(seen)) < chance)
    }

    /// The random number of the `seen`th call.
    pub fn draw(&self, seen: u64) -> u64 {
        mix(mix(self.seed.unwrap_or_default()).wrapping_add(seen))
    }
}

/// A random number as a share of 1.
pub fn share(draw: u64) -> f64 {
    // 53 bits are what the number can hold, so nothing is rounded.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit exactly")]
    let top = (draw >> 11) as f64;
    top / 9_007_199_254_740_992.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn hit(rule: Value, calls: u64) -> Vec<u64> {
        let rule: Rule = serde_json::from_value(rule).unwrap();
        rule.check().unwrap();
        let mut hits = Vec::new();
        for seen in 1..=calls {
            if rule.hits(seen, hits.len() as u64) {
                hits.push(seen);
            }
        }
        hits
    }

    #[test]
    fn every_nth_and_count_work_together() {
        assert_eq!(hit(json!({"nth": 2, "every": 3, "count": 3, "action": "hang"}), 20), [2, 5, 8]);
        assert_eq!(hit(json!({"nth": 19, "action": "hang"}), 20), [19, 20]);
    }

    #[test]
    fn a_chance_is_kept_and_repeatable() {
        let rule = |seed: u64, chance: f64| json!({"chance": chance, "seed": seed, "action": "hang"});
        let hits = hit(rule(1, 0.05), 10_000);
        assert!((400..600).contains(&hits.len()), "{}", hits.len());
        assert_eq!(hits, hit(rule(1, 0.05), 10_000));
        assert_ne!(hits, hit(rule(2, 0.05), 10_000));
        assert_eq!((hit(rule(1, 0.0), 100).len(), hit(rule(1, 1.0), 100).len()), (0, 100));
    }

    #[test]
    fn without_an_operation_only_what_can_be_disturbed_counts() {
        let rule: Rule = serde_json::from_value(json!({"queue": "q", "action": "ignore_delete"})).unwrap();
        assert!(rule.is_about("DeleteMessageBatch", Some("q")));
        assert!(!rule.is_about("ReceiveMessage", Some("q")) && !rule.is_about("DeleteMessage", None));
        let rule: Rule = serde_json::from_value(json!({"operation": ["ListQueues"], "action": "throttle"})).unwrap();
        assert!(rule.is_about("ListQueues", None) && !rule.is_about("ListQueueTags", None));
    }
}
