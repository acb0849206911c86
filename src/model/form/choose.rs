//! The form that freezes a set of messages of a snapshot, before anything is done with it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Invalid;
use crate::model::MessageId;
use crate::model::filter::{Fault, Filter, JsonPath};

/// The form as sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChooseForm {
    /// The connection.
    pub connection: String,
    /// The queue.
    pub queue: String,
    /// What names the snapshot that was shown.
    #[serde(default)]
    pub session: String,
    /// The marked messages.
    #[serde(default)]
    pub ids: Vec<String>,
    /// Present where all are meant.
    #[serde(default)]
    pub all: String,
    /// The filter that was shown: all that match it are meant by all.
    #[serde(default)]
    pub filter: String,
    /// By what causes were told apart.
    #[serde(default)]
    pub by: String,
    /// The list as it is shown, which the answer leads back to.
    #[serde(default)]
    pub list: String,
}

/// Which messages of which snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What names the snapshot.
    pub session: String,
    /// Which of its messages.
    pub what: What,
}

/// Which messages of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Those marked.
    Marked(BTreeSet<MessageId>),
    /// All.
    Everything,
    /// All that match.
    Matching(
        /// What they match.
        Filter,
        /// By what causes are told apart, where somebody picked it.
        Option<JsonPath>,
    ),
}

impl ChooseForm {
    /// Reads the form.
    pub fn parse(&self) -> Result<Choice, Vec<Invalid>> {
        let session = self.session.clone();
        if !self.all.is_empty() {
            let filter: Filter =
                self.filter.parse().map_err(|fault: Fault| vec![Invalid::new("ids", fault.words())])?;
            let what = if filter.is_empty() { What::Everything } else { What::Matching(filter, self.by.parse().ok()) };
            return Ok(Choice { session, what });
        }
        let ids: BTreeSet<MessageId> = self.ids.iter().map(MessageId::new).collect();
        if ids.is_empty() {
            return Err(vec![Invalid::new("ids", "No message is marked. Mark those that you mean.")]);
        }
        Ok(Choice { session, what: What::Marked(ids) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_or_those_marked_and_never_none() {
        let form = |ids: &[&str], all: &str| ChooseForm {
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            all: all.into(),
            ..ChooseForm::default()
        };
        assert_eq!(form(&["a"], "on").parse().unwrap().what, What::Everything);
        assert!(matches!(form(&["a", "a", "b"], "").parse().unwrap().what, What::Marked(ids) if ids.len() == 2));
        assert_eq!(form(&[], "").parse().unwrap_err()[0].field, "ids");
        let filtered = |filter: &str| ChooseForm { filter: filter.into(), ..form(&["a"], "on") }.parse();
        assert_eq!(filtered("is:json").unwrap().what, What::Matching("is:json".parse().unwrap(), None));
        assert_eq!(filtered("  ").unwrap().what, What::Everything);
        assert!(filtered("age>").unwrap_err()[0].sentence.contains("`age` needs a duration"), "never all instead");
    }
}
