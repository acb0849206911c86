//! Why a message move task failed: SQS's code in words, and what to do.

use crate::model::failure::Code;

/// A code in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What happened.
    pub what: &'static str,
    /// What to do about it.
    pub then: &'static str,
}

/// What a code means for a task to the sources, or to one queue (SQS Developer Guide, "Troubleshoot Amazon SQS dead-letter
/// queue and DLQ redrive issues"). What SQS calls otherwise stands there as the code alone.
pub fn reason(code: &Code, to_sources: bool) -> Reason {
    let code = code.as_str().trim_start_matches("AWS.SimpleQueueService.");
    let (what, then) = match (code, to_sources) {
        ("CouldNotDetermineMessageSource", _) => (
            "It came upon a message that does not say which queue it failed in, and SQS stops there: somebody sent it here, \
             Lambda or SNS put it here, or a redrive was taken back.",
            "Move all to one queue, or redrive with the console below, which does not stop for one message.",
        ),
        ("NonExistentQueue" | "QueueDoesNotExist", true) => (
            "A queue that messages here failed in does not exist any more, and SQS stops at the first of its messages.",
            "Create that queue again, or move all to one queue.",
        ),
        ("NonExistentQueue" | "QueueDoesNotExist", false) => (
            "The queue that messages were moved to does not exist any more.",
            "Create it again, or choose another one.",
        ),
        (code, _) if code.starts_with("AccessDenied") => (
            "A right was missing while it ran.",
            "It takes sqs:ReceiveMessage, sqs:DeleteMessage and sqs:GetQueueAttributes here, and sqs:SendMessage where messages \
             arrive; with keys of your own kms:Decrypt here, kms:GenerateDataKey and kms:Decrypt there.",
        ),
        (code, _) if code.to_ascii_lowercase().starts_with("kms") => (
            "The key of one of its queues could not be used.",
            "Is it enabled? It takes kms:Decrypt here, kms:GenerateDataKey and kms:Decrypt where messages arrive.",
        ),
        ("InvalidParameterValue", _) => (
            "SQS did not take a message where it had to go; most likely it is larger than that queue allows.",
            "Raise the maximum message size of that queue, or redrive the others with the console below.",
        ),
        ("TaskTimedOut", _) => {
            ("It ran for 36 hours, and SQS ends it then.", "Start the rest, at a higher rate or without one.")
        }
        _ => ("SQS tells no more than this code.", "Look at the queues and their policies before starting the rest."),
    };
    Reason { what, then }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_guide_names_is_told_in_words() {
        let what = |code: &str, to_sources| reason(&Code::new(code), to_sources).what;
        assert!(what("CouldNotDetermineMessageSource", true).contains("does not say which queue it failed in"));
        assert!(what("AWS.SimpleQueueService.NonExistentQueue", true).contains("messages here failed in"));
        assert!(what("AWS.SimpleQueueService.NonExistentQueue", false).contains("were moved to"));
        assert!(reason(&Code::new("AccessDeniedException"), true).then.contains("sqs:SendMessage"));
        assert!(reason(&Code::new("KMS.DisabledException"), true).then.contains("kms:Decrypt"));
        assert!(what("SomethingNew", true).contains("no more than this code"));
    }
}
