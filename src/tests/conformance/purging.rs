//! PurgeQueue: what it deletes, what it leaves, and how often it may be called.

use serde_json::json;

use super::sqs::{Sqs, bodies};
use super::{NO_QUEUE, cases};

async fn purge(sqs: &Sqs, url: &str) {
    sqs.call("PurgeQueue", json!({"QueueUrl": url})).await.unwrap();
}

/// Visible, in flight, delayed.
async fn counts(sqs: &Sqs, url: &str) -> [String; 3] {
    let attributes = sqs.attributes(url).await;
    ["", "NotVisible", "Delayed"]
        .map(|kind| attributes[format!("ApproximateNumberOfMessages{kind}")].as_str().unwrap().to_owned())
}

cases! {
    "API reference, PurgeQueue: deletes available messages in a queue (including in-flight messages)"
    async fn visible_messages_and_those_in_flight_are_deleted(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "5"})).await;
        sqs.send(&url, "in flight").await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
        sqs.send(&url, "visible").await;
        assert_eq!(counts(&sqs, &url).await, ["1", "1", "0"]);
        purge(&sqs, &url).await;
        assert_eq!(counts(&sqs, &url).await, ["0", "0", "0"]);
        sqs.pass(6).await;
        assert!(sqs.receive(&url).await.is_empty());
    }

    "As recorded from SQS: PurgeQueue deletes delayed messages"
    async fn delayed_messages_are_deleted(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let late = json!({"QueueUrl": url, "MessageBody": "late", "DelaySeconds": 3});
        sqs.call("SendMessage", late).await.unwrap();
        purge(&sqs, &url).await;
        assert_eq!(counts(&sqs, &url).await, ["0", "0", "0"]);
        sqs.pass(4).await;
        assert!(sqs.receive(&url).await.is_empty());
    }

    "API reference, PurgeQueue: Errors, PurgeQueueInProgress"
    async fn a_queue_is_purged_once_a_minute(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        purge(&sqs, &url).await;
        let refused = sqs.refused("PurgeQueue", json!({"QueueUrl": url})).await;
        assert_eq!(refused.code, "AWS.SimpleQueueService.PurgeQueueInProgress");
        assert_eq!(refused.status, 403);
        let name = sqs.name("orders");
        let sentence = format!("Only one PurgeQueue operation on {name} is allowed every 60 seconds.");
        assert_eq!(refused.message, sentence);
    }

    "API reference, PurgeQueue: within the last 60 seconds"
    #[only(embedded)]
    async fn after_a_minute_it_is_purged_again(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        purge(&sqs, &url).await;
        sqs.pass(59).await;
        sqs.refused("PurgeQueue", json!({"QueueUrl": url})).await;
        sqs.send(&url, "a").await;
        sqs.pass(1).await;
        purge(&sqs, &url).await;
        assert!(sqs.receive(&url).await.is_empty());
    }

    "API reference, PurgeQueue: messages sent after the call might be deleted; here they are not"
    async fn what_is_sent_after_the_call_stays(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, "before").await;
        purge(&sqs, &url).await;
        sqs.send(&url, "after").await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["after"]);
    }

    "API reference, PurgeQueue; developer guide, FIFO queue delivery logic"
    async fn a_group_that_was_held_back_is_free(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        sqs.send_in_group(&url, "g", "a").await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
        purge(&sqs, &url).await;
        sqs.send_in_group(&url, "g", "b").await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["b"]);
    }

    "API reference, PurgeQueue: the queue specified by the QueueURL parameter"
    async fn other_queues_and_the_settings_stay(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "7"})).await;
        let dead_letters = sqs.queue("failures", json!({})).await;
        sqs.send(&url, "a").await;
        sqs.send(&dead_letters, "b").await;
        purge(&sqs, &url).await;
        assert_eq!(sqs.attribute(&url, "VisibilityTimeout").await, "7");
        assert_eq!(bodies(&sqs.receive(&dead_letters).await), ["b"]);
        purge(&sqs, &dead_letters).await;
    }

    "API reference, PurgeQueue: Errors, QueueDoesNotExist"
    async fn only_an_existing_queue_is_purged(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let refused = sqs.refused("PurgeQueue", json!({"QueueUrl": format!("{url}-none")})).await;
        assert_eq!(refused.code, NO_QUEUE);
        assert_eq!(refused.status, 400);
    }

    "API reference, PurgeQueue: Response Elements, an empty body"
    #[only(http)]
    async fn it_answers_nothing(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "AmazonSQS.PurgeQueue")];
        let answer = sqs.http("POST", "/", &headers, &json!({"QueueUrl": url}).to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(["", "{}"].contains(&answer.body.as_str()), "{}", answer.body);
    }
}
