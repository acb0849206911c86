//! Whether a queue can spare the receives that a look costs.

use crate::model::{Attributes, Refusal};

/// Up to this `maxReceiveCount` a receive is refused unless its price is accepted: with a consumer that fails once or
/// twice, the console's receive would be the one that moves a message to the dead-letter queue.
const FEW: u32 = 3;

/// Why nothing should be received from a queue by default. A queue without a redrive policy, as a dead-letter queue
/// usually is, loses nothing by it.
pub fn refusal(attributes: &Attributes) -> Option<Refusal> {
    let policy = attributes.redrive_policy.as_ref()?;
    let max_receive_count = policy.max_receive_count;
    (max_receive_count <= FEW).then_some(Refusal::ReceiveBudget { max_receive_count })
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
        assert_eq!(refusal(&Attributes::default()), None);
        assert_eq!(refusal(&with(4)), None);
        assert_eq!(refusal(&with(3)), Some(Refusal::ReceiveBudget { max_receive_count: 3 }));
        assert!(refusal(&with(1)).is_some());
    }
}
