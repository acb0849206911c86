//! ListDeadLetterSourceQueues, and the rules by which a queue may name another as its dead-letter queue.

use serde::Serialize;

use super::Operation;
use super::queues::Page;
use crate::local::core::decode::Members;
use crate::local::core::policies::{Arn, RedriveAllowPolicy, RedrivePolicy};
use crate::local::core::settings::Settings;
use crate::local::core::{ApiError, Millis, State};

/// Whether the policies among `changes` fit the other queues there are: the dead-letter queue of `source` with these
/// settings exists, is of the same account, Region and type, and permits it; and the queues it permits are of its
/// Region (API reference, "SetQueueAttributes"). A queue may be its own dead-letter queue, as recorded.
///
/// Errors: `InvalidParameterValue`. Of a later change of the dead-letter queue nothing is said here: see `receive`.
pub fn check_policies(
    state: &State,
    source: &str,
    settings: &Settings,
    changes: &[(String, String)],
) -> Result<(), ApiError> {
    let own = state.arn(source);
    let own = Arn::read(&own);
    let given = |name: &str| changes.iter().rev().find(|(given, _)| given == name).map(|(_, text)| text.as_str());
    if let (Some(text), Some(RedriveAllowPolicy::ByQueue(arns))) = (given("RedriveAllowPolicy"), &settings.allow)
        && arns.iter().any(|arn| Arn::read(arn).map(|arn| arn.region) != own.map(|own| own.region))
    {
        let reason = "Amazon SQS can't create the redrive allow policy. \
            All source queue ARNs must be in the same region as the current SQS queue.";
        return Err(ApiError::invalid_value(text, "RedriveAllowPolicy", reason));
    }
    let (Some(text), Some(policy)) = (given("RedrivePolicy"), &settings.redrive) else {
        return Ok(());
    };
    check_target(state, source, settings.fifo, policy)
        .map_err(|reason| ApiError::invalid_value(text, "RedrivePolicy", reason))
}

fn check_target(state: &State, source: &str, fifo: bool, policy: &RedrivePolicy) -> Result<(), &'static str> {
    let own = state.arn(source);
    if let (Some(own), Some(target)) = (Arn::read(&own), Arn::read(&policy.target)) {
        if target.account != own.account {
            return Err("Dead-letter target owner should be same as the source.");
        }
        if target.region != own.region {
            return Err("Dead-letter target must be in same region as the source.");
        }
        if target.resource.ends_with(".fifo") != fifo {
            // Two full stops: so SQS writes it.
            return Err("Dead-letter queue must be same type of queue as the source..");
        }
    }
    let target = state.named_by_arn(&policy.target).and_then(|name| state.queues.get(&name));
    let target = target.ok_or("Dead letter target does not exist.")?;
    if target.settings.allow.as_ref().is_some_and(|allow| !allow.permits(&own)) {
        return Err("Dead letter target does not permit this queue as a source: see its RedriveAllowPolicy.");
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
        let queue_url = members.required("QueueUrl")?;
        let name = queue_url.rsplit('/').next().unwrap_or_default();
        let page = Page::decode_of(&mut members, &format!("sources of {name}"))?;
        Ok(Self { queue_url, page })
    }

    fn apply(self, state: &mut State, _: Millis) -> Result<Sources, ApiError> {
        let arn = state.arn(&state.named_by_url(&self.queue_url)?);
        let (names, next_token) = self.page.cut(state.sources_of(&arn));
        Ok(Sources { queue_urls: names.iter().map(|name| state.url(name)).collect(), next_token })
    }
}
