//! A notice that survives one redirect: a form leaves it, the next page takes it.
//!
//! It travels in a cookie, so that it needs neither a session nor JavaScript. A cookie can be written by others on the
//! same machine, so the notice is a value of a closed type: what cannot be read as one is not shown.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{COOKIE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use serde::Serialize;
use serde::de::DeserializeOwned;

const NAME: &str = "redrive-notice";
const RULES: &str = "Path=/; HttpOnly; SameSite=Strict";

/// Largest notice, in bytes of base64: browsers keep 4 096 bytes of a cookie with its name and rules.
const LARGEST: usize = 3072;

/// Leaves a notice for the next page that this browser opens within a minute. Works inside a server function or a page.
/// One that is too large is dropped with a warning: a notice is never worth failing what it tells of.
pub fn leave<T: Serialize>(notice: &T) {
    let Some(response) = use_context::<ResponseOptions>() else {
        return;
    };
    if let Some(cookie) = cookie(notice) {
        response.append_header(SET_COOKIE, cookie);
    } else {
        tracing::warn!("a notice was too large to be shown");
    }
}

/// Takes the notice that was left for this page, so that the page after it has none.
pub fn take<T: DeserializeOwned>() -> Option<T> {
    let headers = use_context::<Parts>()?.headers;
    raw(&headers)?;
    if let Some(response) = use_context::<ResponseOptions>() {
        response.append_header(SET_COOKIE, forgotten());
    }
    read(&headers)
}

/// The `Set-Cookie` that carries a notice; `None` if it does not fit.
pub fn cookie<T: Serialize>(notice: &T) -> Option<HeaderValue> {
    let value = URL_SAFE_NO_PAD.encode(serde_json::to_vec(notice).ok()?);
    if value.len() > LARGEST {
        return None;
    }
    HeaderValue::from_str(&format!("{NAME}={value}; {RULES}; Max-Age=60")).ok()
}

/// The `Set-Cookie` that removes it.
pub fn forgotten() -> HeaderValue {
    // The text is made of constants that are all visible ASCII.
    HeaderValue::from_str(&format!("{NAME}=; {RULES}; Max-Age=0")).unwrap_or(HeaderValue::from_static(""))
}

/// The notice in a request's cookies, if there is one and it is of type `T`.
pub fn read<T: DeserializeOwned>(headers: &HeaderMap) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(raw(headers)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn raw(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, value)| *name == NAME && !value.is_empty() && value.len() <= LARGEST)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::prelude::{Owner, provide_context};
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Notice {
        Sent { queue: String, id: String },
        Purged,
    }

    fn returned(cookie: &HeaderValue) -> HeaderMap {
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        let mut headers = HeaderMap::new();
        let cookies = format!("theme=dark; {pair}; other=1");
        headers.insert(COOKIE, HeaderValue::from_str(&cookies).unwrap());
        headers
    }

    #[test]
    fn what_was_left_is_read() {
        let notice = Notice::Sent { queue: "Bestellungen „neu“; a=b".to_owned(), id: "é".to_owned() };
        let cookie = cookie(&notice).unwrap();
        let text = cookie.to_str().unwrap();
        assert!(text.ends_with("; Path=/; HttpOnly; SameSite=Strict; Max-Age=60"), "{text}");
        assert_eq!(read(&returned(&cookie)), Some(notice));
    }

    #[test]
    fn what_is_not_a_notice_is_not_shown() {
        for value in ["", "%%%", "eyJ4IjoxfQ", "IlB1cmdlZCIg!"] {
            let mut headers = HeaderMap::new();
            let cookie = HeaderValue::from_str(&format!("{NAME}={value}")).unwrap();
            headers.insert(COOKIE, cookie);
            assert_eq!(read::<Notice>(&headers), None, "{value}");
        }
        assert_eq!(read::<Notice>(&HeaderMap::new()), None);
    }

    #[test]
    fn a_forgotten_notice_is_gone() {
        assert_eq!(read::<Notice>(&returned(&forgotten())), None);
        assert!(forgotten().to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn a_notice_that_does_not_fit_is_not_sent() {
        let queue = "x".repeat(4000);
        assert_eq!(cookie(&Notice::Sent { queue, id: String::new() }), None);
        assert!(cookie(&Notice::Purged).is_some());
    }

    #[test]
    fn a_notice_is_taken_once() {
        Owner::new().with(|| {
            let response = ResponseOptions::default();
            provide_context(response.clone());
            leave(&Notice::Purged);
            let left = response.0.read().unwrap().headers[SET_COOKIE].clone();

            let (mut parts, ()) = http::Request::new(()).into_parts();
            parts.headers = returned(&left);
            provide_context(parts);
            let page = ResponseOptions::default();
            provide_context(page.clone());
            assert_eq!(take(), Some(Notice::Purged));
            assert_eq!(page.0.read().unwrap().headers[SET_COOKIE], forgotten());
        });
        // Without a request there is none, and nothing fails.
        Owner::new().with(|| {
            leave(&Notice::Purged);
            assert_eq!(take::<Notice>(), None);
        });
    }
}
