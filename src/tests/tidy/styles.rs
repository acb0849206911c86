//! Classes and colours: what pages wear has a rule, what the style sheets rule is worn, and colours are named once.

use std::collections::BTreeSet;

use super::lexer::{lex, line};
use super::sources::Source;

/// Classes that a view wears and no style sheet knows.
pub(super) fn classes_without_a_rule(rust: &[Source], css: &[Source]) -> Vec<String> {
    let ruled: BTreeSet<String> = css.iter().flat_map(|file| ruled(&file.text)).map(|(_, class)| class).collect();
    let mut found = Vec::new();
    for file in rust.iter().filter(|file| !file.is_test()) {
        let text = lex(&file.text).text;
        for (at, class) in worn(&text).into_iter().filter(|(_, class)| !ruled.contains(class)) {
            found.push(format!("{}:{}: class {class} has no rule in style/", file.path, line(&text, at)));
        }
    }
    found
}

/// Classes that a style sheet knows and no view wears. A class may be worn by way of any string, so each counts.
pub(super) fn rules_without_a_use(rust: &[Source], css: &[Source]) -> Vec<String> {
    let mut used = BTreeSet::new();
    for file in rust.iter().filter(|file| !file.is_test()) {
        let lexed = lex(&file.text);
        used.extend(worn(&lexed.text).into_iter().map(|(_, class)| class));
        let strings =
            lexed.text.bytes().zip(lexed.code.bytes()).map(|(text, code)| if text == code { b' ' } else { text });
        let strings = String::from_utf8_lossy(&strings.collect::<Vec<_>>()).into_owned();
        used.extend(strings.split(|c: char| !is_name(c)).map(str::to_owned));
    }
    let mut found = Vec::new();
    for file in css {
        for (at, class) in ruled(&file.text) {
            // Once is enough.
            if used.insert(class.clone()) {
                found.push(format!("{}:{}: .{class} is worn by no view", file.path, line(&file.text, at)));
            }
        }
    }
    found
}

/// `class="a b"`, `class=("a", on)`, `class:a=on`: the classes that can be read off the markup, and where.
fn worn(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in text
        .match_indices("class")
        .filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-' || c == '"'))
    {
        let rest = &text[at + "class".len()..];
        let names = if let Some(rest) = rest.strip_prefix('=') {
            rest.strip_prefix('"').or_else(|| rest.strip_prefix("(\"")).and_then(|rest| rest.split('"').next())
        } else if let Some(rest) = rest.strip_prefix(':') {
            rest.split('=').next().filter(|name| !name.is_empty() && name.chars().all(is_name))
        } else {
            None
        };
        found.extend(names.into_iter().flat_map(str::split_whitespace).map(|name| (at, name.to_owned())));
    }
    found
}

/// The classes that a style sheet has rules for, and where.
fn ruled(css: &str) -> Vec<(usize, String)> {
    let css = plain(css);
    css.match_indices('.')
        .filter(|(at, _)| css[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic()))
        .map(|(at, _)| (at, css[at + 1..].chars().take_while(|c| is_name(*c)).collect()))
        .collect()
}

/// Colours named outside the one file that may name them. `transparent` and `currentcolor` are not colours of ours.
pub(super) fn colours_outside_the_tokens(css: &[Source]) -> Vec<String> {
    const FUNCTIONS: &[&str] =
        &["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch(", "color(", "light-dark("];
    const NAMES: &[&str] = &[
        "black", "white", "gray", "grey", "silver", "red", "green", "blue", "yellow", "orange", "purple", "pink",
        "brown",
    ];
    let mut found = Vec::new();
    for file in css.iter().filter(|file| !file.path.ends_with("/tokens.css")) {
        let css = plain(&file.text);
        for (at, value) in values(&css) {
            let named = |words: &[&str]| {
                words.iter().any(|word| {
                    value.match_indices(word).any(|(at, _)| {
                        !value[..at].ends_with(is_name)
                            && (word.ends_with('(') || !value[at + word.len()..].starts_with(is_name))
                    })
                })
            };
            let hexadecimal =
                value.match_indices('#').any(|(at, _)| value[at + 1..].starts_with(|c: char| c.is_ascii_hexdigit()));
            if hexadecimal || named(FUNCTIONS) || named(NAMES) {
                found.push(format!("{}:{}: {}: colours live in tokens.css", file.path, line(&css, at), value.trim()));
            }
        }
    }
    found
}

/// What stands between the colon and the end of each declaration.
fn values(css: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    for (end, stop) in css.match_indices([';', '{', '}']) {
        // Before a brace stands a selector, whose colons are not declarations.
        if stop != "{"
            && let Some(colon) = css[start..end].find(':')
        {
            found.push((start + colon + 1, &css[start + colon + 1..end]));
        }
        start = end + 1;
    }
    found
}

/// Without comments, strings and addresses, lines kept.
fn plain(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if first == '"' || first == '\'' {
            rest[1..].find(first).map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("url(") {
            rest.find(')').map_or(rest.len(), |end| end + 1)
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        out.extend(rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[length..];
    }
    out
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '-' || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> [Source; 1] {
        [Source { path: path.to_owned(), text: text.to_owned() }]
    }

    #[test]
    fn a_class_without_a_rule_is_caught() {
        let css = file(
            "style/a.css",
            "/* .ghost */ .badge:hover, .badge-dot { margin: .5em; background: url(x.png) } @import \"y.css\";",
        );
        let check = |rust: &str| classes_without_a_rule(&file("src/ui/a.rs", rust), &css).len();
        assert_eq!(check("<i class=\"badge badge-dot\" class:badge=on class=(\"badge\", on) subclass=\"x\">"), 0);
        assert_eq!(check("<i class=\"badge ghost\">"), 1);
        assert_eq!(check("<i class:png=on>"), 1);
        assert_eq!(check("<i class=(\"css\", on)>"), 1);
    }

    #[test]
    fn a_rule_without_a_use_is_caught() {
        let check = |rust: &str| {
            rules_without_a_use(&file("src/ui/a.rs", rust), &file("style/a.css", ".badge, .badge-dot { margin: 0 }"))
                .len()
        };
        assert_eq!(check("<i class=\"badge\" class:badge-dot=on>"), 0);
        assert_eq!(check("let tone = match x { _ => \"badge badge-dot\" };"), 0);
        assert_eq!(check("<badge-dot class=\"badge\"> // \"badge-dot\""), 1);
    }

    #[test]
    fn a_colour_outside_the_tokens_is_caught() {
        let check = |css: &str| colours_outside_the_tokens(&file("style/parts/a.css", css)).len();
        assert_eq!(
            check(
                "a:hover { color: var(--red-52); white-space: nowrap; background: color-mix(in oklch, var(--ink) 5%, transparent) }"
            ),
            0
        );
        assert_eq!(check("#add { color: inherit }"), 0);
        for colour in ["#fff", "red", "oklch(50% 0 0)", "rgb(0 0 0 / 5%)", "1px solid black"] {
            assert_eq!(check(&format!("a {{ border: {colour} }}")), 1, "{colour}");
            assert_eq!(colours_outside_the_tokens(&file("style/tokens.css", &format!("a {{ b: {colour} }}"))).len(), 0);
        }
    }
}
