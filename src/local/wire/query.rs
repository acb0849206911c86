//! The AWS Query protocol's requests: `Action` and members as parameters of a form or of the address, to the endpoint or
//! to the address of a queue.
//!
//! Developer guide, "Making query API requests using AWS query protocol".

use http::request::Parts;
use http::{Method, header};
use serde_json::{Map, Value};

use super::model::{self, Kind, Member};
use super::params::{Node, malformed};
use super::{Call, json};
use crate::local::core::ApiError;

/// Operations that are not asked of a queue, so that a queue's address refuses them.
const OF_THE_ENDPOINT: [&str; 2] = ["CreateQueue", "ListQueues"];

/// Reads a request.
pub fn read(head: &Parts, body: &[u8]) -> Result<Call, ApiError> {
    let nowhere = || ApiError::named(json::UNKNOWN_OPERATION, "The request names no action.");
    let body = match head.method {
        Method::GET => b"",
        Method::POST => body,
        _ => return Err(nowhere()),
    };
    let params = Node::of([head.uri.query().unwrap_or_default().as_bytes(), body])?;
    let action = params.child("Action").ok_or_else(nowhere)?.text()?;
    let path = head.uri.path();
    let at_a_queue = path.trim_matches('/').contains('/');
    let operation =
        model::operation(action).filter(|operation| !at_a_queue || !OF_THE_ENDPOINT.contains(&operation.name));
    let Some(operation) = operation else {
        let message = format!("The action {action} is not valid for this endpoint.");
        return Err(ApiError::named("InvalidAction", message));
    };
    let mut body = structure(&params, operation.input)?;
    let takes_queue = operation.input.iter().any(|member| member.name == "QueueUrl");
    if at_a_queue && takes_queue {
        let host = head.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        body.entry("QueueUrl").or_insert_with(|| format!("http://{host}{path}").into());
    }
    Ok(Call { operation: operation.name.to_owned(), body: body.into() })
}

/// The members that a part of a form has, under their JSON names.
fn structure(node: &Node, members: &[Member]) -> Result<Map<String, Value>, ApiError> {
    let present = members.iter().filter_map(|member| Some((member, node.child(member.wire)?)));
    present.map(|(member, node)| Ok((member.name.to_owned(), value(node, &member.kind)?))).collect()
}

fn value(node: &Node, kind: &Kind) -> Result<Value, ApiError> {
    Ok(match kind {
        Kind::Text | Kind::Flag => node.text()?.into(),
        Kind::Number => {
            let text = node.text()?;
            let number: i64 = text.parse().map_err(|_| malformed("STRING_VALUE can not be converted to an Integer"))?;
            number.into()
        }
        Kind::List(item) => {
            node.items().into_iter().map(|node| value(node, item)).collect::<Result<Vec<_>, _>>()?.into()
        }
        Kind::Map(key, kind) => {
            let mut map = Map::new();
            for item in node.items() {
                let (Some(key), Some(node)) = (item.child(key), item.child("Value")) else {
                    return Err(malformed("A key or its value is missing in a map"));
                };
                map.insert(key.text()?.to_owned(), value(node, kind)?);
            }
            map.into()
        }
        Kind::Structure(members) => structure(node, members)?.into(),
    })
}
