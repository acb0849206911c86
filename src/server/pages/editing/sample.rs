//! A message beside its copy: where their bodies differ, and what else does.

use std::time::Duration;

use leptos::prelude::*;

use crate::model::edit::lines::plain;
use crate::model::{Draft, Message, json, words};
use crate::server::pages::messages::difference::{self, SIDES, Sides};
use crate::server::services::messages::difference::{Difference, Said, attributes};
use crate::server::services::messages::layers::{is_xml, peel};
use crate::ui::parts::{Notice, Tone};

/// The two sides of an edit.
const EDIT: Sides = Sides { first: "Original", second: "Copy", gone: "removed", come: "added", ..SIDES };

/// What a copy would be as a message.
pub(super) fn copy(original: &Message, draft: &Draft) -> Message {
    let mut copy = Message { body: draft.body.clone(), attributes: draft.attributes.clone(), ..original.clone() };
    for (name, value) in [("MessageGroupId", &draft.group_id), ("AWSTraceHeader", &draft.trace_header)] {
        match value {
            Some(value) => copy.system.insert(name.to_owned(), value.clone()),
            None => copy.system.remove(name),
        };
    }
    copy
}

/// How two bodies differ, with a sentence about it. They are compared as they are written where both have lines, else
/// laid out: a body of one line would differ as a whole.
pub(super) fn bodies(original: &Message, draft: &Draft, raw: bool, within: Duration) -> (Difference, String) {
    if original.body == draft.body {
        return (Difference::default(), "The body is not changed.".to_owned());
    }
    let [first, second] = [original.body.as_str(), draft.body.as_str()]
        .map(|body| if raw { plain(body) } else { peel(body, &original.attributes).0[0].shown().text });
    let found = Difference::of(&first, &second, within);
    let truth = if found.is_none() {
        "Only white space or line ends differ.".to_owned()
    } else {
        let lines = |n: usize| words::plural(n as u64, "line", "lines");
        format!("{} removed (−), {} added (+)", lines(found.gone), lines(found.come))
    };
    (found, truth)
}

/// What is said of both under one name, that which differs; nothing where nothing does.
pub(super) fn around(original: &Message, draft: &Draft) -> Option<AnyView> {
    let copy = copy(original, draft);
    let system = |name: &str, label: &str| Said {
        name: label.to_owned(),
        first: original.system.get(name).cloned(),
        second: copy.system.get(name).cloned(),
    };
    let mut all = attributes(original, &copy);
    all.push(system("MessageGroupId", "Message group id"));
    all.push(system("AWSTraceHeader", "Trace header"));
    all.retain(|said| said.first != said.second);
    (!all.is_empty()).then(|| difference::table("Attributes that differ", all, &EDIT).into_any())
}

/// Where a body was JSON or XML and its copy is not.
pub(super) fn broken(original: &Message, draft: &Draft) -> Option<AnyView> {
    let (title, place) = if json::is_meant(&original.body) && json::check(&original.body).is_ok() {
        let fault = json::check(&draft.body).err()?;
        let (line, column) = fault.place(&draft.body);
        ("The copy is no JSON any more", Some(format!("Line {line}, column {column}: {}", fault.sentence)))
    } else if is_xml(&original.body) && !is_xml(&draft.body) {
        ("The copy is no well-formed XML any more", None)
    } else {
        return None;
    };
    let view = view! {
        <Notice tone=Tone::Warn title>
            {place.map(|place| view! { <p>{place}</p> })}
            <p>"SQS takes any text. Whether its consumer does is another matter."</p>
        </Notice>
    };
    Some(view.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MessageId;

    const SOON: Duration = Duration::from_millis(200);

    fn pair(original: &str, copy: &str) -> (Message, Draft) {
        let message = Message { body: original.into(), ..Message::outline(MessageId::new("m")) };
        let draft = Draft { body: copy.into(), ..Draft::copy_of(&message) };
        (message, draft)
    }

    #[test]
    fn a_body_of_one_line_is_compared_laid_out() {
        let (message, draft) = pair(r#"{"a":1,"b":2}"#, r#"{"a":1,"b":3}"#);
        let (found, truth) = bodies(&message, &draft, false, SOON);
        assert_eq!((found.gone, found.come), (1, 1));
        assert!(truth.contains("removed"), "{truth}");
        let (message, draft) = pair(r#"{"a":1}"#, r#"{"a": 1}"#);
        assert!(bodies(&message, &draft, false, SOON).1.starts_with("Only white space"));
        assert_eq!(bodies(&message, &draft, true, SOON).0.gone, 1, "as it is written it differs");
        assert!(bodies(&message, &Draft::copy_of(&message), false, SOON).1.contains("not changed"));
    }

    #[test]
    fn json_that_breaks_is_said_and_text_is_not() {
        let broken = |original: &str, copy: &str| {
            let (message, draft) = pair(original, copy);
            super::broken(&message, &draft).is_some()
        };
        assert!(broken("{}", "{") && broken("[1]", "hello"));
        assert!(broken("<a/>", "<a>") && !broken("<a>", "<b") && !broken("<a/>", "<b>x</b>"));
        assert!(!broken("{", "{{") && !broken("hello", "{") && !broken("{}", "[]"));
    }
}
