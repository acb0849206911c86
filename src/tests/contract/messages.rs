//! Messages of standard queues: sent, received, hidden, deleted, one by one and in batches.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{World, bodies, handles, text};
use crate::model::{AttributeValue, Draft, MessageAttribute, ReceiptHandle};
use crate::server::sqs::error::Kind;
use crate::server::sqs::{Receive, Sqs as _};

fn rich() -> Draft {
    let text = |kind: &str, value: &str| MessageAttribute {
        data_type: kind.into(),
        value: AttributeValue::Text(value.into()),
    };
    let binary = MessageAttribute { data_type: "Binary.png".into(), value: AttributeValue::Binary(vec![0, 159, 255]) };
    Draft {
        body: "{\"price\": 1.50, \"note\": \"Grüße ✓ \u{10ffff}\"}\r\n\t".into(),
        group_id: Some("tenant-1".into()),
        trace_header: Some("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1".into()),
        attributes: BTreeMap::from([
            ("Source".into(), text("String", "shop")),
            ("amount.eur".into(), text("Number.decimal", "149.90")),
            ("picture".into(), binary),
        ]),
        ..Draft::default()
    }
}

#[tokio::test]
async fn a_message_arrives_as_it_was_sent() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    let draft = rich();
    let sent = world.sqs.send(&queue, &draft).await.unwrap().value;
    assert_eq!(sent.sequence_number, None);
    let received = world.receive(&queue).await;
    let message = &received[0];
    assert_eq!((&message.id, &message.md5_of_body), (&sent.id, &sent.md5_of_body));
    assert_eq!((&message.body, &message.attributes), (&draft.body, &draft.attributes));
    assert_eq!(message.group_id(), draft.group_id.as_deref(), "fair queueing");
    assert_eq!(message.system.get("AWSTraceHeader"), draft.trace_header.as_ref());
    assert!(message.md5_of_attributes.is_some());
    assert_eq!(message.receive_count(), Some(1));
    assert!(message.sent_at().unwrap() <= message.first_received_at().unwrap());
    assert!(message.system.contains_key("SenderId"));

    assert_eq!(world.attributes(&queue).await.depth.in_flight, 1);
    world.sqs.delete(&queue, &message.receipt_handle).await.unwrap();
    world.sqs.delete(&queue, &message.receipt_handle).await.unwrap();
    world.pass(31).await;
    assert_eq!(world.receive(&queue).await, []);
}

#[tokio::test]
async fn a_delay_hides_a_new_message() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    world.sqs.send(&queue, &Draft { delay: Some(3), ..text("later") }).await.unwrap();
    assert_eq!(world.attributes(&queue).await.depth.delayed, 1);
    world.pass(4).await;
    assert_eq!(bodies(&world.receive(&queue).await), ["later"]);
}

#[tokio::test]
async fn a_receive_hides_and_a_release_shows_again() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    world.send(&queue, "a").await;
    let first = world.receive_for(&queue, Some(100)).await;
    assert_eq!(world.receive(&queue).await, []);
    world.sqs.change_visibility(&queue, &first[0].receipt_handle, 0).await.unwrap();
    let second = world.receive_for(&queue, Some(2)).await;
    assert_eq!(second[0].receive_count(), Some(2));
    world.pass(3).await;
    assert_eq!(world.receive(&queue).await[0].receive_count(), Some(3), "the timeout has ended");
}

#[tokio::test]
async fn a_visibility_timeout_has_limits() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    world.send(&queue, "a").await;
    let handle = world.receive(&queue).await[0].receipt_handle.clone();
    let change = async |handle: &ReceiptHandle, seconds| world.sqs.change_visibility(&queue, handle, seconds).await;
    assert_eq!(change(&handle, 43_201).await.unwrap_err().kind, Kind::Rejected);
    world.pass(2).await;
    assert_eq!(change(&handle, 43_200).await.unwrap_err().kind, Kind::Rejected, "12 hours from the receive");
    change(&handle, 43_000).await.unwrap();
    assert_eq!(change(&ReceiptHandle::new("nonsense"), 1).await.unwrap_err().kind, Kind::ReceiptHandle);
    assert_eq!(world.sqs.delete(&queue, &ReceiptHandle::new("nonsense")).await.unwrap_err().kind, Kind::ReceiptHandle);
    world.sqs.delete(&queue, &handle).await.unwrap();
    assert_eq!(change(&handle, 10).await.unwrap_err().kind, Kind::NotInFlight);
}

#[tokio::test]
async fn a_long_poll_ends_with_the_first_message() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    let start = Instant::now();
    let poll = Receive { count: 10, visibility_timeout: None, wait: 20 };
    let (received, ()) = tokio::join!(world.sqs.receive(&queue, poll), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        world.send(&queue, "at last").await;
    });
    assert_eq!(bodies(&received.unwrap().value), ["at last"]);
    assert!(start.elapsed() > Duration::from_millis(299) && start.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn what_cannot_be_sent_is_rejected() {
    let world = World::new().await;
    let queue = world.queue("orders", &[("MaximumMessageSize", "1024")]).await;
    let oversized = "x".repeat(1_025);
    let reserved = Draft {
        attributes: BTreeMap::from([(
            "AWS.name".to_owned(),
            MessageAttribute { data_type: "String".into(), value: AttributeValue::Text("x".into()) },
        )]),
        ..text("x")
    };
    for (what, draft, code) in [
        ("empty", text(""), "MissingParameter"),
        ("control character", text("a\u{0}"), "InvalidMessageContents"),
        ("non-character", text("a\u{ffff}"), "InvalidMessageContents"),
        ("too long", text(&oversized), "InvalidParameterValue"),
        ("delay", Draft { delay: Some(901), ..text("x") }, "InvalidParameterValue"),
        ("attribute name", reserved, "InvalidParameterValue"),
    ] {
        let error = world.sqs.send(&queue, &draft).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_str()), (Kind::Rejected, code), "{what}");
        assert!(error.had_no_effect(), "{what}");
    }
    world.send(&queue, &"x".repeat(1_024)).await;
    let receive = Receive { count: 11, visibility_timeout: None, wait: 0 };
    assert_eq!(world.sqs.receive(&queue, receive).await.unwrap_err().kind, Kind::Rejected);
}

#[tokio::test]
async fn a_batch_fails_entry_by_entry() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    let mut drafts: Vec<_> = (0..10).map(|n| text(&format!("m{n}"))).collect();
    drafts[3].body = "\u{1}".into();
    drafts[7].delay = Some(9_999);
    let outcome = world.sqs.send_batch(&queue, &drafts).await.unwrap().value;
    assert_eq!(outcome.failed.iter().map(|f| (f.index, f.sender_fault)).collect::<Vec<_>>(), [(3, true), (7, true)]);
    assert_eq!(outcome.failed[0].code.as_str(), "InvalidMessageContents");
    assert_eq!(outcome.succeeded.len(), 8);

    let mut received = Vec::new();
    for _ in 0..10 {
        received.extend(world.receive_for(&queue, Some(600)).await);
        if received.len() == 8 {
            break;
        }
    }
    let mut held = handles(&received);
    held.insert(1, ReceiptHandle::new("nonsense"));
    let longer: Vec<_> = held.iter().map(|handle| (handle.clone(), 900)).collect();
    let changed = world.sqs.change_visibility_batch(&queue, &longer).await.unwrap().value;
    assert_eq!((changed.succeeded.len(), changed.failed[0].index), (8, 1));
    assert_eq!(changed.failed[0].code.as_str(), "ReceiptHandleIsInvalid");
    let deleted = world.sqs.delete_batch(&queue, &held).await.unwrap().value;
    assert_eq!((deleted.succeeded.len(), deleted.failed.len(), deleted.failed[0].index), (8, 1, 1));
    assert_eq!(world.attributes(&queue).await.depth.total(), 0);
}

#[tokio::test]
async fn a_batch_has_limits() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    let code = async |drafts: &[Draft]| {
        let error = world.sqs.send_batch(&queue, drafts).await.unwrap_err();
        assert_eq!(error.kind, Kind::Rejected);
        error.code.as_str().rsplit('.').next().unwrap().to_owned()
    };
    assert_eq!(code(&[]).await, "EmptyBatchRequest");
    assert_eq!(code(&vec![text("x"); 11]).await, "TooManyEntriesInBatchRequest");
    assert_eq!(code(&vec![text(&"x".repeat(600_000)); 2]).await, "BatchRequestTooLong");
    world.send(&queue, &"x".repeat(1_048_576)).await;
    assert_eq!(world.receive(&queue).await[0].body.len(), 1_048_576);
}
