//! Message move tasks.

use super::*;

/// A queue whose dead-letter queue holds `count` messages that came from it.
fn with_dead(desk: &mut Desk, count: usize) -> (String, String) {
    let (source, dlq) = desk.create_with_dead_letters("a", 1);
    for n in 0..count {
        desk.send(&source, &n.to_string());
    }
    for _ in 0..2 {
        while !desk.receive(&source, 10).is_empty() {}
        desk.wait(30_000);
    }
    assert_eq!(desk.counts(&dlq), [count, 0, 0]);
    (source, dlq)
}

fn start(desk: &mut Desk, rate: Option<u32>, destination: Option<&str>) -> Result<Value, ApiError> {
    desk.call(
        "StartMessageMoveTask",
        json!({"SourceArn": arn("a-dlq"),
        "DestinationArn": destination.map(arn), "MaxNumberOfMessagesPerSecond": rate}),
    )
}

fn tasks(desk: &mut Desk, most: u32) -> Vec<Value> {
    let listed = desk.ok("ListMessageMoveTasks", json!({"SourceArn": arn("a-dlq"), "MaxResults": most}));
    listed["Results"].as_array().unwrap().clone()
}

#[test]
fn a_task_moves_at_its_rate_to_where_messages_came_from() {
    let mut desk = Desk::new();
    let (source, dlq) = with_dead(&mut desk, 10);
    let handle = start(&mut desk, Some(2), None).unwrap()["TaskHandle"].clone();
    desk.wait(1500);
    let running = &tasks(&mut desk, 1)[0];
    assert_eq!(
        running,
        &json!({"TaskHandle": handle, "Status": "RUNNING", "SourceArn": arn("a-dlq"),
        "MaxNumberOfMessagesPerSecond": 2, "ApproximateNumberOfMessagesMoved": 3,
        "ApproximateNumberOfMessagesToMove": 10, "StartedTimestamp": desk.now - 1500})
    );
    assert_eq!((desk.counts(&source), desk.counts(&dlq)), ([3, 0, 0], [7, 0, 0]));
    desk.wait(3500);
    let done = &tasks(&mut desk, 1)[0];
    assert_eq!((&done["Status"], &done["ApproximateNumberOfMessagesMoved"]), (&json!("COMPLETED"), &json!(10)));
    assert_eq!(done.get("TaskHandle"), None);
    assert_eq!(desk.counts(&source), [10, 0, 0]);
}

#[test]
fn a_moved_message_is_a_new_one_with_the_old_content() {
    let mut desk = Desk::new();
    let (source, dlq) = desk.create_with_dead_letters("a", 1);
    let sent = desk.ok(
        "SendMessage",
        json!({"QueueUrl": source, "MessageBody": "b", "MessageGroupId": "tenant",
        "MessageAttributes": {"k": {"DataType": "Binary.x", "BinaryValue": "AAE="}},
        "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}}}),
    );
    desk.receive(&source, 1);
    desk.wait(30_000);
    desk.receive(&source, 1);
    start(&mut desk, None, None).unwrap();
    desk.wait(1000);
    let back = desk.receive(&source, 1).remove(0);
    assert_ne!(back["MessageId"], sent["MessageId"]);
    assert_eq!(back["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"]);
    let system = back["Attributes"].as_object().unwrap();
    assert_eq!(
        (&system["ApproximateReceiveCount"], &system["MessageGroupId"], &system["AWSTraceHeader"]),
        (&json!("1"), &json!("tenant"), &json!("Root=1"))
    );
    assert_eq!(system["SentTimestamp"], desk.now.to_string().as_str());
    assert_eq!(system.get("DeadLetterQueueSourceArn"), None);
    assert_eq!(desk.counts(&dlq), [0, 0, 0]);
}

#[test]
fn a_task_can_have_a_destination_and_without_a_rate_it_is_fast() {
    let mut desk = Desk::new();
    let (_, dlq) = with_dead(&mut desk, 100);
    let other = desk.create("other", json!({}));
    start(&mut desk, None, Some("other")).unwrap();
    desk.wait(200);
    assert_eq!(desk.counts(&other), [50, 0, 0]);
    desk.wait(200);
    assert_eq!((desk.counts(&other), desk.counts(&dlq)), ([100, 0, 0], [0, 0, 0]));
    let task = &tasks(&mut desk, 1)[0];
    assert_eq!((&task["DestinationArn"], task.get("MaxNumberOfMessagesPerSecond")), (&json!(arn("other")), None));
}

#[test]
fn what_cannot_be_moved_is_refused() {
    let mut desk = Desk::new();
    let (source, _) = with_dead(&mut desk, 1);
    desk.create("f.fifo", json!({}));
    let mut error = |body: Value| desk.err("StartMessageMoveTask", body);
    let not_dead = error(json!({"SourceArn": arn("a")}));
    assert_eq!(not_dead.message, "Source queue must be configured as a Dead Letter Queue.");
    let absent = error(json!({"SourceArn": arn("none")}));
    assert_eq!((absent.code.as_ref(), absent.status), ("ResourceNotFoundException", 404));
    assert!(absent.message.contains("SourceArn"));
    let absent = error(json!({"SourceArn": arn("a-dlq"), "DestinationArn": arn("none")}));
    assert_eq!(absent.message, "The resource that you specified for the DestinationArn parameter doesn't exist.");
    for bad in [
        json!({"SourceArn": "a-dlq"}),
        json!({"SourceArn": arn("a-dlq"), "DestinationArn": "nonsense"}),
        json!({"SourceArn": arn("a-dlq"), "DestinationArn": arn("f.fifo")}),
        json!({"SourceArn": arn("a-dlq"), "DestinationArn": arn("a-dlq")}),
        json!({"SourceArn": arn("a-dlq"), "MaxNumberOfMessagesPerSecond": 0}),
        json!({"SourceArn": arn("a-dlq"), "MaxNumberOfMessagesPerSecond": 501}),
    ] {
        assert_eq!(error(bad.clone()).code, "InvalidParameterValue", "{bad}");
    }
    start(&mut desk, Some(1), None).unwrap();
    assert!(start(&mut desk, Some(1), None).unwrap_err().message.starts_with("There is already a task running."));
    assert_eq!(desk.counts(&source), [0, 0, 0]);
}

#[test]
fn a_cancelled_task_stops_and_what_it_moved_stays_moved() {
    let mut desk = Desk::new();
    let (source, dlq) = with_dead(&mut desk, 10);
    let handle = start(&mut desk, Some(1), None).unwrap()["TaskHandle"].clone();
    desk.wait(2000);
    let stopped = desk.ok("CancelMessageMoveTask", json!({"TaskHandle": handle}));
    assert_eq!(stopped["ApproximateNumberOfMessagesMoved"], 2);
    let task = &tasks(&mut desk, 1)[0];
    assert_eq!((&task["Status"], task.get("TaskHandle")), (&json!("CANCELLING"), None));
    assert!(start(&mut desk, None, None).is_err(), "not over yet");
    desk.wait(10_000);
    assert_eq!(tasks(&mut desk, 1)[0]["Status"], "CANCELLED");
    assert_eq!((desk.counts(&source), desk.counts(&dlq)), ([3, 0, 0], [7, 0, 0]), "what was on its way arrives");
    assert_eq!(tasks(&mut desk, 1)[0]["ApproximateNumberOfMessagesMoved"], 3);
    let again = desk.err("CancelMessageMoveTask", json!({"TaskHandle": handle}));
    assert_eq!(
        (again.code.as_ref(), again.message.as_str()),
        ("AWS.SimpleQueueService.UnsupportedOperation", "Only active tasks can be cancelled.")
    );
    start(&mut desk, None, None).unwrap();
    desk.wait(1000);
    assert_eq!((desk.counts(&source), desk.counts(&dlq)), ([10, 0, 0], [0, 0, 0]), "the next one goes on");
    assert_eq!(
        desk.err("CancelMessageMoveTask", json!({"TaskHandle": "foobar"})).message,
        "Value for parameter TaskHandle is invalid."
    );
    let absent = super::super::ids::task_handle("none", &arn("a-dlq"));
    assert_eq!(desk.err("CancelMessageMoveTask", json!({"TaskHandle": absent})).message, "Task does not exist.");
}

#[test]
fn a_task_fails_when_a_queue_is_gone_or_a_message_came_from_nowhere() {
    let mut desk = Desk::new();
    let (_, dlq) = with_dead(&mut desk, 10);
    let other = desk.create("other", json!({}));
    start(&mut desk, Some(1), Some("other")).unwrap();
    desk.wait(3000);
    assert_eq!(tasks(&mut desk, 1)[0]["ApproximateNumberOfMessagesMoved"], 3);
    desk.ok("DeleteQueue", json!({"QueueUrl": other}));
    desk.wait(1000);
    let failed = &tasks(&mut desk, 1)[0];
    assert_eq!(
        (&failed["Status"], &failed["FailureReason"]),
        (&json!("FAILED"), &json!("AWS.SimpleQueueService.NonExistentQueue"))
    );
    assert_eq!(failed["ApproximateNumberOfMessagesMoved"], 3);
    desk.ok("PurgeQueue", json!({"QueueUrl": dlq}));
    desk.send(&dlq, "sent straight here");
    start(&mut desk, None, None).unwrap();
    desk.wait(1000);
    assert_eq!(tasks(&mut desk, 1)[0]["FailureReason"], "CouldNotDetermineMessageSource");
    assert_eq!(desk.counts(&dlq), [1, 0, 0], "nothing is lost");
}

#[test]
fn ten_tasks_are_remembered_newest_first() {
    let mut desk = Desk::new();
    with_dead(&mut desk, 0);
    for rate in 1..=12 {
        start(&mut desk, Some(rate), None).unwrap();
        desk.wait(1000);
    }
    let listed = tasks(&mut desk, 10);
    let rates: Vec<_> = listed.iter().map(|task| task["MaxNumberOfMessagesPerSecond"].as_u64().unwrap()).collect();
    assert_eq!(rates, [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    assert_eq!(
        desk.ok("ListMessageMoveTasks", json!({"SourceArn": arn("a-dlq")}))["Results"].as_array().unwrap().len(),
        1
    );
    for bad in [0, 11] {
        let request = json!({"SourceArn": arn("a-dlq"), "MaxResults": bad});
        assert_eq!(desk.err("ListMessageMoveTasks", request).code, "InvalidParameterValue");
    }
}

#[test]
fn messages_go_to_each_their_source() {
    let mut desk = Desk::new();
    let (first, dlq) = desk.create_with_dead_letters("a", 1);
    let policy = json!({"deadLetterTargetArn": arn("a-dlq"), "maxReceiveCount": 1}).to_string();
    let second = desk.create("b", json!({"RedrivePolicy": policy}));
    for url in [&first, &second] {
        desk.send(url, url);
        desk.receive(url, 1);
    }
    desk.wait(30_000);
    desk.receive(&first, 1);
    desk.receive(&second, 1);
    assert_eq!(desk.counts(&dlq), [2, 0, 0]);
    start(&mut desk, None, None).unwrap();
    desk.wait(1000);
    assert_eq!((desk.bodies(&first, 1), desk.bodies(&second, 1)), (vec![first.clone()], vec![second.clone()]));
}

#[test]
fn a_task_moves_what_was_visible_at_its_start() {
    let mut desk = Desk::new();
    let (source, dlq) = with_dead(&mut desk, 4);
    assert_eq!(desk.receive(&dlq, 1).len(), 1);
    start(&mut desk, Some(1), None).unwrap();
    desk.wait(1000);
    desk.send(&dlq, "arrives meanwhile");
    desk.wait(9000);
    let task = &tasks(&mut desk, 1)[0];
    assert_eq!(
        (&task["Status"], &task["ApproximateNumberOfMessagesMoved"], &task["ApproximateNumberOfMessagesToMove"]),
        (&json!("COMPLETED"), &json!(3), &json!(3))
    );
    assert_eq!((desk.counts(&source), desk.counts(&dlq)), ([3, 0, 0], [1, 1, 0]));
}

#[test]
fn a_task_ends_early_when_nothing_is_left_and_not_at_once_when_nothing_was_there() {
    let mut desk = Desk::new();
    let (_, dlq) = with_dead(&mut desk, 5);
    start(&mut desk, Some(1), None).unwrap();
    desk.wait(2000);
    desk.ok("PurgeQueue", json!({"QueueUrl": dlq}));
    desk.wait(1000);
    let task = &tasks(&mut desk, 1)[0];
    assert_eq!((&task["Status"], &task["ApproximateNumberOfMessagesMoved"]), (&json!("COMPLETED"), &json!(2)));
    start(&mut desk, Some(1), None).unwrap();
    assert!(start(&mut desk, Some(1), None).unwrap_err().message.starts_with("There is already a task running."));
    desk.wait(1000);
    let task = &tasks(&mut desk, 1)[0];
    assert_eq!((&task["Status"], &task["ApproximateNumberOfMessagesToMove"]), (&json!("COMPLETED"), &json!(0)));
}

#[test]
fn a_large_backlog_moves_in_seconds() {
    let mut desk = Desk::new();
    let dlq = desk.create("a-dlq", json!({}));
    let policy = json!({"deadLetterTargetArn": arn("a-dlq"), "maxReceiveCount": 1}).to_string();
    let source = desk.create("a", json!({"RedrivePolicy": policy}));
    let entries: Vec<_> = (0..10).map(|n| json!({"Id": n.to_string(), "MessageBody": "b"})).collect();
    for _ in 0..1_000 {
        desk.ok("SendMessageBatch", json!({"QueueUrl": dlq, "Entries": entries}));
    }
    start(&mut desk, None, Some("a")).unwrap();
    desk.wait(2000);
    assert_eq!(desk.counts(&source), [5_000, 0, 0]);
    desk.wait(2000);
    assert_eq!(tasks(&mut desk, 1)[0]["Status"], "COMPLETED");
    assert_eq!((desk.counts(&source), desk.counts(&dlq)), ([10_000, 0, 0], [0, 0, 0]));
}

#[test]
fn a_message_too_long_for_its_destination_stays_and_the_task_fails() {
    let mut desk = Desk::new();
    let (_, dlq) = with_dead(&mut desk, 1);
    desk.send(&dlq, &"x".repeat(1025));
    let small = desk.create("small", json!({"MaximumMessageSize": "1024"}));
    start(&mut desk, None, Some("small")).unwrap();
    desk.wait(1000);
    let task = &tasks(&mut desk, 1)[0];
    assert_eq!((&task["Status"], &task["FailureReason"]), (&json!("FAILED"), &json!("InvalidParameterValue")));
    assert_eq!((desk.counts(&small), desk.counts(&dlq)), ([1, 0, 0], [1, 0, 0]));
}

#[test]
fn a_moved_message_waits_for_the_delay_and_lives_anew() {
    let mut desk = Desk::new();
    let (_, dlq) = with_dead(&mut desk, 1);
    let late = desk.create("late", json!({"DelaySeconds": "10", "MessageRetentionPeriod": "60"}));
    desk.wait(200_000);
    start(&mut desk, None, Some("late")).unwrap();
    desk.wait(100);
    assert_eq!((desk.counts(&dlq), desk.counts(&late)), ([0, 0, 0], [0, 0, 1]));
    desk.wait(59_000);
    assert_eq!(desk.counts(&late), [1, 0, 0], "its retention began with the move");
    desk.wait(2000);
    assert_eq!(desk.counts(&late), [0, 0, 0]);
}

#[test]
fn a_hundred_tasks_run_at_a_time() {
    let mut desk = Desk::new();
    let mut start = |n: usize| {
        let (name, dlq) = (format!("q{n}"), format!("q{n}-dlq"));
        let url = desk.create_with_dead_letters(&name, 1).1;
        desk.send(&url, "1");
        desk.call("StartMessageMoveTask", json!({"SourceArn": arn(&dlq), "DestinationArn": arn(&name)}))
    };
    for n in 0..100 {
        start(n).unwrap();
    }
    assert_eq!(start(100).unwrap_err().code, "OverLimit");
    desk.wait(1000);
    let again = json!({"SourceArn": arn("q100-dlq"), "DestinationArn": arn("q100")});
    desk.ok("StartMessageMoveTask", again);
}

#[test]
fn the_order_of_a_group_survives_the_move() {
    let mut desk = Desk::new();
    let (source, dlq) = desk.create_with_dead_letters("a.fifo", 1);
    for n in 0..6 {
        desk.send_to_group(&source, if n % 2 == 0 { "even" } else { "odd" }, &n.to_string());
    }
    desk.receive(&source, 10);
    desk.wait(30_000);
    while !desk.receive(&source, 10).is_empty() {}
    assert_eq!(desk.counts(&dlq), [6, 0, 0]);
    let ids: Vec<_> = desk.receive(&dlq, 10).iter().map(|message| message["MessageId"].clone()).collect();
    desk.wait(30_000);
    desk.ok("StartMessageMoveTask", json!({"SourceArn": arn("a-dlq.fifo")}));
    desk.wait(1000);
    let back = desk.receive(&source, 10);
    let bodies: Vec<_> = back.iter().map(|message| message["Body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["0", "2", "4", "1", "3", "5"]);
    for message in &back {
        let dedup = &message["Attributes"]["MessageDeduplicationId"];
        assert!(ids.contains(dedup) && !ids.contains(&message["MessageId"]), "the dead letter's, and a new id");
        assert_eq!(message["Attributes"]["ApproximateReceiveCount"], "1");
    }
}
