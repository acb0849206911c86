//! AddPermission, RemovePermission: statements of the access policy, written by label.

use serde_json::{Value, json};

use super::{Done, Operation};
use crate::local::core::decode::Members;
use crate::local::core::{ApiError, Millis, State, access_policy};

/// What a statement may allow. Each also allows its batch.
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
/// What only the owner of a queue may do (developer guide, "Limitations of Amazon SQS custom policies").
const OWN_ACTIONS: &[&str] = &[
    "AddPermission",
    "CancelMessageMoveTask",
    "CreateQueue",
    "DeleteQueue",
    "ListMessageMoveTasks",
    "ListQueues",
    "ListQueueTags",
    "RemovePermission",
    "SetQueueAttributes",
    "StartMessageMoveTask",
    "TagQueue",
    "UntagQueue",
];

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
        if request.actions.is_empty() {
            return Err(ApiError::missing("ActionName"));
        }
        if request.accounts.is_empty() {
            return Err(ApiError::missing("AWSAccountIds"));
        }
        check_limit(request.actions.len(), access_policy::ACTIONS, "Actions")?;
        check_limit(request.accounts.len(), access_policy::PRINCIPALS, "Principals")?;
        request.actions.iter().try_for_each(|action| check_action(action))?;
        let account = |id: &String| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
        if !request.accounts.iter().all(account) {
            let ids = format!("[{}]", request.accounts.join(", "));
            return Err(ApiError::invalid_value(ids, "PrincipalId", "Unable to verify."));
        }
        Ok(request)
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Done, ApiError> {
        let arn = state.named_by_url(&self.queue_url).map(|name| state.arn(&name))?;
        let (_, queue) = state.reach(&self.queue_url, now)?;
        let mut policy = read(queue.settings.policy.as_deref()).unwrap_or_else(|| empty(&arn));
        let mut statements = statements(&policy);
        if statements.iter().any(|statement| statement["Sid"] == self.label.as_str()) {
            return Err(ApiError::invalid_value(&self.label, "Label", "Already exists."));
        }
        check_limit(statements.len() + 1, access_policy::STATEMENTS, "Statements")?;
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
        let policy = policy.to_string();
        access_policy::check_size(&policy)?;
        queue.settings.policy = Some(policy);
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

/// The policy that a first permission begins.
fn empty(arn: &str) -> Value {
    json!({"Version": "2008-10-17", "Id": format!("{arn}/SQSDefaultPolicy"), "Statement": []})
}

fn statements(policy: &Value) -> Vec<Value> {
    policy
        .as_object()
        .map(|policy| access_policy::statements(policy).into_iter().cloned().collect())
        .unwrap_or_default()
}

fn check_limit(found: usize, most: usize, what: &str) -> Result<(), ApiError> {
    if found > most {
        Err(access_policy::over_limit(format!("{found} {what} were found, maximum allowed is {most}.")))
    } else {
        Ok(())
    }
}

fn check_action(action: &str) -> Result<(), ApiError> {
    let reason = if ACTIONS.contains(&action) {
        return Ok(());
    } else if OWN_ACTIONS.contains(&action) {
        "Only the queue owner is allowed to invoke this action."
    } else {
        "Please refer to the appropriate WSDL for a list of valid actions. "
    };
    Err(ApiError::invalid_value(format!("SQS:{action}"), "ActionName", reason))
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
