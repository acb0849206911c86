//! Sending one message: what SendMessage answers and what it refuses.

use serde_json::{Value, json};

use super::sqs::bodies;
use super::{NO_QUEUE, cases};

/// Sends a body with more members; the bodies that arrive.
async fn arrives(sqs: &super::Sqs, url: &str, members: Value) -> Value {
    let mut input = json!({"QueueUrl": url});
    for (name, value) in members.as_object().unwrap() {
        input[name.as_str()] = value.clone();
    }
    sqs.call("SendMessage", input).await.unwrap()
}

cases! {
    "API reference, SendMessage: Response Elements"
    async fn the_answer_has_the_id_and_the_digest_of_the_body(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let sent = sqs.send(&url, "This is a test message").await;
        assert_eq!(sent["MD5OfMessageBody"], "fafb00f5732ab283681e124bf8747ed1");
        let got = sqs.receive(&url).await;
        assert_eq!(got[0]["MessageId"], sent["MessageId"]);
        assert_eq!(got[0]["MD5OfBody"], sent["MD5OfMessageBody"]);
        assert_eq!(bodies(&got), ["This is a test message"]);
    }

    "API reference, SendMessage: Response Elements, SequenceNumber applies only to FIFO queues"
    async fn an_answer_has_no_more_than_was_asked_for(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let sent = arrives(&sqs, &url, json!({"MessageBody": "a", "MessageAttributes": {}})).await;
        for absent in ["SequenceNumber", "MD5OfMessageAttributes", "MD5OfMessageSystemAttributes"] {
            assert!(sent.get(absent).is_none(), "{absent} in {sent}");
        }
    }

    "Developer guide, Queue and message identifiers: each message receives a system-assigned message ID"
    async fn equal_messages_in_a_standard_queue_are_two(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        assert_ne!(sqs.send(&url, "a").await["MessageId"], sqs.send(&url, "a").await["MessageId"]);
        assert_eq!(bodies(&sqs.receive(&url).await), ["a", "a"]);
    }

    "API reference, SendMessage: MessageBody, The minimum size is one character"
    async fn an_empty_body_is_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let refused = sqs.refused("SendMessage", json!({"QueueUrl": url, "MessageBody": ""})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("MissingParameter", 400));
        assert_eq!(refused.message, "The request must contain the parameter MessageBody.");
    }

    "API reference, SendMessage: MessageBody, Required: Yes"
    #[only(boto3)]
    async fn a_message_without_a_body_is_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let refused = sqs.refused("SendMessage", json!({"QueueUrl": url})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("MissingParameter", 400));
        assert!(refused.message.contains("MessageBody"), "{}", refused.message);
    }

    "API reference, SendMessage: Errors, QueueDoesNotExist"
    async fn nothing_can_be_sent_to_a_queue_that_is_not_there(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let input = json!({"QueueUrl": format!("{url}-other"), "MessageBody": "a"});
        let refused = sqs.refused("SendMessage", input).await;
        assert_eq!(refused.code, NO_QUEUE);
        assert_eq!((refused.message.as_str(), refused.status), ("The specified queue does not exist.", 400));
    }

    "API reference, SendMessage: the allowed Unicode characters"
    async fn every_allowed_character_arrives_as_it_was_sent(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let body = "\t\n\r !\"&quot;<>\u{7f}\u{85}ä\u{d7ff}\u{e000}\u{fffd}\u{10000}\u{1f600}\u{10ffff}";
        sqs.send(&url, body).await;
        assert_eq!(bodies(&sqs.receive(&url).await), [body]);
    }

    "API reference, SendMessage: Errors, InvalidMessageContents"
    async fn other_characters_are_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for bad in ["\u{0}", "\u{8}", "\u{b}", "\u{1b}", "\u{1f}", "\u{fffe}", "\u{ffff}"] {
            let body = format!("a{bad}b");
            let refused = sqs.refused("SendMessage", json!({"QueueUrl": url, "MessageBody": body})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidMessageContents", 400), "{bad:?}");
        }
        assert!(sqs.receive(&url).await.is_empty());
    }

    "API reference, SendMessage: the allowed Unicode characters, #x20 to #xD7FF and #xE000 to #xFFFD"
    #[only(http)]
    async fn half_a_surrogate_pair_is_no_character(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "AmazonSQS.SendMessage")];
        for bad in [r"\ud800", r"\udfff", r"a\ud83dx"] {
            let body = format!(r#"{{"QueueUrl":"{url}","MessageBody":"{bad}"}}"#);
            let answer = sqs.http("POST", "/", &headers, &body).await;
            assert_eq!(answer.status, 400);
            assert_eq!(answer.headers["x-amzn-query-error"], "InvalidMessageContents;Sender", "{bad}");
        }
        let body = format!(r#"{{"QueueUrl":"{url}","MessageBody":"\ud83d\ude00"}}"#);
        assert_eq!(sqs.http("POST", "/", &headers, &body).await.status, 200);
        assert_eq!(bodies(&sqs.receive(&url).await), ["\u{1f600}"]);
    }

    "API reference, SendMessage: MessageBody, The maximum size is 1 MiB or 1,048,576 bytes"
    async fn a_message_of_a_mebibyte_is_the_longest(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, &"x".repeat(1_048_576)).await;
        assert_eq!(bodies(&sqs.receive(&url).await)[0].len(), 1_048_576);
        let input = json!({"QueueUrl": url, "MessageBody": "x".repeat(1_048_577)});
        let refused = sqs.refused("SendMessage", input).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        assert_eq!(
            refused.message,
            "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."
        );
    }

    "API reference, SetQueueAttributes: MaximumMessageSize, the limit of how many bytes a message can contain"
    async fn a_queue_may_allow_less(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, &"x".repeat(1025)).await;
        sqs.set(&url, json!({"MaximumMessageSize": "1024"})).await;
        sqs.send(&url, &"ä".repeat(512)).await;
        let refused = sqs.refused("SendMessage", json!({"QueueUrl": url, "MessageBody": "ä".repeat(513)})).await;
        assert_eq!(refused.code, "InvalidParameterValue");
        assert_eq!(
            refused.message,
            "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes."
        );
        assert_eq!(sqs.receive(&url).await.len(), 2, "what was sent before stays");
    }

    "API reference, MessageAttributeValue: all parts of the attribute are part of the message size restriction"
    async fn attributes_count_in_the_size(sqs) {
        let url = sqs.queue("orders", json!({"MaximumMessageSize": "1024"})).await;
        let message = |length: usize| json!({"QueueUrl": url, "MessageBody": "x".repeat(length), "MessageAttributes": {
            "k": {"DataType": "String", "StringValue": "v"},
            "bin": {"DataType": "Binary.x", "BinaryValue": "AAECAw=="},
        }});
        let attributes = (1 + 6 + 1) + (3 + 8 + 4);
        sqs.call("SendMessage", message(1024 - attributes)).await.unwrap();
        let refused = sqs.refused("SendMessage", message(1024 - attributes + 1)).await;
        assert!(refused.message.ends_with("Message must be shorter than 1024 bytes."), "{}", refused.message);
    }

    "API reference, SendMessage: DelaySeconds, Valid values: 0 to 900"
    async fn a_message_can_be_delayed_by_fifteen_minutes_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for delay in [-1, 901] {
            let input = json!({"QueueUrl": url, "MessageBody": "a", "DelaySeconds": delay});
            let refused = sqs.refused("SendMessage", input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
            assert!(refused.message.contains("DelaySeconds"), "{}", refused.message);
        }
        sqs.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "a", "DelaySeconds": 900})).await.unwrap();
        assert!(sqs.receive(&url).await.is_empty());
        sqs.pass(900).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["a"]);
    }

    "API reference, SendMessage: DelaySeconds, messages become available after the delay period is finished"
    async fn a_delayed_message_is_counted_apart(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "a", "DelaySeconds": 3})).await.unwrap();
        assert_eq!(sqs.attribute(&url, "ApproximateNumberOfMessagesDelayed").await, "1");
        assert_eq!(sqs.attribute(&url, "ApproximateNumberOfMessages").await, "0");
        sqs.pass(6).await;
        assert_eq!(sqs.attribute(&url, "ApproximateNumberOfMessagesDelayed").await, "0");
        assert_eq!(sqs.attribute(&url, "ApproximateNumberOfMessages").await, "1");
    }

    "API reference, SendMessage: DelaySeconds, the default value for the queue applies"
    async fn a_message_without_a_delay_has_the_queues(sqs) {
        let url = sqs.queue("orders", json!({"DelaySeconds": "5"})).await;
        sqs.send(&url, "queue's").await;
        arrives(&sqs, &url, json!({"MessageBody": "none", "DelaySeconds": 0})).await;
        arrives(&sqs, &url, json!({"MessageBody": "longer", "DelaySeconds": 10})).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["none"]);
        sqs.pass(5).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["queue's"]);
        sqs.pass(5).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["longer"]);
    }

    "Developer guide, Delay queues: for standard queues the per-queue delay setting is not retroactive"
    async fn a_changed_delay_leaves_messages_of_a_standard_queue_alone(sqs) {
        let url = sqs.queue("orders", json!({"DelaySeconds": "10"})).await;
        sqs.send(&url, "before").await;
        sqs.set(&url, json!({"DelaySeconds": "0"})).await;
        sqs.send(&url, "after").await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["after"]);
    }

    "API reference, ReceiveMessage: SentTimestamp, the time the message was sent (epoch time in milliseconds)"
    #[only(embedded)]
    async fn the_time_of_sending_is_in_milliseconds(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        arrives(&sqs, &url, json!({"MessageBody": "a", "DelaySeconds": 60})).await;
        let sent = sqs.now();
        sqs.pass(60).await;
        assert_eq!(sqs.receive(&url).await[0]["Attributes"]["SentTimestamp"], sent.to_string());
    }

    "API reference, CreateQueue: MessageRetentionPeriod, the length of time SQS retains a message"
    async fn a_message_is_kept_for_the_retention_period_from_its_sending(sqs) {
        let url = sqs.queue("orders", json!({"MessageRetentionPeriod": "60"})).await;
        arrives(&sqs, &url, json!({"MessageBody": "delayed", "DelaySeconds": 30})).await;
        sqs.pass(29).await;
        sqs.send(&url, "later").await;
        sqs.pass(33).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["later"], "a delay does not lengthen it");
    }

    "API reference, SendMessage: MessageGroupId, valid values: alphanumeric characters and punctuation"
    async fn a_group_of_a_standard_queue_keeps_the_rules_too(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for bad in ["", "group 123", "grüppe", &"a".repeat(129)] {
            let input = json!({"QueueUrl": url, "MessageBody": "a", "MessageGroupId": bad});
            let refused = sqs.refused("SendMessage", input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
            assert_eq!(refused.message, format!(
                "Value {bad} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length."
            ));
        }
    }

    "API reference, SendMessage: MessageDeduplicationId applies only to FIFO queues"
    async fn a_standard_queue_takes_no_deduplication_id(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let input = json!({"QueueUrl": url, "MessageBody": "a", "MessageDeduplicationId": "d"});
        let refused = sqs.refused("SendMessage", input).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        assert_eq!(
            refused.message,
            "Value d for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that is not valid for this queue type."
        );
        assert!(sqs.receive(&url).await.is_empty());
    }
}
