//! Sending: limits, batches, delays.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

#[test]
fn a_message_is_as_long_as_its_queue_allows_attributes_included() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({"MaximumMessageSize": "1024"}));
    let message = |body: usize| {
        json!({"QueueUrl": url, "MessageBody": "x".repeat(body), "MessageAttributes":
            {"name": {"DataType": "String", "StringValue": "value"}},
            "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "free"}}})
    };
    desk.ok("SendMessage", message(1024 - 15));
    let error = desk.err("SendMessage", message(1024 - 14));
    assert_eq!(error.message, "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.");
    let error = desk.err("SendMessage", json!({"QueueUrl": url, "MessageBody": ""}));
    assert_eq!(
        (error.code.as_ref(), error.message.as_str()),
        ("MissingParameter", "The request must contain the parameter MessageBody.")
    );
}

#[test]
fn an_answer_carries_the_digests() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    let sent = desk.ok(
        "SendMessage",
        json!({"QueueUrl": url, "MessageBody": "message-1", "MessageAttributes":
        {"MyAttribute": {"DataType": "String", "StringValue": "foobar"}},
        "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": TRACE}}}),
    );
    assert_eq!(sent["MD5OfMessageBody"], "3d6b824fd8c1520e9a047d21fee6fb1f");
    assert_eq!(sent["MD5OfMessageAttributes"], "adb59cd4678ea5a855436b949cd07ab6");
    assert_eq!(sent["MD5OfMessageSystemAttributes"], "5ae4d5d7636402d80f4eb6d213245a88", "as recorded");
    assert_eq!(sent.get("SequenceNumber"), None);
    let received = desk.receive(&url, 1).remove(0);
    assert_eq!(received["MessageId"], sent["MessageId"]);
    assert_eq!(received["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"]);
    assert_eq!(received["Attributes"]["AWSTraceHeader"], TRACE);
    assert_eq!(received["Attributes"]["SentTimestamp"], "1700000000000");
}

#[test]
fn a_batch_is_refused_as_a_whole_for_its_shape() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    let mut code =
        |entries: Value| desk.err("SendMessageBatch", json!({"QueueUrl": url, "Entries": entries})).code.into_owned();
    let entry = |id: &str| json!({"Id": id, "MessageBody": "b"});
    assert_eq!(code(json!([])), "AWS.SimpleQueueService.EmptyBatchRequest");
    let eleven: Vec<_> = (0..11).map(|n| entry(&n.to_string())).collect();
    assert_eq!(code(json!(eleven)), "AWS.SimpleQueueService.TooManyEntriesInBatchRequest");
    assert_eq!(code(json!([entry("a"), entry("a")])), "AWS.SimpleQueueService.BatchEntryIdsNotDistinct");
    for bad in ["", "a.b", &"i".repeat(81)] {
        assert_eq!(code(json!([entry(bad)])), "AWS.SimpleQueueService.InvalidBatchEntryId");
    }
    assert_eq!(
        code(json!([entry("a"), entry("a"), entry("a.b")])),
        "AWS.SimpleQueueService.InvalidBatchEntryId",
        "ids must be good before they can be distinct"
    );
    assert_eq!(code(Value::Null), "AWS.SimpleQueueService.EmptyBatchRequest");
    assert_eq!(code(json!([entry("a"), {"MessageBody": "b"}])), "MissingParameter");
    let half = "x".repeat(524_288);
    let long = json!([{"Id": "a", "MessageBody": half}, {"Id": "b", "MessageBody": format!("{half}x")}]);
    assert_eq!(code(long), "AWS.SimpleQueueService.BatchRequestTooLong");
    let bad = json!({"n": {"DataType": "Strange", "StringValue": format!("{half}x")}});
    let long = json!([{"Id": "a", "MessageBody": half}, {"Id": "b", "MessageBody": "\u{1}", "MessageAttributes": bad}]);
    assert_eq!(code(long), "AWS.SimpleQueueService.BatchRequestTooLong", "entries that would fail count too");
    let unread = json!([entry("a"), {"Id": "b", "MessageBody": "b", "DelaySeconds": "5"}]);
    assert_eq!(code(unread), "SerializationException");
}

#[test]
fn entries_of_a_batch_fail_by_themselves() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({"MaximumMessageSize": "1024"}));
    let results = desk.ok("SendMessageBatch", json!({"QueueUrl": url, "Entries": [
        {"Id": "good", "MessageBody": "b"},
        {"Id": "delay", "MessageBody": "b", "DelaySeconds": 901},
        {"Id": "long", "MessageBody": "x".repeat(1025)},
        {"Id": "characters", "MessageBody": "\u{1}"},
        {"Id": "attribute", "MessageBody": "b", "MessageAttributes": {"AWS.x": {"DataType": "String", "StringValue": "v"}}},
        {"Id": "empty", "MessageBody": ""},
        {"Id": "dedup", "MessageBody": "b", "MessageDeduplicationId": "d"},
        {"Id": "list", "MessageBody": "b", "MessageAttributes": {"l": {"DataType": "String", "StringListValues": ["v"]}}},
    ]}));
    assert_eq!(results["Successful"][0]["Id"], "good");
    assert!(results["Successful"][0]["MessageId"].is_string());
    let failed: Vec<_> = results["Failed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|failed| (failed["Id"].as_str().unwrap(), failed["Code"].as_str().unwrap(), failed["SenderFault"] == true))
        .collect();
    let invalid = "InvalidParameterValue";
    assert_eq!(
        failed,
        [
            ("delay", invalid, true),
            ("long", invalid, true),
            ("characters", "InvalidMessageContents", true),
            ("attribute", invalid, true),
            ("empty", "MissingParameter", true),
            ("dedup", invalid, true),
            ("list", "AWS.SimpleQueueService.UnsupportedOperation", true)
        ]
    );
    assert_eq!(
        results["Failed"][1]["Message"],
        "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes."
    );
    assert_eq!(desk.counts(&url), [1, 0, 0]);
}

#[test]
fn a_delay_hides_and_the_messages_own_comes_before_the_queues() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({"DelaySeconds": "10"}));
    desk.send(&url, "queue's");
    desk.ok("SendMessage", json!({"QueueUrl": url, "MessageBody": "own", "DelaySeconds": 0}));
    assert_eq!(desk.counts(&url), [1, 0, 1]);
    assert_eq!(desk.bodies(&url, 10), ["own"]);
    desk.wait(9_999);
    assert!(desk.bodies(&url, 10).is_empty());
    desk.wait(1);
    assert_eq!(desk.bodies(&url, 10), ["queue's"]);
}

#[test]
fn a_standard_queue_takes_a_group_but_no_deduplication_id() {
    let mut desk = Desk::new();
    let url = desk.create("a", json!({}));
    desk.ok("SendMessage", json!({"QueueUrl": url, "MessageBody": "b", "MessageGroupId": "tenant-1"}));
    let received = desk.receive(&url, 1).remove(0);
    assert_eq!(received["Attributes"]["MessageGroupId"], "tenant-1");
    assert_eq!(received["Attributes"].get("SequenceNumber"), None);
    let dedup = json!({"QueueUrl": url, "MessageBody": "b", "MessageDeduplicationId": "d"});
    assert_eq!(desk.err("SendMessage", dedup).code, "InvalidParameterValue");
}

/// Members of a message, good and bad.
fn members() -> impl Strategy<Value = Value> {
    let text = |value: &str| json!({"DataType": "String", "StringValue": value});
    let attributes = prop::sample::select(vec![
        json!({}),
        json!({"a": text("v"), "b": {"DataType": "Number", "StringValue": "1.50"}}),
        json!({"a": {"DataType": "Number", "StringValue": "x"}}),
        json!({"AWS.a": text("v")}),
        json!({"a": text("")}),
        json!({"a": {"DataType": "String", "StringListValues": ["v"]}}),
    ]);
    let body = prop::sample::select(vec!["b".to_owned(), String::new(), "\u{1}".to_owned(), "x".repeat(1025)]);
    let delay = prop::sample::select(vec![None, Some(0), Some(3), Some(901), Some(-1)]);
    let group = prop::sample::select(vec![None, Some("g"), Some("g g")]);
    let dedup = prop::option::weighted(0.1, Just("d"));
    (body, delay, attributes, group, dedup).prop_map(|(body, delay, attributes, group, dedup)| {
        json!({"MessageBody": body, "DelaySeconds": delay, "MessageAttributes": attributes, "MessageGroupId": group,
            "MessageDeduplicationId": dedup})
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    /// Whatever is in a batch, each entry fares as it would alone.
    #[test]
    fn an_entry_fares_as_it_would_alone(messages in prop::collection::vec(members(), 1..=10)) {
        let mut desk = Desk::new();
        let one = desk.create("one", json!({"MaximumMessageSize": "1024"}));
        let other = desk.create("other", json!({"MaximumMessageSize": "1024"}));
        let mut entries = Vec::new();
        let mut alone = BTreeMap::new();
        for (place, mut message) in messages.into_iter().enumerate() {
            let id = place.to_string();
            message["Id"] = json!(id);
            entries.push(message.clone());
            message["QueueUrl"] = json!(one);
            alone.insert(id, desk.call("SendMessage", message).map_err(|error| error.code.into_owned()));
        }
        let answer = desk.ok("SendMessageBatch", json!({"QueueUrl": other, "Entries": entries}));
        let list = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
        for sent in list("Successful") {
            let same = alone.remove(sent["Id"].as_str().unwrap()).unwrap().unwrap();
            for digest in ["MD5OfMessageBody", "MD5OfMessageAttributes"] {
                prop_assert_eq!(sent.get(digest), same.get(digest));
            }
        }
        for failed in list("Failed") {
            let code = alone.remove(failed["Id"].as_str().unwrap()).unwrap().unwrap_err();
            prop_assert_eq!(&failed["Code"], &json!(code));
            prop_assert_eq!(&failed["SenderFault"], &json!(true));
        }
        prop_assert!(alone.is_empty(), "not answered: {:?}", alone);
        prop_assert_eq!(desk.counts(&one), desk.counts(&other));
    }
}
