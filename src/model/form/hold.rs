//! The form that holds messages: they stay in flight while people work on them.

use serde::{Deserialize, Serialize};

use super::Invalid;
use super::look::spent;

/// For how many seconds a hold waits for more at most.
pub const SECONDS_MAX: u32 = 30;
/// How many messages it takes at most.
pub const MESSAGES_MAX: usize = 5_000;
/// How many it takes unless told otherwise.
pub const MESSAGES_USUAL: usize = 100;

/// The form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldForm {
    /// The connection.
    pub connection: String,
    /// The queue.
    pub queue: String,
    /// How many messages to take at most; empty: [`MESSAGES_USUAL`].
    #[serde(default)]
    pub messages: String,
    /// For how many seconds to go on polling although nothing comes; empty: 0.
    #[serde(default)]
    pub seconds: String,
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
pub struct Hold {
    /// Take at most this many messages.
    pub messages: usize,
    /// Poll for so many seconds, also while nothing comes; 0: until a long poll finds nothing.
    pub seconds: u32,
    /// Whether the receives may be used up although few are left.
    pub spend: bool,
}

impl HoldForm {
    /// Reads the form.
    pub fn parse(&self) -> Result<Hold, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let seconds = number(&self.seconds, 0).filter(|n| *n <= SECONDS_MAX as usize);
        let seconds = seconds.and_then(|n| u32::try_from(n).ok());
        if seconds.is_none() {
            invalid.push(Invalid::new("seconds", "Wait for more for 0 to 30 seconds."));
        }
        let messages = number(&self.messages, MESSAGES_USUAL).filter(|n| (1..=MESSAGES_MAX).contains(n));
        if messages.is_none() {
            invalid.push(Invalid::new("messages", "Hold 1 to 5 000 messages."));
        }
        let spend = spent(&self.spend, &self.confirm, &self.queue, "confirm-hold", &mut invalid);
        match (seconds, messages) {
            (Some(seconds), Some(messages)) if invalid.is_empty() => Ok(Hold { messages, seconds, spend }),
            _ => Err(invalid),
        }
    }
}

/// The number that was typed, or the usual one where nothing was; `None` where it is no number.
fn number(text: &str, usual: usize) -> Option<usize> {
    match text.trim() {
        "" => Some(usual),
        text => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(messages: &str, seconds: &str) -> Result<Hold, Vec<String>> {
        let form = HoldForm {
            queue: "orders".into(),
            seconds: seconds.into(),
            messages: messages.into(),
            ..HoldForm::default()
        };
        form.parse().map_err(|invalid| invalid.into_iter().map(|invalid| invalid.field).collect())
    }

    #[test]
    fn a_hold_is_bounded_in_number_and_in_its_waiting() {
        let usual = Hold { messages: 100, seconds: 0, spend: false };
        assert_eq!(parse("", ""), Ok(usual));
        assert_eq!(parse(" 5000", "30"), Ok(Hold { messages: 5_000, seconds: 30, ..usual }));
        assert_eq!(parse("5001", "31"), Err(vec!["seconds".into(), "messages".into()]));
        assert_eq!(parse("0", "-1"), Err(vec!["seconds".into(), "messages".into()]));
        assert_eq!(parse("1.5", "x"), Err(vec!["seconds".into(), "messages".into()]));
    }

    #[test]
    fn spending_the_last_receives_is_typed() {
        let form = HoldForm { queue: "orders".into(), spend: "on".into(), ..HoldForm::default() };
        assert_eq!(form.parse().unwrap_err()[0].field, "confirm-hold");
        let form = HoldForm { confirm: "orders".into(), ..form };
        assert!(form.parse().unwrap().spend);
    }
}
