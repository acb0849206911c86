//! Making, finding and deleting queues.

use serde_json::json;

use super::cases;

cases! {
    "API reference, CreateQueue: a name has at most 80 characters: letters, digits, hyphens, underscores"
    async fn a_name_has_eighty_letters_digits_hyphens_and_underscores_at_most(sqs) {
        for name in ["a".repeat(81), "two words".to_owned(), "ä".to_owned(), "orders.fif".to_owned()] {
            let refused = sqs.refused("CreateQueue", json!({"QueueName": name})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{name}");
        }
        let longest = format!("{:_<80}", sqs.name("A-1"));
        sqs.call("CreateQueue", json!({"QueueName": longest})).await.unwrap();
    }

    "API reference, CreateQueue: Errors, QueueAlreadyExists"
    async fn the_same_queue_can_be_made_twice_and_another_of_its_name_cannot(sqs) {
        let url = sqs.queue("orders", json!({"DelaySeconds": "5"})).await;
        assert_eq!(sqs.queue("orders", json!({"DelaySeconds": "5"})).await, url);
        let input = json!({"QueueName": sqs.name("orders"), "Attributes": {"DelaySeconds": "6"}});
        let refused = sqs.refused("CreateQueue", input).await;
        assert_eq!((refused.code.as_str(), refused.status), ("QueueAlreadyExists", 400));
    }
}
