//! Is it alive, and does it want work? For process supervisors and proxies.

use axum::Router;
use axum::routing::get;
use http::StatusCode;
use tokio_util::sync::CancellationToken;

/// `/healthz` answers as long as the process does; `/readyz` says 503 from the wish to stop on.
pub fn routes(stop: CancellationToken) -> Router {
    let ready = move || async move {
        if stop.is_cancelled() { (StatusCode::SERVICE_UNAVAILABLE, "stopping\n") } else { (StatusCode::OK, "ready\n") }
    };
    Router::new().route("/healthz", get(|| async { "alive\n" })).route("/readyz", get(ready))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use tower::ServiceExt as _;

    async fn status(stop: &CancellationToken, path: &str) -> StatusCode {
        let request = http::Request::get(path).body(Body::empty()).unwrap();
        let response = routes(stop.clone()).oneshot(request).await.unwrap();
        response.status()
    }

    #[tokio::test]
    async fn a_stopping_console_is_alive_but_not_ready() {
        let stop = CancellationToken::new();
        assert_eq!(status(&stop, "/readyz").await, StatusCode::OK);
        stop.cancel();
        assert_eq!(status(&stop, "/healthz").await, StatusCode::OK);
        assert_eq!(status(&stop, "/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
    }
}
