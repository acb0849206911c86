//! TagQueue, UntagQueue, ListQueueTags.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Done, Operation};
use crate::local::core::decode::Members;
use crate::local::core::{ApiError, Millis, State};

/// The most tags of a queue (developer guide, "Amazon SQS cost allocation tags").
const TAGS: usize = 50;
/// The longest key, in characters.
const KEY_LENGTH: usize = 128;
/// The longest value, in characters.
const VALUE_LENGTH: usize = 256;

/// The tags of a queue after some were added or overwritten.
pub fn merged(
    tags: &BTreeMap<String, String>,
    added: Vec<(String, String)>,
) -> Result<BTreeMap<String, String>, ApiError> {
    let mut tags = tags.clone();
    for (key, value) in added {
        if key.is_empty() || key.chars().count() > KEY_LENGTH {
            return Err(ApiError::invalid("Tag keys must be between 1 and 128 characters in length."));
        }
        if value.chars().count() > VALUE_LENGTH {
            return Err(ApiError::invalid("Tag values must be between 0 and 256 characters in length."));
        }
        tags.insert(key, value);
    }
    if tags.len() > TAGS {
        return Err(ApiError::invalid("Too many tags added for queue."));
    }
    Ok(tags)
}

/// Adds tags to a queue; a tag with the same key is overwritten.
#[derive(Debug)]
pub struct TagQueue {
    queue_url: String,
    tags: Vec<(String, String)>,
}

impl Operation for TagQueue {
    type Output = Done;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        let request = Self { queue_url: members.required("QueueUrl")?, tags: members.text_map("Tags")? };
        if request.tags.is_empty() {
            return Err(ApiError::missing("Tags"));
        }
        Ok(request)
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Done, ApiError> {
        let (_, queue) = state.reach(&self.queue_url, now)?;
        queue.tags = merged(&queue.tags, self.tags)?;
        Ok(Done {})
    }
}

/// Takes tags away from a queue; unknown keys are no error.
#[derive(Debug)]
pub struct UntagQueue {
    queue_url: String,
    keys: Vec<String>,
}

impl Operation for UntagQueue {
    type Output = Done;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        let request = Self { queue_url: members.required("QueueUrl")?, keys: members.texts("TagKeys")? };
        if request.keys.is_empty() {
            return Err(ApiError::invalid("Tag keys can't be null."));
        }
        Ok(request)
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Done, ApiError> {
        let (_, queue) = state.reach(&self.queue_url, now)?;
        for key in &self.keys {
            queue.tags.remove(key);
        }
        Ok(Done {})
    }
}

/// Reads the tags of a queue.
#[derive(Debug)]
pub struct ListQueueTags {
    queue_url: String,
}

/// Tags by key.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tags {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, String>,
}

impl Operation for ListQueueTags {
    type Output = Tags;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        Ok(Self { queue_url: members.required("QueueUrl")? })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Tags, ApiError> {
        let (_, queue) = state.reach(&self.queue_url, now)?;
        Ok(Tags { tags: queue.tags.clone() })
    }
}
