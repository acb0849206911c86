//! Batches: their rules as a whole, and the fate of each entry.

use serde_json::{Value, json};

use super::sqs::bodies;
use super::{NO_QUEUE, cases};

cases! {
    "API reference, SendMessageBatch: Errors, EmptyBatchRequest"
    async fn a_batch_without_entries_is_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for operation in ["SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch"] {
            let refused = sqs.refused(operation, json!({"QueueUrl": url, "Entries": []})).await;
            assert_eq!(refused.code, "AWS.SimpleQueueService.EmptyBatchRequest");
            assert_eq!(refused.status, 400);
        }
    }

    "API reference, SendMessageBatch: the result of each message is reported individually"
    async fn one_bad_entry_fails_alone(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let entries = json!([
            {"Id": "good", "MessageBody": "a"},
            {"Id": "late", "MessageBody": "b", "DelaySeconds": 901},
        ]);
        let answer = sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await.unwrap();
        assert_eq!(answer["Successful"][0]["Id"], "good");
        assert_eq!(answer["Failed"][0]["Id"], "late");
        assert_eq!(answer["Failed"][0]["Code"], "InvalidParameterValue");
        assert_eq!(answer["Failed"][0]["SenderFault"], true);
        assert_eq!(sqs.receive(&url).await.len(), 1);
    }

    "API reference, SendMessageBatch: Errors, EmptyBatchRequest, the batch request doesn't contain any entries"
    #[only(boto3)]
    async fn no_list_of_entries_is_an_empty_one(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let refused = sqs.refused("SendMessageBatch", json!({"QueueUrl": url})).await;
        assert_eq!(refused.code, "AWS.SimpleQueueService.EmptyBatchRequest");
    }

    "API reference, SendMessageBatchRequestEntry: Id"
    #[only(boto3)]
    async fn an_entry_without_an_id_is_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let input = json!({"QueueUrl": url, "Entries": [{"MessageBody": "a"}]});
        let refused = sqs.refused("SendMessageBatch", input).await;
        assert_eq!(refused.status, 400);
        assert!(sqs.receive(&url).await.is_empty());
    }

    "API reference, SendMessageBatch: up to 10 messages; Errors, TooManyEntriesInBatchRequest"
    async fn a_batch_has_ten_entries_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let entries = |count: usize| -> Value {
            (0..count).map(|n| json!({"Id": format!("message-{n}"), "MessageBody": format!("body {n}")})).collect()
        };
        let answer = sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries(10)})).await.unwrap();
        assert_eq!(answer["Successful"].as_array().unwrap().len(), 10);
        let refused = sqs.refused("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries(20)})).await;
        assert_eq!(refused.code, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest");
        assert_eq!(refused.message, "Maximum number of entries per request are 10. You have sent 20.");
        assert_eq!(refused.status, 400);
        assert_eq!(sqs.attribute(&url, "ApproximateNumberOfMessages").await, "10");
    }

    "API reference, SendMessageBatch: Errors, InvalidBatchEntryId"
    async fn ids_of_entries_have_eighty_letters_digits_hyphens_and_underscores_at_most(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let batch = |id: &str| json!({"QueueUrl": url, "Entries": [{"Id": id, "MessageBody": "a"}]});
        for good in ["a", "A-z_0", &"i".repeat(80)] {
            sqs.call("SendMessageBatch", batch(good)).await.unwrap();
        }
        for bad in ["", "message:1", "a.b", "a b", "é", &"i".repeat(81)] {
            let refused = sqs.refused("SendMessageBatch", batch(bad)).await;
            assert_eq!(refused.code, "AWS.SimpleQueueService.InvalidBatchEntryId", "{bad}");
            assert_eq!(
                refused.message,
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."
            );
            assert_eq!(refused.status, 400);
        }
    }

    "API reference, SendMessageBatch: Errors, BatchEntryIdsNotDistinct"
    async fn ids_of_entries_are_distinct(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let entries = json!([{"Id": "a", "MessageBody": "1"}, {"Id": "b", "MessageBody": "2"}, {"Id": "a", "MessageBody": "3"}]);
        let refused = sqs.refused("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await;
        assert_eq!(refused.code, "AWS.SimpleQueueService.BatchEntryIdsNotDistinct");
        assert_eq!(refused.status, 400);
        assert!(sqs.receive(&url).await.is_empty(), "nothing of it is sent");
    }

    "API reference, SendMessageBatchRequestEntry: Id, the Ids of a batch request need to be unique within a request"
    async fn ids_of_entries_may_come_again_in_another_batch_and_differ_by_case(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let entries = json!([{"Id": "a", "MessageBody": "1"}, {"Id": "A", "MessageBody": "2"}]);
        for _ in 0..2 {
            let answer = sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await.unwrap();
            assert_eq!(answer["Successful"].as_array().unwrap().len(), 2);
        }
        assert_eq!(sqs.receive(&url).await.len(), 4);
    }

    "API reference, SendMessageBatch: the maximum total payload size is 1 MiB; Errors, BatchRequestTooLong"
    async fn a_batch_has_a_mebibyte_at_most_attributes_included(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let batch = |length: usize| json!({"QueueUrl": url, "Entries": [
            {"Id": "1", "MessageBody": "x".repeat(length), "MessageAttributes": {"k": {"DataType": "String", "StringValue": "x"}}},
            {"Id": "2", "MessageBody": "a"},
        ]});
        let answer = sqs.call("SendMessageBatch", batch(1_048_576 - 8 - 1)).await.unwrap();
        assert_eq!(answer["Successful"].as_array().unwrap().len(), 2);
        let refused = sqs.refused("SendMessageBatch", batch(1_048_576 - 8)).await;
        assert_eq!(refused.code, "AWS.SimpleQueueService.BatchRequestTooLong");
        assert_eq!(refused.message, "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.");
        assert_eq!(refused.status, 400);
        assert_eq!(sqs.attribute(&url, "ApproximateNumberOfMessages").await, "2");
    }

    "API reference, SetQueueAttributes: MaximumMessageSize; the limit of a batch stays, as recorded"
    async fn a_message_too_long_for_its_queue_fails_alone(sqs) {
        let url = sqs.queue("orders", json!({"MaximumMessageSize": "1024"})).await;
        let entries = json!([
            {"Id": "fits", "MessageBody": "a".repeat(1024)},
            {"Id": "long", "MessageBody": "a".repeat(1025)},
            {"Id": "fits-too", "MessageBody": "a".repeat(1024)},
        ]);
        let answer = sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await.unwrap();
        assert_eq!(answer["Successful"].as_array().unwrap().len(), 2, "{answer}");
        assert_eq!(answer["Successful"][0]["MD5OfMessageBody"], "c9a34cfc85d982698c6ac89f76071abd");
        assert_eq!(answer["Failed"], json!([{
            "Id": "long", "SenderFault": true, "Code": "InvalidParameterValue",
            "Message": "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.",
        }]));
    }

    "API reference, SendMessageBatch: Errors; too many entries, bad ids, equal ids, too long"
    async fn a_batch_is_judged_as_a_whole_first(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let entry = |id: &str, length: usize| json!({"Id": id, "MessageBody": "x".repeat(length)});
        let code = async |entries: Value| {
            sqs.refused("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await.code
        };
        let eleven: Value = (0..11).map(|_| entry("a.b", 1)).collect();
        assert_eq!(code(eleven).await, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest");
        let both = json!([entry("a", 1), entry("a", 1), entry("a.b", 1)]);
        assert_eq!(code(both).await, "AWS.SimpleQueueService.InvalidBatchEntryId");
        let long = json!([entry("a", 600_000), entry("a", 600_000)]);
        assert_eq!(code(long).await, "AWS.SimpleQueueService.BatchEntryIdsNotDistinct");
        let empty = json!([{"Id": "a", "MessageBody": ""}, entry("b", 1_048_577)]);
        assert_eq!(code(empty).await, "AWS.SimpleQueueService.BatchRequestTooLong");
    }

    "API reference, SendMessageBatch: check for batch errors even when the call returns an HTTP status code of 200"
    async fn every_kind_of_bad_entry_fails_alone(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let entries = json!([
            {"Id": "first", "MessageBody": "1"},
            {"Id": "empty", "MessageBody": ""},
            {"Id": "characters", "MessageBody": "\u{1}"},
            {"Id": "early", "MessageBody": "b", "DelaySeconds": -1},
            {"Id": "group", "MessageBody": "b", "MessageGroupId": "a b"},
            {"Id": "dedup", "MessageBody": "b", "MessageDeduplicationId": "d"},
            {"Id": "last", "MessageBody": "2"},
        ]);
        let answer = sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await.unwrap();
        let ids = |list: &str| -> Vec<String> {
            let entries = answer[list].as_array().unwrap().iter();
            entries.map(|entry| entry["Id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids("Successful"), ["first", "last"]);
        assert_eq!(ids("Failed"), ["empty", "characters", "early", "group", "dedup"]);
        let failed = answer["Failed"].as_array().unwrap();
        let codes: Vec<_> = failed.iter().map(|entry| entry["Code"].as_str().unwrap()).collect();
        let invalid = "InvalidParameterValue";
        assert_eq!(codes, ["MissingParameter", "InvalidMessageContents", invalid, invalid, invalid]);
        assert!(failed.iter().all(|entry| entry["SenderFault"] == true && entry["Message"].is_string()), "{answer}");
        assert_eq!(sqs.receive(&url).await.len(), 2);
    }

    "API reference, SendMessageBatchResultEntry"
    async fn each_entry_is_answered_with_its_own_digests(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let one = json!({"data1": {"DataType": "Number", "StringValue": "1"}});
        let two = json!({"data1": {"DataType": "Number", "StringValue": "1"}, "data2": {"DataType": "Number", "StringValue": "2"}});
        let trace = json!({"AWSTraceHeader": {"DataType": "String", "StringValue": "some-value"}});
        let entries = json!([
            {"Id": "1", "MessageBody": "some message", "MessageAttributes": two},
            {"Id": "2", "MessageBody": "some message 2", "MessageAttributes": one, "MessageSystemAttributes": trace},
        ]);
        let answer = sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await.unwrap();
        let sent = &answer["Successful"];
        assert_eq!(sent[0]["MD5OfMessageBody"], "df49b60423903e095b80d9b4a92eb065");
        assert_eq!(sent[0]["MD5OfMessageAttributes"], "b53b5acf24e7fd9567705bd8027b1c76");
        assert!(sent[0].get("MD5OfMessageSystemAttributes").is_none());
        assert_eq!(sent[1]["MD5OfMessageBody"], "36e8a424130490596fc507dba99d2ace");
        assert_eq!(sent[1]["MD5OfMessageAttributes"], "cc7f712733e0ad2cc9f1fefbd28bab9c");
        assert_eq!(sent[1]["MD5OfMessageSystemAttributes"], "a3263a0cbc09023ccd431feb61438309");
        assert!(sent[0].get("SequenceNumber").is_none());
        let got = sqs.receive(&url).await;
        let received = |id: &Value| got.iter().any(|message| message["MessageId"] == *id);
        assert!(received(&sent[0]["MessageId"]) && received(&sent[1]["MessageId"]));
    }

    "API reference, SendMessageBatchRequestEntry: DelaySeconds, the default value for the queue is applied"
    async fn each_entry_has_its_own_delay(sqs) {
        let url = sqs.queue("orders", json!({"DelaySeconds": "5"})).await;
        let entries = json!([
            {"Id": "1", "MessageBody": "none", "DelaySeconds": 0},
            {"Id": "2", "MessageBody": "queue's"},
            {"Id": "3", "MessageBody": "longer", "DelaySeconds": 10},
        ]);
        sqs.call("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).await.unwrap();
        assert_eq!(bodies(&sqs.receive(&url).await), ["none"]);
        sqs.pass(5).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["queue's"]);
        sqs.pass(5).await;
        assert_eq!(bodies(&sqs.receive(&url).await), ["longer"]);
    }

    "API reference, SendMessageBatch: Errors, QueueDoesNotExist"
    async fn a_batch_needs_a_queue(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let input = json!({"QueueUrl": format!("{url}-other"), "Entries": [{"Id": "a", "MessageBody": "a"}]});
        let refused = sqs.refused("SendMessageBatch", input).await;
        assert_eq!(refused.code, NO_QUEUE);
    }
}
