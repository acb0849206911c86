//! CreateQueue, DeleteQueue, GetQueueUrl, ListQueues.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::json;

use super::{Done, Operation};
use crate::local::core::decode::Members;
use crate::local::core::settings::{Settings, flag};
use crate::local::core::{ApiError, Millis, State};

/// The longest name, `.fifo` included.
const NAME_LENGTH: usize = 80;
/// The most queues in one answer.
const PAGE: usize = 1000;

/// Makes a queue, or answers the URL of the one that already is as wished.
#[derive(Debug)]
pub struct CreateQueue {
    name: String,
    attributes: Vec<(String, String)>,
    tags: Vec<(String, String)>,
}

/// The URL of a queue.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueueUrl {
    queue_url: String,
}

impl Operation for CreateQueue {
    type Output = QueueUrl;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        let mut tags = members.text_map("tags")?;
        tags.append(&mut members.text_map("Tags")?);
        Ok(Self { name: name(&mut members)?, attributes: members.text_map("Attributes")?, tags })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<QueueUrl, ApiError> {
        let fifo = self.attributes.iter().find(|(name, _)| name == "FifoQueue");
        let fifo = fifo.map_or(Ok(false), |(name, value)| flag(name, value))?;
        check_name(&self.name, fifo)?;
        let wanted = Settings::new(fifo).with(&self.attributes)?;
        let tags = super::tags::merged(&self.name, &BTreeMap::new(), self.tags)?;
        if let Some(queue) = state.queues.get(&self.name) {
            // What the request does not mention does not count.
            if let Some((name, _)) = self.attributes.iter().find(|(name, _)| !queue.settings.agrees(&wanted, name)) {
                return Err(exists(&format!("attribute {name}")));
            }
            if !tags.is_empty() && tags != queue.tags {
                return Err(exists("tags"));
            }
        } else {
            super::dead_letters::check_policies(state, &self.name, &wanted, &self.attributes)?;
            state.create(&self.name, now, wanted, tags)?;
        }
        Ok(QueueUrl { queue_url: state.url(&self.name) })
    }
}

fn exists(difference: &str) -> ApiError {
    let message = format!("A queue already exists with the same name and a different value for {difference}");
    ApiError::named("QueueNameExists", message)
}

/// The name in a request that cannot do without.
fn name(members: &mut Members) -> Result<String, ApiError> {
    match members.text("QueueName")? {
        None => Err(ApiError::invalid("Value for parameter QueueName is invalid. Reason: Must specify a queue name.")),
        Some(name) if name.is_empty() => Err(ApiError::invalid("Queue name cannot be empty")),
        Some(name) => Ok(name),
    }
}

/// A queue's name: up to 80 letters, digits, hyphens and underscores, and `.fifo` at the end of a FIFO queue's.
fn check_name(name: &str, fifo: bool) -> Result<(), ApiError> {
    let stem = if fifo { name.strip_suffix(".fifo") } else { Some(name) };
    let good = |stem: &str| {
        !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    if stem.is_some_and(good) && name.len() <= NAME_LENGTH {
        Ok(())
    } else if fifo {
        Err(ApiError::invalid(
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.",
        ))
    } else {
        Err(ApiError::invalid("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"))
    }
}

/// Takes a queue away with all its messages.
#[derive(Debug)]
pub struct DeleteQueue {
    queue_url: String,
}

impl Operation for DeleteQueue {
    type Output = Done;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        Ok(Self { queue_url: members.required("QueueUrl")? })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Done, ApiError> {
        let name = state.named_by_url(&self.queue_url)?;
        state.delete(&name, now);
        Ok(Done {})
    }
}

/// The URL of a queue by its name.
#[derive(Debug)]
pub struct GetQueueUrl {
    name: String,
    account: Option<String>,
}

impl Operation for GetQueueUrl {
    type Output = QueueUrl;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        Ok(Self { name: name(&mut members)?, account: members.text("QueueOwnerAWSAccountId")? })
    }

    fn apply(self, state: &mut State, _: Millis) -> Result<QueueUrl, ApiError> {
        if self.account.is_some_and(|account| account != state.account()) {
            // Nobody of another account can have shared a queue with this one.
            let message = "The specified queue does not exist or you do not have access to it.";
            return Err(ApiError::named("QueueDoesNotExist", message));
        }
        if state.queues.contains_key(&self.name) {
            Ok(QueueUrl { queue_url: state.url(&self.name) })
        } else {
            Err(ApiError::no_queue())
        }
    }
}

/// The URLs of the queues whose names begin with a prefix.
#[derive(Debug)]
pub struct ListQueues {
    prefix: String,
    page: Page,
}

/// A page of URLs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueueUrls {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    queue_urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Operation for ListQueues {
    type Output = QueueUrls;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        let prefix = members.text("QueueNamePrefix")?.unwrap_or_default();
        let page = Page::decode_of(&mut members, &prefix)?;
        Ok(Self { prefix, page })
    }

    fn apply(self, state: &mut State, _: Millis) -> Result<QueueUrls, ApiError> {
        let names = state
            .queues
            .range(self.page.after.clone().max(self.prefix.clone())..)
            .map(|(name, _)| name.as_str())
            .take_while(|name| name.starts_with(&self.prefix));
        let (names, next_token) = self.page.cut(names);
        Ok(QueueUrls { queue_urls: names.iter().map(|name| state.url(name)).collect(), next_token })
    }
}

/// Which part of a sorted list of names is wished. Without a size the list is cut at 1,000 and there is no token: a
/// client that wants all of it must ask for pages (API reference, "ListQueues").
#[derive(Debug)]
pub struct Page {
    size: Option<usize>,
    after: String,
    of: String,
}

impl Page {
    /// Reads `MaxResults` and `NextToken` of a list that the rest of the request chooses by `of`: a token of one list is
    /// not good for another.
    pub fn decode_of(members: &mut Members, of: &str) -> Result<Self, ApiError> {
        let size = members.number("MaxResults")?.map(page_size).transpose()?;
        let token = members.text("NextToken")?.filter(|token| !token.is_empty());
        let page = Self { size, after: String::new(), of: of.to_owned() };
        let Some(token) = token else {
            return Ok(page);
        };
        if page.size.is_none() {
            return Err(ApiError::invalid(
                "MaxResults is a mandatory parameter when you provide a value for NextToken.",
            ));
        }
        let (list, after) = read_token(&token).ok_or_else(|| ApiError::invalid("Invalid NextToken value."))?;
        if list != page.of {
            return Err(ApiError::invalid(
                "Invalid NextToken value. If you are passing in NextToken, you must not change the other request parameters.",
            ));
        }
        Ok(Self { after, ..page })
    }

    /// The names of this page, and the token of the next one.
    pub fn cut<'a>(&self, names: impl Iterator<Item = &'a str>) -> (Vec<&'a str>, Option<String>) {
        let mut names = names.skip_while(|name| !self.after.is_empty() && *name <= self.after.as_str());
        let size = self.size.unwrap_or(PAGE);
        let page: Vec<_> = names.by_ref().take(size).collect();
        let more = self.size.is_some() && names.next().is_some();
        let token = page.last().filter(|_| more).map(|last| STANDARD.encode(json!([self.of, last]).to_string()));
        (page, token)
    }
}

fn page_size(size: i64) -> Result<usize, ApiError> {
    usize::try_from(size).ok().filter(|size| (1..=PAGE).contains(size)).ok_or_else(|| {
        let reason = "MaxResults must be an integer between 1 and 1000.";
        ApiError::invalid(format!("Value for parameter MaxResults is invalid. Reason: {reason}"))
    })
}

/// Which list a token is of, and the last name before it goes on.
fn read_token(token: &str) -> Option<(String, String)> {
    serde_json::from_slice(&STANDARD.decode(token).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// However many queues there are and however large a page is, pages hold each once and the last has no token.
        #[test]
        fn pages_hold_every_name_once(names in proptest::collection::btree_set("[a-c]{1,4}", 0..40), size in 1..12_usize) {
            let (mut seen, mut token) = (Vec::new(), None);
            loop {
                let members = Members::of(json!({"MaxResults": size, "NextToken": token}))?;
                let page = Page::decode_of(&mut { members }, "c")?;
                let (part, next) = page.cut(names.iter().map(String::as_str));
                prop_assert!(part.len() == size || next.is_none());
                seen.extend(part.into_iter().map(str::to_owned));
                token = next;
                if token.is_none() {
                    break;
                }
            }
            prop_assert_eq!(seen.len(), names.len());
            prop_assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), names);
        }

        /// A token is text from outside.
        #[test]
        fn no_token_breaks_anything(token in ".*") {
            let members = Members::of(json!({"MaxResults": 1, "NextToken": &token}))?;
            let refused = Page::decode_of(&mut { members }, "").err().map(|error| error.code);
            prop_assert!(token.is_empty() || refused.as_deref() == Some("InvalidParameterValue"));
        }
    }
}
