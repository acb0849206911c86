//! The messages in the answer of a side-effect-free look.
//!
//! Two forms are met: that of the Query protocol written as JSON, with lists of names and values and a single element
//! where a list has one (LocalStack), and that of AWS JSON (`Messages` with maps).

use aws_sdk_sqs::types::{Message as SdkMessage, MessageAttributeValue};
use aws_smithy_types::{Blob, base64};
use serde_json::Value;

use super::super::convert::{self, Read};
use crate::model::Message;

/// The messages, each with its checksums compared; `None` where this is no such answer.
pub(super) fn messages(body: &[u8]) -> Option<Vec<Read<Message>>> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let listed = match (body.pointer("/ReceiveMessageResponse/ReceiveMessageResult"), body.as_object()) {
        (Some(result), _) => several(result.get("Message")),
        (None, Some(members)) if members.is_empty() || members.contains_key("Messages") => {
            several(body.get("Messages"))
        }
        _ => return None,
    };
    listed.into_iter().map(|value| value.is_object().then(|| message(value))).collect()
}

/// All of a list; one value that stands where a list is expected is a list of one.
fn several(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
    }
}

fn message(value: &Value) -> Read<Message> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut message = SdkMessage::builder()
        .set_message_id(text("MessageId"))
        // Nothing was received, so there is no handle that SQS would take.
        .receipt_handle("")
        .set_body(text("Body"))
        .set_md5_of_body(text("MD5OfBody"))
        .set_md5_of_message_attributes(text("MD5OfMessageAttributes"));
    for (name, value) in pairs(value, "Attributes", "Attribute") {
        if let Some(value) = value.as_str() {
            message = message.attributes(name.as_str().into(), value);
        }
    }
    for (name, value) in pairs(value, "MessageAttributes", "MessageAttribute") {
        let text = |member: &str| value.get(member).and_then(Value::as_str);
        let attribute = MessageAttributeValue::builder()
            .data_type(text("DataType").unwrap_or_default())
            .set_string_value(text("StringValue").map(str::to_owned))
            .set_binary_value(text("BinaryValue").and_then(|bytes| base64::decode(bytes).ok()).map(Blob::new));
        message = message.message_attributes(name, attribute.build().expect("the data type is set"));
    }
    convert::message(message.build())
}

/// Names and values: of a map, or of a list of pairs.
fn pairs<'a>(value: &'a Value, map: &str, list: &str) -> Vec<(String, &'a Value)> {
    if let Some(map) = value.get(map).and_then(Value::as_object) {
        return map.iter().map(|(name, value)| (name.clone(), value)).collect();
    }
    let pair = |pair: &'a Value| Some((pair.get("Name")?.as_str()?.to_owned(), pair.get("Value")?));
    several(value.get(list)).into_iter().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::AttributeValue;
    use crate::server::sqs::error::MD5_MISMATCH;

    fn read(body: &Value) -> Option<Vec<Read<Message>>> {
        messages(body.to_string().as_bytes())
    }

    fn all(body: &Value) -> Vec<Message> {
        read(body).unwrap().into_iter().map(Result::unwrap).collect()
    }

    #[test]
    fn the_query_form_is_read_with_one_message_and_with_several() {
        let one = json!({"MessageId": "a", "Body": "hello", "MD5OfBody": "5d41402abc4b2a76b9719d911017c592",
            "Attribute": [{"Name": "SentTimestamp", "Value": "5"}, {"Name": "Surprise", "Value": "x"}],
            "MessageAttribute": {"Name": "n", "Value": {"DataType": "Binary", "BinaryValue": "AAE="}},
            "ReceiptHandle": "SQS/BACKDOOR/ACCESS"});
        let around = |message: Value| json!({"ReceiveMessageResponse": {"ReceiveMessageResult": {"Message": message}}});
        let single = all(&around(one.clone()));
        assert_eq!((single[0].id.as_str(), single[0].body.as_str()), ("a", "hello"));
        assert_eq!(single[0].receipt_handle.as_str(), "", "nobody received it");
        assert_eq!((single[0].sent_at(), single[0].system["Surprise"].as_str()), (Some(5), "x"));
        assert_eq!(single[0].attributes["n"].value, AttributeValue::Binary(vec![0, 1]));
        assert_eq!(all(&around(json!([one, one]))).len(), 2);
        for nothing in [json!({"ReceiveMessageResponse": {"ReceiveMessageResult": {}}}), around(Value::Null)] {
            assert_eq!(all(&nothing), []);
        }
    }

    #[test]
    fn the_json_form_is_read() {
        let body = json!({"Messages": [{"MessageId": "a", "Body": "hello", "MD5OfBody": "5d41402abc4b2a76b9719d911017c592",
            "Attributes": {"ApproximateReceiveCount": "0"},
            "MessageAttributes": {"n": {"DataType": "Number", "StringValue": "1"}}}]});
        let message = &all(&body)[0];
        assert_eq!(message.system["ApproximateReceiveCount"], "0");
        assert_eq!(message.attributes["n"].value, AttributeValue::Text("1".into()));
        assert_eq!((all(&json!({"Messages": null})), all(&json!({}))), (vec![], vec![]));
    }

    #[test]
    fn another_answer_is_not_taken_for_an_empty_queue() {
        for other in [json!([]), json!({"status": "ready"}), json!("x"), json!({"Messages": ["x"]})] {
            assert!(read(&other).is_none(), "{other}");
        }
        assert!(messages(b"<html>").is_none());
        let damaged =
            json!({"Messages": [{"MessageId": "a", "Body": "other", "MD5OfBody": "5d41402abc4b2a76b9719d911017c592"}]});
        assert_eq!(read(&damaged).unwrap(), [Err(MD5_MISMATCH)]);
    }
}
