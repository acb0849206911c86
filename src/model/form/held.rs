//! What may be done with messages that a receive holds in flight.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Invalid;
use crate::model::MessageId;
use crate::model::limits::VISIBILITY_TIMEOUT;

/// The form as sent: the pressed button's action, and the ids of the marked messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldForm {
    /// The connection.
    pub connection: String,
    /// The queue.
    pub queue: String,
    /// `delete`, `release` or `hide`.
    #[serde(default)]
    pub action: String,
    /// The marked messages.
    #[serde(default)]
    pub ids: Vec<String>,
    /// For how many seconds to hide them, where `action` is `hide`.
    #[serde(default)]
    pub seconds: String,
    /// Present on the page of one message, which the answer leads back to.
    #[serde(default)]
    pub one: String,
    /// The list as it is shown, which the answer leads back to.
    #[serde(default)]
    pub list: String,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Delete for good.
    Delete,
    /// Hide for this many seconds from now; 0 gives them back at once.
    Hide(u32),
}

/// A deed and the messages it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What to do.
    pub deed: Deed,
    /// With which messages, each once.
    pub ids: BTreeSet<MessageId>,
}

impl HeldForm {
    /// Reads the form.
    pub fn parse(&self) -> Result<Held, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let ids: BTreeSet<MessageId> = self.ids.iter().map(MessageId::new).collect();
        if ids.is_empty() {
            invalid.push(Invalid::new("ids", "No message is marked. Mark those that you mean."));
        }
        let deed = match self.action.as_str() {
            "delete" => Some(Deed::Delete),
            "release" => Some(Deed::Hide(0)),
            "hide" => {
                let seconds = self.seconds.trim().parse().ok().filter(|n| VISIBILITY_TIMEOUT.contains(*n));
                if seconds.is_none() {
                    invalid.push(Invalid::new("seconds", "Hide them for 0 to 43 200 seconds (12 hours)."));
                }
                seconds.map(Deed::Hide)
            }
            _ => {
                invalid.push(Invalid::new("action", "This is not known here. Reload the page and try again."));
                None
            }
        };
        match deed {
            Some(deed) if invalid.is_empty() => Ok(Held { deed, ids }),
            _ => Err(invalid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(action: &str, ids: &[&str], seconds: &str) -> Result<(Deed, usize), Vec<String>> {
        let form = HeldForm {
            action: action.into(),
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            seconds: seconds.into(),
            ..HeldForm::default()
        };
        let fields = |invalid: Vec<Invalid>| invalid.into_iter().map(|invalid| invalid.field).collect();
        form.parse().map(|held| (held.deed, held.ids.len())).map_err(fields)
    }

    #[test]
    fn each_button_is_a_deed() {
        assert_eq!(parse("delete", &["a", "b", "a"], "ignored"), Ok((Deed::Delete, 2)));
        assert_eq!(parse("release", &["a"], ""), Ok((Deed::Hide(0), 1)));
        assert_eq!(parse("hide", &["a"], " 43200 "), Ok((Deed::Hide(43_200), 1)));
        assert_eq!(parse("hide", &["a"], "43201"), Err(vec!["seconds".into()]));
        assert_eq!(parse("delete", &[], ""), Err(vec!["ids".into()]));
        assert_eq!(parse("purge", &["a"], ""), Err(vec!["action".into()]));
    }
}
