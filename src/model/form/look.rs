//! The form that looks into a queue: how far, and whether the receives it costs may be spent.

use serde::{Deserialize, Serialize};

use super::Invalid;

/// How many messages a look may be asked for.
pub const LIMITS: [usize; 7] = [10, 50, 100, 500, 1_000, 5_000, 10_000];
/// How many it looks at unless told otherwise.
pub const USUAL: usize = 500;

/// The form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookForm {
    /// The connection.
    pub connection: String,
    /// The queue.
    pub queue: String,
    /// One of [`LIMITS`]; empty: [`USUAL`].
    #[serde(default)]
    pub limit: String,
    /// Present where the receives may be used up although few are left.
    #[serde(default)]
    pub spend: String,
    /// The queue's name, typed, where `spend` is present.
    #[serde(default)]
    pub confirm: String,
    /// The list as it is shown, which the answer leads back to.
    #[serde(default)]
    pub list: String,
}

/// What it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// At most this many messages.
    pub limit: usize,
    /// Whether the receives may be used up although few are left.
    pub spend: bool,
}

impl LookForm {
    /// Reads the form.
    pub fn parse(&self) -> Result<Look, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let limit = match self.limit.as_str() {
            "" => USUAL,
            text => text.parse().ok().filter(|limit| LIMITS.contains(limit)).unwrap_or_else(|| {
                invalid.push(Invalid::new("limit", "Choose one of the numbers of messages that are offered."));
                USUAL
            }),
        };
        let spend = spent(&self.spend, &self.confirm, &self.queue, "confirm", &mut invalid);
        if invalid.is_empty() { Ok(Look { limit, spend }) } else { Err(invalid) }
    }
}

/// Reads the checkbox that lets receives be used up, and the name typed beside it.
pub(super) fn spent(checkbox: &str, typed: &str, queue: &str, field: &str, invalid: &mut Vec<Invalid>) -> bool {
    if checkbox.is_empty() {
        return false;
    }
    if typed.trim() != queue {
        invalid.push(Invalid::new(field, "This is not the queue's name. Nothing was received."));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(limit: &str, spend: &str, confirm: &str) -> Result<Look, String> {
        let form = LookForm {
            connection: "local".into(),
            queue: "orders".into(),
            limit: limit.into(),
            spend: spend.into(),
            confirm: confirm.into(),
            list: String::new(),
        };
        form.parse().map_err(|mut invalid| invalid.remove(0).field)
    }

    #[test]
    fn a_look_is_bounded_and_its_override_is_typed() {
        let table = [
            (("", "", ""), Ok(Look { limit: 500, spend: false })),
            (("10000", "", "ignored"), Ok(Look { limit: 10_000, spend: false })),
            (("10", "on", " orders "), Ok(Look { limit: 10, spend: true })),
            (("10", "on", "order"), Err("confirm".to_owned())),
            (("10", "on", ""), Err("confirm".to_owned())),
            (("501", "", ""), Err("limit".to_owned())),
            (("-1", "", ""), Err("limit".to_owned())),
        ];
        for ((limit, spend, confirm), expected) in table {
            assert_eq!(parse(limit, spend, confirm), expected, "{limit} {spend} {confirm}");
        }
    }
}
