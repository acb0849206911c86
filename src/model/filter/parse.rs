//! From words to terms: what each qualifier needs, said where it is missing.

use super::number::Number;
use super::path::PathFault;
use super::qualifier::{Qualifier, attribute};
use super::quantity::{self, Moment};
use super::scan::{Says, Value, Word, next};
use super::term::{Kind, Op, Part, Term, Test, Wanted};
use super::{Fault, Filter, LONGEST, TERMS};

/// Reads a filter. Nothing typed is a filter that everything matches.
pub(super) fn parse(text: &str) -> Result<Filter, Fault> {
    let chars: Vec<char> = text.chars().collect();
    let too_long = || {
        let at = LONGEST.min(chars.len().saturating_sub(1));
        Err(Fault::new(at, chars.len() - at, format!("A filter has at most {LONGEST} bytes")))
    };
    if text.len() > LONGEST {
        return too_long();
    }
    let (mut filter, mut from, mut terms) = (Filter::default(), 0, 0);
    // Where an `or` stands that still waits for what comes after it.
    let mut or: Option<usize> = None;
    while let Some((word, end)) = next(&chars, from)? {
        from = end;
        let (at, len) = (word.at, word.len);
        let Some(term) = term(word)? else {
            if or.is_some() || filter.clauses.is_empty() {
                return Err(alone(at));
            }
            or = Some(at);
            continue;
        };
        terms += 1;
        if terms > TERMS {
            return Err(Fault::new(at, len, format!("A filter has at most {TERMS} terms")));
        }
        match (or.take(), filter.clauses.last_mut()) {
            (Some(_), Some(clause)) => clause.push(term),
            _ => filter.clauses.push(vec![term]),
        }
    }
    if let Some(at) = or {
        return Err(alone(at));
    }
    // What is printed must be readable again, and quotation marks make it longer.
    if filter.to_string().len() > LONGEST { too_long() } else { Ok(filter) }
}

fn alone(at: usize) -> Fault {
    Fault::new(at, 2, "`or` stands between two terms; to search for the word, put it in quotation marks")
}

/// The term that a word says; `None` for the word `or`.
fn term(word: Word) -> Result<Option<Term>, Fault> {
    let test = match word.says {
        Says::Or => return Ok(None),
        Says::Text(text) => Test::Text(text),
        Says::Qualified(qualifier, op, value) => test(qualifier, op, &value)?,
    };
    Ok(Some(Term { test, negated: word.negated }))
}

fn test(qualifier: Qualifier, op: Op, value: &Value) -> Result<Test, Fault> {
    let need =
        |sentence: String| Fault::new(value.at.saturating_sub(usize::from(value.len == 0)), value.len.max(1), sentence);
    let only_is = |name: &str| match op {
        Op::Is => Ok(()),
        _ => Err(Fault::new(value.op_at, value.at - value.op_at, format!("`{name}` is followed by a colon"))),
    };
    let pattern = |name: &str, example: &str| {
        only_is(name)?;
        let missing = || need(format!("`{name}` needs a value, such as {name}:{example}"));
        Some(value.pattern.clone()).filter(|pattern| !pattern.is_empty()).ok_or_else(missing)
    };
    Ok(match qualifier {
        Qualifier::Body => {
            only_is("body")?;
            let text = value.pattern.text();
            if text.is_empty() {
                return Err(need("`body` needs text to search for, such as body:timeout".into()));
            }
            Test::Body(text.to_owned())
        }
        Qualifier::Path(path) => {
            let wanted = wanted(op, value, need)?;
            Test::Path(path, wanted)
        }
        Qualifier::Attribute(name) => Test::Attribute(name, wanted(op, value, need)?),
        Qualifier::Count => {
            let count = value.raw.parse().map_err(|_| need("`count` needs a number such as 3".into()))?;
            Test::Count(op, count)
        }
        Qualifier::Age => {
            let span = quantity::span(&value.raw);
            let span = span.ok_or_else(|| need("`age` needs a duration such as 2h (s, m, h, d or w)".into()))?;
            if op == Op::Is {
                let sentence = "`age` is compared with > or <, such as age>2h";
                return Err(Fault::new(value.op_at, value.at - value.op_at, sentence).meant(">"));
            }
            Test::Age(op, span)
        }
        Qualifier::Sent => {
            let moment = Moment::read(&value.raw);
            let missing = || need("`sent` needs a day or a moment such as 2026-11-20 or 2026-11-20T10:00 (UTC)".into());
            Test::Sent(op, moment.ok_or_else(missing)?)
        }
        Qualifier::Size => {
            let size = quantity::size(&value.raw);
            Test::Size(op, size.ok_or_else(|| need("`size` needs a size such as 300, 10k or 1M".into()))?)
        }
        Qualifier::Group => Test::Group(pattern("group", "A")?),
        Qualifier::Dedup => Test::Dedup(pattern("dedup", "order-7")?),
        Qualifier::Id => Test::Id(pattern("id", "4f1c2a")?),
        Qualifier::Source => Test::Source(pattern("source", "orders")?),
        Qualifier::Cause => Test::Cause(pattern("cause", "the key of a cause")?),
        Qualifier::Is => {
            only_is("is")?;
            let found = Kind::ALL.into_iter().find(|kind| value.raw.eq_ignore_ascii_case(kind.key()));
            let keys: Vec<_> = Kind::ALL.iter().map(|kind| kind.key()).collect();
            let sentence = format!("`is` needs one of {}", keys.join(", "));
            Test::Is(found.ok_or_else(|| need(sentence).meant_near(&value.raw, keys))?)
        }
        Qualifier::Has => {
            only_is("has")?;
            Test::Has(part(value, need)?)
        }
    })
}

fn wanted(op: Op, value: &Value, need: impl Fn(String) -> Fault) -> Result<Wanted, Fault> {
    if op == Op::Is {
        let empty = value.pattern.is_empty() && value.len == 0;
        let missing = || need("A value is missing; a star stands for any".into());
        return if empty { Err(missing()) } else { Ok(Wanted::Fits(value.pattern.clone())) };
    }
    let number = Number::read(&value.raw);
    number.map(|number| Wanted::Number(op, number)).ok_or_else(|| need(format!("`{op}` needs a number such as 100")))
}

fn part(value: &Value, need: impl Fn(String) -> Fault) -> Result<Part, Fault> {
    let small = value.raw.to_ascii_lowercase();
    if small.starts_with("attr.") {
        return attribute(&value.raw[5..], value.at, value.len).map(Part::Attribute);
    }
    if small.starts_with("body.") || small.starts_with("body[") {
        let fault = |fault: PathFault| fault.behind(value.at + 4, value.len.saturating_sub(4));
        return value.raw[4..].parse().map(Part::Path).map_err(fault);
    }
    match small.as_str() {
        "trace" => Ok(Part::Trace),
        "group" => Ok(Part::Group),
        "dedup" => Ok(Part::Dedup),
        "source" => Ok(Part::Source),
        "attr" | "attributes" => Ok(Part::Attributes),
        _ => {
            let fault = need("`has` needs one of trace, group, dedup, source, attr, attr.name, body.path".into());
            Err(fault.meant_near(&small, ["trace", "group", "dedup", "source", "attr", "attributes"]))
        }
    }
}
