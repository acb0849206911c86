//! Queues: made, found, described, changed, emptied and deleted.

use std::collections::BTreeMap;

use serde_json::json;

use super::{World, map, text};
use crate::model::queue::{Encryption, QueueKind};
use crate::model::{Depth, Draft, QueueUrl, RedriveAllowPolicy};
use crate::server::sqs::Sqs as _;
use crate::server::sqs::error::Kind;

#[tokio::test]
async fn a_queue_is_made_once_and_found_by_name() {
    let world = World::new().await;
    let made = world.queue("orders", &[("VisibilityTimeout", "45")]).await;
    assert_eq!(world.queue("orders", &[("VisibilityTimeout", "45")]).await, made, "the same again changes nothing");
    let different = map(&[("VisibilityTimeout", "46")]);
    let other = world.sqs.create_queue(&world.name("orders"), &different, &BTreeMap::new()).await;
    assert_eq!(other.unwrap_err().kind, Kind::QueueExists);

    let found = world.sqs.queue_url(&world.name("orders")).await.unwrap();
    assert_eq!(found.value, made);
    assert!(found.request_id.is_some());
    assert_eq!(made.name(), Some(world.name("orders")));
    assert_eq!(world.sqs.queue_url(&world.name("nothing")).await.unwrap_err().kind, Kind::NoSuchQueue);

    let fifo = world.queue("orders.fifo", &[]).await;
    let mut listed = world.sqs.list_queues(Some(world.name("orders").as_str())).await.unwrap().value;
    listed.sort();
    assert_eq!(listed, [made, fifo]);
    assert_eq!(world.sqs.list_queues(Some("no-queue-begins-so")).await.unwrap().value, []);
}

#[tokio::test]
async fn listings_are_complete_beyond_a_page() {
    let world = World::new().await;
    let Some(here) = &world.here else { return };
    let dead_letters = world.queue("dlq", &[]).await;
    let policy = format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":3}}"#, world.arn(&dead_letters).await);
    for number in 0..2_100 {
        let attributes = if number < 1_050 { json!({"RedrivePolicy": policy}) } else { json!({}) };
        let queue = json!({"QueueName": format!("many-{number:04}"), "Attributes": attributes});
        here.local.call("CreateQueue", queue).await.unwrap();
    }
    let distinct = |mut urls: Vec<QueueUrl>| {
        urls.sort();
        urls.dedup();
        urls.len()
    };
    assert_eq!(distinct(world.sqs.list_queues(None).await.unwrap().value), 2_101);
    assert_eq!(distinct(world.sqs.list_queues(Some("many-1")).await.unwrap().value), 1_000);
    assert_eq!(distinct(world.sqs.dead_letter_sources(&dead_letters).await.unwrap().value), 1_050);
}

#[tokio::test]
async fn attributes_are_read_as_they_were_set() {
    let world = World::new().await;
    let dead_letters = world.queue("dlq", &[]).await;
    let queue = world.queue("orders", &[]).await;
    let fresh = world.attributes(&queue).await;
    assert_eq!((fresh.kind(), fresh.visibility_timeout, fresh.retention), (QueueKind::Standard, 30, 345_600));
    assert!(fresh.created.is_some() && fresh.modified.is_some());
    assert_eq!(fresh.arn.as_ref().unwrap().name(), world.name("orders"));

    let arn = world.arn(&dead_letters).await;
    let redrive = format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":"5"}}"#);
    let set = map(&[
        ("VisibilityTimeout", "43200"),
        ("DelaySeconds", "900"),
        ("MessageRetentionPeriod", "1209600"),
        ("ReceiveMessageWaitTimeSeconds", "20"),
        ("MaximumMessageSize", "1024"),
        ("RedrivePolicy", &redrive),
        ("RedriveAllowPolicy", r#"{"redrivePermission":"denyAll"}"#),
        ("KmsMasterKeyId", "alias/aws/sqs"),
        ("KmsDataKeyReusePeriodSeconds", "86400"),
    ]);
    world.sqs.set_attributes(&queue, &set).await.unwrap();
    let read = world.attributes(&queue).await;
    assert_eq!((read.visibility_timeout, read.delay, read.retention), (43_200, 900, 1_209_600));
    assert_eq!((read.receive_wait, read.maximum_message_size), (20, 1_024));
    let policy = read.redrive_policy.unwrap();
    assert_eq!((policy.dead_letter_target, policy.max_receive_count), (arn, 5));
    assert_eq!(read.redrive_allow_policy, Some(RedriveAllowPolicy::DenyAll));
    assert_eq!(read.encryption, Encryption::Kms { key: "alias/aws/sqs".into(), reuse_seconds: 86_400 });
    assert_eq!(world.sqs.dead_letter_sources(&dead_letters).await.unwrap().value, std::slice::from_ref(&queue));

    world.sqs.set_attributes(&queue, &map(&[("RedrivePolicy", "")])).await.unwrap();
    assert_eq!(world.attributes(&queue).await.redrive_policy, None);
    assert_eq!(world.sqs.dead_letter_sources(&dead_letters).await.unwrap().value, []);
}

#[tokio::test]
async fn attributes_out_of_range_are_rejected() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    for (name, value, code) in [
        ("VisibilityTimeout", "43201", "InvalidAttributeValue"),
        ("DelaySeconds", "-1", "InvalidAttributeValue"),
        ("MessageRetentionPeriod", "59", "InvalidAttributeValue"),
        ("MaximumMessageSize", "1048577", "InvalidAttributeValue"),
        ("FifoQueue", "true", "InvalidAttributeName"),
        ("ContentBasedDeduplication", "true", "InvalidAttributeName"),
        ("NoSuchAttribute", "1", "InvalidAttributeName"),
    ] {
        let error = world.sqs.set_attributes(&queue, &map(&[(name, value)])).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_str()), (Kind::Rejected, code), "{name}");
    }
    let missing = QueueUrl::new(queue.as_str().replace("orders", "gone"));
    let error = world.sqs.set_attributes(&missing, &map(&[("DelaySeconds", "1")])).await.unwrap_err();
    assert_eq!(error.kind, Kind::NoSuchQueue);
}

#[tokio::test]
async fn tags_are_added_overwritten_and_removed() {
    let world = World::new().await;
    let tags = map(&[("team", "trading"), ("env", "test")]);
    let made = world.sqs.create_queue(&world.name("orders"), &BTreeMap::new(), &tags).await.unwrap().value;
    assert_eq!(world.sqs.tags(&made).await.unwrap().value, tags);
    world.sqs.tag_queue(&made, &map(&[("env", "prod"), ("Env", "é ñ")])).await.unwrap();
    world.sqs.untag_queue(&made, &["team".into(), "nothing".into()]).await.unwrap();
    assert_eq!(world.sqs.tags(&made).await.unwrap().value, map(&[("env", "prod"), ("Env", "é ñ")]));
    assert_eq!(world.sqs.tags(&world.queue("plain", &[]).await).await.unwrap().value, BTreeMap::new());
}

#[tokio::test]
async fn permissions_are_labelled() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    let add =
        || async { world.sqs.add_permission(&queue, "share", &["210987654321".into()], &["SendMessage".into()]).await };
    add().await.unwrap();
    assert!(world.attributes(&queue).await.policy.unwrap().contains("210987654321"));
    assert_eq!(add().await.unwrap_err().kind, Kind::Rejected, "the label is taken");
    world.sqs.remove_permission(&queue, "share").await.unwrap();
    assert_eq!(world.sqs.remove_permission(&queue, "share").await.unwrap_err().kind, Kind::Rejected);
}

#[tokio::test]
async fn a_purge_takes_everything_once_a_minute() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    world.send(&queue, "in flight").await;
    assert_eq!(world.receive(&queue).await.len(), 1);
    world.send(&queue, "visible").await;
    let delayed = Draft { delay: Some(600), ..text("delayed") };
    world.sqs.send(&queue, &delayed).await.unwrap();
    assert_eq!(world.attributes(&queue).await.depth, Depth { visible: 1, in_flight: 1, delayed: 1 });
    world.sqs.purge_queue(&queue).await.unwrap();
    assert_eq!(world.sqs.purge_queue(&queue).await.unwrap_err().kind, Kind::PurgeInProgress);
    world.pass(61).await;
    assert_eq!(world.attributes(&queue).await.depth.total(), 0);
    world.sqs.purge_queue(&queue).await.unwrap();
}

#[tokio::test]
async fn a_deleted_queue_is_gone_and_its_name_free_after_a_minute() {
    let world = World::new().await;
    let queue = world.queue("orders", &[]).await;
    world.sqs.delete_queue(&queue).await.unwrap();
    let again = world.sqs.create_queue(&world.name("orders"), &BTreeMap::new(), &BTreeMap::new()).await;
    assert_eq!(again.unwrap_err().kind, Kind::QueueDeletedRecently);
    world.pass(61).await;
    assert_eq!(world.sqs.attributes(&queue).await.unwrap_err().kind, Kind::NoSuchQueue);
    assert_eq!(world.sqs.delete_queue(&queue).await.unwrap_err().kind, Kind::NoSuchQueue);
    assert_eq!(world.queue("orders", &[]).await, queue);
}
