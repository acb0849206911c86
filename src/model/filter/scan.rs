//! From text to words: where each begins, what is quoted, and which of them look like a qualifier. Places are counted
//! in characters.

use std::fmt::{self, Write as _};

use super::Fault;
use super::pattern::Pattern;
use super::qualifier::Qualifier;
use super::term::Op;

/// A word of a filter.
pub(super) struct Word {
    /// Where it begins.
    pub at: usize,
    /// How long it is.
    pub len: usize,
    /// Whether it is to be absent.
    pub negated: bool,
    /// What it says.
    pub says: Says,
}

/// What a word says.
pub(super) enum Says {
    /// That what stands before or what comes after it is enough.
    Or,
    /// Text to search for.
    Text(String),
    /// A qualifier with its operator and value.
    Qualified(Qualifier, Op, Value),
}

/// What stands behind an operator.
pub(super) struct Value {
    /// Where the operator begins.
    pub op_at: usize,
    /// Where it begins.
    pub at: usize,
    /// How long it is.
    pub len: usize,
    /// The text, as it stands where nothing is quoted.
    pub raw: String,
    /// The text with its wildcards.
    pub pattern: Pattern,
}

/// Writes text in quotation marks.
pub(super) fn quote(f: &mut fmt::Formatter, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}

/// Reads what is in quotation marks from the first of them on, and tells where it ends; `None` where it does not.
pub(super) fn quoted(chars: &[char], at: usize) -> Option<(String, usize)> {
    let (mut text, mut at) = (String::new(), at + 1);
    loop {
        match (*chars.get(at)?, chars.get(at + 1)) {
            ('"', _) => return Some((text, at + 1)),
            ('\\', Some(&next @ ('"' | '\\'))) => {
                text.push(next);
                at += 2;
            }
            (c, _) => {
                text.push(c);
                at += 1;
            }
        }
    }
}

/// Where the run of characters ends that begins here: at a space, or at an operator where one may follow. What is quoted
/// behind a dot belongs to it.
fn run(chars: &[char], begin: usize, operators: bool) -> Result<usize, Fault> {
    let mut at = begin;
    while let Some(&c) = chars.get(at) {
        if c.is_whitespace() || operators && ":<>=".contains(c) {
            break;
        }
        if c == '"' && at > begin && chars[at - 1] == '.' {
            at = quoted(chars, at).ok_or_else(|| unclosed(chars, at))?.1;
        } else {
            at += 1;
        }
    }
    Ok(at)
}

fn unclosed(chars: &[char], at: usize) -> Fault {
    Fault::new(at, chars.len() - at, "The quotation mark is not closed")
}

/// What follows a closing quotation mark must be a space.
fn ends(chars: &[char], at: usize) -> Result<(), Fault> {
    match chars.get(at) {
        Some(c) if !c.is_whitespace() => Err(Fault::new(
            at,
            1,
            "A space must follow the closing quotation mark; to search for a quotation mark, write \\\" between two others",
        )),
        _ => Ok(()),
    }
}

/// The next word from a place on, and where it ends; `None` at the end.
pub(super) fn next(chars: &[char], from: usize) -> Result<Option<(Word, usize)>, Fault> {
    let Some(spaces) = chars[from..].iter().position(|c| !c.is_whitespace()) else { return Ok(None) };
    let at = from + spaces;
    let mut begin = at;
    let mut negated = false;
    if chars[at] == '-' && chars.get(at + 1).is_some_and(|c| !c.is_whitespace()) {
        (begin, negated) = (at + 1, true);
    } else if lower(&chars[at..(at + 4).min(chars.len())]) == "not:" {
        (begin, negated) = (at + 4, true);
        if chars.get(begin).is_none_or(|c| c.is_whitespace()) {
            return Err(Fault::new(at, 4, "`not:` needs a term, such as not:is:json"));
        }
    }
    let (says, end) = says(chars, begin)?;
    if matches!(says, Says::Or) && negated {
        return Err(Fault::new(
            at,
            end - at,
            "`or` cannot be negated; to search for the word, put it in quotation marks",
        ));
    }
    Ok(Some((Word { at, len: end - at, negated, says }, end)))
}

fn says(chars: &[char], begin: usize) -> Result<(Says, usize), Fault> {
    if chars[begin] == '"' {
        let (text, end) = quoted(chars, begin).ok_or_else(|| unclosed(chars, begin))?;
        ends(chars, end)?;
        if text.is_empty() {
            return Err(Fault::new(begin, end - begin, "There is nothing between the quotation marks"));
        }
        return Ok((Says::Text(text), end));
    }
    let word = begin + chars[begin..].iter().take_while(|c| !c.is_whitespace()).count();
    grouping(&chars[begin..word], begin)?;
    let head = begin + chars[begin..].iter().take_while(|c| !c.is_whitespace() && !":<>=\"".contains(**c)).count();
    let looks = Qualifier::begins(&lower(&chars[begin..head]));
    let head = if looks { run(chars, begin, true)? } else { head };
    if chars.get(head).is_some_and(|c| ":<>=".contains(*c)) {
        if let Some(qualifier) = Qualifier::read(&chars[begin..head], begin)? {
            let (op, at) = operator(chars, head);
            let (value, end) = value(chars, head, at)?;
            return Ok((Says::Qualified(qualifier, op, value), end));
        }
        let name: String = chars[begin..head].iter().collect();
        if let Some(meant) = Qualifier::near(&name) {
            let sentence = format!("`{name}` is no qualifier; to search for the text, put it in quotation marks");
            return Err(Fault::new(begin, head - begin, sentence).meant(meant));
        }
    }
    let end = word;
    let text: String = chars[begin..end].iter().collect();
    joining(&text, chars, begin)?;
    if text.eq_ignore_ascii_case("or") {
        return Ok((Says::Or, end));
    }
    // A word is looked for anywhere: a star at its ends says the same.
    let text = text.strip_prefix('*').unwrap_or(&text);
    let text = text.strip_suffix('*').unwrap_or(text);
    if text.is_empty() {
        return Err(Fault::new(begin, end - begin, "A star alone finds everything; leave it out"));
    }
    Ok((Says::Text(text.to_owned()), end))
}

/// A parenthesis that stands where other languages group terms is no text that somebody means to search for.
fn grouping(word: &[char], at: usize) -> Result<(), Fault> {
    let count = |parenthesis: char| word.iter().filter(|c| **c == parenthesis).count();
    let (opened, closed) = (count('('), count(')'));
    let qualified = word.iter().any(|c| ":<>=".contains(*c));
    let fault = |at: usize| {
        Fault::new(
            at,
            1,
            "Parentheses do not group: `or` joins the two terms beside it, and everything else must match, as in \
             is:json or is:xml count>=3; to search for one, put it in quotation marks",
        )
    };
    match (word.first(), word.last()) {
        (Some('('), _) if opened != closed || qualified => Err(fault(at)),
        (_, Some(')')) if closed > opened && !qualified => Err(fault(at + word.len() - 1)),
        _ => Ok(()),
    }
}

/// Words by which other languages join terms, written as there: in capital letters, or as signs.
fn joining(word: &str, chars: &[char], at: usize) -> Result<(), Fault> {
    let len = word.chars().count();
    // With the space behind it, where something follows that a minus sign can stand before.
    let follows = chars.get(at + len).is_some() && chars.get(at + len + 1).is_some_and(|c| !c.is_whitespace());
    Err(match word {
        "AND" | "&&" => {
            let sentence =
                format!("All terms must match anyway: leave `{word}` out, or search for it in quotation marks");
            Fault::new(at, len, sentence).meant("")
        }
        "||" | "|" => Fault::new(at, len, "Where one of two terms is enough `or` stands between them").meant("or"),
        "NOT" | "!" if follows => {
            Fault::new(at, len + 1, "A minus sign before a term turns it round, such as -is:json").meant("-")
        }
        "NOT" | "!" => Fault::new(at, len, "A minus sign before a term turns it round, such as -is:json"),
        _ => return Ok(()),
    })
}

/// `:` and `=` are the same, and `:>` is `>`.
fn operator(chars: &[char], at: usize) -> (Op, usize) {
    let at = at + usize::from(chars[at] == ':' && matches!(chars.get(at + 1), Some('<' | '>')));
    let equal = chars.get(at + 1) == Some(&'=');
    match chars[at] {
        '>' if equal => (Op::AtLeast, at + 2),
        '>' => (Op::Above, at + 1),
        '<' if equal => (Op::AtMost, at + 2),
        '<' => (Op::Below, at + 1),
        _ => (Op::Is, at + 1),
    }
}

fn value(chars: &[char], op_at: usize, at: usize) -> Result<(Value, usize), Fault> {
    let star = |at: usize| usize::from(chars.get(at) == Some(&'*'));
    let open = star(at);
    let (raw, pattern, end) = if chars.get(at + open) == Some(&'"') {
        let (text, end) = quoted(chars, at + open).ok_or_else(|| unclosed(chars, at + open))?;
        let after = star(end);
        ends(chars, end + after)?;
        (text.clone(), Pattern::new(text, open > 0, after > 0), end + after)
    } else {
        let end = run(chars, at, false)?;
        let raw: String = chars[at..end].iter().collect();
        (raw.clone(), Pattern::bare(&raw), end)
    };
    Ok((Value { op_at, at, len: end - at, raw, pattern }, end))
}

fn lower(chars: &[char]) -> String {
    chars.iter().map(char::to_ascii_lowercase).collect()
}
