//! Whatever happened, a restart changes nothing.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// One step of a history. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Step {
    Send { queue: u8, group: u8, id: u8, delay: u8 },
    Receive { queue: u8, most: u8, visibility: u8 },
    Delete(usize),
    Hide(usize, u8),
    Wait(u16),
    Move,
    Purge(u8),
    Set(u8, u8),
    Recreate(u8),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..4u8, 0..3u8, 0..12u8, 0..3u8)
            .prop_map(|(queue, group, id, delay)| Step::Send { queue, group, id, delay }),
        6 => (0..4u8, 1..=10u8, 0..6u8)
            .prop_map(|(queue, most, visibility)| Step::Receive { queue, most, visibility }),
        3 => any::<usize>().prop_map(Step::Delete),
        2 => (any::<usize>(), 0..6u8).prop_map(|(which, seconds)| Step::Hide(which, seconds)),
        4 => (0..40_000u16).prop_map(Step::Wait),
        1 => Just(Step::Move),
        1 => (0..4u8).prop_map(Step::Purge),
        1 => (0..4u8, 0..3u8).prop_map(|(queue, delay)| Step::Set(queue, delay)),
        1 => (0..4u8).prop_map(Step::Recreate),
        1 => Just(Step::Restart),
    ]
}

const NAMES: [&str; 4] = ["q", "dlq", "q.fifo", "dlq.fifo"];

impl Shop {
    async fn make(&self, n: usize) {
        let mut attributes = json!({"MessageRetentionPeriod": "120", "VisibilityTimeout": "5"});
        if NAMES[n].ends_with(".fifo") {
            attributes["FifoQueue"] = json!("true");
        }
        if n.is_multiple_of(2) {
            let target = format!("arn:aws:sqs:us-east-1:000000000000:{}", NAMES[n + 1]);
            attributes["RedrivePolicy"] =
                json!({"deadLetterTargetArn": target, "maxReceiveCount": 2}).to_string().into();
        }
        // Within a minute of its deletion it cannot be made.
        let _ = self.call("CreateQueue", json!({"QueueName": NAMES[n], "Attributes": attributes})).await;
    }

    async fn play(&mut self, n: usize, step: Step, received: &mut Vec<(String, Value)>) {
        let url = |queue: u8| format!("http://127.0.0.1/000000000000/{}", NAMES[usize::from(queue)]);
        match step {
            Step::Send { queue, group, id, delay } => {
                let mut message = json!({"QueueUrl": url(queue), "MessageBody": format!("{n}")});
                if NAMES[usize::from(queue)].ends_with(".fifo") {
                    message["MessageGroupId"] = json!(format!("g{group}"));
                    message["MessageDeduplicationId"] = json!(format!("d{id}"));
                } else {
                    message["DelaySeconds"] = json!(delay);
                    message["MessageAttributes"] = json!({"n": {"DataType": "Binary", "BinaryValue": "AAEC"}});
                }
                let _ = self.call("SendMessage", message).await;
            }
            Step::Receive { queue, most, visibility } => {
                let request = json!({"QueueUrl": url(queue), "MaxNumberOfMessages": most,
                    "VisibilityTimeout": visibility});
                if let Ok(mut answer) = self.call("ReceiveMessage", request).await {
                    let got = answer["Messages"].take();
                    let handle = |message: &Value| (url(queue), message["ReceiptHandle"].clone());
                    received.extend(got.as_array().into_iter().flatten().map(handle));
                }
            }
            Step::Delete(which) if !received.is_empty() => {
                let (url, handle) = received.remove(which % received.len());
                let _ = self.call("DeleteMessage", json!({"QueueUrl": url, "ReceiptHandle": handle})).await;
            }
            Step::Hide(which, seconds) if !received.is_empty() => {
                let (url, handle) = &received[which % received.len()];
                let change = json!({"QueueUrl": url, "ReceiptHandle": handle, "VisibilityTimeout": seconds});
                let _ = self.call("ChangeMessageVisibility", change).await;
            }
            Step::Delete(_) | Step::Hide(..) => {}
            Step::Wait(millis) => self.clock.advance(Duration::from_millis(millis.into())),
            Step::Move => {
                let task = json!({"SourceArn": "arn:aws:sqs:us-east-1:000000000000:dlq",
                    "MaxNumberOfMessagesPerSecond": 1});
                let _ = self.call("StartMessageMoveTask", task).await;
            }
            Step::Purge(queue) => {
                let _ = self.call("PurgeQueue", json!({"QueueUrl": url(queue)})).await;
            }
            Step::Set(queue, delay) => {
                let change = json!({"QueueUrl": url(queue), "Attributes": {"DelaySeconds": delay.to_string()}});
                let _ = self.call("SetQueueAttributes", change).await;
            }
            Step::Recreate(queue) => {
                let _ = self.call("DeleteQueue", json!({"QueueUrl": url(queue)})).await;
                self.make(usize::from(queue)).await;
            }
            Step::Restart => self.reopen(),
        }
    }

    /// All that is known, as text; what is due is done first. Ranks are left out: they only order.
    fn picture(&self) -> String {
        self.local().with_state(|state, now| {
            state.advance(now);
            let mut text = String::new();
            for name in NAMES {
                state.settle(name, now);
                let Some(queue) = state.queues.get(name) else { continue };
                let (settings, tags) = (&queue.settings, &queue.tags);
                let times = (queue.created, queue.modified, queue.purged);
                writeln!(text, "{name} {settings:?} {tags:?} {times:?} {:?}", queue.shelf.counts()).unwrap();
                let mut held: Vec<_> = queue.shelf.iter().collect();
                held.sort_by_key(|(key, _)| *key);
                for (key, held) in held {
                    writeln!(text, "{key} {:?} {:?} {:?}", held.place, held.receive, held.message).unwrap();
                }
                let mut known: Vec<_> = queue.dedup.iter().collect();
                known.sort_by_key(|one| (one.end, &one.group, &one.id));
                writeln!(text, "{known:?}").unwrap();
                writeln!(text, "{:?}", state.tasks.of(name)).unwrap();
            }
            let marks = state.marks();
            writeln!(text, "{} {}", marks.serial, marks.seed).unwrap();
            text
        })
    }
}

/// A message leaves a queue and its queue goes, both by one request: a move task pays what it owes before the deletion.
#[tokio::test]
async fn a_message_that_left_just_before_its_queue_went_is_not_kept() {
    let mut shop = Shop::new();
    let dlq = shop.create("dlq", json!({})).await;
    let policy = json!({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dlq", "maxReceiveCount": 2});
    let url = shop.create("q", json!({"RedrivePolicy": policy.to_string()})).await;
    shop.ok("SendMessage", json!({"QueueUrl": dlq, "MessageBody": "a"})).await;
    let task = json!({"SourceArn": "arn:aws:sqs:us-east-1:000000000000:dlq",
        "DestinationArn": "arn:aws:sqs:us-east-1:000000000000:q", "MaxNumberOfMessagesPerSecond": 1});
    shop.ok("StartMessageMoveTask", task).await;
    shop.wait(1);
    shop.ok("DeleteQueue", json!({"QueueUrl": dlq})).await;
    shop.reopen();
    assert_eq!(shop.counts(&url).await, ["1", "0", "0"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn a_restart_changes_nothing(steps in prop::collection::vec(step(), 1..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut shop = Shop::new();
            let mut received = Vec::new();
            for n in [1, 0, 3, 2] {
                shop.make(n).await;
            }
            for (n, step) in steps.into_iter().enumerate() {
                shop.play(n, step, &mut received).await;
            }
            let before = shop.picture();
            shop.reopen();
            prop_assert_eq!(&before, &shop.picture());
            // And nothing that was given out before has lost its meaning.
            for (url, handle) in received {
                let request = json!({"QueueUrl": url, "ReceiptHandle": handle});
                let error = shop.call("DeleteMessage", request).await.err();
                let unknown = error.filter(|error| error.code == "ReceiptHandleIsInvalid");
                prop_assert!(unknown.is_none(), "{:?}", unknown);
            }
            Ok(())
        })?;
    }
}
