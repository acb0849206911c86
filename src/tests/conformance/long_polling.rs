//! Long polling: a receive that waits for messages.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::sqs::{Sqs, bodies};
use super::{NO_QUEUE, cases};

cases! {
    "Developer guide, Amazon SQS short and long polling: a message ends the wait"
    async fn a_wait_ends_when_a_message_arrives(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let begun = Instant::now();
        let waiting = waiter(&sqs, &url, json!({"WaitTimeSeconds": 20}));
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!waiting.is_finished(), "a receive that may wait does not answer that there is nothing");
        sqs.send(&url, "a").await;
        assert_eq!(bodies(&waiting.await.unwrap()), ["a"]);
        assert!(begun.elapsed() < Duration::from_secs(10), "it waited on: {:?}", begun.elapsed());
    }

    "Developer guide, Amazon SQS short and long polling: a message goes to one receiver"
    async fn two_who_wait_do_not_get_the_same_message(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let wait = || waiter(&sqs, &url, json!({"WaitTimeSeconds": 20, "MaxNumberOfMessages": 1}));
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

    "API reference, ReceiveMessage: WaitTimeSeconds; without messages the answer has none"
    async fn a_wait_that_is_over_answers_that_there_is_nothing(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let waiting = waiter(&sqs, &url, json!({"WaitTimeSeconds": 5}));
        tokio::time::sleep(Duration::from_millis(300)).await;
        sqs.pass(4).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!waiting.is_finished(), "it waited too short a time");
        // The wait counts from when the request arrives, which may be later than it was sent.
        for _ in 0..5 {
            sqs.pass(1).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(waiting.is_finished(), "it waits too long a time");
        assert!(waiting.await.unwrap().is_empty());
    }

    "API reference, SetQueueAttributes: ReceiveMessageWaitTimeSeconds"
    async fn the_queue_says_how_long_if_the_request_does_not(sqs) {
        let url = sqs.queue("orders", json!({"ReceiveMessageWaitTimeSeconds": "20"})).await;
        let waiting = tokio::spawn({
            let (sqs, url) = (sqs.clone(), url.clone());
            async move { sqs.call("ReceiveMessage", json!({"QueueUrl": url})).await.unwrap() }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!waiting.is_finished(), "the queue's wait counts");
        sqs.send(&url, "a").await;
        assert_eq!(waiting.await.unwrap()["Messages"][0]["Body"], "a");
    }

    "Developer guide, Setting up long polling: WaitTimeSeconds takes precedence over the queue's attribute"
    async fn a_request_that_does_not_wait_is_answered_at_once(sqs) {
        let url = sqs.queue("orders", json!({"ReceiveMessageWaitTimeSeconds": "20"})).await;
        let begun = Instant::now();
        assert!(sqs.receive_with(&url, json!({"WaitTimeSeconds": 0})).await.is_empty());
        assert!(begun.elapsed() < Duration::from_secs(10), "it waited: {:?}", begun.elapsed());
    }

    "Developer guide, Amazon SQS visibility timeout: after it the message is visible to other consumers"
    async fn a_wait_ends_when_a_hidden_message_becomes_visible(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "5"})).await;
        sqs.send(&url, "a").await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
        let waiting = waiter(&sqs, &url, json!({"WaitTimeSeconds": 20}));
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!waiting.is_finished());
        sqs.pass(5).await;
        assert_eq!(bodies(&waiting.await.unwrap()), ["a"]);
    }

    "API reference, ChangeMessageVisibility: 0 makes the message visible immediately"
    async fn a_wait_ends_when_a_message_is_released(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "600"})).await;
        sqs.send(&url, "a").await;
        let held = sqs.receive(&url).await;
        let waiting = waiter(&sqs, &url, json!({"WaitTimeSeconds": 20}));
        tokio::time::sleep(Duration::from_millis(100)).await;
        sqs.hide(&url, &held[0], 0).await;
        assert_eq!(bodies(&waiting.await.unwrap()), ["a"]);
    }

    "Developer guide, Amazon SQS delay queues: a message is invisible until its delay is over"
    async fn a_wait_ends_when_the_delay_of_a_message_is_over(sqs) {
        let url = sqs.queue("orders", json!({"DelaySeconds": "5"})).await;
        sqs.send(&url, "a").await;
        let waiting = waiter(&sqs, &url, json!({"WaitTimeSeconds": 20}));
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!waiting.is_finished());
        sqs.pass(5).await;
        assert_eq!(bodies(&waiting.await.unwrap()), ["a"]);
    }

    "Developer guide, FIFO delivery logic: the next message of a group comes when the one before it is deleted"
    async fn a_wait_ends_when_a_group_is_free_again(sqs) {
        let url = sqs.queue("orders.fifo", json!({"VisibilityTimeout": "600"})).await;
        sqs.send_in_group(&url, "a", "a1").await;
        let held = sqs.receive(&url).await;
        sqs.send_in_group(&url, "a", "a2").await;
        let waiting = waiter(&sqs, &url, json!({"WaitTimeSeconds": 20}));
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!waiting.is_finished(), "the group is blocked");
        sqs.delete(&url, &held[0]).await;
        assert_eq!(bodies(&waiting.await.unwrap()), ["a2"]);
    }

    "Developer guide, Amazon SQS visibility timeout: what one consumer has, no other receives"
    async fn ten_receivers_share_a_hundred_messages_and_none_twice(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "600"})).await;
        for batch in 0..10 {
            let entries: Vec<_> =
                (0..10).map(|n| json!({"Id": n.to_string(), "MessageBody": format!("{batch}-{n}")})).collect();
            sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await.unwrap();
        }
        let receivers: Vec<_> = (0..10)
            .map(|_| {
                let (sqs, url) = (sqs.clone(), url.clone());
                tokio::spawn(async move {
                    let mut got = Vec::new();
                    loop {
                        let more = sqs.receive(&url).await;
                        if more.is_empty() {
                            return got;
                        }
                        got.extend(more.iter().map(|message| message["Body"].as_str().unwrap().to_owned()));
                    }
                })
            })
            .collect();
        let mut got = Vec::new();
        for receiver in receivers {
            got.extend(receiver.await.unwrap());
        }
        assert_eq!(got.len(), 100);
        got.sort_unstable();
        got.dedup();
        assert_eq!(got.len(), 100, "some came twice");
    }

    "API reference, ChangeMessageVisibility: a shorter timeout counts from the call"
    async fn a_wait_ends_when_a_shortened_timeout_does(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "300"})).await;
        sqs.send(&url, "a").await;
        let held = sqs.receive(&url).await;
        let waiting = waiter(&sqs, &url, json!({"WaitTimeSeconds": 20}));
        tokio::time::sleep(Duration::from_millis(300)).await;
        sqs.hide(&url, &held[0], 2).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!waiting.is_finished());
        sqs.pass(2).await;
        assert_eq!(bodies(&waiting.await.unwrap()), ["a"]);
    }

    "Developer guide, Amazon SQS delay queues: a delay that begins during the wait"
    async fn a_wait_ends_when_a_delay_does_that_began_during_it(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let waiting = waiter(&sqs, &url, json!({"WaitTimeSeconds": 20}));
        tokio::time::sleep(Duration::from_millis(300)).await;
        sqs.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "a", "DelaySeconds": 2})).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!waiting.is_finished());
        sqs.pass(2).await;
        assert_eq!(bodies(&waiting.await.unwrap()), ["a"]);
    }

    "Developer guide, Using dead-letter queues: a message arrives by being given up elsewhere"
    async fn a_wait_ends_when_a_message_is_given_up_elsewhere(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.source("orders", &dead_letters, 1).await;
        sqs.send(&url, "a").await;
        sqs.receive_with(&url, json!({"VisibilityTimeout": 0})).await;
        let waiting = waiter(&sqs, &dead_letters, json!({"WaitTimeSeconds": 20}));
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!waiting.is_finished());
        sqs.receive(&url).await;
        assert_eq!(bodies(&waiting.await.unwrap()), ["a"]);
    }

    "API reference, PurgeQueue: what is purged ends no wait, and what is sent later does"
    #[only(embedded)]
    async fn a_purge_ends_no_wait(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "2"})).await;
        sqs.send(&url, "a").await;
        sqs.receive(&url).await;
        let waiting = waiter(&sqs, &url, json!({"WaitTimeSeconds": 20}));
        tokio::time::sleep(Duration::from_millis(300)).await;
        sqs.call("PurgeQueue", json!({"QueueUrl": url})).await.unwrap();
        sqs.pass(2).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!waiting.is_finished());
        sqs.send(&url, "b").await;
        assert_eq!(bodies(&waiting.await.unwrap()), ["b"]);
    }

    "API reference, DeleteQueue, QueueDoesNotExist: the queue goes during the wait"
    #[only(embedded)]
    async fn a_wait_ends_when_its_queue_is_deleted(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let waiting = tokio::spawn({
            let (sqs, input) = (sqs.clone(), json!({"QueueUrl": url, "WaitTimeSeconds": 20}));
            async move { sqs.refused("ReceiveMessage", input).await }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!waiting.is_finished());
        sqs.call("DeleteQueue", json!({"QueueUrl": url})).await.unwrap();
        let refused = tokio::time::timeout(Duration::from_secs(10), waiting).await.unwrap().unwrap();
        assert_eq!(refused.code, NO_QUEUE);
    }
}

/// A receive in the background.
fn waiter(sqs: &Sqs, url: &str, members: Value) -> JoinHandle<Vec<Value>> {
    let (sqs, url) = (sqs.clone(), url.to_owned());
    tokio::spawn(async move { sqs.receive_with(&url, members).await })
}
