//! TagQueue, UntagQueue, ListQueueTags.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Done, Operation};
use crate::local::core::decode::Members;
use crate::local::core::{ApiError, Millis, State};

/// The most tags of a queue. The documentation advises against more; SQS refuses them.
const TAGS: usize = 50;
/// The longest key, in characters.
const KEY_LENGTH: usize = 128;
/// The longest value, in characters.
const VALUE_LENGTH: usize = 256;

/// The tags of the queue `name` after some were added or overwritten.
///
/// Errors: `InvalidParameterValue` (developer guide, "Amazon SQS standard queue quotas").
pub fn merged(
    name: &str,
    tags: &BTreeMap<String, String>,
    added: Vec<(String, String)>,
) -> Result<BTreeMap<String, String>, ApiError> {
    let mut tags = tags.clone();
    for (key, value) in added {
        check_key(&key)?;
        if value.chars().count() > VALUE_LENGTH {
            return Err(ApiError::invalid("Tag values must be between 0 and 256 characters in length."));
        }
        check_text(&value, "values")?;
        tags.insert(key, value);
    }
    if tags.len() > TAGS {
        return Err(ApiError::invalid(format!("Too many tags added for queue {name}.")));
    }
    Ok(tags)
}

fn check_key(key: &str) -> Result<(), ApiError> {
    if key.is_empty() || key.chars().count() > KEY_LENGTH {
        return Err(ApiError::invalid("Tag keys must be between 1 and 128 characters in length."));
    }
    check_text(key, "keys")
}

/// `aws:` at the beginning is AWS's own, and not every character is allowed.
fn check_text(text: &str, what: &str) -> Result<(), ApiError> {
    if text.starts_with("aws:") {
        return Err(ApiError::invalid(format!("Tag {what} can't begin with aws:, which is reserved.")));
    }
    let good =
        |char: char| char.is_alphabetic() || char.is_numeric() || char.is_whitespace() || "_.:/=+-@".contains(char);
    if text.chars().all(good) {
        Ok(())
    } else {
        Err(ApiError::invalid(format!(
            "Tag {what} may only contain unicode letters, digits, whitespace, or one of these symbols: _ . : / = + - @"
        )))
    }
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
        let (name, queue) = state.reach(&self.queue_url, now)?;
        queue.tags = merged(&name, &queue.tags, self.tags)?;
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
            return Err(ApiError::invalid("Tag keys must be between 1 and 128 characters in length."));
        }
        request.keys.iter().try_for_each(|key| check_key(key))?;
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
