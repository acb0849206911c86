//! What SQS does not let a redrive do: which call it refused, which right is missing, and what becomes of the messages.

use leptos::prelude::*;

use crate::model::{Code, QueueName};
use crate::server::services::redrive::engine::Need;
use crate::server::services::redrive::selective::Shown;
use crate::ui::parts::{Notice, Tone};

/// The notice; nothing where its queues cannot be found, which is told with what it waits for.
pub fn notice(shown: &Shown, need: Need, code: &Code) -> Option<AnyView> {
    let queue = match need {
        Need::Find => return None,
        Need::Receive | Need::Delete => shown.kept.queue(),
        Need::Send(to) => shown.kept.destinations.get(usize::from(to.0))?.name(),
    };
    let (title, why) = (title(need, &queue, code), why(need, &queue, code));
    let then = if shown.kept.cancelled { ends(need) } else { waits(need) };
    let view = view! {
        <Notice tone=Tone::Danger title>
            <p>{why}</p>
            <p>{then}</p>
        </Notice>
    };
    Some(view.into_any())
}

fn title(need: Need, queue: &QueueName, code: &Code) -> String {
    let call = match need {
        Need::Find => "to find",
        Need::Receive => "to receive from",
        Need::Send(_) => "to send to",
        Need::Delete => "to delete from",
    };
    format!("SQS refused {call} {queue} ({code})")
}

/// What is missing, as far as SQS's code tells.
fn why(need: Need, queue: &QueueName, code: &Code) -> String {
    let text = code.as_str();
    if ["AccessDenied", "NotAuthorized", "AuthorizationError", "UnauthorizedOperation"]
        .iter()
        .any(|denied| text.starts_with(denied))
    {
        return format!(
            "The console's role lacks {} on {queue}, or the queue's access policy denies it.",
            need.right()
        );
    }
    if text.to_ascii_lowercase().starts_with("kms") {
        let right = if matches!(need, Need::Send(_)) { "kms:GenerateDataKey" } else { "kms:Decrypt" };
        return format!(
            "The key of {queue} cannot be used. Is it enabled, and may the console's role use it ({right})?"
        );
    }
    if text.contains("NonExistentQueue") || text.contains("QueueDoesNotExist") {
        return format!("{queue} is not there any more.");
    }
    format!("The call needs {} on {queue}. SQS says no more than its code.", need.right())
}

/// What becomes of the messages while it waits.
fn waits(need: Need) -> &'static str {
    match need {
        Need::Find | Need::Receive => "Nothing is lost by that. Set it right, then let it go on.",
        Need::Send(_) => "What was not sent was given back and stays where it is. Set it right, then let it go on.",
        Need::Delete => {
            "What was sent is there twice until its original is deleted, and is not sent again. Set it right, then let it go on."
        }
    }
}

/// What becomes of them where nobody waits for it.
fn ends(need: Need) -> &'static str {
    match need {
        Need::Find | Need::Receive => {
            "It ends without. What was sent and not deleted yet may still be here; the report names it."
        }
        Need::Send(_) => "It ends: nothing more is sent, and what was sent is still deleted here.",
        Need::Delete => "It ends without: what cannot be deleted stays here and is there twice. The report names each.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::journal::QueueNo;

    #[test]
    fn the_call_and_the_missing_right_are_named() {
        let queue: QueueName = "orders".parse().unwrap();
        let code = Code::new("AccessDenied");
        let needs = [Need::Receive, Need::Send(QueueNo(0)), Need::Delete];
        let titles = needs.map(|need| title(need, &queue, &code));
        assert_eq!(titles[2], "SQS refused to delete from orders (AccessDenied)");
        for (need, right) in needs.into_iter().zip(["sqs:ReceiveMessage", "sqs:SendMessage", "sqs:DeleteMessage"]) {
            assert!(why(need, &queue, &code).contains(right), "{need:?}");
        }
    }

    #[test]
    fn a_code_is_not_taken_for_a_missing_right_where_it_says_something_else() {
        let queue: QueueName = "orders".parse().unwrap();
        let why = |need, code: &str| why(need, &queue, &Code::new(code));
        assert!(why(Need::Send(QueueNo(0)), "KmsAccessDenied").contains("kms:GenerateDataKey"));
        assert!(why(Need::Receive, "KMS.DisabledException").contains("kms:Decrypt"));
        assert_eq!(why(Need::Delete, "AWS.SimpleQueueService.NonExistentQueue"), "orders is not there any more.");
        assert!(why(Need::Delete, "UnsupportedOperation").contains("no more than its code"));
    }
}
