//! The two policies of dead-letter queues: where a queue's failures go, and which queues may send theirs here.

use serde_json::{Value, json};

use super::error::ApiError;

/// `RedrivePolicy`: after how many receives a message is given up, and to which queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedrivePolicy {
    /// The ARN of the dead-letter queue.
    pub target: String,
    /// A message is moved by the receive that would exceed this number.
    pub max_receives: u32,
}

impl RedrivePolicy {
    /// Reads the attribute's JSON. `maxReceiveCount` may be a number or a text; 1 to 1,000.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        let refused = |reason: &str| ApiError::invalid_value(text, "RedrivePolicy", reason);
        let Ok(Value::Object(policy)) = serde_json::from_str(text) else {
            return Err(refused("Amazon SQS can't create the redrive policy, as it's not in JSON format."));
        };
        let mandatory = |name: &str| {
            let reason = format!("Redrive policy does not contain mandatory attribute: {name}.");
            policy.get(name).filter(|value| !value.is_null()).ok_or_else(|| refused(&reason))
        };
        let target = mandatory("deadLetterTargetArn")?;
        let count = mandatory("maxReceiveCount")?;
        if let Some(unknown) =
            policy.keys().find(|key| !["deadLetterTargetArn", "maxReceiveCount"].contains(&key.as_str()))
        {
            return Err(refused(&format!(
                "Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount], but found {unknown}."
            )));
        }
        let shown = count.as_str().map_or_else(|| count.to_string(), str::to_owned);
        let max_receives = shown.parse().ok().filter(|count| (1..=1000).contains(count)).ok_or_else(|| {
            refused(&format!(
                "Invalid value for maxReceiveCount: {shown}, valid values are from 1 to 1000 both inclusive."
            ))
        })?;
        let target = target.as_str().ok_or_else(|| refused("deadLetterTargetArn must be an ARN."))?;
        Ok(Self { target: target.to_owned(), max_receives })
    }

    /// The attribute's JSON.
    pub fn show(&self) -> String {
        json!({"deadLetterTargetArn": self.target, "maxReceiveCount": self.max_receives}).to_string()
    }
}

/// `RedriveAllowPolicy`: which queues may name this one as their dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedriveAllowPolicy {
    /// Any queue of the account and Region: the default.
    AllowAll,
    /// None.
    DenyAll,
    /// These, by ARN: at most ten.
    ByQueue(Vec<String>),
}

impl RedriveAllowPolicy {
    /// Reads the attribute's JSON.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        let refused = |reason: &str| ApiError::invalid_value(text, "RedriveAllowPolicy", reason);
        let Ok(Value::Object(policy)) = serde_json::from_str(text) else {
            return Err(refused("Amazon SQS can't create the redrive allow policy, as it's not in JSON format."));
        };
        if let Some(unknown) =
            policy.keys().find(|key| !["redrivePermission", "sourceQueueArns"].contains(&key.as_str()))
        {
            return Err(refused(&format!("Unknown attribute {unknown}.")));
        }
        let sources = policy.get("sourceQueueArns").filter(|sources| !sources.is_null());
        match (policy.get("redrivePermission").and_then(Value::as_str), sources) {
            (Some("allowAll" | "denyAll"), Some(_)) => {
                Err(refused("sourceQueueArns can be given only when redrivePermission is byQueue."))
            }
            (Some("allowAll"), None) => Ok(Self::AllowAll),
            (Some("denyAll"), None) => Ok(Self::DenyAll),
            (Some("byQueue"), Some(Value::Array(sources))) => {
                let arns: Option<Vec<String>> =
                    sources.iter().map(|source| source.as_str().map(str::to_owned)).collect();
                match arns {
                    Some(arns) if (1..=10).contains(&arns.len()) => Ok(Self::ByQueue(arns)),
                    _ => Err(refused("sourceQueueArns must hold 1 to 10 queue ARNs.")),
                }
            }
            (Some("byQueue"), _) => Err(refused("sourceQueueArns is required when redrivePermission is byQueue.")),
            _ => Err(refused("redrivePermission must be one of allowAll, denyAll, byQueue.")),
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

    #[test]
    fn a_redrive_policy_takes_a_number_or_a_text() {
        for text in [
            r#"{"deadLetterTargetArn":"a","maxReceiveCount":3}"#,
            r#"{"maxReceiveCount":"3","deadLetterTargetArn":"a"}"#,
        ] {
            let policy = RedrivePolicy::parse(text).unwrap();
            assert_eq!(policy.show(), r#"{"deadLetterTargetArn":"a","maxReceiveCount":3}"#);
        }
    }

    #[test]
    fn a_bad_redrive_policy_is_refused() {
        for text in [
            "{",
            "[]",
            "{}",
            r#"{"deadLetterTargetArn":"a"}"#,
            r#"{"maxReceiveCount":1}"#,
            r#"{"deadLetterTargetArn":"a","maxReceiveCount":0}"#,
            r#"{"deadLetterTargetArn":"a","maxReceiveCount":1001}"#,
            r#"{"deadLetterTargetArn":"a","maxReceiveCount":1.5}"#,
            r#"{"deadLetterTargetArn":1,"maxReceiveCount":1}"#,
            r#"{"deadLetterTargetArn":"a","maxReceiveCount":1,"x":1}"#,
        ] {
            assert_eq!(RedrivePolicy::parse(text).unwrap_err().code, "InvalidParameterValue", "{text}");
        }
    }

    #[test]
    fn an_allow_policy_permits_what_it_says() {
        let parse = |text| RedriveAllowPolicy::parse(text).unwrap();
        assert!(parse(r#"{"redrivePermission":"allowAll"}"#).permits("a"));
        assert!(!parse(r#"{"redrivePermission":"denyAll"}"#).permits("a"));
        let by_queue = parse(r#"{"redrivePermission":"byQueue","sourceQueueArns":["a"]}"#);
        assert!(by_queue.permits("a") && !by_queue.permits("b"));
        let eleven = format!(r#"{{"redrivePermission":"byQueue","sourceQueueArns":{:?}}}"#, ["a"; 11]);
        for text in [
            "",
            "{}",
            r#"{"redrivePermission":"x"}"#,
            r#"{"redrivePermission":"byQueue"}"#,
            r#"{"redrivePermission":"denyAll","sourceQueueArns":["a"]}"#,
            &eleven,
        ] {
            assert!(RedriveAllowPolicy::parse(text).is_err(), "{text}");
        }
    }
}
