//! The two policies of dead-letter queues: where a queue's failures go, and which queues may send theirs here.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::ApiError;

/// An Amazon resource name, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// The service: `sqs`, for a queue.
    pub service: &'a str,
    /// The Region.
    pub region: &'a str,
    /// The account.
    pub account: &'a str,
    /// The queue's name.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Reads `arn:<partition>:<service>:<region>:<account-id>:<resource-id>`; `None` when a part is missing.
    pub fn read(text: &'a str) -> Option<Self> {
        let parts: Vec<_> = text.split(':').collect();
        match parts[..] {
            ["arn", partition, service, region, account, resource]
                if [partition, service, region, account, resource].iter().all(|part| !part.is_empty()) =>
            {
                Some(Self { service, region, account, resource })
            }
            _ => None,
        }
    }
}

/// The most source queues of `byQueue`.
const MOST_SOURCES: usize = 10;

/// What SQS answers when a policy cannot even be read.
fn unreadable(attribute: &str, reason: &str) -> ApiError {
    ApiError::named("InvalidAttributeValue", format!("Invalid value for the parameter {attribute}. Reason: {reason}"))
}

/// `RedrivePolicy`: after how many receives a message is given up, and to which queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedrivePolicy {
    /// The ARN of the dead-letter queue.
    pub target: String,
    /// A message is moved by the receive that would exceed this number.
    pub max_receives: u32,
}

impl RedrivePolicy {
    /// Reads the attribute's JSON. `maxReceiveCount` may be a number or a text; 1 to 1,000. Whether there is such a
    /// queue is for the caller to check.
    ///
    /// Errors: `InvalidAttributeValue` for what is no JSON object, `InvalidParameterValue` for what is in it (API
    /// reference, "SetQueueAttributes"; the sentences are SQS's, as its users report them).
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        let Ok(Value::Object(policy)) = serde_json::from_str(text) else {
            return Err(unreadable("RedrivePolicy", "Redrive policy is not a valid JSON map."));
        };
        let refused = |reason: &str| ApiError::invalid_value(text, "RedrivePolicy", reason);
        let mandatory = |name: &str| {
            let reason = format!("Redrive policy does not contain mandatory attribute: {name}.");
            policy.get(name).filter(|value| !value.is_null()).ok_or_else(|| refused(&reason))
        };
        let count = mandatory("maxReceiveCount")?;
        let target = mandatory("deadLetterTargetArn")?;
        let shown = count.as_str().map_or_else(|| count.to_string(), str::to_owned);
        let max_receives = shown.parse().ok().filter(|count| (1..=1000).contains(count)).ok_or_else(|| {
            refused(&format!(
                "Invalid value for maxReceiveCount: {shown}, valid values are from 1 to 1000 both inclusive."
            ))
        })?;
        let target = target.as_str().unwrap_or_default();
        let arn = Arn::read(target).ok_or_else(|| refused("Dead-letter target ARN should be fully qualified ARN."))?;
        if arn.service != "sqs" {
            return Err(refused("Only SQS queues are valid resources for deadLetterTargetArn."));
        }
        if policy.len() > 2 {
            return Err(refused("Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn]."));
        }
        Ok(Self { target: target.to_owned(), max_receives })
    }

    /// The attribute's JSON.
    pub fn show(&self) -> String {
        json!({"deadLetterTargetArn": self.target, "maxReceiveCount": self.max_receives}).to_string()
    }
}

/// `RedriveAllowPolicy`: which queues may name this one as their dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RedriveAllowPolicy {
    /// Any queue of the account and Region: the default.
    AllowAll,
    /// None.
    DenyAll,
    /// These, by ARN: at most ten.
    ByQueue(Vec<String>),
}

impl RedriveAllowPolicy {
    /// Reads the attribute's JSON. `sourceQueueArns` belong to `byQueue` and are 1 to 10.
    ///
    /// Errors: `InvalidAttributeValue` for another format, `InvalidParameterValue` for a combination that SQS does not
    /// allow (API reference, "SetQueueAttributes"; developer guide, "Using dead-letter queues in Amazon SQS").
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        let unsupported = || {
            unreadable(
                "RedriveAllowPolicy",
                "Amazon SQS can't create the redrive allow policy, as it’s in an unsupported format.",
            )
        };
        let refused = |reason: &str| {
            let reason = format!("Amazon SQS can't create the redrive allow policy. {reason}");
            ApiError::invalid_value(text, "RedriveAllowPolicy", &reason)
        };
        let Ok(Value::Object(policy)) = serde_json::from_str(text) else {
            return Err(unsupported());
        };
        if policy.keys().any(|key| !["redrivePermission", "sourceQueueArns"].contains(&key.as_str())) {
            return Err(unsupported());
        }
        let sources: Option<Vec<String>> = match policy.get("sourceQueueArns").filter(|sources| !sources.is_null()) {
            None => None,
            Some(Value::Array(sources)) => {
                let is_queue = |arn: &&str| Arn::read(arn).is_some_and(|arn| arn.service == "sqs");
                let arns = sources.iter().map(|source| source.as_str().filter(is_queue).map(str::to_owned));
                Some(arns.collect::<Option<_>>().ok_or_else(unsupported)?)
            }
            Some(_) => return Err(unsupported()),
        };
        match (policy.get("redrivePermission").and_then(Value::as_str), sources) {
            (Some("allowAll" | "denyAll"), Some(_)) => {
                Err(refused("To specify one or more source queue ARNs, you must set redrivePermission to byQueue."))
            }
            (Some("allowAll"), None) => Ok(Self::AllowAll),
            (Some("denyAll"), None) => Ok(Self::DenyAll),
            (Some("byQueue"), Some(arns)) if arns.len() > MOST_SOURCES => {
                Err(refused("The maximum number of source queue ARNs you can specify is 10."))
            }
            (Some("byQueue"), Some(arns)) if !arns.is_empty() => Ok(Self::ByQueue(arns)),
            (Some("byQueue"), _) => Err(refused(
                "When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values.",
            )),
            _ => Err(unsupported()),
        }
    }

    /// The attribute's JSON.
    pub fn show(&self) -> String {
        match self {
            Self::AllowAll => json!({"redrivePermission": "allowAll"}),
            Self::DenyAll => json!({"redrivePermission": "denyAll"}),
            Self::ByQueue(arns) => json!({"redrivePermission": "byQueue", "sourceQueueArns": arns}),
        }
        .to_string()
    }

    /// Whether the queue of this ARN may send its failures here.
    pub fn permits(&self, source_arn: &str) -> bool {
        match self {
            Self::AllowAll => true,
            Self::DenyAll => false,
            Self::ByQueue(arns) => arns.iter().any(|arn| arn == source_arn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DLQ: &str = "arn:aws:sqs:us-east-1:000000000000:dlq";

    /// The code and the sentence after `Reason: `.
    fn refusal<T: std::fmt::Debug>(result: Result<T, ApiError>) -> (String, String) {
        let error = result.unwrap_err();
        (error.code.into_owned(), error.message.rsplit_once("Reason: ").unwrap().1.to_owned())
    }

    #[test]
    fn a_redrive_policy_takes_a_number_or_a_text() {
        for text in [
            format!(r#"{{"deadLetterTargetArn":"{DLQ}","maxReceiveCount":3}}"#),
            format!(r#"{{ "maxReceiveCount":"3", "deadLetterTargetArn":"{DLQ}" }}"#),
        ] {
            let policy = RedrivePolicy::parse(&text).unwrap();
            assert_eq!(policy.show(), format!(r#"{{"deadLetterTargetArn":"{DLQ}","maxReceiveCount":3}}"#));
        }
    }

    #[test]
    fn a_redrive_policy_that_is_no_json_object_is_no_value() {
        for text in [" ", "{", "[]", "4", "\"x\"", "null"] {
            let (code, reason) = refusal(RedrivePolicy::parse(text));
            assert_eq!(code, "InvalidAttributeValue", "{text}");
            assert_eq!(reason, "Redrive policy is not a valid JSON map.", "{text}");
        }
    }

    #[test]
    fn a_bad_redrive_policy_is_refused_with_its_text() {
        let count = |count: &str| format!(r#"{{"deadLetterTargetArn":"{DLQ}","maxReceiveCount":{count}}}"#);
        let target = |target: &str| format!(r#"{{"deadLetterTargetArn":{target},"maxReceiveCount":1}}"#);
        let range = |count: &str| {
            format!("Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000 both inclusive.")
        };
        let missing = |name: &str| format!("Redrive policy does not contain mandatory attribute: {name}.");
        let unqualified = || "Dead-letter target ARN should be fully qualified ARN.".to_owned();
        for (text, reason) in [
            ("{}".to_owned(), missing("maxReceiveCount")),
            (format!(r#"{{"deadLetterTargetArn":"{DLQ}"}}"#), missing("maxReceiveCount")),
            (r#"{"maxReceiveCount":1}"#.to_owned(), missing("deadLetterTargetArn")),
            (count("0"), range("0")),
            (count("-36"), range("-36")),
            (count("1001"), range("1001")),
            (count("1.5"), range("1.5")),
            (count("\"many\""), range("many")),
            (target("1"), unqualified()),
            (target("\"dummy\""), unqualified()),
            (target("\"arn:aws:sqs:us-east-1:dlq\""), unqualified()),
            (
                target("\"arn:aws:sns:us-east-1:000000000000:topic\""),
                "Only SQS queues are valid resources for deadLetterTargetArn.".to_owned(),
            ),
            (
                format!(r#"{{"deadLetterTargetArn":"{DLQ}","maxReceiveCount":1,"x":1}}"#),
                "Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn].".to_owned(),
            ),
        ] {
            let error = RedrivePolicy::parse(&text).unwrap_err();
            assert_eq!(error.code, "InvalidParameterValue", "{text}");
            let sentence = format!("Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}");
            assert_eq!(error.message, sentence);
        }
    }

    #[test]
    fn an_allow_policy_permits_what_it_says() {
        let parse = |text: &str| RedriveAllowPolicy::parse(text).unwrap();
        assert!(parse(r#"{"redrivePermission":"allowAll"}"#).permits("a"));
        assert!(!parse(r#"{"redrivePermission":"denyAll"}"#).permits("a"));
        let text = format!(r#"{{"redrivePermission":"byQueue","sourceQueueArns":["{DLQ}"]}}"#);
        let by_queue = parse(&text);
        assert!(by_queue.permits(DLQ) && !by_queue.permits("b"));
        assert_eq!(by_queue.show(), text);
        let ten = format!(r#"{{"redrivePermission":"byQueue","sourceQueueArns":{:?}}}"#, [DLQ; 10]);
        assert!(RedriveAllowPolicy::parse(&ten).is_ok());
    }

    #[test]
    fn a_bad_allow_policy_is_refused() {
        let by_queue = |sources: String| format!(r#"{{"redrivePermission":"byQueue","sourceQueueArns":{sources}}}"#);
        for text in [
            "badjson",
            "[]",
            "{}",
            r#"{"redrivePermission":"x"}"#,
            r#"{"redrivePermission":1}"#,
            r#"{"redrivePermission":"allowAll","x":1}"#,
            &by_queue("\"a\"".into()),
            &by_queue("[1]".into()),
            &by_queue("[\"a\"]".into()),
        ] {
            let (code, reason) = refusal(RedriveAllowPolicy::parse(text));
            assert_eq!(code, "InvalidAttributeValue", "{text}");
            assert!(reason.ends_with("in an unsupported format."), "{text}: {reason}");
        }
        let both = |permission: &str| format!(r#"{{"redrivePermission":"{permission}","sourceQueueArns":["{DLQ}"]}}"#);
        for (text, words) in [
            (by_queue("[]".into()), "one or more sourceQueueArns"),
            (r#"{"redrivePermission":"byQueue"}"#.to_owned(), "one or more sourceQueueArns"),
            (by_queue(format!("{:?}", [DLQ; 11])), "is 10."),
            (both("denyAll"), "to byQueue."),
            (both("allowAll"), "to byQueue."),
        ] {
            let (code, reason) = refusal(RedriveAllowPolicy::parse(&text));
            assert_eq!(code, "InvalidParameterValue", "{text}");
            assert!(reason.contains(words), "{text}: {reason}");
        }
    }
}
