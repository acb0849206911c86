//! Who may do it: the access policies of the queues, as far as they deny, their keys, and what nobody can read here.

use std::collections::BTreeMap;

use super::{Facts, Finding, room};
use crate::model::ids::{QueueArn, QueueName};
use crate::model::queue::Encryption;
use crate::model::redrive::access::{Denial, When, denials};
use crate::model::{Attributes, Code, Failure, Refusal};

/// What a redrive does with the dead-letter queue (SQS Developer Guide, "Learn how to configure a dead-letter queue
/// redrive").
const FROM: [&str; 6] = [
    "sqs:StartMessageMoveTask",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ListMessageMoveTasks",
    "sqs:ListDeadLetterSourceQueues",
];
/// What it does with a queue in which messages arrive.
const TO: [&str; 1] = ["sqs:SendMessage"];

pub(super) fn findings(facts: &Facts, found: &mut Vec<Finding>) {
    policy(&facts.queue, &facts.arn, &facts.attributes, &FROM, found);
    for (name, known) in room::read(facts) {
        let arn = known.arn.clone().unwrap_or_else(|| facts.arn.sibling(name));
        policy(name, &arn, known, &TO, found);
    }
    keys(facts, found);
    found.push(Finding::tells(
        "What IAM lets this console's role do cannot be read through SQS; a right that is missing shows when SQS refuses the start.",
        format!(
            "It needs StartMessageMoveTask, ReceiveMessage, DeleteMessage, GetQueueAttributes and ListDeadLetterSourceQueues on {}, and SendMessage on {}.",
            facts.queue,
            match &facts.destination {
                Some(name) => name.to_string(),
                None => "every source".to_owned(),
            }
        ),
    ));
}

fn policy(name: &QueueName, arn: &QueueArn, its: &Attributes, actions: &[&'static str], found: &mut Vec<Finding>) {
    let Some(text) = &its.policy else { return };
    let Some(denials) = denials(text, arn, actions) else {
        found.push(Finding::warns(
            format!("The access policy of {name} cannot be understood here: whether it denies a redrive is not known."),
            "Look at it in the queue's settings.",
        ));
        return;
    };
    // The same may stand in several statements: the worst of them is said, once.
    let rank = |denial: &Denial| match denial.when {
        When::Always => 0,
        When::Outside => 1,
        When::Perhaps => 2,
    };
    let Some(Denial { action, when }) = denials.into_iter().min_by_key(rank) else { return };
    let action = action.trim_start_matches("sqs:");
    found.push(match when {
        When::Always => {
            let (queue, action) = (name.clone(), Code::new(action));
            Finding::blocks(Failure::Refused(Refusal::MoveDenied { queue, action }))
        }
        When::Outside => Finding::warns(
            format!("The access policy of {name} denies {action} from outside a network. SQS moves the messages itself, from outside of it."),
            "Except what SQS does for you from that statement: aws:CalledViaLast = sqs.amazonaws.com, or aws:ViaAWSService = true.",
        ),
        When::Perhaps => Finding::warns(
            format!("The access policy of {name} denies {action} to some, or under conditions that cannot be judged here."),
            "If it means this console's role, SQS refuses the start or the redrive fails. Look at it in the queue's settings.",
        ),
    });
}

/// Which rights on which keys are needed; whether they are given cannot be read.
fn keys(facts: &Facts, found: &mut Vec<Finding>) {
    let from = std::iter::once((&facts.queue, &facts.attributes, "kms:Decrypt"));
    let to = room::read(facts).map(|(name, its)| (name, its, "kms:GenerateDataKey and kms:Decrypt"));
    let mut needed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, its, rights) in from.chain(to) {
        if let Encryption::Kms { key, .. } = &its.encryption {
            needed.entry(key).or_default().push(format!("{rights} for {name}"));
        }
    }
    for (key, rights) in needed {
        let rights = rights.join(", ");
        let sentence = format!("On the key {key} it needs {rights}. Whether it has them cannot be read through SQS.");
        found.push(Finding::tells(sentence, ""));
    }
}
