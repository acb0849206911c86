//! What a queue's access policy denies, as far as one who reads it can tell. An allow says nothing here: within an account
//! IAM can allow as well, and IAM is not readable through SQS.

use serde_json::Value;

use crate::model::ids::QueueArn;

/// Conditions under which SQS itself acts for a redrive (SQS Developer Guide, "Learn how to configure a dead-letter queue
/// redrive").
const BY_SQS: [&str; 2] = ["aws:calledvialast", "aws:viaawsservice"];
/// Conditions on the network that a call comes from.
const NETWORK: [&str; 5] = ["aws:sourcevpc", "aws:sourcevpce", "aws:sourceip", "aws:vpcsourceip", "aws:sourcevpcarn"];
/// A condition that every call of the console meets.
const ENCRYPTED: &str = "aws:securetransport";

/// When a denial applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// To everyone, always.
    Always,
    /// To calls from outside a network; what SQS does itself is not excepted.
    Outside,
    /// To some, or under conditions that a reader cannot judge.
    Perhaps,
}

/// A statement that denies something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The first of the actions asked about that it denies.
    pub action: &'static str,
    /// When.
    pub when: When,
}

/// What a policy denies of these actions (`sqs:SendMessage`) on a queue; `None` where it cannot be read.
pub fn denials(policy: &str, queue: &QueueArn, actions: &[&'static str]) -> Option<Vec<Denial>> {
    let value: Value = serde_json::from_str(policy).ok()?;
    let statements = match value.get("Statement")? {
        Value::Array(all) => all.iter().collect(),
        one @ Value::Object(_) => vec![one],
        _ => return None,
    };
    Some(statements.into_iter().filter_map(|statement| denial(statement, queue, actions)).collect())
}

fn denial(statement: &Value, queue: &QueueArn, actions: &[&'static str]) -> Option<Denial> {
    if statement.get("Effect")?.as_str() != Some("Deny") || !concerns(statement, "Resource", queue.as_str()) {
        return None;
    }
    let action = actions.iter().find(|action| concerns(statement, "Action", action))?;
    let keys = condition_keys(statement);
    let names = |known: &[&str]| keys.iter().any(|key| known.contains(&key.as_str()));
    let when = if names(&BY_SQS) || !keys.is_empty() && keys.iter().all(|key| key == ENCRYPTED) {
        return None;
    } else if names(&NETWORK) {
        When::Outside
    } else if keys.is_empty() && is_for_everyone(statement) {
        When::Always
    } else {
        When::Perhaps
    };
    Some(Denial { action, when })
}

/// Whether `Action` (or `NotAction`), or the same of the resource, speaks of this. One that says neither speaks of all.
fn concerns(statement: &Value, element: &str, what: &str) -> bool {
    let matches = |value: &Value| texts(value).any(|pattern| fits(pattern, what));
    match (statement.get(element), statement.get(format!("Not{element}"))) {
        (Some(value), _) => matches(value),
        (None, Some(value)) => !matches(value),
        (None, None) => true,
    }
}

fn is_for_everyone(statement: &Value) -> bool {
    match statement.get("Principal") {
        Some(Value::String(all)) => all == "*",
        Some(Value::Object(kinds)) => kinds.get("AWS").is_some_and(|value| texts(value).any(|text| text == "*")),
        _ => false,
    }
}

/// The condition keys of a statement in small letters, whatever their operators.
fn condition_keys(statement: &Value) -> Vec<String> {
    let operators = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    let keys = operators.filter_map(|(_, keys)| keys.as_object()).flat_map(|keys| keys.keys());
    keys.map(|key| key.to_ascii_lowercase()).collect()
}

/// A text, or a list of them.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let many = value.as_array().map(Vec::as_slice).unwrap_or_default();
    value.as_str().into_iter().chain(many.iter().filter_map(Value::as_str))
}

/// Whether a text fits a pattern of IAM, in which `*` is anything and `?` one character; the case of actions is no matter.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase().into_bytes(), text.to_ascii_lowercase().into_bytes());
    let (mut p, mut t) = (0, 0);
    // Where the last star stands, and up to where of the text it was tried.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, tried)) = star else { return false };
                star = Some((at, tried + 1));
                p = at + 1;
                t = tried + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const ACTIONS: [&str; 2] = ["sqs:SendMessage", "sqs:ReceiveMessage"];

    fn queue() -> QueueArn {
        "arn:aws:sqs:eu-west-1:1:orders".parse().unwrap()
    }

    fn of(statement: &Value) -> Vec<(&'static str, When)> {
        let policy = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        denials(&policy, &queue(), &ACTIONS).unwrap().into_iter().map(|denial| (denial.action, denial.when)).collect()
    }

    #[test]
    fn a_statement_is_read_as_iam_would() {
        let deny = |more: Value| {
            let mut statement = json!({ "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*" });
            for (key, value) in more.as_object().unwrap() {
                match value {
                    Value::Null => statement.as_object_mut().unwrap().remove(key),
                    value => statement.as_object_mut().unwrap().insert(key.clone(), value.clone()),
                };
            }
            statement
        };
        let (always, outside, perhaps) = (When::Always, When::Outside, When::Perhaps);
        let send = |when| vec![("sqs:SendMessage", when)];
        let vpce = json!({ "StringNotEquals": { "aws:SourceVpce": "vpce-1" } });
        let table = [
            (json!({}), send(always)),
            (json!({ "Effect": "Allow" }), vec![]),
            (json!({ "Action": ["SQS:sendmessage"] }), send(always)),
            (json!({ "Action": "sqs:Receive*" }), vec![("sqs:ReceiveMessage", always)]),
            (json!({ "Action": "sqs:DeleteMessage" }), vec![]),
            (json!({ "Action": null, "NotAction": "sqs:*Message" }), vec![]),
            (json!({ "Action": null, "NotAction": ["sqs:ReceiveMessage"] }), send(always)),
            (json!({ "Principal": { "AWS": "*" } }), send(always)),
            (json!({ "Principal": { "AWS": ["arn:aws:iam::1:root"] } }), send(perhaps)),
            (json!({ "Principal": null, "NotPrincipal": { "AWS": "arn:aws:iam::1:root" } }), send(perhaps)),
            (json!({ "Resource": "arn:aws:sqs:*:*:orders" }), send(always)),
            (json!({ "Resource": "arn:aws:sqs:*:*:other" }), vec![]),
            (json!({ "Resource": null }), send(always)),
            (json!({ "Condition": vpce }), send(outside)),
            (json!({ "Condition": { "Bool": { "aws:SecureTransport": "false" } } }), vec![]),
            (json!({ "Condition": { "ArnNotLike": { "aws:PrincipalArn": "arn:aws:iam::1:role/x" } } }), send(perhaps)),
            (
                json!({ "Condition": { "StringNotEquals": { "aws:SourceVpce": "v", "aws:CalledViaLast": "sqs.amazonaws.com" } } }),
                vec![],
            ),
            (
                json!({ "Condition": { "StringNotEquals": { "aws:SourceVpc": "v" }, "BoolIfExists": { "aws:ViaAWSService": "false" } } }),
                vec![],
            ),
        ];
        for (more, expected) in table {
            assert_eq!(of(&json!([deny(more.clone())])), expected, "{more}");
        }
        assert_eq!(of(&deny(json!({}))), send(always), "one statement needs no list");
        assert_eq!(of(&json!([])), []);
    }

    #[test]
    fn what_cannot_be_read_is_not_taken_for_harmless() {
        for text in ["", "{}", "[]", "{\"Statement\": 3}", "not json"] {
            assert_eq!(denials(text, &queue(), &ACTIONS), None, "{text}");
        }
    }

    #[test]
    fn stars_and_question_marks() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("sqs:*", "sqs:SendMessage", true),
            ("sqs:Send?essage", "sqs:SendMessage", true),
            ("*Message*", "sqs:SendMessageBatch", true),
            ("*a*b", "xaxbxb", true),
            ("sqs:Send", "sqs:SendMessage", false),
            ("sqs:SendMessage?", "sqs:SendMessage", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    proptest! {
        #[test]
        fn any_policy_can_be_read(text in "[ -~]{0,200}", action in "[ -~]{0,20}") {
            let _ = denials(&text, &queue(), &ACTIONS);
            let _ = of(&json!([{ "Effect": "Deny", "Action": action, "Condition": { "x": text } }]));
        }
    }
}
