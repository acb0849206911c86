//! Dead-letter queues: when a message moves, and what it takes along.

use serde_json::json;

use super::cases;
use super::sqs::bodies;

cases! {
    "Developer guide, Using dead-letter queues: maxReceiveCount"
    async fn a_message_moves_on_the_receive_after_the_last_allowed_one(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.source("orders", &dead_letters, 2).await;
        sqs.send(&url, "a").await;
        for _ in 0..2 {
            let got = sqs.receive(&url).await;
            sqs.hide(&url, &got[0], 0).await;
        }
        assert!(sqs.receive(&url).await.is_empty());
        let moved = sqs.receive(&dead_letters).await;
        assert_eq!(bodies(&moved), ["a"]);
        assert_eq!(moved[0]["Attributes"]["DeadLetterQueueSourceArn"], sqs.arn(&url).await);
    }
}
