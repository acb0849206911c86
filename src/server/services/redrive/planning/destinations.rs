//! Where the messages of a plan can go: the queues are asked for their kind and for the largest message they take.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::fed::Feeders;
use crate::model::form::Invalid;
use crate::model::form::redrive_wish::To;
use crate::model::journal::QueueNo;
use crate::model::{Attributes, Failure, Message, MessageId, QueueArn, QueueName, words};
use crate::server::services::Connection;
use crate::server::services::redrive::engine::{Queue, Route};
use crate::server::services::submissions::Rejection;

/// So many queues are asked at once.
const AT_ONCE: usize = 10;

/// A queue that messages failed in and that they cannot go back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The queue.
    pub arn: QueueArn,
    /// Why; absent where it is in another account or region, which this connection does not reach.
    pub failure: Option<Failure>,
}

/// Where messages can go.
#[derive(Clone, Debug)]
pub struct Destinations {
    /// The way of each message.
    pub route: Route,
    /// All queues that the route can lead to.
    pub queues: Vec<Queue>,
    /// The queues that messages cannot go back to.
    pub missing: Vec<Missing>,
    /// Where messages go back to of which only the journal says where they failed.
    pub remembered: BTreeMap<MessageId, QueueArn>,
}

impl Connection {
    /// Finds the destinations of messages in a queue. One request for each (two where its URL is unknown). `known` are
    /// the messages as far as they are known, `all` says that they are all.
    pub(super) async fn destinations(
        &self,
        source: &Queue,
        to: &To,
        known: &[Arc<Message>],
        all: bool,
    ) -> Result<Destinations, Rejection> {
        match to {
            To::Queue(name) => {
                let queue = self.typed_queue(source, name).await?;
                let (route, queues) = (Route::To(QueueNo(0)), vec![queue]);
                Ok(Destinations { route, queues, missing: Vec::new(), remembered: BTreeMap::new() })
            }
            To::Home(other) => self.homes(source, other.as_ref(), known, all).await,
        }
    }

    /// A queue whose name was typed.
    async fn typed_queue(&self, source: &Queue, name: &QueueName) -> Result<Queue, Rejection> {
        match self.attributes(name).await {
            Ok(attributes) => Ok(queue(&source.arn.sibling(name), &attributes)),
            Err(failure @ (Failure::NoSuchQueue(_) | Failure::AccessDenied(_))) => {
                Err(vec![Invalid::new("target", format!("{}.", failure.title()))].into())
            }
            Err(failure) => Err(failure.into()),
        }
    }

    /// The queues that messages failed in, and the one for those that do not say.
    async fn homes(
        &self,
        source: &Queue,
        other: Option<&QueueName>,
        known: &[Arc<Message>],
        all: bool,
    ) -> Result<Destinations, Rejection> {
        let mut arns: BTreeSet<QueueArn> = known.iter().filter_map(|message| message.source()).collect();
        if !all {
            if other.is_some() {
                let sentence = "Of a whole queue nobody knows which messages do not say where they failed. Choose \
                                “To another queue”, or clear this field.";
                return Err(vec![Invalid::new("target", sentence)].into());
            }
            let sources = self.dead_letter_sources(&source.arn.name()).await?;
            arns.extend(sources.iter().map(|name| source.arn.sibling(name)));
        }
        let silent = known.iter().filter(|message| message.source().is_none());
        let silent: Option<Vec<MessageId>> = all.then(|| silent.map(|message| message.id.clone()).collect());
        let mut remembered = self.remembered_homes(&source.arn, silent.as_deref()).await?;
        arns.extend(remembered.values().cloned());
        let asked = stream::iter(arns).map(|arn| async move {
            let name = arn.name();
            if source.arn.sibling(&name) != arn {
                return (arn, None);
            }
            let attributes = self.attributes(&name).await;
            (arn, Some(attributes))
        });
        let answers: Vec<_> = asked.buffered(AT_ONCE).collect().await;
        let (mut queues, mut missing) = (Vec::new(), Vec::new());
        for (arn, answer) in answers {
            match answer {
                Some(Ok(attributes)) => queues.push(queue(&arn, &attributes)),
                None => missing.push(Missing { arn, failure: None }),
                Some(Err(failure @ (Failure::NoSuchQueue(_) | Failure::AccessDenied(_)))) => {
                    missing.push(Missing { arn, failure: Some(failure) });
                }
                Some(Err(failure)) => return Err(failure.into()),
            }
        }
        let mut chosen = back(&remembered, &queues);
        remembered.retain(|id, _| chosen.contains_key(id));
        if let Some(name) = other {
            let arn = source.arn.sibling(name);
            let at = if let Some(at) = queues.iter().position(|queue| queue.arn == arn) {
                at
            } else {
                queues.push(self.typed_queue(source, name).await?);
                queues.len() - 1
            };
            for (id, to) in elsewhere(known, &queues, number(at)) {
                chosen.entry(id).or_insert(to);
            }
        }
        if queues.is_empty() {
            return Err(vec![Invalid::new("route", nowhere(known, &missing))].into());
        }
        let route = if chosen.is_empty() { Route::Home } else { Route::Each(chosen) };
        Ok(Destinations { route, queues, missing, remembered })
    }
}

/// What the engine has to know of a queue.
pub(super) fn queue(arn: &QueueArn, attributes: &Attributes) -> Queue {
    Queue {
        arn: attributes.arn.clone().unwrap_or_else(|| arn.clone()),
        kind: arn.name().kind(),
        max_size: attributes.maximum_message_size as usize,
    }
}

fn number(at: usize) -> QueueNo {
    QueueNo(u16::try_from(at).unwrap_or(u16::MAX))
}

/// Those of which the journal says where they failed go back there, where that queue can be used.
fn back(remembered: &BTreeMap<MessageId, QueueArn>, queues: &[Queue]) -> BTreeMap<MessageId, QueueNo> {
    let at = |home: &QueueArn| queues.iter().position(|queue| queue.arn == *home).map(number);
    remembered.iter().filter_map(|(id, home)| Some((id.clone(), at(home)?))).collect()
}

/// The messages that cannot go back to where they failed go to this one.
fn elsewhere(known: &[Arc<Message>], queues: &[Queue], to: QueueNo) -> BTreeMap<MessageId, QueueNo> {
    let homes: BTreeSet<&QueueArn> = queues.iter().map(|queue| &queue.arn).collect();
    let homeless = |message: &Message| message.source().is_none_or(|arn| !homes.contains(&arn));
    known.iter().filter(|message| homeless(message)).map(|message| (message.id.clone(), to)).collect()
}

/// Why none can go back.
fn nowhere(known: &[Arc<Message>], missing: &[Missing]) -> String {
    if let Some(first) = missing.first() {
        let others = match missing.len() {
            1 => String::new(),
            n => format!(" and {}", words::plural(n as u64 - 1, "other queue", "other queues")),
        };
        return format!("They failed in {}{others}, which cannot be used. Name a queue below.", first.arn.name());
    }
    let feeders = Feeders::of(known.iter().map(AsRef::as_ref));
    let told = feeders.sentences().join(" ");
    if told.is_empty() {
        "No queue names this one as its dead-letter queue, so there is no way back. Name a queue below.".to_owned()
    } else {
        format!("None of them says which queue it failed in. {told} Name a queue below.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::QueueKind;
    use crate::server::services::messages::tests::message;

    fn from(id: &str, source: Option<&str>) -> Arc<Message> {
        let mut message = message(id, "body", None);
        if let Some(source) = source {
            message.system.insert("DeadLetterQueueSourceArn".into(), format!("arn:aws:sqs:eu-west-1:1:{source}"));
        }
        Arc::new(message)
    }

    fn known(name: &str) -> Queue {
        let arn = format!("arn:aws:sqs:eu-west-1:1:{name}").parse().unwrap();
        Queue { arn, kind: QueueKind::Standard, max_size: 1_024 }
    }

    #[test]
    fn only_those_without_a_way_back_go_to_the_other_queue() {
        let messages = [from("a", Some("orders")), from("b", None), from("c", Some("gone"))];
        let chosen = elsewhere(&messages, &[known("orders"), known("rescue")], QueueNo(1));
        let ids: Vec<_> = chosen.keys().map(MessageId::as_str).collect();
        assert_eq!(ids, ["b", "c"]);
    }

    #[test]
    fn what_the_journal_remembers_goes_back_where_that_queue_can_be_used() {
        let home = |name: &str| known(name).arn;
        let remembered = [(MessageId::new("a"), home("orders")), (MessageId::new("b"), home("gone"))].into();
        let expected = [(MessageId::new("a"), QueueNo(1))].into();
        assert_eq!(back(&remembered, &[known("rescue"), known("orders")]), expected);
    }

    #[test]
    fn what_has_no_way_back_says_why() {
        let gone = Missing { arn: known("gone").arn, failure: None };
        assert!(nowhere(&[], std::slice::from_ref(&gone)).starts_with("They failed in gone, which"));
        assert!(nowhere(&[], &[gone.clone(), gone]).contains("gone and 1\u{A0}other queue,"));
        assert!(nowhere(&[], &[]).starts_with("No queue names this one"));
        assert!(nowhere(&[from("a", None)], &[]).contains("somebody sent them here"));
    }
}
