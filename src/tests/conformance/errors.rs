//! How SQS says no: codes, statuses, and the form of an error on the wire.

use serde_json::{Value, json};

use super::clients::Answer;
use super::sqs::Sqs;
use super::subject::{ACCOUNT, REGION};
use super::{NO_QUEUE, cases};

/// Every operation on a queue, with the other members that it must have.
fn of_a_queue() -> [(&'static str, Value); 19] {
    let entry = |member: &str, value: Value| json!({"Entries": [{"Id": "a", member: value}]});
    [
        ("AddPermission", json!({"Label": "l", "AWSAccountIds": ["123456789012"], "Actions": ["SendMessage"]})),
        ("ChangeMessageVisibility", json!({"ReceiptHandle": "h", "VisibilityTimeout": 1})),
        ("ChangeMessageVisibilityBatch", entry("ReceiptHandle", json!("h"))),
        ("DeleteMessage", json!({"ReceiptHandle": "h"})),
        ("DeleteMessageBatch", entry("ReceiptHandle", json!("h"))),
        ("DeleteQueue", json!({})),
        ("GetQueueAttributes", json!({"AttributeNames": ["All"]})),
        ("ListDeadLetterSourceQueues", json!({})),
        ("ListQueueTags", json!({})),
        ("PurgeQueue", json!({})),
        ("ReceiveMessage", json!({})),
        ("RemovePermission", json!({"Label": "l"})),
        ("SendMessage", json!({"MessageBody": "a"})),
        ("SendMessageBatch", entry("MessageBody", json!("a"))),
        ("SetQueueAttributes", json!({"Attributes": {"DelaySeconds": "1"}})),
        ("TagQueue", json!({"Tags": {"a": "b"}})),
        ("UntagQueue", json!({"TagKeys": ["a"]})),
        // Twice, since what is asked makes no difference.
        ("ReceiveMessage", json!({"WaitTimeSeconds": 20})),
        ("GetQueueAttributes", json!({})),
    ]
}

/// Asks as an SDK does, but says what no SDK would.
async fn ask(sqs: &Sqs, operation: &str, body: &str) -> Answer {
    let target = format!("AmazonSQS.{operation}");
    // Some read the account and the Region out of a signature, as long as it looks like one.
    let signature = format!("AWS4-HMAC-SHA256 Credential={ACCOUNT}/20250101/{REGION}/sqs/aws4_request, Signature=0");
    let headers = [
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", target.as_str()),
        ("authorization", signature.as_str()),
    ];
    sqs.http("POST", "/", &headers, body).await
}

/// An error on the wire: status, shape, the code of old, message.
#[track_caller]
fn is_error(answer: &Answer, status: u16, shape: &str, code: &str) -> String {
    assert_eq!(answer.status, status, "{}", answer.body);
    let error: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(error["__type"].as_str().unwrap().rsplit('#').next().unwrap(), shape, "{}", answer.body);
    assert_eq!(answer.headers["x-amzn-query-error"], format!("{code};Sender"));
    assert_eq!(answer.headers["content-type"], "application/x-amz-json-1.0");
    assert!(!answer.headers["x-amzn-requestid"].is_empty());
    error["message"].as_str().unwrap_or_default().to_owned()
}

cases! {
    "API reference, Common Errors; GetQueueUrl: Errors, QueueDoesNotExist"
    async fn a_queue_that_is_not_there_is_an_error_with_the_code_of_old(sqs) {
        let refused = sqs.refused("GetQueueUrl", json!({"QueueName": sqs.name("nowhere")})).await;
        assert_eq!(refused.code, NO_QUEUE);
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

    "API reference, Errors of each operation: QueueDoesNotExist"
    async fn no_operation_works_on_a_queue_that_is_not_there(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for (operation, mut input) in of_a_queue() {
            input["QueueUrl"] = json!(format!("{url}-none"));
            let refused = sqs.refused(operation, input).await;
            assert_eq!(refused.code, NO_QUEUE, "{operation}: {}", refused.message);
            assert_eq!((refused.status, refused.message.as_str()), (400, "The specified queue does not exist."));
        }
    }

    "API reference, DeleteQueue: the queue and all its messages are gone"
    #[only(embedded)]
    async fn no_operation_works_on_a_queue_that_was_deleted(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.call("DeleteQueue", json!({"QueueUrl": url})).await.unwrap();
        for (operation, mut input) in of_a_queue() {
            input["QueueUrl"] = json!(url);
            let refused = sqs.refused(operation, input).await;
            assert_eq!(refused.code, NO_QUEUE, "{operation}: {}", refused.message);
        }
    }

    "API reference, QueueUrl of each operation: Required: Yes"
    #[only(boto3)]
    async fn every_operation_needs_its_queue(sqs) {
        for (operation, mut input) in of_a_queue() {
            for absent in [None, Some(json!(null)), Some(json!(""))] {
                if let Some(absent) = absent {
                    input["QueueUrl"] = absent;
                }
                let refused = sqs.refused(operation, input.clone()).await;
                assert_eq!((refused.code.as_str(), refused.status), ("MissingParameter", 400), "{operation} {input}");
                assert_eq!(refused.message, "The request must contain the parameter QueueUrl.", "{operation} {input}");
            }
        }
    }

    "API reference, required members of each operation"
    #[only(boto3)]
    async fn every_operation_needs_its_other_members(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for (operation, input, member) in [
            ("ChangeMessageVisibility", json!({"VisibilityTimeout": 1}), "ReceiptHandle"),
            ("ChangeMessageVisibility", json!({"ReceiptHandle": "h"}), "VisibilityTimeout"),
            ("DeleteMessage", json!({}), "ReceiptHandle"),
            ("SendMessage", json!({}), "MessageBody"),
        ] {
            let mut input = input;
            input["QueueUrl"] = json!(url);
            let refused = sqs.refused(operation, input).await;
            assert_eq!((refused.code.as_str(), refused.status), ("MissingParameter", 400), "{operation} {member}");
            assert_eq!(refused.message, format!("The request must contain the parameter {member}."));
        }
    }

    "Smithy 2.0, AWS JSON 1.0 protocol: X-Amz-Target; API reference, Common Errors"
    #[only(http)]
    async fn an_operation_that_sqs_does_not_have_is_refused(sqs) {
        for operation in ["PeekMessage", "sendmessage", ""] {
            let answer = ask(&sqs, operation, "{}").await;
            assert!((400..500).contains(&answer.status), "{operation}: {}", answer.body);
            assert!(answer.body.contains("UnknownOperationException"), "{operation}: {}", answer.body);
            assert!(answer.headers.contains_key("x-amzn-requestid"));
        }
    }

    "Smithy 2.0, AWS JSON 1.0 protocol: malformed requests"
    #[only(http)]
    async fn what_is_no_json_object_is_refused(sqs) {
        for body in ["{", "nonsense", "[]", "\"text\"", "7", "{\"QueueName\": \"a\"} trailing", "{'QueueName': 'a'}"] {
            let answer = ask(&sqs, "CreateQueue", body).await;
            assert_eq!(answer.status, 400, "{body}: {}", answer.body);
            assert!(answer.body.contains("SerializationException"), "{body}: {}", answer.body);
            assert!(answer.headers.contains_key("x-amzn-requestid"));
        }
        let refused = sqs.refused("GetQueueUrl", json!({"QueueName": sqs.name("a")})).await;
        assert_eq!(refused.code, NO_QUEUE, "and nothing was made");
    }

    "Smithy 2.0, AWS JSON 1.0 protocol: malformed requests"
    #[only(http)]
    async fn a_member_of_another_type_is_refused(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        for (operation, member, value) in [
            ("ReceiveMessage", "MaxNumberOfMessages", json!({})),
            ("ReceiveMessage", "MaxNumberOfMessages", json!("many")),
            ("ReceiveMessage", "MessageAttributeNames", json!({"a": 1})),
            ("SendMessage", "MessageBody", json!({"a": 1})),
            ("SendMessage", "MessageBody", json!(["a"])),
            ("SendMessage", "MessageAttributes", json!("a")),
            ("SendMessageBatch", "Entries", json!("a")),
            ("SetQueueAttributes", "Attributes", json!(["a"])),
            ("TagQueue", "Tags", json!("a")),
        ] {
            let mut body = json!({"QueueUrl": url});
            body[member] = value;
            let answer = ask(&sqs, operation, &body.to_string()).await;
            assert_eq!(answer.status, 400, "{operation} {body}: {}", answer.body);
            assert!(answer.body.contains("SerializationException"), "{operation} {body}: {}", answer.body);
        }
    }

    "Smithy 2.0, AWS JSON 1.0 protocol: unknown members are ignored"
    #[only(http)]
    async fn an_unknown_member_is_ignored(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let body = json!({"QueueUrl": url, "MessageBody": "a", "Tomorrow": {"new": [1]}});
        assert_eq!(ask(&sqs, "SendMessage", &body.to_string()).await.status, 200);
    }

    "API reference, Errors of each operation: HTTP Status Code; Smithy 2.0, AWS query compatible trait"
    #[only(http)]
    async fn every_error_has_its_status_its_shape_and_its_code_of_old(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        let arn = format!("{}-none", sqs.arn(&url).await);
        let name = sqs.name("orders");
        sqs.call("PurgeQueue", json!({"QueueUrl": url})).await.unwrap();
        let old = |name: &str| format!("AWS.SimpleQueueService.{name}");
        let twice = json!([{"Id": "a", "MessageBody": "a"}, {"Id": "a", "MessageBody": "b"}]);
        let eleven: Vec<_> = (0..11).map(|n| json!({"Id": n.to_string(), "MessageBody": "a"})).collect();
        let with = |member: &str, value: Value| json!({"QueueUrl": url, member: value});
        for (operation, body, status, shape, code) in [
            ("CreateQueue", json!({"QueueName": name, "Attributes": {"DelaySeconds": "9"}}), 400, "QueueNameExists", "QueueAlreadyExists".to_owned()),
            ("CreateQueue", json!({"QueueName": "no name"}), 400, "InvalidParameterValueException", "InvalidParameterValue".to_owned()),
            ("PurgeQueue", json!({"QueueUrl": url}), 403, "PurgeQueueInProgress", old("PurgeQueueInProgress")),
            ("StartMessageMoveTask", json!({"SourceArn": arn}), 404, "ResourceNotFoundException", "ResourceNotFoundException".to_owned()),
            ("DeleteMessage", with("ReceiptHandle", json!("h")), 404, "ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid".to_owned()),
            ("SendMessage", with("MessageBody", json!("\u{1}")), 400, "InvalidMessageContents", "InvalidMessageContents".to_owned()),
            ("SendMessageBatch", with("Entries", json!([])), 400, "EmptyBatchRequest", old("EmptyBatchRequest")),
            ("SendMessageBatch", with("Entries", twice), 400, "BatchEntryIdsNotDistinct", old("BatchEntryIdsNotDistinct")),
            ("SendMessageBatch", with("Entries", json!(eleven)), 400, "TooManyEntriesInBatchRequest", old("TooManyEntriesInBatchRequest")),
            ("SendMessageBatch", with("Entries", json!([{"Id": "ä", "MessageBody": "a"}])), 400, "InvalidBatchEntryId", old("InvalidBatchEntryId")),
            ("SetQueueAttributes", with("Attributes", json!({"DelaySeconds": "x"})), 400, "InvalidAttributeValue", "InvalidAttributeValue".to_owned()),
            ("SetQueueAttributes", with("Attributes", json!({"Colour": "x"})), 400, "InvalidAttributeName", "InvalidAttributeName".to_owned()),
            ("GetQueueAttributes", with("AttributeNames", json!(["Colour"])), 400, "InvalidAttributeName", "InvalidAttributeName".to_owned()),
            ("SendMessage", json!({"QueueUrl": url}), 400, "MissingRequiredParameterException", "MissingParameter".to_owned()),
        ] {
            let answer = ask(&sqs, operation, &body.to_string()).await;
            let message = is_error(&answer, status, shape, &code);
            assert!(!message.is_empty(), "{operation} {body}");
        }
    }

    "API reference, QueueDeletedRecently"
    #[only(http)]
    async fn a_name_that_rests_has_its_error(sqs) {
        let url = sqs.queue("orders", json!({})).await;
        sqs.call("DeleteQueue", json!({"QueueUrl": url})).await.unwrap();
        let answer = ask(&sqs, "CreateQueue", &json!({"QueueName": sqs.name("orders")}).to_string()).await;
        let code = "AWS.SimpleQueueService.QueueDeletedRecently";
        let message = is_error(&answer, 400, "QueueDeletedRecently", code);
        assert!(message.contains("60 seconds"), "{message}");
    }

    "API reference, Common Parameters: a request id on every answer"
    #[only(http)]
    async fn every_answer_has_a_request_id_of_its_own(sqs) {
        let mut seen = Vec::new();
        for body in ["{}", "{}", "{"] {
            let answer = ask(&sqs, "ListQueues", body).await;
            let id = answer.headers["x-amzn-requestid"].clone();
            assert_eq!(id.len(), 36, "{id}");
            assert!(!seen.contains(&id));
            seen.push(id);
        }
    }
}
