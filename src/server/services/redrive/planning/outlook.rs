//! How much time is left: which messages expire while a redrive is at work.

use std::sync::Arc;

use crate::model::{Attributes, Message, QueueKind};

/// A day, milliseconds: what expires within it is worth a word.
const SOON_MS: i64 = 86_400_000;

/// Which messages may be gone before it is their turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// When the first of them expires, milliseconds since 1970, as far as that is known.
    pub first_ms: Option<i64>,
    /// How many expire within a day.
    pub soon: usize,
    /// How many have expired by now: SQS may delete them at any moment.
    pub expired: usize,
    /// How many expire before it is their turn at the wished rate, those that have expired by now included.
    pub late: usize,
    /// How long it takes at the wished rate, seconds.
    pub seconds: Option<u64>,
}

impl Outlook {
    /// Of messages that go in this order, so many a second. A standard dead-letter queue counts from the first send, a
    /// FIFO one from the move, which no message tells (SQS Developer Guide, "Setting up dead-letter queue retention").
    pub fn of(messages: &[Arc<Message>], attributes: &Attributes, rate: Option<u32>, now_ms: i64) -> Self {
        let seconds = rate.map(|rate| (messages.len() as u64).div_ceil(u64::from(rate.max(1))));
        let mut outlook = Self { seconds, ..Self::default() };
        for (at, message) in messages.iter().enumerate() {
            let moved = message.source().is_some() && attributes.kind() == QueueKind::Fifo;
            let Some(sent) = message.sent_at().filter(|_| !moved) else { continue };
            let expires = sent.saturating_add(i64::from(attributes.retention) * 1_000);
            let turn = rate.map_or(0, |rate| at as u64 * 1_000 / u64::from(rate.max(1)));
            let turn = now_ms.saturating_add(i64::try_from(turn).unwrap_or(i64::MAX));
            outlook.first_ms = Some(outlook.first_ms.map_or(expires, |first| first.min(expires)));
            outlook.soon += usize::from(expires <= now_ms + SOON_MS);
            outlook.expired += usize::from(expires <= now_ms);
            outlook.late += usize::from(expires <= turn);
        }
        outlook
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::queue::FifoSettings;
    use crate::server::services::messages::tests::message;

    fn sent(at_ms: i64) -> Arc<Message> {
        let mut message = message("m", "", None);
        message.system.insert("SentTimestamp".into(), at_ms.to_string());
        message.system.insert("DeadLetterQueueSourceArn".into(), "arn:aws:sqs:eu-west-1:1:orders".into());
        Arc::new(message)
    }

    #[test]
    fn what_expires_first_is_known_of_standard_queues_alone() {
        let attributes = Attributes { retention: 100, ..Attributes::default() };
        let messages = [sent(950_000), sent(900_000), sent(890_000)];
        let outlook = Outlook::of(&messages, &attributes, Some(1), 1_000_000);
        assert_eq!(outlook.first_ms, Some(990_000));
        assert_eq!((outlook.soon, outlook.expired, outlook.late, outlook.seconds), (3, 2, 2, Some(3)));
        let fifo = Attributes { fifo: Some(FifoSettings::default()), ..attributes };
        assert_eq!(Outlook::of(&messages, &fifo, None, 1_000_000), Outlook::default());
    }

    #[test]
    fn a_low_rate_comes_too_late_for_some() {
        let attributes = Attributes { retention: 100, ..Attributes::default() };
        let messages: Vec<_> = (0..100).map(|_| sent(950_000)).collect();
        assert_eq!(Outlook::of(&messages, &attributes, Some(1), 1_000_000).late, 50);
        assert_eq!(Outlook::of(&messages, &attributes, None, 1_000_000).late, 0);
    }

    proptest! {
        /// A lower rate never saves a message, and none is late that is not there.
        #[test]
        fn slower_is_never_earlier(sends in prop::collection::vec(0_i64..200_000, 0..40), rate in 1_u32..50) {
            let messages: Vec<_> = sends.into_iter().map(sent).collect();
            let attributes = Attributes { retention: 100, ..Attributes::default() };
            let late = |rate| Outlook::of(&messages, &attributes, rate, 150_000).late;
            prop_assert!(late(None) <= late(Some(rate + 1)) && late(Some(rate + 1)) <= late(Some(rate)));
            prop_assert!(late(Some(rate)) <= messages.len());
        }
    }
}
