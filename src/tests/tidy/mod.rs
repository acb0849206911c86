//! The promises of the tree, asserted: what README's map says of this house is true of its files.
//!
//! Each check is a pure function from texts to violations, and has a test of its own that shows what it catches. The tests in
//! this file apply them to the real tree. A violation names the file, the line and the reason, so that whoever meets one knows
//! what to do about it.

mod floors;
mod lexer;
mod map;
mod sources;
mod styles;
mod web;
mod words;

use std::fs;
use std::path::Path;

use sources::Source;

/// Fails with one line per violation.
#[track_caller]
fn holds(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

/// The files below a directory of the repository whose names end so, in the order of their paths.
fn files(directory: &str, endings: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut waiting = vec![root.join(directory)];
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(&directory).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = entry.file_name().into_string().unwrap();
            if path.is_dir() {
                // What is generated is not ours to keep tidy.
                if !matches!(name.as_str(), "node_modules" | "test-results" | "playwright-report") {
                    waiting.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let path = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                let text = file(&path);
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "there are no {endings:?} in {directory}: this test looks in the wrong place");
    found
}

/// One file of the repository.
fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rust() -> Vec<Source> {
    files("src", &[".rs"])
}

fn css() -> Vec<Source> {
    files("style", &[".css"])
}

#[test]
fn a_floor_imports_only_from_below() {
    holds(&floors::violations(&rust()));
}

#[test]
fn words_keep_to_their_rooms() {
    holds(&words::violations(&rust()));
}

#[test]
fn every_file_says_what_lives_in_it_and_stays_short() {
    holds(&sources::violations(&rust()));
}

#[test]
fn nothing_is_left_for_later() {
    let mut all = rust();
    all.extend(css());
    all.extend(files("end2end", &[".ts", ".mjs"]));
    all.extend(files("src/tests", &[".py"]));
    holds(&words::left_for_later(&all));
}

#[test]
fn every_server_function_has_an_address_of_its_own() {
    holds(&web::server_functions_without_endpoint(&rust()));
}

#[test]
fn every_route_is_rendered_whole() {
    holds(&web::routes_that_are_not_async(&rust()));
}

#[test]
fn every_class_in_a_view_has_a_rule() {
    holds(&styles::classes_without_a_rule(&rust(), &css()));
}

#[test]
fn every_rule_is_worn() {
    holds(&styles::rules_without_a_use(&rust(), &css()));
}

#[test]
fn colours_live_in_the_tokens() {
    holds(&styles::colours_outside_the_tokens(&css()));
}

#[test]
fn browser_tests_wait_for_facts_and_fake_nothing() {
    holds(&words::browser_tests(&files("end2end", &[".ts"])));
}

#[test]
fn no_lock_file_names_a_package_host() {
    for path in ["end2end/package-lock.json", "src/tests/conformance/requirements.txt"] {
        holds(&words::package_hosts(path, &file(path)));
    }
}

#[test]
fn the_map_in_the_readme_is_the_tree() {
    let directories: Vec<String> =
        rust().iter().filter_map(|source| Some(source.path.rsplit_once('/')?.0.to_owned())).collect();
    holds(&map::violations(&file("README.md"), &directories));
}
