//! The dials: failures on demand, so that tests of a console can see what it does when SQS misbehaves. Unreachable
//! unless [`Options::dials`](super::Options) is set.
//!
//! `PUT /_dials` takes a list of rules and replaces those before:
//! `{"operation": "SendMessage", "queue": "orders", "nth": 2, "count": 1, "action": {"answer": {"code": "OverLimit"}}}`.
//! Without `operation` or `queue` a rule is for all; `nth` is the first matching call it disturbs (1 if absent), `count`
//! how many it disturbs from there (all if absent). All rules that hit a call count: delays add up, and of two endings
//! the first rule's wins.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::core::ApiError;

/// When and how a call is disturbed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    queue: Option<String>,
    #[serde(default = "first")]
    nth: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    action: Action,
}

fn first() -> u64 {
    1
}

/// What a rule does to a call.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    /// Nothing is done; this error is the answer.
    Answer {
        code: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// The call is done after so many milliseconds.
    Delay { ms: u64 },
    /// Nothing is done and there never is an answer.
    Hang,
    /// The connection ends without an answer.
    Drop(When),
    /// These entries of a batch fail and are not done; all of them if none is named.
    FailEntries {
        #[serde(default)]
        ids: Vec<String>,
        #[serde(default = "internal_error")]
        code: String,
    },
    /// The MD5 of each body in the answer is wrong.
    WrongMd5,
}

fn internal_error() -> String {
    "InternalError".to_owned()
}

/// Whether the connection ends before or after the call has had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum When {
    Before,
    After,
}

/// How a call ends instead of being done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With an error.
    Error(ApiError),
    /// Never.
    Hang,
    /// By the end of the connection.
    Drop,
}

/// What is to be done to one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Milliseconds to wait first.
    pub delay: u64,
    /// Then this instead of the call.
    pub ending: Option<Ending>,
    /// Which entries fail and with what code; no ids means all.
    pub fail_entries: Option<(Vec<String>, String)>,
    /// Whether the connection ends although the call was done.
    pub drop_after: bool,
    /// Whether digests are falsified.
    pub wrong_md5: bool,
}

/// The rules in force, and what has been called.
#[derive(Debug, Default)]
pub struct Dials(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    rules: Vec<Counted>,
    calls: BTreeMap<String, u64>,
}

#[derive(Debug, Serialize)]
struct Counted {
    #[serde(flatten)]
    rule: Rule,
    seen: u64,
    hits: u64,
}

impl Dials {
    /// Replaces the rules by those of a JSON list. Errors in words.
    pub fn set(&self, rules: &[u8]) -> Result<(), String> {
        let rules: Vec<Rule> = serde_json::from_slice(rules).map_err(|error| error.to_string())?;
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
    pub fn plan(&self, operation: &str, queue: Option<&str>) -> Plan {
        let mut inner = self.inner();
        *inner.calls.entry(operation.to_owned()).or_default() += 1;
        let mut plan = Plan::default();
        for counted in &mut inner.rules {
            let rule = &counted.rule;
            let other_operation = rule.operation.as_deref().is_some_and(|wanted| wanted != operation);
            let other_queue = rule.queue.is_some() && rule.queue.as_deref() != queue;
            if other_operation || other_queue {
                continue;
            }
            counted.seen += 1;
            let before = counted.seen < rule.nth;
            let over = rule.count.is_some_and(|count| counted.hits >= count);
            if before || over {
                continue;
            }
            counted.hits += 1;
            let mut end = |ending| {
                plan.ending.get_or_insert(ending);
            };
            match &rule.action {
                Action::Answer { code, message } => {
                    let message = message.clone().unwrap_or_else(|| "The dials say so.".to_owned());
                    end(Ending::Error(ApiError::named(code, message)));
                }
                Action::Delay { ms } => plan.delay += ms,
                Action::Hang => end(Ending::Hang),
                Action::Drop(When::Before) => end(Ending::Drop),
                Action::Drop(When::After) => plan.drop_after = true,
                Action::FailEntries { ids, code } => {
                    plan.fail_entries = Some((ids.clone(), code.clone()));
                }
                Action::WrongMd5 => plan.wrong_md5 = true,
            }
        }
        plan
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The queue a request is about, by name, as far as its members say.
pub fn queue_of(body: &Value) -> Option<&str> {
    let member = |name: &str| body.get(name).and_then(Value::as_str);
    member("QueueUrl")
        .and_then(|url| url.rsplit('/').next())
        .or_else(|| member("QueueName"))
        .or_else(|| member("SourceArn").and_then(|arn| arn.rsplit(':').next()))
}

/// Takes the entries that are to fail out of a batch; answers the results they get.
pub fn take_failing_entries(body: &mut Value, ids: &[String], code: &str) -> Vec<Value> {
    let Some(entries) = body.get_mut("Entries").and_then(Value::as_array_mut) else {
        return Vec::new();
    };
    let error = ApiError::named(code, "The dials say so.");
    let fails = |entry: &Value| {
        ids.is_empty() || entry.get("Id").and_then(Value::as_str).is_some_and(|id| ids.iter().any(|fails| fails == id))
    };
    let failed = entries
        .iter()
        .filter(|entry| fails(entry))
        .map(|entry| {
            json!({
                "Id": entry["Id"],
                "SenderFault": error.sender_fault(),
                "Code": error.code,
                "Message": error.message,
            })
        })
        .collect();
    entries.retain(|entry| !fails(entry));
    failed
}

/// Falsifies the digest of every body in an answer.
pub fn falsify_md5(answer: &mut Value) {
    match answer {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                if name == "MD5OfMessageBody" || name == "MD5OfBody" {
                    *value = "0".repeat(32).into();
                } else {
                    falsify_md5(value);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(falsify_md5),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
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
    }

    #[test]
    fn unknown_rules_are_refused() {
        for wrong in ["{}", "[{}]", r#"[{"action":"explode"}]"#, r#"[{"action":"hang","operations":"x"}]"#] {
            assert!(Dials::default().set(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn failing_entries_leave_the_batch() {
        let mut body = json!({"Entries": [{"Id": "a"}, {"Id": "b"}]});
        let failed = take_failing_entries(&mut body, &["b".to_owned()], "InternalError");
        assert_eq!(body, json!({"Entries": [{"Id": "a"}]}));
        assert_eq!((failed[0]["Id"].as_str(), failed[0]["SenderFault"].as_bool()), (Some("b"), Some(false)));
    }
}
