//! Who put the messages of a dead-letter queue there, as the messages tell. SQS says of its own which queue they failed
//! in; of those that Lambda, EventBridge or SNS put aside only their attributes and bodies tell anything.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AttributeValue, Message, QueueArn};

/// Who put a message there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fed {
    /// SQS, after too many receives: it says from which queue.
    Sqs,
    /// EventBridge Scheduler (Scheduler User Guide, "Configuring a dead-letter queue").
    Scheduler,
    /// A rule of EventBridge (EventBridge User Guide, "Using dead-letter queues").
    EventBridge,
    /// Lambda, for a record of a stream: the message points to it (Lambda Developer Guide, "Retaining discarded batches").
    Stream,
    /// Lambda, after an asynchronous invocation (Lambda Developer Guide, "Adding a dead-letter queue").
    Lambda,
    /// A subscription of SNS (SNS Developer Guide, "Amazon SNS dead-letter queues").
    Sns,
    /// Nobody knows: somebody sent it there.
    Unknown,
}

impl Fed {
    /// Of a message.
    pub fn of(message: &Message) -> Self {
        let has = |name: &str| message.attributes.contains_key(name);
        let says = |text: &str| message.body.contains(text);
        if message.source().is_some() {
            Self::Sqs
        } else if has("SCHEDULE_ARN") {
            Self::Scheduler
        } else if has("RULE_ARN") || (has("TARGET_ARN") && has("ERROR_CODE")) {
            Self::EventBridge
        } else if says("\"KinesisBatchInfo\"") || says("\"DDBStreamBatchInfo\"") {
            Self::Stream
        } else if (has("RequestID") && has("ErrorCode")) || (says("\"requestContext\"") && says("\"responsePayload\""))
        {
            Self::Lambda
        } else if says("\"TopicArn\"") && says("\"Notification\"") {
            Self::Sns
        } else {
            Self::Unknown
        }
    }

    /// What its messages are, and what happens to them in a queue. Empty where SQS put them there.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Sqs => "",
            Self::Scheduler => {
                "EventBridge Scheduler put them here when it could not call their target. The body is what the target would have got."
            }
            Self::EventBridge => {
                "An EventBridge rule put them here when it could not reach its target. The body is the event; the attributes say which rule and which target."
            }
            Self::Stream => {
                "Lambda put them here for records of a stream. They only say where the records were: there is no data in them, and a stream keeps its records for a day unless told otherwise."
            }
            Self::Lambda => {
                "Lambda put them here when a function failed that was invoked asynchronously. The body is the event. A function that reads a queue gets it inside an SQS event, not as it was first invoked."
            }
            Self::Sns => {
                "SNS put them here when it could not deliver them to a subscription. The body is the notification; send it to the queue that was subscribed."
            }
            Self::Unknown => {
                "They do not say where they failed: somebody sent them here, or a redrive was taken back that had not sent them to where they failed."
            }
        }
    }
}

/// How the messages of a queue came there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feeders {
    /// How many by each.
    pub counts: BTreeMap<Fed, usize>,
    /// Queues that are named as the targets that could not be reached.
    pub targets: BTreeSet<QueueArn>,
}

impl Feeders {
    /// Of these messages.
    pub fn of<'a>(messages: impl IntoIterator<Item = &'a Message>) -> Self {
        let mut feeders = Self::default();
        for message in messages {
            *feeders.counts.entry(Fed::of(message)).or_default() += 1;
            feeders.targets.extend(target(message));
        }
        feeders
    }

    /// How many do not say which queue they failed in.
    pub fn homeless(&self) -> usize {
        self.counts.iter().filter(|(fed, _)| **fed != Fed::Sqs).map(|(_, count)| count).sum()
    }

    /// What those are that SQS did not put there.
    pub fn sentences(&self) -> Vec<&'static str> {
        self.counts.keys().map(|fed| fed.sentence()).filter(|sentence| !sentence.is_empty()).collect()
    }
}

/// The queue that it was meant for, where a rule or a schedule says so.
fn target(message: &Message) -> Option<QueueArn> {
    match &message.attributes.get("TARGET_ARN")?.value {
        AttributeValue::Text(arn) => arn.parse().ok(),
        AttributeValue::Binary(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MessageAttribute;
    use crate::server::services::messages::tests::message;

    fn with(body: &str, names: &[(&str, &str)]) -> Message {
        let mut message = message("m", body, None);
        for (name, value) in names {
            let value = AttributeValue::Text((*value).into());
            message.attributes.insert((*name).into(), MessageAttribute { data_type: "String".into(), value });
        }
        message
    }

    #[test]
    fn each_service_is_known_by_what_it_leaves() {
        let mut moved = with("{}", &[("ErrorCode", "1"), ("RequestID", "r")]);
        moved.system.insert("DeadLetterQueueSourceArn".into(), "arn:aws:sqs:eu-west-1:1:orders".into());
        assert_eq!(Fed::of(&moved), Fed::Sqs, "SQS says so itself");
        for (body, names, fed) in [
            ("{}", &[("RequestID", "r"), ("ErrorCode", "200"), ("ErrorMessage", "x")][..], Fed::Lambda),
            (r#"{"requestContext":{},"responsePayload":{}}"#, &[], Fed::Lambda),
            (r#"{"requestContext":{},"KinesisBatchInfo":{}}"#, &[], Fed::Stream),
            ("{}", &[("RULE_ARN", "r"), ("TARGET_ARN", "t"), ("ERROR_CODE", "c")], Fed::EventBridge),
            ("{}", &[("SCHEDULE_ARN", "s"), ("TARGET_ARN", "t")], Fed::Scheduler),
            (r#"{"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:1:t"}"#, &[], Fed::Sns),
            ("hello", &[("ErrorCode", "1")], Fed::Unknown),
        ] {
            assert_eq!(Fed::of(&with(body, names)), fed, "{body} {names:?}");
        }
    }

    #[test]
    fn a_target_that_is_a_queue_is_remembered() {
        let queue = "arn:aws:sqs:eu-west-1:1:orders";
        let all =
            [with("{}", &[("RULE_ARN", "r"), ("TARGET_ARN", queue)]), with("x", &[("TARGET_ARN", "arn:aws:lambda:x")])];
        let feeders = Feeders::of(&all);
        assert_eq!(feeders.targets, BTreeSet::from([queue.parse().unwrap()]));
        assert_eq!((feeders.homeless(), feeders.sentences().len()), (2, 2));
    }
}
