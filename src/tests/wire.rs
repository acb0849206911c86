//! A browser without manners: writes any bytes to the console and reads what comes back, header by header.
//! An ordinary client would repair the very mistakes that the guards are for.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::server::http::listen::{Patience, serve};

/// One answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Names in lower case, in the order they came.
    pub(super) headers: Vec<(String, String)>,
    /// What followed the header until the connection's end, chunk sizes included.
    pub(super) body: String,
}

impl Answer {
    /// The first header of a name, or nothing.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.as_str())
    }
}

/// A console on a port of its own; it stops when this is dropped.
pub(super) struct Listening {
    pub(super) address: SocketAddr,
    stop: CancellationToken,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Listening {
    /// Serves what `app` makes of the port.
    pub(super) async fn start(app: impl FnOnce(u16) -> Router) -> Self {
        Self::patiently(app, Patience::default()).await
    }

    /// The same, with other limits.
    pub(super) async fn patiently(app: impl FnOnce(u16) -> Router, patience: Patience) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(serve(listener, app(address.port()), patience, stop.clone()));
        Self { address, stop }
    }

    /// Sends a request line and headers (without `Host`, if `headers` brings one), then `body`, and reads the answer
    /// to the end of the connection. `@` in a header stands for this console's host and port.
    pub(super) async fn ask(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let own = self.address.to_string();
        let mut request = format!("{line} HTTP/1.1\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            write!(request, "Host: {own}\r\n").unwrap();
        }
        for (name, value) in headers {
            write!(request, "{name}: {}\r\n", value.replace('@', &own)).unwrap();
        }
        let sized = ["content-length", "transfer-encoding"];
        if !body.is_empty() && !headers.iter().any(|(n, _)| sized.contains(&n.to_lowercase().as_str())) {
            write!(request, "Content-Length: {}\r\n", body.len()).unwrap();
        }
        request.push_str("Connection: close\r\n\r\n");
        request.push_str(body);
        self.raw(&request).await
    }

    /// Writes exactly these bytes and reads the answer to the end of the connection.
    pub(super) async fn raw(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The console may answer and close before it was told everything: that is no failure of the test.
        stream.write_all(request.as_bytes()).await.ok();
        let mut bytes = Vec::new();
        tokio::time::timeout(Duration::from_secs(8), stream.read_to_end(&mut bytes))
            .await
            .expect("the console left the connection open")
            .ok();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").expect("no answer");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap();
        Answer {
            status: status.parse().unwrap(),
            headers: lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect(),
            body: body.to_owned(),
        }
    }
}
