//! The thin shell: HTTP/1.1, in whichever of SQS's protocols a client speaks (`wire`). An answer is a response or the end
//! of the connection, and the latter is why this speaks to hyper and not through a router.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::uri::Authority;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
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
use super::handle::{Local, asked_at};
use super::peek;
use super::wire::{self, Call, Protocol};

/// The longest request: a batch of 1 MiB can be six times as long once its texts are escaped.
const BODY_BYTES: usize = 8 * 1024 * 1024;
/// How much of a longer request is read before the connection ends without an answer.
const PATIENCE_BYTES: usize = 64 * 1024 * 1024;
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
    let id = uuid::Uuid::new_v4().to_string();
    let control_path = head.uri.path().starts_with("/_");
    let protocol = if control_path { Protocol::Json } else { Protocol::of(&head) };
    if let Some(error) = wire::foreign(&head.headers) {
        return Ok(protocol.refusal(&error, &id).map(Full::new));
    }
    let Some(body) = read(body).await else {
        let error = ApiError::named("RequestEntityTooLarge", "The request is too long.");
        return Ok(protocol.refusal(&error, &id).map(Full::new));
    };
    if local.peeks() && peek::is_asked(head.uri.path()) {
        return Ok(peek::answer(local, &head, &body));
    }
    if control_path {
        return Ok(control(local, &head.method, head.uri.path(), &body));
    }
    let answer = match protocol.read(&head, &body) {
        Ok(request) => asked_at(address(&head.headers), call(local, protocol, request, &id)).await?,
        Err(error) => protocol.refusal(&error, &id),
    };
    Ok(answer.map(Full::new))
}

/// How the client found its way here.
fn address(headers: &HeaderMap) -> Option<String> {
    let host = headers.get(header::HOST)?.to_str().ok().filter(|host| !host.contains('@'))?;
    let host: Authority = host.parse().ok()?;
    (!host.host().is_empty()).then(|| format!("http://{host}"))
}

/// The body, if it is not too long. A longer one is read to its end and thrown away, for a client that still writes does not
/// see an answer; but not for ever.
async fn read(body: Incoming) -> Option<Bytes> {
    let mut body = Limited::new(body, PATIENCE_BYTES);
    let mut kept = BytesMut::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        length += data.len();
        if length <= BODY_BYTES {
            kept.extend_from_slice(&data);
        }
    }
    (length <= BODY_BYTES).then(|| kept.freeze())
}

/// An SQS operation.
async fn call(local: &Local, protocol: Protocol, request: Call, id: &str) -> Result<Response<Bytes>, Dropped> {
    let Call { operation, mut body } = request;
    let Some(dials) = local.dials() else {
        return Ok(match local.answer(&operation, body).await {
            Ok(answer) => protocol.success(&operation, &answer, id),
            Err(error) => protocol.refusal(&error, id),
        });
    };
    let plan = dials.plan(&operation, faults::queue_of(&body));
    if plan.delay > 0 {
        tokio::time::sleep(Duration::from_millis(plan.delay)).await;
    }
    match plan.ending {
        Some(Ending::Error(error)) => return Ok(protocol.refusal(&error, id)),
        Some(Ending::Drop) => return Err(Dropped),
        Some(Ending::Hang) => {
            local.closing.cancelled().await;
            return Err(Dropped);
        }
        None => {}
    }
    let done = disturbed(local, &operation, &mut body, &plan).await;
    if plan.drop_after {
        return Err(Dropped);
    }
    Ok(match done {
        Ok(answer) => protocol.success(&operation, &answer, id),
        Err(error) => protocol.refusal(&error, id),
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
    respond(StatusCode::NOT_FOUND, &json!({"error": "This is a local SQS, and there is nothing here."}))
}

fn respond(status: StatusCode, body: &impl Serialize) -> Answer {
    // Plain structures of texts and numbers; writing one cannot fail.
    let body = serde_json::to_vec(body).unwrap_or_default();
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    answer
}
