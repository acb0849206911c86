//! What happened before: the last redrive failed, or the console put messages back of which SQS cannot tell the way.

use super::{Facts, Finding};
use crate::model::ids::QueueName;
use crate::model::redrive::reason::reason;
use crate::model::{Code, words};

/// How the newest task ended that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// SQS's reason.
    pub code: Code,
    /// Where to; absent: each message to the queue it failed in.
    pub destination: Option<QueueName>,
}

pub(super) fn findings(facts: &Facts, found: &mut Vec<Finding>) {
    // Another destination may not have what stopped it.
    if let Some(failed) = facts.failed.as_ref().filter(|failed| failed.destination == facts.destination) {
        let reason = reason(&failed.code, failed.destination.is_none());
        let sentence = format!("The last redrive there failed ({}). {}", failed.code, reason.what);
        found.push(Finding::warns(sentence, reason.then));
    }
    if facts.destination.is_none() && facts.put_back > 0 {
        let count = words::plural(facts.put_back, "message", "messages");
        let sentence = format!(
            "The console put {count} back here when a redrive was taken back. SQS does not know any more where they failed, \
             and stops at the first that is still here (CouldNotDetermineMessageSource)."
        );
        let advice = "Redrive with the console below, which remembers what had been sent to where it failed, or send all to \
                      one queue.";
        found.push(Finding::warns(sentence, advice));
    }
}
