//! The thin shell: HTTP/1.1, in whichever of SQS's protocols a client speaks (`wire`). An answer is a response or the end
//! of the connection, and the latter is why this speaks to hyper and not through a router.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::uri::Authority;
use http::{HeaderMap, Request, Response, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::control;
use super::core::ApiError;
use super::faults::{self, Delivery, Done, Dropped, Paced};
use super::handle::{Local, asked_at};
use super::peek;
use super::wire::{self, Call, Protocol};

/// The longest request: a batch of 1 MiB can be six times as long once its texts are escaped.
const BODY_BYTES: usize = 8 * 1024 * 1024;
/// How much of a longer request is read before the connection ends without an answer.
const PATIENCE_BYTES: usize = 64 * 1024 * 1024;
/// How long requests in progress have when the server stops.
const GRACE: Duration = Duration::from_secs(3);

type Answer = Response<Paced>;

/// How long it waits where the system has no room for another connection.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until `shutdown`; then long polls end empty, and connections close after their request.
/// Where no connection can be accepted it waits and tries again: a console without its SQS is of no use.
pub async fn serve(listener: TcpListener, local: Arc<Local>, shutdown: CancellationToken) {
    let connections = TaskTracker::new();
    let (mut listener, mut open) = (listener, CancellationToken::new());
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
            time = local.refusal() => {
                open.cancel();
                open = CancellationToken::new();
                match faults::away(listener, time, &shutdown).await {
                    Some(back) => listener = back,
                    None => break,
                }
                continue;
            }
            () = shutdown.cancelled() => break,
        };
        // Answers are small and wait for nothing.
        let _ = stream.set_nodelay(true);
        connections.spawn(connection(stream, Arc::clone(&local), open.clone(), shutdown.clone()));
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

async fn connection(stream: TcpStream, local: Arc<Local>, open: CancellationToken, shutdown: CancellationToken) {
    let service = service_fn(move |request| {
        let local = Arc::clone(&local);
        async move { answer(&local, request).await }
    });
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    // A connection that breaks is its client's affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = open.cancelled() => return,
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
        return Ok(protocol.refusal(&error, &id).map(Paced::whole));
    }
    let Some(body) = read(body).await else {
        let error = ApiError::named("RequestEntityTooLarge", "The request is too long.");
        return Ok(protocol.refusal(&error, &id).map(Paced::whole));
    };
    if local.peeks() && peek::is_asked(head.uri.path()) {
        return Ok(peek::answer(local, &head, &body).map(Paced::whole));
    }
    if control_path {
        return Ok(control::answer(local, &head, &body).map(Paced::whole));
    }
    let refusal = match protocol.read(&head, &body) {
        Ok(request) => return asked_at(address(&head.headers), call(local, protocol, request, &id)).await,
        Err(error) => protocol.refusal(&error, &id),
    };
    Ok(refusal.map(Paced::whole))
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
async fn call(local: &Local, protocol: Protocol, request: Call, id: &str) -> Result<Answer, Dropped> {
    let Call { operation, body } = request;
    let (done, delivery) = match local.dials() {
        Some(dials) => faults::call(local, dials, &operation, body).await?,
        None => (local.answer(&operation, body).await.map(Done::Plain), Delivery::default()),
    };
    let answer = match done {
        Ok(answer) => protocol.success(&operation, &answer, id),
        Err(error) => protocol.refusal(&error, id),
    };
    Ok(Paced::answer(answer, delivery))
}
