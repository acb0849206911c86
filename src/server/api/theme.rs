//! Light, dark, or as the system says: a cookie, so that the server renders the right one at once.

use leptos::prelude::*;

use crate::model::Failure;

/// The cookie's name.
pub const COOKIE: &str = "theme";

/// The themes that can be chosen.
pub const THEMES: [&str; 3] = ["system", "light", "dark"];

/// Sets the theme and goes back to the page it was chosen on.
#[server(endpoint = "theme", prefix = "/api")]
pub async fn choose_theme(theme: String, back: String) -> Result<(), Failure> {
    let theme = THEMES.iter().find(|known| **known == theme).ok_or(Failure::Malformed)?;
    let response = expect_context::<leptos_axum::ResponseOptions>();
    let cookie = format!("{COOKIE}={theme}; Path=/; Max-Age=31536000; SameSite=Lax");
    if let Ok(value) = http::HeaderValue::from_str(&cookie) {
        response.append_header(http::header::SET_COOKIE, value);
    }
    super::redirect(&own_path(&back));
    Ok(())
}

/// A path of this console, or its start page: never another site, and nothing that is no header value.
fn own_path(back: &str) -> String {
    let own = back.starts_with('/')
        && !back.starts_with("//")
        && !back.contains('\\')
        && back.bytes().all(|b| b.is_ascii_graphic());
    if own { back.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn only_our_own_paths_are_gone_back_to() {
        assert_eq!(own_path("/local/queues/a?sort=name"), "/local/queues/a?sort=name");
        for foreign in ["", "https://evil.example/", "//evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x=y"] {
            assert_eq!(own_path(foreign), "/", "{foreign:?}");
        }
    }
}
