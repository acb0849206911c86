//! The gateway against recorded answers: what it asks, how often, and what it makes of the answer.

pub(super) mod canned;

use std::collections::BTreeMap;

use serde_json::json;

use self::canned::{Canned, answer};
use super::error::Kind;
use super::{Receive, Sqs};
use crate::model::{AttributeValue, Code, Draft, Failure, MessageAttribute, QueueUrl, Refusal};

fn queue() -> QueueUrl {
    QueueUrl::new("https://sqs.eu-west-1.amazonaws.com/123456789012/orders")
}

fn draft() -> Draft {
    Draft { body: "hello".into(), ..Draft::default() }
}

const HELLO: &str = "5d41402abc4b2a76b9719d911017c592";

#[tokio::test]
async fn a_listing_follows_every_page() {
    let canned = Canned::new([
        answer(200, &json!({"QueueUrls": ["http://q/1/a", "http://q/1/b"], "NextToken": "t"})),
        answer(200, &json!({"QueueUrls": ["http://q/1/c"]})),
    ]);
    let listed = canned.sqs().list_queues(Some("x")).await.unwrap();
    assert_eq!(listed.value.len(), 3);
    assert_eq!(listed.request_id.as_deref(), Some("req-1"));
    let asked = canned.asked();
    assert_eq!(asked[0], json!({"QueueNamePrefix": "x", "MaxResults": 1000}));
    assert_eq!(asked[1], json!({"QueueNamePrefix": "x", "MaxResults": 1000, "NextToken": "t"}));
}

#[tokio::test]
async fn only_a_read_is_repeated() {
    let failed = || answer(500, &json!({"__type": "com.amazonaws.sqs#InternalError"}));
    let receive = Receive { count: 10, visibility_timeout: None, wait: 20 };
    for (what, requests) in [("read", 2), ("send", 1), ("receive", 1)] {
        let canned = Canned::new([failed(), failed(), failed()]);
        let sqs = canned.sqs();
        let error = match what {
            "read" => sqs.attributes(&queue()).await.unwrap_err(),
            "send" => sqs.send(&queue(), &draft()).await.unwrap_err(),
            _ => sqs.receive(&queue(), receive).await.unwrap_err(),
        };
        assert_eq!((error.kind, canned.asked().len()), (Kind::Upstream, requests), "{what}");
        assert!(!error.had_no_effect());
    }
}

#[tokio::test]
async fn a_receive_asks_for_everything() {
    let canned = Canned::new([answer(
        200,
        &json!({"Messages": [{
            "MessageId": "m", "ReceiptHandle": "h", "Body": "hello", "MD5OfBody": HELLO,
            "Attributes": {"ApproximateReceiveCount": "2", "SomethingNew": "x"},
            "MessageAttributes": {"n": {"DataType": "Number.int", "StringValue": "7"},
                                  "b": {"DataType": "Binary", "BinaryValue": "AQI="}},
        }]}),
    )]);
    let receive = Receive { count: 10, visibility_timeout: Some(30), wait: 20 };
    let received = canned.sqs().receive(&queue(), receive).await.unwrap().value;
    let message = &received[0];
    assert_eq!((message.receive_count(), message.body.as_str()), (Some(2), "hello"));
    assert_eq!(message.system["SomethingNew"], "x", "what is unknown is kept");
    let number = MessageAttribute { data_type: "Number.int".into(), value: AttributeValue::Text("7".into()) };
    let binary = MessageAttribute { data_type: "Binary".into(), value: AttributeValue::Binary(vec![1, 2]) };
    assert_eq!(message.attributes, BTreeMap::from([("n".to_owned(), number), ("b".to_owned(), binary)]));
    let asked = &canned.asked()[0];
    for all in ["MessageSystemAttributeNames", "MessageAttributeNames", "AttributeNames"] {
        assert_eq!(asked[all], json!(["All"]), "{all}");
    }
    assert_eq!((&asked["VisibilityTimeout"], &asked["WaitTimeSeconds"]), (&json!(30), &json!(20)));
}

#[tokio::test]
async fn a_send_with_another_md5_is_garbled() {
    for (md5, right) in [(HELLO, true), ("d41d8cd98f00b204e9800998ecf8427e", false)] {
        let canned = Canned::new([answer(200, &json!({"MessageId": "m", "MD5OfMessageBody": md5}))]);
        let sent = canned.sqs().send(&queue(), &draft()).await;
        match sent {
            Ok(sent) => assert!(right && sent.value.md5_of_body == HELLO),
            Err(error) => {
                assert!(!right && !error.had_no_effect());
                assert_eq!((error.kind, &error.code), (Kind::Garbled, &Code::new("Md5Mismatch")));
                assert_eq!(error.into_failure(None), Failure::Refused(Refusal::Md5Differs));
            }
        }
    }
}

#[tokio::test]
async fn a_batch_has_a_result_for_each_entry() {
    let canned = Canned::new([answer(
        200,
        &json!({
            "Successful": [{"Id": "0", "MessageId": "m", "MD5OfMessageBody": HELLO},
                           {"Id": "2", "MessageId": "m", "MD5OfMessageBody": "0"}],
            "Failed": [{"Id": "1", "Code": "InvalidMessageContents", "SenderFault": true}],
        }),
    )]);
    let drafts = [draft(), draft(), draft(), draft()];
    let outcome = canned.sqs().send_batch(&queue(), &drafts).await.unwrap().value;
    assert_eq!(outcome.succeeded.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0]);
    let failed: Vec<_> = outcome.failed.iter().map(|f| (f.index, f.code.as_str(), f.sender_fault)).collect();
    assert_eq!(failed, [(1, "InvalidMessageContents", true), (2, "Md5Mismatch", false), (3, "NoAnswer", false)]);
    let ids: Vec<_> = canned.asked()[0]["Entries"].as_array().unwrap().iter().map(|e| e["Id"].clone()).collect();
    assert_eq!(ids, ["0", "1", "2", "3"]);
}

#[tokio::test]
async fn everything_of_a_draft_is_sent() {
    let text = |kind: &str, text: &str| MessageAttribute {
        data_type: kind.into(),
        value: AttributeValue::Text(text.to_owned()),
    };
    let draft = Draft {
        delay: Some(0),
        group_id: Some("g".into()),
        deduplication_id: Some("d".into()),
        trace_header: Some("Root=1-5759e988-bd862e3fe1be46a994272793".into()),
        attributes: BTreeMap::from([
            ("price".into(), text("Number.eur", "1.50")),
            (
                "raw".into(),
                MessageAttribute { data_type: "Binary".into(), value: AttributeValue::Binary(vec![0, 255]) },
            ),
        ]),
        ..draft()
    };
    let canned =
        Canned::new([answer(200, &json!({"MessageId": "m", "MD5OfMessageBody": HELLO, "SequenceNumber": "9"}))]);
    let sent = canned.sqs().send(&queue(), &draft).await.unwrap().value;
    assert_eq!(sent.sequence_number.as_deref(), Some("9"));
    let expected = json!({
        "QueueUrl": queue().as_str(), "MessageBody": "hello", "DelaySeconds": 0,
        "MessageGroupId": "g", "MessageDeduplicationId": "d",
        "MessageAttributes": {"price": {"DataType": "Number.eur", "StringValue": "1.50"},
                              "raw": {"DataType": "Binary", "BinaryValue": "AP8="}},
        "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String",
                                    "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}},
    });
    assert_eq!(canned.asked()[0], expected);
}

#[tokio::test]
async fn move_tasks_are_read_whatever_is_missing() {
    let canned = Canned::new([answer(
        200,
        &json!({"Results": [
            {"TaskHandle": "h", "Status": "RUNNING", "SourceArn": "arn:aws:sqs:eu-west-1:1:dlq",
             "ApproximateNumberOfMessagesMoved": 3, "ApproximateNumberOfMessagesToMove": 9,
             "MaxNumberOfMessagesPerSecond": 5, "StartedTimestamp": 1_700_000_000_000_i64},
            {"Status": "FAILED", "FailureReason": "AWS.SimpleQueueService.NonExistentQueue"},
        ]}),
    )]);
    let source = "arn:aws:sqs:eu-west-1:1:dlq".parse().unwrap();
    let tasks = canned.sqs().move_tasks(&source).await.unwrap().value;
    assert_eq!((tasks[0].moved, tasks[0].to_move, tasks[0].rate), (3, Some(9), Some(5)));
    assert_eq!(tasks[0].started, 1_700_000_000_000);
    assert_eq!(tasks[1].source, source);
    assert_eq!(tasks[1].failure, Some(Code::new("AWS.SimpleQueueService.NonExistentQueue")));
    assert_eq!(canned.asked()[0]["MaxResults"], json!(10));
}
