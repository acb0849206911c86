//! Dead-letter queues: when a message is given up, what it keeps, and who may name whom.

use super::*;

#[test]
fn the_receive_that_would_exceed_the_limit_moves_the_message() {
    let mut desk = Desk::new();
    let (source, dlq) = desk.create_with_dead_letters("a", 2);
    let sent = desk.ok(
        "SendMessage",
        json!({"QueueUrl": source, "MessageBody": "b",
        "MessageAttributes": {"k": {"DataType": "String", "StringValue": "v"}},
        "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}}}),
    );
    for _ in 0..2 {
        assert_eq!(desk.receive(&source, 1).len(), 1);
        desk.wait(30_000);
        assert_eq!(desk.counts(&source), [1, 0, 0], "it stays until somebody asks again");
    }
    assert!(desk.receive(&source, 10).is_empty());
    assert_eq!((desk.counts(&source), desk.counts(&dlq)), ([0, 0, 0], [1, 0, 0]));
    let dead = desk.receive(&dlq, 1).remove(0);
    assert_eq!(dead["MessageId"], sent["MessageId"]);
    assert_eq!(dead["MessageAttributes"]["k"]["StringValue"], "v");
    assert_eq!(dead["Attributes"]["AWSTraceHeader"], "Root=1");
    assert_eq!(dead["Attributes"]["ApproximateReceiveCount"], "3", "counting goes on");
    assert_eq!(dead["Attributes"]["DeadLetterQueueSourceArn"], arn("a"));
    assert_eq!(dead["Attributes"]["SentTimestamp"], "1700000000000");
}

#[test]
fn messages_behind_those_given_up_are_delivered() {
    let mut desk = Desk::new();
    let (source, dlq) = desk.create_with_dead_letters("a", 1);
    for n in 0..15 {
        desk.send(&source, &n.to_string());
    }
    desk.receive(&source, 10);
    desk.wait(30_000);
    assert_eq!(desk.bodies(&source, 10), ["10", "11", "12", "13", "14"]);
    assert_eq!(desk.counts(&dlq), [10, 0, 0]);
}

#[test]
fn retention_goes_on_in_a_standard_dead_letter_queue_and_starts_anew_in_a_fifo_one() {
    for (name, left) in [("a", 0), ("a.fifo", 1)] {
        let mut desk = Desk::new();
        let (source, dlq) = desk.create_with_dead_letters(name, 1);
        desk.set(&dlq, "MessageRetentionPeriod", "100").unwrap();
        let mut message = json!({"QueueUrl": source, "MessageBody": "b", "MessageGroupId": "g"});
        if name.ends_with(".fifo") {
            message["MessageDeduplicationId"] = json!("d");
        }
        let id = desk.ok("SendMessage", message)["MessageId"].clone();
        desk.receive(&source, 1);
        desk.wait(50_000);
        desk.receive(&source, 1);
        assert_eq!(desk.counts(&dlq), [1, 0, 0]);
        desk.wait(60_000);
        assert_eq!(desk.counts(&dlq), [left, 0, 0], "{name}");
        if left == 1 {
            assert_eq!(desk.receive(&dlq, 1)[0]["Attributes"]["MessageDeduplicationId"], id);
        }
    }
}

#[test]
fn a_redrive_policy_needs_a_queue_of_the_same_type_that_permits_it() {
    let mut desk = Desk::new();
    let source = desk.create("a", json!({}));
    let dlq = desk.create("dlq", json!({}));
    desk.create("dlq.fifo", json!({}));
    let policy = |target: &str| json!({"deadLetterTargetArn": target, "maxReceiveCount": "3"}).to_string();
    for (target, reason) in [
        (arn("none"), "Dead letter target does not exist."),
        (arn("none.fifo"), "Dead-letter queue must be same type of queue as the source.."),
        (arn("dlq").replace("us-east-1", "eu-west-1"), "Dead-letter target must be in same region as the source."),
        (arn("dlq").replace("000000000000", "000000000001"), "Dead-letter target owner should be same as the source."),
        (arn("dlq.fifo"), "Dead-letter queue must be same type of queue as the source.."),
    ] {
        let text = policy(&target);
        let sentence = format!("Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}");
        let error = desk.set(&source, "RedrivePolicy", &text).unwrap_err();
        assert_eq!((error.code.as_ref(), error.message), ("InvalidParameterValue", sentence.clone()));
        let create = json!({"QueueName": "new", "Attributes": {"RedrivePolicy": text}});
        assert_eq!(desk.err("CreateQueue", create).message, sentence);
    }
    let fifo = json!({"FifoQueue": "true", "RedrivePolicy": policy(&arn("dlq"))});
    let error = desk.err("CreateQueue", json!({"QueueName": "new.fifo", "Attributes": fifo}));
    assert!(error.message.ends_with("same type of queue as the source.."), "{}", error.message);
    let by_queue = json!({"redrivePermission": "byQueue", "sourceQueueArns": [arn("b")]}).to_string();
    desk.set(&dlq, "RedriveAllowPolicy", &by_queue).unwrap();
    assert!(desk.set(&source, "RedrivePolicy", &policy(&arn("dlq"))).is_err());
    desk.create("b", json!({"RedrivePolicy": policy(&arn("dlq"))}));
    desk.set(&dlq, "RedriveAllowPolicy", "").unwrap();
    desk.set(&source, "RedrivePolicy", &policy(&arn("dlq"))).unwrap();
    assert_eq!(
        desk.attribute(&source, "RedrivePolicy").unwrap(),
        json!({"deadLetterTargetArn": arn("dlq"), "maxReceiveCount": 3}).to_string()
    );
    desk.set(&source, "RedrivePolicy", "").unwrap();
    assert_eq!(desk.attribute(&source, "RedrivePolicy"), None);
}

#[test]
fn a_queue_permits_only_queues_of_its_region() {
    let mut desk = Desk::new();
    let dlq = desk.create("dlq", json!({}));
    let by_queue = |source: String| json!({"redrivePermission": "byQueue", "sourceQueueArns": [source]}).to_string();
    let elsewhere = by_queue(arn("a").replace("us-east-1", "eu-west-1"));
    let error = desk.set(&dlq, "RedriveAllowPolicy", &elsewhere).unwrap_err();
    assert_eq!(error.code, "InvalidParameterValue");
    assert!(error.message.ends_with("must be in the same region as the current SQS queue."), "{}", error.message);
    desk.set(&dlq, "RedriveAllowPolicy", &by_queue(arn("not-yet-there"))).unwrap();
}

#[test]
fn a_queue_may_be_its_own_dead_letter_queue_and_then_keeps_its_messages() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({"VisibilityTimeout": "0"}));
    let policy = json!({"deadLetterTargetArn": arn("a"), "maxReceiveCount": "1"}).to_string();
    desk.set(&url, "RedrivePolicy", &policy).unwrap();
    desk.send(&url, "b");
    for _ in 0..3 {
        assert_eq!(desk.bodies(&url, 10), ["b"]);
    }
    let sources = desk.ok("ListDeadLetterSourceQueues", json!({"QueueUrl": url}));
    assert_eq!(sources["queueUrls"], json!([url]));
    let create = json!({"QueueName": "new", "Attributes": {"RedrivePolicy": policy.replace(":a\"", ":new\"")}});
    assert!(desk.err("CreateQueue", create).message.ends_with("does not exist."), "not before it is there");
}

#[test]
fn messages_stay_when_the_dead_letter_queue_is_gone_or_denies() {
    let mut desk = Desk::new();
    let (source, dlq) = desk.create_with_dead_letters("a", 1);
    desk.send(&source, "b");
    desk.receive(&source, 1);
    desk.wait(30_000);
    desk.set(&dlq, "RedriveAllowPolicy", r#"{"redrivePermission":"denyAll"}"#).unwrap();
    assert_eq!(desk.bodies(&source, 1), ["b"]);
    desk.ok("DeleteQueue", json!({"QueueUrl": dlq}));
    desk.wait(30_000);
    assert_eq!(desk.bodies(&source, 1), ["b"]);
}

#[test]
fn each_queue_of_a_chain_counts_anew_and_shows_the_sum() {
    let mut desk = Desk::new();
    let last = desk.create("last", json!({}));
    let (first, middle) = desk.create_with_dead_letters("first", 2);
    desk.set(&middle, "RedrivePolicy", &json!({"deadLetterTargetArn": arn("last"), "maxReceiveCount": 2}).to_string())
        .unwrap();
    desk.send(&first, "b");
    let mut counts = Vec::new();
    for url in [&first, &middle, &last] {
        for _ in 0..2 {
            counts.push(desk.receive(url, 1)[0]["Attributes"]["ApproximateReceiveCount"].clone());
            desk.wait(30_000);
        }
        desk.receive(url, 1);
    }
    assert_eq!(counts, ["1", "2", "3", "4", "5", "6"]);
    desk.wait(30_000);
    assert_eq!(desk.receive(&last, 1)[0]["Attributes"]["DeadLetterQueueSourceArn"], arn("first-dlq"));
}

#[test]
fn sources_are_listed_in_pages() {
    let mut desk = Desk::new();
    let dlq = desk.create("dlq", json!({}));
    let policy = json!({"deadLetterTargetArn": arn("dlq"), "maxReceiveCount": 3}).to_string();
    for n in 0..5 {
        desk.create(&format!("s{n}"), json!({"RedrivePolicy": policy}));
    }
    let all = desk.ok("ListDeadLetterSourceQueues", json!({"QueueUrl": dlq}));
    assert_eq!((all["queueUrls"].as_array().unwrap().len(), all.get("NextToken")), (5, None));
    let first = desk.ok("ListDeadLetterSourceQueues", json!({"QueueUrl": dlq, "MaxResults": 3}));
    let rest = json!({"QueueUrl": dlq, "MaxResults": 3, "NextToken": first["NextToken"]});
    let second = desk.ok("ListDeadLetterSourceQueues", rest);
    assert_eq!((first["queueUrls"].as_array().unwrap().len(), second["queueUrls"].as_array().unwrap().len()), (3, 2));
    assert_eq!(second.get("NextToken"), None);
    let source = desk.ok("GetQueueUrl", json!({"QueueName": "s0"}))["QueueUrl"].clone();
    let none = desk.ok("ListDeadLetterSourceQueues", json!({"QueueUrl": source}));
    assert_eq!(none["queueUrls"], json!([]));
}
