//! Visibility: how long a received message is hidden, and how that is changed.

use serde_json::json;

use super::cases;
use super::sqs::bodies;

cases! {
    "Developer guide, Amazon SQS visibility timeout"
    async fn a_received_message_is_hidden_for_the_timeout_of_the_queue(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "3"})).await;
        sqs.send(&url, "a").await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
        assert!(sqs.receive(&url).await.is_empty());
        sqs.pass(3).await;
        let again = sqs.receive(&url).await;
        assert_eq!(bodies(&again), ["a"]);
        assert_eq!(again[0]["Attributes"]["ApproximateReceiveCount"], "2");
    }

    "API reference, ChangeMessageVisibility: the total timeout is 12 hours from the receive"
    async fn twelve_hours_are_counted_from_the_receive(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "90"})).await;
        sqs.send(&url, "a").await;
        let got = sqs.receive(&url).await;
        let handle = &got[0]["ReceiptHandle"];
        sqs.pass(30).await;
        let input = json!({"QueueUrl": url, "ReceiptHandle": handle, "VisibilityTimeout": 43_200});
        let refused = sqs.refused("ChangeMessageVisibility", input).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        assert!(refused.message.contains("beyond the limit"), "{}", refused.message);
    }
}
