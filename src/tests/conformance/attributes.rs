//! Attributes of queues: their ranges, and what is read of them.

use serde_json::{Value, json};

use super::sqs::bodies;
use super::{Sqs, cases};

/// What an attribute of a number takes and does not take, at creation and later.
async fn ranges(sqs: &Sqs, name: &str, least: u64, most: u64) {
    let url = sqs.queue("orders", json!({})).await;
    let set = |value: &str| json!({"QueueUrl": url, "Attributes": {name: value}});
    for value in [least, most] {
        sqs.call("SetQueueAttributes", set(&value.to_string())).await.unwrap();
        assert_eq!(sqs.attribute(&url, name).await, value.to_string());
    }
    let below = i64::try_from(least).unwrap() - 1;
    for value in [&below.to_string(), &(most + 1).to_string(), "", " 1200", "1200.5", "1e3", "many"] {
        let refused = sqs.refused("SetQueueAttributes", set(value)).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidAttributeValue", 400), "{name} {value:?}");
        assert!(
            refused.message.starts_with(&format!("Invalid value for the parameter {name}.")),
            "{}",
            refused.message
        );
        let input = json!({"QueueName": sqs.name("others"), "Attributes": {name: value}});
        assert_eq!(sqs.refused("CreateQueue", input).await.code, "InvalidAttributeValue", "{name} {value:?}");
    }
    assert_eq!(sqs.attribute(&url, name).await, most.to_string(), "what is refused changes nothing");
}

/// All attributes but the ARN and the times, which are there, too.
async fn rest(sqs: &Sqs, url: &str) -> Value {
    let mut all = sqs.attributes(url).await;
    for name in ["QueueArn", "CreatedTimestamp", "LastModifiedTimestamp"] {
        assert!(all.as_object_mut().unwrap().remove(name).is_some(), "{name}");
    }
    all
}

cases! {
    "API reference, SetQueueAttributes: VisibilityTimeout, an integer from 0 to 43,200"
    async fn a_visibility_timeout_is_at_most_twelve_hours(sqs) {
        ranges(&sqs, "VisibilityTimeout", 0, 43_200).await;
    }

    "API reference, SetQueueAttributes: DelaySeconds, an integer from 0 to 900"
    async fn a_delay_is_at_most_fifteen_minutes(sqs) {
        ranges(&sqs, "DelaySeconds", 0, 900).await;
    }

    "API reference, SetQueueAttributes: MaximumMessageSize, an integer from 1,024 to 1,048,576"
    async fn the_longest_message_has_one_kibibyte_to_one_mebibyte(sqs) {
        ranges(&sqs, "MaximumMessageSize", 1024, 1_048_576).await;
    }

    "API reference, SetQueueAttributes: MessageRetentionPeriod, an integer from 60 to 1,209,600"
    async fn messages_are_kept_for_a_minute_to_fourteen_days(sqs) {
        ranges(&sqs, "MessageRetentionPeriod", 60, 1_209_600).await;
    }

    "API reference, SetQueueAttributes: ReceiveMessageWaitTimeSeconds, an integer from 0 to 20"
    async fn a_receive_waits_for_twenty_seconds_at_most(sqs) {
        ranges(&sqs, "ReceiveMessageWaitTimeSeconds", 0, 20).await;
    }

    "API reference, SetQueueAttributes: the attributes it uses"
    async fn what_sqs_counts_and_knows_cannot_be_set(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for name in [
            "QueueArn",
            "CreatedTimestamp",
            "LastModifiedTimestamp",
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
            "All",
        ] {
            let refused = sqs.refused("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": {name: "1"}})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidAttributeName", 400), "{name}");
            assert_eq!(refused.message, format!("Unknown Attribute {name}."));
        }
    }

    "API reference, SetQueueAttributes: Errors, InvalidAttributeName"
    async fn an_unknown_attribute_cannot_be_set(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for name in ["Colour", "delayseconds"] {
            let refused = sqs.refused("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": {name: "1"}})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidAttributeName", 400), "{name}");
        }
    }

    "API reference, GetQueueAttributes: Errors, InvalidAttributeName (recorded)"
    async fn an_unknown_attribute_cannot_be_read(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let names = ["DelaySeconds", "Foobar"];
        let refused = sqs.refused("GetQueueAttributes", json!({"QueueUrl": url, "AttributeNames": names})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidAttributeName", 400));
        assert_eq!(refused.message, "Unknown Attribute Foobar.");
    }

    "API reference, SetQueueAttributes: Attributes is required"
    async fn setting_nothing_is_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let refused = sqs.refused("SetQueueAttributes", json!({"QueueUrl": url, "Attributes": {}})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("MissingParameter", 400));
    }

    "API reference, SetQueueAttributes: Errors; a refused request has no effect"
    async fn attributes_are_set_all_or_none(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let half = json!({"QueueUrl": url, "Attributes": {"DelaySeconds": "5", "VisibilityTimeout": "long"}});
        assert_eq!(sqs.refused("SetQueueAttributes", half).await.code, "InvalidAttributeValue");
        assert_eq!(sqs.attribute(&url, "DelaySeconds").await, "0");
    }

    "API reference, CreateQueue: the defaults of a standard queue (recorded)"
    async fn a_standard_queue_begins_with_these_attributes(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        assert_eq!(rest(&sqs, &url).await, json!({
            "ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesDelayed": "0",
            "ApproximateNumberOfMessagesNotVisible": "0", "DelaySeconds": "0", "MaximumMessageSize": "1048576",
            "MessageRetentionPeriod": "345600", "ReceiveMessageWaitTimeSeconds": "0", "SqsManagedSseEnabled": "true",
            "VisibilityTimeout": "30",
        }));
    }

    "API reference, CreateQueue: the defaults of a FIFO queue (recorded)"
    async fn a_fifo_queue_begins_with_these_attributes(sqs) {
        let url = sqs.queue("orders.fifo", json!({})).await;
        assert_eq!(rest(&sqs, &url).await, json!({
            "ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesDelayed": "0",
            "ApproximateNumberOfMessagesNotVisible": "0", "ContentBasedDeduplication": "false",
            "DeduplicationScope": "queue", "DelaySeconds": "0", "FifoQueue": "true", "FifoThroughputLimit": "perQueue",
            "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600", "ReceiveMessageWaitTimeSeconds": "0",
            "SqsManagedSseEnabled": "true", "VisibilityTimeout": "30",
        }));
    }

    "API reference, SetQueueAttributes (recorded)"
    async fn attributes_that_are_not_mentioned_stay(sqs) {
        let made = json!({
            "MessageRetentionPeriod": "604800", "ReceiveMessageWaitTimeSeconds": "10", "VisibilityTimeout": "20",
        });
        let url = sqs.queue("orders", made).await;
        let change = json!({"MaximumMessageSize": "2048", "VisibilityTimeout": "69", "DelaySeconds": "420"});
        sqs.set(&url, change).await;
        assert_eq!(rest(&sqs, &url).await, json!({
            "ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesDelayed": "0",
            "ApproximateNumberOfMessagesNotVisible": "0", "DelaySeconds": "420", "MaximumMessageSize": "2048",
            "MessageRetentionPeriod": "604800", "ReceiveMessageWaitTimeSeconds": "10", "SqsManagedSseEnabled": "true",
            "VisibilityTimeout": "69",
        }));
    }

    "API reference, GetQueueAttributes: AttributeNames (recorded)"
    async fn only_what_was_asked_for_is_answered(sqs) {
        let url = sqs.queue("orders", json!({"DelaySeconds": "10"})).await;
        let names = json!(["DelaySeconds", "VisibilityTimeout", "DelaySeconds"]);
        let answer = sqs.call("GetQueueAttributes", json!({"QueueUrl": url, "AttributeNames": names})).await.unwrap();
        assert_eq!(answer, json!({"Attributes": {"DelaySeconds": "10", "VisibilityTimeout": "30"}}));
    }

    "API reference, GetQueueAttributes: without AttributeNames the results are empty"
    async fn who_asks_for_nothing_gets_nothing(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for input in [json!({"QueueUrl": url}), json!({"QueueUrl": url, "AttributeNames": []})] {
            assert_eq!(sqs.call("GetQueueAttributes", input).await.unwrap(), json!({}));
        }
    }

    "API reference, GetQueueAttributes: Policy, RedrivePolicy, KmsMasterKeyId …"
    async fn what_is_not_set_is_not_answered(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let names = json!(["Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"]);
        let answer = sqs.call("GetQueueAttributes", json!({"QueueUrl": url, "AttributeNames": names})).await.unwrap();
        assert_eq!(answer, json!({}));
    }

    "API reference, GetQueueAttributes: FifoQueue; check whether the name ends with .fifo instead"
    async fn a_standard_queue_does_not_know_what_a_fifo_queue_is(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for name in ["FifoQueue", "ContentBasedDeduplication"] {
            let refused = sqs.refused("GetQueueAttributes", json!({"QueueUrl": url, "AttributeNames": [name]})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidAttributeName", 400), "{name}");
            assert_eq!(refused.message, format!("Unknown Attribute {name}."));
        }
    }

    "API reference, GetQueueAttributes: AttributeNames, ApproximateNumberOfMessages…"
    async fn the_three_counters_tell_where_messages_are(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, "a").await;
        sqs.receive(&url).await;
        sqs.send(&url, "b").await;
        sqs.call("SendMessage", json!({"QueueUrl": url, "MessageBody": "c", "DelaySeconds": 60})).await.unwrap();
        let attributes = sqs.attributes(&url).await;
        assert_eq!(attributes["ApproximateNumberOfMessages"], "1");
        assert_eq!(attributes["ApproximateNumberOfMessagesNotVisible"], "1");
        assert_eq!(attributes["ApproximateNumberOfMessagesDelayed"], "1");
    }

    "API reference, GetQueueAttributes: AttributeNames, ApproximateNumberOfMessages…"
    async fn messages_pass_from_one_counter_to_another(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "2", "DelaySeconds": "2"})).await;
        let counters = async || {
            let all = sqs.attributes(&url).await;
            ["", "NotVisible", "Delayed"].map(|kind| all[format!("ApproximateNumberOfMessages{kind}")].to_string())
        };
        sqs.send(&url, "a").await;
        assert_eq!(counters().await, [r#""0""#, r#""0""#, r#""1""#]);
        sqs.pass(8).await;
        assert_eq!(counters().await, [r#""1""#, r#""0""#, r#""0""#]);
        sqs.receive(&url).await;
        assert_eq!(counters().await, [r#""0""#, r#""1""#, r#""0""#]);
        sqs.pass(8).await;
        assert_eq!(counters().await, [r#""1""#, r#""0""#, r#""0""#]);
        let message = sqs.receive(&url).await.remove(0);
        sqs.delete(&url, &message).await;
        assert_eq!(counters().await, [r#""0""#, r#""0""#, r#""0""#]);
    }

    "API reference, GetQueueAttributes: CreatedTimestamp, epoch time in seconds"
    async fn a_queue_knows_when_it_was_made_in_seconds(sqs) {
        let before = sqs.now() / 1000;
        let url = sqs.queue("orders", json!({})).await;
        let made: u64 = sqs.attribute(&url, "CreatedTimestamp").await.parse().unwrap();
        assert!((before..=sqs.now() / 1000).contains(&made), "{made}");
    }

    "API reference, GetQueueAttributes: LastModifiedTimestamp, when the queue was last changed, in seconds"
    async fn a_queue_knows_when_it_was_changed_in_seconds(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let made = sqs.attribute(&url, "CreatedTimestamp").await;
        assert_eq!(sqs.attribute(&url, "LastModifiedTimestamp").await, made);
        sqs.pass(2).await;
        sqs.send(&url, "a").await;
        sqs.receive(&url).await;
        assert_eq!(sqs.attribute(&url, "LastModifiedTimestamp").await, made, "messages change no queue");
        let before = sqs.now() / 1000;
        sqs.set(&url, json!({"DelaySeconds": "1"})).await;
        let changed: u64 = sqs.attribute(&url, "LastModifiedTimestamp").await.parse().unwrap();
        assert!((before..=sqs.now() / 1000).contains(&changed), "{changed}");
        assert_eq!(sqs.attribute(&url, "CreatedTimestamp").await, made);
    }

    "API reference, SetQueueAttributes: MessageRetentionPeriod, impacts existing messages"
    async fn a_shorter_retention_ends_messages_that_are_older(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, "old").await;
        sqs.pass(60).await;
        sqs.send(&url, "new").await;
        sqs.set(&url, json!({"MessageRetentionPeriod": "60"})).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["new"]);
    }
}
