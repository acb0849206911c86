//! The thin shell: AWS JSON 1.0 over HTTP/1.1. An answer is a response or the end of the connection, and the latter is
//! why this speaks to hyper and not through a router.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::core::ApiError;
use super::faults::{self, Ending, Plan};
use super::handle::Local;
use super::peek;

/// The longest request: a batch of 1 MiB can be six times as long once its texts are escaped.
const BODY_BYTES: usize = 8 * 1024 * 1024;
/// How long requests in progress have when the server stops.
const GRACE: Duration = Duration::from_secs(3);

/// The connection ends without an answer, because the dials say so.
#[derive(Debug, thiserror::Error)]
#[error("the dials end this connection")]
struct Dropped;

type Answer = Response<Full<Bytes>>;

/// How long it waits where the system has no room for another connection.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until `shutdown`; then long polls end empty, and connections close after their request.
/// Where no connection can be accepted it waits and tries again: a console without its SQS is of no use.
pub async fn serve(listener: TcpListener, local: Arc<Local>, shutdown: CancellationToken) {
    let connections = TaskTracker::new();
    let ticking = {
        let local = Arc::clone(&local);
        tokio::spawn(async move { local.tick().await })
    };
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Mostly "too many open files": waiting lets some of them close, spinning does not.
                    if !is_of_one_connection(&error) {
                        tokio::time::sleep(BREATH).await;
                    }
                    continue;
                }
            },
            () = shutdown.cancelled() => break,
        };
        // Answers are small and wait for nothing.
        let _ = stream.set_nodelay(true);
        connections.spawn(connection(stream, Arc::clone(&local), shutdown.clone()));
    }
    local.closing.cancel();
    connections.close();
    // Requests that hang by the dials would never end.
    let _ = tokio::time::timeout(GRACE, connections.wait()).await;
    ticking.abort();
}

fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

async fn connection(stream: TcpStream, local: Arc<Local>, shutdown: CancellationToken) {
    let service = service_fn(move |request| {
        let local = Arc::clone(&local);
        async move { answer(&local, request).await }
    });
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    // A connection that breaks is its client's affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = shutdown.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn answer(local: &Local, request: Request<Incoming>) -> Result<Answer, Dropped> {
    let (head, body) = request.into_parts();
    let operation = head
        .headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok())
        .map(|target| target.strip_prefix("AmazonSQS.").unwrap_or(target).to_owned());
    let Ok(body) = Limited::new(body, BODY_BYTES).collect().await.map(http_body_util::Collected::to_bytes) else {
        return Ok(refuse(&ApiError::named("RequestEntityTooLarge", "The request is too long.")));
    };
    if local.peeks() && peek::is_asked(head.uri.path()) {
        return Ok(peek::answer(local, &head, &body));
    }
    match operation {
        Some(operation) if head.method == Method::POST => call(local, &operation, &body).await,
        _ => Ok(control(local, &head.method, head.uri.path(), &body)),
    }
}

/// An SQS operation.
async fn call(local: &Local, operation: &str, body: &[u8]) -> Result<Answer, Dropped> {
    let body = if body.is_empty() { Ok(json!({})) } else { serde_json::from_slice(body) };
    let Ok(mut body) = body else {
        return Ok(refuse(&ApiError::named("SerializationException", "The request is not JSON.")));
    };
    let Some(dials) = local.dials() else {
        return Ok(match local.answer(operation, body).await {
            Ok(response) => respond(StatusCode::OK, &response),
            Err(error) => refuse(&error),
        });
    };
    let plan = dials.plan(operation, faults::queue_of(&body));
    if plan.delay > 0 {
        tokio::time::sleep(Duration::from_millis(plan.delay)).await;
    }
    match plan.ending {
        Some(Ending::Error(error)) => return Ok(refuse(&error)),
        Some(Ending::Drop) => return Err(Dropped),
        Some(Ending::Hang) => {
            local.closing.cancelled().await;
            return Err(Dropped);
        }
        None => {}
    }
    let done = disturbed(local, operation, &mut body, &plan).await;
    if plan.drop_after {
        return Err(Dropped);
    }
    Ok(match done {
        Ok(answer) => respond(StatusCode::OK, &answer),
        Err(error) => refuse(&error),
    })
}

/// Does a call with what the dials change in its words.
async fn disturbed(local: &Local, operation: &str, body: &mut Value, plan: &Plan) -> Result<Value, ApiError> {
    let mut failed = Vec::new();
    if let Some((ids, code)) = &plan.fail_entries {
        failed = faults::take_failing_entries(body, ids, code);
    }
    let nothing_left = !failed.is_empty() && body["Entries"].as_array().is_some_and(Vec::is_empty);
    let mut answer = if nothing_left { json!({"Successful": []}) } else { local.call(operation, body.take()).await? };
    if !failed.is_empty() {
        if let Some(others) = answer["Failed"].as_array() {
            failed.extend(others.iter().cloned());
        }
        answer["Failed"] = failed.into();
    }
    if plan.wrong_md5 {
        faults::falsify_md5(&mut answer);
    }
    Ok(answer)
}

/// Everything that is not SQS: readiness, and what tests need.
fn control(local: &Local, method: &Method, path: &str, body: &[u8]) -> Answer {
    if (method, path) == (&Method::GET, "/_health") {
        return respond(StatusCode::OK, &json!({"status": "ready"}));
    }
    let Some(dials) = local.dials() else {
        return not_found();
    };
    match (method, path) {
        (&Method::GET, "/_dials") => respond(StatusCode::OK, &dials.show()),
        (&Method::PUT, "/_dials") => match dials.set(body) {
            Ok(()) => respond(StatusCode::OK, &dials.show()),
            Err(error) => respond(StatusCode::BAD_REQUEST, &json!({"error": error})),
        },
        (&Method::DELETE, "/_dials") => {
            dials.clear();
            respond(StatusCode::OK, &dials.show())
        }
        (&Method::GET, "/_effects") => respond(StatusCode::OK, &local.effects()),
        (&Method::GET, "/_calls") => respond(StatusCode::OK, &dials.calls()),
        _ => not_found(),
    }
}

fn not_found() -> Answer {
    respond(StatusCode::NOT_FOUND, &json!({"error": "This is a local SQS. It speaks AWS JSON 1.0."}))
}

fn refuse(error: &ApiError) -> Answer {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    let kind = format!("com.amazonaws.sqs#{}", error.shape);
    let mut answer = respond(status, &json!({"__type": kind, "message": error.message}));
    let fault = if error.sender_fault() { "Sender" } else { "Receiver" };
    if let Ok(value) = header::HeaderValue::from_str(&format!("{};{fault}", error.code)) {
        answer.headers_mut().insert("x-amzn-query-error", value);
    }
    answer
}

fn respond(status: StatusCode, body: &impl Serialize) -> Answer {
    // Plain structures of texts and numbers; writing one cannot fail.
    let body = serde_json::to_vec(body).unwrap_or_default();
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/x-amz-json-1.0"));
    if let Ok(id) = header::HeaderValue::from_str(&uuid::Uuid::new_v4().to_string()) {
        headers.insert("x-amzn-requestid", id);
    }
    answer
}
