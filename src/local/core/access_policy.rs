//! The access policy of a queue: what SQS checks when one is set, and its limits. Nothing here is enforced on calls: the
//! local SQS knows one account, which owns everything.
//!
//! Developer guide, "Amazon SQS policy quotas" and "Using custom policies with the Amazon SQS Access Policy Language".

use serde_json::{Map, Value};

use super::error::ApiError;

/// The longest policy, in bytes.
const BYTES: usize = 8192;
/// The most statements of a policy.
pub const STATEMENTS: usize = 20;
/// The most actions of a statement.
pub const ACTIONS: usize = 7;
/// The most principals of a statement.
pub const PRINCIPALS: usize = 50;
/// The most conditions of a statement: its keys, of all operators.
const CONDITIONS: usize = 10;

const VERSIONS: &[&str] = &["2012-10-17", "2008-10-17"];
const MEMBERS: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT_MEMBERS: &[&str] =
    &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// Checks a policy that is to be set.
///
/// Errors: `InvalidAttributeValue` for what is not a policy, `OverLimit` for one that is too large.
pub fn check(text: &str) -> Result<(), ApiError> {
    check_size(text)?;
    let Ok(Value::Object(policy)) = serde_json::from_str(text) else {
        return Err(refused());
    };
    require(knows(&policy, MEMBERS))?;
    require(policy.get("Id").is_none_or(Value::is_string))?;
    let version = policy.get("Version");
    require(version.is_none_or(|version| version.as_str().is_some_and(|version| VERSIONS.contains(&version))))?;
    let statements = statements(&policy);
    require(!statements.is_empty())?;
    if statements.len() > STATEMENTS {
        return Err(over_limit(format!(
            "{} statements were found in the submitted policy, max allowed is {STATEMENTS}",
            statements.len()
        )));
    }
    statements.into_iter().try_for_each(check_statement)
}

/// Checks the length of a policy. Errors: `OverLimit`.
pub fn check_size(text: &str) -> Result<(), ApiError> {
    if text.len() > BYTES { Err(over_limit("Submitted policy is over max allowed size.".to_owned())) } else { Ok(()) }
}

/// Whether two texts say the same policy, whatever their spaces and the order of their members.
pub fn same(one: &str, other: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    one == other || read(one).is_some_and(|policy| read(other) == Some(policy))
}

/// A policy's statements; a single one may stand without a list.
pub fn statements(policy: &Map<String, Value>) -> Vec<&Value> {
    match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(single) => vec![single],
    }
}

/// The refusal of what exceeds a limit.
pub fn over_limit(sentence: String) -> ApiError {
    ApiError::named("OverLimit", sentence)
}

fn check_statement(statement: &Value) -> Result<(), ApiError> {
    let Value::Object(statement) = statement else {
        return Err(refused());
    };
    require(knows(statement, STATEMENT_MEMBERS))?;
    require(statement.get("Sid").is_none_or(Value::is_string))?;
    require(matches!(statement.get("Effect").and_then(Value::as_str), Some("Allow" | "Deny")))?;
    let actions = one_of(statement, "Action", "NotAction").and_then(count_texts);
    let actions = actions.filter(|count| *count > 0).ok_or_else(refused)?;
    let principals = one_of(statement, "Principal", "NotPrincipal").and_then(count_principals);
    let principals = principals.filter(|count| *count > 0).ok_or_else(refused)?;
    if let Some(resource) = statement.get("Resource").or_else(|| statement.get("NotResource")) {
        require(count_texts(resource).is_some_and(|count| count > 0))?;
    }
    let conditions = statement.get("Condition").map_or(Some(0), count_conditions).ok_or_else(refused)?;
    for (what, count, most) in
        [("actions", actions, ACTIONS), ("principals", principals, PRINCIPALS), ("conditions", conditions, CONDITIONS)]
    {
        if count > most {
            return Err(over_limit(format!(
                "{count} {what} were found in a statement from the submitted policy, max allowed is {most}"
            )));
        }
    }
    Ok(())
}

fn knows(object: &Map<String, Value>, members: &[&str]) -> bool {
    object.keys().all(|member| members.contains(&member.as_str()))
}

/// The one of two members that is there; `None` when neither or both are.
fn one_of<'a>(statement: &'a Map<String, Value>, one: &str, other: &str) -> Option<&'a Value> {
    match (statement.get(one), statement.get(other)) {
        (Some(value), None) | (None, Some(value)) => Some(value),
        _ => None,
    }
}

/// How many texts: one, or a list of them. `None` for anything else.
fn count_texts(value: &Value) -> Option<usize> {
    match value {
        Value::String(_) => Some(1),
        Value::Array(texts) if texts.iter().all(Value::is_string) => Some(texts.len()),
        _ => None,
    }
}

/// `"*"`, or texts by the kind of principal.
fn count_principals(value: &Value) -> Option<usize> {
    match value {
        Value::String(all) if all == "*" => Some(1),
        Value::Object(kinds) => kinds.values().map(count_texts).sum(),
        _ => None,
    }
}

/// Keys by operator.
fn count_conditions(value: &Value) -> Option<usize> {
    value.as_object()?.values().map(|keys| keys.as_object().map(Map::len)).sum()
}

fn require(holds: bool) -> Result<(), ApiError> {
    if holds { Ok(()) } else { Err(refused()) }
}

fn refused() -> ApiError {
    ApiError::attribute_value("Policy")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn statement() -> Value {
        json!({"Sid": "s", "Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sqs:SendMessage",
            "Resource": "arn:aws:sqs:us-east-1:000000000000:a"})
    }

    fn with(member: &str, value: Value) -> Value {
        let mut statement = statement();
        statement[member] = value;
        json!({"Version": "2012-10-17", "Statement": [statement]})
    }

    fn code(policy: &Value) -> Option<String> {
        check(&policy.to_string()).err().map(|error| error.code.into_owned())
    }

    #[test]
    fn policies_as_people_write_them_pass() {
        for policy in [
            json!({"Version": "2012-10-17", "Statement": [statement()]}),
            json!({"Version": "2008-10-17", "Id": "x", "Statement": statement()}),
            json!({"Statement": [statement()]}),
            with("Principal", json!("*")),
            with("Principal", json!({"Service": "sns.amazonaws.com", "AWS": ["1", "2"]})),
            with("Action", json!(["sqs:SendMessage", "sqs:ReceiveMessage"])),
            with("Resource", json!(["*"])),
            with("Condition", json!({"ArnEquals": {"aws:SourceArn": "a"}, "Bool": {"aws:SecureTransport": "true"}})),
        ] {
            assert_eq!(code(&policy), None, "{policy}");
        }
    }

    #[test]
    fn what_is_not_a_policy_is_refused() {
        let mut nobody = statement();
        nobody.as_object_mut().unwrap().remove("Principal");
        for policy in [
            json!("x"),
            json!([]),
            json!({}),
            json!({"Version": "2012-10-17"}),
            json!({"Version": "2012-10-17", "Statement": []}),
            json!({"Version": "2013-01-01", "Statement": [statement()]}),
            json!({"Version": "2012-10-17", "Statement": [statement()], "Other": 1}),
            json!({"Version": "2012-10-17", "Statement": ["x"]}),
            json!({"Version": "2012-10-17", "Statement": [nobody]}),
            with("Effect", json!("Maybe")),
            with("Action", json!([])),
            with("Action", json!(1)),
            with("NotAction", json!("sqs:*")),
            with("Principal", json!("111111111111")),
            with("Resource", json!({})),
            with("Condition", json!({"Bool": true})),
            with("Other", json!("x")),
        ] {
            assert_eq!(code(&policy).as_deref(), Some("InvalidAttributeValue"), "{policy}");
        }
        assert_eq!(check("{").unwrap_err().message, "Invalid value for the parameter Policy.");
    }

    #[test]
    fn the_limits_are_over_limit() {
        let many = |count: usize| -> Vec<String> { (0..count).map(|n| format!("sqs:{n}")).collect() };
        let conditions = |count: usize| -> Value {
            json!({"StringEquals": (0..count).map(|n| (format!("k{n}"), json!("v"))).collect::<Map<_, _>>()})
        };
        for (policy, words) in [
            (
                json!({"Statement": vec![statement(); 21]}),
                "21 statements were found in the submitted policy, max allowed is 20",
            ),
            (
                with("Action", json!(many(8))),
                "8 actions were found in a statement from the submitted policy, max allowed is 7",
            ),
            (with("Principal", json!({"AWS": many(51)})), "51 principals were found"),
            (with("Condition", conditions(11)), "11 conditions were found"),
            (with("Sid", json!("x".repeat(8192))), "Submitted policy is over max allowed size."),
        ] {
            let error = check(&policy.to_string()).unwrap_err();
            assert_eq!((error.code.as_ref(), error.status), ("OverLimit", 403));
            assert!(error.message.starts_with(words), "{}", error.message);
        }
        for policy in [
            json!({"Statement": vec![statement(); 20]}),
            with("Action", json!(many(7))),
            with("Principal", json!({"AWS": many(50)})),
            with("Condition", conditions(10)),
        ] {
            assert_eq!(code(&policy), None);
        }
    }

    #[test]
    fn spaces_and_order_do_not_matter() {
        assert!(same(r#"{"Id":"a","Version":"b"}"#, r#"{ "Version": "b", "Id": "a" }"#));
        assert!(!same(r#"{"Id":"a"}"#, r#"{"Id":"b"}"#));
        assert!(same("not JSON", "not JSON") && !same("not JSON", "neither"));
    }
}
