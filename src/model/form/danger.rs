//! The forms that destroy: each is carried out only when the queue's name was typed.

use serde::{Deserialize, Serialize};

use super::Invalid;
use crate::model::{QueueName, Refusal};

/// The form that purges a queue, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgeForm {
    /// The connection.
    pub connection: String,
    /// The queue.
    pub queue: String,
    /// The name typed to confirm.
    #[serde(default)]
    pub purge: String,
    /// Present where copies are kept first.
    #[serde(default)]
    pub archive: String,
}

/// The form that deletes a queue, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteForm {
    /// The connection.
    pub connection: String,
    /// The queue.
    pub queue: String,
    /// The name typed to confirm.
    #[serde(default)]
    pub delete: String,
    /// Present where copies are kept first.
    #[serde(default)]
    pub archive: String,
}

impl PurgeForm {
    /// The queue to purge, if its name was typed.
    pub fn parse(&self) -> Result<QueueName, Vec<Invalid>> {
        confirmed(&self.queue, &self.purge, "purge")
    }
}

impl DeleteForm {
    /// The queue to delete, if its name was typed.
    pub fn parse(&self) -> Result<QueueName, Vec<Invalid>> {
        confirmed(&self.queue, &self.delete, "delete")
    }
}

/// Blanks around a pasted name are forgiven; its letters are not.
fn confirmed(queue: &str, typed: &str, field: &str) -> Result<QueueName, Vec<Invalid>> {
    let mut invalid = Vec::new();
    let name = super::queue(queue, "queue", &mut invalid);
    if name.is_some() && typed.trim() != queue {
        let refusal = Refusal::NameNotTyped;
        invalid.push(Invalid::new(field, format!("{}. {}", refusal.title(), refusal.advice())));
    }
    match name {
        Some(name) if invalid.is_empty() => Ok(name),
        _ => Err(invalid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purge(queue: &str, typed: &str) -> Result<String, Vec<String>> {
        let form =
            PurgeForm { connection: "local".into(), queue: queue.into(), purge: typed.into(), archive: String::new() };
        form.parse().map(String::from).map_err(|invalid| invalid.into_iter().map(|invalid| invalid.field).collect())
    }

    #[test]
    fn only_the_whole_name_confirms() {
        assert_eq!(purge("orders", "orders"), Ok("orders".into()));
        assert_eq!(purge("orders", " orders\n"), Ok("orders".into()));
        for typed in ["", "order", "Orders", "orders-dlq", "orders.fifo"] {
            assert_eq!(purge("orders", typed), Err(vec!["purge".into()]), "{typed:?}");
        }
        assert_eq!(purge("a b", "a b"), Err(vec!["queue".into()]));
    }

    #[test]
    fn each_form_marks_its_own_field() {
        let form = DeleteForm {
            connection: "local".into(),
            queue: "orders".into(),
            delete: "x".into(),
            ..DeleteForm::default()
        };
        assert_eq!(form.parse().unwrap_err()[0].field, "delete");
    }
}
