//! What a queue would refuse, found before it is asked: the rules are those of the form that sends one message.

use super::Fault;
use crate::model::form::send::{AttributeRow, Kind, SendForm};
use crate::model::limits::MESSAGE_ATTRIBUTES;
use crate::model::{AttributeValue, Attributes, Message, MessageAttribute, QueueKind, binary};

/// What a queue takes.
pub struct Takes<'a>(&'a Attributes);

impl<'a> Takes<'a> {
    /// Of the queue with these attributes.
    pub fn new(queue: &'a Attributes) -> Self {
        Self(queue)
    }

    /// Why it would refuse a message, if it would. Every message gets a deduplication id that it takes.
    pub fn refuses(&self, message: &Message) -> Option<Fault> {
        let mut sentences = Vec::new();
        if message.attributes.len() > MESSAGE_ATTRIBUTES {
            let count = message.attributes.len();
            sentences
                .push(format!("A message has at most {MESSAGE_ATTRIBUTES} message attributes; this one has {count}."));
        }
        let rows: Vec<Option<AttributeRow>> = message.attributes.iter().map(|(name, value)| row(name, value)).collect();
        let untyped = rows.iter().enumerate().filter(|(_, row)| row.is_none());
        sentences.extend(untyped.map(|(at, _)| {
            format!("Message attribute {}: it needs a name, and a value of its type: String, Number or Binary.", at + 1)
        }));
        let deduplication = if self.0.kind() == QueueKind::Fifo { "given" } else { "" };
        let form = SendForm {
            body: message.body.clone(),
            group: message.group_id().unwrap_or_default().to_owned(),
            deduplication: deduplication.to_owned(),
            trace: message.system.get("AWSTraceHeader").cloned().unwrap_or_default(),
            // The place of a row is the number of its attribute; one without a type counts as one without a name.
            attributes: rows.into_iter().map(Option::unwrap_or_default).collect(),
            ..SendForm::default()
        };
        if let Err(invalid) = form.parse(self.0) {
            sentences.extend(invalid.into_iter().map(|invalid| said(&invalid.field, invalid.sentence)));
        }
        (!sentences.is_empty()).then_some(Fault::Refused(sentences))
    }
}

/// An attribute as the form would have it; `None` where its data type is none, or not of its value.
fn row(name: &str, attribute: &MessageAttribute) -> Option<AttributeRow> {
    let (base, label) = match attribute.data_type.split_once('.') {
        _ if name.is_empty() => return None,
        Some((_, "")) => return None,
        Some((base, label)) => (base, label),
        None => (attribute.data_type.as_str(), ""),
    };
    let (kind, value) = match (base, &attribute.value) {
        ("String", AttributeValue::Text(text)) => (Kind::String, text.clone()),
        ("Number", AttributeValue::Text(text)) => (Kind::Number, text.clone()),
        ("Binary", AttributeValue::Binary(bytes)) => (Kind::Base64, binary::base64(bytes)),
        _ => return None,
    };
    // The form asks for a plain suffix; SQS decides about any other. It counts by its bytes all the same.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let label = label.bytes().map(|byte| if plain(byte) { char::from(byte) } else { 'x' }).collect();
    Some(AttributeRow { name: name.to_owned(), kind: kind.key().to_owned(), label, value })
}

/// A sentence of the form where no field stands beside it.
fn said(field: &str, sentence: String) -> String {
    let place = field.strip_prefix("attribute-").and_then(|rest| rest.split('-').next()?.parse::<usize>().ok());
    match place {
        Some(at) => format!("Message attribute {}: {sentence}", at + 1),
        None if field == "trace" => format!("AWSTraceHeader: {sentence}"),
        None => sentence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::services::messages::export::tests::letter;

    fn queue(name: &str, size: u32) -> Attributes {
        let fifo = name.ends_with(".fifo").then(Default::default);
        Attributes { maximum_message_size: size, fifo, ..Attributes::default() }
    }

    fn refused(queue: &Attributes, change: impl FnOnce(&mut Message)) -> String {
        let mut message = letter("m", "body");
        change(&mut message);
        Takes::new(queue).refuses(&message).map(|fault| fault.sentence()).unwrap_or_default()
    }

    fn attribute(message: &mut Message, name: &str, data_type: &str, value: AttributeValue) {
        message.attributes.insert(name.into(), MessageAttribute { data_type: data_type.into(), value });
    }

    #[test]
    fn every_reason_is_said_before_the_queue_is_asked() {
        let (standard, fifo) = (queue("orders", 1_024), queue("orders.fifo", 1_024));
        let text = |text: &str| AttributeValue::Text(text.into());
        assert_eq!(refused(&standard, |_| ()), "");
        assert!(refused(&fifo, |_| ()).contains("needs a message group"));
        assert_eq!(refused(&fifo, |m| drop(m.system.insert("MessageGroupId".into(), "g".into()))), "");
        assert!(refused(&standard, |m| m.body = "x".repeat(1_025)).contains("takes at most"));
        assert!(refused(&standard, |m| m.body = String::new()).contains("needs a body"));
        assert!(refused(&standard, |m| m.body = "a\u{0}".into()).contains("U+0000"));
        for (name, data_type, value, said) in [
            ("a b", "String", text("x"), "Message attribute 1: A name has only"),
            ("", "String", text(""), "Message attribute 1: it needs"),
            ("a", "Text", text("x"), "Message attribute 1: it needs"),
            ("a", "String.", text("x"), "Message attribute 1: it needs"),
            ("a", "Binary", text("x"), "Message attribute 1: it needs"),
            ("a", "Number", text("x"), "Message attribute 1: A number reads"),
            ("a", "String", text(""), "Message attribute 1: SQS takes no attribute with an empty value"),
            ("a", "Binary", AttributeValue::Binary(Vec::new()), "Message attribute 1: "),
            ("a", "String.my.type", text("x"), ""),
            ("a", "String.my type/é", text("x"), ""),
            ("a", "Number", text("-1e5"), ""),
            ("a", "Binary.png", AttributeValue::Binary(vec![0]), ""),
        ] {
            let sentence = refused(&standard, |m| attribute(m, name, data_type, value));
            assert!(
                sentence.starts_with(said) && sentence.is_empty() == said.is_empty(),
                "{name} {data_type}: {sentence}"
            );
        }
        let many = refused(&standard, |m| (0..11).for_each(|n| attribute(m, &format!("a{n}"), "String", text("x"))));
        assert!(many.contains("at most 10 message attributes; this one has 11"), "{many}");
    }
}
