//! The form that edits one message. What is sent is the message with what was changed; what a form cannot send – line
//! ends, bytes – stays as it was where nobody touched it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::send::{AttributeRow, Kind, SendForm};
use super::{Invalid, queue};
use crate::model::edit::lines;
use crate::model::{AttributeValue, Attributes, Draft, Message, MessageAttribute, QueueKind, QueueName, binary, words};

/// The form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditForm {
    /// The message that is edited.
    pub message: String,
    /// Connection, queue, body, group, trace header and attributes, as in the form that sends a message.
    pub fields: SendForm,
    /// Present where group and trace header may be changed.
    pub sensitive: String,
    /// `home`: to the queue where it failed; `queue`: to [`Self::target`].
    pub route: String,
    /// A queue.
    pub target: String,
    /// Present where the original stays.
    pub keep: String,
    /// The list that the message was opened from, which the answer leads back to.
    pub list: String,
}

/// What is to be sent in place of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// What is sent.
    pub draft: Draft,
    /// Whether it differs from the message.
    pub changed: bool,
}

impl EditForm {
    /// The form of a message that nobody has changed yet.
    pub fn of(connection: &str, queue: &QueueName, message: &Message) -> Self {
        Self {
            message: message.id.to_string(),
            fields: SendForm {
                connection: connection.to_owned(),
                queue: queue.to_string(),
                body: message.body.clone(),
                group: message.group_id().unwrap_or_default().to_owned(),
                trace: message.trace_header().unwrap_or_default().to_owned(),
                attributes: message.attributes.iter().map(|(name, attribute)| row(name, attribute)).collect(),
                ..SendForm::default()
            },
            route: if message.source().is_some() { "home" } else { "queue" }.to_owned(),
            ..Self::default()
        }
    }

    /// Takes one field of the posted form. What the form does not have is dropped.
    pub fn take(&mut self, name: &str, value: String) {
        let slot = match name {
            "message" => &mut self.message,
            "sensitive" => &mut self.sensitive,
            "route" => &mut self.route,
            "target" => &mut self.target,
            "keep" => &mut self.keep,
            "list" => &mut self.list,
            _ => return self.fields.take(name, value),
        };
        *slot = value;
    }

    /// Where the copy goes.
    pub fn destination(&self, message: &Message) -> Result<QueueName, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let own = |name: &QueueName| name.as_str() == self.fields.queue;
        let to = match self.route.as_str() {
            "home" => {
                let home = message.source().map(|source| source.name());
                if home.is_none() {
                    invalid.push(Invalid::new("route", "The message does not say where it failed. Name a queue."));
                }
                home
            }
            "queue" if self.target.trim().is_empty() => {
                invalid.push(Invalid::new("target", "Name the queue that the copy goes to."));
                None
            }
            "queue" => queue(self.target.trim(), "target", &mut invalid),
            _ => {
                invalid.push(Invalid::new("route", "Choose where the copy goes."));
                None
            }
        };
        if to.as_ref().is_some_and(own) {
            invalid.push(Invalid::new("target", "The message is in this queue already. Name another one."));
        }
        if invalid.is_empty() { to.ok_or(invalid) } else { Err(invalid) }
    }

    /// Whether the original stays.
    pub fn keeps(&self) -> bool {
        !self.keep.is_empty()
    }

    /// Reads the form for a destination with these attributes.
    pub fn parse(&self, message: &Message, destination: &Attributes) -> Result<Edited, Vec<Invalid>> {
        let mut invalid = Vec::new();
        let typed = SendForm { body: lines::restore(&message.body, &self.fields.body), ..self.fields.clone() };
        typed.check_body(&mut invalid);
        let fifo = destination.kind() == QueueKind::Fifo;
        let (group_id, trace_header) = if self.sensitive.is_empty() {
            let group = message.group_id().map(str::to_owned);
            if group.is_none() && fifo {
                let sentence =
                    "The destination is a FIFO queue, and the message has no group. Unlock this to give it one.";
                invalid.push(Invalid::new("sensitive", sentence));
            }
            (group, message.trace_header().map(str::to_owned))
        } else {
            (typed.group(fifo, &mut invalid), self.trace(&typed, message, &mut invalid))
        };
        let attributes = self.attributes(message, &mut invalid);
        let draft = Draft { body: typed.body, delay: None, group_id, deduplication_id: None, attributes, trace_header };
        let (size, most) = (draft.size() as u64, u64::from(destination.maximum_message_size));
        if size > most {
            let with = if draft.attributes.is_empty() { "" } else { " with its attributes" };
            let (size, most) = (words::plural(size, "byte", "bytes"), words::bytes(most));
            let sentence = format!("The copy has {size}{with}; the destination takes at most {most}.");
            invalid.push(Invalid::new("body", sentence));
        }
        let changed = draft != Draft::copy_of(message);
        if invalid.is_empty() { Ok(Edited { draft, changed }) } else { Err(invalid) }
    }

    /// A header that nobody touched is not looked at: SQS took it once.
    fn trace(&self, typed: &SendForm, message: &Message, invalid: &mut Vec<Invalid>) -> Option<String> {
        let was = message.trace_header();
        if was == Some(&*self.fields.trace) { was.map(str::to_owned) } else { typed.trace(invalid) }
    }

    fn attributes(&self, message: &Message, invalid: &mut Vec<Invalid>) -> BTreeMap<String, MessageAttribute> {
        let mut attributes = BTreeMap::new();
        for (index, typed) in self.fields.attributes.iter().enumerate().filter(|(_, row)| !row.is_empty()) {
            let original = message.attributes.get(&typed.name);
            let attribute = match original.filter(|original| is_untouched(typed, original)) {
                Some(original) => Some(original.clone()),
                None => restored(typed, original).parse(index, invalid),
            };
            let Some(attribute) = attribute else { continue };
            if attributes.insert(typed.name.clone(), attribute).is_some() {
                let sentence = "Another row has this name; a message has each attribute once.";
                invalid.push(Invalid::new(AttributeRow::field(index, "name"), sentence));
            }
        }
        attributes
    }
}

/// An attribute as a row of the form.
fn row(name: &str, attribute: &MessageAttribute) -> AttributeRow {
    let (stem, label) = attribute.data_type.split_once('.').unwrap_or((&attribute.data_type, ""));
    let (kind, value) = match &attribute.value {
        AttributeValue::Binary(bytes) => (Kind::Base64, binary::base64(bytes)),
        AttributeValue::Text(text) if stem == "Number" => (Kind::Number, text.clone()),
        AttributeValue::Text(text) => (Kind::String, text.clone()),
    };
    AttributeRow { name: name.to_owned(), kind: kind.key().to_owned(), label: label.to_owned(), value }
}

/// Whether a row is what the form sends where nobody changed it.
fn is_untouched(typed: &AttributeRow, original: &MessageAttribute) -> bool {
    let row = row(&typed.name, original);
    (&row.kind, &row.label) == (&typed.kind, &typed.label) && lines::plain(&row.value) == lines::plain(&typed.value)
}

/// A row with the line ends of the original.
fn restored(typed: &AttributeRow, original: Option<&MessageAttribute>) -> AttributeRow {
    let mut row = typed.clone();
    if let Some(AttributeValue::Text(text)) = original.map(|original| &original.value) {
        row.value = lines::restore(text, &row.value);
    }
    row
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::queue::FifoSettings;
    use crate::model::{MessageId, ReceiptHandle};

    fn message(body: &str) -> Message {
        let attribute = |data_type: &str, value| MessageAttribute { data_type: data_type.into(), value };
        let text = |text: &str| AttributeValue::Text(text.into());
        let system = [
            ("MessageGroupId", "g1"),
            ("MessageDeduplicationId", "d1"),
            ("AWSTraceHeader", "not an X-Ray header"),
            ("DeadLetterQueueSourceArn", "arn:aws:sqs:us-east-1:000000000000:orders"),
        ];
        Message {
            body: body.into(),
            receipt_handle: ReceiptHandle::new("r"),
            system: system.map(|(name, value)| (name.into(), value.into())).into(),
            attributes: BTreeMap::from([
                ("lines".into(), attribute("String.multi.line", text("a\r\nb\rc"))),
                ("number".into(), attribute("Number.int", text("1.50"))),
                ("raw".into(), attribute("Binary", AttributeValue::Binary(vec![0, 255]))),
            ]),
            ..Message::outline(MessageId::new("m-1"))
        }
    }

    fn form(message: &Message) -> EditForm {
        EditForm::of("local", &"orders-dlq".parse().unwrap(), message)
    }

    /// As a browser sends it.
    fn sent(form: &EditForm) -> EditForm {
        let mut sent = EditForm { fields: SendForm::default(), ..form.clone() };
        let lines = |text: &str| lines::plain(text).replace('\n', "\r\n");
        sent.take("body", lines(&form.fields.body));
        for (name, value) in [("group", &form.fields.group), ("trace", &form.fields.trace)] {
            sent.take(name, value.clone());
        }
        sent.take("queue", form.fields.queue.clone());
        for (index, row) in form.fields.attributes.iter().enumerate() {
            for (part, value) in
                [("name", &row.name), ("kind", &row.kind), ("label", &row.label), ("value", &row.value)]
            {
                sent.take(&AttributeRow::field(index, part), lines(value));
            }
        }
        sent
    }

    #[test]
    fn what_nobody_changed_is_sent_as_it_was() {
        let message = message("a\r\nb\r");
        for sensitive in ["", "on"] {
            let form = EditForm { sensitive: sensitive.into(), ..sent(&form(&message)) };
            let edited = form.parse(&message, &Attributes::default()).unwrap();
            assert_eq!(edited, Edited { draft: Draft::copy_of(&message), changed: false });
        }
    }

    #[test]
    fn what_is_locked_stays_and_what_is_unlocked_is_checked() {
        let message = message("a");
        let mut form = sent(&form(&message));
        (form.fields.group, form.fields.trace) = ("g 2".into(), "nonsense".into());
        let edited = form.parse(&message, &Attributes::default()).unwrap();
        assert_eq!(edited.draft.group_id.as_deref(), Some("g1"));
        assert!(!edited.changed);
        form.sensitive = "on".into();
        let wrong: Vec<_> = form.parse(&message, &Attributes::default()).unwrap_err();
        assert_eq!(wrong.iter().map(|invalid| &*invalid.field).collect::<Vec<_>>(), ["group", "trace"]);
        (form.fields.group, form.fields.trace) = ("g2".into(), String::new());
        let draft = form.parse(&message, &Attributes::default()).unwrap().draft;
        assert_eq!((draft.group_id.as_deref(), draft.trace_header, draft.deduplication_id), (Some("g2"), None, None));
    }

    #[test]
    fn the_destination_decides_what_is_wrong() {
        let mut message = message("hello");
        message.system.remove("MessageGroupId");
        let fifo = Attributes { fifo: Some(FifoSettings::default()), ..Attributes::default() };
        let form = sent(&form(&message));
        assert_eq!(form.parse(&message, &fifo).unwrap_err()[0].field, "sensitive");
        let small = Attributes { maximum_message_size: 40, ..Attributes::default() };
        assert!(form.parse(&message, &small).unwrap_err()[0].sentence.contains("with its attributes"));
        let empty = EditForm { fields: SendForm { body: String::new(), ..form.fields.clone() }, ..form };
        assert_eq!(empty.parse(&message, &Attributes::default()).unwrap_err()[0].field, "body");
    }

    #[test]
    fn rows_are_changed_added_and_left_out() {
        let message = message("a");
        let mut form = sent(&form(&message));
        form.fields.attributes[0].value = "a\nb\nx".into();
        form.fields.attributes[1] = AttributeRow::default();
        let new = AttributeRow { name: "new".into(), value: "1".into(), ..AttributeRow::default() };
        form.fields.attributes.push(new);
        let draft = form.parse(&message, &Attributes::default()).unwrap().draft;
        assert_eq!(draft.attributes.keys().collect::<Vec<_>>(), ["lines", "new", "raw"]);
        assert_eq!(draft.attributes["lines"].value, AttributeValue::Text("a\r\nb\rx".into()));
        assert_eq!(draft.attributes["raw"], message.attributes["raw"]);
        form.fields.attributes[3].name = "raw".into();
        assert_eq!(form.parse(&message, &Attributes::default()).unwrap_err()[0].field, "attribute-3-name");
    }

    #[test]
    fn it_goes_home_or_to_another_queue_but_not_where_it_is() {
        let message = message("a");
        let to = |route: &str, target: &str| {
            let form = EditForm { route: route.into(), target: target.into(), ..form(&message) };
            form.destination(&message).map(|to| to.to_string()).map_err(|invalid| invalid[0].field.clone())
        };
        assert_eq!(to("home", "?"), Ok("orders".into()));
        assert_eq!(to("queue", " other "), Ok("other".into()));
        assert_eq!(to("queue", ""), Err("target".into()));
        assert_eq!(to("queue", "orders-dlq"), Err("target".into()));
        assert_eq!(to("", ""), Err("route".into()));
        let form = EditForm::of("local", &"q".parse().unwrap(), &Message::outline(MessageId::new("m")));
        assert_eq!((form.route.as_str(), form.fields.group.as_str()), ("queue", ""));
    }

    proptest! {
        /// Whatever is in a message comes through the form byte for byte.
        #[test]
        fn nothing_is_lost_on_the_way(body in "[a\r\n\u{9}é☃<&\"]{1,12}", value in "[a\r\n é]{1,8}", bytes in prop::collection::vec(any::<u8>(), 1..9)) {
            let mut message = message(&body);
            message.attributes.get_mut("lines").unwrap().value = AttributeValue::Text(value);
            message.attributes.get_mut("raw").unwrap().value = AttributeValue::Binary(bytes);
            let edited = sent(&form(&message)).parse(&message, &Attributes::default()).unwrap();
            prop_assert_eq!(edited.draft, Draft::copy_of(&message));
        }
    }
}
