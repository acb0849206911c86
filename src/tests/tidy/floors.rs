//! Floors: a room of the house imports only from the rooms that its `May use:` line names, and these lie below it.
//!
//! A room is a directory whose `mod.rs` has such a line (a single file may have one of its own). `Floor 2` in the same header
//! is its height. Unit tests and `src/tests` may look anywhere.

use std::collections::BTreeMap;

use super::lexer::{lex, line};
use super::sources::Source;

/// What a header says.
struct Room {
    /// Prefixes of module paths, as `server::sqs`; `None` is everything.
    may_use: Option<Vec<String>>,
    /// In halves: the vocabulary of HTML stands on floor ½.
    floor: Option<u32>,
}

/// Imports from a room that the header does not name, headers that name a room above, and files in no room.
pub(super) fn violations(files: &[Source]) -> Vec<String> {
    let rooms: BTreeMap<String, Room> =
        files.iter().filter_map(|file| Some((module(&file.path).join("::"), room(&file.text)?))).collect();
    let mut found = climbing(&rooms);
    for file in files {
        let module = module(&file.path);
        if file.is_test() || module.is_empty() {
            continue; // lib.rs and main.rs stand outside
        }
        let Some((name, room)) = (1..=module.len()).rev().find_map(|n| rooms.get_key_value(&module[..n].join("::")))
        else {
            found.push(format!("{}: is in no room: a `mod.rs` above it must say `May use: …`", file.path));
            continue;
        };
        let Some(may_use) = &room.may_use else { continue };
        let code = lex(&file.text).code;
        for (at, path) in references(&code, &module) {
            let known = |prefix: &String| path == *prefix || path.starts_with(&format!("{prefix}::"));
            if !known(name) && !may_use.iter().any(known) {
                let may = if may_use.is_empty() { "nothing of this crate".to_owned() } else { may_use.join(", ") };
                found.push(format!("{}:{}: uses crate::{path}, but {name} may use {may}", file.path, line(&code, at)));
            }
        }
    }
    found
}

/// Headers that allow what lies on their own floor or above.
fn climbing(rooms: &BTreeMap<String, Room>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, room) in rooms {
        for used in room.may_use.iter().flatten() {
            let (Some(own), Some(other)) = (room.floor, rooms.get(used).and_then(|room| room.floor)) else { continue };
            if other >= own {
                found.push(format!("{name}: its header allows {used}, which does not lie below it"));
            }
        }
    }
    found
}

/// `src/server/sqs/aws.rs` → `[server, sqs, aws]`; empty for the roots of the crate.
fn module(path: &str) -> Vec<&str> {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut module: Vec<&str> = path.split('/').collect();
    if matches!(module.last(), Some(&("mod" | "lib" | "main"))) {
        module.pop();
    }
    module
}

fn room(text: &str) -> Option<Room> {
    let header: String =
        text.lines().map_while(|line| line.strip_prefix("//!")).flat_map(|line| [line.trim(), " "]).collect();
    let (_, list) = header.split_once("May use: ")?;
    let list = list.split_once(". ").map_or(list, |(list, _)| list);
    let may_use = match list.trim() {
        "everything below it" => None,
        "nothing of this crate" => Some(Vec::new()),
        list => Some(list.split(',').map(|name| name.trim().trim_matches(['`', '[', ']']).to_owned()).collect()),
    };
    let floor = header.split_once("Floor ").and_then(|(_, number)| match number.chars().next()? {
        '½' => Some(1),
        digit => Some(digit.to_digit(10)? * 2),
    });
    Some(Room { may_use, floor })
}

/// Every path of this crate that the code names, with its place: `crate::a::{b, c::d}` is `a::b` and `a::c::d`.
fn references(code: &str, module: &[&str]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("::") {
        let head = &code[..at];
        let start = head.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |before| before + 1);
        let base = match &head[start..] {
            _ if head[..start].ends_with(['$', ':']) => continue,
            "crate" => Vec::new(),
            "super" => module[..module.len() - 1].to_vec(),
            "self" => module.to_vec(),
            _ => continue,
        };
        let base: Vec<String> = base.into_iter().map(str::to_owned).collect();
        tree(&mut code[at..].chars().peekable(), base, &mut |path| found.push((at, path.join("::"))));
    }
    found
}

/// Walks a use tree that begins with `::`.
fn tree(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, mut path: Vec<String>, give: &mut dyn FnMut(&[String])) {
    loop {
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        if rest.next_if_eq(&':').is_none() || rest.next_if_eq(&':').is_none() {
            return give(&path);
        }
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        if rest.next_if_eq(&'{').is_some() {
            return branches(rest, &path, give);
        }
        let name = name(rest);
        match name.as_str() {
            "" => return give(&path), // a turbofish or a star
            "super" => drop(path.pop()),
            _ => path.push(name),
        }
    }
}

fn branches(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, path: &[String], give: &mut dyn FnMut(&[String])) {
    while let Some(&next) = rest.peek() {
        if next == '}' {
            rest.next();
            return;
        }
        if next.is_alphanumeric() || next == '_' {
            let mut path = path.to_vec();
            let name = name(rest);
            if name == "as" {
                while rest.next_if(|c| *c != ',' && *c != '}').is_some() {}
                continue;
            }
            if name != "self" {
                path.push(name);
            }
            tree(rest, path, give);
        } else {
            if next == '*' {
                give(path);
            }
            rest.next();
        }
    }
}

fn name(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    std::iter::from_fn(|| rest.next_if(|c| c.is_alphanumeric() || *c == '_')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    fn house(path: &str, text: &str) -> Vec<String> {
        violations(&[
            source("src/model/mod.rs", "//! Floor 0 – the ground.\n//! May use: nothing of this crate.\n"),
            source("src/server/mod.rs", "//! May use: everything below it.\n"),
            source("src/server/sqs/mod.rs", "//! Floor 1 – AWS.\n//! May use: model.\n"),
            source("src/server/services/mod.rs", "//! Floor 2 – services.\n//! May use: model, server::sqs.\n"),
            source(path, text),
        ])
    }

    #[test]
    fn what_lies_below_may_be_used() {
        let text = "use crate::model::{Queue, ids::{self, QueueName as Name}};\nuse super::{Services, peek};\nfn f() { crate::server::sqs::call() }";
        assert_eq!(house("src/server/services/queues.rs", text), [""; 0]);
        assert_eq!(house("src/server/app.rs", "use crate::server::sqs::Sqs;"), [""; 0]);
    }

    #[test]
    fn what_lies_above_or_beside_may_not() {
        let up = "\n\nuse crate::server::services::Services;";
        let found = house("src/server/sqs/aws.rs", up);
        assert_eq!(
            found,
            ["src/server/sqs/aws.rs:3: uses crate::server::services::Services, but server::sqs may use model"]
        );
        assert_eq!(house("src/model/queue.rs", "use crate::{model::ids, ui};").len(), 1);
        assert_eq!(house("src/server/sqs/aws.rs", "use super::super::services::x;").len(), 1);
        assert_eq!(house("src/server/sqs/aws.rs", "fn f() -> crate::server::services::X {}").len(), 1);
    }

    #[test]
    fn tests_may_look_anywhere() {
        assert_eq!(house("src/model/tests.rs", "use crate::server::sqs;"), [""; 0]);
        assert_eq!(house("src/model/a.rs", "#[cfg(test)]\nmod tests { use crate::server::sqs; }"), [""; 0]);
    }

    #[test]
    fn a_header_cannot_allow_what_lies_above() {
        let found = house("src/server/store/mod.rs", "//! Floor 1 – SQL.\n//! May use: model, server::services.\n");
        assert_eq!(found, ["server::store: its header allows server::services, which does not lie below it"]);
    }

    #[test]
    fn a_file_in_no_room_is_caught() {
        assert_eq!(house("src/misc/a.rs", "").len(), 1);
    }
}
