//! Visibility: how long a received message is hidden, and how that is changed.

use serde_json::{Value, json};

use super::cases;
use super::sqs::bodies;

/// A change of a received message's visibility.
fn change(url: &str, message: &Value, seconds: i64) -> Value {
    json!({"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": seconds})
}

cases! {
    "Developer guide, Amazon SQS visibility timeout"
    async fn a_received_message_is_hidden_for_the_timeout_of_the_queue(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "3"})).await;
        sqs.send(&url, "a").await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
        assert!(sqs.receive(&url).await.is_empty());
        sqs.pass(3).await;
        let again = sqs.receive(&url).await;
        assert_eq!(bodies(&again), ["a"]);
        assert_eq!(again[0]["Attributes"]["ApproximateReceiveCount"], "2");
    }

    "API reference, SetQueueAttributes: VisibilityTimeout, Default: 30"
    async fn it_is_hidden_for_thirty_seconds_unless_somebody_says_otherwise(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, "a").await;
        sqs.receive(&url).await;
        sqs.pass(28).await;
        assert!(sqs.receive(&url).await.is_empty());
        sqs.pass(2).await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
    }

    "API reference, ReceiveMessage: VisibilityTimeout"
    async fn a_receive_may_say_for_how_long_and_for_itself_alone(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "2"})).await;
        sqs.send(&url, "a").await;
        sqs.receive_with(&url, json!({"VisibilityTimeout": 8})).await;
        sqs.pass(5).await;
        assert!(sqs.receive(&url).await.is_empty());
        sqs.pass(3).await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
        sqs.pass(2).await;
        assert_eq!(sqs.receive(&url).await.len(), 1, "the next receive is back at the queue's timeout");
    }

    "API reference, ReceiveMessage: VisibilityTimeout 0"
    async fn hidden_for_no_time_a_message_can_be_received_at_once(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, "a").await;
        assert_eq!(sqs.receive_with(&url, json!({"VisibilityTimeout": 0})).await.len(), 1);
        assert_eq!(sqs.receive(&url).await.len(), 1);
        assert!(sqs.receive(&url).await.is_empty());
    }

    "Developer guide, Amazon SQS visibility timeout: a queue's timeout is that of later receives"
    async fn a_new_timeout_of_the_queue_leaves_messages_in_flight_alone(sqs) {
        let (url, _) = sqs.in_flight("2").await;
        sqs.set(&url, json!({"VisibilityTimeout": "60"})).await;
        sqs.pass(2).await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
    }

    "API reference, ChangeMessageVisibility: the new timeout counts from the call"
    async fn a_change_counts_from_the_call(sqs) {
        let (url, message) = sqs.in_flight("4").await;
        sqs.pass(2).await;
        sqs.hide(&url, &message, 6).await;
        sqs.pass(3).await;
        assert!(sqs.receive(&url).await.is_empty(), "longer than at first");
        sqs.hide(&url, &message, 2).await;
        sqs.pass(2).await;
        assert_eq!(sqs.receive(&url).await.len(), 1, "and shorter");
    }

    "Developer guide, Terminating the visibility timeout of a message"
    async fn zero_shows_a_message_at_once(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        sqs.hide(&url, &message, 0).await;
        let again = sqs.receive(&url).await;
        assert_eq!(bodies(&again), ["a"]);
        assert_eq!(again[0]["Attributes"]["ApproximateReceiveCount"], "2");
        assert!(sqs.receive(&url).await.is_empty(), "hidden by the queue's timeout again");
    }

    "API reference, ChangeMessageVisibility: the next receive reverts to the original timeout"
    async fn a_change_is_not_remembered_for_the_next_receive(sqs) {
        let (url, message) = sqs.in_flight("2").await;
        sqs.hide(&url, &message, 3).await;
        sqs.pass(3).await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
        sqs.pass(2).await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
    }

    "API reference, ChangeMessageVisibility: VisibilityTimeout, 0 to 43200"
    async fn a_change_is_for_twelve_hours_at_most(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        for seconds in [-1, 43_201] {
            let refused = sqs.refused("ChangeMessageVisibility", change(&url, &message, seconds)).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
            assert!(refused.message.contains("VisibilityTimeout"), "{}", refused.message);
        }
        assert!(sqs.receive(&url).await.is_empty());
    }

    "API reference, ChangeMessageVisibility: the total timeout is 12 hours from the receive"
    async fn twelve_hours_are_counted_from_the_receive(sqs) {
        let url = sqs.queue("orders", json!({"VisibilityTimeout": "90"})).await;
        sqs.send(&url, "a").await;
        let got = sqs.receive(&url).await;
        let handle = &got[0]["ReceiptHandle"];
        sqs.pass(30).await;
        let input = json!({"QueueUrl": url, "ReceiptHandle": handle, "VisibilityTimeout": 43_200});
        let refused = sqs.refused("ChangeMessageVisibility", input).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        assert!(refused.message.contains("beyond the limit"), "{}", refused.message);
    }

    "API reference, ChangeMessageVisibility: beyond the time left is an error, not the time left"
    #[only(embedded)]
    async fn the_time_left_is_not_filled_up(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        sqs.hide(&url, &message, 43_200).await;
        sqs.pass(43_100).await;
        let refused = sqs.refused("ChangeMessageVisibility", change(&url, &message, 101)).await;
        assert_eq!(refused.message, "Value 101 for parameter VisibilityTimeout is invalid. Reason: Total \
            VisibilityTimeout for the message is beyond the limit [43200 seconds].");
        sqs.hide(&url, &message, 50).await;
        sqs.pass(50).await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
    }

    "API reference, ChangeMessageVisibility: the 12 hours start anew with every receive"
    #[only(embedded)]
    async fn the_next_receive_has_twelve_hours_again(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        sqs.hide(&url, &message, 43_200).await;
        sqs.pass(43_200).await;
        let again = sqs.receive(&url).await;
        sqs.hide(&url, &again[0], 43_200).await;
    }

    "API reference, ChangeMessageVisibility (as recorded from SQS): the timeout of the handle has run out"
    async fn a_handle_whose_time_ran_out_is_no_error_and_hides_nothing(sqs) {
        let (url, message) = sqs.in_flight("1").await;
        sqs.pass(2).await;
        sqs.hide(&url, &message, 20).await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
    }

    "API reference, MessageNotInflight: the message is not in flight"
    async fn what_was_released_is_not_in_flight(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        sqs.hide(&url, &message, 0).await;
        let refused = sqs.refused("ChangeMessageVisibility", change(&url, &message, 20)).await;
        let code = "AWS.SimpleQueueService.MessageNotInflight";
        assert_eq!((refused.code.as_str(), refused.status), (code, 400));
        let looked = sqs.receive_with(&url, json!({"VisibilityTimeout": 0})).await;
        assert_eq!(sqs.refused("ChangeMessageVisibility", change(&url, &looked[0], 20)).await.code, code);
        assert_eq!(sqs.receive(&url).await.len(), 1);
    }

    "API reference, ChangeMessageVisibility (as recorded from SQS): a handle of an earlier receive"
    async fn an_older_handle_of_a_standard_queue_changes_the_newer_receive(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.send(&url, "a").await;
        let first = sqs.receive_with(&url, json!({"VisibilityTimeout": 0})).await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
        sqs.hide(&url, &first[0], 0).await;
        assert_eq!(sqs.receive(&url).await.len(), 1);
    }

    "API reference, ChangeMessageVisibility (sentence as recorded from SQS): the message is deleted"
    async fn a_deleted_message_cannot_be_hidden(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        sqs.delete(&url, &message).await;
        let refused = sqs.refused("ChangeMessageVisibility", change(&url, &message, 42)).await;
        assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400));
        let handle = message["ReceiptHandle"].as_str().unwrap();
        assert_eq!(refused.message, format!("Value {handle} for parameter ReceiptHandle is invalid. Reason: Message \
            does not exist or is not available for visibility timeout change."));
    }

    "API reference, ReceiptHandleIsInvalid"
    async fn what_is_no_handle_is_refused(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        let other = sqs.queue("others", json!({})).await;
        let garbage = json!({"ReceiptHandle": "INVALID"});
        for input in [change(&url, &garbage, 60), change(&other, &message, 60)] {
            let refused = sqs.refused("ChangeMessageVisibility", input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("ReceiptHandleIsInvalid", 404));
        }
        assert!(sqs.receive(&url).await.is_empty());
    }

    "API reference, ChangeMessageVisibility: required parameters"
    #[only(boto3)]
    async fn a_change_needs_a_handle_and_a_timeout(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        for lacking in ["ReceiptHandle", "VisibilityTimeout"] {
            let mut input = change(&url, &message, 5);
            input.as_object_mut().unwrap().remove(lacking);
            let refused = sqs.refused("ChangeMessageVisibility", input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("MissingParameter", 400));
            assert!(refused.message.contains(lacking), "{}", refused.message);
        }
    }

    "API reference, ChangeMessageVisibilityBatch: each result is reported individually"
    async fn a_batch_of_changes_succeeds_and_fails_entry_by_entry(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        let handle = &message["ReceiptHandle"];
        let entries = json!([
            {"Id": "far", "ReceiptHandle": handle, "VisibilityTimeout": 43_201},
            {"Id": "not-one", "ReceiptHandle": "INVALID", "VisibilityTimeout": 0},
            {"Id": "good", "ReceiptHandle": handle, "VisibilityTimeout": 0},
        ]);
        let input = json!({"QueueUrl": url, "Entries": entries});
        let answer = sqs.call("ChangeMessageVisibilityBatch", input).await.unwrap();
        assert_eq!(answer["Successful"], json!([{"Id": "good"}]));
        let failed: Vec<_> = answer["Failed"].as_array().unwrap().iter()
            .map(|entry| (entry["Id"].as_str().unwrap(), entry["Code"].as_str().unwrap(), &entry["SenderFault"]))
            .collect();
        let (code, own) = ("ReceiptHandleIsInvalid", &json!(true));
        assert_eq!(failed, [("far", "InvalidParameterValue", own), ("not-one", code, own)]);
        assert_eq!(sqs.receive(&url).await.len(), 1);
    }

    "API reference, ChangeMessageVisibilityBatch: TooManyEntriesInBatchRequest (sentence as recorded from SQS)"
    async fn a_batch_has_ten_changes_at_most(sqs) {
        let (url, message) = sqs.in_flight("30").await;
        let entry = |n: usize| json!({"Id": n.to_string(), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 9});
        let batch = |entries: Vec<Value>| json!({"QueueUrl": url, "Entries": entries});
        let refused = sqs.refused("ChangeMessageVisibilityBatch", batch((0..20).map(entry).collect())).await;
        assert_eq!(refused.code, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest");
        assert_eq!(refused.message, "Maximum number of entries per request are 10. You have sent 20.");
        let refused = sqs.refused("ChangeMessageVisibilityBatch", batch(vec![entry(1), entry(1)])).await;
        assert_eq!(refused.code, "AWS.SimpleQueueService.BatchEntryIdsNotDistinct");
        let refused = sqs.refused("ChangeMessageVisibilityBatch", batch(Vec::new())).await;
        assert_eq!(refused.code, "AWS.SimpleQueueService.EmptyBatchRequest");
        assert!(sqs.call("ChangeMessageVisibilityBatch", batch((0..10).map(entry).collect())).await.is_ok());
    }
}
