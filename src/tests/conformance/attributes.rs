//! Attributes of queues: their ranges, and what is read of them.

use serde_json::json;

use super::cases;

cases! {
    "API reference, SetQueueAttributes: VisibilityTimeout, an integer from 0 to 43,200"
    async fn a_visibility_timeout_is_at_most_twelve_hours(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "43200"})).await;
        for value in ["-1", "43201", "1.5", "long"] {
            let input = json!({"QueueUrl": url, "Attributes": {"VisibilityTimeout": value}});
            let refused = sqs.refused("SetQueueAttributes", input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidAttributeValue", 400), "{value}");
        }
        assert_eq!(sqs.attribute(&url, "VisibilityTimeout").await, "43200");
    }

    "API reference, GetQueueAttributes: AttributeNames, ApproximateNumberOfMessages…"
    async fn the_three_counters_tell_where_messages_are(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, "a").await;
        sqs.receive(&url).await;
        sqs.send(&url, "b").await;
        sqs.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "c", "DelaySeconds": 60})).await.unwrap();
        let attributes = sqs.attributes(&url).await;
        assert_eq!(attributes["ApproximateNumberOfMessages"], "1");
        assert_eq!(attributes["ApproximateNumberOfMessagesNotVisible"], "1");
        assert_eq!(attributes["ApproximateNumberOfMessagesDelayed"], "1");
    }

    "API reference, GetQueueAttributes: CreatedTimestamp, epoch time in seconds"
    async fn a_queue_knows_when_it_was_made_in_seconds(sqs) {
        let before = sqs.now() / 1000;
        let url = sqs.queue("orders", json!({})).await;
        let made: u64 = sqs.attribute(&url, "CreatedTimestamp").await.parse().unwrap();
        assert!((before..=sqs.now() / 1000).contains(&made), "{made}");
    }
}
