//! Saved filters: what a list of messages was asked for, kept under a name for one queue.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest name, in characters.
pub const NAME: usize = 60;
/// The most that one queue has.
pub const MOST: usize = 50;

/// The name of a saved filter: 1 to [`NAME`] characters that can be seen, single spaces between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FilterName(String);

impl FilterName {
    /// The name as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two names of one queue must not share: letters in any case are the same.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

/// Why a text names no saved filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFilterName {
    /// There is nothing but spaces.
    Empty,
    /// It has too many characters.
    Long,
    /// It has a character that cannot be seen.
    Unseen,
}

impl NoFilterName {
    /// What would be right.
    pub fn sentence(self) -> String {
        match self {
            Self::Empty => "Give it a name, so that it can be found again.".into(),
            Self::Long => format!("A name has at most {NAME} characters."),
            Self::Unseen => {
                "A name has letters, digits, punctuation and spaces; this one has a character that cannot be seen."
                    .into()
            }
        }
    }
}

/// Whether a character is one that cannot be seen: a name with it could look like another one.
fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl FromStr for FilterName {
    type Err = NoFilterName;

    fn from_str(text: &str) -> Result<Self, NoFilterName> {
        let name = text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let name = name.trim();
        match name {
            "" => Err(NoFilterName::Empty),
            _ if name.chars().any(unseen) => Err(NoFilterName::Unseen),
            _ if name.chars().count() > NAME => Err(NoFilterName::Long),
            _ => Ok(Self(name.to_owned())),
        }
    }
}

impl fmt::Display for FilterName {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A saved filter. The query is kept as text, so that one of an older console that cannot be read any more still opens
/// and says where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Its name.
    pub name: FilterName,
    /// The text of its [`super::Query`].
    pub query: String,
}

/// A change to the saved filters of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Keep a new one.
    Save(Saved),
    /// Keep another query under a name that there is.
    Replace(Saved),
    /// Give one another name.
    Rename(FilterName, FilterName),
    /// Forget one.
    Delete(FilterName),
}

/// What came of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is done.
    Done,
    /// Another one has the name; nothing was changed.
    Taken,
    /// There are as many as there may be; nothing was changed.
    Full,
    /// There is none of that name; nothing was changed.
    Gone,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Result<String, NoFilterName> {
        text.parse::<FilterName>().map(|name| name.to_string())
    }

    #[test]
    fn a_name_can_be_read_aloud() {
        assert_eq!(name("  card   declined, EU "), Ok("card declined, EU".into()));
        assert_eq!(name("Größe > 10k"), Ok("Größe > 10k".into()));
        assert_eq!((name(""), name("   ")), (Err(NoFilterName::Empty), Err(NoFilterName::Empty)));
        assert!(name(&"ä".repeat(NAME)).is_ok() && name(&"ä".repeat(NAME + 1)) == Err(NoFilterName::Long));
        for unseen in ["a\nb", "a\u{202e}b", "a\u{200b}", "\u{feff}a", "a\tb", "\0"] {
            assert_eq!(name(unseen), Err(NoFilterName::Unseen), "{unseen:?}");
        }
        assert_eq!("ÄB".parse::<FilterName>().unwrap().key(), "äb");
    }

    proptest! {
        #[test]
        fn what_is_a_name_is_that_name(text in any::<String>()) {
            if let Ok(name) = text.parse::<FilterName>() {
                prop_assert_eq!(name.as_str().parse(), Ok(name.clone()));
            }
        }
    }
}
