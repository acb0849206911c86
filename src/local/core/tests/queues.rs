//! Queues: names, attributes, listing, purge, deletion, tags.

use super::*;

#[test]
fn creating_is_idempotent_until_an_attribute_differs() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({"VisibilityTimeout": "5"}));
    assert_eq!(url, "http://127.0.0.1:1/000000000000/a");
    assert_eq!(desk.create("a", json!({"VisibilityTimeout": "5"})), url);
    assert_eq!(desk.create("a", json!({})), url, "attributes that are not named do not count");
    let error = desk.err("CreateQueue", json!({"QueueName": "a", "Attributes": {"VisibilityTimeout": "6"}}));
    assert_eq!(error.code, "QueueAlreadyExists");
    assert!(error.message.ends_with("a different value for attribute VisibilityTimeout"));
}

#[test]
fn names_keep_the_rules() {
    let mut desk = Desk::new();
    let long = "n".repeat(80);
    for good in ["a", "A-b_9", &long] {
        desk.create(good, json!({}));
    }
    for bad in ["a b", "a.b", "a.fifo", "ä", &"n".repeat(81)] {
        let error = desk.err("CreateQueue", json!({"QueueName": bad}));
        assert_eq!(error.code, "InvalidParameterValue", "{bad}");
    }
    let fifo = json!({"QueueName": "a", "Attributes": {"FifoQueue": "true"}});
    assert!(desk.err("CreateQueue", fifo).message.contains("must end with .fifo"));
    let long_fifo = format!("{}.fifo", "n".repeat(76));
    assert!(desk.call("CreateQueue", json!({"QueueName": long_fifo, "Attributes": {"FifoQueue": "true"}})).is_err());
    let standard = json!({"QueueName": "a9", "Attributes": {"FifoQueue": "false"}});
    assert_eq!(desk.err("CreateQueue", standard).message, "Unknown Attribute FifoQueue.");
}

#[test]
fn unknown_queues_addresses_and_operations_are_refused() {
    let mut desk = Desk::new();
    let code = |error: ApiError| error.code.into_owned();
    let absent = json!({"QueueUrl": "http://127.0.0.1:1/000000000000/none"});
    assert_eq!(code(desk.err("ReceiveMessage", absent)), "AWS.SimpleQueueService.NonExistentQueue");
    desk.create("a", json!({}));
    let foreign = json!({"QueueUrl": "http://127.0.0.1:1/111111111111/a"});
    assert_eq!(code(desk.err("ReceiveMessage", foreign)), "AWS.SimpleQueueService.NonExistentQueue");
    assert_eq!(code(desk.err("PurgeQueue", json!({"QueueUrl": "a"}))), "InvalidAddress");
    assert_eq!(code(desk.err("PurgeQueue", json!({}))), "MissingParameter");
    assert_eq!(code(desk.err("Explode", json!({}))), "UnknownOperationException");
    let other_host = json!({"QueueUrl": "https://queue.test/000000000000/a"});
    assert!(desk.call("ReceiveMessage", other_host).is_ok(), "the host does not matter");
    let other_owner = json!({"QueueName": "a", "QueueOwnerAWSAccountId": "111111111111"});
    assert_eq!(code(desk.err("GetQueueUrl", other_owner)), "AWS.SimpleQueueService.NonExistentQueue");
}

#[test]
fn a_deleted_queues_name_rests_a_minute() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    desk.send(&url, "lost");
    desk.ok("DeleteQueue", json!({"QueueUrl": url}));
    desk.wait(59_999);
    let error = desk.err("CreateQueue", json!({"QueueName": "a"}));
    assert_eq!(error.code, "AWS.SimpleQueueService.QueueDeletedRecently");
    desk.wait(1);
    desk.create("a", json!({}));
    assert_eq!(desk.counts(&url), [0, 0, 0]);
}

#[test]
fn purging_takes_everything_once_a_minute() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    for body in ["1", "2"] {
        desk.send(&url, body);
    }
    desk.ok("SendMessage", json!({"QueueUrl": url, "MessageBody": "3", "DelaySeconds": 60}));
    desk.receive(&url, 1);
    assert_eq!(desk.counts(&url), [1, 1, 1]);
    desk.ok("PurgeQueue", json!({"QueueUrl": url}));
    assert_eq!(desk.counts(&url), [0, 0, 0]);
    desk.wait(59_999);
    let error = desk.err("PurgeQueue", json!({"QueueUrl": url}));
    assert_eq!((error.code.as_ref(), error.status), ("AWS.SimpleQueueService.PurgeQueueInProgress", 403));
    assert_eq!(error.message, "Only one PurgeQueue operation on a is allowed every 60 seconds.");
    desk.wait(1);
    desk.ok("PurgeQueue", json!({"QueueUrl": url}));
}

#[test]
fn listing_pages_only_when_asked_to() {
    let mut desk = Desk::new();
    for n in 0..1005 {
        desk.create(&format!("q{n:04}"), json!({}));
    }
    desk.create("other", json!({}));
    let list = |desk: &mut Desk, request: Value| {
        let answer = desk.ok("ListQueues", request);
        let count = answer["QueueUrls"].as_array().map_or(0, Vec::len);
        (count, answer["NextToken"].as_str().map(str::to_owned))
    };
    assert_eq!(list(&mut desk, json!({})), (1000, None), "cut, and no token without MaxResults");
    assert_eq!(list(&mut desk, json!({"QueueNamePrefix": "o"})), (1, None));
    assert_eq!(list(&mut desk, json!({"QueueNamePrefix": "Q"})), (0, None), "case matters");
    let (mut total, mut token) = (0, None);
    loop {
        let mut request = json!({"QueueNamePrefix": "q", "MaxResults": 100});
        if let Some(token) = &token {
            request["NextToken"] = json!(token);
        }
        let (count, next) = list(&mut desk, request);
        total += count;
        token = next;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(total, 1005);
    for bad in [
        json!({"MaxResults": 0}),
        json!({"MaxResults": 1001}),
        json!({"MaxResults": 1, "NextToken": "?"}),
        json!({"NextToken": "YQ=="}),
    ] {
        assert_eq!(desk.err("ListQueues", bad).code, "InvalidParameterValue");
    }
}

#[test]
fn attributes_are_read_and_changed() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    let all = desk.ok("GetQueueAttributes", json!({"QueueUrl": url, "AttributeNames": ["All"]}));
    assert_eq!(
        all["Attributes"],
        json!({
            "QueueArn": arn("a"), "ApproximateNumberOfMessages": "0",
            "ApproximateNumberOfMessagesNotVisible": "0", "ApproximateNumberOfMessagesDelayed": "0",
            "CreatedTimestamp": "1700000000", "LastModifiedTimestamp": "1700000000", "VisibilityTimeout": "30",
            "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600", "DelaySeconds": "0",
            "ReceiveMessageWaitTimeSeconds": "0", "SqsManagedSseEnabled": "true",
        })
    );
    desk.wait(5000);
    desk.set(&url, "VisibilityTimeout", "7").unwrap();
    assert_eq!(desk.attribute(&url, "VisibilityTimeout").as_deref(), Some("7"));
    assert_eq!(desk.attribute(&url, "LastModifiedTimestamp").as_deref(), Some("1700000005"));
    assert_eq!(desk.attribute(&url, "CreatedTimestamp").as_deref(), Some("1700000000"));
    let none = desk.ok("GetQueueAttributes", json!({"QueueUrl": url}));
    assert_eq!(none, json!({}));
    let unknown = json!({"QueueUrl": url, "AttributeNames": ["Nonsense"]});
    assert_eq!(desk.err("GetQueueAttributes", unknown).message, "Unknown Attribute Nonsense.");
    let half = json!({"QueueUrl": url, "Attributes": {"DelaySeconds": "5", "VisibilityTimeout": "x"}});
    assert_eq!(desk.err("SetQueueAttributes", half).code, "InvalidAttributeValue");
    assert_eq!(desk.attribute(&url, "DelaySeconds").as_deref(), Some("0"), "all or none");
}

#[test]
fn tags_are_merged_and_removed() {
    let mut desk = Desk::new();
    let made = json!({"QueueName": "a", "tags": {"k": "1", "K": "2"}});
    let url = desk.ok("CreateQueue", made)["QueueUrl"].clone();
    desk.ok("TagQueue", json!({"QueueUrl": url, "Tags": {"k": "3", "empty": ""}}));
    desk.ok("UntagQueue", json!({"QueueUrl": url, "TagKeys": ["K", "unknown"]}));
    let tags = desk.ok("ListQueueTags", json!({"QueueUrl": url}));
    assert_eq!(tags["Tags"], json!({"k": "3", "empty": ""}));
    let many: serde_json::Map<_, _> = (0..49).map(|n| (n.to_string(), json!(""))).collect();
    assert!(desk.call("TagQueue", json!({"QueueUrl": url, "Tags": many})).is_err());
}

#[test]
fn retention_ends_messages_and_shortening_it_ends_them_at_once() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({"MessageRetentionPeriod": "60"}));
    desk.send(&url, "old");
    desk.wait(59_999);
    assert_eq!(desk.counts(&url), [1, 0, 0]);
    desk.receive(&url, 1);
    desk.wait(1);
    assert_eq!(desk.counts(&url), [0, 0, 0], "in flight or not");
    desk.set(&url, "MessageRetentionPeriod", "1000").unwrap();
    desk.send(&url, "x");
    desk.wait(100_000);
    assert_eq!(desk.counts(&url), [1, 0, 0]);
    desk.set(&url, "MessageRetentionPeriod", "60").unwrap();
    assert_eq!(desk.counts(&url), [0, 0, 0]);
}
