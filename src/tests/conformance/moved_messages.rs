//! What a message move task does to messages: where they go, what they keep, what is new about them, and which stay.

use serde_json::{Value, json};

use super::move_tasks::{Dead, dead, ended, fail, newest, start};
use super::sqs::{Sqs, bodies};
use super::{NO_QUEUE, cases};

async fn sorted(sqs: &Sqs, url: &str) -> Vec<String> {
    let got = sqs.receive(url).await;
    let mut found: Vec<_> = bodies(&got).into_iter().map(str::to_owned).collect();
    found.sort_unstable();
    found
}

/// A task that failed, its time left out.
async fn failed(sqs: &Sqs, arn: &str, reason: &str) -> Value {
    let task = ended(sqs, arn, "FAILED").await;
    assert_eq!(task["FailureReason"], reason);
    assert_eq!(task.get("TaskHandle"), None);
    task
}

cases! {
    "API reference, StartMessageMoveTask: DestinationArn, back to their respective original source queues"
    async fn without_a_destination_each_goes_where_it_came_from(sqs) {
        let dead_letters = sqs.queue("failures", json!({})).await;
        let urls = [sqs.source("one", &dead_letters, 1).await, sqs.source("two", &dead_letters, 1).await];
        for (n, url) in urls.iter().enumerate() {
            sqs.send(url, &format!("{n}-a")).await;
            sqs.send(url, &format!("{n}-b")).await;
            fail(&sqs, url).await;
        }
        let arn = sqs.arn(&dead_letters).await;
        start(&sqs, &arn, json!({})).await;
        let task = ended(&sqs, &arn, "COMPLETED").await;
        assert_eq!(task["ApproximateNumberOfMessagesMoved"], 4);
        assert_eq!(sorted(&sqs, &urls[0]).await, ["0-a", "0-b"]);
        assert_eq!(sorted(&sqs, &urls[1]).await, ["1-a", "1-b"]);
        assert!(sqs.receive(&dead_letters).await.is_empty());
    }

    "API reference, StartMessageMoveTask: DestinationArn, the queue that receives the moved messages"
    async fn with_a_destination_all_go_there(sqs) {
        let Dead { url, letters: dead_letters, arn } = dead(&sqs, "", 2).await;
        sqs.send(&dead_letters, "sent straight here").await;
        let other = sqs.queue("other", json!({})).await;
        start(&sqs, &arn, json!({"DestinationArn": sqs.arn(&other).await})).await;
        ended(&sqs, &arn, "COMPLETED").await;
        assert_eq!(sorted(&sqs, &other).await, ["0", "1", "sent straight here"]);
        assert!(sqs.receive(&url).await.is_empty());
    }

    "Developer guide, dead-letter queue redrive: considered new messages with a new messageID and enqueueTime"
    async fn a_moved_message_is_a_new_one(sqs) {
        let Dead { url, letters: dead_letters, arn } = dead(&sqs, "", 1).await;
        let letter = sqs.receive_with(&dead_letters, json!({"VisibilityTimeout": 1})).await.remove(0);
        sqs.pass(3).await;
        let before = sqs.now();
        start(&sqs, &arn, json!({})).await;
        ended(&sqs, &arn, "COMPLETED").await;
        let back = sqs.receive(&url).await.remove(0);
        assert_ne!(back["MessageId"], letter["MessageId"]);
        let attributes = back["Attributes"].as_object().unwrap();
        assert_eq!(attributes["ApproximateReceiveCount"], "1", "it counts from the start");
        assert_eq!(attributes.get("DeadLetterQueueSourceArn"), None);
        for name in ["SentTimestamp", "ApproximateFirstReceiveTimestamp"] {
            let at: u64 = attributes[name].as_str().unwrap().parse().unwrap();
            assert!(at >= before, "{name} {at}");
        }
    }

    "Developer guide, dead-letter queue redrive: doesn't support filtering and modifying messages"
    async fn a_moved_message_keeps_its_content(sqs) {
        let Dead { url, arn, .. } = dead(&sqs, "", 0).await;
        let sent = sqs.call("SendMessage", json!({
            "QueueUrl": url, "MessageBody": "äöü €", "MessageGroupId": "tenant",
            "MessageAttributes": {
                "text": {"DataType": "String.custom", "StringValue": "v"},
                "number": {"DataType": "Number", "StringValue": "1.5"},
                "bytes": {"DataType": "Binary", "BinaryValue": "AAEC/w=="},
            },
            "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}},
        })).await.unwrap();
        fail(&sqs, &url).await;
        start(&sqs, &arn, json!({})).await;
        ended(&sqs, &arn, "COMPLETED").await;
        let back = sqs.receive(&url).await.remove(0);
        assert_eq!(back["Body"], "äöü €");
        assert_eq!(back["MD5OfBody"], sent["MD5OfMessageBody"]);
        assert_eq!(back["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"]);
        assert_eq!(back["MessageAttributes"]["bytes"]["BinaryValue"], "AAEC/w==");
        assert_eq!(back["MessageAttributes"]["text"]["DataType"], "String.custom");
        assert_eq!(back["Attributes"]["AWSTraceHeader"], "Root=1-5759e988-bd862e3fe1be46a994272793");
        assert_eq!(back["Attributes"]["MessageGroupId"], "tenant");
    }

    "Developer guide, dead-letter queue redrive: in the order they are received, starting with the oldest message"
    async fn a_fifo_group_keeps_its_order(sqs) {
        let Dead { url, arn, .. } = dead(&sqs, ".fifo", 4).await;
        start(&sqs, &arn, json!({})).await;
        let task = ended(&sqs, &arn, "COMPLETED").await;
        assert_eq!(task["ApproximateNumberOfMessagesMoved"], 4);
        let back = sqs.receive(&url).await;
        assert_eq!(bodies(&back), ["0", "1", "2", "3"]);
        assert!(back.iter().all(|message| message["Attributes"]["MessageGroupId"] == "g"));
    }

    "Developer guide, dead-letter queue redrive: the redriven messages will interweave with the new messages"
    async fn a_moved_message_stands_behind_those_that_are_there(sqs) {
        let Dead { url, arn, .. } = dead(&sqs, ".fifo", 1).await;
        sqs.send_in_group(&url, "g", "new").await;
        start(&sqs, &arn, json!({})).await;
        ended(&sqs, &arn, "COMPLETED").await;
        sqs.send_in_group(&url, "g", "newer").await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["new", "0", "newer"]);
    }

    "API reference, StartMessageMoveTask: the oldest messages first, at the rate asked"
    async fn the_rate_is_kept_and_the_oldest_go_first(sqs) {
        let Dead { url, letters: dead_letters, arn } = dead(&sqs, "", 6).await;
        start(&sqs, &arn, json!({"MaxNumberOfMessagesPerSecond": 1})).await;
        sqs.pass(3).await;
        let moved = newest(&sqs, &arn).await["ApproximateNumberOfMessagesMoved"].as_u64().unwrap();
        assert!((2..=4).contains(&moved), "{moved}");
        let back = sqs.receive(&url).await;
        assert_eq!(bodies(&back)[..2], ["0", "1"]);
        let left: u64 = sqs.attribute(&dead_letters, "ApproximateNumberOfMessages").await.parse().unwrap();
        assert!((2..=4).contains(&left), "{left}");
    }

    "API reference, StartMessageMoveTask: the system will optimize the rate"
    async fn without_a_rate_it_is_fast(sqs) {
        let Dead { letters: dead_letters, arn, .. } = dead(&sqs, "", 0).await;
        let other = sqs.queue("other", json!({})).await;
        let entries: Vec<_> = (0..10).map(|n| json!({"Id": n.to_string(), "MessageBody": "a"})).collect();
        for _ in 0..30 {
            let input = json!({"QueueUrl": dead_letters, "Entries": entries});
            sqs.call("SendMessageBatch", input).await.unwrap();
        }
        start(&sqs, &arn, json!({"DestinationArn": sqs.arn(&other).await})).await;
        sqs.pass(5).await;
        assert_eq!(newest(&sqs, &arn).await["Status"], "COMPLETED");
        assert_eq!(sqs.attribute(&other, "ApproximateNumberOfMessages").await, "300");
    }

    "API reference, ListMessageMoveTasks: the number is obtained at the time of starting"
    async fn only_visible_messages_are_counted_and_moved(sqs) {
        let Dead { url, letters: dead_letters, arn } = dead(&sqs, "", 3).await;
        let one = json!({"MaxNumberOfMessages": 1, "VisibilityTimeout": 600});
        assert_eq!(sqs.receive_with(&dead_letters, one).await.len(), 1);
        start(&sqs, &arn, json!({})).await;
        let task = ended(&sqs, &arn, "COMPLETED").await;
        assert_eq!(task["ApproximateNumberOfMessagesToMove"], 2);
        assert_eq!(sqs.receive(&url).await.len(), 2);
        assert_eq!(sqs.attribute(&dead_letters, "ApproximateNumberOfMessagesNotVisible").await, "1");
    }

    "API reference, ListMessageMoveTasks: the number is obtained at the time of starting"
    #[only(embedded)]
    async fn what_arrives_meanwhile_waits_for_the_next_task(sqs) {
        let Dead { url, letters: dead_letters, arn } = dead(&sqs, "", 2).await;
        start(&sqs, &arn, json!({"MaxNumberOfMessagesPerSecond": 1})).await;
        sqs.pass(1).await;
        fail(&sqs, &url).await;
        sqs.pass(5).await;
        let task = newest(&sqs, &arn).await;
        assert_eq!((&task["Status"], &task["ApproximateNumberOfMessagesMoved"]), (&json!("COMPLETED"), &json!(2)));
        assert_eq!(sqs.attribute(&dead_letters, "ApproximateNumberOfMessages").await, "1", "it failed once more");
    }

    "API reference, CreateQueue: DelaySeconds; developer guide: redriven messages are new messages"
    async fn a_moved_message_waits_for_the_delay_of_its_queue(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 1).await;
        let late = sqs.queue("late", json!({"DelaySeconds": "4"})).await;
        start(&sqs, &arn, json!({"DestinationArn": sqs.arn(&late).await})).await;
        ended(&sqs, &arn, "COMPLETED").await;
        sqs.pass(5).await;
        assert_eq!(bodies(&sqs.receive(&late).await), ["0"]);
    }

    "Developer guide, dead-letter queue redrive: the redrive task resets the retention period"
    #[only(embedded)]
    async fn the_retention_of_a_moved_message_starts_again(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 1).await;
        let short = sqs.queue("short", json!({"MessageRetentionPeriod": "60"})).await;
        sqs.pass(100).await;
        start(&sqs, &arn, json!({"DestinationArn": sqs.arn(&short).await})).await;
        sqs.pass(1).await;
        assert_eq!(newest(&sqs, &arn).await["Status"], "COMPLETED");
        sqs.pass(58).await;
        assert_eq!(sqs.attribute(&short, "ApproximateNumberOfMessages").await, "1");
        sqs.pass(3).await;
        assert_eq!(sqs.attribute(&short, "ApproximateNumberOfMessages").await, "0");
    }

    "Developer guide, Troubleshoot dead-letter queue and DLQ redrive issues: CouldNotDetermineMessageSource"
    async fn a_message_from_nowhere_ends_a_task_back_to_the_sources(sqs) {
        let Dead { letters: dead_letters, arn, .. } = dead(&sqs, "", 0).await;
        sqs.send(&dead_letters, "sent straight here").await;
        start(&sqs, &arn, json!({"MaxNumberOfMessagesPerSecond": 93})).await;
        let task = failed(&sqs, &arn, "CouldNotDetermineMessageSource").await;
        assert_eq!(task["ApproximateNumberOfMessagesMoved"], 0);
        assert_eq!(task["ApproximateNumberOfMessagesToMove"], 1);
        assert_eq!(bodies(&sqs.receive(&dead_letters).await), ["sent straight here"], "it stays");
    }

    "As recorded from SQS: the destination is deleted while the task runs"
    async fn a_task_fails_when_its_destination_goes(sqs) {
        let Dead { letters: dead_letters, arn, .. } = dead(&sqs, "", 6).await;
        let other = sqs.queue("other", json!({})).await;
        let input = json!({"DestinationArn": sqs.arn(&other).await, "MaxNumberOfMessagesPerSecond": 1});
        start(&sqs, &arn, input).await;
        sqs.call("DeleteQueue", json!({"QueueUrl": other})).await.unwrap();
        let task = failed(&sqs, &arn, NO_QUEUE).await;
        assert_eq!(task["ApproximateNumberOfMessagesToMove"], 6);
        assert!(!sqs.receive(&dead_letters).await.is_empty(), "the rest stays");
    }

    "Developer guide, Troubleshoot dead-letter queue and DLQ redrive issues: NonExistentQueue"
    async fn a_task_fails_when_a_source_is_gone(sqs) {
        let Dead { url, letters: dead_letters, arn } = dead(&sqs, "", 1).await;
        sqs.source("another", &dead_letters, 1).await;
        sqs.call("DeleteQueue", json!({"QueueUrl": url})).await.unwrap();
        start(&sqs, &arn, json!({})).await;
        failed(&sqs, &arn, NO_QUEUE).await;
        assert_eq!(bodies(&sqs.receive(&dead_letters).await), ["0"]);
    }

    "API reference, SetQueueAttributes: MaximumMessageSize; what a task does then is not documented"
    async fn a_message_too_long_for_its_destination_stays(sqs) {
        let Dead { letters: dead_letters, arn, .. } = dead(&sqs, "", 0).await;
        sqs.send(&dead_letters, &"x".repeat(1025)).await;
        let small = sqs.queue("small", json!({"MaximumMessageSize": "1024"})).await;
        start(&sqs, &arn, json!({"DestinationArn": sqs.arn(&small).await})).await;
        failed(&sqs, &arn, "InvalidParameterValue").await;
        assert_eq!(sqs.receive(&dead_letters).await.len(), 1);
        assert!(sqs.receive(&small).await.is_empty());
    }

    "API reference, DeleteQueue; ListMessageMoveTasks: Errors, ResourceNotFoundException"
    async fn a_task_goes_with_its_dead_letter_queue(sqs) {
        let Dead { url, letters: dead_letters, arn } = dead(&sqs, "", 5).await;
        start(&sqs, &arn, json!({"MaxNumberOfMessagesPerSecond": 1})).await;
        sqs.call("DeleteQueue", json!({"QueueUrl": dead_letters})).await.unwrap();
        let refused = sqs.refused("ListMessageMoveTasks", json!({"SourceArn": arn})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("ResourceNotFoundException", 404));
        sqs.pass(3).await;
        assert!(sqs.receive(&url).await.len() <= 1);
    }
}
