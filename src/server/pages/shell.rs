//! The document around every page: head, body, and the scripts that wake the islands.

use http::HeaderMap;
use http::header::COOKIE;
use http::request::Parts;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::server::api::theme;
use crate::server::http::assets::Assets;
use crate::server::http::headers::set_page_policy;
use crate::ui::parts::Sprite;

/// The theme that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme(pub &'static str);

impl Theme {
    /// Reads the cookie; `system` where there is none.
    pub fn of_request() -> Self {
        let parts = use_context::<Parts>();
        let chosen = parts.as_ref().and_then(|parts| cookie(&parts.headers, theme::COOKIE));
        Self(theme::THEMES.into_iter().find(|known| Some(*known) == chosen).unwrap_or("system"))
    }

    fn attribute(self) -> Option<&'static str> {
        (self.0 != "system").then_some(self.0)
    }
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get(COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The path and query of the request, for links that come back.
pub fn path_of_request() -> String {
    use_context::<Parts>()
        .and_then(|parts| Some(parts.uri.path_and_query()?.as_str().to_owned()))
        .unwrap_or_else(|| "/".to_owned())
}

/// The document around `body`. Its nonce goes into the content security policy of the same response.
pub fn shell<V, B>(options: LeptosOptions, assets: &Assets, body: B) -> impl IntoView + use<V, B>
where
    V: IntoView,
    B: FnOnce() -> V,
{
    set_page_policy();
    provide_context(Sprite(assets.href("icons.svg").to_owned()));
    let fonts = ["fonts/inter.woff2", "fonts/jetbrains-mono.woff2"].map(|font| {
        view! { <link rel="preload" href=assets.href(font).to_owned() r#as="font" r#type="font/woff2" crossorigin="anonymous"/> }
    });
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=Theme::of_request().attribute()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href=assets.href("favicon.svg").to_owned() r#type="image/svg+xml"/>
                {fonts}
                <link rel="stylesheet" href=assets.href("main.css").to_owned()/>
                <HydrationScripts options islands=true/>
                <MetaTags/>
            </head>
            <body class="frame">
                {body()}
            </body>
        </html>
    }
}
