//! The form that does something with chosen messages.

use serde::{Deserialize, Serialize};

use super::look::spent;
use super::{Invalid, queue};
use crate::model::job::Task;
use crate::model::limits::VISIBILITY_TIMEOUT;

/// The form as typed: the pressed button's action, and its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarryOutForm {
    /// The connection.
    pub connection: String,
    /// The queue.
    pub queue: String,
    /// What names the frozen set.
    pub chosen: String,
    /// `delete`, `release`, `hide` or `copy`.
    #[serde(default)]
    pub action: String,
    /// For how many seconds to hide them, where `action` is `hide`.
    #[serde(default)]
    pub seconds: String,
    /// Where to copy them, where `action` is `copy`.
    #[serde(default)]
    pub to: String,
    /// Present where the receives that finding them again costs may be used up although few are left.
    #[serde(default)]
    pub spend: String,
    /// The queue's name, typed, where `spend` is present.
    #[serde(default)]
    pub confirm: String,
    /// The list that the messages were chosen from, which the answer leads back to.
    #[serde(default)]
    pub list: String,
}

/// The task, and whether the receives it costs may be used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarryOut {
    /// What to do.
    pub task: Task,
    /// Whether receives may be used up although few are left.
    pub spend: bool,
}

impl CarryOutForm {
    /// Reads the form.
    pub fn parse(&self) -> Result<CarryOut, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let task = match self.action.as_str() {
            "delete" => Some(Task::Delete),
            "release" => Some(Task::Hide(0)),
            "hide" => {
                let seconds = self.seconds.trim().parse().ok().filter(|n| VISIBILITY_TIMEOUT.contains(*n));
                if seconds.is_none() {
                    invalid.push(Invalid::new("seconds", "Hide them for 0 to 43 200 seconds (12 hours)."));
                }
                seconds.map(Task::Hide)
            }
            "copy" => queue(self.to.trim(), "to", &mut invalid).map(|to| Task::Copy { to }),
            _ => {
                invalid.push(Invalid::new("action", "This is not known here. Reload the page and try again."));
                None
            }
        };
        if matches!(&task, Some(Task::Copy { to }) if to.as_str() == self.queue) {
            invalid.push(Invalid::new("to", "This is the queue they are in. Name another one."));
        }
        let spend = spent(&self.spend, &self.confirm, &self.queue, "confirm", &mut invalid);
        match task {
            Some(task) if invalid.is_empty() => Ok(CarryOut { task, spend }),
            _ => Err(invalid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(action: &str, seconds: &str, to: &str) -> Result<Task, Vec<String>> {
        let form = CarryOutForm {
            queue: "orders".into(),
            action: action.into(),
            seconds: seconds.into(),
            to: to.into(),
            ..CarryOutForm::default()
        };
        let fields = |invalid: Vec<Invalid>| invalid.into_iter().map(|invalid| invalid.field).collect();
        form.parse().map(|carry_out| carry_out.task).map_err(fields)
    }

    #[test]
    fn each_button_is_a_task() {
        assert_eq!(parse("delete", "x", "!"), Ok(Task::Delete), "the fields of others do not matter");
        assert_eq!(parse("release", "", ""), Ok(Task::Hide(0)));
        assert_eq!(parse("hide", " 900 ", ""), Ok(Task::Hide(900)));
        assert_eq!(parse("hide", "43201", ""), Err(vec!["seconds".into()]));
        assert_eq!(parse("copy", "", " orders-eu "), Ok(Task::Copy { to: "orders-eu".parse().unwrap() }));
        assert_eq!(parse("copy", "", "orders"), Err(vec!["to".into()]));
        assert_eq!(parse("copy", "", ""), Err(vec!["to".into()]));
        assert_eq!(parse("explode", "", ""), Err(vec!["action".into()]));
    }

    #[test]
    fn receives_are_spent_by_typing_the_name() {
        let form = |confirm: &str| CarryOutForm {
            queue: "orders".into(),
            action: "delete".into(),
            spend: "on".into(),
            confirm: confirm.into(),
            ..CarryOutForm::default()
        };
        assert!(form("orders").parse().unwrap().spend);
        assert_eq!(form("order").parse().unwrap_err()[0].field, "confirm");
    }
}
