//! Celery's tasks, as kombu writes them to SQS (Celery, "Message Protocol", versions 1 and 2).

use super::json::{self, Members};
use super::{Content, Seen, pack};

/// A task, or the message of kombu around one.
pub(super) fn object(object: &Members<'_>) -> Option<Seen> {
    message(object).or_else(|| first_protocol(object))
}

/// Kombu's message: the body as text or in base64, the task's name among the headers.
fn message(object: &Members<'_>) -> Option<Seen> {
    let (body, headers) = (object.text("body")?, object.object("headers")?);
    let properties = object.object("properties")?;
    if !object.has("content-type") || !object.has("content-encoding") {
        return None;
    }
    let task = headers.text("task");
    let plain = match properties.text("body_encoding").as_deref() {
        Some("base64") => pack::bytes(&body).map(pack::content),
        _ => Some(Content::text(&body)),
    };
    let call = plain.as_ref().and_then(|plain| if let Content::Text(text) = plain { json::items(text) } else { None });
    let call = |at: usize, repr: &str| {
        let exact = call.as_ref().filter(|call| call.len() == 3).and_then(|call| call.get(at)).copied();
        exact.map(str::to_owned).or_else(|| headers.text(repr))
    };
    let route = properties.object("delivery_info").and_then(|info| info.text("routing_key"));
    let seen = Seen::leaf(if task.is_some() { "Celery task" } else { "kombu message" })
        .fact("Task", task)
        .fact("Task id", headers.text("id").or_else(|| properties.text("correlation_id")))
        .fact("Arguments", call(0, "argsrepr"))
        .fact("Named arguments", call(1, "kwargsrepr"))
        .fact("Retries", headers.said("retries"))
        .fact("Not before", headers.said("eta"))
        .fact("Expires", headers.said("expires"))
        .fact("Parent task", headers.said("parent_id"))
        .fact("Sent by", headers.said("origin"))
        .fact("Routing key", route)
        .fact("Content type", object.text("content-type"));
    Some(seen.around(Content::text(&body), Some("text")))
}

/// A task of protocol 1: everything in the body.
fn first_protocol(object: &Members<'_>) -> Option<Seen> {
    let (task, id) = (object.text("task")?, object.text("id")?);
    let (args, kwargs) = (object.get("args")?, object.get("kwargs")?);
    if !args.starts_with('[') || !kwargs.starts_with('{') {
        return None;
    }
    let seen = Seen::leaf("Celery task")
        .fact("Task", Some(task))
        .fact("Task id", Some(id))
        .fact("Arguments", Some(args.to_owned()))
        .fact("Named arguments", Some(kwargs.to_owned()))
        .fact("Retries", object.said("retries"))
        .fact("Not before", object.said("eta"))
        .fact("Expires", object.said("expires"));
    Some(seen)
}
