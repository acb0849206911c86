//! StartMessageMoveTask, CancelMessageMoveTask, ListMessageMoveTasks.

use serde::Serialize;

use super::Operation;
use crate::local::core::decode::Members;
use crate::local::core::ids::{read_task_handle, task_handle};
use crate::local::core::moves::{Status, Task};
use crate::local::core::policies::Arn;
use crate::local::core::{ApiError, Millis, State};

/// The most messages per second a task can be told.
const FASTEST: i64 = 500;
/// The most tasks of an account at a time.
const MOST_ACTIVE: usize = 100;
/// The most tasks in an answer.
const PAGE: i64 = 10;

/// Starts moving the messages of a dead-letter queue.
#[derive(Debug)]
pub struct StartMessageMoveTask {
    source: String,
    destination: Option<String>,
    rate: Option<u64>,
}

/// The handle of a started task.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Started {
    task_handle: String,
}

impl Operation for StartMessageMoveTask {
    type Output = Started;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        let source = members.required("SourceArn")?;
        let destination = members.text("DestinationArn")?.filter(|arn| !arn.is_empty());
        check_arn("SourceArn", &source)?;
        if let Some(arn) = &destination {
            check_arn("DestinationArn", arn)?;
        }
        let rate = members
            .number("MaxNumberOfMessagesPerSecond")?
            .map(|rate| between("MaxNumberOfMessagesPerSecond", rate, FASTEST))
            .transpose()?;
        Ok(Self { source, destination, rate })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Started, ApiError> {
        let source = state.named_by_arn(&self.source).ok_or_else(|| ApiError::no_resource("SourceArn"))?;
        if state.sources_of(&self.source).next().is_none() {
            return Err(ApiError::invalid("Source queue must be configured as a Dead Letter Queue."));
        }
        let fifo = |name: &str| state.queues.get(name).is_some_and(|queue| queue.settings.fifo);
        let destination = match &self.destination {
            None => None,
            Some(arn) => {
                if *arn == self.source {
                    return Err(ApiError::invalid("Source queue arn and destination queue arn cannot be the same."));
                }
                let name = state.named_by_arn(arn).ok_or_else(|| ApiError::no_resource("DestinationArn"))?;
                if fifo(&name) != fifo(&source) {
                    let sentence = "The source queue and destination queue must be of the same queue type.";
                    return Err(ApiError::invalid(sentence));
                }
                Some(name)
            }
        };
        if state.tasks.is_busy(&source) {
            return Err(ApiError::invalid(
                "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
            ));
        }
        if state.tasks.active() >= MOST_ACTIVE {
            return Err(ApiError::named(
                "OverLimit",
                "There are already 100 active message move tasks in this account.",
            ));
        }
        state.settle(&source, now);
        let id = state.ids.uuid();
        let handle = task_handle(&id, &self.source);
        let to_move = state.counts(&source).visible as u64;
        state.tasks.add(Task {
            id,
            source,
            destination,
            rate: self.rate,
            started: now,
            status: Status::Running,
            moved: 0,
            to_move,
            cancelled: None,
        });
        Ok(Started { task_handle: handle })
    }
}

fn check_arn(parameter: &str, arn: &str) -> Result<(), ApiError> {
    if Arn::read(arn).is_some_and(|arn| arn.service == "sqs") {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "You must use this format to specify the {parameter}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
    )))
}

/// A number from 1 to `most`.
fn between(parameter: &str, number: i64, most: i64) -> Result<u64, ApiError> {
    u64::try_from(number).ok().filter(|_| (1..=most).contains(&number)).ok_or_else(|| {
        ApiError::invalid(format!(
            "Value for parameter {parameter} is invalid. Reason: You must enter a number that's between 1 and {most}."
        ))
    })
}

/// Stops a running task. What it moved stays moved.
#[derive(Debug)]
pub struct CancelMessageMoveTask {
    handle: String,
}

/// How far a cancelled task got.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Stopped {
    approximate_number_of_messages_moved: u64,
}

impl Operation for CancelMessageMoveTask {
    type Output = Stopped;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        Ok(Self { handle: members.required("TaskHandle")? })
    }

    fn apply(self, state: &mut State, now: Millis) -> Result<Stopped, ApiError> {
        let (id, arn) = read_task_handle(&self.handle)
            .ok_or_else(|| ApiError::invalid("Value for parameter TaskHandle is invalid."))?;
        let source = state.named_by_arn(&arn).ok_or_else(|| ApiError::no_resource("SourceArn"))?;
        let task = state.tasks.find(&source, &id);
        let task = task.ok_or_else(|| ApiError::named("ResourceNotFoundException", "Task does not exist."))?;
        if task.status != Status::Running {
            return Err(ApiError::named("UnsupportedOperation", "Only active tasks can be cancelled."));
        }
        task.status = Status::Cancelling;
        task.cancelled = Some(now);
        Ok(Stopped { approximate_number_of_messages_moved: task.moved })
    }
}

/// The newest tasks of a source.
#[derive(Debug)]
pub struct ListMessageMoveTasks {
    source: String,
    most: usize,
}

/// Tasks, newest first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskList {
    results: Vec<ShownTask>,
}

/// A task as SQS shows it: members that do not apply are left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownTask {
    #[serde(skip_serializing_if = "Option::is_none")]
    task_handle: Option<String>,
    status: &'static str,
    source_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_number_of_messages_per_second: Option<u64>,
    approximate_number_of_messages_moved: u64,
    approximate_number_of_messages_to_move: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<String>,
    started_timestamp: Millis,
}

impl Operation for ListMessageMoveTasks {
    type Output = TaskList;

    fn decode(mut members: Members) -> Result<Self, ApiError> {
        let source = members.required("SourceArn")?;
        check_arn("SourceArn", &source)?;
        let most = between("MaxResults", members.number("MaxResults")?.unwrap_or(1), PAGE)?;
        Ok(Self { source, most: usize::try_from(most).unwrap_or(1) })
    }

    fn apply(self, state: &mut State, _: Millis) -> Result<TaskList, ApiError> {
        let source = state.named_by_arn(&self.source).ok_or_else(|| ApiError::no_resource("SourceArn"))?;
        let show = |task: &Task| ShownTask {
            task_handle: (task.status == Status::Running).then(|| task_handle(&task.id, &self.source)),
            status: task.status.word(),
            source_arn: self.source.clone(),
            destination_arn: task.destination.as_ref().map(|name| state.arn(name)),
            max_number_of_messages_per_second: task.rate,
            approximate_number_of_messages_moved: task.moved,
            approximate_number_of_messages_to_move: task.to_move,
            failure_reason: match &task.status {
                Status::Failed(reason) => Some(reason.to_string()),
                _ => None,
            },
            started_timestamp: task.started,
        };
        let results = state.tasks.of(&source).iter().rev().take(self.most).map(show).collect();
        Ok(TaskList { results })
    }
}
