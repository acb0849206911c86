//! Creating a queue: its dead-letter queue first, then the queue that names it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::act::Act;
use super::connection::Connection;
use super::settings::{Named, json};
use super::submissions::Rejection;
use crate::model::activity::Verb;
use crate::model::cli::Command;
use crate::model::form::new_queue::{DeadLetters, NewQueue, Target};
use crate::model::form::{Done, Invalid};
use crate::model::settings::{Settings, Tags, obstacle};
use crate::model::{Attributes, Failure, QueueArn, QueueKind, QueueName, QueueUrl, RedrivePolicy};

/// A new queue takes a second to exist everywhere (SQS API Reference, `CreateQueue`): how often it is asked for, and
/// how far apart.
const LOOKS: u32 = 4;
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// The equivalent of creating a queue.
pub fn create_command(name: &QueueName, attributes: &BTreeMap<String, String>, tags: &Tags) -> Command {
    let given = |map: &BTreeMap<String, String>| (!map.is_empty()).then(|| json(map));
    Command::new("create-queue")
        .option("queue-name", name.as_str())
        .maybe("attributes", given(attributes).as_deref())
        .maybe("tags", given(tags).as_deref())
}

impl Connection {
    /// Creates a queue, and before it the dead-letter queue that was asked for. Two requests, six with a dead-letter
    /// queue, and as many more as it takes until they are there.
    pub async fn create_queue(&self, new: NewQueue) -> Result<Done, Rejection> {
        let NewQueue { name, mut attributes, tags, dead_letters } = new;
        self.must_be_free(&name, "name", "Choose another name, or open that queue from the list.").await?;
        let (policy, made) = match dead_letters {
            DeadLetters::Nowhere => (None, None),
            DeadLetters::Existing { target, max_receive_count } => {
                let dead_letter_target = self.existing(&name, &target).await?;
                (Some(RedrivePolicy { dead_letter_target, max_receive_count }), None)
            }
            DeadLetters::New { name: dlq, retention, max_receive_count } => {
                let url = self.create_dead_letter_queue(&dlq, retention, &tags).await?;
                let dead_letter_target =
                    self.arn_of_new(&dlq, &url).await.map_err(|cause| half(&dlq, &name, cause, Vec::new()))?;
                (Some(RedrivePolicy { dead_letter_target, max_receive_count }), Some(dlq))
            }
        };
        if let Some(policy) = policy {
            attributes.insert("RedrivePolicy".into(), policy.write());
        }
        if let Err(failure) = self.create(&name, &attributes, &tags).await {
            let invalid = beside("name", &failure);
            return Err(match made {
                Some(dlq) => {
                    self.appear(&dlq).await;
                    half(&dlq, &name, failure, invalid)
                }
                None => Rejection { invalid, failure: Some(failure) },
            });
        }
        for created in made.iter().chain([&name]) {
            self.appear(created).await;
        }
        Ok(Done::QueueCreated { queue: name, dead_letter_queue: made })
    }

    /// `CreateQueue` answers the queue that exists where no attribute that is named differs, as if it were new.
    async fn must_be_free(&self, name: &QueueName, field: &str, instead: &str) -> Result<(), Rejection> {
        // Where it cannot be asked, creating will tell.
        if self.is_taken(name).await {
            return Err(vec![Invalid::new(field, format!("{name} exists already. {instead}"))].into());
        }
        Ok(())
    }

    async fn create(
        &self,
        name: &QueueName,
        attributes: &BTreeMap<String, String>,
        tags: &Tags,
    ) -> Result<QueueUrl, Failure> {
        let mut act = Act::on(name, Verb::CreateQueue, create_command(name, attributes, tags));
        act = act.fact("type", name.kind().word());
        if let Some(policy) = attributes.get("RedrivePolicy").and_then(|policy| RedrivePolicy::read(policy)) {
            act = act.fact("dead-letter queue", policy.dead_letter_target.name());
        }
        let (owned, attributes, tags) = (name.clone(), attributes.clone(), tags.clone());
        self.act(act, |sqs| async move { sqs.create_queue(&owned, &attributes, &tags).await }).await
    }

    async fn create_dead_letter_queue(
        &self,
        name: &QueueName,
        retention: u32,
        tags: &Tags,
    ) -> Result<QueueUrl, Rejection> {
        let field = "dead_letter_queue";
        let instead = "Choose another name, or take it as it is: “An existing queue”.";
        self.must_be_free(name, field, instead).await?;
        let mut attributes = BTreeMap::from([("MessageRetentionPeriod".to_owned(), retention.to_string())]);
        if name.kind() == QueueKind::Fifo {
            attributes.insert("FifoQueue".into(), "true".into());
        }
        self.create(name, &attributes, tags)
            .await
            .map_err(|failure| Rejection { invalid: beside(field, &failure), failure: Some(failure) })
    }

    /// The ARN of a queue that was just made, as soon as SQS knows it everywhere.
    async fn arn_of_new(&self, name: &QueueName, url: &QueueUrl) -> Result<QueueArn, Failure> {
        let mut looks = 1;
        loop {
            match self.attributes_at(name, url).await {
                Ok(Attributes { arn: Some(arn), .. }) => return Ok(arn),
                Ok(_) => return Err(super::report::lacks(self.name(), name, "QueueArn")),
                Err(Failure::NoSuchQueue(_)) if looks < LOOKS => looks += 1,
                Err(failure) => return Err(failure),
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// The ARN of a dead-letter queue that exists, if it can be that of the new queue.
    async fn existing(&self, queue: &QueueName, target: &Target) -> Result<QueueArn, Rejection> {
        let wrong = |sentence: String| Rejection::from(vec![Invalid::new("dead_letter_queue", sentence)]);
        let named = match target {
            Target::Arn(arn) => self.named(arn, &arn.sibling(queue)).await,
            Target::Name(name) => match self.attributes(name).await {
                Ok(attributes) => Named::Seen(Box::new(attributes)),
                Err(Failure::NoSuchQueue(_)) => Named::Missing,
                Err(failure) => return Err(failure.into()),
            },
        };
        let arn = match (target, &named) {
            (Target::Arn(arn), _) => arn.clone(),
            (_, Named::Seen(attributes)) => {
                let arn = attributes.arn.clone();
                arn.ok_or_else(|| Rejection::from(super::report::lacks(self.name(), queue, "QueueArn")))?
            }
            _ => return Err(wrong(format!("There is no queue named {}.", target.name()))),
        };
        let own = Attributes { arn: Some(arn.sibling(queue)), ..Attributes::default() };
        let policy = RedrivePolicy { dead_letter_target: arn.clone(), max_receive_count: 1 };
        let wanted = Settings { redrive_policy: Some(policy), ..Settings::of(&own, None) };
        match obstacle(queue, &own, &wanted, &named.seen()) {
            Some(sentence) => Err(wrong(sentence)),
            None => Ok(arn),
        }
    }

    /// Waits until a new queue can be read, so that the page it leads to finds it; a while at most.
    async fn appear(&self, name: &QueueName) {
        for look in 0..LOOKS {
            if look > 0 {
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
            if self.poller().read_now(name).await.is_ok() {
                return;
            }
        }
        tracing::debug!(queue = %name, "a new queue is not readable yet");
    }
}

/// What a failure says about a name, beside the field it was typed in.
fn beside(field: &str, failure: &Failure) -> Vec<Invalid> {
    match failure {
        Failure::QueueExists(_) | Failure::QueueDeletedRecently(_) => {
            vec![Invalid::new(field, format!("{}. {}", failure.title(), failure.advice()))]
        }
        _ => Vec::new(),
    }
}

/// The dead-letter queue is there, the queue is not.
fn half(created: &QueueName, missing: &QueueName, cause: Failure, invalid: Vec<Invalid>) -> Rejection {
    let failure = Failure::HalfCreated { created: created.clone(), missing: missing.clone(), cause: Box::new(cause) };
    Rejection { invalid, failure: Some(failure) }
}
