//! Fair queues: tenants that share a standard queue, and the noisy ones among them.

use serde_json::json;

use super::cases;
use super::sqs::{Sqs, bodies};

/// Sends so many messages of a group, or of none when its name is empty, ten at a time. The body is the group's name.
async fn send(sqs: &Sqs, url: &str, group: &str, count: usize) {
    for n in (0..count).step_by(10) {
        let entry = |id: usize| match group {
            "" => json!({"Id": id.to_string(), "MessageBody": "none"}),
            _ => json!({"Id": id.to_string(), "MessageBody": group, "MessageGroupId": group}),
        };
        let entries: Vec<_> = (0..10.min(count - n)).map(entry).collect();
        let answer = sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await.unwrap();
        assert_eq!(answer.get("Failed"), None);
    }
}

/// Takes so many messages into flight.
async fn take(sqs: &Sqs, url: &str, count: usize) {
    for _ in 0..count / 10 {
        assert_eq!(sqs.receive(url).await.len(), 10);
    }
}

/// A queue that hides for long, where `noisy` has 100 messages and this many of them in flight.
async fn queue_with(sqs: &Sqs, in_flight: usize) -> String {
    let url = sqs.queue("orders", json!({"VisibilityTimeout": "3600"})).await;
    send(sqs, &url, "noisy", 100).await;
    take(sqs, &url, in_flight).await;
    url
}

cases! {
    "API reference, SendMessage: MessageGroupId on a standard queue (as recorded from SQS)"
    async fn a_standard_queue_keeps_the_group_of_a_message(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let message = json!({"QueueUrl": url, "MessageBody": "a", "MessageGroupId": "tenant"});
        let sent = sqs.call("SendMessage", message).await.unwrap();
        assert_eq!(sent.get("SequenceNumber"), None);
        let attributes = &sqs.receive(&url).await[0]["Attributes"];
        assert_eq!(attributes["MessageGroupId"], "tenant");
        for fifo_only in ["SequenceNumber", "MessageDeduplicationId"] {
            assert_eq!(attributes.get(fifo_only), None);
        }
    }

    "Developer guide, Amazon SQS fair queues: no throughput limit per tenant"
    async fn a_group_of_a_standard_queue_blocks_nothing(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        send(&sqs, &url, "tenant", 20).await;
        take(&sqs, &url, 20).await;
    }

    "Developer guide, How Amazon SQS fair queues work: message delivery order"
    #[only(embedded)]
    async fn quiet_tenants_come_before_a_noisy_one(sqs) {
        let url = queue_with(&sqs, 40).await;
        send(&sqs, &url, "quiet", 2).await;
        send(&sqs, &url, "other", 1).await;
        assert_eq!(bodies(&sqs.receive(&url).await)[..4], ["quiet", "quiet", "other", "noisy"]);
    }

    "Developer guide, How Amazon SQS fair queues work: at least 30 messages in flight"
    #[only(embedded)]
    async fn fewer_than_thirty_in_flight_are_not_noisy(sqs) {
        let url = queue_with(&sqs, 20).await;
        send(&sqs, &url, "quiet", 2).await;
        assert_eq!(bodies(&sqs.receive_with(&url, json!({"MaxNumberOfMessages": 9})).await), ["noisy"; 9]);
        assert_eq!(bodies(&sqs.receive_with(&url, json!({"MaxNumberOfMessages": 1})).await), ["noisy"], "29 in flight");
        assert_eq!(bodies(&sqs.receive_with(&url, json!({"MaxNumberOfMessages": 1})).await), ["quiet"], "30 in flight");
    }

    "Developer guide, How Amazon SQS fair queues work: more than 10 % of the messages in flight"
    #[only(embedded)]
    async fn a_tenth_of_the_messages_in_flight_is_not_noisy(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "3600"})).await;
        for n in 0..10 {
            send(&sqs, &url, &format!("tenant-{n}"), 30).await;
        }
        take(&sqs, &url, 300).await;
        for group in ["tenant-0", "quiet"] {
            send(&sqs, &url, group, 1).await;
        }
        assert_eq!(bodies(&sqs.receive_with(&url, json!({"MaxNumberOfMessages": 1})).await), ["tenant-0"]);
        for group in ["tenant-1", "tenant-0", "quiet"] {
            send(&sqs, &url, group, 1).await;
        }
        let got = sqs.receive(&url).await;
        assert_eq!(bodies(&got), ["quiet", "tenant-1", "quiet", "tenant-0"], "31 of 301 are more than a tenth");
    }

    "Developer guide, How Amazon SQS fair queues work: a message without a group is a tenant of its own"
    #[only(embedded)]
    async fn messages_without_a_group_are_never_noisy(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "3600"})).await;
        send(&sqs, &url, "", 60).await;
        take(&sqs, &url, 50).await;
        send(&sqs, &url, "quiet", 1).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["none"; 10]);
        let url = queue_with(&sqs, 40).await;
        send(&sqs, &url, "", 1).await;
        assert_eq!(bodies(&sqs.receive(&url).await)[..2], ["none", "noisy"], "and come before those that are");
    }

    "Developer guide, How Amazon SQS fair queues work: several noisy neighbours, fewest in flight first"
    #[only(embedded)]
    async fn the_noisy_tenant_with_the_fewest_in_flight_comes_first(sqs) {
        let url = queue_with(&sqs, 60).await;
        send(&sqs, &url, "second", 60).await;
        take(&sqs, &url, 30).await;
        send(&sqs, &url, "quiet", 1).await;
        let got = sqs.receive(&url).await;
        assert_eq!(bodies(&got)[..2], ["quiet", "second"]);
        assert!(!bodies(&got).contains(&"noisy"), "30 in flight and nine more are fewer than 60");
    }

    "Developer guide, How Amazon SQS fair queues work: a noisy neighbour is throttled by nobody"
    #[only(embedded)]
    async fn a_noisy_tenant_is_served_when_nobody_else_waits(sqs) {
        let url = queue_with(&sqs, 40).await;
        take(&sqs, &url, 60).await;
        assert!(sqs.receive(&url).await.is_empty());
    }

    "Developer guide, How Amazon SQS fair queues work: no message sent for five minutes"
    #[only(embedded)]
    async fn a_noisy_tenant_is_quiet_after_five_minutes_of_silence(sqs) {
        let url = queue_with(&sqs, 40).await;
        send(&sqs, &url, "quiet", 20).await;
        sqs.pass(299).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["quiet"; 10]);
        sqs.pass(1).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["noisy"; 10]);
    }

    "Developer guide, How Amazon SQS fair queues work: the backlog is drained"
    #[only(embedded)]
    async fn a_noisy_tenant_is_quiet_when_its_backlog_is_drained(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "3600"})).await;
        send(&sqs, &url, "noisy", 40).await;
        let mut held = Vec::new();
        for _ in 0..4 {
            held.extend(sqs.receive(&url).await);
        }
        for message in &held {
            sqs.delete(&url, message).await;
        }
        for group in ["noisy", "quiet"] {
            send(&sqs, &url, group, 1).await;
        }
        assert_eq!(bodies(&sqs.receive(&url).await), ["noisy", "quiet"]);
    }
}
