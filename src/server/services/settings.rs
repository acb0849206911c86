//! Changing a queue's settings: what would change, what it means, then the change, attributes first and tags second.

use std::collections::BTreeMap;

use super::act::Act;
use super::connection::Connection;
use super::report;
use super::submissions::Rejection;
use crate::model::activity::Verb;
use crate::model::cli::Command;
use crate::model::form::settings::SettingsForm;
use crate::model::form::{Done, Invalid};
use crate::model::health::{Lint, Severity, Target};
use crate::model::ids::QueueUrl;
use crate::model::settings::{self, Change, Moved, Setting, Settings, TagChange, Tags};
use crate::model::{Attributes, Failure, QueueArn, QueueName, Refusal};

/// A queue's settings as they are now.
#[derive(Clone, Debug)]
pub struct Current {
    /// The queue's URL.
    pub url: QueueUrl,
    /// Its ARN.
    pub arn: QueueArn,
    /// All its attributes.
    pub attributes: Attributes,
    /// The editable part.
    pub settings: Settings,
    /// Why the tags could not be read, if they could not.
    pub tags_failure: Option<Failure>,
}

/// What a form would change.
#[derive(Clone, Debug)]
pub struct Review {
    /// The queue as it is now.
    pub current: Current,
    /// The settings that are wanted, with what somebody else changed in between.
    pub wanted: Settings,
    /// The attributes that change.
    pub changes: Vec<Change>,
    /// The tags that change.
    pub tags: Vec<TagChange>,
    /// What somebody else changed after the form was opened.
    pub moved: Vec<Moved>,
    /// What to know of the change.
    pub advice: Vec<Lint>,
}

impl Review {
    /// Whether everything is as it is wanted already.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.tags.is_empty()
    }

    /// Whether the change deletes messages.
    pub fn shortens_retention(&self) -> bool {
        self.wanted.retention < self.current.settings.retention
    }

    /// The attributes as `SetQueueAttributes` takes them: only those that change.
    pub fn attributes(&self) -> BTreeMap<String, String> {
        self.changes.iter().map(|change| (change.setting.attribute().to_owned(), change.raw.clone())).collect()
    }

    fn removed_tags(&self) -> Vec<String> {
        self.tags.iter().filter(|change| change.to.is_none()).map(|change| change.key.clone()).collect()
    }

    fn set_tags(&self) -> Tags {
        self.tags.iter().filter_map(|change| Some((change.key.clone(), change.to.clone()?))).collect()
    }

    /// The equivalent commands, in the order in which the console does it.
    pub fn commands(&self) -> Vec<Command> {
        let url = &self.current.url;
        let (attributes, removed, set) = (self.attributes(), self.removed_tags(), self.set_tags());
        let commands = [
            (!attributes.is_empty()).then(|| set_attributes_command(url, &attributes)),
            (!removed.is_empty()).then(|| untag_command(url, &removed)),
            (!set.is_empty()).then(|| tag_command(url, &set)),
        ];
        commands.into_iter().flatten().collect()
    }
}

fn set_attributes_command(url: &QueueUrl, attributes: &BTreeMap<String, String>) -> Command {
    Command::new("set-queue-attributes").option("queue-url", url.as_str()).option("attributes", &json(attributes))
}

fn untag_command(url: &QueueUrl, keys: &[String]) -> Command {
    Command::new("untag-queue").option("queue-url", url.as_str()).option("tag-keys", &json(&keys))
}

fn tag_command(url: &QueueUrl, tags: &Tags) -> Command {
    Command::new("tag-queue").option("queue-url", url.as_str()).option("tags", &json(tags))
}

/// Maps and lists of texts are always JSON.
pub(super) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl Connection {
    /// The settings of a queue, read now. Two requests (three where its URL is unknown).
    pub async fn settings(&self, queue: &QueueName) -> Result<Current, Failure> {
        let url = self.url(queue).await?;
        let (attributes, tags) = tokio::join!(self.attributes(queue), self.tags(queue));
        let attributes = attributes?;
        let arn = attributes.arn.clone().ok_or_else(|| report::lacks(self.name(), queue, "QueueArn"))?;
        let settings = Settings::of(&attributes, tags.as_ref().ok());
        Ok(Current { url, arn, attributes, settings, tags_failure: tags.err() })
    }

    /// What a form would change, checked against the queue as it is now. Four requests at most.
    pub async fn review_settings(&self, queue: &QueueName, form: &SettingsForm) -> Result<Review, Rejection> {
        let current = self.settings(queue).await?;
        let asked = form.parse(&current.arn)?;
        // Tags that cannot be read cannot be told apart either: what was asked of them would be dropped without a word.
        if let Some(failure) = &current.tags_failure
            && !settings::tag_changes(&asked.shown, &asked.settings).is_empty()
        {
            return Err(failure.clone().into());
        }
        let wanted = settings::merge(&asked.shown, &asked.settings, &current.settings);
        let changes = settings::changes(&current.settings, &wanted);
        let tags = settings::tag_changes(&current.settings, &wanted);
        let moved = settings::moved(&asked.shown, &asked.settings, &current.settings);
        let moves_failures = changes.iter().any(|change| change.setting == Setting::RedrivePolicy);
        let target = self.target(&current, &wanted).await;
        // SQS itself would take a dead-letter queue that cannot work, and say nothing.
        if moves_failures
            && let Some(sentence) = settings::obstacle(queue, &current.attributes, &wanted, &target.seen())
        {
            return Err(vec![Invalid::new("dead_letter_queue", sentence)].into());
        }
        let census = self.poller().census();
        let sources: Vec<(&QueueName, &Attributes)> =
            census.sources_of(&current.arn).filter_map(|row| Some((&row.name, row.attributes.as_deref()?))).collect();
        let mut advice = settings::advise(queue, &current.attributes, &wanted, &target.seen(), &sources);
        if moves_failures && let Named::Unchecked(sentence) = target {
            advice.push(Lint { severity: Severity::Warning, sentence });
        }
        Ok(Review { current, wanted, changes, tags, moved, advice })
    }

    /// Does what the form asks: says what would change, or changes it. Seven requests at most.
    pub async fn update_settings(&self, queue: &QueueName, form: &SettingsForm) -> Result<Done, Rejection> {
        let review = self.review_settings(queue, form).await?;
        let asked = form.parse(&review.current.arn)?;
        if review.is_empty() {
            return Ok(Done::Unchanged);
        }
        if !asked.apply {
            return Ok(Done::Reviewed);
        }
        if !review.moved.is_empty() {
            return Err(Failure::Refused(Refusal::ChangedMeanwhile).into());
        }
        if review.shortens_retention() && !asked.understood {
            let sentence = "Messages would be deleted. Confirm that you know, or keep the retention as it is.";
            return Err(vec![Invalid::new("understood", sentence)].into());
        }
        let applied = self.apply(queue, &review).await;
        // Also where only a part could be applied.
        self.reread(queue).await;
        applied?;
        Ok(Done::Saved)
    }

    /// Attributes first, tags second: a failure leaves the rest undone, and the next review shows what is left.
    async fn apply(&self, queue: &QueueName, review: &Review) -> Result<(), Failure> {
        let url = &review.current.url;
        let (attributes, removed, set) = (review.attributes(), review.removed_tags(), review.set_tags());
        if !attributes.is_empty() {
            let mut act = Act::on(queue, Verb::SetAttributes, set_attributes_command(url, &attributes));
            for change in &review.changes {
                act = act.fact(change.setting.label(), format!("{} → {}", change.from, change.to));
            }
            let url = url.clone();
            self.act(act, |sqs| async move { sqs.set_attributes(&url, &attributes).await }).await?;
        }
        if !removed.is_empty() {
            let act = Act::on(queue, Verb::UntagQueue, untag_command(url, &removed)).fact("tags", removed.join(", "));
            let url = url.clone();
            self.act(act, |sqs| async move { sqs.untag_queue(&url, &removed).await }).await?;
        }
        if !set.is_empty() {
            let keys: Vec<&str> = set.keys().map(String::as_str).collect();
            let act = Act::on(queue, Verb::TagQueue, tag_command(url, &set)).fact("tags", keys.join(", "));
            let url = url.clone();
            self.act(act, |sqs| async move { sqs.tag_queue(&url, &set).await }).await?;
        }
        Ok(())
    }

    /// What is known of the dead-letter queue that is wanted. One request at most (two where its URL is unknown).
    async fn target(&self, current: &Current, wanted: &Settings) -> Named {
        let Some(target) = wanted.redrive_policy.as_ref().map(|policy| &policy.dead_letter_target) else {
            return Named::Nobody;
        };
        self.named(target, &current.arn).await
    }

    /// What is known of a dead-letter queue that a queue with the ARN `own` names.
    pub(super) async fn named(&self, target: &QueueArn, own: &QueueArn) -> Named {
        let name = target.name();
        if (target.account(), target.region()) != (own.account(), own.region()) {
            return Named::Unchecked(format!(
                "{name} is in another account or region, so it was not checked; SQS asks for a dead-letter queue of the same."
            ));
        }
        match self.attributes(&name).await {
            Ok(attributes) => Named::Seen(Box::new(attributes)),
            Err(Failure::NoSuchQueue(_)) => Named::Missing,
            Err(failure) => {
                Named::Unchecked(format!("{name} could not be read, so it was not checked. {}.", failure.title()))
            }
        }
    }
}

/// What is known of the queue that a redrive policy names.
pub(super) enum Named {
    /// It names none.
    Nobody,
    /// There is no such queue.
    Missing,
    /// Its attributes, read now.
    Seen(Box<Attributes>),
    /// It could not be read; the sentence says why.
    Unchecked(String),
}

impl Named {
    /// The same for the lints.
    pub(super) fn seen(&self) -> Target<'_> {
        match self {
            Self::Seen(attributes) => Target::Known(attributes),
            Self::Missing => Target::Missing,
            Self::Nobody | Self::Unchecked(_) => Target::Unknown,
        }
    }
}
