//! What the dials read in a request, and change in the words of a request and of an answer.

use serde_json::{Value, json};

use super::plan::Failing;
use super::rule::share;
use crate::local::core::{ApiError, mix};

/// The queue a request is about, by name, as far as its members say.
pub fn queue_of(body: &Value) -> Option<&str> {
    let member = |name: &str| body.get(name).and_then(Value::as_str);
    member("QueueUrl")
        .and_then(|url| url.rsplit('/').next())
        .or_else(|| member("QueueName"))
        .or_else(|| member("SourceArn").and_then(|arn| arn.rsplit(':').next()))
}

/// The receipt handles in a request, of itself and of its entries.
pub fn handles_of(body: &Value) -> Vec<String> {
    let entries = body.get("Entries").and_then(Value::as_array).into_iter().flatten();
    let handle = |part: &Value| Some(part.get("ReceiptHandle")?.as_str()?.to_owned());
    std::iter::once(body).chain(entries).filter_map(handle).collect()
}

/// Takes the entries that are to fail out of a batch; answers the results they get.
pub fn take_failing_entries(body: &mut Value, failing: &Failing) -> Vec<Value> {
    let Some(entries) = body.get_mut("Entries").and_then(Value::as_array_mut) else {
        return Vec::new();
    };
    let error = ApiError::named(&failing.code, "The dials say so.");
    let named = |entry: &Value| {
        let id = entry.get("Id").and_then(Value::as_str);
        failing.ids.is_empty() || id.is_some_and(|id| failing.ids.iter().any(|fails| fails == id))
    };
    let mut draw = failing.draw;
    let mut failed = Vec::new();
    entries.retain(|entry| {
        draw = mix(draw);
        let fails = named(entry) && failing.chance.is_none_or(|chance| share(draw) < chance);
        if fails {
            failed.push(json!({
                "Id": entry["Id"],
                "SenderFault": error.sender_fault(),
                "Code": error.code,
                "Message": error.message,
            }));
        }
        !fails
    });
    failed
}

/// Falsifies digests in an answer: those of bodies, those of attributes, or both.
pub fn falsify_md5(answer: &mut Value, bodies: bool, attributes: bool) {
    match answer {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                match name.as_str() {
                    "MD5OfMessageBody" | "MD5OfBody" if bodies => *value = "0".repeat(32).into(),
                    "MD5OfMessageAttributes" | "MD5OfMessageSystemAttributes" if attributes => {
                        *value = "0".repeat(32).into();
                    }
                    _ => falsify_md5(value, bodies, attributes),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|part| falsify_md5(part, bodies, attributes)),
        _ => {}
    }
}

/// How many messages a receive asks for.
pub fn most(body: &Value) -> usize {
    let most = body.get("MaxNumberOfMessages").and_then(Value::as_u64).unwrap_or(1);
    usize::try_from(most).unwrap_or(usize::MAX)
}

/// Makes a receive ask for as many messages as can be handed out twice.
pub fn ask_for_half(body: &mut Value) {
    if body.get("MaxNumberOfMessages").is_some_and(Value::is_number) {
        body["MaxNumberOfMessages"] = json!(most(body).div_ceil(2));
    }
}

/// Puts messages into the answer of a receive a second time, up to `most` in all; answers their ids.
pub fn repeat(answer: &mut Value, most: usize) -> Vec<String> {
    let Some(messages) = answer.get_mut("Messages").and_then(Value::as_array_mut) else {
        return Vec::new();
    };
    let again: Vec<_> = messages.iter().take(most.saturating_sub(messages.len())).cloned().collect();
    let ids = again.iter().filter_map(|message| Some(message.get("MessageId")?.as_str()?.to_owned())).collect();
    messages.extend(again);
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failing_entries_leave_the_batch() {
        let mut body = json!({"Entries": [{"Id": "a"}, {"Id": "b"}]});
        let mut failing = Failing { ids: vec!["b".into()], code: "InternalError".into(), chance: None, draw: 1 };
        let failed = take_failing_entries(&mut body, &failing);
        assert_eq!(body, json!({"Entries": [{"Id": "a"}]}));
        assert_eq!((failed[0]["Id"].as_str(), failed[0]["SenderFault"].as_bool()), (Some("b"), Some(false)));
        failing = Failing { ids: vec![], chance: Some(0.5), ..failing };
        let many: Vec<_> = (0..1000).map(|id| json!({"Id": id.to_string()})).collect();
        let left = |failing: &Failing| {
            let mut body = json!({"Entries": many});
            take_failing_entries(&mut body, failing);
            body["Entries"].as_array().unwrap().len()
        };
        assert!((400..600).contains(&left(&failing)), "{}", left(&failing));
        assert_eq!(left(&failing), left(&failing), "repeatable");
    }

    #[test]
    fn digests_of_bodies_and_of_attributes_are_two_things() {
        let answer = json!({"Messages": [{"MD5OfBody": "a", "MD5OfMessageAttributes": "b", "Body": "c"}]});
        for (bodies, attributes) in [(true, false), (false, true)] {
            let mut false_answer = answer.clone();
            falsify_md5(&mut false_answer, bodies, attributes);
            let message = &false_answer["Messages"][0];
            assert_eq!((message["MD5OfBody"] != "a", message["MD5OfMessageAttributes"] != "b"), (bodies, attributes));
            assert_eq!(message["Body"], "c");
        }
    }

    #[test]
    fn a_repeated_message_takes_only_the_room_there_is() {
        let mut body = json!({"MaxNumberOfMessages": 3});
        ask_for_half(&mut body);
        assert_eq!(most(&body), 2);
        let mut answer = json!({"Messages": [{"MessageId": "a"}, {"MessageId": "b"}]});
        assert_eq!(repeat(&mut answer, 3), ["a"]);
        assert_eq!(answer["Messages"].as_array().unwrap().len(), 3);
        assert_eq!(repeat(&mut json!({}), 3), Vec::<String>::new());
    }

    #[test]
    fn the_queue_is_read_from_what_names_it() {
        assert_eq!(queue_of(&json!({"QueueUrl": "http://h/0/q"})), Some("q"));
        assert_eq!(queue_of(&json!({"QueueName": "q"})), Some("q"));
        assert_eq!(queue_of(&json!({"SourceArn": "arn:aws:sqs:r:0:q"})), Some("q"));
        assert_eq!(handles_of(&json!({"Entries": [{"ReceiptHandle": "a"}, {}]})), ["a"]);
    }
}
