//! ListDeadLetterSourceQueues, and the rules by which a queue may name another as its dead-letter queue.

use serde::Serialize;

use super::Operation;
use super::queues::Page;
use crate::local::core::decode::Members;
use crate::local::core::settings::Settings;
use crate::local::core::{ApiError, Millis, State};

/// Whether `source` with these settings may name the dead-letter queue it names: that queue exists, is of the same type
/// and permits it (API reference, "SetQueueAttributes").
pub fn check_target(state: &State, source: &str, settings: &Settings) -> Result<(), ApiError> {
    let Some(policy) = &settings.redrive else {
        return Ok(());
    };
    let refused = |reason: &str| ApiError::invalid_value(policy.show(), "RedrivePolicy", reason);
    let target = state.named_by_arn(&policy.target).and_then(|name| state.queues.get(&name));
    let Some(target) = target else {
        return Err(refused("Dead letter target does not exist."));
    };
    if target.settings.fifo != settings.fifo {
        return Err(refused("Dead-letter queue must be same type of queue as the source."));
    }
    if target.settings.allow.as_ref().is_some_and(|allow| !allow.permits(&state.arn(source))) {
        return Err(refused("Dead letter target does not permit this queue as a source: see its RedriveAllowPolicy."));
    }
    Ok(())
}

/// The queues that name a queue as their dead-letter queue.
#[derive(Debug)]
pub struct ListDeadLetterSourceQueues {
    queue_url: String,
    page: Page,
}

/// A page of URLs. The first member is lower case in SQS's model.
#[derive(Debug, Serialize)]
pub struct Sources {
    #[serde(rename = "queueUrls")]
    queue_urls: Vec<String>,
    #[serde(rename = "NextToken", skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Operation for ListDeadLetterSourceQueues {
    type Output = Sources;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        Ok(Self { queue_url: members.required("QueueUrl")?, page: Page::decode(&mut members)? })
    }

    fn apply(self, state: &mut State, _: Millis) -> Result<Sources, ApiError> {
        let arn = state.arn(&state.named_by_url(&self.queue_url)?);
        let (names, next_token) = self.page.cut(state.sources_of(&arn));
        Ok(Sources { queue_urls: names.iter().map(|name| state.url(name)).collect(), next_token })
    }
}
