//! The headers that tell the browser what a page of this console may do, on every answer without exception.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Headers that are the same on every answer.
const FIXED: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
         microphone=(), midi=(), payment=(), usb=(), clipboard-read=(), clipboard-write=(self)",
    ),
];

/// The middleware. A policy for content and a rule for caches that a handler set are kept – a page carries its nonce
/// in the first – and where there is none, the strictest is added.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert_with(|| content_security_policy(None));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// What a page may load and run: only this console's own files, and the inline scripts that carry `nonce`. Nothing
/// inline besides, so that a name or a body that slipped through unescaped would still run nothing.
/// `'wasm-unsafe-eval'` allows compiling WebAssembly, not evaluating text.
pub fn content_security_policy(nonce: Option<&str>) -> HeaderValue {
    // Letters, digits, `-` and `_` are all a nonce of ours has; any other would be able to end the directive.
    let nonce = nonce
        .filter(|nonce| !nonce.is_empty() && nonce.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
        .map(|nonce| format!(" 'nonce-{nonce}'"))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'{nonce}; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
         object-src 'none'; frame-ancestors 'none'; manifest-src 'self'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// Puts the policy with the nonce of the page being rendered on its response. The page's outermost part calls it, once;
/// outside a response it does nothing.
pub fn set_page_policy() {
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) {
        response.insert_header(CONTENT_SECURITY_POLICY, content_security_policy(Some(&nonce)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::nonce::Nonce;
    use leptos::prelude::{Owner, provide_context};

    #[test]
    fn the_policy_is_exactly_this() {
        assert_eq!(
            content_security_policy(Some("aZ0-_")),
            "default-src 'none'; script-src 'self' 'nonce-aZ0-_' 'wasm-unsafe-eval'; style-src 'self' 'nonce-aZ0-_'; \
             img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
             object-src 'none'; frame-ancestors 'none'; manifest-src 'self'"
        );
    }

    #[test]
    fn nothing_is_ever_allowed_inline_without_a_nonce() {
        for nonce in [None, Some(""), Some("x' 'unsafe-inline"), Some("a;b"), Some("ä")] {
            let policy = content_security_policy(nonce);
            let policy = policy.to_str().unwrap();
            assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        }
    }

    #[test]
    fn a_page_carries_the_nonce_of_its_own_rendering() {
        Owner::new().with(|| {
            let response = ResponseOptions::default();
            provide_context(response.clone());
            provide_context(Nonce::from_value("fromThePage"));
            set_page_policy();
            let headers = response.0.read().unwrap().headers.clone();
            assert_eq!(headers[CONTENT_SECURITY_POLICY], content_security_policy(Some("fromThePage")));
        });
        // Listing the routes runs the shell without a response.
        Owner::new().with(set_page_policy);
    }
}
