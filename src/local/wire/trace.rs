//! The X-Ray trace header of an HTTP request. SQS hands it on with the messages that the request sends, unless the sender
//! gave them one (API reference, "SendMessage", `MessageSystemAttributes`; as recorded, the receiver finds it in
//! `AWSTraceHeader`).

use http::HeaderMap;
use serde_json::{Value, json};

use super::Call;

const HEADER: &str = "x-amzn-trace-id";
const ATTRIBUTE: &str = "AWSTraceHeader";

/// Adds the header of a request to what it sends.
pub fn hand_on(headers: &HeaderMap, call: &mut Call) {
    let Some(trace) = headers.get(HEADER).and_then(|value| value.to_str().ok()).filter(|trace| !trace.is_empty())
    else {
        return;
    };
    match call.operation.as_str() {
        "SendMessage" => add(trace, &mut call.body),
        "SendMessageBatch" => {
            let entries = call.body.get_mut("Entries").and_then(Value::as_array_mut);
            entries.into_iter().flatten().for_each(|entry| add(trace, entry));
        }
        _ => {}
    }
}

fn add(trace: &str, message: &mut Value) {
    let Some(members) = message.as_object_mut() else {
        return;
    };
    let attributes = members.entry("MessageSystemAttributes").or_insert(Value::Null);
    if attributes.is_null() {
        *attributes = json!({});
    }
    // What is no map is refused later.
    if let Some(attributes) = attributes.as_object_mut() {
        attributes.entry(ATTRIBUTE).or_insert_with(|| json!({"DataType": "String", "StringValue": trace}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handed_on(operation: &str, body: Value) -> Value {
        let headers = HeaderMap::from_iter([(HEADER.parse().unwrap(), "Root=1".parse().unwrap())]);
        let mut call = Call { operation: operation.to_owned(), body };
        hand_on(&headers, &mut call);
        call.body
    }

    #[test]
    fn a_message_gets_the_header_unless_it_has_one() {
        let trace = |value: &str| json!({ATTRIBUTE: {"DataType": "String", "StringValue": value}});
        assert_eq!(handed_on("SendMessage", json!({}))["MessageSystemAttributes"], trace("Root=1"));
        let null = json!({"MessageSystemAttributes": null});
        assert_eq!(handed_on("SendMessage", null)["MessageSystemAttributes"], trace("Root=1"));
        let own = json!({"MessageSystemAttributes": trace("Root=2")});
        assert_eq!(handed_on("SendMessage", own.clone()), own);
        let batch = handed_on("SendMessageBatch", json!({"Entries": [{}, own, "strange"]}));
        assert_eq!(batch["Entries"][0]["MessageSystemAttributes"], trace("Root=1"));
        assert_eq!(batch["Entries"][1]["MessageSystemAttributes"], trace("Root=2"));
        assert_eq!(handed_on("ReceiveMessage", json!({})), json!({}));
        let wrong = json!({"MessageSystemAttributes": []});
        assert_eq!(handed_on("SendMessage", wrong.clone()), wrong);
    }
}
