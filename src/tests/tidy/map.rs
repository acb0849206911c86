//! The map in README is the tree: every room of `src/` is drawn, and every room drawn is there.

use std::collections::BTreeSet;

/// Houses with rooms of their own: `src/server/sqs` is a room, and what lies below it is furniture, as is `src/model/form`.
const HOUSES: [&str; 3] = ["src/local/", "src/server/", "src/ui/"];

/// Rooms that are drawn and do not exist, and rooms that exist and are not drawn.
pub(super) fn violations(readme: &str, directories: &[String]) -> Vec<String> {
    let room = |path: &str| {
        let depth = if HOUSES.iter().any(|house| path.starts_with(house)) { 3 } else { 2 };
        path.split('/').take(depth).collect::<Vec<_>>().join("/")
    };
    let real: BTreeSet<String> = directories.iter().map(|path| room(path)).collect();
    let drawn: BTreeSet<String> = drawn(readme).iter().map(|path| room(path)).collect();
    if drawn.is_empty() {
        return vec!["README.md: has no map: a fenced block with a line `src/` and the tree below it".to_owned()];
    }
    let missing = real.difference(&drawn).map(|path| format!("README.md: the map does not show {path}/"));
    let invented =
        drawn.difference(&real).map(|path| format!("README.md: the map shows {path}/, which does not exist"));
    missing.chain(invented).collect()
}

/// The directories of the tree that begins with a line `src/`, as paths.
fn drawn(readme: &str) -> Vec<String> {
    let mut path: Vec<&str> = vec!["src"];
    let mut found = Vec::new();
    let tree = readme.lines().skip_while(|line| line.split_whitespace().next() != Some("src/")).skip(1);
    for line in tree.take_while(|line| line.starts_with(['├', '└', '│', ' '])) {
        let Some((indent, entry)) = line.split_once("── ") else { continue };
        path.truncate(indent.chars().count() / 4 + 1);
        if let Some(name) = entry.split_whitespace().next().and_then(|name| name.strip_suffix('/')) {
            path.extend(name.split('/'));
            found.push(path.join("/"));
        }
    }
    if !found.is_empty() {
        found.push("src".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# X\n```\nsrc/\n├── lib.rs       the map\n├── model/       what is true\n└── server/      the console\n    ├── mod.rs   run\n    ├── sqs/     AWS\n    │   └── aws.rs\n    └── store/   SQL\nstyle/\n```\n";

    fn tree(directories: &[&str]) -> Vec<String> {
        let directories: Vec<String> = directories.iter().map(|&name| name.to_owned()).collect();
        violations(README, &directories)
    }

    #[test]
    fn the_map_and_the_tree_agree() {
        assert_eq!(
            tree(&["src", "src/model", "src/server", "src/server/sqs", "src/server/store", "src/server/store/deep"]),
            [""; 0]
        );
    }

    #[test]
    fn a_room_that_is_not_drawn_or_not_there_is_caught() {
        assert_eq!(
            tree(&["src", "src/model", "src/ui", "src/server", "src/server/sqs", "src/server/store"]),
            ["README.md: the map does not show src/ui/"]
        );
        assert_eq!(
            tree(&["src", "src/model", "src/server", "src/server/sqs"]),
            ["README.md: the map shows src/server/store/, which does not exist"]
        );
        assert_eq!(violations("# No map", &[]).len(), 1);
    }
}
