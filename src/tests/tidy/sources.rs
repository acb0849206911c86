//! What is asked of every source file, whatever it holds.

/// No file may be longer. One that grows past it holds two ideas.
const LONGEST: usize = 400;

/// A file of the repository.
pub(super) struct Source {
    /// From the top of the repository: `src/model/ids.rs`.
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    /// Whether the file is there for tests alone: these may reach where the code may not.
    pub(super) fn is_test(&self) -> bool {
        self.path.starts_with("src/tests/") || self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}

/// Files that do not open with their purpose, or are too long.
pub(super) fn violations(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for Source { path, text } in files {
        if !text.starts_with("//!") {
            found.push(format!("{path}:1: does not open with `//!` and a sentence on what lives here and why"));
        }
        let lines = text.lines().count();
        if lines > LONGEST {
            found.push(format!("{path}: has {lines} lines; past {LONGEST} a file holds more than one idea"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_purpose_or_without_end_is_caught() {
        let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        assert_eq!(violations(&[source("a.rs", "//! Why.\n")]), [""; 0]);
        assert_eq!(violations(&[source("a.rs", "use std::fmt;\n")]).len(), 1);
        assert_eq!(violations(&[source("a.rs", &"//! Why.\n".repeat(LONGEST))]), [""; 0]);
        assert_eq!(violations(&[source("a.rs", &"//! Why.\n".repeat(LONGEST + 1))]).len(), 1);
    }
}
