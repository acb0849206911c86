//! The AWS Query protocol's answers: XML in the namespace of SQS's version 2012-11-05.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use serde_json::Value;

use super::model::{self, Kind, Member};
use crate::local::core::ApiError;

/// What answers are.
pub const CONTENT_TYPE: &str = "text/xml";
/// The answer to a request that names no action.
pub const NO_OPERATION: &[u8] = b"<UnknownOperationException/>\n";

const NAMESPACE: (&str, &str) = ("xmlns", "http://queue.amazonaws.com/doc/2012-11-05/");
/// What SQS says of a missing queue in this protocol alone.
const NO_QUEUE: &str = "The specified queue does not exist for this wsdl version.";

type Out = Writer<Vec<u8>>;

/// The answer of an operation that went well, from its members under their JSON names.
pub fn success(operation: &str, answer: &Value, id: &str) -> Vec<u8> {
    let output = model::operation(operation).and_then(|operation| operation.output);
    document(&format!("{operation}Response"), |out| {
        if let Some(members) = output {
            let name = format!("{operation}Result");
            if answer.as_object().is_some_and(|members| members.values().any(is_shown)) {
                out.create_element(name.as_str()).write_inner_content(|out| structure(out, answer, members))?;
            } else {
                out.create_element(name.as_str()).write_empty()?;
            }
        }
        out.create_element("ResponseMetadata").write_inner_content(|out| leaf(out, "RequestId", id))?;
        Ok(())
    })
}

/// The answer of an operation that was refused.
pub fn refusal(error: &ApiError, id: &str) -> Vec<u8> {
    let (code, message) = match error.shape.as_ref() {
        "SerializationException" => ("MalformedInput", error.message.as_str()),
        "QueueDoesNotExist" => (error.code.as_ref(), NO_QUEUE),
        _ => (error.code.as_ref(), error.message.as_str()),
    };
    document("ErrorResponse", |out| {
        out.create_element("Error").write_inner_content(|out| {
            leaf(out, "Type", if error.sender_fault() { "Sender" } else { "Receiver" })?;
            leaf(out, "Code", code)?;
            leaf(out, "Message", message)?;
            out.create_element("Detail").write_empty()?;
            Ok(())
        })?;
        leaf(out, "RequestId", id)
    })
}

fn document(root: &str, content: impl FnOnce(&mut Out) -> io::Result<()>) -> Vec<u8> {
    let mut out = Writer::new(Vec::new());
    let written = out.write_event(Event::Decl(BytesDecl::new("1.0", None, None))).and_then(|()| {
        out.create_element(root).with_attribute(NAMESPACE).write_inner_content(content)?;
        Ok(())
    });
    written.expect("writing into a Vec cannot fail");
    out.into_inner()
}

fn is_shown(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    }
}

fn structure(out: &mut Out, value: &Value, members: &[Member]) -> io::Result<()> {
    members.iter().try_for_each(|member| match value.get(member.name).filter(|value| is_shown(value)) {
        Some(value) => element(out, member.wire, value, &member.kind),
        None => Ok(()),
    })
}

fn element(out: &mut Out, name: &str, value: &Value, kind: &Kind) -> io::Result<()> {
    match kind {
        Kind::Text | Kind::Number | Kind::Flag => match value {
            Value::String(text) => leaf(out, name, text),
            other => leaf(out, name, &other.to_string()),
        },
        Kind::List(item) => {
            value.as_array().into_iter().flatten().try_for_each(|value| element(out, name, value, item))
        }
        Kind::Map(key_name, kind) => value.as_object().into_iter().flatten().try_for_each(|(key, value)| {
            out.create_element(name).write_inner_content(|out| {
                leaf(out, key_name, key)?;
                element(out, "Value", value, kind)
            })?;
            Ok(())
        }),
        Kind::Structure(members) => {
            out.create_element(name).write_inner_content(|out| structure(out, value, members))?;
            Ok(())
        }
    }
}

fn leaf(out: &mut Out, name: &str, text: &str) -> io::Result<()> {
    // XML 1.0 has no way at all to write these; no body may hold them, but the sentence of a refusal may quote them.
    let unwritable = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    let text = text.replace(unwritable, "\u{fffd}");
    // The writer escapes a carriage return, which a reader would take for a line feed otherwise.
    out.create_element(name).write_text_content(BytesText::new(&text))?;
    Ok(())
}
