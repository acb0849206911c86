//! What two errors have in common: ids, numbers and times give way to words, so that “Order 123 not found” and
//! “Order 456 not found” are one.

/// The most characters of a text that are looked at.
const MOST: usize = 400;
/// Letters and digits from here on are an id if there is a digit among them.
const ID: usize = 20;
/// Hexadecimal digits from here on are an id if there is a digit among them.
const HEX: usize = 8;
/// A number from here on within a word gives way, too: `HTTP2` keeps its own, `pay123456` does not.
const WITHIN: usize = 3;

const NUMBER: &str = "‹number›";
const ID_WORD: &str = "‹id›";
const TIME: &str = "‹time›";

/// The text without what is special to one message, on one line.
pub(super) fn normal(text: &str) -> String {
    let text = one_line(text);
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphanumeric() {
            let end = at + bytes[at..].iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
            out.push_str(&text[at..end]);
            at = end;
        } else if let Some((word, length)) = special(&bytes[at..]) {
            if !(word == TIME && out.trim_end().ends_with(TIME)) {
                out.push_str(word);
            }
            at += length;
        } else {
            let end = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            within(&text[at..end], &mut out);
            at = end;
        }
    }
    out
}

/// A text on one line: what would break it or turn its direction gives way to spaces, and a long one to dots.
pub(super) fn one_line(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
    let mut out = String::new();
    for (n, c) in text.trim().chars().enumerate() {
        if n == MOST {
            out.push('…');
            break;
        }
        match c {
            c if c.is_control() || c.is_whitespace() || turns(c) => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// Whether a name is an id rather than a word: of digits, or long and hexadecimal.
pub(super) fn is_id(name: &[u8]) -> bool {
    let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
    let hex = name.len() >= HEX && name.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    digits > 0 && (digits == name.len() || hex || name.len() >= ID && name.iter().all(u8::is_ascii_alphanumeric))
}

/// What stands here, where a word begins, and how many bytes of it.
fn special(rest: &[u8]) -> Option<(&'static str, usize)> {
    if let Some(length) = uuid(rest) {
        return Some((ID_WORD, length));
    }
    if let Some(length) = moment(rest) {
        return Some((TIME, length));
    }
    let word = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == word {
        return Some((NUMBER, number(rest, digits)));
    }
    let (head, prefixed) = (&rest[..word], rest.starts_with(b"0x"));
    (is_id(head) || prefixed && head[2..].iter().all(u8::is_ascii_hexdigit)).then_some((ID_WORD, word))
}

/// Digits, and more of them behind points, commas and colons: `1,200.50`, `10.0.0.1`, `127.0.0.1:8080`.
fn number(rest: &[u8], digits: usize) -> usize {
    let mut end = digits;
    while rest.get(end).is_some_and(|byte| b".,:".contains(byte)) {
        let more = rest[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let ends = rest.get(end + 1 + more).is_none_or(|byte| !byte.is_ascii_alphabetic());
        if more == 0 || !ends {
            break;
        }
        end += 1 + more;
    }
    end
}

fn uuid(rest: &[u8]) -> Option<usize> {
    const SHAPE: &[u8; 36] = b"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    let text = rest.get(..SHAPE.len())?;
    let fits = text.iter().zip(SHAPE).all(|(byte, wanted)| match wanted {
        b'x' => byte.is_ascii_hexdigit(),
        dash => byte == dash,
    });
    let ends = rest.get(SHAPE.len()).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    (fits && ends).then_some(SHAPE.len())
}

/// A date, a date with a time, or a time: as RFC 3339 writes them, with a space for the `T` and a comma for the point.
fn moment(rest: &[u8]) -> Option<usize> {
    let fits = |at: usize, shape: &[u8]| {
        rest.get(at..at + shape.len()).is_some_and(|text| {
            text.iter()
                .zip(shape)
                .all(|(byte, wanted)| if *wanted == b'0' { byte.is_ascii_digit() } else { byte == wanted })
        })
    };
    let digits = |at: usize| rest[at.min(rest.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (date, separated) = (fits(0, b"0000-00-00"), fits(10, b"T") || fits(10, b" "));
    let time_at = match (date, separated && fits(11, b"00:00")) {
        (true, true) => 11,
        (true, false) => return (digits(8) == 2).then_some(10),
        (false, _) if fits(0, b"00:00:00") => 0,
        (false, _) => return None,
    };
    let mut end = time_at + 5;
    if fits(end, b":00") {
        end += 3;
        if (fits(end, b".") || fits(end, b",")) && digits(end + 1) > 0 {
            end += 1 + digits(end + 1);
        }
    }
    if fits(end, b"Z") {
        end += 1;
    } else if fits(end, b"+00:00") || fits(end, b"-00:00") {
        end += 6;
    } else if fits(end, b"+0000") || fits(end, b"-0000") {
        end += 5;
    }
    rest.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric()).then_some(end)
}

/// A word whose long numbers give way.
fn within(word: &str, out: &mut String) {
    let mut rest = word;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits >= WITHIN {
            out.push_str(NUMBER);
        } else {
            out.push_str(&rest[..digits]);
        }
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(|byte| !byte.is_ascii_digit()).count();
        out.push_str(&rest[..letters]);
        rest = &rest[letters..];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_special_to_one_message_gives_way() {
        for (text, wanted) in [
            ("Order 123 not found", "Order ‹number› not found"),
            ("Order #4-56 of ORD-261117-40417", "Order #‹number›-‹number› of ORD-‹number›-‹number›"),
            ("user 7f3b2c1a-0d4e-4f5a-8b6c-9d0e1f2a3b4c is gone", "user ‹id› is gone"),
            ("pay_5e1fd0aa71c3 twice", "pay_‹id› twice"),
            ("at 2026-11-20T14:02:11.123Z: timed out after 30.5s", "at ‹time›: timed out after ‹number›.5s"),
            ("2026-11-20 14:02:11,5 +0000 and 14:02:11", "‹time› +‹number› and ‹time›"),
            ("until 2026-11-20", "until ‹time›"),
            ("10.0.0.1:8080 refused, 1,200.50 lost", "‹number› refused, ‹number› lost"),
            ("HTTP2 S3 utf8 sha256 v2", "HTTP2 S3 utf8 sha‹number› v2"),
            ("at 0xDEADBEEF deadbeef 12ab34cd", "at ‹id› deadbeef ‹id›"),
            ("arn:aws:sqs:eu-west-1:123456789012:q", "arn:aws:sqs:eu-west-‹number›:q"),
            ("Zürich 99 Küche", "Zürich ‹number› Küche"),
            (" two\r\n\tlines\u{202E} ", "two lines "),
        ] {
            assert_eq!(normal(text), wanted);
        }
        assert_eq!(normal(&"é".repeat(MOST + 9)).chars().count(), MOST + 1);
    }

    #[test]
    fn a_name_that_is_an_id_is_known() {
        for name in ["17", "0a1b2c3d", "7f3b2c1a-0d4e-4f5a-8b6c-9d0e1f2a3b4c", "AbCdEfGhIjKlMnOpQrSt1"] {
            assert!(is_id(name.as_bytes()), "{name}");
        }
        for name in ["", "orderId", "facade", "address2", "deadbeef", "customerAddressCountryCode"] {
            assert!(!is_id(name.as_bytes()), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_normal_form_of_one_line(text in ".{0,80}|[0-9a-fT:.Z -]{0,60}") {
            let once = normal(&text);
            prop_assert!(!once.chars().any(char::is_control));
        }

        #[test]
        fn numbers_make_no_difference(a in 0_u64.., b in 0_u64..) {
            prop_assert_eq!(normal(&format!("row {a} of {b}")), normal(&format!("row {b} of {a}")));
        }
    }
}
