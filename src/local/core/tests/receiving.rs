//! Receiving, deleting and visibility on standard queues.

use super::*;

fn one(desk: &mut Desk) -> (String, Value) {
    let url = desk.create("a", json!({}));
    desk.send(&url, "b");
    let message = desk.receive(&url, 1).remove(0);
    (url, message)
}

#[test]
fn a_receive_counts_and_hides() {
    let mut desk = Desk::new();
    let (url, message) = one(&mut desk);
    assert_eq!(message["Attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(message["Attributes"]["ApproximateFirstReceiveTimestamp"], "1700000000000");
    assert_eq!(desk.counts(&url), [0, 1, 0]);
    desk.wait(29_999);
    assert!(desk.receive(&url, 1).is_empty());
    desk.wait(1);
    let again = desk.receive(&url, 1).remove(0);
    assert_eq!(again["Attributes"]["ApproximateReceiveCount"], "2");
    assert_eq!(again["Attributes"]["ApproximateFirstReceiveTimestamp"], "1700000000000");
    assert_ne!(again["ReceiptHandle"], message["ReceiptHandle"]);
}

#[test]
fn ranges_are_checked() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    for (name, value, message) in [
        (
            "MaxNumberOfMessages",
            11,
            "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
        ),
        (
            "MaxNumberOfMessages",
            0,
            "Value 0 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
        ),
        (
            "WaitTimeSeconds",
            21,
            "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
        ),
        (
            "WaitTimeSeconds",
            -1,
            "Value -1 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
        ),
        (
            "VisibilityTimeout",
            43_201,
            "Value 43201 for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200, if provided.",
        ),
    ] {
        assert_eq!(desk.err("ReceiveMessage", json!({"QueueUrl": url, name: value})).message, message);
    }
    let attempt = json!({"QueueUrl": url, "ReceiveRequestAttemptId": "x"});
    assert!(desk.call("ReceiveMessage", attempt).is_err(), "for FIFO queues only");
}

#[test]
fn attributes_are_given_by_name_prefix_or_all_and_digested_as_given() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({"VisibilityTimeout": "0"}));
    let text = |value: &str| json!({"DataType": "String", "StringValue": value});
    let attributes = json!({"Help.Me": text("Me"), "Hello": text("There"), "General": text("Kenobi")});
    desk.ok("SendMessage", json!({"QueueUrl": url, "MessageBody": "msg", "MessageAttributes": attributes}));
    let mut given = |wanted: Value| {
        let request =
            json!({"QueueUrl": url, "MessageAttributeNames": wanted, "MessageSystemAttributeNames": ["SenderId"]});
        let message = desk.ok("ReceiveMessage", request)["Messages"][0].clone();
        let names = |member: &str| {
            let names: Vec<_> =
                message[member].as_object().into_iter().flat_map(|given| given.keys().cloned()).collect();
            names.join(" ")
        };
        assert_eq!(names("Attributes"), "SenderId");
        (names("MessageAttributes"), message["MD5OfMessageAttributes"].as_str().unwrap_or_default().to_owned())
    };
    // Digests as recorded from SQS: over what is given, not over what was sent.
    let all = ("General Hello Help.Me".to_owned(), "4c360f3fdafd970e05fae2f149d997f5".to_owned());
    for everything in [json!(["All"]), json!([".*"]), json!(["*"])] {
        assert_eq!(given(everything), all);
    }
    for (wanted, names, digest) in [
        (json!([]), "", ""),
        (json!(["Foo", "Help"]), "", ""),
        (json!(["Hello", "General"]), "General Hello", "fca026605781cb4126a1e9044df24232"),
        (json!(["Foo", "Hello"]), "Hello", "a311262e065454b75da111d535b8dacd"),
        (json!(["Hel.*"]), "Hello Help.Me", "83fee93c1bcd8b9a5a923ffacdc636c7"),
    ] {
        assert_eq!(given(wanted), (names.to_owned(), digest.to_owned()));
    }
}

#[test]
fn only_the_newest_handle_deletes_even_late() {
    let mut desk = Desk::new();
    let (url, first) = one(&mut desk);
    desk.wait(30_000);
    let second = desk.receive(&url, 1).remove(0);
    desk.delete(&url, &first).unwrap();
    assert_eq!(desk.counts(&url), [0, 1, 0], "an older handle succeeds and does nothing");
    desk.wait(30_000);
    desk.delete(&url, &second).unwrap();
    assert_eq!(desk.counts(&url), [0, 0, 0], "the newest deletes after its time");
    desk.delete(&url, &second).unwrap();
}

#[test]
fn a_handle_is_good_in_its_queue_only() {
    let mut desk = Desk::new();
    let (_, message) = one(&mut desk);
    let other = desk.create("other", json!({}));
    let error = desk.delete(&other, &message).unwrap_err();
    assert_eq!((error.code.as_ref(), error.status), ("ReceiptHandleIsInvalid", 404));
    let error = desk.err("DeleteMessage", json!({"QueueUrl": other, "ReceiptHandle": "INVALID"}));
    assert_eq!(error.message, "The input receipt handle \"INVALID\" is not a valid receipt handle.");
}

#[test]
fn visibility_changes_count_from_now_and_end_twelve_hours_after_the_receive() {
    let mut desk = Desk::new();
    let (url, message) = one(&mut desk);
    desk.wait(20_000);
    desk.hide(&url, &message, 20).unwrap();
    desk.wait(19_999);
    assert_eq!(desk.counts(&url), [0, 1, 0]);
    let error = desk.hide(&url, &message, 43_200).unwrap_err();
    assert!(error.message.contains("Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"));
    desk.hide(&url, &message, 43_160).unwrap();
    for out_of_range in [-1, 43_201] {
        assert_eq!(desk.hide(&url, &message, out_of_range).unwrap_err().code, "InvalidParameterValue");
    }
    desk.hide(&url, &message, 0).unwrap();
    assert_eq!(desk.counts(&url), [1, 0, 0]);
    assert_eq!(desk.hide(&url, &message, 5).unwrap_err().code, "AWS.SimpleQueueService.MessageNotInflight");
    let newer = desk.receive(&url, 1).remove(0);
    assert_eq!(desk.hide(&url, &message, 5).unwrap_err().code, "InvalidParameterValue", "not the newest receive");
    desk.delete(&url, &newer).unwrap();
    let error = desk.hide(&url, &newer, 5).unwrap_err();
    assert!(error.message.ends_with("Message does not exist or is not available for visibility timeout change."));
}

#[test]
fn a_batch_of_changes_has_results_per_entry() {
    let mut desk = Desk::new();
    let (url, message) = one(&mut desk);
    let handle = &message["ReceiptHandle"];
    let results = desk.ok(
        "ChangeMessageVisibilityBatch",
        json!({"QueueUrl": url, "Entries": [
            {"Id": "a", "ReceiptHandle": handle, "VisibilityTimeout": 60},
            {"Id": "b", "ReceiptHandle": "nonsense", "VisibilityTimeout": 60},
        ]}),
    );
    assert_eq!(
        (&results["Successful"][0]["Id"], &results["Failed"][0]["Code"]),
        (&json!("a"), &json!("ReceiptHandleIsInvalid"))
    );
    let results = desk.ok(
        "DeleteMessageBatch",
        json!({"QueueUrl": url, "Entries": [
            {"Id": "a", "ReceiptHandle": handle}, {"Id": "b", "ReceiptHandle": "nonsense"},
        ]}),
    );
    assert_eq!((&results["Successful"][0]["Id"], &results["Failed"][0]["Id"]), (&json!("a"), &json!("b")));
}

#[test]
fn a_message_received_three_times_goes_to_the_back() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({"VisibilityTimeout": "0"}));
    desk.send(&url, "poison");
    desk.send(&url, "next");
    for _ in 0..3 {
        assert_eq!(desk.bodies(&url, 1), ["poison"]);
    }
    assert_eq!(desk.bodies(&url, 1), ["next"]);
    desk.send(&url, "new");
    assert_eq!(desk.bodies(&url, 10), ["next", "poison", "new"]);
}
