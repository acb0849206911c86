//! Whether a queue can spare the receives that a look or a hold costs. What its messages have had by now is known from
//! what was met before ([`super::spent`]).

use crate::model::refusal::Receiving;
use crate::model::{Attributes, Failure, QueueName, Refusal};
use crate::server::services::Connection;

/// So many receives are left to the consumers unless the price is accepted: with one that fails once or twice, the
/// console's receive would be the one that moves a message to the dead-letter queue.
const SPARED: u32 = 3;

/// What the next receive of a queue's messages costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Price {
    /// Nothing moves, however often a message is received.
    Free,
    /// One of so many receives.
    Counts {
        /// `maxReceiveCount`.
        max: u32,
        /// How many receives the message with the most is known to have had; 0 where none is known.
        received: u32,
    },
}

impl Price {
    /// Of a receive from a queue with these attributes; `received` is the highest count that is known, 0 where none is.
    pub fn of(attributes: &Attributes, received: u32) -> Self {
        let policy = attributes.redrive_policy.as_ref();
        policy.map_or(Self::Free, |policy| Self::Counts { max: policy.max_receive_count, received })
    }

    /// Why nothing can be received, whatever anybody confirms: this receive would move messages.
    pub fn used_up(self, by: Receiving) -> Option<Refusal> {
        self.refusal(by).filter(|_| matches!(self, Self::Counts { max, received } if received >= max))
    }

    /// Why nothing should be received at this price by default.
    pub fn refusal(self, by: Receiving) -> Option<Refusal> {
        match self {
            Self::Counts { max, received } if max.saturating_sub(received) <= SPARED => {
                Some(Refusal::ReceiveBudget { by, max_receive_count: max, received })
            }
            _ => None,
        }
    }
}

impl Connection {
    /// What the next receive from a queue costs, as far as its last look or hold tells. No request.
    pub fn price(&self, queue: &QueueName, attributes: &Attributes) -> Price {
        Price::of(attributes, self.spent(queue, attributes))
    }

    /// Refuses a receive that a queue cannot spare, unless `spend`; and one that would move messages, whatever was
    /// confirmed. No request.
    pub(in crate::server::services) fn spare(
        &self,
        queue: &QueueName,
        attributes: &Attributes,
        spend: bool,
        by: Receiving,
    ) -> Result<(), Failure> {
        let price = self.price(queue, attributes);
        let refusal = if spend { price.used_up(by) } else { price.refusal(by) };
        refusal.map_or(Ok(()), |refusal| Err(Failure::Refused(refusal)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RedrivePolicy;

    #[test]
    fn few_receives_are_not_spent_by_default() {
        let with = |max_receive_count| Attributes {
            redrive_policy: Some(RedrivePolicy {
                dead_letter_target: "arn:aws:sqs:eu-west-1:1:d".parse().unwrap(),
                max_receive_count,
            }),
            ..Attributes::default()
        };
        let by = Receiving::Look;
        let refusal = |attributes: &Attributes, received| Price::of(attributes, received).refusal(by);
        assert_eq!(Price::of(&Attributes::default(), 99), Price::Free);
        assert_eq!(refusal(&Attributes::default(), 99), None);
        assert_eq!(refusal(&with(4), 0), None);
        let budget = |max_receive_count, received| Some(Refusal::ReceiveBudget { by, max_receive_count, received });
        assert_eq!(refusal(&with(3), 0), budget(3, 0));
        assert_eq!(refusal(&with(10), 6), None);
        assert_eq!(refusal(&with(10), 7), budget(10, 7), "three are the consumers'");
        assert_eq!(refusal(&with(10), 11), budget(10, 11));
        let used_up = |max, received| Price::of(&with(max), received).used_up(by);
        assert_eq!((used_up(1, 0), used_up(10, 9)), (None, None), "it may be confirmed");
        assert_eq!((used_up(1, 1), used_up(10, 11)), (budget(1, 1), budget(10, 11)));
    }
}
