//! What the console keeps of a move task, for longer than SQS does: SQS remembers the last ten of a queue.

use serde::{Deserialize, Serialize};

use super::MoveTask;

/// A cancellation that went through this console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancel {
    /// Who asked for it.
    pub who: String,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// How many messages SQS said it had moved by then; it moves some more before it stops.
    pub moved: u64,
}

/// A move task as it was seen last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptTask {
    /// What SQS said of it.
    pub task: MoveTask,
    /// Who started it through this console; absent where it was started elsewhere, or the answer to the start was lost.
    pub who: Option<String>,
    /// Who cancelled it through this console.
    pub cancel: Option<Cancel>,
    /// When it was seen last with something new, milliseconds since 1970.
    pub seen_ms: i64,
}

impl KeptTask {
    /// How many messages SQS moved after it was told to stop, where that is known.
    pub fn overshoot(&self) -> Option<u64> {
        let cancel = self.cancel.as_ref().filter(|_| !self.task.status.is_active())?;
        self.task.moved.checked_sub(cancel.moved).filter(|more| *more > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TaskStatus;

    #[test]
    fn what_moved_after_the_cancel_is_known_once_it_has_stopped() {
        let kept = |status, moved| KeptTask {
            task: MoveTask {
                handle: None,
                status,
                source: "arn:aws:sqs:eu-west-1:1:orders-dlq".parse().unwrap(),
                destination: None,
                rate: Some(1),
                moved,
                to_move: Some(10),
                failure: None,
                started: 1,
            },
            who: None,
            cancel: Some(Cancel { who: "alex".into(), at_ms: 2, moved: 2 }),
            seen_ms: 3,
        };
        assert_eq!(kept(TaskStatus::Cancelled, 8).overshoot(), Some(6));
        assert_eq!(kept(TaskStatus::Cancelled, 2).overshoot(), None);
        assert_eq!(kept(TaskStatus::Cancelled, 1).overshoot(), None, "a count that lags");
        assert_eq!(kept(TaskStatus::Cancelling, 8).overshoot(), None, "it has not stopped");
        assert_eq!(KeptTask { cancel: None, ..kept(TaskStatus::Completed, 8) }.overshoot(), None);
    }
}
