//! The files a page loads: built, compressed and named by their content before the console starts.
//!
//! A release holds them in the binary. A debug build reads them from the build's directory when it starts, so that a
//! change of style needs no Rust build. Either way all are in memory, and each path is a route of its own: there is no
//! file system for a path to wander off in.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest as _, Sha256};

/// The file that says under which path each asset is.
const MANIFEST: &str = "manifest.json";

/// Where an asset points that was never built.
const MISSING: &str = "/pkg/missing";

// The compiler does not see when an embedded folder changes. `make release` says it in this variable, which it does see.
#[cfg(not(debug_assertions))]
const _: Option<&str> = option_env!("REDRIVE_BUILT_SITE");
#[cfg(not(debug_assertions))]
static EMBEDDED: include_dir::Dir<'static> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/target/site");

/// All built files.
#[derive(Debug, Default)]
pub struct Assets {
    /// Logical name → path with the content's hash.
    names: BTreeMap<String, String>,
    /// Path → file.
    files: HashMap<String, Asset>,
}

/// One file in its encodings.
#[derive(Debug, Clone)]
struct Asset {
    kind: &'static str,
    /// Hash of the plain content, in visible ASCII.
    hash: String,
    /// Its path changes with its content.
    immutable: bool,
    plain: Bytes,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
}

impl Assets {
    /// The files in `site`, or those the binary knows of: embedded in a release, of the last build in a debug build –
    /// where none may have been made yet, so that a page then has no style and no script.
    pub fn load(site: Option<&Path>) -> io::Result<Self> {
        match site {
            Some(site) => Self::new(read(site)?),
            None => Self::known(),
        }
    }

    #[cfg(debug_assertions)]
    fn known() -> io::Result<Self> {
        let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/site");
        if site.join(MANIFEST).exists() {
            return Self::new(read(&site)?);
        }
        tracing::warn!(site = %site.display(), "no built assets: pages will have no style and no script");
        Ok(Self::default())
    }

    #[cfg(not(debug_assertions))]
    fn known() -> io::Result<Self> {
        let mut files = Vec::new();
        let mut folders = vec![&EMBEDDED];
        while let Some(folder) = folders.pop() {
            folders.extend(folder.dirs());
            for file in folder.files() {
                let path = file.path().to_string_lossy().replace('\\', "/");
                files.push((path, Bytes::from_static(file.contents())));
            }
        }
        Self::new(files)
    }

    /// From relative paths and contents; `.br` and `.gz` beside a file are its encodings.
    fn new(files: Vec<(String, Bytes)>) -> io::Result<Self> {
        let mut all: HashMap<String, Bytes> = files.into_iter().collect();
        let manifest =
            all.remove(MANIFEST).ok_or_else(|| io::Error::other("the built assets have no manifest.json"))?;
        let names: BTreeMap<String, String> = serde_json::from_slice(&manifest)
            .map_err(|_| io::Error::other("manifest.json of the built assets cannot be read"))?;
        let encoding = |path: &str| path.ends_with(".br") || path.ends_with(".gz");
        let files = all
            .iter()
            .filter(|(path, _)| !encoding(path) && !path.starts_with(MANIFEST))
            .map(|(path, plain)| {
                let asset = Asset {
                    kind: kind(path),
                    hash: hash(plain),
                    immutable: is_hashed(path, &names),
                    plain: plain.clone(),
                    gzip: all.get(&format!("{path}.gz")).cloned(),
                    brotli: all.get(&format!("{path}.br")).cloned(),
                };
                (format!("/{path}"), asset)
            })
            .collect();
        Ok(Self { names, files })
    }

    /// The path of an asset by its logical name, as `main.css`.
    pub fn href(&self, name: &str) -> &str {
        self.names.get(name).map_or(MISSING, String::as_str)
    }

    /// A route for each file; what else is asked for below `/pkg/` is not found.
    pub fn routes(self: &Arc<Self>) -> Router {
        let nothing = || async { StatusCode::NOT_FOUND };
        let mut router = Router::new().route("/pkg/{*path}", get(nothing));
        for path in self.files.keys() {
            let (assets, own) = (Arc::clone(self), path.clone());
            let serve = move |headers: HeaderMap| async move {
                match assets.files.get(&own) {
                    Some(asset) => asset.answer(&headers),
                    None => StatusCode::NOT_FOUND.into_response(),
                }
            };
            router = router.route(path, get(serve));
        }
        router
    }
}

impl Asset {
    fn answer(&self, request: &HeaderMap) -> Response {
        let accepted = request.get_all(ACCEPT_ENCODING).iter();
        let accepted: Vec<&str> = accepted.filter_map(|v| v.to_str().ok()).collect();
        let accepted = accepted.join(",");
        let (encoding, content) = match (&self.brotli, &self.gzip) {
            (Some(brotli), _) if accepts(&accepted, "br") => (Some("br"), brotli),
            (_, Some(gzip)) if accepts(&accepted, "gzip") => (Some("gzip"), gzip),
            _ => (None, &self.plain),
        };
        // One tag per encoding: the bytes differ (RFC 9110 §8.8.3.3).
        let tag = match encoding {
            Some(encoding) => format!("\"{}-{encoding}\"", self.hash),
            None => format!("\"{}\"", self.hash),
        };
        let cache = if self.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        let known = request
            .get_all(IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| names_tag(value, &tag));
        let mut response =
            if known { StatusCode::NOT_MODIFIED.into_response() } else { content.clone().into_response() };
        let headers = response.headers_mut();
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        set(ETAG, &tag);
        set(CACHE_CONTROL, cache);
        set(VARY, "accept-encoding");
        if !known {
            set(CONTENT_TYPE, self.kind);
            if let Some(encoding) = encoding {
                set(CONTENT_ENCODING, encoding);
            }
        }
        response
    }
}

/// Whether `Accept-Encoding` allows a coding by its name (RFC 9110 §12.5.3).
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let weight =
            parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |weight| weight.parse::<f32>().unwrap_or(0.0));
        named && weight > 0.0
    })
}

/// Whether `If-None-Match` names a tag (weak comparison, RFC 9110 §13.1.2).
fn names_tag(header: &str, tag: &str) -> bool {
    header.split(',').map(str::trim).any(|entry| entry == "*" || entry.strip_prefix("W/").unwrap_or(entry) == tag)
}

/// A path that the manifest has for another name than its own holds the content's hash.
fn is_hashed(path: &str, names: &BTreeMap<String, String>) -> bool {
    let file = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    names.iter().any(|(name, href)| href.trim_start_matches('/') == path && file(name) != file(path))
}

fn hash(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    URL_SAFE_NO_PAD.encode(&digest[..12])
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Every file below a directory, by its path in it.
fn read(site: &Path) -> io::Result<Vec<(String, Bytes)>> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![site.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| {
            let words = format!("the built assets in {} cannot be read ({})", folder.display(), error.kind());
            io::Error::new(error.kind(), words)
        })?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(relative) = path.strip_prefix(site) {
                let name = relative.to_string_lossy().replace('\\', "/");
                files.push((name, Bytes::from(std::fs::read(&path)?)));
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    fn site() -> Arc<Assets> {
        let manifest = r#"{"main.css":"/pkg/main.0a1b.css","redrive_bg.wasm":"/pkg/redrive.0a1b_bg.wasm","favicon.svg":"/favicon.svg"}"#;
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pkg")).unwrap();
        for (path, content) in [
            ("manifest.json", manifest),
            ("pkg/main.0a1b.css", "a{}"),
            ("pkg/main.0a1b.css.br", "BR"),
            ("pkg/main.0a1b.css.gz", "GZ"),
            ("pkg/redrive.0a1b_bg.wasm", "\0asm"),
            ("favicon.svg", "<svg/>"),
        ] {
            std::fs::write(folder.path().join(path), content).unwrap();
        }
        Arc::new(Assets::load(Some(folder.path())).unwrap())
    }

    async fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> (Response, String) {
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let (parts, body) = site().routes().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (Response::from_parts(parts, Body::empty()), text)
    }

    fn header<'r>(response: &'r Response, name: &str) -> &'r str {
        response.headers().get(name).map_or("", |v| v.to_str().unwrap())
    }

    const CSS: &str = "/pkg/main.0a1b.css";

    #[test]
    fn a_logical_name_finds_its_path() {
        assert_eq!(site().href("main.css"), CSS);
        assert_eq!(site().href("other.css"), MISSING);
    }

    #[tokio::test]
    async fn the_best_accepted_encoding_is_sent() {
        for (accepted, encoding, body) in [
            ("gzip, deflate, br, zstd", "br", "BR"),
            ("gzip", "gzip", "GZ"),
            ("br;q=0, gzip;q=0.5", "gzip", "GZ"),
            ("", "", "a{}"),
            ("identity", "", "a{}"),
            ("brotli", "", "a{}"),
        ] {
            let (response, text) = ask("GET", CSS, &[("accept-encoding", accepted)]).await;
            assert_eq!(header(&response, "content-encoding"), encoding, "{accepted}");
            assert_eq!(text, body, "{accepted}");
            assert_eq!(header(&response, "vary"), "accept-encoding");
            assert_eq!(header(&response, "content-type"), "text/css; charset=utf-8");
        }
        let (response, _) = ask("GET", "/pkg/redrive.0a1b_bg.wasm", &[("accept-encoding", "br")]).await;
        assert_eq!(header(&response, "content-encoding"), "");
        assert_eq!(header(&response, "content-type"), "application/wasm");
    }

    #[tokio::test]
    async fn hashed_paths_never_change_and_others_are_asked_for_again() {
        let (response, _) = ask("GET", CSS, &[]).await;
        assert_eq!(header(&response, "cache-control"), "public, max-age=31536000, immutable");
        let (response, _) = ask("GET", "/favicon.svg", &[]).await;
        assert_eq!(header(&response, "cache-control"), "no-cache");
    }

    #[tokio::test]
    async fn a_known_tag_saves_the_body() {
        let (response, _) = ask("GET", CSS, &[("accept-encoding", "br")]).await;
        let tag = header(&response, "etag").to_owned();
        assert!(tag.ends_with("-br\""), "{tag}");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let headers = [("accept-encoding", "br"), ("if-none-match", known.as_str())];
            let (response, text) = ask("GET", CSS, &headers).await;
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!((text.as_str(), header(&response, "etag")), ("", tag.as_str()));
        }
        let headers = [("accept-encoding", "gzip"), ("if-none-match", tag.as_str())];
        assert_eq!(ask("GET", CSS, &headers).await.0.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn head_has_the_length_and_no_body() {
        let (response, text) = ask("HEAD", CSS, &[]).await;
        assert_eq!((text.as_str(), header(&response, "content-length")), ("", "3"));
    }

    #[tokio::test]
    async fn only_built_files_are_served() {
        for path in ["/pkg/other.css", "/manifest.json", "/pkg/main.0a1b.css.br", "/pkg/../Cargo.toml"] {
            assert_eq!(ask("GET", path, &[]).await.0.status(), StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(ask("POST", CSS, &[]).await.0.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    #[test]
    fn a_directory_without_a_manifest_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Assets::load(Some(folder.path())).is_err());
        assert!(Assets::load(Some(&folder.path().join("none"))).is_err());
    }
}
