//! SQS's own redrive: the message move task, how fast it goes, what is kept of it, and what can be known before it starts.

pub mod access;
pub mod kept;
pub mod pace;
pub mod preflight;
pub mod reason;

use serde::{Deserialize, Serialize};

use super::failure::Code;
use super::ids::{QueueArn, TaskHandle};

/// The state of a message move task (SQS API Reference, `ListMessageMoveTasks`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskStatus {
    /// Moving.
    Running,
    /// Everything was moved.
    Completed,
    /// Told to stop; still moving what it had taken.
    Cancelling,
    /// Stopped on request. What was moved stays moved.
    Cancelled,
    /// Stopped by a failure.
    Failed,
    /// A state this program does not know.
    Unknown,
}

impl TaskStatus {
    /// Reads SQS's word.
    pub fn read(word: &str) -> Self {
        match word {
            "RUNNING" => Self::Running,
            "COMPLETED" => Self::Completed,
            "CANCELLING" => Self::Cancelling,
            "CANCELLED" => Self::Cancelled,
            "FAILED" => Self::Failed,
            _ => Self::Unknown,
        }
    }

    /// The word for it on a page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Completed => "Completed",
            Self::Cancelling => "Cancelling",
            Self::Cancelled => "Cancelled",
            Self::Failed => "Failed",
            Self::Unknown => "Unknown",
        }
    }

    /// Reads [`Self::word`].
    pub fn of_word(word: &str) -> Self {
        let all = [Self::Running, Self::Completed, Self::Cancelling, Self::Cancelled, Self::Failed];
        all.into_iter().find(|status| status.word() == word).unwrap_or(Self::Unknown)
    }

    /// Whether its numbers may still change.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Cancelling)
    }
}

/// One message move task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveTask {
    /// Needed to cancel it; SQS tells it only while the task runs.
    pub handle: Option<TaskHandle>,
    /// What it is doing.
    pub status: TaskStatus,
    /// The dead-letter queue it empties.
    pub source: QueueArn,
    /// Where to; absent: each message to the queue it failed in.
    pub destination: Option<QueueArn>,
    /// Messages per second; absent: SQS chooses.
    pub rate: Option<u32>,
    /// `ApproximateNumberOfMessagesMoved`; it lags, even after completion.
    pub moved: u64,
    /// `ApproximateNumberOfMessagesToMove`, taken when it started.
    pub to_move: Option<u64>,
    /// Why it failed.
    pub failure: Option<Code>,
    /// When it started, in milliseconds since 1970.
    pub started: i64,
}
