//! Long polling: a receive that waits for messages.

use std::time::{Duration, Instant};

use serde_json::json;

use super::cases;
use super::sqs::bodies;

cases! {
    "Developer guide, Amazon SQS short and long polling: a message ends the wait"
    async fn a_wait_ends_when_a_message_arrives(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let begun = Instant::now();
        let waiting = tokio::spawn({
            let (sqs, url) = (sqs.clone(), url.clone());
            async move { sqs.receive_with(&url, json!({"WaitTimeSeconds": 20})).await }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!waiting.is_finished(), "a receive that may wait does not answer that there is nothing");
        sqs.send(&url, "a").await;
        assert_eq!(bodies(&waiting.await.unwrap()), ["a"]);
        assert!(begun.elapsed() < Duration::from_secs(10), "it waited on: {:?}", begun.elapsed());
    }

    "Developer guide, Amazon SQS short and long polling: a message goes to one receiver"
    async fn two_who_wait_do_not_get_the_same_message(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let wait = || {
            let (sqs, url) = (sqs.clone(), url.clone());
            let one = json!({"WaitTimeSeconds": 20, "MaxNumberOfMessages": 1});
            tokio::spawn(async move { sqs.receive_with(&url, one).await })
        };
        let (first, second) = (wait(), wait());
        tokio::time::sleep(Duration::from_millis(300)).await;
        sqs.send(&url, "a").await;
        sqs.send(&url, "b").await;
        let (first, second) = (first.await.unwrap(), second.await.unwrap());
        let mut got = [bodies(&first), bodies(&second)].concat();
        got.sort_unstable();
        assert_eq!(got, ["a", "b"]);
    }

    "API reference, ReceiveMessage: WaitTimeSeconds, Range 0 to 20"
    async fn nobody_waits_longer_than_twenty_seconds(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for wait in [-1, 21] {
            let refused = sqs.refused("ReceiveMessage", json!({"QueueUrl": url, "WaitTimeSeconds": wait})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
            assert!(refused.message.contains("WaitTimeSeconds"), "{}", refused.message);
        }
    }
}
