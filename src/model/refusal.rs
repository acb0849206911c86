//! What the console itself refuses, and what to do instead.

use serde::{Deserialize, Serialize};

use super::failure::Code;
use super::ids::{ConnectionName, QueueName};
use super::journal::RedriveId;
use super::paths;

/// What somebody wants to do that receives messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Receiving {
    /// A look.
    Look,
    /// A hold.
    Hold,
    /// A job, which has to find its messages.
    Job,
    /// A selective redrive.
    Redrive,
    /// One that takes another back.
    Undo,
}

impl Receiving {
    /// What begins a sentence about it.
    fn word(self) -> &'static str {
        match self {
            Self::Look => "Looking",
            Self::Hold => "Holding messages",
            Self::Job => "Finding these messages",
            Self::Redrive => "Redriving",
            Self::Undo => "Taking messages back",
        }
    }
}

/// A selective redrive, and the connection under which its page is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnRedrive {
    /// The connection that carries it out.
    pub connection: ConnectionName,
    /// The redrive.
    pub id: RedriveId,
}

/// Why the console itself does not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The console or the connection is read-only.
    ReadOnly,
    /// A receive could be one too many: the queue's redrive policy allows only so many.
    ReceiveBudget {
        /// What receives.
        by: Receiving,
        /// `maxReceiveCount`.
        max_receive_count: u32,
        /// How many receives a message of the queue is known to have had; 0 where that is not known.
        received: u32,
    },
    /// The name typed to confirm is not the queue's.
    NameNotTyped,
    /// No queue names this one as its dead-letter queue, so SQS cannot redrive it.
    NotADeadLetterQueue,
    /// A message move task already runs on this queue.
    TaskRunning,
    /// As many message move tasks run in the account as SQS allows.
    TooManyTasks,
    /// A queue in which messages would arrive is of the other type.
    OtherType(QueueName),
    /// A queue in which messages would arrive was purged or deleted through this console a moment ago.
    QueueGoing {
        /// The queue.
        queue: QueueName,
        /// Whether it was deleted rather than purged.
        deleted: bool,
    },
    /// The access policy of a queue denies a message move task to everyone.
    MoveDenied {
        /// The queue.
        queue: QueueName,
        /// What is denied.
        action: Code,
    },
    /// A redrive takes messages out of the queue, or brings some into it.
    Redriving {
        /// The dead-letter queue that it empties.
        from: QueueName,
        /// Whether messages arrive in the queue that this is about.
        arrives: bool,
        /// Which it is, where it is one of the console's and no message move task.
        own: Option<OwnRedrive>,
    },
    /// No message move task runs on this queue.
    NoTaskRunning,
    /// A selective redrive takes from this queue: this one, where that is known.
    RedriveRunning(Option<OwnRedrive>),
    /// The selective redrive has ended.
    RedriveEnded,
    /// Nothing is left of a redrive that could be taken back.
    NothingToTakeBack,
    /// The message move task was told to stop already.
    AlreadyCancelling,
    /// This queue's messages are not copied before they are removed.
    NoCopiesKept,
    /// A receive is already running on this queue.
    ReceiveRunning,
    /// No receive runs on this queue.
    NoReceiveRunning,
    /// Messages of this queue are held: nothing takes their place.
    Holding,
    /// No message of this queue is held any more.
    NothingHeld,
    /// The last look was less than five seconds ago.
    TooSoon,
    /// The snapshot that messages were chosen from has been replaced, or what was chosen is not kept any more.
    SnapshotReplaced,
    /// The plan of a redrive is not kept any more.
    PlanGone,
    /// Somebody else changed the settings after the form was opened.
    ChangedMeanwhile,
    /// The answer's MD5 differs from what was sent; the message may be damaged.
    Md5Differs,
}

impl Refusal {
    /// What is refused, in one sentence.
    pub fn title(&self) -> String {
        match self {
            Self::ReadOnly => "The console is read-only".into(),
            Self::ReceiveBudget { by, max_receive_count, received: 0 } => {
                let by = by.word();
                format!("{by} could move messages to the dead-letter queue (maxReceiveCount is {max_receive_count})")
            }
            Self::ReceiveBudget { max_receive_count, received, .. } if received >= max_receive_count => {
                format!("A receive would move messages to the dead-letter queue (all {max_receive_count} are used)")
            }
            Self::ReceiveBudget { by, max_receive_count, received } => {
                let by = by.word();
                format!(
                    "{by} could move messages to the dead-letter queue ({received} of {max_receive_count} receives are used)"
                )
            }
            Self::NameNotTyped => "The queue's name was not typed".into(),
            Self::NotADeadLetterQueue => "SQS can only redrive the dead-letter queue of an SQS queue".into(),
            Self::TaskRunning => "A redrive is already running on this queue".into(),
            Self::TooManyTasks => "As many redrives run in this account as SQS allows".into(),
            Self::OtherType(name) => {
                format!("SQS moves only between queues of one type, and {name} is {}", name.kind().word())
            }
            Self::QueueGoing { queue, deleted: true } => format!("{queue} was deleted a moment ago"),
            Self::QueueGoing { queue, deleted: false } => format!("{queue} was purged a moment ago"),
            Self::MoveDenied { queue, action } => format!("The access policy of {queue} denies {action} to everyone"),
            Self::Redriving { from, arrives: true, .. } => {
                format!("A redrive of {from} is moving messages into this queue")
            }
            Self::Redriving { from, .. } => format!("A redrive is moving messages out of {from}"),
            Self::AlreadyCancelling => "This redrive was told to stop already".into(),
            Self::NoTaskRunning => "No redrive is running on this queue".into(),
            Self::RedriveRunning(_) => "A selective redrive takes from this queue".into(),
            Self::RedriveEnded => "This redrive has ended".into(),
            Self::NothingToTakeBack => "Nothing of this redrive is left to take back".into(),
            Self::NoCopiesKept => "No copies are kept for this queue".into(),
            Self::ReceiveRunning => "A receive is already running on this queue".into(),
            Self::NoReceiveRunning => "No receive is running on this queue".into(),
            Self::Holding => "Messages of this queue are held".into(),
            Self::NothingHeld => "No message of this queue is held any more".into(),
            Self::TooSoon => "This queue was looked at a moment ago".into(),
            Self::SnapshotReplaced => "What was chosen is not there any more".into(),
            Self::PlanGone => "This plan is not there any more".into(),
            Self::ChangedMeanwhile => "The settings were changed meanwhile".into(),
            Self::Md5Differs => "The answer's MD5 does not match what was sent".into(),
        }
    }

    /// The page of what is in the way, and what the link there says.
    pub fn page(&self) -> Option<(String, &'static str)> {
        match self {
            Self::RedriveRunning(Some(own)) | Self::Redriving { own: Some(own), .. } => {
                Some((paths::redrive(&own.connection, &own.id), "Open that redrive"))
            }
            _ => None,
        }
    }

    /// What to do instead.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::ReadOnly => {
                "It was started with --read-only, or the connection says read_only. Restart it without to make changes."
            }
            Self::ReceiveBudget { max_receive_count, received, .. } if received >= max_receive_count => {
                "No confirmation allows that. Raise maxReceiveCount in the queue's settings first, or look at the dead-letter queue."
            }
            Self::ReceiveBudget { by: Receiving::Redrive | Receiving::Undo | Receiving::Job, .. } => {
                "Its messages are found by receiving, and every receive counts. Confirm that the receives may be used up, or raise maxReceiveCount in the queue's settings first."
            }
            Self::ReceiveBudget { .. } => {
                "Every look and every hold is a receive and counts. Look at the dead-letter queue instead, or confirm that the receives may be used up."
            }
            Self::NameNotTyped => "Type the name exactly as it is shown; nothing was changed.",
            Self::NotADeadLetterQueue => {
                "No queue's redrive policy names this queue. Messages that Lambda, SNS or EventBridge put here cannot be redriven by SQS."
            }
            Self::TaskRunning => "SQS allows one at a time on a queue. Wait for it, or cancel it first.",
            Self::TooManyTasks => "SQS allows 100 at a time. Wait until one ends, or cancel one.",
            Self::OtherType(_) => "Choose a queue of the same type, or copy the messages instead.",
            Self::QueueGoing { .. } => {
                "SQS takes up to 60 seconds for it, and what arrives meanwhile can be lost. Wait a minute and a half."
            }
            Self::MoveDenied { .. } => "Change that statement in the settings of the queue.",
            Self::Redriving { .. } => {
                "Messages would be lost on the way. Wait until it has ended, or cancel it and wait until it has stopped."
            }
            Self::AlreadyCancelling => "SQS finishes the messages it had taken; then it stops.",
            Self::RedriveRunning(_) => "One at a time: wait for it, or cancel it on its page.",
            Self::RedriveEnded => "Its page has the outcome of every message.",
            Self::NothingToTakeBack => {
                "What it had moved was taken back already, or came back by itself. Its page says which redrive took it back."
            }
            Self::NoTaskRunning => "If one was, it has ended by itself; the list below has its outcome.",
            Self::NoCopiesKept => "Its page “Recently deleted” says why. Nothing was removed.",
            Self::ReceiveRunning => "Wait until it ends, or stop it first.",
            Self::NoReceiveRunning => "It has ended by itself; what it received stands below.",
            Self::Holding => "Work on them, or release them all first.",
            Self::NothingHeld => "They were given back; their copies stand below.",
            Self::TooSoon => {
                "Looks are five seconds apart, so that a queue is not received over and over. The last snapshot is still here."
            }
            Self::SnapshotReplaced => {
                "Another look or receive took its place, or it was too long ago. Nothing was done; choose again from the list."
            }
            Self::PlanGone => "Plans are kept for a while, and not over a restart. Choose the messages again.",
            Self::ChangedMeanwhile => {
                "Somebody else changed them after this form was opened; nothing was applied. Look at both, then apply again."
            }
            Self::Md5Differs => "Look at the message in the queue before sending it again.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_receive_is_named() {
        let title = |by, received| Refusal::ReceiveBudget { by, max_receive_count: 3, received }.title();
        assert!(title(Receiving::Redrive, 0).starts_with("Redriving could move"));
        assert!(title(Receiving::Undo, 1).starts_with("Taking messages back could move"));
        assert!(title(Receiving::Look, 1).contains("1 of 3 receives"));
        assert!(title(Receiving::Undo, 3).starts_with("A receive would move"), "whatever it is for");
    }

    #[test]
    fn the_way_to_what_is_in_the_way_leads_under_its_own_connection() {
        let own = OwnRedrive { connection: "other".parse().unwrap(), id: RedriveId::new("a/b") };
        let (page, _) = Refusal::RedriveRunning(Some(own)).page().unwrap();
        assert_eq!(page, "/other/redrives/a%2Fb");
        assert_eq!(Refusal::RedriveRunning(None).page(), None);
    }
}
