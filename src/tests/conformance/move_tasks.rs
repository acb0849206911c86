//! Message move tasks: what can be started, how a task goes, how it is listed and how it is stopped. What becomes of the
//! messages is in `moved_messages`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::cases;
use super::clients::Refusal;
use super::sqs::{Sqs, bodies};

/// A queue, its dead-letter queue with dead letters that came from it, and the latter's ARN.
pub(super) struct Dead {
    pub(super) url: String,
    pub(super) letters: String,
    pub(super) arn: String,
}

/// Makes `orders` and `failures`, or `orders.fifo` and `failures.fifo`, with as many dead letters: `"0"`, `"1"`…
pub(super) async fn dead(sqs: &Sqs, suffix: &str, count: usize) -> Dead {
    let dead_letters = sqs.queue(&format!("failures{suffix}"), json!({})).await;
    let url = sqs.source(&format!("orders{suffix}"), &dead_letters, 1).await;
    for n in 0..count {
        if suffix.is_empty() {
            sqs.send(&url, &n.to_string()).await;
        } else {
            sqs.send_in_group(&url, "g", &n.to_string()).await;
        }
    }
    fail(sqs, &url).await;
    Dead { arn: sqs.arn(&dead_letters).await, url, letters: dead_letters }
}

/// Receives what a queue has once too often.
pub(super) async fn fail(sqs: &Sqs, url: &str) {
    // The second round finds them all received once, and so moves them.
    while !sqs.receive_with(url, json!({"VisibilityTimeout": 1})).await.is_empty() {}
    sqs.pass(2).await;
    while !sqs.receive(url).await.is_empty() {}
}

/// Starts a task; `members` are more of the request.
pub(super) async fn start(sqs: &Sqs, arn: &str, members: Value) -> String {
    let answer = sqs.call("StartMessageMoveTask", request(arn, members)).await.unwrap();
    answer["TaskHandle"].as_str().unwrap().to_owned()
}

fn request(arn: &str, members: Value) -> Value {
    let mut input = members;
    input["SourceArn"] = json!(arn);
    input
}

async fn not_started(sqs: &Sqs, arn: &str, members: Value) -> Refusal {
    sqs.refused("StartMessageMoveTask", request(arn, members)).await
}

/// The newest task of a dead-letter queue.
pub(super) async fn newest(sqs: &Sqs, arn: &str) -> Value {
    let listed = sqs.call("ListMessageMoveTasks", json!({"SourceArn": arn})).await.unwrap();
    listed["Results"][0].clone()
}

/// Waits until the newest task is as said, for a minute at most.
pub(super) async fn ended(sqs: &Sqs, arn: &str, status: &str) -> Value {
    for _ in 0..60 {
        let task = newest(sqs, arn).await;
        if task["Status"] == status {
            return task;
        }
        sqs.pass(1).await;
    }
    panic!("it never was {status}: {}", newest(sqs, arn).await);
}

fn invalid(refused: &Refusal, sentence: &str) {
    assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{}", refused.message);
    assert_eq!(refused.message, sentence);
}

fn absent(refused: &Refusal, sentence: &str) {
    assert_eq!((refused.code.as_str(), refused.status), ("ResourceNotFoundException", 404), "{}", refused.message);
    assert_eq!(refused.message, sentence);
}

fn format_of(parameter: &str) -> String {
    format!(
        "You must use this format to specify the {parameter}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
    )
}

cases! {
    "API reference, StartMessageMoveTask: SourceArn, only ARNs of dead-letter queues"
    async fn the_source_is_a_dead_letter_queue(sqs) {
        let plain = sqs.queue("plain", json!({})).await;
        let refused = not_started(&sqs, &sqs.arn(&plain).await, json!({})).await;
        invalid(&refused, "Source queue must be configured as a Dead Letter Queue.");
        let Dead { url, .. } = dead(&sqs, "", 0).await;
        let refused = not_started(&sqs, &sqs.arn(&url).await, json!({})).await;
        invalid(&refused, "Source queue must be configured as a Dead Letter Queue.");
    }

    "API reference, StartMessageMoveTask: Errors, ResourceNotFoundException"
    async fn source_and_destination_exist(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 0).await;
        let none = format!("{arn}-none");
        let sentence = |parameter| format!("The resource that you specified for the {parameter} parameter doesn't exist.");
        absent(&not_started(&sqs, &none, json!({})).await, &sentence("SourceArn"));
        absent(&not_started(&sqs, &arn, json!({"DestinationArn": none})).await, &sentence("DestinationArn"));
        absent(&sqs.refused("ListMessageMoveTasks", json!({"SourceArn": none})).await, &sentence("SourceArn"));
    }

    "API reference, StartMessageMoveTask: SourceArn, DestinationArn"
    async fn both_are_arns(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 0).await;
        for nonsense in ["failures", "arn:aws:sqs", &arn.replace(":sqs:", ":sns:")] {
            invalid(&not_started(&sqs, nonsense, json!({})).await, &format_of("SourceArn"));
            let refused = not_started(&sqs, &arn, json!({"DestinationArn": nonsense})).await;
            invalid(&refused, &format_of("DestinationArn"));
            let refused = sqs.refused("ListMessageMoveTasks", json!({"SourceArn": nonsense})).await;
            invalid(&refused, &format_of("SourceArn"));
        }
    }

    "API reference, StartMessageMoveTask: SourceArn, Required: Yes"
    #[only(boto3)]
    async fn the_source_must_be_said(sqs) {
        for (operation, member) in [
            ("StartMessageMoveTask", "SourceArn"),
            ("ListMessageMoveTasks", "SourceArn"),
            ("CancelMessageMoveTask", "TaskHandle"),
        ] {
            let refused = sqs.refused(operation, json!({})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("MissingParameter", 400));
            assert_eq!(refused.message, format!("The request must contain the parameter {member}."));
        }
    }

    "Developer guide, dead-letter queue redrive: if both queues are the same type"
    async fn the_destination_is_another_queue_of_the_same_type(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 0).await;
        let fifo = sqs.queue("other.fifo", json!({})).await;
        let refused = not_started(&sqs, &arn, json!({"DestinationArn": sqs.arn(&fifo).await})).await;
        invalid(&refused, "The source queue and destination queue must be of the same queue type.");
        let refused = not_started(&sqs, &arn, json!({"DestinationArn": arn})).await;
        invalid(&refused, "Source queue arn and destination queue arn cannot be the same.");
    }

    "API reference, StartMessageMoveTask: MaxNumberOfMessagesPerSecond, the maximum value is 500"
    async fn the_rate_is_between_1_and_500(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 1).await;
        for rate in [0, -1, 501, 1_000_000] {
            let refused = not_started(&sqs, &arn, json!({"MaxNumberOfMessagesPerSecond": rate})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{rate}");
            assert!(refused.message.contains("MaxNumberOfMessagesPerSecond"), "{}", refused.message);
            assert!(refused.message.contains("between 1 and 500"), "{}", refused.message);
        }
        assert!(newest(&sqs, &arn).await.is_null(), "and none was started");
        for rate in [1, 500] {
            start(&sqs, &arn, json!({"MaxNumberOfMessagesPerSecond": rate})).await;
            assert_eq!(newest(&sqs, &arn).await["MaxNumberOfMessagesPerSecond"], rate);
            ended(&sqs, &arn, "COMPLETED").await;
        }
    }

    "API reference, StartMessageMoveTask: only one active message movement task per queue at any given time"
    async fn one_task_runs_at_a_time(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 5).await;
        let slowly = json!({"MaxNumberOfMessagesPerSecond": 1});
        start(&sqs, &arn, slowly.clone()).await;
        invalid(
            &not_started(&sqs, &arn, slowly.clone()).await,
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
        );
        ended(&sqs, &arn, "COMPLETED").await;
        start(&sqs, &arn, slowly).await;
    }

    "Developer guide, dead-letter queue redrive: a maximum of 100 active redrive tasks per account"
    #[only(embedded)]
    async fn a_hundred_tasks_run_in_an_account(sqs) {
        for n in 0..=100 {
            let dead_letters = sqs.queue(&format!("failures{n}"), json!({})).await;
            sqs.source(&format!("orders{n}"), &dead_letters, 1).await;
            sqs.send(&dead_letters, "a").await;
            let input = request(&sqs.arn(&dead_letters).await, json!({"MaxNumberOfMessagesPerSecond": 1}));
            match sqs.call("StartMessageMoveTask", input).await {
                Ok(_) => assert!(n < 100),
                Err(refused) => assert_eq!((n, refused.code.as_str()), (100, "OverLimit")),
            }
        }
    }

    "API reference, ListMessageMoveTasks: ListMessageMoveTasksResultEntry"
    async fn a_running_task_shows_all_that_was_asked(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 4).await;
        let other = sqs.queue("other", json!({})).await;
        let other = sqs.arn(&other).await;
        let before = sqs.now();
        let handle = start(&sqs, &arn, json!({"DestinationArn": other, "MaxNumberOfMessagesPerSecond": 1})).await;
        sqs.pass(1).await;
        let mut task = newest(&sqs, &arn).await;
        let started = task["StartedTimestamp"].take().as_u64().unwrap();
        assert!((before..=sqs.now()).contains(&started), "milliseconds: {started}");
        let moved = task["ApproximateNumberOfMessagesMoved"].take().as_u64().unwrap();
        assert!((1..4).contains(&moved), "{moved}");
        assert_eq!(task, json!({
            "TaskHandle": handle, "Status": "RUNNING", "SourceArn": arn, "DestinationArn": other,
            "MaxNumberOfMessagesPerSecond": 1, "ApproximateNumberOfMessagesMoved": null,
            "ApproximateNumberOfMessagesToMove": 4, "StartedTimestamp": null,
        }));
    }

    "API reference, ListMessageMoveTasks: TaskHandle, only populated for tasks that are in RUNNING status"
    async fn a_completed_task_shows_no_handle_and_nothing_that_was_not_asked(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 2).await;
        start(&sqs, &arn, json!({})).await;
        let mut task = ended(&sqs, &arn, "COMPLETED").await;
        task["StartedTimestamp"].take();
        assert_eq!(task, json!({
            "Status": "COMPLETED", "SourceArn": arn, "ApproximateNumberOfMessagesMoved": 2,
            "ApproximateNumberOfMessagesToMove": 2, "StartedTimestamp": null,
        }));
    }

    "API reference, ListMessageMoveTasks: MaxResults, the default is 1, the upper limit is 10"
    async fn the_newest_tasks_come_first_and_one_is_the_default(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 0).await;
        for rate in 1..=3 {
            start(&sqs, &arn, json!({"MaxNumberOfMessagesPerSecond": rate})).await;
            ended(&sqs, &arn, "COMPLETED").await;
        }
        let rates = async |input: Value| -> Vec<u64> {
            let listed = sqs.call("ListMessageMoveTasks", request(&arn, input)).await.unwrap();
            let rate = |task: &Value| task["MaxNumberOfMessagesPerSecond"].as_u64().unwrap();
            listed["Results"].as_array().unwrap().iter().map(rate).collect()
        };
        assert_eq!(rates(json!({})).await, [3]);
        assert_eq!(rates(json!({"MaxResults": 2})).await, [3, 2]);
        assert_eq!(rates(json!({"MaxResults": 10})).await, [3, 2, 1]);
        for most in [0, -1, 11] {
            let refused = sqs.refused("ListMessageMoveTasks", request(&arn, json!({"MaxResults": most}))).await;
            assert_eq!((refused.code.as_str(), refused.status), ("InvalidParameterValue", 400), "{most}");
            assert!(refused.message.contains("MaxResults"), "{}", refused.message);
        }
    }

    "API reference, ListMessageMoveTasks: the most recent message movement tasks (up to 10)"
    #[only(embedded)]
    async fn ten_tasks_are_remembered(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 0).await;
        for _ in 0..12 {
            start(&sqs, &arn, json!({})).await;
            sqs.pass(1).await;
        }
        let listed = sqs.call("ListMessageMoveTasks", json!({"SourceArn": arn, "MaxResults": 10})).await.unwrap();
        assert_eq!(listed["Results"].as_array().unwrap().len(), 10);
    }

    "API reference, ListMessageMoveTasks"
    async fn a_queue_without_tasks_has_none(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 0).await;
        let listed = sqs.call("ListMessageMoveTasks", json!({"SourceArn": arn})).await.unwrap();
        assert_eq!(listed.get("Results"), None);
    }

    "As recorded from SQS: CancelMessageMoveTask"
    async fn only_a_handle_of_a_task_is_a_handle(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 0).await;
        let cancel = async |handle: &str| sqs.refused("CancelMessageMoveTask", json!({"TaskHandle": handle})).await;
        invalid(&cancel("foobared").await, "Value for parameter TaskHandle is invalid.");
        let handle = |arn: &str| {
            let content = json!({"taskId": "10f57157-fc38-4da9-a113-4de7e12d05dd", "sourceArn": arn});
            STANDARD.encode(content.to_string())
        };
        let none = format!("{arn}-none");
        let sentence = "The resource that you specified for the SourceArn parameter doesn't exist.";
        absent(&cancel(&handle(&none)).await, sentence);
        absent(&cancel(&handle(&arn)).await, "Task does not exist.");
    }

    "API reference, CancelMessageMoveTask: it can only stop the messages that have not been moved yet"
    async fn a_cancelled_task_stops_and_takes_nothing_back(sqs) {
        let Dead { url, letters: dead_letters, arn } = dead(&sqs, "", 10).await;
        let handle = start(&sqs, &arn, json!({"MaxNumberOfMessagesPerSecond": 1})).await;
        sqs.pass(2).await;
        let stopped = sqs.call("CancelMessageMoveTask", json!({"TaskHandle": handle})).await.unwrap();
        let by_then = stopped["ApproximateNumberOfMessagesMoved"].as_u64().unwrap();
        assert!((1..10).contains(&by_then), "{by_then}");
        let task = ended(&sqs, &arn, "CANCELLED").await;
        let moved = task["ApproximateNumberOfMessagesMoved"].as_u64().unwrap();
        assert!((by_then..10).contains(&moved), "{by_then} {moved}");
        assert_eq!(task.get("TaskHandle"), None);
        sqs.pass(3).await;
        let left = sqs.attribute(&dead_letters, "ApproximateNumberOfMessages").await;
        let back = sqs.attribute(&url, "ApproximateNumberOfMessages").await;
        assert_eq!((back, left), (moved.to_string(), (10 - moved).to_string()));
    }

    "As recorded from SQS: what a task held when it was cancelled still arrives"
    #[only(embedded)]
    async fn a_cancelled_task_moves_a_little_more(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 10).await;
        let handle = start(&sqs, &arn, json!({"MaxNumberOfMessagesPerSecond": 1})).await;
        sqs.pass(2).await;
        let stopped = sqs.call("CancelMessageMoveTask", json!({"TaskHandle": handle})).await.unwrap();
        assert_eq!(stopped["ApproximateNumberOfMessagesMoved"], 2);
        let task = newest(&sqs, &arn).await;
        assert_eq!((&task["Status"], task.get("TaskHandle")), (&json!("CANCELLING"), None));
        let refused = not_started(&sqs, &arn, json!({})).await;
        assert!(refused.message.starts_with("There is already a task running."), "{}", refused.message);
        sqs.pass(1).await;
        let task = newest(&sqs, &arn).await;
        assert_eq!((&task["Status"], &task["ApproximateNumberOfMessagesMoved"]), (&json!("CANCELLED"), &json!(3)));
    }

    "API reference, CancelMessageMoveTask: only be cancelled when the current status is RUNNING"
    async fn a_task_that_is_over_cannot_be_cancelled(sqs) {
        let Dead { arn, .. } = dead(&sqs, "", 3).await;
        let handle = start(&sqs, &arn, json!({"MaxNumberOfMessagesPerSecond": 1})).await;
        sqs.call("CancelMessageMoveTask", json!({"TaskHandle": handle})).await.unwrap();
        ended(&sqs, &arn, "CANCELLED").await;
        let again = start(&sqs, &arn, json!({})).await;
        ended(&sqs, &arn, "COMPLETED").await;
        for handle in [handle, again] {
            let refused = sqs.refused("CancelMessageMoveTask", json!({"TaskHandle": handle})).await;
            assert_eq!((refused.code.as_str(), refused.status), ("AWS.SimpleQueueService.UnsupportedOperation", 400));
        }
    }

    "API reference, CancelMessageMoveTask; StartMessageMoveTask"
    async fn after_a_cancellation_another_task_moves_the_rest(sqs) {
        let Dead { url, arn, .. } = dead(&sqs, "", 3).await;
        let handle = start(&sqs, &arn, json!({"MaxNumberOfMessagesPerSecond": 1})).await;
        sqs.call("CancelMessageMoveTask", json!({"TaskHandle": handle})).await.unwrap();
        ended(&sqs, &arn, "CANCELLED").await;
        start(&sqs, &arn, json!({})).await;
        ended(&sqs, &arn, "COMPLETED").await;
        let back = sqs.receive(&url).await;
        let mut back = bodies(&back);
        back.sort_unstable();
        assert_eq!(back, ["0", "1", "2"]);
    }
}
