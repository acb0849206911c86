//! What the gateway makes of an SQS that misbehaves, over real connections. (Needs the local SQS's dials.)

use serde_json::{Value, json};

use super::{World, bodies, text};
use crate::model::QueueUrl;
use crate::server::sqs::error::Kind;
use crate::server::sqs::{Receive, Sqs, SqsError};

async fn with_dial(world: &World, rule: Value) -> bool {
    match &world.here {
        Some(here) => here.dial(&json!([rule])).await,
        None => return false,
    }
    true
}

#[tokio::test]
async fn an_error_by_either_name_is_the_same_failure() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    for (code, kind) in [
        ("QueueDoesNotExist", Kind::NoSuchQueue),
        ("AWS.SimpleQueueService.NonExistentQueue", Kind::NoSuchQueue),
        ("AccessDenied", Kind::AccessDenied),
        ("ExpiredToken", Kind::Credentials),
        ("InvalidClientTokenId", Kind::Credentials),
        ("RequestThrottled", Kind::Throttled),
        ("ThrottlingException", Kind::Throttled),
        ("OverLimit", Kind::OverLimit),
        ("KmsDisabled", Kind::Kms),
        ("KmsThrottled", Kind::Throttled),
        ("UnknownOperationException", Kind::Unsupported),
        ("InternalError", Kind::Upstream),
        ("ServiceUnavailable", Kind::Upstream),
    ] {
        if !with_dial(&world, json!({"operation": "SendMessage", "action": {"answer": {"code": code}}})).await {
            return;
        }
        let error = world.sqs.send(&queue, &text("x")).await.unwrap_err();
        assert_eq!(error.kind, kind, "{code}");
        assert!(error.request_id.is_some(), "{code}");
    }
}

#[tokio::test]
async fn a_send_whose_answer_is_lost_is_not_sent_again() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    if !with_dial(&world, json!({"operation": "SendMessage", "action": {"drop": "after"}})).await {
        return;
    }
    let error: SqsError = world.sqs.send(&queue, &text("once")).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (Kind::TimedOut, "AnswerLost"));
    assert!(!error.had_no_effect());
    assert_eq!(world.here.as_ref().unwrap().calls("SendMessage").await, 1);
    assert_eq!(bodies(&world.receive(&queue).await), ["once"]);
}

#[tokio::test]
async fn a_read_survives_one_fault() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    for action in [json!({"drop": "before"}), json!({"answer": {"code": "InternalError"}})] {
        let rule = json!({"operation": "GetQueueAttributes", "count": 1, "action": action});
        if !with_dial(&world, rule).await {
            return;
        }
        world.sqs.attributes(&queue).await.unwrap();
    }
}

#[tokio::test]
async fn a_wrong_md5_is_noticed() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    world.send(&queue, "x").await;
    if !with_dial(&world, json!({"action": "wrong_md5"})).await {
        return;
    }
    let receive = Receive { count: 1, visibility_timeout: None, wait: 0 };
    for error in
        [world.sqs.send(&queue, &text("x")).await.unwrap_err(), world.sqs.receive(&queue, receive).await.unwrap_err()]
    {
        assert_eq!((error.kind, error.code.as_str()), (Kind::Garbled, "Md5Mismatch"));
    }
    let outcome = world.sqs.send_batch(&queue, &[text("x")]).await.unwrap().value;
    assert_eq!(outcome.failed[0].code.as_str(), "Md5Mismatch");
}

#[tokio::test]
async fn entries_fail_on_their_own() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    let rule = json!({"operation": "SendMessageBatch", "action": {"fail_entries": {"ids": ["1"]}}});
    if !with_dial(&world, rule).await {
        return;
    }
    let outcome = world.sqs.send_batch(&queue, &[text("a"), text("b"), text("c")]).await.unwrap().value;
    assert_eq!(outcome.succeeded.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 2]);
    assert_eq!((outcome.failed[0].index, outcome.failed[0].sender_fault), (1, false));
}

#[tokio::test]
async fn one_refused_queue_does_not_hide_the_others() {
    let world = World::new().await;
    let mut queues = Vec::new();
    for number in 0..30 {
        queues.push(world.queue(&format!("q{number:02}"), &[("DelaySeconds", &number.to_string())]).await);
    }
    queues.insert(7, QueueUrl::new(queues[0].as_str().replace("q00", "gone")));
    let read = futures_util::future::join_all(queues.iter().map(|queue| world.sqs.attributes(queue))).await;
    let delays: Vec<_> = read.iter().map(|result| result.as_ref().map(|answer| answer.value.delay).ok()).collect();
    let mut expected: Vec<_> = (0..30).map(Some).collect();
    expected.insert(7, None);
    assert_eq!(delays, expected);
    assert_eq!(read[7].as_ref().unwrap_err().kind, Kind::NoSuchQueue);
}
