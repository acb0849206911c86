//! The forms that start a redrive and cancel one.

use serde::{Deserialize, Serialize};

use super::Invalid;
use crate::model::limits;
use crate::model::{ConnectionName, QueueName};

/// The form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedriveForm {
    /// The connection.
    #[serde(default)]
    pub connection: String,
    /// The dead-letter queue.
    #[serde(default)]
    pub queue: String,
    /// `sources` or `queue`.
    #[serde(default)]
    pub to: String,
    /// The destination's name, where `to` is `queue`.
    #[serde(default)]
    pub destination: String,
    /// Messages per second; empty: SQS chooses.
    #[serde(default)]
    pub rate: String,
}

/// What it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartRedrive {
    /// The connection.
    pub connection: ConnectionName,
    /// The dead-letter queue.
    pub queue: QueueName,
    /// Where to; absent: each message to the queue it failed in.
    pub destination: Option<QueueName>,
    /// Messages per second, 1–500; absent: SQS chooses.
    pub rate: Option<u32>,
}

impl RedriveForm {
    /// Reads the form.
    pub fn parse(&self) -> Result<StartRedrive, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let connection = super::field(&self.connection, "connection", &mut invalid);
        let queue: Option<QueueName> = super::queue(&self.queue, "queue", &mut invalid);
        let destination = if self.to == "sources" {
            if !self.destination.trim().is_empty() {
                let sentence = "Choose “To one queue” to send them there, or clear this field.";
                invalid.push(Invalid::new("destination", sentence));
            }
            None
        } else if self.to == "queue" {
            let name = super::queue(self.destination.trim(), "destination", &mut invalid);
            if let (Some(name), Some(queue)) = (&name, &queue) {
                if name == queue {
                    invalid.push(Invalid::new("destination", "This is the queue that is being redriven."));
                } else if name.kind() != queue.kind() {
                    let sentence = format!(
                        "SQS moves messages only between queues of one type; {name} is {}.",
                        name.kind().word()
                    );
                    invalid.push(Invalid::new("destination", sentence));
                }
            }
            name
        } else {
            invalid.push(Invalid::new("to", "Choose where the messages go."));
            None
        };
        let rate = rate(&self.rate, "rate", &mut invalid);
        match (connection, queue) {
            (Some(connection), Some(queue)) if invalid.is_empty() => {
                Ok(StartRedrive { connection, queue, destination, rate })
            }
            _ => Err(invalid),
        }
    }
}

/// The form that cancels a redrive, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelForm {
    /// The connection.
    #[serde(default)]
    pub connection: String,
    /// The dead-letter queue.
    #[serde(default)]
    pub queue: String,
    /// `again` where the rest shall be started at another rate afterwards; that is a second step.
    #[serde(default)]
    pub then: String,
    /// That rate; empty: SQS chooses.
    #[serde(default)]
    pub new_rate: String,
}

impl CancelForm {
    /// The rate for the next redrive, where one was asked for.
    pub fn parse(&self) -> Result<Option<u32>, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let next = if self.then == "again" { rate(&self.new_rate, "new_rate", &mut invalid) } else { None };
        if invalid.is_empty() { Ok(next) } else { Err(invalid) }
    }
}

fn rate(text: &str, field: &str, invalid: &mut Vec<Invalid>) -> Option<u32> {
    let text = text.trim();
    let rate = text.parse().ok().filter(|rate| limits::MOVE_RATE.contains(*rate));
    if rate.is_none() && !text.is_empty() {
        invalid.push(Invalid::new(field, "Give 1 to 500 messages per second, or leave it empty."));
    }
    rate
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(to: &str, destination: &str, rate: &str) -> Result<StartRedrive, Vec<String>> {
        let form = RedriveForm {
            connection: "local".into(),
            queue: "orders-dlq".into(),
            to: to.into(),
            destination: destination.into(),
            rate: rate.into(),
        };
        form.parse().map_err(|invalid| invalid.into_iter().map(|invalid| invalid.field).collect())
    }

    #[test]
    fn to_the_sources_at_the_rate_of_sqs() {
        let start = form("sources", " ", "").unwrap();
        assert_eq!((start.destination, start.rate), (None, None));
    }

    #[test]
    fn a_new_rate_is_only_read_where_one_was_asked_for() {
        let cancel = |then: &str, new_rate: &str| {
            let form = CancelForm { then: then.into(), new_rate: new_rate.into(), ..CancelForm::default() };
            form.parse().map_err(|invalid| invalid.len())
        };
        assert_eq!((cancel("again", " 20 "), cancel("again", "")), (Ok(Some(20)), Ok(None)));
        assert_eq!((cancel("again", "0"), cancel("again", "fast")), (Err(1), Err(1)));
        assert_eq!(cancel("", "fast"), Ok(None), "a cancellation is never refused for a field beside it");
    }

    #[test]
    fn what_sqs_would_refuse_is_said_beside_the_field() {
        assert_eq!(form("queue", "orders", "500").unwrap().rate, Some(500));
        assert_eq!(form("queue", "", ""), Err(vec!["destination".into()]));
        assert_eq!(form("sources", "rescue", ""), Err(vec!["destination".into()]), "it would be ignored in silence");
        assert_eq!(form("everything", "", ""), Err(vec!["to".into()]));
        assert_eq!(form("", "", ""), Err(vec!["to".into()]));
        assert_eq!(form("queue", "orders-dlq", ""), Err(vec!["destination".into()]));
        assert_eq!(form("queue", "orders.fifo", ""), Err(vec!["destination".into()]));
        assert_eq!(form("sources", "", "501"), Err(vec!["rate".into()]));
        assert_eq!(form("sources", "", "fast"), Err(vec!["rate".into()]));
    }
}
