//! Text of many lines. This is the only place in the program that writes a `<textarea>`: the framework's server
//! renderer does not escape the children of that element, so the text is escaped here and handed over as markup.
//!
//! Server-rendered only: an island that changes the text sets the element's `value`.

use leptos::prelude::*;

use super::field::{Field, described_by};

/// Text as the content of a `<textarea>`, such that the parser gives back exactly this text.
///
/// The element's content is RCDATA: `<` and `&` are what matters, `>` is escaped for symmetry. The parser drops one
/// line feed after the start tag, so one is always written first.
fn content(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    out.push('\n');
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
    out
}

/// A body, a policy: monospaced and as tall as its text.
#[component]
pub fn TextareaField(
    /// The name under which the form sends it.
    #[prop(into)]
    name: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// What it holds already.
    #[prop(optional, into)]
    value: String,
    /// A sentence that helps, below it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it, in one sentence.
    #[prop(optional_no_strip, into)]
    error: Option<String>,
    /// The id; the name unless two forms of a page share it.
    #[prop(optional, into)]
    id: Option<String>,
    /// Whether the browser asks for it.
    #[prop(optional)]
    required: bool,
    /// Says “optional” beside the label.
    #[prop(optional)]
    optional: bool,
    /// An example, shown while it is empty.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// A few lines rather than a document.
    #[prop(optional)]
    short: bool,
    /// The language of a body, `JSON` or another or none: a script says while it is typed what becomes of that.
    #[prop(optional)]
    editor: Option<&'static str>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.clone());
    let describedby = described_by(&id, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    view! {
        <Field id=id.clone() label hint error optional>
            <textarea
                class="textarea"
                id=id
                name=name
                required=required
                placeholder=placeholder
                rows=if short { "4" } else { "12" }
                data-short=short.then_some("")
                data-editor=editor
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                aria-describedby=describedby
                aria-invalid=invalid
                inner_html=content(&value)
            ></textarea>
        </Field>
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rendered(text: &str) -> String {
        view! { <TextareaField name="body" label="Body" value=text/> }.to_html()
    }

    /// What an HTML parser makes of the content of a rendered textarea.
    fn parsed(html: &str) -> String {
        let start = html.find("<textarea").expect("a start tag");
        let start = start + html[start..].find('>').expect("its end") + 1;
        let end = start + html[start..].find("</textarea").expect("an end tag");
        let inner = &html[start..end];
        let inner = inner.strip_prefix('\n').unwrap_or(inner);
        inner.replace("&lt;", "<").replace("&gt;", ">").replace("&#13;", "\r").replace("&amp;", "&")
    }

    #[test]
    fn no_text_leaves_the_textarea() {
        for hostile in [
            "</textarea><script>alert(1)</script>",
            "</TEXTAREA ><img src=x onerror=alert(1)>",
            "&lt;/textarea&gt;",
            "&#60;script&#62;",
            "<!--</textarea>-->",
            "\n\nleading lines",
            "a\r\nb",
            "\u{0}\u{202e}☃",
        ] {
            let html = rendered(hostile);
            assert_eq!(html.to_lowercase().matches("</textarea").count(), 1, "{html}");
            assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
            assert_eq!(parsed(&html), hostile);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in ".*") {
            prop_assert_eq!(parsed(&rendered(&text)), text);
        }
    }
}
