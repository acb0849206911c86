//! Giving up: what becomes of a message that was received too often, and when it stays after all.

use serde_json::json;

use super::cases;
use super::sqs::{Sqs, bodies};

/// A source and its dead-letter queue with these attributes, for one receive.
async fn queues(sqs: &Sqs, fifo: bool, source: serde_json::Value) -> (String, String) {
    let suffix = if fifo { ".fifo" } else { "" };
    let dead_letters = sqs.queue(&format!("failures{suffix}"), json!({})).await;
    let policy = json!({"deadLetterTargetArn": sqs.arn(&dead_letters).await, "maxReceiveCount": 1});
    let mut attributes = source;
    attributes["RedrivePolicy"] = policy.to_string().into();
    (sqs.queue(&format!("orders{suffix}"), attributes).await, dead_letters)
}

/// Receives everything once and lets it come back at once.
async fn look(sqs: &Sqs, url: &str) -> Vec<serde_json::Value> {
    sqs.receive_with(url, json!({"VisibilityTimeout": 0})).await
}

cases! {
    "Developer guide, Using dead-letter queues (as recorded from SQS): what a message keeps"
    async fn a_message_keeps_its_id_its_content_and_its_count(sqs) {
        let (url, dead_letters) = queues(&sqs, false, json!({})).await;
        let sent = sqs.call("SendMessage", json!({
            "QueueUrl": url, "MessageBody": "message-1",
            "MessageAttributes": {"MyAttribute": {"DataType": "String", "StringValue": "foobar"}},
            "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}},
        })).await.unwrap();
        let before = look(&sqs, &url).await.remove(0);
        assert!(sqs.receive(&url).await.is_empty());
        let moved = sqs.receive(&dead_letters).await.remove(0);
        assert_eq!(moved["MessageId"], sent["MessageId"]);
        for member in ["Body", "MD5OfBody", "MessageAttributes", "MD5OfMessageAttributes"] {
            assert_eq!(moved[member], before[member], "{member}");
        }
        let attributes = &moved["Attributes"];
        assert_eq!(attributes["AWSTraceHeader"], "Root=1");
        assert_eq!(attributes["SentTimestamp"], before["Attributes"]["SentTimestamp"]);
        assert_eq!(attributes["ApproximateReceiveCount"], "2");
        assert_eq!(attributes["DeadLetterQueueSourceArn"], sqs.arn(&url).await);
        assert_eq!(before["Attributes"].get("DeadLetterQueueSourceArn"), None);
    }

    "Developer guide, Using dead-letter queues: maxReceiveCount; a release does not take a receive back"
    async fn every_receive_counts_however_short(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let url = sqs.source("orders", &dead_letters, 3).await;
        sqs.send(&url, "a").await;
        look(&sqs, &url).await;
        let held = sqs.receive(&url).await;
        sqs.hide(&url, &held[0], 0).await;
        look(&sqs, &url).await;
        assert_eq!(sqs.attribute(&dead_letters, "ApproximateNumberOfMessages").await, "0", "not before the next receive");
        assert!(sqs.receive(&url).await.is_empty());
        assert_eq!(sqs.attribute(&dead_letters, "ApproximateNumberOfMessages").await, "1");
    }

    "Developer guide, Using dead-letter queues: several messages given up by one receive"
    async fn a_receive_gives_up_many_and_returns_the_others(sqs) {
        let (url, dead_letters) = queues(&sqs, false, json!({})).await;
        for n in 0..15 {
            sqs.send(&url, &n.to_string()).await;
        }
        let seen: Vec<_> = look(&sqs, &url).await.iter().map(|got| got["Body"].clone()).collect();
        assert_eq!(seen.len(), 10);
        let rest = sqs.receive(&url).await;
        assert_eq!(rest.len(), 5);
        assert!(rest.iter().all(|got| !seen.contains(&got["Body"])));
        assert_eq!(sqs.receive(&dead_letters).await.len(), 10);
    }

    "API reference, SetQueueAttributes: maxReceiveCount is that of the source queue"
    async fn a_chain_of_dead_letter_queues_counts_in_each(sqs) {
        let last = sqs.queue("last", json!({})).await;
        let middle = sqs.source("middle", &last, 1).await;
        let first = sqs.source("first", &middle, 1).await;
        sqs.send(&first, "a").await;
        let mut counts = Vec::new();
        for url in [&first, &middle, &last] {
            counts.push(look(&sqs, url).await[0]["Attributes"]["ApproximateReceiveCount"].clone());
            if *url != last {
                assert!(sqs.receive(url).await.is_empty());
            }
        }
        assert_eq!(counts, ["1", "2", "3"], "while what is shown goes on");
        let source = &sqs.receive(&last).await[0]["Attributes"]["DeadLetterQueueSourceArn"];
        assert_eq!(*source, sqs.arn(&middle).await);
    }

    "Developer guide, Using dead-letter queues: the dead-letter queue must exist"
    async fn without_its_dead_letter_queue_a_message_stays(sqs) {
        let (url, dead_letters) = queues(&sqs, false, json!({})).await;
        sqs.send(&url, "a").await;
        sqs.call("DeleteQueue", json!({"QueueUrl": dead_letters})).await.unwrap();
        for _ in 0..3 {
            assert_eq!(look(&sqs, &url).await.len(), 1);
        }
    }

    "API reference, SetQueueAttributes: RedriveAllowPolicy"
    async fn a_queue_that_permits_nobody_takes_nothing(sqs) {
        let (url, dead_letters) = queues(&sqs, false, json!({})).await;
        sqs.send(&url, "a").await;
        let set = |policy: &str| json!({"QueueUrl": dead_letters, "Attributes": {"RedriveAllowPolicy": policy}});
        sqs.call("SetQueueAttributes", set(r#"{"redrivePermission":"denyAll"}"#)).await.unwrap();
        for _ in 0..3 {
            assert_eq!(look(&sqs, &url).await.len(), 1);
        }
        sqs.call("SetQueueAttributes", set("")).await.unwrap();
        assert!(look(&sqs, &url).await.is_empty());
        assert_eq!(sqs.receive(&dead_letters).await.len(), 1);
    }

    "API reference, SetQueueAttributes: an empty RedrivePolicy"
    async fn without_a_policy_a_message_stays(sqs) {
        let (url, _) = queues(&sqs, false, json!({})).await;
        sqs.send(&url, "a").await;
        look(&sqs, &url).await;
        let set = json!({"QueueUrl": url, "Attributes": {"RedrivePolicy": ""}});
        sqs.call("SetQueueAttributes", set).await.unwrap();
        assert_eq!(look(&sqs, &url).await.len(), 1);
    }

    "Developer guide, Message retention in dead-letter queues: standard queues keep the enqueue time"
    async fn retention_goes_on_in_a_standard_dead_letter_queue(sqs) {
        let (url, dead_letters) = queues(&sqs, false, json!({})).await;
        let set = json!({"QueueUrl": dead_letters, "Attributes": {"MessageRetentionPeriod": "60"}});
        sqs.call("SetQueueAttributes", set).await.unwrap();
        sqs.send(&url, "a").await;
        look(&sqs, &url).await;
        sqs.pass(50).await;
        sqs.receive(&url).await;
        assert_eq!(look(&sqs, &dead_letters).await.len(), 1);
        sqs.pass(11).await;
        assert!(look(&sqs, &dead_letters).await.is_empty());
    }

    "Developer guide, Message retention in dead-letter queues: FIFO queues reset the enqueue time"
    async fn retention_begins_anew_in_a_fifo_dead_letter_queue(sqs) {
        let (url, dead_letters) = queues(&sqs, true, json!({})).await;
        let set = json!({"QueueUrl": dead_letters, "Attributes": {"MessageRetentionPeriod": "60"}});
        sqs.call("SetQueueAttributes", set).await.unwrap();
        sqs.send_in_group(&url, "g", "a").await;
        look(&sqs, &url).await;
        sqs.pass(50).await;
        sqs.receive(&url).await;
        sqs.pass(11).await;
        assert_eq!(look(&sqs, &dead_letters).await.len(), 1);
    }

    "Developer guide, dead-letter queue redrive: the deduplication id becomes the message id"
    async fn a_fifo_message_gets_its_own_id_for_deduplication(sqs) {
        let (url, dead_letters) = queues(&sqs, true, json!({})).await;
        let sent = sqs.send_in_group(&url, "g", "a").await;
        look(&sqs, &url).await;
        sqs.receive(&url).await;
        let attributes = &sqs.receive(&dead_letters).await[0]["Attributes"];
        assert_eq!(attributes["MessageDeduplicationId"], sent["MessageId"]);
        assert_eq!(attributes["MessageGroupId"], "g");
    }

    "Developer guide, FIFO delivery logic: a group moves on without its given-up message"
    async fn a_group_moves_on_when_its_first_message_is_given_up(sqs) {
        let (url, dead_letters) = queues(&sqs, true, json!({})).await;
        for body in ["1", "2", "3"] {
            sqs.send_in_group(&url, "g", body).await;
        }
        sqs.receive_with(&url, json!({"MaxNumberOfMessages": 1, "VisibilityTimeout": 0})).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["2", "3"]);
        assert_eq!(bodies(&sqs.receive(&dead_letters).await), ["1"]);
        sqs.send_in_group(&url, "g", "4").await;
        assert!(sqs.receive(&url).await.is_empty());
    }

    "Developer guide, FIFO delivery logic: a hidden message is not given up, and blocks"
    async fn a_group_is_blocked_while_its_first_message_is_hidden(sqs) {
        let (url, dead_letters) = queues(&sqs, true, json!({"VisibilityTimeout": "2"})).await;
        for body in ["1", "2"] {
            sqs.send_in_group(&url, "g", body).await;
        }
        sqs.receive_with(&url, json!({"MaxNumberOfMessages": 1})).await;
        assert!(sqs.receive(&url).await.is_empty());
        assert!(sqs.receive(&dead_letters).await.is_empty());
        sqs.pass(2).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["2"]);
        assert_eq!(bodies(&sqs.receive(&dead_letters).await), ["1"]);
    }
}
