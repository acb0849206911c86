//! The accept loop: hyper directly, because it alone can time out a header that never ends.
//!
//! One limit covers a new connection, an unfinished header and an idle connection between requests: the time until
//! the next whole header. A client that stops reading is cut off by [`super::stall`]; one whose computer or network is
//! gone, so that nothing of what was written arrives, by the system ([`Patience::unacknowledged`]).

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::stall::Impatient;

/// How patient the accept loop is.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until a whole header has arrived, counted from the connection's begin or the last response's end.
    pub header: Duration,
    /// Until a client takes something of what was written for it.
    pub stalled: Duration,
    /// Until a client's system acknowledges what was sent to it. An event stream sends something every ten seconds, so one
    /// whose client vanished without a word ends ten seconds after this at the latest. Linux alone knows such a limit
    /// (`TCP_USER_TIMEOUT`); elsewhere, and where a tunnel or a proxy acknowledges for a client that is gone, a stream
    /// ends by its age.
    pub unacknowledged: Duration,
    /// From the wish to stop until what still runs is cut off.
    pub stop: Duration,
    /// Connections at one time; more wait in the kernel's queue.
    pub connections: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(10),
            stalled: Duration::from_secs(30),
            unacknowledged: Duration::from_secs(20),
            stop: Duration::from_secs(7),
            connections: 2048,
        }
    }
}

/// Largest header, in bytes: 32 KiB hold every URL and cookie the console makes, several times over.
const HEADER_BYTES: usize = 32 * 1024;

/// Serves `app` until `stop`, then lets requests finish for [`Patience::stop`] at most. Streams that never end by
/// themselves have to end by `stop`. Returns when no connection is left.
pub async fn serve(listener: TcpListener, app: Router, patience: Patience, stop: CancellationToken) {
    let tracker = TaskTracker::new();
    let cut = CancellationToken::new();
    let room = Arc::new(Semaphore::new(patience.connections));
    loop {
        let (stream, permit) = tokio::select! {
            () = stop.cancelled() => break,
            next = next(&listener, &room, patience.unacknowledged) => match next {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(kind = %error.kind(), "a connection could not be accepted");
                    // Mostly "too many open files": waiting lets some of them close, spinning does not.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        let connection = converse(stream, app.clone(), patience, stop.clone());
        let cut = cut.clone();
        tracker.spawn(async move {
            tokio::select! {
                () = connection => {}
                () = cut.cancelled() => {}
            }
            drop(permit);
        });
    }
    drop(listener);
    tracker.close();
    if tokio::time::timeout(patience.stop, tracker.wait()).await.is_err() {
        tracing::warn!(connections = tracker.len(), "cut off at the end");
        cut.cancel();
        tracker.wait().await;
    }
}

/// The next connection, once there is room for it.
async fn next(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
    unacknowledged: Duration,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.map_err(io::Error::other)?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                prepare(&stream, unacknowledged)?;
                return Ok((stream, permit));
            }
            // The client was gone before it was served: nothing to say about it.
            Err(error) if gone(error.kind()) => {}
            Err(error) => return Err(error),
        }
    }
}

fn gone(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused)
}

/// Events and pages are written whole, so waiting for more to fill a packet only delays them.
fn prepare(stream: &TcpStream, unacknowledged: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(stream).set_tcp_user_timeout(Some(unacknowledged))?;
    #[cfg(not(target_os = "linux"))]
    let _ = unacknowledged;
    Ok(())
}

/// One connection from its first byte to its last.
async fn converse(stream: TcpStream, app: Router, patience: Patience, stop: CancellationToken) {
    let io = TokioIo::new(Impatient::new(stream, patience.stalled));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.header)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(io, TowerToHyperService::new(app));
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // A client's doing (reset, timeout, not HTTP), so nothing that an operator could act on.
        tracing::debug!(timeout = error.is_timeout(), parse = error.is_parse(), "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::routing::get;
    use futures_util::stream;
    use std::net::SocketAddr;
    use std::time::Instant;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    const SHORT: Patience = Patience {
        header: Duration::from_millis(200),
        stalled: Duration::from_millis(300),
        unacknowledged: Duration::from_millis(300),
        stop: Duration::from_millis(400),
        connections: 8,
    };

    struct Served {
        address: SocketAddr,
        stop: CancellationToken,
        done: tokio::task::JoinHandle<()>,
    }

    async fn start(patience: Patience) -> Served {
        let stop = CancellationToken::new();
        let stopping = stop.clone();
        let chunk = || Ok::<_, io::Error>(bytes::Bytes::from(vec![b'x'; 65536]));
        let app = Router::new()
            .route("/", get(|| async { "hello" }))
            .route(
                "/events",
                get(move || async move {
                    let until = stopping.clone();
                    let open = stream::once(async { Ok::<_, io::Error>("data: 1\n\n") });
                    let held = stream::once(async move {
                        until.cancelled().await;
                        Ok("data: bye\n\n")
                    });
                    Body::from_stream(futures_util::StreamExt::chain(open, held))
                }),
            )
            .route(
                "/forever",
                get(|| async { Body::from_stream(stream::pending::<Result<&'static str, io::Error>>()) }),
            )
            .route("/flood", get(move || async move { Body::from_stream(stream::repeat_with(chunk)) }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let done = tokio::spawn(serve(listener, app, patience, stop.clone()));
        Served { address, stop, done }
    }

    async fn open(address: SocketAddr, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    /// What arrives until the server closes, and after how long it did.
    async fn rest(mut stream: TcpStream) -> (String, Duration) {
        let began = Instant::now();
        let mut bytes = Vec::new();
        tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut bytes))
            .await
            .expect("the server left the connection open")
            .ok();
        (String::from_utf8_lossy(&bytes).into_owned(), began.elapsed())
    }

    #[tokio::test]
    async fn a_header_that_never_ends_is_not_waited_for() {
        let served = start(SHORT).await;
        for beginning in ["", "GET / HT", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "] {
            let (_, after) = rest(open(served.address, beginning).await).await;
            assert!(after < Duration::from_secs(1), "{beginning:?}: {after:?}");
        }
    }

    #[tokio::test]
    async fn an_idle_connection_is_closed_after_its_response() {
        let served = start(SHORT).await;
        let stream = open(served.address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let (text, after) = rest(stream).await;
        assert!(text.ends_with("hello"), "{text}");
        assert!(after >= Duration::from_millis(150) && after < Duration::from_secs(1), "{after:?}");
    }

    #[tokio::test]
    async fn a_client_that_stops_reading_is_cut_off() {
        let served = start(SHORT).await;
        let stalled = open(served.address, "GET /flood HTTP/1.1\r\nHost: a\r\n\r\n").await;
        tokio::time::sleep(Duration::from_millis(900)).await;
        // The stream never ends by itself, so only the cut makes this end.
        let (_, after) = rest(stalled).await;
        assert!(after < Duration::from_secs(2), "{after:?}");
    }

    /// To the server a full window that stays full is the same as a lost network: its patience alone ends it.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_client_that_takes_nothing_more_is_given_up_by_the_system_too() {
        let served = start(Patience { stalled: Duration::from_secs(60), ..SHORT }).await;
        let stalled = open(served.address, "GET /flood HTTP/1.1\r\nHost: a\r\n\r\n").await;
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        let (_, after) = rest(stalled).await;
        assert!(after < Duration::from_secs(2), "{after:?}");
    }

    #[tokio::test]
    async fn an_open_stream_ends_with_the_stop_and_nobody_waits() {
        let served = start(SHORT).await;
        let mut events = open(served.address, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let mut first = [0; 1024];
        assert!(events.read(&mut first).await.unwrap() > 0);
        served.stop.cancel();
        let (text, _) = rest(events).await;
        assert!(text.contains("data: bye"), "{text}");
        tokio::time::timeout(Duration::from_millis(300), served.done).await.expect("the stop waited").unwrap();
    }

    #[tokio::test]
    async fn an_idle_connection_does_not_hold_up_the_stop() {
        let patience = Patience { header: Duration::from_secs(5), stop: Duration::from_secs(3), ..SHORT };
        let served = start(patience).await;
        let mut idle = open(served.address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let mut response = [0; 1024];
        assert!(idle.read(&mut response).await.unwrap() > 0);
        served.stop.cancel();
        tokio::time::timeout(Duration::from_millis(500), served.done).await.expect("the stop waited").unwrap();
    }

    #[tokio::test]
    async fn what_does_not_end_is_cut_off_at_the_end_of_patience() {
        let served = start(SHORT).await;
        let mut forever = open(served.address, "GET /forever HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let mut first = [0; 1024];
        assert!(forever.read(&mut first).await.unwrap() > 0);
        let began = Instant::now();
        served.stop.cancel();
        served.done.await.unwrap();
        let took = began.elapsed();
        assert!(took >= SHORT.stop && took < Duration::from_secs(2), "{took:?}");
    }

    #[tokio::test]
    async fn nobody_is_accepted_after_the_stop() {
        let served = start(SHORT).await;
        served.stop.cancel();
        served.done.await.unwrap();
        assert!(TcpStream::connect(served.address).await.is_err());
    }

    #[tokio::test]
    async fn the_number_of_connections_is_capped() {
        let served = start(Patience { connections: 1, header: Duration::from_secs(2), ..SHORT }).await;
        let first = open(served.address, "").await;
        let mut second = open(served.address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let mut bytes = [0; 256];
        let early = tokio::time::timeout(Duration::from_millis(200), second.read(&mut bytes)).await;
        assert!(early.is_err(), "served beyond the cap");
        drop(first);
        assert!(second.read(&mut bytes).await.unwrap() > 0);
    }

    #[tokio::test]
    async fn packets_are_not_held_back() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (accepted, _permit) = next(&listener, &Arc::new(Semaphore::new(1)), Duration::from_secs(9)).await.unwrap();
        assert!(accepted.nodelay().unwrap());
        drop(client);
    }
}
