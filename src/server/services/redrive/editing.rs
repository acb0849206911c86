//! Edits become a plan: what is sent in place of which message. Nothing is sent here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::engine::Edit;
use super::planning::{Asked, Planned, What};
use crate::model::edit::{Cannot, Operation, apply};
use crate::model::form::edit::EditForm;
use crate::model::form::edit_all::EditAllForm;
use crate::model::form::redrive_wish::WishForm;
use crate::model::form::{Invalid, edit_all::OperationRow};
use crate::model::{Attributes, Draft, Failure, Message, MessageId, QueueName, Verb, words};
use crate::server::services::messages::Chosen;
use crate::server::services::submissions::Rejection;
use crate::server::services::{Connection, report};

/// What operations make of the messages of a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Those that are changed, with their bodies afterwards.
    pub changed: Vec<(Arc<Message>, String)>,
    /// Those that are as they are wanted already.
    pub unchanged: Vec<Arc<Message>>,
    /// Those with which an operation cannot be done: which one, from 0, and why.
    pub cannot: Vec<(Arc<Message>, usize, Cannot)>,
}

impl Outcome {
    /// Of these messages. The work is proportional to their bytes and the number of operations.
    pub fn of(messages: &[Arc<Message>], operations: &[Operation]) -> Self {
        let mut outcome = Self::default();
        for message in messages {
            match apply(operations, &message.body) {
                Ok(Some(body)) => outcome.changed.push((Arc::clone(message), body)),
                Ok(None) => outcome.unchanged.push(Arc::clone(message)),
                Err((number, cannot)) => outcome.cannot.push((Arc::clone(message), number, cannot)),
            }
        }
        outcome
    }

    /// The same beside the requests, which go on meanwhile: this may be megabytes of JSON.
    pub async fn aside(messages: &[Arc<Message>], operations: &[Operation]) -> Result<Self, Failure> {
        let (messages, operations) = (messages.to_vec(), operations.to_vec());
        let working = tokio::task::spawn_blocking(move || Self::of(&messages, &operations));
        working.await.map_err(|error| report::crash(&error))
    }

    /// Why some cannot be edited: the operation and the reason, and how many messages that is.
    pub fn reasons(&self) -> BTreeMap<(usize, &'static str), usize> {
        let mut reasons = BTreeMap::new();
        for (_, number, cannot) in &self.cannot {
            *reasons.entry((*number, cannot.reason())).or_default() += 1;
        }
        reasons
    }
}

impl Connection {
    /// Plans to send a message as a form says. The requests of a plan, and one for the destination's limits.
    pub async fn plan_edit(&self, queue: &QueueName, form: &EditForm) -> Result<Arc<Planned>, Rejection> {
        self.require(queue, Verb::EditAndResend).await?;
        let kept = self.kept(queue, &MessageId::new(&form.message)).ok_or(Failure::NoSuchMessage)?;
        let message = kept.message;
        let to = match form.destination(&message) {
            Ok(to) => to,
            Err(mut invalid) => {
                // What is wrong whatever the destination is said in the same breath.
                invalid.extend(form.parse(&message, &Attributes::default()).err().unwrap_or_default());
                return Err(invalid.into());
            }
        };
        let attributes = match self.attributes(&to).await {
            Ok(attributes) => attributes,
            Err(failure @ (Failure::NoSuchQueue(_) | Failure::AccessDenied(_))) => {
                let field = if form.route == "home" { "route" } else { "target" };
                return Err(vec![Invalid::new(field, format!("{}.", failure.title()))].into());
            }
            Err(failure) => return Err(failure.into()),
        };
        let edited = form.parse(&message, &attributes)?;
        let how = if edited.changed { "one message, edited" } else { "one message, as it was" };
        let edits = [(message.id.clone(), edit(edited.draft))].into();
        let chosen = self.freeze(queue, vec![message], how.to_owned())?;
        let place = (form.route.as_str(), form.target.as_str(), form.keep.as_str(), form.list.as_str());
        self.plan_copies(queue, chosen, edits, place).await
    }

    /// Plans to send the messages of a frozen set as operations change them. The requests of a plan.
    pub async fn plan_edits(&self, queue: &QueueName, form: &EditAllForm) -> Result<Arc<Planned>, Rejection> {
        self.require(queue, Verb::EditAndResend).await?;
        let edit_all = form.parse()?;
        let chosen = self.chosen(queue, &form.chosen)?;
        let outcome = Outcome::aside(&chosen.messages, &edit_all.operations).await?;
        if outcome.changed.is_empty() {
            let sentence = if outcome.cannot.is_empty() {
                "No message would be changed by this.".to_owned()
            } else {
                let (_, number, cannot) = &outcome.cannot[0];
                let count = words::plural(outcome.cannot.len() as u64, "message", "messages");
                format!(
                    "No message would be changed: with {count} operation {} cannot be done. {}",
                    number + 1,
                    cannot.sentence()
                )
            };
            return Err(vec![Invalid::new(OperationRow::field(0, "at"), sentence)].into());
        }
        let changed: BTreeMap<_, _> = outcome
            .changed
            .into_iter()
            .map(|(message, body)| (message.id.clone(), edit(Draft { body, ..Draft::copy_of(&message) })))
            .collect();
        let without: Vec<_> = outcome.cannot.iter().map(|(message, ..)| &message.id).collect();
        let meant = |message: &&Arc<Message>| {
            changed.contains_key(&message.id) || edit_all.all && !without.contains(&&message.id)
        };
        let messages: Vec<_> = chosen.messages.iter().filter(meant).cloned().collect();
        let operations = words::plural(edit_all.operations.len() as u64, "operation", "operations");
        let chosen = self.freeze(queue, messages, format!("{}, edited by {operations}", chosen.how))?;
        let place = (form.route.as_str(), form.target.as_str(), form.keep.as_str(), form.list.as_str());
        self.plan_copies(queue, chosen, changed, place).await
    }

    async fn plan_copies(
        &self,
        queue: &QueueName,
        chosen: Arc<Chosen>,
        edits: BTreeMap<MessageId, Edit>,
        (route, target, keep, list): (&str, &str, &str, &str),
    ) -> Result<Arc<Planned>, Rejection> {
        let typed = WishForm {
            connection: self.name().to_string(),
            queue: queue.to_string(),
            chosen: chosen.id.clone(),
            route: route.to_owned(),
            // To the sources: another queue stands in for those that are missing, which was not asked for here.
            target: if route == "queue" { target.to_owned() } else { String::new() },
            keep: keep.to_owned(),
            list: list.to_owned(),
            ..WishForm::default()
        };
        let wish = typed.parse()?;
        let asked = Asked { edits, ..Asked::of(What::Chosen(chosen)) };
        self.plan_selective(queue, typed, &wish, asked).await
    }
}

/// The first edit of a message: its redrive has an id of its own, so that SQS takes no later one for it.
fn edit(draft: Draft) -> Edit {
    Edit { revision: 1, draft: Arc::new(draft) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::services::messages::tests::message;

    #[test]
    fn every_message_is_changed_unchanged_or_said_why_not() {
        let bodies = [r#"{"a":1}"#, r#"{"a":2}"#, "no JSON", r#"{"a":1.0}"#, "[]"];
        let messages: Vec<_> =
            bodies.iter().enumerate().map(|(n, body)| Arc::new(message(&n.to_string(), body, None))).collect();
        let set = Operation::Set { path: "a".parse().unwrap(), value: "2".into() };
        let outcome = Outcome::of(&messages, &[set]);
        let changed: Vec<_> =
            outcome.changed.iter().map(|(message, body)| (message.id.as_str(), body.as_str())).collect();
        assert_eq!(changed, [("0", r#"{"a":2}"#), ("3", r#"{"a":2}"#)]);
        assert_eq!((outcome.unchanged.len(), outcome.cannot.len()), (1, 2));
        let reasons: Vec<_> =
            outcome.reasons().into_iter().map(|((number, reason), count)| (number, reason, count)).collect();
        assert_eq!(reasons, [(0, "no JSON", 1), (0, "nothing there that could hold the value", 1)]);
    }
}
