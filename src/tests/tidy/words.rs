//! Words that belong to certain rooms alone, and words that belong nowhere.

use super::lexer::{lex, line, word_places};
use super::sources::Source;

/// Where a word may stand, and why nowhere else.
struct Rule {
    word: &'static str,
    rooms: &'static [&'static str],
    why: &'static str,
}

/// The rooms that have heard of SQL.
const STORES: &[&str] = &["src/server/store", "src/local/store"];

/// Words of the code; what stands in comments and strings does not count.
const IN_CODE: &[Rule] = &[
    Rule { word: "rusqlite", rooms: STORES, why: "only a store has heard of SQL" },
    Rule { word: "web_sys", rooms: &["src/ui/islands"], why: "what runs in the browser is an island" },
    Rule { word: "js_sys", rooms: &["src/ui/islands"], why: "what runs in the browser is an island" },
    Rule { word: "std::env", rooms: &["src/server/config"], why: "the environment is read once, in the configuration" },
    Rule { word: "env::var", rooms: &["src/server/config"], why: "the environment is read once, in the configuration" },
    Rule { word: "inner_html", rooms: &["src/ui/parts"], why: "foreign text must be escaped, and this does not" },
    Rule {
        word: "<textarea",
        rooms: &["src/ui/parts"],
        why: "its content is not escaped on the server; use the part that does it",
    },
    Rule { word: "<noscript", rooms: &["src/ui/parts"], why: "its content is not escaped on the server; use a part" },
    Rule { word: "todo!", rooms: &[], why: "what is here is finished" },
    Rule { word: "unimplemented!", rooms: &[], why: "what is here is finished" },
];

/// Rooms that know nothing of pages.
const WITHOUT_LEPTOS: &[&str] =
    &["src/model", "src/server/sqs", "src/server/store", "src/server/services", "src/local"];

/// How a statement of SQL begins.
const SQL: &[&str] = &["SELECT ", "INSERT ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ", "CREATE INDEX ", "PRAGMA "];

/// Words outside their rooms.
pub(super) fn violations(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !file.is_test()) {
        let lexed = lex(&file.text);
        let stands = |rooms: &[&str]| rooms.iter().any(|room| in_room(&file.path, room));
        let mut report = |at: usize, what: &str, why: &str| {
            found.push(format!("{}:{}: {what}: {why}", file.path, line(&lexed.code, at)));
        };
        for Rule { word, rooms, why } in IN_CODE {
            if !stands(rooms) {
                word_places(&lexed.code, word).for_each(|at| report(at, word, why));
            }
        }
        if !stands(&["src/server/sqs"]) {
            for at in aws_crates(&lexed.code) {
                report(at, "aws_…", "only the gateway has heard of AWS");
            }
        }
        if stands(WITHOUT_LEPTOS) {
            for word in ["leptos", "leptos_axum", "leptos_meta", "leptos_router"] {
                word_places(&lexed.code, word)
                    .for_each(|at| report(at, word, "pages are none of this room's business"));
            }
        }
        if !stands(&["src/lib.rs", "src/main.rs"]) {
            for (at, _) in lexed.code.match_indices("cfg").filter(|(at, _)| cfg_feature(&lexed.code[*at..])) {
                report(at, "cfg(feature …)", "the path says where a file runs; the gates are in lib.rs and main.rs");
            }
        }
        if !stands(STORES) {
            for statement in SQL {
                for (at, _) in lexed.text.match_indices(&format!("\"{statement}")) {
                    report(at, statement.trim_end(), "only a store has heard of SQL");
                }
            }
        }
    }
    found
}

/// A room is a directory, a file, or a module that is either: `src/server/config` is `config.rs` and `config/`.
fn in_room(path: &str, room: &str) -> bool {
    path.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest == ".rs")
}

/// Where a path begins with an AWS crate; a field may well be called `aws_request_id`.
fn aws_crates(code: &str) -> impl Iterator<Item = usize> + '_ {
    code.match_indices("aws_").map(|(at, _)| at).filter(|&at| {
        let joins = |c: char| c.is_alphanumeric() || c == '_';
        let rest = code[at..].trim_start_matches(joins);
        !code[..at].ends_with(joins) && (rest.starts_with("::") || code[..at].trim_end().ends_with("use"))
    })
}

/// `cfg(…)`, `cfg!(…)` or `cfg_attr(…)` that asks for a feature of ours.
fn cfg_feature(code: &str) -> bool {
    let Some((head, rest)) = code.split_once('(') else { return false };
    matches!(head.trim(), "cfg" | "cfg!" | "cfg_attr")
        && rest.split(']').next().is_some_and(|rest| word_places(rest, "feature").next().is_some())
}

/// Notes to oneself, and tests that are switched off.
pub(super) fn left_for_later(files: &[Source]) -> Vec<String> {
    let notes = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("#[", "ignore"),
        concat!("test", ".skip("),
        concat!("test", ".fixme("),
        concat!("test", ".only("),
    ];
    let mut found = Vec::new();
    for Source { path, text } in files {
        for note in notes {
            found.extend(
                word_places(text, note)
                    .map(|at| format!("{path}:{}: {note}: what is here is finished", line(text, at))),
            );
        }
    }
    found
}

/// Browser tests that wait for time instead of facts, or answer in the server's stead.
pub(super) fn browser_tests(files: &[Source]) -> Vec<String> {
    let rules = [
        (concat!("wait", "ForTimeout"), "wait for what a person would see, not for time"),
        (concat!("page", ".route("), "failures come from the local SQS's dials, so that the whole console meets them"),
        (concat!("network", "idle"), "a live page is never idle; wait for what a person would see"),
    ];
    let mut found = Vec::new();
    for Source { path, text } in files {
        for (word, why) in rules {
            found.extend(word_places(text, word).map(|at| format!("{path}:{}: {word}: {why}", line(text, at))));
        }
    }
    found
}

/// A lock file names versions and checksums, and leaves it to the machine where to get them.
pub(super) fn package_hosts(path: &str, lock: &str) -> Vec<String> {
    // npm's lock names pages of packages, too, which nothing is fetched from.
    let mark = if path.ends_with(".json") { "\"resolved\"" } else { "://" };
    let hosts = lock.match_indices(mark);
    hosts
        .map(|(at, _)| format!("{path}:{}: names a package host, which is the machine's choice", line(lock, at)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str) -> usize {
        violations(&[Source { path: path.to_owned(), text: text.to_owned() }]).len()
    }

    #[test]
    fn words_outside_their_rooms_are_caught() {
        for (word, at_home, abroad) in [
            ("use aws_sdk_sqs::Client;", "src/server/sqs/aws.rs", "src/server/services/queues.rs"),
            ("fn f() -> aws_config::SdkConfig {}", "src/server/sqs/aws.rs", "src/server/mod.rs"),
            ("use rusqlite::Connection;", "src/server/store/sqlite.rs", "src/server/services/audit.rs"),
            ("f(\"SELECT * FROM t\")", "src/server/store/sqlite.rs", "src/server/services/audit.rs"),
            ("web_sys::window()", "src/ui/islands/live.rs", "src/ui/parts/icon.rs"),
            ("std::env::var(x)", "src/server/config.rs", "src/server/mod.rs"),
            ("use std::env;", "src/server/config/flags.rs", "src/main.rs"),
            ("view! { <textarea>{x}</textarea> }", "src/ui/parts/textarea.rs", "src/server/pages/send.rs"),
            ("#[cfg(feature = \"ssr\")]", "src/lib.rs", "src/model/mod.rs"),
            ("#[cfg(all(test, feature = \"ssr\"))]", "src/lib.rs", "src/model/mod.rs"),
            ("use leptos::prelude::*;", "src/server/pages/home.rs", "src/model/queue.rs"),
        ] {
            assert_eq!(check(at_home, word), 0, "{word} in {at_home}");
            assert!(check(abroad, word) > 0, "{word} in {abroad}");
        }
    }

    #[test]
    fn comments_strings_and_longer_words_are_not_caught() {
        assert_eq!(
            check(
                "src/model/a.rs",
                "// web_sys, aws_sdk_sqs::x\nlet x = \"std::env\"; my_web_sys; env!(\"A\"); row.aws_request_id"
            ),
            0
        );
        assert_eq!(check("src/model/a.rs", "#[cfg(test)]\nmod tests { use std::env; }"), 0);
    }

    #[test]
    fn notes_and_shortcuts_are_caught() {
        let file = |text: &str| [Source { path: "a".to_owned(), text: text.to_owned() }];
        assert_eq!(left_for_later(&file(concat!("// TO", "DO: later"))).len(), 1);
        assert_eq!(left_for_later(&file("const TODOS: usize = 1;")).len(), 0);
        assert_eq!(browser_tests(&file(concat!("await page.wait", "ForTimeout(500)"))).len(), 1);
        assert_eq!(package_hosts("lock.json", "{\"resolved\": \"https://a\"}").len(), 1);
        assert_eq!(package_hosts("lock.json", "{\"url\": \"https://a\"}").len(), 0);
        assert_eq!(package_hosts("lock.txt", "--index-url https://a\na==1").len(), 1);
    }
}
