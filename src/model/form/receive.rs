//! The form that receives messages and keeps them in flight, as a consumer would.

use serde::{Deserialize, Serialize};

use super::Invalid;
use super::look::spent;
use crate::model::limits::VISIBILITY_TIMEOUT;

/// For how many seconds a receive polls at most.
pub const SECONDS_MAX: u32 = 30;
/// For how many seconds it polls unless told otherwise.
pub const SECONDS_USUAL: u32 = 10;
/// How many messages it takes at most.
pub const MESSAGES_MAX: usize = 500;
/// How many it takes unless told otherwise.
pub const MESSAGES_USUAL: usize = 10;

/// The form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiveForm {
    /// The connection.
    pub connection: String,
    /// The queue.
    pub queue: String,
    /// For how many seconds to poll.
    #[serde(default)]
    pub seconds: String,
    /// How many messages to take at most.
    #[serde(default)]
    pub messages: String,
    /// For how many seconds they are hidden; empty: the queue's visibility timeout.
    #[serde(default)]
    pub visibility: String,
    /// Present where the receives may be used up although few are left.
    #[serde(default)]
    pub spend: String,
    /// The queue's name, typed, where `spend` is present.
    #[serde(default)]
    pub confirm: String,
}

/// What it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receiving {
    /// Poll for at most this many seconds.
    pub seconds: u32,
    /// Take at most this many messages.
    pub messages: usize,
    /// Hide them for this many seconds; absent: for the queue's visibility timeout.
    pub visibility: Option<u32>,
    /// Whether the receives may be used up although few are left.
    pub spend: bool,
}

impl ReceiveForm {
    /// Reads the form.
    pub fn parse(&self) -> Result<Receiving, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let seconds = number(&self.seconds).unwrap_or(Some(SECONDS_USUAL)).filter(|n| (1..=SECONDS_MAX).contains(n));
        if seconds.is_none() {
            invalid.push(Invalid::new("seconds", "Poll for 1 to 30 seconds."));
        }
        let messages = number(&self.messages).unwrap_or(u32::try_from(MESSAGES_USUAL).ok());
        let messages = messages.map(|n| n as usize).filter(|n| (1..=MESSAGES_MAX).contains(n));
        if messages.is_none() {
            invalid.push(Invalid::new("messages", "Take 1 to 500 messages."));
        }
        let visibility = number(&self.visibility);
        if let Some(given) = visibility
            && given.is_none_or(|n| n == 0 || !VISIBILITY_TIMEOUT.contains(n))
        {
            // With 0 nothing is held, and the same messages come again and again within one receive, each time counted.
            let sentence = "Hide them for 1 to 43 200 seconds (12 hours), or leave it empty for the queue's own timeout. To give them back at once, look.";
            invalid.push(Invalid::new("visibility", sentence));
        }
        let spend = spent(&self.spend, &self.confirm, &self.queue, "confirm-receive", &mut invalid);
        match (seconds, messages) {
            (Some(seconds), Some(messages)) if invalid.is_empty() => {
                Ok(Receiving { seconds, messages, visibility: visibility.flatten(), spend })
            }
            _ => Err(invalid),
        }
    }
}

/// `None` where nothing was typed, `Some(None)` where it is no number.
#[expect(clippy::option_option, reason = "nothing typed and nonsense typed are two things")]
fn number(text: &str) -> Option<Option<u32>> {
    match text.trim() {
        "" => None,
        text => Some(text.parse().ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(seconds: &str, messages: &str, visibility: &str) -> Result<Receiving, Vec<String>> {
        let form = ReceiveForm {
            queue: "orders".into(),
            seconds: seconds.into(),
            messages: messages.into(),
            visibility: visibility.into(),
            ..ReceiveForm::default()
        };
        form.parse().map_err(|invalid| invalid.into_iter().map(|invalid| invalid.field).collect())
    }

    #[test]
    fn a_receive_is_bounded_in_time_number_and_visibility() {
        let usual = Receiving { seconds: 10, messages: 10, visibility: None, spend: false };
        assert_eq!(parse("", "", ""), Ok(usual));
        assert_eq!(parse("30", "500", "1"), Ok(Receiving { seconds: 30, messages: 500, visibility: Some(1), ..usual }));
        assert_eq!(parse("", "", "0"), Err(vec!["visibility".into()]));
        assert_eq!(parse("31", "501", "43201"), Err(vec!["seconds".into(), "messages".into(), "visibility".into()]));
        assert_eq!(parse("0", "0", "-1"), Err(vec!["seconds".into(), "messages".into(), "visibility".into()]));
        assert_eq!(parse("x", "", "1.5"), Err(vec!["seconds".into(), "visibility".into()]));
    }

    #[test]
    fn spending_the_last_receives_is_typed() {
        let form = ReceiveForm { queue: "orders".into(), spend: "on".into(), ..ReceiveForm::default() };
        assert_eq!(form.parse().unwrap_err()[0].field, "confirm-receive");
        let form = ReceiveForm { confirm: "orders".into(), ..form };
        assert!(form.parse().unwrap().spend);
    }
}
