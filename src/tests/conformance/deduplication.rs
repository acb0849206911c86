//! FIFO queues: what counts as a duplicate, for how long, and what its sender is told.

use serde_json::{Value, json};

use super::cases;
use super::sqs::bodies;

/// Sends to a FIFO queue, with a deduplication id or without one.
async fn send(sqs: &super::Sqs, url: &str, group: &str, body: &str, dedup: Option<&str>) -> Value {
    let mut input = json!({"QueueUrl": url, "MessageBody": body, "MessageGroupId": group});
    if let Some(id) = dedup {
        input["MessageDeduplicationId"] = json!(id);
    }
    sqs.call("SendMessage", input).await.unwrap()
}

/// Whether two sends were told of the same message.
fn same(one: &Value, other: &Value) -> bool {
    one["MessageId"] == other["MessageId"]
}

cases! {
    "API reference, SendMessage: MessageDeduplicationId, accepted successfully but not delivered"
    async fn a_duplicate_is_told_of_the_first_message(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let first = send(&sqs, &url, "g", "first", Some("d")).await;
        let again = send(&sqs, &url, "g", "second", Some("d")).await;
        assert!(same(&first, &again), "{first} {again}");
        assert_eq!(again["SequenceNumber"], first["SequenceNumber"]);
        assert_eq!(again["MD5OfMessageBody"], "a9f0e61a137d86aa9db53465e0801612", "of what was sent this time");
        assert_eq!(bodies(&sqs.receive(&url).await), ["first"]);
    }

    "API reference, SendMessage: MessageDeduplicationId, the 5-minute deduplication interval"
    async fn an_id_counts_for_five_minutes(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let first = send(&sqs, &url, "g", "1", Some("d")).await;
        sqs.pass(299).await;
        assert!(same(&first, &send(&sqs, &url, "g", "2", Some("d")).await));
        sqs.pass(2).await;
        assert!(!same(&first, &send(&sqs, &url, "g", "3", Some("d")).await), "duplicates do not lengthen it");
        assert_eq!(bodies(&sqs.receive(&url).await), ["1", "3"]);
    }

    "API reference, SendMessage: SQS keeps track of the deduplication ID even after the message is deleted"
    async fn an_id_counts_after_its_message_is_deleted(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let first = send(&sqs, &url, "g", "1", Some("d")).await;
        let got = sqs.receive(&url).await;
        sqs.delete(&url, &got[0]).await;
        assert!(same(&first, &send(&sqs, &url, "g", "2", Some("d")).await));
        assert!(sqs.receive(&url).await.is_empty());
    }

    "API reference, SendMessage: ContentBasedDeduplication, a SHA-256 hash of the body, not of the attributes"
    async fn the_body_can_be_the_id(sqs) {
        let url = sqs.queue("orders.fifo", json!({"ContentBasedDeduplication": "true"})).await;
        let first = send(&sqs, &url, "g", "hello", None).await;
        let input = json!({"QueueUrl": url, "MessageBody": "hello", "MessageGroupId": "g",
            "MessageAttributes": {"a": {"DataType": "String", "StringValue": "other"}}});
        let again = sqs.call("SendMessage", input).await.unwrap();
        assert!(same(&first, &again), "attributes are not looked at");
        assert!(!same(&first, &send(&sqs, &url, "g", "Hello", None).await));
        let got = sqs.receive(&url).await;
        assert_eq!(bodies(&got), ["hello", "Hello"]);
        assert_eq!(
            got[0]["Attributes"]["MessageDeduplicationId"],
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
        );
    }

    "API reference, SendMessage: your MessageDeduplicationId overrides the generated one"
    async fn a_given_id_wins_over_the_body(sqs) {
        let url = sqs.queue("orders.fifo", json!({"ContentBasedDeduplication": "true"})).await;
        let first = send(&sqs, &url, "g", "hello", Some("one")).await;
        assert!(!same(&first, &send(&sqs, &url, "g", "hello", Some("two")).await));
        assert!(!same(&first, &send(&sqs, &url, "g", "hello", None).await));
        assert!(same(&first, &send(&sqs, &url, "g", "other", Some("one")).await));
        let got = sqs.receive(&url).await;
        assert_eq!(bodies(&got), ["hello", "hello", "hello"]);
        assert_eq!(got[0]["Attributes"]["MessageDeduplicationId"], "one");
    }

    "API reference, SendMessage: an id that is the same as the one generated for the first message"
    async fn a_given_id_can_repeat_a_generated_one(sqs) {
        let url = sqs.queue("orders.fifo", json!({"ContentBasedDeduplication": "true"})).await;
        let first = send(&sqs, &url, "g", "hello", None).await;
        let hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        assert!(same(&first, &send(&sqs, &url, "g", "other", Some(hash)).await));
    }

    "API reference, SendMessage: without an id and without ContentBasedDeduplication the action fails"
    async fn an_id_is_needed_where_the_body_does_not_count(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let input = json!({"QueueUrl": url, "MessageBody": "a", "MessageGroupId": "g"});
        let refused = sqs.refused("SendMessage", input).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        assert_eq!(
            refused.message,
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
        );
    }

    "API reference, SendMessage: MessageDeduplicationId, at most 128 alphanumeric characters and punctuation"
    async fn ids_keep_to_their_characters_and_their_length(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let all: String = ('!'..='~').collect();
        for good in [all.as_str(), &"a".repeat(128)] {
            send(&sqs, &url, "g", "a", Some(good)).await;
        }
        for bad in ["", "group 123", "ü", "a\tb", &"a".repeat(129)] {
            let input = json!({"QueueUrl": url, "MessageBody": "a", "MessageGroupId": "g", "MessageDeduplicationId": bad});
            let refused = sqs.refused("SendMessage", input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
            assert_eq!(refused.message, format!(
                "Value {bad} for parameter MessageDeduplicationId is invalid. Reason: MessageDeduplicationId can only include alphanumeric and punctuation characters. 1 to 128 in length."
            ));
        }
    }

    "API reference, CreateQueue: DeduplicationScope, queue"
    async fn an_id_counts_in_all_groups_of_a_queue(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let first = send(&sqs, &url, "g", "1", Some("d")).await;
        assert!(same(&first, &send(&sqs, &url, "h", "2", Some("d")).await));
        assert_eq!(bodies(&sqs.receive(&url).await), ["1"]);
    }

    "API reference, CreateQueue: DeduplicationScope, messageGroup"
    async fn an_id_can_count_in_its_group_alone(sqs) {
        for limit in ["perQueue", "perMessageGroupId"] {
            let attributes = json!({"DeduplicationScope": "messageGroup", "FifoThroughputLimit": limit});
            let url = sqs.queue(&format!("{limit}.fifo"), attributes).await;
            let first = send(&sqs, &url, "g", "1", Some("d")).await;
            assert!(!same(&first, &send(&sqs, &url, "h", "2", Some("d")).await));
            assert!(same(&first, &send(&sqs, &url, "g", "3", Some("d")).await));
            assert_eq!(bodies(&sqs.receive(&url).await), ["1", "2"]);
        }
    }

    "API reference, CreateQueue: DeduplicationScope, messageGroup, with content-based deduplication"
    async fn a_body_can_count_in_its_group_alone(sqs) {
        let attributes = json!({"DeduplicationScope": "messageGroup", "ContentBasedDeduplication": "true"});
        let url = sqs.queue("orders.fifo", attributes).await;
        let first = send(&sqs, &url, "g", "a", None).await;
        assert!(!same(&first, &send(&sqs, &url, "h", "a", None).await));
        assert!(same(&first, &send(&sqs, &url, "g", "a", None).await));
    }

    "Developer guide, Exactly-once processing: an ID counts in its queue"
    async fn an_id_counts_in_its_queue_alone(sqs) {
        let (one, other) = (sqs.queue("one.fifo", json!({})).await, sqs.queue("other.fifo", json!({})).await);
        let first = send(&sqs, &one, "g", "a", Some("d")).await;
        assert_ne!(first["MessageId"], send(&sqs, &other, "g", "a", Some("d")).await["MessageId"]);
        assert_eq!(bodies(&sqs.receive(&other).await), ["a"]);
    }

    "API reference, PurgeQueue; as recorded it forgets deduplication IDs"
    async fn a_purge_forgets_what_was_sent(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        send(&sqs, &url, "g", "message-1", Some("d")).await;
        sqs.call("PurgeQueue", json!({"QueueUrl": url})).await.unwrap();
        send(&sqs, &url, "g", "message-2", Some("d")).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["message-2"]);
    }

    "API reference, SetQueueAttributes: changes can take up to 60 seconds; as recorded the scope does"
    async fn a_changed_scope_counts_a_minute_later(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let first = send(&sqs, &url, "g", "1", Some("d")).await;
        sqs.set(&url, json!({"DeduplicationScope": "messageGroup"})).await;
        assert!(same(&first, &send(&sqs, &url, "h", "2", Some("d")).await));
        sqs.pass(60).await;
        assert!(!same(&first, &send(&sqs, &url, "h", "2", Some("d")).await));
    }

    "API reference, SetQueueAttributes: changes can take up to 60 seconds; as recorded the scope does"
    async fn a_widened_scope_counts_a_minute_later_too(sqs) {
        let attributes = json!({"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"});
        let url = sqs.queue("orders.fifo", attributes).await;
        send(&sqs, &url, "group1", "Test1", Some("same")).await;
        let second = send(&sqs, &url, "group2", "Test2", Some("same")).await;
        sqs.set(&url, json!({"DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue"})).await;
        let third = send(&sqs, &url, "group3", "Test3", Some("same")).await;
        assert!(!same(&second, &third));
        assert_eq!(bodies(&sqs.receive(&url).await), ["Test1", "Test2", "Test3"]);
        sqs.pass(60).await;
        assert!(same(&third, &send(&sqs, &url, "group4", "Test4", Some("same")).await), "the newest of them");
    }

    "API reference, SendMessageBatch: a batch version of SendMessage"
    async fn duplicates_in_one_batch_are_one_message(sqs) {
        let url = sqs.queue("orders.fifo", json!({"ContentBasedDeduplication": "true"})).await;
        let entry = |id: &str, body: &str| json!({"Id": id, "MessageBody": body, "MessageGroupId": "g"});
        let entries = json!([entry("a", "same"), entry("b", "other"), entry("c", "same")]);
        let answer = sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await.unwrap();
        let sent = &answer["Successful"];
        assert!(same(&sent[0], &sent[2]), "{answer}");
        assert!(answer.get("Failed").is_none(), "a duplicate is no failure");
        let again = send(&sqs, &url, "g", "other", None).await;
        assert!(same(&sent[1], &again));
        assert_eq!(bodies(&sqs.receive(&url).await), ["same", "other"]);
    }

    "API reference, SendMessage: an id counts once its message is sent successfully"
    async fn a_refused_message_leaves_no_id_behind(sqs) {
        let url = sqs.queue("orders.fifo", json!({"MaximumMessageSize": "1024"})).await;
        let long = json!({"QueueUrl": url, "MessageBody": "x".repeat(1025), "MessageGroupId": "g", "MessageDeduplicationId": "d"});
        sqs.refused("SendMessage", long).await;
        send(&sqs, &url, "g", "short", Some("d")).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["short"]);
    }

    "API reference, SendMessage: MessageDeduplicationId, while the message is in flight or delayed"
    async fn an_id_counts_wherever_its_message_is(sqs) {
        let url = sqs.queue("orders.fifo", json!({"DelaySeconds": "5"})).await;
        let first = send(&sqs, &url, "g", "1", Some("d")).await;
        assert!(same(&first, &send(&sqs, &url, "g", "2", Some("d")).await));
        sqs.pass(5).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["1"]);
        assert!(same(&first, &send(&sqs, &url, "g", "3", Some("d")).await));
        assert_eq!(sqs.attribute(&url, "ApproximateNumberOfMessagesDelayed").await, "0");
    }
}
