//! The guards through the real HTTP stack. Each of these fails when the guard it is about is taken out.
//!
//! The application behind the guards is as careless as server functions are: it takes any content type, runs whatever
//! arrives, and redirects to the `Referer`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::header::{CONTENT_SECURITY_POLICY, LOCATION, REFERER};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::wire::{Answer, Listening};
use crate::server::http::body::Limits;
use crate::server::http::headers::content_security_policy;
use crate::server::http::names::OwnNames;
use crate::server::http::protect;

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const SAME_ORIGIN: (&str, &str) = ("Sec-Fetch-Site", "same-origin");
const OWN: (&str, &str) = ("Origin", "http://@");
const PURGE: &str = "POST /api/queues/purge";

struct Guarded {
    console: Listening,
    /// How often something careless ran.
    effects: Arc<AtomicUsize>,
}

impl Guarded {
    async fn start() -> Self {
        Self::with(Limits::default()).await
    }

    async fn with(limits: Limits) -> Self {
        let effects = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&effects);
        let console = Listening::start(move |port| {
            let careless = move |headers: HeaderMap, body: Bytes| async move {
                counted.fetch_add(1, Ordering::SeqCst);
                let to = headers.get(REFERER).cloned().unwrap_or(HeaderValue::from_static("/"));
                let seen = format!("{} bytes from {to:?}", body.len());
                (StatusCode::FOUND, [(LOCATION, to)], seen)
            };
            let nonce = || async { [(CONTENT_SECURITY_POLICY, content_security_policy(Some("N")))] };
            let app = Router::new()
                .route("/api/{*form}", any(careless.clone()))
                .route("/delete-everything", any(careless))
                .route("/", get(|| async { "home" }))
                .route("/prod/queues/{name}", get(|| async { "queue" }))
                .route("/nonce", get(nonce))
                .route("/away", get(|| async { (StatusCode::FOUND, [(LOCATION, "https://evil.example/")]) }))
                .route("/panic", get(defect))
                .fallback(|| async { (StatusCode::NOT_FOUND, "no such page") });
            let names = OwnNames::new(port, &["console.example".to_owned()], None);
            protect(app, Arc::new(names), limits)
        });
        Self { console: console.await, effects }
    }

    async fn ask(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.console.ask(line, headers, body).await
    }

    fn effects(&self) -> usize {
        self.effects.load(Ordering::SeqCst)
    }

    /// Asks, and insists that nothing ran and nobody is sent away.
    async fn refused(&self, line: &str, headers: &[(&str, &str)], body: &str) -> u16 {
        let before = self.effects();
        let answer = self.ask(line, headers, body).await;
        assert_eq!(self.effects(), before, "{line} {headers:?} had an effect");
        assert_eq!(answer.header("location"), "", "{line} {headers:?} redirects");
        assert!(!answer.body.contains("evil"), "{line} {headers:?} is quoted: {}", answer.body);
        answer.status
    }
}

async fn defect() -> Response {
    panic_if(true);
    "not reached".into_response()
}

fn panic_if(broken: bool) {
    assert!(!broken, "a defect, on purpose");
}

#[tokio::test]
async fn forms_of_the_console_itself_are_taken() {
    let guarded = Guarded::start().await;
    let both: &[_] = &[FORM, OWN, SAME_ORIGIN];
    let localhost = format!("localhost:{}", guarded.console.address.port());
    let origin = format!("http://{localhost}");
    let multipart = ("Content-Type", "multipart/form-data; boundary=x");
    let sendings: [&[(&str, &str)]; 7] = [
        both,
        &[FORM, OWN],
        &[FORM, SAME_ORIGIN],
        &[("Content-Type", "Application/X-WWW-Form-URLencoded; charset=UTF-8"), OWN],
        &[multipart, OWN, SAME_ORIGIN],
        &[FORM, ("Host", &localhost), ("Origin", &origin)],
        &[FORM, ("Host", "console.example"), ("Origin", "https://console.example"), SAME_ORIGIN],
    ];
    for (index, headers) in sendings.into_iter().enumerate() {
        let answer = guarded.ask(PURGE, headers, "queue=orders").await;
        assert_eq!(answer.status, 302, "{headers:?}: {}", answer.body);
        assert!(answer.body.contains("12 bytes"));
        assert_eq!(guarded.effects(), index + 1);
    }
}

#[tokio::test]
async fn a_change_from_elsewhere_is_refused() {
    let guarded = Guarded::start().await;
    let cross = ("Sec-Fetch-Site", "cross-site");
    let evil = ("Origin", "https://evil.example");
    let vectors: [(&str, &[(&str, &str)]); 17] = [
        ("a form", &[FORM, evil, cross]),
        ("a form of a browser without fetch metadata", &[FORM, evil]),
        ("plain text", &[("Content-Type", "text/plain"), evil, cross]),
        ("no content type", &[evil, cross]),
        ("multipart", &[("Content-Type", "multipart/form-data; boundary=x"), evil, cross]),
        ("a sandboxed frame", &[FORM, ("Origin", "null"), cross]),
        ("an opaque origin that claims to be ours", &[FORM, ("Origin", "null"), SAME_ORIGIN]),
        ("a subdomain", &[FORM, ("Origin", "http://x.localhost"), ("Sec-Fetch-Site", "same-site")]),
        ("another port of this machine", &[FORM, ("Origin", "http://127.0.0.1:1"), ("Sec-Fetch-Site", "same-site")]),
        ("our origin in a longer one", &[FORM, ("Origin", "http://@.evil.example")]),
        ("no browser's headers, but a cookie", &[FORM, ("Cookie", "session=1")]),
        ("an address bar", &[FORM, ("Sec-Fetch-Site", "none")]),
        ("an unknown value", &[FORM, OWN, ("Sec-Fetch-Site", "Same-Origin")]),
        ("origins that disagree", &[FORM, OWN, evil]),
        ("sites that disagree", &[FORM, OWN, SAME_ORIGIN, cross]),
        ("an origin that disagrees with the site", &[FORM, evil, SAME_ORIGIN]),
        ("a forwarded host", &[FORM, evil, ("X-Forwarded-Host", "evil.example"), ("Forwarded", "host=evil.example")]),
    ];
    for (what, headers) in vectors {
        let mut headers = headers.to_vec();
        headers.push(("Referer", "https://evil.example/phish"));
        assert_eq!(guarded.refused(PURGE, &headers, "queue=orders").await, 403, "{what}");
    }
}

#[tokio::test]
async fn no_method_but_a_forms_own_changes_anything() {
    let guarded = Guarded::start().await;
    // A link, an image, a prefetch: nothing that is only fetched may run.
    for method in ["GET", "HEAD"] {
        let line = format!("{method} /api/queues/purge?queue=orders");
        assert_eq!(guarded.refused(&line, &[], "").await, 405);
        let overridden = [("X-HTTP-Method-Override", "POST"), SAME_ORIGIN];
        assert_eq!(guarded.refused(&line, &overridden, "").await, 405);
    }
    for method in ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE", "get"] {
        for path in ["/api/queues/purge", "/delete-everything"] {
            let line = format!("{method} {path}");
            let headers = [FORM, ("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")];
            assert_eq!(guarded.refused(&line, &headers, "_method=POST").await, 403, "{line}");
        }
    }
}

/// The rules for forms are about a place, so each server function has to be in that place, and only take forms.
#[test]
fn every_server_function_is_where_the_forms_go() {
    let paths: Vec<_> = leptos::server_fn::axum::server_fn_paths().collect();
    assert!(!paths.is_empty());
    for (path, method) in paths {
        assert!(path.starts_with("/api/") && !path.contains("//"), "{path}");
        assert_eq!(method, http::Method::POST, "{path}");
    }
}

#[tokio::test]
async fn only_forms_are_taken_where_forms_go() {
    let guarded = Guarded::start().await;
    let kinds = ["text/plain", "application/json", "application/x-www-form-urlencodedx", "", "application/cbor"];
    for kind in kinds {
        let headers = [("Content-Type", kind), OWN, SAME_ORIGIN];
        assert_eq!(guarded.refused(PURGE, &headers, "{}").await, 415, "{kind}");
    }
    assert_eq!(guarded.refused(PURGE, &[OWN, SAME_ORIGIN], "queue=orders").await, 415);
    assert_eq!(guarded.refused(PURGE, &[FORM, FORM, OWN], "queue=orders").await, 415);
}

#[tokio::test]
async fn a_foreign_host_gets_nothing() {
    let guarded = Guarded::start().await;
    let port = guarded.console.address.port();
    let rebound = format!("evil.example:{port}");
    let origin = format!("http://{rebound}");
    let headers = [("Host", rebound.as_str()), ("Origin", origin.as_str()), SAME_ORIGIN, FORM];
    assert_eq!(guarded.refused(PURGE, &headers, "queue=orders").await, 421);
    let other = format!("127.0.0.1:{}", port.wrapping_add(1));
    for host in [rebound.as_str(), "evil.example", "", "localhost", &other, "console.example:1", "x@127.0.0.1"] {
        for line in ["GET /", "GET /prod/queues/a", "GET /panic", "GET /missing", "HEAD /"] {
            let answer = guarded.ask(line, &[("Host", host)], "").await;
            assert_eq!(answer.status, 421, "{line} at {host:?}");
            assert!(!answer.body.contains("home"));
        }
    }
    let two = guarded.ask("GET /", &[("Host", "@"), ("Host", "evil.example")], "").await;
    assert_eq!(two.status, 421);
    let inside =
        format!("GET http://evil.example/ HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", guarded.console.address);
    assert_eq!(guarded.console.raw(&inside).await.status, 421);
    assert_eq!(guarded.console.raw("GET / HTTP/1.0\r\n\r\n").await.status, 421);
    assert_eq!(guarded.console.raw("GET / HTTP/1.1\r\nConnection: close\r\n\r\n").await.status, 421);
}

#[tokio::test]
async fn another_site_may_lead_here_but_not_read() {
    let guarded = Guarded::start().await;
    let cross = ("Sec-Fetch-Site", "cross-site");
    let navigate = ("Sec-Fetch-Mode", "navigate");
    let page = ("Sec-Fetch-Dest", "document");
    for headers in [&[cross, navigate, page][..], &[SAME_ORIGIN], &[("Sec-Fetch-Site", "none"), navigate, page], &[]] {
        assert_eq!(guarded.ask("GET /", headers, "").await.status, 200, "{headers:?}");
    }
    let embeddings: [&[(&str, &str)]; 5] = [
        &[cross, navigate, ("Sec-Fetch-Dest", "iframe")],
        &[cross, ("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "script")],
        &[cross, ("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty")],
        &[("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "cors")],
        &[SAME_ORIGIN, cross],
    ];
    for headers in embeddings {
        assert_eq!(guarded.refused("GET /", headers, "").await, 403, "{headers:?}");
    }
}

#[tokio::test]
async fn nobody_is_redirected_out_of_the_console() {
    let guarded = Guarded::start().await;
    for (referer, location) in [
        ("https://evil.example/phish", "/"),
        ("http://@.evil.example/phish", "/"),
        ("//evil.example/phish", "/"),
        ("http://@/prod/queues/orders?sort=age", "/prod/queues/orders?sort=age"),
    ] {
        let answer = guarded.ask(PURGE, &[FORM, OWN, SAME_ORIGIN, ("Referer", referer)], "queue=orders").await;
        assert_eq!((answer.status, answer.header("location")), (302, location), "{referer}");
        // A server function writes its error into the query of the `Referer`: it must not even see a foreign one.
        assert!(!answer.body.contains("evil"), "{referer}: {}", answer.body);
    }
    assert_eq!(guarded.ask("GET /away", &[], "").await.header("location"), "/");
}

#[tokio::test]
async fn a_path_has_one_spelling() {
    let guarded = Guarded::start().await;
    let paths =
        ["//api/queues/purge", "/x/../api/queues/purge", "/prod/queues/a%2Fb", "/prod//queues", "/prod/queues/%00"];
    for path in paths {
        assert_eq!(guarded.refused(&format!("GET {path}"), &[], "").await, 404, "{path}");
        let line = format!("POST {path}");
        assert_eq!(guarded.refused(&line, &[FORM, OWN, SAME_ORIGIN], "queue=orders").await, 404, "{path}");
    }
    // Another spelling of the forms' place is not that place.
    for path in ["/%61pi/queues/purge", "/API/queues/purge"] {
        assert_eq!(guarded.refused(&format!("GET {path}"), &[], "").await, 404, "{path}");
    }
    assert_eq!(guarded.ask("GET /prod/queues/Orders.fifo", &[], "").await.status, 200);
}

#[tokio::test]
async fn bodies_have_a_size() {
    let guarded = Guarded::start().await;
    let kib = 1024;
    let full = format!("a={}", "x".repeat(64 * kib - 2));
    let answer = guarded.ask(PURGE, &[FORM, OWN], &full).await;
    assert_eq!(answer.status, 302, "the largest form is not taken");
    assert!(answer.body.contains("65536 bytes"));

    let over = format!("{full}x");
    assert_eq!(guarded.refused(PURGE, &[FORM, OWN], &over).await, 413);
    let huge = ("Content-Length", "1073741824");
    assert_eq!(guarded.refused(PURGE, &[FORM, OWN, huge], "a=").await, 413);
    let chunked = format!("{:x}\r\n{over}\r\n0\r\n\r\n", over.len());
    let headers = [FORM, OWN, ("Transfer-Encoding", "chunked")];
    assert_eq!(guarded.refused(PURGE, &headers, &chunked).await, 413);

    let multipart = ("Content-Type", "multipart/form-data; boundary=x");
    let message = "x".repeat(3584 * kib);
    let send = "POST /api/messages/send";
    assert_eq!(guarded.ask(send, &[multipart, OWN], &message).await.status, 302, "the largest message is not taken");
    let too_much = "x".repeat(3584 * kib + 1);
    assert_eq!(guarded.refused(send, &[multipart, OWN], &too_much).await, 413);
}

#[tokio::test]
async fn bodies_have_a_time() {
    let limits = Limits { time: Duration::from_millis(250), ..Limits::default() };
    let guarded = Guarded::with(limits).await;
    for size in [("Content-Length", "12"), ("Transfer-Encoding", "chunked")] {
        let began = Instant::now();
        assert_eq!(guarded.refused(PURGE, &[FORM, OWN, size], "").await, 408, "{size:?}");
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    }
    // A page has no body to wait for.
    assert_eq!(guarded.ask("GET /", &[("Content-Length", "12")], "").await.status, 200);
}

#[tokio::test]
async fn every_answer_carries_the_same_headers() {
    let limits = Limits { time: Duration::from_millis(250), ..Limits::default() };
    let guarded = Guarded::with(limits).await;
    let slow = ("Content-Length", "12");
    let answers = [
        (200, guarded.ask("GET /", &[], "").await),
        (302, guarded.ask(PURGE, &[FORM, OWN], "a=b").await),
        (403, guarded.ask(PURGE, &[FORM], "a=b").await),
        (404, guarded.ask("GET /missing", &[], "").await),
        (404, guarded.ask("GET //missing", &[], "").await),
        (405, guarded.ask("GET /api/queues/purge", &[], "").await),
        (405, guarded.ask("POST /", &[FORM, OWN], "a=b").await),
        (408, guarded.ask(PURGE, &[FORM, OWN, slow], "").await),
        (413, guarded.ask(PURGE, &[FORM, OWN, ("Content-Length", "999999")], "").await),
        (415, guarded.ask(PURGE, &[OWN], "a=b").await),
        (421, guarded.ask("GET /", &[("Host", "evil.example")], "").await),
        (500, guarded.ask("GET /panic", &[], "").await),
    ];
    let permissions = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
         magnetometer=(), microphone=(), midi=(), payment=(), usb=(), clipboard-read=(), clipboard-write=(self)";
    let policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; \
         frame-ancestors 'none'; manifest-src 'self'";
    for (status, answer) in answers {
        assert_eq!(answer.status, status);
        for (name, value) in [
            ("content-security-policy", policy),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", permissions),
            ("cache-control", "no-store"),
        ] {
            let found: Vec<&str> =
                answer.headers.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect();
            assert_eq!(found, [value], "{name} on {status}");
        }
    }
    let page = guarded.ask("GET /nonce", &[], "").await;
    assert!(page.header("content-security-policy").contains("script-src 'self' 'nonce-N' 'wasm-unsafe-eval'"));
}

#[tokio::test]
async fn a_defect_is_a_page_and_the_console_goes_on() {
    let guarded = Guarded::start().await;
    let answer = guarded.ask("GET /panic", &[], "").await;
    assert_eq!(answer.status, 500);
    assert!(answer.body.contains("A defect in Redrive") && !answer.body.contains("on purpose"), "{}", answer.body);
    assert_eq!(guarded.ask("GET /", &[], "").await.status, 200);
}

#[tokio::test]
async fn slow_clients_do_not_slow_others_down() {
    let guarded = Guarded::start().await;
    let mut dribbling = Vec::new();
    for _ in 0..300 {
        let mut stream = tokio::net::TcpStream::connect(guarded.console.address).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET / HTTP/1.1\r\nX-Slow: ").await.unwrap();
        dribbling.push(stream);
    }
    let began = Instant::now();
    assert_eq!(guarded.ask("GET /", &[], "").await.status, 200);
    assert!(began.elapsed() < Duration::from_millis(500), "{:?}", began.elapsed());
}
