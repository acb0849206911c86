//! Loads the page again by itself where no script keeps it current.

use leptos::prelude::*;

/// Loads the page again after so many seconds, in browsers that run no script.
#[component]
pub fn Refresh(
    /// The address to load.
    #[prop(into)]
    href: String,
    /// After how long.
    seconds: u32,
) -> impl IntoView {
    // The element's content is not escaped on the server, so nothing but a path goes into it, in its encoded form.
    let path: String = href.chars().filter(|c| c.is_ascii_alphanumeric() || "/-._~%?=&".contains(*c)).collect();
    view! {
        <noscript>
            <meta http-equiv="refresh" content=format!("{seconds}; url={path}")/>
        </noscript>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_a_path_is_written() {
        let html = view! { <Refresh href="/local/queues/a?x=%22</noscript><script>" seconds=2/> }.to_html();
        assert!(html.contains("2; url=/local/queues/a?x=%22/noscriptscript"), "{html}");
        assert_eq!(html.matches("</noscript").count(), 1, "{html}");
    }
}
