//! What holds for every history of four queues that give up messages to one another: it is held against a simple model
//! after every step, and against the effect log.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::effects::Kind;
use super::model::{Expected, Model};
use super::*;

/// One step of a history. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Step {
    Send { queue: usize, group: u8, delay: u64 },
    Receive { queue: usize, most: usize, visibility: Option<u64>, attempt: Option<u8> },
    Delete(usize),
    Hide(usize, u64),
    Wait(u64),
    Move { queue: usize, rate: u64 },
    Cancel(usize),
    Purge(usize),
}

fn step() -> impl Strategy<Value = Step> {
    // Mostly to the two sources, and mostly of one group, so that much happens to few.
    let queue = || prop_oneof![4 => Just(0usize), 2 => Just(1), 2 => Just(2), 1 => Just(3)];
    let visibility = || prop_oneof![6 => (0..6u64).prop_map(Some), 1 => Just(None)];
    let attempt = || prop_oneof![2 => Just(None), 2 => Just(Some(0u8)), 1 => Just(Some(1))];
    let wait = prop_oneof![8 => 0..4000u64, 2 => Just(30_000u64), 1 => Just(61_000), 1 => Just(300_000)];
    let seconds = prop_oneof![4 => 0..6u64, 1 => Just(43_199), 1 => Just(43_200)];
    prop_oneof![
        6 => (queue(), 0..3u8, 0..3u64).prop_map(|(queue, group, delay)| Step::Send { queue, group, delay }),
        7 => (queue(), 1..=10usize, visibility(), attempt())
            .prop_map(|(queue, most, visibility, attempt)| Step::Receive { queue, most, visibility, attempt }),
        3 => any::<usize>().prop_map(Step::Delete),
        3 => (any::<usize>(), seconds).prop_map(|(which, seconds)| Step::Hide(which, seconds)),
        4 => wait.prop_map(Step::Wait),
        1 => (2..4usize, 1..20u64).prop_map(|(queue, rate)| Step::Move { queue, rate }),
        1 => (2..4usize).prop_map(Step::Cancel),
        1 => queue().prop_map(Step::Purge),
    ]
}

/// The queues, what the model knows of them, and every handle ever given.
struct World {
    desk: Desk,
    model: Model,
    names: [String; 4],
    fifo: bool,
    handles: Vec<(String, String, String)>,
    effects_seen: usize,
}

impl World {
    /// Two sources, their common dead-letter queue, and that one's.
    fn new(fifo: bool, receives: u32, retention: u64) -> Self {
        let mut desk = Desk::new();
        let mut model = Model::default();
        let names = ["a", "b", "failures", "rest"].map(|name| format!("{name}{}", if fifo { ".fifo" } else { "" }));
        for (n, most) in [(3, 0), (2, 2), (1, 1), (0, receives)] {
            let mut attributes = json!({"MessageRetentionPeriod": retention.to_string()});
            let target = names[if n == 2 { 3 } else { 2 }].clone();
            if most > 0 {
                let policy = json!({"deadLetterTargetArn": arn(&target), "maxReceiveCount": most});
                attributes["RedrivePolicy"] = policy.to_string().into();
            }
            desk.create(&names[n], attributes);
            let queue = model.queues.entry(names[n].clone()).or_default();
            (queue.policy, queue.retention) = ((most > 0).then_some((target, most)), retention * 1000);
        }
        Self { desk, model, names, fifo, handles: Vec::new(), effects_seen: 0 }
    }

    fn url(&self, name: &str) -> String {
        self.desk.state.url(name)
    }

    /// Calls, and tells the model what time and other queues have done meanwhile.
    fn call(&mut self, operation: &str, body: Value) -> Result<Result<Value, ApiError>, TestCaseError> {
        let answer = self.desk.call(operation, body);
        self.model.expire(self.desk.now);
        for effect in &self.desk.state.effect_log()[self.effects_seen..] {
            if effect.effect == Kind::Moved {
                self.model.moved(effect).map_err(TestCaseError::fail)?;
            }
        }
        self.effects_seen = self.desk.state.effect_log().len();
        Ok(answer)
    }

    fn send(&mut self, n: usize, queue: usize, group: u8, delay: u64) -> Result<(), TestCaseError> {
        let name = self.names[queue].clone();
        let mut message = json!({"QueueUrl": self.url(&name), "MessageBody": n.to_string()});
        let group = (self.fifo || group > 0).then(|| group.to_string());
        message["MessageGroupId"] = json!(group);
        if self.fifo {
            message["MessageDeduplicationId"] = json!(n.to_string());
        } else {
            message["DelaySeconds"] = json!(delay);
        }
        let sent = self.call("SendMessage", message)?.unwrap();
        let delay = if self.fifo { 0 } else { delay * 1000 };
        self.model.send(&name, sent["MessageId"].as_str().unwrap(), group, self.desk.now, delay);
        Ok(())
    }

    fn receive(
        &mut self,
        queue: usize,
        most: usize,
        visibility: Option<u64>,
        attempt: Option<u8>,
    ) -> Result<(), TestCaseError> {
        let (name, now) = (self.names[queue].clone(), self.desk.now);
        let attempt = attempt.filter(|_| self.fifo).map(|attempt| attempt.to_string());
        let request = json!({"QueueUrl": self.url(&name), "MaxNumberOfMessages": most,
            "VisibilityTimeout": visibility, "AttributeNames": ["All"], "ReceiveRequestAttemptId": attempt});
        let until = now + visibility.unwrap_or(30) * 1000;
        // First what time and tasks do, since the receive itself may give up a message of the earlier attempt.
        self.call("ListQueues", json!({}))?.unwrap();
        let expected = attempt.as_ref().map_or(Expected::Fresh, |attempt| self.model.expect(&name, attempt, now));
        let answer = self.call("ReceiveMessage", request)?;
        if expected == Expected::Refused {
            prop_assert!(answer.is_err(), "an attempt was repeated although a message of it was touched");
            return Ok(());
        }
        let got = answer.unwrap()["Messages"].as_array().cloned().unwrap_or_default();
        if let (Expected::Same(handles), Some(attempt)) = (expected, &attempt) {
            let given: Vec<_> = got.iter().map(|got| got["ReceiptHandle"].as_str().unwrap()).collect();
            prop_assert_eq!(given, handles);
            self.model.repeated(&name, attempt, now, until);
            return Ok(());
        }
        let asked = (most, attempt.as_deref());
        self.model.received(&name, &got, asked, now, until).map_err(TestCaseError::fail)?;
        for message in got {
            let text = |member: &str| message[member].as_str().unwrap().to_owned();
            self.handles.push((name.clone(), text("MessageId"), text("ReceiptHandle")));
        }
        Ok(())
    }

    fn play(&mut self, n: usize, step: &Step) -> Result<(), TestCaseError> {
        match *step {
            Step::Send { queue, group, delay } => self.send(n, queue, group, delay)?,
            Step::Receive { queue, most, visibility, attempt } => self.receive(queue, most, visibility, attempt)?,
            Step::Delete(which) if !self.handles.is_empty() => {
                // The newest ones more often than the others.
                let place = self.handles.len() - 1 - which % self.handles.len().min(8);
                let (name, id, handle) = self.handles[place].clone();
                let answer =
                    self.call("DeleteMessage", json!({"QueueUrl": self.url(&name), "ReceiptHandle": handle}))?;
                let may = self.model.delete(&name, &id, &handle, self.desk.now);
                prop_assert_eq!(answer.is_ok(), may, "deleting {}", id);
            }
            Step::Hide(which, seconds) if !self.handles.is_empty() => {
                let place = self.handles.len() - 1 - which % self.handles.len().min(8);
                let (name, id, handle) = self.handles[place].clone();
                let change =
                    json!({"QueueUrl": self.url(&name), "ReceiptHandle": handle, "VisibilityTimeout": seconds});
                let answer = self.call("ChangeMessageVisibility", change)?;
                let may = self.model.hide(&name, &id, &handle, self.desk.now, seconds * 1000);
                prop_assert_eq!(answer.is_ok(), may, "hiding {} for {} s: {:?}", id, seconds, answer);
            }
            Step::Wait(millis) => self.desk.wait(millis),
            Step::Move { queue, rate } => {
                let task = json!({"SourceArn": arn(&self.names[queue]), "MaxNumberOfMessagesPerSecond": rate});
                let _ = self.call("StartMessageMoveTask", task)?;
            }
            Step::Cancel(queue) => {
                let tasks = self.call("ListMessageMoveTasks", json!({"SourceArn": arn(&self.names[queue])}))?.unwrap();
                if let Some(handle) = tasks["Results"][0]["TaskHandle"].as_str() {
                    let _ = self.call("CancelMessageMoveTask", json!({"TaskHandle": handle}))?;
                }
            }
            Step::Purge(queue) => {
                let name = self.names[queue].clone();
                if self.call("PurgeQueue", json!({"QueueUrl": self.url(&name)}))?.is_ok() {
                    self.model.purge(&name);
                }
            }
            Step::Delete(_) | Step::Hide(..) => {}
        }
        Ok(())
    }

    /// The messages, their receives and the counters are those of the model, and the effect log tells the same.
    fn check(&mut self) -> Result<(), TestCaseError> {
        for name in self.names.clone() {
            let body = json!({"QueueUrl": self.url(&name), "AttributeNames": ["All"]});
            let attributes = self.call("GetQueueAttributes", body)?.unwrap();
            let shown = ["", "NotVisible", "Delayed"].map(|kind| {
                let name = format!("ApproximateNumberOfMessages{kind}");
                attributes["Attributes"][name].as_str().unwrap().parse::<usize>().unwrap()
            });
            prop_assert_eq!(shown, self.model.queues[&name].counts(self.desk.now), "{}", name);
            let mut held: Vec<_> = self.desk.state.queues[&name].shelf.iter().collect();
            held.sort_by_key(|(key, _)| *key);
            let held: Vec<_> = held.iter().map(|(_, held)| (&held.message.id, held.message.receives)).collect();
            let known = self.model.queues[&name].messages.iter().map(|message| (&message.id, message.receives));
            prop_assert_eq!(held, known.collect::<Vec<_>>(), "{}", name);
        }
        check_effects(&self.desk)
    }
}

/// By the effect log: what was sent or arrived by a move, and not deleted, moved away, purged or expired, is there; and
/// nothing else is.
fn check_effects(desk: &Desk) -> Result<(), TestCaseError> {
    let mut expected: BTreeSet<(String, String)> = BTreeSet::new();
    for effect in desk.state.effect_log() {
        let here = (effect.queue.clone(), effect.message_id.clone());
        match effect.effect {
            Kind::Sent => prop_assert!(expected.insert(here)),
            Kind::Moved => {
                let id = effect.new_message_id.as_ref().unwrap_or(&effect.message_id);
                let there = (effect.to.clone().unwrap_or_default(), id.clone());
                prop_assert!(expected.remove(&here));
                prop_assert!(expected.insert(there));
            }
            Kind::Deleted | Kind::Purged | Kind::Expired => prop_assert!(expected.remove(&here)),
            Kind::Received | Kind::Hidden => prop_assert!(expected.contains(&here)),
            Kind::Deduplicated | Kind::Restored | Kind::Revealed | Kind::Repeated => {}
        }
    }
    let mut found = BTreeSet::new();
    for (name, queue) in &desk.state.queues {
        for (_, held) in queue.shelf.iter() {
            prop_assert!(found.insert((name.clone(), held.message.id.clone())));
        }
    }
    prop_assert_eq!(found, expected);
    Ok(())
}

fn play(fifo: bool, receives: u32, retention: u64, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut world = World::new(fifo, receives, retention);
    for (n, step) in steps.iter().enumerate() {
        world.play(n, step)?;
        world.check()?;
    }
    Ok(())
}

fn retention() -> impl Strategy<Value = u64> {
    prop_oneof![Just(60u64), Just(345_600)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn standard_queues_keep_their_promises(
        receives in 1..5u32, retention in retention(), steps in prop::collection::vec(step(), 1..80)
    ) {
        play(false, receives, retention, &steps)?;
    }

    #[test]
    fn fifo_queues_keep_their_promises(
        receives in 1..5u32, retention in retention(), steps in prop::collection::vec(step(), 1..80)
    ) {
        play(true, receives, retention, &steps)?;
    }
}
