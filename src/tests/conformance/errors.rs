//! How SQS says no: codes, statuses, and the form of an error on the wire.

use serde_json::{Value, json};

use super::cases;

cases! {
    "API reference, Common Errors; GetQueueUrl: Errors, QueueDoesNotExist"
    async fn a_queue_that_is_not_there_is_an_error_with_the_code_of_old(sqs) {
        let refused = sqs.refused("GetQueueUrl", json!({"QueueName": sqs.name("nowhere")})).await;
        assert_eq!(refused.code, "AWS.SimpleQueueService.NonExistentQueue");
        assert_eq!(refused.status, 400);
        assert!(refused.message.contains("does not exist"), "{}", refused.message);
    }

    "Smithy 2.0, AWS query compatible trait: x-amzn-query-error"
    #[only(http)]
    async fn an_error_carries_its_shape_and_the_code_of_old(sqs) {
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "AmazonSQS.GetQueueUrl")];
        let body = json!({"QueueName": sqs.name("nowhere")}).to_string();
        let answer = sqs.http("POST", "/", &headers, &body).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.headers["x-amzn-query-error"], "AWS.SimpleQueueService.NonExistentQueue;Sender");
        assert_eq!(answer.headers["content-type"], "application/x-amz-json-1.0");
        assert!(answer.headers.contains_key("x-amzn-requestid"));
        let error: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(error["__type"], "com.amazonaws.sqs#QueueDoesNotExist");
    }
}
