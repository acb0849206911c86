//! Batches: their rules as a whole, and the fate of each entry.

use serde_json::json;

use super::cases;

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

    "API reference, SendMessageBatchRequestEntry: Id"
    #[only(boto3)]
    async fn an_entry_without_an_id_is_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let input = json!({"QueueUrl": url, "Entries": [{"MessageBody": "a"}]});
        let refused = sqs.refused("SendMessageBatch", input).await;
        assert_eq!(refused.status, 400);
        assert!(sqs.receive(&url).await.is_empty());
    }
}
