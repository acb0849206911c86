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
    assert!(error.message.ends_with("is not valid for this queue."));
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
    desk.delete(&url, &newer).unwrap();
    let error = desk.hide(&url, &newer, 5).unwrap_err();
    assert!(error.message.ends_with("Message does not exist or is not available for visibility timeout change."));
}

#[test]
fn the_limit_of_twelve_hours_is_exact() {
    let mut desk = Desk::new();
    let (url, message) = one(&mut desk);
    desk.hide(&url, &message, 43_200).unwrap();
    desk.wait(1);
    let error = desk.hide(&url, &message, 43_200).unwrap_err();
    assert_eq!(
        error.message,
        "Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]."
    );
    desk.hide(&url, &message, 43_199).unwrap();
    desk.wait(43_199_000 - 1);
    assert_eq!(desk.counts(&url), [0, 1, 0], "refused is not cut");
    assert!(desk.hide(&url, &message, 2).is_err());
    desk.hide(&url, &message, 1).unwrap();
    desk.wait(1000);
    let again = desk.receive(&url, 1).remove(0);
    desk.hide(&url, &again, 43_200).unwrap();
}

#[test]
fn a_handle_whose_time_ran_out_changes_nothing_and_is_no_error() {
    let mut desk = Desk::new();
    let (url, message) = one(&mut desk);
    desk.wait(30_000);
    desk.hide(&url, &message, 20).unwrap();
    assert_eq!(desk.counts(&url), [1, 0, 0]);
    assert_eq!(desk.receive(&url, 1).len(), 1);
}

#[test]
fn an_older_handle_changes_the_visibility_of_a_newer_receive() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    desk.send(&url, "b");
    let looked = desk.ok("ReceiveMessage", json!({"QueueUrl": url, "VisibilityTimeout": 0}))["Messages"][0].clone();
    let error = desk.hide(&url, &looked, 5).unwrap_err();
    assert_eq!(error.message, "The specified message isn't in flight.", "it never was hidden");
    assert_eq!(desk.receive(&url, 1).len(), 1);
    desk.hide(&url, &looked, 0).unwrap();
    assert_eq!(desk.receive(&url, 1).len(), 1, "as recorded: visible again");
}

#[test]
fn a_changed_visibility_is_for_one_receive() {
    let mut desk = Desk::new();
    let (url, message) = one(&mut desk);
    desk.hide(&url, &message, 100).unwrap();
    desk.wait(100_000);
    desk.receive(&url, 1);
    desk.wait(29_999);
    assert_eq!(desk.counts(&url), [0, 1, 0]);
    desk.wait(1);
    assert_eq!(desk.counts(&url), [1, 0, 0]);
}

#[test]
fn messages_in_flight_are_limited() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    desk.state.in_flight_limit = 12;
    for n in 0..15 {
        desk.send(&url, &n.to_string());
    }
    assert_eq!(desk.receive(&url, 10).len(), 10);
    let held = desk.receive(&url, 10);
    assert_eq!(held.len(), 2);
    let error = desk.err("ReceiveMessage", json!({"QueueUrl": url}));
    assert_eq!((error.code.as_ref(), error.status), ("OverLimit", 403));
    let long = json!({"QueueUrl": url, "WaitTimeSeconds": 1});
    assert_eq!(desk.ok("ReceiveMessage", long), json!({}), "a long poll finds nothing");
    desk.delete(&url, &held[0]).unwrap();
    assert_eq!(desk.receive(&url, 10).len(), 1);
}

#[test]
fn retention_ends_in_flight_too() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({"MessageRetentionPeriod": "60", "VisibilityTimeout": "60"}));
    desk.send(&url, "b");
    desk.wait(30_000);
    let message = desk.receive(&url, 1).remove(0);
    desk.wait(29_999);
    assert_eq!(desk.counts(&url), [0, 1, 0]);
    desk.wait(1);
    assert_eq!(desk.counts(&url), [0, 0, 0]);
    desk.delete(&url, &message).unwrap();
    assert!(desk.hide(&url, &message, 1).unwrap_err().message.contains("Message does not exist"));
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
            {"Id": "c", "ReceiptHandle": handle, "VisibilityTimeout": 43_201},
            {"Id": "d", "ReceiptHandle": handle},
        ]}),
    );
    let codes: Vec<_> = results["Failed"].as_array().unwrap().iter().map(|failed| &failed["Code"]).collect();
    assert_eq!(codes, ["ReceiptHandleIsInvalid", "InvalidParameterValue", "MissingParameter"]);
    assert_eq!(
        (&results["Successful"][0]["Id"], &results["Failed"][0]["Code"]),
        (&json!("a"), &json!("ReceiptHandleIsInvalid"))
    );
    let results = desk.ok(
        "DeleteMessageBatch",
        json!({"QueueUrl": url, "Entries": [
            {"Id": "a", "ReceiptHandle": handle}, {"Id": "b", "ReceiptHandle": "nonsense"}, {"Id": "c"},
        ]}),
    );
    assert_eq!(
        (&results["Failed"][1]["Code"], &results["Failed"][1]["SenderFault"]),
        (&json!("MissingParameter"), &json!(true))
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
