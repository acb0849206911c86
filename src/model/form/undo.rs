//! The forms of “Recently deleted”: restore copies, forget them, and whether a queue's are kept.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Invalid;
use crate::model::QueueName;
use crate::model::archive::CopyId;

/// The form around the list of copies, and that of one copy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiesForm {
    /// The connection.
    pub connection: String,
    /// The queue that the messages were in.
    pub queue: String,
    /// The marked copies.
    #[serde(default)]
    pub ids: Vec<String>,
    /// The deletion whose copies the page shows, empty where it shows all.
    #[serde(default)]
    pub deletion: String,
    /// `restore`, `restore-all`, `forget` or `forget-all`.
    #[serde(default)]
    pub action: String,
    /// To which queue they are sent.
    #[serde(default)]
    pub to: String,
    /// Present where those that were restored before are sent once more.
    #[serde(default)]
    pub again: String,
    /// Present on the page of one copy, which the answer leads back to.
    #[serde(default)]
    pub one: String,
}

/// Which copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// These.
    Marked(BTreeSet<CopyId>),
    /// All of a deletion.
    Deletion(String),
}

/// The same text for the same copies.
impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Marked(ids) => ids.iter().try_for_each(|id| write!(f, "{id} ")),
            Self::Deletion(deletion) => f.write_str(deletion),
        }
    }
}

/// What to do with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// Send them again.
    Restore {
        /// To this queue.
        to: QueueName,
        /// Even those that were sent before.
        again: bool,
    },
    /// Delete them.
    Forget,
}

impl CopiesForm {
    /// Reads the form.
    pub fn parse(&self) -> Result<(What, Undo), Vec<Invalid>> {
        let mut invalid = Vec::new();
        let (action, all) = match self.action.strip_suffix("-all") {
            Some(action) => (action, true),
            None => (self.action.as_str(), false),
        };
        let what = if all && !self.deletion.is_empty() {
            What::Deletion(self.deletion.clone())
        } else {
            What::Marked(self.ids.iter().filter_map(|id| id.parse().ok()).collect())
        };
        if matches!(&what, What::Marked(ids) if ids.is_empty()) {
            invalid.push(Invalid::new("ids", "No message is marked. Mark those that you mean."));
        }
        let undo = match action {
            "restore" => {
                let to = if self.to.trim().is_empty() { &self.queue } else { self.to.trim() };
                super::queue(to, "to", &mut invalid).map(|to| Undo::Restore { to, again: !self.again.is_empty() })
            }
            "forget" => Some(Undo::Forget),
            _ => {
                invalid.push(Invalid::new("action", "This is not known here. Reload the page and try again."));
                None
            }
        };
        match undo {
            Some(undo) if invalid.is_empty() => Ok((what, undo)),
            _ => Err(invalid),
        }
    }
}

/// The form that decides whether copies of a queue's messages are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeepForm {
    /// The connection.
    pub connection: String,
    /// The queue.
    pub queue: String,
    /// `on` where they are kept from now on.
    #[serde(default)]
    pub keep: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef";

    fn form(action: &str) -> CopiesForm {
        CopiesForm { queue: "orders".into(), action: action.into(), ids: vec![ID.into()], ..CopiesForm::default() }
    }

    #[test]
    fn marked_copies_go_back_to_their_queue_or_to_another() {
        let marked = What::Marked(BTreeSet::from([ID.parse().unwrap()]));
        let restore = |to: &str, again| Undo::Restore { to: to.parse().unwrap(), again };
        assert_eq!(form("restore").parse(), Ok((marked.clone(), restore("orders", false))));
        let elsewhere = CopiesForm { to: " other ".into(), again: "on".into(), ..form("restore") };
        assert_eq!(elsewhere.parse(), Ok((marked.clone(), restore("other", true))));
        assert_eq!(form("forget").parse(), Ok((marked, Undo::Forget)));
    }

    #[test]
    fn all_means_all_of_one_deletion_and_never_everything() {
        let all = CopiesForm { deletion: "d".into(), ids: vec![], ..form("forget-all") };
        assert_eq!(all.parse(), Ok((What::Deletion("d".into()), Undo::Forget)));
        let none = CopiesForm { ids: vec![], ..form("forget-all") };
        assert_eq!(none.parse().unwrap_err()[0].field, "ids");
    }

    #[test]
    fn what_names_no_copy_and_no_queue_is_said() {
        let wrong = CopiesForm { ids: vec!["../x".into()], to: "a b".into(), ..form("restore") };
        let fields: Vec<String> = wrong.parse().unwrap_err().into_iter().map(|invalid| invalid.field).collect();
        assert_eq!(fields, ["ids", "to"]);
        assert_eq!(form("drop").parse().unwrap_err()[0].field, "action");
    }
}
