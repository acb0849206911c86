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
fn creating_again_compares_what_is_said_and_not_how() {
    let mut desk = Desk::new();
    let policy = |spaces: &str| {
        format!(r#"{{{spaces}"Statement": {{"Effect": "Allow", "Principal": "*", "Action": "sqs:*"}}}}"#)
    };
    let url = desk.create("a", json!({"Policy": policy("")}));
    assert_eq!(desk.create("a", json!({"Policy": policy("  ")})), url);
    assert_eq!(desk.attribute(&url, "Policy"), Some(policy("")), "and changes nothing");
    let again = |desk: &mut Desk, tags: Value| desk.call("CreateQueue", json!({"QueueName": "b", "tags": tags}));
    again(&mut desk, json!({"k": "v"})).unwrap();
    assert!(again(&mut desk, json!({})).is_ok());
    assert!(again(&mut desk, json!({"k": "v"})).is_ok());
    for other in [json!({"k": "w"}), json!({"l": "v"}), json!({"k": "v", "l": "v"})] {
        assert_eq!(again(&mut desk, other).unwrap_err().code, "QueueAlreadyExists");
    }
    let invalid = json!({"QueueName": "c", "tags": {"aws:k": "v"}});
    assert_eq!(desk.err("CreateQueue", invalid).code, "InvalidParameterValue");
    assert!(desk.call("GetQueueUrl", json!({"QueueName": "c"})).is_err(), "all or nothing");
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
    for nameless in [json!({}), json!({"QueueName": ""})] {
        assert_eq!(desk.err("CreateQueue", nameless.clone()).code, "InvalidParameterValue");
        assert_eq!(desk.err("GetQueueUrl", nameless).code, "InvalidParameterValue");
    }
    let unclear = json!({"QueueName": "b.fifo", "Attributes": {"FifoQueue": "yes"}});
    assert_eq!(desk.err("CreateQueue", unclear).code, "InvalidAttributeValue");
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
    for address in ["http://127.0.0.1:1", "http://127.0.0.1:1/", "http://127.0.0.1:1/a", "/"] {
        assert_eq!(code(desk.err("PurgeQueue", json!({"QueueUrl": address}))), "InvalidAddress", "{address}");
    }
    for address in ["b", "000000000000/b", "https://sqs.us-east-1.amazonaws.com/000000000000/A"] {
        let error = desk.err("PurgeQueue", json!({"QueueUrl": address}));
        assert_eq!(code(error), "AWS.SimpleQueueService.NonExistentQueue", "{address}");
    }
    for address in ["a", "000000000000/a", "/000000000000/a/", "http://h/queue/us-east-1/000000000000/a"] {
        assert!(desk.call("ReceiveMessage", json!({"QueueUrl": address})).is_ok(), "{address}");
    }
    assert_eq!(code(desk.err("PurgeQueue", json!({}))), "MissingParameter");
    assert_eq!(code(desk.err("Explode", json!({}))), "UnknownOperationException");
    let other_host = json!({"QueueUrl": "https://queue.test/000000000000/a"});
    assert!(desk.call("ReceiveMessage", other_host).is_ok(), "the host does not matter");
    let other_owner = json!({"QueueName": "a", "QueueOwnerAWSAccountId": "111111111111"});
    let error = desk.err("GetQueueUrl", other_owner);
    assert_eq!(error.message, "The specified queue does not exist or you do not have access to it.");
    assert_eq!(code(error), "AWS.SimpleQueueService.NonExistentQueue");
    let unknown = desk.err("GetQueueUrl", json!({"QueueName": "b"}));
    assert_eq!(unknown.message, "The specified queue does not exist.");
    let own = json!({"QueueName": "a", "QueueOwnerAWSAccountId": "000000000000"});
    assert_eq!(desk.ok("GetQueueUrl", own)["QueueUrl"], "http://127.0.0.1:1/000000000000/a");
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
        json!({"MaxResults": 1, "NextToken": "YQ=="}),
        json!({"NextToken": "YQ=="}),
    ] {
        assert_eq!(desk.err("ListQueues", bad).code, "InvalidParameterValue");
    }
    let first = desk.ok("ListQueues", json!({"QueueNamePrefix": "q", "MaxResults": 1}));
    let changed = json!({"QueueNamePrefix": "o", "MaxResults": 1, "NextToken": first["NextToken"]});
    assert!(desk.err("ListQueues", changed).message.contains("must not change"));
    let last = desk.ok("ListQueues", json!({"QueueNamePrefix": "o", "MaxResults": 1}));
    assert_eq!(last.get("NextToken"), None, "a page that ends at the last queue has no next one");
    assert_eq!(desk.ok("ListQueues", json!({"QueueNamePrefix": "nothing"})), json!({}));
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
    let fifo = json!({"QueueUrl": url, "AttributeNames": ["FifoQueue"]});
    assert_eq!(desk.err("GetQueueAttributes", fifo).message, "Unknown Attribute FifoQueue.");
    let twice = json!({"QueueUrl": url, "AttributeNames": ["DelaySeconds", "DelaySeconds", "Policy"]});
    assert_eq!(desk.ok("GetQueueAttributes", twice), json!({"Attributes": {"DelaySeconds": "0"}}));
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
    let many = |count: u32| (0..count).map(|n| (n.to_string(), json!(""))).collect::<serde_json::Map<_, _>>();
    let error = desk.err("TagQueue", json!({"QueueUrl": url, "Tags": many(49)}));
    assert_eq!(error.message, "Too many tags added for queue a.");
    desk.ok("TagQueue", json!({"QueueUrl": url, "Tags": many(48)}));
    assert_eq!(desk.err("TagQueue", json!({"QueueUrl": url, "Tags": {}})).code, "MissingParameter");
    assert_eq!(desk.err("UntagQueue", json!({"QueueUrl": url, "TagKeys": []})).code, "InvalidParameterValue");
}

#[test]
fn tags_keep_their_alphabet_and_lengths() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    let (key, value) = ("\u{e9}".repeat(128), "\u{e9}".repeat(256));
    for (key, value) in [("k\u{e9}y 1_.:/=+-@", "v\u{e9}l 1_.:/=+-@"), (&key, &value), ("AWS", "aws")] {
        desk.ok("TagQueue", json!({"QueueUrl": url, "Tags": {key: value}}));
    }
    let (long_key, long_value) = ("k".repeat(129), "v".repeat(257));
    for (key, value) in
        [("", "v"), (&long_key, "v"), ("k", &long_value), ("aws:k", "v"), ("k", "aws:v"), ("k!", "v"), ("k", "<v>")]
    {
        let error = desk.err("TagQueue", json!({"QueueUrl": url, "Tags": {key: value}}));
        assert_eq!(error.code, "InvalidParameterValue", "{key} {value}");
    }
    assert_eq!(desk.err("UntagQueue", json!({"QueueUrl": url, "TagKeys": ["aws:k"]})).code, "InvalidParameterValue");
    let modified = desk.attribute(&url, "LastModifiedTimestamp");
    desk.wait(5000);
    desk.ok("TagQueue", json!({"QueueUrl": url, "Tags": {"k": "v"}}));
    assert_eq!(desk.attribute(&url, "LastModifiedTimestamp"), modified, "tags are no attributes");
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
