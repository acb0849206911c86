//! GetQueueAttributes, SetQueueAttributes.

use serde::Serialize;
use serde_json::Map;

use super::{Done, Operation};
use crate::local::core::decode::Members;
use crate::local::core::{ApiError, Millis, State};

/// Every attribute GetQueueAttributes knows, in the order it shows them.
const NAMES: &[&str] = &[
    "QueueArn",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "VisibilityTimeout",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "DelaySeconds",
    "ReceiveMessageWaitTimeSeconds",
    "Policy",
    "RedrivePolicy",
    "RedriveAllowPolicy",
    "FifoQueue",
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "SqsManagedSseEnabled",
];

/// Those that only a FIFO queue may be asked for.
const FIFO_ALONE: &[&str] = &["FifoQueue", "ContentBasedDeduplication"];

/// Reads some attributes of a queue.
#[derive(Debug)]
pub struct GetQueueAttributes {
    queue_url: String,
    names: Vec<String>,
}

/// Attributes by name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueueAttributes {
    #[serde(skip_serializing_if = "Map::is_empty")]
    attributes: Map<String, serde_json::Value>,
}

impl Operation for GetQueueAttributes {
    type Output = QueueAttributes;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        Ok(Self { queue_url: members.required("QueueUrl")?, names: members.texts("AttributeNames")? })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<QueueAttributes, ApiError> {
        if let Some(unknown) = self.names.iter().find(|name| *name != "All" && !NAMES.contains(&name.as_str())) {
            return Err(ApiError::attribute_name(unknown));
        }
        let arn = state.named_by_url(&self.queue_url).map(|name| state.arn(&name))?;
        let (_, queue) = state.reach(&self.queue_url, now)?;
        // A standard queue refuses these two by name, rather than answering nothing or "false".
        let absent = |name: &&String| !queue.settings.fifo && FIFO_ALONE.contains(&name.as_str());
        if let Some(unknown) = self.names.iter().find(absent) {
            return Err(ApiError::attribute_name(unknown));
        }
        let counts = queue.shelf.counts();
        let all = self.names.iter().any(|name| name == "All");
        let attributes = NAMES
            .iter()
            .filter(|name| all || self.names.iter().any(|wanted| wanted == *name))
            .filter_map(|name| {
                let value = match *name {
                    "QueueArn" => Some(arn.clone()),
                    "ApproximateNumberOfMessages" => Some(counts.visible.to_string()),
                    "ApproximateNumberOfMessagesNotVisible" => Some(counts.in_flight.to_string()),
                    "ApproximateNumberOfMessagesDelayed" => Some(counts.delayed.to_string()),
                    "CreatedTimestamp" => Some((queue.created / 1000).to_string()),
                    "LastModifiedTimestamp" => Some((queue.modified / 1000).to_string()),
                    settable => queue.settings.show(settable),
                };
                Some(((*name).to_owned(), value?.into()))
            })
            .collect();
        Ok(QueueAttributes { attributes })
    }
}

/// Changes attributes of a queue. All or none.
#[derive(Debug)]
pub struct SetQueueAttributes {
    queue_url: String,
    attributes: Vec<(String, String)>,
}

impl Operation for SetQueueAttributes {
    type Output = Done;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        let request = Self { queue_url: members.required("QueueUrl")?, attributes: members.text_map("Attributes")? };
        if request.attributes.is_empty() {
            return Err(ApiError::missing("Attribute.Name"));
        }
        Ok(request)
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Done, ApiError> {
        let (name, queue) = state.reach(&self.queue_url, now)?;
        let settings = queue.settings.with(&self.attributes)?;
        super::dead_letters::check_policies(state, &name, &settings, &self.attributes)?;
        let (name, queue) = state.reach(&self.queue_url, now)?;
        // Developer guide, "Delay queues": on a FIFO queue a new delay also counts for messages already in it.
        if queue.settings.fifo && queue.settings.delay != settings.delay {
            queue.shelf.delay_again(now, settings.delay * 1000);
        }
        queue.settings = settings;
        queue.modified = now;
        // A shorter retention ends the life of messages at once.
        state.settle(&name, now);
        state.stir(&name);
        Ok(Done {})
    }
}
