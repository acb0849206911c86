//! `/_aws/sqs/messages`: the messages of a queue without receiving them, asked for and answered as LocalStack does, so
//! that every tool that looks there looks here too.
//!
//! * `GET /_aws/sqs/messages?QueueUrl=…`, or `/_aws/sqs/messages/<region>/<account>/<queue>`; `ShowInvisible=true` also
//!   shows what is in flight, `ShowDelayed=true` what is delayed. A form may carry the same fields.
//! * The answer is that of ReceiveMessage in the query protocol: XML, or that XML as JSON where `Accept` prefers it.
//! * An SDK whose endpoint is this address and that speaks AWS JSON gets its ReceiveMessage answered in AWS JSON.
//!
//! It answers all messages at once: there is no paging, as there is none there. `MaxResults`, which LocalStack ignores,
//! cuts the answer for those who want only the first.

mod node;

use std::borrow::Cow;

use bytes::Bytes;
use http::{Method, Response, StatusCode, header, request};
use serde_json::{Value, json};

use super::core::{self, ApiError, Of, Peeked, Show};
use super::handle::Local;
use super::wire::Protocol;
use node::Node;

const PATH: &str = "/_aws/sqs/messages";
/// The handle of every message: it was not received, so there is none.
const HANDLE: &str = "SQS/BACKDOOR/ACCESS";
const NAMESPACE: &str = "http://queue.amazonaws.com/doc/2012-11-05/";
const AWS_JSON: &str = "application/x-amz-json-1.0";

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// XML, under this content type.
    Xml(&'static str),
    /// The XML as JSON.
    Json,
    /// AWS JSON 1.0.
    Aws,
}

/// What a request asks.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    /// The queue, by whatever the request has.
    url: Option<String>,
    arn: Option<String>,
    show: Show,
}

/// Whether a request with this path is answered here.
pub fn is_asked(path: &str) -> bool {
    path.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers such a request. Nothing is received by it.
pub fn answer(local: &Local, head: &request::Parts, body: &[u8]) -> Response<Bytes> {
    if ![Method::GET, Method::HEAD, Method::POST].contains(&head.method) {
        let error = ApiError { status: 405, ..ApiError::named("MethodNotAllowed", "Only GET and POST are allowed.") };
        return write(Format::Json, &Err(error));
    }
    let text = |name: header::HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    let aws = head.method == Method::POST && text(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with(AWS_JSON));
    let format = if aws { Format::Aws } else { preferred(text(header::ACCEPT).unwrap_or_default()) };
    let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let asked = read(head.uri.path(), head.uri.query().unwrap_or_default(), aws, target, body);
    let found = asked.and_then(|asked| {
        local.check()?;
        let of = match (&asked.arn, &asked.url) {
            (Some(arn), _) => Of::Arn(arn),
            (None, Some(url)) => Of::Url(url),
            (None, None) => return Err(ApiError::no_queue()),
        };
        local.with_state(|state, now| core::peek(state, now, of, asked.show))
    });
    write(format, &found)
}

/// Reads a request; its target counts where its body is AWS JSON.
fn read(path: &str, query: &str, aws: bool, target: Option<&str>, body: &[u8]) -> Result<Asked, ApiError> {
    let mut asked = Asked::default();
    let mut operation = None;
    let mut read_fields = |fields: &[u8]| {
        for (name, value) in fields_of(fields) {
            let yes = value.eq_ignore_ascii_case("true") || value == "1";
            match name.as_ref() {
                "QueueUrl" if !value.is_empty() => asked.url = Some(value.into_owned()),
                "Action" => operation = Some(value.into_owned()),
                "ShowInvisible" => asked.show.invisible = yes,
                "ShowDelayed" => asked.show.delayed = yes,
                "MaxResults" => asked.show.most = value.parse().ok(),
                _ => {}
            }
        }
    };
    read_fields(query.as_bytes());
    if aws {
        operation = Some(target.and_then(|target| target.split('.').next_back()).unwrap_or_default().to_owned());
        let body: Value = serde_json::from_slice(body)
            .map_err(|_| ApiError::named("SerializationException", "The request is not JSON."))?;
        asked.url = body["QueueUrl"].as_str().map(str::to_owned).or(asked.url);
    } else {
        read_fields(body);
    }
    if operation.is_some_and(|operation| operation != "ReceiveMessage") {
        return Err(ApiError::named("InvalidRequest", "This endpoint only accepts ReceiveMessage calls"));
    }
    let place: Vec<_> = path.strip_prefix(PATH).unwrap_or_default().split('/').skip(1).collect();
    match place[..] {
        [] | [""] => {}
        [region, account, queue] => asked.arn = Some(format!("arn:aws:sqs:{region}:{account}:{queue}")),
        _ => return Err(ApiError::no_queue()),
    }
    Ok(asked)
}

/// The fields of a form or of a query; none where it is something else.
fn fields_of(text: &[u8]) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    serde_urlencoded::from_bytes(text).unwrap_or_default()
}

/// The first format that an `Accept` header names, by its weights; XML where it names none.
fn preferred(accept: &str) -> Format {
    let weighed = accept.split(',').filter_map(|part| {
        let (kind, rest) = part.split_once(';').unwrap_or((part, ""));
        let format = match kind.trim() {
            "application/json" => Format::Json,
            "application/xml" => Format::Xml("application/xml"),
            "text/xml" => Format::Xml("text/xml"),
            _ => return None,
        };
        let weight: f32 = rest.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(1.0);
        Some((format, weight))
    });
    let better = |best: Option<(Format, f32)>, next: (Format, f32)| match best {
        Some(best) if best.1 >= next.1 => Some(best),
        _ => Some(next),
    };
    weighed.fold(None, better).map_or(Format::Xml("text/xml"), |(format, _)| format)
}

fn write(format: Format, found: &Result<Vec<Peeked>, ApiError>) -> Response<Bytes> {
    let id = uuid::Uuid::new_v4().to_string();
    let tree = || match found {
        Ok(messages) => Node::tree(
            "ReceiveMessageResponse",
            vec![
                Node::tree("ReceiveMessageResult", messages.iter().map(message).collect()),
                Node::tree("ResponseMetadata", vec![Node::text("RequestId", &id)]),
            ],
        ),
        Err(error) => Node::tree("ErrorResponse", vec![refusal(error), Node::text("RequestId", &id)]),
    };
    let (kind, body) = match (format, found) {
        (Format::Xml(kind), _) => (kind, tree().to_xml(NAMESPACE)),
        (Format::Json, _) => ("application/json", tree().to_json().to_string()),
        (Format::Aws, Ok(messages)) => {
            let messages: Vec<_> = messages.iter().map(aws_message).collect();
            return Protocol::Json.success("ReceiveMessage", &json!({ "Messages": messages }), &id);
        }
        (Format::Aws, Err(error)) => return Protocol::Json.refusal(error, &id),
    };
    let mut answer = Response::new(Bytes::from(body));
    if let Err(error) = found {
        *answer.status_mut() = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    }
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    if let Ok(id) = header::HeaderValue::from_str(&id) {
        answer.headers_mut().insert("x-amzn-requestid", id);
    }
    answer
}

fn refusal(error: &ApiError) -> Node {
    let fault = if error.sender_fault() { "Sender" } else { "Receiver" };
    let parts = [("Code", &*error.code), ("Message", &*error.message), ("Type", fault)];
    Node::tree("Error", parts.iter().map(|(name, text)| Node::text(name, text)).collect())
}

/// A message in the words of the query protocol.
fn message(seen: &Peeked) -> Node {
    let mut parts = vec![
        Node::text("MessageId", &seen.message_id),
        Node::text("MD5OfBody", &seen.md5),
        Node::text("Body", &seen.body),
    ];
    for (name, value) in &seen.attributes {
        parts.push(Node::tree("Attribute", vec![Node::text("Name", name), Node::text("Value", value)]));
    }
    parts.extend(seen.md5_of_attributes.iter().map(|md5| Node::text("MD5OfMessageAttributes", md5)));
    for (name, value) in &seen.message_attributes {
        let members = json!(value);
        let members = members.as_object().into_iter().flatten();
        let value = members.map(|(name, text)| Node::text(name, text.as_str().unwrap_or_default())).collect();
        parts.push(Node::tree("MessageAttribute", vec![Node::text("Name", name), Node::tree("Value", value)]));
    }
    parts.push(Node::text("ReceiptHandle", HANDLE));
    Node::tree("Message", parts)
}

/// A message in the words of AWS JSON.
fn aws_message(seen: &Peeked) -> Value {
    let mut message = json!({
        "MessageId": seen.message_id,
        "ReceiptHandle": HANDLE,
        "MD5OfBody": seen.md5,
        "Body": seen.body,
        "Attributes": seen.attributes.iter().map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect::<serde_json::Map<_, _>>(),
    });
    if let Some(md5) = &seen.md5_of_attributes {
        message["MD5OfMessageAttributes"] = json!(md5);
        let attributes = seen.message_attributes.iter().map(|(name, value)| (name.clone(), json!(value)));
        message["MessageAttributes"] = attributes.collect::<serde_json::Map<_, _>>().into();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_from_its_path_its_query_and_its_form() {
        let plain =
            read(PATH, "QueueUrl=http%3A%2F%2Fh%2F1%2Fq&ShowInvisible=TRUE", false, None, b"ShowDelayed=1").unwrap();
        let both = Show { invisible: true, delayed: true, most: None };
        assert_eq!(plain, Asked { url: Some("http://h/1/q".into()), arn: None, show: both });
        let path =
            read("/_aws/sqs/messages/eu-west-1/1/q", "ShowInvisible=yes", false, Some("AmazonSQS.SendMessage"), b"")
                .unwrap();
        assert_eq!(path, Asked { url: None, arn: Some("arn:aws:sqs:eu-west-1:1:q".into()), show: Show::default() });
        let aws = read(PATH, "", true, Some("AmazonSQS.ReceiveMessage"), br#"{"QueueUrl":"u"}"#).unwrap();
        assert_eq!(aws.url.as_deref(), Some("u"));
        for (query, aws) in [("Action=SendMessage", false), ("", true)] {
            assert_eq!(
                read(PATH, query, aws, Some("AmazonSQS.SendMessage"), b"{}").unwrap_err().code,
                "InvalidRequest"
            );
        }
        assert!(is_asked("/_aws/sqs/messages/") && !is_asked("/_aws/sqs/messagesx"));
    }

    #[test]
    fn the_format_is_the_one_preferred() {
        for (accept, format) in [
            ("", Format::Xml("text/xml")),
            ("*/*", Format::Xml("text/xml")),
            ("application/json", Format::Json),
            ("application/xml, application/json", Format::Xml("application/xml")),
            ("text/xml;q=0.5, application/json;q=0.9", Format::Json),
            ("text/html, application/json;q=0.1", Format::Json),
        ] {
            assert_eq!(preferred(accept), format, "{accept}");
        }
    }
}
