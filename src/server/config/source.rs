//! A value and where it was written, and the layers of such values: the first layer that has one wins.

use std::collections::BTreeMap;
use std::fmt;

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line, with its dashes.
    Flag(String),
    /// An environment variable.
    Variable(String),
    /// A line of the configuration file, counted from 1.
    Line {
        /// The file as it was named.
        file: String,
        /// Its line.
        line: usize,
        /// The key on that line, if it is about one.
        key: Option<String>,
    },
    /// The command line as a whole.
    CommandLine,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::Line { file, line, key: None } => write!(f, "{file}:{line}"),
            Self::Line { file, line, key: Some(key) } => write!(f, "{file}:{line}: {key}"),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

/// One thing that is wrong with the configuration, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it was written.
    pub origin: Origin,
    /// What is wrong and what would be right.
    pub words: String,
}

impl Problem {
    /// A problem with the value written at `origin`.
    pub fn at(origin: &Origin, words: impl Into<String>) -> Self {
        Self { origin: origin.clone(), words: words.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.words)
    }
}

/// A value as it was written, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sourced {
    /// The text, untrimmed.
    pub value: String,
    /// Where it stands.
    pub origin: Origin,
}

/// The values of one source, by the name of the option.
pub(super) type Layer = BTreeMap<&'static str, Vec<Sourced>>;

/// All sources, the strongest first.
pub(super) struct Settings {
    layers: Vec<Layer>,
}

impl Settings {
    /// The given layers, the strongest first.
    pub(super) fn new(layers: Vec<Layer>) -> Self {
        Self { layers }
    }

    /// Adds a layer weaker than all others.
    pub(super) fn push(&mut self, layer: Layer) {
        self.layers.push(layer);
    }

    /// Every value of the strongest layer that has the option; a list is not added up over layers.
    pub(super) fn all(&self, name: &str) -> &[Sourced] {
        self.layers.iter().find_map(|layer| layer.get(name)).map_or(&[], Vec::as_slice)
    }

    /// The value of an option; of several in one layer, the last.
    pub(super) fn one(&self, name: &str) -> Option<&Sourced> {
        self.all(name).last()
    }
}
