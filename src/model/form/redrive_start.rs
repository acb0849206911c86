//! The form that carries a plan out.

use serde::{Deserialize, Serialize};

use super::Invalid;
use super::look::spent;

/// The form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartForm {
    /// The connection.
    #[serde(default)]
    pub connection: String,
    /// The queue.
    #[serde(default)]
    pub queue: String,
    /// What names the plan.
    #[serde(default)]
    pub carry_out: String,
    /// Present where receives may be used up although few are left.
    #[serde(default)]
    pub spend: String,
    /// The queue's name, typed, where `spend` is present.
    #[serde(default)]
    pub confirm: String,
    /// The list that the messages were chosen from, which the answer leads back to.
    #[serde(default)]
    pub list: String,
}

impl StartForm {
    /// Whether receives may be used up although few are left.
    pub fn parse(&self) -> Result<bool, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let spend = spent(&self.spend, &self.confirm, &self.queue, "confirm", &mut invalid);
        if invalid.is_empty() { Ok(spend) } else { Err(invalid) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receives_are_spent_by_typing_the_name() {
        let form = |spend: &str, confirm: &str| StartForm {
            queue: "orders".into(),
            spend: spend.into(),
            confirm: confirm.into(),
            ..StartForm::default()
        };
        assert_eq!(form("", "").parse(), Ok(false));
        assert_eq!(form("on", " orders ").parse(), Ok(true));
        assert_eq!(form("on", "order").parse().unwrap_err()[0].field, "confirm");
    }
}
