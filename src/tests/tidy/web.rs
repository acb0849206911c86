//! Server functions and routes: promises that Leptos leaves to whoever writes them.

use super::lexer::{lex, line};
use super::sources::Source;

/// Server functions whose address would carry a hash, another one with every build.
pub(super) fn server_functions_without_endpoint(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !file.is_test()) {
        let code = lex(&file.text).code;
        for (at, _) in code.match_indices("#[server").chain(code.match_indices("#[leptos::server")) {
            let attribute = code[at..].split(']').next().unwrap_or_default();
            // On an argument it says how the argument is read.
            let of_argument = attribute.contains("flatten") || attribute.contains("default");
            if !of_argument && !attribute.contains("endpoint") {
                found.push(format!(
                    "{}:{}: #[server] without an endpoint: its address would change",
                    file.path,
                    line(&code, at)
                ));
            }
        }
    }
    found
}

/// Routes that would be streamed: they answer 200 before they know better, and leave a gap without JavaScript.
pub(super) fn routes_that_are_not_async(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !file.is_test()) {
        let code = lex(&file.text).code;
        for tag in ["<Route ", "<Route\n", "<ParentRoute ", "<ParentRoute\n"] {
            for (at, _) in code.match_indices(tag) {
                let rest = &code[at + 1..];
                let end = rest
                    .find("<Route")
                    .into_iter()
                    .chain(rest.find("<ParentRoute"))
                    .chain(rest.find("/>"))
                    .chain(rest.find("</"))
                    .min();
                if !rest[..end.unwrap_or(rest.len())].contains("SsrMode::Async") {
                    found.push(format!("{}:{}: a route that is not SsrMode::Async", file.path, line(&code, at)));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> [Source; 1] {
        [Source { path: "src/a.rs".to_owned(), text: text.to_owned() }]
    }

    #[test]
    fn a_server_function_without_an_address_is_caught() {
        assert_eq!(
            server_functions_without_endpoint(&file("#[server(endpoint = \"queues/new\")]\nasync fn f() {}")),
            [""; 0]
        );
        assert_eq!(server_functions_without_endpoint(&file("async fn f(#[server(flatten)] form: Form) {}")), [""; 0]);
        assert_eq!(server_functions_without_endpoint(&file("#[server]\nasync fn f() {}")).len(), 1);
        assert_eq!(server_functions_without_endpoint(&file("#[server(input = Json)]\nasync fn f() {}")).len(), 1);
    }

    #[test]
    fn a_streamed_route_is_caught() {
        let good = "<Routes fallback><Route path=path!(\"/\") view=Home ssr=SsrMode::Async/></Routes>";
        assert_eq!(routes_that_are_not_async(&file(good)), [""; 0]);
        let bad = "<Route path=path!(\"/\") view=Home/>\n<Route path=path!(\"/a\") view=A ssr=SsrMode::Async/>";
        assert_eq!(routes_that_are_not_async(&file(bad)), ["src/a.rs:1: a route that is not SsrMode::Async"]);
    }
}
