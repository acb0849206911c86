//! The two policies that tie a queue to its dead-letter queue.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ids::QueueArn;

/// Where a message goes that was received too often (SQS Developer Guide, "Using dead-letter queues").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedrivePolicy {
    /// The dead-letter queue. Same type as the source, same account and region.
    pub dead_letter_target: QueueArn,
    /// The number of receives after which the next one moves the message. 1–1 000.
    pub max_receive_count: u32,
}

impl RedrivePolicy {
    /// Reads the attribute's JSON. SQS accepts `maxReceiveCount` as a number and as a numeric string.
    pub fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let count = value.get("maxReceiveCount")?;
        let max_receive_count = match count {
            Value::String(text) => text.parse().ok()?,
            number => number.to_string().parse().ok()?,
        };
        Some(Self { dead_letter_target: value.get("deadLetterTargetArn")?.as_str()?.parse().ok()?, max_receive_count })
    }

    /// The attribute's JSON.
    pub fn write(&self) -> String {
        json!({ "deadLetterTargetArn": self.dead_letter_target.as_str(), "maxReceiveCount": self.max_receive_count })
            .to_string()
    }
}

/// Which queues may name this one as their dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RedriveAllowPolicy {
    /// Every queue of the account and region (SQS's default).
    AllowAll,
    /// None.
    DenyAll,
    /// These, at most ten.
    ByQueue(Vec<QueueArn>),
}

impl RedriveAllowPolicy {
    /// The most source queues that `byQueue` can name.
    pub const SOURCES_MAX: usize = 10;

    /// Reads the attribute's JSON.
    pub fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        match value.get("redrivePermission")?.as_str()? {
            "allowAll" => Some(Self::AllowAll),
            "denyAll" => Some(Self::DenyAll),
            "byQueue" => {
                let arns = value.get("sourceQueueArns")?.as_array()?;
                arns.iter().map(|arn| arn.as_str()?.parse().ok()).collect::<Option<Vec<_>>>().map(Self::ByQueue)
            }
            _ => None,
        }
    }

    /// The attribute's JSON.
    pub fn write(&self) -> String {
        match self {
            Self::AllowAll => json!({ "redrivePermission": "allowAll" }),
            Self::DenyAll => json!({ "redrivePermission": "denyAll" }),
            Self::ByQueue(arns) => json!({
                "redrivePermission": "byQueue",
                "sourceQueueArns": arns.iter().map(QueueArn::as_str).collect::<Vec<_>>(),
            }),
        }
        .to_string()
    }

    /// Whether `source` may name the queue that carries this policy.
    pub fn permits(&self, source: &QueueArn) -> bool {
        match self {
            Self::AllowAll => true,
            Self::DenyAll => false,
            Self::ByQueue(arns) => arns.contains(source),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redrive_policy_survives_writing_and_reading() {
        for count in ["5", "\"5\""] {
            let text = format!(r#"{{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:1:d","maxReceiveCount":{count}}}"#);
            let policy = RedrivePolicy::read(&text).unwrap();
            assert_eq!(policy.max_receive_count, 5);
            assert_eq!(RedrivePolicy::read(&policy.write()), Some(policy));
        }
        for wrong in ["", "{}", "[]", r#"{"maxReceiveCount":5}"#, r#"{"deadLetterTargetArn":"x","maxReceiveCount":5}"#]
        {
            assert_eq!(RedrivePolicy::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_redrive_allow_policy_survives_writing_and_reading() {
        let source: QueueArn = "arn:aws:sqs:eu-west-1:1:orders".parse().unwrap();
        let named = RedriveAllowPolicy::ByQueue(vec![source.clone()]);
        for policy in [RedriveAllowPolicy::AllowAll, RedriveAllowPolicy::DenyAll, named.clone()] {
            assert_eq!(RedriveAllowPolicy::read(&policy.write()), Some(policy));
        }
        assert!(named.permits(&source) && !named.permits(&source.sibling(&"other".parse().unwrap())));
    }
}
