//! What holds for every history of sends to a FIFO queue: nothing accepted is lost, and nothing is accepted twice within
//! five minutes.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// Five minutes, in milliseconds.
const WINDOW: Millis = 300_000;

#[derive(Clone, Debug)]
struct Sending {
    group: u8,
    /// Without one the body counts.
    id: Option<u8>,
    body: u8,
}

#[derive(Clone, Debug)]
enum Step {
    Send(Sending),
    Batch(Vec<Sending>),
    /// Receives and deletes what there is.
    Consume,
    Wait(Millis),
    Purge,
}

fn sending() -> impl Strategy<Value = Sending> {
    (0..3u8, prop::option::of(0..3u8), 0..3u8).prop_map(|(group, id, body)| Sending { group, id, body })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => sending().prop_map(Step::Send),
        3 => prop::collection::vec(sending(), 1..=10).prop_map(Step::Batch),
        3 => Just(Step::Consume),
        4 => (0..200_000u64).prop_map(Step::Wait),
        1 => Just(Step::Purge),
    ]
}

/// What a queue should know: when, what counted as the id, where it counted, and what the sender was told.
struct Known {
    at: Millis,
    id: (bool, u8),
    group: Option<u8>,
    told: (String, String),
}

struct Ledger {
    per_group: bool,
    known: Vec<Known>,
    /// Ids of messages that must be in the queue.
    present: BTreeSet<String>,
    newest: String,
}

impl Ledger {
    /// Holds an answer against what is known.
    fn enter(&mut self, now: Millis, sending: &Sending, sent: &Value) -> Result<(), TestCaseError> {
        let text = |name: &str| sent[name].as_str().unwrap_or_default().to_owned();
        let told = (text("MessageId"), text("SequenceNumber"));
        let id = sending.id.map_or((false, sending.body), |id| (true, id));
        let group = self.per_group.then_some(sending.group);
        let first = self.known.iter().find(|known| known.id == id && known.group == group && now < known.at + WINDOW);
        if let Some(first) = first {
            prop_assert_eq!(&told, &first.told, "a duplicate is told of the first");
            return Ok(());
        }
        prop_assert!(self.known.iter().all(|known| known.told.0 != told.0), "{:?} was accepted before", told);
        prop_assert_eq!(told.1.len(), 20);
        prop_assert!(self.newest < told.1, "{} does not follow {}", told.1, self.newest);
        self.newest.clone_from(&told.1);
        self.present.insert(told.0.clone());
        self.known.push(Known { at: now, id, group, told });
        Ok(())
    }
}

fn members(sending: &Sending) -> Value {
    let mut members =
        json!({"MessageBody": format!("body {}", sending.body), "MessageGroupId": sending.group.to_string()});
    if let Some(id) = sending.id {
        members["MessageDeduplicationId"] = json!(format!("id-{id}"));
    }
    members
}

fn play(per_group: bool, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut desk = Desk::new();
    let scope = if per_group { "messageGroup" } else { "queue" };
    let url = desk.create("q.fifo", json!({"ContentBasedDeduplication": "true", "DeduplicationScope": scope}));
    let mut ledger = Ledger { per_group, known: Vec::new(), present: BTreeSet::new(), newest: String::new() };
    for step in steps {
        match step {
            Step::Send(sending) => {
                let mut input = members(&sending);
                input["QueueUrl"] = json!(url);
                let sent = desk.ok("SendMessage", input);
                ledger.enter(desk.now, &sending, &sent)?;
            }
            Step::Batch(sendings) => {
                let entries: Vec<_> = sendings
                    .iter()
                    .enumerate()
                    .map(|(place, sending)| {
                        let mut entry = members(sending);
                        entry["Id"] = json!(place.to_string());
                        entry
                    })
                    .collect();
                let sent = desk.ok("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries}));
                for (place, sending) in sendings.iter().enumerate() {
                    prop_assert_eq!(&sent["Successful"][place]["Id"], &json!(place.to_string()));
                    ledger.enter(desk.now, sending, &sent["Successful"][place])?;
                }
            }
            Step::Consume => {
                for message in desk.receive(&url, 10) {
                    let id = message["MessageId"].as_str().unwrap_or_default();
                    prop_assert!(ledger.present.remove(id), "{} was not there", id);
                    desk.delete(&url, &message).unwrap();
                }
            }
            Step::Wait(millis) => desk.wait(millis),
            Step::Purge => {
                if desk.call("PurgeQueue", json!({"QueueUrl": url})).is_ok() {
                    ledger.known.iter_mut().for_each(|known| known.at = 0);
                    ledger.present.clear();
                }
            }
        }
        let held = desk.state.queues["q.fifo"].shelf.iter().map(|(_, held)| held.message.id.clone());
        prop_assert_eq!(&held.collect::<BTreeSet<_>>(), &ledger.present);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn nothing_is_lost_or_accepted_twice_in_a_queue(steps in prop::collection::vec(step(), 1..60)) {
        play(false, steps)?;
    }

    #[test]
    fn nothing_is_lost_or_accepted_twice_in_a_group(steps in prop::collection::vec(step(), 1..60)) {
        play(true, steps)?;
    }
}
