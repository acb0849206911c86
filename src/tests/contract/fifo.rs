//! FIFO queues: order within a group, groups that wait, duplicates that vanish.

use super::{World, bodies};
use crate::model::Draft;
use crate::server::sqs::Sqs as _;
use crate::server::sqs::error::Kind;

fn of(group: &str, id: &str, body: &str) -> Draft {
    Draft { body: body.into(), group_id: Some(group.into()), deduplication_id: Some(id.into()), ..Draft::default() }
}

#[tokio::test]
async fn a_group_keeps_its_order_and_waits_for_what_is_in_flight() {
    let world = World::new().await;
    let queue = world.queue("trades.fifo", &[]).await;
    let mut last = 0_u128;
    for (group, id) in [("A", "a1"), ("B", "b1"), ("A", "a2"), ("A", "a3")] {
        let sent = world.sqs.send(&queue, &of(group, id, id)).await.unwrap().value;
        let number: u128 = sent.sequence_number.unwrap().parse().unwrap();
        assert!(number > last);
        last = number;
    }
    let received = world.receive_for(&queue, Some(600)).await;
    let of_a: Vec<_> = received.iter().filter(|message| message.group_id() == Some("A")).collect();
    assert_eq!(of_a.iter().map(|message| message.body.as_str()).collect::<Vec<_>>(), ["a1", "a2", "a3"]);
    assert_eq!(of_a[0].deduplication_id(), Some("a1"));
    assert!(of_a[0].sequence_number() < of_a[1].sequence_number());

    world.sqs.send(&queue, &of("A", "a4", "a4")).await.unwrap();
    assert_eq!(world.receive_for(&queue, Some(600)).await, [], "the group waits");
    for message in &of_a {
        world.sqs.delete(&queue, &message.receipt_handle).await.unwrap();
    }
    assert_eq!(bodies(&world.receive_for(&queue, Some(600)).await), ["a4"]);
}

#[tokio::test]
async fn a_duplicate_is_accepted_but_not_delivered() {
    let world = World::new().await;
    let explicit = world.queue("explicit.fifo", &[]).await;
    let by_content = world.queue("content.fifo", &[("ContentBasedDeduplication", "true")]).await;
    assert!(world.attributes(&by_content).await.fifo.unwrap().content_based_deduplication);
    for (queue, drafts) in [
        (&explicit, [of("g", "same", "one"), of("g", "same", "two")]),
        (&by_content, [1, 2].map(|_| Draft { deduplication_id: None, ..of("g", "", "one") })),
    ] {
        world.sqs.send(queue, &drafts[0]).await.unwrap();
        let received = world.receive(queue).await;
        assert_eq!(bodies(&received), ["one"]);
        world.sqs.delete(queue, &received[0].receipt_handle).await.unwrap();
        world.sqs.send(queue, &drafts[1]).await.unwrap();
        assert_eq!(world.receive(queue).await, [], "even after the first was deleted");
        if world.here.is_some() {
            world.pass(5 * 60).await;
            world.sqs.send(queue, &drafts[1]).await.unwrap();
            assert_eq!(world.receive(queue).await.len(), 1, "the window has closed");
        }
    }
}

#[tokio::test]
async fn a_fifo_queue_asks_for_more() {
    let world = World::new().await;
    let queue = world.queue("trades.fifo", &[]).await;
    let rejected = async |draft: Draft| {
        let error = world.sqs.send(&queue, &draft).await.unwrap_err();
        assert_eq!(error.kind, Kind::Rejected);
        error.code.as_str().to_owned()
    };
    assert_eq!(rejected(Draft { group_id: None, ..of("g", "d", "x") }).await, "MissingParameter");
    assert_eq!(rejected(Draft { deduplication_id: None, ..of("g", "d", "x") }).await, "InvalidParameterValue");
    assert_eq!(rejected(Draft { delay: Some(5), ..of("g", "d", "x") }).await, "InvalidParameterValue");
    assert_eq!(rejected(of("with space", "d", "x")).await, "InvalidParameterValue");
    world.sqs.send(&queue, &Draft { delay: Some(0), ..of("g", "d", "x") }).await.unwrap();
}

#[tokio::test]
async fn a_handle_ends_with_its_visibility_timeout() {
    let world = World::new().await;
    let queue = world.queue("trades.fifo", &[]).await;
    world.sqs.send(&queue, &of("g", "1", "x")).await.unwrap();
    let received = world.receive_for(&queue, Some(1)).await;
    world.pass(2).await;
    let late = world.sqs.delete(&queue, &received[0].receipt_handle).await.unwrap_err();
    assert_eq!(late.kind, Kind::ReceiptHandle, "{late}");
    assert_eq!(world.receive(&queue).await[0].receive_count(), Some(2));
}
