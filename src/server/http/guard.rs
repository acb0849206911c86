//! Who may ask for what: the rules a request has to pass before anything of the console sees it.
//!
//! The server functions behind the forms have no defence of their own: any site's form could be sent to them, and
//! they redirect to whatever `Referer` they are given. So the rules stand here, in front of every route, and not at
//! the routes. They work for forms without JavaScript, because the browser itself sets the headers they read.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_TYPE, HOST, LOCATION, ORIGIN, REFERER};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};

use super::body::{EDIT, IMPORT, SEND};
use super::names::OwnNames;
use super::refusal::Refusal;

const FETCH_SITE: &str = "sec-fetch-site";
const FETCH_MODE: &str = "sec-fetch-mode";
const FETCH_DEST: &str = "sec-fetch-dest";

/// Where forms are sent to.
const FORMS: &str = "/api";

/// The middleware: judges the request, hides a foreign `Referer` from the handlers, and lets no redirect leave.
pub async fn guard(State(names): State<Arc<OwnNames>>, mut request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let host = match judge(&names, &parts) {
        Ok(host) => host,
        Err(refusal) => {
            tracing::warn!(method = %parts.method, ?refusal, "request refused");
            return refusal.into_response();
        }
    };
    request = Request::from_parts(parts, body);
    let own = request.headers().get(REFERER).is_some_and(|referer| own_path(&names, &host, referer).is_some());
    if !own {
        request.headers_mut().remove(REFERER);
        // A form that cannot be read is answered on the page that it came from: of one that does not say, on the start.
        if is_below(request.uri().path(), FORMS)
            && let Ok(start) = HeaderValue::try_from(format!("http://{host}/"))
        {
            request.headers_mut().insert(REFERER, start);
        }
    }
    let mut response = next.run(request).await;
    if let Some(location) = response.headers().get(LOCATION) {
        let inside = own_path(&names, &host, location)
            .and_then(|path| HeaderValue::from_str(path).ok())
            .unwrap_or(HeaderValue::from_static("/"));
        response.headers_mut().insert(LOCATION, inside);
    }
    response
}

/// The name the request was sent to, or why it is refused. Pure: the whole decision is in its arguments.
pub fn judge(names: &OwnNames, request: &Parts) -> Result<String, Refusal> {
    let host = host(request).filter(|host| names.answers_to(host)).ok_or(Refusal::UnknownHost)?;
    if !is_plain(request.uri.path()) {
        return Err(Refusal::NoSuchPath);
    }
    let for_forms = is_below(request.uri.path(), FORMS);
    if matches!(request.method, Method::GET | Method::HEAD) {
        if for_forms {
            return Err(Refusal::FormNeeded);
        }
        if !may_read(&request.headers) {
            return Err(Refusal::ForeignRead);
        }
        return Ok(host.to_owned());
    }
    if !may_change(names, host, &request.headers) {
        return Err(Refusal::ForeignChange);
    }
    if for_forms && !is_form(request.uri.path(), &request.headers) {
        return Err(Refusal::NotAForm);
    }
    Ok(host.to_owned())
}

/// The one `Host`. A request line with a host of its own (RFC 9112 §3.2.2) has to say the same.
fn host(request: &Parts) -> Option<&str> {
    let host = only(&request.headers, HOST.as_str()).ok()??;
    match request.uri.authority() {
        Some(authority) if authority.as_str() != host => None,
        _ => Some(host),
    }
}

/// A change is asked for by a page of this console, or refused. A browser says where a request comes from in
/// `Sec-Fetch-Site` and in `Origin`; at least one must be there, and none may say otherwise.
fn may_change(names: &OwnNames, host: &str, headers: &HeaderMap) -> bool {
    let (Ok(site), Ok(origin)) = (only(headers, FETCH_SITE), only(headers, ORIGIN.as_str())) else {
        return false;
    };
    let site = site.map(|site| site == "same-origin");
    let origin = origin.map(|origin| names.is_own_origin(origin, host));
    !matches!((site, origin), (None, None) | (Some(false), _) | (_, Some(false)))
}

/// Other sites may lead a person to a page, nothing else: no embedding, no reading, no event streams.
fn may_read(headers: &HeaderMap) -> bool {
    let value = |name| only(headers, name).unwrap_or(Some(""));
    match value(FETCH_SITE) {
        None | Some("same-origin" | "none") => true,
        Some(_) => value(FETCH_MODE) == Some("navigate") && matches!(value(FETCH_DEST), None | Some("document")),
    }
}

/// The two forms a browser sends on its own that the console uses; where messages are sent or imported, it is the one
/// that holds a file. The reader of that one takes it for granted that the header says how its parts are separated.
fn is_form(path: &str, headers: &HeaderMap) -> bool {
    let Ok(Some(kind)) = only(headers, CONTENT_TYPE.as_str()) else {
        return false;
    };
    let (kind, parameter) = kind.split_once(';').unwrap_or((kind, ""));
    let kind = kind.trim();
    if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return ![SEND, IMPORT, EDIT].contains(&path);
    }
    let boundary = parameter.trim().strip_prefix("boundary=").unwrap_or_default();
    kind.eq_ignore_ascii_case("multipart/form-data")
        && (1..=70).contains(&boundary.len())
        && boundary.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A path in its one spelling. Names of queues and connections hold no slash, so an encoded one is an attempt to be
/// read differently by two readers; so are empty and dotted parts, and escapes that are not UTF-8 text.
fn is_plain(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    let parts: Vec<&str> = rest.split('/').collect();
    parts.iter().enumerate().all(|(index, part)| {
        if part.is_empty() {
            // The root, or a slash at the end, which is for the router to judge.
            return index + 1 == parts.len();
        }
        let escapes = part
            .split('%')
            .skip(1)
            .all(|rest| rest.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)));
        let Ok(text) = percent_encoding::percent_decode_str(part).decode_utf8() else {
            return false;
        };
        escapes && text != "." && text != ".." && !text.chars().any(|c| c == '/' || c == '\\' || c.is_control())
    })
}

fn is_below(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The path (with its query) that a `Referer` or a `Location` means inside this console; `None` if it leads out.
fn own_path<'a>(names: &OwnNames, host: &str, url: &'a HeaderValue) -> Option<&'a str> {
    let url = url.to_str().ok()?;
    let path = if url.starts_with('/') {
        url
    } else {
        let after_scheme = url.find("://")? + 3;
        let end = url[after_scheme..].find(['/', '?', '#', '\\']).map_or(url.len(), |end| after_scheme + end);
        if !names.is_own_origin(&url[..end], host) {
            return None;
        }
        if end == url.len() { "/" } else { &url[end..] }
    };
    // A browser takes `//host` and `/\host` for another site, and drops tabs and line ends before it looks.
    let safe = path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    safe.then_some(path)
}

/// The value of a header that may be there once: `Err` if it is there twice or is not text.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names() -> OwnNames {
        OwnNames::new(3000, &[], None)
    }

    fn own(url: &str) -> Option<String> {
        let value = HeaderValue::from_str(url).unwrap();
        own_path(&names(), "127.0.0.1:3000", &value).map(str::to_owned)
    }

    #[test]
    fn plain_paths_pass() {
        for path in ["/", "/prod/queues/Orders.fifo", "/prod/queues/a%20b", "/prod/queues/", "/events", "/a/%C3%A9"] {
            assert!(is_plain(path), "{path}");
        }
    }

    #[test]
    fn paths_of_two_readings_do_not() {
        for path in [
            "",
            "*",
            "//",
            "//api/x",
            "/a//b",
            "/./a",
            "/a/../b",
            "/%2e%2e/a",
            "/a%2fb",
            "/a%5Cb",
            "/a\\b",
            "/a%00",
            "/a%0a",
            "/%ff",
            "/%",
            "/%zz",
            "/%+1a",
        ] {
            assert!(!is_plain(path), "{path}");
        }
    }

    #[test]
    fn the_forms_lie_below_api_and_nowhere_else() {
        assert!(is_below("/api", FORMS) && is_below("/api/", FORMS) && is_below("/api/x/y", FORMS));
        assert!(!is_below("/apiary", FORMS) && !is_below("/x/api", FORMS));
    }

    #[test]
    fn each_path_takes_its_own_form() {
        let takes = |path: &str, kind: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_str(kind).unwrap());
            is_form(path, &headers)
        };
        assert!(takes("/api/queues/create", "application/x-www-form-urlencoded; charset=utf-8"));
        for path in [SEND, EDIT] {
            assert!(takes(path, "multipart/form-data; boundary=----WebKitFormBoundaryAbC123"));
        }
        for kind in ["", "text/plain", "application/json", "multipart/form-data"] {
            assert!(!takes("/api/queues/create", kind), "{kind}");
        }
        for kind in [
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=a b",
            "multipart/form-data; charset=utf-8; boundary=x",
        ] {
            assert!(!takes(SEND, kind), "{kind}");
        }
    }

    #[test]
    fn own_urls_become_paths_and_others_nothing() {
        for (url, path) in
            [("/a?b=c#d", "/a?b=c#d"), ("http://127.0.0.1:3000/a?b", "/a?b"), ("http://127.0.0.1:3000", "/")]
        {
            assert_eq!(own(url).as_deref(), Some(path), "{url}");
        }
        for url in [
            "https://evil.example/phish",
            "//evil.example",
            "/\\evil.example",
            "/a\\b",
            "http://127.0.0.1:3000.evil.example/",
            "http://127.0.0.1:3000@evil.example/",
            "http://127.0.0.1:3000//evil.example",
            "http://127.0.0.1:3000\\evil.example/",
            "http://127.0.0.1:3000?x",
            "http://localhost:3000/",
            "javascript:alert(1)",
            "data:text/html,x",
            "evil.example",
            "",
        ] {
            assert_eq!(own(url), None, "{url}");
        }
    }

    proptest! {
        /// Whatever a handler writes, what leaves is a path of this console.
        #[test]
        fn no_location_leaves(url in "[ -~]{0,40}") {
            if let Some(path) = own(&url) {
                prop_assert!(path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\"));
            }
        }

        /// A plain path stays inside: decoding it adds neither parts nor steps up.
        #[test]
        fn a_plain_path_decodes_to_as_many_parts(path in "/[a-c./%25cCfF02]{0,16}") {
            if is_plain(&path) {
                let decoded = percent_encoding::percent_decode_str(&path).decode_utf8().unwrap();
                prop_assert_eq!(decoded.split('/').count(), path.split('/').count());
                prop_assert!(decoded.split('/').all(|part| part != ".." && part != "."));
            }
        }
    }
}
