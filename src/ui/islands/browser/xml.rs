//! Where a text is no well-formed XML, asked of the browser's own parser: it expands and fetches nothing.

use web_sys::{DomParser, SupportedType};

use crate::model::json::Fault;

/// The namespaces of the element by which browsers say that they could not read a document.
const OF_FAULTS: [&str; 2] = ["http://www.w3.org/1999/xhtml", "http://www.mozilla.org/newlayout/xml/parsererror.xml"];

/// The first place where a text is no well-formed XML; its beginning where the browser names none.
pub(super) fn check(text: &str) -> Result<(), Fault> {
    let parsed = DomParser::new().and_then(|parser| parser.parse_from_string(text, SupportedType::ApplicationXml));
    let said = parsed.ok().and_then(|document| document.query_selector("parsererror").ok().flatten());
    let said = said.filter(|said| said.namespace_uri().is_some_and(|space| OF_FAULTS.contains(&space.as_str())));
    let Some(said) = said else { return Ok(()) };
    let words = said.text_content().unwrap_or_default().to_lowercase();
    let at = after(&words, "line").zip(after(&words, "column")).map_or(0, |place| offset(text, place));
    Err(Fault { at, sentence: "From here on it is no well-formed XML." })
}

/// The first number after a word.
fn after(words: &str, word: &str) -> Option<usize> {
    let rest = words.split_once(word)?.1.trim_start_matches(|c: char| !c.is_ascii_digit());
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The byte at a line and a column, both from 1.
fn offset(text: &str, (line, column): (usize, usize)) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let within = text[before..].chars().take(column.saturating_sub(1)).map(char::len_utf8).sum::<usize>();
    before + within
}
