//! The smallest pieces of JSON: texts, numbers and the three words (RFC 8259, §3, §6, §7).

use std::ops::Range;

use super::Fault;

/// How many bytes of white space a text begins with.
pub(super) fn space(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t', '\n', '\r']).len()
}

/// The text that begins at a quotation mark, with both of its marks.
pub(super) fn text(json: &str, begin: usize) -> Result<Range<usize>, Fault> {
    let bytes = json.as_bytes();
    let mut at = begin + 1;
    loop {
        match bytes.get(at) {
            None => return Err(Fault { at: begin, sentence: "This text is not closed: a quotation mark is missing." }),
            Some(b'"') => return Ok(begin..at + 1),
            Some(0..0x20) => {
                let sentence = "A line end or a tab in a text must be escaped, as \\n or \\t.";
                return Err(Fault { at, sentence });
            }
            Some(b'\\') => at += escape(&bytes[at..]).ok_or(Fault { at, sentence: ESCAPE })?,
            Some(_) => at += 1,
        }
    }
}

const ESCAPE: &str = "This cannot stand after a backslash; a backslash itself is written twice.";

/// How long an escape is.
fn escape(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => bytes.get(2..6)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        _ => None,
    }
}

/// The text, number or word that begins here.
pub(super) fn value(json: &str, at: usize) -> Result<Range<usize>, Fault> {
    let rest = &json[at..];
    match rest.as_bytes().first() {
        Some(b'"') => text(json, at),
        Some(b'-' | b'0'..=b'9') => number(json, at),
        Some(b'\'') => Err(Fault { at, sentence: "Texts stand in double quotation marks." }),
        Some(b'}' | b']' | b',' | b':') => Err(Fault { at, sentence: "A value must stand before this." }),
        _ => {
            let word = ["true", "false", "null"].into_iter().find(|word| rest.starts_with(word));
            let sentence = "Only true, false and null stand without quotation marks.";
            word.map(|word| at..at + word.len()).ok_or(Fault { at, sentence })
        }
    }
}

fn number(json: &str, begin: usize) -> Result<Range<usize>, Fault> {
    let bytes = json.as_bytes();
    let digits = |at: usize| bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let some = |at: usize| match digits(at) {
        0 => Err(Fault { at, sentence: "A digit must follow here." }),
        count => Ok(at + count),
    };
    let mut at = begin + usize::from(bytes[begin] == b'-');
    if bytes.get(at) == Some(&b'0') && digits(at) > 1 {
        return Err(Fault { at: at + 1, sentence: "No number begins with 0 and another digit." });
    }
    at = some(at)?;
    if bytes.get(at) == Some(&b'.') {
        at = some(at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        at = some(at + usize::from(matches!(bytes.get(at), Some(b'+' | b'-'))))?;
    }
    Ok(begin..at)
}
