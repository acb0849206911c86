//! FIFO queues: groups, deduplication, expired handles, repeated receives.

use super::*;

fn queue(desk: &mut Desk, attributes: Value) -> String {
    desk.create("q.fifo", attributes)
}

fn message(url: &str, group: &str, body: &str) -> Value {
    json!({"QueueUrl": url, "MessageBody": body, "MessageGroupId": group})
}

#[test]
fn a_group_waits_for_its_messages_in_flight() {
    let mut desk = Desk::new();
    let url = queue(&mut desk, json!({}));
    for (group, body) in [("g1", "1"), ("g1", "2"), ("g2", "3"), ("g1", "4")] {
        desk.send_to_group(&url, group, body);
    }
    let first = desk.receive(&url, 2);
    assert_eq!((&first[0]["Body"], &first[1]["Body"]), (&json!("1"), &json!("2")));
    desk.hide(&url, &first[0], 0).unwrap();
    assert_eq!(desk.bodies(&url, 3), ["3", "1"], "as recorded: the group that waited first, and only what is visible");
    desk.wait(30_000);
    assert_eq!(desk.bodies(&url, 10), ["1", "2", "4", "3"]);
}

#[test]
fn what_is_released_out_of_order_is_still_delivered_in_order() {
    let mut desk = Desk::new();
    let url = queue(&mut desk, json!({}));
    for body in ["1", "2"] {
        desk.send_to_group(&url, "g", body);
    }
    let both = desk.receive(&url, 2);
    desk.hide(&url, &both[1], 0).unwrap();
    assert!(desk.receive(&url, 10).is_empty());
    desk.delete(&url, &both[0]).unwrap();
    assert_eq!(desk.bodies(&url, 10), ["2"]);
}

#[test]
fn group_and_deduplication_ids_are_needed() {
    let mut desk = Desk::new();
    let url = queue(&mut desk, json!({}));
    let error = desk.err("SendMessage", json!({"QueueUrl": url, "MessageBody": "b"}));
    assert_eq!(
        (error.code.as_ref(), error.message.as_str()),
        ("MissingParameter", "The request must contain the parameter MessageGroupId.")
    );
    let error = desk.err("SendMessage", message(&url, "g", "b"));
    assert!(error.message.starts_with("The queue should either have ContentBasedDeduplication enabled"));
    let batch = |entry: Value| json!({"QueueUrl": url, "Entries": [entry]});
    let error =
        desk.err("SendMessageBatch", batch(json!({"Id": "a", "MessageBody": "b", "MessageDeduplicationId": "d"})));
    assert_eq!(error.code, "InvalidParameterValue", "as recorded: the batch as a whole");
    assert!(
        desk.call("SendMessageBatch", batch(json!({"Id": "a", "MessageBody": "b", "MessageGroupId": "g"}))).is_err()
    );
}

#[test]
fn a_duplicate_is_accepted_and_not_delivered_for_five_minutes() {
    let mut desk = Desk::new();
    let url = queue(&mut desk, json!({"ContentBasedDeduplication": "true"}));
    let first = desk.ok("SendMessage", message(&url, "g", "b"));
    let second = desk.ok("SendMessage", message(&url, "other", "b"));
    assert_eq!((&first["MessageId"], &first["SequenceNumber"]), (&second["MessageId"], &second["SequenceNumber"]));
    let mut explicit = message(&url, "g", "b");
    explicit["MessageDeduplicationId"] = json!("explicit");
    assert_ne!(desk.ok("SendMessage", explicit)["MessageId"], first["MessageId"], "an explicit id wins");
    let received = desk.receive(&url, 1).remove(0);
    assert_eq!(received["Attributes"]["MessageDeduplicationId"].as_str().unwrap().len(), 64, "SHA-256 of the body");
    desk.delete(&url, &received).unwrap();
    desk.wait(5 * 60_000 - 1);
    assert_eq!(desk.ok("SendMessage", message(&url, "g", "b"))["MessageId"], first["MessageId"], "even once deleted");
    desk.wait(1);
    assert_ne!(desk.ok("SendMessage", message(&url, "g", "b"))["MessageId"], first["MessageId"]);
}

#[test]
fn deduplication_can_count_per_group_and_a_purge_forgets_it() {
    let mut desk = Desk::new();
    let url = queue(&mut desk, json!({"ContentBasedDeduplication": "true", "DeduplicationScope": "messageGroup"}));
    let first = desk.ok("SendMessage", message(&url, "g", "b"));
    assert_ne!(desk.ok("SendMessage", message(&url, "h", "b"))["MessageId"], first["MessageId"]);
    assert_eq!(desk.ok("SendMessage", message(&url, "g", "b"))["MessageId"], first["MessageId"]);
    desk.ok("PurgeQueue", json!({"QueueUrl": url}));
    assert_ne!(desk.ok("SendMessage", message(&url, "g", "b"))["MessageId"], first["MessageId"]);
}

#[test]
fn a_changed_scope_counts_a_minute_later() {
    let mut desk = Desk::new();
    let url = queue(&mut desk, json!({"ContentBasedDeduplication": "true"}));
    let first = desk.ok("SendMessage", message(&url, "g", "b"));
    desk.set(&url, "DeduplicationScope", "messageGroup").unwrap();
    assert_eq!(desk.ok("SendMessage", message(&url, "h", "b"))["MessageId"], first["MessageId"], "as recorded");
    desk.wait(60_000);
    assert_ne!(desk.ok("SendMessage", message(&url, "h", "b"))["MessageId"], first["MessageId"]);
    assert_eq!(desk.ok("SendMessage", message(&url, "g", "b"))["MessageId"], first["MessageId"]);
}

#[test]
fn duplicates_inside_a_batch_are_one_message() {
    let mut desk = Desk::new();
    let url = queue(&mut desk, json!({"ContentBasedDeduplication": "true"}));
    let entry = |id: &str, body: &str| json!({"Id": id, "MessageBody": body, "MessageGroupId": "g"});
    let entries = json!([entry("a", "same"), entry("b", "other"), entry("c", "same")]);
    let sent = desk.ok("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries}));
    let part = |place: usize, name: &str| sent["Successful"][place][name].clone();
    assert_eq!(part(0, "MessageId"), part(2, "MessageId"));
    assert_eq!(part(0, "SequenceNumber"), part(2, "SequenceNumber"));
    assert!(part(0, "SequenceNumber").as_str() < part(1, "SequenceNumber").as_str());
    assert_eq!(desk.bodies(&url, 10), ["same", "other"]);
}

#[test]
fn sequence_numbers_grow() {
    let mut desk = Desk::new();
    let url = queue(&mut desk, json!({"ContentBasedDeduplication": "true"}));
    let mut number = |body: &str| {
        let sent = desk.ok("SendMessage", message(&url, "g", body));
        sent["SequenceNumber"].as_str().unwrap().to_owned()
    };
    let (first, second) = (number("1"), number("2"));
    assert_eq!((first.len(), second.len()), (20, 20));
    assert!(first < second);
    assert_eq!(desk.receive(&url, 1)[0]["Attributes"]["SequenceNumber"], first.as_str());
}

#[test]
fn an_expired_handle_is_refused() {
    let mut desk = Desk::new();
    let url = queue(&mut desk, json!({}));
    desk.send_to_group(&url, "g", "b");
    let held = desk.receive(&url, 1).remove(0);
    desk.wait(30_001);
    let error = desk.delete(&url, &held).unwrap_err();
    assert_eq!(error.code, "InvalidParameterValue");
    assert!(error.message.ends_with("for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."));
    assert_eq!(desk.hide(&url, &held, 5).unwrap_err().code, "InvalidParameterValue");
    let zero = json!({"QueueUrl": url, "VisibilityTimeout": 0});
    let peeked = desk.ok("ReceiveMessage", zero)["Messages"][0].clone();
    desk.delete(&url, &peeked).unwrap();
    assert_eq!(desk.counts(&url), [0, 0, 0], "hidden for no time: only in the same millisecond");
}

#[test]
fn a_messages_own_delay_is_refused_and_the_queues_is_retroactive() {
    let mut desk = Desk::new();
    let url = queue(&mut desk, json!({"DelaySeconds": "10"}));
    let mut own = message(&url, "g", "b");
    own["MessageDeduplicationId"] = json!("d");
    own["DelaySeconds"] = json!(2);
    let error = desk.err("SendMessage", own.clone());
    assert_eq!(
        error.message,
        "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type."
    );
    own["DelaySeconds"] = json!(0);
    desk.ok("SendMessage", own);
    assert_eq!(desk.counts(&url), [0, 0, 1], "0 means the queue's delay");
    desk.set(&url, "DelaySeconds", "0").unwrap();
    assert_eq!(desk.counts(&url), [1, 0, 0]);
}

#[test]
fn a_receive_can_be_repeated_until_something_changes() {
    let mut desk = Desk::new();
    let url = queue(&mut desk, json!({}));
    for body in ["1", "2"] {
        desk.send_to_group(&url, "g", body);
    }
    let again = |desk: &mut Desk| {
        let request = json!({"QueueUrl": url, "MaxNumberOfMessages": 2, "ReceiveRequestAttemptId": "try"});
        desk.ok("ReceiveMessage", request)["Messages"].as_array().cloned().unwrap_or_default()
    };
    let first = again(&mut desk);
    desk.wait(20_000);
    assert_eq!(again(&mut desk), first, "the same messages under the same handles");
    desk.wait(20_000);
    assert_eq!(desk.counts(&url), [0, 2, 0], "hidden anew");
    assert_eq!(first[0]["Attributes"], Value::Null);
    desk.wait(30_000);
    let fresh = again(&mut desk);
    assert_ne!(fresh[0]["ReceiptHandle"], first[0]["ReceiptHandle"], "visible by themselves: received anew");
    desk.hide(&url, &fresh[1], 20).unwrap();
    let refused = |desk: &mut Desk| {
        let error = desk.err("ReceiveMessage", json!({"QueueUrl": url, "ReceiveRequestAttemptId": "try"}));
        assert_eq!(error.code, "InvalidParameterValue");
        assert!(error.message.ends_with("not valid anymore since the receive call is not retryable."));
    };
    refused(&mut desk);
    desk.delete(&url, &fresh[0]).unwrap();
    refused(&mut desk);
    desk.wait(5 * 60_000);
    assert_eq!(again(&mut desk).len(), 1, "forgotten after five minutes");
    desk.ok("PurgeQueue", json!({"QueueUrl": url}));
    assert!(again(&mut desk).is_empty());
}

#[test]
fn an_attempt_id_is_for_fifo_queues_and_has_a_form() {
    let mut desk = Desk::new();
    let (fifo, standard) = (queue(&mut desk, json!({})), desk.create("a", json!({})));
    let mut receive =
        |url: &str, id: &str| desk.call("ReceiveMessage", json!({"QueueUrl": url, "ReceiveRequestAttemptId": id}));
    let punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    for good in ["a", punctuation, &"x".repeat(128)] {
        receive(&fifo, good).unwrap();
    }
    for bad in ["", "a b", "é", &"x".repeat(129)] {
        let error = receive(&fifo, bad).unwrap_err();
        assert_eq!(error.code, "InvalidParameterValue");
        assert!(
            error.message.ends_with("can only include alphanumeric and punctuation characters. 1 to 128 in length.")
        );
    }
    let error = receive(&standard, "a").unwrap_err();
    assert!(error.message.ends_with("The request include parameter that is not valid for this queue type."));
}

#[test]
fn a_handle_ends_with_its_visibility_timeout_to_the_millisecond() {
    let mut desk = Desk::new();
    let url = queue(&mut desk, json!({}));
    for body in ["1", "2"] {
        desk.send_to_group(&url, body, body);
    }
    let held = desk.receive(&url, 2);
    desk.wait(29_999);
    desk.delete(&url, &held[0]).unwrap();
    desk.wait(1);
    let error = desk.delete(&url, &held[1]).unwrap_err();
    assert!(error.message.ends_with("Reason: The receipt handle has expired."));
    let again = desk.receive(&url, 1).remove(0);
    assert!(desk.delete(&url, &held[1]).is_err(), "an older handle");
    let entries = json!([{"Id": "old", "ReceiptHandle": held[1]["ReceiptHandle"]},
        {"Id": "gone", "ReceiptHandle": held[0]["ReceiptHandle"]}, {"Id": "new", "ReceiptHandle": again["ReceiptHandle"]}]);
    let results = desk.ok("DeleteMessageBatch", json!({"QueueUrl": url, "Entries": entries}));
    assert_eq!(results["Successful"], json!([{"Id": "gone"}, {"Id": "new"}]));
    let failed = json!([{"Id": "old", "SenderFault": true, "Code": "ReceiptHandleIsInvalid",
        "Message": "The receipt handle has expired"}]);
    assert_eq!(results["Failed"], failed);
}

#[test]
fn only_the_newest_handle_changes_the_visibility_and_only_in_flight() {
    let mut desk = Desk::new();
    let url = queue(&mut desk, json!({}));
    desk.send_to_group(&url, "g", "b");
    let old = desk.receive(&url, 1).remove(0);
    let refused = |desk: &mut Desk, message: &Value| {
        let error = desk.hide(&url, message, 0).unwrap_err();
        assert_eq!(error.code, "InvalidParameterValue");
        assert!(error.message.ends_with("is not available for visibility timeout change."), "{}", error.message);
    };
    desk.wait(30_000);
    refused(&mut desk, &old);
    let new = desk.receive(&url, 1).remove(0);
    refused(&mut desk, &old);
    desk.hide(&url, &new, 0).unwrap();
    refused(&mut desk, &new);
}

#[test]
fn a_group_moves_on_when_its_first_message_is_given_up() {
    let mut desk = Desk::new();
    let (url, dlq) = desk.create_with_dead_letters("q.fifo", 1);
    for (group, body) in [("g", "1"), ("g", "2"), ("h", "3")] {
        desk.send_to_group(&url, group, body);
    }
    let first = desk.receive(&url, 1).remove(0);
    assert_eq!(desk.bodies(&url, 10), ["3"]);
    desk.hide(&url, &first, 0).unwrap();
    assert_eq!(desk.bodies(&url, 10), ["2"], "1 is moved by the same receive");
    assert_eq!(desk.bodies(&dlq, 10), ["1"]);
}

#[test]
fn in_flight_messages_are_limited_without_an_error() {
    let mut desk = Desk::new();
    let url = queue(&mut desk, json!({}));
    desk.state.in_flight_limit = 3;
    for n in 0..5 {
        desk.send_to_group(&url, &n.to_string(), &n.to_string());
    }
    assert_eq!(desk.receive(&url, 10).len(), 3);
    assert!(desk.receive(&url, 10).is_empty());
}

#[test]
fn who_waits_for_a_group_looks_again_when_its_first_message_expires() {
    let mut desk = Desk::new();
    let url = desk.create("q.fifo", json!({"MessageRetentionPeriod": "60", "VisibilityTimeout": "600"}));
    desk.send_to_group(&url, "g", "1");
    let ends = desk.now + 60_000;
    desk.receive(&url, 1);
    desk.wait(50_000);
    desk.send_to_group(&url, "g", "2");
    assert_eq!(desk.bodies(&url, 10), Vec::<String>::new());
    assert_eq!(desk.state.next_due("q.fifo"), Some(ends));
    desk.now = ends;
    assert_eq!(desk.bodies(&url, 10), ["2"]);
}
