//! Deleting: which handles delete, and what is no error.

use serde_json::{Value, json};

use super::sqs::Sqs;
use super::{NO_QUEUE, cases};

async fn is_empty(sqs: &Sqs, url: &str) -> bool {
    let attributes = sqs.attributes(url).await;
    ["", "NotVisible", "Delayed"].iter().all(|kind| attributes[format!("ApproximateNumberOfMessages{kind}")] == "0")
}

cases! {
    "API reference, DeleteMessage"
    async fn a_deleted_message_does_not_come_back(sqs) {
        let (url, message) = sqs.in_flight("2").await;
        sqs.delete(&url, &message).await;
        assert!(is_empty(&sqs, &url).await);
        sqs.pass(2).await;
        assert!(sqs.receive(&url).await.is_empty());
    }

    "API reference, DeleteMessage (as recorded from SQS): deleted already"
    async fn deleting_twice_is_no_error(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        for _ in 0..3 {
            sqs.delete(&url, &message).await;
        }
    }

    "API reference, DeleteMessage (as recorded from SQS): a standard queue, after the visibility timeout"
    async fn the_newest_handle_deletes_after_its_time_too(sqs) {
        let (url, message) = sqs.in_flight("1").await;
        sqs.pass(2).await;
        sqs.delete(&url, &message).await;
        assert!(is_empty(&sqs, &url).await);
    }

    "API reference, DeleteMessage: with an old handle the request succeeds and the message might not be deleted"
    async fn an_older_handle_is_no_error(sqs) {
        let (url, old) = sqs.in_flight("1").await;
        sqs.pass(1).await;
        let new = sqs.receive(&url).await;
        sqs.delete(&url, &old).await;
        sqs.delete(&url, &new[0]).await;
        assert!(is_empty(&sqs, &url).await);
    }

    "API reference, DeleteMessage: with an old handle the message might not be deleted"
    #[only(embedded)]
    async fn an_older_handle_deletes_nothing_here(sqs) {
        let (url, old) = sqs.in_flight("1").await;
        sqs.pass(1).await;
        sqs.receive(&url).await;
        sqs.delete(&url, &old).await;
        sqs.pass(1).await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
    }

    "API reference, DeleteMessage: also while the message is hidden, however long"
    async fn a_message_hidden_for_longer_can_be_deleted(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        sqs.hide(&url, &message, 300).await;
        sqs.delete(&url, &message).await;
        assert!(is_empty(&sqs, &url).await);
    }

    "API reference, DeleteMessage: a released message is deleted by the handle that released it"
    async fn a_released_message_can_be_deleted(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        sqs.hide(&url, &message, 0).await;
        sqs.delete(&url, &message).await;
        assert!(is_empty(&sqs, &url).await);
    }

    "API reference, ReceiptHandleIsInvalid (sentence as recorded from SQS)"
    async fn garbage_is_no_handle(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let refused = sqs.refused("DeleteMessage", json!({"QueueUrl": url, "ReceiptHandle": "garbage"})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("ReceiptHandleIsInvalid", 404));
        assert_eq!(refused.message, "The input receipt handle \"garbage\" is not a valid receipt handle.");
    }

    "API reference, ReceiptHandleIsInvalid"
    async fn a_handle_is_good_in_its_own_queue(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        let other = sqs.queue("others", json!({})).await;
        let input = json!({"QueueUrl": other, "ReceiptHandle": message["ReceiptHandle"]});
        assert_eq!(sqs.refused("DeleteMessage", input).await.code, "ReceiptHandleIsInvalid");
        assert!(!is_empty(&sqs, &url).await);
    }

    "API reference, DeleteMessage: ReceiptHandle, Required: Yes"
    async fn an_empty_handle_is_missing(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let refused = sqs.refused("DeleteMessage", json!({"QueueUrl": url, "ReceiptHandle": ""})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("MissingParameter", 400));
    }

    "API reference, DeleteMessage: QueueDoesNotExist"
    async fn a_queue_that_is_not_there_has_nothing_to_delete(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        let input = json!({"QueueUrl": url.replace("orders", "others"), "ReceiptHandle": message["ReceiptHandle"]});
        assert_eq!(sqs.refused("DeleteMessage", input).await.code, NO_QUEUE);
    }

    "API reference, DeleteMessageBatch: each result is reported individually"
    async fn a_batch_deletes_what_it_can(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for body in ["a", "b", "c"] {
            sqs.send(&url, body).await;
        }
        let got = sqs.receive(&url).await;
        let handle = |n: usize| &got[n]["ReceiptHandle"];
        let entries = json!([{"Id": "one", "ReceiptHandle": handle(0)}, {"Id": "two", "ReceiptHandle": "garbage"},
            {"Id": "three", "ReceiptHandle": handle(2)}, {"Id": "again", "ReceiptHandle": handle(0)}]);
        let input = json!({"QueueUrl": url, "Entries": entries});
        let answer = sqs.call("DeleteMessageBatch", input).await.unwrap();
        assert_eq!(answer["Successful"], json!([{"Id": "one"}, {"Id": "three"}, {"Id": "again"}]));
        assert_eq!(answer["Failed"], json!([{"Id": "two", "SenderFault": true, "Code": "ReceiptHandleIsInvalid",
            "Message": "The input receipt handle \"garbage\" is not a valid receipt handle."}]));
        assert_eq!(sqs.attribute(&url, "ApproximateNumberOfMessagesNotVisible").await, "1");
    }

    "API reference, DeleteMessageBatch: an entry without a handle fails alone"
    async fn an_entry_without_a_handle_fails_alone(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        let entries = json!([{"Id": "none", "ReceiptHandle": ""}, {"Id": "one", "ReceiptHandle": message["ReceiptHandle"]}]);
        let input = json!({"QueueUrl": url, "Entries": entries});
        let answer = sqs.call("DeleteMessageBatch", input).await.unwrap();
        assert_eq!((&answer["Failed"][0]["Id"], &answer["Failed"][0]["Code"]), (&json!("none"), &json!("MissingParameter")));
        assert!(is_empty(&sqs, &url).await);
    }

    "API reference, DeleteMessageBatch: InvalidBatchEntryId (sentence as recorded from SQS)"
    async fn the_id_of_an_entry_has_eighty_letters_digits_hyphens_and_underscores_at_most(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        let batch = |id: &str| json!({"QueueUrl": url, "Entries": [{"Id": id, "ReceiptHandle": message["ReceiptHandle"]}]});
        for id in ["", "invalid:id", &"x".repeat(81)] {
            let refused = sqs.refused("DeleteMessageBatch", batch(id)).await;
            assert_eq!((refused.code.as_str(), refused.status), ("AWS.SimpleQueueService.InvalidBatchEntryId", 400));
            assert_eq!(refused.message, "A batch entry id can only contain alphanumeric characters, hyphens and \
                underscores. It can be at most 80 letters long.");
        }
        assert!(!is_empty(&sqs, &url).await);
        sqs.call("DeleteMessageBatch", batch(&"x".repeat(80))).await.unwrap();
    }

    "API reference, DeleteMessageBatch: TooManyEntriesInBatchRequest (sentence as recorded from SQS)"
    async fn a_batch_has_one_to_ten_deletions_with_different_ids(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        let entry = |n: usize| json!({"Id": n.to_string(), "ReceiptHandle": message["ReceiptHandle"]});
        let batch = |entries: Vec<Value>| json!({"QueueUrl": url, "Entries": entries});
        let refused = sqs.refused("DeleteMessageBatch", batch((0..20).map(entry).collect())).await;
        assert_eq!(refused.code, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest");
        assert_eq!(refused.message, "Maximum number of entries per request are 10. You have sent 20.");
        let refused = sqs.refused("DeleteMessageBatch", batch(vec![entry(1), entry(1)])).await;
        assert_eq!(refused.code, "AWS.SimpleQueueService.BatchEntryIdsNotDistinct");
        let refused = sqs.refused("DeleteMessageBatch", batch(Vec::new())).await;
        assert_eq!(refused.code, "AWS.SimpleQueueService.EmptyBatchRequest");
        assert!(!is_empty(&sqs, &url).await, "a batch that is refused deletes nothing");
    }
}
