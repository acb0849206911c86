//! Sending one message: what SendMessage answers and what it refuses.

use serde_json::json;

use super::cases;
use super::sqs::bodies;

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

    "API reference, SendMessage: MessageBody, The minimum size is one character"
    async fn an_empty_body_is_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let refused = sqs.refused("SendMessage", json!({"QueueUrl": url, "MessageBody": ""})).await;
        assert_eq!((refused.code.as_str(), refused.status), ("MissingParameter", 400));
        assert_eq!(refused.message, "The request must contain the parameter MessageBody.");
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
}
