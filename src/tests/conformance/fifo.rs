//! FIFO queues: order within a group, and groups that block.

use serde_json::json;

use super::cases;
use super::sqs::bodies;

cases! {
    "Developer guide, FIFO delivery logic: a group with a message in flight gives no more"
    async fn a_group_is_blocked_until_its_messages_are_deleted(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        for (group, body) in [("a", "a1"), ("b", "b1"), ("a", "a2")] {
            sqs.send_in_group(&url, group, body).await;
        }
        let first = sqs.receive_with(&url, json!({"MaxNumberOfMessages": 1})).await;
        assert_eq!(bodies(&first), ["a1"]);
        assert_eq!(bodies(&sqs.receive(&url).await), ["b1"]);
        assert!(sqs.receive(&url).await.is_empty());
        sqs.delete(&url, &first[0]).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["a2"]);
    }
}
