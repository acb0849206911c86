//! FIFO queues: what a message needs to be sent to one, its sequence number, and delays.

use serde_json::{Value, json};

use super::cases;
use super::sqs::bodies;

const WRONG_QUEUE: &str = "The request include parameter that is not valid for this queue type";

/// The digits of a sequence number, for comparison.
fn sequence(sent: &Value) -> u128 {
    sent["SequenceNumber"].as_str().unwrap().parse().unwrap()
}

cases! {
    "API reference, SendMessage: MessageGroupId, if you do not provide it for a FIFO queue, the action fails"
    async fn a_group_is_needed(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let input = json!({"QueueUrl": url, "MessageBody": "a", "MessageDeduplicationId": "d"});
        let refused = sqs.refused("SendMessage", input).await;
        assert_eq!((refused.code.as_str(), refused.status), ("MissingParameter", 400));
        assert_eq!(refused.message, "The request must contain the parameter MessageGroupId.");
    }

    "API reference, SendMessage: MessageGroupId, at most 128 alphanumeric characters and punctuation"
    async fn groups_keep_to_their_characters_and_their_length(sqs) {
        let url = sqs.queue("orders.fifo", json!({"ContentBasedDeduplication": "true"})).await;
        let all: String = ('!'..='~').collect();
        for good in [all.as_str(), &"g".repeat(128)] {
            let input = json!({"QueueUrl": url, "MessageBody": good, "MessageGroupId": good});
            sqs.call("SendMessage", input).await.unwrap();
        }
        for bad in ["", "group 123", "grüppe", &"g".repeat(129)] {
            let input = json!({"QueueUrl": url, "MessageBody": "a", "MessageGroupId": bad});
            let refused = sqs.refused("SendMessage", input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{bad}");
            assert!(refused.message.contains("MessageGroupId can only include"), "{}", refused.message);
        }
    }

    "API reference, SendMessage: SequenceNumber, large, non-consecutive, and it continues to increase"
    async fn sequence_numbers_grow_and_have_twenty_digits(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let mut sent = Vec::new();
        for n in 0..12 {
            sent.push(sqs.send_in_group(&url, if n % 3 == 0 { "g" } else { "h" }, &n.to_string()).await);
        }
        assert!(sent.is_sorted_by(|one, next| sequence(one) < sequence(next)), "{sent:?}");
        assert!(sent.iter().all(|sent| sent["SequenceNumber"].as_str().unwrap().len() == 20));
        let got = sqs.receive_with(&url, json!({"MaxNumberOfMessages": 1})).await;
        assert_eq!(got[0]["Attributes"]["SequenceNumber"], sent[0]["SequenceNumber"]);
    }

    "API reference, ReceiveMessage: MessageDeduplicationId, MessageGroupId, SequenceNumber"
    async fn a_receiver_is_told_what_the_sender_gave(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let input = json!({"QueueUrl": url, "MessageBody": "a", "MessageGroupId": "group-1", "MessageDeduplicationId": "dedup-1"});
        let sent = sqs.call("SendMessage", input).await.unwrap();
        let got = sqs.receive(&url).await;
        assert_eq!(got[0]["Attributes"]["MessageGroupId"], "group-1");
        assert_eq!(got[0]["Attributes"]["MessageDeduplicationId"], "dedup-1");
        assert_eq!(got[0]["Attributes"]["SequenceNumber"], sent["SequenceNumber"]);
        assert_eq!(got[0]["MessageId"], sent["MessageId"]);
    }

    "API reference, SendMessage: DelaySeconds, when you set FifoQueue you can't set it per message"
    async fn a_delay_of_its_own_is_refused(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let input = json!({"QueueUrl": url, "MessageBody": "a", "MessageGroupId": "g", "MessageDeduplicationId": "d", "DelaySeconds": 2});
        let refused = sqs.refused("SendMessage", input).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        assert_eq!(refused.message, format!("Value 2 for parameter DelaySeconds is invalid. Reason: {WRONG_QUEUE}."));
        assert!(sqs.receive(&url).await.is_empty());
    }

    "API reference, SendMessage: DelaySeconds; as recorded 0 is accepted and means the delay of the queue"
    async fn a_delay_of_zero_is_the_queues(sqs) {
        let url = sqs.queue("orders.fifo", json!({"DelaySeconds": "2"})).await;
        let input = json!({"QueueUrl": url, "MessageBody": "message-1", "MessageGroupId": "g", "MessageDeduplicationId": "d", "DelaySeconds": 0});
        let sent = sqs.call("SendMessage", input).await.unwrap();
        assert_eq!(sent["MD5OfMessageBody"], "3d6b824fd8c1520e9a047d21fee6fb1f");
        assert!(sqs.receive(&url).await.is_empty());
        sqs.pass(2).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["message-1"]);
    }

    "Developer guide, Delay queues: you can set the parameter only on a queue level"
    async fn the_delay_of_the_queue_holds_for_every_message(sqs) {
        let url = sqs.queue("orders.fifo", json!({"DelaySeconds": "2"})).await;
        for body in ["1", "2", "3"] {
            sqs.send_in_group(&url, "g", body).await;
        }
        assert_eq!(sqs.attribute(&url, "ApproximateNumberOfMessagesDelayed").await, "3");
        assert!(sqs.receive(&url).await.is_empty());
        sqs.pass(2).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["1", "2", "3"]);
    }

    "Developer guide, Delay queues: for FIFO queues the per-queue delay setting is retroactive"
    async fn a_changed_delay_holds_for_messages_already_there(sqs) {
        let url = sqs.queue("orders.fifo", json!({"DelaySeconds": "60"})).await;
        sqs.send_in_group(&url, "g", "a").await;
        sqs.set(&url, json!({"DelaySeconds": "0"})).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["a"]);
    }

    "API reference, SendMessageBatch: messages within a single batch are enqueued in the order they are sent"
    async fn a_batch_keeps_its_order(sqs) {
        let url = sqs.queue("orders.fifo", json!({"ContentBasedDeduplication": "true"})).await;
        let names: Vec<String> = (0..10).map(|n| n.to_string()).collect();
        let entries: Value = names.iter().map(|n| json!({"Id": n, "MessageBody": n, "MessageGroupId": "g"})).collect();
        let answer = sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await.unwrap();
        let sent = answer["Successful"].as_array().unwrap();
        assert_eq!(sent.len(), 10);
        assert!(sent.is_sorted_by(|one, next| sequence(one) < sequence(next)), "{answer}");
        assert_eq!(bodies(&sqs.receive(&url).await), names);
    }

    "API reference, SendMessageBatch; as recorded the batch is refused as a whole"
    async fn a_batch_without_a_group_is_refused(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let entries = json!([
            {"Id": "1", "MessageBody": "messageBody", "MessageGroupId": "g", "MessageDeduplicationId": "d1"},
            {"Id": "2", "MessageBody": "messageBody", "MessageDeduplicationId": "d2"},
        ]);
        let refused = sqs.refused("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        assert_eq!(refused.message, "The request must contain the parameter MessageGroupId.");
        assert!(sqs.receive(&url).await.is_empty());
    }

    "API reference, SendMessageBatch; as recorded the batch is refused as a whole"
    async fn a_batch_without_a_deduplication_id_is_refused(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        let entries = json!([
            {"Id": "1", "MessageBody": "messageBody", "MessageGroupId": "g", "MessageDeduplicationId": "d1"},
            {"Id": "2", "MessageBody": "messageBody", "MessageGroupId": "g"},
        ]);
        let refused = sqs.refused("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        assert_eq!(
            refused.message,
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
        );
        assert!(sqs.receive(&url).await.is_empty());
    }

    "API reference, SendMessageBatchRequestEntry: DelaySeconds; the result of each message is reported individually"
    async fn an_entry_with_a_delay_of_its_own_fails_alone(sqs) {
        let url = sqs.queue("orders.fifo", json!({"ContentBasedDeduplication": "true"})).await;
        let entries = json!([
            {"Id": "none", "MessageBody": "1", "MessageGroupId": "g"},
            {"Id": "own", "MessageBody": "2", "MessageGroupId": "g", "DelaySeconds": 3},
            {"Id": "zero", "MessageBody": "3", "MessageGroupId": "g", "DelaySeconds": 0},
        ]);
        let answer = sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await.unwrap();
        assert_eq!(answer["Failed"], json!([
            {"Id": "own", "SenderFault": true, "Code": "InvalidParameterValue", "Message": WRONG_QUEUE},
        ]));
        assert_eq!(bodies(&sqs.receive(&url).await), ["1", "3"]);
    }
}
