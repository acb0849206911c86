//! One call, as the dials let it go.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use super::plan::{Delivery, Ending, Plan};
use super::{Dials, words};
use crate::local::core::{self, ApiError, Request, Response};
use crate::local::handle::Local;

/// The connection ends without an answer, because the dials say so.
#[derive(Debug, thiserror::Error)]
#[error("the dials end this connection")]
pub struct Dropped;

/// What a call answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Done {
    /// Its own answer.
    Plain(Response),
    /// What the dials made of it.
    Changed(Value),
}

/// Does a call as the dials say: what it answers, and how that goes on its way.
pub async fn call(
    local: &Local,
    dials: &Dials,
    operation: &str,
    body: Value,
) -> Result<(Result<Done, ApiError>, Delivery), Dropped> {
    let plan = dials.plan(operation, words::queue_of(&body));
    if plan.delay > 0 {
        tokio::time::sleep(Duration::from_millis(plan.delay)).await;
    }
    let done = match &plan.ending {
        Some(Ending::Error(error)) => Err(error.clone()),
        Some(Ending::Drop) => return Err(Dropped),
        Some(Ending::Refuse(ms)) => {
            dials.door.close(Duration::from_millis(*ms));
            return Err(Dropped);
        }
        Some(Ending::Hang) => {
            local.closing.cancelled().await;
            return Err(Dropped);
        }
        None if plan.leaves_the_call_alone() => local.answer(operation, body).await.map(Done::Plain),
        None => disturbed(local, operation, body, &plan).await.map(Done::Changed),
    };
    if plan.drop_after {
        return Err(Dropped);
    }
    Ok((done, plan.delivery))
}

/// Does a call with what the dials change in its words.
async fn disturbed(local: &Local, operation: &str, mut body: Value, plan: &Plan) -> Result<Value, ApiError> {
    let url = body.get("QueueUrl").and_then(Value::as_str).unwrap_or_default().to_owned();
    let most = words::most(&body);
    let mut failed = Vec::new();
    if let Some(failing) = &plan.failing {
        failed = words::take_failing_entries(&mut body, failing);
    }
    if plan.redeliver {
        local.with_state(|state, now| core::reveal(state, now, &url, most));
    }
    let repeats = plan.repeat && words::queue_of(&body).is_some_and(|name| !name.ends_with(".fifo"));
    if repeats {
        words::ask_for_half(&mut body);
    }
    let nothing_left = !failed.is_empty() && body["Entries"].as_array().is_some_and(Vec::is_empty);
    let mut answer = match plan.undo {
        _ if nothing_left => json!({"Successful": []}),
        Some(undo) => {
            let handles = words::handles_of(&body);
            let request = Request::decode(operation, body)?;
            let answer = local.with_state(|state, now| core::delete_undone(state, now, request, &handles, undo))?;
            json!(answer)
        }
        None => local.call(operation, body).await?,
    };
    if !failed.is_empty() {
        if let Some(others) = answer["Failed"].as_array() {
            failed.extend(others.iter().cloned());
        }
        answer["Failed"] = failed.into();
    }
    if repeats {
        let again = words::repeat(&mut answer, most);
        local.with_state(|state, now| core::note_repeated(state, now, &url, again.iter().map(String::as_str)));
    }
    words::falsify_md5(&mut answer, plan.wrong_md5, plan.wrong_md5_of_attributes);
    Ok(answer)
}
