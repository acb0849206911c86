//! A message as it is written down in the archive: everything that SQS said of it, but for the receipt handle, which
//! dies with the message.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::binary;
use crate::model::{AttributeValue, Message, MessageAttribute, MessageId, ReceiptHandle};

/// The form of a record. A record of another form is not read.
const FORM: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Record {
    form: u32,
    id: MessageId,
    body: String,
    md5: String,
    md5_of_attributes: Option<String>,
    system: BTreeMap<String, String>,
    attributes: BTreeMap<String, Attribute>,
}

#[derive(Serialize, Deserialize)]
struct Attribute {
    r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

/// Writes a message.
pub fn write(message: &Message) -> Vec<u8> {
    let attributes = message.attributes.iter().map(|(name, attribute)| {
        let (text, base64) = match &attribute.value {
            AttributeValue::Text(text) => (Some(text.clone()), None),
            AttributeValue::Binary(bytes) => (None, Some(binary::base64(bytes))),
        };
        (name.clone(), Attribute { r#type: attribute.data_type.clone(), text, base64 })
    });
    let record = Record {
        form: FORM,
        id: message.id.clone(),
        body: message.body.clone(),
        md5: message.md5_of_body.clone(),
        md5_of_attributes: message.md5_of_attributes.clone(),
        system: message.system.clone(),
        attributes: attributes.collect(),
    };
    serde_json::to_vec(&record).expect("texts, and maps whose keys are texts, are always JSON")
}

/// Reads what [`write`] wrote; the receipt handle is empty. `None` for anything else.
pub fn read(bytes: &[u8]) -> Option<Message> {
    let record: Record = serde_json::from_slice(bytes).ok()?;
    if record.form != FORM {
        return None;
    }
    let mut attributes = BTreeMap::new();
    for (name, attribute) in record.attributes {
        let value = match (attribute.text, attribute.base64) {
            (Some(text), None) => AttributeValue::Text(text),
            (None, Some(base64)) => AttributeValue::Binary(binary::from_base64(&base64)?),
            _ => return None,
        };
        attributes.insert(name, MessageAttribute { data_type: attribute.r#type, value });
    }
    Some(Message {
        id: record.id,
        receipt_handle: ReceiptHandle::new(""),
        body: record.body,
        md5_of_body: record.md5,
        md5_of_attributes: record.md5_of_attributes,
        system: record.system,
        attributes,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = String> {
        proptest::collection::vec(any::<char>(), 0..40).prop_map(|chars| chars.into_iter().collect())
    }

    fn value() -> impl Strategy<Value = AttributeValue> {
        prop_oneof![
            text().prop_map(AttributeValue::Text),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(AttributeValue::Binary),
        ]
    }

    prop_compose! {
        fn message()(
            id in text(), body in text(), md5 in text(), digest in proptest::option::of(text()),
            system in proptest::collection::btree_map(text(), text(), 0..4),
            attributes in proptest::collection::btree_map(
                text(), (text(), value()).prop_map(|(data_type, value)| MessageAttribute { data_type, value }), 0..4,
            ),
        ) -> Message {
            Message {
                id: MessageId::new(id),
                receipt_handle: ReceiptHandle::new(""),
                body,
                md5_of_body: md5,
                md5_of_attributes: digest,
                system,
                attributes,
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_but_the_handle(message in message()) {
            let received = Message { receipt_handle: ReceiptHandle::new("h"), ..message.clone() };
            prop_assert_eq!(read(&write(&received)), Some(message));
        }

        #[test]
        fn other_bytes_are_no_message(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            prop_assert_eq!(read(&bytes), None);
        }
    }

    #[test]
    fn a_record_of_another_form_is_not_guessed_at() {
        let none = r#"{"id":"a","body":"","md5":"","md5_of_attributes":null,"system":{},"attributes":{}}"#;
        assert_eq!(read(none.as_bytes()), None);
        assert_eq!(read(none.replacen('{', r#"{"form":2,"#, 1).as_bytes()), None);
        assert!(read(none.replacen('{', r#"{"form":1,"#, 1).as_bytes()).is_some());
    }
}
