//! The forms of the saved filters: keep what a list shows under a name, replace, rename, forget.

use serde::{Deserialize, Serialize};

use super::Invalid;
use crate::model::filter::Query;
use crate::model::filter::saved::{Change, FilterName, NoFilterName, Saved};

/// The form as typed: the pressed button's action, and its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedForm {
    /// The connection.
    pub connection: String,
    /// The queue.
    pub queue: String,
    /// `save`, `replace`, `rename` or `delete`.
    #[serde(default)]
    pub action: String,
    /// The name that it has; empty for a new one.
    #[serde(default)]
    pub old: String,
    /// The name that it shall have.
    #[serde(default)]
    pub name: String,
    /// The list as it is shown: what is kept, and where the answer leads.
    #[serde(default)]
    pub list: String,
}

impl SavedForm {
    /// Reads the form.
    pub fn parse(&self) -> Result<Change, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let change = match self.action.as_str() {
            "save" => self.saved(&self.name, &mut invalid).map(Change::Save),
            "replace" => self.saved(&self.old, &mut invalid).map(Change::Replace),
            "rename" => name(&self.old, &mut invalid)
                .zip(name(&self.name, &mut invalid))
                .map(|(old, new)| Change::Rename(old, new)),
            "delete" => name(&self.old, &mut invalid).map(Change::Delete),
            _ => {
                invalid.push(Invalid::new("name", "This is not known here. Reload the page and try again."));
                None
            }
        };
        match change {
            Some(change) if invalid.is_empty() => Ok(change),
            _ => Err(invalid),
        }
    }

    fn saved(&self, named: &str, invalid: &mut Vec<Invalid>) -> Option<Saved> {
        let query = Query::of(&self.list).lasting();
        if let Some(fault) = &query.fault {
            invalid.push(Invalid::new("name", format!("The filter cannot be read: {}", fault.words())));
        } else if query.text().is_empty() {
            let sentence = "This list has no filter, order, columns or view of its own: there is nothing to save.";
            invalid.push(Invalid::new("name", sentence));
        }
        let name = name(named, invalid)?;
        Some(Saved { name, query: query.text() })
    }
}

fn name(text: &str, invalid: &mut Vec<Invalid>) -> Option<FilterName> {
    let name = text.parse().map_err(NoFilterName::sentence);
    name.map_err(|sentence| invalid.push(Invalid::new("name", sentence))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(action: &str, old: &str, name: &str, list: &str) -> Result<Change, String> {
        let [action, old, name, list] = [action, old, name, list].map(str::to_owned);
        let form = SavedForm { action, old, name, list, ..SavedForm::default() };
        form.parse().map_err(|mut invalid| invalid.remove(0).sentence)
    }

    #[test]
    fn what_is_kept_is_the_list_without_its_page() {
        let list = "filter=is%3Ajson&sort=-size&page=7&evil=1";
        let saved = |name: &str| Saved { name: name.parse().unwrap(), query: "filter=is%3Ajson&sort=-size".into() };
        assert_eq!(parse("save", "", " JSON ", list), Ok(Change::Save(saved("JSON"))));
        assert_eq!(parse("replace", "JSON", "ignored", list), Ok(Change::Replace(saved("JSON"))));
        let names = ("a".parse().unwrap(), "b".parse().unwrap());
        assert_eq!(parse("rename", "a", "b", ""), Ok(Change::Rename(names.0, names.1)));
        assert_eq!(parse("delete", "a", "", ""), Ok(Change::Delete("a".parse().unwrap())));
    }

    #[test]
    fn what_cannot_be_kept_is_said() {
        let sentence = |result: Result<Change, String>| result.unwrap_err();
        assert!(sentence(parse("save", "", "", "filter=a")).contains("Give it a name"));
        assert!(sentence(parse("save", "", "a", "page=2")).contains("nothing to save"));
        assert!(sentence(parse("save", "", "a", "filter=age%3E2")).contains("`age` needs a duration"));
        assert!(sentence(parse("rename", "a", &"x".repeat(61), "")).contains("60 characters"));
        assert!(sentence(parse("", "", "", "")).contains("Reload"));
    }
}
