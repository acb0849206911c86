//! AddPermission, RemovePermission: statements of the access policy, written by label.

use serde_json::{Value, json};

use super::{Done, Operation};
use crate::local::core::decode::Members;
use crate::local::core::{ApiError, Millis, State};

/// What a statement may allow (API reference, "AddPermission"; the actions an owner can share).
const ACTIONS: &[&str] = &[
    "*",
    "ChangeMessageVisibility",
    "DeleteMessage",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListDeadLetterSourceQueues",
    "PurgeQueue",
    "ReceiveMessage",
    "SendMessage",
];
/// The most actions of a statement.
const MOST_ACTIONS: usize = 7;
/// The most statements of a policy.
const MOST_STATEMENTS: usize = 20;

/// Allows accounts to do something with a queue.
#[derive(Debug)]
pub struct AddPermission {
    queue_url: String,
    label: String,
    accounts: Vec<String>,
    actions: Vec<String>,
}

impl Operation for AddPermission {
    type Output = Done;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        let request = Self {
            queue_url: members.required("QueueUrl")?,
            label: members.required("Label")?,
            accounts: members.texts("AWSAccountIds")?,
            actions: members.texts("Actions")?,
        };
        let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if request.label.len() > 80 || !request.label.bytes().all(good) {
            let reason = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.";
            return Err(ApiError::invalid_value(&request.label, "Label", reason));
        }
        if request.accounts.is_empty() {
            return Err(ApiError::missing("AWSAccountIds"));
        }
        if request.actions.is_empty() {
            return Err(ApiError::missing("Actions"));
        }
        if let Some(unknown) = request.actions.iter().find(|action| !ACTIONS.contains(&action.as_str())) {
            let reason = "Please refer to the appropriate WSDL for a list of valid actions. ";
            return Err(ApiError::invalid_value(format!("SQS:{unknown}"), "ActionName", reason));
        }
        let account = |id: &String| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(wrong) = request.accounts.iter().find(|id| !account(id)) {
            return Err(ApiError::invalid_value(wrong, "PrincipalId", "Unable to verify."));
        }
        Ok(request)
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Done, ApiError> {
        let arn = state.named_by_url(&self.queue_url).map(|name| state.arn(&name))?;
        let (_, queue) = state.reach(&self.queue_url, now)?;
        let mut policy = read(queue.settings.policy.as_deref()).unwrap_or_else(
            || json!({"Version": "2008-10-17", "Id": format!("{arn}/SQSDefaultPolicy"), "Statement": []}),
        );
        let mut statements = statements(&policy);
        if statements.iter().any(|statement| statement["Sid"] == self.label.as_str()) {
            return Err(ApiError::invalid_value(&self.label, "Label", "Already exists."));
        }
        if self.actions.len() > MOST_ACTIONS || statements.len() >= MOST_STATEMENTS {
            let found = self.actions.len();
            return Err(ApiError::named(
                "OverLimit",
                format!("{found} Actions were found, maximum allowed is {MOST_ACTIONS}."),
            ));
        }
        let principals = self.accounts.iter().map(|account| format!("arn:aws:iam::{account}:root")).collect();
        let actions = self.actions.iter().map(|action| format!("SQS:{action}")).collect();
        statements.push(json!({
            "Sid": self.label,
            "Effect": "Allow",
            "Principal": {"AWS": one_or_many(principals)},
            "Action": one_or_many(actions),
            "Resource": arn,
        }));
        policy["Statement"] = statements.into();
        queue.settings.policy = Some(policy.to_string());
        queue.modified = now;
        Ok(Done {})
    }
}

/// Takes a statement away.
#[derive(Debug)]
pub struct RemovePermission {
    queue_url: String,
    label: String,
}

impl Operation for RemovePermission {
    type Output = Done;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        Ok(Self { queue_url: members.required("QueueUrl")?, label: members.required("Label")? })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Done, ApiError> {
        let (_, queue) = state.reach(&self.queue_url, now)?;
        let missing = || ApiError::invalid_value(&self.label, "Label", "can't find label.");
        let mut policy = read(queue.settings.policy.as_deref()).ok_or_else(missing)?;
        let mut statements = statements(&policy);
        let before = statements.len();
        statements.retain(|statement| statement["Sid"] != self.label.as_str());
        if statements.len() == before {
            return Err(missing());
        }
        // The last statement takes the policy with it.
        queue.settings.policy = (!statements.is_empty()).then(|| {
            policy["Statement"] = statements.into();
            policy.to_string()
        });
        queue.modified = now;
        Ok(Done {})
    }
}

fn read(policy: Option<&str>) -> Option<Value> {
    serde_json::from_str(policy?).ok()
}

/// A policy's statements; a single one may stand without a list.
fn statements(policy: &Value) -> Vec<Value> {
    match &policy["Statement"] {
        Value::Array(statements) => statements.clone(),
        Value::Null => Vec::new(),
        single => vec![single.clone()],
    }
}

fn one_or_many(mut texts: Vec<String>) -> Value {
    match (texts.len(), texts.pop()) {
        (1, Some(only)) => only.into(),
        (_, last) => {
            texts.extend(last);
            texts.into()
        }
    }
}
