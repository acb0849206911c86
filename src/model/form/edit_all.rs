//! The form that edits every message of a frozen set in the same way.

use serde::{Deserialize, Serialize};

use super::{Invalid, queue};
use crate::model::edit::{OPERATIONS, Operation};
use crate::model::filter::JsonPath;
use crate::model::{QueueName, json, words};

/// The longest text of a row, bytes.
const LONGEST: usize = 4 * 1_024;

/// One operation as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationRow {
    /// The key of a [`Kind`].
    #[serde(default)]
    pub kind: String,
    /// A JSON path, or the text that is looked for.
    #[serde(default)]
    pub at: String,
    /// The value, the new name, or the text that takes its place.
    #[serde(default)]
    pub value: String,
}

/// What a row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sets a value.
    Set,
    /// Removes a member or an element.
    Remove,
    /// Renames a member.
    Rename,
    /// Replaces a text.
    Replace,
}

impl Kind {
    /// All of them, in the order of the list.
    pub const ALL: [Self; 4] = [Self::Set, Self::Remove, Self::Rename, Self::Replace];

    /// What the form sends.
    pub fn key(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Remove => "remove",
            Self::Rename => "rename",
            Self::Replace => "replace",
        }
    }

    /// What is read in the list.
    pub fn label(self) -> &'static str {
        match self {
            Self::Set => "Set the value at",
            Self::Remove => "Remove",
            Self::Rename => "Rename",
            Self::Replace => "Replace the text",
        }
    }
}

impl OperationRow {
    /// The name of a field of row `index`, counted from 0.
    pub fn field(index: usize, part: &str) -> String {
        format!("rows[{index}][{part}]")
    }

    /// Whether nothing was typed into the row; its list has always something chosen.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty() && self.value.is_empty()
    }

    fn parse(&self, index: usize, invalid: &mut Vec<Invalid>) -> Option<Operation> {
        let before = invalid.len();
        let mut wrong = |part: &str, sentence: String| invalid.push(Invalid::new(Self::field(index, part), sentence));
        for (part, text) in [("at", &self.at), ("value", &self.value)] {
            if text.len() > LONGEST {
                wrong(part, format!("At most {}.", words::bytes(LONGEST as u64)));
            }
        }
        let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.key() == self.kind) else {
            wrong("kind", "This is not known here. Reload the page and try again.".into());
            return None;
        };
        if kind == Kind::Replace {
            if self.at.is_empty() {
                wrong("at", "Give the text that is to be replaced.".into());
            }
            let operation = Operation::Replace { find: self.at.clone(), with: self.value.clone() };
            return (invalid.len() == before).then_some(operation);
        }
        let path: Option<JsonPath> = match self.at.trim() {
            "" => {
                wrong("at", "Give the place, such as order.items[0].price.".into());
                None
            }
            at => at
                .parse()
                .map_err(|fault: crate::model::filter::path::PathFault| {
                    wrong("at", format!("{}, at character {}.", fault.sentence, fault.at + 1));
                })
                .ok(),
        };
        let value = self.value.trim();
        let operation = match kind {
            Kind::Set => {
                if let Some(sentence) = value_fault(value) {
                    wrong("value", sentence);
                }
                path.map(|path| Operation::Set { path, value: value.to_owned() })
            }
            Kind::Rename => {
                if value.is_empty() {
                    wrong("value", "Give the new name.".into());
                }
                let named = path.as_ref().is_none_or(ends_in_a_name);
                if !named {
                    wrong("at", "An element of an array has no name.".into());
                }
                path.map(|path| Operation::Rename { path, to: value.to_owned() })
            }
            _ => {
                if !value.is_empty() {
                    wrong("value", "Removing needs no value. Leave it empty.".into());
                }
                path.map(|path| Operation::Remove { path })
            }
        };
        operation.filter(|_| invalid.len() == before)
    }
}

fn ends_in_a_name(path: &JsonPath) -> bool {
    matches!(path.segments().last(), Some(crate::model::filter::path::Segment::Key(_)))
}

/// What is wrong with a value, if anything. A text without its quotation marks is what is typed most.
fn value_fault(value: &str) -> Option<String> {
    let fault = json::check(value).err()?;
    if value.is_empty() {
        return Some("Give a value as JSON: 42, true, null, \"text\", {…} or […].".into());
    }
    if value.starts_with(['{', '[', '"']) {
        let (line, column) = fault.place(value);
        return Some(format!("No JSON: line {line}, column {column}. {}", fault.sentence));
    }
    let text = serde_json::Value::from(value).to_string();
    let shown: String = text.chars().take(40).collect();
    let shown = if shown.len() < text.len() { format!("{shown}…\"") } else { shown };
    Some(format!("A value is JSON: a text stands in quotation marks, {shown}."))
}

/// The form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditAllForm {
    /// The connection.
    #[serde(default)]
    pub connection: String,
    /// The queue.
    #[serde(default)]
    pub queue: String,
    /// What names the frozen set.
    #[serde(default)]
    pub chosen: String,
    /// The operations, empty rows too.
    #[serde(default)]
    pub rows: Vec<OperationRow>,
    /// Present where messages that are not changed by this are sent, too.
    #[serde(default)]
    pub all: String,
    /// `home`: each to the queue where it failed; `queue`: all to [`Self::target`].
    #[serde(default)]
    pub route: String,
    /// A queue.
    #[serde(default)]
    pub target: String,
    /// Present where the originals stay.
    #[serde(default)]
    pub keep: String,
    /// The list that the messages were chosen from, which the answer leads back to.
    #[serde(default)]
    pub list: String,
}

/// What is to be done with a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditAll {
    /// What is done with each body, in this order.
    pub operations: Vec<Operation>,
    /// Whether those that are not changed are sent, too.
    pub all: bool,
    /// Where to; absent: each to the queue where it failed.
    pub to: Option<QueueName>,
    /// Whether the originals stay.
    pub keep: bool,
}

impl EditAllForm {
    /// Reads the form.
    pub fn parse(&self) -> Result<EditAll, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let rows = self.rows.iter().take(OPERATIONS).enumerate().filter(|(_, row)| !row.is_empty());
        let operations: Vec<_> = rows.filter_map(|(index, row)| row.parse(index, &mut invalid)).collect();
        if operations.is_empty() && invalid.is_empty() {
            invalid.push(Invalid::new(OperationRow::field(0, "at"), "Say what is to be changed."));
        }
        let to = match (self.route.as_str(), self.target.trim()) {
            ("home", _) => None,
            ("queue", "") => {
                invalid.push(Invalid::new("target", "Name the queue that the copies go to."));
                None
            }
            ("queue", target) => queue(target, "target", &mut invalid),
            _ => {
                invalid.push(Invalid::new("route", "Choose where the copies go."));
                None
            }
        };
        if to.as_ref().is_some_and(|to| to.as_str() == self.queue) {
            invalid.push(Invalid::new("target", "The messages are in this queue already. Name another one."));
        }
        if !invalid.is_empty() {
            return Err(invalid);
        }
        Ok(EditAll { operations, all: !self.all.is_empty(), to, keep: !self.keep.is_empty() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(rows: &[(&str, &str, &str)]) -> EditAllForm {
        let row = |(kind, at, value): &(&str, &str, &str)| OperationRow {
            kind: (*kind).into(),
            at: (*at).into(),
            value: (*value).into(),
        };
        let rows = rows.iter().map(row).collect();
        EditAllForm { queue: "orders-dlq".into(), rows, route: "home".into(), ..EditAllForm::default() }
    }

    fn wrong(rows: &[(&str, &str, &str)]) -> Vec<String> {
        form(rows).parse().unwrap_err().into_iter().map(|invalid| invalid.field).collect()
    }

    #[test]
    fn each_row_is_an_operation_and_empty_ones_are_none() {
        let parsed = form(&[
            ("set", " order.amount ", " 12.50 "),
            ("set", "", ""),
            ("remove", "items[0]", ""),
            ("rename", "a", "b c"),
            ("replace", " x ", ""),
        ]);
        let words: Vec<_> = parsed.parse().unwrap().operations.iter().map(Operation::words).collect();
        assert_eq!(words, ["set order.amount to 12.50", "remove items[0]", "rename a to b c", "remove the text  x "]);
    }

    #[test]
    fn what_cannot_be_used_is_said_beside_its_field() {
        assert_eq!(wrong(&[]), ["rows[0][at]"]);
        assert_eq!(wrong(&[("set", "a..b", "hello")]), ["rows[0][at]", "rows[0][value]"]);
        assert_eq!(wrong(&[("set", "", "1")]), ["rows[0][at]"]);
        assert_eq!(wrong(&[("set", "a", "")]), ["rows[0][value]"]);
        assert_eq!(wrong(&[("remove", "a", "1")]), ["rows[0][value]"]);
        assert_eq!(wrong(&[("rename", "a[0]", "")]), ["rows[0][value]", "rows[0][at]"]);
        assert_eq!(wrong(&[("explode", "a", "")]), ["rows[0][kind]"]);
        assert_eq!(wrong(&[("replace", "", "x")]), ["rows[0][at]"]);
        assert_eq!(wrong(&[("replace", &"x".repeat(LONGEST + 1), "")]), ["rows[0][at]"]);
        let sentence = form(&[("set", "a", "it's \"x\"")]).parse().unwrap_err()[0].sentence.clone();
        assert!(sentence.ends_with(r#"quotation marks, "it's \"x\""."#), "{sentence}");
    }

    #[test]
    fn they_go_home_or_to_one_queue() {
        let to = |route: &str, target: &str| {
            let form = EditAllForm { route: route.into(), target: target.into(), ..form(&[("remove", "a", "")]) };
            form.parse().map(|edit| edit.to.map(|to| to.to_string())).map_err(|invalid| invalid[0].field.clone())
        };
        assert_eq!(to("home", "x y"), Ok(None));
        assert_eq!(to("queue", " other "), Ok(Some("other".into())));
        for (route, target, field) in
            [("queue", "", "target"), ("queue", "a b", "target"), ("queue", "orders-dlq", "target"), ("", "", "route")]
        {
            assert_eq!(to(route, target), Err(field.into()), "{route} {target}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_operation_or_a_sentence(kind in "(set|remove|rename|replace|x)", at in any::<String>(), value in any::<String>()) {
            match form(&[(&kind, &at, &value)]).parse() {
                Ok(edit) => prop_assert_eq!(edit.operations.len(), 1),
                Err(invalid) => prop_assert!(!invalid.is_empty()),
            }
        }
    }
}
