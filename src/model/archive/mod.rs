//! The archive: copies of messages, made before the messages are removed.
//!
//! What is known of a copy without opening it is a [`KeptCopy`]; the message itself is a record ([`record`]), which may be
//! sealed with a key.

pub mod record;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ids::{ConnectionName, MessageId, QueueName};

/// What names a copy: 32 hexadecimal digits, drawn at random.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CopyId(String);

impl CopyId {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that names no copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCopyId;

impl fmt::Display for NoCopyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this names no copy")
    }
}

impl FromStr for CopyId {
    type Err = NoCopyId;

    fn from_str(text: &str) -> Result<Self, NoCopyId> {
        let digits = text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if digits { Ok(Self(text.to_owned())) } else { Err(NoCopyId) }
    }
}

impl TryFrom<String> for CopyId {
    type Error = NoCopyId;

    fn try_from(text: String) -> Result<Self, NoCopyId> {
        text.parse()
    }
}

impl From<CopyId> for String {
    fn from(id: CopyId) -> Self {
        id.0
    }
}

impl fmt::Display for CopyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What removed a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// It was deleted by choice.
    Delete,
    /// Its queue was purged.
    Purge,
    /// It was to be removed, and no answer said whether it was.
    Doubtful,
}

impl Reason {
    /// The key in the store; it never changes.
    pub fn key(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Purge => "purge",
            Self::Doubtful => "doubtful",
        }
    }

    /// The word for it on a page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Delete => "deleted",
            Self::Purge => "purged",
            Self::Doubtful => "perhaps deleted: no answer came, so it may still be in the queue",
        }
    }

    /// The reason of a key.
    pub fn of(key: &str) -> Option<Self> {
        [Self::Delete, Self::Purge, Self::Doubtful].into_iter().find(|reason| reason.key() == key)
    }
}

/// That a copy was sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// The new message's id; absent while it is under way, and for good where no answer came.
    pub message: Option<MessageId>,
}

/// A copy, without the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCopy {
    /// What names it.
    pub id: CopyId,
    /// What names the deletion that it was made for; copies of one deletion share it.
    pub deletion: String,
    /// Through which connection the message was removed.
    pub connection: ConnectionName,
    /// From which queue.
    pub queue: QueueName,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// By whom.
    pub who: String,
    /// Why.
    pub reason: Reason,
    /// The message's id.
    pub message: MessageId,
    /// When it was sent, milliseconds since 1970.
    pub sent_ms: Option<i64>,
    /// Its bytes: body and attributes.
    pub size: u64,
    /// The fingerprint of the key that its record is sealed with; absent where it is not sealed.
    pub key: Option<String>,
    /// When the copy is forgotten, milliseconds since 1970.
    pub expires_ms: i64,
    /// Whether it was restored, the last time.
    pub restored: Option<Restored>,
}

/// What a deletion kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Archived {
    /// Copies, until then.
    Kept {
        /// What names the deletion.
        deletion: String,
        /// For how many days.
        days: u32,
    },
    /// Nothing: the console keeps no copies.
    Off,
    /// Nothing: this queue has opted out.
    OptedOut,
}

impl Archived {
    /// What a page says before something is removed, and after it.
    pub fn sentence(&self) -> String {
        match self {
            Self::Kept { days, .. } => {
                format!("Copies are kept for {}.", super::words::plural(u64::from(*days), "day", "days"))
            }
            Self::Off => "Copies are not kept: this console was told so (archive-days is 0).".into(),
            Self::OptedOut => "Copies are not kept for this queue.".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_name_a_copy() {
        let id = "0123456789abcdef0123456789abcdef";
        assert_eq!(id.parse::<CopyId>().unwrap().as_str(), id);
        for wrong in ["", "0123", "0123456789ABCDEF0123456789ABCDEF", "../../../../../../../../etc/passwd"] {
            assert_eq!(wrong.parse::<CopyId>(), Err(NoCopyId), "{wrong}");
        }
    }

    #[test]
    fn a_reason_reads_back_as_itself() {
        for reason in [Reason::Delete, Reason::Purge] {
            assert_eq!(Reason::of(reason.key()), Some(reason));
        }
        assert_eq!(Reason::of("boredom"), None);
    }
}
